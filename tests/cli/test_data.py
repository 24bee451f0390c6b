"""Commands about the data: what they print, what they answer machines, when they exit with 1."""

import csv
import re
from pathlib import Path

import geopandas as gpd
import pytest

from gis import decisions


def names(listed):
    return [f"{entry['layer']}/{entry['name']}" for entry in listed]


# --- init -------------------------------------------------------------------------------------


def test_init_makes_a_workspace_and_says_so(vung):
    ran = vung("init", "xã mới")
    assert (ran.code, ran.out) == (0, "Đã tạo xã mới.\n")
    assert vung("init", "new", "--lang", "en").out == "Made new.\n"
    assert vung("init", "third", "--json").record == {"workspace": "third", "layers": []}
    assert Path("xã mới", "catalogue.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a", "--sample", "hue"), "Không có bộ minh họa 'hue'; hiện có binh-son."),
        (("a", "--crs", "EPSG:4326"), "cần hệ tọa độ phẳng theo mét"),
        (("full",), "Thư mục full không trống"),
        (("full/letter",), "là tệp; hãy ghi tên một thư mục"),
        (("full/letter/below",), "Không ghi được vào thư mục dữ liệu"),
    ],
)
def test_init_refuses_what_it_cannot_make(arguments, words, vung):
    Path("full").mkdir()
    Path("full", "letter").touch()
    ran = vung("init", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert not Path("a").exists()


def test_init_twice_is_refused(vung):
    vung("init", "a")
    assert "a đã là thư mục dữ liệu" in vung("init", "a").err


def test_init_with_the_sample_lists_it_and_says_that_it_is_schematic(vung):
    ran = vung("init", "a", "--sample", "binh-son")
    assert ran.code == 0
    assert "Dữ liệu minh họa, không có giá trị pháp lý." in ran.out
    assert "land-use/land_use_plan_2030" in ran.out


# --- import -----------------------------------------------------------------------------------

MAP = ("--code-table", "tt27-2018", "--status", "current", "--year", "2020")


def test_import_says_what_came_in_and_what_did_not(files, vung):
    vung("init", "a")
    ran = vung("-w", "a", "import", "communes", files / "vung.gpkg", "--map", "code=zone_id",
               "--set", "name=x", "--valid-from", "01/07/2025")  # fmt: skip
    assert ran.code == 0
    assert ran.out.startswith("Đã nạp communes/vung, phiên bản ")
    assert "3 đối tượng, 0 bỏ lại" in ran.out
    assert "EPSG:5898 -> EPSG:5898" in ran.out
    assert "Cột không nhận: use (giữ bằng --keep)." in ran.out


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", "- Dòng 2: mã 'XYZ' không có trong bảng tt27-2018"),
        ("en", "- Row 2: code 'XYZ' is not in table tt27-2018"),
    ],
)
def test_a_fault_of_a_row_is_told_and_exits_with_1(lang, words, files, vung):
    vung("init", "a")
    ran = vung("-w", "a", "import", "land-use", files / "sai.gpkg", *MAP, "--lang", lang)
    assert (ran.code, ran.err) == (1, "")
    assert words in ran.out
    listed = vung("-w", "a", "layers", "--json").record["layers"]
    assert names(listed) == ["land-use/sai"]


def test_import_answers_machines_with_version_and_findings(files, vung):
    vung("init", "a")
    ran = vung("-w", "a", "import", "land-use", files / "sai.gpkg", *MAP, "--json")
    assert ran.code == 1
    assert ran.record["version"]["rows"] == 3
    (finding,) = ran.record["findings"]
    assert (finding["rule_id"], finding["row"]) == ("land-use.unknown-code", 2)


def test_many_findings_are_cut_short_with_where_to_read_them(files, vung, tmp_path):
    rows = gpd.read_file(files / "sai.gpkg").iloc[[1] * 25 + [0] * 5]
    rows["mdsd"] = [f"X{at}" for at in range(25)] + ["LUC"] * 5
    rows.to_file(tmp_path / "many.gpkg")
    vung("init", "a")
    ran = vung("-w", "a", "import", "land-use", "many.gpkg", *MAP)
    assert ran.out.count("\n- Dòng") == 10
    assert "  và 15 mục nữa: `vung -w a info land-use/many`." in ran.out
    assert vung("-w", "a", "info", "land-use/many").out.count("\n- Dòng") == 25


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("land-use", "{files}/hien-trang.gpkg"), "Chưa có gì cho cột 'code_table'"),
        (("soil", "{files}/hien-trang.gpkg"), "Không có lớp 'soil'"),
        (("zones", "nowhere.gpkg"), "Không có tệp nowhere.gpkg"),
        (("zones", "{files}"), "là thư mục"),
        (("zones", "{files}/xa.gpkg"), "Chưa có gì cho cột 'zone_id'"),
        (("zones", "{files}/vung.gpkg", "--set", "use"), "--set 'use' không có dạng CỘT=GIÁ_TRỊ"),
        (("zones", "{files}/vung.gpkg", "--map", "=x"), "--map '=x' không có dạng CỘT=GIÁ_TRỊ"),
        (("zones", "{files}/vung.gpkg", "--crs", "x"), "'x' không phải hệ tọa độ"),
        (("zones", "{files}/vung.gpkg", "--layer", "x"), "không có lớp 'x'"),
        (("legend", "{files}/vung.gpkg"), "Không đọc được tệp vung.gpkg như bảng CSV"),
    ],
)
def test_a_fault_of_the_file_is_refused_and_changes_nothing(arguments, words, files, vung):
    vung("init", "a")
    ran = vung("-w", "a", "import", *(each.format(files=files) for each in arguments))
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert vung("-w", "a", "layers", "--json").record["layers"] == []


def test_a_decision_table_comes_in_by_the_same_door(vung):
    vung("init", "a")
    Path("phân cấp.csv").write_text("matter;body_vi\nconversion;UBND xã\n", encoding="utf-8-sig")
    ran = vung("-w", "a", "import", "delegations", "phân cấp.csv", "--schematic")
    assert ran.code == 0
    assert ran.out.startswith("Đã nạp decisions/delegations: 1 dòng (phân cấp, ủy quyền của tỉnh")
    record = vung("-w", "a", "import", "delegations", "phân cấp.csv", "--json").record
    assert record["version"]["rows"] == 1
    flags = [entry["schematic"] for entry in
             vung("-w", "a", "layers", "--history", "--json").record["layers"]]  # fmt: skip
    assert flags == [True, False]


def test_one_fault_of_many_rows_is_told_once_and_kept_by_row(files, vung, tmp_path):
    rows = gpd.read_file(files / "sai.gpkg").iloc[[1] * 12 + [0] * 3]
    rows.to_file(tmp_path / "alike.gpkg")
    vung("init", "a")
    ran = vung("-w", "a", "import", "land-use", "alike.gpkg", *MAP)
    assert "\n- 12 dòng (1, 2, 3, ...): mã 'XYZ' không có trong bảng tt27-2018" in ran.out
    assert ran.out.count("XYZ") == 1
    assert len(vung("-w", "a", "info", "land-use", "--json").record["findings"]) == 12


def test_doubts_about_a_decision_table_are_told_and_do_not_stop_it(vung):
    vung("init", "a")
    rows = "year,commune_code,product,area_ha\n2026,21109,nenn,5\n2026,20000,nen,1\n"
    Path("kế hoạch.csv").write_text(rows, encoding="utf-8")
    ran = vung("-w", "a", "import", "crop-conversion", "kế hoạch.csv")
    assert ran.code == 0
    assert "- Dòng 2: sản phẩm 'nenn' không có trong danh mục" in ran.out
    record = vung("-w", "a", "import", "crop-conversion", "kế hoạch.csv", "--json").record
    assert [(each["rule_id"], each["row"]) for each in record["findings"]] == [
        ("decisions.unknown-commune", 3),
        ("decisions.unknown-product", 2),
    ]


# --- template, layers, info, drop -------------------------------------------------------------


@pytest.mark.parametrize("name", list(decisions.TABLES))
def test_a_template_has_every_column_and_a_mark_for_excel(name, vung):
    ran = vung("template", name, "-o", "mẫu.csv")
    assert (ran.code, ran.out) == (0, "Đã ghi mẫu mẫu.csv.\n")
    raw = Path("mẫu.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    (header,) = csv.reader([raw.decode("utf-8-sig").strip()])
    record = vung("template", name, "-o", "another.csv", "--json").record
    assert record == {"file": "another.csv", "columns": header}


def test_a_template_never_replaces_a_table_that_may_be_filled_in(vung):
    Path("a.csv").write_text("mine", encoding="utf-8")
    ran = vung("template", "legend", "-o", "a.csv")
    assert (ran.code, ran.err) == (
        2,
        "Lỗi: Tệp a.csv đã có, có thể đã được điền; hãy ghi tên khác.\n",
    )
    assert Path("a.csv").read_text(encoding="utf-8") == "mine"
    assert "không có phần mở rộng .csv" in vung("template", "legend", "-o", "a.xlsx").err


def test_a_template_that_cannot_be_written_is_a_sentence(vung):
    assert "Không có bảng quyết định 'x'" in vung("template", "x", "-o", "a.csv").err
    ran = vung("template", "legend", "-o", "nowhere/a.csv")
    assert (ran.code, ran.err) == (
        2,
        "Lỗi: Thư mục nowhere không tồn tại; hãy tạo thư mục hoặc chọn nơi khác.\n",
    )


def test_an_empty_workspace_says_what_to_do(vung):
    vung("init", "a")
    assert vung("-w", "a", "layers").out == "Chưa có dữ liệu; nạp bằng `vung import`.\n"


def test_layers_lists_what_is_in_use_and_with_history_all(area, files, vung):
    vung("-w", area, "import", "zones", files / "vung.gpkg", "--set", "use=workshop")
    ran = vung("-w", area, "layers")
    assert ran.out.count("\n") == 1 + 4
    assert "hiện trạng 2020 tt27-2018" in ran.out
    assert "quy hoạch sử dụng đất 2030 tt27-2018" in ran.out
    history = vung("-w", area, "layers", "--history", "--lang", "en")
    assert history.out.startswith("Dataset")
    assert history.out.count("zones/vung") == 2
    record = vung("-w", area, "layers", "--json").record
    assert record["crs"] == "EPSG:5898"
    assert names(record["layers"]) == [
        "land-use/hien-trang",
        "land-use/quy-hoach",
        "communes/xa",
        "zones/vung",
    ]


def test_info_tells_origin_and_whether_the_file_is_intact(area, vung):
    ran = vung("-w", area, "info", "zones")
    assert ran.code == 0
    facts = dict(re.split(r"  +", line.strip(), maxsplit=1) for line in ran.out.splitlines())
    assert facts["Tệp nguồn"] == "vung.gpkg"
    assert facts["Còn nguyên vẹn"] == "có"
    assert facts["Số dòng đã đọc"] == "3"
    # a name of the code is no word for people
    assert [name for name in facts if "_" in name] == []
    assert "Rows left out" in vung("-w", area, "info", "zones", "--lang", "en").out
    record = vung("-w", area, "info", "zones", "--json").record
    assert (record["intact"], record["findings"]) == (True, [])
    layer = area / record["version"]["file"]
    layer.write_bytes(layer.read_bytes() + b"x")
    assert vung("-w", area, "info", "zones", "--json").record["intact"] is False
    assert "land-use" in vung("-w", area, "info", "land-use").err


def test_one_row_and_one_warning_are_not_many(area, files, vung):
    Path("d.csv").write_text("matter,body_vi\nconversion,UBND\n", encoding="utf-8")
    ran = vung("-w", area, "import", "delegations", "d.csv", "--lang", "en")
    assert "decisions/delegations: 1 row (" in ran.out
    assert vung("-w", area, "export", "tỏi-1", "-o", "a.gpkg", "--lang", "en").out.endswith(
        ": 1 row.\n"
    )
    vung("-w", area, "import", "land-use", files / "sai.gpkg", *MAP)
    assert " 1 error " in vung("-w", area, "layers", "--lang", "en").out
    assert " 1 lỗi " in vung("-w", area, "layers").out


def test_what_info_tells_of_a_plan_is_in_the_language_asked_for(area, files, vung):
    vung("-w", area, "import", "land-use", files / "quy-hoach.gpkg", "--code-table", "tt27-2018",
         "--plan-kind", "general_plan", "--status", "planned", "--year", "2030",
         "--valid-from", "2025-07-01", "--name", "chung")  # fmt: skip
    for lang, words in (
        ("vi", ("quy hoạch chung xã", "Có hiệu lực từ", "không cần")),
        ("en", ("commune general plan", "In force from", "none needed")),
    ):
        told = vung("-w", area, "info", "chung", "--lang", lang).out
        assert [word for word in words if word not in told] == []
        labels = [re.split(r"  +", line.strip())[0] for line in told.splitlines()]
        assert [name for name in labels if "_" in name] == []
        assert "True" not in told


def test_drop_takes_out_of_use(area, vung):
    assert vung("-w", area, "drop", "zones").out == "Đã ngừng dùng zones/vung.\n"
    ran = vung("-w", area, "drop", "zones")
    assert ran.code == 2
    assert "Thư mục dữ liệu không có 'zones'" in ran.err
    assert vung("-w", area, "drop", "xa", "--json").record["dropped"]["name"] == "xa"
    assert vung("-w", area, "align").err.startswith("Lỗi: Chưa có vùng nào; nạp bằng")
