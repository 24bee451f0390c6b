import numpy as np
import pytest
import shapely

from benchmarks import fabric


@pytest.fixture(scope="module")
def parcels():
    return fabric.parcels(2_000, seed=4)


def test_the_fabric_is_an_exact_coverage_of_valid_polygons(parcels):
    shapes = parcels.geometry.to_numpy()
    assert len(shapes) >= 2_000
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)


def test_neighbours_share_crooked_borders(parcels):
    points = shapely.get_coordinates(parcels.geometry.to_numpy())
    _, times = np.unique(points, axis=0, return_counts=True)
    assert (times >= 2).mean() > 0.9
    assert shapely.get_num_coordinates(parcels.geometry.to_numpy()).mean() > 15


def test_it_lies_near_binh_son_and_names_its_parcels_once(parcels):
    degrees = parcels.to_crs("EPSG:4326").total_bounds
    assert (np.abs(degrees - [108.7, 15.25, 108.7, 15.25]) < 0.1).all()
    assert not parcels.duplicated(["sheet", "parcel"]).any()
    assert set(parcels["code"]) == {*fabric.CODES, fabric.ROAD_CODE, fabric.POND_CODE}
    share = (parcels["registered_area_m2"] / parcels.area - 1).abs()
    assert share.max() < fabric.REGISTERED_SHARE + 0.05 / parcels.area.min()


def test_a_seed_makes_the_same_fabric_again_and_another_seed_another(parcels):
    again, other = (fabric.parcels(2_000, seed=seed) for seed in (4, 5))
    assert parcels.geom_equals_exact(again, 0.0).all()
    assert not set(parcels.geometry.to_wkb()) & set(other.geometry.to_wkb())


def test_broken_lines_keep_their_ends_and_stay_within_their_reach():
    rng = np.random.default_rng(1)
    start, end = np.zeros((50, 2)), np.tile([40.0, 0.0], (50, 1))
    lines = fabric.broken_lines(start, end, rng, depth=3)
    assert lines.shape == (50, 9, 2)
    assert (lines[:, 0] == start).all()
    assert (lines[:, -1] == end).all()
    # every halving adds at most the roughness of its own segment, which halves each time
    assert np.abs(lines[..., 1]).max() <= 40 * fabric.ROUGHNESS * 1.75 * 1.05
