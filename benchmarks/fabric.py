"""A made-up parcel fabric near Bình Sơn: an exact coverage, as a cadastral map should be.

Nothing here imports the product, so that what it finds in this fabric is found independently.

The fabric is a bent grid. Every edge between two nodes is a broken line made once, by midpoint
displacement, and used by the parcels on both sides: neighbours share their vertices to the last
bit. Rows and columns of roads run between blocks; some cells are divided, some hold a pond. Nodes
and lines move so little that no two edges can meet (`JITTER`, `ROUGHNESS`), so every ring is valid
by construction; the tests hold this against GEOS.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Floats = npt.NDArray[np.float64]
Polygons = npt.NDArray[np.object_]

CRS: Final = "EPSG:5898"
#: Number of parcels by the size's name.
SIZES: Final = {"S": 2_000, "M": 20_000, "L": 600_000}
#: South-west corner (east, north) in metres, and by how much the grid is turned.
ORIGIN: Final = (575_000.0, 1_685_000.0)
TURN: Final = np.deg2rad(13.0)

#: Cells of a block, along east and north; a road of `ROAD_M` runs after each block.
BLOCK: Final = (8, 6)
ROAD_M: Final = 8.0
CELL_M: Final = (24.0, 32.0)
#: Largest shift of a node, as a share of the narrower cell beside it.
JITTER: Final = 0.12
#: Largest displacement of a midpoint, as a share of its segment.
ROUGHNESS: Final = 0.04
#: How often each segment of an edge is halved: four segments an edge.
DEPTH: Final = 2
#: Share of the cells that are divided, and that hold a pond.
DIVIDED, PONDS = 0.25, 0.04
#: Blocks of a map sheet and of a hamlet, along one side.
SHEET_BLOCKS, HAMLET_BLOCKS = 2, 3
#: How far a registered area is from the drawn one at most, as a share.
REGISTERED_SHARE: Final = 0.004

CODES: Final = ("LUC", "LUK", "BHK", "CLN", "RSX", "ONT", "NTD")
ROAD_CODE, POND_CODE = "DGT", "NTS"
HAMLETS: Final = ("Phú Lễ", "Long Hội", "Đông Thuận", "Mỹ Thiện", "Vĩnh Trà", "Thuận Phước")


@dataclass(frozen=True, slots=True)
class _Grid:
    """Nodes joined by broken lines: `along` runs east, `up` runs north.

    ``along[i, j]`` joins node (i, j) to (i + 1, j); ``up[i, j]`` joins it to (i, j + 1).
    """

    along: Floats
    up: Floats


@dataclass(frozen=True, slots=True)
class _Part:
    """Parcels of one shape: their rings, holes, block and code."""

    polygons: Polygons
    blocks: npt.NDArray[np.int64]
    codes: npt.NDArray[np.str_]


def parcels(count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Make a coverage of at least `count` parcels (at most one more row of blocks).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``sheet``, ``parcel``, ``code`` (of tt27-2018), ``registered_area_m2``, ``hamlet``
        and the polygons in EPSG:5898, in the order of sheets and parcel numbers.
    """
    rng = np.random.default_rng(seed)
    cells = BLOCK[0] * BLOCK[1]
    a_block = cells * (1 + 0.95 * (DIVIDED + PONDS)) + 3
    columns = int(np.ceil(np.sqrt(count / a_block)))
    rows = int(np.ceil(count / a_block / columns))
    grid = _grid(columns, rows, rng)
    parts = [*_cells(grid, columns, rows, rng), *_roads(grid, columns, rows)]
    return _described(parts, columns, rng)


def _grid(columns: int, rows: int, rng: np.random.Generator) -> _Grid:
    widths = [
        _widths(number, size, rng) for number, size in zip((columns, rows), BLOCK, strict=True)
    ]
    ticks = [np.concatenate([[0.0], np.cumsum(each)]) for each in widths]
    nodes = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    for axis, each in enumerate(widths):
        narrow = np.minimum(np.concatenate([each[:1], each]), np.concatenate([each, each[-1:]]))
        reach = JITTER * (narrow[:, None] if axis == 0 else narrow[None, :])
        nodes[..., axis] += reach * rng.uniform(-1, 1, nodes.shape[:2])
    turned = nodes @ np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])
    nodes = turned + np.array(ORIGIN)
    return _Grid(
        along=broken_lines(nodes[:-1], nodes[1:], rng),
        up=broken_lines(nodes[:, :-1], nodes[:, 1:], rng),
    )


def _widths(blocks: int, size: int, rng: np.random.Generator) -> Floats:
    """Widths of the cells of one axis, a road after every block."""
    widths = np.full((blocks, size + 1), ROAD_M)
    widths[:, :size] = rng.uniform(*CELL_M, (blocks, size))
    return widths.ravel()


def broken_lines(
    start: Floats, end: Floats, rng: np.random.Generator, depth: int = DEPTH
) -> Floats:
    """Join points by lines broken by midpoint displacement; vertices are the last axis but one."""
    line = np.stack([start, end], axis=-2)
    for _ in range(depth):
        step = np.diff(line, axis=-2)
        across = np.stack([-step[..., 1], step[..., 0]], axis=-1)
        shift = rng.uniform(-ROUGHNESS, ROUGHNESS, step.shape[:-1])[..., None]
        middle = line[..., :-1, :] + step / 2 + across * shift
        longer = np.empty((*line.shape[:-2], 2 * line.shape[-2] - 1, 2))
        longer[..., ::2, :], longer[..., 1::2, :] = line, middle
        line = longer
    return line


def _rings(bottom: Floats, right: Floats, top: Floats, left: Floats) -> Floats:
    """Close four lines, drawn eastward and northward, into anticlockwise rings."""
    return np.concatenate(
        [bottom[:, :-1], right[:, :-1], top[:, :0:-1], left[:, ::-1]],
        axis=1,
    )


def polygons(rings: Floats, holes: Floats | None = None) -> Polygons:
    """Make polygons of rings, each with one hole where holes are given."""
    shells = np.asarray(shapely.linearrings(rings), dtype=object)
    if holes is None:
        return np.asarray(shapely.polygons(shells), dtype=object)
    inner = np.asarray(shapely.linearrings(holes), dtype=object)
    return np.asarray(shapely.polygons(shells, holes=inner[:, None]), dtype=object)


def _cells(grid: _Grid, columns: int, rows: int, rng: np.random.Generator) -> list[_Part]:
    """Make the parcels of the blocks: whole cells, divided ones, and ponds in whole ones."""
    sides = _inside(columns, BLOCK[0]), _inside(rows, BLOCK[1])
    i, j = (each.ravel() for each in np.meshgrid(*sides, indexing="ij"))
    block = _block(i, j, columns)
    kind = rng.uniform(size=len(i))
    divided, pond = kind < DIVIDED, kind > 1 - PONDS
    bottom, top = grid.along[i, j], grid.along[i, j + 1]
    left, right = grid.up[i, j], grid.up[i + 1, j]
    middle = bottom.shape[1] // 2
    wall = broken_lines(bottom[divided, middle], top[divided, middle], rng)
    west = _rings(bottom[divided, : middle + 1], wall, top[divided, : middle + 1], left[divided])
    east = _rings(bottom[divided, middle:], right[divided], top[divided, middle:], wall)
    shells = _rings(bottom[~divided], right[~divided], top[~divided], left[~divided])
    held = pond[~divided]
    whole = polygons(shells[~held])
    banks = _ponds(shells[held], rng)
    around = polygons(shells[held], banks[:, ::-1])
    codes = _codes(columns * rows, rng)
    shares = (
        (whole, block[~divided & ~pond]),
        (around, block[~divided & pond]),
        (polygons(west), block[divided]),
        (polygons(east), block[divided]),
    )
    made = [_Part(shapes, of, _varied(codes[of], rng)) for shapes, of in shares]
    water = block[~divided & pond]
    return [*made, _Part(polygons(banks), water, np.full(len(water), POND_CODE))]


def _inside(blocks: int, size: int) -> npt.NDArray[np.int64]:
    """Positions along one axis that are no road."""
    every = np.arange(blocks * (size + 1))
    return np.asarray(every[every % (size + 1) != size])


def _block(
    i: npt.NDArray[np.int64], j: npt.NDArray[np.int64], columns: int
) -> npt.NDArray[np.int64]:
    return np.asarray(j // (BLOCK[1] + 1) * columns + i // (BLOCK[0] + 1))


def _ponds(shells: Floats, rng: np.random.Generator) -> Floats:
    """Draw a ring of eight corners about the middle of each cell, well within it."""
    middle = shells[:, :-1].mean(axis=1)
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    radius = rng.uniform(0.13, 0.2, (len(shells), 8)) * CELL_M[0]
    corners = radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    ring = middle[:, None] + corners
    return np.concatenate([ring, ring[:, :1]], axis=1)


def _roads(grid: _Grid, columns: int, rows: int) -> list[_Part]:
    """Make the roads: one piece along each side of a block, and the crossings."""
    wide, high = BLOCK
    x, y = (
        each.ravel() for each in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij")
    )
    i, j = x * (wide + 1), y * (high + 1)
    eastward = _rings(
        _chain(grid.along, i, j + high, (wide, 0)),
        grid.up[i + wide, j + high],
        _chain(grid.along, i, j + high + 1, (wide, 0)),
        grid.up[i, j + high],
    )
    northward = _rings(
        grid.along[i + wide, j],
        _chain(grid.up, i + wide + 1, j, (0, high)),
        grid.along[i + wide, j + high],
        _chain(grid.up, i + wide, j, (0, high)),
    )
    crossing = _rings(
        grid.along[i + wide, j + high],
        grid.up[i + wide + 1, j + high],
        grid.along[i + wide, j + high + 1],
        grid.up[i + wide, j + high],
    )
    block = _block(i, j, columns)
    code = np.full(len(block), ROAD_CODE)
    return [_Part(polygons(rings), block, code) for rings in (eastward, northward, crossing)]


def _chain(
    lines: Floats, i: npt.NDArray[np.int64], j: npt.NDArray[np.int64], length: tuple[int, int]
) -> Floats:
    """Join the lines that follow each other from node (i, j), eastward or northward."""
    steps = range(max(length))
    pieces = [lines[i + step * (length[0] > 0), j + step * (length[1] > 0)] for step in steps]
    return np.concatenate([pieces[0], *(each[:, 1:] for each in pieces[1:])], axis=1)


def _codes(blocks: int, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    return rng.choice(CODES, blocks)


def _varied(codes: npt.NDArray[np.str_], rng: np.random.Generator) -> npt.NDArray[np.str_]:
    """Give one parcel in five another use than its block."""
    return np.where(rng.uniform(size=len(codes)) < 0.2, rng.choice(CODES, len(codes)), codes)


def _described(parts: list[_Part], columns: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    polygons = np.concatenate([each.polygons for each in parts])
    block = np.concatenate([each.blocks for each in parts])
    code = np.concatenate([each.codes for each in parts])
    x, y = block % columns, block // columns
    across = columns // SHEET_BLOCKS + 1
    sheet = y // SHEET_BLOCKS * across + x // SHEET_BLOCKS + 1
    hamlet = np.array(HAMLETS)[(x // HAMLET_BLOCKS + 2 * (y // HAMLET_BLOCKS)) % len(HAMLETS)]
    order = np.lexsort([block, sheet])
    number = pd.Series(sheet[order]).groupby(sheet[order]).cumcount().to_numpy() + 1
    drawn = shapely.area(polygons[order])
    share = rng.uniform(-REGISTERED_SHARE, REGISTERED_SHARE, len(drawn))
    return gpd.GeoDataFrame(
        {
            "sheet": sheet[order].astype(str),
            "parcel": number.astype(str),
            "code": code[order].astype(object),
            "registered_area_m2": np.round(drawn * (1 + share), 1),
            "hamlet": hamlet[order].astype(object),
        },
        geometry=polygons[order],
        crs=CRS,
    )
