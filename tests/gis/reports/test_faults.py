"""Findings as files: what people open in Excel, what QGIS shows, what programs read."""

import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, Point, box

from gis import findings
from gis.errors import OutputError
from gis.finding_rules import rule
from gis.findings import Finding
from gis.reports import faults
from gis.settings import CheckSettings

CRS = "EPSG:5898"
EAST, NORTH = 580_000.0, 1_690_000.0


def found():
    """An overlap of 2 m by 3 m, a doubled number without a shape, and one of another dataset."""
    area = box(EAST, NORTH, EAST + 2, NORTH + 3)
    said = {"rule_id": "topology.overlap", "layer": "land-use", "dataset": "a"}
    said |= {"message_vi": "Chồng lấn.", "message_en": "Overlap."}
    listed = [
        Finding(
            **said,
            row=1,
            feature="tờ 5 thửa 12",
            other_layer="land-use",
            other_dataset="a",
            other_row=2,
            other_feature="=cmd|' /C calc'!A0",
            size=6.0,
            tolerance=0.01,
            effect_m2=-6.0,
            geometry=area,
        ),
        Finding(**said, row=3, other_row=4, size=0.5, tolerance=0.01, geometry=area),
        Finding(
            rule_id="land-use.parcel-number-twice",
            layer="land-use",
            dataset="b",
            row=7,
            other_row=9,
            value="5/12",
        ),
    ]
    return findings.table(listed, system=CRS)


def save(path, *, schematic=False, lang="vi", table=None):
    whole = found() if table is None else table
    return faults.save(whole, path, settings=CheckSettings(), schematic=schematic, lang=lang)


def test_the_summary_counts_by_rule_and_dataset():
    brief = faults.summary(found()).set_index("rule_id")
    overlap = brief.loc["topology.overlap"]
    assert (overlap["count"], overlap["largest"], overlap["total"]) == (2, 6.0, 6.5)
    assert (overlap["unit"], overlap["tolerance"], overlap["dataset"]) == ("m2", 0.01, "a")
    twice = brief.loc["land-use.parcel-number-twice"]
    assert twice["count"] == 1
    assert pd.isna(twice["largest"])
    assert pd.isna(twice["total"])


def test_the_summary_of_nothing_is_empty():
    assert faults.summary(findings.table([])).empty


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_workbook_has_every_finding_with_its_place(tmp_path, lang):
    book = openpyxl.load_workbook(save(tmp_path / "lỗi.xlsx", lang=lang))
    names = {"vi": ["Tổng hợp", "Lỗi", "Dung sai"], "en": ["Summary", "Findings", "Tolerances"]}
    assert book.sheetnames == names[lang]
    rows = list(book[names[lang][1]].iter_rows(min_row=4, values_only=True))
    assert len(rows) == 1 + 3
    overlap = dict(zip(rows[0], rows[1], strict=True))
    assert rule("topology.overlap").name[lang] in overlap.values()
    # the middle of the overlap: surveyors write the northing as X
    x, y = ("X (m)", "Y (m)") if lang == "vi" else ("X, northing (m)", "Y, easting (m)")
    assert overlap[x] == pytest.approx(NORTH + 1.5, abs=0.02)
    assert overlap[y] == pytest.approx(EAST + 1.0, abs=0.02)
    extent = next(value for value in overlap.values() if str(value).count(",") == 3)
    west, south, east, north = map(float, extent.split(","))
    assert (west, south) == (EAST - 20, NORTH - 20)
    assert (east, north) == (EAST + 22, NORTH + 23)


def test_what_a_spreadsheet_might_run_stays_text(tmp_path):
    book = openpyxl.load_workbook(save(tmp_path / "a.xlsx"))
    cells = [cell for row in book["Lỗi"].iter_rows() for cell in row]
    (hostile,) = [cell for cell in cells if str(cell.value).startswith("=cmd")]
    assert hostile.data_type == "s"
    assert "'=cmd" in save(tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_a_geopackage_holds_every_place_and_the_shapes_by_kind(tmp_path):
    shapes = [box(EAST, NORTH, EAST + 1, NORTH + 1), Point(EAST, NORTH), None,
              LineString([(EAST, NORTH), (EAST + 5, NORTH)])]  # fmt: skip
    listed = [
        Finding(
            rule_id="topology.overlap",
            message_vi="Chồng lấn.",
            message_en="Overlap.",
            row=at,
            geometry=shape,
        )
        for at, shape in enumerate(shapes, start=1)
    ]
    path = save(tmp_path / "lỗi.gpkg", table=findings.table(listed, system=CRS))
    layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(path)}
    assert set(layers) == {"findings", "findings_areas", "findings_lines", "findings_points"}
    places = gpd.read_file(path, layer="findings")
    assert len(places) == 4
    assert places.crs == CRS
    assert places.geometry.isna().sum() == 1
    assert gpd.read_file(path, layer="findings_lines")["row"].tolist() == [4]


def test_the_other_formats_hold_the_same_rows(tmp_path):
    assert len(gpd.read_parquet(save(tmp_path / "a.parquet"))) == 3
    assert len(gpd.read_file(save(tmp_path / "a.geojson"))) == 3
    assert len(pd.read_csv(save(tmp_path / "a.csv"))) == 3
    record = json.loads(save(tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(record["findings"]) == 3
    assert record["settings"]["overlap_m2"] == 0.01


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json", "geojson", "parquet", "gpkg"])
def test_schematic_data_says_so_in_every_format(tmp_path, ending):
    path = save(tmp_path / f"a.{ending}", schematic=True)
    readers = {
        "xlsx": lambda: str([c.value for s in openpyxl.load_workbook(path) for r in s for c in r]),
        "parquet": lambda: str(gpd.read_parquet(path)["notice_vi"].tolist()),
        "gpkg": lambda: str(gpd.read_file(path, layer="findings")["notice_vi"].tolist()),
    }
    content = readers.get(ending, lambda: path.read_text(encoding="utf-8-sig"))()
    assert "minh họa, không có giá trị pháp lý" in content.lower()


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(OutputError, match=r"'\.docx', which findings are not written in.*\.xlsx"):
        save(tmp_path / "a.docx")
