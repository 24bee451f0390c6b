"""Temporal relations between instants and intervals, ends included."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from api.filters.scalars import Numbers, scalar
from api.filters.tables import Mask, Positions
from api.filters.tree import Call, Constant, Interval, Node, Property
from api.filters.work import Truth, Work, truth

# beyond every day and moment there is
_EARLIEST: Final = np.iinfo(np.int64).min
_LATEST: Final = np.iinfo(np.int64).max


class Span(NamedTuple):
    """First and last instant of each row's time, and which rows have one."""

    start: Positions
    end: Positions
    known: Mask


_RELATIONS: Final[dict[str, Callable[[Span, Span], Mask]]] = {
    "t_after": lambda a, b: a.start > b.end,
    "t_before": lambda a, b: a.end < b.start,
    "t_contains": lambda a, b: (a.start < b.start) & (a.end > b.end),
    "t_disjoint": lambda a, b: (a.start > b.end) | (a.end < b.start),
    "t_during": lambda a, b: (a.start > b.start) & (a.end < b.end),
    "t_equals": lambda a, b: (a.start == b.start) & (a.end == b.end),
    "t_finishedby": lambda a, b: (a.start < b.start) & (a.end == b.end),
    "t_finishes": lambda a, b: (a.start > b.start) & (a.end == b.end),
    "t_intersects": lambda a, b: (a.start <= b.end) & (a.end >= b.start),
    "t_meets": lambda a, b: a.end == b.start,
    "t_metby": lambda a, b: a.start == b.end,
    "t_overlappedby": lambda a, b: (a.start > b.start) & (a.start < b.end) & (a.end > b.end),
    "t_overlaps": lambda a, b: (a.start < b.start) & (a.end > b.start) & (a.end < b.end),
    "t_startedby": lambda a, b: (a.start == b.start) & (a.end > b.end),
    "t_starts": lambda a, b: (a.start == b.start) & (a.end < b.end),
}


def timed(work: Work, node: Call, rows: Positions | None) -> Truth:
    """Tell which rows stand in a temporal relation."""
    left, right = (span(work, each, rows) for each in node.args)
    return truth(_RELATIONS[node.op](left, right), left.known & right.known)


def span(work: Work, node: Node, rows: Positions | None) -> Span:
    """Time of an operand.

    Where one end of an interval has no value it is open, as in ``valid_to`` of what is still valid;
    where nothing of it has one, there is no interval.
    """
    if not isinstance(node, Interval):
        values, known = _instants(work, node, rows)
        return Span(values, values, known)
    start, start_known = _end(work, node.start, _EARLIEST, rows)
    end, end_known = _end(work, node.end, _LATEST, rows)
    everything = np.array([node.start is None and node.end is None])
    return Span(start, end, (start_known | end_known | everything) & (start <= end))


def _end(
    work: Work, node: Property | Constant | None, beyond: int, rows: Positions | None
) -> Numbers:
    if node is None:
        return Numbers(np.array([beyond]), np.zeros(1, dtype=bool))
    values, known = _instants(work, node, rows)
    return Numbers(np.where(known, values, beyond), known)


def _instants(work: Work, node: Node, rows: Positions | None) -> Numbers:
    values = scalar(work, node, rows)
    assert isinstance(values, Numbers)  # noqa: S101 (binding lets nothing else through)
    return values
