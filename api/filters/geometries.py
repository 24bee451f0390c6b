"""Geometries of a filter: checked, said what is wrong with, never mended."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from api.errors import ParameterError
from api.filters.limits import Limits, too_many_vertices
from api.systems import System
from api.words import shown

_KINDS: Final = (
    *("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"),
    "GeometryCollection",
)
# what GeoJSON may say beside the coordinates without changing their meaning
_IDLE: Final = frozenset({"type", "bbox"})

Position = tuple[float, float]


class GeometryReader:
    """Reads GeoJSON and boxes of one filter, and counts their points on the way."""

    def __init__(self, system: System, limits: Limits) -> None:
        self._system = system
        self._limits = limits
        self._count = 0

    def geometry(self, value: Mapping[str, Any]) -> Geometry:
        """Read GeoJSON.

        Raises
        ------
        ParameterError
            When it is no valid geometry in the filter's system.
        """
        shape = self._built(value, inside=False)
        self._refuse_off_globe(shape)
        if not shapely.is_valid(shape):
            reason = str(shapely.is_valid_reason(shape))
            raise ParameterError(
                f"A geometry of the filter is not valid ({reason}); mend it and ask again.",
                vi=f"Một hình học trong bộ lọc không hợp lệ ({reason}: tự cắt hoặc vòng sai); hãy "
                "sửa rồi gửi lại.",
            )
        return shape

    def box(self, value: Any) -> Geometry:
        """Read a bounding box: four numbers, or six with heights, which do not count.

        One whose west is east of its east crosses the antimeridian and is two boxes.

        Raises
        ------
        ParameterError
            When it is none.
        """
        numbers = value if isinstance(value, list) and len(value) in {4, 6} else []
        if not numbers or not all(map(_is_finite, numbers)):
            raise _no_box(value)
        half = len(numbers) // 2
        (west, south), (east, north) = numbers[:2], numbers[half : half + 2]
        if self._system.flipped:
            west, south, east, north = south, west, north, east
        crosses = west > east and self._system.in_degrees
        if south > north or (west > east and not crosses):
            raise _no_box(value)
        if not crosses:
            shape = _rectangle(west, south, east, north)
            self._refuse_off_globe(shape)
            return shape
        halves = [_rectangle(west, south, 180.0, north), _rectangle(-180.0, south, east, north)]
        self._refuse_off_globe(shapely.geometrycollections(halves))
        return shapely.union_all(halves)

    def _built(self, value: Mapping[str, Any], *, inside: bool) -> Geometry:
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise ParameterError(
                f"The filter holds a geometry of type {shown(kind)}; the types are "
                f"{', '.join(_KINDS)}.",
                vi=f"Bộ lọc có hình học kiểu {shown(kind)}; các kiểu là {', '.join(_KINDS)}.",
            )
        holder = "geometries" if kind == "GeometryCollection" else "coordinates"
        extra = set(value) - _IDLE - {holder}
        if extra:
            raise ParameterError(
                f"The {kind} of the filter has the member {shown(min(extra))}; a geometry has "
                f"type and {holder} only.",
                vi=f"{kind} trong bộ lọc có mục {shown(min(extra))}; hình học chỉ có type và "
                f"{holder}.",
            )
        held = value.get(holder)
        if kind != "GeometryCollection":
            return self._simple(kind, held)
        if inside or not isinstance(held, list) or not all(isinstance(one, dict) for one in held):
            raise _malformed(kind)
        if not held:
            raise _empty(kind)
        return shapely.geometrycollections([self._built(one, inside=True) for one in held])

    def _simple(self, kind: str, held: Any) -> Geometry:
        builders: Mapping[str, Callable[[Any], Geometry]] = {
            "Point": lambda each: shapely.Point(self._position(each, "Point")),
            "LineString": self._line,
            "Polygon": self._polygon,
        }
        if held == []:
            raise _empty(kind)
        if not kind.startswith("Multi"):
            return builders[kind](held)
        if not isinstance(held, list):
            raise _malformed(kind)
        parts = [builders[kind.removeprefix("Multi")](each) for each in held]
        makers: Mapping[str, Callable[[Any], Geometry]] = {
            "MultiPoint": shapely.multipoints,
            "MultiLineString": shapely.multilinestrings,
            "MultiPolygon": shapely.multipolygons,
        }
        return makers[kind](parts)

    def _line(self, held: Any) -> Geometry:
        points = self._positions(held, "LineString")
        if len(set(points)) < 2:
            raise _malformed("LineString")
        return shapely.LineString(points)

    def _polygon(self, held: Any) -> Geometry:
        if not isinstance(held, list):
            raise _malformed("Polygon")
        if not held:
            raise _empty("Polygon")
        rings = [self._positions(ring, "Polygon") for ring in held]
        for ring in rings:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ParameterError(
                    "A ring of a polygon of the filter is not closed; it has four points or more "
                    "and ends where it begins.",
                    vi="Một vòng của đa giác trong bộ lọc chưa khép kín; vòng có ít nhất bốn đỉnh "
                    "và kết thúc tại điểm đầu.",
                )
        return shapely.Polygon(rings[0], rings[1:])

    def _positions(self, held: Any, kind: str) -> list[Position]:
        if not isinstance(held, list):
            raise _malformed(kind)
        return [self._position(each, kind) for each in held]

    def _position(self, held: Any, kind: str) -> Position:
        """Read one point; a height may stand in it and does not count."""
        self._count += 1
        if self._count > self._limits.vertices:
            raise too_many_vertices(self._limits)
        if not isinstance(held, list) or len(held) not in {2, 3} or not all(map(_is_finite, held)):
            raise _malformed(kind)
        x, y = float(held[0]), float(held[1])
        return (y, x) if self._system.flipped else (x, y)

    def _refuse_off_globe(self, shape: Geometry) -> None:
        if not self._system.in_degrees:
            return
        west, south, east, north = shapely.bounds(shape).tolist()
        if west < -180 or east > 180 or south < -90 or north > 90:
            order = ("latitude, longitude", "vĩ độ, kinh độ")
            if not self._system.flipped:
                order = ("longitude, latitude", "kinh độ, vĩ độ")
            raise ParameterError(
                f"A geometry of the filter is off the globe; its system {self._system.uri} wants "
                f"{order[0]} in degrees, and filter-crs names another one.",
                vi=f"Một hình học trong bộ lọc nằm ngoài địa cầu; hệ {self._system.uri} ghi "
                f"{order[1]} theo độ, hệ khác thì khai bằng filter-crs.",
            )


def _is_finite(value: Any) -> bool:
    if type(value) not in {int, float}:
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _rectangle(west: float, south: float, east: float, north: float) -> Geometry:
    """Shape of a box, which may be as thin as a line or as small as a point."""
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def _no_box(value: Any) -> ParameterError:
    written = shown(str(value)) if isinstance(value, list) and len(value) < 8 else shown(value)
    return ParameterError(
        f"{written} is no bounding box; it has four finite numbers, the lower corner before the "
        "upper one, or six with heights.",
        vi=f"{written} không phải khung bao; khung có bốn số hữu hạn, góc dưới trước góc trên, "
        "hoặc sáu số nếu có độ cao.",
    )


def _malformed(kind: str) -> ParameterError:
    return ParameterError(
        f"The {kind} of the filter is not one: points are two or three finite numbers, a line has "
        "two different points or more, a collection holds no collection.",
        vi=f"{kind} trong bộ lọc viết sai: mỗi điểm có hai hoặc ba số hữu hạn, đường có ít nhất "
        "hai điểm khác nhau, tập hợp không chứa tập hợp khác.",
    )


def _empty(kind: str) -> ParameterError:
    return ParameterError(
        f"The {kind} of the filter is empty; give it points.",
        vi=f"{kind} trong bộ lọc rỗng; hãy ghi tọa độ.",
    )
