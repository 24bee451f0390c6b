"""Small tables to filter, and the two ways to ask of them."""

import json

import geopandas as gpd
import pytest
from shapely.geometry import box

from api.filters import language
from api.filters.tables import Table
from api.systems import System

# in Bình Sơn, in VN-2000: the system in which layers are kept
X, Y = 580_000.0, 1_690_000.0
STORED = System.of("EPSG:5898")


def square(column, row=0, *, size=100.0):
    """Return a square of a grid whose corner is (X, Y)."""
    return box(X + 100 * column, Y + 100 * row, X + 100 * column + size, Y + 100 * row + size)


@pytest.fixture
def table():
    """Return five parcels side by side, each with something missing or odd."""
    frame = gpd.GeoDataFrame(
        {
            "code": ["LUC", "luc", "CLN", None, "Đất lúa"],
            "area": [1.5, float("nan"), -2.0, 0.0, 10.0],
            "year": [2020, 2021, 2022, 2023, 2024],
            "checked": [True, False, None, True, None],
            "valid_from": ["2020-01-01", None, "2022-06-01", "2021-01-01", None],
            "valid_to": [None, "2021-12-31", "2023-06-01", "2020-01-01", None],
            "tags": [["a", "b"], ["b"], [], None, ["c", "c"]],
        },
        geometry=[square(column) for column in range(5)],
        crs="EPSG:5898",
    )
    return Table.of(frame, dates={"valid_from", "valid_to"})


@pytest.fixture
def ask(table):
    """Return rows that a filter in text chooses, numbered from 0."""

    def rows(text, *, system=STORED, of=table):
        return language.parse(text, language="cql2-text", system=system).select(of).tolist()

    return rows


@pytest.fixture
def ask_json(table):
    """Return rows that a filter in JSON chooses; it is given as Python values."""

    def rows(tree, *, system=STORED, of=table):
        body = json.dumps(tree)
        return language.parse(body, language="cql2-json", system=system).select(of).tolist()

    return rows
