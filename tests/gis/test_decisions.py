"""Decision tables: what Excel makes of them, what is absent, and what they then say."""

from datetime import date

import pandas as pd
import pytest

from gis import decisions
from gis.decisions import Decisions
from gis.errors import ColumnError, NotFoundError, SourceError
from gis.workspace import Workspace

DAY = date(2026, 6, 1)
PLAN = "year,commune_code,product,area_ha,decision,source\n"


@pytest.fixture
def table(tmp_path):
    """Return a function that reads text, or bytes, as a decision table."""

    def read(content, name="crop-conversion"):
        path = tmp_path / "bảng.csv"
        raw = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(raw)
        return decisions.read(name, path)

    return read


def test_a_table_made_by_excel_in_vietnam_is_read(table):
    content = "year;commune_code;product;area_ha;decision\r\n2026;21040;Hành tím;1.234,56;QĐ 1\r\n"
    found = table(b"\xef\xbb\xbf" + content.encode())
    assert found.loc[0, ["commune_code", "product", "area_ha"]].tolist() == [
        "21040",
        "Hành tím",
        1234.56,
    ]
    assert found["year"].tolist() == [2026.0]
    assert found["source"].isna().all()


def test_a_table_with_commas_and_points_is_read(table):
    found = table(PLAN + '2026,21040,"tỏi, nén",12.5,,\n')
    assert found.loc[0, ["product", "area_ha"]].tolist() == ["tỏi, nén", 12.5]


def test_a_template_without_rows_is_refused_so_that_it_replaces_nothing(tmp_path):
    for name, spec in decisions.TABLES.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(decisions.template(name), encoding="utf-8-sig", newline="")
        assert decisions.template(name).strip().split(",") == list(spec.columns)
        with pytest.raises(SourceError, match="nothing to import; it would replace the table"):
            decisions.read(name, path)


def test_names_and_order_of_columns_are_free_of_outer_space(table):
    found = table(" area_ha , product,commune_code,year\n12,5,21040,2026\n")
    assert found.loc[0, ["product", "commune_code"]].tolist() == ["5", "21040"]


def test_days_are_read_as_written_in_vietnam(table):
    found = table("species,valid_from\nChanh,01/07/2025\n", "perennial-species")
    assert found["valid_from"].tolist() == ["2025-07-01"]


def test_a_code_that_spells_na_stays_a_code(table):
    assert table("code_table,code\nqhc,NA\n", "legend")["code"].tolist() == ["NA"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PLAN + "\n2026,21040,x,nhiều,,\n", "line 3, column 'area_ha': 'nhiều' is not a number"),
        (PLAN + "2026,21040,x,1,,\n2026,21040,,1,,\n", "line 3, column 'product' is empty"),
        ("year,commune_code,product\n", r"no column 'area_ha'; `vung template crop-conversion`"),
        ("", "no column 'year'"),
    ],
)
def test_a_fault_is_refused_with_its_line(content, message, table):
    with pytest.raises(ColumnError, match=message) as caught:
        table(content)
    assert caught.value.vi.startswith("Tệp bảng.csv")


def test_what_is_no_day_is_refused(table):
    with pytest.raises(ColumnError, match="'31/02/2026' is not a date like 2026-01-31") as caught:
        table("species,valid_to\nChanh,31/02/2026\n", "perennial-species")
    assert "không phải ngày như 2026-01-31" in caught.value.vi


def test_an_unknown_matter_is_refused(table):
    with pytest.raises(ColumnError, match="line 2, column 'matter': 'parking' is not one of conv"):
        table("matter,body_vi\nparking,UBND xã\n", "delegations")


def test_a_decimal_comma_that_split_a_cell_is_refused_and_not_shifted(table):
    with pytest.raises(SourceError, match=r"line 2, has more cells than the header.*double quotes"):
        table("year,commune_code,product,area_ha\n2026,21040,x,12,5\n")


def test_empty_cells_at_the_end_of_a_line_do_no_harm(table):
    content = "year,commune_code,product,area_ha\n2026,21040,x,12,,,\n2026,21040,y,3\n,,,\n"
    assert table(content)["area_ha"].tolist() == [12.0, 3.0]


@pytest.mark.parametrize(
    "content",
    [
        "năm;xã\n".encode("utf-16"),
        "năm,xã\n".encode("cp1258", "replace"),
        b'a,"b\n',
        b"PK\x03\x04\xff",
    ],
)
def test_what_is_no_csv_in_utf8_is_refused_with_what_to_do_in_excel(content, table):
    with pytest.raises(SourceError, match="save it from Excel as 'CSV UTF-8'"):
        table(content)


def test_a_column_that_stands_twice_is_refused(table):
    with pytest.raises(SourceError, match="has the column 'year' twice"):
        table("year,year,commune_code,product,area_ha\n1,2,3,4,5\n")


def test_a_missing_table_and_a_folder_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"x\.csv does not exist"):
        decisions.read("legend", tmp_path / "x.csv")
    with pytest.raises(SourceError, match="is a folder"):
        decisions.read("legend", tmp_path)


def test_an_unknown_table_is_refused():
    with pytest.raises(NotFoundError, match="no decision table 'soils'; the tables are perennial"):
        decisions.spec("soils")


# --- what cannot be right, and what may be a typo ----------------------------------------------

LEGEND = "code_table,code,land_use_code,land_use_code_table\n"
SPECIES = "species,valid_from,valid_to\n"
TOTALS = "dataset,status,year,code_table,code,area_ha\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("crop-conversion", PLAN + "2026,21040,nen,0,,\n", "'area_ha': the area of 0 ha must be"),
        ("crop-conversion", PLAN + "2026,21040,nen,-5,,\n", "'area_ha': the area of -5 ha must"),
        ("crop-conversion", PLAN + "26,21040,nen,5,,\n", "'year': 26 is not a year of a plan"),
        ("crop-conversion", PLAN + "2026.5,21040,nen,5,,\n", "'year': 2026.5 is not a year"),
        ("crop-conversion", PLAN + "2101,21040,nen,5,,\n", "'year': 2101 is not a year"),
        ("crop-conversion", PLAN + "2026,2104,nen,5,,\n", "'commune_code': '2104' is no commune"),
        ("crop-conversion", PLAN + "2026,Bình Hải,nen,5,,\n", "'Bình Hải' is no commune code"),
        ("crop-conversion", PLAN + "2026,21040,nen,1.234,,\n",
         "'area_ha': 1.234 may be read in two ways; write 1234 or 1.2340"),
        ("crop-conversion", PLAN + '2026,21040,nen,"1,234",,\n', "write 1234 or 1.2340"),
        ("perennial-species", SPECIES + "Mít,2026-02-01,2026-01-31\n",
         "'valid_to': the last day 2026-01-31 is before the first day 2026-02-01"),
        ("delegations", "matter,body_vi,valid_from,valid_to\nconversion,x,01/07/2025,30/06/2025\n",
         "last day 2025-06-30 is before the first day 2025-07-01"),
        ("legend", LEGEND + "qhc,A,LUX,tt08-2024\n", "'LUX' is not in table tt08-2024"),
        # BHK stands in the old table alone
        ("legend", LEGEND + "qhc,A,BHK,tt08-2024\n", "'BHK' is not in table tt08-2024"),
        ("legend", LEGEND + "qhc,A,LUC,tt09\n", "'tt09' is no land-use code table; write one of"),
        ("class-totals", TOTALS + ",,,tt08-2024,LUX,5\n", "'LUX' is not in table tt08-2024"),
        ("class-totals", TOTALS + ",,,tt08-2024,LUC,-5\n", "'area_ha': the area of -5 ha cannot"),
        ("class-totals", TOTALS + ",plan,,tt08-2024,LUC,5\n", "'status': 'plan' is not one of"),
        ("class-totals", TOTALS + ",,30,tt08-2024,LUC,5\n", "'year': 30 is not a year of a plan"),
        ("legend", LEGEND + "qhc,A,LUC,\n", "'land_use_code_table': '' is no land-use code table"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_line_column_and_remedy(name, content, message, table):
    with pytest.raises(ColumnError, match=r"bảng\.csv, line 2, column") as caught:
        table(content, name)
    assert message in str(caught.value)
    assert caught.value.vi.startswith("Tệp bảng.csv, dòng 2, cột")


def test_a_symbol_that_stands_twice_is_refused_in_one_legend_and_not_in_two(table):
    with pytest.raises(ColumnError, match=r"line 4, .*'A' of qhc stands in line 2 already"):
        table(LEGEND + "qhc,A,,\nqhc-2,A,,\nqhc,a,,\n", "legend")
    assert len(table(LEGEND + "qhc,A,,\nqhc-2,A,,\n", "legend")) == 2


def test_a_class_total_stands_once_for_one_map_and_once_for_each_other(table):
    twice = TOTALS + ",planned,2030,tt08-2024,LUC,5\n,planned,2030,tt08-2024,luc,6\n"
    with pytest.raises(ColumnError, match=r"line 3, .*'LUC' of tt08-2024 stands in line 2 already"):
        table(twice, "class-totals")
    other = TOTALS + ",planned,2030,tt08-2024,LUC,5\n,planned,2025,tt08-2024,LUC,6\n"
    assert len(table(other, "class-totals")) == 2


def test_the_total_that_names_most_of_a_map_counts_for_it(table):
    rows = (
        ",planned,2030,tt08-2024,LUC,5\n"
        "châu ổ,planned,2030,tt08-2024,LUC,1\n"
        ",,,tt08-2024,CLN,7\n"
        ",planned,2025,tt08-2024,CLN,8\n"
        ",,,tt27-2018,LUC,9\n"
    )
    told = Decisions.of({"class-totals": table(TOTALS + rows, "class-totals")})
    plan = {"status": "planned", "year": 2030, "code_table": "tt08-2024"}
    assert told.declared_totals("mộ đức", plan) == {"LUC": 5.0, "CLN": 7.0}
    assert told.declared_totals("châu ổ", plan) == {"LUC": 1.0, "CLN": 7.0}
    assert told.declared_totals("x", plan | {"year": 2025}) == {"CLN": 8.0}
    assert told.declared_totals("x", plan | {"status": "current"}) == {"CLN": 7.0}
    assert told.declared_totals("x", {"code_table": "qhc"}) == {}
    assert Decisions().declared_totals("x", plan) == {}


def test_symbols_and_codes_of_a_legend_are_written_as_layers_hold_them(table):
    told = Decisions.of({"legend": table(LEGEND + "qhc,đt-1,luc,tt08-2024\n", "legend")})
    assert told.land_use_of("qhc", "ĐT-1") == ("LUC", "tt08-2024")


def test_a_commune_code_that_excel_took_for_a_number_is_a_code_again(table):
    found = table(PLAN + "2026.0,21109.0,nen,5,,\n")
    assert found["commune_code"].tolist() == ["21109"]
    assert decisions.check("crop-conversion", found) == []


def test_first_and_last_day_may_be_one(table):
    assert len(table(SPECIES + "Mít,2026-02-01,2026-02-01\n", "perennial-species")) == 1


def test_unknown_communes_and_products_are_warnings_with_their_lines(table):
    rows = "\n2026,20000,nen,5,,\n2026,21109,hanh tmi,5,,\n2026,21109,Hành tím,5,,\n"
    found = decisions.check("crop-conversion", table(PLAN + rows))
    assert [(each.rule_id, each.severity, each.row, each.value) for each in found] == [
        ("decisions.unknown-commune", "warning", 3, "20000"),
        ("decisions.unknown-product", "warning", 4, "hanh tmi"),
    ]
    assert all(each.message_vi.startswith("Dòng ") for each in found)
    assert decisions.check("legend", table(LEGEND + "qhc,A,,\n", "legend")) == []


@pytest.mark.parametrize("area", ["1.2340", "1,5", "1234", "0.125", "1234.567"])
def test_an_area_comes_back_from_a_workspace_as_it_went_in(area, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(PLAN.replace(",", ";") + f"2026;21040;nen;{area};;\n", encoding="utf-8")
    table = decisions.read("crop-conversion", path)
    space = Workspace.create(tmp_path / "space")
    space.add_decisions("crop-conversion", table, source=path)
    again = space.decisions().crop_conversion
    expected = float(area.replace(",", "."))
    assert table["area_ha"].tolist() == [expected]
    assert again["area_ha"].tolist() == [expected]


# --- what they say ----------------------------------------------------------------------------


def test_absent_tables_guess_nothing():
    nothing = Decisions()
    assert nothing.species_rule("hanh_tim", DAY) == "local.perennial-species.absent"
    assert nothing.conversion_quota("hanh_tim", "21040", DAY) is None
    assert nothing.delegate("conversion", DAY) is None
    assert nothing.land_use_of("qhc", "ĐT-1") is None


def species(*names, start=None, end=None):
    rows = {"product": None, "species": list(names), "valid_from": start, "valid_to": end}
    return Decisions(perennial_species=pd.DataFrame(rows, dtype=object))


@pytest.mark.parametrize(
    "name", ["chanh_thom", "Chanh thơm Bình Thanh", "CHANH THOM", "fragrant lime", "Citrus sp."]
)
def test_a_product_is_on_the_list_by_its_id_or_any_name_of_it(name):
    assert species(name).species_rule("chanh_thom", DAY) == "local.perennial-species.listed"


def test_what_the_list_does_not_name_is_not_listed():
    # turmeric is Curcuma longa without doubt
    assert species("Mít").species_rule("nghe_vang", DAY) == "local.perennial-species.not-listed"


@pytest.mark.parametrize("product", ["chanh_thom", "cây lạ", None])
def test_what_is_not_determined_is_never_called_unlisted(product):
    assert species("Mít").species_rule(product, DAY) == "local.perennial-species.undetermined"


def test_a_list_that_is_not_in_force_is_as_good_as_none():
    ended = species("Mít", end="2026-05-31")
    assert ended.species_rule("nghe_vang", DAY) == "local.perennial-species.absent"
    last_day = species("Mít", end="2026-06-01")
    assert last_day.species_rule("nghe_vang", DAY) == "local.perennial-species.not-listed"


def test_a_conversion_plan_answers_for_its_year_and_commune_alone():
    rows = pd.DataFrame(
        {
            "year": [2026.0, 2026.0, 2025.0],
            "commune_code": ["21040", "21040", "21040"],
            "product": ["hanh_tim", "hành tím", "hanh_tim"],
            "area_ha": [1.5, 2.0, 50.0],
        }
    )
    plan = Decisions(crop_conversion=rows)
    # a product may stand in two lines and under two of its names
    assert plan.conversion_quota("hanh_tim", "21040", DAY) == 3.5
    assert plan.conversion_quota("nghe_vang", "21040", DAY) == 0.0
    assert plan.conversion_quota("hanh_tim", "21109", DAY) is None
    assert plan.conversion_quota("hanh_tim", None, DAY) is None
    assert plan.conversion_quota("hanh_tim", "21040", date(2024, 1, 1)) is None


def test_the_last_delegation_in_force_counts():
    rows = pd.DataFrame(
        {
            "matter": ["conversion"] * 3,
            "body_vi": ["UBND tỉnh", "UBND xã", "UBND huyện"],
            "body_en": ["province", None, "district"],
            "valid_from": [None, "2026-01-01", None],
            "valid_to": [None, None, "2025-06-30"],
            "decision": ["QĐ 1", "QĐ 2", "QĐ 3"],
        },
        dtype=object,
    )
    assert Decisions(delegations=rows).delegate("conversion", DAY) == ("UBND xã", "UBND xã", "QĐ 2")
    assert Decisions(delegations=rows).delegate("allocation", DAY) is None


def test_a_legend_carries_symbols_to_codes_and_official_codes_stand_for_themselves():
    rows = pd.DataFrame(
        {
            "code_table": ["qhc", "qhc"],
            "code": ["ĐT-1", "ĐT-2"],
            "land_use_code": ["ONT", None],
            "land_use_code_table": ["tt27-2018", None],
        },
        dtype=object,
    )
    told = Decisions.of({"legend": rows})
    assert told.land_use_of("qhc", "ĐT-1") == ("ONT", "tt27-2018")
    assert told.land_use_of("qhc", "ĐT-2") is None
    assert told.land_use_of("tt08-2024", "LUC") == ("LUC", "tt08-2024")


def test_a_merged_commune_has_the_plans_of_its_members_for_the_rest_of_the_year():
    # 21061 was Bình Trị until 30 June 2025 and is Vạn Tường since; 21067 was Bình Hải
    rows = pd.DataFrame(
        {
            "year": [2025.0, 2025.0, 2026.0],
            "commune_code": ["21061", "21067", "21061"],
            "product": ["hanh_tim"] * 3,
            "area_ha": [3.0, 45.0, 48.0],
        }
    )
    decided = Decisions(crop_conversion=rows)
    quota = {
        day: decided.conversion_quota("hanh_tim", "21061", day)
        for day in (date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1))
    }
    assert list(quota.values()) == [3.0, 48.0, 48.0]
    # Bình Hải itself ended with June
    assert decided.conversion_quota("hanh_tim", "21067", date(2025, 6, 30)) == 45.0
