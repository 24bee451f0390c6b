"""What the planted faults are, measured by another way than they were made."""

import collections

import numpy as np
import pytest
import shapely

from benchmarks import fabric
from benchmarks.faults import PLANTERS
from benchmarks.planting import plant
from benchmarks.seeding import TOLERANCES, drawn

EACH = 4


@pytest.fixture(scope="module")
def clean():
    return fabric.parcels(6_000, seed=2)


@pytest.fixture(scope="module")
def planted(clean):
    return plant(clean, each=EACH, seed=2)


def of(planted, kind):
    return [truth for truth in planted.truths if truth.kind == kind]


def sized(planted, kind):
    return [truth for truth in of(planted, kind) if not np.isnan(truth.size)]


def shape(planted, row):
    return planted.frame.geometry.iloc[row - 1]


def test_every_kind_is_planted_on_both_sides_of_its_tolerance(planted):
    counted = collections.Counter((truth.kind, truth.fault) for truth in planted.truths)
    for kind in ("gap", "overlap", "near-miss", "sliver", "tiny-part", "spike", "sheet-edge"):
        assert counted[kind, True] >= EACH / 2
        assert counted[kind, False] >= EACH / 2
    for kind in ("hanging-vertex", "same-shape", "contained", "same-key", "repeated-point"):
        assert counted[kind, True] == EACH


def test_gaps_are_bare_and_of_the_size_that_is_told(planted):
    for truth in sized(planted, "gap"):
        around = [shape(planted, row) for row in truth.rows]
        covered = shapely.union_all([each for each in around if each is not None])
        bare = shapely.difference(truth.where, covered)
        # a missing parcel has neighbours only; the others name the parcel that drew back
        assert bare.area == pytest.approx(truth.size, rel=1e-6, abs=1e-7)
        assert truth.fault == (truth.size >= TOLERANCES["gap_m2"])


def test_overlaps_are_double_and_of_the_size_that_is_told(planted):
    for truth in sized(planted, "overlap"):
        one, other = (shape(planted, row) for row in truth.rows)
        double = shapely.intersection(one, other)
        assert double.area == pytest.approx(truth.size, rel=1e-6, abs=1e-7)
        assert truth.fault == (truth.size >= TOLERANCES["overlap_m2"])


def test_near_misses_are_vertices_off_the_border_of_the_other(planted):
    for truth in sized(planted, "near-miss"):
        one, other = (shape(planted, row) for row in truth.rows)
        points = shapely.points(shapely.get_coordinates(one))
        away = shapely.distance(points, other.boundary)
        near_it = shapely.distance(points, truth.where) < 1e-9
        assert away[near_it].max() == pytest.approx(truth.size, rel=0.05)
        assert truth.fault == (truth.size < TOLERANCES["near_m"])


def test_hanging_vertices_lie_on_a_border_that_does_not_have_them(planted):
    for truth in (each for each in of(planted, "hanging-vertex") if each.fault):
        one, other = (shape(planted, row) for row in truth.rows)
        assert truth.where.distance(one.boundary) == 0
        assert truth.where.distance(other.boundary) < 1e-8
        corners = shapely.points(shapely.get_coordinates(other))
        assert shapely.distance(corners, truth.where).min() > 0.1


def test_slivers_and_tiny_parts_are_as_thin_and_small_as_told(planted):
    for truth in of(planted, "sliver"):
        made = shape(planted, truth.rows[0])
        assert 2 * made.area / made.length == pytest.approx(truth.size)
        assert truth.fault == (truth.size < TOLERANCES["sliver_width_m"])
    for truth in of(planted, "tiny-part"):
        parts = shapely.get_parts(shape(planted, truth.rows[0]))
        assert shapely.area(parts).min() == pytest.approx(truth.size)
        assert truth.fault == (truth.size < TOLERANCES["tiny_part_m2"])


def test_spikes_have_the_angle_that_is_told_and_leave_the_cover_exact(clean):
    planted = plant(clean, each=10, seed=5, kinds=["spike"])
    for truth in planted.truths:
        tip = shapely.get_coordinates(truth.where)[:3]
        legs = tip[[0, 2]] - tip[1]
        cosine = legs[0] @ legs[1] / np.prod(np.hypot(*legs.T))
        assert np.degrees(np.arccos(cosine)) == pytest.approx(truth.size, rel=1e-4)
        assert truth.fault == (truth.size < TOLERANCES["spike_deg"])
    assert shapely.coverage_is_valid(planted.frame.geometry.to_numpy())


def test_what_leaves_the_cover_alone_leaves_it_exact(clean):
    kinds = ["sliver", "tiny part", "unknown code", "registered area", "same key"]
    planted = plant(clean, each=6, seed=6, kinds=kinds)
    assert shapely.coverage_is_valid(planted.frame.geometry.to_numpy())


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("bow tie", "Self-intersection"),
        ("touching loop", "Ring Self-intersection"),
        ("thread", "elf-intersection"),
        ("hole outside", "Hole lies outside shell"),
        ("holes crossing", "Self-intersection"),
        ("hole in a hole", "Holes are nested"),
        ("hole twice", "Self-intersection"),
        ("part in a part", "Nested shells"),
    ],
)
def test_invalid_shapes_are_invalid_in_their_own_way(planted, label, reason):
    mine = [truth for truth in of(planted, "invalid") if truth.label == label]
    assert len(mine) == EACH
    for truth in mine:
        assert reason in shapely.is_valid_reason(shape(planted, truth.rows[0]))


def test_everything_else_is_as_it_was(clean):
    # a sliver is a new row, and what it was cut off has no fault
    planted = plant(clean, each=3, seed=8, kinds=[kind for kind in PLANTERS if kind != "sliver"])
    rows = {row for truth in planted.truths for row in truth.rows}
    untouched = [at for at in range(len(clean)) if at + 1 not in rows]
    assert len(untouched) > 0.5 * len(clean)
    before, after = clean.iloc[untouched], planted.frame.iloc[untouched]
    assert shapely.equals_identical(before.geometry.to_numpy(), after.geometry.to_numpy()).all()
    for column in clean.columns.drop("geometry"):
        assert before[column].tolist() == after[column].tolist()


def test_no_two_faults_touch_the_same_parcel_with_their_shapes(planted):
    places = [truth.where for truth in planted.truths if truth.kind in {"spike", "contained"}]
    tree = shapely.STRtree(places)
    one, other = tree.query(places, predicate="dwithin", distance=1.0)
    assert (one == other).all()


def test_columns_say_what_is_told(planted):
    codes = planted.frame["code"]
    assert all(not (codes.fillna("")).iloc[truth.rows[0] - 1] for truth in of(planted, "no-code"))
    assert all(
        set("+/") & set(codes.iloc[truth.rows[0] - 1]) for truth in of(planted, "compound-code")
    )
    for truth in of(planted, "same-key"):
        keys = planted.frame[["sheet", "parcel"]].iloc[[row - 1 for row in truth.rows]]
        assert keys.duplicated(keep=False).all()
    for truth in of(planted, "registered-area"):
        row = planted.frame.iloc[truth.rows[0] - 1]
        limit = max(TOLERANCES["area_m2"], TOLERANCES["area_share"] * row.geometry.area)
        off = abs(row["registered_area_m2"] - row.geometry.area)
        assert truth.fault == (off > limit)


def test_sizes_keep_away_from_the_line():
    rng = np.random.default_rng(3)
    over = [drawn(rng, 2.0, above=True) for _ in range(200)]
    under = [drawn(rng, 2.0, above=False) for _ in range(200)]
    assert 2.1 <= min(over) < 4
    assert 1 < max(under) <= 1.9


def test_too_many_faults_for_the_data_are_refused():
    with pytest.raises(ValueError, match="no room for 100000"):
        plant(fabric.parcels(300), each=100_000, kinds=["gap"])


def test_every_name_in_the_list_can_be_planted_alone(clean):
    for kind in PLANTERS:
        assert plant(clean, each=1, seed=9, kinds=[kind]).truths
