"""A collection as filters see it: columns with their types, shapes with their index."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from api.filters.tree import Kind

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Name by which filters call the shapes, whatever their column is called.
GEOMETRY: Final = "geometry"
# below this share of the rows it is quicker to look at them than at the whole column
_FEW: Final = 0.25


class Words(NamedTuple):
    """Texts as numbers: which text each row has, and the texts, each once or more.

    Attributes
    ----------
    codes
        Place in `words` for each row, or for all rows at once; -1 where there is no text.
    words
        Texts in composed form, as an Arrow array.
    """

    codes: npt.NDArray[np.int32]
    words: Any

    @property
    def known(self) -> Mask:
        """Which rows have a text."""
        known: Mask = self.codes >= 0
        return known

    def each(self, per_word: Any) -> Mask:
        """Spread what holds of each text over the rows; of no text nothing holds."""
        return np.append(np.asarray(per_word, dtype=bool), np.False_)[self.codes]

    @classmethod
    def of(cls, values: "pd.Series[Any]") -> Self:
        """Take a column of texts apart; what is no text is written as one."""
        coded = _texts(values).dictionary_encode()
        words = pc.utf8_normalize(coded.dictionary, form="NFC")
        return cls(coded.indices.fill_null(-1).to_numpy(), words)

    @classmethod
    def same(cls, text: str) -> Self:
        """Make one text of all rows."""
        return cls(np.zeros(1, dtype=np.int32), pa.array([text], pa.large_string()))


def _texts(values: "pd.Series[Any]") -> Any:
    try:
        made = pa.array(values, pa.large_string(), from_pandas=True)
    except (pa.ArrowException, UnicodeError):
        written = values.astype(object).map(_written, na_action="ignore")
        made = pa.array(written, pa.large_string(), from_pandas=True)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def _written(value: object) -> str:
    """Text of a value; half characters, which no text can hold, are question marks."""
    return str(value).encode("utf-8", "replace").decode()


@dataclass(frozen=True, eq=False)
class Table:
    """Rows to choose from; nothing of it changes, so that threads may share it.

    Attributes
    ----------
    columns
        What the rows say, without their shapes.
    shapes, tree, crs
        Their shapes in the system in which they are kept, easting first, and the index over them.
    kinds
        Type of each column that a filter may name, and of `GEOMETRY`.
    """

    columns: pd.DataFrame
    shapes: npt.NDArray[np.object_]
    tree: shapely.STRtree
    crs: pyproj.CRS
    kinds: Mapping[str, Kind]
    _kept: dict[str, Words] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, *, dates: Collection[str] = ()) -> Self:
        """Make a table of a frame.

        Parameters
        ----------
        dates
            Columns whose texts are days, such as ``valid_from``.
        """
        columns = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        shapes = frame.geometry.to_numpy()
        kinds = kinds_of(columns, dates=dates)
        return cls(columns, shapes, shapely.STRtree(shapes), frame.crs, kinds)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.shapes)

    @cached_property
    def shapeless(self) -> Positions:
        """Rows without a shape."""
        return np.flatnonzero(shapely.is_missing(self.shapes))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least and greatest easting and northing; NaN when no row has a shape."""
        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return west, south, east, north

    def values(self, name: str, rows: Positions | None) -> "pd.Series[Any]":
        """Values of a column at some rows, or at all."""
        column: pd.Series[Any] = self.columns[name]
        return column if rows is None else column.iloc[rows]

    def words(self, name: str, rows: Positions | None) -> Words:
        """Texts of a column at some rows, or at all."""
        whole = self._kept.get(name)
        if rows is not None:
            few = _FEW * len(self) if whole is None else len(whole.words)
            if len(rows) < few:
                return Words.of(self.values(name, rows))
        if whole is None:
            # two threads that come here at once write the same
            whole = self._kept[name] = Words.of(self.columns[name])
        return whole if rows is None else Words(whole.codes[rows], whole.words)


def kinds_of(columns: pd.DataFrame, *, dates: Collection[str] = ()) -> dict[str, Kind]:
    """Types of the columns that a filter may name, beside the shapes.

    A text stays a text, whatever is written in it; only columns named in `dates` hold days.
    """
    found: dict[str, Kind] = {GEOMETRY: "geometry"}
    for name in columns.columns:
        if name != GEOMETRY:
            found[str(name)] = _kind(columns[name], holds_days=name in dates)
    return found


def _kind(values: "pd.Series[Any]", *, holds_days: bool) -> Kind:
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(dtype):
        return "integer"
    if pd.api.types.is_float_dtype(dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date" if holds_days else "timestamp"
    if pd.api.types.is_object_dtype(dtype):
        return _kind_of_objects(values, holds_days=holds_days)
    return "date" if holds_days else "string"


def _kind_of_objects(values: "pd.Series[Any]", *, holds_days: bool) -> Kind:
    """Type of a column of Python objects, by what it holds."""
    held = values.dropna()
    first = held.iloc[0] if len(held) else None
    if isinstance(first, list | tuple | np.ndarray):
        return "array"
    if isinstance(first, datetime):
        return "date" if holds_days else "timestamp"
    if isinstance(first, date) or holds_days:
        return "date"
    kinds: Mapping[str, Kind] = {
        "boolean": "boolean",
        "integer": "integer",
        "floating": "number",
        "mixed-integer-float": "number",
        "decimal": "number",
    }
    return kinds.get(pd.api.types.infer_dtype(held), "string")
