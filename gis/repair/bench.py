"""The work bench of a repair: the features near faults, and what became of them.

Only features in a fault, those that a repair changes, and the neighbours of both lie on the bench;
what is farther away is not touched, and looked at again only when all is done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis import topology
from gis.checks.base import Subject
from gis.layers import zones
from gis.repair.ground import Ground
from gis.repair.ledger import Line, Words
from gis.repair.rings import Spot

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

#: Two borders nearer than this lie on each other (1 micrometre).
SAME_M: Final = 1e-6
# columns that say where a row comes from, not what it is
_ORIGIN: Final = frozenset({"source_row", "fault", "registered_area_m2"})
# columns of the tables of faults that hold positions of features
_POSITIONS: Final = ("left", "right", "inner", "outer", "feature", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What a repair can settle, by positions in the whole layer; see `gis.topology.Faults`.

    Attributes
    ----------
    gaps
        Both kinds: enclosed by borders, and enclosed but for a corner.
    """

    overlaps: pd.DataFrame
    duplicates: pd.DataFrame
    contained: pd.DataFrame
    gaps: pd.DataFrame
    hanging: pd.DataFrame
    near: pd.DataFrame

    def tables(self) -> Iterable[pd.DataFrame]:
        """Return its tables."""
        return (getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class Done:
    """What one act changed: new geometries (None: the row is gone), and its lines."""

    changes: Mapping[int, Geometry | None]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a fault is left to people."""

    why: Words


class Bench:
    """Features that are repaired; positions are those in the whole layer.

    Attributes
    ----------
    geometry
        The layer's geometries as they are now; None where a row is gone.
    settled
        Rows whose geometry stays bit for bit.
    still
        Whether no boundary of this layer moves at all.
    lines
        What was changed, in order.
    """

    def __init__(
        self, subject: Subject, rows: Rows, fixed: Sequence[gpd.GeoDataFrame], *, still: bool
    ) -> None:
        self.subject = subject
        self.settings = subject.settings
        self.geometry: Geometries = np.array(subject.frame.geometry.to_numpy(), dtype=object)
        self.still = still
        self.settled = _settled(subject)
        self.registered = _registered(subject.frame)
        self.lines: list[Line] = []
        self._inner: set[int] = set()
        self._near: set[int] = set()
        self._rows = rows
        # of the layer as it was: what is not on the bench has not changed since
        self._whole = shapely.STRtree(self.geometry[rows])
        self._index()
        self._reach(_involved(self._found(rows)) | set(self._tiny(rows)))
        self.ground = Ground(fixed, self.geometry[rows[self.settled[rows]]])

    def faults(self) -> Faults:
        """Return the faults there are now, by positions in the whole layer."""
        self._index()
        found = self._found(self._at)
        # the bench ends where its last ring does: what lies beyond is no gap
        shapes = found.gaps["geometry"].to_numpy()
        gap, beyond = self._whole.query(shapes, predicate="intersects")
        away = ~np.isin(self._rows[beyond], self._at)
        gap, beyond = gap[away], self._rows[beyond[away]]
        meet = shapely.relate_pattern(shapes[gap], self.geometry[beyond], "T********")
        false = np.zeros(len(shapes), dtype=bool)
        false[gap[meet]] = True
        return replace(found, gaps=found.gaps[~false].reset_index(drop=True))

    def check(self) -> tuple[Faults, bool]:
        """Look at the whole layer: its faults, and whether the bench had to grow to hold them."""
        found = self._found(self._rows[~shapely.is_missing(self.geometry[self._rows])])
        beyond = _involved(found) - self._near
        self._reach(beyond)
        return found, bool(beyond)

    def around(self, spot: Spot, reach_m: float) -> list[int]:
        """Features whose bounds come near a place."""
        (x, y) = spot
        return self._meeting(shapely.box(x - reach_m, y - reach_m, x + reach_m, y + reach_m))

    def neighbours(self, geometry: Geometry, *but: int) -> list[int]:
        """Features that touch a geometry."""
        west, south, east, north = geometry.bounds
        near = self._meeting(
            shapely.box(west - SAME_M, south - SAME_M, east + SAME_M, north + SAME_M)
        )
        touching = shapely.dwithin(self.geometry[near], geometry, SAME_M)
        return [at for at, meets in zip(near, touching, strict=True) if meets and at not in but]

    def with_tiny_parts(self) -> list[int]:
        """Features on the bench that are, or hold, a part below the size of a left-over."""
        present = self._at[~shapely.is_missing(self.geometry[self._at])]
        return self._tiny(present)

    def same_kind(self, one: int, other: int) -> bool:
        """Whether two rows say the same, but for where they come from."""
        frame = self.subject.frame
        columns = frame.columns.difference([*_ORIGIN, frame.geometry.name], sort=False)
        left, right = frame[columns].iloc[one], frame[columns].iloc[other]
        return bool(((left == right) | (left.isna() & right.isna())).all())

    def code(self, at: int) -> object:
        """Return the land-use code of a row; None where there is none."""
        frame = self.subject.frame
        value = frame["code"].iloc[at] if "code" in frame else None
        return None if pd.isna(value) else value

    def apply(self, done: Done) -> None:
        """Carry out what an act changed."""
        for at, new in done.changes.items():
            many = self.geometry[at].geom_type == "MultiPolygon"
            alone = new is not None and new.geom_type == "Polygon"
            self.geometry[at] = shapely.multipolygons([new]) if many and alone else new
        self._reach({at for at in done.changes if at not in self._inner})
        self.lines += done.lines

    def _index(self) -> None:
        near = np.array(sorted(self._near), dtype=np.int64)
        self._at = near[~shapely.is_missing(self.geometry[near])]
        self._tree = shapely.STRtree(self.geometry[self._at])

    def _meeting(self, box: Geometry) -> list[int]:
        """Features whose bounds, now or when the repair began, meet a box."""
        now, then = self._at[self._tree.query(box)], self._rows[self._whole.query(box)]
        return [int(at) for at in np.union1d(now, then) if self.geometry[at] is not None]

    def _tiny(self, rows: Rows) -> list[int]:
        parts, owner = shapely.get_parts(self.geometry[rows], return_index=True)
        tiny = shapely.area(parts) < self.settings.tiny_part_m2
        return sorted(set(rows[owner[tiny]].tolist()))

    def _found(self, rows: Rows) -> Faults:
        found = topology.faults(self.geometry[rows], settings=self.settings)
        gaps = pd.concat([found.gaps, found.corner_gaps], ignore_index=True)
        return Faults(
            overlaps=_carried(found.overlaps, rows),
            duplicates=_carried(found.duplicates, rows),
            contained=_carried(found.contained, rows),
            gaps=_carried(gaps, rows),
            hanging=_carried(found.hanging, rows),
            near=_carried(found.near, rows),
        )

    def _reach(self, rows: Iterable[int]) -> None:
        """Lay features on the bench that may change, and all that they touch."""
        changing = np.array(sorted(rows), dtype=np.int64)
        _, found = self._whole.query(
            self.geometry[changing], predicate="dwithin", distance=self.settings.fix_m
        )
        self._inner.update(changing.tolist())
        self._near.update(changing.tolist(), self._rows[found].tolist())


def _settled(subject: Subject) -> Mask:
    if subject.layer == "zones":
        return zones.is_settled(subject.frame)
    return np.zeros(len(subject.frame), dtype=bool)


def _registered(frame: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return registered areas in square metres; NaN where there is none."""
    if "registered_area_m2" not in frame:
        return np.full(len(frame), np.nan)
    values = pd.to_numeric(frame["registered_area_m2"], errors="coerce")
    known = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(known > 0, known, np.nan)


def _carried(given: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """Say positions in the whole layer for those among some rows."""
    columns: dict[str, Any] = {
        name: rows[given[name].to_numpy(dtype=np.int64)] for name in _POSITIONS if name in given
    }
    if "neighbours" in given:
        columns["neighbours"] = pd.Series(
            [tuple(rows[list(near)].tolist()) for near in given["neighbours"]],
            index=given.index,
            dtype=object,
        )
    return given.assign(**columns)


def _involved(found: Faults) -> set[int]:
    """Every feature in some fault."""
    involved: set[int] = set()
    for given in found.tables():
        for name in _POSITIONS:
            if name in given:
                involved.update(given[name].tolist())
    for near in found.gaps["neighbours"]:
        involved.update(near)
    return involved
