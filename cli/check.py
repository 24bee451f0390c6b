"""The command ``vung check``: what is wrong in the data, and its repair with a ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer

from cli import console
from cli.common import Place, check_output, counted, place
from gis import findings, text
from gis.checks import survey
from gis.checks.survey import Survey
from gis.errors import InputError
from gis.finding_rules import rule, rules
from gis.repair import Repair
from gis.reports import faults, records
from gis.settings import CheckSettings
from gis.workspace import Version, Workspace

#: So many of the faults that a repair has left are printed; the ledger's workbook has all.
_SHOWN_LEFT: Final = 10
#: What stands beside a count that has no size.
_NOTHING: Final = "-"

Layer = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="Lớp hoặc bộ dữ liệu / layer or dataset; else all."),
]
Fix = Annotated[
    bool,
    typer.Option("--fix", help="Sửa và ghi phiên bản mới / repair into a new version."),
]
Out = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--out",
        metavar="FILE",
        help="Ghi ra tệp / write to .xlsx .html .gpkg .geojson .csv .json .parquet.",
    ),
]
Ledger = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="FILE", help="Ghi sổ sửa chữa / ledger to .csv .xlsx."),
]
ListRules = Annotated[
    bool, typer.Option("--rules", help="Liệt kê các quy tắc kiểm tra / list every rule.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    example = "vung check land-use -o loi.xlsx"
    app.command("check", epilog=f"Ví dụ / example: {example}")(check)


def check(  # noqa: PLR0913 (what is checked, what is done about it, where it goes)
    context: typer.Context,
    layer: Layer = None,
    *,
    fix: Fix = False,
    out: Out = None,
    ledger: Ledger = None,
    list_rules: ListRules = False,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Kiểm tra dữ liệu, sửa lỗi / find faults in data, mend them."""
    console.check_lang(lang)
    if list_rules:
        _print_rules(lang, as_json=as_json)
        return
    for path in [*(out or []), *([ledger] if ledger else [])]:
        check_output(path)
    where = place(context)
    workspace = where.open()
    mended = _mend(workspace, layer, lang) if fix else None
    with console.progress("Đang kiểm tra", "Checking", lang):
        found = survey.survey(workspace, layer)
        written = [_save(found, path, workspace, lang) for path in out or []]
    if mended is not None and ledger is not None:
        faults.save_ledger(mended[1], ledger, schematic=mended[0].schematic, lang=lang)
        written.append(ledger)
    _print(found, mended, written, where, lang=lang, as_json=as_json)
    if findings.has_errors(found.findings):
        raise typer.Exit(console.DONE_WITH_ERRORS)


def _mend(workspace: Workspace, layer: str | None, lang: str) -> tuple[Version, Repair]:
    if layer is None:
        keys = ", ".join(version.key for version in workspace.versions()) or "-"
        raise InputError(
            f"--fix needs the name of one dataset; name one of {keys}.",
            vi=f"--fix cần tên một bộ dữ liệu; hãy chọn một trong {keys}.",
        )
    with console.progress("Đang sửa", "Mending", lang):
        return survey.mend(workspace, layer)


def _save(found: Survey, path: Path, workspace: Workspace, lang: str) -> Path:
    if path.suffix.lower() in {".html", ".htm"}:
        # maps are slow to load, and most calls draw none
        from maps import check as check_map  # noqa: PLC0415

        return check_map.save(found, path, lang=lang)
    return faults.save(
        found.findings,
        path,
        settings=workspace.check_settings,
        schematic=found.schematic,
        lang=lang,
    )


def _print(
    found: Survey,
    mended: tuple[Version, Repair] | None,
    written: Sequence[Path],
    where: Place,
    *,
    lang: str,
    as_json: bool,
) -> None:
    if as_json:
        console.emit(_record(found, mended, written))
        return
    if not found.subjects:
        console.say(
            "Chưa có lớp nào để kiểm tra; nạp bằng `vung import`.",
            "There is no layer to check yet; use `vung import`.",
            lang,
        )
        return
    if mended is not None:
        _print_repair(*mended, lang)
    settings = found.subjects[0].settings if found.subjects else CheckSettings()
    print_summary(found.findings, settings, lang)
    for path in written:
        console.say(f"Đã ghi {path}.", f"Wrote {path}.", lang)
    if len(found.findings) and not written:
        names = [f"{each.layer}/{each.dataset}" for each in found.subjects]
        file = "loi.xlsx" if lang == "vi" else "findings.xlsx"
        command = where.command("check", *(names if len(names) == 1 else []), "-o", file)
        console.say(f"Từng lỗi một: `{command}`.", f"Every single one: `{command}`.", lang)


def _record(
    found: Survey, mended: tuple[Version, Repair] | None, written: Sequence[Path]
) -> dict[str, object]:
    settings = found.subjects[0].settings if found.subjects else CheckSettings()
    record: dict[str, object] = {
        "findings": records.rows(found.findings),
        "summary": records.rows(faults.summary(found.findings)),
        "families": records.rows(faults.families(found.findings, settings)),
        "settings": asdict(settings),
        "schematic": found.schematic,
        "files": [str(path) for path in written],
    }
    if mended is not None:
        version, repair = mended
        record["repair"] = {
            "version": asdict(version),
            "totals": dict(repair.totals),
            "ledger": records.rows(repair.ledger),
            "left": records.rows(repair.left),
        }
    return record


def print_summary(found: pd.DataFrame, settings: CheckSettings, lang: str) -> None:
    """Print one line a rule and dataset: how many, how large, by which tolerance."""
    if not len(found):
        console.say("Không tìm thấy lỗi nào.", "Nothing wrong was found.", lang)
        return
    headings = {
        "vi": ("Mức", "Lỗi", "Bộ dữ liệu", "Số", "Lớn nhất", "Tổng", "Dung sai", "Quy tắc"),
        "en": ("Severity", "Fault", "Dataset", "Count", "Largest", "Total", "Tolerance", "Rule"),
    }[lang]
    rows = [
        (
            text.label("severity", each["severity"], lang),
            rule(each["rule_id"]).name[lang],
            each["dataset"] or _NOTHING,
            text.format_number(each["count"], 0, lang),
            *(_size(each[name], each["unit"], lang) for name in ("largest", "total", "tolerance")),
            each["rule_id"],
        )
        for each in records.rows(faults.summary(found))
    ]
    console.table(headings, rows, numeric=[3, 4, 5, 6], whole=[7])
    for each in records.rows(faults.families(found, settings)):
        _print_family(each, lang)
    counts = findings.counts(found)
    parts = [f"{counts[name]} {text.label('severity', name, lang)}" for name in counts]
    console.say(f"Tổng cộng: {', '.join(parts)}.", f"In all: {', '.join(parts)}.", lang)


def _print_family(told: Mapping[str, Any], lang: str) -> None:
    """Say what several rules about one kind of fault come to."""
    unit = told["unit"]
    least, one = (findings.measure(size, unit, lang) for size in (told["tolerance"], 1.0))
    total = findings.measure(told["total"], unit, lang)
    name = text.label("finding_family", told["family"], lang)
    console.say(
        f"{name} ({told['dataset']}): {told['over']} từ {least} trở lên (tổng {total}, trong đó "
        f"{told['over_one']} từ {one} trở lên); {told['count']} kể cả dưới dung sai.",
        f"{name} ({told['dataset']}): {told['over']} of {least} and more ({total} in all, "
        f"{told['over_one']} of them of {one} and more); {told['count']} with those below.",
        lang,
    )


def _size(value: float | None, unit: str, lang: str) -> str:
    return _NOTHING if value is None else findings.measure(value, unit, lang)


def _print_repair(version: Version, repair: Repair, lang: str) -> None:
    if repair.ledger.empty:
        console.say(
            f"{version.key} không có lỗi nào sửa tự động được; phiên bản giữ nguyên.",
            f"{version.key} holds nothing that a repair can settle; the version stays.",
            lang,
        )
        return
    totals = {name: findings.measure(value, "m2", lang) for name, value in repair.totals.items()}
    changes = len(repair.ledger)
    console.say(
        f"Đã sửa {version.key}, phiên bản {version.version}: {changes} thay đổi; diện tích "
        f"{totals['area_before_m2']} + {totals['gained_m2']} - {totals['lost_m2']} = "
        f"{totals['area_after_m2']}.",
        f"Mended {version.key}, version {version.version}: {counted(changes, 'change')}; area "
        f"{totals['area_before_m2']} + {totals['gained_m2']} - {totals['lost_m2']} = "
        f"{totals['area_after_m2']}.",
        lang,
    )
    left = records.rows(repair.left)
    if left:
        console.say(
            f"Để lại cho người xử lý: {len(left)} lỗi.",
            f"Left to people: {counted(len(left), 'fault')}.",
            lang,
        )
    for each in left[:_SHOWN_LEFT]:
        size = _size(each["size"], each["unit"], lang)
        name = rule(each["rule_id"]).name[lang]
        row = ("dòng", "row")[text.LANGUAGES.index(lang)]
        where = "" if each["row"] is None else f" ({row} {each['row']})"
        console.write(f"- {name}{where}, {size}: {each[f'why_{lang}']}")


def _print_rules(lang: str, *, as_json: bool) -> None:
    if as_json:
        console.emit(
            {
                "rules": [
                    {
                        "id": each.id,
                        "group": each.group,
                        "severity": each.severity,
                        "unit": each.unit,
                        "tolerance": each.tolerance,
                        "fix": each.fix,
                        "name": dict(each.name),
                        "remedy": dict(each.remedy),
                    }
                    for each in rules().values()
                ]
            }
        )
        return
    headings = {
        "vi": ("Quy tắc", "Mức", "Lỗi", "Cách xử lý", "Sửa tự động"),
        "en": ("Rule", "Severity", "Fault", "What to do", "Proposed repair"),
    }[lang]
    rows = [
        (
            each.id,
            text.label("severity", each.severity, lang),
            each.name[lang],
            each.remedy[lang],
            text.label("fix", each.fix, lang) if each.fix else _NOTHING,
        )
        for each in rules().values()
    ]
    console.table(headings, rows, whole=[0])
