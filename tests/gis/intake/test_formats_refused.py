"""What is no map, or only looks like one, is called by its name, with what to do instead."""

import json
import zipfile

import geopandas as gpd
import pytest

from gis.errors import InputError, SourceError
from gis.intake import kinds, readers

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + b">\0\x03\0\xfe\xff\x09\0" + b"\0" * 480


def compound(stream):
    """Return an OLE file whose list of streams, in its first sector, names one."""
    entry = stream.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64
    return OLE[:512] + entry.ljust(512, b"\0")


FOREIGN = {
    "v8.dgn": (compound("Dgn~H"), "MicroStation V8 drawing", "save it as DGN V7"),
    "plan.dwg": (b"AC1027\0\0", "AutoCAD drawing", "save it as DXF"),
    "plan.dxf": (b"AC1027\0\0", "AutoCAD drawing", "save it as DXF"),
    "plan.pdf": (b"%PDF-1.7\n", "is a PDF", "printed from"),
    "base.mdb": (b"\0\x01\0\0Standard Jet DB\0", "Access database", "GeoPackage or shapefile"),
    "base.accdb": (b"\0\x01\0\0Standard ACE DB\0", "Access database", "GeoPackage"),
    "map.qgs": (b"<!DOCTYPE qgis>\n<qgis version='3'>", "is a project", "data files"),
    "map.mxd": (compound("Maps"), "is a project", "data files"),
    "all.rar": (b"Rar!\x1a\x07\0", "archive that is not unpacked", "unpack it"),
    "all.7z": (b"7z\xbc\xaf\x27\x1c", "archive that is not unpacked", "unpack it"),
    "all.zip": (b"Rar!\x1a\x07\0", "archive that is not unpacked", "unpack it"),
    "all.gz": (b"\x1f\x8b\x08", "archive that is not unpacked", "unpack it"),
    "look.lyr": (compound("Version"), "layer style", "data file"),
    "look.lyrx": (b'{"type":"CIMLayerDocument"}', "layer style", "data file"),
    "look.qml": (b"<qgis styleCategories='All'>", "layer style", "data file"),
    "scan.tif": (b"II*\0", "is an image", "vung import terrain"),
    "scan.jpg": (b"\xff\xd8\xff\xe0", "is an image", "import the polygons"),
    "data.shp": (b"<!DOCTYPE html><html>404</html>", "web page", "download"),
    "data.geojson": (b"  <html><body>Login</body></html>", "web page", "download"),
    "topo.json": (b'{"type": "Topology", "objects": {}}', "TopoJSON", "GeoJSON or GeoPackage"),
    "esri.json": (b'{"geometryType":"esriGeometryPolygon"}', "ESRI JSON", "QGIS or ArcGIS"),
    "esri.geojson": (b'{"features":[{"geometry":{"rings":[[[1,2]]]}}]}', "ESRI JSON", "QGIS"),
    "list.vrt": (b"<OGRVRTDataSource></OGRVRTDataSource>", "refers to other files", "those files"),
    "list.gml": (b"<a/><OGRVRTDataSource/>", "refers to other files", "those files"),
    "note.doc": (compound("WordDocument"), "Office document", "XLSX"),
    "part.shx": (b"\0\0\x27\x0a", "in truth Shapefile|one part of a shapefile", "shp"),
    "part.dbf": (b"\x03", "one part of a shapefile", r"\.shp"),
    "part.dat": (b"\x03", "one part of a MapInfo table", r"\.tab or \.mif"),
}


@pytest.mark.parametrize("name", [*FOREIGN])
def test_a_foreign_file_is_called_by_its_name_with_the_remedy(name, tmp_path):
    content, what, remedy = FOREIGN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"File {name} .*(?:{what}).*{remedy}") as caught:
        readers.read(tmp_path / name)
    assert caught.value.vi != str(caught.value)
    assert caught.value.vi.startswith(f"Tệp {name} ")


@pytest.mark.parametrize(
    ("name", "member", "what"),
    [
        ("map.qgz", "map.qgs", "a project"),
        ("text.docx", "word/document.xml", "an Office document"),
        ("plan.zip", "word/document.xml", "an Office document"),
    ],
)
def test_a_zip_that_is_no_archive_of_maps_is_called_by_its_name(name, member, what, tmp_path):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(SourceError, match=f"File {name} is {what}"):
        readers.read(tmp_path / name)


def test_opendocument_is_refused_with_the_remedy(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(SourceError, match="OpenDocument file and is not read; save it as XLSX"):
        readers.read(tmp_path / "a.ods")


def test_a_file_under_a_wrong_ending_is_told_what_it_is(parcels, tmp_path):
    parcels.to_file(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").rename(tmp_path / "a.shp")
    with pytest.raises(SourceError, match=r"in truth GeoPackage, not Shapefile; rename it to a\.g"):
        readers.read(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "b.gpkg", "w") as archive:
        archive.write(tmp_path / "a.shp", "a.gpkg")
    with pytest.raises(SourceError, match=r"in truth ZIP, not GeoPackage; rename it to b\.zip"):
        readers.read(tmp_path / "b.gpkg")
    (tmp_path / "b.gpkg").rename(tmp_path / "b.zip")
    assert len(readers.read(tmp_path / "b.zip").frame) == 4


def test_drawings_are_told_apart_by_their_first_bytes(tmp_path):
    (tmp_path / "a.dgn").write_bytes(b"\x08\x09\xfe\x02" + b"\0" * 64)
    assert kinds.of(tmp_path / "a.dgn") == "DGN V7"


@pytest.mark.parametrize("part", [".dat", ".map", ".id"])
def test_a_mapinfo_table_without_a_part_is_refused(part, parcels, tmp_path):
    parcels.to_file(tmp_path / "a.tab", driver="MapInfo File", ENCODING="UTF-8")
    (tmp_path / f"a{part}").unlink()
    with pytest.raises(SourceError, match=rf"a\.tab lacks its part a\{part}; put all") as caught:
        readers.read(tmp_path / "a.tab")
    assert f"thiếu tệp đi kèm a{part}" in caught.value.vi


def test_a_mif_without_its_mid_is_refused(parcels, tmp_path):
    parcels.to_file(tmp_path / "a.mif", driver="MapInfo File")
    (tmp_path / "a.mid").unlink()
    with pytest.raises(SourceError, match=r"lacks its part a\.mid"):
        readers.read(tmp_path / "a.mif")


@pytest.mark.parametrize(
    "head",
    [
        (
            b'!table\n!version 300\n\nDefinition Table\n  Type NATIVE Charset "Neutral"\n'
            b'  Fields 1\n    a Char (10) ;\nbegin_metadata\n"\\IsSeamless" = "TRUE"\n'
        ),
        b'!table\n!version 100\n\nOpen Table "other" Hide\nCreate View x As Select * From other\n',
        b'!table\n!version 300\n\nDefinition Table\n  File "scan.tif"\n  Type "RASTER"\n',
    ],
)
def test_a_mapinfo_table_that_refers_to_others_is_refused(head, tmp_path):
    (tmp_path / "a.tab").write_bytes(head)
    with pytest.raises(SourceError, match="MapInfo table that refers to other data"):
        readers.read(tmp_path / "a.tab")


def test_a_damaged_drawing_is_refused(tmp_path):
    (tmp_path / "a.dgn").write_bytes(b"\x08\x09\xfe\x02" + b"\xff" * 64)
    (tmp_path / "a.dxf").write_bytes(b"  0\nSECTION\n  2\nENTITIES\n  0\nLINE\n")
    for name in ("a.dgn", "a.dxf"):
        with pytest.raises(InputError, match=f"File {name} cannot be read as|holds 0 lines"):
            readers.read(tmp_path / name)


def test_a_folder_that_only_ends_like_a_geodatabase_is_refused(tmp_path):
    (tmp_path / "a.gdb").mkdir()
    with pytest.raises(SourceError, match=r"a\.gdb cannot be read as FileGDB"):
        readers.read(tmp_path / "a.gdb")


def test_a_map_that_lists_other_sources_opens_none(parcels, tmp_path):
    parcels.to_file(tmp_path / "secret.gpkg")
    for word, content in (
        (
            "vrt",
            (
                f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{tmp_path}'
                "/secret.gpkg</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
            ),
        ),
        ("algorithm", json.dumps({"type": "gdal_streamed_alg", "command_line": "gdal vector x"})),
    ):
        for ending in (".geojson", ".json", ".kml", ".gml", ".mif", ".dxf", ".csv", ".txt"):
            path = tmp_path / f"{word}{ending}"
            path.write_text(content, encoding="utf-8")
            with pytest.raises(SourceError):
                readers.read(path)


def test_a_geojson_is_never_read_by_another_driver(tmp_path):
    # the words of a list of sources may stand far behind the place that is looked at
    far = {"type": "FeatureCollection", "name": "x" * 70_000, "features": []}
    content = json.dumps(far) + "<OGRVRTDataSource></OGRVRTDataSource>"
    (tmp_path / "a.geojson").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError):
        readers.read(tmp_path / "a.geojson")


def test_reading_leaves_no_file_beside_the_source(parcels, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    for name, options in (
        ("a.gml", {"driver": "GML"}),
        ("a.tab", {"driver": "MapInfo File", "ENCODING": "UTF-8"}),
        ("b.shp", {"encoding": "UTF-8"}),
        ("a.gpkg", {}),
        ("a.kml", {"driver": "LIBKML"}),
        ("a.gdb", {"driver": "OpenFileGDB"}),
    ):
        parcels[["mdsd", "geometry"]].to_crs("EPSG:4326").to_file(place / name, **options)
    (place / "a.xsd").unlink()
    before = {each: each.stat().st_mtime_ns for each in place.rglob("*")}
    for name in ("a.gml", "a.tab", "b.shp", "a.gpkg", "a.kml", "a.gdb"):
        assert len(readers.read(place / name).frame) == 4
    assert {each: each.stat().st_mtime_ns for each in place.rglob("*")} == before


def test_every_kind_has_its_words_in_both_languages():
    assert all(len(words) == 4 and all(words) for words in kinds._FOREIGN.values())
    assert set(kinds._BY_ENDING.values()) <= set(kinds._FOREIGN)


def test_an_empty_layer_is_refused(tmp_path):
    empty = gpd.GeoDataFrame({"a": []}, geometry=[], crs="EPSG:5898")
    empty.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(SourceError, match="holds no features"):
        readers.read(tmp_path / "a.parquet")
