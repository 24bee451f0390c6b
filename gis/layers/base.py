"""What every layer declares: its columns, how their values are read, and its own checks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

import geopandas as gpd
import shapely

from gis import crs
from gis.findings import Finding

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "code", "date", "integer", "number"]
GeometryKind = Literal["polygon", "raster", "none"]

#: Columns that the door adds to each layer.
ROW: Final = "source_row"
FAULT: Final = "fault"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layer.

    Attributes
    ----------
    aliases
        Other names under which files carry it, compared without case, accents and underscores.
    option
        Option by which the user gives it for the whole file, with what may be given.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    option: str = ""


#: A check takes the mapped frame and returns it with what it found; faulty rows are marked.
Check = Callable[[gpd.GeoDataFrame], tuple[gpd.GeoDataFrame, list[Finding]]]


def _no_check(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    return frame, []


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One kind of layer.

    Attributes
    ----------
    constants
        Columns that hold one value in the whole file and describe the dataset.
    """

    name: str
    geometry: GeometryKind
    columns: tuple[Column, ...] = ()
    constants: tuple[str, ...] = ()
    check: Check = field(default=_no_check)

    def requires(self, name: str) -> bool:
        """Whether the layer cannot do without a column."""
        return any(column.name == name and column.required for column in self.columns)

    def column(self, name: str) -> Column | None:
        """Return the column of that name, if the layer has it."""
        return next((column for column in self.columns if column.name == name), None)


def valid_on(frame: gpd.GeoDataFrame, day: date) -> "pd.Series[bool]":
    """Which rows are valid on a day; a missing end is open, and so is a missing start."""
    iso = day.isoformat()
    starts: pd.Series[bool] = frame["valid_from"].fillna("") <= iso
    ends: pd.Series[bool] = frame["valid_to"].fillna("9999-12-31") >= iso
    return starts & ends


def places(frame: gpd.GeoDataFrame, rows: "pd.Index[Any]") -> dict[Any, tuple[float, float]]:
    """Longitude and latitude of a point inside each of some rows, for findings."""
    if not len(rows) or frame.crs is None:
        return {}
    points = shapely.point_on_surface(frame.geometry.loc[rows].to_numpy())
    degrees = crs.carried(gpd.GeoSeries(points, index=rows, crs=frame.crs), crs.WGS84)
    spots = zip(rows, degrees.x.to_numpy(), degrees.y.to_numpy(), strict=True)
    return {row: (round(float(lon), 6), round(float(lat), 6)) for row, lon, lat in spots}
