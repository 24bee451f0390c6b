"""Coordinate systems of requests and answers: their addresses, and the order of their axes.

An address such as ``http://www.opengis.net/def/crs/EPSG/0/4326`` means the system as its authority
defines it, so latitude comes first there; in CRS84 longitude does.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import shapely

from api.errors import ParameterError
from api.words import shown
from gis import crs

#: The system of GeoJSON.
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
_WRITTEN: Final = re.compile(
    r"\[?(?:https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/|urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:)"
    r"(\d{4,6})\]?"
)
_LON_LAT: Final = re.compile(
    r"\[?(?:https?://www\.opengis\.net/def/crs/OGC/(?:1\.3|0)/CRS84"
    r"|urn:ogc:def:crs:OGC:(?:1\.3)?:CRS84|OGC:CRS84)\]?"
)
_OTHERS: Final = ("EPSG:4326", "EPSG:3857")


@dataclass(frozen=True, slots=True)
class System:
    """A system that requests and answers may use.

    Attributes
    ----------
    uri
        Its address.
    code
        The same for `gis.crs`, for example ``EPSG:5898``.
    flipped
        Whether its authority puts northing before easting, or latitude before longitude.
    """

    uri: str
    code: str
    flipped: bool

    @classmethod
    def of(cls, code: str) -> Self:
        """Return a system of the registry by its code."""
        return cls(_EPSG + code.removeprefix("EPSG:"), code, _is_flipped(code))

    @property
    def in_degrees(self) -> bool:
        """Whether its coordinates are degrees."""
        return crs.parse(self.code).is_geographic

    def written(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Put coordinates that have easting first into this system's order, and back."""
        return swapped(shapes) if self.flipped else shapes


LON_LAT: Final = System(CRS84, crs.WGS84, flipped=False)


def served(storage: str) -> tuple[System, ...]:
    """Systems in which the features of a layer are given; the first is the default."""
    codes = dict.fromkeys((*_OTHERS, storage))
    return (LON_LAT, *(System.of(code) for code in codes))


def find(text: str, among: Iterable[System], *, parameter: str) -> System:
    """Return the system that a parameter names.

    Raises
    ------
    ParameterError
        When it names none, or one that is not served.
    """
    offered = tuple(among)
    if _LON_LAT.fullmatch(text):
        return LON_LAT
    if match := _WRITTEN.fullmatch(text):
        for system in offered[1:]:
            if system.code == f"EPSG:{match[1]}":
                return system
    listed = ", ".join(system.uri for system in offered)
    raise ParameterError(
        f"{parameter} {shown(text)} is not served here; give one of {listed}.",
        vi=f"{parameter} {shown(text)} không dùng được ở đây; hãy ghi một trong {listed}.",
    )


def swapped(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Exchange the first two coordinates of every point."""

    def swap(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[object, object]:
        return y, x

    # types-shapely knows no coordinates apart yet
    turned: npt.NDArray[np.object_] = shapely.transform(
        shapes,
        swap,  # type: ignore[arg-type]
        interleaved=False,
    )
    return turned


@lru_cache(maxsize=64)
def _is_flipped(code: str) -> bool:
    return [axis.direction for axis in crs.parse(code).axis_info[:2]] == ["north", "east"]
