"""What every part of the schematic district shares: grid, notices, inputs, projections."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).resolve().parent
INPUTS = HERE / "inputs"

CRS = "EPSG:5898"
NOTICE_VI = "minh họa, không có giá trị pháp lý"
NOTICE_EN = "schematic, not a legal record"

# a quarter metre is a binary fraction: snapped coordinates are exact doubles, so areas of
# neighbours add up without rounding, and the files compress well
GRID_M = 0.25
HECTARE_M2 = 10_000.0
OUTSIDE_DISTRICT = "21187"

Floats: TypeAlias = npt.NDArray[np.float64]
Shape: TypeAlias = BaseGeometry


class Unit(NamedTuple):
    """A commune of 2020-02-01 to 2025-06-30 with its published figures."""

    code: str
    name: str
    area_m2: float
    centroid: tuple[float, float]
    seat: tuple[float, float] | None
    neighbours: tuple[str, ...]
    successor: str


@cache
def _to_grid() -> Transformer:
    return Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def project(lon: float, lat: float) -> tuple[float, float]:
    """Easting and northing in EPSG:5898, metres, of a longitude and latitude in degrees."""
    x, y = _to_grid().transform(lon, lat)
    return float(x), float(y)


def project_path(*lonlat: tuple[float, float]) -> Floats:
    """Project a row of longitude and latitude pairs to an array of shape (n, 2)."""
    return np.array([project(lon, lat) for lon, lat in lonlat])


def snap(coordinates: Floats) -> Floats:
    """Put coordinates on the common grid."""
    return np.round(coordinates / GRID_M) * GRID_M


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a UTF-8 CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def units() -> tuple[Unit, ...]:
    """Read the 23 communes in the order of the input file."""
    found = []
    for row in read_rows(INPUTS / "communes_2020.csv"):
        seat = None
        if row["seat_lon"]:
            seat = project(float(row["seat_lon"]), float(row["seat_lat"]))
        found.append(
            Unit(
                code=row["code"],
                name=row["name"],
                area_m2=float(row["area_km2"]) * 1e6,
                centroid=project(float(row["centroid_lon"]), float(row["centroid_lat"])),
                seat=seat,
                neighbours=tuple(row["neighbours"].split()),
                successor=row["new_code"],
            )
        )
    return tuple(found)


@cache
def neighbour_pairs() -> frozenset[tuple[int, int]]:
    """Pairs of positions in `units` that the published list calls neighbours."""
    position = {unit.code: index for index, unit in enumerate(units())}
    return frozenset(
        (min(index, position[code]), max(index, position[code]))
        for index, unit in enumerate(units())
        for code in unit.neighbours
    )


@cache
def outline_points() -> tuple[Floats, tuple[str, ...]]:
    """Corners of the district and the kind (coast, land) of the side that starts at each."""
    rows = read_rows(INPUTS / "outline_points.csv")
    corners = project_path(*((float(row["lon"]), float(row["lat"])) for row in rows))
    return snap(corners), tuple(row["kind"] for row in rows)


def outline() -> shapely.Polygon:
    """Straight-sided polygon of the five communes together."""
    return shapely.Polygon(outline_points()[0])
