"""Relief of the schematic district: described heights, invented shapes."""

from pathlib import Path

import noise
import numpy as np
import place
import rasterio
import shapely
from place import Floats, Shape
from scipy.spatial import cKDTree  # type: ignore[import-untyped]

CELL_M = 75.0
NODATA = -9999.0
PEAK_M = 785.0
# mount Dong Tranh (Tho An): the height is published, the spot is not
PEAK = place.project(108.602, 15.326)
# free-standing low hills, about 100 m: longitude, latitude, radius (m), height (m)
HILLS = (
    (108.846, 15.273, 900.0, 105.0),
    (108.838, 15.252, 800.0, 85.0),
    (108.812, 15.318, 900.0, 95.0),
    (108.799, 15.333, 700.0, 70.0),
    (108.842, 15.302, 850.0, 90.0),
    (108.853, 15.331, 600.0, 80.0),
    (108.815, 15.288, 700.0, 75.0),
    (108.806, 15.253, 900.0, 80.0),
    (108.784, 15.262, 500.0, 60.0),
    (108.772, 15.236, 600.0, 70.0),
    (108.930, 15.240, 500.0, 75.0),
    (108.915, 15.247, 400.0, 55.0),
    (108.882, 15.262, 600.0, 60.0),
    (108.706, 15.352, 1100.0, 110.0),
    (108.724, 15.358, 700.0, 75.0),
    (108.712, 15.325, 700.0, 65.0),
    (108.733, 15.262, 700.0, 70.0),
    (108.816, 15.413, 500.0, 65.0),
    (108.838, 15.362, 500.0, 55.0),
    (108.861, 15.228, 700.0, 60.0),
    (108.829, 15.225, 700.0, 70.0),
)


class Nearness:
    """Distance to lines by points on them, 25 m apart: good to some metres and fast."""

    def __init__(self, lines: Shape) -> None:
        self._tree = cKDTree(shapely.get_coordinates(shapely.segmentize(lines, 25.0)))

    def __call__(self, x: Floats, y: Floats) -> Floats:
        """Distance in metres from every place to the nearest line."""
        return np.asarray(self._tree.query(np.c_[np.ravel(x), np.ravel(y)])[0]).reshape(np.shape(x))


class Relief:
    """Heights in metres at any place, from distances to the coast and to the big river."""

    def __init__(self, coast: Shape, river: shapely.LineString) -> None:
        self.coast = Nearness(coast)
        self.river = Nearness(river)

    def height(self, x: Floats, y: Floats) -> Floats:
        """Height in metres above sea level, at least 0.3."""
        inland, wet = self.coast(x, y), self.river(x, y)
        plain = 3.0 + 7.0 * noise.ramp(inland, 0.0, 14_000.0)
        swell = 0.5 + 0.5 * noise.fractal(x, y, wave_m=2_400.0, key=11)
        rolling = 42.0 * swell**2.2 * noise.ramp(wet, 700.0, 4_500.0)
        dunes = (
            7.0
            * np.exp(-(((inland - 450.0) / 260.0) ** 2))
            * (0.55 + 0.45 * noise.smooth(x, y, wave_m=700.0, key=31))
        )
        height = plain + rolling * noise.ramp(inland, 300.0, 2_000.0) + dunes
        rough = 1.0 + 0.8 * noise.fractal(x, y, wave_m=1_000.0, key=51, octaves=3)
        for lon, lat, radius, top in HILLS:
            lump = noise.bell(x, y, centre=place.project(lon, lat), radius_m=radius)
            height = height + top * lump * rough
        height = height + self._west(x, y, wet)
        return np.maximum(height * noise.ramp(inland, -120.0, 260.0), 0.3)

    @staticmethod
    def _west(x: Floats, y: Floats, wet: Floats) -> Floats:
        """Hills towards Tra Bong, which rise to the named peak."""
        east = 575_500.0 + 1_500.0 * noise.smooth(x, y, wave_m=4_000.0, key=71)
        reach = noise.ramp(east - x, 0.0, 11_500.0) * noise.ramp(wet, 900.0, 5_000.0)
        ridge = 1.0 - np.abs(noise.fractal(x, y, wave_m=3_600.0, key=91, octaves=5)) * 1.6
        hills = reach * (70.0 + 330.0 * np.clip(ridge, 0.0, 1.0) ** 1.7 * (0.35 + reach))
        spur = 1.0 + 0.45 * noise.fractal(x, y, wave_m=1_900.0, key=111, octaves=4)
        peak = noise.bell(x, y, centre=PEAK, radius_m=1_700.0) * spur
        summit = 1.0 - np.hypot(x - PEAK[0], y - PEAK[1]) / 2_600.0
        return (
            hills * (1.0 - 0.5 * np.minimum(peak, 1.0))
            + 520.0 * peak
            + 220.0 * np.clip(summit, 0.0, 1.0)
        )


def write(path: Path, *, relief: Relief, district: Shape) -> None:
    """Write the heights of the district as a Cloud Optimised GeoTIFF."""
    west, south, east, north = district.bounds
    left, top = np.floor(west / CELL_M) * CELL_M, np.ceil(north / CELL_M) * CELL_M
    columns, rows = int(np.ceil((east - left) / CELL_M)), int(np.ceil((top - south) / CELL_M))
    grid_x, grid_y = np.meshgrid(
        left + CELL_M * (np.arange(columns) + 0.5), top - CELL_M * (np.arange(rows) + 0.5)
    )
    inside = shapely.contains_xy(district, grid_x, grid_y)
    heights = np.full(inside.shape, NODATA, dtype=np.float32)
    metres = relief.height(grid_x[inside], grid_y[inside])
    # the summit is a published figure: bend the top so that the highest cell carries it exactly
    above = metres > PEAK_M - 200.0
    floor = PEAK_M - 200.0
    metres[above] = floor + (metres[above] - floor) * 200.0 / (metres.max() - floor)
    heights[inside] = np.round(metres, 1)
    profile = {
        "driver": "COG",
        "dtype": "float32",
        "count": 1,
        "width": columns,
        "height": rows,
        "crs": place.CRS,
        "transform": rasterio.Affine(CELL_M, 0.0, left, 0.0, -CELL_M, top),
        "nodata": NODATA,
        "compress": "deflate",
        "predictor": "yes",
        "blocksize": 256,
    }
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(heights, 1)
        raster.update_tags(
            notice_vi=place.NOTICE_VI,
            notice_en=place.NOTICE_EN,
            TIFFTAG_IMAGEDESCRIPTION=f"{place.NOTICE_VI} / {place.NOTICE_EN}",
        )
        raster.set_band_unit(1, "metre")
