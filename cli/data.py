"""Commands about the data: init, import (see `cli.intake`), template, layers, info, drop."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import console, intake
from cli.common import place
from gis import crs, decisions, sample, text
from gis.errors import NotFoundError
from gis.reports import files, records
from gis.workspace import Version, Workspace

_SHOWN_FINDINGS = 10


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
    facts = {
        "dataset": version.key,
        "version": version.version,
        "sha256": version.sha256,
        "intact": workspace.intact(version),
        "rows": version.rows,
        **version.attributes,
        **version.provenance,
    }
    rows = [(str(key), _flat(value)) for key, value in facts.items() if value is not None]
    headings = ("Mục", "Giá trị") if lang == "vi" else ("Item", "Value")
    console.table(headings, rows)
    if version.schematic:
        console.say(text.NOTICE["vi"], text.NOTICE["en"], lang)
    for sentence in found[f"message_{lang}"] if len(found) else ():
        sys.stdout.write(f"- {sentence}\n")


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


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


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
            " ".join(str(value) for value in version.attributes.values() if value is not None),
            ", ".join(f"{count} {name}" for name, count in version.findings.items()),
            str(version.provenance.get("file", "")),
            "x" if version.current else "",
        )
        for version in versions
    ]
    console.table(headings, rows, numeric=[2])
