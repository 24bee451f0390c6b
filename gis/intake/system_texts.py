"""What the text of a coordinate system says of itself, for what position cannot show."""

from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyproj

from gis import crs, findings, vn2000
from gis.intake.candidates import Candidate, apart
from gis.vn2000 import Shift

#: Rules about a text, by what it does on its way to WGS 84.
RULES: Final[dict[Shift, str]] = {
    "rotation": "crs.rotation-sign",
    "translation": "crs.other-parameters",
    "delta": "crs.other-parameters",
    "other": "crs.other-parameters",
    "reversed": "crs.parameters-reversed",
    "unsaid": "crs.datum-missing",
}
#: Where displacement is told when the file's own place is not known: Bình Sơn.
PLACE: Final = (108.75, 15.25)
_OFFICIAL_USED: Final = (
    "đã dùng bộ tham số chính thức (EPSG:6960)",
    "the official parameters (EPSG:6960) were used",
)
_WGS84_USED: Final = ("tọa độ được coi là WGS 84", "the coordinates were taken for WGS 84")
#: What was done with a system that is used as it stands.
DECLARED_USED: Final = ("đã dùng như tệp khai", "it was used as declared")


def judge(
    system: pyproj.CRS, *, lon: float = PLACE[0], lat: float = PLACE[1]
) -> list[gpd.GeoDataFrame]:
    """Judge the text of a system, for what position cannot show.

    Parameters
    ----------
    lon, lat
        Where to measure the displacement.
    """
    definition = vn2000.read(system)
    if definition is None:
        return []
    said = definition.shift
    rule_id = RULES.get(said)
    if said == "none" and vn2000.is_vietnamese(definition):
        rule_id = "crs.wgs84-label"
    if rule_id is None:
        return []
    size = None if said == "unsaid" else _off(system, lon=lon, lat=lat)
    used = vn2000.read(as_used(system))
    done = DECLARED_USED
    if used != definition:
        done = _WGS84_USED if used is not None and used.shift == "none" else _OFFICIAL_USED
    return [finding(rule_id, value=called(system), size=size, at=(lon, lat), done=done)]


def as_used(system: pyproj.CRS) -> pyproj.CRS:
    """Bind what is VN-2000 by its name or by its grid to VN-2000 as the registry has it.

    What names no datum and has no grid of VN-2000 is WGS 84.
    """
    definition = vn2000.read(system)
    if definition is None:
        return system
    meant = vn2000.names_vn2000(system) and definition.shift not in ("none", "foreign")
    if meant or definition.shift == "official":
        return vn2000.repaired(system)
    if definition.shift == "unsaid":
        own = vn2000.is_vietnamese(definition)
        return vn2000.crs_of(replace(definition, shift="official" if own else "none"))
    return system


def _off(system: pyproj.CRS, *, lon: float, lat: float) -> float | None:
    """How far a text puts numbers of VN-2000 from their place, in metres."""
    if vn2000.same_ellipsoid(system):
        values = vn2000.shift_parameters(system) or (0.0,) * 7
        return vn2000.away(values, lon=lon, lat=lat)
    own = Candidate(definition=vn2000.read(vn2000.repaired(system)))
    numbers = own.from_degrees(np.array([[lon, lat]]))
    return displacement(own, Candidate(definition=None, other=system), numbers[0])


def displacement(used: Candidate, believed: Candidate, middle: Any) -> float | None:
    """Distance between the places where two readings put the middle of a file."""
    places = [each.to_degrees(middle[None])[0] for each in (used, believed)]
    distance = apart(*places)
    return distance if np.isfinite(distance) else None


def called(system: pyproj.CRS) -> str:
    """Call a system by its code, else by its name; a text without a name by itself."""
    name = crs.short_name(system)
    if name.lower() not in ("unknown", "unnamed"):
        return name
    definition = vn2000.read(system)
    grid = None if definition is None else vn2000.name_of(definition, "en").split(" (")[0]
    return name if grid is None else grid.split(" / ")[-1]


def finding(
    rule_id: str,
    *,
    value: str | tuple[str, str],
    size: float | None = None,
    at: tuple[float, float] = (float("nan"), float("nan")),
    **words: tuple[str, str],
) -> gpd.GeoDataFrame:
    """Write a finding about a whole file; `words` are further fields of the sentence."""
    pair = value if isinstance(value, tuple) else (value, value)
    if size is None:
        # one of the two places is nowhere on earth
        words["size"] = ("rất xa", "far")
    return findings.many(
        rule_id,
        rows=[None],
        value=[pair[1]],
        size=[size],
        lon=[round(at[0], 7)],
        lat=[round(at[1], 7)],
        words={"value": [pair], **{name: [each] for name, each in words.items()}},
    )
