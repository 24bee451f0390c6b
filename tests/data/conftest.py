"""The sample district as frames, read once."""

import csv

import geopandas as gpd
import pytest

from gis import shipped

VECTOR_FILES = (
    "communes",
    "land_use_2020",
    "land_use_plan_2030",
    "general_plan_2030",
    "constraints",
)


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def rows_of():
    """Return the reader of a CSV file as a list of rows."""
    return read_rows


@pytest.fixture(scope="session")
def layers():
    return {
        name: gpd.read_parquet(shipped.path("sample") / f"{name}.parquet") for name in VECTOR_FILES
    }


@pytest.fixture(scope="session")
def old(layers):
    communes = layers["communes"]
    return communes[communes["valid_to"] == "2025-06-30"].set_index("code")


@pytest.fixture(scope="session")
def new(layers):
    communes = layers["communes"]
    return communes[communes["valid_to"].isna()].set_index("code")


@pytest.fixture(scope="session")
def zones():
    return (
        gpd.read_file(shipped.path("zones", "zones.geojson"))
        .to_crs("EPSG:5898")
        .set_index("zone_id")
    )


@pytest.fixture(scope="session")
def published():
    rows = read_rows(shipped.path("reference", "communes.csv"))
    return {row["code"]: row for row in rows if row["valid_from"] == "2020-02-01"}
