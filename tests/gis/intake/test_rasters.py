"""Terrain comes in as one band in a system that is known, and as a cloud-optimised GeoTIFF."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from gis.errors import CrsError, InputError, SourceError
from gis.intake.door import Order, take_in

HEIGHTS = np.arange(12, dtype="float32").reshape(3, 4)


@pytest.fixture
def raster(tmp_path):
    """Return a function that writes a GeoTIFF of three rows and four columns."""

    def write(name="độ cao.tif", *, bands=1, crs="EPSG:5898", placed=True, **tags):
        path = tmp_path / name
        options = {"transform": from_origin(580_000, 1_690_300, 100, 100)} if placed else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(
                path, "w", driver="GTiff", width=4, height=3, count=bands, dtype="float32",
                crs=crs, **options,
            ) as file:  # fmt: skip
                for band in range(1, bands + 1):
                    file.write(HEIGHTS, band)
                file.update_tags(**tags)
        return path

    return write


def take(path, **options):
    return take_in(Order(layer="terrain", path=Path(path), **options))


def test_heights_come_in_unchanged_as_a_cloud_optimised_geotiff(raster):
    checked = take(raster())
    with rasterio.open(checked.raster) as file:
        assert file.driver == "GTiff"
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.crs.to_epsg() == 5898
        assert np.array_equal(file.read(1), HEIGHTS)
        assert file.transform == from_origin(580_000, 1_690_300, 100, 100)
    assert checked.name == "độ-cao"
    assert checked.attributes == {"width": 4, "height": 3}
    assert checked.findings.empty
    assert not checked.schematic
    checked.raster.unlink()


def test_a_raster_says_by_its_tags_that_it_is_schematic(raster):
    checked = take(raster(notice_vi="minh họa"))
    assert checked.schematic
    checked.raster.unlink()


def test_a_system_given_by_hand_replaces_the_missing_one(raster):
    path = raster(crs=None)
    with pytest.raises(CrsError, match=r"declares no coordinate system.*--crs") as caught:
        take(path)
    assert "không khai báo hệ tọa độ" in caught.value.vi
    checked = take(path, crs="EPSG:5898")
    with rasterio.open(checked.raster) as file:
        assert file.crs.to_epsg() == 5898
    checked.raster.unlink()


def test_several_bands_are_no_heights(raster):
    with pytest.raises(InputError, match="has 3 bands; terrain is one band of metres") as caught:
        take(raster(bands=3))
    assert "có 3 kênh" in caught.value.vi


def test_a_picture_that_lies_nowhere_is_refused(raster):
    with pytest.raises(CrsError, match="does not say where its cells lie; georeference it first"):
        take(raster(placed=False))


def test_a_deprecated_system_is_refused(raster):
    with pytest.raises(CrsError, match=r"EPSG:6959.*is deprecated"):
        take(raster(), crs="EPSG:6959")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is an empty file"), (b"II*\x00junk", "cannot be read as a raster: it is damaged")],
)
def test_a_damaged_raster_is_refused(content, message, tmp_path):
    (tmp_path / "dem.tif").write_bytes(content)
    with pytest.raises(SourceError, match=rf"dem\.tif {message}"):
        take(tmp_path / "dem.tif")


def test_a_system_given_against_that_of_the_raster_is_a_warning(raster):
    (found,) = take(raster(), crs="EPSG:5899").findings.itertuples()
    assert (found.rule_id, found.layer, found.value) == (
        "door.crs-overridden",
        "terrain",
        "EPSG:5898",
    )
    assert take(raster(), crs="EPSG:5898").findings.empty


def test_a_missing_raster_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"dem\.tif does not exist"):
        take(tmp_path / "dem.tif")
