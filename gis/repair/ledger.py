"""The record of a repair: which feature gained or lost how much, and that the sum closes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import crs
from gis.checks.base import Subject
from gis.findings import measure
from gis.repair.rings import Spot

#: A sentence, Vietnamese and English.
Words = tuple[str, str]

COLUMNS: Final = (
    "step",
    "rule_id",
    "row",
    "feature",
    "other_row",
    "other_feature",
    "gained_m2",
    "lost_m2",
    "moved_m",
    "x",
    "y",
    "lon",
    "lat",
    "why_vi",
    "why_en",
)
#: What each step of a repair settles.
RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "drop": "topology.duplicate",
        "insert-vertex": "topology.hanging-vertex",
        "snap": "topology.near-miss",
        "trim": "topology.overlap",
        "fill": "topology.gap",
        "merge": "geometry.tiny-part",
        "rounding": "",
    }
)
# a feature whose rows miss its change by more gets a row of its own for it
_ROUNDING_M2: Final = 1e-8
_ROUNDED: Final[Words] = (
    "Sai số làm tròn của các lần sửa ở trên.",
    "Rounding of the changes above.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change of one feature; `at` and `other` are positions in the layer."""

    step: str
    at: int
    why: Words
    spot: Spot
    rule_id: str = ""
    other: int | None = None
    gained_m2: float = 0.0
    lost_m2: float = 0.0
    moved_m: float = 0.0


def closed(
    lines: Sequence[Line], change: npt.NDArray[np.float64], spots: Mapping[int, Spot]
) -> list[Line]:
    """Add what the lines of a feature leave open of its change of area, as lines of their own."""
    said = np.zeros(len(change))
    for line in lines:
        said[line.at] += line.gained_m2 - line.lost_m2
    missing = change - said
    return [
        *lines,
        *(
            Line(
                step="rounding",
                at=int(at),
                why=_ROUNDED,
                spot=spots[int(at)],
                gained_m2=max(missing[at], 0.0),
                lost_m2=max(-missing[at], 0.0),
            )
            for at in np.flatnonzero(np.abs(missing) > _ROUNDING_M2)
        ),
    ]


def table(lines: Sequence[Line], subject: Subject) -> pd.DataFrame:
    """Return the changes as people read them, in the order in which they were made."""
    at = np.array([line.at for line in lines], dtype=np.int64)
    others = [line.other for line in lines]
    spots = np.array([line.spot for line in lines], dtype=np.float64).reshape(-1, 2)
    lon, lat = degrees(spots, subject)
    frame = pd.DataFrame(
        {
            "step": [line.step for line in lines],
            "rule_id": [line.rule_id or RULES[line.step] for line in lines],
            **named(at, others, subject),
            "gained_m2": [line.gained_m2 for line in lines],
            "lost_m2": [line.lost_m2 for line in lines],
            "moved_m": [line.moved_m for line in lines],
            "x": spots[:, 0],
            "y": spots[:, 1],
            "lon": lon,
            "lat": lat,
            "why_vi": [line.why[0] for line in lines],
            "why_en": [line.why[1] for line in lines],
        },
        columns=list(COLUMNS),
    )
    numbers = ["gained_m2", "lost_m2", "moved_m", "x", "y"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def named(
    at: npt.NDArray[np.int64], others: Sequence[int | None], subject: Subject
) -> dict[str, object]:
    """Rows and names of features, and of the others they were changed for."""
    held = np.array([other is not None for other in others], dtype=bool)
    known = np.array([other for other in others if other is not None], dtype=np.int64)
    other_row = pd.Series(pd.NA, index=range(len(others)), dtype="Int64")
    other_row[held] = subject.rows(known)
    names = iter(subject.names(known))
    return {
        "row": pd.array(subject.rows(at), dtype="Int64"),
        "feature": pd.Series(subject.names(at), dtype=object),
        "other_row": other_row,
        "other_feature": pd.Series([next(names) if has else None for has in held], dtype=object),
    }


def degrees(
    spots: npt.NDArray[np.float64], subject: Subject
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Longitude and latitude of places; NaN where the system is not known."""
    if subject.frame.crs is None or not len(spots):
        return np.full(len(spots), np.nan), np.full(len(spots), np.nan)
    points = gpd.GeoSeries.from_xy(spots[:, 0], spots[:, 1], crs=subject.frame.crs)
    placed = crs.carried(points, crs.WGS84)
    return placed.x.to_numpy().round(7), placed.y.to_numpy().round(7)


def totals(
    lines: Iterable[Line], areas: tuple[float, float], doubled: tuple[float, float]
) -> Mapping[str, float]:
    """Sum of the ledger, against areas before and after.

    Parameters
    ----------
    areas
        Sum of the features' areas before and after, in square metres.
    doubled
        What of it lies under more than one feature, before and after.
    """
    listed = list(lines)
    gained = float(np.sum([line.gained_m2 for line in listed]))
    lost = float(np.sum([line.lost_m2 for line in listed]))
    before, after = (float(area) for area in areas)
    return MappingProxyType(
        {
            "area_before_m2": before,
            "gained_m2": gained,
            "lost_m2": lost,
            "area_after_m2": after,
            "difference_m2": after - (before + gained - lost),
            "covered_before_m2": before - doubled[0],
            "overlap_removed_m2": doubled[0] - doubled[1],
            "covered_after_m2": after - doubled[1],
        }
    )


def size(value: float, unit: str = "m2") -> Words:
    """Write a size in both languages."""
    return measure(value, unit, "vi"), measure(value, unit, "en")


def joined(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Return the totals of two repairs of which one followed the other."""
    summed = {
        name: first[name] + second[name] for name in ("gained_m2", "lost_m2", "overlap_removed_m2")
    }
    both = {**second, **summed}
    both |= {name: first[name] for name in ("area_before_m2", "covered_before_m2")}
    balance = both["area_before_m2"] + both["gained_m2"] - both["lost_m2"]
    return {**both, "difference_m2": both["area_after_m2"] - balance}
