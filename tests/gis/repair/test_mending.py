"""Options, hostile rows, and what stays of a frame."""

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Polygon

from gis import finding_rules, repair
from gis.errors import InputError
from gis.repair import ledger, words

BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
FLAT = Polygon([(0, 0), (1, 0), (2, 0)])


def test_only_the_steps_that_are_asked_for_are_taken(kit):
    done = kit.mended(kit.layer(kit.box(0, 0, 10, 10), kit.box(9, 0, 19, 10)), steps=["fill"])
    assert kit.changes(done) == []
    assert {said for _, said in kit.reasons(done)} == {words.OTHER_STEP[1]}


def test_a_step_that_changes_borders_brings_the_vertices_it_needs(kit):
    # trimmed, the corners of the upper one lie on the long edge of the lower one
    done = kit.mended(kit.layer(kit.box(0, 0, 30, 10), kit.box(10, 9, 20, 20)), steps=["trim"])
    assert kit.changes(done, "row", "lost_m2") == [(2, 10.0)]
    assert kit.shares_every_node(done.frame)


def test_an_unknown_step_is_refused(kit):
    with pytest.raises(InputError, match="no step 'iron'"):
        repair.mend(kit.layer(kit.box(0, 0, 1, 1)), steps=["iron"])


@pytest.mark.parametrize("shape", [None, Polygon(), BOW_TIE, shapely.Point(0, 0), FLAT])
def test_a_row_without_a_valid_area_is_left_as_it_is(kit, shape):
    subject = kit.layer(kit.box(0, 0, 10, 10), shape, kit.box(9, 0, 19, 10))
    done = kit.mended(subject)
    assert kit.changes(done, "row", "lost_m2") == [(3, 10.0)]
    assert kit.wkb(done.frame)[1] == kit.wkb(subject.frame)[1]
    assert words.BROKEN[1] in set(done.left["why_en"])


@pytest.mark.parametrize("shapes", [(), (None,), (Polygon(), None)])
def test_a_layer_of_nothing_is_mended_to_nothing(kit, shapes):
    done = kit.mended(kit.layer(*shapes))
    assert kit.changes(done) == []
    assert set(done.totals.values()) == {0.0}
    assert len(done.left) == len(shapes)


def test_a_layer_without_a_system_is_mended_without_degrees(kit):
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(9, 0, 19, 10))
    subject.frame.set_crs(None, allow_override=True, inplace=True)
    done = repair.mend(subject)
    assert list(done.ledger["lost_m2"]) == [10.0]
    assert done.ledger["lon"].isna().all()


def test_a_multipolygon_stays_one_and_an_index_of_names_is_kept(kit):
    subject = kit.layer(shapely.MultiPolygon([kit.box(9, 0, 19, 10)]), kit.box(0, 0, 10, 10))
    subject.frame.index = ["thửa hai", "thửa một"]
    done = kit.mended(subject)
    assert list(done.frame.index) == ["thửa hai", "thửa một"]
    assert list(done.frame.geom_type) == ["MultiPolygon", "Polygon"]


def test_the_argument_is_not_changed(kit):
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(9, 0, 19, 10))
    before = subject.frame.copy()
    repair.mend(subject)
    pd.testing.assert_frame_equal(subject.frame, before)


def test_every_rule_that_a_repair_names_stands_in_the_catalogue(kit):
    dust = shapely.box(0, 0, 1e-170, 1e-170)
    endless = Polygon([(0, 0), (1, 0), (1, np.inf)])
    shapes = (None, Polygon(), BOW_TIE, FLAT, shapely.Point(0, 0), dust, endless)
    done = kit.mended(kit.layer(kit.box(0, 0, 10, 10), *shapes, kit.box(9, 0, 19, 10)))
    named = {*ledger.RULES.values(), *done.left["rule_id"], *done.ledger["rule_id"]} - {""}
    assert named <= set(finding_rules.rules())
    assert {"geometry.null", "geometry.empty", "geometry.wrong-dimension"} <= named


def test_the_same_layer_is_mended_the_same_way_every_time(kit):
    subject = kit.layer(*kit.around_a_hole(), kit.box(20.03, -10, 30, 10), kit.box(25, 5, 35, 15))
    one, other = repair.mend(subject), repair.mend(subject)
    pd.testing.assert_frame_equal(one.ledger, other.ledger)
    assert kit.wkb(one.frame) == kit.wkb(other.frame)
    assert set(one.ledger["step"]) >= {"fill", "snap", "trim"}


def test_zones_are_no_coverage_so_that_only_common_ground_is_left_to_people(kit):
    # a corner on the other's edge, a gap, and two approved zones on one ground
    status = ["approved", "approved", "draft"]
    subject = kit.zones(
        kit.box(0, 0, 30, 10), kit.box(10, 9, 20, 20), kit.box(40, 0, 50, 10), status=status
    )
    assert set(kit.mended(subject).left["rule_id"]) == {"topology.overlap"}
