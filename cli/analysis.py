"""Commands of the analysis: align, export."""

from pathlib import Path
from typing import Annotated

import geopandas as gpd
import typer

from cli import console
from cli.common import check_output, counted, parse_day, place
from cli.verdicts import print_verdicts
from gis import alignment
from gis import context as study
from gis.alignment import Alignment
from gis.errors import InputError, NotFoundError
from gis.layers import land_use
from gis.layers.base import ROW
from gis.reports import export, records
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


ExportOut = Annotated[
    Path,
    typer.Option(
        "-o",
        "--out",
        metavar="FILE",
        help="Tệp / file: .gpkg .shp .tab .mif .dxf .kml .geojson .fgb .parquet .csv "
        "(--corners: .csv .xlsx).",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="tcvn3|vni",
        help="Bảng mã cũ cho SHP, TAB, MIF / legacy text for old programs.",
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
    for path in out or []:
        check_output(path)
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
    if year is not None and not surroundings.year:
        raise InputError(
            f"There is no plan in the workspace, so none of the year {year}; import one, or leave "
            "--year out.",
            vi=f"Thư mục dữ liệu chưa có quy hoạch nào, nên không có năm {year}; hãy nạp quy hoạch "
            "hoặc bỏ --year.",
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


def export_layer(  # noqa: PLR0913 (what is written, where to and how)
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Lớp, bộ dữ liệu hoặc vùng / layer or zone.")
    ],
    *,
    out: ExportOut,
    corners: Annotated[
        bool, typer.Option("--corners", help="Bảng tọa độ góc ranh / table of corners.")
    ] = False,
    encoding: Encoding = None,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Xuất một lớp hoặc vùng / write a layer or a zone to a file."""
    console.check_lang(lang)
    check_output(out)
    workspace = place(context).open()
    frame, schematic = _frame_of(workspace, name)
    if corners:
        column = "zone_id" if "zone_id" in frame else str(frame.columns[0])
        table = export.corners(frame, id_column=column)
        export.save_corners(table, out, crs_name=workspace.crs, schematic=schematic, lang=lang)
        count, notes = len(table), []
    else:
        notes = list(export.save_frame(frame, out, schematic=schematic, encoding=encoding).notes)
        count = len(frame)
    said = [{each: note.text(each) for each in ("vi", "en")} for note in notes]
    if as_json:
        console.emit({"file": str(out), "rows": count, "schematic": schematic, "notes": said})
        return
    _print_export(out, count, [note[lang] for note in said], lang)


def _print_export(out: Path, count: int, notes: list[str], lang: str) -> None:
    console.say(f"Đã ghi {out}: {count} dòng.", f"Wrote {out}: {counted(count, 'row')}.", lang)
    for note in notes:
        console.write(f"- {note}")


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
    # in the order of the file that it came from, so that findings name the rows that people see
    rows = workspace.read(version).sort_values(ROW, kind="stable", ignore_index=True)
    return land_use.with_both_areas(rows), version.schematic
