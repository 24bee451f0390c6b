"""Vertices that hang or nearly meet, and boundaries that must not move."""

import numpy as np
import pytest
import shapely
from shapely import Polygon

from gis import topology
from gis.repair import words
from gis.settings import CheckSettings

# --- vertices -----------------------------------------------------------------------------------


def test_a_hanging_vertex_is_given_to_the_edge_that_lacks_it(kit):
    subject = kit.layer(kit.box(0, 0, 20, 10), kit.box(0, 10, 8, 20), kit.box(8, 10, 20, 20))
    assert not kit.shares_every_node(subject.frame)
    done = kit.mended(subject)
    (line,) = done.ledger.itertuples()
    assert (line.step, line.row, line.other_row) == ("insert-vertex", 1, 2)
    assert (line.gained_m2, line.lost_m2, line.moved_m) == (0.0, 0.0, 0.0)
    assert kit.shares_every_node(done.frame)
    assert len(shapely.get_coordinates(done.frame.geometry.iloc[0])) == 6


def test_vertices_that_nearly_meet_become_one(kit):
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(10.03, 0, 20, 10))
    done = kit.mended(subject)
    assert set(done.ledger["step"]) == {"snap"}
    assert set(done.ledger["row"]) == {2}
    assert list(kit.areas(done.frame)) == [100.0, 100.0]
    assert done.ledger["gained_m2"].sum() == pytest.approx(0.3)
    assert done.ledger["moved_m"].to_numpy() == pytest.approx([0.03, 0.03])
    assert kit.shares_every_node(done.frame)


def test_a_vertex_near_an_edge_is_put_on_it(kit):
    # two corners hang 3 cm over a long edge, and keep their distance along it
    roof = kit.polygon((10, 10.03), (20, 10.03), (20, 20), (10, 20))
    done = kit.mended(kit.layer(kit.box(0, 0, 30, 10), roof))
    assert list(kit.areas(done.frame)) == pytest.approx([300.0, 100.0], abs=1e-6)
    assert done.frame.geometry.iloc[0].covers(shapely.Point(580_010, 1_690_010))
    assert kit.shares_every_node(done.frame)


def test_a_shared_corner_moves_in_all_that_have_it(kit):
    # the lower two share a corner that misses the upper one's edge by 2 cm
    subject = kit.layer(
        kit.polygon((0, 0), (10, 0), (10, 9.98), (0, 10)),
        kit.polygon((10, 0), (20, 0), (20, 10), (10, 9.98)),
        kit.box(0, 10, 20, 20),
    )
    done = kit.mended(subject)
    assert kit.shares_every_node(done.frame)
    assert list(kit.areas(done.frame)) == pytest.approx([100.0, 100.0, 200.0], abs=1e-6)
    assert done.left.empty


def test_a_chain_of_near_vertices_does_not_drift(kit):
    # four corners 4 cm apart: nothing may move by more than 5 cm in all
    subject = kit.layer(
        kit.box(0, 0, 10, 10),
        kit.box(10.04, 0, 20, 10),
        kit.polygon((10.08, 10), (20, 10), (20, 20), (10.08, 20)),
        kit.polygon((0, 10), (10.0, 10.04), (10.04, 20), (0, 20)),
    )
    done = kit.mended(subject)
    before, after = subject.frame.geometry, done.frame.geometry
    away = shapely.hausdorff_distance(before.to_numpy(), after.to_numpy())
    assert (away <= 0.1 + 1e-9).all()
    assert (done.ledger["moved_m"] <= 0.05).all()


def test_a_vertex_farther_than_the_limit_is_left(kit):
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(10.03, 0, 20, 10), limits={"fix_m": 0.02})
    done = kit.mended(subject)
    assert kit.changes(done) == []
    assert {said for _, said in kit.reasons(done)} == {words.too_far(0.03, 0.02)[1]}


def test_a_snap_that_would_enclose_bare_ground_is_left(kit):
    # a horseshoe whose mouth is open by 2 cm, around 16 m by 16 m of open land
    horseshoe = kit.polygon(
        *((0, 0), (20, 0), (20, 9.99), (18, 9.99), (18, 2), (2, 2), (2, 18), (18, 18)),
        *((18, 11), (20, 11), (20, 20), (0, 20)),
    )
    plug = kit.polygon((18, 10.01), (20, 10.01), (20, 11), (18, 11))
    done = kit.mended(kit.layer(horseshoe, plug, limits={"fix_m2": 50.0}))
    assert kit.changes(done) == []
    assert {said for _, said in kit.reasons(done)} == {words.WORSE[1]}


# --- what must not move -------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["approved", "existing"])
def test_others_give_way_to_a_settled_zone(kit, status):
    subject = kit.zones(kit.box(0, 0, 10, 10), kit.box(9, 1, 19, 9), status=["draft", status])
    done = kit.mended(subject)
    assert kit.changes(done, "row", "other_feature", "lost_m2") == [(1, "vùng-1", 8.0)]
    assert kit.why(done) == words.BY_SETTLED[1]
    assert kit.wkb(done.frame)[1] == kit.wkb(subject.frame)[1]


def test_two_settled_zones_are_left_to_people(kit):
    subject = kit.zones(
        kit.box(0, 0, 10, 10), kit.box(9, 1, 19, 9), status=["approved", "existing"]
    )
    done = kit.mended(subject)
    assert kit.changes(done) == []
    assert ("topology.overlap", words.BOTH_SETTLED[1]) in kit.reasons(done)


def test_zones_of_the_past_stay_under_those_of_today(kit):
    subject = kit.zones(kit.box(0, 0, 10, 10), kit.box(9, 1, 19, 9), status=["superseded", "draft"])
    done = kit.mended(subject)
    assert done.ledger.empty
    assert kit.wkb(done.frame) == kit.wkb(subject.frame)


def test_a_vertex_moves_to_a_settled_zone_and_never_the_other_way(kit):
    subject = kit.zones(
        kit.box(0, 0, 10, 10), kit.box(10.03, 0, 20, 10), status=["draft", "approved"]
    )
    done = kit.mended(subject)
    assert set(done.ledger["row"]) == {1}
    assert kit.areas(done.frame).iloc[0] == pytest.approx(100.3)
    assert kit.wkb(done.frame)[1] == kit.wkb(subject.frame)[1]


def test_a_commune_gets_vertices_and_nothing_else(kit):
    subject = kit.layer(
        kit.box(0, 0, 20, 10), kit.box(0, 10, 8, 20), kit.box(8, 10, 20, 20), kind="communes"
    )
    subject.frame["name"] = ["Bình Sơn", "Vạn Tường", "Bình Minh"]
    done = kit.mended(subject)
    (line,) = done.ledger.itertuples()
    assert (line.step, line.feature) == ("insert-vertex", "Bình Sơn")
    assert (line.gained_m2, line.lost_m2, line.moved_m) == (0.0, 0.0, 0.0)
    assert kit.shares_every_node(done.frame)
    apart = kit.layer(kit.box(0, 0, 10, 10), kit.box(9.97, 0, 20, 10), kind="communes")
    left = kit.mended(apart)
    assert kit.changes(left) == []
    assert not left.left.empty


def test_communes_of_two_times_do_not_lie_over_each_other(kit):
    subject = kit.layer(
        kit.box(0, 0, 10, 10),
        kit.box(0, 0, 20, 10),
        kit.box(10, 0, 20, 10),
        kind="communes",
        valid_from=[None, "2025-07-01", None],
        valid_to=["2025-06-30", None, "2025-06-30"],
    )
    done = kit.mended(subject)
    assert kit.changes(done) == []
    assert done.left.empty


def test_a_gap_across_a_commune_line_is_divided_along_it(kit):
    # the fourth field is divided at x = 1, where the communes meet: each side fills its own part
    west, top_west, top_east, _, east = kit.around_a_hole()
    fields = [west, top_west, top_east, kit.box(0, -10, 1, 0), kit.box(1, -10, 4, 0), east]
    line = kit.communes(kit.box(-50, -50, 1, 50), kit.box(1, -50, 50, 50))
    done = kit.mended(kit.layer(*fields), fixed=[line])
    gained = done.ledger.groupby("row")["gained_m2"].sum()
    # 2 m2 west of the line: the western field has 2 m of border on them, the others 1 m
    assert {row: size for row, size in gained.items() if size > 1e-6} == {
        1: pytest.approx(2.0),
        5: pytest.approx(6.0),
    }
    for row, half in ((0, line.geometry[0]), (4, line.geometry[1])):
        assert shapely.difference(done.frame.geometry.iloc[row], half).area < 1e-9
    assert kit.shares_every_node(done.frame)


def test_a_gap_on_the_far_side_of_a_commune_line_is_left(kit):
    # the hole belongs to the commune in the middle, which has no field there
    line = kit.communes(kit.box(-50, -50, 0, 50), kit.box(0, 0, 4, 2), kit.box(4, -50, 50, 50))
    done = kit.mended(kit.layer(*kit.around_a_hole()), fixed=[line])
    assert kit.changes(done) == []
    assert kit.reasons(done) == [("topology.gap", words.FAR_SIDE[1])]


def test_an_overlap_across_a_commune_line_is_divided_along_it(kit):
    line = kit.communes(kit.box(-50, -50, 9.5, 50), kit.box(9.5, -50, 50, 50))
    done = kit.mended(kit.layer(kit.box(0, 0, 10, 10), kit.box(9, 0, 19, 10)), fixed=[line])
    assert list(kit.areas(done.frame)) == pytest.approx([95.0, 95.0], abs=1e-6)
    assert set(done.ledger["why_en"]) >= {words.BY_PLACE[1]}
    assert kit.shares_every_node(done.frame)


def test_what_lies_on_a_commune_line_stays_there(kit):
    # the right one's border is the commune's: the left one comes to it, although it is earlier
    line = kit.communes(kit.box(10.03, -50, 50, 50))
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(10.03, 0, 20, 10))
    done = kit.mended(subject, fixed=[line])
    assert set(done.ledger["row"]) == {1}
    assert kit.wkb(done.frame)[1] == kit.wkb(subject.frame)[1]
    both = kit.communes(kit.box(10.03, -50, 50, 50), kit.box(-50, -50, 10, 50))
    left = kit.mended(subject, fixed=[both])
    assert kit.changes(left) == []
    assert {said for _, said in kit.reasons(left)} == {words.FIXED[1]}


def test_a_fixed_layer_may_come_in_another_system(kit):
    line = kit.communes(kit.box(10.03, -50, 50, 50)).to_crs("EPSG:4326")
    done = kit.mended(kit.layer(kit.box(0, 0, 10, 10), kit.box(10.03, 0, 20, 10)), fixed=[line])
    assert set(done.ledger["row"]) == {1}


def test_restrictions_may_lie_over_each_other(kit):
    subject = kit.layer(kit.box(0, 0, 10, 10), kit.box(9, 0, 19, 10), kind="constraints")
    done = kit.mended(subject)
    assert kit.changes(done) == []
    assert kit.reasons(done) == []


def test_snapping_a_ring_of_parcels_may_close_the_bare_ground_that_it_goes_around(kit):
    # three by three parcels without the middle one, whose corners differ by a micrometre: cracks
    # leave the bare ground open, and to close them makes no gap of it that was not there
    rng = np.random.default_rng(0)
    shapes = [
        kit.box(30 * column, 30 * row, 30 * column + 30, 30 * row + 30)
        for row in range(3)
        for column in range(3)
        if (row, column) != (1, 1)
    ]
    moved = [
        Polygon(shapely.get_coordinates(shape)[:-1] + rng.normal(0, 1e-5, (4, 2)))
        for shape in shapes
    ]
    done = kit.mended(kit.layer(*moved))
    assert kit.shares_every_node(done.frame)
    after = topology.faults(done.frame.geometry.to_numpy(), settings=CheckSettings())
    assert after.near.empty
    assert after.overlaps.empty
    assert [round(area) for area in after.gaps["area_m2"]] == [900]
