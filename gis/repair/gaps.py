"""Ground that lies under no feature: given to those beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis.repair import rings, words
from gis.repair.areas import is_smooth, line, stays_whole
from gis.repair.bench import SAME_M, Bench, Done, Faults, Refused
from gis.repair.joints import Act
from gis.repair.ledger import Line, Words
from gis.repair.rings import Spot

# of a strip between two features each has nearly half of the border
_MAIN_SHARE: Final = 0.4


def fills(found: Faults, _bench: Bench) -> list[Act]:
    """Return an act for every gap."""
    gaps = found.gaps
    listed = zip(gaps["geometry"], gaps["neighbours"], gaps["width_m"], strict=True)
    return [
        Act((("gaps", number),), partial(_fill, gap=gap, near=tuple(near)))
        for number, (gap, near, width_m) in enumerate(listed)
        if width_m >= SAME_M
    ]


@dataclass(slots=True)
class _Filling:
    """What a gap was given to so far."""

    bench: Bench
    changes: dict[int, Geometry | None] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def give(self, part: Geometry, able: Sequence[int], *, smooth: bool) -> bool:
        """Give a part to the first who can take it; with `smooth`, without growing a spike."""
        for at in able:
            old = self.changes.get(at, self.bench.geometry[at])
            new = rings.joined(old, part)
            if new is not None and not is_smooth(self.bench, new, old):
                new = rings.without_hairs(new, old, SAME_M)
            if new is None or not stays_whole(self.bench, new, old):
                continue
            if smooth and not is_smooth(self.bench, new, old):
                continue
            self.changes[at] = new
            self.lines.append(line("fill", at, part, words.FILLED, change=new.area - old.area))
            return True
        return False


def _fill(bench: Bench, gap: Geometry, near: tuple[int, ...]) -> Done | Refused | None:
    """Give a gap to the neighbour with the longest border; divided along fixed boundaries."""
    if gap.area > bench.settings.fix_m2:
        return Refused(words.too_large(gap.area, bench.settings.fix_m2))
    if bench.still:
        return Refused(words.FIXED)
    if bench.subject.layer == "zones" and len(near) < 2:
        return Refused(words.ON_PURPOSE)
    beside = [at for at in near if bench.geometry[at] is not None]
    able = [at for at in beside if not bench.settled[at]]
    # a gap may come from a grid: it must have its neighbours' vertices to the last digit
    around = [bench.geometry[at] for at in beside]
    parts = bench.ground.divided(rings.at_vertices(gap, around, SAME_M))
    if parts is None:
        return Refused(words.UNSOUND)
    filling = _Filling(bench)
    why: Words = words.NO_NEIGHBOUR
    for part, place in parts:
        home = [at for at in able if bench.ground.home(at, bench.geometry[at]) == place]
        why = words.FAR_SIDE if able and not home else why
        if len(parts) > 1:
            home = _by_border(bench, part, home)
        if not _given(filling, part, home, beside) and home:
            why = words.UNSOUND
    return Done(filling.changes, filling.lines) if filling.changes else Refused(why)


def _given(filling: _Filling, part: Geometry, home: Sequence[int], beside: Sequence[int]) -> bool:
    """Give a part to one neighbour; where that would grow a tentacle, arm by arm to several."""
    bench, done = filling.bench, False
    if not _is_star(bench, part, home) and filling.give(part, home, smooth=True):
        return True
    for arm, sides in _arms(bench, part, beside):
        own = _by_border(bench, arm, [at for at in sides if at in home])
        others = [at for at in home if at not in own]
        done |= filling.give(arm, own, smooth=True) or filling.give(
            arm, [*own, *others], smooth=False
        )
    return done or filling.give(part, home, smooth=False)


def _is_star(bench: Bench, part: Geometry, home: Sequence[int]) -> bool:
    """Whether a part is a narrow strip along the borders of several, and nobody's in the main."""
    if rings.width(part) >= bench.settings.sliver_width_m or not home:
        return False
    longest = max(rings.border(bench.geometry[at], part) for at in home)
    return longest < _MAIN_SHARE * part.length


def _by_border(bench: Bench, part: Geometry, rows: Sequence[int]) -> list[int]:
    """Sort rows by the length of their border with a part, the longest first."""
    borders = {at: rings.border(bench.geometry[at], part) for at in rows}
    return sorted(rows, key=lambda at: -borders[at])


def _arms(
    bench: Bench, part: Geometry, beside: Sequence[int]
) -> list[tuple[Geometry, tuple[int, ...]]]:
    """Divide a gap into arms, each between two features, without a new vertex.

    A narrow gap along several borders would be a tentacle of whoever got all of it.
    """
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(part))
    owners = _owners(bench, part, beside)
    if len(triangles) < 2 or len(set(owners.values())) < 3:
        return []
    corners = [list(map(tuple, each.exterior.coords[:3])) for each in triangles]
    edges = [[frozenset((one[at], one[(at + 1) % 3])) for at in range(3)] for one in corners]
    sides = [_sides(one, owners) for one in edges]
    groups: dict[tuple[int, ...], list[Geometry]] = {}
    for at, own in enumerate(sides):
        groups.setdefault(own or _next_sides(at, edges, sides), []).append(triangles[at])
    return [
        (arm, own)
        for own, held in sorted(groups.items())
        for arm in shapely.get_parts(shapely.union_all(held))
    ]


def _owners(bench: Bench, part: Geometry, beside: Sequence[int]) -> dict[frozenset[Spot], int]:
    """Return for each edge of a gap the feature whose border it is."""
    bounds = shapely.get_rings(part)
    points, ring = shapely.get_coordinates(bounds, return_index=True)
    starts = np.flatnonzero(ring[:-1] == ring[1:])
    middles = shapely.points((points[starts] + points[starts + 1]) / 2)
    away = np.array([shapely.distance(bench.geometry[at], middles) for at in beside])
    nearest = np.argmin(away, axis=0)
    ends = zip(points[starts].tolist(), points[starts + 1].tolist(), strict=True)
    return {
        frozenset(((a[0], a[1]), (b[0], b[1]))): beside[int(at)]
        for (a, b), at in zip(ends, nearest, strict=True)
    }


def _sides(edges: Sequence[frozenset[Spot]], owners: dict[frozenset[Spot], int]) -> tuple[int, ...]:
    """Return between which features a triangle lies; nothing where it touches no border."""
    own = {owners[edge] for edge in edges if edge in owners}
    if len(own) == 1:
        # its third corner lies on the other side
        base = next(edge for edge in edges if edge in owners)
        apex = next(iter(frozenset().union(*edges) - base))
        own |= {owner for edge, owner in owners.items() if apex in edge}
    return tuple(sorted(own))


def _next_sides(
    at: int, edges: Sequence[Sequence[frozenset[Spot]]], sides: Sequence[tuple[int, ...]]
) -> tuple[int, ...]:
    """Return the sides of the triangle beyond the longest edge of one that touches no border."""
    beyond = [
        (shapely.Point(min(edge)).distance(shapely.Point(max(edge))), sides[other])
        for edge in edges[at]
        for other in range(len(edges))
        if other != at and edge in edges[other] and sides[other]
    ]
    return max(beyond, default=(0.0, ()))[1]
