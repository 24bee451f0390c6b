"""What every check is given: one layer and what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import findings
from gis.layers.base import ROW
from gis.settings import CheckSettings

#: Columns by which people name a feature, by layer; the first that is there counts.
_NAMES = {
    "communes": ("name",),
    "zones": ("zone_id",),
    "constraints": ("constraint_id",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One layer to be checked.

    Attributes
    ----------
    frame
        Its rows in a metric system, with the layer's columns and `source_row`.
    attributes
        What describes the whole dataset: status, year, code table.
    declared_ha
        Area of each class as a decision declares it, by code.
    """

    layer: str
    dataset: str
    frame: gpd.GeoDataFrame
    settings: CheckSettings = field(default_factory=CheckSettings)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    declared_ha: Mapping[str, float] = field(default_factory=dict)

    def rows(self, at: npt.NDArray[np.integer[Any]]) -> npt.NDArray[Any]:
        """1-based rows in the source file of the features at some positions."""
        if ROW in self.frame:
            return np.asarray(self.frame[ROW].to_numpy()[at])
        return np.asarray(at) + 1

    def names(self, at: npt.NDArray[np.integer[Any]]) -> list[str | None]:
        """Name the features at some positions as people do: ``tờ 5 thửa 12``, a zone's id."""
        if self.layer == "land-use" and {"sheet", "parcel"} <= set(self.frame.columns):
            part = self.frame[["sheet", "parcel"]].iloc[at]
            return [
                None if pd.isna(parcel) else f"tờ {sheet} thửa {parcel}"
                for sheet, parcel in part.itertuples(index=False)
            ]
        for column in _NAMES.get(self.layer, ()):
            if column in self.frame:
                values = self.frame[column].iloc[at]
                return [None if pd.isna(value) else str(value) for value in values]
        return [None] * len(at)

    def found(
        self,
        rule_id: str,
        at: npt.NDArray[np.integer[Any]],
        *,
        other: npt.NDArray[np.integer[Any]] | None = None,
        **said: Any,
    ) -> gpd.GeoDataFrame:
        """Return findings of one rule about features, and about others of the same layer.

        See `gis.findings.many` for what else may be said.
        """
        if other is not None:
            said |= {
                "other_layer": self.layer,
                "other_dataset": self.dataset,
                "other_row": self.rows(other),
                "other_feature": self.names(other),
            }
        return findings.many(
            rule_id,
            rows=self.rows(at),
            feature=self.names(at),
            layer=self.layer,
            dataset=self.dataset,
            system=self.frame.crs,
            **said,
        )
