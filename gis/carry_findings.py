"""What is found when figures are carried between communes, as every check writes it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from gis import findings, text

if TYPE_CHECKING:
    import pandas as pd

    from gis.carry import Work

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Said:
    """One fault: its rule, its row, the value it is about, further columns, further words."""

    rule_id: str
    row: int | None
    value: str
    columns: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)


def unread(column: "pd.Series[Any]", bad: "pd.Series[bool]") -> gpd.GeoDataFrame:
    """Find values that are no one number."""
    words = {"column": str(column.name)}
    rows = np.flatnonzero(bad.to_numpy())
    return _table(
        _Said("carry.bad-number", int(row) + 1, str(column.iloc[row]), {}, words) for row in rows
    )


def found(work: "Work", codes: "pd.Series[Any]", on_from: date) -> gpd.GeoDataFrame:
    """Write down what was found."""
    return _table([*_of_rows(work, codes, on_from), *_of_parts(work), *_of_targets(work)])


def _table(listed: Iterable[_Said]) -> gpd.GeoDataFrame:
    by_rule: dict[str, list[_Said]] = {}
    for each in listed:
        by_rule.setdefault(each.rule_id, []).append(each)
    return findings.join(
        findings.many(
            rule_id,
            rows=[each.row for each in same],
            value=[each.value for each in same],
            words={name: [each.words[name] for each in same] for name in same[0].words},
            layer="communes",
            **{name: [each.columns[name] for each in same] for name in same[0].columns},
        )
        for rule_id, same in by_rule.items()
    )


def _of_rows(work: "Work", codes: "pd.Series[Any]", on_from: date) -> Iterator[_Said]:
    day = tuple(text.format_date(on_from, lang) for lang in text.LANGUAGES)
    bearers = dict(zip(work.rows.tolist(), work.shares.sources, strict=True))
    first: dict[str, int] = {}
    for row, code in enumerate(codes):
        if code in first:
            yield _Said("carry.twice", row + 1, code, {"other_row": first[code] + 1})
        elif bearers.get(row) is None:
            yield _Said("carry.unknown-unit", row + 1, code or text.UNKNOWN, {}, {"day": day})
        if code is not None:
            first.setdefault(code, row)


def _of_parts(work: "Work") -> Iterator[_Said]:
    for source, place in enumerate(work.shares.sources):
        if place is None:
            continue
        about = int(work.rows[source]) + 1, f"{place.name} ({place.code})"
        links = [link for link in work.shares.links if link.source == source]
        if len(links) > 1:
            inside = sorted((link.target.name, link.share) for link in links if link.target)
            parts = tuple(
                _listed([f"{name} {_percent(share, lang)}" for name, share in inside])
                for lang in text.LANGUAGES
            )
            yield _Said("carry.split", *about, {}, {"parts": parts})
        for link in links:
            if link.target is None:
                share = tuple(_percent(link.share, lang) for lang in text.LANGUAGES)
                yield _Said("carry.outside", *about, {}, {"share": share})
        for sliver in work.shares.slivers:
            if sliver.source == source:
                other = sliver.target.name if sliver.target else text.UNKNOWN
                columns = {"size": sliver.area_m2, "other_feature": other}
                yield _Said("carry.sliver", *about, columns)


def _of_targets(work: "Work") -> Iterator[_Said]:
    for target, column, names in work.lacking:
        words = {"column": column, "parts": _listed(names)}
        yield _Said("carry.missing", None, f"{target.name} ({target.code})", {}, words)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")


def _percent(share: float, lang: str) -> str:
    return f"{text.format_number(100 * share, 1, lang)} %"
