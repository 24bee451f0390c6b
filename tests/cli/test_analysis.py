"""align, export, map: the same answer on the console, as JSON and in files."""

import csv
import json
import os
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import box

from cli import analysis, console, verdicts
from gis import alignment
from gis.text import UNVERIFIED
from gis.workspace import Workspace

DAY = ("--as-of", "2026-06-01")


def test_align_prints_a_line_a_zone_and_what_it_rests_on(area, vung):
    ran = vung("-w", area, "align", *DAY)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].split()[:2] == ["Vùng", "Mục"]
    assert [line.split()[0] for line in lines[1:4]] == ["hành-1", "nghệ-1", "tỏi-1"]
    assert "Ngày xét 01/06/2026; quy hoạch 2030; diện tích tối thiểu 100 m²; sổ cân đối" in ran.out
    assert "- Chưa có lớp khu vực hạn chế." in ran.out
    assert " 1,00 " in lines[1]
    english = vung("-w", area, "align", *DAY, "--lang", "en").out
    assert "the ledger closes" in english
    assert " 1.00 " in english


def test_a_crop_fits_where_fields_are_and_stay_and_nowhere_else(area, vung):
    record = vung("-w", area, "align", *DAY, "--json").record
    verdicts = {zone["zone_id"]: zone["verdict"] for zone in record["zones"]}
    assert verdicts["tỏi-1"] == "fits"
    assert "fits" not in {verdicts["nghệ-1"], verdicts["hành-1"]}
    assert record["schematic"] is False


def test_align_takes_named_zones_alone(area, vung):
    record = vung("-w", area, "align", "hành-1", "tỏi-1", *DAY, "--json").record
    assert [zone["zone_id"] for zone in record["zones"]] == ["hành-1", "tỏi-1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("lạ",), "Không có vùng 'lạ'; các vùng là "),
        (("--as-of", "31/02/2026"), "'31/02/2026' không phải ngày"),
        (("--as-of", "2019-01-01"), "Chưa có quy tắc cho ngày 2019-01-01"),
        (("--year", "2035"), "không có quy hoạch năm 2035; hiện có quy hoạch năm 2030"),
        (("--communes", "all"), "--communes 'all' không phải date, both"),
        (("-o", "a.docx"), "Tệp a.docx có phần mở rộng '.docx' không ghi được ở đây"),
        (("-o", "nowhere/a.csv"), "Thư mục nowhere không tồn tại"),
    ],
)
def test_align_refuses_in_a_sentence(arguments, words, area, vung):
    ran = vung("-w", area, "align", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_a_day_may_be_written_as_in_vietnam(area, vung):
    as_here = vung("-w", area, "align", "--as-of", "01/06/2026", "--json").record
    assert as_here == vung("-w", area, "align", *DAY, "--json").record


def test_align_writes_every_format_at_once_and_names_the_files(area, vung):
    endings = ("csv", "json", "xlsx", "gpkg", "parquet")
    out = [part for ending in endings for part in ("-o", f"kết quả.{ending}")]
    ran = vung("-w", area, "align", *DAY, *out)
    assert ran.code == 0
    assert [f"Đã ghi kết quả.{ending}." in ran.out for ending in endings] == [True] * 5
    pieces = pd.read_csv("kết quả.csv")
    record = json.loads(Path("kết quả.json").read_text(encoding="utf-8"))
    assert len(pieces) == len(record["pieces"]) == len(gpd.read_parquet("kết quả.parquet"))
    assert len(gpd.read_file("kết quả.gpkg", layer="pieces")) == len(pieces)
    assert openpyxl.load_workbook("kết quả.xlsx")["Mảnh"].max_row == 4 + len(pieces)


def test_a_ledger_that_does_not_close_exits_with_1(area, vung, monkeypatch):
    real = alignment.assess

    def ajar(zones, context):
        result = real(zones, context)
        result.ledger["closes"] = False
        return result

    monkeypatch.setattr(analysis.alignment, "assess", ajar)
    ran = vung("-w", area, "align", *DAY)
    assert ran.code == 1
    assert "sổ KHÔNG CÂN ĐỐI" in ran.out


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_zone_is_folded_and_no_line_is_longer_than_the_window(
    width, lang, area, vung, monkeypatch
):
    monkeypatch.setattr(console, "width", lambda: width)
    lines = vung("-w", area, "align", *DAY, "--lang", lang).out.splitlines()
    # the table ends where the sentences begin
    end = next(at for at, line in enumerate(lines) if UNVERIFIED[lang] in line)
    assert max(map(len, lines[:end])) <= width
    assert {"hành-1", "nghệ-1", "tỏi-1"} <= {line.split(" ")[0] for line in lines[:end]}
    zeros = "ngoài" if lang == "vi" else "outside"
    assert any(zeros in line for line in lines[:end]) is (width > console.NARROW)


def test_a_name_too_long_for_the_window_is_not_cut(monkeypatch, capsys):
    monkeypatch.setattr(console, "width", lambda: 20)
    console.table(["Zone", "Area"], [["z" * 30, "1.00"]], numeric=[1], whole=[0])
    assert capsys.readouterr().out.splitlines()[1] == "z" * 30 + " 1.00"


def test_a_ledger_that_is_off_by_nothing_to_speak_of_says_so(area, vung):
    assert "chênh lệch lớn nhất dưới 0,0001 m²" in vung("-w", area, "align", *DAY).out
    english = vung("-w", area, "align", *DAY, "--lang", "en").out
    assert "largest difference below 0.0001 m²" in english


def test_a_gap_that_can_be_seen_is_told_in_square_metres(area):
    result = analysis.judged(Workspace.open(area), [], as_of="2026-06-01", year=None)
    result.ledger["difference_ha"] = -0.00012345
    assert verdicts.largest_gap(result, "vi") == "1,2345 m²"


@pytest.mark.parametrize("verified", [(True, True, True), (True, False, True)])
def test_what_is_verified_is_said_once_or_in_a_column(verified, area, monkeypatch, capsys):
    result = analysis.judged(Workspace.open(area), [], as_of="2026-06-01", year=None)
    result.zones["verified"] = verified
    verdicts.print_verdicts(result, "en")
    wide = capsys.readouterr().out
    assert ("Verified" in wide.splitlines()[0]) is not all(verified)
    monkeypatch.setattr(console, "width", lambda: 100)
    verdicts.print_verdicts(result, "en")
    narrow = capsys.readouterr().out
    said = "Every verdict rests on verified rules." if all(verified) else "nghệ-1: needs review"
    assert said in narrow


def test_a_year_is_refused_where_there_is_no_plan_at_all(area, vung):
    vung("-w", area, "drop", "quy-hoach")
    assert vung("-w", area, "align", *DAY).code == 0
    ran = vung("-w", area, "align", *DAY, "--year", "2040")
    assert ran.code == 2
    assert "chưa có quy hoạch nào, nên không có năm 2040" in ran.err


def test_a_zone_that_stands_in_two_datasets_is_refused(area, files, vung):
    vung("-w", area, "import", "zones", files / "vung.gpkg", "--name", "nữa")
    ran = vung("-w", area, "align")
    assert ran.code == 2
    assert "có trong zones/vung, zones/nữa; bỏ bớt bằng `vung drop" in ran.err


# --- export -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson", "shp", "csv"])
def test_export_writes_a_zone_by_its_id(ending, area, vung):
    ran = vung("-w", area, "export", "tỏi-1", "-o", f"vùng tỏi.{ending}")
    said, *notes = ran.out.splitlines()
    assert (ran.code, said) == (0, f"Đã ghi vùng tỏi.{ending}: 1 dòng.")
    # a format that cannot hold everything says so
    assert bool(notes) == (ending == "csv")
    assert Path(f"vùng tỏi.{ending}").is_file()


def test_export_writes_a_dataset_a_layer_or_answers_machines(area, vung):
    assert (
        vung("-w", area, "export", "hien-trang", "-o", "a.gpkg").out == "Đã ghi a.gpkg: 3 dòng.\n"
    )
    record = vung("-w", area, "export", "zones", "-o", "b.gpkg", "--json").record
    assert record == {"file": "b.gpkg", "rows": 3, "schematic": False, "notes": []}
    assert "nhiều bộ dữ liệu" in vung("-w", area, "export", "land-use", "-o", "c.gpkg").err


def test_an_export_keeps_the_order_of_the_file(area, vung, tmp_path):
    # far apart, so that no order by place is this one
    places = [(0, 0), (9000, 9000), (100, 0), (9000, 0), (0, 9000), (200, 0)]
    shapes = [box(580_000 + x, 1_690_000 + y, 580_090 + x, 1_690_090 + y) for x, y in places]
    columns = {"mdsd": ["LUC"] * 6, "sothua": [5, 3, 6, 1, 4, 2]}
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898").to_file(tmp_path / "lộn.gpkg")
    described = ("--code-table", "tt27-2018", "--status", "current", "--year", "2020")
    assert vung("-w", area, "import", "land-use", tmp_path / "lộn.gpkg", *described).code == 0
    assert vung("-w", area, "export", "lộn", "-o", "ra.gpkg").code == 0
    assert gpd.read_file("ra.gpkg")["parcel"].astype(int).tolist() == [5, 3, 6, 1, 4, 2]


def test_corners_of_a_zone_in_the_grid(area, vung):
    ran = vung("-w", area, "export", "tỏi-1", "--corners", "-o", "góc ranh.csv")
    assert ran.out == "Đã ghi góc ranh.csv: 4 dòng.\n"
    with Path("góc ranh.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    corners = {(float(row["x_m"]), float(row["y_m"])) for row in rows}
    # the square from easting 580 100 and northing 1 690 000, a hundred metres wide
    assert corners == {(1_690_000 + n, 580_100 + e) for n in (0, 100) for e in (0, 100)}
    assert {row["crs"] for row in rows} == {"EPSG:5898"}
    vung("-w", area, "export", "tỏi-1", "--corners", "-o", "corners.xlsx", "--lang", "en")
    assert openpyxl.load_workbook("corners.xlsx").sheetnames == ["Corners"]
    assert (
        "dùng một trong .csv, .xlsx"
        in vung("-w", area, "export", "tỏi-1", "--corners", "-o", "a.gpkg").err
    )


def test_what_is_no_vector_layer_is_not_exported(area, vung):
    Path("a.csv").write_text("code_table,code\nqhc,A\n", encoding="utf-8")
    vung("-w", area, "import", "legend", "a.csv")
    ran = vung("-w", area, "export", "legend", "-o", "b.csv")
    assert ran.code == 2
    assert "decisions/legend không phải lớp vectơ" in ran.err


# --- maps -------------------------------------------------------------------------------------


def test_the_review_map_is_one_file(area, vung):
    ran = vung("-w", area, "map", "review", *DAY, "-o", "bản đồ.html")
    assert (ran.code, ran.out) == (0, "Đã ghi bản đồ.html.\n")
    page = Path("bản đồ.html").read_text(encoding="utf-8")
    assert "hành-1" in page
    record = vung("-w", area, "map", "review", "tỏi-1", *DAY, "-o", "b.html", "--json").record
    assert record == {"file": "b.html", "zones": 1, "bytes": Path("b.html").stat().st_size}
    assert vung("-w", area, "map", "review", "-o", "nowhere/a.html").code == 2
    assert "không có phần mở rộng .html, .htm" in vung("-w", area, "map", "review", "-o", "a").err


if hasattr(os, "mkfifo"):

    @pytest.mark.parametrize(
        "arguments", [("align",), ("map", "review"), ("export", "zones"), ("template", "legend")]
    )
    def test_an_output_that_is_no_regular_file_is_left_alone(arguments, area, vung):
        name = {"map": "p.html", "template": "p.csv"}.get(arguments[0], "p.gpkg")
        os.mkfifo(name)
        ran = vung("-w", area, *arguments, "-o", name)
        assert ran.code == 2
        assert "không phải tệp thường" in ran.err
        assert Path(name).is_fifo()
