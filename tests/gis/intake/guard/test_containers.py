"""Binary files are held to what they say of themselves."""

import sqlite3
import struct
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from gis.errors import SourceError
from gis.intake import guard, nesting
from gis.settings import IntakeSettings

LIMITS = IntakeSettings()


# --- shapefiles -----------------------------------------------------------------------------------


def patch(path, at, layout, value):
    raw = bytearray(path.read_bytes())
    struct.pack_into(layout, raw, at, value)
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("part", "field", "value", "said"),
    [
        (".shp", (24, ">i"), 1_000_000, "shorter than its header"),
        (".shp", (24, ">i"), -5, "shorter than its header"),
        (".shx", (24, ">i"), 1_000_000, "shorter than its header"),
        (".shx", (100, ">i"), 1_000_000, "points out of the .shp"),
        (".shx", (104, ">i"), 2**30, "points out of the .shp"),
        (".shx", (104, ">i"), -1, "points out of the .shp"),
        (".dbf", (4, "<I"), 1_000, "shorter than its header"),
        (".dbf", (4, "<I"), 2**32 - 1, "4,294,967,295 rows, more than"),
        (".dbf", (4, "<I"), 3, "4 shapes and its .dbf 3 rows"),
        (".dbf", (8, "<H"), 65_535, "shorter than its header"),
        (".dbf", (8, "<H"), 8, "shorter than its header"),
        (".dbf", (10, "<H"), 65_535, "shorter than its header"),
        (".dbf", (10, "<H"), 0, "shorter than its header"),
        (".dbf", (10, "<H"), 3, "do not fit into its rows"),
        (".dbf", (32 + 16, "B"), 255, "do not fit into its rows"),
    ],
)
def test_a_shapefile_whose_header_lies_is_refused(refusal, part, field, value, said, written):
    path = written("shp")
    patch(path.with_suffix(part), *field, value)
    assert said in refusal(path)


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("length", [3, 50, 101, 120])
def test_a_shapefile_that_breaks_off_is_refused(refusal, part, length, written):
    file = written("shp").with_suffix(part)
    file.write_bytes(file.read_bytes()[:length])
    assert refusal(file.with_suffix(".shp"))


def test_a_table_without_an_end_of_its_fields_is_refused(refusal, written):
    path = written("shp")
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[struct.unpack_from("<H", raw, 8)[0] - 1] = 0x20
    table.write_bytes(raw)
    assert "do not fit" in refusal(path)


# --- GeoPackage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [60, 5_000, -1])
def test_a_geopackage_that_breaks_off_is_refused(refusal, length, written):
    path = written("gpkg")
    path.write_bytes(path.read_bytes()[:length])
    assert "shorter than its header" in refusal(path)


def test_a_geopackage_with_impossible_pages_is_refused(refusal, written):
    path = written("gpkg")
    patch(path, 16, ">H", 1000)
    assert "pages of 1000 bytes" in refusal(path)


def test_a_log_that_is_none_is_refused(refusal, written):
    path = written("gpkg")
    path.with_name(f"{path.name}-wal").write_bytes(b"x" * 64)
    assert "-wal is damaged" in refusal(path)


def test_a_geopackage_of_noise_is_refused(refusal, written):
    path = written("gpkg")
    raw = bytearray(path.read_bytes())
    raw[100:] = bytes(255 for _ in raw[100:])
    path.write_bytes(raw)
    assert "contradict" in refusal(path)


def endless(path, query):
    with sqlite3.connect(path) as base:
        base.execute(f"CREATE VIEW endless AS {query}")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "VALUES ('endless', 'features', 'endless', 0)"
        )
    base.close()


def test_a_view_without_end_is_refused(refusal, written):
    path = written("gpkg")
    endless(path, "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c")
    assert "1,001 rows, more than 1,000" in refusal(path, IntakeSettings(max_rows=1000))


def test_a_view_that_thinks_for_ever_is_refused_in_time(refusal, written):
    path = written("gpkg")
    endless(
        path,
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c "
        "WHERE x < 0",
    )
    start = time.monotonic()
    assert "more than 0.5 seconds" in refusal(path, IntakeSettings(max_seconds=0.5))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("value", ["hex(zeroblob(400000000))", "hex(zeroblob(2000000))"])
def test_values_that_swell_when_they_are_read_are_refused(refusal, written, value):
    limits = IntakeSettings(max_unpacked_mb=3)
    path = written("gpkg")
    endless(path, f"SELECT {value} AS large FROM gpkg_spatial_ref_sys")  # noqa: S608 (our own)
    assert "unpacks to more than 3 MB" in refusal(path, limits)
    path.unlink()
    path = written("gpkg")
    with sqlite3.connect(path) as base:
        (name,) = base.execute("SELECT table_name FROM gpkg_contents").fetchone()
        base.execute(f'ALTER TABLE "{name}" ADD COLUMN large GENERATED ALWAYS AS ({value}) VIRTUAL')
    base.close()
    assert "unpacks to more than 3 MB" in refusal(path, limits)
    guard.admit(written("fgb"), limits)


# --- shapes within shapes -------------------------------------------------------------------------


def nested(depth, *, order="<", code=7, beside=False):
    """Return collections within collections in WKB, the innermost holding a point."""
    mark = b"\1" if order == "<" else b"\0"
    point = mark + struct.pack(f"{order}I2d", 1, 1.0, 2.0)
    opening = mark + struct.pack(f"{order}II", code, 2 if beside else 1)
    return (opening + (point if beside else b"")) * depth + point


def hold(path, raw):
    """Put raw WKB into every row of a GeoPackage."""
    with sqlite3.connect(path) as base:
        names = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            base.execute(f'DROP TRIGGER "{name}"')
        table, column = base.execute(
            "SELECT table_name, column_name FROM gpkg_geometry_columns"
        ).fetchone()
        blob = b"GP\0\1" + struct.pack("<i", 5898) + raw
        base.execute(f'UPDATE "{table}" SET "{column}" = ?', (blob,))  # noqa: S608 (its own names)
    base.close()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("code", [4, 6, 7, 1007, 0x8000_0007])
@pytest.mark.parametrize("beside", [False, True])
def test_shapes_within_shapes_are_refused_in_a_geopackage(refusal, order, code, beside, written):
    path = written("gpkg")
    hold(path, nested(100_000, order=order, code=code, beside=beside and code < 1000))
    assert "nested more than 64 deep" in refusal(path)


def test_shapes_within_shapes_are_refused_in_a_geoparquet(refusal, written):
    path = written("parquet")
    frame = pd.read_parquet(path)
    frame["geometry"] = nested(100_000, beside=True)
    frame.to_parquet(path)
    assert "nested more than 64 deep" in refusal(path)


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_many_polygons_of_many_corners_pass(ending, written, parcels):
    circles = shapely.buffer(shapely.points(np.arange(0, 4000, 10.0), 0.0), 4, quad_segs=30)
    whole = shapely.multipolygons(circles)
    mixed = shapely.GeometryCollection([whole, shapely.MultiPoint([(0, 0), (1, 1)])])
    frame = parcels.set_geometry([whole, mixed, whole, None], crs=parcels.crs)
    guard.admit(written(ending, frame=frame), LIMITS)


@pytest.mark.parametrize(("depth", "deep"), [(64, False), (65, True)])
def test_the_depth_of_shapes_is_counted_exactly(depth, deep):
    assert nesting.wkb_is_deep(nested(depth), 64) is deep
    assert nesting.wkb_is_deep(nested(depth, beside=True, order=">"), 64) is deep


@pytest.mark.parametrize(
    "raw", [b"", b"\1", b"\1\7\0\0\0\xff\xff\xff\xff", b"\1\x63\0\0\0\1\0\0\0"]
)
def test_broken_shapes_are_left_to_the_parser(raw):
    assert nesting.wkb_is_deep(raw, 64) is False


@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_every_dialect_of_shapes_is_walked_through(flavor):
    parts = [box(0, 0, 9, 9).difference(box(1, 1, 2, 2)), shapely.Point(1, 2), box(0, 0, 1, 1)]
    deep = shapely.GeometryCollection([shapely.GeometryCollection(parts)])
    solid = shapely.force_3d(deep)
    for shape in (deep, solid, shapely.set_srid(solid, 4326)):
        raw = shapely.to_wkb(shape, flavor=flavor, include_srid=flavor == "extended")
        assert nesting.wkb_is_deep(raw, 1)
        assert not nesting.wkb_is_deep(raw, 2)


@pytest.mark.parametrize("beside", ["", "POINT(1 2),", "POINT(1 2),\n"])
def test_shapes_within_shapes_are_refused_in_a_table_of_text(refusal, beside, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        f'id,wkt\n1,"{f"GeometryCollection Z ({beside}" * 100_000}POINT(1 2){")" * 100_000}"\n'
    )
    assert "nested more than 64 deep" in refusal(path)


def test_a_million_open_brackets_take_no_time(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("GEOMETRYCOLLECTION(" + "(" * 1_000_000 + ")" * 500_000)
    start = time.monotonic()
    guard.admit(path, LIMITS)
    assert time.monotonic() - start < 10


def test_many_shallow_collections_and_stray_brackets_pass_in_a_table_of_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,wkt\n" + '(1,"GEOMETRYCOLLECTION(POINT(1 2))"\n' * 500)
    guard.admit(path, LIMITS)


# --- other binary files ---------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.2, 0.7, 0.99])
@pytest.mark.parametrize("ending", ["parquet", "fgb"])
def test_a_parquet_or_flatgeobuf_that_breaks_off_is_refused(refusal, ending, share, written):
    path = written(ending)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    assert "is damaged" in refusal(path)


def test_a_parquet_with_noise_inside_is_refused(refusal, written):
    path = written("parquet")
    raw = bytearray(path.read_bytes())
    raw[4:400] = b"\xff" * 396
    path.write_bytes(raw)
    assert "contradicts itself" in refusal(path)


def test_a_parquet_that_swells_is_refused_before_it_fills_the_memory(refusal, tmp_path):
    path = tmp_path / "a.parquet"
    # one long text in a dictionary, and a million rows that point to it
    rows = pa.DictionaryArray.from_arrays(np.zeros(1_000_000, dtype=np.int8), ["x" * 100_000])
    pq.write_table(pa.table({"a": rows}), path, store_schema=False)
    assert path.stat().st_size < 200_000
    assert "unpacks to more than 300 MB" in refusal(path, IntakeSettings(max_unpacked_mb=300))


@pytest.mark.parametrize("ending", ["parquet", "fgb", "shp"])
def test_more_rows_than_allowed_are_refused_before_they_are_read(refusal, ending, written):
    assert "4 rows, more than 3" in refusal(written(ending), IntakeSettings(max_rows=3))


@pytest.mark.parametrize("count", [1, 2, 16, 17, 256, 257, 300])
@pytest.mark.parametrize("indexed", ["YES", "NO"])
def test_a_flatgeobuf_of_any_size_is_admitted(tmp_path, count, indexed):
    boxes = [box(at, 0, at + 1, 1) for at in range(count)]
    frame = gpd.GeoDataFrame({"a": range(count)}, geometry=boxes, crs=5898)
    frame.to_file(tmp_path / "a.fgb", driver="FlatGeobuf", SPATIAL_INDEX=indexed)
    guard.admit(tmp_path / "a.fgb", LIMITS)


@given(st.data())
def test_a_flatgeobuf_with_any_byte_changed_is_admitted_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("fgb") / "a.fgb"
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=5898)
    frame.to_file(path, driver="FlatGeobuf")
    raw = bytearray(path.read_bytes())
    raw[data.draw(st.integers(4, 200))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        guard.admit(path, LIMITS)
    except SourceError as fault:
        assert str(fault).endswith(".")  # noqa: PT017 (either outcome is right)
