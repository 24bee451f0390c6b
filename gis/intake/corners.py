"""Shapes that a table holds: as WKT, or as the corners of each parcel in two columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis import findings, text
from gis.errors import ColumnError, GeometryTypeError
from gis.values import as_numbers, as_text

_WKT: Final = frozenset(
    {"wkt", "geom", "geometry", "the geom", "geom wkt", "wkt geom", "hinh", "shape"}
)
_SHAPE: Final = re.compile(
    r"\s*(?:SRID\s*=\s*(\d+)\s*;)?\s*((?:MULTI)?(?:POLYGON|SURFACE|POINT|LINESTRING)"
    r"|GEOMETRYCOLLECTION|CURVEPOLYGON)\b",
    re.IGNORECASE,
)
# east and north, said so; x and y mean either, and their values tell
_EAST: Final = frozenset(
    {
        "e",
        "east",
        "easting",
        "dong",
        "toa do dong",
        "y dong",
        "lon",
        "lng",
        "long",
        "longitude",
        "kinh do",
    }
)
_NORTH: Final = frozenset(
    {"n", "north", "northing", "bac", "toa do bac", "x bac", "lat", "latitude", "vi do"}
)
_EITHER: Final = (
    frozenset({"x", "toa do x", "xcoord", "x coord"}),
    frozenset({"y", "toa do y", "ycoord", "y coord"}),
)
_CORNER: Final = frozenset(
    {
        *("diem", "so hieu diem", "ten diem", "stt diem", "thu tu diem", "so thu tu diem"),
        *("dinh", "so hieu dinh", "goc", "so hieu goc", "moc", "so hieu moc", "dinh thua"),
        *("point", "vertex", "corner", "vertex index", "point no", "diem goc", "goc ranh"),
    }
)
#: Names that count the corners of a parcel as well as the rows of any list.
_COUNT: Final = frozenset({"stt", "order", "thu tu", "so thu tu"})
_OWNER: Final = frozenset(
    {
        *("id", "fid", "zone id", "parcel", "parcel id", "parcel no", "sheet", "ma thua", "thua"),
        *("so thua", "sothua", "thua dat", "so hieu thua", "so thu tu thua", "to", "so to", "soto"),
        *("to ban do", "so to ban do", "so hieu to ban do", "vung", "ma vung", "ten vung", "ma"),
        *("khu", "khu dat", "ten khu", "lo", "khoanh", "khoanh dat", "polygon", "polygon id"),
    }
)
#: Values that only northings of Việt Nam reach, and only its eastings stay below.
_NORTHINGS_FROM_M: Final = 900_000.0
#: Degrees of Việt Nam and its sea: latitudes end where longitudes have not begun.
_LATITUDES_TO: Final = 25.0
_LONGITUDES: Final = (100.0, 120.0)


@dataclass(frozen=True, slots=True)
class Areas:
    """Rows of a table with their shapes, and what was wrong with them."""

    frame: gpd.GeoDataFrame
    found: tuple[gpd.GeoDataFrame, ...]


class _Columns(NamedTuple):
    east: str
    north: str
    by_value: bool


def areas(path: Path, table: pd.DataFrame) -> Areas | None:
    """Find the shapes in a table; None where it holds none.

    Raises
    ------
    ColumnError
        When two columns may be eastings as well as northings.
    GeometryTypeError
        When its points are no corners of areas.
    """
    written = _wkt_column(table)
    if written is not None:
        return _from_wkt(table, written)
    pairs = _coordinate_columns(table)
    if pairs is None:
        return None
    columns = _by_value(path, table, pairs)
    owners = [str(name) for name in table if _plain(name) in _OWNER and name not in columns]
    owners = [name for name in owners if table[name].duplicated().any()]
    counted = _CORNER | _COUNT if owners else _CORNER
    order = next((str(name) for name in table if _plain(name) in counted), None)
    if order is None and not owners:
        raise _only_points(path)
    return _from_corners(table, columns, order, owners)


def _plain(name: Any) -> str:
    """Return a column's name without units and marks: ``Tọa độ X (m)`` is ``toa do x``."""
    bare = re.sub(r"\(.*?\)|\[.*?\]", " ", str(name))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.search_key(bare)).split())


def _wkt_column(table: pd.DataFrame) -> str | None:
    for name in table:
        if _plain(name) in _WKT:
            held = table[name].dropna().head(20)
            if any(_SHAPE.match(str(value)) for value in held):
                return str(name)
    return None


def _from_wkt(table: pd.DataFrame, column: str) -> Areas:
    written = as_text(table[column])
    parts = written.str.extract(_SHAPE)
    plain = written.str.replace(r"^\s*SRID\s*=\s*\d+\s*;\s*", "", regex=True, case=False)
    held = plain.notna().to_numpy()
    shapes: npt.NDArray[np.object_] = np.full(len(table), None, dtype=object)
    shapes[held] = shapely.from_wkt(plain[held].to_numpy(dtype=object), on_invalid="ignore")
    bad = held & shapely.is_missing(shapes)
    found = findings.many(
        "reading.bad-shape",
        rows=np.flatnonzero(bad) + 1,
        value=[str(value)[:40] for value in written[bad]],
    )
    named = parts[0].dropna().unique()
    system = f"EPSG:{named[0]}" if len(named) == 1 else None
    return Areas(
        gpd.GeoDataFrame(table.drop(columns=column), geometry=shapes, crs=system), (found,)
    )


def _coordinate_columns(table: pd.DataFrame) -> tuple[str, str] | _Columns | None:
    """Find two columns of coordinates: named for east and north, or called x and y."""
    names = {_plain(name): str(name) for name in reversed(table.columns)}

    def one(wanted: frozenset[str]) -> str | None:
        return next((names[name] for name in names if name in wanted), None)

    east, north = one(_EAST), one(_NORTH)
    if east and north:
        return _Columns(east, north, by_value=False)
    x, y = one(_EITHER[0]), one(_EITHER[1])
    return (x, y) if x and y else None


def _by_value(path: Path, table: pd.DataFrame, pair: tuple[str, str] | _Columns) -> _Columns:
    """Tell eastings from northings: surveyors of Việt Nam call the northing x, programs the y."""
    if isinstance(pair, _Columns):
        return pair
    x, y = (as_numbers(table[name])[0].dropna() for name in pair)
    if _north_of(y, x):
        return _Columns(*pair, by_value=False)
    if _north_of(x, y):
        return _Columns(pair[1], pair[0], by_value=True)
    raise ColumnError(
        f"Table {path.name} does not tell which of {pair[0]!r} and {pair[1]!r} is the northing; "
        "name the columns E and N.",
        vi=f"Bảng {path.name} không cho biết cột nào trong {pair[0]!r} và {pair[1]!r} là tọa độ "
        "bắc; hãy đặt tên cột là E (đông) và N (bắc).",
    )


def _north_of(north: "pd.Series[Any]", east: "pd.Series[Any]") -> bool:
    """Whether numbers are northings beside their eastings: metres, or degrees of Việt Nam."""
    if not len(north) or not len(east):
        return False
    up, right = float(north.median()), float(east.median())
    if up > _NORTHINGS_FROM_M > right > _LONGITUDES[1]:
        return True
    return 0 < up < _LATITUDES_TO and _LONGITUDES[0] < right < _LONGITUDES[1]


def _from_corners(
    table: pd.DataFrame, columns: _Columns, order: str | None, owners: Sequence[str]
) -> Areas:
    """Make an area of the corners of each owner, in their order."""
    east, north = (_floats(table[name]) for name in columns[:2])
    if owners:
        # a form writes the parcel once, before its first corner
        table = table.assign(**{name: table[name].ffill() for name in owners})
        owner = table.groupby(list(owners), sort=False, dropna=False).ngroup().to_numpy()
    else:
        owner = np.zeros(len(table), dtype=np.intp)
    step = _steps(table[order], owner) if order else np.zeros(len(table))
    at = np.lexsort((np.arange(len(table)), step, owner))
    shapes, few, bad = _rings(np.column_stack([east, north])[at], owner[at])
    names = _owner_names(table, owners, owner)
    found = [
        findings.many(rule_id, rows=np.flatnonzero(which) + 1, value=names[which].tolist())
        for rule_id, which in (("reading.few-corners", few), ("reading.bad-coordinate", bad))
        if which.any()
    ]
    if columns.by_value:
        found.append(findings.many("reading.northing-first", rows=[None], value=[columns.north]))
    return Areas(
        gpd.GeoDataFrame(_constant(table, columns, order, owner), geometry=shapes), tuple(found)
    )


def _floats(values: "pd.Series[Any]") -> npt.NDArray[np.float64]:
    return np.asarray(as_numbers(values)[0].to_numpy(dtype="float64", na_value=np.nan))


def _steps(order: "pd.Series[Any]", owner: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float64]:
    """Return the place of each corner, where every parcel counts its own from 0 or 1.

    Numbers of boundary marks say nothing on their order: then the rows stand in it.
    """
    digits = as_text(order).str.extract(r"(\d+)\D*$")[0]
    steps = pd.to_numeric(digits, errors="coerce").reset_index(drop=True)
    each = steps.groupby(owner).agg(["min", "max", "nunique"])
    counts = (each["min"] <= 1) & (each["max"] - each["min"] + 1 == each["nunique"])
    if steps.isna().any() or not counts.all():
        return np.zeros(len(order))
    return steps.to_numpy(float)


def _rings(
    places: npt.NDArray[np.float64], owner: npt.NDArray[np.integer[Any]]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the area of each owner, whether it has too few corners, and whether one is bad.

    A corner that stands twice in a row, as where a list comes back to its first, counts once.
    """
    count = int(owner.max()) + 1
    bad = np.zeros(count, dtype=bool)
    bad[owner[~np.isfinite(places).all(axis=1)]] = True
    fresh = np.ones(len(places), dtype=bool)
    fresh[1:] = (owner[1:] != owner[:-1]) | (places[1:] != places[:-1]).any(axis=1)
    places, owner = places[fresh], owner[fresh]
    first = np.searchsorted(owner, np.arange(count))
    last = np.searchsorted(owner, np.arange(count), side="right") - 1
    closing = last[(places[first] == places[last]).all(axis=1) & (last > first)]
    keep = np.ones(len(owner), dtype=bool)
    keep[closing] = False
    places, owner = places[keep], owner[keep]
    corners = np.bincount(owner, minlength=count)
    few = (corners < 3) & ~bad
    held = ~(few | bad)
    shapes: npt.NDArray[np.object_] = np.full(count, None, dtype=object)
    whole = held[owner]
    if whole.any():
        numbers = np.cumsum(held)[owner[whole]] - 1
        shapes[held] = shapely.polygons(shapely.linearrings(places[whole], indices=numbers))
    return shapes, few, bad


def _owner_names(
    table: pd.DataFrame, owners: Sequence[str], owner: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.object_]:
    """Name each owner by its own words: ``tờ 5, thửa 12``."""
    first = table.take(np.unique(owner, return_index=True)[1])
    said = [
        ", ".join(f"{name} {value}" for name, value in zip(owners, row, strict=True))
        for row in first[list(owners)].itertuples(index=False)
    ]
    return np.array(said, dtype=object)


def _constant(
    table: pd.DataFrame, columns: _Columns, order: str | None, owner: npt.NDArray[np.integer[Any]]
) -> pd.DataFrame:
    """Return what holds for a whole parcel; what changes from corner to corner is left out."""
    rest = table.drop(columns=[*columns[:2], *([order] if order else [])])
    groups = rest.groupby(owner, sort=True)
    same = (groups.nunique().max() <= 1).to_numpy()
    return groups.first().loc[:, same].reset_index(drop=True)


def _only_points(path: Path) -> GeometryTypeError:
    return GeometryTypeError(
        f"Table {path.name} holds points, which have no area; give a column with the number of the "
        "parcel and one with the order of its corners, or the shapes as WKT.",
        vi=f"Bảng {path.name} chỉ có các điểm, không có diện tích; hãy thêm cột số thửa và cột thứ "
        "tự góc ranh, hoặc ghi hình dạng WKT.",
    )
