"""How much the checks find, and how much of what they say is true.

``python -m benchmarks.bench_check --size M`` prints a table and writes ``benchmarks/RESULTS.md``.
"""

import argparse
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import pyproj
import shapely

from benchmarks import fabric, measured, measured_files
from benchmarks.matching import Score

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "benchmarks" / "RESULTS.md"
PARTS: Final = ("parcels", "real", "text", "people", "systems")
_HEAD: Final = (
    "| kind | faults | recall | reports | precision | below the tolerance, or clean |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: |\n"
)
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table, and a sentence on what it shows."""

    title: str
    said: str
    scores: Mapping[str, Score]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    options = argparse.ArgumentParser(description="Recall and precision of the checks.")
    options.add_argument("--size", choices=fabric.SIZES, default="M")
    options.add_argument("--seeds", type=int, default=3, help="how many runs are added up")
    options.add_argument("--data", type=Path, default=_data(), help="folder of the real data")
    options.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    options.add_argument("--cases", action="store_true", help="show what was missed or invented")
    given = options.parse_args(arguments)
    seeds = range(1, given.seeds + 1)
    made = [section for part in given.only for section in sections(part, given, seeds)]
    written = page(made)
    sys.stdout.write(written)
    if given.cases:
        sys.stdout.write(cases(made))
    if set(given.only) == set(PARTS):
        RESULTS.write_text(written, encoding="utf-8")


def _data() -> Path:
    return Path(os.environ.get("VUNG_TEST_DATA") or ROOT / ".." / "shared" / "data").resolve()


def sections(part: str, given: Any, seeds: Sequence[int]) -> list[Section]:
    """Run one part of the benchmark."""
    if part == "parcels":
        scores, invented = measured.synthetic(given.size, seeds)
        said = (
            f"{len(seeds)} made-up fabrics of {fabric.SIZES[given.size]:,} parcels each. "
            f"Findings on the same fabrics without faults: {invented}."
        )
        return [Section(title="Parcels", said=said, scores=scores)]
    if part == "real":
        return [_real(given.data, seeds)]
    if part == "text":
        said = "Columns of Vietnamese text; beside each, two columns that must stay as they are."
        return [Section(title="Text", said=said, scores=measured_files.text_scores(seeds))]
    if part == "people":
        said = "Columns with personal data, and columns that only look like them."
        scores = measured_files.people_scores(seeds)
        return [Section(title="Personal data", said=said, scores=scores)]
    told, mended = measured_files.system_scores(seeds[:1])
    guessed = measured_files.guess_scores(seeds[:1])
    return [
        Section(
            title="Coordinate systems",
            said="Files that fill a commune: is a false or missing declaration said, and nothing "
            "said of a true one.",
            scores=told,
        ),
        Section(
            title="Coordinate systems, repaired",
            said=f"The same files with `--crs auto`: found means less than "
            f"{measured_files.REPAIRED_M:g} m off; a refusal is missed and not wrong.",
            scores=mended,
        ),
        Section(
            title="Coordinate systems, no guess",
            said="Pieces of a commune, and files from elsewhere, with `--crs auto`: any answer is "
            "a guess and counts as false.",
            scores={guessed.kind: guessed},
        ),
    ]


def _real(folder: Path, seeds: Sequence[int]) -> Section:
    title = "Real parcels (Duy Nghĩa)"
    if not (folder / measured.REAL_FILE).is_file():
        said = "Not measured: the real parcels are not part of the project (`--data DIR`)."
        return Section(title=title, said=said, scores={})
    said = "Faults planted where the data has none of its own; what was wrong before is left out."
    return Section(title=title, said=said, scores=measured.real(folder, seeds))


def page(made: Sequence[Section]) -> str:
    """Write the tables, with what they were measured with."""
    versions = (
        f"Python {platform.python_version()}, NumPy {np.__version__}, Shapely "
        f"{shapely.__version__}, GEOS {shapely.geos_version_string}, GDAL "
        f"{pyogrio.__gdal_version_string__}, PROJ {pyproj.proj_version_str}"
    )
    parts = [
        "# What the checks find\n",
        f"Made by `python -m benchmarks.bench_check`; {versions}.\n",
    ]
    for section in made:
        parts += [f"## {section.title}\n", f"{section.said}\n"]
        if section.scores:
            parts.append(_HEAD + "".join(_line(each) for each in _with_sum(section.scores)))
    return "\n".join(parts)


def _with_sum(scores: Mapping[str, Score]) -> list[Score]:
    whole = Score("**all**")
    for each in scores.values():
        whole.found += each.found
        whole.right += each.right
        whole.quiet += each.quiet
        whole.missed += each.missed
        whole.false += each.false
    return [*scores.values(), whole] if len(scores) > 1 else list(scores.values())


def _line(score: Score) -> str:
    faults, reports = score.found + len(score.missed), score.right + len(score.false)
    recall, precision = _percent(score.recall), _percent(score.precision)
    return f"| {score.kind} | {faults} | {recall} | {reports} | {precision} | {score.quiet} |\n"


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    # 99.96 % is not all
    return f"{np.floor(share * 1000) / 10:.1f} %"


def cases(made: Sequence[Section]) -> str:
    """List what was missed and what was invented, to be looked into."""
    lines = []
    for section in made:
        for score in section.scores.values():
            for label, listed in (("missed", score.missed), ("false", score.false)):
                lines += [
                    f"{section.title}: {score.kind}: {label}: {each}\n" for each in listed[:_SHOWN]
                ]
    return "\n" + "".join(lines)


if __name__ == "__main__":
    main()
