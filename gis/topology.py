"""What is wrong with polygons that ought to cover the ground once: the engine of the checks.

It knows positions and coordinates, nothing of layers. One pass over all coordinates finds the edges
that no neighbour shares (`gis.coverage_edges`); everything else is work on those:

- ``gis.coverage_faces``: the ground between open edges, by how many polygons lie over it;
- ``gis.coverage_overlaps``: who overlaps with whom;
- ``gis.coverage_contacts``: vertices on or near a border that does not have them;
- ``gis.coverage_strips``: bare strips between map sheets.

`faults` never fails on a faulty polygon: one that crosses itself is read even-odd, what has no area
or no finite coordinates counts as empty.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis import coverage_strips
from gis.coverage_contacts import contacts
from gis.coverage_edges import Edges, Indices, open_edges, readable
from gis.coverage_faces import (
    OUTSIDE,
    ROUNDING_M,
    Faces,
    Ground,
    faces,
    gaps,
    mean_width,
    neighbours,
)
from gis.coverage_overlaps import duplicates, overlaps
from gis.settings import CheckSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Faults of a coverage: positions in the given array, areas in m2, lengths in m.

    Attributes
    ----------
    overlaps
        `left`, `right`, `area_m2`, `width_m`, `geometry`: every pair with common ground,
        left < right, however small it is.
    duplicates
        `left`, `right`: pairs of one shape; left is the first of its kind.
    contained
        `inner`, `outer`: pairs where one lies in the other, without duplicates.
    multiple
        `features` (tuple), `area_m2`, `geometry`: places under three polygons and more.
    gaps
        `geometry`, `area_m2`, `width_m`, `neighbours` (tuple of positions, the longest common
        border first), `shared_m` (tuple): bare ground that the polygons enclose, as their union
        has interior rings.
    corner_gaps
        The same of bare ground whose neighbours meet in corners only at some point of its border,
        so that their union has no interior ring there.
    hanging
        `feature`, `other`, `x`, `y`, `distance_m`: a vertex of feature (the first that has it) on
        an edge of other, which lacks it.
    near
        `feature`, `other`, `x`, `y`, `to_x`, `to_y`, `distance_m`: a vertex of feature (the first
        that has it) near the border of other, but not on it; `to` is a vertex of other where one
        is near enough, else the nearest point of its border.
    strips
        `left`, `right`, `geometry`, `area_m2`, `width_m`: bare strips between sheets that no gap
        of the two lists above closes.
    isolated
        `feature`: polygons with no other within `edge_m`.
    """

    overlaps: pd.DataFrame
    duplicates: pd.DataFrame
    contained: pd.DataFrame
    multiple: pd.DataFrame
    gaps: pd.DataFrame
    corner_gaps: pd.DataFrame
    hanging: pd.DataFrame
    near: pd.DataFrame
    strips: pd.DataFrame
    isolated: pd.DataFrame


def faults(
    geometry: npt.NDArray[Any],
    *,
    settings: CheckSettings,
    sheets: npt.NDArray[Any] | None = None,
) -> Faults:
    """Find what is wrong in a coverage.

    Parameters
    ----------
    geometry
        Polygons in a metric system; anything else counts as empty.
    settings
        `near_m` and `edge_m` are used; areas are for the caller to judge.
    sheets
        Map sheet of each, missing where not known; without it no strips are looked for.
    """
    polygons = readable(geometry)
    ground = Ground(polygons)
    edges = open_edges(polygons)
    found = faces(edges, ground)
    closed, cornered = gaps(found)
    index = shapely.STRtree(edges.lines())
    beside = neighbours(found, np.concatenate([closed, cornered]), edges, index)
    pairs, multiple = overlaps(found, ground)
    twins, held = duplicates(pairs, polygons)
    met = contacts(edges, index, ground, near_m=settings.near_m)
    return Faults(
        overlaps=pairs,
        duplicates=twins,
        contained=held,
        multiple=multiple,
        gaps=_bare(found, closed, beside),
        corner_gaps=_bare(found, cornered, beside),
        hanging=met.hanging,
        near=met.near,
        strips=_open_strips(edges, index, ground, found, sheets, settings),
        isolated=_isolated(edges, ground, settings.edge_m),
    )


def _bare(found: Faces, which: Indices, beside: pd.DataFrame) -> pd.DataFrame:
    listed, lengths = (_by_face(beside, name) for name in ("feature", "shared_m"))
    geometry = found.geometry[which]
    return pd.DataFrame(
        {
            "geometry": geometry,
            "area_m2": shapely.area(geometry),
            "width_m": mean_width(geometry),
            "neighbours": [listed.get(face, ()) for face in which],
            "shared_m": [lengths.get(face, ()) for face in which],
        }
    )


def _by_face(table: pd.DataFrame, name: str) -> dict[int, tuple[Any, ...]]:
    """Gather what a table sorted by face says of each."""
    faces_told, begins = np.unique(table["face"].to_numpy(), return_index=True)
    values = table[name].to_list()
    ends = np.append(begins, len(values))[1:]
    each = zip(faces_told.tolist(), begins.tolist(), ends.tolist(), strict=True)
    return {face: tuple(values[begin:end]) for face, begin, end in each}


def _open_strips(
    edges: Edges,
    index: shapely.STRtree,
    ground: Ground,
    found: Faces,
    sheets: npt.NDArray[Any] | None,
    settings: CheckSettings,
) -> pd.DataFrame:
    labels = np.full(len(ground.geometry), None, dtype=object) if sheets is None else sheets
    facing_out = edges.take(_outermost(index, found))
    strips = coverage_strips.strips(facing_out, ground, labels, edge_m=settings.edge_m)
    enclosed = found.geometry[found.cover == 0]
    pieces = strips["geometry"].to_numpy(dtype=object)
    closed = shapely.STRtree(enclosed).query(shapely.point_on_surface(pieces), "intersects")[0]
    kept = np.setdiff1d(np.arange(len(strips)), closed)
    return strips.iloc[kept].reset_index(drop=True)


def _outermost(index: shapely.STRtree, found: Faces) -> Indices:
    """Which open edges have, somewhere, the ground beside them that nothing encloses."""
    rim = found.edges.take(found.beyond == OUTSIDE)
    middle = shapely.points((rim.start + rim.end) / 2)
    return np.unique(index.query(middle, predicate="dwithin", distance=ROUNDING_M)[1])


def _isolated(edges: Edges, ground: Ground, edge_m: float) -> pd.DataFrame:
    """Find polygons none of whose edges is shared, and which have nobody near."""
    count = np.bincount(edges.feature, minlength=len(ground.geometry))
    alone = np.flatnonzero(
        (count > 0) & (2 * count >= shapely.get_num_coordinates(ground.geometry))
    )
    at, other = ground.tree.query(ground.geometry[alone], predicate="dwithin", distance=edge_m)
    accompanied = np.unique(at[alone[at] != other])
    return pd.DataFrame({"feature": np.delete(alone, accompanied)})
