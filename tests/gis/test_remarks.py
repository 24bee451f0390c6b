"""What stands behind a result as a whole is said, with its hectares."""

from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import box

from gis.alignment import assess
from gis.context import Context

VN2000 = "EPSG:5898"


def ground(west, south, east, north):
    """A rectangle in hundreds of metres: one unit square is one hectare."""
    x, y = 580_000, 1_690_000
    return box(x + 100 * west, y + 100 * south, x + 100 * east, y + 100 * north)


def land(**places):
    return gpd.GeoDataFrame(
        {"code": list(places), "code_table": "tt27-2018", "fault": None},
        geometry=list(places.values()),
        crs=VN2000,
    )


def said(zone, use="annual_crop", **layers):
    zones = gpd.GeoDataFrame({"zone_id": ["z"], "use": [use]}, geometry=[zone], crs=VN2000)
    context = Context(as_of=date(2026, 6, 1), crs=VN2000, **layers)
    return [note.en for note in assess(zones, context).notes]


def test_a_plain_case_needs_no_remark():
    assert said(ground(0, 0, 2, 1), current=land(HNK=ground(0, 0, 9, 9))) == []


def test_land_without_a_plan_is_said_with_its_hectares():
    (note,) = said(ground(0, 0, 4, 1), plan=land(HNK=ground(0, 0, 3, 1)))
    assert note.startswith("1.00 ha: No plan covers this part")


def test_double_cover_is_said_with_its_hectares():
    current = land(HNK=ground(0, 0, 2, 1), CLN=ground(1, 0, 3, 1))
    (note,) = said(ground(0, 0, 3, 1), current=current)
    assert note.startswith("1.00 ha: Several polygons of one layer overlap")


def test_land_outside_every_commune_is_said():
    communes = gpd.GeoDataFrame(
        {"code": ["21061"], "name": ["Xã Vạn Tường"], "valid_from": ["2025-07-01"]},
        geometry=[ground(0, 0, 1.5, 1)],
        crs=VN2000,
    ).assign(valid_to=None)
    current = land(HNK=ground(0, 0, 9, 9))
    (note,) = said(ground(0, 0, 2, 1), current=current, communes=communes)
    assert note.startswith("0.50 ha lie outside every commune")


@pytest.mark.parametrize(
    ("code", "words"), [("XYZ", "not in the declared"), ("DHT", "outside both")]
)
def test_odd_codes_are_said_with_their_hectares(code, words):
    (note,) = said(ground(0, 0, 1, 1), current=land(**{code: ground(0, 0, 1, 1)}))
    assert note.startswith("1.00 ha:")
    assert words in note


def test_what_is_left_of_borders_drawn_twice_is_not_worth_a_remark():
    # a strip of a millimetre square
    current = land(HNK=ground(0, 0, 1 - 1e-7, 1))
    assert said(ground(0, 0, 1, 1), current=current) == []


def test_a_small_area_is_said_in_square_metres():
    # 50 m2 without a plan: hectares would show 0.01 or nothing
    (note,) = said(ground(0, 0, 1, 1), plan=land(HNK=ground(0, 0, 0.995, 1)))
    assert note.startswith("50.00 m²: No plan covers this part")
