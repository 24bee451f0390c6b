"""The engine: exact pieces and areas of many polygons over many.

It knows geometry and integer labels only, nothing of law. Zones are cut by any number of *covers*
(land use, plans, communes, constraints). Each cover is first made disjoint: where its polygons lie
over each other, the common part becomes a cell of its own with all its owners, so that double
cover shows and no area counts twice. Then each zone is the sum of its pieces, to rounding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]
_Apply = Callable[..., Any]

#: Label of a piece that a cover does not reach.
UNCOVERED: Final = -1
#: Overlaps below this area are rounding of shared borders (1 dm2): they go to the earlier polygon.
BORDER_OVERLAP_M2: Final = 0.01
# on free coordinates GEOS can give a face to the wrong side of edges that nearly coincide, as those
# of a plan and of present land use do; on a grid, here finer than any survey, it does not. Where
# very many edges nearly coincide the finest grid may fail too; a coarser one settles
_GRIDS_M: Final = (1e-8, 1e-7, 1e-6, 1e-5)
# a difference smaller than this share of its piece is rounding of the intersection itself
_ROUNDING: Final = 1e-10
# a larger share than this that parts miss or have too much is no rounding any more
_ASTRAY: Final = 1e-9
_POLYGONAL: Final = (3, 6)
# type numbers above it hold several parts
_SINGLE_PART: Final = 3


@dataclass(frozen=True, slots=True)
class Cells:
    """A cover made disjoint.

    Attributes
    ----------
    geometry
        One polygon or multipolygon a cell; interiors do not meet.
    owners
        For each cell, the rows of the cover that lie there: one, or several in double cover.
    """

    geometry: Geometries
    owners: tuple[tuple[int, ...], ...]

    def doubled(self) -> npt.NDArray[np.bool_]:
        """Which cells lie under more than one row of the cover."""
        return np.array([len(rows) > 1 for rows in self.owners], dtype=bool)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Zones cut by covers: arrays of one length, one entry a piece.

    Attributes
    ----------
    zone
        Row of the zone the piece belongs to.
    cell
        For each cover, the piece's cell in it, or ``UNCOVERED``.
    geometry
        Polygon or multipolygon, in the metric system of the input.
    """

    zone: Indices
    cell: Mapping[str, Indices]
    geometry: Geometries

    def area_m2(self) -> npt.NDArray[np.float64]:
        """Area of each piece in square metres."""
        return np.asarray(shapely.area(self.geometry), dtype=np.float64)


def cut(zones: Geometries, covers: Mapping[str, Cells]) -> Pieces:
    """Cut every zone by every cover, in the covers' order.

    Parameters
    ----------
    zones
        Valid polygons in a metric system. They may overlap; each is cut on its own.
    covers
        Disjoint covers in the same system, by name.

    Returns
    -------
    Pieces
        For each zone, pieces that sum to it (1e-6 relative is promised, 1e-9 is usual); what a
        cover leaves open is a piece labelled ``UNCOVERED``. Ordered by zone, then by cells.
    """
    geometry: Geometries = np.asarray(zones, dtype=object)
    zone: Indices = np.arange(len(geometry), dtype=np.int64)
    labels: dict[str, Indices] = {}
    for name, cells in covers.items():
        source, label, geometry = _split(geometry, cells.geometry)
        zone = zone[source]
        labels = {key: values[source] for key, values in labels.items()}
        labels[name] = label
    order = np.lexsort((*reversed(list(labels.values())), zone))
    return Pieces(
        zone=zone[order],
        cell={key: values[order] for key, values in labels.items()},
        geometry=geometry[order],
    )


def disjoint(cover: Geometries) -> Cells:
    """Make a cover disjoint, keeping every owner of every place.

    Overlaps of less than ``BORDER_OVERLAP_M2`` go to the earlier row without a cell of their own.
    """
    geometry: Geometries = np.array(cover, dtype=object)
    first, second, area = overlapping_pairs(geometry)
    wide = area >= BORDER_OVERLAP_M2
    geometry = _trim_borders(geometry, first[~wide], second[~wide])
    groups = _components(len(geometry), first[wide], second[wide])
    tangled = {row for group in groups for row in group}
    alone = [
        row
        for row in range(len(geometry))
        if row not in tangled and not shapely.is_empty(geometry[row])
    ]
    cells: list[shapely.Geometry] = [geometry[row] for row in alone]
    owners: list[tuple[int, ...]] = [(row,) for row in alone]
    for group in groups:
        for rows, polygon in _arrangement(geometry, group):
            cells.append(polygon)
            owners.append(rows)
    return Cells(_as_array(cells), tuple(owners))


def overlapping_pairs(
    cover: Geometries,
) -> tuple[Indices, Indices, npt.NDArray[np.float64]]:
    """Pairs of rows whose interiors meet, earlier row first, with the common area in m2."""
    tree = shapely.STRtree(cover)
    left, right = tree.query(cover, predicate="intersects")
    earlier = left < right
    left, right = left[earlier], right[earlier]
    # touching neighbours are the rule: sort them out before any area is computed
    meet = shapely.relate_pattern(cover[left], cover[right], "T********")
    left, right = left[meet], right[meet]
    area = shapely.area(on_grid(shapely.intersection, cover[left], cover[right]))
    order = np.lexsort((right, left))
    return left[order], right[order], area[order]


def _split(pieces: Geometries, cells: Geometries) -> tuple[Indices, Indices, Geometries]:
    """Cut pieces by disjoint cells: row of the piece, row of the cell, geometry."""
    piece, cell, part = _parts(pieces, cells, freely)
    whole = shapely.area(pieces)
    sums = np.bincount(piece, weights=shapely.area(part), minlength=len(pieces))
    astray = np.flatnonzero(np.abs(whole - sums) > _ASTRAY * whole)
    if len(astray):
        good = ~np.isin(piece, astray)
        row, mended_cell, mended = _parts(pieces[astray], cells, on_grid)
        piece = np.concatenate([piece[good], astray[row]])
        cell = np.concatenate([cell[good], mended_cell])
        part = np.concatenate([part[good], mended])
    return piece, cell, part


def _parts(
    pieces: Geometries, cells: Geometries, apply: _Apply
) -> tuple[Indices, Indices, Geometries]:
    """Parts of pieces in cells and outside all of them, as `_split` returns them."""
    piece, cell = _candidate_pairs(pieces, cells)
    common = _intersections(pieces, cells, piece, cell, apply)
    # cells are taken away, not the common parts: a wrong part then shows in the sum
    left, remainder = _remainders(pieces, piece, common, cells[cell], apply)
    solid = shapely.area(common) > 0
    return (
        np.concatenate([piece[solid], left]),
        np.concatenate([cell[solid], np.full(len(left), UNCOVERED, dtype=np.int64)]),
        np.concatenate([common[solid], remainder]),
    )


def _candidate_pairs(pieces: Geometries, cells: Geometries) -> tuple[Indices, Indices]:
    if not len(pieces) or not len(cells):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(cells)
    piece, cell = tree.query(pieces, predicate="intersects")
    return piece.astype(np.int64), cell.astype(np.int64)


def _intersections(
    pieces: Geometries,
    cells: Geometries,
    piece: Indices,
    cell: Indices,
    apply: _Apply,
) -> Geometries:
    """Polygonal intersections of the pairs; the many that need no cutting are not cut."""
    common = np.empty(len(piece), dtype=object)
    shapely.prepare(pieces)
    cell_inside = shapely.covers(pieces[piece], cells[cell])
    common[cell_inside] = cells[cell[cell_inside]]
    rest = np.flatnonzero(~cell_inside)
    shapely.prepare(cells)
    piece_inside = shapely.covers(cells[cell[rest]], pieces[piece[rest]])
    common[rest[piece_inside]] = pieces[piece[rest[piece_inside]]]
    crossing = rest[~piece_inside]
    common[crossing] = polygonal(
        apply(shapely.intersection, pieces[piece[crossing]], cells[cell[crossing]])
    )
    return common


def _remainders(
    pieces: Geometries,
    piece: Indices,
    common: Geometries,
    taken: Geometries,
    apply: _Apply,
) -> tuple[Indices, Geometries]:
    """Find what the cells, `taken` pair by pair, leave open of each piece."""
    whole = shapely.area(pieces)
    covered = np.bincount(piece, weights=shapely.area(common), minlength=len(pieces))
    open_rows = np.flatnonzero(whole - covered > _ROUNDING * whole).astype(np.int64)
    order = np.argsort(piece, kind="stable")
    starts = np.searchsorted(piece[order], open_rows, side="left")
    ends = np.searchsorted(piece[order], open_rows, side="right")
    remainder = np.empty(len(open_rows), dtype=object)
    for at, (row, start, end) in enumerate(zip(open_rows, starts, ends, strict=True)):
        remainder[at] = _without(pieces[row], taken[order[start:end]], apply)
    remainder = polygonal(remainder)
    solid = shapely.area(remainder) > 0
    return open_rows[solid], remainder[solid]


def _without(geometry: shapely.Geometry, taken: Geometries, apply: _Apply) -> shapely.Geometry:
    """Take other polygons away from one."""
    if not len(taken):
        return geometry
    (union,) = polygonal(_as_array([apply(shapely.union_all, taken)]))
    left: shapely.Geometry = apply(shapely.difference, geometry, union)
    return left


def freely(operation: Callable[..., Any], *geometries: Any) -> Any:
    """Apply an overlay of shapely on free coordinates; on a grid where these do not settle."""
    try:
        return operation(*geometries)
    except shapely.errors.GEOSException:
        return on_grid(operation, *geometries)


def on_grid(operation: Callable[..., Any], *geometries: Any) -> Any:
    """Apply an overlay of shapely on the finest grid where it settles: 1e-8 m, seldom a coarser."""
    for grid in _GRIDS_M[:-1]:
        try:
            return operation(*geometries, grid_size=grid)
        except shapely.errors.GEOSException:
            continue
    return operation(*geometries, grid_size=_GRIDS_M[-1])


def polygonal(geometry: Geometries) -> Geometries:
    """Keep the polygons of each geometry; shared points and lines have no area."""
    result: Geometries = np.array(geometry, dtype=object)
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(result), _POLYGONAL))
    if not len(mixed):
        return result
    parts, owner = shapely.get_parts(result[mixed], return_index=True)
    # a collection may hold multipolygons, and collections of its own
    while (shapely.get_type_id(parts) > _SINGLE_PART).any():
        parts, where = shapely.get_parts(parts, return_index=True)
        owner = owner[where]
    keep = shapely.get_type_id(parts) == 3
    result[mixed] = shapely.Polygon()
    if keep.any():
        solid, number = np.unique(owner[keep], return_inverse=True)
        joined = shapely.multipolygons(parts[keep], indices=number)
        single = shapely.get_num_geometries(joined) == 1
        joined[single] = shapely.get_geometry(joined[single], 0)
        result[mixed[solid]] = joined
    return result


def _trim_borders(geometry: Geometries, first: Indices, second: Indices) -> Geometries:
    """Take rounding overlaps away from the later row of each pair."""
    if not len(second):
        return polygonal(geometry)
    order = np.argsort(second, kind="stable")
    rows, starts = np.unique(second[order], return_index=True)
    for row, pairs in zip(rows, np.split(order, starts[1:]), strict=True):
        geometry[row] = _without(geometry[row], geometry[first[pairs]], on_grid)
    return polygonal(geometry)


def _components(count: int, first: Indices, second: Indices) -> list[list[int]]:
    """Group rows tied together by overlaps, each sorted, in order of their first row."""
    parent = list(range(count))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for left, right in zip(first.tolist(), second.tolist(), strict=True):
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    groups: dict[int, list[int]] = {}
    for row in sorted({*first.tolist(), *second.tolist()}):
        groups.setdefault(root(row), []).append(row)
    return list(groups.values())


def _arrangement(
    geometry: Geometries, group: list[int]
) -> list[tuple[tuple[int, ...], shapely.Geometry]]:
    """Faces of overlapping polygons, merged by the rows that own them."""
    polygons = geometry[group]
    lines = on_grid(shapely.union_all, shapely.boundary(polygons))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    face, owner = shapely.STRtree(polygons).query(
        shapely.point_on_surface(faces), predicate="intersects"
    )
    rows_of: dict[int, list[int]] = {}
    for at, own in zip(face.tolist(), owner.tolist(), strict=True):
        rows_of.setdefault(at, []).append(group[own])
    faces_of: dict[tuple[int, ...], list[int]] = {}
    for at, rows in rows_of.items():
        faces_of.setdefault(tuple(sorted(rows)), []).append(at)
    return [
        (rows, on_grid(shapely.union_all, faces[where])) for rows, where in sorted(faces_of.items())
    ]


def _as_array(geometries: list[shapely.Geometry]) -> Geometries:
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result
