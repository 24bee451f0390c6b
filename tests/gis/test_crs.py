"""Coordinate systems against the official parameters of VN-2000 and a point computed elsewhere."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj.transformer import TransformerGroup
from shapely import Point, box

from gis import crs, vn2000
from gis.errors import CrsError, InputError

VN2000 = crs.VN2000_QUANG_NGAI
# law.md F: 15.25 N, 108.75 E of VN-2000 geographic (EPSG:4756), by the seven official parameters
DEGREES_WGS84 = (108.751812022, 15.248970735)
METRES_5898 = (580_562.324, 1_686_622.100)


def points(*where, system):
    return gpd.GeoDataFrame(geometry=[Point(spot) for spot in where], crs=system)


@pytest.mark.parametrize("text", ["EPSG:5898", "epsg:5898", "5898", " 5898 ", 5898])
def test_a_system_is_read_however_it_is_written(text):
    assert crs.short_name(crs.parse(text)) == "EPSG:5898"


def test_a_system_is_read_from_its_definition():
    for text in (pyproj.CRS(5898).to_wkt(), pyproj.CRS(5898).to_json(), pyproj.CRS(5898)):
        assert crs.parse(text) == pyproj.CRS(5898)


@pytest.mark.parametrize("text", ["", "VN2000 Quảng Ngãi", "EPSG:999999", "5898x", "+proj=nothing"])
def test_what_names_no_system_is_refused_in_one_sentence(text):
    with pytest.raises(CrsError, match="is no coordinate system; give one like EPSG:5898"):
        crs.parse(text)


@pytest.mark.parametrize("code", [6956, 6957, 6958, 6959])
def test_the_swapped_definitions_are_refused(code):
    with pytest.raises(
        CrsError, match=rf"EPSG:{code}.* is deprecated because its axes are swapped"
    ):
        crs.parse(f"EPSG:{code}")


def test_a_system_without_a_number_is_called_by_its_name():
    wkt = pyproj.CRS(5898).to_wkt().replace('ID["EPSG",5898]', 'ID["MINE",1]')
    assert crs.short_name(pyproj.CRS.from_proj4("+proj=tmerc +lon_0=99 +k=0.5")) == "unknown"
    assert crs.short_name(pyproj.CRS(wkt)).startswith(("VN-2000", "EPSG:5898", "MINE"))


def test_quang_ngai_has_the_meridian_of_108_degrees():
    system = pyproj.CRS(VN2000)
    parameters = {entry.name: entry.value for entry in system.coordinate_operation.params}
    assert parameters["Longitude of natural origin"] == 108
    assert parameters["Scale factor at natural origin"] == 0.9999
    assert parameters["False easting"] == 500_000


def test_vn2000_becomes_wgs84_by_the_official_parameters():
    moved, how = crs.transform(points((108.75, 15.25), system="EPSG:4756"), crs.WGS84)
    # within a millimetre
    assert moved.geometry[0].coords[0] == pytest.approx(DEGREES_WGS84, abs=1e-8)
    assert "EPSG:6960" in how.operation
    assert (how.source, how.target, how.accuracy_m) == ("EPSG:4756", "EPSG:4326", 1.0)


def shifted(lon, lat):
    """Carry a point from VN-2000 to WGS 84 with the decree's seven parameters, by hand."""
    equator, flattening = 6_378_137.0, 1 / 298.257223563
    square = flattening * (2 - flattening)
    lam, phi = np.radians([lon, lat])
    across = equator / np.sqrt(1 - square * np.sin(phi) ** 2)
    x = across * np.cos(phi) * np.cos(lam)
    y = across * np.cos(phi) * np.sin(lam)
    z = across * (1 - square) * np.sin(phi)
    rx, ry, rz = np.radians(np.array([-0.00928836, 0.01975479, -0.00427372]) / 3600)
    # coordinate frame rotation
    turn = np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])
    shift = [-191.90441429, -39.30318279, -111.45032835]
    x, y, z = shift + 1.000000252906278 * (turn @ [x, y, z])
    around = np.hypot(x, y)
    phi = np.arctan2(z, around * (1 - square))
    for _ in range(8):
        across = equator / np.sqrt(1 - square * np.sin(phi) ** 2)
        phi = np.arctan2(z + square * across * np.sin(phi), around)
    return np.degrees([np.arctan2(y, x), phi])


@pytest.mark.parametrize("spot", [(108.75, 15.25), (108.58, 15.19), (108.92, 15.42)])
def test_the_seven_parameters_give_the_same_by_hand(spot):
    moved, _ = crs.transform(points(spot, system="EPSG:4756"), crs.WGS84)
    assert moved.geometry[0].coords[0] == pytest.approx(shifted(*spot), abs=1e-9)


def test_the_grid_of_quang_ngai_is_metres_east_and_north():
    moved, how = crs.transform(points((108.75, 15.25), system="EPSG:4756"), VN2000)
    assert moved.geometry[0].coords[0] == pytest.approx(METRES_5898, abs=1e-3)
    assert moved.crs == VN2000
    assert how.accuracy_m == 0.0
    back, how = crs.transform(points(DEGREES_WGS84, system=crs.WGS84), VN2000)
    assert back.geometry[0].coords[0] == pytest.approx(METRES_5898, abs=1e-3)
    assert "INVERSE(EPSG):6960" in how.operation


def test_the_official_parameters_are_told_from_the_other_ones():
    group = TransformerGroup("EPSG:4756", "EPSG:4326", always_xy=True)
    (other,) = [
        transformer.transform(108.75, 15.25)
        for transformer in group.transformers
        if "VN-2000 to WGS 84 (1)" in transformer.description
    ]
    official, _ = crs.transform(points((108.75, 15.25), system="EPSG:4756"), crs.WGS84)
    metres = gpd.GeoSeries([Point(other), *official.geometry], crs=crs.WGS84).to_crs(VN2000)
    # law.md F: 0.739 m from EPSG:5194
    assert metres[0].distance(metres[1]) == pytest.approx(0.739, abs=0.001)


# in the box of EPSG:5194: Cần Thơ, Hồ Chí Minh City; outside: Cà Mau, Hà Nội
@pytest.mark.parametrize("spot", [(105.7, 10.0), (106.7, 10.8), (105.2, 9.2), (105.8, 21.0)])
@pytest.mark.parametrize("system", ["EPSG:4756", "EPSG:9207", "EPSG:3405"])
def test_the_official_parameters_hold_in_the_whole_country(spot, system):
    flat = gpd.GeoDataFrame(geometry=[Point(spot)], crs="EPSG:4756").to_crs(system)
    moved, how = crs.transform(flat, crs.WGS84)
    # left to itself, PROJ is 0.8 m off in the delta
    assert moved.geometry[0].coords[0] == pytest.approx(shifted(*spot), abs=1e-9)
    assert "EPSG:6960" in how.operation


# EPSG:1544, as the registry has it
HANOI_1972 = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 "
    "+step +proj=cart +ellps=WGS84 +step +inv +proj=helmert +x=-17.51 +y=-108.32 +z=-62.39 "
    "+step +inv +proj=cart +ellps=krass +step +proj=pop +v_3 "
)
DEGREES = "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
GAUSS_19 = "+step +proj=tmerc +lon_0=111 +k=1 +x_0=19500000 +ellps=krass"


@pytest.mark.parametrize(
    ("code", "way"),
    [
        # ITRF 2014 is WGS 84 to some centimetres
        (9000, "+proj=noop"),
        (7912, "+proj=noop"),
        (4147, HANOI_1972 + DEGREES),
        (2045, HANOI_1972 + GAUSS_19),
    ],
)
def test_a_datum_that_proj_joins_to_vn2000_by_nothing_goes_by_wgs84(code, way):
    spot = pyproj.Transformer.from_pipeline(way).transform(*DEGREES_WGS84)
    moved, how = crs.transform(points(spot, system=pyproj.CRS(code)), VN2000)
    # by nothing at all it would be 225 m off
    assert moved.geometry[0].coords[0] == pytest.approx(METRES_5898, abs=0.01)
    assert "INVERSE(EPSG):6960" in how.operation
    assert "allpark" not in how.operation


def test_equal_is_not_the_same():
    # a system without a datum equals one with any
    named = pyproj.CRS(VN2000).to_wkt("WKT1_GDAL")
    unnamed = pyproj.CRS(named.replace('DATUM["Vietnam_2000"', 'DATUM["unknown"'))
    assert unnamed == pyproj.CRS(VN2000)
    moved, _ = crs.transform(points(METRES_5898, system=unnamed), VN2000)
    assert moved.crs.is_exact_same(pyproj.CRS(VN2000))
    assert moved.geometry[0].coords[0] == METRES_5898


@pytest.mark.parametrize("unit", ["metre", "Meter"])
@pytest.mark.parametrize(("flat", "datum"), [("Custom", "unknown"), ("WGS 84", "WGS_1984")])
@pytest.mark.parametrize("times", [0.0, 1.0, 2.0])
def test_the_shift_of_a_text_counts_whatever_its_datum_is_called(flat, datum, unit, times):
    shift = ",".join(f"{times * each:.12f}" for each in vn2000.OFFICIAL)
    text = (
        f'PROJCS["A",GEOGCS["{flat}",DATUM["{datum}",SPHEROID["WGS_1984",6378137,298.257223563],'
        f'TOWGS84[{shift}]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
        'PARAMETER["central_meridian",108],PARAMETER["scale_factor",0.9999],'
        f'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["{unit}",1]]'
    )
    moved, _ = crs.transform(points(METRES_5898, system=pyproj.CRS(text)), VN2000)
    # law.md F: the whole shift moves a point by 225.5 m in Bình Sơn, once too little or too much
    away = moved.geometry[0].distance(Point(METRES_5898))
    assert away == pytest.approx(225.5 * abs(times - 1), abs=0.1)


def test_heights_stay_and_flat_shapes_stay_flat():
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b", "c"]},
        geometry=[Point(108.75, 15.25, 7), Point(108.75, 15.25), None],
        crs="EPSG:4756",
        index=[5, 7, 9],
    )
    moved, _ = crs.transform(frame, VN2000)
    assert moved.geometry.has_z.tolist() == [True, False, False]
    assert moved.geometry[5].z == 7
    assert moved.index.tolist() == [5, 7, 9]
    assert moved["name"].tolist() == ["a", "b", "c"]


def test_a_grid_without_a_datum_is_not_called_by_the_code_of_one():
    text = "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +type=crs"
    assert crs.short_name(pyproj.CRS(text)) == "unknown"


def test_a_system_that_lies_nowhere_is_refused():
    frame = points((1, 1), system='LOCAL_CS["Arbitrary",UNIT["metre",1]]')
    with pytest.raises(CrsError, match="Nothing carries coordinates from Arbitrary"):
        crs.transform(frame, VN2000)
    assert crs.describe(frame.crs, pyproj.CRS(VN2000)).operation == "unknown"


@settings(max_examples=25)
@given(lon=st.floats(107.5, 109.5), lat=st.floats(14, 16))
def test_there_and_back_again_is_the_same_place(lon, lat):
    start = points((lon, lat), system=crs.WGS84)
    there, _ = crs.transform(start, VN2000)
    back, _ = crs.transform(there, crs.WGS84)
    assert back.geometry[0].coords[0] == pytest.approx((lon, lat), abs=1e-8)


def test_a_frame_in_the_right_system_is_not_moved():
    frame = points(METRES_5898, system=VN2000)
    moved, how = crs.transform(frame, VN2000)
    assert moved is frame
    assert (how.operation, how.accuracy_m) == ("none", 0.0)


def test_a_frame_without_system_is_refused():
    with pytest.raises(CrsError, match="no coordinate system"):
        crs.transform(points((0, 0), system=None), VN2000)


def test_coordinates_that_do_not_fit_their_system_are_refused_by_row():
    frame = points((108.75, 15.25), (580_562, 1_686_622), system="EPSG:4326")
    with pytest.raises(CrsError, match="row 2 do not fit EPSG:4326; name the true system"):
        crs.transform(frame, VN2000)


def test_an_empty_shape_is_no_lost_coordinate():
    frame = gpd.GeoDataFrame(geometry=[Point(), Point(108.75, 15.25)], crs=crs.WGS84)
    moved, _ = crs.transform(frame, VN2000)
    assert moved.geometry.is_empty.tolist() == [True, False]


@pytest.mark.parametrize("system", ["EPSG:5898", "EPSG:32649", 9217])
def test_areas_are_measured_in_metres(system):
    assert crs.require_metres(crs.parse(system), name="plan") == pyproj.CRS(system)


@pytest.mark.parametrize(
    ("system", "message"),
    [
        (None, "`plan` has no coordinate system"),
        ("EPSG:4326", "`plan` is in WGS 84; areas need a projected coordinate system in metres"),
        ("EPSG:4756", "`plan` is in VN-2000; areas need"),
        ("EPSG:2263", "areas need a projected coordinate system in metres"),
    ],
)
def test_areas_are_not_measured_in_degrees_or_feet(system, message):
    with pytest.raises(InputError, match=message):
        crs.require_metres(None if system is None else pyproj.CRS(system), name="plan")


def test_a_metre_is_a_metre_by_any_name():
    text = pyproj.CRS(VN2000).to_wkt("WKT1_GDAL")
    assert 'UNIT["metre",1' in text
    assert crs.is_metric(pyproj.CRS(text.replace('UNIT["metre",1', 'UNIT["Meter",1')))


def test_a_hectare_is_a_square_of_a_hundred_metres():
    ring = box(0, 0, 100, 100).difference(box(0, 0, 50, 50))
    assert crs.area_ha(np.array([box(0, 0, 100, 100), ring])).tolist() == [1.0, 0.75]
    assert crs.area_ha(np.array([], dtype=object)).tolist() == []


def test_grid_areas_are_four_parts_in_a_hundred_thousand_small_in_binh_son():
    # law.md F: 5898 grid area x 1/0.99996 at Bình Sơn
    frame, _ = crs.transform(
        gpd.GeoDataFrame(geometry=[box(108.745, 15.245, 108.755, 15.255)], crs="EPSG:4756"), VN2000
    )
    geodesic, _ = (
        pyproj.CRS("EPSG:4756")
        .get_geod()
        .geometry_area_perimeter(box(108.745, 15.245, 108.755, 15.255))
    )
    assert frame.area[0] / abs(geodesic) == pytest.approx(0.99996, abs=2e-5)


@pytest.mark.parametrize(
    ("where", "system", "inside"),
    [
        ((108.75, 15.25), "EPSG:4326", True),
        (METRES_5898, VN2000, True),
        ((112.0, 16.5), "EPSG:4326", True),
        ((2.35, 48.85), "EPSG:4326", False),
        ((15.25, 108.75 - 90), "EPSG:4326", False),
    ],
)
def test_what_lies_in_viet_nam(where, system, inside):
    assert crs.lies_in_vietnam(points(where, system=system)) == inside


def test_nothing_lies_nowhere():
    assert not crs.lies_in_vietnam(points(system=VN2000))
    assert not crs.lies_in_vietnam(points((108.75, 15.25), system=None))
