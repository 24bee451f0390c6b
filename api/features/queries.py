"""Which features of a collection a request asks for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from api.errors import ParameterError
from api.features.rows import FeatureSet
from api.features.written import Positions
from api.filters.language import Filter
from api.systems import System
from api.words import shown
from gis import crs

# into so many pieces an edge is parted before it is carried: under a millimetre in a district
_PIECES: Final = 64
_AROUND: Final = 0.05
_INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2}))?"
)
_OPEN: Final = {"", ".."}
_FIRST, _LAST = date.min.isoformat(), date.max.isoformat()

Box = tuple[float, float, float, float]
#: First and last day, as ISO texts.
Period = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a request asks of a collection; nothing said means everything.

    Attributes
    ----------
    boxes
        Boxes of which a feature must meet one, in `system`, easting or longitude first.
    period
        A feature must be valid on some day of it.
    equal
        Texts that columns must have.
    """

    boxes: tuple[Box, ...] | None = None
    system: System | None = None
    period: Period | None = None
    equal: Mapping[str, str] = field(default_factory=dict)
    filter: Filter | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it leaves nothing out."""
        return (self.boxes, self.period, self.filter) == (None, None, None) and not self.equal


def select(features: FeatureSet, query: Query) -> Positions:
    """Positions of the features that a query asks for, in their order."""
    if query.boxes is not None and query.system is not None:
        rows = features.meeting(_places(features, query.boxes, query.system))
    else:
        rows = np.arange(len(features))
    for name, value in query.equal.items():
        rows = rows[_equals(features.columns[name].iloc[rows], value)]
    if query.period is not None:
        rows = rows[_valid(features.columns.iloc[rows], query.period)]
    if query.filter is not None:
        rows = query.filter.select(features.table, None if len(rows) == len(features) else rows)
    return rows


def parse_box(text: str, system: System) -> tuple[Box, ...]:
    """Read ``bbox``: four numbers, or six with heights, which do not count.

    Returns
    -------
    tuple of boxes
        Easting or longitude first. A box whose west is east of its east crosses the antimeridian
        and comes back as two.

    Raises
    ------
    ParameterError
        When they are no box.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in {4, 6} or not all(map(isfinite, numbers)):
        raise ParameterError(
            f"bbox {shown(text)} is not west,south,east,north; give four numbers, like "
            "108.5,15.1,108.9,15.4.",
            vi=f"bbox {shown(text)} không phải tây,nam,đông,bắc; hãy ghi bốn số, ví dụ "
            "108.5,15.1,108.9,15.4.",
        )
    half = len(numbers) // 2
    (west, south), (east, north) = numbers[:2], numbers[half : half + 2]
    if system.flipped:
        west, south, east, north = south, west, north, east
    _require_box(text, (west, south, east, north), in_degrees=system.in_degrees)
    if west > east:
        return (west, south, 180.0, north), (-180.0, south, east, north)
    return ((west, south, east, north),)


def _require_box(text: str, box: Box, *, in_degrees: bool) -> None:
    west, south, east, north = box
    on_earth = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    if south > north or (west > east and not in_degrees) or (in_degrees and not on_earth):
        raise ParameterError(
            f"bbox {shown(text)} is no box: south must not be more than north, and degrees must "
            "lie on the globe (-180 to 180, -90 to 90).",
            vi=f"bbox {shown(text)} không phải một khung: nam không được lớn hơn bắc, và độ phải "
            "nằm trên địa cầu (-180 đến 180, -90 đến 90).",
        )


def parse_period(text: str) -> Period:
    """Read ``datetime``: a day, a moment, or two of them with ``/`` between; ``..`` is open.

    Raises
    ------
    ParameterError
        When it is none.
    """
    parts = text.split("/")
    if len(parts) == 1 and parts[0] not in _OPEN:
        parts = [text, text]
    if len(parts) != 2 or parts == ["", ""]:
        raise _no_period(text)
    first = _FIRST if parts[0] in _OPEN else _day(parts[0], text)
    last = _LAST if parts[1] in _OPEN else _day(parts[1], text)
    if first > last:
        raise _no_period(text)
    return first, last


def _day(part: str, text: str) -> str:
    """Day in Việt Nam of a day or a moment."""
    if not _INSTANT.fullmatch(part):
        raise _no_period(text)
    try:
        if len(part) == 10:
            return date.fromisoformat(part).isoformat()
        moment = datetime.fromisoformat(part.upper().replace(" ", "T"))
        return (moment.astimezone(UTC) + timedelta(hours=7)).date().isoformat()
    except (ValueError, OverflowError):
        raise _no_period(text) from None


def _no_period(text: str) -> ParameterError:
    return ParameterError(
        f"datetime {shown(text)} is no day and no period; write it like 2026-06-01, "
        "2026-06-01T00:00:00Z or 2025-07-01/.. .",
        vi=f"datetime {shown(text)} không phải ngày hay khoảng thời gian; hãy ghi như 2026-06-01, "
        "2026-06-01T00:00:00Z hoặc 2025-07-01/.. .",
    )


def _places(features: FeatureSet, boxes: Sequence[Box], system: System) -> list[Geometry]:
    """Outlines of boxes in the system of the features; none of those that lie far away."""
    goal = features.crs
    if not len(features):
        return []
    if crs.parse(system.code) == goal:
        return [_outline(box) for box in boxes]
    west, south, east, north = _extent(features, system.code)
    beside = _AROUND * max(east - west, north - south)
    within = (west - beside, south - beside, east + beside, north + beside)
    cut = [_cut(box, within) for box in boxes]
    outlines = [_outline(box) for box in cut if box is not None]
    dense = [shapely.segmentize(each, max(each.length / _PIECES, 1e-9)) for each in outlines]
    return (
        list(crs.carried(gpd.GeoSeries(dense, crs=crs.parse(system.code)), goal)) if dense else []
    )


def _extent(features: FeatureSet, code: str) -> Box:
    around = shapely.box(*features.table.bounds)
    if around.area > 0:
        around = shapely.segmentize(around, around.length / _PIECES)
    carried = crs.carried(gpd.GeoSeries([around], crs=features.crs), code)
    west, south, east, north = carried.total_bounds.tolist()
    return west, south, east, north


def _cut(box: Box, within: Box) -> Box | None:
    west, south = max(box[0], within[0]), max(box[1], within[1])
    east, north = min(box[2], within[2]), min(box[3], within[3])
    return (west, south, east, north) if west <= east and south <= north else None


def _outline(box: Box) -> Geometry:
    """Shape of a box, which may be as thin as a line or as small as a point."""
    west, south, east, north = box
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def _equals(values: "pd.Series[Any]", wanted: str) -> Any:
    """Which values of a column are what a request wrote; numbers are compared as numbers."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return (values.astype("boolean") == (wanted.lower() == "true")).fillna(value=False)
    if pd.api.types.is_numeric_dtype(values.dtype):
        try:
            number = float(wanted)
        except ValueError:
            return np.zeros(len(values), dtype=bool)
        return (values == number).fillna(value=False).to_numpy(dtype=bool)
    return (values.astype("string") == wanted).fillna(value=False).to_numpy(dtype=bool)


def _valid(rows: pd.DataFrame, period: Period) -> Any:
    """Which rows are valid on a day of a period; a side that says nothing is open."""
    first, last = period
    whole = pd.Series(data=True, index=rows.index)
    if "valid_from" in rows:
        whole &= rows["valid_from"].fillna(_FIRST).astype(str) <= last
    if "valid_to" in rows:
        whole &= rows["valid_to"].fillna(_LAST).astype(str) >= first
    return whole.to_numpy()
