"""One map in every format comes in as the same map; what cannot be read is a sentence."""

import unicodedata
import warnings
import zipfile

import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from gis.errors import CrsError, SourceError
from gis.intake import readers

KEPT = ("ghi_chu",)


@pytest.fixture
def parcels(parcels):
    """Return the parcels with a remark instead of the owners, whose names stay out."""
    remarks = ["Ruộng Đồng Cỏ", "Vườn cây ổi", "Bãi bồi ven sông", "Lò gốm Mỹ Thiện"]
    return parcels.drop(columns="chu").assign(ghi_chu=remarks)


def shapefile(frame, folder, *, encoding="UTF-8", name="parcels"):
    path = folder / f"{name}.shp"
    frame.to_file(path, driver="ESRI Shapefile", encoding=encoding)
    return path


def write_geojson(frame, folder, _zip_of):
    path = folder / "parcels.geojson"
    frame.to_crs("EPSG:4326").to_file(path, driver="GeoJSON", COORDINATE_PRECISION=11)
    return path, {}


def write_geopackage(frame, folder, _zip_of):
    path = folder / "parcels.gpkg"
    frame.to_file(path, driver="GPKG")
    return path, {}


def write_geoparquet(frame, folder, _zip_of):
    path = folder / "parcels.parquet"
    frame.to_parquet(path)
    return path, {}


def write_shapefile(frame, folder, _zip_of):
    return shapefile(frame, folder), {}


def write_shapefile_without_prj(frame, folder, _zip_of):
    path = shapefile(frame, folder)
    path.with_suffix(".prj").unlink()
    return path, {"crs": "EPSG:5898"}


def write_shapefile_without_cpg(frame, folder, _zip_of):
    path = shapefile(frame, folder)
    path.with_suffix(".cpg").unlink()
    return path, {}


def write_zipped_shapefile(frame, folder, zip_of):
    return zip_of(shapefile(frame, folder)), {}


def write_shapefile_in_a_folder_of_a_zip(frame, folder, zip_of):
    return zip_of(shapefile(frame, folder), folder="Bản đồ hiện trạng/"), {}


def windows_1258(words):
    """Bytes of Windows-1258, which has letters and tone marks of their own."""
    found = b""
    for char in unicodedata.normalize("NFC", words):
        try:
            found += char.encode("cp1258")
        except UnicodeEncodeError:
            apart = unicodedata.normalize("NFD", char)
            tone = "".join(each for each in apart if each in "\u0300\u0301\u0303\u0309\u0323")
            letter = "".join(each for each in apart if each not in tone)
            found += (unicodedata.normalize("NFC", letter) + tone).encode("cp1258")
    return found


def shapefile_in_windows_1258(frame, folder):
    as_bytes = [windows_1258(words).decode("latin-1") for words in frame["ghi_chu"]]
    return shapefile(frame.assign(ghi_chu=as_bytes), folder, encoding="ISO-8859-1")


def write_shapefile_in_windows_1258(frame, folder, _zip_of):
    path = shapefile_in_windows_1258(frame, folder)
    path.with_suffix(".cpg").write_text("1258", encoding="ascii")
    return path, {}


def write_to_a_path_with_spaces_and_diacritics(frame, folder, _zip_of):
    place = folder / "Bản đồ hiện trạng"
    place.mkdir()
    path = place / "Xã Bình Hải (2020).gpkg"
    frame.to_file(path, driver="GPKG")
    return path, {}


WRITERS = [
    write_geojson,
    write_geopackage,
    write_geoparquet,
    write_shapefile,
    write_shapefile_without_prj,
    write_shapefile_without_cpg,
    write_zipped_shapefile,
    write_shapefile_in_a_folder_of_a_zip,
    write_shapefile_in_windows_1258,
    write_to_a_path_with_spaces_and_diacritics,
]


@pytest.mark.parametrize("writer", WRITERS, ids=[each.__name__[6:] for each in WRITERS])
def test_one_map_comes_in_alike_from_every_format(writer, parcels, tmp_path, zip_of, land_use):
    path, options = writer(parcels, tmp_path, zip_of)
    checked = land_use(path, keep=KEPT, **options)
    frame = checked.frame
    assert list(frame["code"]) == ["LUC", "CLN", "BHK", "SKX"]
    assert list(frame["sheet"]) == ["1", "1", "2", "2"]
    assert list(frame["parcel"]) == ["11", "12", "11", "12"]
    assert list(frame["registered_area_m2"]) == [10_000.0, 9_999.5, 10_000.25, 10_000.0]
    assert list(frame["ghi_chu"]) == list(parcels["ghi_chu"])
    assert frame.crs == pyproj.CRS("EPSG:5898")
    # a millimetre: what the shift to WGS 84 and back leaves
    apart = shapely.hausdorff_distance(frame.geometry.values, parcels.geometry.values)
    assert apart.max() < 1e-3
    assert checked.findings.empty
    told = checked.provenance
    assert (told["rows_read"], told["rows_kept"], told["rows_left_out"]) == (4, 4, 0)
    assert told["sha256"] == readers.sha256(path)


def test_text_in_windows_1258_is_known_by_its_content(parcels, tmp_path, land_use):
    path = shapefile_in_windows_1258(parcels, tmp_path)
    path.with_suffix(".cpg").unlink()
    assert list(land_use(path, keep=KEPT).frame["ghi_chu"]) == list(parcels["ghi_chu"])


@pytest.mark.parametrize("word", ["UTF-8", "65001", "utf8", "nonsense", ""])
def test_the_bytes_go_before_a_wrong_word_on_encoding(word, parcels, tmp_path, land_use):
    path = shapefile(parcels, tmp_path)
    path.with_suffix(".cpg").write_text(word, encoding="ascii")
    assert list(land_use(path, keep=KEPT).frame["ghi_chu"]) == list(parcels["ghi_chu"])


@pytest.mark.parametrize("word", ["1258", "CP1258", "windows-1258", "ANSI 1258"])
def test_every_way_to_name_windows_1258_is_known(word, parcels, tmp_path, land_use):
    path = shapefile_in_windows_1258(parcels, tmp_path)
    path.with_suffix(".cpg").write_text(word, encoding="ascii")
    checked = land_use(path, keep=KEPT)
    assert list(checked.frame["ghi_chu"]) == list(parcels["ghi_chu"])
    assert checked.provenance["encoding"] == "cp1258"


def test_a_letter_cut_by_the_width_of_its_field_is_left_out(parcels, tmp_path, land_use):
    # 127 letters of two bytes fill 254 bytes; a field one byte short of them ends in half a letter
    long = "x" + "ă" * 127
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = shapefile(parcels.assign(ghi_chu=long), tmp_path)
    assert set(land_use(path, keep=KEPT).frame["ghi_chu"]) == {"x" + "ă" * 126}


# --- what is refused --------------------------------------------------------------------------


def test_a_file_without_coordinate_system_is_refused_with_the_remedy(parcels, tmp_path, land_use):
    path = shapefile(parcels, tmp_path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match=r"parcels\.shp.* declares no .* --crs EPSG:5898") as caught:
        land_use(path)
    assert "không khai báo hệ tọa độ" in caught.value.vi


def test_geoparquet_without_system_is_refused(parcels, tmp_path, land_use):
    parcels.set_crs(None, allow_override=True).to_parquet(tmp_path / "none.parquet")
    with pytest.raises(CrsError, match="declares no coordinate system"):
        land_use(tmp_path / "none.parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("half.geojson", b'{"type": "FeatureCollection", "features": [{"type"'),
        ("text.geojson", "xin chào".encode()),
        ("junk.gpkg", b"SQLite format 3\x00junk"),
        ("junk.zip", b"PK\x03\x04junk"),
        ("junk.parquet", b"PAR1junkPAR1"),
    ],
)
def test_a_damaged_file_is_refused_by_name(name, content, tmp_path, land_use):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=rf"File {name} is damaged: .+; copy it") as caught:
        land_use(tmp_path / name)
    assert caught.value.vi.startswith(f"Tệp {name} bị hỏng: ")
    # the words of the reading libraries are for programmers
    assert str(tmp_path) not in str(caught.value)
    assert "recognized" not in str(caught.value)


def test_a_shapefile_of_junk_is_refused(parcels, tmp_path, land_use):
    path = shapefile(parcels, tmp_path)
    path.write_bytes(b"junk" * 40)
    with pytest.raises(SourceError, match=r"parcels\.shp is damaged: it does not begin"):
        land_use(path)


@pytest.mark.parametrize("name", ["none.geojson", "none.shp", "none.parquet", "none.zip"])
def test_a_file_without_a_byte_is_called_empty(name, tmp_path, land_use):
    (tmp_path / name).touch()
    with pytest.raises(SourceError, match=rf"File {name} is an empty file") as caught:
        land_use(tmp_path / name)
    assert f"Tệp {name} là tệp rỗng" in caught.value.vi


@pytest.mark.parametrize("name", ["parcels.gpkg", "parcels.parquet"])
def test_half_a_file_is_refused(name, parcels, tmp_path, land_use):
    path = tmp_path / name
    write = parcels.to_parquet if path.suffix == ".parquet" else parcels.to_file
    write(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match=f"File {name} is damaged"):
        land_use(path)


@pytest.mark.parametrize("parts", [[".shx"], [".dbf"], [".shx", ".dbf"]])
def test_a_shapefile_without_a_part_is_refused_with_the_name_of_the_part(
    parts, parcels, tmp_path, land_use
):
    path = shapefile(parcels, tmp_path)
    for part in parts:
        path.with_suffix(part).unlink()
    names = ", ".join(f"parcels{part}" for part in parts)
    with pytest.raises(SourceError, match=f"parcels.shp lacks its part {names}; put") as caught:
        land_use(path)
    assert f"thiếu tệp đi kèm {names}" in caught.value.vi


def test_a_zip_without_a_part_is_refused_with_the_name_of_the_part(
    parcels, tmp_path, zip_of, land_use
):
    path = shapefile(parcels, tmp_path)
    path.with_suffix(".dbf").unlink()
    packed = zip_of(path, folder="x/")
    with pytest.raises(SourceError, match=r"parcels\.shp lacks its part parcels\.dbf"):
        land_use(packed)


def test_parts_in_capitals_belong_to_a_shapefile_too(parcels, tmp_path, land_use):
    path = shapefile(parcels, tmp_path)
    for part in (".shx", ".dbf"):
        path.with_suffix(part).rename(path.with_suffix(part.upper()))
    assert len(land_use(path).frame) == 4


def test_a_missing_file_a_folder_and_a_foreign_ending_are_three_sentences(tmp_path, land_use):
    with pytest.raises(SourceError, match=r"nowhere\.gpkg does not exist; check the name"):
        land_use(tmp_path / "nowhere.gpkg")
    with pytest.raises(SourceError, match="is a folder; name the file"):
        land_use(tmp_path)
    for name in ("parcels.xyz", "parcels"):
        (tmp_path / name).write_bytes(b"junk")
        with pytest.raises(SourceError, match=r"which is not read; save it as one of \.geojson"):
            land_use(tmp_path / name)


def test_a_file_without_features_is_refused(geojson, land_use):
    with pytest.raises(SourceError, match="holds no features; choose another file"):
        land_use(geojson())


def test_a_file_with_several_layers_asks_which(parcels, tmp_path, land_use):
    path = tmp_path / "two.gpkg"
    parcels.to_file(path, layer="hiện trạng")
    parcels.iloc[:1].to_file(path, layer="quy hoạch", mode="a")
    with pytest.raises(SourceError, match=r"2 layers \(hiện trạng, quy hoạch\).*--layer") as caught:
        land_use(path)
    assert "có 2 lớp" in caught.value.vi
    assert len(land_use(path, source_layer="quy hoạch").frame) == 1
    with pytest.raises(SourceError, match="no layer 'khác'; its layers are hiện trạng, quy hoạch"):
        land_use(path, source_layer="khác")


def test_a_table_without_geometry_is_refused(tmp_path, land_use):
    path = tmp_path / "table.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"mdsd": ["LUC"]}), path, layer="bảng")
    with pytest.raises(SourceError, match="layer 'bảng' is a table without geometry"):
        land_use(path)
    pd.DataFrame({"mdsd": ["LUC"]}).to_parquet(tmp_path / "table.parquet")
    with pytest.raises(SourceError, match=r"table\.parquet is a table without geometry"):
        land_use(tmp_path / "table.parquet")


def test_a_zip_without_any_map_is_refused(tmp_path, zip_of, land_use):
    packed = zip_of(tmp_path / "nothing.shp")
    with pytest.raises(SourceError, match="holds no file that is read; pack a map into it"):
        land_use(packed)


def test_shapefiles_of_one_name_in_two_folders_of_a_zip_are_told_apart(
    parcels, tmp_path, zip_of, land_use
):
    packed = zip_of(shapefile(parcels, tmp_path, name="a"), folder="x/")
    with zipfile.ZipFile(packed, "a") as archive:
        for part in tmp_path.glob("a.[!z]*"):
            archive.write(part, f"y/{part.name}")
    with pytest.raises(SourceError, match=r"2 layers \(x/a, y/a\)"):
        land_use(packed)
    assert len(land_use(packed, source_layer="y/a").frame) == 4


def test_what_macos_lays_into_a_zip_is_no_shapefile(parcels, tmp_path, zip_of, land_use):
    packed = zip_of(shapefile(parcels, tmp_path))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("__MACOSX/._parcels.shp", b"shadow")
    assert len(land_use(packed).frame) == 4
