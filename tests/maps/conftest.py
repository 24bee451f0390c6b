"""Small results made by hand, and the pages they are drawn on."""

import dataclasses
import json
from datetime import date
from html.parser import HTMLParser
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gis import alignment
from gis.alignment import Alignment
from gis.context import Context
from gis.decisions import Decisions
from gis.layers.base import FAULT

CRS = "EPSG:5898"
# a corner inside Bình Sơn, in metres
EAST, NORTH = 580_000, 1_690_000


def square(column, row=0, *, size=100):
    """One hectare, so many squares east and north of the corner."""
    west, south = EAST + 100 * column, NORTH + 100 * row
    return box(west, south, west + size, south + size)


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def land_use(codes, geometry, table="tt27-2018", **columns):
    return frame(geometry, code=codes, code_table=table, **{FAULT: None}, **columns)


def units(**columns):
    plain = {"valid_from": "2025-07-01", "valid_to": None}
    geometry = [
        box(EAST, NORTH, EAST + 150, NORTH + 100),
        box(EAST + 150, NORTH, EAST + 300, NORTH + 100),
    ]
    return frame(geometry, **(plain | {"code": ["21040", "21109"]} | columns))


def limits(**columns):
    plain = {
        "constraint_id": ["ez"],
        "kind": "economic_zone",
        "name": "Khu kinh tế",
        "effect": "flag",
        "basis": "QĐ 1",
        "valid_from": "2021-01-01",
        "valid_to": None,
    }
    return frame([square(0)], **(plain | columns))


def zones(**columns):
    plain = {
        "zone_id": ["z1", "z2"],
        "name_vi": ["Vùng một", "Vùng hai"],
        "name_en": ["Zone one", "Zone two"],
        "product": ["hanh_tim", None],
        "use": ["annual_crop", "clay_pit"],
        "status": "candidate",
    }
    wide = box(EAST, NORTH, EAST + 300, NORTH + 100)
    return frame([wide, square(0, 1)], **(plain | columns))


LEGEND = pd.DataFrame(
    {
        "code_table": ["qhc"],
        "code": ["NN-1"],
        "name_vi": ["Nông nghiệp"],
        "name_en": ["Agriculture"],
        "land_use_code": ["HNK"],
        "land_use_code_table": ["tt08-2024"],
        "colour": ["#ABCDEF"],
    }
)


def small_context(**changes):
    context = Context(
        as_of=date(2026, 6, 1),
        crs=CRS,
        year=2030,
        current=land_use(["HNK", "LUC", "RPH"], [square(0), square(1), square(2)], year=2020),
        plan=land_use(["HNK", "DGT"], [square(0), square(1)], year=2030, status="planned"),
        general_plan=land_use(["NN-1"], [square(0)], table="qhc", year=2030, status="planned"),
        communes=units(name=["Xã Bình Sơn", "Xã Đông Sơn"]),
        constraints=limits(),
        decisions=Decisions(legend=LEGEND),
    )
    return dataclasses.replace(context, **changes)


def small_alignment(*, of=None, **changes):
    """Judge two zones: one over three codes and two communes, one outside everything."""
    return alignment.assess(zones() if of is None else of, small_context(**changes))


@pytest.fixture
def made():
    """Return the makers of small frames and results."""
    names = (square, frame, land_use, units, limits, zones, small_context, small_alignment)
    return SimpleNamespace(**{make.__name__: make for make in names}, EAST=EAST, NORTH=NORTH)


@pytest.fixture(scope="session")
def small() -> Alignment:
    """Return the small result."""
    return small_alignment()


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.open = None

    def handle_starttag(self, tag, attrs):
        self.open = SimpleNamespace(tag=tag, attrs=dict(attrs), text="")
        self.found.append(self.open)

    def handle_endtag(self, _tag):
        self.open = None

    def handle_data(self, data):
        if self.open is not None:
            self.open.text += data


@pytest.fixture
def elements():
    """Return a function that lists the elements of a page, with attributes and text."""

    def parse(page):
        parser = _Elements()
        parser.feed(page if isinstance(page, str) else page.get_root().render())
        parser.close()
        return parser.found

    return parse


@pytest.fixture
def blocks(elements):
    """Return a function that lists the data blocks of a page."""

    def parse(page):
        found = [each for each in elements(page) if each.attrs.get("type") == "application/json"]
        return [json.loads(each.text) for each in found]

    return parse
