"""What each layer asks of its rows: faults of a row are findings, of the file refusals."""

import dataclasses
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gis import products, text
from gis.errors import ColumnError, NotFoundError
from gis.intake import mapping
from gis.layers import base, communes, constraints, land_use, registry, zones


def frame(**columns):
    """Return rows of one hectare each with the columns of a layer."""
    rows = max(len(values) for values in columns.values())
    shapes = [
        box(580_000 + 100 * at, 1_690_000, 580_100 + 100 * at, 1_690_100) for at in range(rows)
    ]
    columns = {"source_row": range(1, rows + 1), "fault": [None] * rows, **columns}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898")


def only(found):
    (finding,) = found
    return finding


def test_every_layer_is_found_by_its_name_and_a_foreign_name_is_refused():
    assert [registry.layer(name).name for name in registry.LAYERS] == [*registry.LAYERS]
    with pytest.raises(NotFoundError, match="no layer 'soil'; the layers are communes") as caught:
        registry.layer("soil")
    assert caught.value.vi.startswith("Không có lớp 'soil'")


def test_a_layer_tells_its_columns():
    assert land_use.SPEC.column("code").kind == "code"
    assert land_use.SPEC.column("nothing") is None


@pytest.mark.parametrize(
    ("start", "end", "valid"),
    [
        (None, None, True),
        ("2025-07-01", None, True),
        ("2025-07-02", None, False),
        (None, "2025-07-01", True),
        (None, "2025-06-30", False),
        ("2025-07-01", "2025-07-01", True),
    ],
)
def test_first_and_last_day_of_validity_both_count(start, end, valid):
    rows = frame(valid_from=[start], valid_to=[end])
    assert base.valid_on(rows, date(2025, 7, 1)).tolist() == [valid]


def test_places_are_points_within_their_rows_in_degrees():
    rows = frame(code=["a", "b"])
    places = base.places(rows, rows.index)
    for at, (lon, lat) in places.items():
        point = gpd.GeoSeries.from_xy([lon], [lat], crs="EPSG:4326").to_crs(rows.crs).iloc[0]
        assert rows.geometry[at].contains(point)
    assert base.places(rows, rows.index[:0]) == {}


# --- communes ---------------------------------------------------------------------------------


def test_communes_without_a_first_day_are_one_warning():
    rows = frame(code=["1", "2", "3"], valid_from=[None, "2025-07-01", None])
    _, found = communes.SPEC.check(rows)
    finding = only(found)
    assert (finding.rule_id, finding.severity) == ("communes.no-valid-from", "warning")
    assert finding.value == "2"
    assert "--valid-from" in finding.message_vi


def test_a_commune_without_code_is_an_error_of_its_row():
    _, found = communes.SPEC.check(frame(code=["1", None], valid_from=["2025-07-01"] * 2))
    assert (only(found).rule_id, only(found).row) == ("communes.no-code", 2)


# --- constraints ------------------------------------------------------------------------------


def test_kind_and_effect_are_read_without_case_and_dashes():
    rows = frame(constraint_id=["a", "b"], kind=["Protection forest", "economic-zone"],
                 effect=["BLOCK", " Flag "])  # fmt: skip
    checked, found = constraints.SPEC.check(rows)
    assert list(checked["kind"]) == ["protection_forest", "economic_zone"]
    assert list(checked["effect"]) == ["block", "flag"]
    assert found == []


@pytest.mark.parametrize("effect", ["forbid", None])
def test_an_unknown_effect_is_an_error_of_its_row(effect):
    rows = frame(constraint_id=["a", "b"], kind=["road", "road"], effect=["flag", effect])
    _, found = constraints.SPEC.check(rows)
    assert (only(found).rule_id, only(found).row) == ("constraints.unknown-effect", 2)
    assert only(found).value == effect


def test_constraints_need_ids_of_their_own():
    rows = {"kind": ["road"] * 2, "effect": ["flag"] * 2}
    with pytest.raises(ColumnError, match="constraint_id 'a' stands in more than one row"):
        constraints.SPEC.check(frame(constraint_id=["a", "a"], **rows))
    with pytest.raises(ColumnError, match="Row 2 has no constraint_id"):
        constraints.SPEC.check(frame(constraint_id=["a", None], **rows))


# --- land use ---------------------------------------------------------------------------------


def land(codes, **columns):
    rows = {"code": codes, "code_table": ["tt27-2018"] * len(codes)}
    return frame(**rows, **columns)


def test_codes_are_written_as_the_tables_write_them():
    checked, found = land_use.SPEC.check(land([" luc ", "Skx"]))
    assert list(checked["code"]) == ["LUC", "SKX"]
    assert (only(found).rule_id, only(found).value) == ("land-use.code-rewritten", "2")


def test_a_code_of_the_other_table_alone_is_told_from_an_unknown_one():
    # TVC is a code of the new table
    _, found = land_use.SPEC.check(land(["CHN", "TVC"]))
    assert (only(found).rule_id, only(found).row) == ("land-use.other-table-code", 2)


def test_unknown_missing_and_outside_codes_are_told_apart():
    checked, found = land_use.SPEC.check(land(["LUC", "XYZ", None, "KCN"]))
    assert [(each.rule_id, each.severity, each.row) for each in found] == [
        ("land-use.unknown-code", "error", 2),
        ("land-use.no-code", "error", 3),
        ("land-use.outside-code", "warning", 4),
    ]
    assert all(108 < each.lon < 109.5 and 15 < each.lat < 15.6 for each in found)
    assert list(checked["fault"].fillna("")) == ["", *["unknown-code"] * 3]


def test_a_fault_joins_the_one_that_is_there():
    checked, _ = land_use.SPEC.check(land(["XYZ"], fault=["repaired-ring"]))
    assert list(checked["fault"]) == ["repaired-ring;unknown-code"]


def test_a_legend_of_its_own_is_not_held_against_the_official_tables():
    rows = land(["ĐT-1", None]).assign(code_table="qhc")
    _, found = land_use.SPEC.check(rows)
    assert (only(found).rule_id, only(found).row) == ("land-use.no-code", 2)


def test_a_parcel_number_that_stands_twice_names_both_rows():
    rows = land(["LUC"] * 4, sheet=["1", "1", "1", "2"], parcel=["7", "8", "7", "7"])
    _, found = land_use.SPEC.check(rows)
    finding = only(found)
    assert (finding.rule_id, finding.severity) == ("land-use.parcel-number-twice", "warning")
    assert (finding.row, finding.other_row, finding.value) == (3, 1, "1/7")


# --- zones ------------------------------------------------------------------------------------


def zone_rows(**columns):
    rows = len(next(iter(columns.values())))
    given = {"zone_id": [f"z{at}" for at in range(rows)], "product": [None] * rows,
             "use": [None] * rows}  # fmt: skip
    return frame(**(given | columns)).astype({"use": object, "product": object})


def test_a_product_implies_its_use_and_a_given_use_goes_first():
    rows = zone_rows(product=["hanh_tim", "hanh_tim"], use=[None, "workshop"])
    checked, found = zones.SPEC.check(rows)
    assert list(checked["use"]) == ["annual_crop", "workshop"]
    assert found == []


@pytest.mark.parametrize(
    "written", ["cây hằng năm", "Cay hang nam", "annual crop", "ANNUAL_CROP", " annual_crop "]
)
def test_a_use_may_be_given_by_its_label(written):
    checked, found = zones.SPEC.check(zone_rows(use=[written]))
    assert list(checked["use"]) == ["annual_crop"]
    assert found == []


def test_a_product_may_be_given_by_any_of_its_names():
    entry = products.product("hanh_tim")
    names = ["hanh_tim", entry.name_vi, entry.name_en, text.search_key(entry.name_vi).upper()]
    checked, found = zones.SPEC.check(zone_rows(product=names))
    assert set(checked["product"]) == {"hanh_tim"}
    assert set(checked["use"]) == {"annual_crop"}
    assert found == []


def test_a_name_that_two_products_bear_is_unknown(monkeypatch):
    twins = [
        dataclasses.replace(products.product(each), name_vi="Tỏi Bình Sơn")
        for each in ("hanh_tim", "nen")
    ]
    monkeypatch.setattr(products, "products", lambda: tuple(twins))
    _, found = zones.SPEC.check(zone_rows(product=["tỏi bình sơn"]))
    assert only(found).rule_id == "zones.unknown-product"


@pytest.mark.parametrize("field", ["ten", "TEN_VUNG", "name", "Tên vùng"])
def test_the_name_of_a_zone_is_found_under_what_people_call_it(field):
    rows = frame(id=["a"], muc_dich=["workshop"], **{field: ["Gò Sành"]})
    mapped = mapping.apply(rows, zones.SPEC, columns={}, constants={})
    assert mapped.frame["name_vi"].tolist() == ["Gò Sành"]


def test_unknown_products_and_uses_are_errors_that_list_the_known_ones():
    rows = zone_rows(product=["durian", None, "hanh_tim"], use=[None, "fishing", None])
    checked, found = zones.SPEC.check(rows)
    assert [(each.rule_id, each.row, each.value) for each in found] == [
        ("zones.unknown-product", 1, "durian"),
        ("zones.unknown-use", 2, "fishing"),
    ]
    assert "hanh_tim" in found[0].message_vi
    assert "clay_pit" in found[1].message_en
    assert [None if pd.isna(use) else use for use in checked["use"]] == [None, None, "annual_crop"]


def test_zones_that_name_nothing_are_refused():
    with pytest.raises(ColumnError, match=r"neither a product nor a use.*--map") as caught:
        zones.SPEC.check(zone_rows(product=[None, None]))
    assert "không ghi sản phẩm" in caught.value.vi


def test_zones_need_ids_of_their_own():
    with pytest.raises(ColumnError, match="'z' stands in rows 1, 3; give every zone its own id"):
        zones.SPEC.check(zone_rows(zone_id=["z", "y", "z"], use=["workshop"] * 3))
    with pytest.raises(ColumnError, match="Row 2 has no zone_id"):
        zones.SPEC.check(zone_rows(zone_id=["z", None], use=["workshop"] * 2))
