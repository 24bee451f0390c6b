"""Shapes at the door: plane polygons only, valid rings, every change stated."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis import overlay
from gis.errors import GeometryTypeError
from gis.findings import Finding
from gis.layers.base import FAULT, ROW, places

_AREA_TYPES = frozenset({3, 6})
_COLLECTION = 7
_BROKEN = "coordinates that are no numbers"
_COLLAPSED = "collapsed ring"
_SHAPES_VI = {
    "empty": "hình rỗng",
    "Point": "điểm",
    "MultiPoint": "tập điểm",
    "LineString": "đường",
    "MultiLineString": "tập đường",
    "LinearRing": "đường khép kín",
    "Polygon": "đa giác",
    "MultiPolygon": "tập đa giác",
    "GeometryCollection": "hình hỗn hợp",
    _BROKEN: "tọa độ không phải số,",
    _COLLAPSED: "vòng ranh suy biến",
}
#: What GEOS says of a ring.
_REASONS_VI = {
    "Self-intersection": "tự cắt",
    "Ring Self-intersection": "vòng ranh tự chạm",
    "Too few points in geometry component": "quá ít điểm",
    "Invalid Coordinate": "tọa độ không hợp lệ",
    "Hole lies outside shell": "lỗ nằm ngoài vòng ranh",
    "Holes are nested": "lỗ lồng trong lỗ",
    "Nested holes": "lỗ lồng trong lỗ",
    "Nested shells": "các phần lồng nhau",
    "Duplicate Rings": "vòng ranh lặp lại",
    "Interior is disconnected": "phần trong bị chia cắt",
    "Ring is not closed": "vòng ranh không khép kín",
}
#: Half of the last digit that is shown.
_NO_CHANGE_M2 = 0.0005


def polygons_only(
    frame: gpd.GeoDataFrame, *, where: tuple[str, str]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Keep the rows that have an area; list the rest.

    Parameters
    ----------
    where
        File and layer as a sentence begins with them, Vietnamese and English.

    Raises
    ------
    GeometryTypeError
        When no row has one.
    """
    flat = shapely.force_2d(frame.geometry.to_numpy())
    kinds = shapely.get_type_id(flat)
    mixed = kinds == _COLLECTION
    if mixed.any():
        flat[mixed] = overlay.polygonal(flat[mixed])
        kinds = shapely.get_type_id(flat)
    finite = _finite(flat)
    usable = np.isin(kinds, list(_AREA_TYPES)) & ~shapely.is_empty(flat) & finite
    if not usable.any():
        held = sorted({str(kind) for kind in frame.geom_type.dropna().unique()}) or ["empty"]
        names = ", ".join(_SHAPES_VI.get(kind, kind) for kind in held)
        raise GeometryTypeError(
            f"{where[1]} holds no polygon with an area, only {', '.join(held)}; import the file "
            "that holds the areas.",
            vi=f"{where[0]} không có đa giác nào có diện tích, chỉ có {names}; hãy nạp tệp chứa "
            "các vùng.",
        )
    broken = np.isin(kinds, list(_AREA_TYPES)) & ~shapely.is_empty(flat) & ~finite
    found = [
        _dropped(int(row), _BROKEN if odd else kind)
        for row, kind, odd in zip(
            frame.loc[~usable, ROW], frame.geom_type[~usable], broken[~usable], strict=True
        )
    ]
    found += [_collection(int(row)) for row in frame.loc[mixed & usable, ROW]]
    kept = frame.loc[usable].copy()
    kept.geometry = flat[usable]
    return kept, found


def _finite(geometry: overlay.Geometries) -> npt.NDArray[np.bool_]:
    """Which geometries have no coordinate that is no number; bounds would pass over it."""
    points, owner = shapely.get_coordinates(geometry, return_index=True)
    finite = np.ones(len(geometry), dtype=bool)
    finite[owner[~np.isfinite(points).all(axis=1)]] = False
    return finite


def _dropped(row: int, kind: Any) -> Finding:
    shape = str(kind) if isinstance(kind, str) else "empty"
    named = _SHAPES_VI.get(shape, shape)
    return Finding(
        rule_id="door.no-area",
        severity="error",
        row=row,
        value=shape,
        area_m2=0.0,
        message_vi=f"Dòng {row}: {named} không có diện tích; dòng này không được nhận.",
        message_en=f"Row {row}: the shape {shape} has no area; the row was left out.",
    )


def _collection(row: int) -> Finding:
    return Finding(
        rule_id="door.collection",
        severity="warning",
        row=row,
        message_vi=f"Dòng {row}: hình hỗn hợp; chỉ giữ phần đa giác.",
        message_en=f"Row {row}: a mixed shape; only its polygons were kept.",
    )


def repair_rings(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Make invalid rings valid; state the change of area; mark the rows.

    The frame must be in a metric system, so that areas are square metres.
    """
    frame = frame.copy()
    if FAULT not in frame:
        frame[FAULT] = None
    geometry = frame.geometry.to_numpy()
    invalid = ~shapely.is_valid(geometry)
    if not invalid.any():
        return frame, []
    reasons = shapely.is_valid_reason(geometry[invalid])
    before = shapely.area(geometry[invalid])
    mended = overlay.polygonal(
        shapely.make_valid(geometry[invalid], method="structure", keep_collapsed=False)
    )
    after = shapely.area(mended)
    frame.loc[invalid, frame.geometry.name] = gpd.GeoSeries(
        mended, index=frame.index[invalid], crs=frame.crs
    )
    frame.loc[invalid, FAULT] = "repaired-ring"
    lost = frame.index[invalid][after == 0]
    spots = places(frame, frame.index[invalid].difference(lost))
    found = [
        _repaired(frame.loc[index], str(reason), float(old), float(new), spots.get(index))
        for index, reason, old, new in zip(
            frame.index[invalid], reasons, before, after, strict=True
        )
    ]
    return frame.drop(index=lost), found


def _repaired(
    row: Any, reason: str, before: float, after: float, spot: tuple[float, float] | None
) -> Finding:
    number = int(row[ROW])
    lon, lat = spot or (None, None)
    change = after - before
    if after == 0:
        return _dropped(number, _COLLAPSED)
    kind, _, spot_in_grid = reason.partition("[")
    at = f" tại {spot_in_grid.rstrip(']')}" if spot_in_grid else ""
    moved_vi, moved_en = _moved(before, after)
    return Finding(
        rule_id="door.repaired-ring",
        severity="warning",
        row=number,
        value=kind,
        area_m2=change,
        lon=lon,
        lat=lat,
        message_vi=f"Dòng {number}: vòng ranh không hợp lệ "
        f"({_REASONS_VI.get(kind, 'sai hình học')}{at}); đã sửa, {moved_vi}; phần này cần xem xét.",
        message_en=f"Row {number}: invalid ring ({reason}); repaired, {moved_en}; it asks for "
        "review.",
    )


def _moved(before: float, after: float) -> tuple[str, str]:
    """Say what became of an area, Vietnamese and English; never a change of minus nothing."""
    change = after - before
    if abs(change) < _NO_CHANGE_M2:
        return f"diện tích không đổi ({after:.3f} m²)", f"area unchanged ({after:.3f} m²)"
    return (
        f"diện tích thay đổi {change:+.3f} m² (từ {before:.3f} thành {after:.3f})",
        f"area changed by {change:+.3f} m² (from {before:.3f} to {after:.3f})",
    )
