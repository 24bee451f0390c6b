"""Features as GeoJSON text, written for whole columns at once and kept in one buffer.

Coordinates of WGS 84 have eight decimals (a millimetre), outer rings run counter-clockwise, as
RFC 7946 asks.
"""

import mmap
import tempfile
from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis import crs

_DEGREE_DECIMALS: Final = 8
_METRE_DECIMALS: Final = 4
# rows that are written at once: tens of megabytes of text
_BLOCK: Final = 20_000

Positions = npt.NDArray[np.int64]


class Written:
    """Text of all features in one file that has no name; the system keeps what is in use at hand.

    Attributes
    ----------
    starts
        Where each feature begins, and where the last one ends.
    properties
        Where each feature's properties begin, from its own beginning.
    """

    def __init__(
        self, ids: npt.NDArray[Any], columns: pd.DataFrame, degrees: gpd.GeoSeries
    ) -> None:
        lengths, marks = [np.zeros(1, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        with tempfile.TemporaryFile() as file:
            for first in range(0, len(ids), _BLOCK):
                block = slice(first, first + _BLOCK)
                texts, inner = _block(ids[block], columns.iloc[block], degrees.iloc[block])
                lengths.append(pc.binary_length(texts).to_numpy(zero_copy_only=False))
                marks.append(inner)
                file.write(memoryview(texts.buffers()[2]) if len(texts) else b"")
            file.flush()
            self.starts: Positions = np.cumsum(np.concatenate(lengths, dtype=np.int64))
            self.properties: Positions = np.concatenate(marks)
            whole = int(self.starts[-1])
            # an empty file cannot be mapped
            self._text = mmap.mmap(file.fileno(), whole, access=mmap.ACCESS_READ) if whole else b""

    def feature(self, at: int) -> bytes:
        """Text of one feature."""
        return self._text[self.starts[at] : self.starts[at + 1]]

    def joined(self, rows: Positions) -> bytes:
        """Text of several features, with commas between them."""
        text, starts = self._text, self.starts
        ends = starts[rows + 1].tolist()
        return b",".join(
            [text[begin:end] for begin, end in zip(starts[rows].tolist(), ends, strict=True)]
        )

    def members(self, at: int) -> bytes:
        """Text of one feature's properties."""
        begin = int(self.starts[at] + self.properties[at])
        return self._text[begin : int(self.starts[at + 1]) - 1]


def features(
    ids: Sequence[Any] | npt.NDArray[Any], columns: pd.DataFrame, shapes: gpd.GeoSeries
) -> list[str]:
    """Write features whose shapes are in degrees."""
    texts, _ = _block(np.asarray(ids), columns, shapes)
    written: list[str] = texts.to_pylist()
    return written


def geometries(shapes: npt.NDArray[np.object_], *, degrees: bool) -> npt.NDArray[np.object_]:
    """Write geometries as GeoJSON; None stays None."""
    decimals = _DEGREE_DECIMALS if degrees else _METRE_DECIMALS
    rounded = shapely.transform(shapes, lambda points: np.round(points, decimals))
    texts = shapely.to_geojson(shapely.orient_polygons(rounded))
    return np.asarray(texts, dtype=object)


def in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Shapes of a frame in WGS 84, longitude first."""
    return crs.transform(frame, crs.WGS84)[0].geometry


def dumps(value: Any) -> str:
    """Write JSON without blanks; what is no number is null."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _block(
    ids: npt.NDArray[Any], columns: pd.DataFrame, degrees: gpd.GeoSeries
) -> tuple[Any, Positions]:
    """Write a block of features; also where in each its properties begin."""
    shapes = pa.array(geometries(degrees.to_numpy(), degrees=True), pa.string()).fill_null("null")
    head = pc.binary_join_element_wise(
        '{"type":"Feature","id":', _texts(pd.Series(ids)), ',"geometry":', shapes,
        ',"properties":', "",
    )  # fmt: skip
    texts = pc.binary_join_element_wise(head, _objects(columns, len(ids)), "}", "")
    return texts, pc.binary_length(head).to_numpy(zero_copy_only=False).astype(np.int64)


def _objects(columns: pd.DataFrame, count: int) -> Any:
    """Write rows as JSON objects."""
    pieces: list[Any] = []
    for number, name in enumerate(columns.columns):
        pieces += [f"{',' if number else '{'}{dumps(str(name))}:", _texts(columns[name])]
    if not pieces:
        return pa.repeat(pa.scalar("{}"), count)
    return pc.binary_join_element_wise(*pieces, "}", "")


def _texts(values: "pd.Series[Any]") -> Any:
    """Write the values of a column as JSON, each different one once; missing ones are null."""
    kind = values.dtype
    whole = pd.api.types.is_integer_dtype(kind) and not values.isna().any()
    if len(values) and (whole or pd.api.types.is_float_dtype(kind)):
        numbers = values.to_numpy(dtype=np.int64 if whole else np.float64, na_value=np.nan)
        joined = orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)
        return pa.array(joined[1:-1].decode().split(","), pa.string())
    plain = values.astype(object)
    if plain.map(pd.api.types.is_list_like).any():
        return pa.array([dumps(_plain(value)) for value in plain], pa.string())
    codes, unique = pd.factorize(plain, use_na_sentinel=True)
    different = pa.array([*(dumps(_plain(value)) for value in unique), "null"], pa.string())
    return different.take(pa.array(np.where(codes < 0, len(unique), codes)))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if not pd.api.types.is_list_like(value) and pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
