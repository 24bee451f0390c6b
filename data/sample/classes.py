"""Present land use of 2020: which code each field carries, to the published class totals."""

from typing import NamedTuple

import noise
import numpy as np
import numpy.typing as npt
import place
import setting
from mesh import NONE, Ints, Mesh, absorb, components, group_pairs, speakers
from network import Corridor
from place import Floats
from setting import Setting, Surroundings

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.object_]

# hectares on 31/12/2016, statistical yearbook of the province, for the 22 communes
FORESTRY_HA = 11_181.90
SPECIAL_HA = 5_126.22
HOMESTEAD_HA = 1_748.14
CROPS_HA = 25_293.84
# no published figure: invented shares of the land that is left
AQUACULTURE_HA, OTHER_FARM_HA = 430.0, 45.0
RICE_HA, ONE_CROP_RICE_HA = 5_250.0, 1_050.0
PERENNIAL_HA, UPLAND_HA = 8_100.0, 1_150.0

SPECIAL = frozenset(
    [
        "TSC",
        "CQP",
        "CAN",
        "DTS",
        "DVH",
        "DXH",
        "DYT",
        "DGD",
        "DTT",
        "DKH",
        "DNG",
        "DSK",
        "SKK",
        "SKN",
        "SKT",
        "TMD",
        "SKC",
        "SKS",
        "SKX",
        "DGT",
        "DTL",
        "DDT",
        "DDL",
        "DSH",
        "DKV",
        "DNL",
        "DBV",
        "DCH",
        "DRA",
        "DCK",
    ]
)
CROPS = frozenset(["LUC", "LUK", "LUN", "BHK", "NHK", "HNK", "CLN"])
FORESTRY = frozenset(["RSX", "RPH", "RDD"])
HOMESTEAD = frozenset(("ONT", "ODT"))
TOWN = "21040"


class Fields(NamedTuple):
    """Groups of faces that are judged as one piece of land."""

    group: Ints
    area_m2: Floats
    commune: Ints
    site: Setting
    fixed: Codes


def fields(mesh: Mesh, strips: list[Corridor], around: Surroundings) -> Fields:
    """Join faces to fields: what one cell or one kind of built strip holds in one commune."""
    codes = np.array([strip.code for strip in strips] + [""], dtype=object)[mesh.built]
    kinds = {code: index for index, code in enumerate(sorted(set(codes)))}
    key = np.where(mesh.built == NONE, mesh.cell, -2 - np.array([kinds[code] for code in codes]))
    one, other = mesh.touching.T
    local = mesh.commune[one] == mesh.commune[other]
    group = components(len(key), mesh.touching[local & (key[one] == key[other])])
    open_land = (mesh.built[one] == NONE) & (mesh.built[other] == NONE)
    group = absorb(group, local & open_land, mesh, 3_000.0)
    group = absorb(group, local, mesh, 450.0)
    size = int(group.max()) + 1
    area = np.bincount(group, weights=mesh.area_m2, minlength=size)
    largest = speakers(group, mesh)
    return Fields(
        group,
        np.asarray(area, dtype=np.float64),
        mesh.commune[largest],
        setting.describe(setting.inner_points(mesh.faces[largest]), around),
        codes[largest],
    )


class Chooser:
    """Hands out free fields to codes, best score first, until an area is reached."""

    def __init__(self, land: Fields) -> None:
        self.land = land
        self.codes = land.fixed.copy()
        outside = [unit.code == place.OUTSIDE_DISTRICT for unit in place.units()]
        self.counted = ~np.array(outside)[land.commune]
        self.total_ha = float(land.area_m2[self.counted].sum()) / place.HECTARE_M2

    @property
    def free(self) -> Mask:
        """Fields without a code so far."""
        return np.asarray(self.codes == "")

    def has_ha(self, codes: frozenset[str]) -> float:
        """Hectares in the 22 communes that carry one of the codes."""
        mine = np.isin(self.codes.astype(str), sorted(codes)) & self.counted
        return float(self.land.area_m2[mine].sum()) / place.HECTARE_M2

    def give(self, code: str, score: Floats, wanted_ha: float) -> None:
        """Give the code to the free fields with the highest score (above zero)."""
        candidates = np.flatnonzero(self.free & (score > 0.0))
        ranked = candidates[np.argsort(-score[candidates], kind="stable")]
        area = np.where(self.counted[ranked], self.land.area_m2[ranked], 0.0)
        reached = np.cumsum(area) - area / 2.0
        self.codes[ranked[reached <= wanted_ha * place.HECTARE_M2]] = code


def _settle(chooser: Chooser) -> None:
    site, land = chooser.land.site, chooser.land
    speckle = noise.chance(np.arange(len(land.area_m2)), 301)
    town = np.array([unit.code == TOWN for unit in place.units()])[land.commune]
    reach = 430.0 + 130.0 * town
    lined = np.exp(-((site.lane_m / 95.0) ** 2))
    near = np.exp(-((site.hamlet_m / reach) ** 2)) * (0.25 + 0.75 * lined)
    near = near + 0.16 * np.exp(-((site.road_m / 90.0) ** 2))
    wet = noise.ramp(site.river_m, 120.0, 220.0) * noise.ramp(site.height, 90.0, 40.0)
    score = near * (0.45 + 0.75 * speckle) * wet
    chooser.give("OTC", score, HOMESTEAD_HA - chooser.has_ha(HOMESTEAD))
    homes = chooser.codes == "OTC"
    chooser.codes[homes & town] = "ODT"
    chooser.codes[homes & ~town] = "ONT"


def _build_up(chooser: Chooser) -> None:
    site = chooser.land.site
    speckle = noise.chance(np.arange(len(site.x)), 311)
    dry = (site.river_m > 250.0) & (site.coast_m > 60.0)
    roadside = np.exp(-((site.road_m / 120.0) ** 2)) * speckle**2 * dry
    chooser.give("SKC", np.where(site.hamlet_m > 400.0, roadside, 0.0), 75.0)
    chooser.give("TMD", np.where(site.hamlet_m < 900.0, roadside, 0.0), 55.0)
    works = setting.near_industry(site.x, site.y)
    rough = noise.fractal(site.x, site.y, wave_m=1_100.0, key=321, octaves=3)
    works = works * (1.0 + 0.75 * rough + 0.25 * speckle) * dry
    chooser.give("SKK", works, SPECIAL_HA - chooser.has_ha(SPECIAL))


def _plant_forest(chooser: Chooser) -> None:
    site = chooser.land.site
    rough = noise.fractal(site.x, site.y, wave_m=1_300.0, key=331) * 1.5
    shore = (site.coast_m < 330.0) & (site.coast_m > 40.0) & (site.height < 25.0)
    chooser.give("RPH", np.where(shore, rough + 0.35, 0.0), 420.0)
    wild = site.height / 100.0 + site.slope / 40.0 + 0.55 * rough
    chooser.give("RPH", (site.height > 190.0) * (wild + 1.6 * rough), 1_900.0)
    left = FORESTRY_HA - chooser.has_ha(FORESTRY)
    chooser.give("RSX", wild * (site.hamlet_m > 350.0), left)


def _water_and_waste(chooser: Chooser) -> None:
    site = chooser.land.site
    size = len(site.x)
    rough = noise.fractal(site.x, site.y, wave_m=900.0, key=341)
    brackish = np.exp(-((site.river_m / 520.0) ** 2)) * noise.ramp(site.coast_m, 6_500.0, 2_500.0)
    lagoon = noise.bell(site.x, site.y, centre=place.project(108.8130, 15.3925), radius_m=1_050.0)
    bay = noise.bell(site.x, site.y, centre=place.project(108.8830, 15.2080), radius_m=520.0)
    chooser.give(
        "NTS", np.maximum(brackish, np.maximum(lagoon, bay)) + 0.25 * rough, AQUACULTURE_HA
    )
    chooser.give("NKH", noise.chance(np.arange(size), 351) * (site.hamlet_m > 600.0), OTHER_FARM_HA)
    rest = chooser.total_ha - CROPS_HA - FORESTRY_HA - SPECIAL_HA - HOMESTEAD_HA
    named = CROPS | FORESTRY | SPECIAL | HOMESTEAD
    others = frozenset(set(chooser.codes.astype(str)) - named - {""})
    left = rest - chooser.has_ha(others)
    bars = np.exp(-((site.river_m / 260.0) ** 2)) * (rough > 0.25)
    sand = np.exp(-(((site.coast_m - 500.0) / 500.0) ** 2)) * np.maximum(rough + 0.15, 0.0)
    chooser.give("BCS", np.maximum(bars * 0.6, sand) * (site.height < 20.0), 0.55 * left)
    stony = site.slope / 15.0 + 0.8 * rough - site.height / 400.0
    chooser.give(
        "DCS", (site.height > 25.0) * (stony + 1.5), left - chooser.has_ha(frozenset(("BCS",)))
    )


def _crops(chooser: Chooser) -> None:
    site = chooser.land.site
    rough = noise.fractal(site.x, site.y, wave_m=2_200.0, key=361)
    fine = noise.chance(np.arange(len(site.x)), 371)
    flat = noise.ramp(site.slope, 7.0, 2.0) * noise.ramp(site.height, 24.0, 11.0)
    wet = 0.45 + 0.55 * noise.ramp(site.river_m, 5_500.0, 900.0)
    inland = noise.ramp(site.coast_m, 900.0, 2_400.0) * noise.ramp(site.river_m, 200.0, 420.0)
    paddy = flat * wet * inland + 0.28 * rough + 0.10 * fine
    chooser.give("LUC", paddy, RICE_HA - chooser.has_ha(frozenset(("LUC",))))
    chooser.give("LUK", paddy + 0.3 * fine, ONE_CROP_RICE_HA)
    slope = noise.ramp(site.slope, 4.0, 16.0) * noise.ramp(site.height, 20.0, 70.0)
    chooser.give("NHK", slope + 0.35 * rough * slope, UPLAND_HA)
    garden = noise.ramp(site.hamlet_m, 1_100.0, 250.0) + 0.9 * slope + 0.45 * rough + 0.45 * fine
    garden = garden * noise.ramp(site.coast_m, 300.0, 2_600.0)
    chooser.give("CLN", garden, PERENNIAL_HA - chooser.has_ha(frozenset(("CLN",))))
    chooser.codes[chooser.free] = "BHK"


def present(land: Fields, hints: list[tuple[str, Mask]]) -> Codes:
    """Give every field its code of 2020; `hints` fix codes where a zone is to be proposed."""
    chooser = Chooser(land)
    for code, here in hints:
        chooser.codes[here & chooser.free] = code
    _settle(chooser)
    _build_up(chooser)
    _plant_forest(chooser)
    _water_and_waste(chooser)
    _crops(chooser)
    return chooser.codes


def parcels(mesh: Mesh, start: Ints, codes: Codes, *, key: int) -> tuple[Ints, Codes]:
    """Join neighbours of one code into uneven parcels; `codes` belong to the groups of `start`."""
    largest = {
        "RSX": 95.0,
        "RPH": 140.0,
        "LUC": 26.0,
        "BHK": 20.0,
        "SKK": 60.0,
        "ONT": 7.0,
        "ODT": 7.0,
    }
    group, size = start, len(codes)
    area = np.bincount(start, weights=mesh.area_m2, minlength=size) / place.HECTARE_M2
    commune = np.zeros(size, dtype=np.int64)
    commune[start] = mesh.commune
    pairs, border = group_pairs(start, mesh)
    parent = np.arange(size)
    order = np.argsort(-border * (0.3 + noise.chance(pairs[:, 0], pairs[:, 1], key)), kind="stable")
    for one, other in pairs[order]:
        if codes[one] != codes[other] or commune[one] != commune[other]:
            continue
        first, second = _root(parent, int(one)), _root(parent, int(other))
        limit = largest.get(codes[one], 15.0) * (0.25 + float(noise.chance(first, key, 2)[0]))
        strip = codes[one] in {"DGT", "DTL", "SON", "MNC"}
        if first != second and (strip or area[first] + area[second] < limit):
            parent[max(first, second)] = min(first, second)
            area[min(first, second)] = area[first] + area[second]
    roots = np.array([_root(parent, index) for index in range(size)])
    names, number = np.unique(roots, return_inverse=True)
    return number[group].astype(np.int64), codes[names]


def _root(parent: Ints, index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = int(parent[index])
    return index
