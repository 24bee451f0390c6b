"""Coordinate systems: the one home of CRS handling.

Areas and distances need a projected system in metres; everything else refuses. Longitude and
latitude are always in that order here (``always_xy``), whatever the registry says.
"""

import warnings
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
#: 6956-6959 swap false easting and northing; the registry deprecates them
DEPRECATED: Final = frozenset({6956, 6957, 6958, 6959})
# the other way round it is called INVERSE(EPSG):6960
_OFFICIAL: Final = ":6960]"
_METRE: Final = 1.0
DEGREE: Final = np.pi / 180
#: Rough box of Việt Nam with its islands, degrees: west, south, east, north.
VIETNAM: Final = (101.0, 6.0, 118.0, 24.0)


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
    if crs.to_epsg(min_confidence=100) in DEPRECATED:
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
    flat = crs.geodetic_crs
    if flat is not None and flat.datum is not None and flat.datum.name.lower().startswith("un"):
        # PROJ would call it by the code of a system that has a datum, and carry it by none
        return crs.name
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else crs.name


def is_metric(crs: pyproj.CRS) -> bool:
    """Whether areas can be measured in a system: projected, in metres."""
    return crs.is_projected and counts_in(crs, _METRE)


def counts_in(crs: pyproj.CRS, unit: float) -> bool:
    """Whether both axes count in a unit of that size: metres, or radians for degrees.

    By size and not by name: "Meter" of an old `.prj` is a metre.
    """
    sizes = [axis.unit_conversion_factor for axis in crs.axis_info[:2]]
    return bool(sizes) and bool(np.isclose(sizes, unit, rtol=1e-9, atol=0).all())


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
    if not is_metric(crs):
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

    VN-2000 goes to WGS 84 by the seven parameters of EPSG:6960 (QĐ 05/2007/QĐ-BTNMT) everywhere:
    left to itself, PROJ takes EPSG:5194 in the box of the Mekong delta, 0.8 m away.

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
        # equal is not the same: a system without a datum equals one with any
        same = frame.crs.is_exact_same(goal)
        return frame if same else frame.set_crs(goal, allow_override=True), how
    moved = frame.set_geometry(carried(frame.geometry, goal))
    shapes = moved.geometry.to_numpy()
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    lost = ~np.isfinite(shapely.bounds(shapes)).all(axis=1) & drawn
    if lost.any():
        row = int(np.flatnonzero(lost)[0]) + 1
        raise CrsError(
            f"Coordinates of row {row} do not fit {short_name(frame.crs)}; "
            "name the true system with --crs.",
            vi=f"Tọa độ ở dòng {row} không hợp với hệ {short_name(frame.crs)}; hãy khai hệ tọa độ "
            "đúng bằng --crs.",
        )
    return moved, how


def carried(shapes: gpd.GeoSeries, target: pyproj.CRS | str) -> gpd.GeoSeries:
    """Return shapes in another system, by the one `operation` between the two.

    Coordinates that do not survive it are infinite; `transform` refuses them.
    """
    goal = parse(target)
    way = operation(shapes.crs, goal).transform
    # types-shapely does not know yet that heights may stay where there are some
    moved: npt.NDArray[np.object_] = shapely.transform(  # type: ignore[call-overload]
        shapes.to_numpy(), way, include_z=None, interleaved=False
    )
    return gpd.GeoSeries(moved, index=shapes.index, crs=goal)


@lru_cache(maxsize=1024)
def operation(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Return the one operation between two systems, the same wherever a point lies.

    Raises
    ------
    CrsError
        When there is none.
    """
    way = _way(source, target)
    if not way:
        raise CrsError(
            f"Nothing carries coordinates from {short_name(source)} to {short_name(target)}; name "
            "the true system with --crs.",
            vi=f"Không có phép chuyển từ hệ {short_name(source)} sang {short_name(target)}; hãy "
            "khai hệ tọa độ đúng bằng --crs.",
        )
    # the group's own transformers belong to the thread that made them
    if len(way) == 1:
        return pyproj.Transformer.from_pipeline(way[0].definition)
    steps = (f"+step {each.definition.removeprefix('proj=pipeline step ')}" for each in way)
    return pyproj.Transformer.from_pipeline(f"+proj=pipeline {' '.join(steps)}")


@lru_cache(maxsize=256)
def describe(source: pyproj.CRS, target: pyproj.CRS) -> Transformation:
    """Name the operation that `transform` uses between two systems."""
    names = short_name(source), short_name(target)
    if source == target:
        return Transformation(*names, operation="none", accuracy_m=0.0)
    way = _way(source, target)
    if not way:
        return Transformation(*names, operation="unknown", accuracy_m=None)
    steps = [
        name
        for part in way
        for name in [_operation_name(op) for op in part.operations or ()] or [part.description]
        if not name.startswith("axis order change")
    ]
    known = all(part.accuracy >= 0 for part in way)
    accuracy = float(sum(part.accuracy for part in way)) if known else None
    return Transformation(*names, operation=" + ".join(steps), accuracy_m=accuracy)


def _way(source: pyproj.CRS, target: pyproj.CRS) -> list[Any]:
    """Return the operations from one system to another: one, or two that meet in WGS 84.

    PROJ joins VN-2000 by nothing at all to some datums of which it knows the way to WGS 84, as
    ITRF 2014 or Hanoi 1972; that would leave the numbers 225 m off.
    """
    best = _best(source, target)
    if best is None or not is_ballpark(best):
        return [best] if best is not None else []
    parts = [_best(source, pyproj.CRS(WGS84)), _best(pyproj.CRS(WGS84), target)]
    return [best] if None in parts else parts


def is_ballpark(found: Any) -> bool:
    """Whether an operation takes one datum for another without knowing anything of them."""
    return any("allpark" in _operation_name(step) for step in found.operations or ())


def _best(source: pyproj.CRS, target: pyproj.CRS) -> Any:
    """Take the official parameters wherever they apply, else what PROJ prefers in Việt Nam."""
    area = AreaOfInterest(*VIETNAM)
    ends = _by_its_parameters(source), _by_its_parameters(target)
    group = TransformerGroup(*ends, always_xy=True, area_of_interest=area)  # type: ignore[arg-type] # its own class is private
    official = (
        each
        for each in group.transformers
        if any(_OFFICIAL in _operation_name(step) for step in each.operations or ())
    )
    return next(official, next(iter(group.transformers), None))


def _by_its_parameters(system: pyproj.CRS) -> pyproj.CRS:
    """Return a text with a shift of its own without the name of its datum.

    PROJ passes over the shift where the datum has the ellipsoid of WGS 84 and a name.
    """
    if not system.is_bound:
        return system
    with warnings.catch_warnings():
        # a text for programs says less than one for people; all that places a point is there
        warnings.simplefilter("ignore", UserWarning)
        text = system.to_proj4()
    return pyproj.CRS(f"{text} +type=crs") if "+towgs84" in text else system


def _operation_name(operation: Any) -> str:
    identifier = operation.to_json_dict().get("id")
    if not identifier:
        return str(operation.name)
    return f"{operation.name} [{identifier['authority']}:{identifier['code']}]"


def in_vietnam(lon: float, lat: float) -> bool:
    """Whether a place lies in the rough box of Việt Nam."""
    west, south, east, north = VIETNAM
    return west <= lon <= east and south <= lat <= north


def lies_in_vietnam(frame: gpd.GeoDataFrame) -> bool:
    """Whether the frame's extent touches Việt Nam; a cheap test of a declared system."""
    if frame.crs is None or frame.empty:
        return False
    to_degrees = pyproj.Transformer.from_crs(frame.crs, WGS84, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*frame.total_bounds)
    return bool(
        west <= VIETNAM[2] and east >= VIETNAM[0] and south <= VIETNAM[3] and north >= VIETNAM[1]
    )
