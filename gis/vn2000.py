"""VN-2000: its zones, the official shift, and what the text of a coordinate system says of both.

A `Definition` is what a text comes down to: a meridian, a scale factor, false origins, and the
shift to WGS 84 that it carries. Two definitions that differ place the same numbers elsewhere.
"""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from gis import _reference
from gis.crs import DEGREE, counts_in, is_metric
from gis.errors import CrsError

#: What a definition does on its way to WGS 84: the seven parameters of EPSG:6960
#: (QĐ 05/2007/QĐ-BTNMT); nothing, as if the numbers were WGS 84 already; the seven the wrong way;
#: their rotations with the wrong sign; their translations only; EPSG:5194; other parameters of
#: about that size; no word on it; or another datum altogether.
Shift = Literal[
    "official", "none", "reversed", "rotation", "translation", "delta", "other", "unsaid", "foreign"
]

#: The official parameters in the sign of ``+towgs84`` (position vector): metres, seconds, ppm.
OFFICIAL: Final = (
    -191.90441429,
    -39.30318279,
    -111.45032835,
    0.00928836,
    -0.01975479,
    0.00427372,
    0.252906278,
)
_SHIFTS: Final[dict[Shift, tuple[float, ...]]] = {
    "official": OFFICIAL,
    "none": (0.0,) * 7,
    "reversed": tuple(-value for value in OFFICIAL),
    "rotation": (*OFFICIAL[:3], *(-value for value in OFFICIAL[3:6]), OFFICIAL[6]),
    "translation": (*OFFICIAL[:3], 0.0, 0.0, 0.0, 0.0),
    "delta": (-192.873, -39.382, -111.202, -0.00205, -0.0005, 0.00335, 0.0188),
}
#: Shifts whose parameters are known, so that `crs_of` can make a system of them.
KNOWN_SHIFTS: Final = frozenset(_SHIFTS)
# a text may round its parameters; this much of a difference is no other shift
_SAME_M: Final = 0.02
# parameters so near the official ones are meant for VN-2000
_NEAR_M: Final = 100.0
# south and north of the country: longitude and latitude
_PLACES: Final = np.radians([(105.0, 9.0), (108.75, 15.25), (105.0, 22.5)])
_NAMED: Final = re.compile(r"(?:vn|vi[eệ]t[-_ ]?nam)[-_ ]?2000", re.IGNORECASE)
_METHOD: Final = "Transverse Mercator"
_PARAMETERS: Final = {
    "Latitude of natural origin": "latitude",
    "Longitude of natural origin": "meridian",
    "Scale factor at natural origin": "scale",
    "False easting": "false_easting",
    "False northing": "false_northing",
}
_ELLIPSOID: Final = (6_378_137.0, 298.257_223_563)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A transverse Mercator grid, or degrees, and its shift to WGS 84.

    Attributes
    ----------
    meridian
        Central meridian in degrees; None where the coordinates are degrees themselves.
    """

    meridian: float | None
    scale: float = 0.9999
    false_easting: float = 500_000.0
    false_northing: float = 0.0
    shift: Shift = "official"

    @property
    def grid(self) -> tuple[float | None, float, float, float]:
        """What places a point but the shift; the same for all degrees."""
        if self.meridian is None:
            return (None, 1.0, 0.0, 0.0)
        return (self.meridian, self.scale, self.false_easting, self.false_northing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A system of VN-2000 in the registry."""

    epsg: int
    name: str
    kind: Literal["geographic", "utm", "tm-3", "deprecated"]
    definition: Definition
    provinces: tuple[str, ...]


@cache
def zones() -> tuple[Zone, ...]:
    """Every VN-2000 system of the registry: degrees, UTM, TM-3, and the deprecated ones.

    Raises
    ------
    ShippedDataError
        When the table that ships is missing or damaged.
    """
    columns = ("epsg", "name", "kind", "meridian", "scale", "false_easting", "false_northing")
    table = _reference.rows("reference", "vn2000_zones.csv", columns=(*columns, "provinces"))
    return tuple(
        Zone(
            epsg=int(row["epsg"]),
            name=row["name"],
            kind=row["kind"],  # type: ignore[arg-type] # a test holds the table to the kinds
            definition=_definition(row),
            provinces=tuple(filter(None, row["provinces"].split("; "))),
        )
        for row in table
    )


def _definition(row: dict[str, str]) -> Definition:
    if not row["meridian"]:
        return Definition(meridian=None)
    return Definition(
        meridian=float(row["meridian"]),
        scale=float(row["scale"]),
        false_easting=float(row["false_easting"]),
        false_northing=float(row["false_northing"]),
    )


@cache
def _registry() -> dict[tuple[Any, ...], int]:
    """EPSG codes by what they define; the WGS 84 systems of Việt Nam beside them."""
    known = {(*each.definition.grid, "official"): each.epsg for each in zones()}
    known[*Definition(meridian=None).grid, "none"] = 4326
    for epsg, meridian in ((32648, 105.0), (32649, 111.0)):
        known[*Definition(meridian=meridian, scale=0.9996).grid, "none"] = epsg
    return known


def epsg_of(definition: Definition) -> int | None:
    """Code of a definition in the registry, if it is there."""
    return _registry().get((*definition.grid, definition.shift))


@lru_cache(maxsize=1024)
def crs_of(definition: Definition) -> pyproj.CRS:
    """Coordinate system of a definition: that of the registry where it has one.

    Raises
    ------
    CrsError
        When its shift is not one of known parameters.
    """
    epsg = epsg_of(definition)
    if epsg is not None:
        return pyproj.CRS(epsg)
    if definition.shift not in _SHIFTS:
        raise CrsError(
            f"A shift that is {definition.shift} has no parameters; name the system with --crs.",
            vi="Không rõ bộ tham số chuyển hệ; hãy khai hệ tọa độ bằng --crs.",
        )
    if definition.shift in ("official", "none"):
        return _plain(definition)
    # on a datum without a name: PROJ carries nothing between two systems that both name VN-2000,
    # whatever parameters one of them is bound by
    origin = f"+x_0={definition.false_easting!r} +y_0={definition.false_northing!r} +units=m"
    grid = f"+proj=tmerc +lat_0=0 +lon_0={definition.meridian!r} +k={definition.scale!r} {origin}"
    values = ",".join(f"{value:.12g}" for value in _SHIFTS[definition.shift])
    text = "+proj=longlat" if definition.meridian is None else grid
    return pyproj.CRS(f"{text} +ellps=WGS84 +towgs84={values} +no_defs +type=crs")


def _plain(definition: Definition) -> pyproj.CRS:
    datum, base = ("WGS 84", 4326) if definition.shift == "none" else ("VN-2000", 4756)
    if definition.meridian is None:
        return pyproj.CRS(base)
    return ProjectedCRS(
        name=f"{datum} / {_grid(definition)}",
        conversion=TransverseMercatorConversion(
            longitude_natural_origin=definition.meridian,
            false_easting=definition.false_easting,
            false_northing=definition.false_northing,
            scale_factor_natural_origin=definition.scale,
        ),
        geodetic_crs=pyproj.CRS(base),
    )


@lru_cache(maxsize=1024)
def to_degrees(definition: Definition) -> pyproj.Transformer:
    """Return the way from the numbers of a definition to degrees of WGS 84, longitude first."""
    steps = ["+proj=pipeline"]
    if definition.meridian is None:
        steps += ["+step +proj=unitconvert +xy_in=deg +xy_out=rad"]
    else:
        steps += [
            (
                f"+step +inv +proj=tmerc +lat_0=0 +lon_0={definition.meridian!r} "
                f"+k={definition.scale!r} +x_0={definition.false_easting!r} "
                f"+y_0={definition.false_northing!r} +ellps=WGS84"
            )
        ]
    if definition.shift != "none":
        names = ("x", "y", "z", "rx", "ry", "rz", "s")
        listed = zip(names, _SHIFTS[definition.shift], strict=True)
        values = " ".join(f"+{name}={value:.12g}" for name, value in listed)
        steps += [
            "+step +proj=push +v_3 +step +proj=cart +ellps=WGS84",
            f"+step +proj=helmert {values} +convention=position_vector",
            "+step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3",
        ]
    steps += ["+step +proj=unitconvert +xy_in=rad +xy_out=deg"]
    return pyproj.Transformer.from_pipeline(" ".join(steps))


def read(system: pyproj.CRS) -> Definition | None:
    """Return what a coordinate system comes down to; None for other projections and units."""
    source = system.source_crs if system.is_bound else system
    if source is None or source.is_geocentric or source.geodetic_crs is None:
        return None
    shift = _shift_of(system, source)
    if source.is_geographic:
        in_degrees = counts_in(source, DEGREE)
        return Definition(meridian=None, shift=shift) if in_degrees else None
    operation = source.coordinate_operation
    if operation is None or operation.method_name != _METHOD or not is_metric(source):
        return None
    said = {
        _PARAMETERS[each.name]: float(each.value)
        for each in operation.params
        if each.name in _PARAMETERS
    }
    if said.pop("latitude", 0.0) != 0:
        return None
    # degrees written in radians and back differ in the last digit
    return Definition(shift=shift, **{name: round(value, 9) for name, value in said.items()})


def name_of(definition: Definition, lang: str) -> str:
    """Name a definition as a person would: its code, else its grid and what is odd about it."""
    epsg = epsg_of(definition)
    if epsg is not None:
        return f"EPSG:{epsg}"
    datum = "WGS 84" if definition.shift == "none" else "VN-2000"
    grid = ("độ" if lang == "vi" else "degrees") if definition.meridian is None else None
    name = f"{datum} / {grid or _grid(definition)}"
    if definition.shift != "reversed":
        return name
    return f"{name} ({'tham số ngược dấu' if lang == 'vi' else 'shift reversed'})"


def is_vietnamese(definition: Definition) -> bool:
    """Whether the grid is one of VN-2000 and of no other system: meridian, scale, origins."""
    return any(each.kind == "tm-3" and each.definition.grid == definition.grid for each in zones())


def names_vn2000(system: pyproj.CRS) -> bool:
    """Whether a text calls itself VN-2000, in any of its names."""
    flat = system.geodetic_crs
    datum = flat.datum if flat is not None else None
    names = (system.name, flat.name if flat is not None else "", datum.name if datum else "")
    return any(_NAMED.search(name) for name in names)


def repaired(system: pyproj.CRS) -> pyproj.CRS:
    """Return the same projection on VN-2000, so that EPSG:6960 carries it to WGS 84.

    Raises
    ------
    CrsError
        When it is no transverse Mercator in metres and no system of degrees.
    """
    definition = read(system)
    if definition is None:
        raise CrsError(
            f"{system.name} is no grid of VN-2000; give one like EPSG:5898.",
            vi=f"{system.name} không phải lưới của VN-2000; hãy ghi như EPSG:5898.",
        )
    return crs_of(replace(definition, shift="official"))


def shift_parameters(system: pyproj.CRS) -> tuple[float, ...] | None:
    """Return the seven ``towgs84`` parameters that a text carries itself, if it does."""
    operation = system.coordinate_operation if system.is_bound else None
    values = list(operation.towgs84) if operation is not None else []
    return (*values, *(0.0,) * (7 - len(values))) if values else None


def away(values: tuple[float, ...], *, lon: float, lat: float) -> float:
    """How far, in metres, a shift takes a place from where the official one does."""
    return _apart(values, OFFICIAL, np.radians([(lon, lat)]))


def _shift_of(system: pyproj.CRS, source: pyproj.CRS) -> Shift:
    values = shift_parameters(system)
    if not same_ellipsoid(source):
        meant = values is not None and _apart(values, OFFICIAL) <= _NEAR_M
        return "other" if meant or names_vn2000(system) else "foreign"
    if values is not None:
        near: dict[Shift, float] = {name: _apart(values, known) for name, known in _SHIFTS.items()}
        nearest = min(near, key=lambda each: near[each])
        if near[nearest] <= _SAME_M:
            return nearest
        return "other" if near["official"] <= _NEAR_M or names_vn2000(system) else "foreign"
    flat = source.geodetic_crs
    datum = flat.datum if flat is not None else None
    name = datum.name if datum is not None else ""
    if _NAMED.search(name) or (name.lower().startswith("un") and names_vn2000(system)):
        return "official"
    if name.startswith("World Geodetic System 1984"):
        return "none"
    nameless = name.lower().startswith(("unknown", "not specified"))
    # a name of somebody's own, which tells nobody how to go to WGS 84, is no better
    known = flat is not None and not nameless and flat.to_authority(min_confidence=70) is not None
    return "foreign" if known else "unsaid"


def same_ellipsoid(system: pyproj.CRS) -> bool:
    """Whether a system measures the earth as VN-2000 does, by the ellipsoid of WGS 84."""
    ellipsoid = system.ellipsoid
    return ellipsoid is not None and bool(
        abs(ellipsoid.semi_major_metre - _ELLIPSOID[0]) < 1e-3
        # GRS 80 differs in the eighth digit, a tenth of a millimetre
        and abs(ellipsoid.inverse_flattening - _ELLIPSOID[1]) < 1e-5
    )


def _apart(
    values: tuple[float, ...], others: tuple[float, ...], places: npt.NDArray[Any] = _PLACES
) -> float:
    """Largest distance on the ground between what two position-vector transformations give."""
    lon, lat = places.T
    across = np.column_stack([-np.sin(lon), np.cos(lon), 0 * lon])
    upward = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    apart = _moved(values, upward) - _moved(others, upward)
    along = np.cross(upward, across)
    return float(np.hypot((apart * across).sum(axis=1), (apart * along).sum(axis=1)).max())


def _moved(values: tuple[float, ...], upward: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    # a sphere will do: the two are compared, not used
    places = upward * _ELLIPSOID[0]
    x, y, z = np.radians(np.array(values[3:6]) / 3600)
    turn = np.array([[1, -z, y], [z, 1, -x], [-y, x, 1]])
    moved = np.array(values[:3]) + (1 + values[6] * 1e-6) * (places @ turn.T)
    return np.asarray(moved, dtype=np.float64)


def _grid(definition: Definition) -> str:
    degrees, minutes = divmod(round((definition.meridian or 0.0) * 60, 6), 60)
    name = f"TM {degrees:.0f}-{minutes:02.0f} k {definition.scale:g}"
    if (definition.false_easting, definition.false_northing) == (500_000.0, 0.0):
        return name
    return f"{name} FE {definition.false_easting:g} FN {definition.false_northing:g}"
