"""Faults planted into a clean fabric, and the truth about each of them.

Nothing here imports the product. A fault is planted at a parcel whose neighbours are touched by no
other fault. Its size is computed from what was planted, and drawn on both sides of the tolerance,
so that half of the faults with a size must be reported and the other half must not.

One change may be several faults: a vertex moved by 2 cm opens a gap *and* is a near miss. Then
there is a truth for each. What may be said of a change, or left unsaid, is in `Truth.may`.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon

Floats = npt.NDArray[np.float64]
_Segment = tuple[float, float, float, float]

#: Where the line is drawn; the product is run with exactly these.
TOLERANCES: Final = {
    "overlap_m2": 0.01,
    "gap_m2": 0.01,
    "near_m": 0.05,
    "edge_m": 1.0,
    "sliver_width_m": 0.2,
    "tiny_part_m2": 0.5,
    "spike_deg": 1.0,
    "area_m2": 1.0,
    "area_share": 0.02,
}
#: Kinds that a change of a border may touch beside the one that it is.
BORDER: Final = frozenset({"gap", "overlap", "near-miss", "hanging-vertex", "sheet-edge"})
#: Kinds that the shape of a single parcel may touch.
SHAPE: Final = frozenset(
    {"spike", "sliver", "tiny-part", "tiny-hole", "repeated-point", "contained"}
)
#: Nothing else comes nearer than this to what is planted.
CLEARANCE_M: Final = 0.5
_SMALLEST_HOST_M2: Final = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One thing that is known about the planted data.

    Attributes
    ----------
    kind
        Class of fault, such as ``gap``; `label` says more where a kind has several forms.
    rows
        1-based rows; a finding must name one of them (a gap may name none).
    where
        The planted fault itself.
    size
        In square metres, metres or degrees; not a number where a fault has no size.
    fault
        Whether it must be reported; if not, it must not be.
    may
        Kinds that may be reported here as well.
    """

    kind: str
    rows: tuple[int, ...]
    where: shapely.Geometry | None
    size: float = float("nan")
    fault: bool = True
    may: frozenset[str] = frozenset()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """A parcel to plant at: its open ring, and who is on the other side of each segment.

    Attributes
    ----------
    beside
        For the segment from vertex k to k + 1, position of the one other parcel that has exactly
        this segment; -1 where there is none.
    around
        Positions of all parcels that touch it.
    """

    at: int
    ring: Floats
    beside: npt.NDArray[np.int64]
    around: tuple[int, ...]

    @property
    def free(self) -> list[int]:
        """Vertices that this parcel shares with one other parcel, as both segments at them."""
        before = np.roll(self.beside, 1)
        return [int(k) for k in np.flatnonzero((before == self.beside) & (self.beside >= 0))]

    @property
    def enclosed(self) -> bool:
        """Whether other parcels lie on all its sides."""
        return bool((self.beside >= 0).all())

    def corner(self, k: int) -> tuple[Floats, Floats, Floats]:
        """Return the vertex before, the vertex itself, and the one after."""
        return self.ring[k - 1], self.ring[k], self.ring[(k + 1) % len(self.ring)]


@dataclass(slots=True)
class Field:
    """Data under change: shapes, columns, rows added at the end, and what is known so far."""

    frame: gpd.GeoDataFrame
    rng: np.random.Generator
    # the stubs of shapely know too little of what a polygon has
    shapes: list[Any] = field(init=False)
    values: dict[str, list[Any]] = field(init=False)
    truths: list[Truth] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Copy shapes and columns out of the frame."""
        self.shapes = list(self.frame.geometry)
        columns = self.frame.columns.drop(self.frame.geometry.name)
        self.values = {str(name): self.frame[name].tolist() for name in columns}

    def add(self, like: int, shape: Polygon) -> int:
        """Append a row with the columns of another, a parcel number of its own, its true area."""
        for listed in self.values.values():
            listed.append(listed[like])
        self.shapes.append(shape)
        at = len(self.shapes) - 1
        self.values["parcel"][at] = str(900_000 + at)
        self.values["registered_area_m2"][at] = round(float(shape.area), 1)
        return at

    def put(self, at: int, ring: Floats) -> bool:
        """Give a parcel another ring; its registered area follows. Refuse an invalid one."""
        shape = Polygon(ring)
        if not shape.is_valid:
            return False
        self.shapes[at] = shape
        self.values["registered_area_m2"][at] = round(float(shape.area), 1)
        return True

    def know(
        self, kind: str, at: Sequence[int], where: shapely.Geometry | None, **more: Any
    ) -> None:
        """Note a truth about parcels at some positions."""
        rows = tuple(int(each) + 1 for each in at)
        self.truths.append(Truth(kind=kind, rows=rows, where=where, **more))

    def is_clear(self, where: shapely.Geometry, host: Host, beside: int) -> bool:
        """Whether no third parcel is near a place on the border of two."""
        return all(
            shapely.distance(self.shapes[other], where) > CLEARANCE_M
            for other in (*host.around, *self._near(where))
            if other not in {host.at, beside}
        )

    def _near(self, where: shapely.Geometry) -> Iterator[int]:
        for at in self.frame.sindex.query(where, predicate="dwithin", distance=CLEARANCE_M):
            yield int(at)

    def done(self) -> gpd.GeoDataFrame:
        """Return the planted data."""
        return gpd.GeoDataFrame(self.values, geometry=self.shapes, crs=self.frame.crs)


def hosts(
    frame: gpd.GeoDataFrame, rng: np.random.Generator, *, avoid: npt.NDArray[np.int64] | None = None
) -> Iterator[Host]:
    """Yield parcels in random order, such that no two of them share a neighbour.

    Parameters
    ----------
    avoid
        Positions that are neither touched nor neighbours of what is touched: data that has faults
        of its own.
    """
    shapes = frame.geometry.to_numpy()
    taken = np.zeros(len(shapes), dtype=bool)
    taken[[] if avoid is None else avoid] = True
    for at in rng.permutation(len(shapes)):
        shape = _simple(shapes[at])
        if taken[at] or shape is None or shape.area < _SMALLEST_HOST_M2:
            continue
        near = frame.sindex.query(shape, predicate="dwithin", distance=CLEARANCE_M)
        if taken[near].any():
            continue
        around = tuple(int(other) for other in near if other != at)
        ring = shapely.get_coordinates(shape)[:-1]
        yield Host(int(at), ring, _beside(ring, around, shapes), around)
        taken[near] = True


def _simple(shape: Any) -> Polygon | None:
    """Return the one polygon without holes that a shape is, turned anticlockwise."""
    if shape is None or not shape.is_valid or len(shapely.get_parts(shape)) != 1:
        return None
    (only,) = shapely.get_parts(shape)
    return None if only.interiors else shapely.orient_polygons(only)


def _beside(
    ring: Floats, around: Sequence[int], shapes: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    owner: dict[_Segment, int] = {}
    for other in around:
        for part in shapely.get_rings(shapely.get_parts(shapes[other])):
            for key in _segments(shapely.get_coordinates(part)):
                # a segment that two others have is a fault of the data itself
                owner[key] = -1 if key in owner else other
    closed = np.concatenate([ring, ring[:1]])
    return np.array([owner.get(key, -1) for key in _segments(closed)], dtype=np.int64)


def _segments(points: Floats) -> Iterator[_Segment]:
    """Yield the segments of a line without their direction."""
    for (a, b), (c, d) in itertools.pairwise(points.tolist()):
        yield (a, b, c, d) if (a, b) < (c, d) else (c, d, a, b)


def drawn(rng: np.random.Generator, line: float, *, above: bool, reach: float = 30.0) -> float:
    """Draw a size over or under a line, evenly on a logarithmic scale, 5 % away from it."""
    low, high = (1.05, reach) if above else (1 / reach, 0.95)
    return float(line * np.exp(rng.uniform(np.log(low), np.log(high))))


def unit_normal(start: Floats, end: Floats) -> Floats:
    """Return the direction to the left of a step: into a parcel whose ring is anticlockwise."""
    step = end - start
    return np.asarray(np.array([-step[1], step[0]]) / np.hypot(*step))


#: Plants at a host, above a tolerance or under it, and says whether it fitted.
Planter = Callable[[Field, Host, bool], bool]
