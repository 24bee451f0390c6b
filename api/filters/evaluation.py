"""A filter answered over a table: three-valued logic, what is cheap and telling first.

A comparison with what has no value is unknown, and so is its negation; a row is chosen when the
whole is true. Rows for which AND or OR is settled are not looked at again.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from api.filters import arrays, comparing, spatial, temporal
from api.filters.operators import OPERATORS, Group
from api.filters.scalars import Numbers, scalar
from api.filters.tables import GEOMETRY, Mask, Positions
from api.filters.tree import Call, Constant, Interval, Items, Node, Property, Shape
from api.filters.work import FALSE, TRUE, UNKNOWN, Truth, Work

_ANSWERS: Final[Mapping[Group, Callable[[Work, Call, Positions | None], Truth]]] = {
    "comparison": comparing.compare,
    "between": comparing.between,
    "in": comparing.contained,
    "like": comparing.like,
    "spatial": spatial.related,
    "temporal": temporal.timed,
    "array": arrays.shared,
}
#: What takes longer, over as many rows.
_COSTS: Final[Mapping[Group, int]] = {"fold": 2, "like": 2, "array": 3, "spatial": 4}
# rows that are settled are left out when as few as this share remain
_NARROWED: Final = 0.5


def chosen(work: Work, node: Node, rows: Positions | None) -> Positions:
    """Rows for which a filter is true, in their order."""
    found = np.flatnonzero(answered(work, node, rows) == TRUE)
    return found if rows is None else rows[found]


def answered(work: Work, node: Node, rows: Positions | None) -> Truth:
    """Truth value of a filter or a part of it for some rows, or for all."""
    work.go_on()
    size = work.size(rows)
    if isinstance(node, Call):
        group = OPERATORS[node.op].group
        if group == "logic":
            return _logic(work, node, rows)
        if group == "null":
            found = _null(work, node.args[0], rows)
        else:
            found = _ANSWERS[group](work, node, rows)
    else:
        values = scalar(work, node, rows)
        assert isinstance(values, Numbers)  # noqa: S101 (binding lets nothing else through)
        found = np.where(values.known, np.where(values.values, TRUE, FALSE), UNKNOWN)
    return found if len(found) == size else np.repeat(found, size)


def _logic(work: Work, node: Call, rows: Positions | None) -> Truth:
    if node.op == "not":
        return TRUE - answered(work, node.args[0], rows)
    joined, settled = (np.minimum, FALSE) if node.op == "and" else (np.maximum, TRUE)
    result = np.full(work.size(rows), TRUE - settled)
    open_rows: Positions | None = None
    if node.op == "and":
        open_rows = _by_index(work, node, rows, result)
    for part in sorted(node.args, key=_cost):
        if open_rows is None:
            result = joined(result, answered(work, part, rows))
        else:
            asked = open_rows if rows is None else rows[open_rows]
            result[open_rows] = joined(result[open_rows], answered(work, part, asked))
        open_rows = _still_open(result, open_rows, settled)
    return result


def _still_open(result: Truth, before: Positions | None, settled: np.uint8) -> Positions | None:
    """Positions in `result` that a further operand can change; None while they are most of it."""
    if before is None:
        left = result != settled
        few = np.count_nonzero(left) < _NARROWED * len(result)
        return np.flatnonzero(left) if few else None
    left = result[before] != settled
    return before[left] if np.count_nonzero(left) < _NARROWED * len(before) else before


def _by_index(work: Work, node: Call, rows: Positions | None, result: Truth) -> Positions | None:
    """Settle what lies apart from the geometries of an AND, before anything else is looked at."""
    left: Mask | None = None
    for part in node.args:
        if isinstance(part, Call) and OPERATORS[part.op].group == "spatial":
            near = spatial.candidates(work, part)
            left = near if left is None else left & near if near is not None else left
    if left is None:
        return None
    result[~(left if rows is None else left[rows])] = FALSE
    return _still_open(result, None, FALSE)


def _cost(node: Node, levels: int = 3) -> int:
    """How long a part of a filter takes beside others; what lies deeper is not looked for."""
    if not isinstance(node, Call) or not levels:
        return 0
    here = _COSTS.get(OPERATORS[node.op].group, 1)
    return max([here, *(_cost(each, levels - 1) for each in node.args)])


def _null(work: Work, node: Node, rows: Positions | None) -> Truth:
    """Tell what has no value."""
    if isinstance(node, Call) and OPERATORS[node.op].group not in {"arithmetic", "fold"}:
        return np.where(answered(work, node, rows) == UNKNOWN, TRUE, FALSE)
    if isinstance(node, Property) and node.name == GEOMETRY:
        missing = np.zeros(len(work.table), dtype=bool)
        missing[work.table.shapeless] = True
        known = ~missing if rows is None else ~missing[rows]
    elif isinstance(node, Property):
        known = work.table.values(node.name, rows).notna().to_numpy()
    elif isinstance(node, Shape | Items | Constant):
        known = np.ones(1, dtype=bool)
    elif isinstance(node, Interval):
        known = temporal.span(work, node, rows).known
    else:
        known = scalar(work, node, rows).known
    return np.where(known, FALSE, TRUE)
