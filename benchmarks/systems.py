"""Files in every coordinate system of the field, truly and falsely declared.

The true place is known in EPSG:5898. Numbers in another system are computed by pipelines written
out here with the seven parameters of QĐ 05/2007/QĐ-BTNMT, not looked up in a registry; what a file
*declares* is the text of a `.prj` beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from benchmarks.fabric import CRS, ORIGIN, Floats, Polygons, broken_lines, parcels

#: Position-vector sign, as in ``+towgs84``: metres, seconds of arc, ppm.
OFFICIAL: Final = (
    -191.90441429,
    -39.30318279,
    -111.45032835,
    0.00928836,
    -0.01975479,
    0.00427372,
    0.252906278,
)
#: Central meridians of the TM-3 zones by their code.
TM3: Final = {
    5896: 102.0, 9205: 103.0, 9206: 104.0, 9207: 104.5, 9208: 104.75, 5897: 105.0, 9209: 105.5,
    9210: 105.75, 9211: 106.0, 9212: 106.25, 9213: 106.5, 9214: 107.0, 9215: 107.25, 9216: 107.5,
    5899: 107.75, 5898: 108.0, 9217: 108.25, 9218: 108.5,
}  # fmt: skip
_HOME: Final = 5898


@dataclass(frozen=True, slots=True)
class Grid:
    """A transverse Mercator grid, or degrees where there is no meridian.

    Attributes
    ----------
    shift
        Parameters from its datum to WGS 84; none where its numbers are VN-2000.
    swapped
        Whether northing, or latitude, comes first.
    """

    meridian: float | None
    scale: float = 0.9999
    shift: tuple[float, ...] = OFFICIAL
    swapped: bool = False

    @property
    def text(self) -> str:
        """The grid as a PROJ string that carries its shift."""
        shift = ",".join(str(each) for each in self.shift)
        return f"{self.projected} +towgs84={shift} +no_defs +type=crs"

    @property
    def projected(self) -> str:
        """The projection alone."""
        if self.meridian is None:
            return "+proj=longlat +ellps=WGS84"
        at = f"+lon_0={self.meridian} +k={self.scale} +x_0=500000 +y_0=0"
        return f"+proj=tmerc +lat_0=0 {at} +ellps=WGS84 +units=m"

    def numbers(self, home: Floats) -> Floats:
        """Turn coordinates of EPSG:5898 into those of this grid."""
        steps = [f"+step +inv {Grid(TM3[_HOME]).projected}"]
        if self.shift != OFFICIAL:
            # the same place on the ground, by way of WGS 84
            steps += [_helmert(OFFICIAL, forth=True), _helmert(self.shift, forth=False)]
        if self.meridian is None:
            steps.append("+step +proj=unitconvert +xy_in=rad +xy_out=deg")
        else:
            steps.append(f"+step {self.projected}")
        pipeline = pyproj.Transformer.from_pipeline("+proj=pipeline " + " ".join(steps))
        x, y = pipeline.transform(home[:, 0], home[:, 1])
        made = np.column_stack([x, y])
        return made[:, ::-1] if self.swapped else made


def _helmert(shift: tuple[float, ...], *, forth: bool) -> str:
    names = ("x", "y", "z", "rx", "ry", "rz", "s")
    said = " ".join(f"+{name}={value}" for name, value in zip(names, shift, strict=True))
    inverse = "" if forth else "+inv "
    return (
        "+step +proj=cart +ellps=WGS84 "
        f"+step {inverse}+proj=helmert {said} +convention=position_vector "
        "+step +inv +proj=cart +ellps=WGS84"
    )


_NONE: Final = (0.0,) * 7
_REVERSED: Final = tuple(-each for each in OFFICIAL)
# to four digits, as texts have them: the exact string of the wrong sign PROJ mends by itself
_ROTATED: Final = (*OFFICIAL[:3], -0.0093, 0.0198, -0.0043, OFFICIAL[6])


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCase:
    """A file whose numbers are of one grid and whose text says another.

    Attributes
    ----------
    declared
        Text of the `.prj`; nothing where there is none.
    wrong
        Whether the text is false or missing.
    """

    kind: str
    label: str
    truth: Grid
    declared: str | None
    wrong: bool


def cases() -> list[SystemCase]:
    """List what goes wrong with coordinate systems, and the true declarations beside it."""
    home = Grid(TM3[_HOME])
    made = []
    for code, meridian in TM3.items():
        grid = Grid(meridian)
        made += [
            _case("zone truly declared", f"{code}", grid, _epsg(code)),
            _case("zone not declared", f"{code}", grid, None),
        ]
        if code != _HOME:
            made += [
                _case("wrong zone declared", f"{_HOME} as {code}", home, _epsg(code), wrong=True),
                _case("wrong zone declared", f"{code} as {_HOME}", grid, _epsg(_HOME), wrong=True),
            ]
    for label, grid in (
        ("UTM 49", Grid(111.0, 0.9996)),
        ("UTM 48", Grid(105.0, 0.9996)),
        ("WGS 84, degrees", Grid(None, shift=_NONE)),
        ("WGS 84, latitude first", Grid(None, shift=_NONE, swapped=True)),
        ("TM-3 108, k0 0.9996", Grid(108.0, 0.9996)),
        ("TM-3 108, WGS 84", Grid(108.0, shift=_NONE)),
    ):
        made.append(_case("other grid not declared", label, grid, None))
        if grid.meridian is not None:
            made.append(_case("other grid taken for home", label, grid, _epsg(_HOME), wrong=True))
    for code, meridian in TM3.items():
        there = Grid(meridian)
        for kind, shift in (
            ("no shift in the text", _NONE),
            ("shift reversed in the text", _REVERSED),
            ("rotations of the wrong sign in the text", _ROTATED),
        ):
            text = Grid(meridian, shift=shift).text
            made.append(_case(kind, str(code), there, _wkt(text), wrong=True))
        made.append(_case("official shift in the text", str(code), there, _wkt(there.text)))
        made.append(
            _case("axes swapped", str(code), Grid(meridian, swapped=True), _epsg(code), wrong=True)
        )
    return made


def _case(
    kind: str, label: str, truth: Grid, declared: str | None, *, wrong: bool | None = None
) -> SystemCase:
    false = declared is None if wrong is None else wrong
    return SystemCase(kind=kind, label=label, truth=truth, declared=declared, wrong=false)


def _epsg(code: int) -> str:
    return _wkt(f"EPSG:{code}")


def _wkt(text: str) -> str:
    return pyproj.CRS(text).to_wkt("WKT1_GDAL")


def communes(*, seed: int = 7) -> gpd.GeoDataFrame:
    """Make six communes of some 60 km2 each, with borders as crooked as real ones."""
    rng = np.random.default_rng(seed)
    east, north = np.meshgrid(np.arange(4) * 8_000.0, np.arange(3) * 7_500.0, indexing="ij")
    nodes = np.stack([east, north], axis=-1) + rng.uniform(-900, 900, (4, 3, 2)) + np.array(ORIGIN)
    along = broken_lines(nodes[:-1], nodes[1:], rng, depth=7)
    up = broken_lines(nodes[:, :-1], nodes[:, 1:], rng, depth=7)
    shapes = [
        shapely.Polygon(
            np.concatenate(
                [along[i, j], up[i + 1, j][1:], along[i, j + 1][-2::-1], up[i, j][-2:0:-1]]
            )
        )
        for i in range(3)
        for j in range(2)
    ]
    codes = ("21085", "21100", "21040", "21061", "21109", "21127")
    names = ("Bình Minh", "Bình Chương", "Bình Sơn", "Vạn Tường", "Đông Sơn", "Đông Trà Bồng")
    return gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=CRS)


def covering(commune: shapely.Polygon, *, seed: int = 3) -> gpd.GeoDataFrame:
    """Fill a commune with land use of about a hectare each, cut along its border."""
    across, high = np.ptp(shapely.get_coordinates(commune), axis=0)
    fabric = parcels(600, seed=seed)
    west, south, east, north = fabric.total_bounds
    scale = 1.6 * max(across / (east - west), high / (north - south))
    middle = np.array([(west + east) / 2, (south + north) / 2])
    goal = np.array(commune.centroid.coords[0])

    def stretched(points: Floats) -> Floats:
        return np.asarray((points - middle) * scale + goal)

    shapes = shapely.intersection(shapely.transform(fabric.geometry.to_numpy(), stretched), commune)
    kept = shapely.area(shapes) > 1.0
    filled = fabric[kept].set_geometry(shapes[kept], crs=CRS).explode(ignore_index=True)
    filled = filled[filled.geom_type == "Polygon"].reset_index(drop=True)
    return filled.assign(registered_area_m2=filled.area.round(1))


def write(frame: gpd.GeoDataFrame, case: SystemCase, file: Path) -> None:
    """Write a shapefile in the numbers of a case, with the text that it declares."""
    moved = shapely.transform(frame.geometry.to_numpy(), _by(case.truth))
    short = frame.rename(columns={"registered_area_m2": "dientich", "code": "mdsd"})
    short = short.rename(columns={"sheet": "soto", "parcel": "sothua"})
    short.set_geometry(moved).set_crs(None, allow_override=True).to_file(file, encoding="UTF-8")
    file.with_suffix(".prj").unlink(missing_ok=True)
    if case.declared is not None:
        file.with_suffix(".prj").write_text(case.declared, encoding="ascii")


def _by(grid: Grid) -> Callable[[Floats], Floats]:
    return grid.numbers


def displaced(there: Polygons, truth: Polygons) -> float:
    """Return how far the middle of any feature is from where it belongs, in metres."""
    found, known = (shapely.get_coordinates(shapely.centroid(each)) for each in (there, truth))
    return float(np.hypot(*(found - known).T).max())
