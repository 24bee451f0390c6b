"""Commands of the analysis: align, export."""

from pathlib import Path
from typing import Annotated

import geopandas as gpd
import pandas as pd
import typer

from cli import console
from cli.common import parse_day, place
from gis import alignment, text
from gis import context as study
from gis.alignment import Alignment
from gis.errors import InputError, NotFoundError
from gis.reports import export, records
from gis.rules import VERDICTS
from gis.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(
        "align",
        epilog="Ví dụ / example: vung align --as-of 2026-06-01 --year 2030 -o ket-qua.xlsx",
    )(align)
    app.command("export")(export_layer)


AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Ngày xét / day in question: 2026-06-01; else today."
    ),
]
Year = Annotated[
    int | None,
    typer.Option("--year", metavar="YEAR", help="Năm quy hoạch / plan year; else the latest."),
]
Communes = Annotated[
    str,
    typer.Option(
        "--communes",
        metavar="date|both",
        show_default=False,
        help="Xã của ngày xét, hoặc cả bộ xã kia / communes of the day, or the other set too.",
    ),
]


def align(  # noqa: PLR0913 (the coordinates of the question)
    context: typer.Context,
    zones: Annotated[
        list[str] | None, typer.Argument(metavar="ZONE", help="Vùng / zones; else all.")
    ] = None,
    *,
    as_of: AsOf = None,
    year: Year = None,
    communes: Communes = "date",
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Ghi ra tệp / write to .csv .json .xlsx .gpkg .parquet; may be repeated.",
        ),
    ] = None,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Đối chiếu vùng với quy hoạch / judge zones against the plans."""
    console.check_lang(lang)
    workspace = place(context).open()
    with console.progress("Đang đối chiếu", "Aligning", lang):
        result = judged(workspace, zones or [], as_of=as_of, year=year, communes=communes)
        written = [export.save_alignment(result, path, lang=lang) for path in out or []]
    if as_json:
        console.emit(records.of_alignment(result))
    else:
        print_verdicts(result, lang)
        for path in written:
            console.say(f"Đã ghi {path}.", f"Wrote {path}.", lang)
    if not result.ledger["closes"].all():
        raise typer.Exit(console.DONE_WITH_ERRORS)


def judged(
    workspace: Workspace,
    names: list[str],
    *,
    as_of: str | None,
    year: int | None,
    communes: str = "date",
) -> Alignment:
    """Align zones of a workspace by id; all when none is named."""
    if communes not in {"date", "both"}:
        raise InputError(
            f"--communes {communes!r} is not one of date, both.",
            vi=f"--communes {communes!r} không phải date, both.",
        )
    day = parse_day(as_of)
    picked = pick_zones(workspace, names)
    surroundings = study.load(
        workspace, as_of=day, year=year, communes="both" if communes == "both" else "date"
    )
    return alignment.assess(picked, surroundings)


def pick_zones(workspace: Workspace, names: list[str]) -> gpd.GeoDataFrame:
    """Zones by id, or all."""
    zones = study.load_zones(workspace)
    unknown = sorted(set(names) - set(zones["zone_id"]))
    if unknown:
        known = ", ".join(zones["zone_id"].head(20))
        raise NotFoundError(
            f"There is no zone {unknown[0]!r}; the zones are {known}.",
            vi=f"Không có vùng {unknown[0]!r}; các vùng là {known}.",
        )
    return zones[zones["zone_id"].isin(names)] if names else zones


def print_verdicts(result: Alignment, lang: str) -> None:
    """Print one line a zone: what it is, its verdict and its hectares by verdict."""
    number = text.format_number
    zones = result.zones
    headings = (
        ["Vùng", "Mục đích", "Kết quả", "Diện tích ha"]
        if lang == "vi"
        else ["Zone", "Use", "Verdict", "Area ha"]
    )
    headings += [text.label("verdict", name, lang) for name in VERDICTS]
    headings.append("Kiểm chứng" if lang == "vi" else "Verified")
    rows = [
        (
            str(zone["zone_id"]),
            "-" if pd.isna(zone["use"]) else text.label("use", str(zone["use"]), lang),
            text.label("verdict", str(zone["verdict"]), lang),
            number(float(zone["area_ha"]), 2, lang),
            *(number(float(zone[f"{name}_ha"]), 2, lang) for name in VERDICTS),
            ("có" if lang == "vi" else "yes") if zone["verified"] else text.UNVERIFIED[lang],
        )
        for _, zone in zones.iterrows()
    ]
    console.table(
        headings,
        rows,
        numeric=range(3, 9),
        styles=[console.VERDICT_STYLES[str(verdict)] for verdict in zones["verdict"]],
    )
    _print_remarks(result, lang)


def _print_remarks(result: Alignment, lang: str) -> None:
    day = text.format_date(result.context.as_of, lang)
    least = text.format_number(result.context.settings.min_area_m2, 0, lang)
    closes = bool(result.ledger["closes"].all())
    worst_gap = float(result.ledger["difference_ha"].abs().max())
    console.say(
        f"Ngày xét {day}; quy hoạch {result.context.year or '-'}; diện tích tối thiểu {least} m²; "
        f"sổ {'cân đối' if closes else 'KHÔNG CÂN ĐỐI'} (chênh lệch lớn nhất {worst_gap:.1e} ha); "
        f"mã kiểm {result.provenance['table_sha256'][:12]}.",
        f"As of {day}; plan {result.context.year or '-'}; minimum area {least} m²; the ledger "
        f"{'closes' if closes else 'DOES NOT CLOSE'} (largest difference {worst_gap:.1e} ha); "
        f"table {result.provenance['table_sha256'][:12]}.",
        lang,
    )
    for note in result.notes:
        console.say(f"- {note.vi}", f"- {note.en}", lang)
    if result.schematic:
        console.say(f"Dữ liệu {text.NOTICE['vi']}.", f"The data is {text.NOTICE['en']}.", lang)


def export_layer(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Lớp, bộ dữ liệu hoặc vùng / layer or zone.")
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Tệp / file: .gpkg .parquet .geojson .shp .csv (with --corners .csv .xlsx).",
        ),
    ],
    corners: Annotated[
        bool, typer.Option("--corners", help="Bảng tọa độ góc ranh / table of corners.")
    ] = False,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Xuất một lớp hoặc vùng / write a layer or a zone to a file."""
    console.check_lang(lang)
    workspace = place(context).open()
    frame, schematic = _frame_of(workspace, name)
    if corners:
        column = "zone_id" if "zone_id" in frame else str(frame.columns[0])
        table = export.corners(frame, id_column=column)
        export.save_corners(table, out, crs_name=workspace.crs, schematic=schematic, lang=lang)
        count = len(table)
    else:
        export.save_frame(frame, out, schematic=schematic)
        count = len(frame)
    if as_json:
        console.emit({"file": str(out), "rows": count, "schematic": schematic})
        return
    console.say(f"Đã ghi {out}: {count} dòng.", f"Wrote {out}: {count} rows.", lang)


def _frame_of(workspace: Workspace, name: str) -> tuple[gpd.GeoDataFrame, bool]:
    """Find a zone by its id, else a dataset or layer by its name."""
    for version in workspace.versions("zones"):
        zones = workspace.read(version)
        mine = zones[zones["zone_id"] == name]
        if len(mine):
            return mine.reset_index(drop=True), version.schematic
    version = workspace.version(name)
    if version.layer in {"terrain", "decisions"}:
        raise InputError(
            f"{version.key} is no vector layer; copy its file {version.file} from the workspace.",
            vi=f"{version.key} không phải lớp vectơ; hãy chép tệp {version.file} trong thư mục.",
        )
    return workspace.read(version), version.schematic
