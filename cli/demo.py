"""The demonstration: the whole main job on the schematic sample."""

import shutil
import sys
from pathlib import Path
from typing import Final

import pandas as pd
import typer

from cli import console
from cli.analysis import judged, print_verdicts
from gis import sample, text
from gis.alignment import Alignment
from gis.errors import WorkspaceError
from gis.reports import export, records
from gis.workspace import Workspace

_FOLDER: Final = Path("demo")
_MARK: Final = ".vung-demo"
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
    with console.progress("Đang nạp dữ liệu minh họa", "Taking in the sample", lang):
        list(sample.fill(workspace))
        before = judged(workspace, [], as_of=sample.DEMO_DAY, year=_YEAR)
        list(sample.decide(workspace))
        after = judged(workspace, [], as_of=sample.DEMO_DAY, year=_YEAR)
    out = _FOLDER / "out"
    out.mkdir()
    with console.progress("Đang ghi bảng và bản đồ", "Writing tables and map", lang):
        for name in _OUTPUTS[:2]:
            export.save_alignment(after, out / name, lang=lang)
        review.save(after, out / _OUTPUTS[2], lang=lang)
    if as_json:
        console.emit(
            {"files": [str(out / name) for name in _OUTPUTS], **records.of_alignment(after)}
        )
        return
    print_verdicts(after, lang)
    _print_changes(before, after, lang)
    _print_next(out, lang)


def _fresh(folder: Path) -> Workspace:
    """Make an empty demonstration folder; an earlier one is replaced, anything else is refused."""
    if folder.exists():
        if not (folder / _MARK).exists():
            raise WorkspaceError(
                f"Folder {folder.resolve()} is there already and is no demonstration; run "
                "`vung demo` in another folder.",
                vi=f"Thư mục {folder.resolve()} đã có và không phải bản chạy thử; hãy chạy "
                "`vung demo` ở thư mục khác.",
            )
        shutil.rmtree(folder)
    workspace = Workspace.create(folder)
    (folder / _MARK).touch()
    return workspace


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
    page, vung = out / _OUTPUTS[2], _command()
    console.say(
        f"\nĐã ghi {listed}.\nTiếp theo:\n"
        f"  mở {page} trong trình duyệt (không cần mạng)\n"
        f"  {vung} -w demo layers\n"
        f"  {vung} -w demo align binh-hai-shallot-1 --as-of 2024-01-01\n"
        f"  {vung} -w demo export binh-hai-shallot-1 --corners -o goc-ranh.xlsx\n"
        f"  {vung} -w demo serve",
        f"\nWrote {listed}.\nNext:\n"
        f"  open {page} in a browser (no internet needed)\n"
        f"  {vung} -w demo layers --lang en\n"
        f"  {vung} -w demo align binh-hai-shallot-1 --as-of 2024-01-01 --lang en\n"
        f"  {vung} -w demo export binh-hai-shallot-1 --corners -o corners.xlsx --lang en\n"
        f"  {vung} -w demo serve --lang en",
        lang,
    )


def _command() -> str:
    """How to call this command from here: by name where the shell finds it, else by path."""
    own = Path(sys.argv[0])
    if shutil.which("vung") is not None or own.stem != "vung":
        return "vung"
    try:
        return str(own.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(own.absolute())
