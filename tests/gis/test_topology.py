"""The engine: squares done by hand, cells counted on paper, and three other roads to the answer."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from gis import topology
from gis.coverage_edges import open_edges
from gis.settings import CheckSettings

# areas and lengths below this are rounding of rotated coordinates
SLACK = 1e-6


def array(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def faults(*geometries, sheets=None, **said):
    labels = None if sheets is None else np.array(sheets, dtype=object)
    return topology.faults(array(*geometries), settings=CheckSettings(**said), sheets=labels)


def pairs(found, *, least=SLACK):
    table = found.overlaps[found.overlaps["area_m2"] > least]
    keys = zip(table["left"].tolist(), table["right"].tolist(), strict=True)
    return dict(zip(keys, table["area_m2"].tolist(), strict=True))


def columns(table, *names):
    return [tuple(row) for row in table[list(names)].itertuples(index=False)]


def counted(found):
    names = type(found).__dataclass_fields__
    return {name: len(getattr(found, name)) for name in names if len(getattr(found, name))}


def ring_of(count):
    """Return squares of 10 m around an open square of the same size, and it as the last."""
    cells = [box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for y in range(3) for x in range(3)]
    middle = cells.pop(4)
    return [*cells, middle][:count]


def even_odd(polygon):
    parts = shapely.get_parts(shapely.make_valid(polygon))
    return shapely.union_all(parts[shapely.area(parts) > 0])


def brute_force(cover):
    """Return common areas, pair by pair, of everything with everything."""
    found = {}
    cover = [even_odd(each) for each in cover]
    for (one, first), (other, second) in combinations(enumerate(cover), 2):
        area = shapely.intersection(first, second, grid_size=1e-9).area
        if area > SLACK:
            found[one, other] = area
    return found


# --- coverages without faults -------------------------------------------------------------------

CLEAN = {
    "two neighbours": [box(0, 0, 10, 10), box(10, 0, 20, 10)],
    "four around a corner": [box(x, y, x + 5, y + 5) for x in (0, 5) for y in (0, 5)],
    "nine": ring_of(9),
    "touching in a corner": [box(0, 0, 10, 10), box(10, 10, 20, 20)],
    "far apart": [box(0, 0, 10, 10), box(50, 0, 60, 10)],
    "an island in its hole": [
        box(0, 0, 30, 30).difference(box(10, 10, 20, 20)),
        box(10, 10, 20, 20),
    ],
    "an island of two parts": [
        box(0, 0, 50, 30).difference(MultiPolygon([box(10, 10, 20, 20), box(30, 10, 40, 20)])),
        MultiPolygon([box(10, 10, 20, 20), box(30, 10, 40, 20)]),
    ],
    "rings drawn both ways round": [
        Polygon([(0, 0), (10, 0), (10, 10), (0, 10)]),
        Polygon([(10, 0), (10, 10), (20, 10), (20, 0)]),
        Polygon([(20, 10), (20, 0), (30, 0), (30, 10)]),
    ],
    "a vertex twice": [
        Polygon([(0, 0), (10, 0), (10, 0), (10, 10), (0, 10)]),
        Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 10)]),
    ],
    "minus zero": [
        Polygon([(-10, -0.0), (-0.0, 0.0), (0.0, 10), (-10, 10)]),
        Polygon([(0.0, -0.0), (10, 0), (10, 10), (-0.0, 10)]),
    ],
    "short edges at a corner": [
        Polygon([(0, 0), (10, 0), (10, 10), (0.02, 10), (0, 9.98)]),
        Polygon([(10, 0), (20, 0), (20, 10), (10.02, 10), (10, 10)]),
    ],
}


@pytest.mark.parametrize("cover", CLEAN.values(), ids=CLEAN)
def test_a_clean_coverage_has_no_faults(cover):
    found = counted(faults(*cover))
    found.pop("isolated", None)
    assert found == {}
    assert shapely.coverage_is_valid(array(*cover))


@pytest.mark.parametrize(
    "given", [[], [None], [Polygon()], [Point(1, 2)], [None, Polygon(), MultiPolygon()]]
)
def test_nothing_is_no_fault(given):
    assert counted(faults(*given)) == {}


# --- overlaps -----------------------------------------------------------------------------------


def test_an_overlap_names_both_and_says_how_large_and_wide_it_is():
    found = faults(box(0, 0, 10, 10), box(8, 0, 20, 10))
    (row,) = found.overlaps.itertuples(index=False)
    assert (row.left, row.right) == (0, 1)
    assert row.area_m2 == 20.0
    # twice the area over the perimeter
    assert row.width_m == pytest.approx(40 / 24)
    assert row.geometry.equals(box(8, 0, 10, 10))


def test_an_overlap_in_two_places_is_one_pair():
    comb = Polygon([(0, 0), (30, 0), (30, 10), (20, 10), (20, 5), (10, 5), (10, 10), (0, 10)])
    found = faults(comb, box(0, 8, 30, 20))
    assert pairs(found) == {(0, 1): 40.0}
    assert found.overlaps["geometry"][0].geom_type == "MultiPolygon"


def test_the_same_shape_three_times_is_told_of_the_first():
    square, again = box(0, 0, 10, 10), Polygon([(10, 10), (10, 0), (0, 0), (0, 10)])
    found = faults(square, box(10, 0, 20, 10), again, square)
    assert columns(found.duplicates, "left", "right") == [(0, 2), (0, 3)]
    assert pairs(found) == {(0, 2): 100.0, (0, 3): 100.0, (2, 3): 100.0}
    assert found.contained.empty
    assert columns(found.multiple, "features", "area_m2") == [((0, 2, 3), 100.0)]


def test_a_whole_coverage_twice_is_found_pair_by_pair():
    cells = [box(x, y, x + 10, y + 10) for x in range(0, 80, 10) for y in range(0, 80, 10)]
    found = faults(*cells, *cells)
    assert columns(found.duplicates, "left", "right") == [(at, at + 64) for at in range(64)]
    assert pairs(found) == {(at, at + 64): 100.0 for at in range(64)}


def test_two_sheets_over_the_same_ground_need_no_common_border():
    upper = [box(x, 0, x + 10, 30) for x in range(0, 30, 10)]
    lower = [box(0, y, 30, y + 10) for y in range(0, 30, 10)]
    found = faults(*upper, *lower)
    assert pairs(found) == {(one, other): 100.0 for one in range(3) for other in range(3, 6)}


@pytest.mark.parametrize("inner", [box(4, 4, 6, 6), box(0, 4, 6, 6), box(0, 0, 5, 10)])
def test_one_inside_another_is_contained(inner):
    found = faults(inner, box(0, 0, 10, 10))
    assert columns(found.contained, "inner", "outer") == [(0, 1)]
    assert pairs(found) == {(0, 1): inner.area}


def test_three_over_one_place_are_three_pairs_and_one_place():
    found = faults(box(0, 0, 10, 10), box(5, 0, 15, 10), box(0, 5, 15, 15))
    assert pairs(found) == {(0, 1): 50.0, (0, 2): 50.0, (1, 2): 50.0}
    assert columns(found.multiple, "features", "area_m2") == [((0, 1, 2), 25.0)]


def test_a_folded_coverage_overlaps_though_every_edge_has_its_partner():
    # a corner of four parcels pulled over the border of two of them
    there = (14, 5)
    cells = [
        Polygon([(0, 0), (10, 0), there, (0, 10)]),
        Polygon([(10, 0), (20, 0), (20, 10), there]),
        Polygon([(0, 10), there, (10, 20), (0, 20)]),
        Polygon([there, (20, 10), (20, 20), (10, 20)]),
    ]
    assert counted(faults(*cells)) == {}
    there = (25, 5)
    cells = [
        Polygon([(0, 0), (10, 0), there, (0, 10)]),
        Polygon([(10, 0), (20, 0), (20, 10), there]),
        Polygon([(0, 10), there, (10, 20), (0, 20)]),
        Polygon([there, (20, 10), (20, 20), (10, 20)]),
    ]
    assert pairs(faults(*cells)) == pytest.approx(brute_force(cells))


# --- gaps ---------------------------------------------------------------------------------------


def test_a_gap_names_its_neighbours_by_their_share_of_its_border():
    found = faults(*ring_of(8), box(0, 30, 30, 40))
    (gap,) = found.gaps.itertuples(index=False)
    assert gap.geometry.equals(box(10, 10, 20, 20))
    assert gap.area_m2 == 100.0
    assert gap.width_m == 5.0
    assert sorted(gap.neighbours) == [1, 3, 4, 6]
    assert gap.shared_m == (10.0, 10.0, 10.0, 10.0)
    assert found.corner_gaps.empty


def test_the_longest_border_comes_first():
    frame = box(0, 0, 30, 30).difference(box(10, 10, 20, 20))
    found = faults(frame.difference(box(0, 18, 30, 30)), frame.intersection(box(0, 18, 30, 30)))
    assert columns(found.gaps, "neighbours", "shared_m") == [((0, 1), (26.0, 14.0))]


def test_an_open_bay_is_no_gap():
    assert faults(*ring_of(6)).gaps.empty
    # a corner closes it
    assert len(faults(*ring_of(7)).gaps) == 1


def test_an_island_in_a_gap_leaves_a_ring():
    found = faults(*ring_of(8), box(14, 14, 16, 16))
    assert found.gaps["area_m2"].tolist() == [96.0]
    assert 8 in found.gaps["neighbours"][0]


def test_neighbours_that_meet_in_corners_only_leave_a_gap_that_no_ring_encloses():
    left = Polygon([(0, 0), (10, 0), (9, 5), (10, 10), (0, 10)])
    found = faults(left, box(10, 0, 20, 10))
    assert found.gaps.empty
    assert columns(found.corner_gaps, "area_m2", "neighbours") == [(5.0, (0, 1))] or columns(
        found.corner_gaps, "area_m2", "neighbours"
    ) == [(5.0, (1, 0))]
    # once they share an edge elsewhere, a ring encloses it
    found = faults(left, box(10, 0, 20, 10), box(0, 10, 20, 20))
    assert found.gaps["area_m2"].tolist() == [5.0]
    assert found.corner_gaps.empty


# --- vertices -----------------------------------------------------------------------------------


def test_a_vertex_on_an_edge_that_lacks_it_hangs():
    found = faults(box(0, 0, 10, 10), box(10, 0, 20, 5), box(10, 5, 20, 10))
    # both small ones have it; the first is named
    assert columns(found.hanging, "feature", "other", "x", "y", "distance_m") == [
        (1, 0, 10.0, 5.0, 0.0)
    ]
    assert counted(found) == {"hanging": 1}


def test_it_does_not_hang_where_the_edge_has_it():
    left = Polygon([(0, 0), (10, 0), (10, 5), (10, 10), (0, 10)])
    assert counted(faults(left, box(10, 0, 20, 5), box(10, 5, 20, 10))) == {}


def test_a_border_divided_differently_on_both_sides_hangs_on_both():
    left = Polygon([(0, 0), (10, 0), (10, 3), (10, 6), (10, 10), (0, 10)])
    right = Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 6), (10, 4)])
    found = faults(left, right)
    assert columns(found.hanging, "feature", "other", "y") == [(0, 1, 3.0), (1, 0, 4.0)]
    assert found.gaps.empty
    assert found.overlaps.empty


@pytest.mark.parametrize(("x", "fault"), [(10.03, "gap"), (9.97, "overlap")])
def test_a_vertex_that_misses_an_edge_by_little_is_near(x, fault):
    right = Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (x, 5)])
    found = faults(box(0, 0, 10, 10), right)
    ((feature, other, at_x, at_y, to_x, to_y, distance),) = columns(found.near, *NEAR)
    assert (feature, other, at_x, at_y, to_y) == (1, 0, x, 5.0, 5.0)
    assert to_x == pytest.approx(10.0)
    assert distance == pytest.approx(0.03)
    assert len(found.overlaps) == (fault == "overlap")


NEAR = ("feature", "other", "x", "y", "to_x", "to_y", "distance_m")


def test_a_vertex_that_misses_a_vertex_is_sent_there():
    left = Polygon([(0, 0), (10, 0), (10, 5), (10, 10), (0, 10)])
    right = Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10.03, 5.01)])
    found = columns(faults(left, right).near, *NEAR[:6])
    assert found == [(0, 1, 10.0, 5.0, 10.03, 5.01), (1, 0, 10.03, 5.01, 10.0, 5.0)]


@pytest.mark.parametrize("near_m", [0.01, 0.0])
def test_farther_than_the_tolerance_is_not_near(near_m):
    right = Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10.03, 5)])
    assert faults(box(0, 0, 10, 10), right, near_m=near_m).near.empty


def test_a_gap_along_the_whole_border_is_a_near_miss_though_nothing_closes_it():
    found = faults(box(0, 0, 10, 10), box(10.02, -1, 20, 11))
    assert columns(found.near, "feature", "other", "x", "y") == [
        (0, 1, 10.0, 0.0),
        (0, 1, 10.0, 10.0),
    ]
    assert found.near["distance_m"].to_numpy() == pytest.approx(0.02)
    assert found.gaps.empty


def test_a_corner_where_two_borders_part_is_no_near_miss():
    left = Polygon([(0, 0), (10, 0), (10, 10), (9.98, 10.03), (0, 12)])
    right = Polygon([(10, 0), (20, 0), (20, 10.02), (10.04, 10.02), (10, 10)])
    assert counted(faults(left, right)) == {}


def test_a_thin_parcel_between_two_is_no_near_miss():
    found = faults(box(0, 0, 10, 10), box(10, 0, 10.03, 10), box(10.03, 0, 20, 10))
    assert counted(found) == {}


# --- sheets -------------------------------------------------------------------------------------


def test_a_strip_between_two_sheets_is_found_though_it_is_open():
    cover = box(0, 0, 10, 10), box(10.4, 0, 20, 10)
    (strip,) = faults(*cover, sheets=["1", "2"]).strips.itertuples(index=False)
    assert (strip.left, strip.right) == (0, 1)
    assert strip.geometry.equals_exact(box(10, 0, 10.4, 10).normalize(), 1e-9, normalize=True)
    assert strip.area_m2 == pytest.approx(4.0)
    assert strip.width_m == pytest.approx(8 / 20.8)
    for sheets in (["1", "1"], ["1", None], None):
        assert faults(*cover, sheets=sheets).strips.empty
    assert faults(*cover, sheets=["1", "2"], edge_m=0.3).strips.empty


def test_a_strip_that_a_gap_closes_is_told_as_a_gap():
    cover = [*ring_of(8), box(10, 10, 20, 19.6)]
    found = faults(*cover, sheets=["1"] * 8 + ["2"])
    assert found.gaps["area_m2"].tolist() == [pytest.approx(4.0)]
    assert found.strips.empty


def test_a_strip_that_a_third_covers_is_none():
    cover = box(0, 0, 10, 10), box(10.4, 0, 20, 10), box(10, 0, 10.4, 10)
    assert counted(faults(*cover, sheets=["1", "2", "3"])) == {}


def test_sheets_that_meet_leave_no_strip():
    found = faults(box(0, 0, 10, 10), box(10, 0, 20, 5), box(10, 5, 20, 10), sheets=["1", "2", "2"])
    assert found.strips.empty


def test_a_bent_strip_is_built_from_both_sides():
    line = np.array([[10.0, 0], [11, 3], [10, 6], [12, 10]])
    left = Polygon([(0, 0), *line, (0, 10)])
    other = line[::-1] + np.array([0.5, 0])
    right = Polygon([(30, 0), (30, 10), *other])
    (strip,) = faults(left, right, sheets=[1, 2]).strips.itertuples(index=False)
    truth = Polygon([*line, *other])
    # the ends, cut off square or slanting, are a matter of taste
    assert strip.geometry.symmetric_difference(truth).area < 0.05 * truth.area


# --- alone --------------------------------------------------------------------------------------


def test_who_has_nobody_near_is_isolated():
    cover = box(0, 0, 10, 10), box(10, 0, 20, 10), box(20.5, 0, 30, 10), box(40, 0, 50, 10)
    assert faults(*cover).isolated["feature"].tolist() == [3]


# --- hostile input ------------------------------------------------------------------------------


def triangle(x):
    with np.errstate(invalid="ignore"):
        return Polygon([(2, 2), (x, 3), (4, 4)])


BROKEN = {
    "none": None,
    "empty": Polygon(),
    "point": Point(3, 3),
    "line": shapely.LineString([(0, 0), (20, 10)]),
    "collection": shapely.GeometryCollection([box(2, 2, 4, 4)]),
    "not a number": triangle(np.nan),
    "infinite": triangle(np.inf),
    "no area": Polygon([(2, 2), (4, 4), (2, 2), (2, 2)]),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_no_polygon_counts_as_empty_and_stops_nothing(broken):
    found = faults(broken, box(0, 0, 10, 10), box(8, 0, 20, 10))
    assert pairs(found) == {(1, 2): 20.0}
    assert len(found.overlaps) == 1


def test_a_ring_that_crosses_itself_is_read_even_odd():
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    found = faults(bow_tie, box(0, 0, 10, 10))
    assert pairs(found) == {(0, 1): pytest.approx(50.0)}
    # wound around twice: what lies inside both loops is outside
    twice = Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 5), (15, 5), (15, 15), (0, 15)])
    assert pairs(faults(twice, box(0, 0, 15, 15)))[0, 1] == pytest.approx(
        shapely.make_valid(twice).area
    )


def test_what_was_given_is_not_changed():
    given = array(Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), None, box(0, 0, 1, 1))
    before = given.copy()
    topology.faults(given, settings=CheckSettings())
    assert all(one is other for one, other in zip(given, before, strict=True))


def test_a_polygon_of_very_many_vertices_is_held_against_its_neighbours():
    angle = np.linspace(0, 2 * np.pi, 120_001)[:-1]
    wheel = Polygon(np.stack([1000 * np.cos(angle), 1000 * np.sin(angle)], axis=1))
    found = faults(wheel, *(box(999 + at, -5, 1010 + at, 5) for at in (0, -2000)))
    assert len(found.overlaps) == 2
    assert pairs(found) == pytest.approx(
        brute_force([wheel, box(999, -5, 1010, 5), box(-1001, -5, -990, 5)])
    )


@pytest.mark.parametrize("turn", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_mirrored_edges_are_told_apart(turn):
    # a wheel whose every edge has its mirror images: a careless number of an edge confuses them
    angle = np.linspace(0, 2 * np.pi, 4001)[:-1]
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 2000 * turn
    found = faults(Polygon(wheel), *(box(x - 2, -2, x + 2, 2) for x in (-2000, 2000)))
    assert len(open_edges(array(Polygon(wheel))).key) == 4000
    assert len(np.unique(open_edges(array(Polygon(wheel))).key)) == 4000
    assert len(found.overlaps) == 2


# --- the real parcels ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_data):
    frame = gpd.read_file(real_data / "parcels-duynghia" / "duynghia_parcels.gpkg")
    given = frame.geometry.to_numpy()
    sheets = frame["shbando"].to_numpy()
    return given, topology.faults(given, settings=CheckSettings(), sheets=sheets)


def test_the_real_parcels_have_their_known_faults(real):
    given, found = real
    assert (~shapely.is_valid(given)).sum() == 6
    area = found.overlaps["area_m2"]
    assert ((area >= 0.01).sum(), (area > 1).sum()) == (94, 8)
    assert area.sum() == pytest.approx(941.88, abs=0.005)
    bare = found.gaps["area_m2"]
    assert (len(bare), (bare >= 0.01).sum()) == (75, 53)
