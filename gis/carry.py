"""Figures by commune carried from the communes of one day to those of another.

Unions are exact; what was split is shared out by area, and the uncertainty is said. Totals are
kept: what cannot be carried is listed, and missing is not zero.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import carry_findings, commune_shares, findings, text
from gis.commune_shares import Link, Place, Shares
from gis.errors import ColumnError, InputError
from gis.intake import tables
from gis.values import as_text, is_ambiguous, plain_number

#: Words in a column's name by which it is no quantity: it cannot be summed.
_RATIO: Final = re.compile(
    r"\b(ty le|ti le|ty trong|ti trong|nang suat|mat do|binh quan|trung binh|share|yield|rate|"
    r"density|average|mean|percent|pct|per)\b|%|/"
)
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Carried:
    """Figures as carried.

    Attributes
    ----------
    table
        ``code, name, valid_from`` of each commune of the other day, and its figures; missing where
        one of its parts has none.
    matrix
        Which share of which commune went where, and how that is known: ``register`` (exact),
        ``outlines``, ``areas`` (of the register).
    uncertainty
        For each commune and figure: the value, between which bounds it lies if a part that was
        split could hold nothing or all of its commune's figure, and the share of the value that
        was shared out by area. Of an incomplete figure, `value` is the sum of what is known.
    left_out
        Figures that are not in the table: of unknown communes, outside of all, or incomplete.
    totals
        For each quantity: given, carried, left out, and the difference, which is rounding.
    findings
        What was found, as every check writes it.
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    uncertainty: pd.DataFrame
    left_out: pd.DataFrame
    totals: pd.DataFrame
    findings: gpd.GeoDataFrame

    def sheet(self) -> pd.DataFrame:
        """Return the table with what is uncertain beside each figure, as a file holds it."""
        sheet = self.table.copy()
        for column in self.table.columns[3:]:
            told = self.uncertainty[self.uncertainty["column"] == column]
            for name in ("lower", "upper", "weighted_share", "lacking"):
                sheet[f"{column}_{name}"] = told[name].to_numpy()
        return sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be carried out of a table.

    Attributes
    ----------
    code
        Column of the communes' codes.
    values
        Columns of figures.
    weights
        Of yields, shares and other ratios among them: the column by which they are weighted.
    """

    code: str
    values: tuple[str, ...]
    on_from: date
    on_to: date
    weights: Mapping[str, str] = field(default_factory=dict)


def carry_file(
    path: Path,
    request: Request,
    *,
    units_from: gpd.GeoDataFrame | None = None,
    units_to: gpd.GeoDataFrame | None = None,
) -> Carried:
    """Carry figures of a table file; see `carry`.

    Raises
    ------
    InputError
        When the file is no table or lacks a column.
    """
    frame, _digest = tables.read_table(Path(path))
    wanted = list(dict.fromkeys([request.code, *request.values, *request.weights.values()]))
    for name in wanted:
        _require(frame, name)
    figures = pd.DataFrame({"code": as_text(frame[request.code])}, index=frame.index)
    unread = []
    for name in wanted[1:]:
        figures[name], bad = _numbers(frame[name])
        unread.append(carry_findings.unread(frame[name], bad))
    carried = carry(
        figures,
        units_from=units_from,
        units_to=units_to,
        on_from=request.on_from,
        on_to=request.on_to,
        weights=request.weights,
    )
    return replace(carried, findings=findings.join([*unread, carried.findings]))


def carry(
    figures: pd.DataFrame,
    *,
    units_from: gpd.GeoDataFrame | None = None,
    units_to: gpd.GeoDataFrame | None = None,
    on_from: date,
    on_to: date,
    weights: Mapping[str, str] | None = None,
) -> Carried:
    """Carry figures by commune from one day to another.

    Parameters
    ----------
    figures
        ``code`` on the first day, and columns of numbers: quantities such as hectares, people,
        tonnes are summed.
    units_from, units_to
        Outlines of the communes of the two days in metres (``code``, ``name``, ``valid_from``,
        ``valid_to``), for what the register of successions cannot answer.
    weights
        Yields, shares and other ratios by the quantity they are weighted by; a ratio is never
        summed.

    Returns
    -------
    Carried
        Rows of the table in order of code. The order of `figures` changes nothing.

    Raises
    ------
    InputError
        When a column lacks or cannot be summed, or a unit was split and nothing says how.
    """
    ratios = dict(weights or {})
    columns = _checked(figures, ratios)
    codes = as_text(figures["code"])
    first = ~codes.duplicated() & codes.notna()
    before = after = None
    if units_from is not None and units_to is not None:
        before = commune_shares.outlines(units_from, on_from, name="units_from")
        after = commune_shares.outlines(units_to, on_to, name="units_to")
    rows = np.flatnonzero(first)
    shares = commune_shares.find(
        codes.iloc[rows].tolist(), (on_from, on_to), before=before, after=after
    )
    numbers = {name: figures[name].to_numpy(dtype=float, na_value=np.nan) for name in columns}
    work = Work(shares, rows, {name: each[rows] for name, each in numbers.items()}, ratios)
    for column in columns:
        work.add(column)
    for at in np.flatnonzero(~first):
        work.leave(
            int(at), codes.iloc[at], "twice", {name: each[at] for name, each in numbers.items()}
        )
    return Carried(
        work.table(),
        work.matrix(),
        pd.DataFrame(work.uncertainty, columns=_UNCERTAINTY),
        pd.DataFrame(work.left_out, columns=_LEFT_OUT),
        work.totals(numbers),
        carry_findings.found(work, codes, on_from),
    )


_UNCERTAINTY: Final = [
    "code",
    "name",
    "column",
    "value",
    "lower",
    "upper",
    "weighted_share",
    "lacking",
]
_LEFT_OUT: Final = ["row", "code", "name", "column", "value", "share", "why"]


def _checked(figures: pd.DataFrame, ratios: Mapping[str, str]) -> list[str]:
    """Return the columns of figures; refuse what cannot be carried."""
    _require(figures, "code")
    columns = [str(name) for name in figures.columns if name != "code"]
    for name, weight in ratios.items():
        _require(figures, name)
        _require(figures, weight)
        if (figures[weight].to_numpy(dtype=float, na_value=np.nan) < 0).any() or weight in ratios:
            raise InputError(
                f"Column {weight!r} cannot weight {name!r}: a weight is a quantity of at least 0.",
                vi=f"Cột {weight!r} không dùng làm trọng số cho {name!r} được: trọng số phải là số "
                "lượng từ 0 trở lên.",
            )
    for name in columns:
        if not pd.api.types.is_numeric_dtype(figures[name]):
            raise ColumnError(
                f"Column {name!r} holds no numbers; leave it out or store it as numbers.",
                vi=f"Cột {name!r} không phải số; hãy bỏ cột này hoặc lưu ở dạng số.",
            )
        if name not in ratios and _RATIO.search(text.search_key(name.replace("_", " "))):
            raise InputError(
                f"Column {name!r} is a ratio by its name and cannot be summed; name the quantity "
                f"that weights it, like --weight {name}=COLUMN.",
                vi=f"Cột {name!r} là tỷ lệ theo tên cột nên không cộng được; hãy chỉ cột số lượng "
                f"làm trọng số, ví dụ --weight {name}=CỘT.",
            )
    return columns


def _require(frame: pd.DataFrame, name: str) -> None:
    if name not in frame:
        listed = ", ".join(str(each) for each in frame.columns[:20])
        raise ColumnError(
            f"The table has no column {name!r}; its columns are {listed}.",
            vi=f"Bảng không có cột {name!r}; các cột của bảng là {listed}.",
        )


def _numbers(column: "pd.Series[Any]") -> tuple["pd.Series[Any]", "pd.Series[bool]"]:
    """Read numbers as people write them, and find values that are no one number."""
    if pd.api.types.is_numeric_dtype(column):
        return column, column.isna() & False
    written = as_text(column)
    telling = [each for each in written.dropna() if not is_ambiguous(each)]
    # a column writes its numbers in one way, and others in it may show which
    marks = {"." for each in telling if re.fullmatch(r"[^,.]*(,\d{3})*\.\d+", each.strip())}
    marks |= {"," for each in telling if re.fullmatch(r"[^,.]*(\.\d{3})*,\d+", each.strip())}
    mark = marks.pop() if len(marks) == 1 else None

    def one(value: str) -> str:
        if not is_ambiguous(value):
            return plain_number(value)
        if mark is None:
            return ""
        return value.replace("." if mark == "," else ",", "").replace(mark, ".")

    numbers = pd.to_numeric(written.map(one, na_action="ignore"), errors="coerce")
    numbers = numbers.astype(float).where(np.isfinite(numbers.astype(float)))
    return numbers, numbers.isna() & written.notna()


class Work:
    """The sums of one question."""

    def __init__(
        self,
        shares: Shares,
        rows: npt.NDArray[np.intp],
        numbers: Mapping[str, _Floats],
        ratios: Mapping[str, str],
    ) -> None:
        self.shares, self.rows = shares, rows
        self._numbers, self._ratios = numbers, ratios
        inside: dict[Place, list[Link]] = {}
        for link in shares.links:
            if link.target is not None:
                inside.setdefault(link.target, []).append(link)
        # sums come out the same whatever the order of the rows
        self._inside = {
            target: sorted(inside[target], key=lambda link: self._source(link).code)
            for target in sorted(inside)
        }
        self._values: dict[str, list[float]] = {}
        self.uncertainty: list[tuple[Any, ...]] = []
        self.left_out: list[tuple[Any, ...]] = []
        self.lacking: list[tuple[Place, str, list[str]]] = []

    def _source(self, link: Link) -> Place:
        place = self.shares.sources[link.source]
        return place or Place("", "", "")

    def add(self, column: str) -> None:
        """Carry one column."""
        weight = self._ratios.get(column)
        given = self._numbers[column]
        for source, place in enumerate(self.shares.sources):
            outside = [each for each in self._of(source) if each.target is None]
            if place is None:
                self._leave(source, column, 1.0, "unknown")
            for link in outside:
                self._leave(source, column, link.share, "outside")
        self._values[column] = [
            self._sum(column, given, target, links)
            if weight is None
            else self._mean(column, given, self._numbers[weight], target, links)
            for target, links in self._inside.items()
        ]

    def _of(self, source: int) -> list[Link]:
        return [link for link in self.shares.links if link.source == source]

    def _leave(self, source: int, column: str, share: float, why: str) -> None:
        place = self.shares.sources[source]
        value = float(self._numbers[column][source])
        if column not in self._ratios:
            value *= share
        row = int(self.rows[source]) + 1
        code, name = (place.code, place.name) if place else ("", "")
        if not math.isnan(value):
            self.left_out.append((row, code, name, column, value, share, why))

    def leave(self, row: int, code: str | None, why: str, values: Mapping[str, float]) -> None:
        """List figures of a row that is not carried at all."""
        self.left_out.extend(
            (row + 1, code, "", column, float(value), 1.0, why)
            for column, value in values.items()
            if not math.isnan(value)
        )

    def _sum(self, column: str, given: _Floats, target: Place, links: list[Link]) -> float:
        lacking = self._lacking(target, links, given)
        known = [link for link in links if not math.isnan(given[link.source])]
        parts = [link.share * float(given[link.source]) for link in known]
        bounds = [
            (part, part) if link.share == 1 else _between(float(given[link.source]))
            for link, part in zip(known, parts, strict=True)
        ]
        value = math.fsum(parts)
        lower, upper = (math.fsum(each) for each in zip(*bounds, strict=True)) if bounds else (0, 0)
        estimated = [abs(part) for link, part in zip(known, parts, strict=True) if link.share != 1]
        whole = math.fsum(map(abs, parts))
        share = math.fsum(estimated) / whole if whole else 0.0
        if lacking:
            # what lacks may be anything from nothing on
            upper = math.nan
            self._lack(target, column, lacking)
            if known:
                self.left_out.append(
                    (None, target.code, target.name, column, value, math.nan, "incomplete")
                )
        self._tell(target, column, (value if known else math.nan, lower, upper, share), lacking)
        return math.nan if lacking else value

    def _mean(
        self, column: str, given: _Floats, weights: _Floats, target: Place, links: list[Link]
    ) -> float:
        lacking = self._lacking(target, links, given, weights)
        known = [
            link
            for link in links
            if not math.isnan(given[link.source]) and not math.isnan(weights[link.source])
        ]
        shared = [link.share * float(weights[link.source]) for link in known]
        parts = [
            weight * float(given[link.source]) for link, weight in zip(known, shared, strict=True)
        ]
        whole = math.fsum(shared)
        value = math.fsum(parts) / whole if whole else math.nan
        heavy = [
            (link, float(given[link.source]), weight)
            for link, weight in zip(known, shared, strict=True)
            if weight > 0
        ]
        is_split = any(link.share != 1 for link, _, _ in heavy)
        ends = [each for _, each, _ in heavy] if is_split else [value]
        estimated = math.fsum(weight for link, _, weight in heavy if link.share != 1)
        lower, upper = (min(ends), max(ends)) if ends else (math.nan, math.nan)
        if lacking:
            lower = upper = math.nan
            self._lack(target, column, lacking)
        share = estimated / whole if whole else 0.0
        self._tell(target, column, (value, lower, upper, share), lacking)
        return math.nan if lacking else value

    def _lacking(self, target: Place, links: list[Link], *given: _Floats) -> list[str]:
        """Name the parts of a target without a figure."""
        empty = [
            self._source(link).name
            for link in links
            if any(math.isnan(each[link.source]) for each in given)
        ]
        return sorted({*empty, *(place.name for place in self.shares.absent.get(target, ()))})

    def _lack(self, target: Place, column: str, names: list[str]) -> None:
        self.lacking.append((target, column, names))

    def _tell(
        self, target: Place, column: str, numbers: tuple[float, ...], lacking: list[str]
    ) -> None:
        self.uncertainty.append(
            (target.code, target.name, column, *numbers, ", ".join(lacking) or None)
        )

    def table(self) -> pd.DataFrame:
        """Return the communes of the other day with their figures."""
        places = [(each.code, each.name, each.valid_from or None) for each in self._inside]
        table = pd.DataFrame(places, columns=["code", "name", "valid_from"])
        return table.assign(**self._values)

    def matrix(self) -> pd.DataFrame:
        """Return every share."""
        rows = []
        for link in self.shares.links:
            place, target = self._source(link), link.target or Place("", "", "")
            rows.append((*_told(place), *_told(target), link.share, link.how))
        names = [
            f"{side}_{part}" for side in ("from", "to") for part in ("code", "name", "valid_from")
        ]
        table = pd.DataFrame(rows, columns=[*names, "share", "how"])
        return table.sort_values(["from_code", "to_code"], kind="stable", ignore_index=True)

    def totals(self, given: Mapping[str, _Floats]) -> pd.DataFrame:
        """Return what was given, carried and left out of each quantity."""
        rows = []
        for column, values in given.items():
            if column in self._ratios:
                continue
            whole = math.fsum(values[~np.isnan(values)])
            carried = math.fsum(each for each in self._values[column] if not math.isnan(each))
            left = math.fsum(each[4] for each in self.left_out if each[3] == column)
            rows.append((column, whole, carried, left, whole - carried - left))
        return pd.DataFrame(rows, columns=["column", "given", "carried", "left_out", "difference"])


def _between(value: float) -> tuple[float, float]:
    return min(0.0, value), max(0.0, value)


def _told(place: Place) -> tuple[str | None, str | None, str | None]:
    return place.code or None, place.name or None, place.valid_from or None
