"""Shapes at the door: what has no area is left out, broken rings are read as they were meant."""

import geopandas as gpd
import hypothesis
import numpy as np
import pytest
import shapely
from hypothesis import strategies as st

from gis import findings
from gis.errors import GeometryTypeError
from gis.intake import shapes

VN2000 = "EPSG:5898"
E, N = 580_000.0, 1_690_000.0


def area(*rings):
    shell, *holes = [[(E + x, N + y) for x, y in ring] for ring in rings]
    return shapely.Polygon(shell, holes)


def box(west, south, east, north):
    return area([(west, south), (east, south), (east, north), (west, north)])


def frame(*geometry, crs=VN2000):
    rows = {"source_row": range(1, len(geometry) + 1)}
    return gpd.GeoDataFrame(rows, geometry=list(geometry), crs=crs)


def scribble(corners):
    """Return a ring through places by chance."""
    rng = np.random.default_rng(corners)
    return shapely.Polygon(np.array([E, N]) + 1000 * rng.random((corners, 2)))


def kept(*geometry, **given):
    rows, found = shapes.polygons_only(frame(*geometry), where=("Tệp", "File"), **given)
    return rows, findings.table(found, system=VN2000)


def repaired(*geometry):
    rows, found = shapes.repair_rings(frame(*geometry))
    return rows, findings.table(found, system=VN2000)


HECTARE = box(0, 0, 100, 100)
TIE = area([(0, 0), (100, 100), (100, 0), (0, 100)])
FLAT = area([(0, 0), (100, 0), (50, 0)])
#: Once around the hectare, then once more around the 40 m square at its corner.
TWICE = area([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0), (40, 0), (40, 40), (0, 40)])
INNER = box(0, 0, 40, 40)

#: Rule -> what is found of a shape with the fault, and of one without.
SEEDED = {
    "geometry.collapsed-ring": (lambda: repaired(HECTARE, FLAT), lambda: repaired(HECTARE, TIE)),
    "geometry.tangled-ring": (
        lambda: repaired(HECTARE, scribble(200)),
        lambda: repaired(HECTARE, TIE),
    ),
    "geometry.curves": (lambda: kept(HECTARE, curves=1), lambda: kept(HECTARE)),
}


@pytest.mark.parametrize("rule_id", SEEDED)
def test_each_rule_finds_its_fault_and_is_silent_on_the_clean_twin(rule_id):
    fault, twin = SEEDED[rule_id]
    assert list(fault()[1]["rule_id"]) == [rule_id]
    assert rule_id not in set(twin()[1]["rule_id"])


# --- what has an area ---------------------------------------------------------------------------


def test_each_row_without_an_area_says_why_it_was_left_out():
    with np.errstate(invalid="ignore"):
        odd = shapely.polygons([[E, N], [E + 9, np.inf], [E + 9, N + 9], [E, N]])
    lines = shapely.GeometryCollection([shapely.LineString([(E, N), (E + 9, N)])])
    rows, found = kept(HECTARE, None, shapely.Polygon(), shapely.Point(E, N), lines, odd)
    assert list(rows["source_row"]) == [1]
    assert dict(zip(found["row"], found["rule_id"], strict=True)) == {
        2: "geometry.null",
        3: "geometry.empty",
        4: "geometry.wrong-dimension",
        5: "geometry.wrong-dimension",
        6: "geometry.invalid-coordinate",
    }
    assert set(found["severity"]) == {"error"}
    by_row = found.set_index("row")["message_vi"]
    assert by_row[4] == "Dòng 4: điểm không có diện tích; dòng này không được nhận."
    assert by_row[6].startswith(
        "Dòng 6: có tọa độ không phải số, hoặc lớn hơn mọi nơi trên trái đất; dòng này"
    )


def test_of_a_mixed_shape_the_areas_are_kept():
    mixed = shapely.GeometryCollection([shapely.Point(E, N), HECTARE])
    rows, found = kept(mixed)
    assert rows.geometry.iloc[0].equals(HECTARE)
    assert list(found["rule_id"]) == ["geometry.collection"]


def test_heights_are_dropped_and_said_once():
    rows, found = kept(shapely.force_3d(HECTARE, 5.0), shapely.force_3d(box(200, 0, 300, 9), 5.0))
    assert not rows.has_z.any()
    assert list(found["rule_id"]) == ["geometry.heights"]
    assert found["message_en"].iloc[0].startswith("2 shapes carry heights")


def test_arcs_made_straight_are_counted():
    _, found = kept(HECTARE, curves=3)
    assert found["message_vi"].iloc[0].startswith("3 hình có cung tròn")


def test_a_file_without_any_area_is_refused_in_both_languages():
    with pytest.raises(GeometryTypeError, match="no polygon with an area, only Point") as caught:
        kept(shapely.Point(E, N))
    assert "chỉ có điểm" in caught.value.vi


# --- rings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "meant", "rule_id"),
    [
        # two triangles, each a quarter of the hectare
        pytest.param(
            TIE,
            shapely.union(
                area([(0, 0), (50, 50), (0, 100)]), area([(100, 0), (100, 100), (50, 50)])
            ),
            "geometry.self-intersection",
            id="bow tie",
        ),
        pytest.param(
            area([(0, 0), (100, 0), (140, 0), (100, 0), (100, 100), (0, 100)]),
            HECTARE,
            "geometry.self-intersection",
            id="out and back",
        ),
        pytest.param(
            shapely.MultiPolygon([HECTARE, box(20, 20, 30, 30)]),
            HECTARE,
            "geometry.nested-shells",
            id="part within a part",
        ),
        pytest.param(
            shapely.MultiPolygon([HECTARE, box(90, 0, 150, 100)]),
            box(0, 0, 150, 100),
            "geometry.overlapping-parts",
            id="parts over each other",
        ),
        pytest.param(
            area(
                [(0, 0), (100, 0), (100, 100), (0, 100)], [(50, 20), (150, 20), (150, 80), (50, 80)]
            ),
            HECTARE.difference(box(50, 20, 100, 80)),
            "geometry.self-intersection",
            id="hole across the border",
        ),
        pytest.param(
            area(
                [(0, 0), (100, 0), (100, 100), (0, 100)], [(200, 0), (210, 0), (210, 9), (200, 9)]
            ),
            HECTARE,
            "geometry.hole-outside-shell",
            id="hole outside",
        ),
        pytest.param(
            area(
                [(0, 0), (100, 0), (100, 100), (0, 100)],
                [(10, 10), (90, 10), (90, 90), (10, 90)],
                [(20, 20), (30, 20), (30, 30), (20, 30)],
            ),
            HECTARE.difference(box(10, 10, 90, 90)),
            "geometry.nested-holes",
            id="hole in a hole",
        ),
    ],
)
def test_a_broken_ring_is_read_as_it_was_meant(shape, meant, rule_id):
    rows, found = repaired(shape, box(500, 0, 600, 100))
    (row,) = found.itertuples()
    assert row.rule_id == rule_id
    assert (row.severity, row.fix, row.row) == ("warning", "ring", 1)
    assert rows.geometry.iloc[0].is_valid
    assert rows.geometry.iloc[0].symmetric_difference(meant).area == pytest.approx(0, abs=1e-6)
    assert row.effect_m2 == pytest.approx(meant.area - shape.area, abs=1e-6)
    assert list(rows["fault"].fillna("")) == ["repaired-ring", ""]
    assert "đã sửa, diện tích" in row.message_vi
    assert "repaired, area" in row.message_en
    assert 108 < row.lon < 109.5
    assert 15 < row.lat < 15.6


def test_what_a_ring_goes_around_twice_is_its_own_where_nobody_else_has_it():
    rows, found = repaired(TWICE, box(500, 0, 600, 100))
    assert rows.geometry.iloc[0].equals(HECTARE)
    (row,) = found.itertuples()
    # the border counts the corner twice: 10,000 + 1,600
    assert row.effect_m2 == pytest.approx(-1_600)
    assert "đọc chẵn-lẻ được 8.400,000 m², đọc theo chiều vòng được 10.000,000 m²" in row.message_vi
    assert "1.600,000 m² không thuộc đối tượng nào khác nên được giữ" in row.message_vi


def test_what_a_ring_goes_around_twice_is_the_neighbours_who_has_it():
    rows, found = repaired(TWICE, INNER)
    assert rows.geometry.iloc[0].equals(HECTARE.difference(INNER))
    assert shapely.area(shapely.intersection(*rows.geometry)) == 0
    (row,) = found.itertuples()
    assert row.effect_m2 == pytest.approx(8_400 - 11_600)
    assert "1,600.000 m² belong to other features and were not counted" in row.message_en


@pytest.mark.parametrize(("east", "kept_m2"), [(19.0, 10_000), (21.0, 8_400)])
def test_half_of_the_doubtful_part_decides(east, kept_m2):
    rows, _ = repaired(TWICE, box(0, 0, east, 40))
    assert rows.geometry.iloc[0].area == pytest.approx(kept_m2)


def test_neighbours_are_counted_together_and_once():
    half = box(0, 0, 15, 40)
    assert repaired(TWICE, half, half)[0].geometry.iloc[0].area == pytest.approx(10_000)
    both = repaired(TWICE, half, box(15, 0, 30, 40))[0]
    assert both.geometry.iloc[0].area == pytest.approx(8_400)


def test_each_doubtful_part_is_decided_for_itself():
    # around the hectare, around a square at its corner, around the hectare and a square again
    corner = [(0, 0), (40, 0), (40, 40), (0, 40), (0, 0)]
    far = [(100, 100), (60, 100), (60, 60), (100, 60), (100, 100)]
    twice_two = area([*corner, (100, 0), *far, (0, 100)])
    rows, found = repaired(twice_two, INNER)
    # the corner is the neighbour's, the far square is nobody's
    assert rows.geometry.iloc[0].symmetric_difference(HECTARE.difference(INNER)).area == 0
    (row,) = found.itertuples()
    assert "1,600.000 m² belong to other features and were not counted" in row.message_en
    assert "1,600.000 m² belong to no other feature and were kept" in row.message_en


def test_two_broken_rings_may_be_neighbours_of_each_other():
    rows, found = repaired(TWICE, area([(0, 0), (40, 0), (40, 40), (60, 40), (40, 40), (0, 40)]))
    assert len(found) == 2
    assert rows.geometry.iloc[0].area == pytest.approx(8_400)
    assert rows.geometry.iloc[1].area == pytest.approx(1_600)


def test_a_ring_that_falls_into_a_line_leaves_its_row_out():
    rows, found = repaired(HECTARE, FLAT)
    assert list(rows["source_row"]) == [1]
    (row,) = found.itertuples()
    assert (row.rule_id, row.severity, row.row) == ("geometry.collapsed-ring", "error", 2)
    assert "vòng ranh suy biến thành đường, không có diện tích; dòng này" in row.message_vi


def test_a_clean_layer_is_left_as_it_is():
    rows, found = repaired(HECTARE, box(200, 0, 300, 100))
    assert found.empty
    assert rows["fault"].isna().all()
    assert rows.geometry.iloc[0] is not None


def test_the_frame_that_was_given_is_not_changed():
    given = frame(TWICE, INNER)
    shapes.repair_rings(given)
    assert given.geometry.iloc[0].equals_exact(TWICE)
    assert "fault" not in given


def test_a_tangle_too_large_to_be_counted_out_is_mended_all_the_same(monkeypatch):
    monkeypatch.setattr(shapes, "_MANY", 1)
    rows, found = repaired(TIE, box(500, 0, 600, 100))
    assert rows.geometry.iloc[0].area == pytest.approx(5_000)
    assert list(found["rule_id"]) == ["geometry.self-intersection"]
    assert repaired(FLAT, HECTARE)[1]["rule_id"].tolist() == ["geometry.collapsed-ring"]


def test_a_comb_over_another_is_mended_within_bounds():
    # every tooth of one crosses a line of the other
    teeth = 300
    zigzag = [(0.1 * at, 100 * (at % 2)) for at in range(teeth)]
    back = [(0.1 * at, 50 + 10 * (at % 2)) for at in reversed(range(teeth))]
    rows, found = repaired(area(zigzag + back))
    assert len(found) == 1
    assert rows.geometry.iloc[0].is_valid
    assert rows.geometry.iloc[0].area > 0


# --- a second road ------------------------------------------------------------------------------


def inside_even_odd(ring, points):
    """Count how often a ray to the east crosses the ring: odd is inside."""
    count = np.zeros(len(points), dtype=int)
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        between = (y0 > points[:, 1]) != (y1 > points[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            x = x0 + (points[:, 1] - y0) / (y1 - y0) * (x1 - x0)
        count += between & (points[:, 0] < x)
    return count % 2 == 1


@hypothesis.given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=9, unique=True)
)
@hypothesis.settings(max_examples=60)
def test_a_ring_whose_doubtful_parts_are_taken_is_read_even_odd(corners):
    ring = np.array(corners, dtype=float) * 10 + [E, N]
    shape = shapely.Polygon(ring)
    hypothesis.assume(not shape.is_valid)
    everywhere = box(-10, -10, 300, 300)
    rows, _ = repaired(shape, everywhere)
    hypothesis.assume(len(rows) == 2)
    x, y = np.meshgrid(np.arange(3.3, 200, 9.7), np.arange(4.1, 200, 9.3))
    points = np.stack([E + x.ravel(), N + y.ravel()], axis=1)
    lines = shapely.LinearRing(ring)
    clear = shapely.distance(lines, shapely.points(points)) > 1e-6
    read = shapely.contains_xy(rows.geometry.iloc[0], points)
    assert (read == inside_even_odd(ring, points))[clear].all()


@hypothesis.given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=9, unique=True)
)
@hypothesis.settings(max_examples=60)
def test_a_repaired_shape_is_valid_and_lies_between_the_two_readings(corners):
    shape = shapely.Polygon(np.array(corners, dtype=float) * 10 + [E, N])
    alone, _ = repaired(shape, box(900, 0, 1000, 100))
    beside, _ = repaired(shape, box(-10, -10, 300, 300))
    hypothesis.assume(len(alone) == len(beside) == 2)
    filled, plain = alone.geometry.iloc[0], beside.geometry.iloc[0]
    assert filled.is_valid
    assert plain.is_valid
    assert plain.area <= filled.area + 1e-6
    assert plain.difference(filled).area == pytest.approx(0, abs=1e-6)


def test_a_scribble_of_many_corners_is_told_at_once_and_does_not_stop_the_others():
    rows, found = repaired(HECTARE, scribble(4_000), TIE)
    assert list(rows["source_row"]) == [1, 3]
    assert list(found["rule_id"]) == ["geometry.tangled-ring", "geometry.self-intersection"]
    # two edges between places by chance cross with a probability of about 0.23
    crossings = 0.23 * 4_000**2 / 2
    assert float(found["value"].iloc[0]) == pytest.approx(crossings, rel=0.2)


def test_many_parts_side_by_side_are_no_scribble():
    # a whole sheet gathered into one row: invalid, because its parts share their borders
    sheet = shapely.MultiPolygon(
        [box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x in range(40) for y in range(40)]
    )
    rows, found = repaired(sheet)
    assert rows.area.tolist() == pytest.approx([160_000.0])
    assert "geometry.tangled-ring" not in set(found["rule_id"])
