"""Small value types that several floors share."""

from math import isfinite
from typing import NamedTuple, Self

import geopandas as gpd
import pyproj
import shapely

from gis.crs import WGS84, carried
from gis.errors import InputError

_SHOWN = 60


class LonLatBox(NamedTuple):
    """A box on the globe in degrees of WGS 84, longitude before latitude."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``west,south,east,north``.

        Raises
        ------
        InputError
            When the text is not four numbers, or they bound no box on the globe.

        Examples
        --------
        >>> LonLatBox.parse("108.5,15.1,108.9,15.4").north
        15.4
        """
        shown = repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
        try:
            box = cls(*map(float, text.split(",")))
        except (TypeError, ValueError):
            raise InputError(
                f"bbox {shown} is not west,south,east,north; give four numbers in degrees, "
                "like 108.5,15.1,108.9,15.4.",
                vi=f"bbox {shown} không phải tây,nam,đông,bắc; hãy ghi bốn số theo độ, "
                "ví dụ 108.5,15.1,108.9,15.4.",
            ) from None
        on_earth = -180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90
        if not (all(map(isfinite, box)) and on_earth):
            raise InputError(
                f"bbox {shown} is not a box on the globe; west must be less than east (-180 to "
                "180), south less than north (-90 to 90).",
                vi=f"bbox {shown} không phải một khung trên địa cầu; tây phải nhỏ hơn đông (-180 "
                "đến 180), nam nhỏ hơn bắc (-90 đến 90).",
            )
        return box

    @classmethod
    def around(cls, bounds: tuple[float, ...], crs: str | pyproj.CRS) -> Self:
        """Box that holds a box of another system, given as least and greatest x and y."""
        left, bottom, right, top = bounds
        outline = shapely.box(left, bottom, right, top)
        # the edges of a box in a grid are bent in degrees
        dense = shapely.segmentize(outline, max(outline.length / 100, 1e-9))
        return cls(*carried(gpd.GeoSeries([dense], crs=crs), WGS84).total_bounds.tolist())
