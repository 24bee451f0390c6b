"""Results as files: read back by other programs, they hold what the result holds."""

import csv
import io
import json
import math

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon, box

from gis import text
from gis.errors import GeometryTypeError, OutputError
from gis.reports import export, records, workbook


def read_csv(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


# --- CSV --------------------------------------------------------------------------------------


def test_csv_opens_in_excel_with_vietnamese_intact(real, tmp_path):
    path = export.save_alignment(real, tmp_path / "kết quả.csv")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 1 + len(real.pieces)
    assert {row["zone_id"] for row in read_csv(path)} >= {"Vùng hành tím"}
    assert list(read_csv(path)[0]) == list(real.table().columns)


def test_csv_holds_the_same_areas(real, tmp_path):
    rows = read_csv(export.save_alignment(real, tmp_path / "a.csv"))
    assert [float(row["area_ha"]) for row in rows] == list(real.pieces["area_ha"])


def test_no_cell_of_a_csv_file_is_a_formula(real, hostile, tmp_path):
    rows = read_csv(export.save_alignment(real, tmp_path / "a.csv"))
    assert f"'{hostile}" in {row["zone_id"] for row in rows}
    starts = {cell[:1] for row in rows for cell in row.values()}
    assert not starts & {"=", "+", "-", "@", "\t"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_quoted_in_cells_and_headings(start, tmp_path):
    path = tmp_path / "a.csv"
    export.write_csv(pd.DataFrame({f"{start}name": [f"{start}1+1", "plain"], "n": [-1.5, 2]}), path)
    content = path.read_bytes().decode("utf-8-sig")
    (heading, _), (first, number), (second, _) = csv.reader(io.StringIO(content, newline=""))
    assert heading == f"'{start}name"
    assert (first, second, number) == (f"'{start}1+1", "plain", "-1.5")


def test_schematic_results_say_so_in_every_row(schematic, tmp_path):
    rows = read_csv(export.save_alignment(schematic, tmp_path / "a.csv"))
    assert {row["notice_vi"] for row in rows} == {"minh họa, không có giá trị pháp lý"}
    assert {row["notice_en"] for row in rows} == {"schematic, not a legal record"}


# --- workbook ---------------------------------------------------------------------------------


def cells(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize(
    ("lang", "sheets", "heading"),
    [
        (
            "vi",
            [
                *("Tổng hợp", "Lưu ý", "Mảnh", "Điều chỉnh"),
                *("Biểu 04-CH", "Sổ cân đối", "Quy tắc", "Nguồn"),
            ],
            "Diện tích (ha)",
        ),
        (
            "en",
            [
                *("Summary", "Remarks", "Pieces", "Adjustments"),
                *("Form 04-CH", "Ledger", "Rules", "Sources"),
            ],
            "Area (ha)",
        ),
    ],
)
def test_a_workbook_has_its_sheets_and_headings_in_the_asked_language(
    lang, sheets, heading, real, tmp_path
):
    path = export.save_alignment(real, tmp_path / "a.xlsx", lang=lang)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == sheets
    headings = [cell.value for sheet in book for cell in sheet[4] if cell.value]
    assert heading in headings
    # a heading that is still the code's own name was forgotten
    assert [name for name in headings if "_" in name] == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_workbook_holds_every_row_and_no_formula(lang, real, hostile, tmp_path):
    book = openpyxl.load_workbook(export.save_alignment(real, tmp_path / "a.xlsx", lang=lang))
    counts = [len(real.zones), len(real.notes), len(real.pieces), len(real.adjustments)]
    assert [sheet.max_row - 4 for sheet in book.worksheets[:4]] == counts
    assert {cell.data_type for cell in cells(book)} <= {"s", "n"}
    texts = {cell.value for cell in cells(book) if cell.data_type == "s"}
    assert hostile in texts
    # what cannot be written gives way to a space
    name = "Hành tím Bình Hải " if lang == "vi" else "Shallot"
    assert name in texts


def test_numbers_of_a_workbook_are_numbers(real, tmp_path):
    book = openpyxl.load_workbook(export.save_alignment(real, tmp_path / "a.xlsx"))
    pieces = book["Mảnh"]
    at = [cell.value for cell in pieces[4]].index("Diện tích (ha)")
    areas = [row[at].value for row in pieces.iter_rows(min_row=5)]
    assert areas == pytest.approx(list(real.pieces["area_ha"]), abs=0)
    summary = book["Tổng hợp"]
    at = [cell.value for cell in summary[4]].index("Số mảnh")
    assert sum(row[at].value for row in summary.iter_rows(min_row=5)) == len(real.pieces)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_sheet_says_that_it_is_schematic(lang, schematic, real, tmp_path):
    notice = text.NOTICE[lang].upper()
    for alignment, says in ((schematic, True), (real, False)):
        book = openpyxl.load_workbook(
            export.save_alignment(alignment, tmp_path / "a.xlsx", lang=lang)
        )
        assert {notice in sheet["A2"].value for sheet in book} == {says}


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("a\x00b\x1fc", "a b c"),
        ("a\ufffeb\uffffc", "a b c"),
        ("a\tb\nc", "a\tb\nc"),
        ("x" * 40_000, "x" * 32_000),
        ("_x0041_", "_x0041_"),
        ("<b>&'\"", "<b>&'\""),
    ],
    ids=["control", "no character", "kept", "too long", "escape", "markup"],
)
def test_any_text_can_stand_in_a_cell(words, written, tmp_path):
    assert workbook.writable(words) == written
    table = pd.DataFrame({"zone_id": [words], "part": [1]})
    path = export.save_corners(table, tmp_path / "a.xlsx", crs_name="c", schematic=False)
    assert openpyxl.load_workbook(path).active["A2"].value == written


# --- GeoPackage, GeoParquet, JSON -------------------------------------------------------------


def test_a_geopackage_holds_pieces_and_zones_and_is_the_same_in_every_run(schematic, tmp_path):
    first, second = (
        export.save_alignment(schematic, tmp_path / f"{name}.gpkg").read_bytes() for name in "ab"
    )
    assert first == second
    pieces = gpd.read_file(tmp_path / "a.gpkg", layer="pieces")
    assert pieces.crs.to_epsg() == 5898
    assert list(pieces.area) == pytest.approx(list(schematic.pieces["area_ha"] * 10_000))
    assert set(pieces["notice_vi"]) == {text.NOTICE["vi"]}
    assert len(gpd.read_file(tmp_path / "a.gpkg", layer="zones")) == 2


def test_geoparquet_brings_every_piece_back(real, tmp_path):
    path = export.save_alignment(real, tmp_path / "a.parquet")
    back = gpd.read_parquet(path)
    assert back.crs == real.pieces.crs
    assert list(back.columns) == list(real.pieces.columns)
    assert shapely.equals_exact(back.geometry.values, real.pieces.geometry.values).all()
    for name in ("zone_id", "verdict", "area_ha", "verified", "rule_ids"):
        assert list(back[name]) == list(real.pieces[name])


def no_constant(name):
    raise AssertionError(name)


def test_json_is_strict_and_holds_everything(schematic, tmp_path):
    path = export.save_alignment(schematic, tmp_path / "a.json")
    record = json.loads(path.read_text(encoding="utf-8"), parse_constant=no_constant)
    assert record["schematic"] is True
    assert record["notice"] == dict(text.NOTICE)
    assert len(record["pieces"]) == len(schematic.pieces)
    assert "Vùng hành tím" in path.read_text(encoding="utf-8")
    assert record["provenance"]["table_sha256"] == schematic.provenance["table_sha256"]


def test_missing_values_are_null_and_numbers_plain():
    frame = pd.DataFrame(
        {
            "a": [1.5, np.nan],
            "b": pd.array([1, None], dtype="Int64"),
            "c": [None, "x"],
            "d": [np.bool_(True), False],  # noqa: FBT003 (a cell)
            "e": [pd.NaT, None],
        }
    )
    assert records.rows(frame) == [
        {"a": 1.5, "b": 1, "c": None, "d": True, "e": None},
        {"a": None, "b": None, "c": "x", "d": False, "e": None},
    ]
    assert json.loads(records.dumps({"rows": records.rows(frame)}))


def test_no_json_holds_what_is_no_number():
    with pytest.raises(ValueError, match="not JSON compliant"):
        records.dumps({"a": math.inf})


# --- layers -----------------------------------------------------------------------------------


@pytest.fixture
def frame():
    """Return two areas with awkward columns."""
    return gpd.GeoDataFrame(
        {
            "zone_id": ["a", "b"],
            "commune_code": ["21040", "21109"],
            "commune_code_then": ["1", "2"],
            "commune_code_now": ["3", "4"],
            "Chủ sử dụng đất": ["Đỗ", None],
            "year": pd.array([2020, None], dtype="Int64"),
            "area": pd.array([1.5, None], dtype="Float64"),
            "sliver": [True, False],
            "nothing": [None, None],
            "long": ["ễ" * 300, "x"],
        },
        geometry=[
            box(580_000, 1_690_000, 580_100, 1_690_100),
            shapely.MultiPolygon([box(580_200 + 20 * at, 1_690_000, 580_210 + 20 * at, 1_690_010)
                                  for at in range(2)]),
        ],
        crs="EPSG:5898",
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson", "shp"])
def test_a_layer_comes_back_from_every_format(ending, frame, tmp_path):
    path = export.save_frame(frame, tmp_path / f"vùng.{ending}", schematic=True).path
    back = gpd.read_parquet(path) if ending == "parquet" else gpd.read_file(path)
    assert list(back["zone_id"]) == ["a", "b"]
    assert set(back["notice_vi"]) == {text.NOTICE["vi"]}
    assert back.crs.to_epsg() == (4326 if ending == "geojson" else 5898)
    # a millimetre around a hectare is four thousandths of a percent
    assert list(back.to_crs(5898).area) == pytest.approx([10_000, 200], rel=4e-5)


def test_a_layer_as_csv_has_its_attributes_alone(frame, tmp_path):
    rows = read_csv(export.save_frame(frame, tmp_path / "a.csv", schematic=False).path)
    assert [row["commune_code"] for row in rows] == ["21040", "21109"]
    assert "geometry" not in rows[0]
    assert "notice_vi" not in rows[0]


def test_names_in_a_shapefile_are_short_plain_and_different(frame, tmp_path):
    path = export.save_frame(frame, tmp_path / "a.shp", schematic=False).path
    back = gpd.read_file(path)
    names = [name for name in back.columns if name != "geometry"]
    assert names == [
        *("zone_id", "commune_co", "commune__2", "commune__3", "chu_su_dun"),
        *("year", "area", "sliver", "nothing", "long"),
    ]
    assert back["commune__3"].tolist() == ["3", "4"]
    assert back["chu_su_dun"].fillna("").tolist() == ["Đỗ", ""]
    # 254 bytes hold 84 letters of three bytes
    assert back["long"].tolist() == ["ễ" * 84, "x"]


@pytest.mark.parametrize("ending", [".docx", "", ".dgn"])
def test_a_foreign_ending_is_refused(ending, frame, real, tmp_path):
    path = tmp_path / f"a{ending}"
    for save in (
        lambda: export.save_frame(frame, path, schematic=False),
        lambda: export.save_alignment(real, path),
        lambda: export.save_corners(pd.DataFrame(), path, crs_name="", schematic=False),
    ):
        with pytest.raises(OutputError, match=r"is not written here; use one of .*csv") as caught:
            save()
        assert "không ghi được ở đây" in caught.value.vi
    assert list(tmp_path.iterdir()) == []


def test_what_gdal_cannot_write_is_a_sentence_and_leaves_nothing(frame, tmp_path):
    # a GeoPackage has no two columns whose names differ by case alone
    odd = frame.assign(ZONE_ID="x")
    with pytest.raises(OutputError, match=r"a\.gpkg cannot be written \(") as caught:
        export.save_frame(odd, tmp_path / "a.gpkg", schematic=False)
    assert "Không ghi được tệp" in caught.value.vi
    assert list(tmp_path.iterdir()) == []


# --- corners ----------------------------------------------------------------------------------

HOLED = Polygon(
    [(0, 0), (1, 0), (1, 1), (0, 1)],
    holes=[[(0.25, 0.25), (0.25, 0.75), (0.75, 0.75), (0.75, 0.25)]],
)


def zone(*shapes):
    return gpd.GeoDataFrame(
        {"zone_id": [f"z{at}" for at in range(len(shapes))]}, geometry=[*shapes], crs="EPSG:5898"
    )


def test_corners_of_a_unit_square_with_a_hole_by_hand():
    table = export.corners(zone(HOLED))
    assert list(table.columns) == ["zone_id", "part", "ring", "corner", "x_m", "y_m", "edge_m"]
    # x is the northing and y the easting, as surveyors write them
    assert table.to_numpy().tolist() == [
        ["z0", 1, 1, 1, 0.0, 0.0, 1.0],
        ["z0", 1, 1, 2, 0.0, 1.0, 1.0],
        ["z0", 1, 1, 3, 1.0, 1.0, 1.0],
        ["z0", 1, 1, 4, 1.0, 0.0, 1.0],
        ["z0", 1, 2, 1, 0.25, 0.25, 0.5],
        ["z0", 1, 2, 2, 0.75, 0.25, 0.5],
        ["z0", 1, 2, 3, 0.75, 0.75, 0.5],
        ["z0", 1, 2, 4, 0.25, 0.75, 0.5],
    ]


def shoelace(ring):
    x, y = ring["y_m"].to_numpy(), ring["x_m"].to_numpy()
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def test_the_area_can_be_computed_again_from_the_corners():
    east = shapely.affinity.translate(shapely.affinity.scale(HOLED, 100, 80), 580_000, 1_690_000)
    whole = shapely.MultiPolygon([east, box(580_300, 1_690_000, 580_350, 1_690_040)])
    table = export.corners(zone(HOLED, whole))
    again = sum(
        shoelace(ring) * (1 if key[1] == 1 else -1)
        for key, ring in table[table["zone_id"] == "z1"].groupby(["part", "ring"])
    )
    # a square less a quarter of it, and a rectangle
    assert again == pytest.approx(100 * 80 * 0.75 + 50 * 40, abs=0.01)
    assert again == pytest.approx(whole.area, abs=0.01)


def test_edges_are_those_between_the_written_corners():
    table = export.corners(zone(Polygon([(0, 0), (3, 0), (3, 4)])))
    assert table["edge_m"].tolist() == [3.0, 4.0, 5.0]


@pytest.mark.parametrize("shape", [shapely.Point(0, 0), None, shapely.LineString([(0, 0), (1, 1)])])
def test_what_is_no_polygon_has_no_corners(shape):
    with pytest.raises(GeometryTypeError, match="Zone 'z0' is no polygon") as caught:
        export.corners(zone(shape))
    assert "không phải đa giác" in caught.value.vi


@pytest.mark.parametrize(("lang", "head"), [("vi", "Vùng"), ("en", "Zone")])
def test_a_corner_table_names_the_grid_and_its_notice_in_every_row(lang, head, tmp_path):
    table = export.corners(zone(HOLED))
    options = {"crs_name": "EPSG:5898", "schematic": True}
    sheet = openpyxl.load_workbook(
        export.save_corners(table, tmp_path / "a.xlsx", lang=lang, **options)
    ).active
    rows = [[cell.value for cell in row] for row in sheet]
    assert rows[0][0] == head
    assert {tuple(row[-2:]) for row in rows[1:]} == {("EPSG:5898", text.NOTICE[lang])}
    assert len(rows) == 1 + 8
    listed = read_csv(export.save_corners(table, tmp_path / "a.csv", lang=lang, **options))
    assert {(row["crs"], row["notice_vi"]) for row in listed} == {("EPSG:5898", text.NOTICE["vi"])}
    assert [float(row["x_m"]) for row in listed] == list(table["x_m"])
