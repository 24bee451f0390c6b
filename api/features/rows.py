"""All features of one state of a collection: found by id, by place and by what they say."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from api.features.written import Positions, Written, in_degrees
from gis.layers import land_use
from gis.layers.base import ROW

Bounds = tuple[float, float, float, float]

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
    tree
        Index over these shapes.
    bounds
        Least and greatest coordinates of them all; NaN where there are none.
    written
        All of them as GeoJSON.
    """

    ids: "pd.Index[Any]"
    frame: gpd.GeoDataFrame
    tree: shapely.STRtree
    bounds: Bounds
    written: Written

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, *, id_column: str = ROW) -> Self:
        """Make features of a frame's rows."""
        ordered = frame.sort_values(id_column, kind="stable").reset_index(drop=True)
        whole = land_use.with_both_areas(ordered)
        shapes = whole.geometry.to_numpy()
        return cls(
            ids=pd.Index(whole[id_column]),
            frame=whole,
            tree=shapely.STRtree(shapes),
            bounds=_bounds(shapes),
            written=Written(
                whole[id_column].to_numpy(),
                pd.DataFrame(whole.drop(columns=whole.geometry.name)),
                in_degrees(whole),
            ),
        )

    def __len__(self) -> int:
        """Return how many features there are."""
        return len(self.ids)

    @property
    def crs(self) -> pyproj.CRS:
        """The system in which the features are kept."""
        system: pyproj.CRS = self.frame.crs
        return system

    @cached_property
    def columns(self) -> pd.DataFrame:
        """What the features say, without their shapes."""
        return pd.DataFrame(self.frame.drop(columns=self.frame.geometry.name))

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
        found = self.tree.query(list(places), predicate="intersects")[1]
        return np.unique(found)


def _bounds(shapes: npt.NDArray[np.object_]) -> Bounds:
    if not len(shapes):
        return (math.nan,) * 4
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north
