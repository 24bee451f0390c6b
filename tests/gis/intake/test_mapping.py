"""Columns of a file become columns of a layer: by name, by hand, or as one value for all."""

import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from gis.errors import ColumnError, InputError
from gis.intake.door import Order, take_in

COMMUNES = {"code": "21109", "name": "Đông Sơn"}


@pytest.fixture
def file_of(hectare, tmp_path):
    """Return a function that writes columns as a GeoParquet file, one hectare a row."""

    def write(**columns):
        path = tmp_path / "data.parquet"
        rows = max(len(values) for values in columns.values())
        shapes = [hectare(at) for at in range(rows)]
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898").to_parquet(path)
        return path

    return write


def take(path, layer="communes", **options):
    return take_in(Order(layer=layer, path=Path(path), **options))


@pytest.mark.parametrize("name", ["MDSD", "Mã đất", "ma_dat", "KÝ HIỆU", "loai_dat", "code"])
def test_usual_names_are_found_without_case_accents_and_underscores(name, file_of, land_use):
    assert list(land_use(file_of(**{name: ["LUC"]})).frame["code"]) == ["LUC"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_column_named_by_hand_is_found_whatever_its_composition(form, typed, file_of, land_use):
    path = file_of(**{unicodedata.normalize(form, "Mục đích"): ["LUC"]})
    checked = land_use(path, columns={"code": unicodedata.normalize(typed, "Mục đích")})
    assert list(checked.frame["code"]) == ["LUC"]


def test_a_column_named_by_hand_is_found_whatever_its_case(file_of, land_use):
    assert list(land_use(file_of(Dat=["LUC"]), columns={"code": "DAT"}).frame["code"]) == ["LUC"]


def test_exact_case_goes_first(file_of, land_use):
    path = file_of(dat=["LUC"], DAT=["CLN"])
    assert list(land_use(path, columns={"code": "DAT"}).frame["code"]) == ["CLN"]
    with pytest.raises(ColumnError, match="no column 'Dat'; the file has the columns dat, DAT"):
        land_use(path, columns={"code": "Dat"})


def test_a_missing_named_column_is_refused_with_what_there_is(file_of, land_use):
    with pytest.raises(ColumnError, match="no column 'mdsd2'; the file has the columns x, y") as no:
        land_use(file_of(x=["LUC"], y=["1"]), columns={"code": "mdsd2"})
    assert no.value.vi == "Không có cột 'mdsd2'; tệp có các cột x, y."


def test_a_required_column_that_nothing_gives_is_refused_with_both_remedies(file_of, land_use):
    with pytest.raises(ColumnError, match=r"--map code=FIELD.*--set code=VALUE") as caught:
        land_use(file_of(x=["lúa"]))
    assert "mà lớp land-use cần" in caught.value.vi


def test_a_column_that_the_layer_does_not_have_is_refused(file_of):
    with pytest.raises(ColumnError, match="Layer communes has no column 'colour'; it has code"):
        take(file_of(x=["1"]), constants={"colour": "red"})
    with pytest.raises(ColumnError, match="Layer communes has no column 'colour'"):
        take(file_of(x=["1"]), columns={"colour": "x"})


def test_a_value_for_all_goes_before_a_column_of_that_name(file_of):
    checked = take(file_of(code=["1", "2"], name=["a", "b"]), constants={"name": "Bình Sơn"})
    assert list(checked.frame["name"]) == ["Bình Sơn"] * 2
    assert checked.provenance["columns"]["name"] == "'Bình Sơn'"
    assert checked.provenance["columns_left_out"] == ["name"]


def test_one_column_may_serve_two_columns_of_the_layer_by_hand(file_of):
    frame = take(file_of(x=["21109"]), columns={"code": "x", "name": "x"}).frame
    assert frame.loc[0, ["code", "name"]].tolist() == ["21109", "21109"]


def test_a_column_taken_by_hand_is_not_taken_again_by_its_name(file_of, land_use):
    # `dientich` usually is the registered area; here it was said to be the code
    checked = land_use(file_of(dientich=["LUC"]), columns={"code": "dientich"})
    assert checked.frame["registered_area_m2"].isna().all()


# --- keeping further columns ------------------------------------------------------------------


def test_further_columns_are_kept_as_text_and_the_others_named(file_of):
    path = file_of(code=["1"], name=["a"], dan_so=[1234.0], ghi_chu=[" mới "], z=[1])
    checked = take(path, keep=("dan_so", "ghi_chu", "ghi_chu"))
    assert checked.frame.loc[0, ["dan_so", "ghi_chu"]].tolist() == ["1234", "mới"]
    assert checked.provenance["columns_left_out"] == ["z"]


def test_keeping_a_column_that_was_taken_anyway_changes_nothing(file_of):
    assert list(take(file_of(code=["1"], name=["a"]), keep=("code",)).frame["code"]) == ["1"]


@pytest.mark.parametrize("name", ["fault", "bbox", "name"])
def test_keeping_a_column_whose_name_is_needed_is_refused(name, file_of):
    path = file_of(**{"code": ["1"], "ten_khac": ["a"], name: ["x"]})
    with pytest.raises(ColumnError, match=f"--keep {name} cannot be.*rename the column") as caught:
        take(path, columns={"name": "ten_khac"}, keep=(name,))
    assert "hãy đổi tên cột" in caught.value.vi


def test_a_file_with_columns_of_our_own_names_comes_in(file_of):
    checked = take(file_of(code=["1"], name=["a"], source_row=[77], fault=["x"], bbox=["y"]))
    assert list(checked.frame["source_row"]) == [1]
    assert checked.frame["fault"].isna().all()


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([21109, 21040], ["21109", "21040"], id="whole numbers"),
        pytest.param([21109.0, None], ["21109", None], id="numbers with gaps"),
        pytest.param(pd.array([21109, None], dtype="Int64"), ["21109", None], id="nullable"),
        pytest.param(pd.array([3.0, 2.5], dtype="float32"), ["3", "2.5"], id="single precision"),
        pytest.param([" 02113 ", ""], ["02113", None], id="text with spaces"),
        pytest.param(["021\u0323", None], ["021\u0323", None], id="marks stay"),
    ],
)
def test_codes_come_in_as_text_without_a_false_decimal_part(values, expected, file_of):
    frame = take(file_of(code=values, name=["a", "b"])).frame
    assert [None if pd.isna(code) else code for code in frame["code"]] == expected


@pytest.mark.parametrize(
    "written",
    [
        "2025-07-01",
        "01/07/2025",
        "1/7/2025",
        "01-07-2025",
        "01.07.2025",
        "2025/07/01",
        "20250701",
        20250701,
        "2025-07-01 00:00:00",
        "2025-07-01T00:00:00",
        "01/07/2025 00:00:00",
        "2025-07-01T00:00:00+07:00",
        # midnight in Vietnam, as a program in Greenwich writes it
        "2025-06-30T17:00:00Z",
        "2025-07-01T00:00:00Z",
        date(2025, 7, 1),
        datetime(2025, 7, 1),  # noqa: DTZ001 (a file holds such)
        datetime(2025, 6, 30, 17, tzinfo=UTC),
        pd.Timestamp("2025-07-01 08:30"),
    ],
    ids=str,
)
def test_a_day_is_read_however_it_was_written(written, file_of):
    checked = take(file_of(code=["1"], name=["a"], valid_from=[written]))
    assert list(checked.frame["valid_from"]) == ["2025-07-01"]
    assert checked.findings.empty


def test_the_end_of_all_days_stays_what_it_is(file_of):
    path = file_of(
        code=["1"], name=["a"], valid_from=["2025-07-01"], valid_to=["9999-12-31T23:59:59Z"]
    )
    assert list(take(path).frame["valid_to"]) == ["9999-12-31"]


@pytest.mark.parametrize(
    "written", ["31/02/2025", "07/13/2025", "202507", "2025", "hôm nay", "1/7/25"]
)
def test_what_is_no_day_is_a_finding_and_the_cell_is_left_empty(written, file_of):
    checked = take(file_of(code=["1", "2"], name=["a", "b"], valid_from=["2025-07-01", written]))
    assert checked.frame["valid_from"].isna().tolist() == [False, True]
    (found,) = checked.findings[checked.findings["rule_id"] == "door.bad-value"].itertuples()
    assert (found.severity, found.row, found.value) == ("error", 2, written)
    assert f"cột valid_from có '{written}', không phải ngày" in found.message_vi


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1.234,56", 1234.56),
        ("1,234.56", 1234.56),
        ("1234,5", 1234.5),
        ("1234.5", 1234.5),
        ("1.234.567", 1_234_567.0),
        ("1,234,567", 1_234_567.0),
        ("1 234,5", 1234.5),
        ("-3,5", -3.5),
        (1234.56, 1234.56),
        (7, 7.0),
    ],
)
def test_areas_are_read_as_vietnamese_and_as_programs_write_them(
    written, number, file_of, land_use
):
    checked = land_use(file_of(mdsd=["LUC"], dientich=[written]))
    assert list(checked.frame["registered_area_m2"]) == [number]


@pytest.mark.parametrize("written", ["nhiều", "1,2.3,4x", "inf", "nan"])
def test_what_is_no_number_is_a_finding(written, file_of, land_use):
    checked = land_use(file_of(mdsd=["LUC"], dientich=[written]))
    assert checked.frame["registered_area_m2"].isna().all()
    assert list(checked.findings["rule_id"]) == ["door.bad-value"]


def test_a_broken_year_is_a_finding_when_the_others_agree(file_of):
    path = file_of(mdsd=["LUC"] * 3, year=["2020", "2020,5", "2020"])
    given = {"code_table": "tt27-2018", "status": "current"}
    checked = take(path, "land-use", constants=given)
    assert checked.attributes["year"] == 2020
    assert list(checked.findings["row"]) == [2]


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [("valid_from", "2025-13-01", "date"), ("valid_to", "mai", "date")],
)
def test_a_bad_value_for_all_is_the_users_slip_and_refused(column, value, what, file_of):
    with pytest.raises(ColumnError, match=f"'{value}' for column '{column}' is no {what}") as no:
        take(file_of(code=["1"], name=["a"]), constants={column: value})
    assert "hãy ghi giá trị khác" in no.value.vi


# --- what describes a land-use file -----------------------------------------------------------


def describe(path, **constants):
    given = {"code_table": "tt27-2018", "status": "current", "year": 2020} | constants
    kept = {key: value for key, value in given.items() if value is not None}
    return take(path, "land-use", constants=kept)


def test_a_code_table_is_known_by_its_circular(file_of):
    path = file_of(mdsd=["LUC"])
    for name in ("TT 27/2018/TT-BTNMT", "Thông tư 27/2018", "TT 01/2021/TT-BTNMT"):
        assert describe(path, code_table=name).attributes["code_table"] == "tt27-2018"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"code_table": "tt99"}, "'tt99' names no code table; use tt27-2018"),
        ({"status": "future"}, "status 'future' is not one of current, planned"),
        ({"year": 20}, "Year 20 is not a year of a land-use map; give one like 2030"),
        ({"year": "abc"}, "'abc' for column 'year' is no whole number"),
        ({"plan_kind": "general_plan"}, "A current land-use map has no plan kind"),
        ({"status": "planned", "plan_kind": "x"}, "plan_kind 'x' is not one of land_use_plan"),
        ({"code_table": None}, "Nothing gives the column 'code_table'"),
    ],
)
def test_a_wrong_description_is_refused(given, message, file_of):
    with pytest.raises(InputError, match=message) as caught:
        describe(file_of(mdsd=["LUC"]), **given)
    assert caught.value.vi != str(caught.value)


def test_a_file_of_two_years_is_two_maps(file_of):
    path = file_of(mdsd=["LUC", "LUC"], year=[2015, 2020])
    with pytest.raises(ColumnError, match=r"'year' holds several values \(2015, 2020\).*split it"):
        describe(path, year=None)


def test_an_empty_description_is_refused(file_of):
    with pytest.raises(
        ColumnError, match=r"Column 'status' is empty; give --status current\|planned"
    ):
        describe(file_of(mdsd=["LUC"], status=[None]), status=None)


def test_a_missing_description_names_all_its_options_at_once(file_of):
    with pytest.raises(ColumnError, match="Nothing gives the column 'code_table'") as caught:
        take(file_of(mdsd=["LUC"]), "land-use")
    for words in (str(caught.value), caught.value.vi):
        assert "--code-table tt27-2018|tt08-2024, --status current|planned, --year 2025" in words


def test_a_file_of_nearly_no_code_is_a_wrong_column_and_refused(file_of):
    # 19 of 21 are more than nine in ten
    path = file_of(mdsd=["LUC"] * 2 + ["11"] * 17 + ["12", "13"])
    with pytest.raises(ColumnError, match=r"of column 'mdsd' is a code of tt27-2018") as caught:
        describe(path)
    for words in (str(caught.value), caught.value.vi):
        assert all(each in words for each in ("'11', '12', '13'", "--code-field", "--code-table"))


def test_a_small_file_may_be_wrong_by_chance(file_of):
    assert len(describe(file_of(mdsd=["11"] * 20)).findings) == 20


def test_a_file_with_one_code_in_ten_comes_in_with_its_findings(file_of):
    path = file_of(mdsd=["LUC"] * 3 + ["11"] * 27)
    assert len(describe(path).findings) == 27


def test_codes_outside_the_tables_are_no_wrong_column(file_of):
    assert len(describe(file_of(mdsd=["KCN"] * 30)).findings) == 30


@pytest.mark.parametrize("written", ["1.234", "1,234", " 12.500 "])
def test_an_area_in_text_that_reads_in_two_ways_is_left_empty_and_told(written, file_of):
    path = file_of(mdsd=["LUC"] * 3, dientich=[written, "0.125", "1234,567"])
    checked = describe(path)
    (found,) = checked.findings.itertuples()
    assert (found.rule_id, found.severity, found.row) == ("door.ambiguous-number", "warning", 1)
    areas = checked.frame["registered_area_m2"]
    assert areas.isna().tolist() == [True, False, False]
    assert areas[1:].tolist() == [0.125, 1234.567]


def test_a_column_of_true_numbers_is_never_ambiguous(file_of):
    checked = describe(file_of(mdsd=["LUC"], dientich=[1.234]))
    assert checked.findings.empty
    assert checked.frame["registered_area_m2"].tolist() == [1.234]


def test_a_plan_without_a_kind_is_a_land_use_plan(file_of):
    told = describe(file_of(mdsd=["LUC"]), status="planned", year=2030).attributes
    assert told["plan_kind"] == "land_use_plan"


def test_a_general_plan_may_have_a_legend_of_its_own(file_of):
    given = {"status": "planned", "plan_kind": "general_plan", "code_table": "qhc-binh-hai"}
    checked = describe(file_of(mdsd=["ĐT-1"]), year=2040, **given)
    assert checked.attributes["code_table"] == "qhc-binh-hai"
    assert checked.findings.empty


# --- names of datasets ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("hiện trạng 2020", "hiện-trạng-2020"),
        (unicodedata.normalize("NFD", "đất ở"), "đất-ở"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d*e", "a-b-c-d-e"),
        ("...", "data"),
        ("x" * 500, "x" * 64),
    ],
)
def test_a_name_given_by_hand_is_safe_as_part_of_a_file_name(name, slug, file_of):
    assert take(file_of(code=["1"], name=["a"]), name=name).name == slug
