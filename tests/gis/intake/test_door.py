"""Where a file lies and what shapes it holds: systems found or refused, rows kept or listed."""

import sqlite3

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from gis.errors import CrsError, GeometryTypeError

# --- coordinate systems -----------------------------------------------------------------------


def square(x, y, side):
    corners = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [corners]}


def test_grid_coordinates_in_geojson_are_refused_unless_the_system_is_named(geojson, land_use):
    path = geojson(({"mdsd": "LUC"}, square(580_000, 1_690_000, 100)))
    with pytest.raises(CrsError, match=r"like 580000, 1690000.*--crs") as caught:
        land_use(path)
    assert "không phải độ" in caught.value.vi
    checked = land_use(path, crs="EPSG:5898")
    assert checked.frame.area.iloc[0] == pytest.approx(10_000)
    assert checked.provenance["declared_crs"] == "EPSG:4326"
    assert checked.provenance["used_crs"] == "EPSG:5898"


def test_a_system_given_against_that_of_the_file_is_a_warning_that_names_both(
    parcels, tmp_path, land_use
):
    path = tmp_path / "grid.gpkg"
    parcels.to_file(path)
    listed = land_use(path, crs="EPSG:5899").findings
    (found,) = listed[listed["rule_id"] == "door.crs-overridden"].itertuples()
    assert (found.rule_id, found.severity) == ("door.crs-overridden", "warning")
    for words in (found.message_vi, found.message_en):
        assert "EPSG:5898" in words
        assert "EPSG:5899" in words
    assert "door.crs-overridden" not in set(land_use(path, crs="5898").findings["rule_id"])


def test_geojson_that_names_its_grid_is_taken_at_its_word(geojson, land_use):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::5898"}}
    path = geojson(({"mdsd": "LUC"}, square(580_000, 1_690_000, 100)), crs=crs)
    assert land_use(path).frame.area.iloc[0] == pytest.approx(10_000)


def test_latitude_before_longitude_is_refused_with_its_own_remedy(geojson, land_use):
    path = geojson(({"mdsd": "LUC"}, square(15.3, 108.7, 0.001)))
    with pytest.raises(CrsError, match=r"latitude before longitude.*swap its two axes") as caught:
        land_use(path)
    assert "vĩ độ trước kinh độ" in caught.value.vi


def test_a_map_of_another_country_comes_in_with_a_warning(geojson, land_use):
    checked = land_use(geojson(({"mdsd": "LUC"}, square(2.35, 48.85, 0.001))))
    assert list(checked.findings["rule_id"]) == ["door.outside-vietnam"]


def test_grid_coordinates_with_swapped_axes_come_in_with_a_warning(parcels, tmp_path, land_use):
    swapped = shapely.transform(parcels.geometry.values, lambda points: points[:, ::-1])
    path = tmp_path / "swapped.gpkg"
    parcels.set_geometry(gpd.GeoSeries(swapped, crs=parcels.crs)).to_file(path)
    assert "door.outside-vietnam" in set(land_use(path).findings["rule_id"])


@pytest.mark.parametrize("code", [6956, 6957, 6958, 6959])
def test_a_deprecated_system_is_refused_in_a_file_and_by_hand(code, parcels, tmp_path, land_use):
    path = tmp_path / "old.parquet"
    parcels.set_crs(code, allow_override=True).to_parquet(path)
    with pytest.raises(CrsError, match=f"EPSG:{code}.* is deprecated .*use EPSG:5898") as caught:
        land_use(path)
    assert "đã bị bãi bỏ" in caught.value.vi
    assert len(land_use(path, crs="EPSG:5898").frame) == 4
    with pytest.raises(CrsError, match="is deprecated"):
        land_use(path, crs=f"EPSG:{code}")


def test_gdal_does_not_put_another_system_in_the_place_of_a_deprecated_one(
    parcels, tmp_path, land_use
):
    path = tmp_path / "old.gpkg"
    parcels.to_file(path)
    connection = sqlite3.connect(path)
    with connection:
        for table in ("gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns"):
            connection.execute(f"UPDATE {table} SET srs_id = 6956 WHERE srs_id = 5898")  # noqa: S608
        connection.execute(
            "UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 6956, definition = ? "
            "WHERE srs_id = 6956",
            (pyproj.CRS(6956).to_wkt("WKT1_GDAL"),),
        )
    connection.close()
    with pytest.raises(CrsError, match="EPSG:6956"):
        land_use(path)
    assert pyogrio.get_gdal_config_option("OSR_USE_NON_DEPRECATED") is None


def test_a_name_that_is_no_system_is_refused(parcels, tmp_path, land_use):
    parcels.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(
        CrsError, match="'TM-3 491' is no coordinate system; give one like EPSG:5898"
    ):
        land_use(tmp_path / "a.parquet", crs="TM-3 491")


def test_wgs84_comes_in_by_the_official_shift_and_says_so(parcels, tmp_path, land_use):
    parcels.to_crs("EPSG:4326").to_file(tmp_path / "wgs84.gpkg")
    told = land_use(tmp_path / "wgs84.gpkg").provenance
    assert told["declared_crs"] == "EPSG:4326"
    assert told["target_crs"] == "EPSG:5898"
    assert "VN-2000 to WGS 84 (2) [INVERSE(EPSG):6960]" in told["transformation"]


# --- shapes -----------------------------------------------------------------------------------

CODE = {"mdsd": "LUC"}
AT = (108.7, 15.3)


def test_every_row_left_out_is_a_finding(geojson, land_use):
    good = square(*AT, 0.001)
    path = geojson(
        (CODE, good),
        (CODE, None),
        (CODE, {"type": "Point", "coordinates": [*AT]}),
        (CODE, {"type": "LineString", "coordinates": [[*AT], [108.8, 15.4]]}),
        (CODE, {"type": "GeometryCollection", "geometries": []}),
        (CODE, {"type": "Polygon", "coordinates": []}),
        (CODE, {"type": "Polygon", "coordinates": [[[*AT], [108.8, 15.3], [*AT], [*AT]]]}),
        (CODE, good),
    )
    checked = land_use(path)
    told = checked.provenance
    assert told["rows_read"] == 8
    assert list(checked.frame["source_row"]) == [1, 8]
    left_out = checked.findings
    assert set(left_out["rule_id"]) == {
        *("geometry.null", "geometry.empty", "geometry.wrong-dimension"),
        "geometry.collapsed-ring",
    }
    assert sorted(left_out["row"]) == [2, 3, 4, 5, 6, 7]
    assert told["rows_kept"] + len(left_out) == told["rows_read"]
    assert told["rows_left_out"] == len(left_out)
    assert set(left_out["severity"]) == {"error"}
    assert any("Dòng 3: điểm không có diện tích" in words for words in left_out["message_vi"])


@pytest.mark.parametrize(
    ("geometry", "kind", "vi"),
    [
        ({"type": "Point", "coordinates": [*AT]}, "Point", "điểm"),
        ({"type": "LineString", "coordinates": [[*AT], [109, 15]]}, "LineString", "đường"),
        (None, "empty", "hình rỗng"),
    ],
)
def test_a_file_without_any_polygon_is_refused(geometry, kind, vi, geojson, land_use):
    with pytest.raises(GeometryTypeError, match=f"no polygon with an area, only {kind}") as caught:
        land_use(geojson((CODE, geometry)))
    assert f"chỉ có {vi}" in caught.value.vi


def test_a_file_of_rings_that_go_around_nothing_is_refused_with_the_reasons(geojson, land_use):
    flat = {"type": "Polygon", "coordinates": [[[*AT], [108.8, 15.3], [*AT], [*AT]]]}
    places = np.random.default_rng(1).random((200, 2)) / 100 + AT
    scribble = {"type": "Polygon", "coordinates": [[*places.tolist(), places[0].tolist()]]}
    told = r"no row has an area: tangled ring \(1\), collapsed ring \(2\)"
    with pytest.raises(GeometryTypeError, match=told) as caught:
        land_use(geojson((CODE, flat), (CODE, scribble), (CODE, flat)))
    assert "vòng ranh rối (1), vòng ranh suy biến (2)" in caught.value.vi


def test_a_file_of_meaningless_coordinates_is_refused_with_the_reason(geojson, land_use):
    far = {"type": "Polygon", "coordinates": [[[0, 0], [1e300, 0], [1e300, 1e300], [0, 0]]]}
    with pytest.raises(GeometryTypeError, match=r"no row has an area: meaningless coordinates \(1"):
        land_use(geojson((CODE, far)), crs="EPSG:5898")


def test_a_corner_beyond_the_earth_leaves_its_row_out(geojson, land_use):
    far = {"type": "Polygon", "coordinates": [[[*AT], [1e300, 15], [109, 16], [*AT]]]}
    taken = land_use(geojson((CODE, far), (CODE, square(*AT, 0.001))))
    assert list(taken.frame["source_row"]) == [2]
    assert "geometry.invalid-coordinate" in set(taken.findings["rule_id"])


def test_two_columns_of_one_name_are_both_there(tmp_path, land_use):
    frame = gpd.GeoDataFrame(
        {"mdsd": ["LUC"], "mdsx": ["CLN"]}, geometry=[shapely.box(*AT, 109, 16)], crs=4326
    )
    frame.to_file(tmp_path / "a.shp")
    table = tmp_path / "a.dbf"
    table.write_bytes(table.read_bytes().replace(b"mdsx", b"mdsd"))
    taken = land_use(tmp_path / "a.shp")
    assert list(taken.frame["code"]) == ["LUC"]
    assert taken.provenance["columns_left_out"] == ["mdsd_2"]


def test_polygons_of_a_collection_are_kept_and_the_rest_is_mentioned(geojson, land_use):
    mixed = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Point", "coordinates": [*AT]},
            square(*AT, 0.001),
            {"type": "GeometryCollection", "geometries": [square(108.71, 15.3, 0.001)]},
        ],
    }
    checked = land_use(geojson((CODE, mixed)))
    assert list(checked.findings["rule_id"]) == ["geometry.collection"]
    (shape,) = checked.frame.geometry
    assert shape.geom_type == "MultiPolygon"
    assert len(shape.geoms) == 2


def test_heights_and_measures_are_dropped(parcels, tmp_path, land_use):
    high = shapely.force_3d(parcels.geometry.values, z=55.0)
    path = tmp_path / "high.gpkg"
    parcels.set_geometry(gpd.GeoSeries(high, crs=parcels.crs)).to_file(path)
    frame = land_use(path).frame
    assert not frame.has_z.any()
    assert list(frame.area) == pytest.approx([10_000.0] * 4)


def test_geojson_with_heights_lands_in_the_same_place(geojson, land_use):
    flat = square(*AT, 0.001)
    high = {"type": "Polygon", "coordinates": [[[*p, 55.0] for p in flat["coordinates"][0]]]}
    plane, raised = (
        land_use(geojson((CODE, shape), name=name)).frame.geometry.iloc[0]
        for shape, name in ((flat, "flat.geojson"), (high, "high.geojson"))
    )
    assert raised.hausdorff_distance(plane) < 1e-3


def test_coordinates_that_are_no_numbers_leave_the_row_out(parcels, tmp_path, land_use):
    with np.errstate(invalid="ignore"):
        odd = shapely.polygons(
            [[580_000, 1_690_000], [580_100, np.nan], [580_100, 1_690_100], [580_000, 1_690_000]]
        )
    path = tmp_path / "nan.parquet"
    parcels.set_geometry(
        gpd.GeoSeries([odd, *parcels.geometry.iloc[1:]], crs=parcels.crs)
    ).to_parquet(path)
    checked = land_use(path)
    assert list(checked.frame["source_row"]) == [2, 3, 4]
    listed = checked.findings
    (found,) = listed[listed["rule_id"].str.startswith("geometry.")].itertuples()
    assert (found.rule_id, found.row) == ("geometry.invalid-coordinate", 1)


def test_a_bow_tie_is_repaired_and_its_change_of_area_stated(hectare, tmp_path, land_use):
    west, south, east, north = hectare(0).bounds
    tie = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    path = tmp_path / "tie.gpkg"
    gpd.GeoDataFrame({"mdsd": ["LUC", "LUC"]}, geometry=[tie, hectare(2)], crs="EPSG:5898").to_file(
        path
    )
    checked = land_use(path)
    # the two triangles of the tie are each a quarter of the hectare; their signed areas cancel
    assert checked.frame.area.iloc[0] == pytest.approx(5_000)
    (found,) = checked.findings.itertuples()
    assert (found.rule_id, found.row) == ("geometry.self-intersection", 1)
    assert found.severity == "warning"
    assert found.effect_m2 == pytest.approx(5_000)
    assert "+5.000,000 m² (từ 0,000 thành 5.000,000)" in found.message_vi
    assert "không hợp lệ (tự cắt tại 58" in found.message_vi
    assert list(checked.frame["fault"].fillna("")) == ["repaired-ring", ""]
    assert checked.provenance["rings_repaired"] == 1


def test_a_repair_that_changes_nothing_says_so(hectare, tmp_path, land_use):
    # a spike goes out and comes back on itself: it has no area
    west, south, east, north = hectare(0).bounds
    out = (east + 10, south)
    spike = shapely.Polygon(
        [(west, south), (east, south), out, (east, south), (east, north), (west, north)]
    )
    path = tmp_path / "spike.gpkg"
    gpd.GeoDataFrame({"mdsd": ["LUC"]}, geometry=[spike], crs="EPSG:5898").to_file(path)
    (found,) = land_use(path).findings.itertuples()
    assert "diện tích không đổi (10.000,000 m²)" in found.message_vi
    assert "area unchanged (10,000.000 m²)" in found.message_en


def test_a_polygon_of_many_parts_stays_one_row(hectare, tmp_path, land_use):
    shape = shapely.MultiPolygon([hectare(0), hectare(5)])
    path = tmp_path / "multi.gpkg"
    gpd.GeoDataFrame({"mdsd": ["LUC"]}, geometry=[shape], crs="EPSG:5898").to_file(path)
    frame = land_use(path).frame
    assert len(frame) == 1
    assert frame.area.iloc[0] == pytest.approx(20_000)
