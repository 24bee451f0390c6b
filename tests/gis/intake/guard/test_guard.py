"""Hostile and broken files are refused in one sentence; honest ones pass untouched."""

import os
import socket
import time
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import box

from gis.errors import SourceError
from gis.intake import guard
from gis.settings import IntakeSettings
from gis.workspace import Workspace

LIMITS = IntakeSettings()
EVERY_FORMAT = (
    *("geojson", "gpkg", "shp", "parquet", "fgb", "kml", "gml", "dxf", "mif", "tab", "csv"),
    *("xlsx", "zip", "kmz"),
)


# --- honest files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", EVERY_FORMAT)
def test_an_honest_file_of_every_format_passes_and_stays_as_it_is(ending, written, tmp_path):
    path = written(ending)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    guard.admit(path, LIMITS)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", ["zip", "kmz"])
def test_an_honest_archive_is_unpacked_into_a_folder_that_is_gone_afterwards(ending, written):
    path = written(ending)
    with guard.unpacked(path, LIMITS) as folder:
        inner = next(iter([*folder.glob("*.shp"), *folder.glob("*.kml")]))
        assert inner.stem == "thửa_đất"
        assert len(pyogrio.read_dataframe(inner)) == 4
    assert not folder.exists()


def test_a_missing_and_an_empty_file_are_left_to_their_reader(tmp_path):
    guard.admit(tmp_path / "none.gpkg", LIMITS)
    (tmp_path / "empty.gpkg").touch()
    guard.admit(tmp_path / "empty.gpkg", LIMITS)


def test_a_link_of_the_users_own_is_followed(written, tmp_path):
    link = tmp_path / "link.gpkg"
    link.symlink_to(written("gpkg"))
    guard.admit(link, LIMITS)


def test_a_filegdb_folder_passes_and_a_pipe_in_it_does_not(refusal, tmp_path, parcels):
    folder = tmp_path / "dat.gdb"
    parcels[["chu", "geometry"]].to_file(folder, driver="OpenFileGDB", layer="thua")
    guard.admit(folder, LIMITS)
    os.mkfifo(folder / "a00000099.gdbtable")
    assert "pipe" in refusal(folder)
    few = IntakeSettings(max_members=3)
    assert "more than 3 files" in refusal(folder, few)


# --- what is no file, or too large a one ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["fifo", "socket", "part"])
def test_a_pipe_or_socket_is_refused_without_waiting(refusal, kind, tmp_path, written):
    path = tmp_path / "a.geojson"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    else:
        path = written("shp")
        path.with_suffix(".dbf").unlink()
        os.mkfifo(path.with_suffix(".dbf"))
    assert "no regular file" in refusal(path)


def test_the_null_device_is_refused(refusal, tmp_path):
    path = tmp_path / "a.gpkg"
    path.symlink_to("/dev/zero")
    assert "device" in refusal(path)


def test_a_sparse_file_of_ten_gigabytes_is_refused_at_once(refusal, tmp_path):
    path = tmp_path / "a.gpkg"
    with path.open("wb") as stream:
        stream.truncate(10 << 30)
    start = time.monotonic()
    assert "10,240 MB, more than 4,096" in refusal(path)
    assert time.monotonic() - start < 1


def test_the_parts_of_a_shapefile_count_too(refusal, written):
    path = written("shp")
    with path.with_suffix(".dbf").open("r+b") as stream:
        stream.truncate(5 << 30)
    assert "5,120 MB" in refusal(path)


def test_a_projection_file_of_megabytes_is_refused(refusal, written):
    path = written("shp")
    path.with_suffix(".prj").write_bytes(b" " * (2 << 20))
    assert "thửa_đất.prj is damaged: it is far too large" in refusal(path)


@pytest.mark.parametrize("ending", ["kml", "geojson", "gml", "csv", "gpkg", "dxf", "shp", "tif"])
@pytest.mark.parametrize(
    "content",
    [
        "<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/hosts</SrcDataSource>",
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read secret.shp"}',
        "<OGRWFSDataSource><URL>http://example.org</URL></OGRWFSDataSource>",
    ],
)
def test_a_list_of_other_sources_is_refused_under_every_ending(refusal, content, ending, tmp_path):
    path = tmp_path / f"a.{ending}"
    path.write_text(content, encoding="utf-8")
    assert "is a list of other sources" in refusal(path)


@pytest.mark.parametrize("ending", ["geojson", "csv", "dxf", "shp", "parquet", "fgb", "zip", "tab"])
def test_a_file_of_another_kind_than_its_ending_is_refused(refusal, ending, written, tmp_path):
    path = written("gpkg").rename(tmp_path / f"b.{ending}")
    assert f"does not begin as a .{ending} file" in refusal(path)


# --- what was read --------------------------------------------------------------------------------


def ring(count):
    angle = np.linspace(0, 2 * np.pi, count - 1, endpoint=False)
    return shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]))


def test_a_ring_of_a_million_vertices_is_refused_by_its_row():
    shapes = np.array([box(0, 0, 1, 1), None, shapely.Polygon(), ring(1_000_000)], dtype=object)
    with pytest.raises(
        SourceError, match=r"^Row 4: .* 1,000,000 vertices, more than 500,000"
    ) as caught:
        guard.admit_geometry(shapes, LIMITS)
    assert caught.value.vi.startswith("Dòng 4: ")


def test_a_long_ring_is_found_wherever_it_hides():
    hole = shapely.Polygon(ring(100).exterior.coords, [ring(51).exterior.coords])
    mixed = shapely.GeometryCollection([shapely.Point(0, 0), shapely.MultiPolygon([hole])])
    line = shapely.LineString(ring(100).exterior.coords)
    for shape in (hole, mixed, line, shapely.GeometryCollection([shapely.MultiLineString([line])])):
        guard.admit_geometry(np.array([shape]), IntakeSettings(max_ring_vertices=100))
        with pytest.raises(SourceError, match="100 vertices"):
            guard.admit_geometry(np.array([shape]), IntakeSettings(max_ring_vertices=99))


def test_many_short_rings_are_no_fault():
    many = shapely.multipolygons(shapely.box(np.arange(300) * 2.0, 0, np.arange(300) * 2.0 + 1, 1))
    guard.admit_geometry(np.array([many, None]), IntakeSettings(max_ring_vertices=5))


def test_more_shapes_than_allowed_are_refused():
    with pytest.raises(SourceError, match="3 rows, more than 2"):
        guard.admit_geometry(np.array([box(0, 0, 1, 1)] * 3), IntakeSettings(max_rows=2))


def test_time_that_runs_out_is_a_refusal(refusal, tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    assert "more than 0 seconds" in refusal(path, IntakeSettings(max_seconds=0))


# --- the whole door -------------------------------------------------------------------------------


def hostile_files(folder):
    """Yield one hostile file after the other, as an office might be sent it."""
    deep = folder / "deep.geojson"
    deep.write_text('{"type":"FeatureCollection","features":' + "[" * 100_000)
    yield deep
    laughs = folder / "laughs.kml"
    laughs.write_text('<!DOCTYPE k [<!ENTITY a "ha">]><kml>&a;</kml>')
    yield laughs
    sparse = folder / "sparse.gpkg"
    with sparse.open("wb") as stream:
        stream.truncate(10 << 30)
    yield sparse
    listing = folder / "listing.geojson"
    listing.write_text("<OGRVRTDataSource/>")
    yield listing
    for name, member in (("up.zip", "../../evil.shp"), ("bomb.zip", "a.shp")):
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, bytes(20 << 20))
        yield path
    blocks = folder / "blocks.dxf"
    insert = "  0\nINSERT\n  8\n0\n  2\nB\n 70\n9999\n 71\n9999\n"
    start = "  0\nSECTION\n  2\nBLOCKS\n  0\nBLOCK\n  2\nB\n  0\nLINE\n  0\nENDBLK\n  0\nENDSEC\n"
    body = f"  0\nSECTION\n  2\nENTITIES\n{insert}  0\nENDSEC\n  0\nEOF\n"
    blocks.write_text(start + body)
    yield blocks
    corner = np.linspace(0, 2 * np.pi, 600_000, endpoint=False)
    points = 1000 * np.column_stack([np.cos(corner), np.sin(corner)]) + (580_000, 1_690_000)
    ring_file = folder / "ring.parquet"
    shape = shapely.Polygon(points)
    gpd.GeoDataFrame({"mdsd": ["LUC"]}, geometry=[shape], crs=5898).to_parquet(ring_file)
    yield ring_file


def test_hostile_files_leave_a_workspace_as_it_was(tmp_path, land_use):
    space = Workspace.create(tmp_path / "space")
    (tmp_path / "in").mkdir()
    before = {each: each.read_bytes() for each in space.folder.rglob("*") if each.is_file()}
    for path in hostile_files(tmp_path / "in"):
        with pytest.raises(SourceError) as caught:
            space.add(land_use(path))
        assert caught.value.vi.endswith(".")
        assert {each: each.read_bytes() for each in space.folder.rglob("*") if each.is_file()} == (
            before
        )
    assert not (tmp_path / "evil.shp").exists()
