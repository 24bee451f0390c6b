"""Rows as features: their order, and how they are found by id and by place."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from api.features.rows import FeatureSet


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
    features = [json.loads(row_of_boxes.written.feature(at)) for at in range(3)]
    assert [feature["id"] for feature in features] == [1, 2, 3]
    assert [feature["properties"]["code"] for feature in features] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("place", "ids"),
    [
        ((1.2, 0.2, 1.8, 0.8), [1]),
        ((1.5, 0.5, 2.5, 0.6), [1, 2]),
        ((0, -1, 9, 9), [1, 2, 3]),
        ((2, 0.2, 2.5, 0.8), [1, 2]),
        ((7, 7, 8, 8), []),
    ],
)
def test_a_place_finds_what_it_meets_and_a_shared_border_is_met(row_of_boxes, place, ids):
    found = row_of_boxes.meeting([box(*place)])
    assert row_of_boxes.ids[found].tolist() == ids


def test_several_places_find_each_feature_once_and_in_order(row_of_boxes):
    east, west = box(2.5, 0, 3.5, 1), box(1.5, 0, 2.5, 1)
    assert row_of_boxes.meeting([east, west]).tolist() == [0, 1, 2]
    assert row_of_boxes.meeting([]).tolist() == []


def test_a_place_meets_the_shape_and_not_only_its_surroundings():
    triangle = FeatureSet.of(degrees([Polygon([(0, 0), (1, 0), (0, 1)])], source_row=[1]))
    assert len(triangle.meeting([box(0.8, 0.8, 0.9, 0.9)])) == 0


@pytest.mark.parametrize(
    ("feature_id", "position"),
    [("1", 0), ("3", 2), ("01", 0), ("0", None), ("4", None), ("-1", None), ("1.0", None),
     ("", None), ("²", None), ("9" * 400, None)],
)  # fmt: skip
def test_a_feature_is_found_by_its_row_in_the_file(row_of_boxes, feature_id, position):
    assert row_of_boxes.position(feature_id) == position


def test_features_may_be_called_by_texts():
    named = FeatureSet.of(degrees([box(0, 0, 1, 1)] * 2, name=["b", "a"]), id_column="name")
    assert [named.position(name) for name in ("a", "b", "c", "")] == [0, 1, None, None]
    assert json.loads(named.written.feature(0))["id"] == "a"


def test_a_layer_without_rows_is_a_set_without_features():
    none = degrees([], source_row=pd.array([], dtype="int64"))
    empty = FeatureSet.of(none)
    assert len(empty) == 0
    assert empty.position("1") is None
    assert empty.meeting([box(-180, -90, 180, 90)]).tolist() == []
    assert empty.written.joined(empty.meeting([])) == b""


@given(
    st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=1, max_size=20),
    st.tuples(st.floats(-9, 9), st.floats(-9, 9)),
)
def test_the_index_finds_what_looking_at_every_feature_finds(places, west_south):
    shapes = [box(x, y, x + 0.5, y + 0.5) for x, y in places]
    features = FeatureSet.of(degrees(shapes, source_row=range(1, len(shapes) + 1)))
    area = box(*west_south, 9.5, 9.5)
    one_by_one = [at for at, shape in enumerate(shapes) if shape.intersects(area)]
    assert features.meeting([area]).tolist() == one_by_one
