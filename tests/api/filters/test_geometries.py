import math

import pytest
import shapely

from api.errors import ParameterError
from api.filters.geometries import GeometryReader
from api.filters.limits import USUAL, Limits
from api.systems import LON_LAT, System

LAT_LON = System.of("EPSG:4326")
STORED = System.of("EPSG:5898")
RING = [[0, 0], [4, 0], [4, 4], [0, 0]]
HOLE = [[2, 1], [3, 1], [3, 2], [2, 1]]


def geometry(kind, coordinates, *, system=LON_LAT, limits=USUAL):
    return GeometryReader(system, limits).geometry({"type": kind, "coordinates": coordinates})


def collection(*parts):
    whole = {"type": "GeometryCollection", "geometries": list(parts)}
    return GeometryReader(LON_LAT, USUAL).geometry(whole)


def bbox(*numbers, system=LON_LAT):
    return GeometryReader(system, USUAL).box(list(numbers))


@pytest.mark.parametrize(
    ("kind", "coordinates", "wkt"),
    [
        ("Point", [1, 2], "POINT (1 2)"),
        ("Point", [1, 2, 99], "POINT (1 2)"),
        ("LineString", [[0, 0], [1, 1]], "LINESTRING (0 0, 1 1)"),
        ("Polygon", [RING], "POLYGON ((0 0, 4 0, 4 4, 0 0))"),
        ("Polygon", [RING, HOLE], "POLYGON ((0 0, 4 0, 4 4, 0 0), (2 1, 3 1, 3 2, 2 1))"),
        ("MultiPoint", [[0, 0], [1, 1]], "MULTIPOINT (0 0, 1 1)"),
        ("MultiLineString", [[[0, 0], [1, 1]]], "MULTILINESTRING ((0 0, 1 1))"),
        ("MultiPolygon", [[RING]], "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))"),
    ],
)
def test_geojson_is_read_without_heights(kind, coordinates, wkt):
    assert geometry(kind, coordinates) == shapely.from_wkt(wkt)


def test_a_collection_holds_any_other_geometry():
    point = {"type": "Point", "coordinates": [1, 2]}
    area = {"type": "Polygon", "coordinates": [RING], "bbox": [0, 0, 4, 4]}
    wanted = "GEOMETRYCOLLECTION (POINT (1 2), POLYGON ((0 0, 4 0, 4 4, 0 0)))"
    assert collection(point, area) == shapely.from_wkt(wanted)
    with pytest.raises(ParameterError, match="The GeometryCollection of the filter is empty"):
        collection()
    with pytest.raises(ParameterError, match="a collection holds no collection"):
        collection({"type": "GeometryCollection", "geometries": [point]})


@pytest.mark.parametrize(
    ("kind", "coordinates", "sentence"),
    [
        ("Point", [1], "The Point of the filter is not one"),
        ("Point", [1, 2, 3, 4], "The Point of the filter is not one"),
        ("Point", ["1", "2"], "The Point of the filter is not one"),
        ("Point", [True, False], "The Point of the filter is not one"),
        ("Point", [math.nan, 1], "The Point of the filter is not one"),
        ("Point", [1, math.inf], "The Point of the filter is not one"),
        ("Point", [1, 10**400], "The Point of the filter is not one"),
        ("Point", None, "The Point of the filter is not one"),
        ("Point", [], "The Point of the filter is empty"),
        ("LineString", "0 0, 1 1", "The LineString of the filter is not one"),
        ("LineString", [[0, 0]], "The LineString of the filter is not one"),
        ("LineString", [[1, 1], [1, 1]], "The LineString of the filter is not one"),
        ("Polygon", [], "The Polygon of the filter is empty"),
        ("Polygon", RING, "The Polygon of the filter is not one"),
        ("Polygon", [RING[:-1]], "not closed"),
        ("Polygon", [[]], "not closed"),
        ("MultiPoint", {}, "The MultiPoint of the filter is not one"),
        ("MultiPolygon", [[]], "The Polygon of the filter is empty"),
        ("MultiPolygon", [None], "The Polygon of the filter is not one"),
        ("Circle", [1, 2], "type 'Circle'; the types are Point"),
        (["Point"], [1, 2], "type list; the types are Point"),
    ],
)
def test_wrong_coordinates_are_refused(kind, coordinates, sentence):
    with pytest.raises(ParameterError, match=sentence) as caught:
        geometry(kind, coordinates)
    assert caught.value.vi != str(caught.value)


def test_members_that_would_change_the_meaning_are_refused():
    reader = GeometryReader(LON_LAT, USUAL)
    with pytest.raises(ParameterError, match="has the member 'crs'"):
        reader.geometry({"type": "Point", "coordinates": [1, 2], "crs": {"type": "name"}})


def test_a_polygon_that_crosses_itself_is_refused_with_the_place():
    bow = [[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]
    with pytest.raises(ParameterError, match=r"not valid \(Self-intersection\[2 2\]\)"):
        geometry("Polygon", [bow])


@pytest.mark.parametrize("point", [[90, 180], [181, 0], [-180.1, 0], [0, -91]])
def test_degrees_off_the_globe_are_refused(point):
    with pytest.raises(ParameterError, match="wants longitude, latitude in degrees") as caught:
        geometry("MultiPoint", [[7.02, 49.92], point])
    assert "ghi kinh độ, vĩ độ theo độ" in caught.value.vi


def test_the_order_of_axes_is_that_of_the_system():
    assert geometry("Point", [15, 108], system=LAT_LON) == shapely.Point(108, 15)
    assert geometry("Point", [580_000, 1_690_000], system=STORED) == shapely.Point(
        580_000, 1_690_000
    )
    with pytest.raises(ParameterError, match="wants latitude, longitude in degrees"):
        geometry("Point", [108, 15], system=LAT_LON)


def test_points_are_counted_over_the_whole_filter():
    reader = GeometryReader(LON_LAT, Limits(vertices=5))
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    reader.geometry(line)
    reader.geometry(line)
    with pytest.raises(ParameterError, match="more than 5 points"):
        reader.geometry(line)


# --- boxes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "wkt"),
    [
        ([1, 2, 3, 4], "POLYGON ((1 2, 3 2, 3 4, 1 4, 1 2))"),
        ([1, 2, -9, 3, 4, 9], "POLYGON ((1 2, 3 2, 3 4, 1 4, 1 2))"),
        ([1, 2, 1, 4], "LINESTRING (1 2, 1 4)"),
        ([1, 2, 1, 2], "POINT (1 2)"),
    ],
)
def test_a_box_has_four_numbers_or_six(numbers, wkt):
    assert shapely.equals(bbox(*numbers), shapely.from_wkt(wkt))


def test_a_box_over_the_antimeridian_is_two():
    across = bbox(150, -90, -150, 90)
    assert across.geom_type == "MultiPolygon"
    assert across.area == 60 * 180
    assert across.bounds == (-180, -90, 180, 90)


def test_a_box_of_latitudes_first_is_turned():
    assert bbox(15, 108, 16, 109, system=LAT_LON).bounds == (108, 15, 109, 16)
    assert bbox(15, 108, 0, 16, 109, 9, system=LAT_LON).bounds == (108, 15, 109, 16)


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        [1, 2, 3, math.nan],
        [1, 2, 3, "4"],
        [1, 5, 3, 4],
        [],
        list(range(50)),
    ],
)
def test_what_is_no_box_is_refused(numbers):
    with pytest.raises(ParameterError, match="is no bounding box"):
        bbox(*numbers)


def test_a_box_in_metres_cannot_run_backwards():
    with pytest.raises(ParameterError, match="is no bounding box"):
        bbox(600_000, 0, 500_000, 1, system=STORED)


@pytest.mark.parametrize(
    "numbers", [[1e6, 1e6, 2e6, 2e6], [200, 0, -170, 1], [0, 0, 1, 91], [170, 0, -190, 1]]
)
def test_a_box_off_the_globe_is_refused(numbers):
    with pytest.raises(ParameterError, match="off the globe"):
        bbox(*numbers)
