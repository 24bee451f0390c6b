"""Areas out of drawn lines: closed where ends nearly meet, and what stays open is told."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis import findings
from gis.intake import notes

#: How far from an open end the next line is looked for.
REACH_M: Final = 1.0
# a connecting line is drawn a little further, so that it surely crosses the line it leads to
_BEYOND: Final = 1e-6

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Network:
    """Lines cut at every crossing, and the areas between them.

    Attributes
    ----------
    faces
        The areas, from top to bottom.
    found
        Lines that end in nothing, ends that were joined, lines that bound no area.
    """

    faces: Shapes
    found: tuple[gpd.GeoDataFrame, ...]


def network(lines: Shapes, *, close_m: float) -> Network:
    """Find the areas between lines.

    Parameters
    ----------
    lines
        Lines and rings in a system of metres.
    close_m
        An end that misses another line by no more is joined to it; one that passes it by no more
        is cut off.
    """
    edges = noded(lines)
    joints = _joints(edges, close_m)
    if len(joints):
        edges = noded(np.concatenate([edges, joints]))
    faces, cuts, dangles, _ = shapely.polygonize_full(edges)
    found = notes.counted(
        "reading.ends-joined",
        len(joints),
        size=float(shapely.length(joints).max()) if len(joints) else None,
        tolerance=close_m,
        geometry=np.array([shapely.multilinestrings(joints)]) if len(joints) else None,
    )
    return Network(
        in_order(shapely.get_parts(faces)),
        (*found, *_open_ends(_merged(dangles), edges, close_m), *_bridges(_merged(cuts), close_m)),
    )


def noded(lines: Shapes) -> Shapes:
    """Cut lines at every place where they meet; what lies twice is there once."""
    return np.asarray(shapely.get_parts(shapely.union_all(lines)))


def in_order(shapes: Shapes) -> Shapes:
    """Sort shapes from top to bottom, then from left to right, so that every run agrees."""
    bounds = shapely.bounds(shapes)
    return np.asarray(shapes[np.lexsort((bounds[:, 0], -bounds[:, 3]))])


def _merged(lines: Any) -> Shapes:
    """Join the pieces of each line that was cut by nothing."""
    return np.asarray(shapely.get_parts(shapely.line_merge(lines)))


def _joints(edges: Shapes, close_m: float) -> Shapes:
    """Draw the missing bit from every end that nearly meets another line."""
    _, _, dangles, _ = shapely.polygonize_full(edges)
    loose = _merged(dangles)
    ends, _owner = _free_ends(loose[shapely.length(loose) > close_m], edges)
    gaps, goals = _nearest_other(ends, edges, close_m)
    at = np.flatnonzero(np.isfinite(gaps))
    if not len(at):
        return np.array([], dtype=object)
    goals = goals[at]
    bits = shapely.get_coordinates(shapely.shortest_line(ends[at], goals)).reshape(-1, 2, 2)
    # at a vertex it ends exactly there; between two it goes on, or rounding would keep it away
    corners = shapely.extract_unique_points(goals)
    between = shapely.distance(corners, shapely.points(bits[:, 1])) > 0
    step = (bits[:, 1] - bits[:, 0]) * (_BEYOND / gaps[at])[:, None]
    bits[between, 1] += step[between]
    # two ends that miss each other are joined once
    both = np.asarray(shapely.normalize(shapely.linestrings(bits)))
    _, first = np.unique(shapely.to_wkb(both), return_index=True)
    return np.asarray(both[first])


def _free_ends(lines: Shapes, edges: Shapes) -> tuple[Shapes, npt.NDArray[np.intp]]:
    """Find the ends of lines at which no other edge begins, and whose they are."""
    if not len(lines):
        return np.array([], dtype=object), np.array([], dtype=np.intp)
    both = np.concatenate([_ends(edges, 0), _ends(edges, -1)])
    places, count = np.unique(both, return_counts=True)
    own = np.concatenate([_ends(lines, 0), _ends(lines, -1)])
    free = count[np.searchsorted(places, own)] == 1
    owner = np.tile(np.arange(len(lines)), 2)[free]
    return np.asarray(shapely.points(own.real, own.imag))[free], owner


def _ends(lines: Shapes, at: int) -> npt.NDArray[np.complex128]:
    points = shapely.get_point(lines, at)
    return np.asarray(shapely.get_x(points) + 1j * shapely.get_y(points))


def _nearest_other(
    ends: Shapes, edges: Shapes, within: float
) -> tuple[npt.NDArray[np.float64], Shapes]:
    """Find what each free end misses by least: another end, or an edge other than its own."""
    gaps = np.full(len(ends), np.inf)
    goals: Shapes = np.full(len(ends), None, dtype=object)
    if not len(ends):
        return gaps, goals
    targets = np.concatenate([edges, ends])
    end, target = shapely.STRtree(targets).query(ends, predicate="dwithin", distance=within)
    apart = shapely.distance(ends[end], targets[target])
    # a free end lies on no edge but its own, and on no end but itself
    end, target, apart = end[apart > 0], target[apart > 0], apart[apart > 0]
    order = np.lexsort((-target, apart))[::-1]
    gaps[end[order]], goals[end[order]] = apart[order], targets[target[order]]
    return gaps, goals


def _open_ends(loose: Shapes, edges: Shapes, close_m: float) -> tuple[gpd.GeoDataFrame, ...]:
    """Tell which lines end in nothing, and by how much they miss the next one."""
    loose = loose[shapely.length(loose) > close_m]
    ends, owner = _free_ends(loose, edges)
    gaps, _goals = _nearest_other(ends, edges, REACH_M)
    missed = np.isfinite(gaps)
    lost = np.setdiff1d(np.arange(len(loose)), owner[missed])
    found = []
    if missed.any():
        found.append(
            findings.many(
                "reading.open-end",
                rows=[None] * int(missed.sum()),
                size=gaps[missed],
                tolerance=close_m,
                geometry=ends[missed],
            )
        )
    if len(lost):
        lines = loose[lost]
        found.append(
            findings.many(
                "reading.dangle",
                rows=[None] * len(lost),
                size=shapely.length(lines),
                tolerance=close_m,
                geometry=lines,
            )
        )
    return tuple(found)


def _bridges(cuts: Shapes, close_m: float) -> tuple[gpd.GeoDataFrame, ...]:
    cuts = cuts[shapely.length(cuts) > close_m]
    if not len(cuts):
        return ()
    return (
        findings.many(
            "reading.bridge",
            rows=[None] * len(cuts),
            size=shapely.length(cuts),
            tolerance=close_m,
            geometry=cuts,
        ),
    )
