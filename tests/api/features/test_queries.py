"""What a request asks for: boxes in every system, days, and values of columns."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from api import systems
from api.errors import ParameterError
from api.features import queries
from api.features.queries import Query, parse_box, parse_period, select
from api.features.rows import FeatureSet
from api.systems import LON_LAT, System
from gis import crs

METRES = System.of("EPSG:5898")
LAT_LON = System.of("EPSG:4326")
X, Y = 580_000.0, 1_690_000.0


@pytest.fixture(scope="module")
def squares():
    """Return a grid of 20 by 20 squares of 100 m in the study area."""
    at = [(i, j) for i in range(20) for j in range(20)]
    shapes = [box(X + 100 * i, Y + 100 * j, X + 100 * i + 100, Y + 100 * j + 100) for i, j in at]
    columns = {
        "source_row": range(1, 401),
        "code": ["LUC", "HNK"] * 200,
        "year": pd.array([2020, None] * 200, dtype="Int64"),
        "valid_from": ["2021-01-01", None, "2025-07-01", "2025-07-01"] * 100,
        "valid_to": ["2025-06-30", "2025-06-30", None, "2030-12-31"] * 100,
    }
    return FeatureSet.of(gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898"))


def found(features, **asked):
    return features.ids[select(features, Query(**asked))].tolist()


def in_degrees(features):
    return crs.transform(features.frame, "EPSG:4326")[0].geometry


@given(st.tuples(st.floats(-0.02, 0.03), st.floats(-0.02, 0.03), st.floats(0, 0.03)))
def test_a_box_in_degrees_finds_what_is_in_it_in_degrees(squares, place):
    shift_x, shift_y, size = place
    shapes = in_degrees(squares)
    west, south = shapes.total_bounds[0] + shift_x, shapes.total_bounds[1] + shift_y
    asked = (west, south, west + size, south + size / 2)
    here = set(found(squares, boxes=(asked,), system=LON_LAT))
    # a millimetre of doubt at the edge
    touch = shapely.box(*asked) if size else shapely.Point(west, south)
    surely = shapely.intersects(shapely.buffer(shapes.to_numpy(), -1e-8), touch)
    perhaps = shapely.dwithin(shapes.to_numpy(), touch, 1e-8)
    assert {*squares.ids[surely]} <= here <= {*squares.ids[perhaps]}


def test_a_box_is_read_in_the_order_of_its_system(squares):
    west, south, east, north = in_degrees(squares).iloc[45].buffer(-1e-5).bounds
    assert found(squares, boxes=parse_box(f"{west},{south},{east},{north}", LON_LAT),
                 system=LON_LAT) == [46]  # fmt: skip
    assert found(squares, boxes=parse_box(f"{south},{west},{north},{east}", LAT_LON),
                 system=LAT_LON) == [46]  # fmt: skip
    inside = parse_box(f"{X + 201},{Y + 501},{X + 299},{Y + 599}", METRES)
    assert found(squares, boxes=inside, system=METRES) == [46]
    web = System.of("EPSG:3857")
    carried = crs.transform(squares.frame.iloc[[45]], web.code)[0].geometry.buffer(-1).iloc[0]
    numbers = ",".join(map(str, carried.bounds))
    assert found(squares, boxes=parse_box(numbers, web), system=web) == [46]


def test_boxes_may_be_points_lines_the_whole_globe_or_far_away(squares):
    point = f"{X + 50},{Y + 50},{X + 50},{Y + 50}"
    assert found(squares, boxes=parse_box(point, METRES), system=METRES) == [1]
    line = f"{X + 50},{Y + 50},{X + 150},{Y + 50}"
    assert found(squares, boxes=parse_box(line, METRES), system=METRES) == [1, 21]
    globe = parse_box("-180,-90,180,90", LON_LAT)
    assert len(found(squares, boxes=globe, system=LON_LAT)) == 400
    away = parse_box("10,50,11,51", LON_LAT)
    assert found(squares, boxes=away, system=LON_LAT) == []


def test_a_box_across_the_antimeridian_is_two(squares):
    two = parse_box("170,-20,-170,-15", LON_LAT)
    assert two == ((170, -20, 180, -15), (-180, -20, -170, -15))
    around = parse_box("100,-80,90,80", LON_LAT)
    assert len(found(squares, boxes=around, system=LON_LAT)) == 400


@pytest.mark.parametrize(
    ("text", "box"),
    [("1,2,3,4", (1, 2, 3, 4)), ("1,2,-9,3,4,9", (1, 2, 3, 4)), (" 1 ,2e0,3,4.0", (1, 2, 3, 4))],
)
def test_heights_of_a_box_do_not_count(text, box):
    assert parse_box(text, LON_LAT) == (box,)


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "1e999,0,1,1", "0,1,1,0",
     "0,0,181,1", "0,-91,1,1", "1,,2,3", "1;2;3;4", "0x1,0,1,1"],
)  # fmt: skip
def test_what_is_no_box_is_refused(text):
    with pytest.raises(ParameterError, match="bbox"):
        parse_box(text, LON_LAT)


def test_in_metres_west_must_be_west():
    with pytest.raises(ParameterError, match="bbox"):
        parse_box("2,0,1,1", METRES)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("2025-06-30", {1, 2}),
        ("2025-07-01", {3, 4}),
        ("2025-06-30/2025-07-01", {1, 2, 3, 4}),
        ("../2020-12-31", {2}),
        ("2031-01-01/..", {3}),
        ("/2021-01-01", {1, 2}),
        ("2031-01-01/", {3}),
        # midnight in Greenwich is seven in the morning in Việt Nam
        ("2025-06-30T17:00:00Z", {3, 4}),
        ("2025-06-30T16:59:59Z", {1, 2}),
        ("2025-07-01T00:00:00+07:00", {3, 4}),
        ("0001-01-01/9999-12-31", {1, 2, 3, 4}),
    ],
)
def test_a_period_finds_what_is_valid_on_a_day_of_it(squares, text, rows):
    here = found(squares, period=parse_period(text))
    assert {(number - 1) % 4 + 1 for number in here} == rows


@pytest.mark.parametrize(
    "text",
    ["", "/", "..", "../..x", "soon", "2025", "2025-13-01", "2025-07-01/2025-06-30", "a/b/c",
     "2025-07-01T25:00:00Z", "2025-07-01T00:00:00", "9999-12-31T23:59:59-12:00", "²025-01-01"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ParameterError, match="datetime"):
        parse_period(text)


def test_values_of_columns_are_compared_as_what_they_are(squares):
    assert len(found(squares, equal={"code": "LUC"})) == 200
    assert len(found(squares, equal={"year": "2020.0"})) == 200
    assert found(squares, equal={"year": "soon"}) == []
    assert found(squares, equal={"code": "luc"}) == []
    assert found(squares, equal={"source_row": "7", "code": "LUC"}) == [7]


def test_everything_together_leaves_what_fits_all(squares):
    inside = parse_box(f"{X + 1},{Y + 1},{X + 99},{Y + 399}", METRES)
    asked = {"boxes": inside, "system": METRES, "equal": {"code": "LUC"}}
    assert found(squares, **asked) == [1, 3]
    assert found(squares, **asked, period=parse_period("2025-07-01")) == [3]
    assert not Query(boxes=()).is_everything
    assert Query().is_everything


def test_an_empty_layer_is_asked_in_vain():
    none = gpd.GeoDataFrame({"source_row": np.array([], dtype=int)}, geometry=[], crs="EPSG:5898")
    empty = FeatureSet.of(none)
    assert found(empty, boxes=parse_box("108,15,109,16", LON_LAT), system=LON_LAT) == []


def test_systems_are_known_by_their_addresses_and_their_order():
    offered = systems.served("EPSG:5898")
    assert [system.uri.rpartition("/")[2] for system in offered] == [
        "CRS84",
        "4326",
        "3857",
        "5898",
    ]
    assert [system.flipped for system in offered] == [False, True, False, False]
    for text in ("http://www.opengis.net/def/crs/EPSG/0/4326", "urn:ogc:def:crs:EPSG::4326"):
        assert systems.find(text, offered, parameter="crs") == LAT_LON
    for text in ("", "4326", "EPSG:32648", "http://www.opengis.net/def/crs/EPSG/0/32648", "WGS84"):
        with pytest.raises(ParameterError, match="crs"):
            systems.find(text, offered, parameter="crs")
    assert systems.find(systems.CRS84, offered, parameter="crs") is LON_LAT
    assert queries._cut((0, 0, 1, 1), (2, 2, 3, 3)) is None
