"""One noded network of every line, and the faces between: the atoms of all layers.

Because every layer is put together from the same faces, borders of communes, parcels and plans
share their vertices and each layer covers the district exactly.
"""

from collections.abc import Sequence
from typing import NamedTuple

import noise
import numpy as np
import numpy.typing as npt
import place
import shapely
from network import Corridor
from place import Floats, Shape
from scipy.spatial import Voronoi, cKDTree  # type: ignore[import-untyped]

Ints = npt.NDArray[np.int64]
NONE = -1
EDGE_STEP_M = 95.0
WARP_M = 26.0
SLIVER_M2 = 2_500.0


class Mesh(NamedTuple):
    """Faces with the commune, field cell and corridor they lie in, and who touches whom."""

    faces: npt.NDArray[np.object_]
    area_m2: Floats
    commune: Ints
    cell: Ints
    corridor: Ints
    built: Ints
    touching: Ints
    shared_m: Floats


def scatter(trial: Floats, wanted: Floats) -> Floats:
    """Keep trial points so that none is nearer to a kept one than the spacing wanted there.

    Tight spacings come first, so that rows of fields stay whole.
    """
    tree = cKDTree(trial)
    turn = noise.chance(np.arange(len(trial)), 17)
    order = np.lexsort((turn, wanted > wanted.min()))
    free = np.ones(len(trial), dtype=bool)
    kept = []
    for index in order:
        if free[index]:
            kept.append(index)
            free[tree.query_ball_point(trial[index], wanted[index])] = False
    return np.asarray(trial[np.sort(kept)])


def warp(coordinates: Floats) -> Floats:
    """Bend the plane a little, so that straight field edges become natural ones."""
    x, y = coordinates[:, 0], coordinates[:, 1]
    bent = coordinates.copy()
    for axis in (0, 1):
        bent[:, axis] += WARP_M * noise.fractal(x, y, wave_m=420.0, key=901 + 7 * axis, octaves=3)
        bent[:, axis] += 1.6 * WARP_M * noise.smooth(x, y, wave_m=1_500.0, key=941 + axis)
    return bent


def field_edges(seeds: Floats) -> list[shapely.LineString]:
    """Edges of the field cells, bent by `warp`; infinite ones are left out."""
    diagram = Voronoi(seeds)
    ends = np.array([pair for pair in diagram.ridge_vertices if min(pair) >= 0])
    chords = shapely.linestrings(diagram.vertices[ends])
    chords = shapely.segmentize(chords, EDGE_STEP_M)
    coordinates, owner = shapely.get_coordinates(chords, return_index=True)
    bent = np.split(place.snap(warp(coordinates)), np.flatnonzero(np.diff(owner)) + 1)
    return [shapely.LineString(line) for line in bent]


def frame(area: Shape) -> Floats:
    """Far points around the district, so that every inner cell is closed."""
    west, south, east, north = area.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    angles = np.linspace(0.0, 2.0 * np.pi, 36, endpoint=False)
    return np.asarray(middle + 60_000.0 * np.c_[np.cos(angles), np.sin(angles)])


def adjacency(faces: npt.NDArray[np.object_]) -> tuple[Ints, Floats]:
    """Pairs of faces with a common edge, shape (n, 2), and the length of it in metres."""
    rings, ring_owner = shapely.get_rings(faces, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    owner = ring_owner[ring[:-1][same]]
    grid = np.round(coordinates / place.GRID_M).astype(np.int64)
    start, end = grid[:-1][same], grid[1:][same]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[flip], end[flip] = end[flip].copy(), start[flip].copy()
    order = np.lexsort((owner, end[:, 1], end[:, 0], start[:, 1], start[:, 0]))
    start, end, owner = start[order], end[order], owner[order]
    twin = (start[1:] == start[:-1]).all(axis=1) & (end[1:] == end[:-1]).all(axis=1)
    pairs = np.sort(np.c_[owner[:-1][twin], owner[1:][twin]], axis=1)
    length = np.hypot(*((end - start)[:-1][twin] * place.GRID_M).T)
    unique, position = np.unique(pairs, axis=0, return_inverse=True)
    return unique, np.asarray(np.bincount(position.ravel(), weights=length), dtype=np.float64)


def _locate(points: npt.NDArray[np.object_], areas: Sequence[Shape]) -> Ints:
    """Position of the first area that holds each point (its edge included), or NONE."""
    found = np.full(len(points), NONE, dtype=np.int64)
    tree = shapely.STRtree(points)
    for index in reversed(range(len(areas))):
        shapely.prepare(areas[index])
        found[tree.query(areas[index], predicate="covers")] = index
    return found


def build(communes: list[shapely.Polygon], strips: list[Corridor], seeds: Floats) -> Mesh:
    """Node all lines, polygonise, and tell every face what it belongs to."""
    district = shapely.coverage_union_all(communes)
    edges = field_edges(np.vstack([seeds, frame(district)]))
    lines: list[Shape] = [polygon.exterior for polygon in communes]
    lines += [shapely.boundary(strip.area) for strip in strips]
    noded = shapely.union_all([*edges, *lines], grid_size=place.GRID_M)
    cells = shapely.get_parts(shapely.polygonize(edges))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = shapely.normalize(faces)
    points = shapely.point_on_surface(faces)
    commune = _locate(points, communes)
    faces, points, commune = (part[commune != NONE] for part in (faces, points, commune))
    corner = shapely.get_coordinates(points)
    order = np.lexsort((corner[:, 1], corner[:, 0]))
    faces, points, commune = faces[order], points[order], commune[order]
    pairs, shared = adjacency(faces)
    empty = shapely.Polygon()
    hits = shapely.STRtree(cells).query(points, predicate="within")
    cell = np.full(len(faces), NONE, dtype=np.int64)
    cell[hits[0]] = hits[1]
    return Mesh(
        faces=faces,
        area_m2=shapely.area(faces),
        commune=commune,
        cell=cell,
        corridor=_locate(points, [strip.area for strip in strips]),
        built=_locate(points, [strip.area if strip.built else empty for strip in strips]),
        touching=pairs,
        shared_m=shared,
    )


def components(size: int, pairs: Ints) -> Ints:
    """Find the connected groups and return the number of the one each element is in."""
    parent = np.arange(size)

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = int(parent[index])
        return index

    for one, other in pairs:
        first, second = root(int(one)), root(int(other))
        if first != second:
            parent[max(first, second)] = min(first, second)
    roots = np.array([root(index) for index in range(size)])
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def group_pairs(group: Ints, mesh: Mesh) -> tuple[Ints, Floats]:
    """Which groups of faces touch along a line, and how long it is."""
    pairs = np.sort(group[mesh.touching], axis=1)
    apart = pairs[:, 0] != pairs[:, 1]
    unique, position = np.unique(pairs[apart], axis=0, return_inverse=True)
    border = np.bincount(position.ravel(), weights=mesh.shared_m[apart])
    return unique, np.asarray(border, dtype=np.float64)


def speakers(group: Ints, mesh: Mesh) -> Ints:
    """Find the largest face of every group: it speaks for the group."""
    order = np.lexsort((mesh.area_m2, group))
    last = np.r_[np.flatnonzero(np.diff(group[order])), len(order) - 1]
    return np.asarray(order[last])


def absorb(group: Ints, allowed: npt.NDArray[np.bool_], mesh: Mesh, limit_m2: float) -> Ints:
    """Give groups below the limit to the touching group with the longest allowed border.

    `allowed` says for each touching pair of `mesh` whether its faces may be joined.
    """
    for _ in range(6):
        size = int(group.max()) + 1
        area = np.bincount(group, weights=mesh.area_m2, minlength=size)
        sides = group[mesh.touching]
        use = allowed & (sides[:, 0] != sides[:, 1])
        border: dict[tuple[int, int], float] = {}
        for (one, other), length in zip(sides[use].tolist(), mesh.shared_m[use], strict=True):
            for pair in ((one, other), (other, one)):
                if area[pair[0]] < limit_m2:
                    border[pair] = border.get(pair, 0.0) + float(length)
        best: dict[int, tuple[float, int]] = {}
        for (small, host), length in sorted(border.items()):
            if length > best.get(small, (0.0, NONE))[0]:
                best[small] = (length, host)
        if not best:
            break
        joins = np.array([(small, host) for small, (_length, host) in sorted(best.items())])
        group = components(size, joins)[group]
    return group


def dissolve(group: Ints, mesh: Mesh) -> npt.NDArray[np.object_]:
    """Polygon of every group, in the order of the group numbers."""
    order = np.argsort(group, kind="stable")
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    parts = [
        shapely.coverage_union_all(mesh.faces[members])
        if len(members) > 1
        else mesh.faces[members[0]]
        for members in np.split(order, cuts)
    ]
    return np.asarray(shapely.normalize(np.array(parts, dtype=object)))
