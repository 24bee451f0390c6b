"""Random fabrics with planted faults: what is true of every repair."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from gis import topology
from gis.checks.base import Subject
from gis.settings import CheckSettings

EAST, NORTH = 580_000, 1_690_000
CELL = 20.0


@st.composite
def fabrics(draw):
    """Draw a fabric of crooked cells that share every node, with faults planted into it."""
    across, up = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    crooked = st.floats(-4, 4, allow_nan=False).map(lambda value: round(value, 3))
    nodes = {
        (i, j): (EAST + CELL * i + draw(crooked), NORTH + CELL * j + draw(crooked))
        for i in range(across + 1)
        for j in range(up + 1)
    }
    rings = []
    for i in range(across):
        for j in range(up):
            ring = [nodes[i, j], nodes[i + 1, j], nodes[i + 1, j + 1], nodes[i, j + 1]]
            if draw(st.booleans()):
                # a vertex on the lower edge that its neighbour lacks
                (x, y), (to_x, to_y) = ring[:2]
                share = draw(st.sampled_from([0.25, 0.5, 0.7]))
                ring.insert(1, (x + share * (to_x - x), y + share * (to_y - y)))
            rings.append(ring)
    small, large = st.floats(-0.045, 0.045), st.floats(-3, 3)
    for _ in range(draw(st.integers(0, 6))):
        ring = rings[draw(st.integers(0, len(rings) - 1))]
        corner = draw(st.integers(0, len(ring) - 1))
        step = draw(st.sampled_from([small, large]))
        x, y = ring[corner]
        ring[corner] = (x + draw(step), y + draw(step))
    shapes = [Polygon(ring) for ring in rings]
    for _ in range(draw(st.integers(0, 2))):
        shapes.append(draw(st.sampled_from(shapes)))
    if draw(st.booleans()):
        x, y = draw(st.floats(0, 40)), draw(st.floats(0, 40))
        east, north = x + draw(st.floats(0.3, 8)), y + draw(st.floats(0.3, 8))
        shapes.append(box(EAST + x, NORTH + y, EAST + east, NORTH + north))
    if draw(st.booleans()):
        del shapes[draw(st.integers(0, len(shapes) - 1))]
    codes = [draw(st.sampled_from(["BHK", "LUC"])) for _ in shapes]
    known = [draw(st.sampled_from([np.nan, 1.0, 1.02])) * shape.area for shape in shapes]
    limits = CheckSettings(fix_m2=draw(st.sampled_from([10.0, 100.0, 10_000.0])))
    columns = {"code": codes, "registered_area_m2": known, "source_row": range(1, len(codes) + 1)}
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898")
    return Subject(layer="land-use", dataset="thử", frame=frame, settings=limits)


def burden(frame, limits):
    """Covered area and area under several features, as the union has them: a second road.

    Bare ground that neighbours enclose but for a corner has no ring in the union, and is counted as
    the check counts it.
    """
    shapes = frame.geometry.to_numpy()
    union = shapely.union_all(shapes, grid_size=1e-8).area
    found = topology.faults(shapes, settings=limits)
    bare = found.gaps["area_m2"].sum() + found.corner_gaps["area_m2"].sum()
    return union, shapely.area(shapes).sum() - union, bare, found


def counted(found):
    areas = len(found.overlaps) + len(found.gaps) + len(found.corner_gaps)
    return areas, len(found.near) + len(found.hanging)


@given(fabrics())
@settings(max_examples=25)
def test_a_repair_closes_its_ledger_settles_and_never_makes_things_worse(kit, subject):
    done = kit.mended(subject)
    covered, over, bare, found = burden(subject.frame, subject.settings)
    covered_after, over_after, bare_after, left = burden(done.frame, subject.settings)
    assert done.totals["covered_before_m2"] == pytest.approx(covered, abs=1e-4)
    assert done.totals["covered_after_m2"] == pytest.approx(covered_after, abs=1e-4)
    assert over_after + bare_after <= over + bare + 1e-3
    assert all(now <= then for now, then in zip(counted(left), counted(found), strict=True))
    # node for node, but for what is listed
    listed = set(done.left["row"]) | set(done.left["other_row"].dropna())
    shapes = done.frame.geometry.to_numpy()
    open_edges = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    assert set(done.frame["source_row"][open_edges]) <= listed


@given(fabrics(), st.floats(5, 60), st.floats(-20, 20))
@settings(max_examples=15)
def test_no_repair_carries_land_across_a_commune_line(kit, subject, middle, slant):
    west = kit.polygon((-99, -99), (middle, -99), (middle + slant, 199), (-99, 199))
    east = kit.polygon((middle, -99), (199, -99), (199, 199), (middle + slant, 199))
    line = kit.communes(west, east)
    before = kit.wkb(line)
    done = kit.mended(subject, fixed=[line])
    assert kit.wkb(line) == before
    # what a feature gains lies where most of it lay
    side = [
        west if shapely.intersection(shape, west).area > shape.area / 2 else east
        for shape in subject.frame.geometry
    ]
    for at in done.frame.index:
        old, new = subject.frame.geometry[at], done.frame.geometry[at]
        gained = shapely.difference(new, old.buffer(0.06))
        assert shapely.difference(gained, side[at].buffer(0.06)).area < 1e-3


@given(fabrics(), st.data())
@settings(max_examples=10)
def test_settled_zones_stay_bit_for_bit(kit, subject, data):
    shapes = list(subject.frame.geometry)
    status = [data.draw(st.sampled_from(["approved", "existing", "draft"])) for _ in shapes]
    asked = kit.zones(*shapes, status=status)
    done = kit.mended(asked)
    settled = asked.frame["status"] != "draft"
    kept = done.frame.loc[settled[settled].index.intersection(done.frame.index)]
    assert len(kept) >= len({shape.wkb for shape in asked.frame.geometry[settled]})
    assert kit.wkb(kept) == [asked.frame.geometry[at].wkb for at in kept.index]
