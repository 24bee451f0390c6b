"""Relations between arrays, which are sets: neither order nor repetition counts."""

from collections.abc import Callable, Hashable
from datetime import date, datetime
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from api.filters import instants
from api.filters.scalars import scalar
from api.filters.tables import Mask, Positions, Words
from api.filters.tree import Call, Constant, Items, Kind, Node, Property
from api.filters.work import Truth, Work, truth
from gis.text import nfc

Counts = npt.NDArray[np.int64]

# values of these types are equal when they are the same value
_TOLD_APART: Final = frozenset({str, int, float, type(None), tuple})

#: What holds of two sets, by their sizes and by how many elements they share.
_RELATIONS: Final[dict[str, Callable[[Counts, Counts, Counts], Mask]]] = {
    "a_equals": lambda a, b, both: (both == a) & (both == b),
    "a_contains": lambda _, b, both: both == b,
    "a_containedby": lambda a, _, both: both == a,
    "a_overlaps": lambda _, __, both: both > 0,
}


class Sets(NamedTuple):
    """A set for each row, or one for all.

    Attributes
    ----------
    rows, elements
        Each element of each set: the row it belongs to, and a number for what it is.
    known
        Which rows have a set at all; an empty one is one.
    """

    rows: Positions
    elements: Positions
    known: Mask


def shared(work: Work, node: Call, rows: Positions | None) -> Truth:
    """Tell which rows have arrays that stand in a relation."""
    work.go_on()
    numbers: dict[Hashable, int] = {}
    left, right = (_sets(work, each, rows, numbers) for each in node.args)
    if len(left.known) < len(right.known):
        b, a, both = _counts(right, left, len(numbers))
    else:
        a, b, both = _counts(left, right, len(numbers))
    return truth(_RELATIONS[node.op](a, b, both), left.known & right.known)


def _counts(many: Sets, other: Sets, different: int) -> tuple[Counts, Counts, Counts]:
    """Count the elements of the sets of one side, of the other, and those they share, by row."""
    size, base = len(many.known), different + 1
    pairs = np.unique(many.rows * base + many.elements)
    owners = pairs // base
    if len(other.known) == 1:
        wanted = np.unique(other.elements)
        both = owners[np.isin(pairs % base, wanted)]
        per_row = np.array([len(wanted)])
    else:
        theirs = np.unique(other.rows * base + other.elements)
        both = np.intersect1d(pairs, theirs, assume_unique=True) // base
        per_row = np.bincount(theirs // base, minlength=size)
    return np.bincount(owners, minlength=size), per_row, np.bincount(both, minlength=size)


def _sets(work: Work, node: Node, rows: Positions | None, numbers: dict[Hashable, int]) -> Sets:
    if isinstance(node, Property):
        values = work.table.values(node.name, rows)
        known = values.notna().to_numpy()
        lists = values.to_numpy()[known]
        lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        held = np.fromiter(chain.from_iterable(lists), dtype=object, count=lengths.sum())
        owners = np.repeat(np.flatnonzero(known), lengths)
        return _numbered(owners, held, known, numbers)
    assert isinstance(node, Items)  # noqa: S101 (binding lets nothing else through)
    columns = [_plain(work, each, rows) for each in node.items]
    size = max(map(len, columns), default=1)
    held = np.concatenate(
        [np.broadcast_to(each, size) for each in columns] or [np.empty(0, object)]
    )
    owners = np.tile(np.arange(size), len(columns))
    return _numbered(owners, held, np.ones(size, dtype=bool), numbers)


def _plain(work: Work, node: Node, rows: Positions | None) -> npt.NDArray[np.object_]:
    """Values of an element as Python objects; None where there is none."""
    values = scalar(work, node, rows)
    if isinstance(values, Words):
        return np.array([*values.words.to_pylist(), None], dtype=object)[values.codes]
    kind: Kind = "number"
    if isinstance(node, Constant):
        kind = node.kind
    elif isinstance(node, Property):
        kind = work.table.kinds[node.name]
    keys = [_of_kind(kind, each) for each in values.values.tolist()]
    held = np.fromiter(keys, dtype=object, count=len(keys))
    held[np.broadcast_to(~values.known, len(held))] = None
    return held


def _of_kind(kind: Kind, value: float) -> Hashable:
    if kind == "boolean":
        return ("boolean", bool(value))
    return (kind, value) if kind in {"date", "timestamp"} else ("number", float(value))


def _numbered(
    owners: Positions, held: npt.NDArray[np.object_], known: Mask, numbers: dict[Hashable, int]
) -> Sets:
    """Give each different element a number; elements without value are none."""
    if not {*map(type, held)} <= _TOLD_APART:
        # true is no 1, and a list cannot be told apart from another by itself
        held = np.fromiter(map(_key, held), dtype=object, count=len(held))
    codes, different = pd.factorize(held)
    given = [numbers.setdefault(_key(each), len(numbers)) for each in different]
    here = codes >= 0
    return Sets(owners[here], np.array(given, dtype=np.int64)[codes[here]], known)


def _key(value: Any) -> Hashable:
    """Return what equal elements have in common, and those of different types never."""
    if value is None or isinstance(value, tuple):
        return value
    if isinstance(value, str):
        return ("text", nfc(value))
    if isinstance(value, bool | np.bool_):
        return ("boolean", bool(value))
    if isinstance(value, int | float | np.number):
        return None if value != value else ("number", float(value))  # noqa: PLR0124 (NaN)
    if isinstance(value, date) and not isinstance(value, datetime):
        return ("date", instants.days(value.isoformat()))
    return ("other", str(value))
