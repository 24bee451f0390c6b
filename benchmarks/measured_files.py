"""Runs the product on files with wrong text, personal data and wrong coordinate systems.

Every file is written and taken in by the door, as an office would do it.
"""

import itertools
import tempfile
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks import people, systems, texts
from benchmarks.fabric import CRS, ORIGIN
from benchmarks.matching import Score
from benchmarks.measured import DESCRIBED
from benchmarks.systems import SystemCase
from gis.errors import CrsError
from gis.intake.door import Checked, Home, Order, take_in

#: Rows of the files: a hamlet, a map sheet, a small commune.
ROWS: Final = (20, 200, 2_000)
#: Columns that are written wrongly.
_WRONG: Final = ("a", "n")
#: A file that is farther off than this after its repair counts as missed.
REPAIRED_M: Final = 1.0
#: Zones in which files that cannot be placed are tried.
GUESSED: Final = ("5898", "5899", "9217", "5897")


def text_scores(seeds: Iterable[int]) -> dict[str, Score]:
    """Score columns: found where every text is right again, false where one was changed for bad.

    Column `a` holds phrases and `n` a few names, both in the encoding; `b` is as it should be, and
    `c` has no accents. Then the names are alone in a file.
    """
    total: dict[str, Score] = {}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        for rows, alone in itertools.product(ROWS, (False, True)):
            for encoding in (*texts.ENCODINGS, "utf-8"):
                label = "bytes of a few names alone" if alone else f"bytes: {encoding}"
                _bytes_case(total.setdefault(label, Score(label)), encoding, rows, rng)
            for encoding in (*texts.ENCODINGS, "utf-8", "nfd"):
                label = "misread, a few names alone" if alone else f"misread as Western: {encoding}"
                _unicode_case(total.setdefault(label, Score(label)), encoding, rows, rng)
    return total


def _columns(score: Score, rows: int, rng: np.random.Generator) -> dict[str, list[str]]:
    names = {"n": texts.column(rows, rng, names=True)}
    if "alone" in score.kind:
        return names
    plain = [str(each) for each in rng.choice(texts.PLAIN, rows)]
    return {"a": texts.column(rows, rng), "b": texts.column(rows, rng), "c": plain, **names}


def _bytes_case(score: Score, encoding: str, rows: int, rng: np.random.Generator) -> None:
    """Score bytes of a shapefile that says nothing of its encoding."""
    true = _columns(score, rows, rng)
    raw = {
        name: [
            texts.encode(each, encoding if name in _WRONG else "utf-8").decode("latin-1")
            for each in values
        ]
        for name, values in true.items()
    }
    _score_columns(score, _through_a_file(raw, "land.shp"), true)


def _unicode_case(score: Score, encoding: str, rows: int, rng: np.random.Generator) -> None:
    """Score text that some program took for Western, or took apart."""

    def wrong(words: str) -> str:
        if encoding == "nfd":
            return unicodedata.normalize("NFD", words)
        return texts.misread(texts.encode(words, encoding))

    true = _columns(score, rows, rng)
    raw = {
        name: [wrong(each) for each in values] if name in _WRONG else values
        for name, values in true.items()
    }
    _score_columns(score, _through_a_file(raw, "land.gpkg"), true)


def _through_a_file(columns: dict[str, list[str]], name: str) -> pd.DataFrame:
    """Write columns beside land use, and return them as the door gives them."""
    taken = _taken(_frame(columns), name, keep=tuple(columns))
    assert taken.frame is not None  # noqa: S101 # only rasters have none
    return pd.DataFrame(taken.frame[list(columns)].fillna(""))


def _frame(columns: dict[str, list[Any]]) -> gpd.GeoDataFrame:
    """Set columns beside squares of rice land."""
    at = np.arange(len(next(iter(columns.values()))))
    east, north = ORIGIN[0] + at % 50 * 20.0, ORIGIN[1] + at // 50 * 20.0
    squares = shapely.box(east, north, east + 20, north + 20)
    return gpd.GeoDataFrame({**columns, "code": "LUC"}, geometry=squares, crs=CRS)


def _taken(frame: gpd.GeoDataFrame, name: str, keep: tuple[str, ...] = ()) -> Checked:
    """Write a file and take it in; a shapefile is written byte by byte and says no encoding."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        if file.suffix == ".shp":
            frame.to_file(file, encoding="ISO-8859-1")
            file.with_suffix(".cpg").unlink()
        else:
            frame.to_file(file)
        return take_in(Order(layer="land-use", path=file, constants=DESCRIBED, keep=keep))


def _score_columns(score: Score, frame: pd.DataFrame, true: dict[str, list[str]]) -> None:
    for name, values in true.items():
        right = list(frame[name]) == values
        if name in _WRONG and right:
            score.found += 1
            score.right += 1
        elif name in _WRONG:
            score.missed.append(_shown(frame[name], values))
        elif right:
            score.quiet += 1
        else:
            score.false.append(_shown(frame[name], values))


def _shown(got: Iterable[str], wanted: Sequence[str]) -> list[tuple[str, str]]:
    return [pair for pair in zip(got, wanted, strict=True) if pair[0] != pair[1]][:3]


def people_scores(seeds: Iterable[int]) -> dict[str, Score]:
    """Score columns with personal data, each in a file with all the others."""
    total: dict[str, Score] = {}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        for rows in ROWS:
            made = people.cases(rows, rng)
            taken = _taken(_frame({case.name: case.values for case in made}), "land.gpkg")
            dropped = taken.provenance["personal_columns_left_out"]
            for case in made:
                kind = case.kind if case.personal else "anything else"
                score = total.setdefault(kind, Score(kind))
                gone = case.name in dropped
                score.found += case.personal and gone
                score.right += case.personal and gone
                score.quiet += not case.personal and not gone
                if gone != case.personal:
                    (score.missed if case.personal else score.false).append(case)
    return total


def system_scores(seeds: Iterable[int]) -> tuple[dict[str, Score], dict[str, Score]]:
    """Score files that fill a commune: is the wrong system said, and is the repair within 1 m."""
    told: dict[str, Score] = {}
    mended: dict[str, Score] = {}
    for seed in seeds:
        communes = systems.communes(seed=seed)
        filled = [systems.covering(shape, seed=seed) for shape in communes.geometry]
        for number, case in enumerate(systems.cases()):
            truth = filled[number % len(filled)]
            said = _said(case, truth, communes)
            _score_word(told.setdefault(case.kind, Score(case.kind)), case, said)
            away = _repaired(case, truth, communes)
            score = mended.setdefault(case.kind, Score(case.kind))
            if away is not None and away < REPAIRED_M:
                score.found += 1
                score.right += 1
            else:
                score.missed.append((case.label, away))
                score.false += [] if away is None else [(case.label, away)]
    return told, mended


def _score_word(score: Score, case: SystemCase, said: list[str]) -> None:
    right = bool(said) and case.wrong
    score.found += right
    score.right += right
    score.quiet += not said and not case.wrong
    if case.wrong and not said:
        score.missed.append(case)
    if said and not case.wrong:
        score.false.append((case, said))


def _said(case: SystemCase, truth: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> list[str]:
    """Return what is said of a file's system: rules, or that it is refused."""
    try:
        taken = _placed(case, truth, communes, given=None)
    except CrsError:
        return ["refused"]
    rules = taken.findings["rule_id"]
    return list(rules[rules.str.startswith("crs.")])


def _repaired(
    case: SystemCase, truth: gpd.GeoDataFrame, communes: gpd.GeoDataFrame
) -> float | None:
    """Let the product choose; return how far off the file is then; None where it refuses."""
    try:
        taken = _placed(case, truth, communes, given="auto")
    except CrsError:
        return None
    assert taken.frame is not None  # noqa: S101 # only rasters have none
    there = taken.frame.set_index("source_row").sort_index().geometry.to_numpy()
    return systems.displaced(there, truth.geometry.to_numpy())


def _placed(
    case: SystemCase, truth: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, given: str | None
) -> Checked:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # that a file declares no system is the point of some cases
        warnings.simplefilter("ignore", UserWarning)
        file = Path(folder) / "land.shp"
        systems.write(truth, case, file)
        order = Order(layer="land-use", path=file, constants=DESCRIBED, crs=given)
        return take_in(order, Home(communes=communes))


def guess_scores(seeds: Iterable[int]) -> Score:
    """Score files that nobody can place: a piece of a commune, and a file from elsewhere.

    A refusal is right; anything that is taken is a guess.
    """
    score = Score("nothing to go by")
    tried = [
        case
        for case in systems.cases()
        if case.kind == "zone not declared" and case.label in GUESSED
    ]
    for seed in seeds:
        communes = systems.communes(seed=seed)
        for shape in communes.geometry:
            west, south, east, north = shape.bounds
            piece = shape.intersection(shapely.box(west, south, (west + east) / 2, north))
            for part, aside in ((piece, 0.0), (shape, 150_000.0)):
                there = systems.covering(max(shapely.get_parts(part), key=shapely.area), seed=seed)
                there = there.set_geometry(there.translate(-aside / 3, aside), crs=there.crs)
                for case in tried:
                    away = _repaired(case, there, communes)
                    score.quiet += away is None
                    score.false += [] if away is None else [(case.label, aside, away)]
    return score
