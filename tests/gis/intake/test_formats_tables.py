"""Tables: corners and WKT become parcels, other tables are joined by key."""

import geopandas as gpd
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from gis.errors import ColumnError, GeometryTypeError, SourceError
from gis.intake import encodings, readers, tables

#: Rules with a fault that is planted here, beside data in which they stay silent.
SEEDED = {
    "reading.bad-coordinate",
    "reading.bad-shape",
    "reading.few-corners",
    "reading.key-twice-in-layer",
    "reading.key-twice-in-table",
    "reading.northing-first",
    "reading.row-without-shape",
    "reading.shape-without-row",
}

EAST, NORTH = 580_000, 1_690_000
#: The corners of a parcel of two hectares, and of one of half a hectare.
LARGE = [(0, 0), (200, 0), (200, 100), (0, 100)]
SMALL = [(300, 0), (400, 0), (400, 50), (300, 50)]


def polygon(corners):
    return Polygon([(EAST + x, NORTH + y) for x, y in corners])


def rules(source):
    return sorted(source.findings["rule_id"])


def write(path, lines, *, encoding="utf-8"):
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


# --- corners ----------------------------------------------------------------------------------


def corner_list(*parcels, separator=";", mark=","):
    lines = [separator.join(("Số thửa", "Loại đất", "Điểm", "X (m)", "Y (m)", "Cạnh (m)"))]
    for number, code, corners in parcels:
        # surveyors come back to the first corner, and write the northing first
        for step, (x, y) in enumerate([*corners, corners[0]]):
            place = (f"{NORTH + y:.2f}", f"{EAST + x:.2f}", f"{100 + step}.00")
            cells = [number, code, str(step % len(corners) + 1), *place]
            lines.append(separator.join(cell.replace(".", mark) for cell in cells))
    return lines


@pytest.mark.parametrize(("separator", "mark"), [(";", ","), (",", "."), ("\t", ","), ("|", ".")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_of_corners_becomes_parcels(separator, mark, encoding, tmp_path):
    lines = corner_list(
        ("12", "LUC", LARGE), ("7a", "ODT+CLN", SMALL), separator=separator, mark=mark
    )
    source = readers.read(write(tmp_path / "goc.csv", lines, encoding=encoding))
    assert source.frame["Số thửa"].tolist() == ["12", "7a"]
    assert source.frame["Loại đất"].tolist() == ["LUC", "ODT+CLN"]
    assert [*source.frame.geometry] == [polygon(LARGE), polygon(SMALL)]
    # what differs from corner to corner belongs to no parcel
    assert list(source.frame.columns) == ["Số thửa", "Loại đất", "geometry"]
    assert source.frame.crs is None
    assert rules(source) == ["reading.northing-first"]
    assert source.findings["value"].tolist() == ["X (m)"]


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_corners_in_legacy_encodings_are_read(encoding, tmp_path):
    words = "Đất trồng lúa nước còn lại"
    lines = ["thua,ghi_chu,diem,E,N"]
    lines += [f"1,{words},{at},{EAST + x},{NORTH + y}" for at, (x, y) in enumerate(LARGE, 1)]
    raw = b"\n".join(encodings.encode(line, encoding) for line in lines)
    (tmp_path / "goc.csv").write_bytes(raw)
    source = readers.read(tmp_path / "goc.csv")
    assert source.frame["ghi_chu"].tolist() == [words]
    assert [*source.frame.geometry] == [polygon(LARGE)]
    assert encoding in source.encoding


def test_corners_out_of_order_are_put_into_it(tmp_path):
    listed = [*enumerate(LARGE, 1)]
    rows = [(*listed[at], "1") for at in (2, 0, 3, 1)] + [(*each, "2") for each in listed]
    lines = ["id,order,E,N"]
    lines += [f"{owner},{at},{EAST + x},{NORTH + y}" for at, (x, y), owner in rows]
    source = readers.read(write(tmp_path / "goc.csv", lines))
    assert [shape.equals(polygon(LARGE)) for shape in source.frame.geometry] == [True, True]
    assert source.frame.area.tolist() == [20_000, 20_000]
    assert source.findings.empty


def test_numbers_of_boundary_marks_say_nothing_on_the_order(tmp_path):
    lines = ["Số hiệu mốc,E,N"]
    marks = [107, 98, 33, 210]
    lines += [f"M{mark},{EAST + x},{NORTH + y}" for mark, (x, y) in zip(marks, LARGE, strict=True)]
    source = readers.read(write(tmp_path / "moc.csv", lines))
    assert [*source.frame.geometry] == [polygon(LARGE)]


def test_corners_in_degrees_declare_no_system(tmp_path):
    corners = [(108.75, 15.25), (108.76, 15.25), (108.76, 15.26)]
    lines = ["Mã vùng,Thứ tự,Vĩ độ,Kinh độ"]
    lines += [f"V1,{at},{lat},{lon}" for at, (lon, lat) in enumerate(corners, 1)]
    source = readers.read(write(tmp_path / "vung.csv", lines))
    assert [*source.frame.geometry] == [Polygon(corners)]
    # degrees of VN-2000 lie 200 m beside those of WGS 84: nobody but the user knows
    assert source.frame.crs is None
    assert source.frame["Mã vùng"].tolist() == ["V1"]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 3))
def test_a_number_is_one_key_in_every_spelling(number, zeros):
    spelt = [number, float(number), str(number), "0" * zeros + str(number), f" {number},0 "]
    frame = gpd.GeoDataFrame({"a": spelt}, geometry=[box(0, 0, 1, 1)] * len(spelt))
    table = pd.DataFrame({"a": [number], "b": ["x"]})
    joined, found = tables.join(frame, table, key=("a", "a"))
    assert joined["b"].tolist() == ["x"] * len(spelt)
    assert set(found["rule_id"]) == {"reading.key-twice-in-layer"}


def test_too_few_corners_and_a_bad_number_cost_one_parcel_each(tmp_path):
    lines = corner_list(("1", "LUC", LARGE), ("2", "CLN", LARGE[:2]), ("3", "NTS", SMALL))
    lines[-2] = lines[-2].replace("1690", "l690")
    source = readers.read(write(tmp_path / "goc.csv", lines))
    assert source.frame.geometry.isna().tolist() == [False, True, True]
    assert rules(source) == [
        "reading.bad-coordinate",
        "reading.few-corners",
        "reading.northing-first",
    ]
    assert source.findings["row"].tolist()[:2] == [3, 2]
    assert source.findings["value"].tolist()[:2] == ["Số thửa 3", "Số thửa 2"]


def test_x_and_y_that_may_be_either_are_refused(tmp_path):
    lines = ["thua,diem,x,y", *(f"1,{at},{x},{y}" for at, (x, y) in enumerate(LARGE, 1))]
    with pytest.raises(ColumnError, match="which of 'x' and 'y' is the northing; name the columns"):
        readers.read(write(tmp_path / "goc.csv", lines))


@pytest.mark.parametrize("names", ["x,y", "lon,lat", "Kinh độ,Vĩ độ"])
def test_points_have_no_area(names, tmp_path):
    lines = [f"STT,ten,{names}", "1,Nhà ông A,108.75,15.25", "2,Nhà bà B,108.76,15.26"]
    with pytest.raises(GeometryTypeError, match="holds points, which have no area; give a column"):
        readers.read(write(tmp_path / "nha.csv", lines))


# --- wkt --------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "SRID=5898;"])
def test_shapes_in_wkt_are_read_and_a_bad_one_is_found(prefix, tmp_path):
    shapes = [f'"{prefix}{polygon(LARGE).wkt}"', '"POLYGON ((1 2, 3"', ""]
    lines = ["ma;wkt", *(f"{code};{wkt}" for code, wkt in zip("abc", shapes, strict=True))]
    source = readers.read(write(tmp_path / "hinh.csv", lines))
    assert source.frame.geometry[0] == polygon(LARGE)
    assert source.frame["ma"].tolist() == ["a", "b", "c"]
    assert source.frame.geometry.isna().tolist() == [False, True, True]
    assert rules(source) == ["reading.bad-shape"]
    assert source.findings["row"].tolist() == [2]
    declared = source.frame.crs
    assert (declared and declared.to_epsg()) == (5898 if prefix else None)


# --- tables without shapes --------------------------------------------------------------------


def form(path, *, sheets=("Biểu 1",)):
    """Write a table as offices do: merged titles, a header of two rows, numbers of the columns."""
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True})
        for name in sheets:
            sheet = book.add_worksheet(name)
            sheet.merge_range("A1:E1", "ỦY BAN NHÂN DÂN XÃ BÌNH HẢI", bold)
            sheet.merge_range("A2:E2", "Danh sách thửa đất", bold)
            for column, words in (("A", "Số tờ"), ("B", "Số thửa"), ("C", "Mã đất")):
                sheet.merge_range(f"{column}4:{column}5", words, bold)
            sheet.merge_range("D4:E4", "Diện tích (m2)", bold)
            sheet.write_row("D5", ["hiện trạng", "quy hoạch"])
            sheet.write_row("A6", ["(1)", "(2)", "(3)", "(4)", "(5)"])
            sheet.write_row("A7", ["05", 12, "ODT+CLN", 100.5, 100])
            sheet.write_row("A8", ["05", 13, "LUC", 1234.25, 0])
    return path


EXPECTED = pd.DataFrame(
    {
        "Số tờ": ["05", "05"],
        "Số thửa": [12, 13],
        "Mã đất": ["ODT+CLN", "LUC"],
        "Diện tích (m2) hiện trạng": [100.5, 1234.25],
        "Diện tích (m2) quy hoạch": [100, 0],
    }
)


def test_the_header_of_an_official_form_is_found(tmp_path):
    frame, digest = tables.read_table(form(tmp_path / "bieu.xlsx"))
    pd.testing.assert_frame_equal(frame, EXPECTED, check_dtype=False)
    assert digest == readers.sha256(tmp_path / "bieu.xlsx")


def test_a_workbook_of_several_sheets_asks_which(tmp_path):
    path = form(tmp_path / "bieu.xlsx", sheets=("Biểu 1", "Biểu 2"))
    with pytest.raises(SourceError, match=r"2 layers \(Biểu 1, Biểu 2\)"):
        tables.read_table(path)
    frame, _ = tables.read_table(path, sheet="bieu 2")
    assert len(frame) == 2


def test_an_empty_sheet_is_no_table(tmp_path):
    path = tmp_path / "bieu.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"ma": ["LUC"]}).to_excel(book, sheet_name="A", index=False)
        pd.DataFrame().to_excel(book, sheet_name="B", index=False)
    assert tables.read_table(path)[0]["ma"].tolist() == ["LUC"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_title_rows_over_a_text_table_are_passed_over(separator, tmp_path):
    lines = ["Danh sách thửa đất", "", separator.join(("Tờ", "Thửa", "Mã"))]
    lines += [separator.join(row) for row in (("5", "012", "LUC"), ("5", "13", "ODT+CLN"))]
    frame, _ = tables.read_table(write(tmp_path / "bang.csv", lines, encoding="utf-8-sig"))
    assert frame.to_numpy().tolist() == [["5", "012", "LUC"], ["5", "13", "ODT+CLN"]]
    assert list(frame.columns) == ["Tờ", "Thửa", "Mã"]


def test_the_table_of_a_shapefile_is_read(parcels, tmp_path):
    parcels.to_file(tmp_path / "a.shp", encoding="UTF-8")
    table = tmp_path / "alone.dbf"
    table.write_bytes((tmp_path / "a.dbf").read_bytes())
    frame, _ = tables.read_table(table)
    assert list(frame["chu"]) == list(parcels["chu"])
    assert "geometry" not in frame


@pytest.mark.parametrize("name", ["bieu.xlsx", "bang.csv"])
def test_a_table_without_shapes_is_refused_with_the_remedy(name, tmp_path):
    path = tmp_path / name
    if path.suffix == ".xlsx":
        form(path)
    else:
        write(path, ["Tờ,Thửa", "5,12"])
    with pytest.raises(SourceError, match=r"table without geometry; .* --join") as caught:
        readers.read(path)
    assert "là bảng không có hình" in caught.value.vi


def test_parcels_may_stand_in_a_workbook(tmp_path):
    path = tmp_path / "goc.xlsx"
    rows = [(12, at, NORTH + y, EAST + x) for at, (x, y) in enumerate(LARGE, 1)]
    pd.DataFrame(rows, columns=["Thửa", "Điểm", "X", "Y"]).to_excel(path, index=False)
    source = readers.read(path)
    assert [*source.frame.geometry] == [polygon(LARGE)]
    assert source.frame["Thửa"].tolist() == [12]


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.csv", b"1,2,3\n4,5,6\n", "no row with the names of its columns"),
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "more cells in line 3 than its header"),
        ("a.csv", b"to,thua\n", "holds no features"),
        ("a.xlsx", b"PK\x03\x04junk", "damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1junk", "Office document"),
        ("a.pdf", b"%PDF-1.7", "is a PDF"),
    ],
)
def test_what_is_no_table_is_refused(name, content, match, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=match):
        tables.read_table(tmp_path / name)


def test_a_shape_of_many_corners_is_read_from_a_cell(tmp_path):
    around = Point(580_000, 1_690_000).buffer(1000, quad_segs=3000)
    assert len(around.wkt) > 131_072
    (tmp_path / "a.csv").write_text(f'wkt;mdsd\n"{around.wkt}";LUC\n')
    (shape,) = readers.read(tmp_path / "a.csv").frame.geometry
    assert shape.area == pytest.approx(around.area)


@pytest.mark.parametrize(("line", "kept"), [("1,2,,\n", 2), ("1,2,x,\n", 3), ("1,2,,9\n", 3)])
def test_cells_beyond_the_header_are_not_lost(line, kept, tmp_path):
    (tmp_path / "a.csv").write_text(f"to,thua\n{line}3,4\n")
    frame, *_ = tables.read_table(tmp_path / "a.csv")
    assert list(frame.columns)[:2] == ["to", "thua"]
    assert len(frame.columns) == kept
    assert list(frame["thua"]) == ["2", "4"]


def test_a_map_is_no_table(parcels, tmp_path):
    parcels.to_file(tmp_path / "a.gpkg")
    with pytest.raises(SourceError, match="is no table; join an XLSX"):
        tables.read_table(tmp_path / "a.gpkg")


# --- joining ----------------------------------------------------------------------------------


@pytest.fixture
def shapes():
    """Return four squares with keys as a map holds them."""
    return gpd.GeoDataFrame(
        {"to": [5, 5, 5, 6], "thua": ["012", "13", None, "12"], "ma": ["?"] * 4},
        geometry=[box(at, 0, at + 1, 1) for at in range(4)],
        crs="EPSG:5898",
    )


@pytest.mark.parametrize("numbers", [[12.0, 13.0], [12, 13], ["12", "013"], ["012", "13,0"]])
def test_keys_are_one_however_they_are_written(numbers, shapes):
    table = pd.DataFrame({"Thửa": numbers, "ma": ["LUC", "ODT+CLN"]})
    joined, found = tables.join(shapes.iloc[:2], table, key=("thua", "Thửa"))
    assert joined["ma_2"].tolist() == ["LUC", "ODT+CLN"]
    assert joined["ma"].tolist() == ["?", "?"]
    assert found.empty
    assert joined.crs == shapes.crs


def test_rows_without_partner_on_either_side_are_found(shapes):
    table = pd.DataFrame({"to": [5, 5, 7], "thua": [12, 99, 1], "chu": ["a", "b", "c"]})
    joined, found = tables.join(shapes, table, key=("to+thua", "to+thua"))
    assert joined["chu"][0] == "a"
    assert joined["chu"].isna().tolist() == [False, True, True, True]
    lone = found[found["rule_id"] == "reading.shape-without-row"]
    assert lone["row"].tolist() == [2, 3, 4]
    assert lone["value"].tolist() == ["5+13", None, "6+12"]
    spare = found[found["rule_id"] == "reading.row-without-shape"]
    assert spare["other_row"].tolist() == [2, 3]
    assert spare["value"].tolist() == ["5+99", "7+1"]


def test_a_key_twice_in_the_table_is_joined_only_where_its_rows_agree(shapes):
    table = pd.DataFrame({"thua": [12, 12, 13, 13], "chu": ["a", "b", "c", "c"]})
    joined, found = tables.join(shapes.iloc[:2], table, key=("thua", "thua"))
    assert joined["chu"].isna().tolist() == [True, False]
    assert joined["chu"][1] == "c"
    assert list(found["rule_id"]) == ["reading.key-twice-in-table"] * 2
    assert found["other_row"].tolist() == [1, 2]


def test_a_key_twice_in_the_layer_gets_the_row_twice_and_is_told(shapes):
    table = pd.DataFrame({"thua": [12, 13], "chu": ["a", "b"]})
    joined, found = tables.join(shapes.iloc[[0, 1, 3]], table, key=("thua", "thua"))
    assert joined["chu"].tolist() == ["a", "b", "a"]
    assert list(found["rule_id"]) == ["reading.key-twice-in-layer"] * 2
    assert found["row"].tolist() == [1, 3]


def test_names_that_differ_in_accents_are_two_keys():
    frame = gpd.GeoDataFrame({"xa": ["Bình Thạnh"]}, geometry=[box(0, 0, 1, 1)])
    table = pd.DataFrame({"xa": ["Bình Thanh", "bình  thạnh"], "n": [1, 2]})
    joined, found = tables.join(frame, table, key=("xa", "xa"))
    assert joined["n"].tolist() == [2]
    assert list(found["rule_id"]) == ["reading.row-without-shape"]


def test_a_column_that_is_not_there_is_refused(shapes):
    table = pd.DataFrame({"thua": [12]})
    with pytest.raises(ColumnError, match="no column 'so' to join by; the columns are thua"):
        tables.join(shapes, table, key=("thua", "so"))


def test_an_empty_table_leaves_the_layer_as_it_is(shapes):
    table = pd.DataFrame({"thua": pd.Series(dtype=object), "chu": pd.Series(dtype=object)})
    joined, found = tables.join(shapes, table, key=("thua", "thua"))
    assert joined["chu"].isna().all()
    assert len(found) == 4
