"""A zone out of a request: GeoJSON is checked, said what is wrong with and where, never mended."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from api.words import shown
from gis import crs, text
from gis.errors import CrsError, GeometryTypeError, InputError

#: The system of GeoJSON: longitude, latitude.
LON_LAT: Final = crs.WGS84
_CODE: Final = re.compile(r"EPSG:\d{4,6}")
_PLACE: Final = re.compile(r"(.+)\[(\S+) (\S+)\]")
_FAULTS_VI: Final = {
    "Self-intersection": "tự cắt",
    "Ring Self-intersection": "vòng tự chạm",
    "Hole lies outside shell": "lỗ nằm ngoài vòng ngoài",
    "Holes are nested": "lỗ lồng trong lỗ",
    "Nested shells": "đa giác lồng trong đa giác",
    "Interior is disconnected": "phần trong bị cắt rời",
    "Duplicate Rings": "vòng lặp lại",
    "Too few points in geometry component": "quá ít đỉnh",
}

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest zone that is taken."""

    vertices: int
    area_ha: float


def zone_frame(
    geojson: Mapping[str, Any], *, system: str, target: str, limits: Limits
) -> gpd.GeoDataFrame:
    """Read one zone: a frame of one row, without columns, in the system of the request.

    Parameters
    ----------
    geojson
        Polygon, MultiPolygon, Feature or FeatureCollection; several features are dissolved.
    system
        ``EPSG:n``; coordinates are longitude, latitude or easting, northing.
    target
        Metric system in which the area is measured.

    Raises
    ------
    InputError
        When it is no valid polygon in Việt Nam within the limits.
    """
    declared = _system(system)
    shapes = [_polygonal(part) for part in _Reader(limits.vertices).parts(geojson)]
    coordinates = shapely.get_coordinates(shapes)
    if declared.is_geographic:
        _refuse_off_globe(coordinates)
    for shape in shapes:
        _refuse_invalid(shape)
    whole = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
    frame = gpd.GeoDataFrame(geometry=[whole], crs=declared)
    if not crs.lies_in_vietnam(frame):
        x, y = coordinates[0]
        raise InputError(
            f"The zone does not lie in Việt Nam: its first point is {x:.10g}, {y:.10g} in "
            f"{system}; check the order of coordinates (longitude first) and `crs`.",
            vi=f"Vùng không nằm ở Việt Nam: điểm đầu là {x:.10g}, {y:.10g} trong {system}; hãy "
            "kiểm tra thứ tự tọa độ (kinh độ trước) và `crs`.",
        )
    _refuse_large(frame, target, limits)
    return frame


def _system(name: str) -> Any:
    # text in other forms could name files of the server
    if not _CODE.fullmatch(name):
        raise CrsError(
            f"crs {shown(name)} is not known; give one like EPSG:5898 (VN-2000, Quảng Ngãi) or "
            "leave it out for longitude and latitude.",
            vi=f"crs {shown(name)} không xác định; hãy ghi như EPSG:5898 (VN-2000, Quảng Ngãi) "
            "hoặc bỏ trống nếu là kinh độ, vĩ độ.",
        )
    return crs.parse(name)


class _Reader:
    """Walks GeoJSON and counts its points on the way."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0

    def parts(self, geojson: Mapping[str, Any]) -> list[list[list[list[Position]]]]:
        """Return for each geometry its polygons, each a list of rings."""
        found = [self._polygons(geometry) for geometry in _geometries(geojson)]
        if not any(found):
            raise _empty()
        return [polygons for polygons in found if polygons]

    def _polygons(self, geometry: Mapping[str, Any]) -> list[list[list[Position]]]:
        coordinates = geometry.get("coordinates")
        polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
        if not isinstance(polygons, list):
            raise _no_coordinates()
        return [
            self._rings(rings, f"polygon {number}" if len(polygons) > 1 else "")
            for number, rings in enumerate(polygons, start=1)
            if rings != []
        ]

    def _rings(self, rings: Any, where: str) -> list[list[Position]]:
        if not isinstance(rings, list):
            raise _no_coordinates()
        return [
            self._ring(ring, ", ".join(filter(None, (where, f"ring {number}"))))
            for number, ring in enumerate(rings, start=1)
        ]

    def _ring(self, ring: Any, where: str) -> list[Position]:
        if not isinstance(ring, list):
            raise _no_coordinates()
        self._count += len(ring)
        if self._count > self._most:
            raise InputError(
                f"The zone has more than {self._most} points; simplify its outline.",
                vi=f"Vùng có hơn {self._most} đỉnh; hãy đơn giản hóa ranh giới.",
            )
        points = [_position(point, where, number) for number, point in enumerate(ring, start=1)]
        if len(points) < 4 or points[0] != points[-1]:
            raise _not_closed(points, where)
        return points


def _geometries(geojson: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Geometries of a feature collection, a feature, or the geometry itself."""
    kind = geojson.get("type")
    if kind == "FeatureCollection":
        features = geojson.get("features")
        if not isinstance(features, list):
            raise _wrong_type(geojson)
        for feature in features:
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise _wrong_type(feature)
            yield _area(feature.get("geometry"))
    elif kind == "Feature":
        yield _area(geojson.get("geometry"))
    else:
        yield _area(geojson)


def _area(geometry: Any) -> Mapping[str, Any]:
    if geometry is None:
        raise _empty()
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    # a list as type would not even hash
    if not isinstance(kind, str) or kind not in {"Polygon", "MultiPolygon"}:
        raise _wrong_type(geometry)
    return dict(geometry)


def _position(point: Any, where: str, number: int) -> Position:
    plain = isinstance(point, list) and len(point) >= 2
    if plain and all(type(value) in {int, float} for value in point[:2]):
        try:
            x, y = float(point[0]), float(point[1])
        except OverflowError:
            x = y = math.inf
        if math.isfinite(x) and math.isfinite(y):
            return x, y
    raise InputError(
        f"Point {number} of {where} is not [longitude, latitude] in finite numbers; mend it.",
        vi=f"Điểm {number} của {_where_vi(where)} không phải [kinh độ, vĩ độ] bằng số hữu hạn; "
        "hãy sửa lại.",
    )


def _polygonal(polygons: list[list[list[Position]]]) -> shapely.Geometry:
    shapes = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
    return shapes[0] if len(shapes) == 1 else shapely.multipolygons(shapes)


def _refuse_off_globe(coordinates: "np.ndarray[Any, np.dtype[np.float64]]") -> None:
    x, y = coordinates[:, 0], coordinates[:, 1]
    off = (np.abs(x) > 180) | (np.abs(y) > 90)
    if not off.any():
        return
    at = int(np.flatnonzero(off)[0])
    place = f"{x[at]:.10g}, {y[at]:.10g}"
    if (np.abs(x) <= 90).all() and (np.abs(y) <= 180).all():
        raise InputError(
            f"Point {place} is off the globe; latitude and longitude look swapped: GeoJSON has "
            "longitude first, here about 108.8, 15.3.",
            vi=f"Điểm {place} nằm ngoài địa cầu; có vẻ vĩ độ và kinh độ bị đảo: GeoJSON ghi kinh "
            "độ trước, ở đây khoảng 108.8, 15.3.",
        )
    raise InputError(
        f"Point {place} is off the globe; if these are metres, name their system in `crs`, for "
        "example EPSG:5898.",
        vi=f"Điểm {place} nằm ngoài địa cầu; nếu tọa độ tính bằng mét, hãy ghi hệ tọa độ vào "
        "`crs`, ví dụ EPSG:5898.",
    )


def _refuse_invalid(shape: shapely.Geometry) -> None:
    if shapely.is_valid(shape):
        return
    reason = str(shapely.is_valid_reason(shape))
    match = _PLACE.fullmatch(reason)
    kind, place = (match[1], f"{match[2]}, {match[3]}") if match else (reason, "")
    at_en, at_vi = (f" at {place}", f" tại {place}") if place else ("", "")
    raise InputError(
        f"The zone's outline is not valid: {kind}{at_en}; mend it there and send it again.",
        vi=f"Ranh giới vùng không hợp lệ: {_FAULTS_VI.get(kind, kind)}{at_vi}; hãy sửa chỗ đó "
        "rồi gửi lại.",
    )


def _refuse_large(frame: gpd.GeoDataFrame, target: str, limits: Limits) -> None:
    moved, _ = crs.transform(frame, target)
    (area_ha,) = crs.area_ha(moved.geometry.to_numpy())
    if area_ha > limits.area_ha:
        raise InputError(
            f"The zone has {text.format_number(area_ha, 0, 'en')} ha; at most "
            f"{text.format_number(limits.area_ha, 0, 'en')} ha are assessed at once.",
            vi=f"Vùng rộng {text.format_number(area_ha, 0, 'vi')} ha; mỗi lần chỉ đối chiếu tối "
            f"đa {text.format_number(limits.area_ha, 0, 'vi')} ha.",
        )


def _not_closed(points: list[Position], where: str) -> InputError:
    if not points:
        return _empty()
    if len(points) < 4:
        return InputError(
            f"{_capital(where)} has {len(points)} points; a closed ring has four or more.",
            vi=f"Ở {_where_vi(where)} chỉ có {len(points)} điểm; vòng khép kín có ít nhất bốn.",
        )
    (x, y), (u, v) = points[0], points[-1]
    return InputError(
        f"{_capital(where)} is not closed: it begins at {x:.10g}, {y:.10g} and ends at {u:.10g}, "
        f"{v:.10g}; repeat the first point at the end.",
        vi=f"Ranh ở {_where_vi(where)} chưa khép kín: đầu tại {x:.10g}, {y:.10g}, cuối tại "
        f"{u:.10g}, {v:.10g}; hãy lặp lại điểm đầu ở cuối.",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _where_vi(where: str) -> str:
    return where.replace("polygon", "đa giác").replace("ring", "vòng")


def _wrong_type(found: Any) -> GeometryTypeError:
    kind = found.get("type") if isinstance(found, dict) else None
    name = shown(kind) if isinstance(kind, str) else "?"
    return GeometryTypeError(
        f"A zone is a Polygon or MultiPolygon, alone or in a Feature or FeatureCollection, not "
        f"{name}; send its area.",
        vi="Vùng phải là Polygon hoặc MultiPolygon, gửi riêng hoặc trong Feature, "
        f"FeatureCollection, không phải {name}; hãy gửi ranh giới vùng.",
    )


def _no_coordinates() -> InputError:
    return InputError(
        "The geometry's coordinates are no list of rings; send GeoJSON as RFC 7946 describes it.",
        vi="Phần coordinates không phải danh sách các vòng; hãy gửi GeoJSON theo RFC 7946.",
    )


def _empty() -> InputError:
    return InputError(
        "The zone is empty; send at least one polygon.",
        vi="Vùng rỗng; hãy gửi ít nhất một đa giác.",
    )
