"""The ground between the open edges of polygons: how many polygons lie over each piece of it.

Open edges (`gis.coverage_edges`) are cut where they cross, and the faces between them counted: over
a gap lies nothing, over an overlap two polygons and more. A gap that the polygons enclose is an
interior ring of their union; one whose neighbours meet in corners only is none, and kept apart.
"""

import contextlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from gis.coverage_edges import Edges, Flags, Geometries, Indices, Numbers, all_edges, balance
from gis.coverage_edges import forward as runs_forward
from gis.overlay import on_grid

#: Distances up to this are rounding: a point this near to a line lies on it.
ROUNDING_M: Final = 1e-6
# so often another point is tried in a face, when the last lay on a border
_TRIES: Final = 6
# an angle that no border keeps to
_TURN: Final = 2.399963
#: Number of the ground around everything, as a face.
OUTSIDE: Final = -1
# polygons of more coordinates are indexed before points are looked up in them
_LARGE: Final = 100


@dataclass(frozen=True, slots=True)
class Faces:
    """Pieces of ground between open edges.

    Attributes
    ----------
    geometry
        Polygons; their interiors do not meet.
    cover
        How many polygons lie over each.
    edges
        Their edges, each with its face (as `feature`) on the left.
    beyond
        For each of these edges the face on its right, or -1 outside.
    """

    geometry: Geometries
    cover: Indices
    edges: Edges
    beyond: Indices


class Ground:
    """Polygons that can be asked who lies over a point, with an index that is built once."""

    def __init__(self, geometry: Geometries) -> None:
        self.geometry = geometry
        self._tree: shapely.STRtree | None = None

    @property
    def tree(self) -> shapely.STRtree:
        """Index of the polygons."""
        if self._tree is None:
            self._tree = shapely.STRtree(self.geometry)
        return self._tree

    def over(self, points: Geometries) -> tuple[Indices, Indices, Flags]:
        """Return point, polygon, and whether the point lies on the polygon's border."""
        near = np.unique(self.tree.query(points)[1])
        # parts are copies: indexing a geometry that another thread uses would end the process
        parts, owner = shapely.get_parts(self.geometry[near], return_index=True)
        shapely.prepare(parts[shapely.get_num_coordinates(parts) > _LARGE])
        at, part = shapely.STRtree(parts).query(points)
        x, y = shapely.get_x(points)[at], shapely.get_y(points)[at]
        inside = shapely.contains_xy(parts[part], x, y)
        border = ~inside & shapely.intersects_xy(parts[part], x, y)
        found = np.flatnonzero(inside | border)
        return at[found], near[owner[part[found]]], border[found]


def faces(edges: Edges, ground: Ground) -> Faces:
    """Cut the ground along open edges and count the polygons over each piece.

    The sum of all areas times cover is the area of all polygons; where it is not, edges nearly
    coincide in a way that free coordinates cannot tell, and the cut is made on a fine grid.
    """
    whole = float(shapely.area(ground.geometry).sum())
    _, first, surplus = balance(edges)
    lines = edges.take(np.sort(first[surplus != 0])).chains()
    made = _counted(_cut(lines, freely=True), edges, ground)
    if _astray(made, whole) > _tolerated(whole, len(lines)):
        again = _counted(_cut(lines, freely=False), edges, ground)
        made = min(made, again, key=lambda each: _astray(each, whole))
    return made


def gaps(found: Faces) -> tuple[Indices, Indices]:
    """Return the bare faces: interior rings of the union of all polygons, and the others.

    The others are closed by polygons that meet in corners only, somewhere on their border.
    """
    bare = np.flatnonzero(found.cover == 0)
    component = _components(found)
    own = np.flatnonzero(np.isin(found.edges.feature, bare))
    # islands within a gap do not close it
    outer = all_edges(np.asarray(shapely.polygons(shapely.get_exterior_ring(found.geometry[bare]))))
    own = own[np.isin(found.edges.key[own], outer.key)]
    beyond = found.beyond[own]
    label = pd.Series(np.where(beyond == OUTSIDE, OUTSIDE, component[beyond]))
    kinds = label.groupby(found.edges.feature[own]).nunique().reindex(bare).to_numpy()
    return bare[kinds == 1], bare[kinds != 1]


def neighbours(found: Faces, which: Indices, edges: Edges, index: shapely.STRtree) -> pd.DataFrame:
    """Return who borders some faces: `face`, `feature`, `shared_m`, the longest border first.

    Parameters
    ----------
    index
        Index of the open edges as lines.
    """
    mine = np.flatnonzero(np.isin(found.edges.feature, which))
    own = found.edges.take(mine)
    middle = shapely.points((own.start + own.end) / 2)
    length = np.hypot(*(own.end - own.start).T)
    edge, owner = index.query(middle, predicate="dwithin", distance=ROUNDING_M)
    table = pd.DataFrame(
        {"face": own.feature[edge], "feature": edges.feature[owner], "edge": edge}
    ).drop_duplicates()
    table["shared_m"] = length[table["edge"]]
    summed = pd.DataFrame(table.groupby(["face", "feature"], as_index=False)["shared_m"].sum())
    return summed.sort_values(["face", "shared_m", "feature"], ascending=[True, False, True])


def _cut(lines: Geometries, *, freely: bool) -> Geometries:
    """Cut lines where they cross, and return the faces between them."""
    if not len(lines):
        return lines
    noded: Any = None
    if freely:
        # free coordinates may fail to settle; the grid does not
        with contextlib.suppress(shapely.errors.GEOSException):
            noded = shapely.node(shapely.multilinestrings(lines))
    if noded is None:
        noded = on_grid(shapely.union_all, lines)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def _counted(geometry: Geometries, edges: Edges, ground: Ground) -> Faces:
    own = all_edges(geometry)
    beyond = _across(own)
    cover, sure = _cover(geometry, ground)
    return Faces(geometry, _settled(cover, sure, own, beyond, edges), own, beyond)


def _across(edges: Edges) -> Indices:
    """For each edge of faces the face on its other side."""
    order = np.argsort(edges.key, kind="stable")
    key = edges.key[order]
    twin = np.flatnonzero(key[1:] == key[:-1])
    beyond = np.full(len(key), OUTSIDE, dtype=np.int64)
    beyond[order[twin]] = edges.feature[order[twin + 1]]
    beyond[order[twin + 1]] = edges.feature[order[twin]]
    return beyond


def _cover(geometry: Geometries, ground: Ground) -> tuple[Indices, Flags]:
    """Count the polygons over a point in each face; not sure where every point lies on borders."""
    cover = np.zeros(len(geometry), dtype=np.int64)
    sure = np.zeros(len(geometry), dtype=bool)
    pending = np.flatnonzero(mean_width(geometry) > ROUNDING_M)
    points = shapely.point_on_surface(geometry[pending])
    reach = shapely.distance(points, shapely.boundary(geometry[pending])) / 2
    tried = points
    for turn in range(_TRIES):
        at, _, border = ground.over(tried)
        touched = np.bincount(at, weights=border, minlength=len(pending)) > 0
        counted = np.bincount(at, weights=~border, minlength=len(pending)).astype(np.int64)
        cover[pending] = counted
        sure[pending[~touched]] = True
        pending, points, reach = pending[touched], points[touched], reach[touched]
        angle = _TURN * (turn + 1)
        tried = shapely.points(
            shapely.get_x(points) + reach * np.cos(angle),
            shapely.get_y(points) + reach * np.sin(angle),
        )
    return cover, sure


def _settled(cover: Indices, sure: Flags, own: Edges, beyond: Indices, edges: Edges) -> Indices:
    """Count cover from face to face, where no point could tell: hair-thin faces.

    Crossing an open edge, cover changes by what the edge says.
    """
    keys, _, surplus = balance(edges)
    at = np.minimum(np.searchsorted(keys, own.key), max(len(keys) - 1, 0))
    known = keys[at] == own.key if len(keys) else np.zeros(len(own.key), dtype=bool)
    step = np.where(runs_forward(own), surplus[at], -surplus[at]) if len(keys) else at
    cover, sure = cover.copy(), sure.copy()
    while True:
        reached = known & ~sure[own.feature] & ((beyond == OUTSIDE) | sure[beyond])
        if not reached.any():
            return np.maximum(cover, 0)
        base = np.where(beyond == OUTSIDE, 0, cover[beyond])
        face = own.feature[reached]
        cover[face] = (base + step)[reached]
        sure[face] = True


def _components(found: Faces) -> Indices:
    """Give covered ground a number: faces that hang together by edges share a number."""
    label = np.arange(len(found.geometry), dtype=np.int64)
    left, right = found.edges.feature, found.beyond
    tied = (right != OUTSIDE) & (found.cover[left] > 0) & (found.cover[right] > 0)
    left, right = left[tied], right[tied]
    while True:
        lower = label.copy()
        np.minimum.at(lower, left, label[right])
        lower = lower[lower]
        if (lower == label).all():
            return label
        label = lower


def mean_width(geometry: Geometries) -> Numbers:
    """Twice the area over the perimeter, in metres; 0 for what has none."""
    length = shapely.length(geometry)
    width = 2 * shapely.area(geometry) / np.where(length > 0, length, 1.0)
    return np.asarray(width, dtype=np.float64)


def _astray(made: Faces, whole: float) -> float:
    return abs(float((shapely.area(made.geometry) * made.cover).sum()) - whole)


def _tolerated(whole: float, lines: int) -> float:
    return 1e-9 * whole + ROUNDING_M * lines
