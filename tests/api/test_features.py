"""Rows as GeoJSON: order, winding, precision, missing values, and what a box meets."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from api.features import FeatureSet, collection, pieces, with_members
from gis.types import LonLatBox


def degrees(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


@pytest.fixture
def row_of_boxes():
    """Return three unit boxes, from west to east, stored in the order 3, 1, 2."""
    boxes = {number: box(number, 0, number + 1, 1) for number in (3, 1, 2)}
    return FeatureSet.of(
        degrees(list(boxes.values()), source_row=list(boxes), code=["c", "a", "b"])
    )


def test_features_come_in_the_order_of_the_file(row_of_boxes):
    features = [json.loads(text) for text in row_of_boxes.text(row_of_boxes.within(None))]
    assert [feature["id"] for feature in features] == [1, 2, 3]
    assert [feature["properties"]["code"] for feature in features] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("area", "ids"),
    [
        ("1.2,0.2,1.8,0.8", [1]),
        ("1.5,0.5,2.5,0.6", [1, 2]),
        ("0,-1,9,9", [1, 2, 3]),
        ("2,0.2,2.5,0.8", [1, 2]),
        ("7,7,8,8", []),
    ],
)
def test_a_box_finds_what_it_meets_and_a_shared_border_is_met(row_of_boxes, area, ids):
    found = row_of_boxes.within(LonLatBox.parse(area))
    assert row_of_boxes.ids[found].tolist() == ids


def test_a_box_meets_the_shape_and_not_only_its_surroundings():
    triangle = FeatureSet.of(degrees([Polygon([(0, 0), (1, 0), (0, 1)])], source_row=[1]))
    assert len(triangle.within(LonLatBox.parse("0.8,0.8,0.9,0.9"))) == 0


@pytest.mark.parametrize(
    ("feature_id", "position"),
    [("1", 0), ("3", 2), ("01", 0), ("0", None), ("4", None), ("-1", None), ("1.0", None),
     ("", None), ("²", None), ("9" * 400, None)],
)  # fmt: skip
def test_a_feature_is_found_by_its_row_in_the_file(row_of_boxes, feature_id, position):
    assert row_of_boxes.position(feature_id) == position


def test_what_was_written_is_served_as_it_is(row_of_boxes):
    every = row_of_boxes.within(None)
    (first,) = row_of_boxes.text(every[:1])
    assert row_of_boxes.text(every)[0] is first
    assert row_of_boxes.text(every)[2] is row_of_boxes.written[2]


def test_outer_rings_run_counter_clockwise_and_holes_clockwise():
    hole = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
    clockwise = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)], [hole])
    (text,) = pieces(degrees([clockwise], piece_id=["a"]), id_column="piece_id")
    outer, inner = json.loads(text)["geometry"]["coordinates"]
    assert shapely.LinearRing(outer).is_ccw
    assert not shapely.LinearRing(inner).is_ccw


def test_missing_values_are_null_and_numbers_stay_numbers():
    frame = degrees(
        [box(0, 0, 1, 1)] * 2,
        piece_id=["a", "b"],
        name=["Bình Sơn", None],
        area=[1.5, float("nan")],
        year=pd.array([2030, pd.NA], dtype="Int64"),
        when=pd.Series(["2025-07-01", None], dtype="str"),
        sliver=[True, False],
    )
    first, second = (json.loads(text)["properties"] for text in pieces(frame, id_column="piece_id"))
    assert first == {
        "piece_id": "a", "name": "Bình Sơn", "area": 1.5, "year": 2030, "when": "2025-07-01",
        "sliver": True,
    }  # fmt: skip
    assert second == {
        "piece_id": "b", "name": None, "area": None, "year": None, "when": None, "sliver": False,
    }  # fmt: skip


def test_members_are_added_without_reading_what_is_written():
    written = '{"type":"Feature","id":1}'
    assert with_members(written, {}) == written
    assert json.loads(with_members(written, {"links": [], "schematic": True})) == {
        "type": "Feature", "id": 1, "links": [], "schematic": True,
    }  # fmt: skip
    assert json.loads(collection([written], numberMatched=1)) == {
        "type": "FeatureCollection", "numberMatched": 1, "features": [{"type": "Feature", "id": 1}],
    }  # fmt: skip


corner = st.tuples(st.floats(-170, 170), st.floats(-80, 80))


@given(corner, st.floats(0.001, 5), st.floats(0.001, 5))
def test_coordinates_are_kept_to_a_millimetre(place, width, height):
    shape = box(*place, place[0] + width, place[1] + height)
    (text,) = pieces(degrees([shape], piece_id=["a"]), id_column="piece_id")
    (ring,) = json.loads(text)["geometry"]["coordinates"]
    # half of the eighth decimal, and rounding
    assert Polygon(ring).bounds == pytest.approx(shape.bounds, abs=0.51e-8, rel=0)
    assert Polygon(ring).area > 0


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=1, max_size=20), corner)
def test_the_index_finds_what_looking_at_every_feature_finds(places, west_south):
    shapes = [box(x, y, x + 0.5, y + 0.5) for x, y in places]
    features = FeatureSet.of(degrees(shapes, source_row=range(1, len(shapes) + 1)))
    area = LonLatBox(west_south[0] / 20, west_south[1] / 10, 9.5, 9.5)
    one_by_one = [at for at, shape in enumerate(shapes) if shape.intersects(box(*area))]
    assert features.within(area).tolist() == one_by_one
