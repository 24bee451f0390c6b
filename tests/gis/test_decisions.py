"""Decision tables: what Excel makes of them, what is absent, and what they then say."""

from datetime import date

import pandas as pd
import pytest

from gis import decisions
from gis.decisions import Decisions
from gis.errors import ColumnError, NotFoundError, SourceError

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


def test_a_template_comes_back_as_an_empty_table(tmp_path):
    for name, spec in decisions.TABLES.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(decisions.template(name), encoding="utf-8-sig", newline="")
        found = decisions.read(name, path)
        assert (list(found.columns), len(found)) == (list(spec.columns), 0)


def test_names_and_order_of_columns_are_free_of_outer_space(table):
    found = table(" area_ha , product,commune_code,year\n12,5,2,2026\n")
    assert found.loc[0, ["product", "commune_code"]].tolist() == ["5", "2"]


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
    with pytest.raises(ColumnError, match="line 2: matter 'parking' is not one of conversion"):
        table("matter,body_vi\nparking,UBND xã\n", "delegations")


def test_a_decimal_comma_that_split_a_cell_is_refused_and_not_shifted(table):
    with pytest.raises(SourceError, match=r"line 2, has more cells than the header.*double quotes"):
        table("year,commune_code,product,area_ha\n2026,21040,x,12,5\n")


def test_empty_cells_at_the_end_of_a_line_do_no_harm(table):
    assert table("year,commune_code,product,area_ha\n2026,21040,x,12,,,\n2026,1\n,,,\n".replace(
        "2026,1\n", "2026,1,y,3\n"))["area_ha"].tolist() == [12.0, 3.0]  # fmt: skip


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
