"""One layer written in every format, and in every encoding of offices, is read as it was."""

import contextlib
import json
import sqlite3
import struct
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from gis.intake import encodings, readers

#: Rules with a fault that is planted here, beside data in which they stay silent.
SEEDED = {
    "reading.html-description",
    "reading.html-attributes",
}

FORMATS = {
    "parcels.shp": {"driver": "ESRI Shapefile", "encoding": "UTF-8"},
    "parcels.tab": {"driver": "MapInfo File", "ENCODING": "UTF-8"},
    "parcels.mif": {"driver": "MapInfo File", "FORMAT": "MIF"},
    "parcels.gpkg": {"driver": "GPKG"},
    "parcels.fgb": {"driver": "FlatGeobuf", "SPATIAL_INDEX": "NO"},
    "parcels.gdb": {"driver": "OpenFileGDB"},
    "parcels.gml": {"driver": "GML"},
}
IN_DEGREES = {
    "parcels.geojson": {"driver": "GeoJSON", "COORDINATE_PRECISION": 11},
    "parcels.json": {"driver": "GeoJSON", "COORDINATE_PRECISION": 11},
    "parcels.geojsonl": {"driver": "GeoJSONSeq", "COORDINATE_PRECISION": 11},
    "parcels.ndjson": {"driver": "GeoJSONSeq", "COORDINATE_PRECISION": 11},
    "parcels.kml": {"driver": "LIBKML"},
    "parcels.kmz": {"driver": "LIBKML"},
}
#: Metres within which a format keeps a corner of these parcels.
WITHIN_M = {"parcels.tab": 0.02, "parcels.mif": 1e-6}


@pytest.fixture
def layer(hectare):
    """Return two parcels with a compound code and a number that begins with 0."""
    return gpd.GeoDataFrame(
        {
            "mdsd": ["LUC", "ODT+CLN"],
            "thua": ["012", "7"],
            "chu": ["Đất trồng lúa nước còn lại", "Hộ bà Nguyễn Thị Đào"],
            "dientich": [10_000.5, 9_999.25],
        },
        geometry=[hectare(0), hectare(1).difference(hectare(1, side=20))],
        crs="EPSG:5898",
    )


def write(frame, path):
    options = FORMATS.get(path.name) or IN_DEGREES[path.name]
    frame = frame if path.name in FORMATS else frame.to_crs("EPSG:4326")
    frame.to_file(path, **options)
    return path


def rows_alike(frame, expected, *, within):
    for column in ("mdsd", "thua", "chu"):
        assert list(frame[column]) == list(expected[column])
    assert list(frame["dientich"].astype(float)) == list(expected["dientich"])
    apart = shapely.hausdorff_distance(frame.geometry.values, expected.geometry.values)
    assert apart.max() < within
    assert (shapely.area(frame.geometry.values) > 0).all()


@pytest.mark.parametrize("name", [*FORMATS])
def test_a_layer_in_metres_comes_back_as_it_was_written(name, layer, tmp_path):
    source = readers.read(write(layer, tmp_path / name))
    rows_alike(source.frame, layer, within=WITHIN_M.get(name, 1e-6))
    assert source.frame.crs is not None
    assert source.frame.crs.is_projected
    assert source.layer == "parcels"
    assert source.findings.empty
    assert not source.had_curves
    assert not source.had_z


@pytest.mark.parametrize("name", [*IN_DEGREES])
def test_a_layer_in_degrees_comes_back_as_it_was_written(name, layer, tmp_path):
    source = readers.read(write(layer, tmp_path / name))
    assert source.frame.crs.to_epsg() == 4326
    assert not source.had_z
    # 11 decimals of a degree are a micrometre; the shift there and back a tenth of a millimetre
    rows_alike(source.frame.to_crs("EPSG:5898"), layer, within=1e-3)
    assert source.findings.empty


def test_a_layer_in_geoparquet_comes_back_as_it_was_written(layer, tmp_path):
    layer.to_parquet(tmp_path / "parcels.parquet")
    source = readers.read(tmp_path / "parcels.parquet")
    rows_alike(source.frame, layer, within=1e-9)
    assert source.frame.crs.to_epsg() == 5898
    assert source.layer is None


def packed(path, folder, *, prefix=""):
    target = folder / "packed.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        inner = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.stem}.*")
        for part in inner:
            if part.is_file():
                archive.write(part, prefix + part.relative_to(path.parent).as_posix())
    return target


@pytest.mark.parametrize("prefix", ["", "Bản đồ/hiện trạng/"])
@pytest.mark.parametrize("name", [*FORMATS])
def test_a_zipped_layer_comes_back_as_it_was_written(name, prefix, layer, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    source = readers.read(packed(write(layer, place / name), tmp_path, prefix=prefix))
    rows_alike(source.frame, layer, within=WITHIN_M.get(name, 1e-6))
    assert source.layer == "parcels"
    assert source.format.endswith(" (zip)")


def test_a_geodatabase_zipped_without_its_own_folder_is_read(layer, tmp_path):
    base = write(layer, tmp_path / "parcels.gdb")
    with zipfile.ZipFile(tmp_path / "parcels.gdb.zip", "w") as archive:
        for part in base.iterdir():
            archive.write(part, part.name)
    rows_alike(readers.read(tmp_path / "parcels.gdb.zip").frame, layer, within=1e-6)


def test_a_zip_of_several_shapefiles_asks_which(layer, tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name, rows in (("Hiện trạng", layer), ("Quy hoạch", layer.iloc[1:])):
            rows.to_file(tmp_path / f"{name}.shp", encoding="UTF-8")
            for part in tmp_path.glob(f"{name}.*"):
                archive.write(part, f"bản đồ/{part.name}")
    with pytest.raises(readers.SourceError, match=r"2 layers \(Hiện trạng, Quy hoạch\).*--layer"):
        readers.read(tmp_path / "two.zip")
    source = readers.read(tmp_path / "two.zip", layer="quy hoach")
    assert source.layer == "Quy hoạch"
    assert list(source.frame["mdsd"]) == ["ODT+CLN"]


# --- text -------------------------------------------------------------------------------------


def as_bytes(frame, encoding):
    """Give every text the letters that stand for its bytes in another encoding."""

    def one(words):
        return encodings.encode(words, encoding).decode("latin-1")

    return frame.assign(chu=[one(words) for words in frame["chu"]])


def patched(path, written, words, encoding):
    """Put the bytes of an encoding where UTF-8 was written, blank for blank."""
    raw = path.read_bytes()
    for value in words:
        before, after = value.encode(), encodings.encode(value, encoding)
        assert before in raw, written
        raw = raw.replace(before, after + b" " * (len(before) - len(after)))
    path.write_bytes(raw)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize(("name", "part"), [("parcels.tab", ".dat"), ("parcels.mif", ".mid")])
@pytest.mark.parametrize("charset", ["Neutral", "WindowsLatin1"])
def test_mapinfo_text_in_legacy_encodings_is_read(name, part, charset, encoding, layer, tmp_path):
    path = tmp_path / name
    layer.to_file(path, **FORMATS[name] | {"ENCODING": "UTF-8"})
    patched(path.with_suffix(part), name, layer["chu"], encoding)
    path.write_bytes(path.read_bytes().replace(b"UTF-8", charset.encode()))
    source = readers.read(path)
    assert [words.strip() for words in source.frame["chu"]] == list(layer["chu"])
    assert list(source.frame["mdsd"]) == list(layer["mdsd"])
    assert encoding in source.encoding


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("word", [None, "1252", "UTF-8"])
def test_shapefile_text_in_legacy_encodings_is_read(encoding, word, layer, tmp_path):
    path = tmp_path / "parcels.shp"
    as_bytes(layer, encoding).to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    if word:
        path.with_suffix(".cpg").write_text(word, encoding="ascii")
    source = readers.read(path)
    assert list(source.frame["chu"]) == list(layer["chu"])
    assert source.decoded.raw["chu"]["encoding"] == source.encoding


# --- what is in the shapes --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["parcels.gpkg", "parcels.shp", "parcels.geojson", "parcels.gdb"])
def test_heights_come_through_and_are_told(name, layer, tmp_path):
    high = layer.set_geometry(shapely.force_3d(layer.geometry.values, 5.0), crs=layer.crs)
    high.to_file(tmp_path / name, **(FORMATS | IN_DEGREES)[name])
    source = readers.read(tmp_path / name)
    assert source.had_z
    assert set(shapely.get_coordinates(source.frame.geometry.values, include_z=True)[:, 2]) == {5.0}


CIRCLE = """<?xml version="1.0" encoding="utf-8"?>
<v:FeatureCollection xmlns:v="https://example.org/vilis"
 xmlns:gml="http://www.opengis.net/gml/3.2">
<gml:featureMember><v:ThuaDat gml:id="t1"><v:soThua>012</v:soThua><v:loaiDat>ODT+CLN</v:loaiDat>
<v:dienTich>7853.98</v:dienTich><v:hinh><gml:Surface srsName="urn:ogc:def:crs:EPSG::5898"
 gml:id="s1"><gml:patches><gml:PolygonPatch><gml:exterior><gml:Ring><gml:curveMember>
<gml:Curve gml:id="c1"><gml:segments><gml:ArcString><gml:posList>580000 1690000 580050 1690050
580100 1690000 580050 1689950 580000 1690000</gml:posList></gml:ArcString></gml:segments>
</gml:Curve></gml:curveMember></gml:Ring></gml:exterior></gml:PolygonPatch></gml:patches>
</gml:Surface></v:hinh></v:ThuaDat></gml:featureMember>
</v:FeatureCollection>"""


def test_a_gml_of_vilis_keeps_its_codes_and_draws_its_curves(tmp_path):
    (tmp_path / "thua.gml").write_text(CIRCLE, encoding="utf-8")
    source = readers.read(tmp_path / "thua.gml")
    assert source.had_curves
    assert source.frame.loc[0, ["soThua", "loaiDat"]].tolist() == ["012", "ODT+CLN"]
    assert source.frame["dienTich"].tolist() == [7853.98]
    assert source.frame.crs.to_epsg() == 5898
    # a circle of 50 m
    assert source.frame.area[0] == pytest.approx(np.pi * 50**2, rel=1e-3)
    # nothing is laid beside the file of the user
    assert [each.name for each in tmp_path.iterdir()] == ["thua.gml"]


def curved(layer, path):
    """Write circles in place of the parcels, which only the database itself can take."""
    layer.to_file(path, layer="parcels")
    places = [(580_000, 1_690_000), (580_050, 1_690_050), (580_100, 1_690_000)]
    places += [(580_050, 1_689_950), (580_000, 1_690_000)]
    ring = struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<dd", *each) for each in places)
    shape = b"GP\0\1" + struct.pack("<i", 5898) + struct.pack("<BII", 1, 10, 1) + ring
    with contextlib.closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE parcels SET geom = ?", (shape,))
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
        base.commit()
    return path


def test_curves_of_a_geopackage_are_drawn_and_told(layer, tmp_path):
    source = readers.read(curved(layer, tmp_path / "parcels.gpkg"))
    assert source.had_curves
    assert list(source.frame["mdsd"]) == list(layer["mdsd"])
    assert source.frame.area[0] == pytest.approx(np.pi * 50**2, rel=1e-3)


@pytest.mark.parametrize("code", [-1, 0])
def test_the_undefined_systems_of_a_geopackage_are_none(layer, tmp_path, code):
    layer.to_file(tmp_path / "a.gpkg", layer="a")
    with contextlib.closing(sqlite3.connect(tmp_path / "a.gpkg")) as base:
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            base.execute(f"UPDATE {table} SET srs_id = ?", (code,))  # noqa: S608 # our own names
        base.commit()
    assert readers.read(tmp_path / "a.gpkg").frame.crs is None


@pytest.mark.parametrize("ending", ["tab", "mif"])
def test_a_nonearth_table_of_mapinfo_declares_no_system(layer, tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        layer.set_crs(None, allow_override=True).to_file(path, driver="MapInfo File")
    assert readers.read(path).frame.crs is None


def test_measures_come_through_and_are_told(layer, tmp_path):
    corners = [(580_000, 1_690_000, 1), (580_100, 1_690_000, 2), (580_100, 1_690_100, 3)]
    text = ", ".join(f"{x} {y} {m}" for x, y, m in [*corners, corners[0]])
    shape = shapely.from_wkt(f"POLYGON M (({text}))")
    layer.set_geometry([shape, shape], crs=layer.crs).to_parquet(tmp_path / "a.parquet")
    source = readers.read(tmp_path / "a.parquet")
    assert source.had_m
    assert not source.had_z


@pytest.mark.parametrize("name", ["one.geojsonl", "one.json"])
def test_one_line_and_a_long_line_are_read_too(name, tmp_path):
    ring = [[108 + at / 1e5, 15] for at in range(9_000)] + [[108, 15.1], [108, 15]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"mdsd": "LUC"}, "geometry": shape}
    (tmp_path / name).write_text(json.dumps(feature) + "\n", encoding="utf-8")
    assert readers.read(tmp_path / name).frame["mdsd"].tolist() == ["LUC"]


def test_gml_that_names_latitude_first_lands_at_its_place(layer, tmp_path):
    layer.to_crs("EPSG:4326").to_file(tmp_path / "parcels.gml", driver="GML")
    assert "EPSG::4326" in (tmp_path / "parcels.gml").read_text(encoding="utf-8")
    west, south, east, north = readers.read(tmp_path / "parcels.gml").frame.total_bounds
    assert 108 < west < east < 109
    assert 15 < south < north < 16


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>"""
FOLDER = """<Folder><name>{name}</name><Placemark><name>Thửa 12</name>
<description>{description}</description>
<ExtendedData><Data name="LoaiDat"><value>ODT+CLN</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>108.7,15.2 108.701,15.2 108.701,15.201
 108.7,15.2</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>"""


@pytest.fixture
def kml(tmp_path):
    """Return a function that writes a KML file of folders: name and description."""

    def write_folders(*folders):
        said = "".join(FOLDER.format(name=name, description=words) for name, words in folders)
        path = tmp_path / "earth.kml"
        path.write_text(KML.format(folders=said), encoding="utf-8")
        return path

    return write_folders


def test_folders_of_kml_are_layers_found_without_case_and_accents(kml):
    path = kml(("Hiện trạng", "lúa"), ("Quy hoạch", "vườn"))
    with pytest.raises(readers.SourceError, match=r"2 layers \(Hiện trạng, Quy hoạch\)"):
        readers.read(path)
    source = readers.read(path, layer="QUY HOACH")
    assert source.layer == "Quy hoạch"
    assert source.frame["LoaiDat"].tolist() == ["ODT+CLN"]
    assert source.frame["Name"].tolist() == ["Thửa 12"]
    assert source.frame["description"].tolist() == ["vườn"]
    assert source.findings.empty


def test_a_description_in_html_is_left_out_and_told(kml):
    source = readers.read(kml(("Đất", "&lt;table&gt;&lt;tr&gt;&lt;td&gt;LUC&lt;/td&gt;")))
    assert source.frame["description"].isna().all()
    assert list(source.findings["rule_id"]) == ["reading.html-description"]
    assert "1 phần mô tả" in source.findings["message_vi"][0]


# as ArcGIS writes it: a title, and a table in the table
BALLOON = """<![CDATA[<html><body><table border="1"><tr style="x"><td>Thửa 12</td></tr><tr><td>
<table><tr><td>Mã đất</td><td>{code}</td></tr><tr bgcolor="#D4E4F3"><td>NAME</td><td>Lô &amp; 1</td>
</tr><tr><td>Chủ sử dụng</td><td>Nguyễn Văn A</td></tr><tr><td>Ghi chú<td>&lt;Null&gt;</tr></table>
</td></tr></table></body></html>]]>"""


def test_attributes_in_the_table_of_a_description_are_columns(kml):
    source = readers.read(kml(("Đất", BALLOON.format(code="LUC"))))
    (row,) = source.frame.drop(columns="geometry").to_dict("records")
    assert row["Mã đất"] == "LUC"
    assert (row["Name"], row["NAME_2"]) == ("Thửa 12", "Lô & 1")
    assert row["Chủ sử dụng"] == "Nguyễn Văn A"
    assert pd.isna(row["Ghi chú"])
    assert pd.isna(row["description"])
    assert list(source.findings["rule_id"]) == ["reading.html-attributes"]
    assert "Mã đất, NAME_2, Chủ sử dụng, Ghi chú" in source.findings["message_vi"][0]


@pytest.mark.parametrize(
    "page",
    [
        "<table>" + "<tr><td>" * 10_000,
        "".join(f"<tr><td>a{number}</td><td>1</td></tr>" for number in range(301)),
        "<tr><td>mdsd</td><td>LUC</td></tr>" + "<b></b>" * 20_000,
    ],
)
def test_a_description_without_end_or_measure_is_left_out(kml, page):
    source = readers.read(kml(("Đất", f"<![CDATA[{page}]]>")))
    assert list(source.findings["rule_id"]) == ["reading.html-description"]


def test_a_table_beside_the_map_is_no_layer(layer, tmp_path):
    layer.to_file(tmp_path / "a.gpkg", layer="hiện trạng")
    styles = pd.DataFrame({"styleQML": ["<qgis/>"]})
    pyogrio.write_dataframe(styles, tmp_path / "a.gpkg", layer="layer_styles", append=True)
    assert readers.read(tmp_path / "a.gpkg").layer == "hiện trạng"


def test_layer_names_that_differ_in_accents_only_must_be_written_out(layer, tmp_path):
    for name in ("Bình Thạnh", "Bình Thanh"):
        layer.to_file(tmp_path / "two.gpkg", layer=name)
    assert readers.read(tmp_path / "two.gpkg", layer="Bình Thanh").layer == "Bình Thanh"
    with pytest.raises(readers.SourceError, match="no layer 'binh thanh'"):
        readers.read(tmp_path / "two.gpkg", layer="binh thanh")
