"""The zones of VN-2000 against the registry, and what texts of coordinate systems come down to."""

from dataclasses import replace

import numpy as np
import pyproj
import pytest

from gis import crs, vn2000
from gis.errors import CrsError
from gis.vn2000 import Definition

QUANG_NGAI = Definition(meridian=108.0)
# law.md F: 15.25 N, 108.75 E in EPSG:5898, and in WGS 84
METRES, DEGREES = (580_562.324, 1_686_622.100), (108.751812022, 15.248970735)
PARAMETERS = (
    "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
)
ROUNDED = "-191.904,-39.303,-111.45,0.0093,-0.0198,0.0043,0.2529"
OTHERS = [Definition(meridian=111.0, scale=0.9996), Definition(meridian=None)]
GRID = "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9999 +x_0=500000 +y_0=0"


def test_the_table_of_zones_agrees_with_the_registry():
    tm3 = {5896, 5897, 5898, 5899, *range(9205, 9219)}
    kinds = {"geographic": {4756}, "utm": {3405, 3406}, "tm-3": tm3}
    kinds["deprecated"] = {6956, 6957, 6958, 6959}
    for kind, codes in kinds.items():
        assert {each.epsg for each in vn2000.zones() if each.kind == kind} == codes
    for zone in vn2000.zones():
        system = pyproj.CRS(zone.epsg)
        assert system.name == zone.name
        assert vn2000.read(system) == zone.definition
        assert vn2000.crs_of(zone.definition) == system


def test_quang_ngai_has_its_zone():
    (zone,) = [each for each in vn2000.zones() if "Quảng Ngãi" in each.provinces]
    assert (zone.epsg, zone.definition) == (5898, QUANG_NGAI)
    provinces = [name for each in vn2000.zones() for name in each.provinces]
    assert len(provinces) == len(set(provinces))


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        (f"{GRID} +ellps=WGS84 +towgs84={PARAMETERS}", "official"),
        (
            f"{GRID} +ellps=WGS84 +towgs84={ROUNDED}",
            "official",
        ),
        (f"{GRID} +ellps=GRS80 +towgs84={PARAMETERS}", "official"),
        (f"{GRID} +datum=WGS84", "none"),
        (f"{GRID} +ellps=WGS84", "unsaid"),
        (f"{GRID} +ellps=WGS84 +towgs84=-190,-40,-110", "other"),
        (f"{GRID} +ellps=krass +towgs84=-17.51,-108.32,-62.39,0,0,0,0", "foreign"),
        (f"{GRID} +ellps=krass", "foreign"),
        (f"{GRID} +ellps=krass +towgs84={PARAMETERS}", "other"),
        (f"{GRID} +datum=NAD83", "foreign"),
        ("EPSG:3148", None),
        ("EPSG:3857", None),
        (f"{GRID} +datum=WGS84 +units=us-ft", None),
        ("+proj=tmerc +lat_0=10 +lon_0=108 +k=0.9999 +x_0=500000 +datum=WGS84", None),
        ("EPSG:4978", None),
        ('LOCAL_CS["Arbitrary",UNIT["metre",1]]', None),
    ],
)
def test_a_text_comes_down_to_a_grid_and_a_shift(text, shift):
    definition = vn2000.read(pyproj.CRS(text))
    if shift is None:
        assert definition is None or definition.shift == "foreign"
    else:
        assert definition == replace(QUANG_NGAI, shift=shift)


@pytest.mark.parametrize("unit", ["Meter", "metre", "m"])
@pytest.mark.parametrize("datum", ["unknown", "D_Quang_Ngai", "D_User_Defined", "Not_specified"])
def test_a_datum_of_somebodys_own_is_none(datum, unit):
    text = (
        f'PROJCS["A",GEOGCS["B",DATUM["{datum}",SPHEROID["WGS_1984",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],'
        'PARAMETER["Central_Meridian",108],PARAMETER["Scale_Factor",0.9999],'
        f'PARAMETER["Latitude_Of_Origin",0],UNIT["{unit}",1]]'
    )
    assert vn2000.read(pyproj.CRS(text)) == replace(QUANG_NGAI, shift="unsaid")


@pytest.mark.parametrize("datum", ["D_Vietnam_2000", "D_VN-2000", "D_VN_2000", "VN2000"])
def test_a_datum_is_known_by_any_of_its_names(datum):
    text = pyproj.CRS(5898).to_wkt("WKT1_ESRI").replace("D_Vietnam_2000", datum)
    assert datum in text
    system = pyproj.CRS(text)
    assert vn2000.names_vn2000(system)
    assert vn2000.repaired(system) == pyproj.CRS(5898)


@pytest.mark.parametrize("shift", sorted(vn2000.KNOWN_SHIFTS))
@pytest.mark.parametrize("definition", [QUANG_NGAI, *OTHERS])
def test_a_definition_and_its_system_place_a_point_alike(definition, shift):
    definition = replace(definition, shift=shift)
    system = vn2000.crs_of(definition)
    assert vn2000.read(system) == definition
    at = METRES if definition.meridian else DEGREES
    by_definition = vn2000.to_degrees(definition).transform(*at)
    by_system = crs.operation(system, pyproj.CRS(crs.WGS84)).transform(*at)
    # a tenth of a millimetre
    assert by_definition == pytest.approx(by_system, abs=1e-9)


def test_the_official_shift_gives_the_point_of_the_law():
    assert vn2000.to_degrees(QUANG_NGAI).transform(*METRES) == pytest.approx(DEGREES, abs=1e-8)


@pytest.mark.parametrize(
    ("values", "metres"),
    [
        # law.md F
        (vn2000.OFFICIAL, 0.0),
        ((0.0,) * 7, 225.5),
        ((*vn2000.OFFICIAL[:3], 0.0, 0.0, 0.0, 0.0), 0.311),
        ((*vn2000.OFFICIAL[:3], -0.00928836, 0.01975479, -0.00427372, 0.252906278), 0.624),
        ((-192.873, -39.382, -111.202, -0.00205, -0.0005, 0.00335, 0.0188), 0.739),
        (tuple(-value for value in vn2000.OFFICIAL), 451.0),
    ],
)
def test_displacements_are_those_of_the_law(values, metres):
    found = vn2000.away(values, lon=108.75, lat=15.25)
    assert found == pytest.approx(metres, rel=0.01, abs=1e-6)


def test_a_repaired_grid_is_carried_by_the_official_parameters():
    for text in (
        f"{GRID} +ellps=WGS84",
        f"{GRID} +datum=WGS84",
        f"{GRID} +ellps=WGS84 +towgs84=0,0,0",
    ):
        repaired = vn2000.repaired(pyproj.CRS(text))
        assert repaired == pyproj.CRS(5898)
    odd = vn2000.repaired(pyproj.CRS("+proj=tmerc +lon_0=108.1 +k=0.9998 +x_0=500000 +ellps=WGS84"))
    assert "EPSG:6960" in crs.describe(odd, pyproj.CRS(crs.WGS84)).operation
    assert vn2000.read(odd) == Definition(meridian=108.1, scale=0.9998)


def test_what_is_no_grid_cannot_be_repaired():
    with pytest.raises(CrsError, match="is no grid of VN-2000"):
        vn2000.repaired(pyproj.CRS(3857))
    with pytest.raises(CrsError, match="has no parameters"):
        vn2000.crs_of(replace(QUANG_NGAI, shift="foreign"))


def test_a_definition_is_called_by_its_code_or_by_its_grid():
    assert vn2000.name_of(QUANG_NGAI, "vi") == "EPSG:5898"
    odd = Definition(meridian=108.25, scale=0.9996, shift="reversed")
    assert vn2000.name_of(odd, "en") == "VN-2000 / TM 108-15 k 0.9996 (shift reversed)"
    assert vn2000.name_of(odd, "vi") == "VN-2000 / TM 108-15 k 0.9996 (tham số ngược dấu)"
    assert np.isclose(float(odd.grid[0]), 108.25)
