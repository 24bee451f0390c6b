"""Ways to read the numbers of a file: coordinate systems, with axes as they are or swapped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import pyproj

from gis import crs, vn2000
from gis.intake.footprint import Numbers
from gis.vn2000 import Definition

_ELLIPSOID: Final = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A way to read the numbers of a file."""

    definition: Definition | None
    swapped: bool = False
    declared: bool = False
    other: pyproj.CRS | None = None

    @property
    def crs(self) -> pyproj.CRS:
        """Its coordinate system, axes in their usual order."""
        if self.other is not None:
            return self.other
        assert self.definition is not None  # noqa: S101 # one of the two is always there
        return vn2000.crs_of(self.definition)

    @property
    def registered(self) -> bool:
        """Whether the registry knows it and does not deprecate it."""
        epsg = None if self.definition is None else vn2000.epsg_of(self.definition)
        return epsg is not None and epsg not in crs.DEPRECATED

    def named(self, lang: str) -> str:
        """Name it as a person would give it."""
        definition = self.definition
        if definition is None or definition.shift not in vn2000.KNOWN_SHIFTS:
            name = crs.short_name(self.crs)
        else:
            name = vn2000.name_of(definition, lang)
        if not self.swapped:
            return name
        return f"{name} (đảo trục)" if lang == "vi" else f"{name} (axes swapped)"

    def to_degrees(self, numbers: Numbers) -> Numbers:
        """Carry numbers of the file to longitude and latitude."""
        ordered = numbers[:, ::-1] if self.swapped else numbers
        return np.column_stack(self._way.transform(ordered[:, 0], ordered[:, 1]))

    def from_degrees(self, places: Numbers) -> Numbers:
        """Carry longitude and latitude to numbers of the file."""
        numbers = np.column_stack(
            self._way.transform(places[:, 0], places[:, 1], direction="INVERSE")
        )
        return numbers[:, ::-1] if self.swapped else numbers

    @property
    def _way(self) -> pyproj.Transformer:
        if self.other is not None or self.definition is None:
            return crs.operation(self.crs, pyproj.CRS(crs.WGS84))
        return vn2000.to_degrees(self.definition)


@cache
def candidates() -> tuple[Candidate, ...]:
    """Return every system that position can tell from the others.

    The meridians of TM-3 and UTM with scale factors 0.9999 and 0.9996, false origins as they are
    and changed places, and degrees; each with the official shift, none, and the shift reversed;
    each with axes as they are and swapped.
    """
    grids: list[Definition] = [Definition(meridian=None)]
    meridians = {each.definition.meridian for each in vn2000.zones()} - {None}
    grids += [
        Definition(meridian=meridian, scale=scale)
        for meridian in sorted(meridians, key=float)  # type: ignore[arg-type] # none is None
        for scale in (0.9999, 0.9996)
    ]
    shifts: tuple[vn2000.Shift, ...] = ("official", "none", "reversed")
    every = [replace(grid, shift=shift) for grid in grids for shift in shifts]
    every += [each.definition for each in vn2000.zones() if each.kind == "deprecated"]
    return tuple(
        Candidate(definition=definition, swapped=swapped)
        for definition in every
        for swapped in (False, True)
    )


def apart(place: Sequence[float] | Numbers, other: Sequence[float] | Numbers) -> float:
    """Metres between two places in degrees; infinite where one of them is nowhere."""
    if not np.isfinite([*place, *other]).all():
        return float("inf")
    return float(_ELLIPSOID.inv(place[0], place[1], other[0], other[1])[2])
