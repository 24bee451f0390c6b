"""Coordinate systems: the one home of CRS handling.

Areas and distances need a projected system in metres; everything else refuses. Longitude and
latitude are always in that order here (``always_xy``), whatever the registry says.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError as PyprojCrsError
from pyproj.transformer import TransformerGroup

from gis.errors import CrsError

HECTARE_M2: Final = 10_000.0
#: VN-2000 / TM-3 zone 491, central meridian 108°00': the cadastral grid of Quảng Ngãi.
VN2000_QUANG_NGAI: Final = "EPSG:5898"
WGS84: Final = "EPSG:4326"
# 6956-6959 swap false easting and northing; the registry deprecates them
_DEPRECATED: Final = frozenset({6956, 6957, 6958, 6959})
#: Rough box of Việt Nam with its islands, degrees: west, south, east, north.
_VIETNAM: Final = AreaOfInterest(101.0, 6.0, 118.0, 24.0)


@dataclass(frozen=True, slots=True)
class Transformation:
    """How coordinates came from one system into another, for the provenance."""

    source: str
    target: str
    operation: str
    accuracy_m: float | None


def parse(text: str | int | pyproj.CRS) -> pyproj.CRS:
    """Read a coordinate system from ``EPSG:5898``, ``5898``, WKT or a PROJ string.

    Raises
    ------
    CrsError
        When the text names no system, or a deprecated VN-2000 definition.
    """
    if isinstance(text, str) and text.strip().isdigit():
        text = int(text)
    try:
        crs = pyproj.CRS.from_user_input(text)
    except PyprojCrsError:
        raise CrsError(
            f"{text!r} is no coordinate system; give one like EPSG:5898 (VN-2000, Quảng Ngãi).",
            vi=f"{text!r} không phải hệ tọa độ; hãy ghi như EPSG:5898 (VN-2000, Quảng Ngãi).",
        ) from None
    if crs.to_epsg(min_confidence=100) in _DEPRECATED:
        raise CrsError(
            f"{crs.name} ({short_name(crs)}) is deprecated because its axes are swapped; "
            "use EPSG:5898 for Quảng Ngãi.",
            vi=f"Hệ {crs.name} ({short_name(crs)}) đã bị bãi bỏ vì đảo trục tọa độ; hãy dùng "
            "EPSG:5898 cho Quảng Ngãi.",
        )
    return crs


@lru_cache(maxsize=256)
def short_name(crs: pyproj.CRS) -> str:
    """``EPSG:5898`` where the registry knows the system, else its name."""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else crs.name


def require_metres(crs: pyproj.CRS | None, *, name: str) -> pyproj.CRS:
    """Return `crs` when areas can be measured in it.

    Raises
    ------
    CrsError
        When it is missing, geographic, or not in metres.
    """
    if crs is None:
        raise CrsError(
            f"`{name}` has no coordinate system; set one before calling.",
            vi=f"`{name}` chưa có hệ tọa độ; hãy khai báo trước.",
        )
    units = {axis.unit_name for axis in crs.axis_info}
    if not crs.is_projected or units != {"metre"}:
        raise CrsError(
            f"`{name}` is in {crs.name}; areas need a projected coordinate system in metres, "
            "for example EPSG:5898.",
            vi=f"`{name}` ở hệ {crs.name}; để tính diện tích cần hệ tọa độ phẳng theo mét, "
            "ví dụ EPSG:5898.",
        )
    return crs


def area_ha(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Areas in hectares of geometries that are in a metric system."""
    return np.asarray(shapely.area(geometry), dtype=np.float64) / HECTARE_M2


def transform(
    frame: gpd.GeoDataFrame, target: pyproj.CRS | str
) -> tuple[gpd.GeoDataFrame, Transformation]:
    """Carry a frame into another system and say by which operation.

    VN-2000 goes to WGS 84 by the seven parameters of EPSG:6960 (QĐ 05/2007/QĐ-BTNMT), which PROJ
    prefers in Việt Nam.

    Raises
    ------
    CrsError
        When the frame has no system, or coordinates do not survive the operation.
    """
    if frame.crs is None:
        raise CrsError(
            "The frame has no coordinate system; set one before calling.",
            vi="Dữ liệu chưa có hệ tọa độ; hãy khai báo trước.",
        )
    goal = parse(target)
    how = describe(frame.crs, goal)
    if frame.crs == goal:
        return frame, how
    moved = frame.to_crs(goal)
    bounds = shapely.bounds(moved.geometry.to_numpy())
    lost = ~np.isfinite(bounds).all(axis=1) & ~shapely.is_empty(moved.geometry.to_numpy())
    if lost.any():
        row = int(np.flatnonzero(lost)[0]) + 1
        raise CrsError(
            f"Coordinates of row {row} do not fit {short_name(frame.crs)}; "
            "name the true system with --crs.",
            vi=f"Tọa độ ở dòng {row} không hợp với hệ {short_name(frame.crs)}; hãy khai hệ tọa độ "
            "đúng bằng --crs.",
        )
    return moved, how


@lru_cache(maxsize=256)
def describe(source: pyproj.CRS, target: pyproj.CRS) -> Transformation:
    """Name the operation PROJ chooses in Việt Nam between two systems."""
    names = short_name(source), short_name(target)
    if source == target:
        return Transformation(*names, operation="none", accuracy_m=0.0)
    group = TransformerGroup(source, target, always_xy=True, area_of_interest=_VIETNAM)  # type: ignore[arg-type] # its own class is private
    if not group.transformers:
        return Transformation(*names, operation="unknown", accuracy_m=None)
    best = group.transformers[0]
    steps = [_operation_name(op) for op in best.operations or ()] or [best.description]
    steps = [step for step in steps if not step.startswith("axis order change")]
    accuracy = float(best.accuracy) if best.accuracy >= 0 else None
    return Transformation(*names, operation=" + ".join(steps), accuracy_m=accuracy)


def _operation_name(operation: Any) -> str:
    identifier = operation.to_json_dict().get("id")
    if not identifier:
        return str(operation.name)
    return f"{operation.name} [{identifier['authority']}:{identifier['code']}]"


def lies_in_vietnam(frame: gpd.GeoDataFrame) -> bool:
    """Whether the frame's extent touches Việt Nam; a cheap test of a declared system."""
    if frame.crs is None or frame.empty:
        return False
    to_degrees = pyproj.Transformer.from_crs(frame.crs, WGS84, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*frame.total_bounds)
    box = _VIETNAM
    return bool(
        west <= box.east_lon_degree
        and east >= box.west_lon_degree
        and south <= box.north_lat_degree
        and north >= box.south_lat_degree
    )
