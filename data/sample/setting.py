"""What the land looks like at a point: height, slope, distances; and small public plots."""

from typing import NamedTuple, TypeAlias

import courses
import network
import noise
import numpy as np
import numpy.typing as npt
import place
import shapely
from network import Corridor
from place import Floats, Shape
from scipy.spatial import cKDTree  # type: ignore[import-untyped]
from terrain import Nearness, Relief

TRIAL_STEP_M = 52.0
TRACT_M = 1_700.0
Spots: TypeAlias = list[tuple[float, float]]
INDUSTRY = (
    (108.7990, 15.3740, 1_500.0),
    (108.8270, 15.3620, 1_500.0),
    (108.7860, 15.3500, 800.0),
    (108.7560, 15.3800, 600.0),
    (108.8120, 15.3300, 900.0),
    (108.7270, 15.3640, 700.0),
)
# code, plots for each commune, area of one in hectares
PLOTS = (
    ("TSC", 1, 0.8),
    ("DGD", 4, 1.2),
    ("DYT", 1, 0.4),
    ("DVH", 1, 0.4),
    ("DTT", 2, 1.0),
    ("DCH", 1, 0.6),
    ("DSH", 3, 0.25),
    ("TON", 1, 0.7),
    ("TIN", 2, 0.3),
    ("NTD", 6, 3.0),
    ("SKC", 1, 2.4),
    ("DNL", 1, 0.3),
    ("DDT", 1, 0.5),
)
# named plots: longitude, latitude, area in hectares
PITS = (
    ("pit-built", "SKX", True, 108.7655, 15.2765, 3.2),
    ("pit-planned", "SKX", False, 108.7725, 15.2735, 5.5),
)
KILNS = (
    ("kiln-built", "SKX", True, 108.7600, 15.3032, 0.42),
    ("kiln-next", "SKC", True, 108.7606, 15.3026, 0.35),
)
OTHERS = (
    ("defence-north", "CQP", True, 108.8165, 15.4135, 62.0),
    ("defence-west", "CQP", True, 108.6870, 15.3420, 48.0),
    ("defence-south", "CQP", True, 108.8300, 15.2190, 30.0),
    ("port", "DGT", True, 108.7985, 15.3920, 95.0),
    ("waste", "DRA", True, 108.7060, 15.3550, 14.0),
    ("power", "DNL", True, 108.8080, 15.3640, 18.0),
    ("police", "CAN", True, 108.7625, 15.2985, 1.2),
    ("station", "DGT", True, 108.7495, 15.2850, 4.0),
)


class Setting(NamedTuple):
    """Properties of points, each an array of the same length."""

    x: Floats
    y: Floats
    height: Floats
    slope: Floats
    coast_m: Floats
    river_m: Floats
    hamlet_m: Floats
    road_m: Floats
    lane_m: Floats


class Surroundings:
    """Relief, hamlets and roads, ready to be asked about many points."""

    def __init__(self, relief: Relief, spots: Spots, lanes: shapely.MultiLineString) -> None:
        roads = shapely.union_all([network.road_line(road[0]) for road in courses.ROADS if road[2]])
        self.relief = relief
        self.hamlets = cKDTree(spots)
        self.roads = Nearness(roads)
        self.lanes = Nearness(lanes)


def describe(points: Floats, around: Surroundings) -> Setting:
    """Look at the land around each point; slope is in percent."""
    x, y = points[:, 0], points[:, 1]
    relief = around.relief
    step = 60.0
    rise_x = relief.height(x + step, y) - relief.height(x - step, y)
    rise_y = relief.height(x, y + step) - relief.height(x, y - step)
    return Setting(
        x=x,
        y=y,
        height=relief.height(x, y),
        slope=np.hypot(rise_x, rise_y) / (2.0 * step) * 100.0,
        coast_m=relief.coast(x, y),
        river_m=relief.river(x, y),
        hamlet_m=around.hamlets.query(points)[0],
        road_m=around.roads(x, y),
        lane_m=around.lanes(x, y),
    )


def inner_points(faces: npt.NDArray[np.object_]) -> Floats:
    """One point inside every polygon, shape (n, 2)."""
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(faces)))


def near_industry(x: Floats, y: Floats) -> Floats:
    """1 in the middle of the Dung Quat works, falling outwards."""
    bells = [
        noise.bell(x, y, centre=place.project(lon, lat), radius_m=radius)
        for lon, lat, radius in INDUSTRY
    ]
    return np.asarray(np.max(bells, axis=0))


def open_flat(site: Setting) -> npt.NDArray[np.bool_]:
    """Flat farmland away from houses, where fields lie in rows."""
    return (
        (site.slope < 4.0)
        & (site.height < 28.0)
        & (site.hamlet_m > 430.0)
        & (site.coast_m > 500.0)
        & (site.road_m > 120.0)
        & (near_industry(site.x, site.y) < 0.5)
    )


def scattered(area: Shape) -> Floats:
    """Jittered lattice from which seeds of uneven fields are chosen."""
    column, row = _lattice(area, TRIAL_STEP_M)
    jitter = np.c_[noise.chance(column, row, 5), noise.chance(column, row, 6)]
    points: Floats = (np.c_[column, row] + jitter) * TRIAL_STEP_M
    return points[shapely.contains_xy(area, points)]


def rowed(area: Shape) -> Floats:
    """Seeds of fields in rows: each tract of land has a direction and a width of its own."""
    column, row = _lattice(area, TRACT_M)
    hubs = np.c_[column, row] + np.c_[noise.chance(column, row, 51), noise.chance(column, row, 52)]
    hubs = hubs * TRACT_M
    tree = cKDTree(hubs)
    found = []
    for index, hub in enumerate(hubs):
        turn = float(noise.chance(column[index], row[index], 53)[0]) * np.pi
        wide = 125.0 + 70.0 * float(noise.chance(column[index], row[index], 54)[0])
        long = wide * (1.5 + 0.9 * float(noise.chance(column[index], row[index], 55)[0]))
        reach = int(1.6 * TRACT_M / wide)
        u, v = (part.ravel() for part in np.mgrid[-reach : reach + 1, -reach : reach + 1])
        shift = np.c_[noise.chance(u, v, index, 56), noise.chance(u, v, index, 57)] - 0.5
        slide = 0.5 * noise.chance(v, index, 58)
        # rows are moved along a little, and no field is quite straight
        local = (np.c_[u + slide, v] + (0.30, 0.16) * shift) * (long, wide)
        spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        points = hub + local @ spin
        found.append(points[tree.query(points)[1] == index])
    points = np.vstack(found)
    return points[shapely.contains_xy(area, points)]


def _lattice(area: Shape, step: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    west, south, east, north = area.bounds
    column, row = np.meshgrid(
        np.arange(int(west // step), int(east // step) + 1),
        np.arange(int(south // step), int(north // step) + 1),
    )
    return column.ravel(), row.ravel()


def trial_points(area: Shape, around: Surroundings) -> tuple[Floats, Floats]:
    """Candidates for field seeds, those in rows first, and the spacing wanted at each."""
    rows = rowed(area)
    rows = rows[open_flat(describe(rows, around))]
    loose = scattered(area)
    site = describe(loose, around)
    kept = ~open_flat(site) & (cKDTree(rows).query(loose)[0] > 75.0)
    near = np.full(len(rows), 70.0)
    return np.vstack([rows, loose[kept]]), np.r_[near, spacing(site)[kept]]


def spacing(site: Setting) -> Floats:
    """Wanted distance between uneven fields in metres: gardens small, forest wide."""
    wide = 178.0 + 24.0 * noise.smooth(site.x, site.y, wave_m=1_800.0, key=61)
    wide = wide + 210.0 * noise.ramp(site.height, 30.0, 170.0)
    wide = wide + 90.0 * noise.ramp(near_industry(site.x, site.y), 0.35, 0.8)
    village = noise.ramp(site.hamlet_m, 620.0, 260.0) * noise.ramp(site.lane_m, 260.0, 90.0)
    wide = wide - (wide - 88.0) * village
    roadside = noise.ramp(site.road_m, 260.0, 80.0)
    return np.minimum(wide, wide - (wide - 120.0) * roadside)


def plot(centre: tuple[float, float], area_ha: float, *, key: int) -> shapely.Polygon:
    """Four-sided plot, a little out of square, of about the given area."""
    turn = float(noise.chance(key, 1)[0]) * np.pi
    ratio = 1.0 + 0.7 * float(noise.chance(key, 2)[0])
    side = np.sqrt(area_ha * place.HECTARE_M2 / ratio)
    corners = np.array([(-1.0, -ratio), (1.0, -ratio), (1.0, ratio), (-1.0, ratio)]) * side / 2.0
    corners *= 1.0 + 0.24 * (
        np.c_[noise.chance(key, range(4), 3), noise.chance(key, range(4), 4)] - 0.5
    )
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return shapely.Polygon(place.snap(np.array(centre) + corners @ spin))


def named_plots() -> list[Corridor]:
    """Clay pits, the kiln, and big single sites."""
    found = []
    for index, (name, code, built, lon, lat, area_ha) in enumerate((*PITS, *KILNS, *OTHERS)):
        centre = place.project(lon, lat)
        if area_ha > 8.0:
            area = network.blob(
                centre, np.sqrt(area_ha * place.HECTARE_M2 / np.pi), key=1201 + index
            )
        else:
            area = plot(centre, area_ha, key=1201 + index)
        found.append(Corridor(name, code, area, built=built))
    return found


def public_plots(hamlets: list[tuple[str, tuple[float, float]]], keep_out: Shape) -> list[Corridor]:
    """Schools, offices, markets, temples and cemeteries around the hamlets."""
    by_commune: dict[str, list[tuple[float, float]]] = {}
    for code, spot in hamlets:
        by_commune.setdefault(code, []).append(spot)
    found = []
    for commune, spots in sorted(by_commune.items()):
        for kind, (code, count, area_ha) in enumerate(PLOTS):
            for turn in range(count):
                key = int(commune) * 1_000 + kind * 20 + turn
                hub = (
                    spots[0] if turn == 0 and count == 1 else spots[(turn * 3 + kind) % len(spots)]
                )
                far = (350.0 if code == "NTD" else 60.0) + 260.0 * float(noise.chance(key, 7)[0])
                turned = 2.0 * np.pi * float(noise.chance(key, 8)[0])
                spot = (hub[0] + far * np.cos(turned), hub[1] + far * np.sin(turned))
                size = area_ha * (0.7 + 0.6 * float(noise.chance(key, 9)[0]))
                area = plot(spot, size, key=key)
                if not area.intersects(keep_out):
                    found.append(Corridor(f"{code}-{key}", code, area))
    return found
