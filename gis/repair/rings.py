"""Cutting, joining and bending of single polygons, each result checked by its area.

Every vertex that is not moved keeps its coordinates bit for bit, so that neighbours go on sharing
their borders node for node.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis.checks.geometry import sharp
from gis.overlay import polygonal

Spot = tuple[float, float]
Coordinates = npt.NDArray[np.float64]

# GEOS may put a face on the wrong side where edges nearly coincide; on a grid it does not
_GRID_M: Final = 1e-8
_GRIDS: Final = (None, _GRID_M)
# areas that differ by a smaller share, or by less than the square metres, agree
_SHARE: Final = 1e-10
_ROUNDING_M2: Final = 1e-8
# corners that a ring needs
_LEAST: Final = 3
# a new hole smaller than this is no hole, but two borders that miss each other by rounding
_NO_HOLE_M2: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Parted:
    """Two polygons laid over each other: what only the one has, what both, what only the other."""

    left: Geometry
    both: Geometry
    right: Geometry


def parted(one: Geometry, other: Geometry) -> Parted | None:
    """Lay two polygons over each other; None where the areas do not add up."""
    for grid in _GRIDS:
        try:
            left = _polygonal(shapely.difference(one, other, grid_size=grid))
            right = _polygonal(shapely.difference(other, one, grid_size=grid))
            both = _polygonal(shapely.intersection(one, other, grid_size=grid))
        except shapely.errors.GEOSException:
            continue
        if _agree(one.area, left.area + both.area) and _agree(other.area, right.area + both.area):
            if grid is None:
                return Parted(left, both, right)
            return Parted(*(_restored(each, one, other) for each in (left, both, right)))
    return None


def without(one: Geometry, other: Geometry) -> Geometry | None:
    """Take one polygon away from another; None where the areas do not add up."""
    laid = parted(one, other)
    return None if laid is None else laid.left


def joined(one: Geometry, other: Geometry) -> Geometry | None:
    """Put two polygons together; None where the areas do not add up or a crack stays between."""
    for grid in _GRIDS:
        try:
            both = _polygonal(shapely.union(one, other, grid_size=grid))
            shared = shapely.area(_polygonal(shapely.intersection(one, other, grid_size=grid)))
        except shapely.errors.GEOSException:
            continue
        if _agree(one.area + other.area, both.area + shared) and not _cracked(both):
            return _restored(both, one, other) if grid else both
    return None


def border(one: Geometry, other: Geometry) -> float:
    """Length of the border that two polygons share, which do not overlap, in metres."""
    both = joined(one, other)
    if both is None:
        return 0.0
    return max(0.0, (one.length + other.length - both.length) / 2)


def is_sound(new: Geometry, old: Geometry, *, sliver_m: float) -> bool:
    """Whether a changed polygon is still one: valid, not in more parts, no thinner than a sliver.

    Parameters
    ----------
    sliver_m
        Mean width (twice the area over the perimeter) that it must keep, where it had it.
    """
    if new.is_empty or not new.is_valid:
        return False
    if shapely.get_num_geometries(new) > shapely.get_num_geometries(old):
        return False
    return width(new) >= min(sliver_m, width(old) * 0.5)


def width(area: Geometry) -> float:
    """Mean width: twice the area over the perimeter."""
    return float(2 * area.area / area.length) if area.length else 0.0


def spikes(geometry: Geometry, degrees: float) -> int:
    """Count the corners sharper than an angle."""
    count = 0
    for ring in shapely.get_rings(shapely.get_parts(geometry)):
        points = shapely.get_coordinates(shapely.remove_repeated_points(ring, 0.0))
        step = np.diff(points, axis=0)
        count += int(sharp(step, np.roll(step, -1, axis=0), degrees).sum())
    return count


def without_hairs(geometry: Geometry, old: Geometry, thin_m: float) -> Geometry:
    """Take out vertices to which a border goes and comes back the same way; keep the old ones."""

    def smoothed(ring: Geometry) -> Coordinates:
        points = shapely.get_coordinates(ring)[:-1]
        while len(points) > _LEAST:
            before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
            tip = np.flatnonzero(_is_hair(before, points, after, thin_m))
            if not len(tip):
                break
            points = np.delete(points, tip[0], axis=0)
        return points

    parts = []
    for part in shapely.get_parts(geometry):
        shell, *holes = (smoothed(ring) for ring in shapely.get_rings(part))
        parts.append(shapely.Polygon(shell, holes))
    whole = parts[0] if geometry.geom_type == "Polygon" else shapely.MultiPolygon(parts)
    return at_vertices(whole, [old], thin_m)


def _is_hair(
    before: Coordinates, tip: Coordinates, after: Coordinates, thin_m: float
) -> npt.NDArray[np.bool_]:
    """Which corners close on themselves: the end of the shorter leg lies on the longer one."""
    one, other = before - tip, after - tip
    length = np.maximum(np.hypot(*one.T), np.hypot(*other.T))
    across = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    back = (one * other).sum(axis=1) > 0
    return np.asarray(back & (across <= thin_m * length), dtype=bool)


def moved(geometry: Geometry, to: Mapping[Spot, Spot]) -> Geometry:
    """Move vertices; neighbours in a ring that come to lie on each other become one."""

    def carry(points: Coordinates) -> Coordinates:
        return np.array([to.get((x, y), (x, y)) for x, y in points.tolist()]).reshape(-1, 2)

    bent: Geometry = shapely.transform(geometry, carry)
    return shapely.remove_repeated_points(bent, 0.0)


def nearest_edge(geometry: Geometry, spot: Spot) -> tuple[Spot, float] | None:
    """Find the point of a border, between two vertices, that is nearest to a place.

    Returns
    -------
    tuple or None
        The point and its distance; None where the nearest point is a vertex.
    """
    found = _nearest(geometry, spot)
    if found is None:
        return None
    _, _, foot, distance = found
    return foot, distance


def nearest_vertex(geometry: Geometry, spot: Spot) -> tuple[Spot, float]:
    """Find the vertex that is nearest to a place, the first of several, and its distance."""
    points = shapely.get_coordinates(geometry)
    away = np.hypot(*(points - spot).T)
    at = int(np.lexsort((points[:, 1], points[:, 0], away))[0])
    return (float(points[at, 0]), float(points[at, 1])), float(away[at])


def vertices_near(geometry: Geometry, place: Geometry, reach_m: float) -> set[Spot]:
    """Return the vertices within reach of a place."""
    west, south, east, north = place.bounds
    points = shapely.get_coordinates(geometry)
    x, y = points[:, 0], points[:, 1]
    inside = (x >= west - reach_m) & (x <= east + reach_m)
    inside &= (y >= south - reach_m) & (y <= north + reach_m)
    points = points[inside]
    near = shapely.dwithin(shapely.points(points), place, reach_m)
    return {(x, y) for x, y in points[near].tolist()}


def at_vertices(area: Geometry, near: Iterable[Geometry], reach_m: float) -> Geometry:
    """Give an area the vertices of its neighbours, where rounding alone keeps them apart."""
    own = set(map(tuple, shapely.get_coordinates(area).tolist()))
    theirs = sorted(set().union(*(vertices_near(each, area, reach_m) for each in near)))
    strangers = own.difference(theirs)
    if not strangers or not theirs:
        return area
    points = np.array(theirs)
    to: dict[Spot, Spot] = {}
    for spot in strangers:
        away = np.hypot(*(points - spot).T)
        if away.min() <= reach_m:
            to[spot] = theirs[int(np.argmin(away))]
    exact = moved(area, to)
    return exact if exact.is_valid and not exact.is_empty else area


def has_vertex(geometry: Geometry, spot: Spot) -> bool:
    """Whether a border has a vertex exactly there."""
    return bool((shapely.get_coordinates(geometry) == spot).all(axis=1).any())


def with_vertex(geometry: Geometry, spot: Spot) -> Geometry | None:
    """Insert a vertex into the edge nearest to it; None where it belongs to no edge."""
    found = _nearest(geometry, spot)
    if found is None or has_vertex(geometry, spot):
        return None
    number, after, _, _ = found
    parts: list[shapely.Polygon] = []
    at = 0
    for part in shapely.get_parts(geometry):
        bounds = []
        for ring in shapely.get_rings(part):
            points = shapely.get_coordinates(ring)
            bounds.append(np.insert(points, after + 1, spot, axis=0) if at == number else points)
            at += 1
        parts.append(shapely.Polygon(bounds[0], bounds[1:]))
    return parts[0] if geometry.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def _nearest(geometry: Geometry, spot: Spot) -> tuple[int, int, Spot, float] | None:
    """Ring, position of the edge in it, foot of the perpendicular, distance."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.flatnonzero(ring[:-1] == ring[1:])
    begin, along = points[starts], points[starts + 1] - points[starts]
    length = (along**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ((spot - begin) * along).sum(axis=1) / length
    share = np.clip(np.nan_to_num(share), 0.0, 1.0)
    feet = begin + share[:, np.newaxis] * along
    away = np.hypot(*(spot - feet).T)
    best = int(np.argmin(away))
    foot = (float(feet[best, 0]), float(feet[best, 1]))
    if not 0.0 < share[best] < 1.0 or foot in {tuple(begin[best]), tuple(points[starts[best] + 1])}:
        return None
    first = int(np.flatnonzero(ring == ring[starts[best]])[0])
    return int(ring[starts[best]]), int(starts[best]) - first, foot, float(away[best])


def _polygonal(geometry: Geometry) -> Geometry:
    kept: Geometry = polygonal(np.array([geometry], dtype=object))[0]
    return kept


def _agree(one: float, other: float) -> bool:
    return abs(one - other) <= max(_ROUNDING_M2, _SHARE * max(abs(one), abs(other)))


def _cracked(geometry: Geometry) -> bool:
    parts = shapely.get_parts(geometry)
    rings, part = shapely.get_rings(parts, return_index=True)
    holes = rings[np.flatnonzero(part[1:] == part[:-1]) + 1]
    return (
        bool((shapely.area(shapely.polygons(holes)) < _NO_HOLE_M2).any()) if len(holes) else False
    )


def _restored(result: Geometry, *sources: Geometry) -> Geometry:
    """Give vertices that a grid has rounded their own coordinates again."""
    points = np.concatenate([shapely.get_coordinates(source) for source in sources])
    own = dict(zip(_cells(points), map(tuple, points.tolist()), strict=True))

    def carry(rounded: Coordinates) -> Coordinates:
        cells = zip(_cells(rounded), map(tuple, rounded.tolist()), strict=True)
        return np.array([own.get(cell, point) for cell, point in cells]).reshape(-1, 2)

    restored: Geometry = shapely.transform(result, carry)
    return restored if restored.is_valid else result


def _cells(points: Coordinates) -> list[tuple[int, int]]:
    return [(x, y) for x, y in np.rint(points / _GRID_M).astype(np.int64).tolist()]
