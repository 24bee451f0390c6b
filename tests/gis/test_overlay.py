"""The engine against squares done by hand, against set algebra, and against two other roads."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import rasterio.features
import rasterio.transform
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import MergeAlg
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import translate

from gis import overlay
from gis.overlay import UNCOVERED

VN2000 = "EPSG:5898"
# for the second road: on free coordinates GEOS errs where edges nearly coincide
GRID = 1e-8


def array(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def cut(zone, *cover):
    """Cut one zone by one cover: areas by the rows that own them."""
    cells = overlay.disjoint(array(*cover))
    pieces = overlay.cut(array(zone), {"cover": cells})
    return by_owners(pieces, cells)


def by_owners(pieces, cells):
    areas = {}
    for cell, area in zip(pieces.cell["cover"], pieces.area_m2(), strict=True):
        owners = () if cell == UNCOVERED else cells.owners[cell]
        areas[owners] = areas.get(owners, 0.0) + area
    return areas


# --- squares done by hand ---------------------------------------------------------------------


def test_a_zone_inside_one_cell_is_one_piece():
    assert cut(box(2, 2, 3, 3), box(0, 0, 10, 10)) == {(0,): 1.0}


def test_a_quarter_overlap_is_a_quarter_and_the_rest_is_open():
    assert cut(box(0, 0, 2, 2), box(1, 1, 3, 3)) == {(0,): 1.0, (): 3.0}


def test_a_zone_over_three_cells_has_three_pieces():
    columns = [box(10 * at, 0, 10 * at + 10, 10) for at in range(3)]
    assert cut(box(5, 2, 25, 4), *columns) == {(0,): 10.0, (1,): 20.0, (2,): 10.0}


def test_a_hole_in_the_zone_stays_a_hole():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert cut(ring, box(0, 0, 5, 10), box(5, 0, 10, 10)) == {(0,): 48.0, (1,): 48.0}


def test_a_hole_in_a_cell_is_open_ground():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert cut(box(0, 0, 10, 10), ring) == {(0,): 96.0, (): 4.0}


def test_an_island_parcel_fills_the_hole_of_another():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert cut(box(3, 3, 7, 7), ring, box(4, 4, 6, 6)) == {(0,): 12.0, (1,): 4.0}


def test_double_cover_is_a_cell_of_its_own_with_both_owners():
    cells = overlay.disjoint(array(box(0, 0, 6, 2), box(4, 0, 10, 2)))
    assert dict(zip(cells.owners, shapely.area(cells.geometry), strict=True)) == {
        (0,): 8.0,
        (0, 1): 4.0,
        (1,): 8.0,
    }
    assert cells.doubled().tolist() == [len(owners) == 2 for owners in cells.owners]
    assert cut(box(0, 0, 10, 2), box(0, 0, 6, 2), box(4, 0, 10, 2)) == {
        (0,): 8.0,
        (0, 1): 4.0,
        (1,): 8.0,
    }


def test_identical_rows_are_one_cell_with_both_owners():
    assert cut(box(1, 1, 3, 3), box(0, 0, 4, 4), box(0, 0, 4, 4)) == {(0, 1): 4.0}


def test_a_row_within_another_is_double_there_and_nowhere_else():
    assert cut(box(0, 0, 10, 10), box(0, 0, 10, 10), box(2, 2, 4, 4)) == {(0,): 96.0, (0, 1): 4.0}


def test_three_rows_over_each_other_have_seven_cells():
    # three 4 x 4 squares, each one to the right of and above the one before
    squares = [box(at, at, at + 4, at + 4) for at in range(3)]
    # pairs share 3 x 3, the outer pair 2 x 2, and that lies under the middle one too
    assert cut(box(-1, -1, 9, 9), *squares) == {
        (0,): 16.0 - 9.0,
        (1,): 16.0 - 9.0 - 9.0 + 4.0,
        (2,): 16.0 - 9.0,
        (0, 1): 9.0 - 4.0,
        (1, 2): 9.0 - 4.0,
        (0, 1, 2): 4.0,
        (): 100.0 - (3 * 16.0 - 9.0 - 9.0 - 4.0 + 4.0),
    }


def test_a_gap_between_rows_is_open_ground():
    assert cut(box(0, 0, 10, 1), box(0, 0, 4, 1), box(6, 0, 10, 1)) == {
        (0,): 4.0,
        (1,): 4.0,
        (): 2.0,
    }


@pytest.mark.parametrize(
    "neighbour",
    [
        pytest.param(box(2, 0, 4, 2), id="along an edge"),
        pytest.param(box(2, 2, 4, 4), id="at a corner"),
        pytest.param(box(2, -1, 4, 1), id="along half an edge"),
    ],
)
def test_what_only_touches_shares_nothing(neighbour):
    assert cut(box(0, 0, 2, 2), neighbour) == {(): 4.0}
    cells = overlay.disjoint(array(box(0, 0, 2, 2), neighbour))
    assert cells.owners == ((0,), (1,))
    assert [len(pair) for pair in overlay.overlapping_pairs(array(box(0, 0, 2, 2), neighbour))] == [
        0,
        0,
        0,
    ]


def test_a_rounding_overlap_goes_to_the_earlier_row_without_a_cell_of_its_own():
    # 1 m x 5 mm = 0.005 m2, below a square decimetre
    first, second = box(0, 0, 1.005, 1), box(1, 0, 2, 1)
    cells = overlay.disjoint(array(first, second))
    assert cells.owners == ((0,), (1,))
    assert shapely.area(cells.geometry) == pytest.approx([1.005, 0.995], rel=1e-12)


def test_a_square_decimetre_of_overlap_is_double_cover():
    side = overlay.BORDER_OVERLAP_M2
    assert cut(box(0, 0, 3, 1), box(0, 0, 1 + side, 1), box(1, 0, 3, 1)) == pytest.approx(
        {(0,): 1.0, (0, 1): side, (1,): 2.0 - side}
    )


def test_parts_of_one_row_stay_one_piece():
    twins = MultiPolygon([box(0, 0, 1, 1), box(3, 0, 4, 1)])
    cells = overlay.disjoint(array(twins))
    pieces = overlay.cut(array(box(0, 0, 4, 1)), {"cover": cells})
    assert by_owners(pieces, cells) == {(0,): 2.0, (): 2.0}
    assert len(pieces.zone) == 2


def test_a_zone_of_two_parts_is_cut_as_one():
    zone = MultiPolygon([box(0, 0, 1, 1), box(3, 0, 4, 1)])
    assert cut(zone, box(0, 0, 4, 0.5)) == {(0,): 1.0, (): 1.0}


def test_two_covers_cut_one_after_the_other():
    halves = overlay.disjoint(array(box(0, 0, 2, 4), box(2, 0, 4, 4)))
    bottom = overlay.disjoint(array(box(0, 0, 4, 1)))
    pieces = overlay.cut(array(box(0, 0, 4, 4)), {"halves": halves, "bottom": bottom})
    found = {
        (int(half), int(low)): float(area)
        for half, low, area in zip(
            pieces.cell["halves"], pieces.cell["bottom"], pieces.area_m2(), strict=True
        )
    }
    assert found == {(0, 0): 2.0, (0, UNCOVERED): 6.0, (1, 0): 2.0, (1, UNCOVERED): 6.0}


def test_overlapping_zones_are_each_cut_on_their_own():
    cells = overlay.disjoint(array(box(0, 0, 10, 10)))
    pieces = overlay.cut(array(box(0, 0, 4, 4), box(2, 2, 6, 6)), {"cover": cells})
    assert pieces.zone.tolist() == [0, 1]
    assert pieces.area_m2().tolist() == [16.0, 16.0]


def test_pieces_come_by_zone_and_then_by_cell():
    cells = overlay.disjoint(array(*(box(at, 0, at + 1, 1) for at in (4, 2, 0, 1, 3))))
    pieces = overlay.cut(array(box(0, 0, 5, 1), box(1, 0, 3, 1)), {"cover": cells})
    keys = list(zip(pieces.zone.tolist(), pieces.cell["cover"].tolist(), strict=True))
    assert keys == sorted(keys)


@pytest.mark.parametrize("cover", [(), (box(90, 90, 91, 91),)], ids=["empty", "far away"])
def test_a_cover_that_does_not_reach_the_zone_leaves_it_whole(cover):
    assert cut(box(0, 0, 2, 2), *cover) == {(): 4.0}


def test_no_zone_has_no_piece():
    pieces = overlay.cut(array(), {"cover": overlay.disjoint(array(box(0, 0, 1, 1)))})
    assert len(pieces.zone) == len(pieces.geometry) == len(pieces.cell["cover"]) == 0


def test_without_a_cover_the_zone_is_its_own_piece():
    pieces = overlay.cut(array(box(0, 0, 2, 3)), {})
    assert pieces.area_m2().tolist() == [6.0]
    assert pieces.cell == {}


TWINS = "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 1, 0 0)), ((3 0, 4 0, 4 1, 3 1, 3 0)))"
SQUARE = "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))"


@pytest.mark.parametrize(
    ("text", "area"),
    [
        (SQUARE, 4.0),
        (f"GEOMETRYCOLLECTION ({SQUARE}, LINESTRING (2 2, 5 5))", 4.0),
        ("GEOMETRYCOLLECTION (LINESTRING (2 2, 5 5), POINT (1 1))", 0.0),
        ("LINESTRING (0 0, 1 1)", 0.0),
        ("GEOMETRYCOLLECTION EMPTY", 0.0),
        (f"GEOMETRYCOLLECTION ({TWINS}, POLYGON ((6 0, 7 0, 7 1, 6 1, 6 0)))", 3.0),
        (f"GEOMETRYCOLLECTION (POINT (9 9), GEOMETRYCOLLECTION (POINT (8 8), {TWINS}))", 2.0),
    ],
)
def test_only_the_polygons_of_a_collection_are_kept(text, area):
    (kept,) = overlay.polygonal(array(shapely.from_wkt(text)))
    assert kept.geom_type in {"Polygon", "MultiPolygon"}
    assert kept.area == area


# corners in whole metres: zone, a row of one cover, and what cuts the row of the next out of it
NEARLY_COINCIDENT = [
    (
        [(53, 307), (75, 477), (-169, 445), (-215, 137), (106, 44)],
        [(309, 479), (180, 741), (-49, 479), (180, 198)],
        [(239, 364), (33, 443), (-221, 364), (33, 252)],
    ),
    (
        [(537, 342), (352, 500), (348, 177)],
        [(758, 111), (649, 372), (346, 270), (405, -4), (579, 64)],
        [(278, 573), (13, 749), (-226, 573), (13, 293)],
    ),
    (
        [(293, 559), (143, 726), (-101, 697), (5, 498), (128, 439)],
        [(178, 285), (191, 553), (-101, 434), (-81, 150), (148, 148)],
        [(177, 210), (231, 448), (67, 273), (-61, 54), (230, -24)],
    ),
]


@pytest.mark.parametrize("corners", NEARLY_COINCIDENT)
def test_edges_that_nearly_coincide_lose_no_ground(corners):
    # GEOS 3.14 on free coordinates gives a face of each of these to the wrong side
    zone, row, other = map(Polygon, corners)
    rest = row.difference(other)
    covers = {"one": overlay.disjoint(array(row)), "two": overlay.disjoint(array(rest))}
    pieces = overlay.cut(array(zone), covers)
    assert pieces.area_m2().sum() == pytest.approx(zone.area, rel=1e-9)
    within = {name: pieces.area_m2()[label == 0].sum() for name, label in pieces.cell.items()}
    assert within == pytest.approx(
        {
            name: shapely.intersection(zone, ground, grid_size=GRID).area
            for name, ground in (("one", row), ("two", rest))
        }
    )


# --- invariants -------------------------------------------------------------------------------


@st.composite
def grid_boxes(draw):
    west, south = draw(st.integers(0, 12)), draw(st.integers(0, 12))
    east, north = west + draw(st.integers(1, 8)), south + draw(st.integers(1, 8))
    return box(10 * west, 10 * south, 10 * east, 10 * north)


@st.composite
def stars(draw):
    """Draw simple polygons: one corner a direction, so no ring crosses itself."""
    count = draw(st.integers(3, 9))
    radii = draw(st.lists(st.floats(5, 80), min_size=count, max_size=count))
    x, y = draw(st.floats(0, 150)), draw(st.floats(0, 150))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    corners = np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)])
    return Polygon(corners.round(3))


SHAPES = st.one_of(grid_boxes(), stars())
COVERS = st.lists(SHAPES, max_size=6)


def left_over(geometry, taken):
    """Areas of what is left, in square metres."""
    return shapely.area(shapely.difference(geometry, taken, grid_size=GRID))


def union(geometries):
    (polygons,) = overlay.polygonal(array(shapely.union_all(geometries, grid_size=GRID)))
    return polygons


def owned(cover, owners):
    """Area of the ground that these rows own and no others: by set algebra."""
    ground = cover[owners[0]]
    for row in owners[1:]:
        (ground,) = overlay.polygonal(
            array(shapely.intersection(ground, cover[row], grid_size=GRID))
        )
    others = [polygon for row, polygon in enumerate(cover) if row not in owners]
    return float(left_over(ground, union(others)))


@settings(max_examples=60)
@given(zones=st.lists(SHAPES, min_size=1, max_size=3), first=COVERS, second=COVERS)
def test_pieces_sum_to_their_zone_and_lie_in_it_side_by_side(zones, first, second):
    cells = {"first": overlay.disjoint(array(*first)), "second": overlay.disjoint(array(*second))}
    pieces = overlay.cut(array(*zones), cells)
    area = pieces.area_m2()
    assert (area > 0).all()
    for at, zone in enumerate(zones):
        mine = pieces.zone == at
        assert area[mine].sum() == pytest.approx(zone.area, rel=1e-9)
        # side by side: their union is as large as their sum
        assert union(pieces.geometry[mine]).area == pytest.approx(zone.area, rel=1e-8)
        assert left_over(pieces.geometry[mine], zone).sum() < 1e-5


@settings(max_examples=60)
@given(zone=SHAPES, cover=COVERS)
def test_a_piece_lies_in_its_cell_or_outside_all(zone, cover):
    cells = overlay.disjoint(array(*cover))
    pieces = overlay.cut(array(zone), {"cover": cells})
    label = pieces.cell["cover"]
    inside = label != UNCOVERED
    assert left_over(pieces.geometry[inside], cells.geometry[label[inside]]).sum() < 1e-5
    outside = pieces.geometry[~inside]
    assert left_over(outside, union(cells.geometry)).sum() == pytest.approx(
        shapely.area(outside).sum(), abs=1e-5
    )


@settings(max_examples=60)
@given(cover=st.lists(SHAPES, min_size=1, max_size=4))
def test_cells_are_what_set_algebra_says(cover):
    cells = overlay.disjoint(array(*cover))
    assert len(set(cells.owners)) == len(cells.owners)
    assert shapely.area(cells.geometry).sum() == pytest.approx(union(cover).area, rel=1e-9)
    found = dict(zip(cells.owners, shapely.area(cells.geometry), strict=True))
    # an overlap below the threshold has no cell of its own
    slack = len(cover) * overlay.BORDER_OVERLAP_M2
    for count in range(1, len(cover) + 1):
        for owners in combinations(range(len(cover)), count):
            assert found.get(owners, 0.0) == pytest.approx(owned(cover, owners), abs=slack)


@settings(max_examples=40)
@given(zone=SHAPES, cover=st.lists(grid_boxes(), max_size=6), data=st.data())
def test_the_order_of_rows_changes_no_area(zone, cover, data):
    shuffled = data.draw(st.permutations(range(len(cover))))
    straight = cut(zone, *cover)
    moved = cut(zone, *(cover[row] for row in shuffled))
    renamed = {tuple(sorted(shuffled[row] for row in rows)): area for rows, area in moved.items()}
    assert renamed == pytest.approx(straight, rel=1e-9, abs=1e-6)


@settings(max_examples=40)
@given(zone=grid_boxes(), cover=st.lists(grid_boxes(), max_size=6))
def test_areas_do_not_depend_on_where_the_map_lies(zone, cover):
    away = {"xoff": 580_562.0, "yoff": 1_686_622.0}
    moved = cut(translate(zone, **away), *(translate(shape, **away) for shape in cover))
    # whole metres stay whole metres
    assert moved == pytest.approx(cut(zone, *cover), rel=1e-9)


# --- other roads to the same areas, over real parcels ------------------------------------------

PIXEL_M = 0.25


@pytest.fixture(scope="module")
def parcels(real_data):
    frame = gpd.read_file(real_data / "parcels-duynghia" / "duynghia_parcels.gpkg").to_crs(VN2000)
    geometry = overlay.polygonal(shapely.make_valid(frame.geometry.to_numpy()))
    return gpd.GeoDataFrame({"code": frame["mdsd"]}, geometry=geometry, crs=VN2000)


@pytest.fixture(scope="module")
def zone(parcels):
    """Return a disc of 250 m radius around the parcel overlap that is the largest there is."""
    first, second, area = overlay.overlapping_pairs(parcels.geometry.to_numpy())
    at = int(np.argmax(area))
    meeting = parcels.geometry.iloc[first[at]].intersection(parcels.geometry.iloc[second[at]])
    return meeting.representative_point().buffer(250)


@pytest.fixture(scope="module")
def real_cut(parcels, zone):
    near = parcels[parcels.intersects(zone)].reset_index(drop=True)
    cells = overlay.disjoint(near.geometry.to_numpy())
    return near, cells, overlay.cut(array(zone), {"cover": cells})


def hectares_by_code(near, cells, pieces):
    found = {}
    for cell, area in zip(pieces.cell["cover"], pieces.area_m2(), strict=True):
        for code in {near["code"][row] for row in cells.owners[cell]} if cell >= 0 else ():
            found[code] = found.get(code, 0.0) + area
    return found


def test_real_parcels_have_the_overlaps_that_their_readme_counts(parcels):
    *_, area = overlay.overlapping_pairs(parcels.geometry.to_numpy())
    assert (area > 0.01).sum() == 94
    assert (area > 1).sum() == 8
    assert area.sum() == pytest.approx(942, abs=1)


def test_each_real_parcel_gets_what_geopandas_gives_it(real_cut, zone):
    near, cells, pieces = real_cut
    frame = gpd.GeoDataFrame({"zone": [0]}, geometry=[zone], crs=VN2000)
    theirs = gpd.overlay(frame, near.assign(row=near.index), keep_geom_type=True)
    expected = theirs.assign(area=theirs.area).groupby("row")["area"].sum()
    found = np.zeros(len(near))
    for cell, area in zip(pieces.cell["cover"], pieces.area_m2(), strict=True):
        for row in cells.owners[cell] if cell != UNCOVERED else ():
            found[row] += area
    # rounding overlaps of less than a square decimetre went to one of the two
    difference = np.abs(found - expected.reindex(near.index, fill_value=0.0).to_numpy())
    assert difference.max() < 4 * overlay.BORDER_OVERLAP_M2
    assert found.sum() == pytest.approx(expected.sum(), rel=1e-6)
    assert cells.doubled().any()


def test_a_count_of_fine_pixels_finds_the_same_areas(real_cut, zone):
    near, cells, pieces = real_cut
    west, south, east, north = zone.bounds
    shape = int((north - south) / PIXEL_M) + 1, int((east - west) / PIXEL_M) + 1
    grid = rasterio.transform.from_origin(west, north, PIXEL_M, PIXEL_M)

    def burnt(geometries, merge_alg=MergeAlg.replace):
        return rasterio.features.rasterize(
            [(geometry, 1) for geometry in geometries],
            out_shape=shape,
            transform=grid,
            merge_alg=merge_alg,
            dtype="int16",
        )

    inside = burnt([zone]) == 1
    pixel = PIXEL_M**2
    found = hectares_by_code(near, cells, pieces)
    for code, rows in near.groupby("code"):
        counted = (burnt(rows.geometry)[inside] == 1).sum() * pixel
        # a pixel is miscounted only where an edge passes within half its diagonal
        edges = rows.geometry.intersection(zone).length.sum()
        assert abs(found.get(code, 0.0) - counted) <= max(edges, 1) * PIXEL_M * np.sqrt(0.5)
        if counted > 10_000:
            assert found[code] == pytest.approx(counted, rel=2e-3)
    depth = burnt(near.geometry, MergeAlg.add)[inside]
    area = by_owners(pieces, cells)
    assert area.get((), 0.0) == pytest.approx((depth == 0).sum() * pixel, abs=zone.area * 1e-3)
    doubled = sum(part for rows, part in area.items() if len(rows) > 1)
    assert doubled == pytest.approx((depth > 1).sum() * pixel, rel=0.05)
