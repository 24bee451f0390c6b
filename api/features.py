"""Rows as GeoJSON features: carried to WGS 84 and written once, then served as they are.

Coordinates have eight decimals (a millimetre), outer rings run counter-clockwise, as RFC 7946
asks. Reading from here needs no lock: what two threads write at once is the same.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis import crs
from gis.layers import land_use
from gis.layers.base import ROW
from gis.reports import records
from gis.types import LonLatBox

_DECIMALS: Final = 8

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureSet:
    """All features of one layer version, ordered by their row in the imported file.

    Attributes
    ----------
    ids
        Row in the imported file, from 1: the feature's id.
    tree
        Index over the geometries in degrees.
    """

    ids: Rows
    frame: gpd.GeoDataFrame
    tree: shapely.STRtree
    written: list[str | None]

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame) -> Self:
        """Make features of a layer's rows."""
        ordered = frame.sort_values(ROW, kind="stable").reset_index(drop=True)
        degrees, _ = crs.transform(land_use.with_both_areas(ordered), crs.WGS84)
        return cls(
            ids=degrees[ROW].to_numpy(dtype=np.int64),
            frame=degrees,
            tree=shapely.STRtree(degrees.geometry.to_numpy()),
            written=[None] * len(degrees),
        )

    def within(self, box: LonLatBox | None) -> Rows:
        """Positions of the features that meet a box, in their order; all without one."""
        if box is None:
            return np.arange(len(self.ids))
        return np.sort(self.tree.query(shapely.box(*box), predicate="intersects"))

    def position(self, feature_id: str) -> int | None:
        """Position of the feature with an id; None when there is none."""
        if not (feature_id.isascii() and feature_id.isdigit() and len(feature_id) < 16):
            return None
        at = int(np.searchsorted(self.ids, int(feature_id)))
        return at if at < len(self.ids) and self.ids[at] == int(feature_id) else None

    def text(self, rows: Rows) -> list[str]:
        """Features at some positions as JSON."""
        new = [int(row) for row in rows if self.written[row] is None]
        if new:
            chosen = self.frame.iloc[new]
            for row, feature in zip(new, _written(chosen, self.ids[new].tolist()), strict=True):
                self.written[row] = feature
        return [self.written[row] or "" for row in rows]


def pieces(frame: gpd.GeoDataFrame, *, id_column: str) -> list[str]:
    """Rows of a result in a metric system as features in WGS 84."""
    degrees, _ = crs.transform(frame, crs.WGS84)
    return _written(degrees, degrees[id_column].tolist())


def collection(features: Sequence[str], **members: Any) -> str:
    """Write a feature collection around features that are written already."""
    others = "".join(f',"{name}":{dumps(value)}' for name, value in members.items())
    return f'{{"type":"FeatureCollection"{others},"features":[{",".join(features)}]}}'


def with_members(feature: str, members: dict[str, Any]) -> str:
    """Add members to an object that is written already."""
    return feature if not members else f"{feature[:-1]},{dumps(members)[1:]}"


def with_member_text(written: str, name: str, value: str) -> str:
    """Add a member that is written already to an object that is."""
    return f'{written[:-1]},"{name}":{value}}}'


def dumps(value: Any) -> str:
    """Write JSON without blanks; NaN is refused rather than written."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _written(degrees: gpd.GeoDataFrame, ids: Sequence[int | str]) -> list[str]:
    rounded = shapely.transform(
        degrees.geometry.to_numpy(), lambda coordinates: np.round(coordinates, _DECIMALS)
    )
    shapes = shapely.to_geojson(shapely.orient_polygons(rounded))
    return [
        f'{{"type":"Feature","id":{dumps(feature_id)},"geometry":{shape},'
        f'"properties":{dumps(properties)}}}'
        for feature_id, shape, properties in zip(ids, shapes, records.rows(degrees), strict=True)
    ]
