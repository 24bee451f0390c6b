"""Honest files of every format, and how a refusal reads."""

import zipfile

import pandas as pd
import pytest

from gis.errors import SourceError
from gis.intake import guard
from gis.settings import IntakeSettings

LIMITS = IntakeSettings()
DRIVERS = {"fgb": "FlatGeobuf", "kml": "KML", "gml": "GML", "mif": "MapInfo File"}
DRIVERS |= {"tab": "MapInfo File", "geojson": "GeoJSON", "gpkg": "GPKG", "shp": "ESRI Shapefile"}


@pytest.fixture
def written(tmp_path, parcels):
    """Return a function that writes honest parcels in a format."""

    def write(ending, *, frame=parcels):
        path = tmp_path / f"thửa_đất.{ending}"
        if ending == "parquet":
            frame.to_parquet(path)
        elif ending == "dxf":
            frame[["geometry"]].boundary.to_frame("geometry").to_file(path, driver="DXF")
        elif ending == "csv":
            pd.DataFrame({"wkt": frame.geometry.to_wkt(), "ten": frame["chu"]}).to_csv(path)
        elif ending == "xlsx":
            frame.drop(columns="geometry").to_excel(path, index=False)
        elif ending in {"zip", "kmz"}:
            inner = write("shp" if ending == "zip" else "kml")
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for part in tmp_path.glob(f"{inner.stem}.*"):
                    if part.suffix in {".shp", ".shx", ".dbf", ".prj", ".cpg", ".kml"}:
                        archive.write(part, part.name)
        else:
            system = "EPSG:4326" if ending in {"geojson", "kml"} else frame.crs
            numbers = frame.astype({"soto": "int32", "sothua": "int32"})
            numbers.to_crs(system).to_file(path, driver=DRIVERS[ending], layer=path.stem)
        return path

    return write


@pytest.fixture
def refusal():
    """Return a function that answers with the sentence of a refusal."""

    def refused(path, limits=LIMITS):
        with pytest.raises(SourceError) as caught:
            guard.admit(path, limits)
        for lang in ("vi", "en"):
            said = caught.value.text(lang)
            assert said.endswith(".")
            assert "\n" not in said
            assert len(said) < 300
        assert caught.value.vi != str(caught.value)
        return str(caught.value)

    return refused
