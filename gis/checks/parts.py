"""Rows of a layer that are held against each other: those that describe one state of the ground."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis import topology
from gis.checks.base import Subject
from gis.layers import zones
from gis.topology import Faults

Geometries = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]

_ONE_STATE: Final = ("code_table", "status", "plan_kind", "year", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a layer that are held against each other, and what is wrong among them."""

    subject: Subject
    at: Indices
    geometry: Geometries
    sheets: npt.NDArray[Any] | None
    faults: Faults

    def areas(self, position: Any) -> npt.NDArray[np.float64]:
        """Drawn areas in square metres."""
        return np.asarray(shapely.area(self.geometry[position]), dtype=np.float64)

    def found(self, rule_id: str, one: Any, other: Any = None, **said: Any) -> gpd.GeoDataFrame:
        """Return findings about features by their position among these rows."""
        beside = None if other is None else self.at[np.asarray(other, dtype=np.int64)]
        mine = self.at[np.asarray(one, dtype=np.int64)]
        return self.subject.found(rule_id, mine, other=beside, **said)


def parts(subject: Subject) -> Iterator[Part]:
    """Yield the rows that are held against each other, with what is wrong among them."""
    geometry = subject.frame.geometry.to_numpy()
    for at in _together(subject):
        sheets = _sheets(subject, at)
        faults = topology.faults(geometry[at], settings=subject.settings, sheets=sheets)
        yield Part(subject, at, geometry[at], sheets, faults)


def _together(subject: Subject) -> Iterator[Indices]:
    frame = subject.frame
    if subject.layer == "communes" and {"valid_from", "valid_to"} <= set(frame):
        yield from _by_day(frame)
        return
    live = np.arange(len(frame))
    if subject.layer == "zones":
        live = np.flatnonzero(~zones.is_past(frame))
    columns = [name for name in _ONE_STATE if name in frame]
    if subject.layer != "land-use" or not columns:
        yield live
        return
    state = frame[columns].groupby(columns, dropna=False, sort=False).ngroup().to_numpy()
    for number in range(int(state.max(initial=-1)) + 1):
        yield np.flatnonzero(state == number)


def _by_day(frame: gpd.GeoDataFrame) -> Iterator[Indices]:
    """Rows valid on the first day of each set; an unknown start is open."""
    starts = frame["valid_from"].fillna("").to_numpy()
    ends = frame["valid_to"].fillna("9999-12-31").to_numpy()
    for day in sorted(set(starts)):
        yield np.flatnonzero((starts <= day) & (ends >= day))


def _sheets(subject: Subject, at: Indices) -> npt.NDArray[Any] | None:
    if subject.layer != "land-use" or "sheet" not in subject.frame:
        return None
    return np.asarray(subject.frame["sheet"].iloc[at], dtype=object)
