"""All features of one state of a collection: found by id, by place and by what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from shapely.geometry.base import BaseGeometry as Geometry

from api.features.written import Positions, Written, in_degrees
from api.filters.tables import Table
from gis.layers import land_use
from gis.layers.base import ROW

#: Columns whose texts are days.
DAYS: Final = ("valid_from", "valid_to")
# longer texts are nobody's id
_ID_LENGTH: Final = 128


@dataclass(frozen=True, eq=False)
class FeatureSet:
    """Features in a fixed order; nothing of it changes once it is made.

    Attributes
    ----------
    ids
        What each feature is called: its row in the imported file, from 1, or a text.
    frame
        Their attributes and shapes, in the system in which they are kept.
    table
        The same for filters, with the index over the shapes.
    written
        All of them as GeoJSON.
    """

    ids: "pd.Index[Any]"
    frame: gpd.GeoDataFrame
    table: Table
    written: Written

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, *, id_column: str = ROW) -> Self:
        """Make features of a frame's rows."""
        ordered = frame.sort_values(id_column, kind="stable").reset_index(drop=True)
        whole = land_use.with_both_areas(ordered)
        table = Table.of(whole, dates=DAYS)
        return cls(
            ids=pd.Index(whole[id_column]),
            frame=whole,
            table=table,
            written=Written(whole[id_column].to_numpy(), table.columns, in_degrees(whole)),
        )

    def __len__(self) -> int:
        """Return how many features there are."""
        return len(self.ids)

    @property
    def crs(self) -> pyproj.CRS:
        """The system in which the features are kept."""
        system: pyproj.CRS = self.frame.crs
        return system

    @property
    def columns(self) -> pd.DataFrame:
        """What the features say, without their shapes."""
        return self.table.columns

    def position(self, feature_id: str) -> int | None:
        """Position of the feature with an id; None when there is none."""
        if len(feature_id) > _ID_LENGTH:
            return None
        key: Any = feature_id
        if pd.api.types.is_integer_dtype(self.ids.dtype):
            if not (feature_id.isascii() and feature_id.isdigit() and len(feature_id) < 16):
                return None
            key = int(feature_id)
        at = int(self.ids.searchsorted(key))
        return at if at < len(self.ids) and self.ids[at] == key else None

    def meeting(self, places: Sequence[Geometry]) -> Positions:
        """Positions of the features that meet any of some places, in their order."""
        if not places:
            return np.zeros(0, dtype=np.int64)
        # each request brings its own places, so that preparing them is nobody else's business
        found = self.table.tree.query(list(places), predicate="intersects")[1]
        return np.unique(found)
