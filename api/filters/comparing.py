"""Comparisons, LIKE, BETWEEN and IN."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.filters.scalars import Numbers, as_number, scalar
from api.filters.tables import Mask, Positions, Words
from api.filters.tree import Call, Constant, Items, Node
from api.filters.work import UNKNOWN, Truth, Work, truth

_NUMBERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
# the order of UTF-8 is that of characters by their numbers
_WORDS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    ">": pc.greater,
    "<=": pc.less_equal,
    ">=": pc.greater_equal,
}


def compare(work: Work, node: Call, rows: Positions | None) -> Truth:
    """Compare two scalars."""
    left, right = (scalar(work, each, rows) for each in node.args)
    return _compared(node.op, left, right)


def between(work: Work, node: Call, rows: Positions | None) -> Truth:
    """Tell what lies between two bounds, both included; unknown as soon as one of them is."""
    value, low, high = (scalar(work, each, rows) for each in node.args)
    above = _compared(">=", value, low)
    below = _compared("<=", value, high)
    unknown = (above == UNKNOWN) | (below == UNKNOWN)
    return np.where(unknown, UNKNOWN, np.minimum(above, below))


def contained(work: Work, node: Call, rows: Positions | None) -> Truth:
    """Tell what is equal to one of a list."""
    value = scalar(work, node.args[0], rows)
    items = node.args[1]
    assert isinstance(items, Items)  # noqa: S101 (the reader lets nothing else through)
    fixed = [_fixed(work, each) for each in items.items if _is_fixed(each)]
    found = _among(value, fixed)
    for each in items.items:
        if not _is_fixed(each):
            found = np.maximum(found, _compared("=", value, scalar(work, each, rows)))
    return found


def like(work: Work, node: Call, rows: Positions | None) -> Truth:
    """Match texts against a pattern."""
    texts, pattern = (scalar(work, each, rows) for each in node.args)
    assert isinstance(texts, Words)  # noqa: S101 (binding lets nothing else through)
    assert isinstance(pattern, Words)  # noqa: S101
    # in time that grows with the text alone, whatever the pattern is
    fits = pc.match_like(texts.words, pattern.words[0].as_py())
    return truth(texts.each(fits), texts.known)


def _is_fixed(node: Node) -> bool:
    if isinstance(node, Call):
        return all(map(_is_fixed, node.args))
    return isinstance(node, Constant)


def _fixed(work: Work, node: Node) -> str | float | None:
    """Value of an operand that is the same for all rows; None where there is none."""
    if isinstance(node, Constant):
        return node.value if node.kind == "string" else as_number(node.value)
    found = scalar(work, node, None)
    if not found.known[0]:
        return None
    value: str | float = found[1][0].as_py() if isinstance(found, Words) else found[0][0].item()
    return value


def _compared(op: str, left: Words | Numbers, right: Words | Numbers) -> Truth:
    known = left.known & right.known
    if isinstance(left, Words) and isinstance(right, Words):
        return truth(_compared_words(op, left, right), known)
    return truth(_NUMBERS[op](left[0], right[0]), known)


def _compared_words(op: str, left: Words, right: Words) -> Mask:
    """Compare texts by their characters; against one text each different text is compared once."""
    if len(right.codes) == 1 and right.known[0]:
        return left.each(_WORDS[op](left.words, right.words[int(right.codes[0])]))
    if len(left.codes) == 1 and left.known[0]:
        return right.each(_WORDS[op](left.words[int(left.codes[0])], right.words))
    known = np.flatnonzero(left.known & right.known)
    sides = (each.words.take(pa.array(each.codes[known])) for each in (left, right))
    found = np.zeros(np.broadcast(left.codes, right.codes).size, dtype=bool)
    found[known] = _WORDS[op](*sides)
    return found


def _among(value: Words | Numbers, fixed: Sequence[str | float | None]) -> Truth:
    """Tell which values are one of some that are the same for all rows."""
    wanted = [each for each in fixed if each is not None]
    if isinstance(value, Words):
        among = pc.is_in(value.words, value_set=pa.array(wanted, pa.large_string()))
        found = truth(value.each(among), value.known)
    else:
        found = truth(np.isin(value.values, wanted), value.known)
    # what is not found might be one of those that have no value
    return found if len(wanted) == len(fixed) else np.maximum(found, UNKNOWN)
