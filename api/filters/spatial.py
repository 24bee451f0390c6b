"""Spatial relations, by the index wherever one side is the same for all rows."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from api.filters.placing import placed
from api.filters.tables import Mask, Positions
from api.filters.tree import Call, Shape
from api.filters.work import FALSE, TRUE, UNKNOWN, Truth, Work

_RELATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
# relations that are another one when their sides change places; the rest stays the same
_TURNED: Final = {"s_within": "s_contains", "s_contains": "s_within"}
# relations of every shape to itself
_OF_ITSELF: Final = frozenset({"s_intersects", "s_equals", "s_within", "s_contains"})
# so many points are looked at between two glances at the clock
_POINTS_AT_ONCE: Final = 2_000_000
# below this share of the rows each is looked at, above it the index is asked
_FEW: Final = 0.125


def related(work: Work, node: Call, rows: Positions | None) -> Truth:
    """Tell which rows stand in a relation."""
    left, right = node.args
    if isinstance(left, Shape) and isinstance(right, Shape):
        holds = _RELATIONS[node.op](left.geometry, right.geometry)
        return np.array([TRUE if holds else FALSE])
    if isinstance(left, Shape):
        return _to_one(work, _TURNED.get(node.op, node.op), left, rows)
    if isinstance(right, Shape):
        return _to_one(work, node.op, right, rows)
    # there is one column of shapes: each stands beside itself
    shapes = work.table.shapes if rows is None else work.table.shapes[rows]
    alike, empty = node.op in _OF_ITSELF, node.op in {"s_equals", "s_disjoint"}
    return _with_unknown(work, np.where(shapely.is_empty(shapes), empty, alike), rows)


def candidates(work: Work, node: Call) -> Mask | None:
    """Rows beyond which a relation does not hold, by the index alone; None when it cannot tell."""
    shapes = [each for each in node.args if isinstance(each, Shape)]
    if len(shapes) != 1 or node.op == "s_disjoint" or not len(work.table.tree):
        return None
    near = np.zeros(len(work.table), dtype=bool)
    near[work.table.tree.query(_placed(work, shapes[0]))] = True
    near[work.table.shapeless] = True
    return near


def _placed(work: Work, shape: Shape) -> Geometry:
    """Where a geometry lies among the rows, found once."""
    work.go_on()
    if id(shape) not in work.places:
        work.places[id(shape)] = placed(shape.geometry, work.system, work.table)
    return work.places[id(shape)]


def _to_one(work: Work, op: str, shape: Shape, rows: Positions | None) -> Truth:
    """Relate rows to one geometry."""
    if op == "s_disjoint":
        return TRUE - _to_one(work, "s_intersects", shape, rows)
    table = work.table
    if not len(table.tree):
        return _with_unknown(work, np.zeros(work.size(rows), dtype=bool), rows)
    one = _placed(work, shape)
    if rows is not None and len(rows) < _FEW * len(table):
        return _with_unknown(work, _holds(work, op, one, table.shapes[rows]), rows)
    near = np.sort(table.tree.query(one))
    if rows is not None:
        asked = np.zeros(len(table), dtype=bool)
        asked[rows] = True
        near = near[asked[near]]
    holds = np.zeros(len(table), dtype=bool)
    holds[near] = _holds(work, op, one, table.shapes[near])
    return _with_unknown(work, holds if rows is None else holds[rows], rows)


def _holds(work: Work, op: str, one: Geometry, shapes: npt.NDArray[np.object_]) -> Mask:
    """Tell which shapes stand in a relation to one geometry, a part of them at a time."""
    west, south, east, north = work.table.bounds
    shapely.prepare(one)
    if (
        west < east
        and south < north
        and shapely.contains_properly(one, shapely.box(*work.table.bounds))
    ):
        # everything lies inside of it, far from its border
        return np.full(len(shapes), op in {"s_intersects", "s_within"})
    relation = _RELATIONS[_TURNED.get(op, op)]
    step = max(16, _POINTS_AT_ONCE // (int(shapely.get_num_coordinates(one)) + 1))
    parts = []
    for first in range(0, len(shapes), step):
        work.go_on()
        parts.append(relation(one, shapes[first : first + step]))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=bool)


def _with_unknown(work: Work, holds: Mask, rows: Positions | None) -> Truth:
    """Truth values of a relation; of a row without a shape nothing is known."""
    found = np.where(holds, TRUE, FALSE)
    shapeless = work.table.shapeless
    if len(shapeless):
        found[shapeless if rows is None else np.isin(rows, shapeless)] = UNKNOWN
    return found
