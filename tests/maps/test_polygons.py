import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Polygon, box

from gis.errors import CrsError, InputError
from maps import polygons
from maps.palette import Style
from maps.polygons import Category, Column, Drawing, PolygonLayer


def array(*shapes):
    return np.array(shapes, dtype=object)


def decoded(ring):
    return np.cumsum(np.array(ring).reshape(-1, 2), axis=0)


def drawing(count, **changes):
    plain = {
        "key": "test",
        "title": "Test",
        "tab": "Test",
        "categories": [
            Category(key="a", title="A", style=Style(fill="#000000")),
            Category(key="b", title="B", style=Style(fill="#ffffff")),
        ],
        "category_of": [0] * count,
    }
    return Drawing(**(plain | changes))


def test_a_ring_is_written_as_whole_differences_and_not_closed_again():
    square = Polygon([(0, 0), (2e-6, 0), (2e-6, 1e-6), (0, 1e-6)])
    assert polygons.rings(array(square)) == [[[0, 0, 2, 0, 0, 1, -2, 0]]]


def test_coordinates_are_rounded_to_millionths_of_a_degree():
    triangle = Polygon([(108.76543215, 15), (108.8, 15), (108.8, 15.1)])
    ((ring,),) = polygons.rings(array(triangle))
    assert ring[:4] == [108_765_432, 15_000_000, 34_568, 0]


def test_holes_and_parts_are_rings_of_their_polygon():
    holed = box(0, 0, 9, 9).difference(box(1, 1, 2, 2))
    parts = MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])
    assert [len(rings) for rings in polygons.rings(array(holed, box(0, 0, 1, 1), parts))] == [
        2,
        1,
        2,
    ]


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(Polygon(), id="empty"),
        pytest.param(box(0, 0, 1e-8, 1e-8), id="far below a centimetre"),
        pytest.param(GeometryCollection([LineString([(0, 0), (1, 1)])]), id="a line"),
        pytest.param(None, id="none"),
    ],
)
def test_what_has_no_area_has_no_ring(shape):
    assert polygons.rings(array(shape, box(0, 0, 1, 1)))[0] == []


@given(st.lists(st.integers(-50, 50), min_size=3, max_size=12, unique=True), st.integers(0, 10**6))
def test_rings_lose_at_most_half_a_millionth(columns, shift):
    columns = sorted(columns)
    above = [(column / 1000 + shift / 7e7, 1 + column**2 / 1e4) for column in columns]
    shape = Polygon([*above, (above[-1][0], 0), (above[0][0], 0)])
    ((ring,),) = polygons.rings(array(shape))
    points = decoded(ring) / polygons.DEGREE_PARTS
    exact = shapely.get_coordinates(shape)[:-1]
    assert np.abs(points - exact).max() <= 0.5000001 / polygons.DEGREE_PARTS


@given(st.floats(108.5, 109), st.floats(15, 15.5), st.floats(0.001, 0.1))
def test_neighbours_still_share_their_border(lon, lat, size):
    left = box(lon, lat, lon + size, lat + size)
    right = box(lon + size, lat, lon + 2 * size, lat + size)
    (one,), (other,) = polygons.rings(array(left, right))
    shared = {*map(tuple, decoded(one))} & {*map(tuple, decoded(other))}
    assert len(shared) == 2


def test_a_layer_holds_every_polygon_and_is_on_no_map(made):
    frame = made.frame([made.square(0), made.square(1), made.square(5)])
    layer = PolygonLayer(frame, drawing(3, category_of=[0, 1, 0]))
    assert layer._parent is None
    assert len(layer.data["rings"]) == 3
    assert layer.data["of"] == [0, 1, 0]


def test_a_layer_sums_hectares_by_category(made):
    frame = made.frame([made.square(0), made.square(1), made.square(5, size=50)])
    layer = PolygonLayer(frame, drawing(3, category_of=[0, 1, 0]))
    assert layer.category_ha.tolist() == pytest.approx([1.25, 1.0])


def test_a_layer_knows_its_bounds(made):
    frame = made.frame([made.square(0), made.square(9)])
    (south, west), (north, east) = PolygonLayer(frame, drawing(2)).get_bounds()
    west_, south_, east_, north_ = frame.to_crs(4326).total_bounds
    assert (south, west, north, east) == pytest.approx((south_, west_, north_, east_))


def test_an_empty_layer_has_no_bounds(made):
    layer = PolygonLayer(made.frame([]), drawing(0))
    assert layer.get_bounds() == [[None, None], [None, None]]
    assert layer.data["rings"] == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"category_of": [0]}, "category_of"),
        ({"columns": [Column("Tên", ["x"])]}, "Tên"),
        ({"labels": ["x"]}, "labels"),
    ],
)
def test_a_value_too_few_is_refused(made, changes, named):
    with pytest.raises(InputError, match=f"2 polygons but 1 values of '{named}'"):
        PolygonLayer(made.frame([made.square(0), made.square(1)]), drawing(2, **changes))


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_a_frame_without_metres_is_refused(crs):
    frame = gpd.GeoDataFrame(geometry=[box(108, 15, 109, 16)], crs=crs)
    with pytest.raises(CrsError, match="test"):
        PolygonLayer(frame, drawing(1))


VALUES = st.none() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)


@given(st.lists(VALUES, max_size=40))
def test_columns_say_the_same_whichever_way_they_are_written(values):
    column = polygons._column(Column("x", values))
    if "at" in column:
        assert [column["values"][at] for at in column["at"]] == values
        assert len({json.dumps(value) for value in column["values"]}) == len(column["values"])
    else:
        assert column["values"] == values


def test_repeated_values_are_written_once():
    column = polygons._column(Column("x", ["a", "b", "a", "a", "a"]))
    assert (column["values"], column["at"]) == (["a", "b"], [0, 1, 0, 0, 0])


def test_a_label_stands_inside_its_polygon():
    horseshoe = box(0, 0, 9, 9).difference(box(2, 2, 7, 9))
    (spot,) = polygons.label_points(array(horseshoe))
    assert horseshoe.covers(shapely.Point(spot))
    assert polygons.label_points(array(box(0, 0, 2, 4))) == [[1.0, 2.0]]


def test_no_label_points_are_sent_for_a_layer_without_labels(made):
    layer = PolygonLayer(made.frame([made.square(0)]), drawing(1))
    assert layer.data["spots"] == []
    labelled = PolygonLayer(made.frame([made.square(0)]), drawing(1, labels=["x"]))
    assert len(labelled.data["spots"]) == 1
