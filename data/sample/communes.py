"""The 23 communes as a power diagram with natural-looking shared borders."""

import itertools
from collections.abc import Iterable
from pathlib import Path

import anneal
import noise
import numpy as np
import numpy.typing as npt
import place
import shapely
from place import Floats, Shape
from scipy.spatial import ConvexHull  # type: ignore[import-untyped]

FAR_M = 300_000.0
STEP_M = 90.0
# how far a border may swing from its chord, as a share of the chord: sandy coasts are smoother
SWING_LAND = 0.085
SWING_COAST = 0.045


def straight_edges(seeds: Floats, weights: Floats) -> list[shapely.LineString]:
    """Edges of the power diagram; its corners are shared because each is computed once."""
    middle = seeds.mean(axis=0)
    angles = np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False)
    frame = FAR_M * np.c_[np.cos(angles), np.sin(angles)]
    points = np.vstack([seeds - middle, frame])
    lift = (points**2).sum(axis=1) - np.r_[weights, np.zeros(len(frame))]
    hull = ConvexHull(np.c_[points, lift])
    lower = hull.equations[:, 2] < 0.0
    plane = hull.equations
    corners = -0.5 * plane[:, :2] / plane[:, 2:3] + middle
    edges = []
    for one in np.flatnonzero(lower):
        for other in hull.neighbors[one]:
            shared = np.intersect1d(hull.simplices[one], hull.simplices[other])
            if one < other and lower[other] and (shared < len(seeds)).all():
                edges.append(shapely.LineString([corners[one], corners[other]]))
    return edges


def _owner(points: Floats, seeds: Floats, weights: Floats) -> npt.NDArray[np.intp]:
    away = ((points[:, None, :] - seeds[None, :, :]) ** 2).sum(axis=2) - weights
    return np.asarray(np.argmin(away, axis=1))


def straight_communes(seeds: Floats, weights: Floats) -> list[Shape]:
    """Cells of the diagram inside the outline, each in one part, in the order of the units."""
    outline = place.outline()
    lines = [*straight_edges(seeds, weights), outline.exterior]
    noded = shapely.union_all(lines, grid_size=place.GRID_M)
    faces = [
        face
        for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        if outline.contains(face.representative_point())
    ]
    owner = _owner(
        np.array([face.representative_point().coords[0] for face in faces]), seeds, weights
    )
    groups: list[list[Shape]] = [[] for _ in seeds]
    for face, index in sorted(zip(faces, owner, strict=True), key=lambda pair: -pair[0].area):
        if not groups[index]:
            groups[index].append(face)
            continue
        # a scrap cut off by a bay goes to the neighbour with the longest common border
        border = [
            sum(face.intersection(part).length for part in group) if group else 0.0
            for group in groups
        ]
        groups[int(np.argmax(border))].append(face)
    return [shapely.coverage_union_all(group) for group in groups]


def _wiggle(start: Floats, end: Floats, swing: float) -> Floats:
    """Bend a chord into a wandering line that leaves the area on both sides as it was."""
    length = float(np.hypot(*(end - start)))
    levels = max(0, int(np.ceil(np.log2(length / STEP_M))))
    if levels == 0:
        return np.array([start, end])
    key = [int(value / place.GRID_M) for value in (*start, *end)]
    offset = np.zeros(2**levels + 1)
    reach = swing * length
    for level in range(levels):
        step = 2 ** (levels - level)
        middles = np.arange(step // 2, 2**levels, step)
        jump = (noise.chance(*key, level, middles) - 0.5) * 2.0 * reach
        offset[middles] = (offset[middles - step // 2] + offset[middles + step // 2]) / 2 + jump
        reach *= 0.56
    t = np.linspace(0.0, 1.0, len(offset))
    bump = np.sin(np.pi * t)
    offset -= bump * (offset.sum() / bump.sum())
    across = np.array([-(end - start)[1], (end - start)[0]]) / length
    return place.snap(start + t[:, None] * (end - start) + offset[:, None] * across)


def _segments(polygons: Iterable[Shape]) -> list[tuple[Floats, Floats]]:
    seen: dict[tuple[tuple[float, ...], ...], tuple[Floats, Floats]] = {}
    for polygon in polygons:
        ring = shapely.get_coordinates(polygon.boundary)
        for start, end in itertools.pairwise(ring):
            first, last = sorted((tuple(start.tolist()), tuple(end.tolist())))
            seen[first, last] = (np.array(first), np.array(last))
    return [seen[key] for key in sorted(seen)]


def coast_line() -> shapely.MultiLineString:
    """Straight coast sides of the outline."""
    corners, kinds = place.outline_points()
    closed = np.vstack([corners, corners[:1]])
    sides = [closed[i : i + 2] for i, kind in enumerate(kinds) if kind == "coast"]
    return shapely.MultiLineString(sides)


def wiggled(straight: list[Shape]) -> list[shapely.Polygon]:
    """Give every border, shared or outer, its own wandering course."""
    coast = shapely.buffer(coast_line(), 2.0 * place.GRID_M)
    borders = []
    for start, end in _segments(straight):
        on_coast = coast.contains(shapely.LineString([start, end]))
        borders.append(
            shapely.LineString(_wiggle(start, end, SWING_COAST if on_coast else SWING_LAND))
        )
    faces = shapely.get_parts(shapely.polygonize(borders))
    if len(faces) != len(straight) or not shapely.coverage_is_valid(faces):
        msg = "the wandering borders cross; lower the swing"
        raise ValueError(msg)
    tree = shapely.STRtree(faces)
    inner = [polygon.buffer(-400.0).representative_point() for polygon in straight]
    hits = tree.query(inner, predicate="within")
    return [faces[position] for position in hits[1][np.argsort(hits[0])]]


def build(table: Path) -> list[shapely.Polygon]:
    """Commune polygons from the table of seeds, in the order of `place.units`."""
    return wiggled(straight_communes(*anneal.read(table)))
