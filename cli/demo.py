"""The demonstration: the whole main job on the schematic sample."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Final

import pandas as pd
import typer

from cli import console
from cli.analysis import judged
from cli.common import Place
from cli.verdicts import print_verdicts
from gis import sample, text
from gis.alignment import Alignment
from gis.errors import WorkspaceError
from gis.reports import export, records
from gis.workspace import Workspace

_FOLDER: Final = Path("demo")
_MARK: Final = ".vung-demo"
_LOCK: Final = "catalogue.json.lock"
_NAMED: Final = 3
_YEAR: Final = 2030
_OUTPUTS: Final = ("alignment.csv", "alignment.xlsx", "review.html")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("demo")(demo)


def demo(*, lang: console.Lang = "vi", as_json: console.Json = False) -> None:
    """Chạy thử trong ./demo / try it all on sample data, in ./demo."""
    # maps are slow to load, and most commands draw none
    from maps import review  # noqa: PLC0415

    console.check_lang(lang)
    workspace = _fresh(_FOLDER)
    out = _FOLDER / "out"
    try:
        with console.progress("Đang nạp dữ liệu minh họa", "Taking in the sample", lang):
            list(sample.fill(workspace))
            before = judged(workspace, [], as_of=sample.DEMO_DAY, year=_YEAR)
            list(sample.decide(workspace))
            after = judged(workspace, [], as_of=sample.DEMO_DAY, year=_YEAR)
        out.mkdir()
        with console.progress("Đang ghi bảng và bản đồ", "Writing tables and map", lang):
            for name in _OUTPUTS[:2]:
                export.save_alignment(after, out / name, lang=lang)
            review.save(after, out / _OUTPUTS[2], lang=lang)
        _mark(_FOLDER)
    except BaseException:
        # half a demonstration would stand in the way of the next
        shutil.rmtree(_FOLDER, ignore_errors=True)
        raise
    if as_json:
        console.emit(
            {"files": [str(out / name) for name in _OUTPUTS], **records.of_alignment(after)}
        )
        return
    print_verdicts(after, lang)
    _print_changes(before, after, lang)
    _print_next(out, lang)


def _fresh(folder: Path) -> Workspace:
    """Make an empty demonstration folder; only what a demonstration made is replaced."""
    if folder.exists():
        if not (folder / _MARK).is_file():
            raise WorkspaceError(
                f"Folder {folder.resolve()} is there already and is no finished demonstration; "
                "rename it or run `vung demo` in another folder.",
                vi=f"Thư mục {folder.resolve()} đã có và không phải bản chạy thử hoàn chỉnh; hãy "
                "đổi tên thư mục hoặc chạy `vung demo` ở thư mục khác.",
            )
        if own := _not_of_the_demo(folder):
            listed = ", ".join(own[:_NAMED]) + (", ..." if len(own) > _NAMED else "")
            raise WorkspaceError(
                f"Folder {folder.resolve()} holds work of your own since the demonstration "
                f"({listed}); rename it or run `vung demo` in another folder.",
                vi=f"Thư mục {folder.resolve()} có phần việc của bạn sau lần chạy thử ({listed}); "
                "hãy đổi tên thư mục hoặc chạy `vung demo` ở thư mục khác.",
            )
        shutil.rmtree(folder)
    return Workspace.create(folder)


def _contents(folder: Path) -> dict[str, str]:
    """Every file of a demonstration with its hash; the lock holds nothing."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {_MARK, _LOCK}
    }


def _not_of_the_demo(folder: Path) -> list[str]:
    """Files that are new or changed since the demonstration."""
    try:
        made = json.loads((folder / _MARK).read_text(encoding="utf-8"))["made"]
    except (ValueError, KeyError, TypeError):
        made = {}
    return [name for name, sha in _contents(folder).items() if made.get(name) != sha]


def _mark(folder: Path) -> None:
    record = json.dumps({"made": _contents(folder)}, indent=1, ensure_ascii=False)
    (folder / _MARK).write_text(record + "\n", encoding="utf-8")


def _print_changes(before: Alignment, after: Alignment, lang: str) -> None:
    """Print what the local decisions changed: verdicts of pieces, summed by zone."""
    old = before.pieces.set_index("piece_id")["verdict"]
    pieces = after.pieces.assign(old=after.pieces["piece_id"].map(old))
    changed = pieces[pieces["old"] != pieces["verdict"]]
    if changed.empty:
        return
    sums = changed.groupby(["zone_id", "old", "verdict"])["area_ha"].sum()
    console.say(
        "\nKhi có quyết định của địa phương (kế hoạch chuyển đổi cây trồng, danh mục loài; "
        "số liệu minh họa), kết quả đổi:",
        "\nWith the local decisions (crop-conversion plan, species list; invented figures), "
        "verdicts change:",
        lang,
    )
    for key, hectares in sums.items():
        zone, was, now = key if isinstance(key, tuple) else (key, "", "")
        console.write(
            f"  {zone}: {text.label('verdict', str(was), lang)} -> "
            f"{text.label('verdict', str(now), lang)}: "
            f"{text.format_number(float(hectares), 2, lang)} ha"
        )
    verdicts = pd.DataFrame(
        {
            "old": before.zones.set_index("zone_id")["verdict"],
            "new": after.zones.set_index("zone_id")["verdict"],
        }
    )
    for zone, row in verdicts[verdicts["old"] != verdicts["new"]].iterrows():
        was, now = (text.label("verdict", str(row[name]), lang) for name in ("old", "new"))
        console.say(f"  Cả vùng {zone}: {was} -> {now}", f"  Zone {zone}: {was} -> {now}", lang)


def _print_next(out: Path, lang: str) -> None:
    listed = ", ".join(str(out / name) for name in _OUTPUTS)
    english = () if lang == "vi" else ("--lang", "en")
    corners = "goc-ranh.xlsx" if lang == "vi" else "corners.xlsx"
    calls = (
        ("layers",),
        ("align", "binh-hai-shallot-1", "--as-of", "2024-01-01"),
        ("export", "binh-hai-shallot-1", "--corners", "-o", corners),
        ("check", "zones", "-o", "loi.xlsx" if lang == "vi" else "findings.xlsx"),
        ("serve",),
    )
    page = out / _OUTPUTS[2]
    console.say(
        f"\nĐã ghi {listed}.\nTiếp theo:\n  mở {page} trong trình duyệt (không cần mạng)",
        f"\nWrote {listed}.\nNext:\n  open {page} in a browser (no internet needed)",
        lang,
    )
    for words in calls:
        console.write("  " + Place(_FOLDER, named=True).command(*words, *english))
