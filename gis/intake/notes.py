"""Findings about a file as a whole, made while it is read."""

from typing import Any

import geopandas as gpd
import pyproj
from shapely.geometry import box

from gis import crs, findings
from gis.findings import Finding


def counted(rule_id: str, count: int, **said: Any) -> tuple[gpd.GeoDataFrame, ...]:
    """Return one finding on so many cases as its ``value``, and none where there is no case."""
    if not count:
        return ()
    return (findings.many(rule_id, rows=[None], value=[str(count)], **said),)


def differing(declared: pyproj.CRS | None, given: str | None) -> list[Finding]:
    """Warn when the user's word on the system goes before another one of the file."""
    if declared is None or given is None:
        return []
    used = crs.parse(given)
    names = crs.short_name(declared), crs.short_name(used)
    if names[0] == names[1] or declared.equals(used, ignore_axis_order=True):
        return []
    return [
        Finding(
            rule_id="door.crs-overridden",
            value=names[0],
            message_vi=f"Tệp khai hệ tọa độ {names[0]} nhưng đã dùng {names[1]} theo --crs; nếu "
            "không chắc, hãy nạp lại không có --crs.",
            message_en=f"The file declares the coordinate system {names[0]} and {names[1]} of "
            "--crs was used; when in doubt, import it again without --crs.",
        )
    ]


def far_away(frame: gpd.GeoDataFrame, communes: gpd.GeoDataFrame | None) -> list[Finding]:
    """Say that a file lies where nobody would look for it; both frames are in one system."""
    if not crs.lies_in_vietnam(frame):
        return [Finding(rule_id="door.outside-vietnam")]
    if communes is None:
        return []
    here, there = (box(*each.total_bounds) for each in (frame, communes))
    away = here.distance(there)
    return [Finding(rule_id="door.outside-communes", size=away)] if away > 0 else []
