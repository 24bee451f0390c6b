"""Areas that lie under several features, or are left over: dropped, cut out, merged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis.repair import rings, words
from gis.repair.bench import SAME_M, Bench, Done, Faults, Refused
from gis.repair.ground import Place
from gis.repair.joints import Act
from gis.repair.ledger import Line, Words

# areas and borders that differ by less are equal: rounding
_EQUAL: Final = 1e-6
# a tip this small is rounding, and nobody's
_NOTHING_M2: Final = 1e-8


# --- duplicates -------------------------------------------------------------------------------


def drops(found: Faults, _bench: Bench) -> list[Act]:
    """Return an act for every pair of rows with one shape."""
    listed = zip(found.duplicates["left"].tolist(), found.duplicates["right"].tolist(), strict=True)
    return [
        Act((("duplicates", number),), partial(_drop, one=left, other=right))
        for number, (left, right) in enumerate(listed)
    ]


def _drop(bench: Bench, one: int, other: int) -> Done | Refused | None:
    first, again = sorted((one, other))
    if bench.geometry[first] is None or bench.geometry[again] is None:
        return None
    if bench.settled[first] and bench.settled[again]:
        return Refused(words.BOTH_SETTLED)
    registered = bench.registered[[first, again]]
    if not bench.same_kind(first, again) or not _same(*registered):
        return Refused(words.DIFFERENT)
    gone = bench.geometry[again]
    return Done(
        {again: None}, [line("drop", again, gone, words.DROPPED, other=first, change=-gone.area)]
    )


def _same(one: float, other: float) -> bool:
    return one == other or bool(np.isnan(one) and np.isnan(other))


# --- overlaps ---------------------------------------------------------------------------------


def wide_trims(found: Faults, bench: Bench) -> list[Act]:
    """Return the acts for features in others, and for overlaps wider than vertices are moved."""
    return _trims(found, bench.settings.fix_m)


def trims(found: Faults, _bench: Bench) -> list[Act]:
    """Return the acts for features in others, and for overlaps wider than rounding."""
    return _trims(found, SAME_M)


def _trims(found: Faults, least_m: float) -> list[Act]:
    inside = zip(found.contained["inner"].tolist(), found.contained["outer"].tolist(), strict=True)
    acts = [
        Act((("contained", number),), partial(_cut_out, inner=inner, outer=outer))
        for number, (inner, outer) in enumerate(inside)
    ]
    pairs = [found.contained[["inner", "outer"]], found.duplicates[["left", "right"]]]
    told = {frozenset(pair) for table in pairs for pair in table.to_numpy().tolist()}
    overlaps = (found.overlaps[name].tolist() for name in ("left", "right", "width_m"))
    return acts + [
        Act((("overlaps", number),), partial(_trim, one=left, other=right))
        for number, (left, right, width_m) in enumerate(zip(*overlaps, strict=True))
        if width_m >= least_m and frozenset((left, right)) not in told
    ]


def _trim(bench: Bench, one: int, other: int) -> Done | Refused | None:
    """Give an overlap to one of the two; along a fixed boundary, to the one on each side."""
    first, second = pair = min(one, other), max(one, other)
    if bench.geometry[first] is None or bench.geometry[second] is None:
        return None
    laid = rings.parted(bench.geometry[first], bench.geometry[second])
    if laid is not None and laid.both.is_empty:
        return None
    parts = None if laid is None else bench.ground.divided(laid.both)
    hindrance = None
    if bench.still or (bench.settled[first] and bench.settled[second]):
        hindrance = words.BOTH_SETTLED
    elif laid is not None and laid.both.area > bench.settings.fix_m2:
        hindrance = words.too_large(laid.both.area, bench.settings.fix_m2)
    if laid is None or parts is None or hindrance is not None:
        return Refused(hindrance or words.UNSOUND)
    if len(parts) > 1:
        return _alongline(bench, pair, parts)
    left = {first: laid.left, second: laid.right}
    choice = _choose(bench, pair, parts[0], left)
    if isinstance(choice, Refused):
        return choice
    keeper, loser, why = choice
    return _trimmed(bench, [(keeper, loser, why, left[loser])])


def _alongline(
    bench: Bench, pair: tuple[int, int], parts: Sequence[tuple[Geometry, Place]]
) -> Done | Refused | None:
    given: dict[tuple[int, int], tuple[list[Geometry], Words]] = {}
    for part in parts:
        left = {at: rings.without(bench.geometry[at], part[0]) for at in pair}
        choice = _choose(bench, pair, part, left)
        if isinstance(choice, Refused):
            continue
        keeper, loser, why = choice
        given.setdefault((keeper, loser), ([], why))[0].append(part[0])
    if not given:
        return Refused(words.FAR_SIDE)
    cuts = []
    for (keeper, loser), (taken, why) in sorted(given.items()):
        left_over = rings.without(bench.geometry[loser], shapely.union_all(taken))
        cuts.append((keeper, loser, why, left_over))
    return _trimmed(bench, cuts)


def _trimmed(
    bench: Bench, cuts: Sequence[tuple[int, int, Words, Geometry | None]]
) -> Done | Refused:
    lines: list[Line] = []
    changes: dict[int, Geometry | None] = {}
    for keeper, loser, why, left in cuts:
        old, kept = bench.geometry[loser], changes.get(keeper, bench.geometry[keeper])
        if left is None:
            return Refused(words.UNSOUND)
        main, crumbs = _without_crumbs(bench, left, old)
        if not is_smooth(bench, main, old):
            main = rings.without_hairs(main, old, SAME_M)
        if not stays_whole(bench, main, old):
            return Refused(words.FALLS_APART)
        gone = shapely.intersection(old, kept)
        lines.append(line("trim", loser, gone, why, other=keeper, change=main.area - old.area))
        changes[loser] = main
        for crumb in crumbs:
            new = _with_crumb(bench, keeper, kept, crumb)
            if new is None:
                return Refused(words.FALLS_APART)
            change = new.area - kept.area
            lines.append(line("trim", keeper, crumb, words.GOT_PART, other=loser, change=change))
            changes[keeper] = kept = new
    return Done(changes, lines)


def _without_crumbs(bench: Bench, left: Geometry, old: Geometry) -> tuple[Geometry, list[Geometry]]:
    """Part a trimmed shape from the tips that trimming has cut off, where they are left-overs."""
    parts = shapely.get_parts(left)
    order = np.argsort(-shapely.area(parts), kind="stable")
    count = shapely.get_num_geometries(old)
    crumbs = parts[order[count:]]
    if not len(crumbs) or (shapely.area(crumbs) >= bench.settings.tiny_part_m2).any():
        return left, []
    main = parts[np.sort(order[:count])]
    whole: list[Geometry] = [main[0] if count == 1 else shapely.multipolygons([*main])]
    return whole[0], [crumb for crumb in crumbs if crumb.area > _NOTHING_M2]


def _with_crumb(bench: Bench, keeper: int, kept: Geometry, crumb: Geometry) -> Geometry | None:
    """Join a cut-off tip to who keeps the overlap; None where it may not have it."""
    divided = bench.ground.divided(crumb)
    if bench.settled[keeper] or divided is None or len(divided) > 1:
        return None
    if bench.ground.home(keeper, kept) != divided[0][1]:
        return None
    new = rings.joined(kept, crumb)
    return new if new is not None and stays_whole(bench, new, kept) else None


def _choose(
    bench: Bench,
    pair: tuple[int, int],
    part: tuple[Geometry, Place],
    left: Mapping[int, Geometry | None],
) -> tuple[int, int, Words] | Refused:
    """Say who keeps an overlap, who gives way, and why; the rules in their order."""
    first, second = pair
    orders = [(first, second), (second, first)]
    if bench.settled[first] or bench.settled[second]:
        keeper, loser = orders[0] if bench.settled[first] else orders[1]
        return keeper, loser, words.BY_SETTLED
    at_home = [bench.ground.home(at, bench.geometry[at]) == part[1] for at in pair]
    if not any(at_home):
        return Refused(words.FAR_SIDE)
    if not all(at_home):
        keeper, loser = orders[at_home.index(True)]
        return keeper, loser, words.BY_PLACE
    whole = {
        at: shape is not None
        and stays_whole(
            bench, _without_crumbs(bench, shape, bench.geometry[at])[0], bench.geometry[at]
        )
        for at, shape in left.items()
    }
    if not any(whole.values()):
        return Refused(words.FALLS_APART)
    if not all(whole.values()):
        keeper, loser = orders[0] if whole[second] else orders[1]
        return keeper, loser, words.BY_WHOLENESS
    return _by_measure(bench, pair, part[0], left)


def _by_measure(
    bench: Bench,
    pair: tuple[int, int],
    part: Geometry,
    left: Mapping[int, Geometry | None],
) -> tuple[int, int, Words]:
    first, second = pair
    drawn = np.array([bench.geometry[at].area for at in pair])
    registered = bench.registered[list(pair)]
    if np.isfinite(registered).all() and part.area >= bench.settings.area_m2:
        keeps_first = np.abs(drawn - np.array([0.0, part.area]) - registered).sum()
        keeps_second = np.abs(drawn - np.array([part.area, 0.0]) - registered).sum()
        if abs(keeps_first - keeps_second) > bench.settings.overlap_m2:
            keeper, loser = pair if keeps_first < keeps_second else (second, first)
            return keeper, loser, words.BY_REGISTER
    smooth = [
        shape is not None
        and is_smooth(
            bench, _without_crumbs(bench, shape, bench.geometry[at])[0], bench.geometry[at]
        )
        for at in pair
        for shape in [left[at]]
    ]
    if smooth[0] != smooth[1]:
        keeper, loser = (first, second) if smooth[1] else (second, first)
        return keeper, loser, words.BY_SHAPE
    # an overlap's border with the rest of a feature: what both would lose of theirs by joining
    shared = [
        (shape.length + part.length - bench.geometry[at].length) / 2
        for at in pair
        if (shape := left[at]) is not None
    ]
    if shared[1] > shared[0] + _EQUAL:
        return second, first, words.BY_BORDER
    return first, second, words.BY_BORDER if shared[0] > shared[1] + _EQUAL else words.BY_ORDER


def _cut_out(bench: Bench, inner: int, outer: int) -> Done | Refused | None:
    """Cut a feature out of the one around it, where size or register says that it is its own."""
    held, around = bench.geometry[inner], bench.geometry[outer]
    if held is None or around is None or not shapely.relate_pattern(held, around, "T********"):
        return None
    hindrance = _hindrance(bench, inner, outer)
    if hindrance is not None:
        return Refused(hindrance)
    left = rings.without(around, held)
    if left is None or not stays_whole(bench, left, around):
        return Refused(words.FALLS_APART)
    told = line("trim", outer, held, words.CUT_OUT, other=inner, change=left.area - around.area)
    return Done({outer: left}, [replace(told, rule_id="topology.contained")])


def _hindrance(bench: Bench, inner: int, outer: int) -> Words | None:
    """Why a feature is not cut out of the one around it, if there is a reason."""
    held, around = bench.geometry[inner], bench.geometry[outer]
    if bench.still or bench.settled[outer]:
        return words.BOTH_SETTLED
    if bench.ground.home(inner, held) != bench.ground.home(outer, around):
        return words.FAR_SIDE
    says = _register_says(bench, inner, outer)
    if says is False:
        return words.REGISTER_AGAINST
    if says is None and held.area > bench.settings.fix_m2:
        return words.too_large(held.area, bench.settings.fix_m2)
    return None


def _register_says(bench: Bench, inner: int, outer: int) -> bool | None:
    """Whether registered areas want the inner one cut out; None where they say nothing."""
    within, around = bench.geometry[inner].area, bench.geometry[outer].area
    known_inner, known_outer = bench.registered[[inner, outer]].tolist()
    if not np.isfinite(known_outer):
        return None
    slack = max(bench.settings.area_m2, bench.settings.area_share * known_outer)
    cut, uncut = abs(around - within - known_outer), abs(around - known_outer)
    if min(cut, uncut) > slack or abs(cut - uncut) <= bench.settings.area_m2:
        return None
    if uncut < cut:
        return False
    slack = max(bench.settings.area_m2, bench.settings.area_share * known_inner)
    return True if abs(within - known_inner) <= slack else None


def stays_whole(bench: Bench, new: Geometry, old: Geometry) -> bool:
    """Whether a changed feature is sound: valid, no thinner than a sliver, in no more parts."""
    return rings.is_sound(new, old, sliver_m=bench.settings.sliver_width_m)


def is_smooth(bench: Bench, new: Geometry, old: Geometry) -> bool:
    """Whether a changed feature has no more spikes than before."""
    degrees = bench.settings.spike_deg
    return rings.spikes(new, degrees) <= rings.spikes(old, degrees)


# --- left-overs -------------------------------------------------------------------------------


def merges(_found: Faults, bench: Bench) -> list[Act]:
    """Return an act for every feature that is, or holds, a part below the size of a left-over."""
    return [Act((("tiny", at),), partial(_merge, at=at)) for at in bench.with_tiny_parts()]


def _merge(bench: Bench, at: int) -> Done | Refused | None:
    if bench.still or bench.settled[at]:
        return Refused(words.FIXED)
    old = bench.geometry[at]
    parts = shapely.get_parts(old)
    sizes = shapely.area(parts)
    tiny = sizes < bench.settings.tiny_part_m2
    if tiny.all():
        return _merge_whole(bench, at)
    # one at a time: what its neighbour became decides about the next
    part = parts[int(np.argmin(sizes))]
    rest = shapely.multipolygons(parts[np.arange(len(parts)) != int(np.argmin(sizes))])
    rest = parts[int(np.argmax(sizes))] if len(parts) == 2 else rest
    alike = [
        other
        for other in bench.neighbours(part, at)
        if bench.code(at) is not None and bench.code(other) == bench.code(at)
    ]
    taken = _taken(bench, part, alike)
    if taken is None:
        return Refused(words.NO_NEIGHBOUR)
    other, new = taken
    gained = new.area - bench.geometry[other].area
    gave = line("merge", at, part, words.GAVE_PART, other=other, change=rest.area - old.area)
    got = line("merge", other, part, words.GOT_PART, other=at, change=gained)
    return Done({at: rest, other: new}, [gave, got])


def _merge_whole(bench: Bench, at: int) -> Done | Refused | None:
    """Merge a left-over that is a row of its own, where it says nothing of its own."""
    old = bench.geometry[at]
    alike = [other for other in bench.neighbours(old, at) if bench.same_kind(at, other)]
    taken = _taken(bench, old, alike)
    if taken is None:
        return Refused(words.OWN_PARCEL)
    other, new = taken
    gained = new.area - bench.geometry[other].area
    gave = line("merge", at, old, words.GAVE_PART, other=other, change=-old.area)
    got = line("merge", other, old, words.GOT_PART, other=at, change=gained)
    return Done({at: None, other: new}, [gave, got])


def _taken(bench: Bench, part: Geometry, near: Sequence[int]) -> tuple[int, Geometry] | None:
    """Find who takes a left-over: the longest border first, among those on its side."""
    divided = bench.ground.divided(part)
    if divided is None or len(divided) > 1:
        return None
    able = [
        at
        for at in near
        if not bench.settled[at] and bench.ground.home(at, bench.geometry[at]) == divided[0][1]
    ]
    borders = {at: rings.border(bench.geometry[at], part) for at in able}
    for at in sorted(able, key=lambda at: (-borders[at], at)):
        new = rings.joined(bench.geometry[at], part) if borders[at] > _EQUAL else None
        if new is not None and stays_whole(bench, new, bench.geometry[at]):
            return at, new
    return None


# --- lines ------------------------------------------------------------------------------------


def line(
    step: str, at: int, where: Geometry, why: Words, *, other: int | None = None, change: float
) -> Line:
    """Record a change of area, at a place inside what changed hands."""
    place = shapely.point_on_surface(where)
    spot = (float(place.x), float(place.y))
    gained, lost = max(change, 0.0), max(-change, 0.0)
    return Line(step=step, at=at, other=other, why=why, spot=spot, gained_m2=gained, lost_m2=lost)
