"""Layers in the formats of offices: read back by GDAL, they lie where they should."""

import re
import struct

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from shapely.geometry import box

from gis import text
from gis.errors import InputError
from gis.reports import export, spatial_files

# a place in VN-2000 and in WGS 84, as computed with EPSG:6960 outside of this program
GRID_POINT = (580_562.324, 1_686_622.100)
DEGREES = (108.751812022, 15.248970735)
CM_IN_DEGREES = 1e-7


def layer(*, shapes=None, crs="EPSG:5898", **columns):
    x, y = GRID_POINT
    shapes = shapes or [box(x, y, x + 100, y + 100), box(x + 100, y, x + 137.123, y + 99.877)]
    return gpd.GeoDataFrame(columns or {"code": ["LUC", "CLN"]}, geometry=shapes, crs=crs)


@pytest.fixture
def saved(tmp_path):
    """Return a function that saves a frame: what was written, and what GDAL reads there."""

    def save(frame, ending, **options):
        written = export.save_frame(
            frame, tmp_path / f"lop.{ending}", **({"schematic": False} | options)
        )
        kept = pyogrio.read_dataframe(written.path)
        return written, kept

    return save


def said(written, lang="en"):
    return " ".join(note.text(lang) for note in written.notes)


# --- the right place --------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["tab", "mif", "shp", "gpkg", "fgb", "geojson", "kml"])
def test_every_format_lies_where_it_should_to_the_centimetre(ending, saved):
    _, back = saved(layer(), ending)
    degrees = back.to_crs(4326)
    corners = shapely.get_coordinates(degrees.geometry.to_numpy())
    assert np.abs(corners - DEGREES).max(axis=1).min() < CM_IN_DEGREES
    assert degrees.total_bounds[:2] == pytest.approx(DEGREES, abs=1e-5)


def test_mapinfo_is_told_the_official_parameters_in_its_own_sign(saved):
    written, _ = saved(layer(), "mif")
    (line,) = re.findall(r"^CoordSys (.*)$", written.path.read_text(), re.MULTILINE)
    numbers = [float(each) for each in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", line)]
    # transverse Mercator (8), own datum (9999) on WGS 84's ellipsoid (28), shift in metres, seconds
    # in the sign of EPSG:6960 (coordinate frame), ppm, Greenwich; then the grid of 108°
    assert line.startswith("Earth Projection 8, 9999, 28, ")
    assert numbers[3:11] == pytest.approx(
        [-191.90441429, -39.30318279, -111.45032835,
         -0.00928836, 0.01975479, -0.00427372, 0.252906278, 0], abs=1e-9
    )  # fmt: skip
    assert '"m", 108, 0, 0.9999, 500000, 0' in line


@pytest.mark.parametrize("ending", ["tab", "mif"])
def test_without_the_parameters_a_mapinfo_file_would_lie_elsewhere(ending, tmp_path):
    # the trap that the datum is for: GDAL alone writes WGS 84
    frame = layer()
    pyogrio.write_dataframe(frame, tmp_path / f"a.{ending}", driver="MapInfo File")
    back = pyogrio.read_dataframe(tmp_path / f"a.{ending}").to_crs(4326)
    assert abs(back.total_bounds[0] - DEGREES[0]) > 1e-3


@pytest.mark.parametrize("ending", ["tab", "mif"])
@pytest.mark.parametrize("side", [0.5, 100.0, 300_000.0])
def test_mapinfo_keeps_the_millimetre_whatever_the_layers_size(ending, side, saved):
    x, y = GRID_POINT
    rng = np.random.default_rng(5)
    corners = rng.random((50, 2)) * side + (x, y)
    shapes = [shapely.Polygon([(a, b), (a + side / 9, b), (a, b + side / 7)]) for a, b in corners]
    frame = layer(shapes=shapes, code=["LUC"] * 50)
    _, back = saved(frame, ending)
    far = shapely.hausdorff_distance(frame.geometry.to_numpy(), back.geometry.to_numpy())
    assert far.max() < 0.001


def test_the_bounds_of_a_mapinfo_file_are_close_about_the_layer(saved):
    written, _ = saved(layer(), "mif")
    (found,) = re.findall(r"Bounds \((.*?), (.*?)\) \((.*?), (.*?)\)", written.path.read_text())
    west, south, east, north = map(float, found)
    assert GRID_POINT[0] - 200 < west < GRID_POINT[0] < GRID_POINT[0] + 137.123 < east < west + 500
    assert south < GRID_POINT[1] < GRID_POINT[1] + 100 < north


@pytest.mark.parametrize("epsg", [4756, 9217, 3406, 4326, 32649])
@pytest.mark.parametrize("ending", ["tab", "mif"])
def test_other_systems_come_back_in_their_place_too(ending, epsg, saved):
    frame = layer().to_crs(epsg)
    _, back = saved(frame, ending)
    straight = frame.to_crs(4326).total_bounds
    assert back.to_crs(4326).total_bounds == pytest.approx(straight, abs=CM_IN_DEGREES)


def test_only_vn2000_gets_the_parameters():
    for epsg, bound in ((5898, True), (4756, True), (4326, False), (32649, False)):
        assert spatial_files.mapinfo_system(pyproj.CRS(epsg)).is_bound is bound


def test_a_shapefile_says_its_system_and_its_encoding(saved):
    written, back = saved(layer(ten=["Đất trồng lúa", "Bình Thạnh"]), "shp")
    prj = written.path.with_suffix(".prj").read_text()
    assert "Transverse_Mercator" in prj
    assert "108.0" in prj
    assert "0.9999" in prj
    assert written.path.with_suffix(".cpg").read_text().strip() == "UTF-8"
    assert back.crs.to_epsg() == 5898
    assert list(back["ten"]) == ["Đất trồng lúa", "Bình Thạnh"]


# --- what a format cannot hold ----------------------------------------------------------------


def test_what_every_format_holds_is_no_matter_for_a_note(saved):
    frame = layer(code=["LUC", "CLN"], ten=["Đất lúa", None], dt=[1.5, 2.5], so=[1, 2])
    for ending in ("shp", "tab", "mif", "gpkg", "fgb", "geojson", "kml"):
        written, back = saved(frame, ending)
        assert written.notes == ()
        assert len(back) == 2


@pytest.mark.parametrize(("ending", "length"), [("tab", 31), ("mif", 31), ("shp", 10)])
def test_names_are_shortened_and_the_note_says_how(ending, length, saved):
    long = "diện tích theo giấy chứng nhận quyền sử dụng đất"
    written, back = saved(layer(**{long: [1.5, 2.5], f"{long} 2": [3.5, 4.5]}), ending)
    first, second = back.columns.drop("geometry")
    assert first == "dien_tich_theo_giay_chung_nhan_quyen_su_dung_dat"[:length]
    assert second.endswith("_2")
    assert len(second) == length
    assert list(back[second]) == [3.5, 4.5]
    assert f"2 column names were shortened: {long} -> {first}" in said(written)
    assert "2 tên cột được rút gọn" in said(written, "vi")


def test_names_keep_apart_and_begin_with_a_letter():
    names = [*(f"diện tích năm {at}" for at in range(12)), "2020", "Ten", "TEN", "日本", "a-b"]
    short = spatial_files.field_names(names, length=10)
    assert len(set(short.values())) == len(names)
    assert all(re.fullmatch(r"[a-z]\w{0,9}", name, re.ASCII) for name in short.values())
    assert (short["2020"], short["日本"], short["a-b"]) == ("f2020", "field", "a_b")
    assert (short["Ten"], short["TEN"]) == ("ten", "ten_2")


@pytest.mark.parametrize("ending", ["shp", "tab", "mif"])
def test_long_text_is_cut_within_254_bytes_and_the_note_says_where(ending, saved):
    written, back = saved(layer(ghi_chu=["x", "ễ" * 300]), ending)
    # 254 bytes hold 84 letters of three bytes
    assert list(back["ghi_chu"]) == ["x", "ễ" * 84]
    assert "Column ghi_chu: text longer than 254 bytes was cut (1 rows, the first is row 2)." in (
        said(written)
    )


@pytest.mark.parametrize("ending", ["tab", "mif"])
def test_missing_numbers_do_not_become_zero_in_mapinfo(ending, saved):
    frame = layer(dt=[1.5, np.nan], so=pd.array([7, None], dtype="Int64"))
    written, back = saved(frame, ending)
    assert list(back["dt"]) == ["1.5", ""]
    assert list(back["so"]) == ["7", ""]
    assert said(written).count("numbers with gaps became text") == 2


def test_missing_numbers_stay_missing_in_a_shapefile(saved):
    written, back = saved(layer(dt=[1.5, np.nan], so=pd.array([7, None], dtype="Int64")), "shp")
    assert back["dt"].isna().tolist() == back["so"].isna().tolist() == [False, True]
    assert written.notes == ()


@pytest.mark.parametrize("ending", ["shp", "tab", "mif"])
def test_dates_flags_large_and_endless_numbers_are_said(ending, saved):
    frame = layer(
        ngay=pd.to_datetime(["2025-07-01", None]),
        co=[True, False],
        lon=[2**40, 1],
        vo_han=[np.inf, 2.0],
        nhieu=["a\nb\x00c", "c"],
    )
    written, back = saved(frame, ending)
    told = [None if pd.isna(each) or not each else each for each in back["ngay"]]
    assert told == ["2025-07-01T00:00:00", None]
    assert back["co"].tolist() == [1, 0]
    assert back["lon"].tolist() == [2**40, 1]
    assert float(back["vo_han"].iloc[1]) == 2.0
    assert back["vo_han"].iloc[0] in {"", None} or np.isnan(back["vo_han"].iloc[0])
    assert back["nhieu"].tolist() == ["a b c", "c"]
    for words in ("dates became text", "1 and 0", "without end", "control characters"):
        assert words in said(written)


def test_numbers_beyond_all_fields_become_text_in_mapinfo(saved):
    written, back = saved(layer(ma=[2**60, 1]), "tab")
    assert back["ma"].tolist() == [str(2**60), "1"]
    assert "numbers too large became text" in said(written)


def test_old_mapinfo_opens_whole_numbers(saved):
    written, _ = saved(layer(so=[1, 2], dt=[1.5, 2]), "tab")
    definition = written.path.read_text()
    # LargeInt is of newer programs than most offices have
    assert "so Integer" in definition
    assert "LargeInt" not in definition


@pytest.mark.parametrize("ending", ["shp", "tab", "mif", "gpkg", "fgb", "parquet", "geojson"])
def test_rows_without_a_shape_stay(ending, tmp_path):
    x, y = GRID_POINT
    frame = layer(shapes=[box(x, y, x + 1, y + 1), None], code=["LUC", "CLN"])
    path = export.save_frame(frame, tmp_path / f"a.{ending}", schematic=False).path
    back = gpd.read_parquet(path) if ending == "parquet" else pyogrio.read_dataframe(path)
    assert back["code"].tolist() == ["LUC", "CLN"]


@pytest.mark.parametrize("ending", ["shp", "tab", "mif", "gpkg", "fgb"])
def test_a_layer_without_rows_is_written(ending, saved):
    _, back = saved(layer().iloc[:0], ending)
    assert len(back) == 0


@pytest.mark.parametrize("ending", ["shp", "tab", "mif", "gpkg", "fgb", "geojson", "kml"])
def test_every_format_keeps_the_schematic_notice(ending, saved):
    _, back = saved(layer(), ending, schematic=True)
    told = " ".join(map(str, back.drop(columns="geometry").to_numpy().ravel()))
    assert text.NOTICE["vi"] in told
    assert text.NOTICE["en"] in told


def test_csv_says_that_it_holds_no_shapes(tmp_path):
    written = export.save_frame(layer(), tmp_path / "a.csv", schematic=False)
    assert "no shapes" in said(written)
    assert "không ghi hình" in said(written, "vi")


# --- old encodings ----------------------------------------------------------------------------


def raw_values(path):
    """Return the bytes of the first text field of every row, by the layout of dBase."""
    raw = path.read_bytes()
    rows, start, width = struct.unpack_from("<IHH", raw, 4)
    length = raw[32 + 16]
    at = [start + row * width + 1 for row in range(rows)]
    return [raw[each : each + length].rstrip(b" \0") for each in at]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        # by hand from the published tables of TCVN3 and VNI
        ("tcvn3", [b"\xa7\xcat", b"B\xd7nh Th\xb9nh"]),
        ("VNI", [b"\xd1a\xe1t", b"B\xecnh Tha\xefnh"]),
    ],
)
@pytest.mark.parametrize("ending", ["shp", "tab", "mif"])
def test_text_is_written_in_the_encoding_of_old_programs(ending, encoding, expected, saved):
    written, _ = saved(layer(ten=["Đất", "Bình Thạnh"]), ending, encoding=encoding)
    if ending == "mif":
        lines = written.path.with_suffix(".mid").read_bytes().splitlines()
        values = [line.strip(b'"') for line in lines]
    else:
        values = raw_values(written.path.with_suffix(".dat" if ending == "tab" else ".dbf"))
    assert values == expected
    assert written.notes == ()


def test_what_an_old_encoding_lacks_is_said_and_never_dropped(saved):
    written, _ = saved(layer(ten=["ẤP 日", "ấp"]), "shp", encoding="tcvn3")
    assert raw_values(written.path.with_suffix(".dbf")) == [b"\xcaP ?", b"\xcap"]
    assert "Column ten: TCVN3 (ABC) lacks some letters" in said(written)
    assert "(1 rows, the first is row 1)" in said(written)


def test_an_encoding_that_cannot_be_is_refused(tmp_path):
    for ending, encoding in (("shp", "klingon"), ("gpkg", "tcvn3"), ("kml", "vni")):
        with pytest.raises(InputError, match="UTF-8") as caught:
            export.save_frame(layer(), tmp_path / f"a.{ending}", schematic=False, encoding=encoding)
        assert "UTF-8" in caught.value.vi
    assert list(tmp_path.iterdir()) == []
    export.save_frame(layer(), tmp_path / "a.gpkg", schematic=False, encoding="UTF-8")
