"""What a repair must not do: make a fault, enlarge one, or lose a square metre from the record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis.overlay import on_grid
from gis.repair.bench import Bench, Faults, Geometries
from gis.repair.joints import Key
from gis.repair.ledger import Line, Words
from gis.settings import CheckSettings

# half the width of the cracks by which ground can be open that everybody takes for enclosed
_CRACK_M: Final = 1e-3
# faults whose areas differ by less are as large as they were: rounding
_EQUAL_M2: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of a repair: the bench as it was left, faults before and after, why each stays.

    Attributes
    ----------
    start
        The layer's geometries before.
    """

    bench: Bench
    start: Geometries
    first: Faults
    last: Faults
    reasons: Mapping[Key, Words]


def grown(
    bench: Bench, was: Geometries, before: Faults, after: Faults, *, filled: bool
) -> list[tuple[set[int], Geometry]]:
    """Overlaps and gaps that a step has made, or enlarged by more than the tolerance.

    Parameters
    ----------
    was
        Geometries before the step, to which `before` belongs.
    filled
        Whether gaps are filled: a small new one is then settled by a later step.

    Returns
    -------
    list of tuple
        The rows each is about, and its shape.
    """
    settings = bench.settings
    before = _with_cracked(before, was, after, settings)
    known = _overlaps(before, was)
    worse = [
        ({left, right}, shape)
        for left, right, shape in _shared(after, bench.geometry)
        if shape.area > known.get((left, right), 0.0) + settings.overlap_m2
    ]
    shapes = before.gaps["geometry"].to_numpy()
    tree = shapely.STRtree(shapes)
    least = max(settings.fix_m2, settings.gap_m2) if filled else settings.gap_m2
    large = after.gaps[after.gaps["area_m2"] > least]
    for gap, area, near in zip(
        large["geometry"], large["area_m2"], large["neighbours"], strict=True
    ):
        old = shapes[tree.query(gap, predicate="intersects")]
        if area > shapely.area(old).sum() + settings.gap_m2:
            worse.append((set(near), gap))
    return worse


def _with_cracked(
    before: Faults, was: Geometries, after: Faults, settings: CheckSettings
) -> Faults:
    """Add gaps to the faults before a repair that were there, but open by cracks which it closed.

    No ring enclosed them, so no check could tell them.
    """
    gaps = after.gaps[after.gaps["area_m2"] > settings.gap_m2]
    shapes = before.gaps["geometry"].to_numpy()
    known = shapely.STRtree(shapes)
    cracked = [
        shapely.area(shapes[known.query(gap, predicate="intersects")]).sum() < gap.area / 2
        and _nearly_closed(gap, was[list(near)])
        for gap, near in zip(gaps["geometry"], gaps["neighbours"], strict=True)
    ]
    there = gaps[np.array(cracked, dtype=bool)]
    return replace(before, gaps=pd.concat([before.gaps, there], ignore_index=True))


def _nearly_closed(gap: Geometry, around: Geometries) -> bool:
    """Whether the ground of a gap was enclosed before, but for cracks that nobody can see."""
    held = around[~shapely.is_missing(around)]
    whole = shapely.get_parts(on_grid(shapely.union_all, shapely.buffer(held, _CRACK_M)))
    rings, part = shapely.get_rings(whole, return_index=True)
    inner = shapely.polygons(rings[np.flatnonzero(np.diff(part, prepend=-1) == 0)])
    # what was covered is no part of it
    bare = shapely.area(shapely.intersection(inner, gap)).sum()
    return bool(gap.area - bare <= 2 * _CRACK_M * gap.length)


def undo_useless(
    bench: Bench, was: Geometries, lines: Sequence[Line], before: Faults, after: Faults
) -> set[int]:
    """Undo what changed features that touch each other, where it did not leave fewer faults.

    So nothing ends worse than it was, and no two rules undo each other for ever.

    Parameters
    ----------
    was, lines, before
        Geometries, ledger and faults before the changes.

    Returns
    -------
    set of int
        Rows whose changes were undone.
    """
    fresh = bench.lines[len(lines) :]
    groups = _groups(fresh, was, bench.settings.fix_m)
    before = _with_cracked(before, was, after, bench.settings)
    least = _burden(before, was, groups, bench)
    now = _burden(after, bench.geometry, groups, bench)
    useless = {
        group
        for group in set(groups.values())
        if not now.get(group, _Burden()).is_lighter(least.get(group, _Burden()))
    }
    undone = {at for at, group in groups.items() if group in useless}
    for at in undone:
        bench.geometry[at] = was[at]
    bench.lines = [*lines, *(line for line in fresh if line.at not in undone)]
    return undone


def doubled(found: Faults, geometry: Geometries) -> float:
    """Area that lies under more than one feature, counted once less than it is covered."""
    shared: dict[int, list[Geometry]] = {}
    for _, right, shape in _shared(found, geometry):
        shared.setdefault(right, []).append(shape)
    # of every feature, what it shares with earlier ones
    return float(
        sum(
            shapes[0].area if len(shapes) == 1 else on_grid(shapely.union_all, shapes).area
            for shapes in shared.values()
        )
    )


def _shared(found: Faults, geometry: Geometries) -> Iterable[tuple[int, int, Geometry]]:
    """Pairs of rows, the earlier first, with the area under both."""
    listed = zip(
        found.overlaps["left"], found.overlaps["right"], found.overlaps["geometry"], strict=True
    )
    told = set()
    for left, right, shape in listed:
        told.add(frozenset((left, right)))
        yield min(left, right), max(left, right), shape
    pairs = [
        *zip(found.duplicates["left"], found.duplicates["right"], strict=True),
        *zip(found.contained["outer"], found.contained["inner"], strict=True),
    ]
    for outer, inner in pairs:
        if frozenset((outer, inner)) not in told:
            yield min(outer, inner), max(outer, inner), geometry[inner]


def _overlaps(found: Faults, geometry: Geometries) -> dict[tuple[int, int], float]:
    areas: dict[tuple[int, int], float] = {}
    for left, right, shape in _shared(found, geometry):
        areas[left, right] = areas.get((left, right), 0.0) + shape.area
    return areas


@dataclass(slots=True)
class _Burden:
    """Faults of a group of features: those above the tolerances, their area, and all there are."""

    count: int = 0
    area_m2: float = 0.0
    every: int = 0

    def add(self, area_m2: float, *, counts: bool) -> None:
        self.count += int(counts)
        self.area_m2 += area_m2
        self.every += 1

    def is_lighter(self, other: "_Burden") -> bool:
        """Whether it is smaller in something and larger in nothing that matters."""
        if self.count > other.count or self.area_m2 > other.area_m2 + _EQUAL_M2:
            return False
        return (
            self.count < other.count
            or self.area_m2 < other.area_m2 - _EQUAL_M2
            or self.every < other.every
        )


def _groups(lines: Sequence[Line], was: Geometries, reach_m: float) -> dict[int, int]:
    """Give each changed row a number; those that touch, or stand in one line, have one number."""
    changed = sorted({line.at for line in lines})
    shapes = was[changed]
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach_m)
    number = {at: place for place, at in enumerate(changed)}
    ties = [(int(one), int(other)) for one, other in zip(left, right, strict=True)]
    ties += [(number[line.at], number[line.other]) for line in lines if line.other in number]
    root = list(range(len(changed)))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for one, other in ties:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    return {at: find(place) for at, place in number.items()}


def _burden(
    found: Faults, geometry: Geometries, groups: Mapping[int, int], bench: Bench
) -> dict[int, _Burden]:
    """Faults that each group of rows is in."""
    settings = bench.settings
    listed: list[tuple[set[int], bool, float]] = [
        ({left, right}, area >= settings.overlap_m2, area)
        for (left, right), area in _overlaps(found, geometry).items()
    ]
    gaps = zip(found.gaps["neighbours"], found.gaps["area_m2"], strict=True)
    listed += [(set(near), area >= settings.gap_m2, area) for near, area in gaps]
    for points in (found.hanging, found.near):
        # a settled border gets no vertex, so that one hangs on it is the price and no fault
        pairs = zip(points["feature"], points["other"], strict=True)
        open_pairs = [{one, other} for one, other in pairs if not bench.settled[other]]
        listed += [(pair, True, 0.0) for pair in open_pairs]
    rows = [at for at in groups if geometry[at] is not None]
    parts, owner = shapely.get_parts(geometry[rows], return_index=True)
    tiny = shapely.area(parts) < settings.tiny_part_m2
    listed += [({rows[at]}, True, 0.0) for at in owner[tiny]]
    burden: dict[int, _Burden] = {}
    for features, counts, area in listed:
        for group in {groups[at] for at in features if at in groups}:
            burden.setdefault(group, _Burden()).add(area, counts=counts)
    return burden
