"""What the plans must become: sums done by hand, the document that can carry it, Biểu 04/CH."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.affinity import translate

from gis import adjustments
from gis.adjustments import COLUMNS, as_form_04ch
from gis.alignment import assess
from gis.context import Context
from gis.decisions import Decisions

VN2000 = "EPSG:5898"
OLD = "tt27-2018"
LEGEND = "qhc-test"
TODAY = date(2026, 6, 1)


def ground(west, south, east, north):
    """Return a box in hectometres from a corner in Bình Sơn: one square is one hectare."""
    hectometres = box(100 * west, 100 * south, 100 * east, 100 * north)
    return translate(hectometres, 580_000, 1_686_000)


def land(*places, table=OLD):
    codes, shapes = zip(*places, strict=True)
    columns = {"code": codes, "code_table": table, "fault": None}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=VN2000)


def communes(**places):
    columns = {"code": list(places), "valid_from": "2025-07-01", "valid_to": None}
    return gpd.GeoDataFrame(columns, geometry=list(places.values()), crs=VN2000)


def zones(*rows):
    ids, uses, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"zone_id": ids, "use": uses}, geometry=list(shapes), crs=VN2000)


def asked(rows, *, day=TODAY, **layers):
    return assess(zones(*rows), Context(as_of=day, crs=VN2000, **layers)).adjustments


# a kiln of 4 x 2 ha over maize and lime land, half in each of two communes
KILN = [("kiln", "workshop", ground(0, 0, 4, 2))]
PLAN = land(("HNK", ground(0, 0, 1, 2)), ("CLN", ground(1, 0, 4, 1)), ("SKC", ground(1, 1, 4, 2)))
COMMUNES = communes(**{"21040": ground(0, 0, 2, 2), "21061": ground(2, 0, 4, 2)})


def test_hectares_are_summed_by_code_and_commune():
    table = asked(KILN, plan=PLAN, communes=COMMUNES)
    assert list(table.columns) == list(COLUMNS)
    rows = table[["from_code", "to_code", "commune_code", "area_ha"]].to_numpy().tolist()
    # SKC is what the kiln needs: nothing to change there
    assert rows == [
        ["CLN", "SKC", "21040", pytest.approx(1.0)],
        ["CLN", "SKC", "21061", pytest.approx(2.0)],
        ["HNK", "SKC", "21040", pytest.approx(2.0)],
    ]
    assert set(table["from_code_table"]) == {OLD}
    assert set(table["plan_kind"]) == {"land_use_plan"}
    assert set(table["zone_id"]) == {"kiln"}
    assert set(table["verdict"]) == {"procedure"}


def test_form_04ch_has_changes_down_and_communes_across():
    form = as_form_04ch(asked(KILN, plan=PLAN, communes=COMMUNES))
    assert list(form.columns) == [
        "plan_kind", "from_code", "from_code_table", "to_code", "area_ha", "21040", "21061",
    ]  # fmt: skip
    assert form[["from_code", "area_ha", "21040", "21061"]].to_numpy().tolist() == [
        ["CLN", pytest.approx(3.0), pytest.approx(1.0), pytest.approx(2.0)],
        ["HNK", pytest.approx(2.0), pytest.approx(2.0), 0.0],
    ]


def test_form_04ch_adds_up_zones_and_verdicts():
    rows = [
        ("a", "workshop", ground(0, 0, 1, 1)),
        ("b", "workshop", ground(0, 1, 1, 2)),
        ("c", "clay_pit", ground(1, 0, 2, 1)),
    ]
    # present use makes the verdicts of a and b differ
    current = land(("HNK", ground(0, 0, 1, 1)), ("DGT", ground(0, 1, 4, 2)))
    table = asked(rows, plan=PLAN, current=current, communes=COMMUNES)
    assert sorted(table["verdict"].unique()) == ["conflict", "procedure", "review"]
    form = as_form_04ch(table).set_index(["from_code", "to_code"])["area_ha"]
    assert form.to_dict() == {("CLN", "SKS"): pytest.approx(1), ("HNK", "SKC"): pytest.approx(2)}


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["HNK", "CLN", "SKC", "DGT"]),
            st.sampled_from(["21040", "21061", ""]),
            st.integers(1, 9),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_form_04ch_loses_no_hectare(rows):
    table = pd.DataFrame(
        [
            {
                "plan_kind": "land_use_plan",
                "from_code": code,
                "from_code_table": OLD,
                "to_code": "X",
                "commune_code": commune,
                "area_ha": float(area),
            }
            for code, commune, area in rows
        ]
    )
    form = as_form_04ch(table)
    across = form.drop(columns=["plan_kind", "from_code", "from_code_table", "to_code"])
    assert across["area_ha"].sum() == sum(area for *_, area in rows)
    assert (across.drop(columns="area_ha").sum(axis=1) == across["area_ha"]).all()
    assert list(form["from_code"]) == sorted({code for code, *_ in rows})


def test_one_symbol_of_two_legends_is_two_codes():
    base = {"plan_kind": "general_plan", "from_code": "GT", "to_code": "HNK", "commune_code": "x"}
    table = pd.DataFrame(
        [base | {"from_code_table": name, "area_ha": 1.0} for name in ("qhc-a", "qhc-b")]
    )
    assert as_form_04ch(table)["from_code_table"].tolist() == ["qhc-a", "qhc-b"]


def test_nothing_to_change_is_an_empty_table_of_the_same_shape():
    table = asked([("z", "workshop", ground(1, 1, 4, 2))], plan=PLAN)
    assert table.empty
    assert list(table.columns) == list(COLUMNS)
    assert as_form_04ch(table).empty
    assert "area_ha" in as_form_04ch(table)


# --- what is no adjustment ----------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2025, 1, 1), TODAY])
def test_a_crop_conversion_on_rice_land_is_not_listed(day):
    rice = land(("LUC", ground(0, 0, 1, 1)), ("LUK", ground(1, 0, 2, 1)))
    shallot = [("z", "annual_crop", ground(0, 0, 2, 1))]
    assert asked(shallot, day=day, plan=rice, current=rice).empty


def test_lime_on_rice_land_is_listed_only_where_the_purpose_must_change():
    rice = land(("LUC", ground(0, 0, 1, 1)), ("LUK", ground(1, 0, 2, 1)))
    lime = [("z", "perennial_crop", ground(0, 0, 2, 1))]
    assert asked(lime, plan=rice)["from_code"].tolist() == ["LUC"]
    # before September 2024 all rice land needed a permission to become CLN
    assert asked(lime, plan=rice, day=date(2024, 9, 10))["from_code"].tolist() == ["LUC", "LUK"]


def test_present_use_and_zones_without_use_ask_for_nothing():
    current = land(("DGT", ground(0, 0, 4, 2)))
    assert asked(KILN, current=current).empty
    assert asked([("z", None, ground(0, 0, 1, 1))], plan=PLAN).empty


def test_land_outside_every_commune_has_an_empty_commune():
    table = asked(KILN, plan=PLAN, communes=communes(**{"21040": ground(0, 0, 2, 2)}))
    assert table[table["commune_code"] == ""]["area_ha"].tolist() == [pytest.approx(2.0)]
    assert asked(KILN, plan=PLAN)["commune_code"].unique().tolist() == [""]


# --- to whom ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "document", "citation"),
    [
        (date(2024, 1, 1), "adjustment of the district land-use plan 2021-2030", "2013"),
        (date(2024, 8, 1), "adjustment of the district land-use plan 2021-2030", "Điều 72"),
        (date(2025, 6, 30), "adjustment of the district land-use plan 2021-2030", "Điều 72"),
        (date(2025, 7, 1), "approved before 1 July 2025", "151/2025/NĐ-CP Điều 14.1"),
        (date(2025, 12, 10), "approved before 1 July 2025", "151/2025/NĐ-CP Điều 14.1"),
        (date(2025, 12, 11), "adjusted provincial plan", "254/2025/QH15 Điều 12.3.b"),
        (TODAY, "commune general plan", "254/2025/QH15 Điều 12.3.b"),
    ],
)
def test_changes_go_to_the_document_that_can_carry_them_that_day(day, document, citation):
    table = asked(KILN, day=day, plan=PLAN)
    assert table["document_en"].str.contains(document, regex=False).all()
    assert table["citation"].str.contains(citation, regex=False).all()
    assert table["body_vi"].str.contains("UBND").all()


def test_only_what_was_read_is_verified():
    assert asked(KILN, day=date(2025, 1, 1), plan=PLAN)["verified"].all()
    # that changes go through the commune general plan is a reading, not a text
    for day in (date(2024, 1, 1), date(2025, 7, 1), TODAY):
        assert not asked(KILN, day=day, plan=PLAN)["verified"].any()


def test_a_general_plan_is_changed_by_its_commune_in_its_own_symbols():
    legend = pd.DataFrame(
        [["GT", "DGT", "tt08-2024"], ["NN", "HNK", OLD]],
        columns=["code", "land_use_code", "land_use_code_table"],
    ).assign(code_table=LEGEND)
    general = land(("GT", ground(0, 0, 1, 2)), ("NN", ground(1, 0, 4, 2)), table=LEGEND)
    table = asked(
        [("z", "annual_crop", ground(0, 0, 4, 2))],
        general_plan=general,
        decisions=Decisions(legend=legend),
    )
    (row,) = table.to_dict("records")
    assert (row["plan_kind"], row["from_code"], row["from_code_table"], row["to_code"]) == (
        "general_plan", "GT", LEGEND, "HNK",
    )  # fmt: skip
    assert row["area_ha"] == pytest.approx(2.0)
    assert row["document_en"] == "adjustment of the commune general plan"
    assert not row["verified"]


def test_a_pit_asks_for_skx_until_the_type_was_dropped():
    pit = [("pit", "clay_pit", ground(0, 0, 1, 1))]
    assert asked(pit, day=date(2024, 7, 31), plan=PLAN)["to_code"].tolist() == ["SKX"]
    assert asked(pit, day=date(2024, 8, 1), plan=PLAN)["to_code"].tolist() == ["SKS"]


def test_a_kind_of_plan_that_nobody_can_change_has_no_addressee():
    told = adjustments._addressee("national_plan", Context(as_of=TODAY, crs=VN2000))
    assert set(told) == {
        "document_vi", "document_en", "body_vi", "body_en", "citation", "verified",
    }  # fmt: skip
    assert not any(told.values())
