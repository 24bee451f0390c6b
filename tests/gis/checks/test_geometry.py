"""The shape of each feature alone: every rule with a fault that is seeded, and a clean twin."""

import geopandas as gpd
import hypothesis
import numpy as np
import pytest
import shapely
from hypothesis import strategies as st
from shapely.affinity import rotate, translate

from gis import findings
from gis.checks import geometry
from gis.checks.base import Subject
from gis.settings import CheckSettings

VN2000 = "EPSG:5898"
E, N = 580_000.0, 1_690_000.0


def area(*rings):
    """Return a polygon of rings given near the south-west corner of a hectare."""
    shell, *holes = [[(E + x, N + y) for x, y in ring] for ring in rings]
    return shapely.Polygon(shell, holes)


def square(x, y, size):
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]


def subject(*shapes, crs=VN2000, **settings):
    frame = gpd.GeoDataFrame(
        {"source_row": range(11, 11 + len(shapes))}, geometry=list(shapes), crs=crs
    )
    return Subject(
        layer="land-use", dataset="thửa", frame=frame, settings=CheckSettings(**settings)
    )


def found(*shapes, **given):
    checked = subject(*shapes, **given)
    return findings.join(geometry.check(checked), system=checked.frame.crs)


def circle(points, radius):
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return shapely.Polygon(
        np.stack([E + radius * np.cos(angle), N + radius * np.sin(angle)], axis=1)
    )


def odd_number(value):
    with np.errstate(invalid="ignore"):
        return shapely.polygons([[E, N], [E + 9, value], [E + 9, N + 9], [E, N]])


HECTARE = area(square(0, 0, 100))
HOLED = area(square(0, 0, 100), square(20, 20, 40))
PARTS = shapely.MultiPolygon([HECTARE, area(square(200, 0, 50))])
SPIKE = area([(0, 0), (100, 0), (100, 50), (140, 50.2), (100, 50.4), (100, 100), (0, 100)])
CORNER = area([(0, 0), (100, 0), (100, 50), (140, 70), (100, 90), (100, 100), (0, 100)])
FAR = area([(0, 0), (100, 0), (3_000_000, 100), (0, 100)])

#: Rule -> a shape with the fault, and the same without it.
SEEDED = {
    "geometry.null": (None, HECTARE),
    "geometry.empty": (shapely.Polygon(), HECTARE),
    "geometry.wrong-dimension": (shapely.Point(E, N), HECTARE),
    "geometry.collection": (shapely.GeometryCollection([HECTARE, shapely.Point(E, N)]), PARTS),
    "geometry.invalid-coordinate": (odd_number(np.nan), odd_number(N)),
    "geometry.self-intersection": (
        area([(0, 0), (100, 100), (100, 0), (0, 100)]),
        area([(0, 0), (100, 0), (100, 100), (0, 100)]),
    ),
    "geometry.ring-self-intersection": (
        area([(0, 0), (50, 50), (100, 0), (100, 100), (50, 50), (0, 100)]),
        area([(0, 0), (50, 40), (100, 0), (100, 100), (50, 60), (0, 100)]),
    ),
    "geometry.hole-outside-shell": (area(square(0, 0, 100), square(200, 0, 10)), HOLED),
    "geometry.nested-holes": (
        area(square(0, 0, 100), square(10, 10, 80), square(20, 20, 10)),
        area(square(0, 0, 100), square(10, 10, 40), square(60, 60, 10)),
    ),
    "geometry.nested-shells": (
        shapely.MultiPolygon([HECTARE, area(square(20, 20, 10))]),
        shapely.MultiPolygon([HOLED, area(square(30, 30, 10))]),
    ),
    "geometry.overlapping-parts": (
        shapely.MultiPolygon([HECTARE, area(square(90, 90, 50))]),
        shapely.MultiPolygon([HECTARE, area(square(100, 100, 50))]),
    ),
    "geometry.duplicate-rings": (
        area(square(0, 0, 100), square(20, 20, 40), square(20, 20, 40)),
        area(square(0, 0, 100), square(20, 20, 40), square(70, 70, 10)),
    ),
    "geometry.disconnected-interior": (
        area(square(0, 0, 100), [(50, 0), (100, 50), (50, 100), (0, 50)]),
        area(square(0, 0, 100), [(50, 10), (90, 50), (50, 90), (10, 50)]),
    ),
    "geometry.too-few-points": (area([(0, 0), (100, 100), (100, 100)]), HECTARE),
    "geometry.repeated-points": (
        area([(0, 0), (100, 0), (100, 0), (100, 100), (0, 100)]),
        area([(0, 0), (99, 0), (100, 0), (100, 100), (0, 100)]),
    ),
    "geometry.spike": (SPIKE, CORNER),
    "geometry.tiny-part": (shapely.MultiPolygon([HECTARE, area(square(200, 0, 0.5))]), PARTS),
    "geometry.tiny-hole": (area(square(0, 0, 100), square(20, 20, 0.5)), HOLED),
    "geometry.sliver": (
        area([(0, 0), (100, 0), (100, 0.1), (0, 0.1)]),
        area([(0, 0), (100, 0), (100, 1.0), (0, 1.0)]),
    ),
    "geometry.heights": (shapely.force_3d(HECTARE, 55.0), HECTARE),
    "geometry.measures": (
        shapely.from_wkt(
            "POLYGON M ((580000 1690000 1, 580009 1690000 1, 580009 1690009 1, 580000 1690000 1))"
        ),
        HECTARE,
    ),
    "geometry.zero-coordinate": (
        shapely.Polygon([(0, 0), (E, N), (E, N + 100)]),
        shapely.Polygon([(E - 10, N), (E, N), (E, N + 100)]),
    ),
    "geometry.far-vertex": (FAR, area([(0, 0), (100, 0), (3_000, 100), (0, 100)])),
    "geometry.outside-vietnam": (translate(HECTARE, 5_000_000, 0), translate(HECTARE, 5_000, 0)),
    "geometry.many-vertices": (circle(100_001, 5_000), circle(99_999, 5_000)),
    # 200 vertices 4 cm apart, and 10 cm apart
    "geometry.dense-vertices": (circle(200, 200 * 0.04 / 6.283), circle(200, 200 * 0.1 / 6.283)),
}


@pytest.mark.parametrize("rule_id", SEEDED)
def test_each_rule_finds_its_fault_and_is_silent_on_the_clean_twin(rule_id):
    fault, twin = SEEDED[rule_id]
    said = found(HECTARE, fault)
    assert list(said["rule_id"]) == [rule_id]
    if rule_id not in {"geometry.heights", "geometry.measures"}:
        assert list(said["row"]) == [12]
        assert said["message_vi"].iloc[0].startswith("Dòng 12: ")
        assert said["message_en"].iloc[0].startswith("Row 12: ")
    assert found(HECTARE, twin).empty


def only(*shapes, **given):
    (row,) = found(*shapes, **given).itertuples()
    return row


# --- sizes by hand ------------------------------------------------------------------------------


def test_a_spike_says_how_long_and_how_large_it_is():
    # 40 m out, 0.4 m wide at its foot: 8 m2, and an angle of 2 atan(0.2 / 40)
    spike = only(SPIKE)
    assert spike.size == pytest.approx(np.hypot(40, 0.2))
    assert spike.unit == "m"
    assert "8,00 m²" in spike.message_vi
    assert "góc 0,57°" in spike.message_vi
    assert spike.geometry.equals(
        shapely.LineString([(E + 100, N + 50), (E + 140, N + 50.2), (E + 100, N + 50.4)])
    )


def test_a_spike_at_the_first_vertex_and_one_into_the_parcel_are_found_too():
    ring = [*SPIKE.exterior.coords][:-1]
    for turn in range(len(ring)):
        assert only(shapely.Polygon(ring[turn:] + ring[:turn])).rule_id == "geometry.spike"
    notch = area([(0, 0), (100, 0), (100, 50), (60, 50.2), (100, 50.4), (100, 100), (0, 100)])
    assert only(notch).rule_id == "geometry.spike"
    hole = area(square(-50, -50, 300), [*reversed([(x - E, y - N) for x, y in ring])])
    assert only(hole).rule_id == "geometry.spike"


def test_a_repeated_vertex_at_its_tip_does_not_hide_a_spike():
    ring = [*SPIKE.exterior.coords][:-1]
    said = found(shapely.Polygon([*ring[:4], ring[3], *ring[4:]]))
    assert sorted(said["rule_id"]) == ["geometry.repeated-points", "geometry.spike"]


def test_the_angle_of_a_spike_is_a_setting():
    # the corner of CORNER: 2 atan(20 / 40) = 53.1 degrees
    assert found(CORNER, spike_deg=53.0).empty
    assert only(CORNER, spike_deg=53.2).rule_id == "geometry.spike"


def test_repeated_vertices_are_counted_once_a_feature():
    ring = [(0, 0), (0, 0), (0, 0), (100, 0), (100, 100), (100, 100), (0, 100)]
    assert "3 đỉnh trùng" in only(area(ring)).message_vi
    # the last vertex of a ring repeats its first, and is no fault
    assert found(HECTARE).empty


def test_tiny_parts_and_holes_straddle_their_tolerance():
    for size, count in ((0.70, 1), (0.71, 0)):
        # 0.49 m2 and 0.5041 m2 against 0.5 m2
        part = shapely.MultiPolygon([HECTARE, area(square(200, 0, size))])
        hole = area(square(0, 0, 100), square(20, 20, size))
        for shape in (part, hole):
            said = found(shape)
            assert len(said) == count
            assert said["size"].to_list() == pytest.approx([size**2] * count, abs=1e-6)
    assert only(part, tiny_part_m2=1.0).tolerance == 1.0


def test_a_sliver_is_measured_by_its_mean_width():
    # twice 100 x 0.1 over 200.2
    sliver = only(area([(0, 0), (100, 0), (100, 0.1), (0, 0.1)]))
    assert sliver.size == pytest.approx(20 / 200.2, abs=1e-9)
    assert (sliver.unit, sliver.tolerance) == ("m", 0.2)


def test_an_invalid_feature_never_stops_the_checks_of_the_others():
    faults = [fault for fault, _ in SEEDED.values()]
    said = found(*faults)
    assert {*said["rule_id"]} == {*SEEDED}
    assert (said["fix"] == "ring").sum() == 9
    assert said.loc[said["fix"] == "ring", "lon"].notna().all()


def test_the_place_of_a_self_intersection_is_where_the_lines_cross():
    tie, _ = SEEDED["geometry.self-intersection"]
    row = only(tie)
    assert row.geometry.equals(shapely.Point(E + 50, N + 50))
    assert "580050.00 1690050.00" in row.message_vi


def test_heights_are_said_once_for_the_layer():
    high = shapely.force_3d(HECTARE, 55.0)
    row = only(high, high, translate(HECTARE, 500))
    assert (row.rule_id, row.value, row.layer, row.dataset) == (
        "geometry.heights",
        "2",
        "land-use",
        "thửa",
    )


def test_the_vertex_astray_is_named():
    row = only(HECTARE, FAR)
    assert row.geometry.equals(shapely.Point(E + 3_000_000, N + 100))


def test_a_layer_that_lies_elsewhere_as_a_whole_is_left_to_the_door():
    assert found(translate(HECTARE, 5_000_000, 0), translate(HECTARE, 5_000_200, 0)).empty


def test_a_layer_without_system_or_rows_is_checked_as_far_as_it_goes():
    assert found().empty
    assert only(SPIKE, crs=None).rule_id == "geometry.spike"
    assert list(found(None, shapely.Polygon())["rule_id"]) == ["geometry.empty", "geometry.null"]


def test_the_parts_of_a_collection_decide_whether_it_is_an_area():
    nested = shapely.GeometryCollection([shapely.GeometryCollection([HECTARE])])
    lines = shapely.GeometryCollection([shapely.LineString([(E, N), (E + 1, N)])])
    said = geometry.unfit_for_area(np.array([nested, lines, HECTARE, PARTS], dtype=object))
    assert list(said) == ["geometry.collection", "geometry.wrong-dimension", "", ""]


# --- invariants ---------------------------------------------------------------------------------


@hypothesis.given(
    angle=st.floats(0, 360), dx=st.floats(-20_000, 20_000), dy=st.floats(-20_000, 20_000)
)
@hypothesis.settings(max_examples=25)
def test_findings_do_not_depend_on_where_a_shape_lies_or_how_it_is_turned(angle, dx, dy):
    shapes = [SPIKE, SEEDED["geometry.tiny-hole"][0], SEEDED["geometry.sliver"][0], HOLED]
    moved = [translate(rotate(each, angle, origin=(E, N)), dx, dy) for each in shapes]
    here, there = found(*shapes), found(*moved)
    assert list(there["rule_id"]) == list(here["rule_id"])
    assert there["size"].to_list() == pytest.approx(here["size"].to_list(), rel=1e-4)


# said of the layer, not of a row; and a shape of 100,000 vertices is slow to draw
NOT_OF_A_ROW = {"geometry.heights", "geometry.measures", "geometry.many-vertices"}


@hypothesis.given(st.lists(st.sampled_from(sorted({*SEEDED} - NOT_OF_A_ROW)), max_size=8))
@hypothesis.settings(max_examples=25)
def test_each_feature_is_judged_as_if_it_were_alone(names):
    said = found(HECTARE, *(SEEDED[name][0] for name in names))
    assert list(said.sort_values("row")["rule_id"]) == names
