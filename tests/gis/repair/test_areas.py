"""Overlaps, gaps, duplicates and left-overs on squares, with figures done by hand."""

import numpy as np
import pytest
import shapely

from gis.repair import words

# --- overlaps -----------------------------------------------------------------------------------


def test_an_overlap_of_equal_claims_stays_with_the_earlier_row(kit):
    done = kit.mended(kit.layer(kit.box(0, 0, 10, 10), kit.box(9, 0, 19, 10)))
    assert kit.changes(done, "step", "row", "other_row", "lost_m2") == [("trim", 2, 1, 10.0)]
    assert kit.why(done) == words.BY_ORDER[1]
    assert list(kit.areas(done.frame)) == [100.0, 90.0]
    assert kit.shares_every_node(done.frame)
    assert dict(done.totals) == {
        "area_before_m2": 200.0,
        "gained_m2": 0.0,
        "lost_m2": 10.0,
        "area_after_m2": 190.0,
        "difference_m2": 0.0,
        "covered_before_m2": 190.0,
        "overlap_removed_m2": 10.0,
        "covered_after_m2": 190.0,
    }
    assert done.left.empty


def test_an_overlap_goes_where_its_border_is_longer(kit):
    # a nose of 1 m by 2 m in a field: 4 m of border with the field, 2 m with what it belongs to
    done = kit.mended(kit.layer(kit.box(9, 4, 12, 6), kit.box(0, 0, 10, 10)))
    assert kit.changes(done, "row", "other_row", "lost_m2") == [(1, 2, 2.0)]
    assert kit.why(done) == words.BY_BORDER[1]
    assert kit.shares_every_node(done.frame)


@pytest.mark.parametrize(
    ("registered", "loser"), [((90.0, 100.0), 1), ((100.0, 90.0), 2), ((None, 100.0), 2)]
)
def test_registered_areas_decide_where_both_are_known(kit, registered, loser):
    subject = kit.layer(
        kit.box(0, 0, 10, 10),
        kit.box(9, 0, 19, 10),
        registered_area_m2=np.array(registered, dtype=float),
    )
    done = kit.mended(subject)
    assert kit.changes(done, "row", "lost_m2") == [(loser, 10.0)]


def test_registered_areas_say_nothing_of_less_than_they_tell_apart(kit):
    # 0.5 m2 lies below the slack of registered areas (1 m2): the earlier row keeps it
    subject = kit.layer(
        kit.box(0, 0, 10, 10), kit.box(9.95, 0, 19.95, 10), registered_area_m2=[99.5, 100.0]
    )
    assert kit.changes(kit.mended(subject, steps=["trim"]), "row") == [(2,)]


def test_an_overlap_above_the_limit_is_left_with_both_sizes(kit):
    subject = kit.layer(kit.box(0, 0, 20, 20), kit.box(10, 0, 30, 20))
    done = kit.mended(subject)
    assert kit.changes(done) == []
    (left,) = done.left.itertuples()
    assert (left.rule_id, left.row, left.other_row, left.size) == ("topology.overlap", 1, 2, 200.0)
    assert "200.00 m²" in left.why_en
    assert "100,00 m²" in left.why_vi
    settled = kit.mended(
        kit.layer(kit.box(0, 0, 20, 20), kit.box(10, 0, 30, 20), limits={"fix_m2": 200.0})
    )
    assert kit.changes(settled, "row", "lost_m2") == [(2, 200.0)]


def test_what_would_fall_apart_is_not_trimmed(kit):
    # a bar whose middle lies under the foot of a post: the post gives way, although it is earlier
    post, bar = kit.box(4, 4, 6, 12), kit.box(0, 4, 10, 6)
    done = kit.mended(kit.layer(post, bar))
    assert kit.changes(done, "row", "lost_m2") == [(1, 4.0)]
    assert kit.why(done) == words.BY_WHOLENESS[1]
    # a cross: both would
    crossed = kit.mended(kit.layer(kit.box(4, 0, 6, 10), kit.box(0, 4, 10, 6)))
    assert kit.changes(crossed) == []
    assert kit.reasons(crossed) == [("topology.overlap", words.FALLS_APART[1])]


def test_nothing_is_trimmed_to_a_sliver(kit):
    # a strip of 1 m of which 0.9 m lie under the field; the field keeps 10 m either way
    done = kit.mended(kit.layer(kit.box(9.1, 0, 10.1, 10), kit.box(0, 0, 10, 10)))
    assert kit.changes(done, "row", "other_row") == [(2, 1)]
    assert done.ledger["lost_m2"].sum() == pytest.approx(9.0)


def test_three_features_over_each_other_end_side_by_side(kit):
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(9, 0, 19, 10), kit.box(8, 8, 18, 18))
    done = kit.mended(subject)
    assert kit.shares_every_node(done.frame)
    # 190 under the first two, 100 of the third of which 20 lie under them
    assert done.totals["covered_before_m2"] == pytest.approx(270.0)
    assert done.totals["covered_after_m2"] == pytest.approx(270.0)
    assert kit.areas(done.frame).sum() == pytest.approx(270.0)


# --- features inside others, duplicates ---------------------------------------------------------


def test_a_small_feature_inside_another_is_cut_out_of_it(kit):
    done = kit.mended(kit.layer(kit.box(0, 0, 20, 20), kit.box(5, 5, 7, 7)))
    assert kit.changes(done, "step", "rule_id", "row", "other_row", "lost_m2") == [
        ("trim", "topology.contained", 1, 2, 4.0)
    ]
    assert list(kit.areas(done.frame)) == [396.0, 4.0]
    assert kit.shares_every_node(done.frame)


@pytest.mark.parametrize(
    ("registered", "why"),
    [
        pytest.param((1200.0, 400.0), None, id="both agree once it is cut out"),
        pytest.param((1600.0, 400.0), words.REGISTER_AGAINST[1], id="the outer one holds it"),
        pytest.param((1000.0, 400.0), "Larger than", id="the outer one agrees with neither"),
        pytest.param((None, 400.0), "Larger than", id="nothing is known"),
        pytest.param((1200.0, 300.0), "Larger than", id="the inner one is another"),
    ],
)
def test_a_large_feature_inside_another_is_cut_out_only_on_the_word_of_the_register(
    kit, registered, why
):
    subject = kit.layer(
        kit.box(0, 0, 40, 40),
        kit.box(10, 10, 30, 30),
        registered_area_m2=np.array(registered, float),
    )
    done = kit.mended(subject)
    if why is None:
        assert list(kit.areas(done.frame)) == [1200.0, 400.0]
    else:
        assert kit.changes(done) == []
        ((rule_id, said),) = kit.reasons(done)
        assert rule_id == "topology.contained"
        assert said.startswith(why)


def test_a_row_that_is_there_twice_is_dropped_with_its_area_listed(kit):
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(10, 0, 20, 10), kit.box(0, 0, 10, 10))
    done = kit.mended(subject)
    assert kit.changes(done, "step", "row", "other_row", "lost_m2") == [("drop", 3, 1, 100.0)]
    assert list(done.frame["source_row"]) == [1, 2]


@pytest.mark.parametrize(
    "columns",
    [{"code": ["LUC", "BHK"]}, {"parcel": [1, 2]}, {"registered_area_m2": [100.0, 90.0]}],
)
def test_one_shape_with_two_meanings_is_left_to_people(kit, columns):
    done = kit.mended(kit.layer(kit.box(0, 0, 10, 10), kit.box(0, 0, 10, 10), **columns))
    assert kit.changes(done) == []
    assert kit.reasons(done) == [("topology.duplicate", words.DIFFERENT[1])]


# --- gaps ---------------------------------------------------------------------------------------


def test_a_gap_goes_to_the_neighbour_with_the_longest_border(kit):
    done = kit.mended(kit.layer(*kit.around_a_hole()))
    assert kit.changes(done, "step", "rule_id", "row", "gained_m2") == [
        ("fill", "topology.gap", 4, 8.0)
    ]
    assert kit.shares_every_node(done.frame)
    assert done.totals["covered_after_m2"] - done.totals["covered_before_m2"] == pytest.approx(8.0)
    place = done.ledger[done.ledger["step"] == "fill"].iloc[0]
    assert shapely.Point(place["x"], place["y"]).within(kit.box(0, 0, 4, 2))
    assert place["lon"] == pytest.approx(108.75, abs=0.02)
    assert place["lat"] == pytest.approx(15.28, abs=0.02)


def test_a_gap_above_the_limit_is_left(kit):
    done = kit.mended(kit.layer(*kit.around_a_hole(), limits={"fix_m2": 7.9}))
    assert kit.changes(done) == []
    (left,) = done.left.itertuples()
    assert (left.rule_id, left.size) == ("topology.gap", 8.0)
    assert left.row == 4


def test_a_hole_in_one_zone_may_be_meant(kit):
    holed = kit.polygon(
        (0, 0), (20, 0), (20, 20), (0, 20), holes=[[(5, 5), (7, 5), (7, 7), (5, 7)]]
    )
    subject = kit.layer(holed, kind="zones", zone_id=["a"], status=["draft"])
    done = kit.mended(subject)
    assert kit.changes(done) == []
    assert kit.reasons(done) == []


# --- left-overs ---------------------------------------------------------------------------------


def test_a_left_over_goes_to_the_neighbour_of_the_same_code(kit):
    done = kit.mended(kit.left_over("BHK"))
    assert kit.changes(done, "step", "row", "other_row", "gained_m2", "lost_m2") == [
        ("merge", 1, 2, 0.0, 0.25),
        ("merge", 2, 1, 0.25, 0.0),
    ]
    assert kit.areas(done.frame).sum() == pytest.approx(400.0)
    assert kit.shares_every_node(done.frame)


def test_a_left_over_between_other_codes_is_left(kit):
    done = kit.mended(kit.left_over("CLN"))
    assert "merge" not in set(done.ledger["step"])
    assert ("geometry.tiny-part", words.NO_NEIGHBOUR[1]) in kit.reasons(done)


@pytest.mark.parametrize(("parcel", "rows"), [((7, 7), [1]), ((7, 8), [1, 2])])
def test_a_crumb_of_its_own_row_is_merged_only_where_it_says_nothing_of_its_own(kit, parcel, rows):
    done = kit.mended(
        kit.layer(kit.box(0, 0, 10, 10), kit.box(10, 0, 10.4, 0.4), parcel=list(parcel))
    )
    assert list(done.frame["source_row"]) == rows
    if len(rows) == 2:
        assert ("geometry.tiny-part", words.OWN_PARCEL[1]) in kit.reasons(done)
