"""Scalar values of the operands of a filter, for many rows at once.

Where an operand is the same for all rows, its arrays have one element, and numpy spreads it.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from api.filters import instants
from api.filters.folding import without_accents, without_case
from api.filters.tables import Mask, Positions, Table, Words
from api.filters.tree import Call, Constant, Kind, Node, Property
from api.filters.work import Work


class Numbers(NamedTuple):
    """Numbers, dates (days) or timestamps (microseconds), and which rows have one."""

    values: npt.NDArray[Any]
    known: Mask


def scalar(work: Work, node: Node, rows: Positions | None) -> Words | Numbers:
    """Values of a property, a constant, or what is reckoned from them; booleans are 0 and 1."""
    work.go_on()
    if isinstance(node, Constant):
        return _constant(node)
    if isinstance(node, Property):
        return _column(work.table, node.name, rows)
    assert isinstance(node, Call)  # noqa: S101 (binding lets nothing else through)
    parts = [scalar(work, each, rows) for each in node.args]
    if node.op in _FOLDS:
        (texts,) = parts
        assert isinstance(texts, Words)  # noqa: S101 (binding lets nothing else through)
        folded = list(map(_FOLDS[node.op], texts.words.to_pylist()))
        return Words(texts.codes, pa.array(folded, pa.large_string()))
    return _reckoned(node.op, parts)


def _constant(node: Constant) -> Words | Numbers:
    if node.kind == "string":
        return Words.same(str(node.value))
    return Numbers(np.array([as_number(node.value)]), np.ones(1, dtype=bool))


def as_number(value: str | float) -> float:
    """Return a number that numpy can hold: whole where it has few enough digits."""
    return value if isinstance(value, int) and abs(value) < 2**63 else float(value)


def _column(table: Table, name: str, rows: Positions | None) -> Words | Numbers:
    kind = table.kinds[name]
    if kind == "string":
        return table.words(name, rows)
    values = table.values(name, rows)
    if kind in {"date", "timestamp"}:
        return _instants(table, name, rows, kind)
    known = values.notna().to_numpy()
    if kind == "number":
        return Numbers(values.to_numpy(dtype=np.float64, na_value=np.nan), known)
    if not known.all():
        values = values.where(known, kind == "integer" and 0)
    return Numbers(values.to_numpy(dtype=np.int64), known)


def _instants(table: Table, name: str, rows: Positions | None, kind: Kind) -> Numbers:
    values = table.values(name, rows)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        if getattr(values.dtype, "tz", None) is not None:
            values = values.dt.tz_convert(None)
        unit = "D" if kind == "date" else "us"
        moments = values.to_numpy(dtype=f"datetime64[{unit}]")
        return Numbers(moments.astype(np.int64), ~np.isnat(moments))
    texts = table.words(name, rows)
    read = _day if kind == "date" else _moment
    # what is no day is of no day
    found = [*map(read, texts.words.to_pylist()), None]
    held = np.array([each or 0 for each in found], dtype=np.int64)
    known = np.array([each is not None for each in found])
    return Numbers(held[texts.codes], known[texts.codes])


def _day(word: str) -> int | None:
    return instants.days(word[:10]) if word[10:11] in {"", "T", " "} else None


def _moment(word: str) -> int | None:
    day = instants.days(word)
    return instants.microseconds(word, zoned=False) if day is None else day * 86_400_000_000


def _reckoned(op: str, parts: list[Words | Numbers]) -> Numbers:
    """Reckon with doubles; what has no finite result, such as x / 0, is not known."""
    left, right = (np.asarray(part[0], dtype=np.float64) for part in parts)
    known = parts[0].known & parts[1].known
    with np.errstate(all="ignore"):
        values = _ARITHMETIC[op](left, right)
    return Numbers(values, known & np.isfinite(values))


_ARITHMETIC: Final[dict[str, Callable[[Any, Any], npt.NDArray[np.float64]]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    # both as SQL has them: the rest has the sign of the dividend
    "%": np.fmod,
    "div": lambda left, right: np.trunc(np.divide(left, right)),
    "^": np.power,
}


_FOLDS: Final[dict[str, Callable[[str], str]]] = {
    "casei": without_case,
    "accenti": without_accents,
}
