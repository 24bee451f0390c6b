import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from api.filters import language, placing
from api.filters.placing import placed
from api.filters.tables import Table
from api.systems import LON_LAT, System
from gis import crs

X, Y = 580_000.0, 1_690_000.0
SHAPES = [box(X + 100 * at, Y, X + 100 * at + 100, Y + 100) for at in range(5)]
TABLE = Table.of(gpd.GeoDataFrame({"n": range(5)}, geometry=SHAPES, crs="EPSG:5898"))
# each parcel in degrees, its edges so densely carried that they are as good as exact
DEGREES = crs.carried(
    gpd.GeoSeries(shapely.segmentize(np.array(SHAPES), 5.0), crs="EPSG:5898"), "EPSG:4326"
).to_numpy()
WEST, SOUTH, EAST, NORTH = shapely.total_bounds(DEGREES).tolist()
SYSTEMS = [LON_LAT, *map(System.of, ("EPSG:4326", "EPSG:3857", "EPSG:5898", "EPSG:5897"))]


def chosen(text, system=LON_LAT):
    return language.parse(text, language="cql2-text", system=system).select(TABLE).tolist()


def written(shape, system, decimals):
    """Write a shape of the rows as the service writes it in a system."""
    (there,) = crs.carried(gpd.GeoSeries([shape], crs="EPSG:5898"), system.code)
    (turned,) = system.written(np.array([there]))
    return shapely.to_wkt(turned, rounding_precision=decimals)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.uri.rsplit("/", 1)[1])
def test_a_shape_as_it_is_served_equals_itself_and_touches_its_neighbours(system):
    text = written(SHAPES[2], system, 8 if system.in_degrees else 4)
    assert chosen(f"S_EQUALS(geometry, {text})", system) == [2]
    assert chosen(f"S_TOUCHES(geometry, {text})", system) == [1, 3]
    assert chosen(f"S_INTERSECTS({text}, geometry)", system) == [1, 2, 3]
    assert chosen(f"S_CONTAINS(geometry, {text})", system) == [2]
    assert chosen(f"S_OVERLAPS(geometry, {text})", system) == []


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.uri.rsplit("/", 1)[1])
def test_a_point_is_where_its_system_says(system):
    middle = written(shapely.centroid(SHAPES[3]), system, 9)
    assert chosen(f"S_INTERSECTS(geometry, {middle})", system) == [3]


def test_a_shape_that_is_near_to_a_stored_one_is_not_taken_for_it():
    text = written(shapely.buffer(SHAPES[2], 0.05, join_style="mitre"), LON_LAT, 12)
    assert chosen(f"S_EQUALS(geometry, {text})") == []
    assert chosen(f"S_WITHIN(geometry, {text})") == [2]
    assert chosen(f"S_OVERLAPS(geometry, {text})") == [1, 3]


@pytest.mark.parametrize("limit", ["_MOST_POINTS", "_MOST_STORED"])
def test_shapes_of_very_many_points_are_taken_as_they_are_written(monkeypatch, limit):
    text = written(SHAPES[2], LON_LAT, 8)
    monkeypatch.setattr(placing, limit, 4)
    assert chosen(f"S_EQUALS(geometry, {text})") == []


# --- what reaches further than the rows' grid -------------------------------------------------

WORLD = "BBOX(-180,-90,180,90)"
WHOLE = "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))"


@pytest.mark.parametrize("literal", [WORLD, WHOLE])
def test_the_whole_globe_holds_everything(literal):
    everything = [0, 1, 2, 3, 4]
    assert chosen(f"S_INTERSECTS(geometry, {literal})") == everything
    assert chosen(f"S_WITHIN(geometry, {literal})") == everything
    assert chosen(f"S_CONTAINS({literal}, geometry)") == everything
    for relation in ("DISJOINT", "CONTAINS", "EQUALS", "TOUCHES", "OVERLAPS", "CROSSES"):
        assert chosen(f"S_{relation}(geometry, {literal})") == []


@pytest.mark.parametrize(
    "literal",
    [
        "LINESTRING(7 50, 10 51)",
        "LINESTRING(-180 -45, 0 -45)",
        "MULTILINESTRING((-180 -45, 0 -45), (0 45, 180 45))",
        "POINT(7.02 49.92)",
        "MULTIPOINT(7 50, 10 51)",
        "BBOX(150, -90, -150, 90)",
        "POLYGON((-180 -90, -90 -90, -90 90, -180 90, -180 -90))",
        "GEOMETRYCOLLECTION(POINT(7.02 49.92), POLYGON((0 0, 10 0, 10 10, 0 10, 0 0)))",
    ],
)
def test_what_lies_elsewhere_meets_nothing(literal):
    assert chosen(f"S_DISJOINT(geometry, {literal})") == [0, 1, 2, 3, 4]
    for relation in ("INTERSECTS", "WITHIN", "CONTAINS", "EQUALS", "TOUCHES", "CROSSES"):
        assert chosen(f"S_{relation}(geometry, {literal})") == []


def test_a_box_over_the_antimeridian_may_hold_the_rows():
    assert chosen("S_INTERSECTS(geometry, BBOX(100,-90,-150,90))") == [0, 1, 2, 3, 4]


def test_parts_that_lie_elsewhere_are_not_forgotten():
    inside = shapely.centroid(DEGREES[1])
    here = f"{inside.x!r} {inside.y!r}"
    ring = shapely.to_wkt(shapely.buffer(inside, 1e-5), rounding_precision=-1)
    area = ring.removeprefix("POLYGON ")
    far = "((0 0, 1 0, 1 1, 0 0))"
    assert chosen(f"S_CONTAINS(geometry, POINT({here}))") == [1]
    assert chosen(f"S_CONTAINS(geometry, MULTIPOINT({here}, 7 50))") == []
    assert chosen(f"S_CROSSES(geometry, MULTIPOINT({here}, 7 50))") == [1]
    assert chosen(f"S_CONTAINS(geometry, MULTIPOLYGON({area}))") == [1]
    assert chosen(f"S_CONTAINS(geometry, MULTIPOLYGON({area}, {far}))") == []
    assert chosen(f"S_OVERLAPS(geometry, MULTIPOLYGON({area}))") == []
    assert chosen(f"S_OVERLAPS(geometry, MULTIPOLYGON({area}, {far}))") == [1]
    mixed = f"GEOMETRYCOLLECTION(POINT({here}), LINESTRING(7 50, 10 51), POLYGON {far})"
    assert chosen(f"S_INTERSECTS(geometry, {mixed})") == [1]
    assert chosen(f"S_CONTAINS(geometry, {mixed})") == []


def test_edges_of_a_large_box_follow_the_parallels():
    # the parallel through the middle of the parcels bends by tens of metres over a degree
    middle = (SOUTH + NORTH) / 2
    assert chosen(f"S_WITHIN(geometry, BBOX(100, 10, 118, {NORTH + 1e-7}))") == [0, 1, 2, 3, 4]
    assert chosen(f"S_WITHIN(geometry, BBOX(107, 10, 109.5, {NORTH + 1e-7}))") == [0, 1, 2, 3, 4]
    assert chosen(f"S_OVERLAPS(geometry, BBOX(100, 10, 118, {middle}))") == [0, 1, 2, 3, 4]
    assert chosen(f"S_DISJOINT(geometry, BBOX(100, 10, 118, {SOUTH - 1e-7}))") == [0, 1, 2, 3, 4]


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(0.0001, 90), st.integers(3, 12))
@settings(max_examples=60, deadline=None)
def test_a_polygon_of_any_size_anywhere_relates_as_it_does_in_degrees(lon, lat, size, corners):
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    points = np.column_stack([lon + size * np.cos(turns), lat + size * np.sin(turns)])
    shape = shapely.Polygon(np.clip(points, [-180, -90], [180, 90]))
    edge = shapely.distance(shapely.boundary(shape), DEGREES)
    if not shape.is_valid or shape.area < 1e-9 or ((edge > 0) & (edge < 1e-7)).any():
        return
    text = shapely.to_wkt(shape, rounding_precision=-1)
    for name in ("intersects", "within", "contains", "disjoint", "overlaps"):
        expected = np.flatnonzero(getattr(shapely, name)(DEGREES, shape)).tolist()
        assert chosen(f"S_{name}(geometry, {text})") == expected, name


def test_what_is_placed_has_a_bounded_number_of_points():
    shape = shapely.box(-180, -90, 180, 90).boundary
    wide = Table.of(
        gpd.GeoDataFrame(
            geometry=shapely.points([[300_000, 900_000], [900_000, 2_500_000]]), crs="EPSG:3405"
        )
    )
    count = shapely.get_num_coordinates(placed(shapely.box(90, 0, 125, 30), LON_LAT, wide))
    assert 1_000 < count < 10_000
    assert shapely.get_num_coordinates(placed(shape, LON_LAT, wide)) < 10_000
