"""Findings about a file as a whole, made while it is read."""

from typing import Any

import geopandas as gpd

from gis import findings


def counted(rule_id: str, count: int, **said: Any) -> tuple[gpd.GeoDataFrame, ...]:
    """Return one finding on so many cases as its ``value``, and none where there is no case."""
    if not count:
        return ()
    return (findings.many(rule_id, rows=[None], value=[str(count)], **said),)
