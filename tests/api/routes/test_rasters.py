"""Rasters as tiles and values: in the right place, of the right height, and nothing beyond."""

import math
import warnings

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from starlette.testclient import TestClient

from api import models
from api.main import create_app
from api.settings import Settings
from gis import crs
from gis.intake.door import Order, take_in
from gis.workspace import Workspace

X, Y = 580_000.0, 1_690_000.0
LIST = "/rasters"
ONE = "/rasters/terrain~terrain"


@pytest.fixture(scope="module")
def hill(tmp_path_factory):
    """Return a client over a raster of 3 km that rises by a metre every 30 m to the east."""
    folder = tmp_path_factory.mktemp("raster")
    heights = np.tile(np.arange(100, dtype="float32"), (100, 1))
    heights[:10, :10] = -9999
    place = rasterio.transform.from_origin(X, Y + 3_000, 30, 30)
    shape = {"width": 100, "height": 100, "count": 1, "dtype": "float32", "nodata": -9999}
    file = folder / "terrain.tif"
    with rasterio.open(file, "w", crs="EPSG:5898", transform=place, **shape) as out:
        out.write(heights, 1)
    workspace = Workspace.create(folder / "w")
    workspace.add(take_in(Order(layer="terrain", path=file, name="terrain", schematic=True)))
    return TestClient(create_app(Settings(workspace=workspace.folder)))


def lon_lat(x, y):
    way = crs.operation(crs.parse("EPSG:5898"), crs.parse("EPSG:4326"))
    lon, lat = way.transform(x, y)
    return lon, lat


def address(x, y, level, style="elevation"):
    lon, lat = lon_lat(x, y)
    count = 2**level
    column = int((lon + 180) / 360 * count)
    row = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count)
    return f"{ONE}/tiles/WebMercatorQuad/{level}/{row}/{column}?style={style}"


def picture(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    # a tile says in its address where it lies
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(answer.content) as memory, memory.open() as image:
            return image.read()


def test_a_raster_says_where_it_lies_and_how_it_is_drawn(hill):
    listed = models.Rasters.model_validate(hill.get(LIST).json())
    one = models.Raster.model_validate(hill.get(ONE).json())
    assert [each.id for each in listed.rasters] == [one.id] == ["terrain~terrain"]
    west, south, east, north = one.bbox
    assert (west, south) == pytest.approx(lon_lat(X, Y), abs=1e-4)
    assert (east, north) == pytest.approx(lon_lat(X + 3_000, Y + 3_000), abs=1e-4)
    assert one.schematic
    template = one.tiles["hillshade"]
    middle = address(X + 1_500, Y + 1_500, one.maxzoom, "hillshade")
    _, _, level, row, column = middle.split("?")[0].rsplit("/", 4)
    filled = template.replace("{tileMatrix}", level).replace("{tileRow}", row)
    assert picture(hill.get(filled.replace("{tileCol}", column))).shape[1:] == (256, 256)


@pytest.mark.parametrize(("east", "height"), [(15, 0), (1_515, 50), (2_985, 99)])
def test_the_value_at_a_place_is_the_one_of_its_pixel(hill, east, height):
    lon, lat = lon_lat(X + east, Y + 1_500)
    answer = models.RasterValue.model_validate(hill.get(f"{ONE}/value?lon={lon}&lat={lat}").json())
    assert answer.value == height


def test_where_the_raster_has_no_value_there_is_none(hill):
    lon, lat = lon_lat(X + 100, Y + 2_900)
    assert hill.get(f"{ONE}/value?lon={lon}&lat={lat}").json()["value"] is None


def test_a_tile_turns_back_into_heights(hill):
    bands = picture(hill.get(address(X + 1_500, Y + 1_500, 15, "terrainrgb"))).astype(float)
    coded = bands[0] * 65_536 + bands[1] * 256 + bands[2]
    heights = coded * 0.1 - 10_000
    # one metre every 30 m, and about 4.6 m of the ground a pixel
    rise = np.diff(heights[128]).sum() / 255
    assert rise == pytest.approx(
        40_075_016.7 * math.cos(math.radians(15.28)) / 2**15 / 256 / 30, rel=0.1
    )


@pytest.mark.parametrize("style", ["elevation", "hillshade", "terrainrgb"])
def test_every_style_is_a_picture_of_one_size_that_is_clear_where_nothing_is(hill, style):
    bands = picture(hill.get(address(X + 10, Y + 10, 13, style)))
    assert bands.shape[1:] == (256, 256)
    if style != "terrainrgb":
        assert bands[-1].min() == 0
    assert bands[-1].max() == 255


def test_a_tile_is_sent_again_only_when_it_changed(hill):
    first = hill.get(address(X + 1_500, Y + 1_500, 14))
    again = hill.get(first.url.path, headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["layer-version"] == hill.get(ONE).json()["version"]
    assert again.status_code == 200
    same = hill.get(str(first.url), headers={"If-None-Match": first.headers["etag"]})
    assert same.status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rasters/nothing", 404),
        ("/rasters/land-use~now", 404),
        (f"{ONE}/tiles/WebMercatorQuad/14/0/0", 404),
        (f"{ONE}/tiles/WebMercatorQuad/3/8/0", 404),
        (f"{ONE}/tiles/WebMercatorQuad/14/0/0?style=x", 404),
        (f"{ONE}/tiles/Other/14/0/0", 404),
        (f"{ONE}/tiles/WebMercatorQuad/23/0/0", 400),
        (f"{ONE}/tiles/WebMercatorQuad/-1/0/0", 400),
        (f"{ONE}/tiles/WebMercatorQuad/3/{2**40}/0", 400),
        (f"{ONE}/tiles/WebMercatorQuad/a/0/0", 400),
        (f"{ONE}/tiles/WebMercatorQuad/3/0/0?size=9", 400),
        (f"{ONE}/value?lon=1&lat=1", 404),
        (f"{ONE}/value?lon=nan&lat=1", 400),
        (f"{ONE}/value?lon=1", 400),
        (f"{ONE}/value?lon=1e999&lat=1", 400),
    ],
)
def test_what_is_not_there_or_not_asked_rightly_is_refused_in_words(hill, refused, path, status):
    refused(hill.get(path), status)
