"""The ground that a file covers, in its own numbers: what is compared with known communes.

Thousands of parcels with roads between them and one polygon of a whole commune come down to the
same thing, a grid of cells that are covered. A coordinate system is tried by carrying points of the
communes into the file's numbers and looking them up there.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from rasterio.transform import Affine

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Side of a cell, metres; larger for files that would need more cells than this.
CELL_M: Final = 20.0
_CELLS: Final = 9_000_000
#: An outline that runs within this distance of a border follows it.
NEAR_M: Final = 60.0
_EDGE: Final = int(NEAR_M / CELL_M) + 1
# from here on, types of geometry that have parts
_MULTI: Final = 4
_AREAL: Final = (3, 6)
#: Features whose edges are taken apart at once, so that memory stays bounded.
_BATCH: Final = 50_000
#: Share of the coordinates at each end that may be absurd without stretching the grid.
_ABSURD: Final = 0.01
_SAMPLE: Final = 50_000
#: Larger numbers are no coordinates of anything.
_LARGEST: Final = 1e8
_DEGREE_M: Final = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Covered ground in the numbers of a file.

    Attributes
    ----------
    mask
        Covered cells, rows upwards from `origin`; holes and roads are filled.
    unit
        Metres of one unit of x and of y: 1 in grids, other in degrees.
    border
        Cells within `NEAR_M` of its outline.
    spots, centre, extent
        Places in the file's numbers: covered ones, their middle, and the frame around them.
    """

    mask: Mask
    origin: Numbers
    cell: float
    unit: Numbers
    border: Mask
    spots: Numbers
    centre: Numbers
    extent: Numbers

    @property
    def area_m2(self) -> float:
        """Covered area, to the size of cells."""
        return float(self.mask.sum()) * self.cell**2

    def covers(self, places: Numbers) -> Mask:
        """Whether places, in the file's numbers, lie on covered ground."""
        return self._looked_up(self.mask, places)

    def near(self, places: Numbers) -> Mask:
        """Whether places, in the file's numbers, lie within `NEAR_M` of its outline."""
        return self._looked_up(self.border, places)

    def _looked_up(self, mask: Mask, places: Numbers) -> Mask:
        at = self._cells(places)
        known = ((at >= 0) & (at < mask.shape[::-1])).all(axis=1)
        found = np.zeros(len(places), dtype=bool)
        found[known] = mask[at[known, 1], at[known, 0]]
        return found

    def _cells(self, places: Numbers) -> npt.NDArray[np.int64]:
        cells = (places * self.unit - self.origin) / self.cell
        return np.asarray(np.where(np.isfinite(cells), np.floor(cells), -1), dtype=np.int64)


def footprint(geometry: npt.NDArray[np.object_], *, spots: int = 2000) -> Footprint | None:
    """Return the ground under some geometries; None where there is none that could be measured.

    Parameters
    ----------
    geometry
        Shapes in the file's own numbers, of any kind.
    spots
        How many covered places are kept to be looked up among the communes.
    """
    numbers = numbers_of(geometry)
    if not len(numbers):
        return None
    low, high = np.quantile(numbers, [_ABSURD, 1 - _ABSURD], axis=0)
    unit = _unit(np.median(numbers, axis=0))
    # what lies far out is absurd; what lies on the rim is not
    slack = (high - low) * unit + CELL_M
    bounds = np.clip(np.nan_to_num(shapely.total_bounds(geometry)), -_LARGEST, _LARGEST)
    low = np.maximum(low * unit - slack, bounds[:2] * unit)
    high = np.minimum(high * unit + slack, bounds[2:] * unit)
    cell = max(CELL_M, float(np.sqrt(np.prod(np.maximum(high - low, CELL_M)) / _CELLS)))
    origin = low - _EDGE * cell
    width, height = (np.ceil((high - low) / cell).astype(int) + 2 * _EDGE).tolist()
    drawn = np.zeros((height, width), dtype=bool)
    for start in range(0, len(geometry), _BATCH):
        _draw(drawn, geometry[start : start + _BATCH], (origin, cell, unit))
    mask = _filled(drawn)
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return None
    rim = mask & ~_spread(mask, shrink=True)
    step = max(1, len(rows) // spots)
    kept = np.column_stack([columns[::step], rows[::step]]) * cell + origin + cell / 2
    places = kept / unit
    parts = np.array([(x, y) for x in (0, 0.5, 1) for y in (0, 0.5, 1)])
    return Footprint(
        mask=mask,
        origin=origin,
        cell=cell,
        unit=unit,
        border=_around(rim, round(NEAR_M / cell)),
        spots=places,
        centre=np.median(places, axis=0),
        extent=places.min(axis=0) + parts * np.ptp(places, axis=0),
    )


def numbers_of(geometry: npt.NDArray[np.object_]) -> Numbers:
    """Coordinates that could be any; of very many shapes those of every so many."""
    drawn = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    numbers = shapely.get_coordinates(drawn[:: max(1, len(drawn) // _SAMPLE)])
    return np.asarray(numbers[(np.abs(numbers) < _LARGEST).all(axis=1)], dtype=np.float64)


def _unit(middle: Numbers) -> Numbers:
    """Metres of one unit; in degrees of Việt Nam the longitude is the larger number."""
    if (np.abs(middle) > 360).any():
        return np.ones(2)
    unit = np.full(2, _DEGREE_M)
    unit[int(np.argmax(np.abs(middle)))] *= np.cos(np.radians(np.abs(middle).min()))
    return unit


def _draw(drawn: Mask, geometry: npt.NDArray[np.object_], grid: tuple[Any, float, Any]) -> None:
    """Mark the cells that edges run through."""
    origin, cell, unit = grid
    usable = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    points, owner = shapely.get_coordinates(usable, return_index=True)
    # bounds would pass over a coordinate that is no number
    whole = np.ones(len(usable), dtype=bool)
    whole[owner[~np.isfinite(points).all(axis=1)]] = False
    usable = usable[whole]
    # an edge from here to the other end of the world would become millions of points
    reach = np.array(drawn.shape[::-1]) * cell
    bounds = shapely.bounds(usable) * np.tile(unit, 2)
    size = bounds[:, 2:] - bounds[:, :2]
    # the corners of what is small are near enough to each other as they are
    small = (size <= 2 * cell).all(axis=1)
    large = usable[~small & (size <= reach).all(axis=1)]
    areal = np.isin(shapely.get_type_id(large), _AREAL)
    # of an area GEOS would mend the result, which takes minutes where a ring is a scribble
    large[areal] = shapely.boundary(large[areal])
    edges = shapely.segmentize(_single(large), cell / unit.max())
    at = shapely.get_coordinates(np.concatenate([usable[small], edges])) * unit - origin
    cells = np.floor(at / cell).astype(np.int64)
    cells = cells[((cells >= 0) & (cells < drawn.shape[::-1])).all(axis=1)]
    drawn[cells[:, 1], cells[:, 0]] = True


def _filled(drawn: Mask) -> Mask:
    """Close roads and fill what is surrounded."""
    closed = _spread(drawn)
    rings = [
        {"type": "Polygon", "coordinates": shape["coordinates"][:1]}
        for shape, _ in rasterio.features.shapes(
            closed.astype(np.uint8), mask=closed, connectivity=8
        )
    ]
    if not rings:
        return closed
    filled = rasterio.features.rasterize(rings, closed.shape, transform=Affine.identity())
    return _spread(filled.astype(bool), shrink=True)


def _spread(mask: Mask, *, shrink: bool = False) -> Mask:
    """Grow a mask by one cell on every side, or shrink it."""
    source = ~mask if shrink else mask
    grown = source.copy()
    grown[1:] |= source[:-1]
    grown[:-1] |= source[1:]
    across = grown.copy()
    grown[:, 1:] |= across[:, :-1]
    grown[:, :-1] |= across[:, 1:]
    return ~grown if shrink else grown


def _around(mask: Mask, reach: int) -> Mask:
    """Grow a mask by some cells, as a disc."""
    height, width = mask.shape
    grown = mask.copy()
    rows, columns = np.nonzero(mask)
    for up in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            if 0 < up * up + across * across <= reach * reach:
                held = (rows + up >= 0) & (rows + up < height)
                held &= (columns + across >= 0) & (columns + across < width)
                grown[rows[held] + up, columns[held] + across] = True
    return grown


def _single(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the parts of shapes that hold something; GEOS dies of an empty one among others."""
    while (many := shapely.get_type_id(shapes) >= _MULTI).any():
        shapes = np.concatenate([shapes[~many], shapely.get_parts(shapes[many])])
    kept: npt.NDArray[np.object_] = shapes[~shapely.is_empty(shapes)]
    return kept
