"""The engine against other roads to the same answer: counting cells, GEOS, and planted faults."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.affinity import rotate, translate

from gis import topology
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


# --- other roads to the same answer -------------------------------------------------------------


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


def rings_of_union(cover):
    union = shapely.union_all(array(*cover))
    return [Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]


WIDE, HIGH = 6, 5


@st.composite
def cell_sets(draw):
    """Features as sets of unit cells of a small board, so that everything can be counted."""
    size = draw(st.integers(1, 7))
    owner = draw(st.lists(st.integers(-1, size - 1), min_size=30, max_size=30))
    features = [{at for at, number in enumerate(owner) if number == each} for each in range(size)]
    for at in range(size):
        features[at] |= draw(st.sets(st.integers(0, 29), max_size=2))
    for at in draw(st.lists(st.integers(0, size - 1), max_size=2)):
        features.append(set(features[at]))
    return [each for each in features if each]


def drawn(features):
    cells = [box(at % WIDE, at // WIDE, at % WIDE + 1, at // WIDE + 1) for at in range(30)]
    return [shapely.union_all([cells[at] for at in each]) for each in features]


def bays(features):
    """Count the bare cells that no way along sides leads out of; a list of sizes."""
    covered = set().union(*features)
    bare = {
        (x, y)
        for x in range(-1, WIDE + 1)
        for y in range(-1, HIGH + 1)
        if not (0 <= x < WIDE and 0 <= y < HIGH and y * WIDE + x in covered)
    }
    sizes = []
    while bare:
        todo, room = [bare.pop()], set()
        while todo:
            x, y = todo.pop()
            room.add((x, y))
            beside = {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} & bare
            bare -= beside
            todo += beside
        if (-1, -1) not in room:
            sizes.append(len(room))
    return sorted(sizes)


@settings(max_examples=120)
@given(cell_sets())
def test_cells_counted_one_by_one_agree(features):
    found = faults(*drawn(features))
    expected = {
        (one, other): float(len(first & second))
        for (one, first), (other, second) in combinations(enumerate(features), 2)
        if first & second
    }
    assert pairs(found) == pytest.approx(expected)
    sizes = pd.concat([found.gaps["area_m2"], found.corner_gaps["area_m2"]]).tolist()
    assert sorted(sizes) == pytest.approx(bays(features))
    twins = {
        (one, other)
        for (one, first), (other, second) in combinations(enumerate(features), 2)
        if first == second
    }
    assert set(columns(found.duplicates, "left", "right")) <= twins
    assert {right for _, right in twins} == set(found.duplicates["right"])
    inside = {
        (one, other)
        for one, first in enumerate(features)
        for other, second in enumerate(features)
        if first < second
    }
    assert set(columns(found.contained, "inner", "outer")) == inside


@settings(max_examples=60)
@given(cell_sets())
def test_gaps_are_the_interior_rings_of_the_union(features):
    cover = drawn(features)
    found = faults(*cover)
    rings = rings_of_union(cover)
    shells = [Polygon(each.exterior) for each in found.gaps["geometry"]]
    assert all(any(each.equals(ring) for ring in rings) for each in shells)
    # a ring may enclose further gaps, of which each is closed in corners only
    lone = [ring for ring in rings if not any(ring.equals(each) for each in shells)]
    inner = found.corner_gaps["geometry"].tolist()
    assert all(sum(ring.covers(each) for each in inner) > 1 for ring in lone)


@settings(max_examples=60)
@given(cell_sets())
def test_no_fault_is_a_valid_coverage_and_the_other_way_round(features):
    cover = drawn(features)
    found = faults(*cover)
    assert shapely.coverage_is_valid(array(*cover)) == (
        found.overlaps.empty and found.hanging.empty
    )


@settings(max_examples=60)
@given(
    cell_sets(),
    st.floats(0, 360),
    st.tuples(st.floats(4e5, 6e5), st.floats(1e6, 2e6)),
    st.randoms(use_true_random=False),
)
def test_nothing_depends_on_place_direction_or_order(features, angle, move, random):
    cover = drawn(features)
    order = list(range(len(cover)))
    random.shuffle(order)
    moved = [translate(rotate(cover[at], angle, origin=(0, 0)), *move) for at in order]
    before, after = faults(*cover), faults(*moved)
    expected = {
        tuple(sorted((order.index(one), order.index(other)))): area
        for (one, other), area in pairs(before).items()
    }
    assert pairs(after) == pytest.approx(expected, abs=SLACK)
    for name in ("gaps", "corner_gaps"):
        old, new = (getattr(each, name)["area_m2"] for each in (before, after))
        if name == "gaps":
            # rotated corners no longer lie on each other to the last bit
            old, new = (
                pd.concat([part, each.corner_gaps["area_m2"]])
                for part, each in ((old, before), (new, after))
            )
            assert sorted(new[new > SLACK]) == pytest.approx(sorted(old), abs=SLACK)


@settings(max_examples=60)
@given(cell_sets())
def test_areas_add_up(features):
    cover = drawn(features)
    found = faults(*cover)
    # what lies under n features counts n times in the sum, once in the union
    union = shapely.union_all(array(*cover)).area
    over = pd.Series([at for each in features for at in each]).value_counts()
    assert sum(each.area for each in cover) - union == pytest.approx((over - 1).sum())
    assert found.overlaps["area_m2"].sum() == pytest.approx((over * (over - 1) / 2).sum())
    assert found.multiple["area_m2"].sum() == pytest.approx((over > 2).sum())


# --- planted faults -----------------------------------------------------------------------------


def bent_fabric(columns_, rows, rng):
    """Return quadrilaterals with bent borders of five edges that neighbours share to the bit."""
    x, y = np.meshgrid(np.arange(columns_ + 1) * 30.0, np.arange(rows + 1) * 30.0)
    corner = np.stack([x, y], axis=-1) + rng.uniform(-5, 5, (rows + 1, columns_ + 1, 2))
    corner += (567_000.0, 1_752_000.0)

    def bent(one, other):
        share = np.arange(1, 5)[:, None] / 5
        return one + (other - one) * share + rng.uniform(-0.8, 0.8, (4, 2))

    across = {
        (i, j): bent(corner[j, i], corner[j, i + 1])
        for j in range(rows + 1)
        for i in range(columns_)
    }
    up = {
        (i, j): bent(corner[j, i], corner[j + 1, i])
        for j in range(rows)
        for i in range(columns_ + 1)
    }
    return [
        Polygon(
            [
                corner[j, i],
                *across[i, j],
                corner[j, i + 1],
                *up[i + 1, j],
                corner[j + 1, i + 1],
                *across[i, j + 1][::-1],
                corner[j + 1, i],
                *up[i, j][::-1],
            ]
        )
        for j in range(rows)
        for i in range(columns_)
    ]


def shifted(polygon, at, by):
    xy = shapely.get_coordinates(polygon)[:-1]
    xy[at] += by
    return Polygon(xy)


@settings(max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 4),
    st.floats(0.06, 2).map(lambda size: round(size, 3)),
    st.booleans(),
)
def test_planted_faults_are_found_exactly(seed, at, size, outward):
    cells = bent_fabric(5, 5, np.random.default_rng(seed))
    assert counted(faults(*cells)) == {}
    # the first border of the middle cell, below which lies cell 7
    by = (0.0, -size if outward else size)
    dented = [*cells]
    dented[12] = shifted(cells[12], at, by)
    changed = cells[12].symmetric_difference(dented[12])
    found = faults(*dented)
    if outward:
        assert pairs(found) == pytest.approx({(7, 12): changed.area}, abs=SLACK)
        assert found.gaps.empty
    else:
        (gap,) = found.gaps.itertuples(index=False)
        assert gap.geometry.symmetric_difference(changed).area < SLACK
        assert sorted(gap.neighbours) == [7, 12]
        assert pairs(found) == {}
    # taken out, it is a gap with all its neighbours; put in twice, a duplicate
    without = faults(*(None if number == 12 else cell for number, cell in enumerate(cells)))
    assert [sorted(each) for each in without.gaps["neighbours"]] == [[7, 11, 13, 17]]
    assert columns(faults(*cells, cells[12]).duplicates, "left", "right") == [(12, 25)]


def test_every_planted_fault_of_a_larger_fabric_is_found_and_nothing_else():
    rng = np.random.default_rng(3)
    cells = bent_fabric(24, 24, rng)
    expected, bare = {}, []
    # far enough from each other, and from the outer border
    for number, at in enumerate(range(25, 551, 2 * 25)):
        row, column = divmod(at, 24)
        if not (0 < row < 23 and 0 < column < 23):
            continue
        by = (0.0, -0.7 if number % 2 else 0.7)
        changed = shifted(cells[at], 2, by)
        area = changed.symmetric_difference(cells[at]).area
        if number % 2:
            expected[at - 24, at] = area
        else:
            bare.append(area)
        cells[at] = changed
    found = faults(*cells)
    assert pairs(found) == pytest.approx(expected, abs=SLACK)
    assert sorted(found.gaps["area_m2"]) == pytest.approx(sorted(bare), abs=SLACK)
    assert pairs(found) == pytest.approx(brute_force(cells), abs=SLACK)


# --- the real parcels ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_data):
    frame = gpd.read_file(real_data / "parcels-duynghia" / "duynghia_parcels.gpkg")
    given = frame.geometry.to_numpy()
    sheets = frame["shbando"].to_numpy()
    return given, topology.faults(given, settings=CheckSettings(), sheets=sheets)


def test_the_real_parcels_add_up(real):
    given, found = real
    whole = np.array([even_odd(each) for each in given], dtype=object)
    union = shapely.union_all(whole)
    assert found.multiple.empty
    assert shapely.area(whole).sum() - union.area == pytest.approx(
        found.overlaps["area_m2"].sum(), abs=1e-4
    )
    rings = [Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]
    sizes = np.array([ring.area for ring in rings])
    # thinner ones are rounding, of which each road has its own
    assert np.sort(sizes[sizes > SLACK]) == pytest.approx(
        np.sort(found.gaps["area_m2"][found.gaps["area_m2"] > SLACK]), abs=SLACK
    )


def test_each_overlap_of_the_real_parcels_agrees_with_an_intersection_on_its_own(real):
    given, found = real
    whole = np.array([even_odd(each) for each in given], dtype=object)
    left, right = (found.overlaps[name].to_numpy() for name in ("left", "right"))
    alone = shapely.area(shapely.intersection(whole[left], whole[right], grid_size=1e-9))
    assert found.overlaps["area_m2"].to_numpy() == pytest.approx(alone, abs=1e-5)
    one, other = shapely.STRtree(whole).query(whole, predicate="overlaps")
    known = set(zip(left.tolist(), right.tolist(), strict=True))
    wide = shapely.area(shapely.intersection(whole[one], whole[other])) > SLACK
    every = {(a, b) for a, b in zip(one[wide].tolist(), other[wide].tolist(), strict=True) if a < b}
    assert every <= known
