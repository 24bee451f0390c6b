"""Parcels of one hectare in the grid of Quảng Ngãi, and files of every kind."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from gis.intake.door import Order, take_in

EAST, NORTH = 580_000.0, 1_690_000.0
GRID = "EPSG:5898"
LAND_USE = {"code_table": "tt27-2018", "status": "current", "year": 2020}


@pytest.fixture
def hectare():
    """Return the square of one hectare in a column and row of the grid."""

    def square(column, row=0, side=100.0):
        x, y = EAST + 100 * column, NORTH + 100 * row
        return box(x, y, x + side, y + side)

    return square


@pytest.fixture
def parcels(hectare):
    """Return four parcels with what a Vietnamese cadastral file holds."""
    return gpd.GeoDataFrame(
        {
            "mdsd": ["LUC", "CLN", "BHK", "SKX"],
            "soto": [1, 1, 2, 2],
            "sothua": [11, 12, 11, 12],
            "dientich": [10_000.0, 9_999.5, 10_000.25, 10_000.0],
            "chu": ["Nguyễn Văn Đỗ", "Trần Thị Ổi", "Phạm Ưng", "Lò gốm Mỹ Thiện"],
        },
        geometry=[hectare(0), hectare(1), hectare(0, 1), hectare(1, 1)],
        crs=GRID,
    )


@pytest.fixture
def land_use():
    """Return a function that takes a file in as present land use."""

    def take(path, **options):
        constants = LAND_USE | options.pop("constants", {})
        return take_in(Order(layer="land-use", path=Path(path), constants=constants, **options))

    return take


@pytest.fixture
def geojson(tmp_path):
    """Return a function that writes a GeoJSON file of (properties, geometry) pairs."""

    def write(*features, name="data.geojson", **members):
        path = tmp_path / name
        listed = [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in features
        ]
        record = {"type": "FeatureCollection", "features": listed, **members}
        path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        return path

    return write


@pytest.fixture
def zip_of(tmp_path):
    """Return a function that zips a shapefile's parts, within a folder of the zip or not."""

    def pack(shapefile, *, folder=""):
        path = tmp_path / f"{shapefile.stem}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in shapefile.parent.glob(f"{shapefile.stem}.*"):
                if part.suffix != ".zip":
                    archive.write(part, folder + part.name)
        return path

    return pack
