"""Pictures and values of rasters: tiles of the web's grid out of cloud-optimised files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import morecantile
import numpy as np
import rasterio
from rio_tiler.errors import PointOutsideBounds, TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData
from titiler.core.algorithm import algorithms
from titiler.core.resources.enums import ImageType
from titiler.core.utils import render_image

from gis.errors import NotFoundError, WorkspaceError

GRID: Final = morecantile.tms.get("WebMercatorQuad")
#: Deepest level of the grid that is drawn.
DEEPEST: Final = 22
_PIXELS: Final = 256
# neighbours that a shadow at the edge of a tile needs
_AROUND: Final = 3
# from low land to heights: no blue, which people read as water
_STOPS: Final = ((77, 131, 90), (158, 190, 118), (240, 228, 168), (205, 158, 100), (134, 84, 58),
                 (250, 246, 242))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How a raster is drawn.

    Attributes
    ----------
    title
        Vietnamese and English.
    draw
        Makes the picture out of values; None: values in colours.
    """

    title: tuple[str, str]
    draw: Callable[[ImageData], ImageData] | None = None
    around: int = 0


def _algorithm(name: str) -> Callable[[ImageData], ImageData]:
    made: Callable[[ImageData], ImageData] = algorithms.get(name)()
    return made


#: Slope is not among them: in the web's grid a metre is no metre.
STYLES: Final[Mapping[str, Style]] = MappingProxyType(
    {
        "elevation": Style(("Độ cao theo màu", "Elevation in colours")),
        "hillshade": Style(("Bóng địa hình", "Hillshade"), _algorithm("hillshade"), _AROUND),
        "terrainrgb": Style(("Độ cao mã hóa RGB", "Terrain-RGB"), _algorithm("terrainrgb")),
    }
)


def _colours() -> dict[int, tuple[int, int, int, int]]:
    """Colours of 256 heights, between the stops in even steps."""
    at = np.linspace(0, len(_STOPS) - 1, 256)
    bands = [np.interp(at, range(len(_STOPS)), band) for band in zip(*_STOPS, strict=True)]
    mixed = np.rint(np.stack(bands, axis=1)).astype(int).tolist()
    return {number: (red, green, blue, 255) for number, (red, green, blue) in enumerate(mixed)}


_COLOURS: Final = _colours()


def tile(file: Path, z: int, row: int, column: int, style: str) -> bytes:
    """Draw a tile as PNG.

    Raises
    ------
    NotFoundError
        When there is no such tile in the grid, or the raster does not reach it.
    WorkspaceError
        When the file cannot be read.
    """
    chosen = STYLES[style]
    try:
        with Reader(str(file), tms=GRID) as source:
            around = chosen.around or None
            image = source.tile(column, row, z, tilesize=_PIXELS, buffer=around)
            least, most = _range(source.dataset)
    except (TileOutsideBounds, rasterio.errors.RasterioIOError) as fault:
        raise _refused(file, fault) from None
    if chosen.draw is not None:
        # where the raster has no value there is nothing to compute
        with np.errstate(invalid="ignore"):
            drawn = chosen.draw(image)
        content, _ = render_image(drawn, output_format=ImageType.png)
        return bytes(content)
    image.rescale(in_range=((least, most),))
    content, _ = render_image(image, output_format=ImageType.png, colormap=_COLOURS)
    return bytes(content)


def value(file: Path, lon: float, lat: float) -> float | None:
    """Value at a place; None where the raster has none.

    Raises
    ------
    NotFoundError
        When the place lies outside.
    WorkspaceError
        When the file cannot be read.
    """
    try:
        with Reader(str(file)) as source:
            found = source.point(lon, lat)
    except (PointOutsideBounds, rasterio.errors.RasterioIOError) as fault:
        raise _refused(file, fault) from None
    return None if np.ma.getmaskarray(found.array).any() else float(found.data[0])


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a raster lies, in degrees, and at which levels its pixels are of a tile's size."""

    box: tuple[float, float, float, float]
    first: int
    last: int


def extent(file: Path) -> Extent:
    """Return where a raster lies.

    Raises
    ------
    WorkspaceError
        When the file cannot be read.
    """
    try:
        with Reader(str(file), tms=GRID) as source:
            west, south, east, north = source.get_geographic_bounds(GRID.rasterio_geographic_crs)
            return Extent((west, south, east, north), source.minzoom, source.maxzoom)
    except rasterio.errors.RasterioIOError as fault:
        raise _refused(file, fault) from None


def _range(dataset: Any) -> tuple[float, float]:
    """Least and greatest value, from the coarsest overview, so that every tile has the same."""
    factors = dataset.overviews(1) or [1]
    shape = (max(1, dataset.height // factors[-1]), max(1, dataset.width // factors[-1]))
    values = dataset.read(1, out_shape=shape, masked=True)
    if values.count() == 0:
        return 0.0, 1.0
    least, most = float(values.min()), float(values.max())
    return least, most if most > least else least + 1.0


def _refused(file: Path, fault: Exception) -> NotFoundError | WorkspaceError:
    if isinstance(fault, TileOutsideBounds | PointOutsideBounds):
        return NotFoundError(
            "The raster does not reach there; its extent stands in its description.",
            vi="Dữ liệu raster không phủ tới vị trí này; phạm vi ghi trong phần mô tả.",
        )
    return WorkspaceError(
        f"Raster file {file.name} cannot be read; import its source again.",
        vi=f"Không đọc được tệp raster {file.name}; hãy nạp lại từ nguồn.",
    )
