"""The raster door: one band of heights becomes a cloud-optimised GeoTIFF."""

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rasterio
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.shutil import copy as copy_raster
from rasterio.vrt import WarpedVRT

from gis import crs
from gis.errors import CrsError, InputError, SourceError
from gis.intake import readers


@dataclass(frozen=True, slots=True)
class Raster:
    """A raster as it may enter a workspace; `file` is temporary."""

    file: Path
    width: int
    height: int
    declared_crs: str | None
    used_crs: str
    tags: Mapping[str, str]


def read(path: Path, *, given_crs: str | None) -> Raster:
    """Read a raster of one band and write it as a cloud-optimised GeoTIFF.

    Raises
    ------
    SourceError
        When the file is missing or no raster.
    InputError
        When it has several bands, or no coordinate system is to be had.
    """
    if not path.exists():
        raise readers.no_such_file(path)
    if path.is_file():
        readers.refuse_empty(path)
    try:
        with _opened(path) as raster:
            _refuse_unusable(path, raster)
            used = _true_crs(path, raster.crs, given_crs)
            return Raster(
                file=_as_cog(raster, used),
                width=raster.width,
                height=raster.height,
                declared_crs=None if raster.crs is None else raster.crs.to_string(),
                used_crs=used.to_string(),
                tags=raster.tags(),
            )
    except RasterioError:
        raise SourceError(
            f"File {path.name} cannot be read as a raster: it is damaged or of another format; "
            "save it as GeoTIFF.",
            vi=f"Không đọc được tệp {path.name} như ảnh raster: tệp bị hỏng hoặc thuộc định dạng "
            "khác; hãy lưu thành GeoTIFF.",
        ) from None


@contextmanager
def _opened(path: Path) -> Iterator[rasterio.DatasetReader]:
    with warnings.catch_warnings():
        # said as a refusal, see below
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path) as raster:
            yield raster


def _refuse_unusable(path: Path, raster: rasterio.DatasetReader) -> None:
    if raster.count != 1:
        raise InputError(
            f"File {path.name} has {raster.count} bands; terrain is one band of metres.",
            vi=f"Tệp {path.name} có {raster.count} kênh; địa hình chỉ gồm một kênh độ cao theo "
            "mét.",
        )
    if raster.transform.is_identity:
        raise CrsError(
            f"File {path.name} does not say where its cells lie; georeference it first.",
            vi=f"Tệp {path.name} không cho biết vị trí các ô; hãy nắn tọa độ trước.",
        )


def _as_cog(raster: rasterio.DatasetReader, used: CRS) -> Path:
    with tempfile.NamedTemporaryFile(suffix=".tif", delete=False) as stream:
        target = Path(stream.name)
    # a system given by hand replaces the declared one; cells stay where they are
    try:
        with WarpedVRT(raster, src_crs=used, crs=used) as view:
            copy_raster(view, target, driver="COG", compress="DEFLATE", predictor="YES")
    except RasterioError:
        target.unlink()
        raise
    return target


def _true_crs(path: Path, declared: CRS | None, given: str | None) -> CRS:
    if given is not None:
        return CRS.from_wkt(crs.parse(given).to_wkt())
    if declared is None:
        raise CrsError(
            f"File {path.name} declares no coordinate system; name it with --crs, "
            "for example --crs EPSG:5898.",
            vi=f"Tệp {path.name} không khai báo hệ tọa độ; hãy khai bằng --crs, ví dụ "
            "--crs EPSG:5898.",
        )
    crs.parse(declared.to_wkt())
    return declared
