"""The edges of polygons, and which of them no neighbour shares.

Every ring is read so that its polygon lies on the left. Where two polygons share an edge it runs
once forward and once backward, and the two cancel. What is left over, the *open* edges, carries all
there is to know about cover: the number of polygons over a place is the winding number of the open
edges around it. A coverage without faults has open edges along its outer border only, so that the
search for faults is work on what is faulty, after one pass over the coordinates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from gis.overlay import polygonal

Geometries = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_Keys = npt.NDArray[np.uint64]

_POLYGON: Final = 3
_POLYGONAL: Final = (3, 6)
# coordinates read at a time: few enough that a pass stays in the processor's cache
_AT_ONCE: Final = 1 << 17
# rings of a smaller area than this, in m2: their direction is asked of GEOS, which decides exactly
_THIN_M2: Final = 1e-3
# odd multipliers of 64 bits with well spread ones (splitmix64, xxhash)
_SPREAD: Final = tuple(
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xBF58476D1CE4E5B9)
)
_SHIFTS: Final = tuple(np.uint64(number) for number in (30, 27, 31))
_LAST_BIT: Final = np.uint64(1)
# bits of a key by which its presence among the open ones is first looked up
_TABLE_BITS: Final = 22


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges of polygons, each with its polygon on the left.

    Attributes
    ----------
    start, end
        Coordinates, one row an edge.
    feature
        Position of the polygon.
    key
        Number of the edge without its direction, the same for all polygons that share it.
    """

    start: Numbers
    end: Numbers
    feature: Indices
    key: _Keys

    def lines(self) -> Geometries:
        """Return the edges as lines of two points."""
        return np.asarray(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    def chains(self) -> Geometries:
        """Return the edges as lines, joined where one follows the other in its ring.

        Which way a line runs says nothing.
        """
        if not len(self.key):
            return np.empty(0, dtype=object)
        # rings that are drawn clockwise come with their edges in reverse order
        against = np.append(_same(self.start[:-1], self.end[1:]), False)
        against[1:] |= against[:-1]
        first = np.where(against[:, None], self.end, self.start)
        last = np.where(against[:, None], self.start, self.end)
        ends = np.append(~_same(last[:-1], first[1:]), True)
        chain = np.cumsum(ends) - ends
        at = np.arange(len(chain)) + chain
        xy = np.empty((len(chain) + int(chain[-1]) + 1, 2))
        xy[at], xy[at[ends] + 1] = first, last[ends]
        number = np.repeat(np.arange(int(chain[-1]) + 1), np.bincount(chain) + 1)
        return np.asarray(shapely.linestrings(xy, indices=number))

    def take(self, which: Any) -> "Edges":
        """Return some of the edges."""
        return Edges(self.start[which], self.end[which], self.feature[which], self.key[which])


def _same(one: Numbers, other: Numbers) -> Flags:
    return np.asarray((one == other).all(axis=1), dtype=bool)


def readable(geometry: npt.NDArray[Any]) -> Geometries:
    """Return polygons whose rings can be followed; what is no polygon becomes an empty one.

    Rings that cross themselves are read even-odd: a place is inside when an odd number of loops
    goes around it.
    """
    given: Geometries = np.array(geometry, dtype=object)
    given[~np.isin(shapely.get_type_id(given), _POLYGONAL)] = shapely.Polygon()
    broken = np.flatnonzero(~shapely.is_valid(given))
    for at in broken:
        given[at] = _even_odd(given[at])
    given[broken] = polygonal(given[broken])
    return given


def open_edges(geometry: Geometries) -> Edges:
    """Return the edges of valid polygons that no neighbour shares, and those shared unevenly.

    An edge that three polygons have, as a parcel drawn twice and its neighbour, is returned for all
    three.
    """
    counts = np.asarray(shapely.get_num_coordinates(geometry), dtype=np.int64)
    ends = np.cumsum(counts)
    keys = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint64)
    for first, last in _chunks(ends):
        begin = int(ends[first] - counts[first])
        keys[begin : int(ends[last - 1])] = _directed(_walk(geometry[first:last]))
    found = _find(keys, _uncancelled(np.sort(keys)))
    del keys
    return _gather(geometry, ends - counts, found)


def all_edges(geometry: Geometries) -> Edges:
    """Return every edge of valid polygons."""
    walk = _walk(geometry)
    counts = np.asarray(shapely.get_num_coordinates(geometry), dtype=np.int64)
    directed = _directed(walk)
    at = np.flatnonzero(directed)
    feature = np.repeat(np.arange(len(counts)), counts)[at]
    return _oriented(walk, at, feature, directed[at])


def balance(edges: Edges) -> tuple[_Keys, Indices, Indices]:
    """Sum up the directions of edges.

    Returns
    -------
    tuple
        The keys, sorted, each once; an edge of each; by how many polygons more are on the left of
        it than on its right, when it is read in its `forward` direction.
    """
    keys, first, number = np.unique(edges.key, return_index=True, return_inverse=True)
    signs = np.where(forward(edges), 1.0, -1.0)
    surplus = np.bincount(number, weights=signs, minlength=len(keys)).astype(np.int64)
    return keys, first, surplus


def forward(edges: Edges) -> Flags:
    """Whether edges run in the direction that counts as forward, the same for all that share it."""
    return np.asarray(places(edges.start) < places(edges.end), dtype=bool)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Coordinates of rings in a row; an edge leads from each to the next, but for the last."""

    xy: Numbers
    reverse: Flags
    closing: Flags


def _walk(geometry: Geometries) -> _Walk:
    rings, part = _rings(geometry)
    xy = shapely.get_coordinates(rings)
    counts = np.asarray(shapely.get_num_coordinates(rings), dtype=np.int64)
    ends = np.cumsum(counts)
    closing = np.zeros(len(xy), dtype=bool)
    closing[ends - 1] = True
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = part[1:] == part[:-1]
    area = _signed_areas(xy, ends - counts, counts)
    backward = area < 0
    thin = np.flatnonzero(np.abs(area) < _THIN_M2)
    backward[thin] = ~shapely.is_ccw(_as_rings(rings[thin]))
    return _Walk(xy, np.repeat(backward ^ hole, counts), closing)


def _rings(geometry: Geometries) -> tuple[Geometries, Indices]:
    """Return what has one ring each, and the number of its polygon."""
    held = geometry[~shapely.is_empty(geometry)]
    plain = (shapely.get_type_id(held) == _POLYGON) & (shapely.get_num_interior_rings(held) == 0)
    # most parcels are plain: only what has holes and parts has to be copied
    whole, mixed = np.flatnonzero(plain), np.flatnonzero(~plain)
    parts, owner = shapely.get_parts(held[mixed], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    order = np.argsort(np.concatenate([whole, mixed[owner[part]]]), kind="stable")
    number = np.concatenate([np.arange(len(whole)), len(whole) + part])
    return np.concatenate([held[whole], rings])[order], number[order]


def _as_rings(geometry: Geometries) -> Geometries:
    rings = geometry.copy()
    plain = shapely.get_type_id(rings) == _POLYGON
    rings[plain] = shapely.get_exterior_ring(rings[plain])
    return rings


def _signed_areas(xy: Numbers, starts: Indices, counts: Indices) -> Numbers:
    if not len(starts):
        return np.empty(0)
    # from the first corner of each ring: coordinates are large beside parcels
    near = xy - np.repeat(xy[starts], counts, axis=0)
    cross = np.zeros(len(xy))
    cross[:-1] = near[:-1, 0] * near[1:, 1] - near[1:, 0] * near[:-1, 1]
    cross[starts[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(cross, starts) / 2, dtype=np.float64)


def _directed(walk: _Walk) -> _Keys:
    """Return a key an edge, its last bit the direction; 0 where there is no edge."""
    number = places(walk.xy)
    keys = np.zeros(len(number), dtype=np.uint64)
    first, second = number[:-1], number[1:]
    # a sum is the same both ways; which end has the larger number is not
    both = (first + second) * _SPREAD[2]
    both ^= both >> _SHIFTS[2]
    keys[:-1] = (both & ~_LAST_BIT) | ((first < second) ^ walk.reverse[:-1])
    keys[:-1][first == second] = 0
    keys[walk.closing] = 0
    return keys


def places(xy: Numbers) -> _Keys:
    """Return a number of 64 bits for each place, the same for the same coordinates."""
    # minus zero and zero are one place
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64)
    number = bits[:, 0] * _SPREAD[0]
    number ^= number >> _SHIFTS[0]
    number *= _SPREAD[1]
    number += bits[:, 1] * _SPREAD[2]
    # edges are told apart by sums of these: a change of one bit, as of a sign, must reach them all
    for shift, factor in zip(_SHIFTS, _SPREAD, strict=True):
        number ^= number >> shift
        number *= factor
    number ^= number >> _SHIFTS[0]
    return number


def _uncancelled(keys: _Keys) -> _Keys:
    """Return which edges do not cancel, of sorted keys: each once, without its direction."""
    keys = keys[np.searchsorted(keys, 1) :]
    while len(keys):
        # one that runs one way, followed by the same the other way
        pair = ((keys[1:] ^ keys[:-1]) == 1) & ((keys[1:] & _LAST_BIT) == 1)
        if not pair.any():
            break
        keep = np.ones(len(keys), dtype=bool)
        keep[1:][pair] = False
        keep[:-1][pair] = False
        keys = keys[keep]
    return np.unique(keys >> _LAST_BIT)


def _find(keys: _Keys, wanted: _Keys) -> Indices:
    """Return where keys stand whose number without the direction is wanted; `wanted` is sorted."""
    found = [np.empty(0, dtype=np.int64)]
    if not len(wanted):
        return found[0]
    shift = np.uint64(64 - _TABLE_BITS)
    table = np.zeros(1 << _TABLE_BITS, dtype=bool)
    table[wanted >> (shift - _LAST_BIT)] = True
    for begin in range(0, len(keys), _AT_ONCE):
        part = keys[begin : begin + _AT_ONCE]
        likely = np.flatnonzero(table[part >> shift])
        number = part[likely] >> _LAST_BIT
        at = np.minimum(np.searchsorted(wanted, number), len(wanted) - 1)
        found.append(likely[wanted[at] == number] + begin)
    return np.concatenate(found)


def _gather(geometry: Geometries, begins: Indices, found: Indices) -> Edges:
    """Read the edges at some positions in the row of all coordinates."""
    feature = np.searchsorted(begins, found, side="right") - 1
    owners, number = np.unique(feature, return_inverse=True)
    counts = np.asarray(shapely.get_num_coordinates(geometry[owners]), dtype=np.int64)
    ends = np.cumsum(counts)
    within = (ends - counts)[number] + found - begins[feature]
    parts = [all_edges(np.empty(0, dtype=object))]
    for first, last in _chunks(ends):
        walk = _walk(geometry[owners[first:last]])
        offset = int(ends[first] - counts[first])
        mine = slice(*np.searchsorted(within, (offset, ends[last - 1])))
        at = within[mine] - offset
        parts.append(_oriented(walk, at, feature[mine], _directed(walk)[at]))
    return Edges(
        np.concatenate([each.start for each in parts]),
        np.concatenate([each.end for each in parts]),
        np.concatenate([each.feature for each in parts]),
        np.concatenate([each.key for each in parts]),
    )


def _oriented(walk: _Walk, at: Indices, feature: Indices, directed: _Keys) -> Edges:
    start, end, turned = walk.xy[at], walk.xy[at + 1], walk.reverse[at, None]
    return Edges(
        np.where(turned, end, start),
        np.where(turned, start, end),
        feature.astype(np.int64),
        directed >> _LAST_BIT,
    )


def _chunks(ends: Indices) -> Iterator[tuple[int, int]]:
    """Cut features into runs of not many more coordinates than `_AT_ONCE`."""
    first = 0
    while first < len(ends):
        done = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
        yield first, last
        first = last


def _even_odd(geometry: shapely.Geometry) -> shapely.Geometry:
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return shapely.Polygon()
    try:
        return shapely.make_valid(geometry)
    except shapely.errors.ShapelyError:
        return shapely.Polygon()
