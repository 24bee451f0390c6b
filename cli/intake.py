"""The command ``vung import``: one door for every layer and decision table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer

from cli import console
from cli.check import print_summary
from cli.common import Place, counted, parse_pairs, place
from gis import decisions, findings
from gis.errors import InputError
from gis.intake import profiles
from gis.intake.cad import Drawing
from gis.intake.door import Checked, Order, take_in
from gis.layers.registry import LAYERS
from gis.reports import records
from gis.workspace import Version, Workspace

_SHOWN_FINDINGS: Final = 10
_SHOWN_ROWS: Final = 3
#: What distinguishes two maps of one name.
_TELL_MAPS_APART: Final = ("status", "plan_kind", "year")
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
    typer.Option(
        "--crs",
        metavar="EPSG|auto",
        help="Hệ tọa độ thật, hoặc auto / true system: EPSG:5898, or auto.",
    ),
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
Pairs = Annotated[
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
KeepPersonal = Annotated[
    list[str] | None,
    typer.Option(
        "--keep-personal",
        metavar="FIELD",
        help="Giữ cột dữ liệu cá nhân, chỉ trong kho / keep a column about people, in the store.",
    ),
]
Join = Annotated[
    Path | None,
    typer.Option("--join", metavar="FILE", help="Ghép bảng / join a table: .xlsx .csv .dbf."),
]
JoinKey = Annotated[
    str | None,
    typer.Option("--join-key", metavar="FIELD=COLUMN", help="Cột khóa / key: soto+sothua=to+thua."),
]
ProfileFile = Annotated[
    Path | None,
    typer.Option("--profile", metavar="FILE", help="Dùng hồ sơ nạp tệp / use a profile (.toml)."),
]
SaveProfile = Annotated[
    Path | None,
    typer.Option("--save-profile", metavar="FILE", help="Lưu hồ sơ cho tệp sau / save a profile."),
]
Lines = Annotated[
    list[str] | None,
    typer.Option("--lines", metavar="LEVEL", help="Lớp ranh trong DGN, DXF / level of borders."),
]
Texts = Annotated[
    list[str] | None,
    typer.Option("--texts", metavar="LEVEL", help="Lớp chữ trong DGN, DXF / level of labels."),
]
Schematic = Annotated[bool, typer.Option("--schematic", help="Dữ liệu minh họa / schematic data.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    example = "vung import zones vung.gpkg --set use=annual_crop"
    app.command("import", epilog=f"Ví dụ / example: {example}")(import_file)


def import_file(  # noqa: PLR0913 (each option is something a file may lack)
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
    mapping: Pairs = None,
    setting: Setting = None,
    keep: Keep = None,
    keep_personal: KeepPersonal = None,
    join: Join = None,
    join_key: JoinKey = None,
    profile: ProfileFile = None,
    save_profile: SaveProfile = None,
    lines: Lines = None,
    texts: Texts = None,
    licence: Licence = None,
    schematic: Schematic = False,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Nạp một lớp hoặc bảng / take in a layer or decision table."""
    order = _order(context.params)
    where = place(context)
    _carry_out(order, where, save_profile, lang=console.check_lang(lang), as_json=as_json)


def _order(given: Mapping[str, Any]) -> Order:
    """Read the options of the command, by their names."""
    fields = [given[f"{name}_field"] for name in _FIELDS]
    constants = [given[name] for name in _CONSTANTS]
    return Order(
        layer=given["layer"],
        path=given["file"],
        source_layer=given["source_layer"],
        crs=given["source_crs"],
        columns=parse_pairs(given["mapping"], "--map") | _given(_FIELDS, fields),
        constants=parse_pairs(given["setting"], "--set") | _given(_CONSTANTS, constants),
        keep=tuple(given["keep"] or ()),
        keep_personal=tuple(given["keep_personal"] or ()),
        join=given["join"],
        join_key=_pair(given["join_key"]),
        profile=given["profile"],
        drawing=Drawing(lines=tuple(given["lines"] or ()), texts=tuple(given["texts"] or ())),
        name=given["name"],
        licence=given["licence"],
        schematic=given["schematic"],
    )


def _pair(written: str | None) -> tuple[str, str] | None:
    if written is None:
        return None
    left, sign, right = (part.strip() for part in written.partition("="))
    if sign and not (left and right):
        raise InputError(
            f"--join-key {written!r} is not of the form FIELD=COLUMN; write it like "
            "soto+sothua=to+thua.",
            vi=f"--join-key {written!r} không có dạng CỘT_TỆP=CỘT_BẢNG; hãy ghi như "
            "soto+sothua=to+thua.",
        )
    return left, right or left


def _given(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if value is not None}


def _carry_out(
    order: Order, where: Place, save_profile: Path | None, *, lang: str, as_json: bool
) -> None:
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
        checked = take_in(order, workspace.home())
        if save_profile is not None and checked.profile is not None:
            profiles.save(save_profile, checked.profile)
        before = replaced(workspace, checked)
        version = workspace.add(checked)
    if as_json:
        faults = [] if checked.faults is None else records.rows(checked.faults)
        found = {"findings": records.rows(checked.findings), "faults": faults}
        console.emit({"version": asdict(version), **found})
    else:
        if before is not None:
            _print_replaced(before, version, lang)
        _print_import(version, checked, where, lang)
    if findings.has_errors(checked.findings):
        raise typer.Exit(console.DONE_WITH_ERRORS)


def replaced(workspace: Workspace, checked: Checked) -> Version | None:
    """Return the version that a file takes the place of.

    Raises
    ------
    InputError
        When that is another map: of another status, plan or year, or another layer of a file.
    """
    same = [e for e in workspace.versions(checked.layer) if e.name == checked.name]
    if not same:
        return None
    before = same[0]
    told = [
        (before.attributes.get(name), checked.attributes.get(name)) for name in _TELL_MAPS_APART
    ]
    told.append(
        (before.provenance.get("source_layer"), checked.provenance.get("source_layer"))
        if before.provenance.get("file") == checked.provenance.get("file")
        else (None, None)
    )
    if all(old == new for old, new in told):
        return before
    raise InputError(
        f"{before.key} is there already and is another map (from {before.provenance.get('file')}); "
        "give this one a name of its own with --name, or take the other out of use with "
        f"`vung drop {before.key}`.",
        vi=f"{before.key} đã có và là bản đồ khác (từ {before.provenance.get('file')}); hãy đặt "
        f"tên riêng bằng --name, hoặc ngừng dùng bản kia bằng `vung drop {before.key}`.",
    )


def _print_replaced(before: Version, version: Version, lang: str) -> None:
    if before.version == version.version:
        return
    file = before.provenance.get("file")
    console.say(
        f"Thay phiên bản {before.version} ({before.rows} đối tượng, từ {file}); bản cũ vẫn còn "
        "trong `vung layers --history`. Nếu là lớp khác, nạp lại với --name.",
        f"It takes the place of version {before.version} ({counted(before.rows, 'feature')}, from "
        f"{file}), which `vung layers --history` still has. If it is another layer, import it "
        "again with --name.",
        lang,
    )


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


def _print_import(version: Version, checked: Checked, where: Place, lang: str) -> None:
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
    told = about.get("columns_found_by", {})
    named = [f"{name}={about['columns'][name]}" for name in told if told[name] == "name"]
    if named:
        console.say(
            f"Cột nhận ra theo tên: {', '.join(named)} (đổi bằng --map).",
            f"Columns found by name: {', '.join(named)} (change with --map).",
            lang,
        )
    if left := about.get("columns_left_out"):
        console.say(
            f"Cột không nhận: {', '.join(left)} (giữ bằng --keep).",
            f"Columns left out: {', '.join(left)} (keep with --keep).",
            lang,
        )
    _print_findings(checked.findings, lang, read_on=where.command("info", version.key))
    if checked.faults is not None and len(checked.faults):
        print_summary(checked.faults, where.open().check_settings, lang)
        command = where.command("check", version.key)
        console.say(f"Xem và sửa: `{command}`.", f"See and mend: `{command}`.", lang)


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
    told = (found[name] for name in ("rule_id", f"message_{lang}", f"remedy_{lang}"))
    for rule_id, message, remedy in zip(*told, strict=True):
        # where a file lies is settled now or never
        placed = rule_id.startswith("crs.") and remedy
        sentence = f"{message.rstrip('.')}; {remedy}." if placed else message
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
