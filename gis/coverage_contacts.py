"""Where borders of neighbours nearly meet: vertices that hang on an edge, or miss it by little.

Neighbours that share a border share its vertices too. Whoever lies beside an open edge without
being tied to it is found here: only open edges (`gis.coverage_edges`) can have such company.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely

from gis.coverage_edges import Edges, Flags, Indices, Numbers, places
from gis.coverage_faces import ROUNDING_M, Ground

# borders that part at a corner wider than this (as distance over length, so 30 degrees) are no
# near miss, however short their first edges are
_WEDGE: Final = 0.5
_HANGING = ["feature", "other", "x", "y", "distance_m"]
_NEAR = ["feature", "other", "x", "y", "to_x", "to_y", "distance_m"]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Vertices beside borders of others, as `gis.topology.Faults` describes them."""

    hanging: pd.DataFrame
    near: pd.DataFrame


class _Vertices:
    """The places where open edges meet, each once, and who has a vertex there."""

    def __init__(self, edges: Edges) -> None:
        both = np.concatenate([edges.start, edges.end])
        _, first, number = np.unique(places(both), return_index=True, return_inverse=True)
        self.xy = both[first]
        self.start, self.end = np.split(number, 2)
        self._count = int(edges.feature.max(initial=0)) + 1
        self._held = np.unique(self._named(number, np.tile(edges.feature, 2)))
        #: The first polygon that has each.
        at = np.searchsorted(self._held, np.arange(len(first)) * self._count)
        self.first = self._held[at] - np.arange(len(first)) * self._count

    def has(self, vertex: Indices, feature: Indices) -> Flags:
        """Whether polygons have vertices."""
        wanted = self._named(vertex, feature)
        at = np.minimum(np.searchsorted(self._held, wanted), max(len(self._held) - 1, 0))
        return np.asarray(self._held[at] == wanted, dtype=bool)

    def _named(self, vertex: Indices, feature: Indices) -> Indices:
        return np.asarray(vertex * self._count + feature, dtype=np.int64)


def contacts(edges: Edges, index: shapely.STRtree, ground: Ground, *, near_m: float) -> Contacts:
    """Find vertices on or near an edge of another polygon that does not have them.

    Parameters
    ----------
    index
        Index of the open edges as lines.
    """
    vertices = _Vertices(edges)
    found = _beside(vertices, edges, index, max(near_m, ROUNDING_M))
    on_edge = (found["distance_m"] <= ROUNDING_M) & (found["corner_m"] > ROUNDING_M)
    hanging = found.loc[on_edge, _HANGING]
    rest = found[~on_edge & (found["distance_m"] <= near_m)]
    rest = rest[~_parting(rest, vertices, edges)]
    rest = rest[_thin_between(rest, ground)]
    # to the other's own vertex, where that is near enough
    to_corner = rest["corner_m"] <= near_m
    near = rest.assign(
        to_x=rest["corner_x"].where(to_corner, rest["to_x"]),
        to_y=rest["corner_y"].where(to_corner, rest["to_y"]),
    )
    return Contacts(hanging.reset_index(drop=True), near[_NEAR].reset_index(drop=True))


def _beside(
    vertices: "_Vertices", edges: Edges, index: shapely.STRtree, reach: float
) -> pd.DataFrame:
    """Pair vertices with the nearest edge of each other polygon in reach that lacks them."""
    vertex, edge = _near_pairs(vertices.xy, edges, index, reach)
    # whoever has the vertex itself is no other
    lacks = ~vertices.has(vertex, edges.feature[edge])
    vertex, edge = vertex[lacks], edge[lacks]
    at, start, end = vertices.xy[vertex], edges.start[edge], edges.end[edge]
    to, nearer = _nearest(at, start, end), _closer(at, start, end)
    corner = np.where(nearer[:, None], start, end)
    table = pd.DataFrame(
        {
            "vertex": vertex,
            "edge": edge,
            "feature": vertices.first[vertex],
            "other": edges.feature[edge],
            "distance_m": np.hypot(*(at - to).T),
            "corner_m": np.hypot(*(at - corner).T),
        }
    )
    table[["x", "y"]], table[["to_x", "to_y"]], table[["corner_x", "corner_y"]] = at, to, corner
    table = table.sort_values(["vertex", "other", "distance_m", "corner_m"])
    table = table.drop_duplicates(["vertex", "other"])
    return table.sort_values(["feature", "other", "x", "y"])


def _near_pairs(
    xy: Numbers, edges: Edges, index: shapely.STRtree, reach: float
) -> tuple[Indices, Indices]:
    """Vertices and edges whose boxes come within reach; distances are for the caller."""
    if not len(xy):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    boxes = shapely.box(*(xy - reach).T, *(xy + reach).T)
    vertex, edge = index.query(boxes)
    near = _distance(xy[vertex], edges.start[edge], edges.end[edge]) <= reach
    return vertex[near], edge[near]


def _nearest(at: Numbers, start: Numbers, end: Numbers) -> Numbers:
    along = end - start
    length = (along**2).sum(axis=1)
    share = ((at - start) * along).sum(axis=1) / np.where(length > 0, length, 1.0)
    return np.asarray(start + np.clip(share, 0.0, 1.0)[:, None] * along, dtype=np.float64)


def _distance(at: Numbers, start: Numbers, end: Numbers) -> Numbers:
    return np.asarray(np.hypot(*(at - _nearest(at, start, end)).T), dtype=np.float64)


def _closer(at: Numbers, start: Numbers, end: Numbers) -> Flags:
    nearer: Flags = ((at - start) ** 2).sum(axis=1) <= ((at - end) ** 2).sum(axis=1)
    return nearer


def _parting(table: pd.DataFrame, vertices: "_Vertices", edges: Edges) -> Flags:
    """Which vertices only leave a corner that both polygons share, and are near it for that."""
    parting = np.zeros(len(table), dtype=bool)
    at, edge = table[["x", "y"]].to_numpy(), table["edge"].to_numpy()
    for ends, number in ((edges.start, vertices.start), (edges.end, vertices.end)):
        shared = vertices.has(number[edge], table["feature"].to_numpy())
        wide = table["distance_m"].to_numpy() > _WEDGE * np.hypot(*(at - ends[edge]).T)
        parting |= shared & wide
    return parting


def _thin_between(table: pd.DataFrame, ground: Ground) -> Flags:
    """Which vertices have bare or disputed ground between them and the border.

    Ground under one polygon belongs to a narrow one, and so does a way along a border.
    """
    middle = (table[["x", "y"]].to_numpy() + table[["to_x", "to_y"]].to_numpy()) / 2
    at, _, border = ground.over(np.asarray(shapely.points(middle)))
    cover = np.bincount(at, weights=~border, minlength=len(table))
    along = np.bincount(at, weights=border, minlength=len(table)) > 0
    hair = table["distance_m"].to_numpy() <= ROUNDING_M
    return np.asarray((cover != 1) & (hair | ~along), dtype=bool)
