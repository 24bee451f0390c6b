"""Strips of bare ground between map sheets that were drawn apart.

Where two sheets adjoin, their edges often run beside each other instead of on each other. Such a
strip may be open at both ends, so that no gap closes around it: it is built from the edges that
face each other across it.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.coverage_edges import Edges, Flags, Geometries, Indices, Numbers
from gis.coverage_faces import ROUNDING_M, Ground, mean_width
from gis.overlay import on_grid, polygonal

# edges face each other when they run against each other within 75 degrees: strips have bends
_FACING: Final = -0.25
# a strip is at least some eight times as long as wide (as area over width squared); what is
# shorter, or opens at more than some 15 degrees, is where two borders part
_LONG: Final = 10.0
_COLUMNS: Final = ["left", "right", "geometry", "area_m2", "width_m"]


def strips(
    edges: Edges, ground: Ground, sheets: npt.NDArray[Any], *, edge_m: float
) -> pd.DataFrame:
    """Find bare strips, up to `edge_m` wide, between polygons of different sheets.

    Returns
    -------
    pandas.DataFrame
        `left`, `right` (the two with the longest border on it, left < right), `geometry`,
        `area_m2`, `width_m`.
    """
    none = pd.DataFrame({name: [] for name in _COLUMNS})
    one, other = _facing(edges, np.asarray(sheets, dtype=object), edge_m)
    quads, pair = _between(edges, one, other, edge_m)
    if not len(quads):
        return none
    covered = np.unique(ground.tree.query(quads, predicate="intersects")[1])
    under = on_grid(shapely.union_all, ground.geometry[covered])
    strip = on_grid(shapely.union_all, quads)
    bare = on_grid(shapely.difference, strip, under)
    pieces = shapely.get_parts(polygonal(np.array([bare], dtype=object)))
    width = mean_width(pieces)
    pieces = pieces[(width > ROUNDING_M) & (shapely.area(pieces) > _LONG * width**2)]
    at, quad = shapely.STRtree(quads).query(pieces, predicate="intersects")
    length = shapely.area(shapely.intersection(pieces[at], quads[quad]))
    ends = np.sort(
        np.stack([edges.feature[one[pair[quad]]], edges.feature[other[pair[quad]]]], axis=1)
    )
    table = pd.DataFrame({"piece": at, "left": ends[:, 0], "right": ends[:, 1], "share": length})
    by = table.groupby(["piece", "left", "right"], as_index=False)
    table = pd.DataFrame(by["share"].sum())
    table = table.sort_values(["piece", "share"], ascending=[True, False])
    table = table.drop_duplicates("piece")
    table["geometry"] = pieces[table["piece"]]
    table["area_m2"] = shapely.area(pieces[table["piece"]])
    table["width_m"] = mean_width(pieces[table["piece"]])
    return table[_COLUMNS].sort_values(["left", "right"]).reset_index(drop=True)


def _facing(edges: Edges, sheets: npt.NDArray[Any], edge_m: float) -> tuple[Indices, Indices]:
    """Edges of different sheets within reach that run against each other, both ways round."""
    named = ~pd.isna(sheets[edges.feature])
    rows = np.flatnonzero(named)
    lines = edges.take(rows).lines()
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=edge_m)
    one, other = rows[one], rows[other]
    apart = sheets[edges.feature[one]] != sheets[edges.feature[other]]
    one, other = one[apart], other[apart]
    run = _unit(edges.end - edges.start)
    against = (run[one] * run[other]).sum(axis=1) < _FACING
    return one[against], other[against]


def _between(
    edges: Edges, one: Indices, other: Indices, edge_m: float
) -> tuple[Geometries, Indices]:
    """Quadrangles between facing edges, seen from the first of each pair; and their pairs."""
    start, run = edges.start[one], _unit(edges.end - edges.start)[one]
    length = np.hypot(*(edges.end - edges.start)[one].T)
    # the polygon is on the left, so what lies across its border is on the right
    across = np.stack([run[:, 1], -run[:, 0]], axis=1)
    near, far = edges.end[other] - start, edges.start[other] - start
    (u0, v0), (u1, v1) = ((_dot(each, run), _dot(each, across)) for each in (near, far))
    slope = (v1 - v0) / np.where(u1 > u0, u1 - u0, 1.0)
    low, high = np.maximum(u0, 0.0), np.minimum(u1, length)
    # only as far as the other edge is on the right side, and in reach
    for bound, sign in ((0.0, 1.0), (edge_m, -1.0)):
        at = u0 + (bound - v0) / np.where(slope == 0, 1.0, slope)
        rising = sign * slope
        low = np.where(rising > 0, np.maximum(low, at), low)
        high = np.where(rising < 0, np.minimum(high, at), high)
        never = (slope == 0) & (sign * (v0 - bound) < 0)
        high = np.where(never, low, high)
    kept = np.flatnonzero((u1 > u0) & (high - low > ROUNDING_M))
    corners = [
        start[kept] + run[kept] * u[kept, None] + across[kept] * v[kept, None]
        for u, v in (
            (low, np.zeros_like(low)),
            (high, np.zeros_like(low)),
            (high, v0 + slope * (high - u0)),
            (low, v0 + slope * (low - u0)),
        )
    ]
    quads = shapely.polygons(np.stack([*corners, corners[0]], axis=1)) if len(kept) else corners
    solid: Flags = np.asarray(shapely.area(quads) > 0) if len(kept) else np.zeros(0, dtype=bool)
    return np.asarray(quads, dtype=object)[solid] if len(kept) else np.empty(0, object), kept[solid]


def _dot(one: Numbers, other: Numbers) -> Numbers:
    return np.asarray((one * other).sum(axis=1), dtype=np.float64)


def _unit(vector: Numbers) -> Numbers:
    length = np.hypot(*vector.T)[:, None]
    return np.asarray(vector / np.where(length > 0, length, 1.0), dtype=np.float64)
