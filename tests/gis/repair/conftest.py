"""Layers by hand, and what must be true of every repair."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Polygon
from shapely import box as rectangle

from gis import repair
from gis.checks.base import Subject
from gis.settings import CheckSettings

VN2000 = "EPSG:5898"
# a corner in Bình Sơn, so that places have a longitude and latitude; whole metres stay exact there
EAST, NORTH = 580_000, 1_690_000
CLOSED_M2 = 1e-6


def box(west, south, east, north):
    return rectangle(EAST + west, NORTH + south, EAST + east, NORTH + north)


def polygon(*corners, holes=()):
    shift = [[(EAST + x, NORTH + y) for x, y in ring] for ring in (corners, *holes)]
    return Polygon(shift[0], shift[1:])


def layer(*shapes, kind="land-use", limits=None, **columns):
    """Return a layer of these shapes; a column is a list of their values."""
    if kind == "land-use":
        columns = {"code": ["BHK"] * len(shapes), **columns}
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=VN2000)
    frame["source_row"] = np.arange(1, len(frame) + 1)
    return Subject(layer=kind, dataset="thử", frame=frame, settings=CheckSettings(**(limits or {})))


def mended(subject, **options):
    """Mend, and hold the result to what must be true of every repair."""
    done = repair.mend(subject, **options)
    hold_to_account(subject, done)
    again = repair.mend(remade(subject, done), **options)
    assert len(again.ledger) == 0, again.ledger.T
    assert wkb(again.frame) == wkb(done.frame)
    return done


def remade(subject, done):
    return Subject(
        layer=subject.layer, dataset=subject.dataset, frame=done.frame, settings=subject.settings
    )


def wkb(frame):
    return [None if shape is None else shape.wkb for shape in frame.geometry.to_numpy()]


def areas(frame):
    shapes = frame.geometry.to_numpy()
    valid = shapely.is_valid(shapes)
    return pd.Series(np.where(valid, shapely.area(shapes), 0.0), index=frame.index).fillna(0.0)


def hold_to_account(subject, done):
    before, after = subject.frame, done.frame
    # same rows in the same order, same columns and values
    assert list(after.index) == [at for at in before.index if at in after.index]
    plain = before.drop(columns="geometry")
    pd.testing.assert_frame_equal(after.drop(columns="geometry"), plain.loc[after.index])
    assert after.crs == before.crs
    # every feature's change of area is the sum of its lines
    ledger = done.ledger
    assert (ledger[["gained_m2", "lost_m2", "moved_m"]] >= 0).all().all()
    said = (ledger["gained_m2"] - ledger["lost_m2"]).groupby(ledger["row"]).sum()
    change = areas(after).reindex(before.index, fill_value=0.0) - areas(before)
    change.index = before["source_row"]
    said = said.reindex(change.index, fill_value=0.0).astype(float)
    assert ((said - change).abs() <= CLOSED_M2).all()
    totals = done.totals
    assert totals["area_before_m2"] == pytest.approx(areas(before).sum(), abs=CLOSED_M2)
    assert totals["area_after_m2"] == pytest.approx(areas(after).sum(), abs=CLOSED_M2)
    assert abs(totals["difference_m2"]) <= CLOSED_M2
    # who is in no line is what it was, bit for bit
    touched = set(ledger["row"])
    old = dict(zip(before["source_row"], wkb(before), strict=True))
    new = dict(zip(after["source_row"], wkb(after), strict=True))
    assert {row: old[row] for row in new if row not in touched} == {
        row: shape for row, shape in new.items() if row not in touched
    }
    assert set(old) - set(new) <= touched
    # a vertex on an edge, to a micrometre, changes next to no area
    inserted = ledger[ledger["step"] == "insert-vertex"]
    assert (inserted["gained_m2"] + inserted["lost_m2"] <= 1e-4).all()
    # nothing became invalid, and every reason is said in both languages
    shapes = after.geometry[after["source_row"].isin(touched)].to_numpy()
    assert shapely.is_valid(shapes).all()
    assert (shapely.area(shapes) > 0).all()
    for table in (ledger, done.left):
        assert table[["why_vi", "why_en"]].map(bool).all().all()


def changes(done, *columns):
    """Lines of the ledger that change more than the vertices of a straight edge."""
    real = done.ledger["step"] != "insert-vertex"
    return [tuple(row) for row in done.ledger.loc[real, list(columns)].itertuples(index=False)]


def why(done):
    """Return the one reason of all real changes."""
    (said,) = {said for (said,) in changes(done, "why_en")}
    return said


def reasons(done):
    return list(zip(done.left["rule_id"], done.left["why_en"], strict=True))


def shares_every_node(frame):
    return shapely.coverage_is_valid(frame.geometry.to_numpy())


def around_a_hole(east=4.0):
    """Five fields around a hole of 2 m by `east`: the fourth has its longest border."""
    return [
        box(-10, -10, 0, 10),
        box(0, 2, 2, 10),
        box(2, 2, east, 10),
        box(0, -10, east, 0),
        box(east, -10, 20, 10),
    ]


def left_over(code):
    """A field with a left-over of 0.25 m2 beyond its neighbour, which has a longer border on it."""
    crumb = box(10, 10, 10.5, 10.5)
    return layer(
        shapely.union_all([box(0, 0, 10, 9), crumb]),
        shapely.difference(box(10, 0, 20, 20), crumb),
        box(0, 9, 10, 20),
        code=["BHK", code, "LUC"],
    )


def zones(*shapes, status):
    names = [f"vùng-{number}" for number in range(len(shapes))]
    return layer(*shapes, kind="zones", zone_id=names, status=status)


def communes(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=VN2000)


@pytest.fixture(scope="session")
def kit():
    """Return the functions above: shapes, layers, and a repair that is held to account."""
    named = (
        *(box, polygon, layer, zones, communes, around_a_hole, left_over),
        *(mended, remade, changes, why, reasons, areas, wkb, shares_every_node),
    )
    return SimpleNamespace(**{each.__name__: each for each in named})
