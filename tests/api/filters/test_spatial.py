from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiPoint, Point, box

from api.filters import language
from api.filters.tables import Table
from api.systems import System

X, Y = 580_000, 1_690_000
STORED = System.of("EPSG:5898")

# from west to east: parcels 0 to 4 of a hundred metres, side by side
RELATIONS = [
    ("S_INTERSECTS(geometry, {0})", box(50, 20, 150, 80), [0, 1]),
    ("S_INTERSECTS(geometry, {0})", box(100, 20, 150, 80), [0, 1]),
    ("S_INTERSECTS(geometry, {0})", Point(250, 50), [2]),
    ("S_INTERSECTS(geometry, {0})", LineString([(50, 50), (250, 50)]), [0, 1, 2]),
    ("S_INTERSECTS(geometry, {0})", MultiPoint([(50, 50), (450, 50)]), [0, 4]),
    ("S_DISJOINT(geometry, {0})", box(50, 20, 150, 80), [2, 3, 4]),
    ("S_TOUCHES(geometry, {0})", box(100, 0, 200, 100), [0, 2]),
    ("S_TOUCHES(geometry, {0})", Point(300, 50), [2, 3]),
    ("S_TOUCHES(geometry, {0})", LineString([(0, 100), (150, 100)]), [0, 1]),
    ("S_EQUALS(geometry, {0})", box(300, 0, 400, 100), [3]),
    ("S_EQUALS(geometry, {0})", box(300, 0, 400, 99), []),
    ("S_WITHIN(geometry, {0})", box(100, 0, 300, 100), [1, 2]),
    ("S_WITHIN(geometry, {0})", box(110, 0, 300, 100), [2]),
    ("S_CONTAINS(geometry, {0})", box(110, 10, 190, 90), [1]),
    ("S_CONTAINS(geometry, {0})", Point(100, 50), []),
    ("S_OVERLAPS(geometry, {0})", box(150, -50, 350, 150), [1, 3]),
    ("S_CROSSES(geometry, {0})", LineString([(50, 50), (150, 50)]), [0, 1]),
    ("S_CROSSES(geometry, {0})", LineString([(110, 50), (150, 50)]), []),
    ("S_WITHIN({0}, geometry)", box(110, 10, 190, 90), [1]),
    ("S_CONTAINS({0}, geometry)", box(100, 0, 300, 100), [1, 2]),
    ("S_TOUCHES({0}, geometry)", Point(300, 50), [2, 3]),
    ("S_CROSSES({0}, geometry)", LineString([(50, 50), (150, 50)]), [0, 1]),
    ("S_DISJOINT({0}, geometry)", box(50, 20, 150, 80), [2, 3, 4]),
]


def moved(shape):
    return shapely.transform(shape, lambda points: points + np.array([X, Y]))


def wkt(shape):
    return shapely.to_wkt(shape, rounding_precision=-1)


@pytest.mark.parametrize(("text", "shape", "rows"), RELATIONS)
def test_every_relation_in_the_system_of_the_rows(ask, text, shape, rows):
    assert ask(text.format(wkt(moved(shape)))) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("S_INTERSECTS(geometry, geometry)", [0, 1, 2, 3, 4]),
        ("S_EQUALS(geometry, geometry)", [0, 1, 2, 3, 4]),
        ("S_WITHIN(geometry, geometry)", [0, 1, 2, 3, 4]),
        ("S_CONTAINS(geometry, geometry)", [0, 1, 2, 3, 4]),
        ("S_DISJOINT(geometry, geometry)", []),
        ("S_TOUCHES(geometry, geometry)", []),
        ("S_OVERLAPS(geometry, geometry)", []),
        ("S_CROSSES(geometry, geometry)", []),
        ("S_WITHIN(POINT(1 1), BBOX(0, 0, 2, 2))", [0, 1, 2, 3, 4]),
        ("S_DISJOINT(POINT(1 1), BBOX(0, 0, 2, 2))", []),
        ("S_CROSSES(LINESTRING(0 0, 2 2), LINESTRING(0 2, 2 0))", [0, 1, 2, 3, 4]),
    ],
)
def test_a_column_beside_itself_and_a_literal_beside_a_literal(ask, text, rows):
    assert ask(text) == rows


@pytest.fixture
def gaps():
    """Return two parcels, a row without a shape and one with an empty one."""
    shapes = [moved(box(0, 0, 100, 100)), None, shapely.Polygon(), moved(box(200, 0, 300, 100))]
    return Table.of(gpd.GeoDataFrame({"n": range(4)}, geometry=shapes, crs="EPSG:5898"))


@pytest.mark.parametrize("literal", [box(0, 0, 50, 50), box(-900, -900, 900, 900)])
def test_of_a_row_without_a_shape_nothing_is_known(ask, gaps, literal):
    met = f"S_INTERSECTS(geometry, {wkt(moved(literal))})"
    inside = ask(met, of=gaps)
    assert ask(f"not {met}", of=gaps) == [row for row in (0, 2, 3) if row not in inside]
    assert ask(met.replace("INTERSECTS", "DISJOINT"), of=gaps) == ask(f"not {met}", of=gaps)
    assert ask(f"({met}) is null", of=gaps) == [1]
    assert ask("geometry is null", of=gaps) == [1]
    assert ask("S_EQUALS(geometry, geometry)", of=gaps) == [0, 2, 3]
    assert ask("S_INTERSECTS(geometry, geometry)", of=gaps) == [0, 3]


@pytest.mark.parametrize("shapes", [[None, None], [shapely.Polygon(), None], []])
def test_a_layer_without_any_shape_has_no_place(ask, shapes):
    rows = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs="EPSG:5898")
    table = Table.of(rows)
    for text in (
        "S_INTERSECTS(geometry, POINT(1 2))",
        "n = 0 and S_WITHIN(geometry, BBOX(0,0,1,1))",
    ):
        assert ask(text, of=table) == []


def grid(count):
    west, south = np.divmod(np.arange(count * count), count)
    shapes = shapely.box(X + 10 * west, Y + 10 * south, X + 10 * west + 9, Y + 10 * south + 9)
    frame = gpd.GeoDataFrame({"n": np.arange(len(shapes))}, geometry=shapes, crs="EPSG:5898")
    return Table.of(frame), shapes


def test_the_index_chooses_what_looking_at_every_row_chooses():
    table, shapes = grid(60)
    star = moved(Point(300, 300).buffer(250, quad_segs=3).difference(Point(310, 290).buffer(120)))
    for name in ("intersects", "within", "contains", "touches", "overlaps", "crosses", "disjoint"):
        read = language.parse(
            f"S_{name}(geometry, {wkt(star)})", language="cql2-text", system=STORED
        )
        expected = np.flatnonzero(getattr(shapely, name)(shapes, star))
        assert read.select(table).tolist() == expected.tolist(), name
        few = np.arange(0, len(shapes), 17)
        assert read.select(table, few).tolist() == np.intersect1d(expected, few).tolist(), name


def test_threads_may_share_a_table_and_a_filter():
    table, shapes = grid(60)
    round_one = moved(Point(300, 300).buffer(200))
    read = language.parse(
        f"S_INTERSECTS(geometry, {wkt(round_one)}) and n > 5", language="cql2-text", system=STORED
    )
    expected = [at for at in np.flatnonzero(shapely.intersects(shapes, round_one)) if at > 5]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: read.select(table).tolist(), range(64))
    assert all(answer == expected for answer in answers)
