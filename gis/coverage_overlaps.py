"""Which polygons lie over each other, and with how much ground."""

from typing import Final

import numpy as np
import pandas as pd
import shapely

from gis.coverage_edges import Geometries, Indices
from gis.coverage_faces import ROUNDING_M, Faces, Ground, mean_width
from gis.overlay import freely, on_grid, polygonal

# a difference of areas up to this share is rounding
_ROUNDING: Final = 1e-9
# more polygons than this over one face: their pairs are found by an index, not one with another
_CROWD: Final = 30
# polygons of more coordinates are cut down to the surroundings of the other
_LARGE: Final = 2_000
_AROUND_M: Final = 1.0


def overlaps(found: Faces, ground: Ground) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find every pair of polygons with common ground, and every place under three and more.

    Returns
    -------
    tuple
        `left`, `right`, `area_m2`, `width_m`, `geometry`; and `features`, `area_m2`, `geometry`.
    """
    doubled = np.flatnonzero(found.cover > 1)
    if not len(doubled):
        return _no_pairs(), _no_places()
    face, part, parts, owner = _over(found.geometry[doubled], ground)
    left, right = _pairs(face, part, parts, owner)
    # over a face that n polygons cover lie n (n - 1) / 2 pairs
    cover = found.cover[doubled]
    expected = float((shapely.area(found.geometry[doubled]) * cover * (cover - 1) / 2).sum())
    common = _common(parts[left], parts[right], expected)
    area = shapely.area(common)
    solid = area > 0
    table = pd.DataFrame({"left": owner[left], "right": owner[right], "at": np.arange(len(left))})
    table = _by_pair(table[solid], common, area)
    return table, _places(found, doubled, pd.DataFrame({"face": face, "feature": owner[part]}))


def duplicates(table: pd.DataFrame, geometry: Geometries) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Among overlapping pairs, find those of one shape, and those where one lies in the other.

    Returns
    -------
    tuple
        `left`, `right`, where left is the first of its kind; `inner`, `outer`.
    """
    left, right = (table[name].to_numpy(dtype=np.int64) for name in ("left", "right"))
    share = 1 - _ROUNDING
    in_right = table["area_m2"].to_numpy() >= share * shapely.area(geometry[left])
    in_left = table["area_m2"].to_numpy() >= share * shapely.area(geometry[right])
    same = in_left & in_right
    # a later copy is told of the first one only
    first = pd.Series(left[same]).groupby(right[same]).min()
    twins = pd.DataFrame({"left": first.to_numpy(), "right": first.index.to_numpy()})
    one = same | ~(in_left | in_right)
    inner = np.where(in_right, left, right)[~one]
    outer = np.where(in_right, right, left)[~one]
    held = pd.DataFrame({"inner": inner, "outer": outer})
    return twins.astype(np.int64), held.astype(np.int64)


def _over(faces: Geometries, ground: Ground) -> tuple[Indices, Indices, Geometries, Indices]:
    """Face and part of a polygon over it; the parts, and the polygon of each."""
    near = np.unique(ground.tree.query(faces)[1])
    parts, owner = shapely.get_parts(ground.geometry[near], return_index=True)
    face, part = shapely.STRtree(parts).query(faces, predicate="dwithin", distance=ROUNDING_M)
    # neighbours that only touch are many; a large one is not worth the question, and of a face as
    # thin as a hair nobody can be sure
    small = shapely.get_num_coordinates(parts)[part] <= _LARGE
    wide = small & (mean_width(faces)[face] > ROUNDING_M)
    over = ~wide
    over[wide] = shapely.relate_pattern(faces[face[wide]], parts[part[wide]], "T********")
    return face[over], part[over], parts, near[owner]


def _pairs(
    face: Indices, part: Indices, parts: Geometries, owner: Indices
) -> tuple[Indices, Indices]:
    """Pairs of parts of different polygons over one face, the earlier polygon first."""
    crowd = np.bincount(face)[face] > _CROWD
    few = pd.DataFrame({"face": face[~crowd], "part": part[~crowd]})
    both = few.merge(few, on="face")
    many = np.unique(part[crowd])
    one, other = shapely.STRtree(parts[many]).query(parts[many], predicate="intersects")
    left = np.concatenate([both["part_x"].to_numpy(), many[one]])
    right = np.concatenate([both["part_y"].to_numpy(), many[other]])
    earlier = owner[left] < owner[right]
    pairs = np.unique(np.stack([left[earlier], right[earlier]], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _common(left: Geometries, right: Geometries, expected: float) -> Geometries:
    """Return the common ground of pairs; on a grid where free coordinates lose some of it."""
    left, right = _cut_down(left, right), _cut_down(right, left)
    common = polygonal(freely(shapely.intersection, left, right))
    area = shapely.area(common)
    if abs(area.sum() - expected) <= _ROUNDING * (len(area) + expected):
        return common
    whole = shapely.area(left)
    rest = shapely.area(freely(shapely.difference, left, right))
    astray = np.abs(whole - rest - area) > _ROUNDING * (1 + whole)
    again = on_grid(shapely.intersection, left[astray], right[astray])
    common[astray] = polygonal(np.asarray(again))
    return common


def _cut_down(geometry: Geometries, other: Geometries) -> Geometries:
    """Return large polygons as far as they lie around the other of their pair."""
    smaller = geometry.copy()
    boxes = shapely.bounds(other) + np.array([-1, -1, 1, 1]) * _AROUND_M
    for at in np.flatnonzero(shapely.get_num_coordinates(geometry) > _LARGE):
        part = shapely.clip_by_rect(geometry[at], *boxes[at])
        if shapely.is_valid(part):
            smaller[at] = part
    return smaller


def _by_pair(table: pd.DataFrame, common: Geometries, area: np.ndarray) -> pd.DataFrame:
    if table.empty:
        return _no_pairs()
    table = table.sort_values(["left", "right"], kind="stable")
    at = table["at"].to_numpy()
    number = table.groupby(["left", "right"]).ngroup().to_numpy()
    pairs = table.drop_duplicates(["left", "right"])[["left", "right"]].reset_index(drop=True)
    pairs["area_m2"] = np.bincount(number, weights=area[at])
    pieces, piece = shapely.get_parts(common[at], return_index=True)
    shapes = np.asarray(shapely.multipolygons(pieces, indices=number[piece]))
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    pairs["width_m"] = mean_width(shapes)
    pairs["geometry"] = shapes
    return pairs


def _places(found: Faces, doubled: Indices, over: pd.DataFrame) -> pd.DataFrame:
    """Faces under three polygons and more, with their polygons."""
    rows = np.flatnonzero(found.cover[doubled] > 2)
    if not len(rows):
        return _no_places()
    under = over[over["face"].isin(rows)].drop_duplicates().groupby("face")["feature"]
    listed = {face: tuple(sorted(each)) for face, each in under}
    geometry = found.geometry[doubled[rows]]
    return pd.DataFrame(
        {
            "features": [listed[row] for row in rows],
            "area_m2": shapely.area(geometry),
            "geometry": geometry,
        }
    )


def _no_pairs() -> pd.DataFrame:
    whole, number = np.empty(0, dtype=np.int64), np.empty(0)
    return pd.DataFrame(
        {
            "left": whole,
            "right": whole,
            "area_m2": number,
            "width_m": number,
            "geometry": np.empty(0, dtype=object),
        }
    )


def _no_places() -> pd.DataFrame:
    none = np.empty(0, dtype=object)
    return pd.DataFrame({"features": none, "area_m2": np.empty(0), "geometry": none})
