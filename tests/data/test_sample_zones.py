"""What lies over the sample's land: constraints, relief, zones, decisions; and the script."""

import json
import os
import subprocess
import sys
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from gis import shipped

SAMPLE = shipped.path("sample")
ZONES = shipped.path("zones", "zones.geojson")
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


# --- constraints ------------------------------------------------------------------------------


def test_constraints_are_of_the_agreed_kinds_and_effects(layers):
    effects = {
        "economic_zone": "flag",
        "mangrove": "block",
        "river": "block",
        "road": "flag",
        "protection_forest": "block",
        "high_quality_rice_zone": "flag",
        "annual_plan_project": "block",
    }
    table = layers["constraints"]
    assert table["constraint_id"].is_unique
    assert dict(zip(table["kind"], table["effect"], strict=True)) == effects
    assert table["basis"].str.contains(NOTICE_EN).all()
    project = table[table["kind"] == "annual_plan_project"]
    assert list(project["valid_from"]) == ["2025-01-01"]


def test_the_economic_zone_holds_its_13_whole_communes_and_parts_of_four(layers, old):
    table = layers["constraints"]
    (zone,) = table.geometry[table["kind"] == "economic_zone"]
    share = old.geometry.intersection(zone).area / old.geometry.area
    whole = "21049 21046 21052 21043 21061 21067 21073 21112 21079 21109 21091 21070 21040"
    partly = "21088 21055 21103 21082"
    outside = "21064 21058 21085 21106 21100 21187"
    assert share[whole.split()].to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert (share[partly.split()] > 0.02).all()
    assert (share[partly.split()] < 0.98).all()
    assert share[outside.split()].to_numpy() == pytest.approx(0.0, abs=1e-9)


def test_the_mangrove_of_bau_ca_cai_has_its_reported_size(layers, old):
    table = layers["constraints"]
    (mangrove,) = table.geometry[table["kind"] == "mangrove"]
    assert mangrove.area / HECTARE_M2 == pytest.approx(110.0, rel=0.05)
    assert mangrove.within(old.geometry["21043"])


# --- terrain ----------------------------------------------------------------------------------


def test_the_relief_is_a_cloud_optimised_geotiff_in_metres():
    with rasterio.open(SAMPLE / "terrain.tif") as raster:
        assert raster.crs.to_epsg() == 5898
        assert raster.count == 1
        assert raster.units == ("metre",)
        assert raster.nodata is not None
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.tags()["notice_vi"] == NOTICE_VI
        assert raster.tags()["notice_en"] == NOTICE_EN
        assert 60.0 <= raster.res[0] == raster.res[1] <= 90.0


def test_the_highest_place_is_dong_tranh_in_the_west_and_the_coast_is_low(old):
    with rasterio.open(SAMPLE / "terrain.tif") as raster:
        heights = raster.read(1, masked=True)
        row, column = np.unravel_index(heights.argmax(), heights.shape)
        summit = shapely.Point(raster.xy(row, column))
        inner = [old.geometry[code].centroid.coords[0] for code in ("21112", "21067", "21082")]
        low = [value[0] for value in raster.sample(inner)]
    assert heights.max() == pytest.approx(785.0)
    assert summit.within(old.geometry["21064"])
    assert heights.min() >= 0.0
    assert max(low) < 60.0


def test_the_relief_covers_the_district_and_nothing_else(old):
    with rasterio.open(SAMPLE / "terrain.tif") as raster:
        inside = ~np.ma.getmaskarray(raster.read(1, masked=True))
        cell_m2 = raster.res[0] * raster.res[1]
    assert inside.sum() * cell_m2 == pytest.approx(old.geometry.area.sum(), rel=0.005)


# --- zones ------------------------------------------------------------------------------------


def test_zones_are_plain_geojson_with_known_products_and_uses(rows_of):
    text = json.loads(ZONES.read_text(encoding="utf-8"))
    products = {row["product_id"] for row in rows_of(shipped.path("zones", "products.csv"))}
    names = [feature["properties"]["zone_id"] for feature in text["features"]]
    assert "crs" not in text
    assert len(names) == len(set(names))
    for feature in text["features"]:
        zone = feature["properties"]
        assert zone["product"] in products
        assert zone["use"] in {"annual_crop", "perennial_crop", "clay_pit", "workshop"}
        assert zone["status"] == "candidate"
        assert date.fromisoformat(zone["valid_from"]) < date.fromisoformat(zone["valid_to"])
        assert zone["notice_vi"] == NOTICE_VI
        assert zone["notice_en"] == NOTICE_EN
        assert zone["name_vi"]
        assert zone["name_en"]
        assert zone["source"]


def test_zones_are_valid_and_of_the_size_that_is_wanted(zones):
    assert zones.is_valid.all()
    area = zones.area / HECTARE_M2
    by_product = area.groupby([zones["product"], zones["use"]]).agg(["sum", "min", "max"])
    assert by_product.loc[("hanh_tim", "annual_crop"), "sum"] == pytest.approx(180.0, rel=0.02)
    assert by_product.loc[("nghe_vang", "annual_crop"), "sum"] == pytest.approx(40.0, rel=0.05)
    assert 30.0 <= area["binh-thanh-lime-1"] <= 60.0
    clay = by_product.loc[("gom_my_thien", "clay_pit")]
    assert clay["min"] >= 1.0
    assert clay["max"] <= 6.0
    assert 0.1 <= by_product.loc[("gom_my_thien", "workshop"), "sum"] <= 0.5


def test_zones_lie_in_the_communes_they_are_named_for(zones, old):
    homes = {"hanh_tim": {"21067"}, "nen": {"21109"}, "nghe_vang": {"21112"}}
    for product, codes in homes.items():
        for shape in zones.geometry[zones["product"] == product]:
            inside = old.geometry.intersection(shape).area
            assert inside.idxmax() in codes
    pits = zones.geometry[zones["use"] == "clay_pit"]
    assert pits.within(old.geometry["21088"]).all()
    assert zones.geometry["chau-o-kiln-1"].within(old.geometry["21040"])


def test_one_zone_sticks_out_over_the_plan_and_one_crosses_a_commune_line(zones, old):
    district = shapely.union_all(old.geometry.array)
    out = zones.geometry.difference(district).area / zones.area
    assert 0.01 < out["binh-hai-shallot-2"] < 0.5
    assert (out.drop("binh-hai-shallot-2") < 1e-9).all()
    crossed = [
        sum(shape.intersection(commune).area > 1_000.0 for commune in old.geometry)
        for shape in zones.geometry
    ]
    assert max(crossed) >= 2


def test_the_zones_meet_land_of_many_kinds(zones, layers):
    present = layers["land_use_2020"]
    met = {
        name: set(present["code"][present.geometry.intersection(shape).area > 100.0])
        for name, shape in zones.geometry.items()
    }
    assert met["binh-chuong-lime-1"] <= {"CLN", "BHK"}
    assert met["binh-thanh-lime-1"] == {"CLN"}
    assert met["binh-thanh-lime-2"] == {"CLN", "LUK"}
    assert met["binh-long-clay-1"] == {"SKX"}
    assert "LUC" in met["binh-long-clay-2"]
    assert {"ODT", "SKX"} <= met["chau-o-kiln-1"]
    assert "DGT" in met["binh-hai-shallot-1"]
    project = layers["constraints"].set_index("constraint_id").geometry["project-2025-01"]
    covered = project.intersection(zones.geometry["binh-thanh-lime-1"]).area
    assert 0.01 < covered / zones.area["binh-thanh-lime-1"] < 0.2


# --- local decisions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("perennial_species", "product species valid_from valid_to decision source"),
        ("crop_conversion_plan", "year commune_code product area_ha decision source"),
        ("delegations", "matter body_vi body_en valid_from valid_to decision source"),
    ],
)
def test_every_local_decision_says_that_it_is_invented(name, columns, rows_of):
    rows = rows_of(SAMPLE / "decisions" / f"{name}.csv")
    assert list(rows[0]) == columns.split()
    for row in rows:
        assert row["decision"].startswith("MINH HỌA / SCHEMATIC")
        assert "not a real decision" in row["source"]


def test_conversion_plans_name_communes_by_the_codes_of_their_year(old, new, rows_of):
    rows = rows_of(SAMPLE / "decisions" / "crop_conversion_plan.csv")
    assert {row["year"] for row in rows} == {"2024", "2025", "2026"}
    for row in rows:
        # the plan of 2025 was made before the communes were merged
        communes = old if int(row["year"]) <= 2025 else new
        assert row["commune_code"] in communes.index
        assert float(row["area_ha"]) > 0.0
    for year in ("2024", "2025", "2026"):
        products = {row["product"] for row in rows if row["year"] == year}
        assert products == {"hanh_tim", "nen", "nghe_vang", "chanh_thom"}


# --- the script -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt")
    subprocess.run(
        [sys.executable, SAMPLE / "build.py", "--out", folder],
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
    )
    return folder


@pytest.mark.parametrize("name", VECTOR_FILES)
def test_a_rebuild_gives_the_same_layers(rebuilt, layers, name):
    again = gpd.read_parquet(rebuilt / "sample" / f"{name}.parquet")
    assert again.drop(columns="geometry").equals(layers[name].drop(columns="geometry"))
    assert (again.geometry.to_wkb() == layers[name].geometry.to_wkb()).all()


def test_a_rebuild_gives_the_same_heights(rebuilt):
    with (
        rasterio.open(SAMPLE / "terrain.tif") as committed,
        rasterio.open(rebuilt / "sample" / "terrain.tif") as again,
    ):
        assert committed.transform == again.transform
        # heights are rounded to a decimetre; a last bit may round the other way elsewhere
        assert np.allclose(committed.read(1), again.read(1), atol=0.11)


def test_a_rebuild_gives_the_same_zones_and_tables(rebuilt):
    names = [
        "zones/zones.geojson",
        "sample/general_plan_legend.csv",
        *(f"sample/decisions/{file.name}" for file in (SAMPLE / "decisions").iterdir()),
    ]
    for name in names:
        text = (rebuilt / name).read_text(encoding="utf-8")
        assert text == shipped.path(*name.split("/")).read_text(encoding="utf-8"), name
