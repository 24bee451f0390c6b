"""Verdicts of whole zones by minimum area, areas that add up, and the table a hash is taken of."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from gis import cases, ledger, overlay
from gis.alignment import assess
from gis.context import Context
from gis.overlay import Cells, Pieces
from gis.rules import VERDICTS
from gis.settings import Settings

VN2000 = "EPSG:5898"
WEST, SOUTH = 580_000, 1_686_000


def table(**pieces):
    """Build an alignment table of one zone from square metres by verdict."""
    rows = [
        {"zone_id": "z", "verdict": verdict, "area_ha": area / 10_000, "verified": True}
        for verdict, areas in pieces.items()
        for area in np.atleast_1d(areas)
    ]
    return pd.DataFrame(rows)


def one_zone(area_m2):
    shape = box(WEST, SOUTH, WEST + area_m2, SOUTH + 1)
    return gpd.GeoDataFrame(
        {"zone_id": ["z"], "product": None, "use": "workshop"}, geometry=[shape], crs=VN2000
    )


def summary(pieces, *, least=100.0):
    whole = pieces["area_ha"].sum() * 10_000
    (row,) = ledger.summary(one_zone(whole), pieces, Settings(min_area_m2=least)).to_dict("records")
    return row


# --- the verdict of a zone ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "verdict"),
    [
        pytest.param({"fits": 5000}, "fits", id="one verdict"),
        pytest.param({"fits": 5000, "conflict": 99}, "fits", id="the worst is too small"),
        pytest.param({"fits": 5000, "conflict": 100}, "conflict", id="the worst is just enough"),
        pytest.param({"fits": 5000, "conflict": [40, 40]}, "fits", id="two parts are too small"),
        pytest.param({"fits": 5000, "conflict": [40, 60]}, "conflict", id="two parts reach it"),
        pytest.param({"fits": 5000, "conflict": [10] * 10}, "conflict", id="ten parts reach it"),
        pytest.param(
            {"fits": 5000, "review": 300, "conflict": 50}, "review", id="the next worse reaches it"
        ),
        pytest.param(
            {"fits": 5000, "procedure": 60, "review": 60}, "fits", id="verdicts are not added up"
        ),
        pytest.param({"fits": 50, "review": 30}, "review", id="a small zone is judged whole"),
        pytest.param({"fits": 60, "review": 1}, "review", id="a small zone, a smaller part"),
        pytest.param({"fits": 80, "review": 70}, "review", id="no verdict reaches it alone"),
        pytest.param({"outside": 500, "conflict": 5}, "outside", id="outside"),
    ],
)
def test_a_zone_takes_the_worst_verdict_that_reaches_the_minimum_area(pieces, verdict):
    assert summary(table(**pieces))["verdict"] == verdict


@given(parts=st.lists(st.integers(1, 5000), min_size=1, max_size=30))
def test_parts_that_make_exactly_the_minimum_reach_it_whatever_their_rounding(parts):
    # square decimetres
    areas = [part / 100 for part in parts]
    pieces = table(fits=1_000_000, conflict=areas)
    assert summary(pieces, least=sum(parts) / 100)["verdict"] == "conflict"
    assert summary(pieces, least=sum(parts) / 100 + 1)["verdict"] == "fits"


def test_the_minimum_area_is_a_setting():
    pieces = table(fits=5000, conflict=150)
    assert summary(pieces, least=150)["verdict"] == "conflict"
    assert summary(pieces, least=151)["verdict"] == "fits"
    assert summary(pieces, least=0)["verdict"] == "conflict"
    assert summary(table(fits=5000), least=0)["verdict"] == "fits"


def test_hectares_by_verdict_stand_beside_it():
    row = summary(table(fits=[5000, 2500], review=2500))
    assert {name: row[f"{name}_ha"] for name in VERDICTS} == {
        "fits": 0.75,
        "procedure": 0.0,
        "review": 0.25,
        "outside": 0.0,
        "conflict": 0.0,
    }
    assert (row["pieces"], row["area_ha"]) == (3, pytest.approx(1.0))


def test_a_zone_is_verified_when_all_that_decides_it_is():
    pieces = table(fits=5000, review=[2000, 3000])
    assert summary(pieces)["verified"]
    # a part with another verdict does not matter
    pieces.loc[0, "verified"] = False
    assert summary(pieces)["verified"]
    pieces.loc[1, "verified"] = False
    assert not summary(pieces)["verified"]


def test_names_of_a_zone_are_kept_where_there_are_any():
    zones = one_zone(5000).assign(name_vi="Vùng", status="draft")
    found = ledger.summary(zones, table(fits=5000), Settings())
    assert found[["name_vi", "status"]].to_numpy().tolist() == [["Vùng", "draft"]]
    assert "name_en" not in found
    assert found.crs == VN2000


# --- the balance --------------------------------------------------------------------------------


def geometries(*shapes):
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result


def balance(shapes, cells=None, labels=None):
    zones = one_zone(10_000)
    pieces = Pieces(
        zone=np.zeros(len(shapes), dtype=np.int64),
        cell={name: np.array(label) for name, label in (labels or {}).items()},
        geometry=geometries(*shapes),
    )
    marked = gpd.GeoDataFrame({"sliver": [shape.area < 10 for shape in shapes]})
    (entry,) = ledger.balance(zones, pieces, marked, cells or {}).to_dict("records")
    return entry


def strip(start, end):
    return box(WEST + start, SOUTH, WEST + end, SOUTH + 1)


def test_a_zone_and_its_pieces_balance():
    entry = balance([strip(0, 4000), strip(4000, 9995), strip(9995, 10_000)])
    assert entry == {
        "zone_id": "z",
        "zone_ha": 1.0,
        "pieces_ha": 1.0,
        "difference_ha": 0.0,
        "closes": True,
        "sliver_ha": pytest.approx(0.0005),
    }


@pytest.mark.parametrize(
    ("end", "closes"),
    [(10_000.009, True), (9_999.991, True), (10_000.011, False), (9_999.989, False)],
)
def test_a_millionth_is_the_most_that_may_be_missing_or_too_much(end, closes):
    entry = balance([strip(0, end)])
    assert entry["closes"] == closes
    assert entry["difference_ha"] == pytest.approx((10_000 - end) / 10_000, rel=1e-3)
    assert pytest.approx(1e-6) == cases.CLOSURE


def test_what_is_not_plainly_covered_is_told_by_layer():
    cells = Cells(geometries(strip(0, 4000), strip(4000, 6000)), ((0,), (0, 1)))
    entry = balance(
        [strip(0, 4000), strip(4000, 6000), strip(6000, 10_000)],
        {"current": cells, "communes": Cells(geometries(), ())},
        {"current": [0, 1, overlay.UNCOVERED], "communes": [overlay.UNCOVERED] * 3},
    )
    assert entry["current_double_ha"] == pytest.approx(0.2)
    assert entry["current_uncovered_ha"] == pytest.approx(0.4)
    assert entry["communes_uncovered_ha"] == pytest.approx(1.0)
    assert entry["communes_double_ha"] == 0.0
    assert "plan_double_ha" not in entry


# --- the canonical table ------------------------------------------------------------------------


def result(**layers):
    zones = one_zone(10_000).assign(product="Hành; “tím”, loại 1")
    return assess(zones, Context(as_of=date(2026, 6, 1), crs=VN2000, **layers)).pieces


def test_the_canonical_table_is_plain_text_without_geometry():
    text = ledger.canonical(result()).decode()
    header, row = text.splitlines()
    assert header.startswith("zone_id,piece_id,as_of,commune_code")
    assert "geometry" not in header
    # a strip of 1 m by 10 km has a mean width of 0.9999 m, so it is a sliver
    assert row.endswith(",review,data.no-land-use,,False,1.000000000,1.000000000,True")
    assert "\r" not in text


def test_the_canonical_table_overlooks_rounding_and_sees_a_square_centimetre():
    pieces = result()
    base = ledger.canonical(pieces)
    assert ledger.canonical(pieces.assign(area_ha=pieces["area_ha"] + 1e-12)) == base
    assert ledger.canonical(pieces.assign(area_ha=pieces["area_ha"] + 1e-8)) != base
    assert ledger.canonical(pieces.assign(verdict="fits")) != base
    # taking the bytes changes nothing in the table
    assert pieces["area_ha"].dtype == float
