"""The demonstration from any folder: outputs, repeatability, and what it leaves alone."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gis import text

OUTPUTS = ("alignment.csv", "alignment.xlsx", "review.html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("thư mục chạy thử")


def test_the_demonstration_leaves_table_workbook_and_map(folder, vung, monkeypatch):
    monkeypatch.chdir(folder)
    ran = vung("demo")
    assert (ran.code, ran.err) == (0, "")
    out = Path("demo", "out")
    assert sorted(each.name for each in out.iterdir()) == sorted(OUTPUTS)
    assert "cần xem xét -> phù hợp, phải làm thủ tục" in ran.out
    assert "Dữ liệu minh họa, không có giá trị pháp lý." in ran.out
    table = pd.read_csv(out / "alignment.csv", encoding="utf-8-sig")
    assert set(table["notice_vi"]) == {text.NOTICE["vi"]}
    zones = table["zone_id"].unique()
    assert all(zone in ran.out for zone in zones)
    book = openpyxl.load_workbook(out / "alignment.xlsx")
    assert book["Tổng hợp"].max_row == 4 + len(zones)
    page = (out / "review.html").read_text(encoding="utf-8")
    assert text.NOTICE["vi"] in page


def test_what_it_tells_to_run_next_runs(folder, vung, monkeypatch):
    monkeypatch.chdir(folder)
    for line in (
        "-w demo layers",
        "-w demo align binh-hai-shallot-1 --as-of 2024-01-01",
        "-w demo export binh-hai-shallot-1 --corners -o goc-ranh.xlsx",
    ):
        assert vung(*line.split()).code == 0


def test_a_second_run_replaces_the_first_and_finds_the_same(folder, vung, monkeypatch):
    monkeypatch.chdir(folder)
    before = Path("demo", "out", "alignment.csv").read_bytes()
    Path("demo", "out", "old.txt").touch()
    record = vung("demo", "--lang", "en", "--json").record
    assert [Path(file).name for file in record["files"]] == list(OUTPUTS)
    assert record["schematic"] is True
    assert not Path("demo", "out", "old.txt").exists()
    assert Path("demo", "out", "alignment.csv").read_bytes() == before


def test_a_folder_of_somebody_else_is_left_alone(vung):
    Path("demo").mkdir()
    Path("demo", "letter.txt").write_text("mine", encoding="utf-8")
    ran = vung("demo")
    assert ran.code == 2
    assert "đã có và không phải bản chạy thử; hãy chạy `vung demo` ở thư mục khác" in ran.err
    assert [each.name for each in Path("demo").iterdir()] == ["letter.txt"]


def test_a_file_called_demo_is_left_alone(vung):
    Path("demo").write_text("mine", encoding="utf-8")
    assert vung("demo").code == 2
    assert Path("demo").read_text(encoding="utf-8") == "mine"
