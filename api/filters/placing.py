"""A geometry of a filter brought to where the rows are.

What lies far from the rows is cut off first: no grid holds the whole globe. Nothing that is cut off
could meet a row, but whether it lies within one depends on it, so a token stands for it.

Edges that are straight in the filter's system are bent in the rows'; points put between keep them
within a millimetre in a district. A geometry whose points are all points of the rows, as they were
served with their rounding, is taken to mean just these: else no parcel would equal itself.
"""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from api.filters.tables import Positions, Table
from api.systems import System
from gis import crs

# so far around the rows a geometry is kept, as a share of their extent and in metres
_AROUND: Final = 0.05
_AROUND_M: Final = 1_000.0
# an edge of this length bends by less than a millimetre
_EDGE_DEG: Final = 0.004
_EDGE_M: Final = 400.0
_MOST_EDGES: Final = 4_000
_DEGREES_A_METRE: Final = 1 / 111_320
# eight decimals of a degree are a millimetre
_SAME_POINT_M: Final = 0.01
_MOST_POINTS: Final = 5_000
_MOST_STORED: Final = 200_000

Bounds = tuple[float, float, float, float]


def placed(geometry: Geometry, system: System, table: Table) -> Geometry:
    """Carry a geometry from the filter's system into the table's; the copy is the caller's own."""
    if crs.parse(system.code) == table.crs:
        stored = _as_stored(geometry, table)
        return _copied(geometry) if stored is None else stored
    near = _near(geometry, _window(table, system))
    stored = _as_stored(_carried(near, system, table), table)
    if stored is not None:
        return stored
    edge = _EDGE_DEG if system.in_degrees else _EDGE_M
    dense = shapely.segmentize(near, max(edge, near.length / _MOST_EDGES))
    return _carried(dense, system, table)


def _carried(geometry: Geometry, system: System, table: Table) -> Geometry:
    moved: Geometry
    (moved,) = crs.carried(gpd.GeoSeries([geometry], crs=system.code), table.crs)
    return moved


def _copied(geometry: Geometry) -> Geometry:
    # what is prepared for a search must not be shared with another thread
    copy: Geometry = shapely.from_wkb(shapely.to_wkb(geometry))
    return copy


def _window(table: Table, system: System) -> Bounds:
    """Box in the filter's system that holds all rows and some ground around them."""
    west, south, east, north = table.bounds
    beside = _AROUND_M * _metre(table) + _AROUND * max(east - west, north - south)
    outline = shapely.box(west - beside, south - beside, east + beside, north + beside)
    dense = gpd.GeoSeries([shapely.segmentize(outline, outline.length / 64)], crs=table.crs)
    left, bottom, right, top = crs.carried(dense, system.code).total_bounds.tolist()
    return left, bottom, right, top


def _near(geometry: Geometry, window: Bounds) -> Geometry:
    """Cut a geometry to a window; each kind of part that is lost leaves a token in its corner."""
    west, south, east, north = window
    left, bottom, right, top = shapely.bounds(geometry).tolist()
    if left >= west and bottom >= south and right <= east and top <= north:
        return geometry
    frame = shapely.box(*window)
    kept: dict[int, list[Geometry]] = {}
    lost = set()
    for part in shapely.get_parts(shapely.get_parts(geometry)):
        size = int(shapely.get_dimensions(part))
        pieces = shapely.get_parts(shapely.intersection(part, frame))
        # an empty part among others ends the process when points are put between (GEOS 3.14)
        drawn = pieces[~shapely.is_empty(pieces)]
        inside = [each for each in drawn if shapely.get_dimensions(each) == size]
        kept.setdefault(size, []).extend(inside)
        if not inside:
            lost.add(size)
    for size in lost:
        kept[size].append(_token(size, window))
    grouped = [_together(size, parts) for size, parts in kept.items()]
    return grouped[0] if len(grouped) == 1 else shapely.geometrycollections(grouped)


def _token(size: int, window: Bounds) -> Geometry:
    """Small point, line or area in a corner of a window, where no row is."""
    west, south, east, north = window
    right, up = west + 0.001 * (east - west), south + 0.001 * (north - south)
    if size == 0:
        return shapely.Point(west, south)
    if size == 1:
        return shapely.LineString([(west, south), (right, south)])
    return shapely.Polygon([(west, south), (right, south), (west, up)])


def _together(size: int, parts: list[Geometry]) -> Geometry:
    if len(parts) == 1:
        return parts[0]
    makers: tuple[Any, ...] = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    whole: Geometry = makers[size](parts)
    return whole


def _as_stored(geometry: Geometry, table: Table) -> Geometry | None:
    """Put the points of a geometry exactly onto points of rows, if there is one for each."""
    points = _points(shapely.get_coordinates(geometry))
    if not 0 < len(points) <= _MOST_POINTS or not len(_touched(points[:1], table)):
        return None
    stored = shapely.get_coordinates(table.shapes[np.unique(_touched(points, table))])
    if len(stored) > _MOST_STORED:
        return None
    which, found = shapely.STRtree(_points(stored)).query_nearest(
        points, max_distance=_SAME_POINT_M * _metre(table), all_matches=False
    )
    if len(which) < len(points):
        return None
    exact: Geometry = shapely.set_coordinates(_copied(geometry), stored[found])
    return exact if shapely.is_valid(exact) else None


def _points(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    return np.atleast_1d(np.asarray(shapely.points(coordinates), dtype=object))


def _touched(points: npt.NDArray[np.object_], table: Table) -> Positions:
    reach = _SAME_POINT_M * _metre(table)
    _, rows = table.tree.query(points, predicate="dwithin", distance=reach)
    return np.asarray(rows, dtype=np.int64)


def _metre(table: Table) -> float:
    """Length of a metre in the table's system."""
    return _DEGREES_A_METRE if table.crs.is_geographic else 1.0
