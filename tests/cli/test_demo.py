"""The demonstration from any folder: outputs, repeatability, and what it leaves alone."""

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cli import demo
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
    told = vung("demo").out
    lines = [line.split()[1:] for line in told.splitlines() if line.startswith("  vung ")]
    assert [words[2] for words in lines] == ["layers", "align", "export", "check", "serve"]
    for words in lines[:4]:
        assert vung(*words).code == 0


def test_a_second_run_replaces_the_first_and_finds_the_same(folder, vung, monkeypatch):
    monkeypatch.chdir(folder)
    before = Path("demo", "out", "alignment.csv").read_bytes()
    record = vung("demo", "--lang", "en", "--json").record
    assert [Path(file).name for file in record["files"]] == list(OUTPUTS)
    assert record["schematic"] is True
    assert Path("demo", "out", "alignment.csv").read_bytes() == before


def test_a_folder_of_somebody_else_is_left_alone(vung):
    Path("demo").mkdir()
    Path("demo", "letter.txt").write_text("mine", encoding="utf-8")
    ran = vung("demo")
    assert ran.code == 2
    assert "đã có và không phải bản chạy thử hoàn chỉnh; hãy đổi tên thư mục hoặc chạy" in ran.err
    assert [each.name for each in Path("demo").iterdir()] == ["letter.txt"]


def test_a_file_called_demo_is_left_alone(vung):
    Path("demo").write_text("mine", encoding="utf-8")
    assert vung("demo").code == 2
    assert Path("demo").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["out/thư.txt", "out/alignment.xlsx", "catalogue.json"])
def test_what_somebody_added_or_changed_in_the_demonstration_is_kept(
    name, folder, vung, monkeypatch, tmp_path
):
    shutil.copytree(folder / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    with Path("demo", name).open("a", encoding="utf-8") as file:
        file.write("mine")
    ran = vung("demo")
    assert ran.code == 2
    assert f"có phần việc của bạn sau lần chạy thử ({name}); hãy đổi tên thư mục" in ran.err
    assert Path("demo", name).read_text(encoding="utf-8", errors="replace").endswith("mine")


def test_more_data_in_the_demonstration_is_work_too(folder, vung, monkeypatch, tmp_path):
    shutil.copytree(folder / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    assert vung("-w", "demo", "drop", "terrain").code == 0
    assert "holds work of your own since the demonstration (catalogue.json" in (
        vung("demo", "--lang", "en").err
    )


def test_a_damaged_mark_counts_as_none(folder, vung, monkeypatch, tmp_path):
    shutil.copytree(folder / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    Path("demo", ".vung-demo").write_text("", encoding="utf-8")
    ran = vung("demo")
    assert ran.code == 2
    assert ", ...)" in ran.err


def test_a_demonstration_that_breaks_off_leaves_nothing(vung, monkeypatch):
    def fails(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "judged", fails)
    assert vung("demo").code == 130
    assert not Path("demo").exists()
