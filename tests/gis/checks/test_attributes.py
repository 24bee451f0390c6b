"""The columns of a layer: every rule with a fault that is seeded, and a clean twin."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gis import findings, products
from gis.checks import attributes
from gis.checks.base import Subject
from gis.layers import communes, constraints, land_use, zones
from gis.settings import CheckSettings

TODAY = date(2026, 6, 1)
OLD, NEW = "tt27-2018", "tt08-2024"
NOW = {"status": "current", "year": 2025, "code_table": OLD}
PLAN = {"status": "planned", "plan_kind": "land_use_plan", "year": 2030, "code_table": OLD}
LAST_YEAR = "2025-07-01"


def frame(**columns):
    """Return rows of one hectare each."""
    rows = max(len(values) for values in columns.values())
    shapes = [
        box(580_000 + 100 * at, 1_690_000, 580_100 + 100 * at, 1_690_100) for at in range(rows)
    ]
    given = {"source_row": range(1, rows + 1), "fault": [None] * rows, **columns}
    return gpd.GeoDataFrame(given, geometry=shapes, crs="EPSG:5898")


def checked(layer, attributes_=(), settings=None, **columns):
    """Check rows as they lie in a workspace."""
    subject = Subject(
        layer=layer,
        dataset="tập",
        frame=frame(**columns),
        attributes=dict(attributes_),
        settings=settings or CheckSettings(),
    )
    return findings.join(attributes.check(subject, today=TODAY), system="EPSG:5898")


def land(codes=("LUC",), said=NOW, **columns):
    return checked("land-use", said, code=list(codes), **columns)


def parcels(sheets, numbers):
    return land(["LUC"] * len(sheets), sheet=sheets, parcel=numbers)


def units(*rows):
    """Check communes given as code, name, first and last day."""
    code, name, start, end = zip(*rows, strict=True)
    return checked(
        "communes", code=list(code), name=list(name), valid_from=list(start), valid_to=list(end)
    )


def unit(code, name, start=LAST_YEAR, end=None):
    return units((code, name, start, end))


def limits(**given):
    row = {"kind": "road", "basis": "QĐ 1", "valid_from": LAST_YEAR, "valid_to": None, **given}
    return checked("constraints", **{name: [value] for name, value in row.items()})


def zone(**given):
    row = {"product": "hanh_tim", "use": "annual_crop", "status": "approved", **given}
    return checked("zones", **{name: [value] for name, value in row.items()})


def at_the_door(spec, **columns):
    """Take what the layer itself finds when rows come in."""
    _, found = spec.check(frame(**columns))
    return findings.table(found)


def written(code, table=OLD):
    return at_the_door(land_use.SPEC, code=[code], code_table=[table])


def dated(start, end):
    return at_the_door(communes.SPEC, code=["21040"], valid_from=[start], valid_to=[end])


def drawn_zone(**given):
    row = {"zone_id": "a", "product": None, "use": None, **given}
    columns = {name: pd.Series([value], dtype=object) for name, value in row.items()}
    return at_the_door(zones.SPEC, **columns)


def effect(value):
    return at_the_door(constraints.SPEC, constraint_id=["a"], kind=["road"], effect=[value])


#: Rule -> what is found where it is broken, and where it is not.
SEEDED = {
    # decided by the layer
    "land-use.no-code": (lambda: written(None), lambda: written("LUC")),
    "land-use.outside-code": (lambda: written("KCN"), lambda: written("SKK")),
    "land-use.unknown-code": (lambda: written("XYZ"), lambda: written("RSX")),
    "land-use.other-table-code": (lambda: written("SKX", NEW), lambda: written("SKX", OLD)),
    "land-use.compound-code": (lambda: written("ODT+CLN"), lambda: written("ODT")),
    "land-use.look-alike-code": (lambda: written("0NT"), lambda: written("ONT")),
    "land-use.code-rewritten": (lambda: written(" luc"), lambda: written("LUC")),
    "land-use.parcel-number-twice": (
        lambda: at_the_door(
            land_use.SPEC,
            code=["LUC"] * 2,
            code_table=[OLD] * 2,
            sheet=["1", "1"],
            parcel=["7", "7"],
        ),
        lambda: at_the_door(
            land_use.SPEC,
            code=["LUC"] * 2,
            code_table=[OLD] * 2,
            sheet=["1", "2"],
            parcel=["7", "7"],
        ),
    ),
    "communes.no-code": (
        lambda: at_the_door(communes.SPEC, code=[None], valid_from=[LAST_YEAR]),
        lambda: at_the_door(communes.SPEC, code=["21040"], valid_from=[LAST_YEAR]),
    ),
    "communes.no-valid-from": (lambda: dated(None, None), lambda: dated(LAST_YEAR, None)),
    "zones.unknown-use": (
        lambda: drawn_zone(use="fishing"),
        lambda: drawn_zone(use="workshop"),
    ),
    "zones.unknown-product": (
        lambda: drawn_zone(product="durian"),
        lambda: drawn_zone(product="hanh_tim"),
    ),
    "constraints.unknown-effect": (lambda: effect("forbid"), lambda: effect("block")),
    # decided by several columns
    "land-use.area-differs": (
        lambda: land(registered_area_m2=[10_201.0], settings=CheckSettings(area_share=0.01)),
        lambda: land(registered_area_m2=[10_200.0]),
    ),
    "land-use.no-registered-area": (
        lambda: land(["LUC"] * 2, registered_area_m2=[10_000.0, None]),
        lambda: land(["LUC"] * 2, registered_area_m2=[None, None]),
    ),
    "land-use.registered-in-hectares": (
        lambda: land(["LUC"] * 2, registered_area_m2=[1.0, 1.05]),
        lambda: land(["LUC"] * 2, registered_area_m2=[10_000.0, 10_050.0]),
    ),
    "land-use.no-parcel-number": (
        lambda: parcels(["1", "1", None], ["7", "8", "9"]),
        lambda: parcels([None, None, "1"], ["7", "8", "9"]),
    ),
    "land-use.odd-parcel-number": (
        lambda: parcels(["1", "DC2"], ["7", "8"]),
        lambda: parcels(["1", "2"], ["7", "8"]),
    ),
    "land-use.parent-contradicts": (
        lambda: land(["LUC"], nhom_dat=["PNN"]),
        lambda: land(["LUC"], nhom_dat=["NNP"]),
    ),
    "land-use.name-contradicts": (
        lambda: land(["LUC"], ten_loai_dat=["Đất trồng cây lâu năm"]),
        lambda: land(["CLN"], ten_loai_dat=["đất trồng cây  lâu năm"]),
    ),
    "land-use.year-outside-period": (
        lambda: land(said=PLAN | {"year": 2035}),
        lambda: land(said=PLAN),
    ),
    "land-use.year-in-future": (
        lambda: land(said=NOW | {"year": 2027}),
        lambda: land(said=NOW | {"year": 2026}),
    ),
    "land-use.year-before-validity": (
        lambda: land(said=PLAN | {"year": 2024, "valid_from": LAST_YEAR}),
        lambda: land(said=PLAN | {"year": 2025, "valid_from": LAST_YEAR}),
    ),
    "dates.end-before-start": (
        lambda: limits(valid_to="2025-06-30"),
        lambda: limits(valid_to="2025-07-01"),
    ),
    "zones.use-contradicts-product": (
        lambda: zone(use="clay_pit"),
        lambda: zone(use="workshop"),
    ),
    "zones.unknown-status": (lambda: zone(status="xong"), lambda: zone(status=None)),
    "constraints.unknown-kind": (lambda: limits(kind="swamp"), lambda: limits(kind="mangrove")),
    "constraints.no-basis": (lambda: limits(basis=None), lambda: limits(basis="QĐ 1")),
    "constraints.no-dates": (
        lambda: limits(valid_from=None),
        lambda: limits(valid_from=None, valid_to="2030-12-31"),
    ),
    "communes.odd-code": (lambda: unit("2104", "Bình Sơn"), lambda: unit("21040", "Bình Sơn")),
    "communes.unknown-code": (
        lambda: unit("00001", "Phúc Xá"),
        lambda: unit("21061", "Xã Vạn Tường"),
    ),
    # Bình Thạnh until the merger of 2025
    "communes.code-of-another-date": (
        lambda: unit("21046", "Bình Thạnh"),
        lambda: unit("21046", "Bình Thạnh", "2024-01-01", "2025-06-30"),
    ),
    "communes.name-differs": (
        lambda: unit("21046", "Bình Thanh", "2020-02-01", "2025-06-30"),
        lambda: unit("21091", "Bình Thanh", "2020-02-01", "2025-06-30"),
    ),
    "communes.code-twice": (
        lambda: units(
            ("21040", "Bình Sơn", LAST_YEAR, None), ("21040", "Bình Sơn", "2026-01-01", None)
        ),
        lambda: units(
            ("21040", "Bình Sơn", LAST_YEAR, None), ("21061", "Vạn Tường", LAST_YEAR, None)
        ),
    ),
    "communes.code-reused": (
        lambda: units(
            ("21109", "Đông Sơn", LAST_YEAR, None),
            ("21109", "Bình Tân Phú", "2020-02-01", "2025-06-30"),
        ),
        lambda: units(
            ("21043", "Bình Thuận", "2020-02-01", "2025-06-30"),
            ("21043", "Bình Thuận", "2019-01-01", "2020-01-31"),
        ),
    ),
}


@pytest.mark.parametrize("rule_id", SEEDED)
def test_each_rule_finds_its_fault_and_is_silent_on_the_clean_twin(rule_id):
    fault, twin = SEEDED[rule_id]
    said = fault()
    assert list(said["rule_id"]) == [rule_id]
    assert "{" not in said["message_vi"].iloc[0] + said["message_en"].iloc[0]
    assert rule_id not in set(twin()["rule_id"])


def only(table):
    (row,) = table.itertuples()
    return row


# --- codes --------------------------------------------------------------------------------------


def test_a_code_of_the_other_table_names_what_may_stand_for_it():
    said = only(written("SKX", NEW))
    assert "SKX là của bảng tt27-2018" in said.message_vi
    # by the crosswalk: minerals or production premises
    assert "SKS" in said.message_en
    assert "SKC" in said.message_en
    # a new class has no forerunner to be named
    assert "answers to" not in only(written("TVC", OLD)).message_en


@pytest.mark.parametrize("code", ["odt + cln", "ODT-CLN", "odt/cln", "ODT;CLN"])
def test_a_compound_code_is_kept_and_its_parts_are_named(code):
    rows, found = land_use.SPEC.check(frame(code=[code], code_table=[OLD]))
    assert list(rows["code"]) == [code.upper()]
    assert list(rows["fault"]) == ["unknown-code"]
    compound = next(each for each in found if each.rule_id == "land-use.compound-code")
    assert "ODT (Đất ở tại đô thị), CLN (Đất trồng cây lâu năm)" in compound.message_vi


@pytest.mark.parametrize("code", ["ODT+XYZ", "ODT+SKX"])
def test_a_compound_of_a_foreign_part_is_unknown(code):
    table = NEW if "SKX" in code else OLD
    assert only(written(code, table)).rule_id == "land-use.unknown-code"


@pytest.mark.parametrize(
    "code",
    [
        "LU\N{CYRILLIC CAPITAL LETTER ES}",
        "L U C",
        "LUC.",
        "\N{FULLWIDTH LATIN CAPITAL LETTER L}UC",
        "LUC\N{ZERO WIDTH SPACE}",
    ],
)
def test_a_code_in_look_alike_letters_is_told_but_never_changed(code):
    rows, found = land_use.SPEC.check(frame(code=[code], code_table=[OLD]))
    assert [each.rule_id for each in found] == ["land-use.look-alike-code"]
    assert "trông như LUC" in found[0].message_vi
    assert list(rows["code"]) == [code]


# --- areas --------------------------------------------------------------------------------------


def test_registered_and_drawn_area_stand_side_by_side():
    said = only(land(registered_area_m2=[10_250.5]))
    assert said.size == pytest.approx(250.5)
    # two hundredths of the registered area
    assert said.tolerance == pytest.approx(205.01)
    assert "pháp lý 10.250,50 m², diện tích vẽ 10.000,00 m²" in said.message_vi
    assert "registered 10,250.50 m², drawn 10,000.00 m²" in said.message_en


@pytest.mark.parametrize(
    ("registered", "found"),
    [(10_204.0, 0), (10_204.2, 1), (9_804.0, 0), (9_803.8, 1)],
)
def test_the_tolerance_of_areas_is_a_share_of_the_registered_one(registered, found):
    # 0.02 r = |10000 - r| at r = 10204.08 and 9803.92
    assert len(land(registered_area_m2=[registered])) == found


def test_small_parcels_may_differ_by_a_square_metre():
    settings = CheckSettings(area_m2=300.0)
    assert land(registered_area_m2=[10_299.0], settings=settings).empty
    assert len(land(registered_area_m2=[10_301.0], settings=settings)) == 1


def test_areas_of_nothing_and_less_are_missing():
    said = land(["LUC"] * 4, registered_area_m2=[10_000.0, 0.0, -5.0, None])
    assert set(said["rule_id"]) == {"land-use.no-registered-area"}
    assert [None if pd.isna(each) else each for each in said["value"]] == ["0", "-5", None]
    assert list(said["row"]) == [2, 3, 4]


@pytest.mark.parametrize("value", [0.0, -50.0])
def test_a_column_of_registered_areas_that_are_none_is_told(value):
    said = land(["LUC"] * 2, registered_area_m2=[value, value])
    assert set(said["rule_id"]) == {"land-use.no-registered-area"}


def test_a_number_is_one_however_it_is_written():
    assert parcels(["1", "01"], ["7", "8.0"]).empty
    said = at_the_door(
        land_use.SPEC,
        code=["LUC"] * 3,
        code_table=[OLD] * 3,
        sheet=["1", "01", "1"],
        parcel=["7", "7.0", "07a"],
    )
    (row,) = said[said["rule_id"] == "land-use.parcel-number-twice"].itertuples()
    assert (row.row, row.other_row) == (2, 1)


def test_a_column_in_hectares_is_one_finding_not_one_a_row():
    said = only(land(["LUC"] * 5, registered_area_m2=[1.0, 1.01, 0.99, 1.0, 2.0]))
    assert pd.isna(said.row)
    assert "tổng 6,00" in said.message_vi
    assert "50.000,00 m²" in said.message_vi


# --- parcels, groups, years ---------------------------------------------------------------------


def test_a_missing_and_an_odd_number_name_the_parcel():
    said = parcels(["1", None, "2a"], ["7", "8", "9"])
    assert dict(zip(said["rule_id"], said["value"], strict=True)) == {
        "land-use.no-parcel-number": "-/8",
        "land-use.odd-parcel-number": "2a/9",
    }
    assert said.set_index("rule_id").at["land-use.odd-parcel-number", "feature"] == "tờ 2a thửa 9"


def test_a_group_is_any_class_above_the_code_and_free_words_prove_nothing():
    assert land(["LUC"] * 4, nhom_dat=["LUC", "LUA", "NNP", "ruộng"]).empty
    assert only(land(["XYZ", "SKX"], nhom_dat=["NNP", "NNP"])).row == 2
    assert land(["LUC"], loai_dat=["Đất của ông"]).empty


def test_groups_are_read_in_the_table_of_the_map():
    assert land(["LUC"], said={**NOW, "code_table": "qhc"}, nhom_dat=["PNN"]).empty


def test_a_general_plan_has_a_period_of_its_own():
    assert land(said=PLAN | {"plan_kind": "general_plan", "year": 2040}).empty


def test_a_map_without_a_year_is_not_judged_by_it():
    assert land(said={"status": "current"}).empty
    assert land(said={"status": "planned", "year": None}).empty


# --- zones --------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", ["durian", None])
def test_a_product_that_nobody_knows_contradicts_no_use(product):
    assert zone(product=product, use="clay_pit").empty


def test_a_product_of_the_sea_asks_for_no_land():
    of_the_sea = next(each.product_id for each in products.products() if each.use is None)
    assert zone(product=of_the_sea, use="annual_crop").empty


def test_a_contradicting_use_is_named_in_words_people_use():
    said = only(zone(product="hanh_tim", use="clay_pit"))
    assert "Hành tím Bình Hải cần đất cây hằng năm, vùng lại ghi khai thác đất sét" in (
        said.message_vi
    )
    assert said.value == "clay_pit"


def test_layers_without_the_columns_are_not_asked_for_them():
    assert checked("constraints", name=["x"]).empty
    assert checked("land-use", NOW, code=["LUC"]).empty


# --- communes -----------------------------------------------------------------------------------


def test_binh_thanh_and_binh_thanh_are_never_confused():
    period = ("2020-02-01", "2025-06-30")
    assert unit("21046", "Bình Thạnh", *period).empty
    said = unit("21046", "Bình Thanh", *period)
    assert only(said).rule_id == "communes.name-differs"
    assert "là Bình Thạnh, không phải Bình Thanh" in only(said).message_vi


@pytest.mark.parametrize(
    "name", ["Tịnh Hoà", "TỊNH HÒA", "xã Tịnh Hòa", "Tịnh  Hòa", "Ti\u0323nh Ho\u0300a"]
)
def test_a_name_may_be_written_in_every_way_that_is_the_same_name(name):
    assert attributes.commune_key(name) == attributes.commune_key("Tịnh Hòa")


@pytest.mark.parametrize("name", ["Tinh Hoa", "Tịnh Hoa", "Tịnh Hóa", "Tịnh Hòa 2"])
def test_another_accent_is_another_name(name):
    assert attributes.commune_key(name) != attributes.commune_key("Tịnh Hòa")


def test_a_code_is_read_on_the_first_day_of_its_row_and_today_where_there_is_none():
    said = unit("21046", "Bình Thạnh", None)
    assert only(said).rule_id == "communes.code-of-another-date"
    assert "2026-06-01" in only(said).message_vi
    assert "Bình Thạnh" in only(said).message_vi


def test_both_rows_of_a_code_that_stands_twice_are_named():
    said = only(SEEDED["communes.code-twice"][0]())
    assert (said.row, said.other_row, said.value) == (2, 1, "21040")
    assert (said.feature, said.other_feature) == ("Bình Sơn", "Bình Sơn")


def test_a_commune_without_code_or_name_is_left_to_its_layer():
    assert units((None, "Bình Sơn", LAST_YEAR, None), ("21040", None, LAST_YEAR, None)).empty


def test_three_rows_of_one_code_are_all_held_against_each_other():
    # the second and the third overlap, the first stands before both
    said = units(
        ("21040", "Châu Ổ", "2020-02-01", "2025-06-30"),
        ("21040", "Bình Sơn", LAST_YEAR, None),
        ("21040", "Bình Sơn", "2026-01-01", None),
    )
    pairs = {
        (row.rule_id, row.row, row.other_row)
        for row in said.itertuples()
        if row.rule_id.startswith("communes.code-")
    }
    assert ("communes.code-twice", 3, 2) in pairs
    assert ("communes.code-reused", 2, 1) in pairs


# --- hostile ------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["communes", "land-use", "zones", "constraints", "terrain"])
def test_an_empty_layer_has_no_faults(layer):
    empty = Subject(layer=layer, dataset="không", frame=frame(code=["x"]).head(0))
    assert attributes.check(empty) == []


def test_a_shape_that_is_invalid_does_not_stop_a_finding_about_its_row():
    rows = frame(code=["LUC"] * 3, registered_area_m2=[10_000.0, None, None])
    rows.geometry = [box(0, 0, 1, 1), None, box(0, 0, 1, 1)]
    subject = Subject(layer="land-use", dataset="tập", frame=rows, attributes=NOW)
    said = findings.join(attributes.check(subject, today=TODAY), system=rows.crs)
    assert list(said["rule_id"]).count("land-use.no-registered-area") == 2
