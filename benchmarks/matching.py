"""Holds findings against the truth: what was found, what was missed, what was invented.

A finding belongs to a truth when its rule is of the truth's kind, it names one of its rows, and it
lies within `REACH_M` of what was planted, as far as the two have rows and places. Then

* a truth that must be reported and is met counts as found, else as missed;
* a finding that meets a truth which must be reported is right;
* a finding that meets only what *may* be said there counts neither way;
* every other finding of a kind is false, and so is one of a size under the tolerance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.seeding import Truth

REACH_M: Final = 1.0


@dataclass(slots=True)
class Score:
    """Counts of one kind, with the cases behind the bad ones."""

    kind: str
    found: int = 0
    missed: list[Any] = field(default_factory=list)
    right: int = 0
    false: list[Any] = field(default_factory=list)
    quiet: int = 0

    @property
    def recall(self) -> float | None:
        """Share of the faults that were reported."""
        every = self.found + len(self.missed)
        return self.found / every if every else None

    @property
    def precision(self) -> float | None:
        """Share of the reports that are faults."""
        every = self.right + len(self.false)
        return self.right / every if every else None


def score(
    findings: gpd.GeoDataFrame, truths: Sequence[Truth], rules: Mapping[str, Iterable[str]]
) -> dict[str, Score]:
    """Score the findings of one run.

    Parameters
    ----------
    findings
        A table with ``rule_id``, ``row``, ``other_row`` and geometry, in the planted data's system.
    rules
        Rules by kind; findings of other rules are left out.
    """
    kind_of = {rule: kind for kind, listed in rules.items() for rule in listed}
    mine = findings[findings["rule_id"].isin(list(kind_of))]
    by_row = _by_row(truths)
    scores = {kind: Score(kind) for kind in rules}
    met: set[int] = set()
    for finding in mine.itertuples(index=False):
        kind = kind_of[str(finding.rule_id)]
        here = [at for at in _candidates(finding, by_row, truths) if _meets(finding, truths[at])]
        same = {at for at in here if truths[at].kind == kind}
        due = {at for at in same if truths[at].fault}
        met |= due
        if due:
            scores[kind].right += 1
        elif not any(kind in truths[at].may for at in here):
            scores[kind].false.append(finding)
    for at, truth in enumerate(truths):
        if truth.kind not in scores:
            continue
        if not truth.fault:
            scores[truth.kind].quiet += 1
        elif at in met:
            scores[truth.kind].found += 1
        else:
            scores[truth.kind].missed.append(truth)
    return scores


def _by_row(truths: Sequence[Truth]) -> dict[int, list[int]]:
    listed: dict[int, list[int]] = {}
    for at, truth in enumerate(truths):
        for row in truth.rows:
            listed.setdefault(row, []).append(at)
    return listed


def _candidates(
    finding: Any, by_row: Mapping[int, list[int]], truths: Sequence[Truth]
) -> Iterable[int]:
    rows = [int(row) for row in (finding.row, finding.other_row) if not pd.isna(row)]
    if not rows:
        return range(len(truths))
    return {at for row in rows for at in by_row.get(row, ())}


def _meets(finding: Any, truth: Truth) -> bool:
    place = finding.geometry
    if truth.where is None or shapely.is_missing(place) or shapely.is_empty(place):
        # without a place, the row alone must tell
        return not (pd.isna(finding.row) and pd.isna(finding.other_row))
    return bool(shapely.dwithin(place, truth.where, REACH_M))


def new_findings(after: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out what was found before anything was planted: same rule, same rows, same place."""
    known: dict[Any, list[shapely.Geometry]] = {}
    for key, shape in zip(_keys(before), before.geometry, strict=True):
        known.setdefault(key, []).append(shape)
    keep = [
        not any(_same_place(shape, other) for other in known.get(key, ()))
        for key, shape in zip(_keys(after), after.geometry, strict=True)
    ]
    return after[np.array(keep, dtype=bool)]


def _keys(findings: gpd.GeoDataFrame) -> list[tuple[Any, ...]]:
    rows = findings[["row", "other_row"]].astype("Int64").fillna(-1)
    return list(zip(findings["rule_id"], rows["row"], rows["other_row"], strict=True))


def _same_place(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    if shapely.is_missing(one) or shapely.is_missing(other):
        return bool(shapely.is_missing(one) and shapely.is_missing(other))
    return bool(shapely.dwithin(one, other, REACH_M))


def add(total: dict[str, Score], more: Mapping[str, Score]) -> None:
    """Add the counts of a run to those of others."""
    for kind, each in more.items():
        whole = total.setdefault(kind, Score(kind))
        whole.found += each.found
        whole.right += each.right
        whole.quiet += each.quiet
        whole.missed += each.missed
        whole.false += each.false
