"""Vertices and edges of neighbours made one: hanging vertices inserted, near ones snapped."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis.repair import rings, words
from gis.repair.bench import SAME_M, Bench, Done, Faults, Refused
from gis.repair.ledger import Line, Words
from gis.repair.rings import Spot

#: A fault: its table, and its row there.
Key = tuple[str, int]

# a vertex nearer to the edge of a boundary that must not move lies on it: rounding of coordinates
_STILL_M: Final = 1e-8
# moves are told to the micrometre
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Act:
    """One change to be tried; it settles the faults of its keys."""

    keys: tuple[Key, ...]
    run: Callable[[Bench], Done | Refused | None]


# --- hanging vertices -------------------------------------------------------------------------


def inserts(found: Faults, bench: Bench) -> list[Act]:
    """Return an act for every vertex that an edge of its neighbour lacks."""
    return [
        Act((("hanging", number),), partial(_insert, feature=feature, other=other, spot=spot))
        for number, feature, other, spot in _hanging(found)
        if _fellow(bench, feature, other, spot) is None
    ]


def _hanging(found: Faults) -> Iterable[tuple[int, int, int, Spot]]:
    listed = (found.hanging[name].tolist() for name in ("feature", "other", "x", "y"))
    for number, (feature, other, x, y) in enumerate(zip(*listed, strict=True)):
        yield number, feature, other, (x, y)


def _fellow(bench: Bench, feature: int, other: int, spot: Spot) -> Spot | None:
    """Return the vertex of another feature that misses a hanging one along the edge itself."""
    vertex, away = rings.nearest_vertex(bench.geometry[other], spot)
    if not 0 < away <= bench.settings.fix_m or rings.has_vertex(bench.geometry[feature], vertex):
        return None
    return vertex


def _insert(bench: Bench, feature: int, other: int, spot: Spot) -> Done | Refused | None:
    owner, lacking = bench.geometry[feature], bench.geometry[other]
    if owner is None or lacking is None or not rings.has_vertex(owner, spot):
        return None
    if rings.has_vertex(lacking, spot):
        return None
    edge = rings.nearest_edge(lacking, spot)
    if edge is None:
        return Refused(words.SAME_PLACE)
    foot, away = edge
    if away > bench.settings.fix_m:
        return Refused(words.too_far(away, bench.settings.fix_m))
    most = _STILL_M if bench.still else SAME_M
    if bench.settled[other] or (away > most and (bench.still or bench.ground.holds(foot))):
        return Refused(words.FIXED)
    return _bend(bench, other, feature, spot, ("insert-vertex", words.INSERTED))


def _bend(
    bench: Bench, at: int, other: int, spot: Spot, said: tuple[str, Words]
) -> Done | Refused | None:
    """Lead the nearest edge of a feature through a place."""
    old = bench.geometry[at]
    edge = rings.nearest_edge(old, spot)
    new = None if edge is None else rings.with_vertex(old, spot)
    if edge is None or new is None or not _acceptable(bench, new, old):
        return Refused(words.UNSOUND)
    gained, lost = exchanged(old, new)
    line = Line(
        step=said[0],
        at=at,
        other=other,
        why=said[1],
        spot=spot,
        moved_m=round(edge[1], _DIGITS),
        gained_m2=gained,
        lost_m2=lost,
    )
    return Done({at: new}, [line])


# --- near misses ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Web:
    """Vertices within reach of each other, and the near misses that tie them."""

    ties: dict[Spot, dict[Spot, list[Key]]] = field(default_factory=dict)

    def tie(self, one: Spot, other: Spot, key: Key) -> None:
        self.ties.setdefault(one, {}).setdefault(other, []).append(key)
        self.ties.setdefault(other, {}).setdefault(one, []).append(key)


def snaps(found: Faults, bench: Bench) -> list[Act]:
    """Return the acts that close near misses: vertices to vertices first, then onto edges."""
    names = ("feature", "other", "x", "y", "distance_m")
    listed = list(zip(*(found.near[name].tolist() for name in names), strict=True))
    reach = bench.settings.fix_m
    acts, single, web = [], [], _Web()
    for number, (feature, other, x, y, away) in enumerate(listed):
        spot, key = (x, y), (("near", number),)
        if bench.still:
            acts.append(Act(key, _refusing(words.FIXED)))
        elif away > reach:
            acts.append(Act(key, _refusing(words.too_far(away, reach))))
        else:
            vertex, to_vertex = rings.nearest_vertex(bench.geometry[other], spot)
            if 0 < to_vertex <= reach:
                web.tie(spot, vertex, key[0])
            else:
                single.append((number, feature, other, spot))
    for number, feature, other, spot in [] if bench.still else _hanging(found):
        fellow = _fellow(bench, feature, other, spot)
        if fellow is not None:
            web.tie(spot, fellow, ("hanging", number))
    _tie_across(web, found, bench)
    _tie_around(web, bench)
    acts += _clusters(web, bench)
    for number, feature, other, spot in single:
        acts.append(
            Act(
                (("near", number),),
                partial(_to_edge, feature=feature, other=other, spot=spot),
            )
        )
    return acts


def _tie_across(web: _Web, found: Faults, bench: Bench) -> None:
    """Tie vertices across overlaps and gaps that are narrower than vertices are moved.

    At the ends of a sliver the vertices of both sides miss each other, but no edge; where the
    sides cross, its ends lie beside those vertices.
    """
    pairs = zip(found.overlaps["left"], found.overlaps["right"], strict=True)
    for name, table, rows in (
        ("overlaps", found.overlaps, list(pairs)),
        ("gaps", found.gaps, list(found.gaps["neighbours"])),
    ):
        for number in np.flatnonzero(table["width_m"].to_numpy() < bench.settings.fix_m):
            shape, key = table["geometry"].iloc[number], (name, int(number))
            for one in rows[number]:
                for spot in rings.vertices_near(bench.geometry[one], shape, bench.settings.fix_m):
                    for other in set(rows[number]) - {one}:
                        _tie_one(web, bench, (one, spot), other, key)


def _tie_around(web: _Web, bench: Bench) -> None:
    """Tie vertices to those of every feature at the same corner, so that it closes at once."""
    for spot in list(web.ties):
        keys = {key for held in web.ties[spot].values() for key in held}
        users = set(_users(bench, spot))
        for other in set(bench.around(spot, bench.settings.fix_m)) - users:
            vertex, away = rings.nearest_vertex(bench.geometry[other], spot)
            if not 0 < away <= bench.settings.fix_m or users & set(_users(bench, vertex)):
                continue
            if vertex not in web.ties[spot]:
                web.tie(spot, vertex, min(keys))


def _tie_one(web: _Web, bench: Bench, own: tuple[int, Spot], other: int, key: Key) -> None:
    """Tie a vertex to the nearest of another feature; of two that one feature has, only hairs."""
    one, spot = own
    facing = bench.geometry[other]
    vertex, away = rings.nearest_vertex(facing, spot)
    if not 0 < away <= bench.settings.fix_m:
        return
    if away > SAME_M and rings.has_vertex(bench.geometry[one], vertex):
        return
    if key not in web.ties.get(spot, {}).get(vertex, []):
        web.tie(spot, vertex, key)


def _refusing(why: Words) -> Callable[[Bench], Refused]:
    return lambda _bench: Refused(why)


def _clusters(web: _Web, bench: Bench) -> list[Act]:
    """Choose the vertices that stay, and what is put on each; nothing is moved twice.

    A vertex goes to one within reach of itself, never to one within reach of its neighbour: so
    chains do not drift.
    """
    users = {spot: _users(bench, spot) for spot in web.ties}
    stays = {spot: _stays(bench, spot, users[spot]) for spot in web.ties}
    order = sorted(
        web.ties,
        key=lambda spot: (
            not stays[spot],
            -len(users[spot]),
            -len(web.ties[spot]),
            min(users[spot], default=-1),
            spot,
        ),
    )
    taken: set[Spot] = set()
    acts = []
    for centre in order:
        if centre in taken:
            continue
        taken.add(centre)
        tied = web.ties[centre]
        near = [spot for spot in sorted(tied) if spot not in taken and not stays[spot]]
        held = {key for spot in tied if stays[spot] and stays[centre] for key in tied[spot]}
        if held:
            acts.append(Act(tuple(sorted(held)), _refusing(words.FIXED)))
        if near:
            taken.update(near)
            keys = tuple(sorted({key for spot in near for key in tied[spot]}))
            acts.append(Act(keys, partial(_to_vertex, centre=centre, members=tuple(near))))
    return acts


def _users(bench: Bench, spot: Spot) -> list[int]:
    return [
        at
        for at in bench.around(spot, bench.settings.fix_m)
        if rings.has_vertex(bench.geometry[at], spot)
    ]


def _stays(bench: Bench, spot: Spot, users: Iterable[int]) -> bool:
    return any(bench.settled[at] for at in users) or bench.ground.holds(spot)


def _to_vertex(bench: Bench, centre: Spot, members: tuple[Spot, ...]) -> Done | Refused | None:
    if any(bench.ground.parts_ways(spot, centre) for spot in members):
        return Refused(words.FIXED)
    return _carried(bench, dict.fromkeys(members, centre), words.TO_VERTEX, {})


def _to_edge(bench: Bench, feature: int, other: int, spot: Spot) -> Done | Refused | None:
    """Put a vertex on its neighbour's edge, or lead the edge through it where the vertex stays."""
    owner, facing = bench.geometry[feature], bench.geometry[other]
    if owner is None or facing is None or not rings.has_vertex(owner, spot):
        return None
    edge = rings.nearest_edge(facing, spot)
    if edge is None or edge[1] <= SAME_M:
        return None
    foot, away = edge
    if away > bench.settings.fix_m:
        return Refused(words.too_far(away, bench.settings.fix_m))
    outcome: Done | Refused | None = Refused(words.FIXED)
    if not _stays(bench, spot, _users(bench, spot)) and not bench.ground.parts_ways(spot, foot):
        joint = None if bench.settled[other] else rings.with_vertex(facing, foot)
        extra = {} if joint is None else {other: joint}
        outcome = _carried(bench, {spot: foot}, words.TO_EDGE, extra)
    if isinstance(outcome, Refused) and not bench.settled[other] and not bench.ground.holds(foot):
        outcome = _bend(bench, other, feature, spot, ("snap", words.BENT))
    return outcome


def _carried(
    bench: Bench, to: Mapping[Spot, Spot], why: Words, extra: Mapping[int, Geometry]
) -> Done | Refused | None:
    """Move vertices in every feature that has them, so that what is shared stays shared."""
    uses: dict[int, list[Spot]] = {}
    for spot in to:
        for at in _users(bench, spot):
            uses.setdefault(at, []).append(spot)
    if not uses:
        return None
    changes, lines = {}, []
    targets = sorted({at for spot in to.values() for at in _users(bench, spot)} | set(extra))
    for at in sorted(set(uses) | set(extra)):
        old = bench.geometry[at]
        spots = uses.get(at, [])
        new = rings.moved(extra.get(at, old), {spot: to[spot] for spot in spots})
        if not _acceptable(bench, new, old):
            return Refused(words.UNSOUND)
        changes[at] = new
        far = max(((float(np.hypot(*np.subtract(s, to[s]))), s) for s in spots), default=None)
        gained, lost = exchanged(old, new)
        lines.append(
            Line(
                step="snap" if far else "insert-vertex",
                at=at,
                other=next((each for each in [*targets, *sorted(uses)] if each != at), None),
                why=why if far else words.INSERTED,
                spot=far[1] if far else next(iter(to.values())),
                moved_m=round(far[0], _DIGITS) if far else 0.0,
                gained_m2=gained,
                lost_m2=lost,
            )
        )
    return Done(changes, lines)


def _acceptable(bench: Bench, new: Geometry, old: Geometry) -> bool:
    """Whether a bent shape is sound and kept most of its area."""
    most = min(bench.settings.fix_m2, old.area / 2)
    return (
        rings.is_sound(new, old, sliver_m=bench.settings.sliver_width_m)
        and abs(new.area - old.area) <= most
    )


def exchanged(old: Geometry, new: Geometry) -> tuple[float, float]:
    """Square metres gained and lost; they differ by exactly the change of area."""
    change = new.area - old.area
    lost = shapely.area(rings.without(old, new) or shapely.Polygon())
    gained = max(change + lost, 0.0)
    return gained, gained - change
