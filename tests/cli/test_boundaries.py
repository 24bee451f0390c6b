"""``vung boundaries``: a table of one commune set becomes one of another."""

import csv
import io
from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import box

from gis import boundaries
from gis.intake.door import Order, take_in
from gis.workspace import Workspace

OLD = boundaries.units_on(date(2024, 1, 1))
DAYS = ("--from", "2024-01-01", "--to", "2026-01-01")


@pytest.fixture
def table(tmp_path):
    """Return a table of hectares and yields of the communes of 2024."""
    path = tmp_path / "số liệu.csv"
    rows = [f"{unit.code};{unit.name};10,5;2" for unit in OLD]
    path.write_text("Mã xã;Tên xã;ha;nang_suat\n" + "\n".join(rows), encoding="utf-8-sig")
    return path


def test_figures_are_carried_and_written(vung, table, tmp_path):
    out = tmp_path / "ra.csv"
    ran = vung("boundaries", table, *DAYS, "--code", "Mã xã", "--value", "ha", "-o", out)
    assert ran.code == 0
    assert "Đông Sơn" in ran.out
    assert "ha: đầu vào 241,50, đã chuyển 241,50, để ngoài 0,00." in ran.out
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [(row["code"], float(row["ha"])) for row in rows] == [
        ("21040", 73.5), ("21061", 63.0), ("21085", 31.5), ("21100", 21.0), ("21109", 52.5)
    ]  # fmt: skip
    assert (
        {row["ha_lower"] for row in rows}
        == {row["ha_upper"] for row in rows}
        == {row["ha"] for row in rows}
    )


def test_machines_get_everything(vung, table):
    ran = vung("boundaries", table, *DAYS, "--code", "Mã xã", "--value", "ha", "--json")
    assert ran.code == 0
    assert set(ran.record) == {
        *("table", "matrix", "uncertainty", "left_out", "totals", "findings", "file")
    }
    assert len(ran.record["matrix"]) == 23
    assert ran.record["left_out"] == ran.record["findings"] == []


def test_estimates_show_their_bounds(vung, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("code;ha\n21100;31,22\n", encoding="utf-8")
    ran = vung(
        "boundaries", path, "--from", "2026-01-01", "--to", "2024-01-01", "--value", "ha",
        "--lang", "en",
    )  # fmt: skip
    assert ran.code == 0
    assert "≈ 18.77 (0.00 - 31.22)" in ran.out
    assert "is an estimate by area" in ran.out
    assert "- Row 1: commune Bình Chương (21100) is shared out by area" in ran.out


def test_what_is_missing_is_a_dash(vung, table):
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    kept = [line for line in lines if not line.startswith("21187")]
    table.write_text("\n".join(kept), encoding="utf-8-sig")
    ran = vung("boundaries", table, *DAYS, "--code", "Mã xã", "--value", "ha")
    assert ran.code == 0
    (line,) = [each for each in ran.out.splitlines() if each.startswith("21109")]
    assert line.split()[-1] == "-"
    assert "chưa có số liệu của Tịnh Hòa" in ran.out
    assert "để ngoài 42,00" in ran.out


def test_an_unknown_code_ends_with_an_error_code(vung, table):
    with table.open("a", encoding="utf-8") as stream:
        stream.write("\n99999;X;1,5;1")
    ran = vung("boundaries", table, *DAYS, "--code", "Mã xã", "--value", "ha")
    assert ran.code == 1
    assert "Dòng 24: ngày 01/01/2024 không có xã nào mang mã 99999" in ran.out


def test_a_ratio_needs_its_weight(vung, table):
    ran = vung("boundaries", table, *DAYS, "--code", "Mã xã", "--value", "nang_suat")
    assert ran.code == 2
    assert "là tỷ lệ theo tên cột" in ran.err
    asked = ("--code", "Mã xã", "--value", "nang_suat", "--value", "ha")
    ran = vung("boundaries", table, *DAYS, *asked, "--weight", "nang_suat=ha", "--json")
    assert ran.code == 0
    assert {row["nang_suat"] for row in ran.record["table"]} == {2.0}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "once", "--value", "ha"),
        ("--from", "2024-01-01", "--value", "people"),
        ("--from", "2024-01-01", "--value", "ha", "-o", "a.docx"),
        ("--from", "2024-01-01", "--value", "ha", "--weight", "ha"),
        ("--from", "2024-01-01", "--value", "ha", "--outlines"),
    ],
)
def test_impossible_questions_are_refused(arguments, vung, table):
    ran = vung("boundaries", table, "--code", "Mã xã", *arguments)
    assert ran.code == 2
    assert ran.err.startswith("Lỗi: ")
    assert ran.err.count("\n") == 1


def test_the_workspaces_outlines_answer_where_the_register_cannot(vung, tmp_path):
    x, y = 580_000, 1_690_000
    space = Workspace.create(tmp_path / "space")
    for name, shapes, codes, since, until in (
        ("cũ", [box(x, y, x + 4000, y + 1000)], ["90001"], "2000-01-01", "2025-06-30"),
        ("mới", [box(x, y, x + 1000, y + 1000), box(x + 1000, y, x + 4000, y + 1000)],
         ["90002", "90003"], "2025-07-01", None),
    ):  # fmt: skip
        path = tmp_path / f"{name}.gpkg"
        columns = {"code": codes, "name": [f"Xã {code}" for code in codes]}
        gpd.GeoDataFrame(columns, geometry=shapes, crs=5898).to_file(path)
        constants = {"valid_from": since, "valid_to": until}
        space.add(take_in(Order(layer="communes", path=path, constants=constants, name=name)))
    table = tmp_path / "a.csv"
    table.write_text("code;ha\n90001;100,5\n", encoding="utf-8")
    ran = vung(
        "-w", space.folder, "boundaries", table, *DAYS, "--value", "ha", "--outlines", "--json"
    )
    assert ran.code == 0
    assert {row["code"]: row["ha"] for row in ran.record["table"]} == {
        "90002": pytest.approx(25.125),
        "90003": pytest.approx(75.375),
    }
