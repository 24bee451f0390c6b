"""`vung check`: findings on the screen and in files, and the repair with its ledger."""

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import box

from gis.finding_rules import rules

EAST, NORTH = 580_000, 1_690_000


def square(x, width):
    return box(EAST + x, NORTH, EAST + x + width, NORTH + 100)


@pytest.fixture
def area(tmp_path, vung):
    """Three parcels of which the second lies 5 cm over the third, and which has a stranger code."""
    folder = tmp_path / "vùng thử"
    assert vung("init", folder).code == 0
    parcels = gpd.GeoDataFrame(
        {"code": ["LUC", "BHK", "LUC"], "soto": [1, 1, 1], "sothua": [1, 2, 3]},
        geometry=[square(0, 100), square(100, 100.05), square(200, 100)],
        crs="EPSG:5898",
    )
    parcels.to_file(tmp_path / "thửa.gpkg")
    ran = vung("-w", folder, "import", "land-use", tmp_path / "thửa.gpkg", "--code-table",
               "tt27-2018", "--status", "current", "--year", "2020")  # fmt: skip
    assert ran.code == 0
    return folder


def test_the_import_tells_at_once_what_the_check_found(area, vung, tmp_path):
    ran = vung("-w", area, "import", "land-use", tmp_path / "thửa.gpkg", "--code-table",
               "tt27-2018", "--status", "current", "--year", "2020")  # fmt: skip
    assert "chồng lấn" in ran.out
    # the shell's own quotes stand around what is not plain
    assert "check 'land-use/thửa'" in ran.out or 'check "land-use/thửa"' in ran.out


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ("Chồng lấn (thửa): 1 từ 0,01 m² trở lên (tổng 5,00 m²", "Dung sai", "loi.xlsx")),
        ("en", ("Overlaps (thửa): 1 of 0.01 m² and more (5.00 m² in all", "Tolerance")),
    ],
)
def test_it_prints_how_many_how_large_and_by_which_tolerance(area, vung, lang, words):
    ran = vung("-w", area, "check", "--lang", lang)
    # an overlap is an error: two parcels count one piece of land
    assert ran.code == 1
    assert [word for word in words if word not in ran.out] == []


def test_machines_get_every_finding_with_both_features(area, vung):
    ran = vung("-w", area, "check", "land-use", "--json")
    assert ran.code == 1
    (overlap,) = [e for e in ran.record["findings"] if e["rule_id"].startswith("topology.overlap")]
    assert {overlap["row"], overlap["other_row"]} == {2, 3}
    assert overlap["size"] == pytest.approx(5.0)
    assert (overlap["unit"], overlap["tolerance"]) == ("m2", 0.01)
    assert 108 < overlap["lon"] < 109.5
    assert ran.record["settings"]["overlap_m2"] == 0.01
    assert ran.record["families"][0]["over"] == 1


def test_the_map_is_held_against_the_class_areas_that_a_decision_declares(area, vung):
    # 2.0 ha of LUC are drawn
    rows = "code_table,code,area_ha,decision\ntt27-2018,LUC,{},171/QĐ\n"
    for declared, told in (("1,98", 1), ("1,99", 0)):
        Path("biểu.csv").write_text(rows.format(f'"{declared}"'), encoding="utf-8")
        assert vung("-w", area, "import", "class-totals", "biểu.csv").code == 0
        ran = vung("-w", area, "check", "land-use", "--json")
        said = [e for e in ran.record["findings"] if e["rule_id"] == "between.class-total-differs"]
        assert len(said) == told
    assert vung("template", "class-totals", "-o", "mẫu.csv").code == 0


def test_findings_go_into_files_of_each_kind(area, vung):
    names = ["lỗi.xlsx", "lỗi.gpkg", "lỗi.html", "lỗi.csv", "lỗi.json"]
    options = [word for name in names for word in ("-o", name)]
    ran = vung("-w", area, "check", *options)
    assert [name for name in names if f"Đã ghi {name}." not in ran.out] == []
    assert len(json.loads(Path("lỗi.json").read_text(encoding="utf-8"))["findings"]) >= 1
    assert "Content-Security-Policy" in Path("lỗi.html").read_text(encoding="utf-8")
    refused = vung("-w", area, "check", "-o", "lỗi.docx")
    assert refused.code == 2
    assert ".xlsx" in refused.err


def test_a_repair_makes_a_version_and_a_ledger(area, vung):
    ran = vung("-w", area, "check", "land-use", "--fix", "--ledger", "sổ.xlsx")
    assert ran.code == 0
    assert "30.005,00 m² + 0,00 m² - 5,00 m² = 30.000,00 m²" in ran.out
    book = openpyxl.load_workbook("sổ.xlsx")
    assert book.sheetnames[0] == "Sổ sửa chữa"
    assert len(list(book["Sổ sửa chữa"].iter_rows(min_row=5))) >= 1
    again = vung("-w", area, "check", "land-use", "--fix")
    assert again.code == 0
    assert "không có lỗi nào sửa tự động được" in again.out
    assert "Sửa từ phiên bản" in vung("-w", area, "info", "land-use").out


def test_the_record_of_a_repair_is_there_for_machines(area, vung):
    record = vung("-w", area, "check", "land-use", "--fix", "--json").record["repair"]
    assert record["totals"]["difference_m2"] == pytest.approx(0.0, abs=1e-6)
    assert sum(e["lost_m2"] - e["gained_m2"] for e in record["ledger"]) == pytest.approx(5.0)
    assert record["version"]["provenance"]["repaired_from"]


def test_a_repair_without_a_name_is_refused(area, vung):
    ran = vung("-w", area, "check", "--fix")
    assert ran.code == 2
    assert "land-use/thửa" in ran.err


def test_a_ledger_in_an_unknown_format_is_refused(area, vung):
    ran = vung("-w", area, "check", "land-use", "--fix", "--ledger", "sổ.docx")
    assert ran.code == 2
    assert ".xlsx" in ran.err


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_rule_can_be_listed(vung, lang):
    ran = vung("check", "--rules", "--lang", lang)
    assert ran.code == 0
    assert [each for each in rules() if each not in ran.out] == []
    listed = vung("check", "--rules", "--json").record["rules"]
    assert [each["id"] for each in listed] == list(rules())
    assert len(listed) >= 60


def test_an_empty_workspace_has_nothing_to_check(vung):
    vung("init", "trống")
    ran = vung("-w", "trống", "check")
    assert (ran.code, ran.out) == (0, "Chưa có lớp nào để kiểm tra; nạp bằng `vung import`.\n")


def test_a_zone_that_was_decided_on_stays_whatever_words_say_so(vung, tmp_path):
    vung("init", "z")
    gpd.GeoDataFrame(
        {"zone_id": ["a", "b"], "use": ["annual_crop"] * 2, "status": ["draft", "Đã phê duyệt"]},
        geometry=[square(0, 80.3), square(80, 3)],
        crs="EPSG:5898",
    ).to_file(tmp_path / "z.gpkg")
    vung("-w", "z", "import", "zones", "z.gpkg")
    ran = vung("-w", "z", "check", "zones", "--fix", "--json")
    assert {e["feature"] for e in ran.record["repair"]["ledger"] if e["lost_m2"]} == {"a"}
    vung("-w", "z", "export", "zones", "-o", "ra.parquet")
    zones = gpd.read_parquet("ra.parquet").set_index("zone_id")
    assert zones.area["b"] == pytest.approx(300.0)
    assert zones["status"]["b"] == "approved"


def test_clean_data_says_so(vung, tmp_path):
    vung("init", "sạch")
    gpd.GeoDataFrame(
        {"code": ["LUC", "BHK"], "soto": [1, 1], "sothua": [1, 2]},
        geometry=[square(0, 100), square(100, 100)],
        crs="EPSG:5898",
    ).to_file(tmp_path / "a.gpkg")
    vung("-w", "sạch", "import", "land-use", "a.gpkg", "--code-table", "tt27-2018",
         "--status", "current", "--year", "2020")  # fmt: skip
    ran = vung("-w", "sạch", "check")
    assert (ran.code, ran.out) == (0, "Không tìm thấy lỗi nào.\n")
