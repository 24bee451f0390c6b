"""The one table of findings: columns, order, sentences, places and sizes."""

from dataclasses import fields

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis import findings
from gis.errors import NotFoundError
from gis.findings import COLUMNS, Finding

VN2000 = "EPSG:5898"
#: One rule of each severity.
ERROR, WARNING, INFO = "land-use.no-code", "land-use.outside-code", "geometry.heights"


def finding(rule_id="land-use.outside-code", **said):
    return Finding(rule_id=rule_id, **said)


def worded(rule_id, **said):
    return Finding(rule_id=rule_id, message_vi="Câu.", message_en="Sentence.", **said)


def of_many(rule_id="geometry.tiny-part", **said):
    given = {
        "rows": [4, 2],
        "size": [0.25, 0.0123],
        "tolerance": 0.5,
        "words": {"area": [("1 ha (vi)", "1 ha (en)")] * 2},
        **said,
    }
    return findings.many(rule_id, **given)


# --- columns and order --------------------------------------------------------------------------


def test_the_table_has_the_same_columns_full_or_empty():
    assert {field.name for field in fields(Finding)} < set(COLUMNS)
    for listed in ([], [finding(row=1)]):
        assert list(findings.table(listed).columns) == list(COLUMNS)
    assert findings.table([]).empty
    assert findings.join([]).empty


def test_the_gravest_come_first_then_by_rule_and_row():
    listed = [
        finding(INFO, row=1),
        finding("land-use.outside-code", row=9),
        finding("land-use.no-code", row=7),
        finding("land-use.no-code", row=2),
        finding("communes.no-code", row=8),
        finding("land-use.outside-code", row=3),
    ]
    table = findings.table(listed)
    order = list(zip(table["severity"], table["rule_id"], table["row"], strict=True))
    assert order == [
        ("error", "communes.no-code", 8),
        ("error", "land-use.no-code", 2),
        ("error", "land-use.no-code", 7),
        ("warning", "land-use.outside-code", 3),
        ("warning", "land-use.outside-code", 9),
        ("info", INFO, 1),
    ]
    assert table.index.tolist() == [0, 1, 2, 3, 4, 5]


def test_what_is_not_known_stays_empty_and_rows_stay_whole_numbers():
    table = findings.table([finding(row=3, size=1.5), finding(other_row=4)])
    assert table["row"].dtype == table["other_row"].dtype == "Int64"
    assert table["row"].isna().tolist() == [False, True]
    assert table["size"].dtype == table["effect_m2"].dtype == "Float64"
    assert table[["lon", "lat", "value", "geometry"]].isna().all(axis=None)


def test_gravity_fix_and_remedy_come_from_the_catalogue():
    (row,) = findings.table([worded("geometry.self-intersection", row=1)]).itertuples()
    assert (row.severity, row.fix, row.unit) == ("warning", "ring", "")
    assert row.remedy_vi.startswith("khi nạp")
    assert row.remedy_en.startswith("it is repaired")
    assert of_many()["unit"].tolist() == ["m2", "m2"]


def test_a_rule_that_is_not_in_the_catalogue_is_refused():
    with pytest.raises(NotFoundError, match=r"no rule 'a\.rule'") as caught:
        findings.table([finding("a.rule")])
    assert caught.value.vi.startswith("Không có quy tắc kiểm tra 'a.rule'")


# --- sentences ----------------------------------------------------------------------------------


def test_the_sentence_is_the_catalogues_with_its_words_filled_in():
    table = of_many()
    assert table["message_vi"].tolist() == [
        "Dòng 4: có phần chỉ rộng 0,25 m² (cả đối tượng 1 ha (vi); ngưỡng 0,50 m²).",
        "Dòng 2: có phần chỉ rộng 0,012 m² (cả đối tượng 1 ha (vi); ngưỡng 0,50 m²).",
    ]
    assert table["message_en"].tolist()[0] == (
        "Row 4: a part has only 0.25 m² (the whole feature 1 ha (en); limit 0.50 m²)."
    )


def test_a_sentence_of_its_own_goes_before_the_catalogues():
    (row,) = findings.table([worded("land-use.no-code", row=3)]).itertuples()
    assert (row.message_vi, row.message_en) == ("Câu.", "Sentence.")
    (row,) = findings.table([finding("land-use.no-code", row=3)]).itertuples()
    assert row.message_vi.startswith("Dòng 3: không có mã đất")


def test_a_finding_speaks_both_languages():
    assert worded("land-use.no-code").message("vi") == "Câu."
    assert worded("land-use.no-code").message("en") == "Sentence."
    said = finding("land-use.unknown-code", row=7, value="XYZ")
    assert said.message("vi") == "Dòng 7: mã XYZ không có trong bảng mã."
    assert said.message("en") == "Row 7: code XYZ is not in the table."


def test_what_a_sentence_does_not_know_is_a_dash():
    said = finding("land-use.unknown-code", row=7)
    assert said.message("en") == "Row 7: code - is not in the table."


@pytest.mark.parametrize(
    ("value", "unit", "vi", "en"),
    [
        (1234.5, "m2", "1.234,50 m²", "1,234.50 m²"),
        (0.0, "m2", "0,00 m²", "0.00 m²"),
        (0.5, "m", "0,50 m", "0.50 m"),
        (0.0123, "m2", "0,012 m²", "0.012 m²"),
        (0.00056, "m", "0,00056 m", "0.00056 m"),
        (-2.5, "m2", "-2,50 m²", "-2.50 m²"),
        (3.0, "", "3,00", "3.00"),
        (None, "m2", "-", "-"),
        (float("nan"), "m", "-", "-"),
    ],
)
def test_sizes_keep_two_telling_digits_and_their_unit(value, unit, vi, en):
    assert findings.measure(value, unit, "vi") == vi
    assert findings.measure(value, unit, "en") == en


# --- places -------------------------------------------------------------------------------------


def test_a_fault_is_placed_within_its_shape_in_degrees():
    shapes = [shapely.box(580_000, 1_690_000, 580_010, 1_690_010), None]
    table = of_many(geometry=shapes, system=VN2000)
    point = gpd.GeoSeries.from_xy([table["lon"][0]], [table["lat"][0]], crs="EPSG:4326")
    assert shapes[0].contains(point.to_crs(VN2000).iloc[0])
    assert table[["lon", "lat"]].isna().all(axis=1).tolist() == [False, True]
    assert table.crs == VN2000


def test_a_place_that_is_known_better_goes_before_the_shape():
    spot = shapely.Point(580_000, 1_690_000)
    table = of_many(
        geometry=[shapely.box(580_000, 1_690_000, 590_000, 1_700_000)] * 2,
        points=[spot, None],
        system=VN2000,
    )
    degrees = gpd.GeoSeries([spot], crs=VN2000).to_crs("EPSG:4326").iloc[0]
    assert table["lon"][0] == pytest.approx(degrees.x, abs=1e-6)
    assert table["lat"][0] == pytest.approx(degrees.y, abs=1e-6)
    assert pd.isna(table["lon"][1])


def test_tables_of_two_systems_are_joined_in_one_place():
    spot = shapely.box(580_000, 1_690_000, 580_010, 1_690_010)
    there = gpd.GeoSeries([spot, spot], crs=VN2000).to_crs("EPSG:5899")
    here = of_many(geometry=[spot, spot], system=VN2000)
    moved = of_many(geometry=there.to_numpy(), system="EPSG:5899")
    joined = findings.join([here, moved], system=VN2000)
    assert joined.crs == VN2000
    assert joined["row"].tolist() == [2, 2, 4, 4]
    assert shapely.hausdorff_distance(joined.geometry.to_numpy(), spot).max() < 1e-3


def test_a_shape_without_a_system_has_no_place_on_the_globe():
    table = of_many(geometry=[shapely.box(0, 0, 1, 1)] * 2)
    assert table[["lon", "lat"]].isna().all(axis=None)


def test_nothing_found_of_a_rule_is_an_empty_table():
    none = np.zeros(0, dtype=int)
    table = findings.many("geometry.tiny-part", rows=none, size=none, words={"area": []})
    assert list(table.columns) == list(COLUMNS)
    assert table.empty


def test_a_table_comes_back_from_its_file_as_it_was(tmp_path):
    spot = shapely.box(580_000, 1_690_000, 580_010, 1_690_010)
    for table in (of_many(geometry=[spot, None], system=VN2000), findings.join([], system=VN2000)):
        table.to_parquet(tmp_path / "found.parquet", index=False)
        again = findings.read(tmp_path / "found.parquet")
        assert again.crs == table.crs
        plain = [each.drop(columns="geometry").astype(object) for each in (again, table)]
        missing = [each.isna() for each in plain]
        assert missing[0].equals(missing[1])
        assert plain[0].mask(missing[0], 0).equals(plain[1].mask(missing[1], 0))
        assert again.geometry.isna().tolist() == table.geometry.isna().tolist()


# --- counting -----------------------------------------------------------------------------------


def test_errors_are_told_from_warnings():
    errors = findings.table([worded(ERROR), worded(WARNING)])
    assert findings.has_errors(errors)
    assert not findings.has_errors(findings.table([worded(WARNING), worded(INFO)]))
    assert not findings.has_errors(findings.table([]))


def test_findings_are_counted_by_severity():
    table = findings.table([worded(ERROR), worded(WARNING), worded(WARNING)])
    assert findings.counts(table) == {"error": 1, "warning": 2}
    assert findings.counts(findings.table([])) == {}
