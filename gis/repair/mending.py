"""The order of a repair: steps until nothing changes, each checked against the faults it leaves."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from gis import crs
from gis.checks.base import Subject
from gis.errors import InputError
from gis.layers import zones
from gis.repair import areas, balance, gaps, joints, ledger, remains, words
from gis.repair.bench import Bench, Done, Faults, Geometries, Mask, Refused, Rows
from gis.repair.joints import Act, Key
from gis.repair.ledger import Words

_Step = tuple[str, Callable[[Faults, Bench], list[Act]]]
# wide overlaps go first: vertices within them need no edge, and no snap could close them; joints
# are made until there is nothing to join, because a sliver that is cut before becomes a spike
_ORDER: Final[tuple[tuple[_Step, ...], ...]] = (
    (("drop", areas.drops),),
    (("trim", areas.wide_trims),),
    (("snap", joints.snaps), ("insert-vertex", joints.inserts)),
    (("trim", areas.trims),),
    (("fill", gaps.fills),),
    (("merge", areas.merges),),
)
_EACH: Final = tuple(step for group in _ORDER for step in group)
#: Every step.
STEPS: Final = tuple(dict.fromkeys(name for name, _ in _EACH))
#: Steps that fit layers whose features need not cover the land without overlap.
_STEPS_OF: Final[Mapping[str, Collection[str]]] = MappingProxyType(
    {"constraints": ("drop",), "communes": ("insert-vertex",)}
)
# steps after which an edge may lack a vertex of its neighbour, and what gives it
_CHANGE_BORDERS: Final = frozenset({"snap", "trim", "fill", "merge"})
_JOINTS: Final = ("insert-vertex",)
# repeated until they mend nothing more; far more than real layers need
_MOST_PASSES: Final = 12
# a step may make another one necessary: a trimmed edge needs its vertices in its neighbour
_ROUNDS: Final = 3
# joints make others necessary, each time fewer
_MOST_TURNS: Final = 6
# a step that made faults is tried again without the acts that made them, so often
_TRIES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A repaired layer, and the record of its repair.

    Attributes
    ----------
    frame
        The same rows, but for those that were dropped or merged, and the same columns; only
        geometries differ.
    ledger
        One row a change of a feature; see `gis.repair.ledger.COLUMNS`.
    totals
        Sums of the features' areas before and after, of the ledger, and of the covered land, in
        square metres; see `gis.repair.ledger.totals`.
    left
        Faults that remain, each with the reason.
    """

    frame: gpd.GeoDataFrame
    ledger: pd.DataFrame
    totals: Mapping[str, float]
    left: gpd.GeoDataFrame


def mend(
    subject: Subject,
    *,
    fixed: Sequence[gpd.GeoDataFrame] = (),
    steps: Collection[str] = STEPS,
) -> Repair:
    """Repair a layer by stated rules.

    Rows of different validity are repaired apart: they are not there at the same time.

    Parameters
    ----------
    fixed
        Layers whose boundaries must not move, in any coordinate system: communes, approved zones.
    steps
        Which of `STEPS` are taken; those that change borders bring ``insert-vertex`` with them.

    Raises
    ------
    InputError
        When a step is unknown.
    """
    unknown = sorted(set(steps) - set(STEPS))
    if unknown:
        listed = ", ".join(STEPS)
        raise InputError(
            f"There is no step {unknown[0]!r} of a repair; the steps are {listed}.",
            vi=f"Không có bước sửa {unknown[0]!r}; các bước là {listed}.",
        )
    system = subject.frame.crs
    held = [
        frame if frame.crs in {None, system} else crs.transform(frame, system)[0] for frame in fixed
    ]
    asked = {*steps, *(_JOINTS if _CHANGE_BORDERS & set(steps) else ())}
    fitting = asked & set(_STEPS_OF.get(subject.layer, STEPS))
    taken = [name for name in STEPS if name in fitting]
    done = _once(subject, held, taken)
    for _ in range(_ROUNDS):
        # what was put back may be mended from where its neighbours stand now
        again = _once(replace(subject, frame=done.frame), held, taken)
        if again.ledger.empty:
            break
        done = Repair(
            frame=again.frame,
            ledger=pd.concat([done.ledger, again.ledger], ignore_index=True),
            totals=ledger.joined(done.totals, again.totals),
            left=again.left,
        )
    return done


def _once(subject: Subject, fixed: Sequence[gpd.GeoDataFrame], steps: Sequence[str]) -> Repair:
    usable = _usable(np.array(subject.frame.geometry.to_numpy(), dtype=object))
    there = usable & ~zones.is_past(subject.frame) if subject.layer == "zones" else usable
    outcomes = [_Run(subject, rows, fixed, steps).run() for rows in _periods(subject.frame, there)]
    return _put_together(subject, outcomes, np.flatnonzero(~usable))


def _usable(geometry: Geometries) -> Mask:
    """Which rows have an area that can be repaired."""
    polygons = np.isin(shapely.get_type_id(geometry), (3, 6))
    return polygons & shapely.is_valid(geometry) & (shapely.area(geometry) > 0)


def _periods(frame: gpd.GeoDataFrame, usable: Mask) -> list[Rows]:
    """Put rows together that are there at the same time."""
    at = np.flatnonzero(usable)
    columns = [name for name in ("valid_from", "valid_to") if name in frame]
    if not columns or not len(at):
        return [at] if len(at) else []
    period = frame[columns].iloc[at].astype(object).fillna("").astype(str)
    number = period.groupby(columns, sort=False).ngroup().to_numpy()
    return [at[number == each] for each in range(int(number.max()) + 1)]


def _put_together(subject: Subject, outcomes: Sequence[balance.Outcome], broken: Rows) -> Repair:
    geometry = np.array(subject.frame.geometry.to_numpy(), dtype=object)
    before, gone, spots = _areas(geometry), np.zeros(len(geometry), dtype=bool), {}
    lines: list[ledger.Line] = []
    doubled = [0.0, 0.0]
    for each in outcomes:
        for line in each.bench.lines:
            geometry[line.at] = each.bench.geometry[line.at]
            gone[line.at] = geometry[line.at] is None
            spots[line.at] = line.spot
        lines += each.bench.lines
        doubled[0] += balance.doubled(each.first, each.start)
        doubled[1] += balance.doubled(each.last, each.bench.geometry)
    after = _areas(geometry)
    lines = ledger.closed(lines, after - before, spots)
    frame = subject.frame.set_geometry(
        gpd.GeoSeries(geometry, index=subject.frame.index, crs=subject.frame.crs)
    ).loc[~gone]
    return Repair(
        frame=frame,
        ledger=ledger.table(lines, subject),
        totals=ledger.totals(lines, (before.sum(), after.sum()), (doubled[0], doubled[1])),
        left=remains.table(subject, outcomes, broken),
    )


def _areas(geometry: Geometries) -> npt.NDArray[np.float64]:
    """Areas of all features; those that are missing or invalid have none."""
    areas = np.zeros(len(geometry))
    usable = _usable(geometry)
    areas[usable] = shapely.area(geometry[usable])
    return areas


class _Run:
    """The repair of rows that are there at the same time."""

    def __init__(
        self,
        subject: Subject,
        rows: Rows,
        fixed: Sequence[gpd.GeoDataFrame],
        steps: Sequence[str],
    ) -> None:
        self._bench = Bench(subject, rows, fixed, still=subject.layer == "communes")
        self._steps = steps

    def run(self) -> balance.Outcome:
        """Take the steps until they mend nothing more."""
        bench = self._bench
        start, first = bench.geometry.copy(), bench.faults()
        found = first
        for _ in range(_MOST_PASSES):
            was, lines, before = bench.geometry.copy(), list(bench.lines), found
            self._pass(before)
            if len(bench.lines) == len(lines):
                break
            after, grown = bench.check()
            if grown:
                # faults appeared away from the bench, as where a bay was closed: again, with
                # those features on it, so that the one act that made them is left out
                bench.geometry, bench.lines = was, lines
                found = bench.faults()
                continue
            undone = balance.undo_useless(bench, was, lines, before, after)
            found = bench.faults() if undone else after
            if len(bench.lines) == len(lines):
                break
        return balance.Outcome(
            bench=bench,
            start=start,
            first=first,
            last=found,
            reasons=self._reasons(found),
        )

    def _pass(self, found: Faults) -> Faults:
        """Take every step, and again what they make necessary."""
        for _ in range(_ROUNDS):
            changed = False
            for group in _ORDER:
                steps = [step for name, step in group if name in self._steps]
                found, did = self._settle(steps, found)
                changed |= did
            if not changed:
                break
        return found

    def _settle(
        self, steps: Sequence[Callable[[Faults, Bench], list[Act]]], found: Faults
    ) -> tuple[Faults, bool]:
        """Take steps in turn until none of them changes anything."""
        changed = False
        for _ in range(_MOST_TURNS):
            did = [False]
            for step in steps:
                found, done = self._step(step, found)
                did.append(done)
            changed |= any(did)
            if not any(did) or len(steps) == 1:
                break
        return found, changed

    def _step(
        self, step: Callable[[Faults, Bench], list[Act]], found: Faults
    ) -> tuple[Faults, bool]:
        """Take one step; what would make faults, or larger ones, is left out of it."""
        bench = self._bench
        acts = step(found, bench)
        saved, lines = bench.geometry.copy(), list(bench.lines)
        for _ in range(_TRIES):
            touched = []
            for act in acts:
                done = act.run(bench)
                if isinstance(done, Done):
                    bench.apply(done)
                    touched.append((act, done))
            if not touched:
                break
            after = bench.faults()
            filled = "fill" in self._steps
            worse = balance.grown(bench, saved, found, after, filled=filled)
            if not worse:
                return after, True
            bench.geometry, bench.lines = saved.copy(), list(lines)
            guilty = _guilty(touched, worse, bench.settings.fix_m)
            acts = [act for act in acts if act.keys not in guilty]
        return found, False

    def _reasons(self, found: Faults) -> dict[Key, Words]:
        """Say why each fault is left: what its step says of it now."""
        reasons: dict[Key, Words] = {}
        for name, step in _EACH:
            for act in step(found, self._bench):
                done = act.run(self._bench)
                why = words.WORSE if isinstance(done, Done) else words.NOT_MENDED
                if name not in self._steps:
                    why = words.OTHER_STEP
                elif isinstance(done, Refused):
                    why = done.why
                reasons.update(dict.fromkeys(act.keys, why))
        return reasons


def _guilty(
    touched: Sequence[tuple[Act, Done]],
    worse: Sequence[tuple[set[int], Geometry]],
    reach_m: float,
) -> set[tuple[Key, ...]]:
    """Which acts made faults: those at their place, else all that changed the features in them."""
    barred: set[tuple[Key, ...]] = set()
    for rows, shape in worse:
        suspects = [(act, done) for act, done in touched if rows & set(done.changes)]
        near = [
            act.keys
            for act, done in suspects
            if any(shapely.dwithin(shapely.Point(line.spot), shape, reach_m) for line in done.lines)
        ]
        barred.update(near or [act.keys for act, _ in suspects])
    return barred
