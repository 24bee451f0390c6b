"""A study area done by hand: two zones over three codes and two communes."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from gis import alignment, context
from gis.intake.door import Order, take_in
from gis.workspace import Workspace

DAY = date(2026, 6, 1)
HOSTILE = "=cmd|' /C calc'!A0"


def square(x, y, width, height):
    return box(580_000 + x, 1_690_000 + y, 580_000 + x + width, 1_690_000 + y + height)


def build(folder: Path, *, schematic: bool) -> Workspace:
    """Return a workspace of 400 m by 100 m: four codes in the plan, two communes, two zones."""
    space = Workspace.create(folder / "space")

    def put(layer, shapes, *, constants=None, **columns):
        path = folder / f"{layer}-{len(space.versions())}.parquet"
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898").to_parquet(path)
        given = constants or {}
        space.add(take_in(Order(layer=layer, path=path, constants=given, schematic=schematic)))

    cells = [square(100 * at, 0, 100, 100) for at in range(4)]
    table = {"code_table": "tt27-2018"}
    put("land-use", cells, code=["LUC", "BHK", "CLN", "ONT"],
        constants={"status": "current", "year": 2020, **table})  # fmt: skip
    put("land-use", cells[:3], code=["LUC", "CLN", "SKC"],
        constants={"status": "planned", "year": 2030, **table})  # fmt: skip
    put("communes", [square(0, 0, 200, 100), square(200, 0, 200, 100)], code=["21040", "21109"],
        name=["Bình Minh", "Đông Sơn"], valid_from=["2025-07-01"] * 2)  # fmt: skip
    put("constraints", [square(0, 0, 50, 100)], constraint_id=["dq"], kind=["economic_zone"],
        name=["Dung Quất"], effect=["flag"])  # fmt: skip
    put("zones", [square(50, 0, 300, 100), square(0, 0, 50, 50)],
        zone_id=["Vùng hành tím", HOSTILE], product=["hanh_tim", None],
        use=["annual_crop", "workshop"], name_vi=["Hành tím Bình Hải\x07", "+lò"],
        name_en=["Shallot", "-kiln"])  # fmt: skip
    return space


@pytest.fixture(scope="session")
def spaces(tmp_path_factory):
    """Return the study area twice: as real data, and as schematic data."""
    return {flag: build(tmp_path_factory.mktemp("area"), schematic=flag) for flag in (False, True)}


def judged(space):
    (entry,) = space.versions("zones")
    return alignment.assess(space.read(entry), context.load(space, as_of=DAY))


@pytest.fixture(scope="session")
def real(spaces):
    """Return the alignment of real data."""
    return judged(spaces[False])


@pytest.fixture(scope="session")
def schematic(spaces):
    """Return the alignment of schematic data."""
    return judged(spaces[True])


@pytest.fixture
def hostile():
    """Return a zone id that a spreadsheet would run."""
    return HOSTILE
