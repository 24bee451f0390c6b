"""Features as text: winding, precision, missing values, and nothing lost between the blocks."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from api.features import written


def texts(shapes, **columns):
    frame = pd.DataFrame(columns)
    ids = np.arange(1, len(shapes) + 1)
    made = written.features(ids, frame, gpd.GeoSeries(shapes, crs="EPSG:4326"))
    return [json.loads(text) for text in made]


def test_outer_rings_run_counter_clockwise_and_holes_clockwise():
    hole = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
    clockwise = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)], [hole])
    (feature,) = texts([clockwise])
    outer, inner = feature["geometry"]["coordinates"]
    assert shapely.LinearRing(outer).is_ccw
    assert not shapely.LinearRing(inner).is_ccw


def test_missing_values_are_null_and_numbers_stay_numbers():
    first, second = texts(
        [box(0, 0, 1, 1), None],
        name=["Bình Sơn", None],
        area=[1.5, float("nan")],
        year=pd.array([2030, pd.NA], dtype="Int64"),
        big=[2**53 + 1, -1],
        when=pd.Series(["2025-07-01", None], dtype="str"),
        sliver=[True, False],
        parts=[["a", "b"], None],
        registered=pd.array([7.25, pd.NA], dtype="Float64"),
    )
    assert first["properties"] == {
        "name": "Bình Sơn", "area": 1.5, "year": 2030, "big": 2**53 + 1, "when": "2025-07-01",
        "sliver": True, "parts": ["a", "b"], "registered": 7.25,
    }  # fmt: skip
    assert second["properties"] == {
        "name": None, "area": None, "year": None, "big": -1, "when": None, "sliver": False,
        "parts": None, "registered": None,
    }  # fmt: skip
    assert second["geometry"] is None


def test_features_without_columns_have_no_properties():
    assert texts([box(0, 0, 1, 1)])[0]["properties"] == {}


@given(st.text(), st.text())
def test_any_text_comes_back_as_it_was(name, value):
    try:
        name.encode(), value.encode()
    except UnicodeEncodeError:
        return
    (feature,) = texts([box(0, 0, 1, 1)], **{name: [value]})
    assert feature["properties"] == {name: value}


corner = st.tuples(st.floats(-170, 170), st.floats(-80, 80))


@given(corner, st.floats(0.001, 5), st.floats(0.001, 5))
def test_coordinates_are_kept_to_a_millimetre(place, width, height):
    shape = box(*place, place[0] + width, place[1] + height)
    (ring,) = texts([shape])[0]["geometry"]["coordinates"]
    # half of the eighth decimal, and rounding
    assert Polygon(ring).bounds == pytest.approx(shape.bounds, abs=0.51e-8, rel=0)
    assert Polygon(ring).area > 0


@pytest.mark.parametrize("block", [1, 2, 3, 100])
def test_every_feature_is_found_in_the_text_whatever_was_written_at_once(monkeypatch, block):
    monkeypatch.setattr(written, "_BLOCK", block)
    shapes = gpd.GeoSeries([box(x, 0, x + 1, 1) for x in range(7)], crs="EPSG:4326")
    names = ["một", "hai", None, '"bốn"', "{năm}", "\\", ""]
    kept = written.Written(np.arange(7), pd.DataFrame({"name": names}), shapes)
    for at, name in enumerate(names):
        assert json.loads(kept.feature(at))["properties"] == {"name": name}
        assert json.loads(kept.members(at)) == {"name": name}
    chosen = json.loads(b"[" + kept.joined(np.array([0, 3, 6])) + b"]")
    assert [feature["id"] for feature in chosen] == [0, 3, 6]
