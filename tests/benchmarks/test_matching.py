import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box

from benchmarks import matching
from benchmarks.people import cases
from benchmarks.seeding import Truth

RULES = {"gap": ("topology.gap",), "overlap": ("topology.overlap", "topology.overlap-thin")}
PLACE = box(0, 0, 1, 1)


def findings(*rows):
    columns = ["rule_id", "row", "other_row", "geometry"]
    frame = gpd.GeoDataFrame(
        dict(zip(columns, zip(*rows, strict=True), strict=True)), geometry="geometry"
    )
    return frame.astype({"row": "Int64", "other_row": "Int64"})


def scored(truths, *rows):
    return matching.score(findings(*rows), truths, RULES)


GAP = Truth(kind="gap", rows=(3, 4), where=PLACE)
SMALL = Truth(kind="gap", rows=(8, 9), where=PLACE, fault=False)


def test_what_is_due_and_said_is_found_and_right():
    score = scored([GAP], ("topology.gap", 4, 3, Point(0.5, 0.5)))["gap"]
    assert (score.recall, score.precision) == (1.0, 1.0)


@pytest.mark.parametrize(
    "said",
    [
        ("topology.gap", 5, 6, Point(0.5, 0.5)),
        ("topology.gap", 3, 4, Point(2.5, 0.5)),
        ("topology.gap", 8, 9, PLACE),
    ],
    ids=["other rows", "another place", "under the tolerance"],
)
def test_what_is_said_elsewhere_is_false_and_what_is_due_is_missed(said):
    score = scored([GAP, SMALL], said)["gap"]
    assert (score.recall, score.precision, score.quiet) == (0.0, 0.0, 1)


def test_another_kind_counts_for_nothing_unless_it_may_be_said():
    said = ("topology.overlap-thin", 3, 4, PLACE)
    assert scored([GAP], said)["overlap"].precision == 0.0
    lenient = Truth(kind="gap", rows=(3, 4), where=PLACE, may=frozenset({"overlap"}))
    score = scored([lenient], said)
    assert score["overlap"].precision is None
    assert score["gap"].recall == 0.0


def test_a_gap_without_rows_is_told_by_its_place():
    assert scored([GAP], ("topology.gap", None, None, PLACE))["gap"].recall == 1.0
    assert scored([GAP], ("topology.gap", None, None, None))["gap"].recall == 0.0


def test_saying_it_twice_is_right_twice_and_found_once():
    said = ("topology.gap", 3, 4, PLACE)
    score = scored([GAP], said, said)["gap"]
    assert (score.found, score.right) == (1, 2)


def test_what_was_there_before_is_left_out_by_rule_rows_and_place():
    before = findings(("a", 1, None, PLACE), ("b", 2, 5, None))
    after = findings(
        ("a", 1, None, PLACE), ("b", 2, 5, None), ("a", 1, None, Point(9, 9)), ("c", 1, None, PLACE)
    )
    fresh = matching.new_findings(after, before)
    assert fresh.index.tolist() == [2, 3]


def test_scores_of_several_runs_add_up():
    total = {}
    for _ in range(2):
        matching.add(total, scored([GAP], ("topology.gap", 3, 4, PLACE)))
    assert total["gap"].found == 2


def test_people_are_drawn_under_telling_and_silent_names():
    made = cases(10, np.random.default_rng(1))
    assert len({case.name for case in made}) == len(made)
    assert {case.personal for case in made} == {True, False}
    assert all(len(case.values) == 10 for case in made)
    cards = next(case for case in made if case.name == "COT3")
    assert all(len(value) == 12 and value.startswith("051") for value in cards.values)
