"""The ground a file covers."""

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, Polygon, box

from gis.intake import footprint as module
from gis.intake.footprint import footprint

RING = Point(580_000, 1_690_000).buffer(2_000)


def of(*shapes):
    return footprint(np.array(shapes, dtype=object))


@pytest.mark.parametrize(
    "shape",
    [RING, RING.boundary, RING.difference(RING.centroid.buffer(500)), shapely.force_3d(RING)],
)
def test_what_a_shape_encloses_is_covered(shape):
    # holes are filled: what is asked is where the file lies, not what it leaves out
    ground = of(shape)
    assert ground.area_m2 == pytest.approx(RING.area, rel=0.03)
    assert ground.centre == pytest.approx([580_000, 1_690_000], abs=30)
    inside, outside = np.array([(580_000.0, 1_690_000.0)]), np.array([(580_000.0, 1_692_200.0)])
    assert ground.covers(inside).all()
    assert not ground.covers(outside).any()


def test_roads_between_parcels_are_closed():
    x, y = np.meshgrid(np.arange(20) * 110.0, np.arange(20) * 110.0)
    parcels = shapely.box(x.ravel(), y.ravel(), x.ravel() + 98, y.ravel() + 98)
    assert footprint(parcels).area_m2 == pytest.approx(2_188**2, rel=0.03)


def test_near_is_near_the_outline_and_not_the_inside():
    ground = of(box(0, 0, 2_000, 2_000))
    places = np.array([(x, 1_000.0) for x in (-200, -30, 0, 30, 200, 1_000, float("nan"), 1e12)])
    assert ground.near(places).tolist() == [False, True, True, True, False, False, False, False]


def test_degrees_are_measured_in_metres_whichever_comes_first():
    # a hundredth of a degree at 15.25 N: 1,106 m by 1,074 m
    for square in (box(108.75, 15.25, 108.76, 15.26), box(15.25, 108.75, 15.26, 108.76)):
        assert of(square).area_m2 == pytest.approx(1_106 * 1_074, rel=0.06)


@pytest.mark.parametrize("shape", [None, Point(), Polygon([(1e300, 0), (0, 1e300), (1, 1)])])
def test_what_shows_nothing_has_no_footprint(shape):
    ground = of(shape)
    assert ground is None or ground.area_m2 < 10_000
    assert of() is None


def test_batches_give_the_same(monkeypatch):
    x, y = np.meshgrid(np.arange(30) * 100.0, np.arange(30) * 100.0)
    parcels = shapely.box(x.ravel(), y.ravel(), x.ravel() + 95, y.ravel() + 95)
    whole = footprint(parcels)
    monkeypatch.setattr(module, "_BATCH", 7)
    assert (footprint(parcels).mask == whole.mask).all()


def test_a_wide_file_keeps_to_a_bounded_number_of_cells(monkeypatch):
    monkeypatch.setattr(module, "_CELLS", 10_000)
    ground = of(box(0, 0, 1e6, 1e6))
    assert ground.mask.size < 20_000
    assert ground.area_m2 == pytest.approx(1e12, rel=0.05)


@pytest.mark.parametrize(
    "empty",
    ["MULTILINESTRING({0},EMPTY)", "GEOMETRYCOLLECTION(LINESTRING{0},POLYGON EMPTY)",
     "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(LINESTRING EMPTY,LINESTRING{0}))"],
)  # fmt: skip
def test_empty_parts_of_lines_are_left_out(empty):
    ring = "(580000 1690000,581000 1690000,581000 1691000,580000 1691000,580000 1690000)"
    with_empty, plain = (
        footprint(shapely.from_wkt(np.array([text])))
        for text in (empty.format(ring), f"LINESTRING{ring}")
    )
    assert np.array_equal(with_empty.mask, plain.mask)
