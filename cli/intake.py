"""The command ``vung import``: one door for every layer and decision table."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer

from cli import console
from cli.common import Place, counted, parse_pairs, place
from gis import decisions, findings
from gis.intake.door import Checked, Order, take_in
from gis.layers.registry import LAYERS
from gis.reports import records
from gis.workspace import Version

_SHOWN_FINDINGS: Final = 10
_SHOWN_ROWS: Final = 3
#: How a sentence about one row begins.
_OF_A_ROW: Final = re.compile(r"^(Dòng|Row|Line) (\d+): ")
#: Columns of a layer that have an option of their own, for a field or for a value.
_FIELDS: Final = ("code", "name")
_CONSTANTS: Final = ("code_table", "status", "plan_kind", "year", "valid_from", "valid_to")

Layer = Annotated[
    str,
    typer.Argument(
        metavar="LAYER",
        help=f"Lớp / layer: {', '.join(LAYERS)}; bảng / table: {', '.join(decisions.TABLES)}.",
    ),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="Tệp / file.")]
SourceCrs = Annotated[
    str | None,
    typer.Option("--crs", metavar="EPSG", help="Hệ tọa độ thật / true system: EPSG:5898."),
]
SourceLayer = Annotated[
    str | None, typer.Option("--layer", metavar="NAME", help="Lớp trong tệp / layer in the file.")
]
Name = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="Tên bộ dữ liệu / dataset's name.")
]
CodeField = Annotated[
    str | None, typer.Option("--code-field", metavar="FIELD", help="Cột mã / field of the code.")
]
NameField = Annotated[
    str | None, typer.Option("--name-field", metavar="FIELD", help="Cột tên / field of the name.")
]
CodeTable = Annotated[
    str | None,
    typer.Option(
        "--code-table", metavar="TABLE", help="Bảng mã / code table: tt27-2018, tt08-2024."
    ),
]
Status = Annotated[
    str | None,
    typer.Option("--status", metavar="STATUS", help="Hiện trạng, quy hoạch: current, planned."),
]
PlanKind = Annotated[
    str | None,
    typer.Option("--plan-kind", metavar="KIND", help="Quy hoạch: land_use_plan, general_plan."),
]
MapYear = Annotated[
    int | None, typer.Option("--year", metavar="YEAR", help="Năm của bản đồ / year of the map.")
]
ValidFrom = Annotated[
    str | None,
    typer.Option("--valid-from", metavar="DATE", help="Hiệu lực từ / first day: 2025-07-01."),
]
ValidTo = Annotated[
    str | None,
    typer.Option("--valid-to", metavar="DATE", help="Hiệu lực đến / last day: 2025-06-30."),
]
Mapping = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="COLUMN=FIELD", help="Cột lấy từ cột nào của tệp / column from a field."
    ),
]
Setting = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="COLUMN=VALUE", help="Giá trị cho mọi dòng / value of every row."
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="FIELD", help="Giữ thêm cột / keep a field as well."),
]
Licence = Annotated[
    str | None, typer.Option("--licence", metavar="TEXT", help="Giấy phép / licence.")
]
Schematic = Annotated[bool, typer.Option("--schematic", help="Dữ liệu minh họa / schematic data.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    example = "vung import zones vung.gpkg --set use=annual_crop"
    app.command("import", epilog=f"Ví dụ / example: {example}")(import_file)


def import_file(  # noqa: PLR0913 (each option is a column a file may lack)
    context: typer.Context,
    layer: Layer,
    file: File,
    *,
    source_crs: SourceCrs = None,
    source_layer: SourceLayer = None,
    name: Name = None,
    code_field: CodeField = None,
    name_field: NameField = None,
    code_table: CodeTable = None,
    status: Status = None,
    plan_kind: PlanKind = None,
    year: MapYear = None,
    valid_from: ValidFrom = None,
    valid_to: ValidTo = None,
    mapping: Mapping = None,
    setting: Setting = None,
    keep: Keep = None,
    licence: Licence = None,
    schematic: Schematic = False,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Nạp một lớp hoặc bảng / take in a layer or decision table."""
    constants = (code_table, status, plan_kind, year, valid_from, valid_to)
    order = Order(
        layer=layer,
        path=file,
        source_layer=source_layer,
        crs=source_crs,
        columns=parse_pairs(mapping, "--map") | _given(_FIELDS, (code_field, name_field)),
        constants=parse_pairs(setting, "--set") | _given(_CONSTANTS, constants),
        keep=tuple(keep or ()),
        name=name,
        licence=licence,
        schematic=schematic,
    )
    _carry_out(order, place(context), lang=console.check_lang(lang), as_json=as_json)


def _given(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if value is not None}


def _carry_out(order: Order, where: Place, *, lang: str, as_json: bool) -> None:
    workspace = where.open()
    if order.layer in decisions.TABLES:
        table = decisions.read(order.layer, order.path)
        doubts = findings.table(decisions.check(order.layer, table)).assign(
            layer="decisions", dataset=order.layer
        )
        version = workspace.add_decisions(
            order.layer, table, source=order.path, schematic=order.schematic
        )
        _print_decisions(version, doubts, lang=lang, as_json=as_json)
        return
    with console.progress(f"Đang đọc {order.path.name}", f"Reading {order.path.name}", lang):
        checked = take_in(order, target=workspace.crs)
        version = workspace.add(checked)
    if as_json:
        console.emit({"version": asdict(version), "findings": records.rows(checked.findings)})
    else:
        _print_import(version, checked, lang, more=where.command("info", version.key))
    if findings.has_errors(checked.findings):
        raise typer.Exit(console.DONE_WITH_ERRORS)


def _print_decisions(version: Version, doubts: pd.DataFrame, *, lang: str, as_json: bool) -> None:
    spec = decisions.spec(version.name)
    if as_json:
        console.emit({"version": asdict(version), "findings": records.rows(doubts)})
        return
    console.say(
        f"Đã nạp {version.key}: {version.rows} dòng ({spec.purpose_vi}).",
        f"Took in {version.key}: {counted(version.rows, 'row')} ({spec.purpose_en}).",
        lang,
    )
    _print_findings(doubts, lang)


def _print_import(version: Version, checked: Checked, lang: str, *, more: str) -> None:
    about = version.provenance
    rings = counted(about.get("rings_repaired", 0), "ring")
    console.say(
        f"Đã nạp {version.key}, phiên bản {version.version}: {version.rows} đối tượng, "
        f"{about.get('rows_left_out', 0)} bỏ lại, {about.get('rings_repaired', 0)} vòng ranh đã "
        f"sửa; {about['used_crs']} -> {about.get('target_crs', about['used_crs'])}.",
        f"Took in {version.key}, version {version.version}: {counted(version.rows, 'feature')}, "
        f"{about.get('rows_left_out', 0)} left out, {rings} "
        f"repaired; {about['used_crs']} -> {about.get('target_crs', about['used_crs'])}.",
        lang,
    )
    if left := about.get("columns_left_out"):
        console.say(
            f"Cột không nhận: {', '.join(left)} (giữ bằng --keep).",
            f"Columns left out: {', '.join(left)} (keep with --keep).",
            lang,
        )
    _print_findings(checked.findings, lang, read_on=more)


def _print_findings(found: pd.DataFrame, lang: str, *, read_on: str | None = None) -> None:
    """Print findings, alike ones of several rows as one; without a command to read on, all."""
    groups = _alike(found, lang)
    shown = groups if read_on is None else groups[:_SHOWN_FINDINGS]
    for sentence, _ in shown:
        console.write(f"- {sentence}")
    if len(shown) < len(groups):
        more = sum(rows for _, rows in groups[len(shown) :])
        console.say(
            f"  và {more} mục nữa: `{read_on}`.",
            f"  and {more} more: `{read_on}`.",
            lang,
        )


def _alike(found: pd.DataFrame, lang: str) -> list[tuple[str, int]]:
    """Sentences in the order of the table, each with how many rows it stands for."""
    groups: dict[str, list[str]] = {}
    for sentence in found[f"message_{lang}"]:
        groups.setdefault(_OF_A_ROW.sub("", sentence), []).append(sentence)
    return [(_as_one(words, whole, lang), len(whole)) for words, whole in groups.items()]


def _as_one(words: str, whole: list[str], lang: str) -> str:
    """Say once what was found in several rows, with the first of them."""
    starts = [match for match in map(_OF_A_ROW.match, whole) if match]
    if len(whole) == 1 or not starts:
        return whole[0]
    first = ", ".join(match[2] for match in starts[:_SHOWN_ROWS])
    rest = ", ..." if len(starts) > _SHOWN_ROWS else ""
    return f"{len(whole)} {'dòng' if lang == 'vi' else 'rows'} ({first}{rest}): {words}"
