"""Proposed zones and restricted areas."""

from typing import NamedTuple

import courses
import network
import noise
import numpy as np
import numpy.typing as npt
import place
import setting
import shapely
from classes import Codes, Mask
from mesh import Ints, Mesh
from network import Corridor
from place import Floats, Shape
from setting import Setting

PERIOD = ("2021-01-01", "2030-12-31")


class Zone(NamedTuple):
    """A proposed raw-material zone and the place it is drawn at."""

    zone_id: str
    name_vi: str
    name_en: str
    product: str
    use: str
    centre: tuple[float, float]
    area_ha: float
    stretch: float
    turn_deg: float
    land: tuple[tuple[str, float], ...]
    held: bool = False


ZONES = (
    Zone(
        "binh-hai-shallot-1",
        "Vùng hành tím Bình Hải 1 (Thanh Thủy)",
        "Bình Hải shallot zone 1 (Thanh Thủy)",
        "hanh_tim",
        "annual_crop",
        (108.8640, 15.3190),
        122.0,
        1.5,
        65.0,
        (("BHK", 0.8),),
    ),
    Zone(
        "binh-hai-shallot-2",
        "Vùng hành tím Bình Hải 2 (ven biển)",
        "Bình Hải shallot zone 2 (coast)",
        "hanh_tim",
        "annual_crop",
        (108.8775, 15.3175),
        58.0,
        1.6,
        115.0,
        (("BHK", 0.82), ("CLN", 0.18)),
        held=True,
    ),
    Zone(
        "binh-thanh-lime-1",
        "Vùng chanh thơm Bình Thanh 1",
        "Bình Thanh fragrant lime zone 1",
        "chanh_thom",
        "perennial_crop",
        (108.8190, 15.2690),
        46.0,
        1.3,
        20.0,
        (("CLN", 1.0),),
        held=True,
    ),
    Zone(
        "binh-thanh-lime-2",
        "Vùng chanh thơm Bình Thanh 2 (đất lúa một vụ)",
        "Bình Thanh fragrant lime zone 2 (single-crop rice)",
        "chanh_thom",
        "perennial_crop",
        (108.8100, 15.2600),
        12.0,
        1.4,
        70.0,
        (("CLN", 0.55), ("LUK", 0.45)),
        held=True,
    ),
    Zone(
        "binh-chuong-lime-1",
        "Vùng chanh phụ cận Bình Chương",
        "Bình Chương adjoining lime zone",
        "chanh_thom",
        "perennial_crop",
        (108.7120, 15.2660),
        16.0,
        1.5,
        150.0,
        (("CLN", 0.7), ("BHK", 0.3)),
        held=True,
    ),
    Zone(
        "binh-tan-phu-nen-1",
        "Vùng nén Bình Phú",
        "Bình Phú nén zone",
        "nen",
        "annual_crop",
        (108.8640, 15.2660),
        27.0,
        1.5,
        140.0,
        (("BHK", 0.7), ("LUK", 0.3)),
        held=True,
    ),
    Zone(
        "binh-chau-turmeric-1",
        "Vùng nghệ vàng Bình Châu (An Hải)",
        "Bình Châu turmeric zone (An Hải)",
        "nghe_vang",
        "annual_crop",
        (108.8965, 15.2370),
        41.0,
        1.7,
        80.0,
        (("BHK", 0.85),),
    ),
    Zone(
        "binh-long-clay-1",
        "Mỏ đất sét Bình Long 1",
        "Bình Long clay pit candidate 1",
        "gom_my_thien",
        "clay_pit",
        (108.7655, 15.2765),
        1.2,
        1.0,
        10.0,
        (),
        held=True,
    ),
    Zone(
        "binh-long-clay-2",
        "Mỏ đất sét Bình Long 2 (qua ruộng lúa)",
        "Bình Long clay pit candidate 2 (across rice)",
        "gom_my_thien",
        "clay_pit",
        (108.7732, 15.2738),
        5.4,
        1.5,
        50.0,
        (("LUC", 1.0),),
        held=True,
    ),
    Zone(
        "binh-long-clay-3",
        "Mỏ đất sét Bình Long 3 (ven suối)",
        "Bình Long clay pit candidate 3 (stream bank)",
        "gom_my_thien",
        "clay_pit",
        (108.7606, 15.2790),
        1.6,
        1.9,
        100.0,
        (("BCS", 0.6),),
    ),
    Zone(
        "chau-o-kiln-1",
        "Lò gốm Mỹ Thiện, Châu Ổ",
        "Mỹ Thiện pottery kiln, Châu Ổ",
        "gom_my_thien",
        "workshop",
        (108.76025, 15.30290),
        0.46,
        1.3,
        25.0,
        (("ODT", 1.0),),
        held=True,
    ),
)
SOURCE = {
    "hanh_tim": "khuyennongvn.gov.vn, vietnam.vn: commune and 180 to 212 ha; drawn shape",
    "chanh_thom": "kinhtenongthon.vn: commune; area not found, drawn shape",
    "nen": "thanhnien.vn 1146166: commune; area not found, northern part assumed, drawn shape",
    "nghe_vang": "baoquangngai.vn 2922300 (11/2018): An Hải, 40 ha; drawn shape",
    "gom_my_thien": "workbank.vn 11454 (2017), kinhtenongthon.vn: clay and kiln; drawn shape",
}


def shape(zone: Zone) -> shapely.Polygon:
    """Uneven outline of a zone in EPSG:5898, with its stated area."""
    centre = place.project(*zone.centre)
    radius = np.sqrt(zone.area_ha * place.HECTARE_M2 / np.pi)
    key = 2_001 + [other.zone_id for other in ZONES].index(zone.zone_id)
    patch = network.blob(centre, radius, key=key, rough=0.24)
    ring = shapely.get_coordinates(patch) - centre
    turn = np.radians(zone.turn_deg)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    squeeze = np.array([np.sqrt(zone.stretch), 1.0 / np.sqrt(zone.stretch)])
    bent = (ring * squeeze) @ spin + centre
    return shapely.Polygon(np.round(bent, 2))


def hints(site: Setting) -> list[tuple[str, Mask]]:
    """Codes that fields carry where a zone is proposed, so that the sample shows each verdict."""
    speckle = noise.chance(np.arange(len(site.x)), 2_201)
    found = []
    for zone in ZONES:
        here = shapely.contains_xy(shape(zone).buffer(220.0 if zone.held else 90.0), site.x, site.y)
        low = 0.0
        for code, share in zone.land:
            found.append((code, here & (speckle >= low) & (speckle < low + share)))
            low += share
    return found


def held_areas() -> Shape:
    """Zones that lanes, houses, plots and changes of plan keep out of.

    Without them every zone would hold some road or grave and all would end as a conflict.
    """
    return shapely.union_all([shape(zone) for zone in ZONES if zone.held])


def held(site: Setting) -> Mask:
    """Fields in or at the edge of held zones."""
    return np.asarray(shapely.contains_xy(held_areas().buffer(220.0), site.x, site.y))


class Constraint(NamedTuple):
    """A restricted area."""

    constraint_id: str
    kind: str
    name: str
    effect: str
    basis: str
    valid_from: str
    valid_to: str | None
    area: Shape


DRAWN = f"hình học {place.NOTICE_VI} / geometry {place.NOTICE_EN}"
WHOLE = frozenset(
    [
        "21049",
        "21046",
        "21052",
        "21043",
        "21061",
        "21067",
        "21073",
        "21112",
        "21079",
        "21109",
        "21091",
        "21070",
        "21040",
    ]
)
PARTLY = frozenset(["21088", "21055", "21103", "21082"])


def economic_zone(mesh: Mesh, strips: list[Corridor]) -> Shape:
    """Whole communes of the list, and of the four others what lies east of national road 1."""
    codes = np.array([unit.code for unit in place.units()])[mesh.commune]
    road = shapely.get_coordinates(network.road_line("nr1"))
    order = np.argsort(road[:, 1])
    spot = setting.inner_points(mesh.faces)
    east = spot[:, 0] > np.interp(spot[:, 1], road[order, 1], road[order, 0])
    names = np.array([strip.name for strip in strips] + [""])
    east &= names[mesh.corridor] != "nr1"
    chosen = np.isin(codes, sorted(WHOLE)) | (np.isin(codes, sorted(PARTLY)) & east)
    return shapely.coverage_union_all(mesh.faces[chosen])


# id, kind, name, effect, basis; their shapes follow in `_shapes` in the same order
NAMED = (
    ("dung-quat", "economic_zone", "Khu kinh tế Dung Quất", "flag",
     "QĐ 168/QĐ-TTg (2023): danh sách xã / list of communes"),
    ("bau-ca-cai", "mangrove", "Rừng ngập mặn Bàu Cá Cái", "block",
     "báo chí: khoảng 110 ha / press: about 110 ha"),
    ("tra-bong", "river", "Hành lang sông Trà Bồng", "block",
     "hành lang 20 m giả định / assumed 20 m strip"),
    ("nr1", "road", "Hành lang an toàn Quốc lộ 1", "flag", "bề rộng giả định / assumed width"),
    ("coastal", "road", "Hành lang an toàn đường ven biển", "flag",
     "bề rộng giả định / assumed width"),
    ("rice-plain", "high_quality_rice_zone", "Vùng lúa chất lượng cao Trà Bồng", "flag",
     "giả định / assumed"),
    ("rice-south", "high_quality_rice_zone", "Vùng lúa chất lượng cao Bình Long", "flag",
     "giả định / assumed"),
    ("project-2025-01", "annual_plan_project", "Công trình trong kế hoạch sử dụng đất 2025",
     "block", "giả định / assumed; Luật Đất đai 2024, Điều 76.6"),
)  # fmt: skip


def constraints(mesh: Mesh, strips: list[Corridor], land: tuple[Ints, Codes]) -> list[Constraint]:
    """All restricted areas of the sample."""
    parcel, codes = land
    forest = np.isin(codes[parcel].astype(str), ["RPH"])
    mangrove = forest & _in_lagoon(mesh)
    shapes = _shapes(mesh, strips, mangrove)
    found = [_row(named, area) for named, area in zip(NAMED, shapes, strict=True)]
    for index, unit in enumerate(place.units()):
        mine = forest & ~mangrove & (mesh.commune == index)
        if mesh.area_m2[mine].sum() > 5.0 * place.HECTARE_M2:
            words = (
                f"forest-{unit.code}",
                "protection_forest",
                f"Rừng phòng hộ {unit.name}",
                "block",
                "đất RPH hiện trạng / present RPH land",
            )
            found.append(_row(words, shapely.coverage_union_all(mesh.faces[mine])))
    return found


def _shapes(mesh: Mesh, strips: list[Corridor], mangrove: Mask) -> list[Shape]:
    """Shapes of the named areas, cut at the edge of the district."""
    district = shapely.coverage_union_all(mesh.faces)
    drawn: list[Shape] = [
        network.river_area().buffer(20.0),
        _road("nr1", 37.0),
        _road("coastal", 30.0),
        _blob(108.7440, 15.2840, 1_450.0, 2_101),
        _blob(108.7745, 15.2760, 330.0, 2_102),
        _blob(108.8228, 15.2702, 190.0, 2_103),
    ]
    cut = [shapely.intersection(area, district, grid_size=place.GRID_M) for area in drawn]
    return [economic_zone(mesh, strips), shapely.coverage_union_all(mesh.faces[mangrove]), *cut]


def _row(words: tuple[str, str, str, str, str], area: Shape) -> Constraint:
    key, kind, name, effect, basis = words
    start = "2025-01-01" if kind == "annual_plan_project" else PERIOD[0]
    return Constraint(key, kind, name, effect, f"{basis}; {DRAWN}", start, None, area)


def _in_lagoon(mesh: Mesh) -> npt.NDArray[np.bool_]:
    centre = place.project(*courses.LAGOON[:2])
    points: Floats = setting.inner_points(mesh.faces)
    return np.asarray(np.hypot(*(points - centre).T) < 1.8 * courses.LAGOON[2])


def _road(name: str, half_m: float) -> Shape:
    return network.road_line(name).simplify(3.0).buffer(half_m, cap_style="flat")


def _blob(lon: float, lat: float, radius_m: float, key: int) -> shapely.Polygon:
    return network.blob(place.project(lon, lat), radius_m, key=key)
