"""Planned land use of 2030 and one commune general plan."""

import noise
import numpy as np
import place
import setting
from classes import Codes, Fields, Mask
from mesh import NONE, Ints, Mesh, absorb, components, speakers
from network import Corridor
from place import Floats

TOWN_CENTRE = place.project(108.7620, 15.3020)
# longitude, latitude, radius (m) of planned industry
NEW_INDUSTRY = (
    (108.8220, 15.3330, 900.0),
    (108.7760, 15.3420, 700.0),
    (108.8090, 15.3060, 650.0),
    (108.7300, 15.3500, 500.0),
)
GENERAL_PLAN_COMMUNE = "21061"
GENERAL_PLAN_TABLE = "qhc-minh-hoa"


class Planner:
    """Changes codes of the present into planned ones, best places first."""

    def __init__(self, land: Fields, codes: Codes, held: Mask) -> None:
        self.land = land
        self.held = held
        self.codes = codes.copy()
        self.speckle = noise.chance(np.arange(len(codes)), 1501)

    def is_in(self, codes: str) -> Mask:
        """Fields that carry one of the codes in the text."""
        return np.isin(self.codes.astype(str), codes.split())

    def turn(self, old: str, new: str, *, score: Floats, wanted_ha: float) -> None:
        """Turn the best of the fields with an old code into the new one."""
        candidates = np.flatnonzero(self.is_in(old) & (score > 0.0) & ~self.held)
        ranked = candidates[np.argsort(-score[candidates], kind="stable")]
        area = self.land.area_m2[ranked]
        reached = np.cumsum(area) - area / 2.0
        self.codes[ranked[reached <= wanted_ha * place.HECTARE_M2]] = new


def _industry(planner: Planner) -> None:
    site = planner.land.site
    bells = [
        noise.bell(site.x, site.y, centre=place.project(lon, lat), radius_m=radius)
        for lon, lat, radius in NEW_INDUSTRY
    ]
    works = np.maximum(np.max(bells, axis=0), 0.8 * setting.near_industry(site.x, site.y))
    works = works * (1.0 + 0.25 * noise.smooth(site.x, site.y, wave_m=800.0, key=1521)) - 0.18
    open_land = "LUC LUK BHK NHK CLN RSX BCS DCS NKH NTS"
    planner.turn(open_land, "SKK", score=works * (site.river_m > 300.0), wanted_ha=1_450.0)
    coast = np.exp(-((site.coast_m / 420.0) ** 2)) * (site.y < 1_697_500.0)
    planner.turn("BCS BHK CLN DCS", "TMD", score=coast * planner.speckle, wanted_ha=210.0)
    roadside = np.exp(-((site.road_m / 150.0) ** 2)) * planner.speckle
    planner.turn("BHK LUK CLN", "TMD", score=roadside, wanted_ha=60.0)
    planner.turn("BHK LUK", "SKC", score=roadside, wanted_ha=70.0)


def _homes(planner: Planner) -> None:
    site = planner.land.site
    centre = noise.bell(site.x, site.y, centre=TOWN_CENTRE, radius_m=1_500.0)
    town = np.array([unit.code == "21040" for unit in place.units()])[planner.land.commune]
    dry = site.river_m > 200.0
    urban = centre * town * dry * (0.4 + planner.speckle)
    planner.turn("LUC LUK BHK CLN", "ODT", score=urban, wanted_ha=125.0)
    rural = np.exp(-((site.hamlet_m / 420.0) ** 2)) * ~town * dry * (0.3 + planner.speckle)
    rural = rural + 0.5 * noise.bell(site.x, site.y, centre=TOWN_CENTRE, radius_m=2_300.0) * rural
    planner.turn("LUC LUK BHK CLN", "ONT", score=rural, wanted_ha=260.0)


def _farms(planner: Planner) -> None:
    site = planner.land.site
    rough = noise.fractal(site.x, site.y, wave_m=1_600.0, key=1541)
    inland = noise.ramp(site.coast_m, 600.0, 3_000.0)
    planner.turn("BHK NHK", "CLN", score=inland * (0.6 + rough), wanted_ha=640.0)
    planner.turn("BCS", "CLN", score=0.4 + rough, wanted_ha=190.0)
    planner.turn("BCS", "DKV", score=planner.speckle * (site.hamlet_m < 900.0), wanted_ha=70.0)
    planner.turn("BCS", "NTS", score=noise.ramp(site.river_m, 800.0, 200.0), wanted_ha=45.0)
    planner.turn("DCS", "RSX", score=0.5 + rough, wanted_ha=390.0)
    planner.turn("RSX", "RPH", score=(site.height > 240.0) * (0.2 + rough), wanted_ha=260.0)
    planner.turn("BHK", "NKH", score=planner.speckle * (site.hamlet_m > 700.0), wanted_ha=85.0)
    # codes that real plans carry though no circular lists them
    planner.turn(
        "BHK CLN LUK",
        "DHT",
        score=noise.ramp(site.road_m, 400.0, 60.0) * planner.speckle,
        wanted_ha=38.0,
    )
    edge = setting.near_industry(site.x, site.y) * planner.speckle
    planner.turn("SKK", "KCN", score=edge, wanted_ha=120.0)
    planner.turn("LUC", "LUA", score=planner.speckle * (site.river_m < 2_000.0), wanted_ha=30.0)
    planner.codes[planner.is_in("BHK NHK")] = "HNK"


def planned(land: Fields, present: Codes, held: Mask) -> Codes:
    """Code of 2030 for every field, before new strips are cut in; `held` fields stay."""
    planner = Planner(land, present, held)
    _industry(planner)
    _homes(planner)
    _farms(planner)
    return planner.codes


def cut_in(
    mesh: Mesh, strips: list[Corridor], parcel: Ints, field: Ints, codes: Codes
) -> tuple[Ints, Codes]:
    """Divide parcels where planned codes differ, and cut planned strips in.

    Returns the group of every face and the code of every group.
    """
    face_code = codes[field]
    new = np.array([strip.code if not strip.built else "" for strip in strips] + [""], dtype=object)
    cut = new[mesh.corridor] != ""
    face_code = np.where(cut, new[mesh.corridor], face_code)
    one, other = mesh.touching.T
    same = (face_code[one] == face_code[other]) & (
        (parcel[one] == parcel[other])
        | (cut[one] & cut[other] & (mesh.commune[one] == mesh.commune[other]))
    )
    group = components(len(face_code), mesh.touching[same])
    local = mesh.commune[one] == mesh.commune[other]
    group = absorb(group, local & (parcel[one] == parcel[other]), mesh, 1_200.0)
    group = absorb(group, local, mesh, 400.0)
    return group, face_code[speakers(group, mesh)]


# zone of the general plan for each planned code; what is missing keeps the entry for ""
ZONES = {
    "LUC": "NN-LUA",
    "LUA": "NN-LUA",
    "LUK": "NN-LUA",
    "HNK": "NN-HN",
    "CLN": "NN-LN",
    "NTS": "NN-TS",
    "NKH": "NN-CNC",
    "RSX": "LN-SX",
    "RPH": "LN-PH",
    "ONT": "DO-HT",
    "ODT": "DO-HT",
    "SKK": "CN",
    "KCN": "CN",
    "SKC": "TTCN",
    "SKX": "TTCN",
    "TMD": "DV-DL",
    "DKV": "CX",
    "DGT": "GT",
    "DTL": "MN",
    "SON": "MN",
    "MNC": "MN",
    "NTD": "ND",
    "CQP": "QP",
    "CAN": "QP",
    "TSC": "CC",
    "DGD": "CC",
    "DYT": "CC",
    "DVH": "CC",
    "DTT": "CX",
    "DSH": "CC",
    "DCH": "DV-DL",
    "TON": "CC",
    "TIN": "CC",
    "DDT": "CC",
    "DRA": "HTKT",
    "DNL": "HTKT",
    "DHT": "HTKT",
    "BCS": "DTR",
    "DCS": "LN-SX",
    "": "DTR",
}


def general(mesh: Mesh, group: Ints, codes: Codes, commune_faces: Mask) -> tuple[Ints, Codes, Ints]:
    """Zones of the general plan: larger and simpler than the land-use plan.

    Returns the group of every chosen face, the code of every group, and the chosen faces.
    """
    chosen = np.flatnonzero(commune_faces)
    position = np.full(len(mesh.faces), NONE)
    position[chosen] = np.arange(len(chosen))
    code = np.array([ZONES.get(code, ZONES[""]) for code in codes[group[chosen]]], dtype=object)
    centre = np.array([face.centroid.coords[0] for face in mesh.faces[chosen]])
    tract = np.floor((centre + 900.0 * _sway(centre)) / 1_700.0).astype(np.int64)
    code = _proposals(code, centre)
    pairs = position[mesh.touching]
    inside = (pairs >= 0).all(axis=1)
    part = mesh._replace(
        faces=mesh.faces[chosen],
        area_m2=mesh.area_m2[chosen],
        commune=mesh.commune[chosen],
        touching=pairs[inside],
        shared_m=mesh.shared_m[inside],
    )
    one, other = part.touching.T
    large = np.isin(code.astype(str), ["GT", "MN"])
    near = (tract[one] == tract[other]).all(axis=1) | (large[one] & large[other])
    groups = components(len(chosen), part.touching[near & (code[one] == code[other])])
    groups = absorb(groups, ~(large[one] | large[other]), part, 22_000.0)
    groups = absorb(groups, np.ones(len(one), dtype=bool), part, 1_500.0)
    return groups, code[speakers(groups, part)], chosen


def _sway(centre: Floats) -> Floats:
    x, y = centre[:, 0], centre[:, 1]
    return np.stack([noise.smooth(x, y, wave_m=1_300.0, key=key) for key in (1601, 1602)], axis=1)


def _proposals(code: Codes, centre: Floats) -> Codes:
    """Zones that only the general plan proposes: new quarters, green belts, mixed use."""
    x, y = centre[:, 0], centre[:, 1]
    rough = noise.fractal(x, y, wave_m=1_500.0, key=1611)
    out = code.copy()
    farm = np.isin(code.astype(str), ["NN-HN", "NN-LN", "NN-LUA", "DTR"])
    works = setting.near_industry(x, y)
    out[farm & (works > 0.12)] = "CXCL"
    out[farm & (rough > 0.42)] = "DO-M"
    out[farm & (rough < -0.46)] = "HH"
    return out
