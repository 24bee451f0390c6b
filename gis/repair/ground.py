"""What a repair leaves where it is: boundaries of other layers, and of settled features."""

from collections.abc import Iterable, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis.overlay import Geometries, polygonal
from gis.repair.rings import Spot, width

#: Places of a fixed layer that hold something: numbers of its polygons.
Place = frozenset[int]

# what is nearer to a fixed boundary lies on it (1 mm)
_ON_LINE_M: Final = 0.001
# split parts must add up to the whole, to this share
_SHARE: Final = 1e-9


class Ground:
    """Boundaries that stay, and on which side of them a place lies.

    Parameters
    ----------
    fixed
        Frames whose boundaries stay; gaps and overlaps are divided along them.
    settled
        Features of the repaired layer whose boundaries stay.
    """

    def __init__(self, fixed: Sequence[gpd.GeoDataFrame], settled: Geometries) -> None:
        shapes = [np.asarray(frame.geometry.to_numpy(), dtype=object) for frame in fixed]
        self._areas = _usable(np.concatenate(shapes)) if shapes else np.empty(0, dtype=object)
        shapely.prepare(self._areas)
        self._lines = shapely.get_parts(shapely.boundary(self._areas))
        self._area_tree = shapely.STRtree(self._areas)
        self._line_tree = shapely.STRtree(self._lines)
        held = shapely.get_parts(shapely.boundary(_usable(settled)))
        self._all_lines = np.concatenate([self._lines, held])
        self._all_tree = shapely.STRtree(self._all_lines)
        self._homes: dict[int, Place] = {}

    def holds(self, spot: Spot) -> bool:
        """Whether a place lies on a boundary that stays."""
        near = self._all_tree.query(shapely.Point(spot), predicate="dwithin", distance=_ON_LINE_M)
        return bool(len(near))

    def parts_ways(self, start: Spot, end: Spot) -> bool:
        """Whether a move would leave a fixed boundary, or cross one."""
        if self.holds(start):
            return True
        step = shapely.LineString([start, end])
        return bool(len(self._all_tree.query(step, predicate="intersects"))) and not self.holds(end)

    def home(self, at: int, geometry: Geometry) -> Place:
        """Return the fixed polygons that hold the larger part of a feature."""
        if at not in self._homes:
            near = self._area_tree.query(geometry, predicate="intersects")
            within = shapely.covers(self._areas[near], geometry)
            cut = near[~within]
            inside = shapely.area(shapely.intersection(self._areas[cut], geometry))
            larger = cut[inside > geometry.area / 2]
            self._homes[at] = frozenset([*near[within].tolist(), *larger.tolist()])
        return self._homes[at]

    def divided(self, area: Geometry) -> list[tuple[Geometry, Place]] | None:
        """Divide an area along the fixed boundaries; None where its parts do not add up."""
        near = self._line_tree.query(area, predicate="intersects")
        whole = [(area, self._place(area))]
        if not len(near):
            return whole
        west, south, east, north = area.bounds
        lines = shapely.clip_by_rect(
            self._lines[np.sort(near)], west - 1, south - 1, east + 1, north + 1
        )
        noded = shapely.union_all([shapely.boundary(area), *lines])
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        inside = shapely.intersects(area, shapely.point_on_surface(faces))
        faces = faces[inside]
        if len([face for face in faces if width(face) > _ON_LINE_M]) <= 1:
            # the line runs along the border, and only rounding lies between
            return whole
        if abs(shapely.area(faces).sum() - area.area) > _SHARE * area.area:
            return None
        return [(face, self._place(face)) for face in faces]

    def _place(self, area: Geometry) -> Place:
        spot = shapely.point_on_surface(area)
        return frozenset(self._area_tree.query(spot, predicate="intersects").tolist())


def _usable(geometry: Iterable[Geometry | None]) -> Geometries:
    kept = np.array([each for each in geometry if each is not None], dtype=object)
    kept = kept[shapely.is_valid(kept) & ~shapely.is_empty(kept)]
    solid = polygonal(kept)
    return solid[shapely.area(solid) > 0]
