"""Commands about the data: init, import (see `cli.intake`), template, layers, info, drop."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli import console, intake
from cli.common import check_output, counted, place
from gis import crs, decisions, sample, text
from gis.errors import NotFoundError, OutputError
from gis.reports import files, records
from gis.workspace import Version, Workspace

_SHOWN_FINDINGS = 10

_YES_NO: Final = {"vi": ("có", "không"), "en": ("yes", "no")}
#: What is told of a dataset, Vietnamese and English.
_FACTS: Final = {
    "dataset": ("Bộ dữ liệu", "Dataset"),
    "version": ("Phiên bản", "Version"),
    "version_sha256": ("Mã băm của phiên bản", "Hash of the version"),
    "intact": ("Còn nguyên vẹn", "Intact"),
    "rows": ("Số dòng", "Rows"),
    "code_table": ("Bảng mã", "Code table"),
    "status": ("Loại bản đồ", "Kind of map"),
    "plan_kind": ("Loại quy hoạch", "Kind of plan"),
    "year": ("Năm", "Year"),
    "valid_from": ("Có hiệu lực từ", "In force from"),
    "valid_to": ("Có hiệu lực đến", "In force to"),
    "decision": ("Quyết định", "Decision"),
    "width": ("Số cột ô", "Cells across"),
    "height": ("Số hàng ô", "Cells down"),
    "file": ("Tệp nguồn", "Source file"),
    "format": ("Định dạng", "Format"),
    "source_layer": ("Lớp trong tệp", "Layer in the file"),
    "encoding": ("Bảng mã chữ", "Encoding"),
    "sha256": ("Mã băm của tệp nguồn", "Hash of the source"),
    "declared_crs": ("Hệ tọa độ tệp khai báo", "System the file declares"),
    "used_crs": ("Hệ tọa độ đã dùng", "System that was used"),
    "target_crs": ("Hệ tọa độ lưu", "System it is kept in"),
    "transformation": ("Phép chuyển đổi", "Transformation"),
    "transformation_accuracy_m": ("Độ chính xác chuyển đổi (m)", "Its accuracy (m)"),
    "rows_read": ("Số dòng đã đọc", "Rows read"),
    "rows_kept": ("Số dòng đã nhận", "Rows kept"),
    "rows_left_out": ("Số dòng bỏ lại", "Rows left out"),
    "rings_repaired": ("Số vòng ranh đã sửa", "Rings repaired"),
    "axes_swapped": ("Đã đổi chỗ hai trục", "Axes exchanged"),
    "to_wgs84": ("Chuyển sang WGS 84 bằng", "To WGS 84 by"),
    "crs_evidence": ("Hệ tọa độ nhận ra theo", "System was told by"),
    "crs_margin": ("Mức chênh lệch yêu cầu", "Margin that was asked for"),
    "crs_ranking": ("Các hệ tọa độ đã xét", "Systems that were weighed"),
    "raw_text": ("Chữ đã chuyển mã", "Text that was converted"),
    "personal_columns_left_out": ("Cột dữ liệu cá nhân đã bỏ", "Personal columns left out"),
    "personal_columns": ("Cột dữ liệu cá nhân giữ trong kho", "Personal columns in the store"),
    "joined": ("Bảng đã ghép", "Table joined"),
    "columns_found_by": ("Cột nhận ra bằng", "Columns found by"),
    "repaired_from": ("Sửa từ phiên bản", "Repaired from version"),
    "repaired_at": ("Sửa lúc", "Repaired at"),
    "repair": ("Kết quả sửa", "Repair"),
    "columns": ("Cột đã dùng", "Columns used"),
    "columns_left_out": ("Cột không nhận", "Columns left out"),
    "licence": ("Giấy phép", "Licence"),
    "imported_at": ("Nạp lúc", "Imported at"),
}
#: Facts for programs alone: `--json` tells them.
_FOR_PROGRAMS: Final = ("checked",)
#: Values that are words of the code, Vietnamese and English.
_VALUES: Final = {
    ("crs_evidence", "outline"): ("ranh giới xã", "outlines of communes"),
    ("crs_evidence", "code"): ("mã xã trong tệp", "commune codes in the file"),
    ("transformation", "none"): ("không cần", "none needed"),
    ("format", "raster"): ("ảnh ô lưới", "raster"),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("init")(init)
    intake.register(app)
    app.command("template")(template)
    app.command("layers")(layers)
    app.command("info")(info)
    app.command("drop")(drop)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Thư mục mới / new folder.")],
    *,
    sample_name: Annotated[
        str | None,
        typer.Option("--sample", metavar="NAME", help="Dữ liệu minh họa / sample: binh-son."),
    ] = None,
    target_crs: Annotated[
        str,
        typer.Option("--crs", metavar="EPSG", help="Hệ tọa độ tính diện tích / metric CRS."),
    ] = crs.VN2000_QUANG_NGAI,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Tạo thư mục dữ liệu / make a workspace, empty or a sample."""
    console.check_lang(lang)
    if sample_name is not None and sample_name not in sample.NAMES:
        raise NotFoundError(
            f"There is no sample {sample_name!r}; there is {', '.join(sample.NAMES)}.",
            vi=f"Không có bộ minh họa {sample_name!r}; hiện có {', '.join(sample.NAMES)}.",
        )
    workspace = Workspace.create(folder, target_crs=target_crs)
    if sample_name is not None:
        with console.progress("Đang nạp dữ liệu minh họa", "Taking in the sample", lang):
            list(sample.fill(workspace))
    if as_json:
        console.emit({"workspace": str(folder), "layers": _listed(workspace, history=False)})
        return
    console.say(f"Đã tạo {folder}.", f"Made {folder}.", lang)
    if sample_name is not None:
        _print_versions(workspace.versions(), lang)
        console.say(f"Dữ liệu {text.NOTICE['vi']}.", f"The data is {text.NOTICE['en']}.", lang)


def template(
    name: Annotated[
        str,
        typer.Argument(metavar="TABLE", help=f"Bảng / table: {', '.join(decisions.TABLES)}."),
    ],
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Tệp CSV / CSV file.")],
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Ghi mẫu bảng quyết định / write an empty decision table."""
    console.check_lang(lang)
    content = decisions.template(name)
    check_output(out, ".csv")
    if out.exists():
        raise OutputError(
            f"File {out} is there already and may be filled in; name another.",
            vi=f"Tệp {out} đã có, có thể đã được điền; hãy ghi tên khác.",
        )
    files.write(out, lambda path: path.write_text(content, encoding="utf-8-sig", newline=""))
    if as_json:
        console.emit({"file": str(out), "columns": list(decisions.spec(name).columns)})
        return
    console.say(f"Đã ghi mẫu {out}.", f"Wrote {out}.", lang)


def layers(
    context: typer.Context,
    *,
    history: Annotated[
        bool, typer.Option("--history", help="Cả phiên bản cũ / with old versions.")
    ] = False,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Liệt kê dữ liệu / list what is in the workspace."""
    console.check_lang(lang)
    workspace = place(context).open()
    if as_json:
        console.emit({"crs": workspace.crs, "layers": _listed(workspace, history=history)})
        return
    versions = workspace.versions(history=history)
    if not versions:
        console.say(
            "Chưa có dữ liệu; nạp bằng `vung import`.", "Nothing yet; use `vung import`.", lang
        )
        return
    _print_versions(versions, lang)


def info(
    context: typer.Context,
    layer: Annotated[
        str, typer.Argument(metavar="NAME", help="Lớp hoặc bộ dữ liệu / layer or dataset.")
    ],
    *,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Nguồn gốc và lỗi của dữ liệu / a dataset's origin and faults."""
    console.check_lang(lang)
    workspace = place(context).open()
    version = workspace.version(layer)
    found = workspace.findings(version)
    if as_json:
        console.emit(
            {
                "version": asdict(version),
                "intact": workspace.intact(version),
                "findings": records.rows(found),
            }
        )
        return
    _print_facts(version, lang, intact=workspace.intact(version))
    if version.schematic:
        console.say(text.NOTICE["vi"], text.NOTICE["en"], lang)
    for sentence in found[f"message_{lang}"] if len(found) else ():
        console.write(f"- {sentence}")


def drop(
    context: typer.Context,
    dataset: Annotated[
        str, typer.Argument(metavar="NAME", help="Bộ dữ liệu / dataset, e.g. zones/zones.")
    ],
    *,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Ngừng dùng, vẫn giữ tệp / take out of use; the file stays."""
    console.check_lang(lang)
    version = place(context).open().drop(dataset)
    if as_json:
        console.emit({"dropped": asdict(version)})
        return
    console.say(f"Đã ngừng dùng {version.key}.", f"{version.key} is out of use.", lang)


def _print_facts(version: Version, lang: str, *, intact: bool) -> None:
    at = text.LANGUAGES.index(lang)
    facts = {
        "dataset": version.key,
        "version": version.version,
        "version_sha256": version.sha256,
        "intact": intact,
        "rows": version.rows,
        **version.attributes,
        **version.provenance,
    }
    console.table(
        ("Mục", "Giá trị") if lang == "vi" else ("Item", "Value"),
        [
            (_FACTS[key][at] if key in _FACTS else key, _flat(key, value, lang))
            for key, value in facts.items()
            if _telling(key, value)
        ],
    )


def _flat(key: str, value: object, lang: str) -> str:
    if isinstance(value, bool):
        return _YES_NO[lang][0 if value else 1]
    if key in {"status", "plan_kind"}:
        return text.label(key, str(value), lang)
    if isinstance(value, str) and (key, value) in _VALUES:
        return _VALUES[key, value][text.LANGUAGES.index(lang)]
    if isinstance(value, dict):
        value = [f"{name}={_brief(item)}" for name, item in value.items()]
    if isinstance(value, list):
        return ", ".join(_brief(item) for item in value)
    return str(value)


def _telling(key: str, value: object) -> bool:
    """Whether a fact says something to a person."""
    if key in _FOR_PROGRAMS or (key == "axes_swapped" and not value):
        return False
    return value not in (None, [], {})


def _brief(value: object) -> str:
    """Say an entry of a list in a few words: a column's encoding, a system and its score."""
    if isinstance(value, dict):
        telling = [value[name] for name in ("encoding", "crs", "score") if name in value]
        return " ".join(str(each) for each in telling)
    return str(round(value, 6)) if isinstance(value, float) else str(value)


def _about(version: Version, lang: str) -> str:
    """Describe a dataset in a few words: what map of what year, in what codes."""
    told = {key: value for key, value in version.attributes.items() if value is not None}
    if "plan_kind" in told:
        # that it is planned goes without saying
        told.pop("status")
    if "width" in told:
        return f"{told['width']} x {told['height']}"
    order = ("plan_kind", "status", "year", "code_table", "decision")
    return " ".join(_flat(key, told[key], lang) for key in order if key in told)


def _so_many(count: int, thing: str, lang: str) -> str:
    return counted(count, thing) if lang == "en" else f"{count} {thing}"


def _listed(workspace: Workspace, *, history: bool) -> list[dict[str, Any]]:
    return [asdict(version) for version in workspace.versions(history=history)]


def _print_versions(versions: list[Version], lang: str) -> None:
    headings = (
        ("Bộ dữ liệu", "Phiên bản", "Dòng", "Mô tả", "Lỗi", "Nguồn", "Dùng")
        if lang == "vi"
        else ("Dataset", "Version", "Rows", "About", "Findings", "Source", "In use")
    )
    rows = [
        (
            version.key,
            version.version,
            str(version.rows),
            _about(version, lang),
            ", ".join(
                _so_many(count, text.label("severity", name, lang), lang)
                for name, count in version.findings.items()
            ),
            str(version.provenance.get("file", "")),
            "x" if version.current else "",
        )
        for version in versions
    ]
    # without old versions all are in use
    shown = len(headings) - all(version.current for version in versions)
    console.table(headings[:shown], [row[:shown] for row in rows], numeric=[2], whole=[0])
