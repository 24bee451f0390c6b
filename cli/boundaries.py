"""The command ``vung boundaries``: figures by commune from one day's communes to another's."""

from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
import pandas as pd
import typer

from cli import console
from cli.common import check_output, parse_day, parse_pairs, place
from gis import carry, findings, text
from gis.carry import Carried, Request
from gis.errors import NotFoundError
from gis.reports import export, records
from gis.workspace import Workspace

_SHOWN = 20


File = Annotated[
    Path, typer.Argument(metavar="FILE", help="Bảng số liệu theo xã / table: .csv .xlsx.")
]
Start = Annotated[
    str, typer.Option("--from", metavar="DATE", help="Ngày của số liệu / day of the figures.")
]
End = Annotated[
    str | None,
    typer.Option("--to", metavar="DATE", help="Ngày cần chuyển đến / other day; else today."),
]
Code = Annotated[str, typer.Option("--code", metavar="COLUMN", help="Cột mã xã / column of codes.")]
Value = Annotated[
    list[str],
    typer.Option("--value", metavar="COLUMN", help="Cột số liệu / figures; repeatable."),
]
Weight = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        metavar="COLUMN=WEIGHT",
        help="Tỷ lệ và cột trọng số / a ratio and what weights it.",
    ),
]
Outlines = Annotated[
    bool,
    typer.Option(
        "--outlines",
        help="Dùng ranh giới xã trong thư mục / use the workspace's commune outlines.",
    ),
]
Out = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="FILE", help="Ghi ra / write to .csv.")
]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    example = (
        "vung boundaries so-lieu.csv --from 2024-01-01 --to 2026-01-01 --code 'Mã xã' --value ha"
    )
    app.command("boundaries", epilog=f"Ví dụ / example: {example}")(boundaries)


def boundaries(  # noqa: PLR0913 (what is carried, between which days, by what)
    context: typer.Context,
    file: File,
    *,
    start: Start,
    end: End = None,
    code: Code = "code",
    value: Value,
    weight: Weight = None,
    outlines: Outlines = False,
    out: Out = None,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Chuyển số liệu theo bộ xã / figures between commune sets."""
    console.check_lang(lang)
    if out is not None:
        check_output(out, ".csv")
    asked = Request(
        code=code,
        values=tuple(value),
        on_from=parse_day(start),
        on_to=parse_day(end),
        weights=parse_pairs(weight, "--weight"),
    )
    communes = _communes(place(context).open()) if outlines else None
    result = carry.carry_file(file, asked, units_from=communes, units_to=communes)
    if out is not None:
        export.save_table(result.sheet(), out)
    _print(result, out, lang, as_json=as_json)
    if findings.has_errors(result.findings):
        raise typer.Exit(console.DONE_WITH_ERRORS)


def _communes(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return the communes of every set in the workspace; their days tell them apart."""
    frames = [workspace.read(version) for version in workspace.versions("communes")]
    if not frames:
        raise NotFoundError(
            "The workspace holds no communes; import their outlines with `vung import communes`.",
            vi="Thư mục dữ liệu chưa có ranh giới xã; hãy nạp bằng `vung import communes`.",
        )
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _print(result: Carried, out: Path | None, lang: str, *, as_json: bool) -> None:
    if as_json:
        console.emit(
            {
                "table": records.rows(result.table),
                "matrix": records.rows(result.matrix),
                "uncertainty": records.rows(result.uncertainty),
                "left_out": records.rows(result.left_out),
                "totals": records.rows(result.totals),
                "findings": records.rows(result.findings),
                "file": None if out is None else str(out),
            }
        )
        return
    vi = lang == "vi"
    columns = list(result.table.columns[3:])
    told = result.uncertainty.set_index(["code", "column"])
    headings = [*(("Mã", "Xã") if vi else ("Code", "Commune")), *columns]
    rows = [
        [row["code"], row["name"], *(_cell(row, each, told, lang) for each in columns)]
        for row in records.rows(result.table)
    ]
    console.table(headings, rows, numeric=range(2, len(headings)), whole=[0])
    if (result.uncertainty["weighted_share"] > 0).any():
        console.say(
            "≈ là ước tính chia theo diện tích; trong ngoặc là giới hạn.",
            "≈ is an estimate by area; its bounds are in brackets.",
            lang,
        )
    _print_totals(result, lang)
    for sentence in result.findings[f"message_{lang}"].head(_SHOWN):
        console.write(f"- {sentence}")
    if len(result.findings) > _SHOWN:
        rest = len(result.findings) - _SHOWN
        console.say(f"... và {rest} lưu ý nữa.", f"... and {rest} more.", lang)
    if out is not None:
        console.say(f"Đã ghi {out}.", f"Wrote {out}.", lang)


def _cell(row: dict[str, Any], column: str, told: pd.DataFrame, lang: str) -> str:
    found = told.loc[(row["code"], column)]
    value = row[column]
    if not isinstance(value, int | float):
        return text.UNKNOWN
    written = text.format_number(value, 2, lang)
    if not found["weighted_share"]:
        return written
    lower, upper = (text.format_number(found[name], 2, lang) for name in ("lower", "upper"))
    return f"≈ {written} ({lower} - {upper})"


def _print_totals(result: Carried, lang: str) -> None:
    for each in records.rows(result.totals):
        given, carried, left = (
            text.format_number(each[name], 2, lang) for name in ("given", "carried", "left_out")
        )
        console.say(
            f"{each['column']}: đầu vào {given}, đã chuyển {carried}, để ngoài {left}.",
            f"{each['column']}: given {given}, carried {carried}, left out {left}.",
            lang,
        )
