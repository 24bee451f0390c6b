"""Rivers, reservoirs, roads and canals as corridors, and the hamlets between them."""

from typing import NamedTuple

import courses
import noise
import numpy as np
import place
import shapely
from courses import LonLats
from place import Floats, Shape, Unit
from scipy.interpolate import CubicSpline  # type: ignore[import-untyped]
from terrain import Relief

# one sway for all waters and one for all roads, so that what joins before swaying joins after it
WATER_SWAY = (260.0, 401)
ROAD_SWAY = (80.0, 501)


class Corridor(NamedTuple):
    """A strip of land with a code of its own; earlier ones win where two overlap."""

    name: str
    code: str
    area: Shape
    built: bool = True


def course(points: LonLats, *, sway_m: float, key: int) -> Floats:
    """Smooth curve through the points, with a sway that grows away from its ends."""
    corners = place.project_path(*points)
    reach = np.r_[0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T))]
    steps = np.linspace(0.0, reach[-1], max(2, int(reach[-1] / 90.0)))
    curve = CubicSpline(reach, corners)(steps)
    for axis in (0, 1):
        sway = noise.fractal(curve[:, 0], curve[:, 1], wave_m=1_900.0, key=key + axis, octaves=3)
        curve[:, axis] += sway_m * sway
    return np.asarray(curve)


def blob(
    centre: tuple[float, float], radius_m: float, *, key: int, rough: float = 0.35
) -> shapely.Polygon:
    """Draw a rounded, uneven patch around a place given in metres."""
    angles = np.linspace(0.0, 2.0 * np.pi, max(14, int(radius_m / 12.0) + 8), endpoint=False)
    circle = np.c_[np.cos(angles), np.sin(angles)]
    wave = noise.fractal(circle[:, 0] * 10.0, circle[:, 1] * 10.0, wave_m=9.0, key=key, octaves=3)
    radius = radius_m * np.exp(rough * 1.6 * wave)
    patch = shapely.Polygon(centre + circle * radius[:, None])
    scale = np.sqrt(np.pi * radius_m**2 / patch.area)
    ring = np.array(centre) + (shapely.get_coordinates(patch) - centre) * scale
    return shapely.Polygon(place.snap(ring))


def river_line() -> shapely.LineString:
    """Middle of the Tra Bong."""
    return shapely.LineString(course(courses.RIVER, sway_m=WATER_SWAY[0], key=WATER_SWAY[1]))


def river_area() -> shapely.Polygon:
    """Water of the Tra Bong, which widens to the sea."""
    line = shapely.get_coordinates(river_line())
    share = np.linspace(0.0, 1.0, len(line))
    half = 62.0 + 55.0 * share + 130.0 * share**6
    half *= 1.0 + 0.25 * noise.smooth(line[:, 0], line[:, 1], wave_m=900.0, key=421)
    along = np.gradient(line, axis=0)
    across = np.c_[-along[:, 1], along[:, 0]] / np.hypot(*along.T)[:, None]
    ring = np.vstack([line + across * half[:, None], (line - across * half[:, None])[::-1]])
    return shapely.make_valid(shapely.Polygon(ring)).buffer(0.0)


def _strip(points: LonLats, half_m: float, *, sway: tuple[float, int]) -> Shape:
    line = shapely.LineString(course(points, sway_m=sway[0], key=sway[1]))
    return line.simplify(3.0).buffer(half_m, cap_style="flat", join_style="mitre", mitre_limit=1.5)


def road_line(name: str) -> shapely.LineString:
    """Middle of a named road."""
    for road, _half, _built, points in courses.ROADS:
        if road == name:
            return shapely.LineString(course(points, sway_m=ROAD_SWAY[0], key=ROAD_SWAY[1]))
    msg = f"there is no road {name!r}"
    raise ValueError(msg)


def hamlets(
    units: list[tuple[Unit, shapely.Polygon]], relief: Relief, keep_out: Shape
) -> list[tuple[str, tuple[float, float]]]:
    """Commune code and place of every hamlet: the seat, and low places kept apart."""
    found: list[tuple[str, tuple[float, float]]] = []
    for unit, area in units:
        inner = area.buffer(-350.0).difference(keep_out.buffer(260.0))
        west, south, east, north = inner.bounds
        kept = [unit.seat or unit.centroid]
        wanted = 4 + int(area.area / 4.5e6)
        for turn in range(400):
            spot = (
                west + float(noise.chance(int(unit.code), turn, 1)[0]) * (east - west),
                south + float(noise.chance(int(unit.code), turn, 2)[0]) * (north - south),
            )
            near = min(np.hypot(spot[0] - x, spot[1] - y) for x, y in kept)
            if len(kept) == wanted:
                break
            if near > 1_050.0 and inner.contains(shapely.Point(spot)) and _is_low(relief, spot):
                kept.append(spot)
        found.extend((unit.code, spot) for spot in kept)
    return found


def _is_low(relief: Relief, spot: tuple[float, float]) -> bool:
    return bool(relief.height(np.array([spot[0]]), np.array([spot[1]]))[0] < 75.0)


def lanes(spots: list[tuple[float, float]], keep_out: Shape) -> shapely.MultiLineString:
    """Village roads: short links between hamlets that cross neither river nor kept land."""
    barrier = river_area().union(keep_out).buffer(40.0)
    points = np.array(spots)
    links = []
    for index, one in enumerate(points):
        away = np.hypot(*(points - one).T)
        for other in np.argsort(away)[1:4]:
            if other < index and index in np.argsort(np.hypot(*(points - points[other]).T))[1:4]:
                continue
            ends = np.array([one, points[other]])
            link = _lane(ends)
            if away[other] < 3_600.0 and not link.intersects(barrier):
                links.append(link)
    return shapely.MultiLineString(links)


def _lane(ends: Floats) -> shapely.LineString:
    steps = np.linspace(0.0, 1.0, max(3, int(np.hypot(*(ends[1] - ends[0])) / 110.0)))[:, None]
    line = ends[0] + steps * (ends[1] - ends[0])
    fade = np.sin(np.pi * steps[:, 0])
    for axis in (0, 1):
        line[:, axis] += (
            110.0 * fade * noise.smooth(line[:, 0], line[:, 1], wave_m=800.0, key=701 + axis)
        )
    return shapely.LineString(line)


def corridors(village_roads: shapely.MultiLineString) -> list[Corridor]:
    """All strips, the strongest first."""
    river = river_area()
    found = [Corridor("tra-bong", "SON", river)]
    centre = place.project(*courses.LAGOON[:2])
    found.append(
        Corridor(
            "bau-ca-cai",
            "MNC",
            blob(centre, courses.LAGOON[2] * courses.MANGROVE_INNER, key=811),
        )
    )
    for name, half, built, points in courses.ROADS:
        strip = _strip(points, half, sway=ROAD_SWAY)
        found.append(Corridor(name, "DGT", strip, built=built))
    for index, (lon, lat, radius) in enumerate(courses.RESERVOIRS):
        area = blob(place.project(lon, lat), radius, key=821 + index, rough=0.6)
        found.append(Corridor(f"reservoir-{index + 1}", "MNC", area))
    found.append(Corridor("mangrove", "RPH", blob(centre, courses.LAGOON[2], key=812, rough=0.25)))
    for index, (half, points) in enumerate(courses.STREAMS):
        strip = _strip(points, half, sway=WATER_SWAY)
        found.append(Corridor(f"stream-{index + 1}", "SON", strip))
    for index, (half, points) in enumerate(courses.CANALS):
        strip = _strip(points, half, sway=ROAD_SWAY)
        found.append(Corridor(f"canal-{index + 1}", "DTL", strip))
    found.append(Corridor("lanes", "DGT", village_roads.buffer(6.0, cap_style="flat")))
    return found
