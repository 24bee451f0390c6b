"""A study area of three squares of one hectare each, side by side, and the service over it.

::

    present    HNK   LUC   RPH
    planned    HNK   LUC   (nothing)
    commune     A     A|B   B          the border runs through the middle square
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box
from starlette.testclient import TestClient

from api import models, server
from api.main import create_app
from api.settings import Settings
from gis.intake.door import Order, take_in
from gis.workspace import Workspace

CRS = "EPSG:5898"
# in Bình Sơn, in VN-2000
X, Y = 580_000.0, 1_690_000.0
DAY = "2026-06-01"


def square(column: float, *, width: float = 1.0):
    """Return a rectangle of `width` hectares, `column` squares from the west."""
    return box(X + 100 * column, Y, X + 100 * (column + width), Y + 100)


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def put(workspace, scratch, layer, rows, **order):
    """Import rows as a GeoPackage, as a user would."""
    name = order.pop("name", layer)
    file = scratch / f"{name}.gpkg"
    rows.to_file(file, layer=name, driver="GPKG")
    return workspace.add(take_in(Order(layer=layer, path=file, name=name, **order)))


def fill(folder: Path, scratch: Path) -> None:
    workspace = Workspace.create(folder)
    thirds = [square(0), square(1), square(2)]
    put(
        workspace,
        scratch,
        "land-use",
        frame(thirds, code=["HNK", "LUC", "RPH"]),
        name="now",
        constants={"code_table": "tt27-2018", "status": "current", "year": 2020},
        schematic=True,
    )
    put(
        workspace,
        scratch,
        "land-use",
        frame(thirds[:2], code=["HNK", "LUC"]),
        name="plan",
        constants={"code_table": "tt27-2018", "status": "planned", "year": 2030},
        schematic=True,
        licence="CC-BY-4.0",
    )
    halves = [square(0, width=1.5), square(1.5, width=1.5)]
    put(
        workspace,
        scratch,
        "communes",
        frame(halves, code=["1", "2"], name=["Xã A", "Xã B"], valid_from=["2025-07-01"] * 2),
    )
    put(
        workspace,
        scratch,
        "zones",
        frame([square(0), square(0, width=3)], zone_id=["one", "all"], use=["annual_crop"] * 2),
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Return the folder of the study area; nobody changes it."""
    place = tmp_path_factory.mktemp("study") / "vùng thử"
    fill(place, tmp_path_factory.mktemp("sources"))
    return place


@pytest.fixture(scope="session")
def settings(folder) -> Settings:
    return Settings(workspace=folder, port=0)


@pytest.fixture(scope="session")
def client(settings) -> TestClient:
    """Return a client of the service that nothing outside this process takes part in."""
    return TestClient(create_app(settings))


@pytest.fixture
def bare(tmp_path) -> Workspace:
    """Return a workspace of its own: one square of present land use, not schematic."""
    workspace = Workspace.create(tmp_path / "bare")
    put(
        workspace,
        tmp_path,
        "land-use",
        frame([square(0)], code=["HNK"]),
        name="now",
        constants={"code_table": "tt27-2018", "status": "current", "year": 2020},
    )
    return workspace


@pytest.fixture
def bare_client(bare) -> TestClient:
    return TestClient(create_app(Settings(workspace=bare.folder)))


@pytest.fixture(scope="module")
def live(settings) -> Iterator[str]:
    """Serve on a free port of this machine; return the address without its last slash."""
    service, bound = server.prepare(settings)
    thread = threading.Thread(target=service.run, kwargs={"sockets": [bound]})
    with bound:
        thread.start()
        yield server.address(bound).rstrip("/")
        service.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture
def add(bare, tmp_path):
    """Return a function that imports squares into the workspace of its own."""

    def put_squares(layer, places, *, name=None, constants=None, **columns):
        rows = frame([square(place) for place in places], **columns)
        return put(bare, tmp_path, layer, rows, name=name or layer, constants=constants or {})

    return put_squares


@pytest.fixture(scope="session")
def present():
    """Return what is said of a map of present land use."""
    return {"code_table": "tt27-2018", "status": "current", "year": 2020}


@pytest.fixture(scope="session")
def hectares():
    """Return `square`."""
    return square


@pytest.fixture(scope="session")
def polygon():
    """Return a function that writes a rectangle of the study area as GeoJSON in WGS 84."""

    def geojson(column: float = 0, *, width: float = 1.0, system: str = "EPSG:4326"):
        series = gpd.GeoSeries([square(column, width=width)], crs=CRS).to_crs(system)
        return json.loads(series.to_json())["features"][0]["geometry"]

    return geojson


@pytest.fixture(scope="session")
def refused():
    """Return a check that an answer is a refusal in one sentence; it returns the sentence."""

    def check(response, status: int) -> str:
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        problem = models.Problem.model_validate(response.json())
        assert problem.status == status
        assert problem.title
        assert problem.detail.endswith(".")
        assert "\n" not in problem.detail
        assert "Traceback" not in problem.detail
        assert len(problem.detail) < 600
        return problem.detail

    return check
