"""The schematic district as committed: figures, coverage, notices, and that it can be rebuilt."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis import shipped

SAMPLE = shipped.path("sample")
ZONES = shipped.path("zones", "zones.geojson")
REFERENCE = shipped.path("reference")
CRS = "EPSG:5898"
HECTARE_M2 = 10_000.0
NOTICE_VI = "minh họa, không có giá trị pháp lý"
NOTICE_EN = "schematic, not a legal record"
VECTOR_FILES = (
    "communes",
    "land_use_2020",
    "land_use_plan_2030",
    "general_plan_2030",
    "constraints",
)
LAND_FILES = VECTOR_FILES[1:4]
OUTSIDE_DISTRICT = "21187"

# members of the communes of 2025, from 1677/NQ-UBTVQH15 Art. 1 items 5-9
MERGERS = {
    "21085": {"21058", "21064", "21085"},
    "21100": {"21106", "21100"},
    "21040": {"21040", "21046", "21052", "21070", "21055", "21082", "21088"},
    "21061": {"21043", "21049", "21061", "21067", "21079", "21073"},
    "21109": {"21103", "21091", "21109", "21112", "21187"},
}
# hectares of the 22 communes on 31/12/2016, statistical yearbook of the province, page 13
CLASS_TOTALS = {
    "agricultural production": ({"LUC", "LUK", "LUN", "BHK", "NHK", "HNK", "CLN"}, 25_293.84),
    "forestry": ({"RSX", "RPH", "RDD"}, 11_181.90),
    "homestead": ({"ONT", "ODT"}, 1_748.14),
}
SPECIALLY_USED_HA = 5_126.22


# --- every file -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VECTOR_FILES)
def test_every_layer_is_in_the_grid_of_the_province_and_says_it_is_schematic(layers, name):
    table = layers[name]
    assert table.crs.to_epsg() == 5898
    assert set(table["notice_vi"]) == {NOTICE_VI}
    assert set(table["notice_en"]) == {NOTICE_EN}


@pytest.mark.parametrize("name", VECTOR_FILES)
def test_every_polygon_is_valid_and_not_empty(layers, name):
    shapes = layers[name].geometry
    assert shapes.is_valid.all()
    assert (shapes.area > 0.0).all()
    assert set(shapes.geom_type) <= {"Polygon", "MultiPolygon"}


@pytest.mark.parametrize("name", VECTOR_FILES)
def test_coordinates_lie_on_a_quarter_metre_so_that_neighbours_share_them(layers, name):
    coordinates = shapely.get_coordinates(layers[name].geometry.array)
    assert np.array_equal(coordinates * 4.0, np.round(coordinates * 4.0))


def test_all_files_together_stay_small():
    size = sum(file.stat().st_size for file in SAMPLE.rglob("*") if "__pycache__" not in file.parts)
    assert size < 6_000_000


def test_the_land_use_layers_hold_thousands_of_polygons(layers):
    assert sum(len(layers[name]) for name in LAND_FILES) >= 3_000
    assert min(len(layers["land_use_2020"]), len(layers["land_use_plan_2030"])) >= 3_000


# --- communes ---------------------------------------------------------------------------------


def test_there_are_23_communes_to_june_2025_and_five_since(old, new):
    assert len(old) == 23
    assert set(old["valid_from"]) == {"2020-02-01"}
    assert set(new.index) == set(MERGERS)
    assert set(new["valid_from"]) == {"2025-07-01"}


def test_names_are_those_of_the_reference_table(old, new, rows_of):
    rows = {(row["code"], row["valid_from"]): row for row in rows_of(REFERENCE / "communes.csv")}
    for table, start in ((old, "2020-02-01"), (new, "2025-07-01")):
        for code, name in table["name"].items():
            row = rows[code, start]
            assert name.casefold() == f"{row['kind']} {row['name']}".casefold()


def test_every_old_commune_is_one_part_of_about_its_published_area(old, published):
    assert set(old.geometry.geom_type) == {"Polygon"}
    for code, shape in old.geometry.items():
        area_m2 = float(published[code]["area_km2_geodesic"]) * 1e6
        assert shape.area == pytest.approx(area_m2, rel=0.015), code


def test_every_old_commune_lies_where_it_is_published_to_lie(old, published):
    places = gpd.GeoSeries.from_xy(
        [float(published[code]["centroid_lon"]) for code in old.index],
        [float(published[code]["centroid_lat"]) for code in old.index],
        index=old.index,
        crs="EPSG:4326",
    ).to_crs(CRS)
    away_m = old.geometry.centroid.distance(places)
    assert away_m.max() < 1_000.0


def test_all_listed_neighbours_touch_along_a_line(old, rows_of):
    pairs = {
        tuple(sorted((row["code"], other)))
        for row in rows_of(SAMPLE / "inputs" / "communes_2020.csv")
        for other in row["neighbours"].split()
    }
    assert len(pairs) == 45
    for one, other in pairs:
        border = old.geometry[one].boundary.intersection(old.geometry[other].boundary)
        assert border.length > 100.0, (one, other)


def test_the_inputs_carry_the_figures_of_the_reference_table(published, rows_of):
    for row in rows_of(SAMPLE / "inputs" / "communes_2020.csv"):
        same = published[row["code"]]
        assert float(row["area_km2"]) == float(same["area_km2_geodesic"])
        assert row["centroid_lon"] == same["centroid_lon"]
        assert row["centroid_lat"] == same["centroid_lat"]
        assert set(row["neighbours"].split()) <= set(same["neighbours"].split())


def test_the_communes_fill_the_published_outline(old, rows_of):
    corners = rows_of(SAMPLE / "inputs" / "outline_points.csv")
    places = gpd.GeoSeries.from_xy(
        [float(row["lon"]) for row in corners],
        [float(row["lat"]) for row in corners],
        crs="EPSG:4326",
    ).to_crs(CRS)
    edge = shapely.coverage_union_all(old.geometry.array).exterior
    # corners are rounded to the grid; the line between them wanders but keeps the area
    assert places.distance(edge).max() < 0.5
    outline = shapely.Polygon(shapely.get_coordinates(places.array))
    assert old.geometry.area.sum() == pytest.approx(outline.area, rel=1e-5)


def test_the_communes_leave_no_gap_and_no_overlap(old, new):
    for table in (old, new):
        shapes = table.geometry.array
        assert shapely.coverage_is_valid(shapes)
        whole = shapely.union_all(shapes)
        assert shapely.get_num_interior_rings(whole) == 0
        assert table.geometry.area.sum() == pytest.approx(whole.area, rel=1e-12)


@pytest.mark.parametrize("code", MERGERS)
def test_every_new_commune_is_exactly_the_union_of_its_members(old, new, code):
    union = shapely.union_all(old.geometry[sorted(MERGERS[code])].array)
    assert new.geometry[code].equals(union)
    assert new.geometry[code].symmetric_difference(union).area == 0.0


def test_a_new_commune_has_about_its_published_area(new, rows_of):
    for row in rows_of(SAMPLE / "inputs" / "communes_2025.csv"):
        area_m2 = float(row["area_km2"]) * 1e6
        assert new.geometry[row["code"]].area == pytest.approx(area_m2, rel=0.02), row["code"]


# --- land use ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["land_use_2020", "land_use_plan_2030"])
def test_land_use_covers_the_communes_exactly(layers, old, name):
    shapes = layers[name].geometry
    assert shapely.coverage_is_valid(shapes.array)
    assert shapes.area.sum() == pytest.approx(old.geometry.area.sum(), rel=1e-9)
    union = shapely.coverage_union_all(shapes.array)
    assert union.equals(shapely.coverage_union_all(old.geometry.array))


def test_the_general_plan_covers_its_commune_exactly(layers, new):
    shapes = layers["general_plan_2030"].geometry
    commune = new.geometry["21061"]
    assert shapely.coverage_is_valid(shapes.array)
    assert shapes.area.sum() == pytest.approx(commune.area, rel=1e-9)
    assert shapely.coverage_union_all(shapes.array).equals(commune)


@pytest.mark.parametrize("name", ["land_use_2020", "land_use_plan_2030"])
def test_no_parcel_crosses_the_border_of_a_commune(layers, old, name):
    table = layers[name]
    inside = hectares_by_commune(table, old)
    assert inside.groupby("commune")["ha"].sum().to_dict() == pytest.approx(
        (old.geometry.area / HECTARE_M2).to_dict(), rel=1e-9
    )


def hectares_by_commune(table, old):
    points = table.set_geometry(table.representative_point())
    joined = points.sjoin(old[["geometry"]].rename_axis("commune").reset_index())
    assert len(joined) == len(table)
    return joined.assign(ha=table.area / HECTARE_M2)


def specially_used_codes(rows_of):
    rows = rows_of(REFERENCE / "land_use_codes.csv")
    parent = {row["code"]: row["parent"] for row in rows if row["table"] == "tt27-2018"}

    def below(code):
        return code == "CDG" or (bool(parent.get(code)) and below(parent[code]))

    return {code for code in parent if below(code)}


def test_class_totals_of_the_district_are_those_of_the_yearbook(layers, old, rows_of):
    parcels = hectares_by_commune(layers["land_use_2020"], old)
    district = parcels[parcels["commune"] != OUTSIDE_DISTRICT].groupby("code")["ha"].sum()
    totals = {**CLASS_TOTALS, "specially used": (specially_used_codes(rows_of), SPECIALLY_USED_HA)}
    for name, (codes, wanted_ha) in totals.items():
        found = district[district.index.isin(codes)].sum()
        assert found == pytest.approx(wanted_ha, rel=0.02), name


def test_columns_say_table_status_and_year(layers):
    present, plan, general = (layers[name] for name in LAND_FILES)
    expected = (
        (present, {"code_table": "tt27-2018", "status": "current", "year": 2020}),
        (
            plan,
            {
                "code_table": "tt27-2018",
                "status": "planned",
                "plan_kind": "land_use_plan",
                "year": 2030,
            },
        ),
        (
            general,
            {
                "code_table": "qhc-minh-hoa",
                "status": "planned",
                "plan_kind": "general_plan",
                "year": 2030,
            },
        ),
    )
    for table, columns in expected:
        for name, value in columns.items():
            assert set(table[name]) == {value}


def test_present_codes_stand_in_the_old_table_and_some_planned_ones_in_none(layers, rows_of):
    rows = rows_of(REFERENCE / "land_use_codes.csv")
    known = {row["code"] for row in rows if row["table"] == "tt27-2018"}
    outside = {row["code"] for row in rows_of(REFERENCE / "outside_codes.csv")}
    present, planned = (set(layers[name]["code"]) for name in LAND_FILES[:2])
    assert present <= known
    assert planned <= known | outside
    assert "DHT" in planned & outside


def test_the_plan_changes_what_a_plan_would_change(layers):
    present, plan = (
        layers[name].assign(ha=layers[name].area / HECTARE_M2).groupby("code")["ha"].sum()
        for name in LAND_FILES[:2]
    )
    assert plan["SKK"] > present["SKK"] + 300.0
    assert plan["ODT"] > present["ODT"] + 80.0
    assert plan["CLN"] > present["CLN"] + 200.0
    assert plan["LUC"] < present["LUC"]
    assert plan["BCS"] < present["BCS"]
    assert plan["SKX"] > present["SKX"]


def test_clay_land_lies_in_binh_long_and_at_the_kiln_in_chau_o(layers, old):
    for name in LAND_FILES[:2]:
        parcels = hectares_by_commune(layers[name], old)
        clay = parcels[parcels["code"] == "SKX"]
        assert set(clay["commune"]) == {"21088", "21040"}


def test_the_legend_of_the_general_plan_names_every_zone_and_leaves_some_to_a_person(
    layers, rows_of
):
    legend = rows_of(SAMPLE / "general_plan_legend.csv")
    codes = [row["code"] for row in legend]
    new_table = {
        row["code"]
        for row in rows_of(REFERENCE / "land_use_codes.csv")
        if row["table"] == "tt08-2024"
    }
    assert len(codes) == len(set(codes))
    assert set(layers["general_plan_2030"]["code"]) <= set(codes)
    for row in legend:
        assert row["code_table"] == "qhc-minh-hoa"
        assert bool(row["land_use_code"]) == (row["land_use_code_table"] == "tt08-2024")
        assert row["land_use_code"] in new_table | {""}
        assert row["name_vi"]
        assert row["name_en"]
        assert "schematic" in row["basis"]
    assert any(not row["land_use_code"] for row in legend)
