"""Communes and their mergers: every unit is keyed by code and date, never by name.

A code is reused (21109 was Bình Tân, then Bình Tân Phú, and is Đông Sơn), and names collide
without diacritics (Bình Thạnh 21046, Bình Thanh 21091), so a unit is a code on a day. Three sets
are known: 25 units of Bình Sơn district until 2020-01-31, by code and name only; 22 and Tịnh Hòa
(of Quảng Ngãi city, which later joined Đông Sơn) until 2025-06-30; five since. No unit was ever
split, so forwards each unit has exactly one successor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from gis import _reference, text
from gis.errors import InputError, NotFoundError, ShippedDataError

_KINDS_EN: Final = {"xã": "commune", "thị trấn": "township"}
_Key = tuple[str, date | None]


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune during one period of its life.

    `valid_from` None means that the start is not known, `valid_to` None that it still stands.
    `area_km2_geodesic` and `area_km2_dataset` are two published measures of one area, neither
    official; `area_basis` says what they are. `coastal` is ``yes``, ``no``, ``estuary`` or None.
    `in_binh_son` is false for Tịnh Hòa alone; today's Đông Sơn holds its land too. `neighbours`
    are codes of the same set. None is unknown throughout.
    """

    code: str
    kind: str
    name: str
    valid_from: date | None
    valid_to: date | None
    in_binh_son: bool
    area_km2_geodesic: float | None
    area_km2_dataset: float | None
    area_basis: str
    population_2019: int | None
    population_basis: str
    centroid_lon: float | None
    centroid_lat: float | None
    coastal: str | None
    coastal_basis: str
    neighbours: tuple[str, ...]
    note: str
    source: str

    def valid_on(self, day: date) -> bool:
        """Whether the unit stood on a day, as far as the record goes back."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def title(self, lang: str) -> str:
        """Name with its kind: ``Xã Bình Hải`` or ``Bình Hải commune``."""
        if text.check_language(lang) == "vi":
            return f"{self.kind.capitalize()} {self.name}"
        return f"{self.name} {_KINDS_EN[self.kind]}"


def units() -> tuple[Unit, ...]:
    """All units of all periods, by period and code."""
    return _units()


def units_on(day: date) -> tuple[Unit, ...]:
    """Units that stood on a day, by code.

    The record knows no start for the oldest set, so a day long ago answers with that set too.
    """
    return tuple(found for found in _units() if found.valid_on(day))


def units_with_code(code: str) -> tuple[Unit, ...]:
    """Units that ever bore a code, oldest first; empty when none did."""
    wanted = code.strip()
    return tuple(found for found in _units() if found.code == wanted)


def unit(code: str, day: date) -> Unit:
    """Find the unit that bore a code on a day.

    Raises
    ------
    NotFoundError
        When no unit bore it then; the sentence says when and by whom the code was borne.
    """
    found = _bearer(code, day)
    if found is not None:
        return found
    bearers = units_with_code(code)
    if not bearers:
        raise NotFoundError(
            f"No commune bears the code {code!r} on {day}, nor ever did in the record of Bình Sơn;"
            " check the code.",
            vi=f"Ngày {day} không có xã nào mang mã {code!r}, và trong dữ liệu về Bình Sơn cũng"
            " chưa từng có; hãy kiểm tra lại mã.",
        )
    spans = "; ".join(f"{each.name} {_span(each)}" for each in bearers)
    spans_vi = "; ".join(f"{each.name} {_span_vi(each)}" for each in bearers)
    heir = bearers[-1]
    while heir.valid_to is not None and heir.valid_to < day:
        heir = _heir(heir)
    place = f"{heir.name} ({heir.code})"
    after = f", and its land then lies in {place}" if heir.valid_on(day) else ""
    after_vi = f"; đất của đơn vị này khi đó thuộc {place}" if heir.valid_on(day) else ""
    raise NotFoundError(
        f"No commune bears the code {code!r} on {day}; it was borne by {spans}{after}.",
        vi=f"Ngày {day} không có xã nào mang mã {code!r}; mã này là của {spans_vi}{after_vi}.",
    )


def successors(code: str, on: date, to: date) -> tuple[Unit, ...]:
    """Units standing on `to` that hold the land of the unit that bore `code` on `on`.

    Mergers are followed one after the other, so 21094 (Bình Phú, 2019) leads to Đông Sơn in
    2026. No unit was ever split: the answer is always one unit, which may be the same one.

    Raises
    ------
    NotFoundError
        When no unit bore the code on `on`.
    InputError
        When `to` is before `on`; then `predecessors` is meant.
    """
    found = unit(code, on)
    if to < on:
        raise InputError(
            f"{to} is before {on}, so there are no successors; ask for predecessors.",
            vi=f"Ngày {to} trước ngày {on} nên không có đơn vị kế thừa; hãy hỏi đơn vị tiền thân.",
        )
    while not found.valid_on(to):
        found = _heir(found)
    return (found,)


def predecessors(code: str, on: date, to: date) -> tuple[Unit, ...]:
    """Units standing on the earlier day `to` whose land the unit of `code` on `on` holds.

    Before 2020-02-01 the record holds Bình Sơn district alone, so Tịnh Hòa is then not among the
    predecessors of Đông Sơn.

    Raises
    ------
    NotFoundError
        When no unit bore the code on `on`.
    InputError
        When `to` is after `on`; then `successors` is meant.
    """
    found: tuple[Unit, ...] = (unit(code, on),)
    if to > on:
        raise InputError(
            f"{to} is after {on}, so there are no predecessors; ask for successors.",
            vi=f"Ngày {to} sau ngày {on} nên không có đơn vị tiền thân; hãy hỏi đơn vị kế thừa.",
        )
    while found and not all(each.valid_on(to) for each in found):
        found = _by_code(part for each in found for part in _parts(each))
    return found


def members(code: str, on: date) -> tuple[Unit, ...]:
    """Units of the set before from which a unit was formed; empty for the oldest set."""
    return _by_code(_parts(unit(code, on)))


def _bearer(code: str, day: date) -> Unit | None:
    return next((each for each in units_with_code(code) if each.valid_on(day)), None)


def _span(found: Unit) -> str:
    start = "" if found.valid_from is None else f"from {found.valid_from} "
    return f"{start}until {found.valid_to or 'today'}"


def _span_vi(found: Unit) -> str:
    start = "" if found.valid_from is None else f"từ {found.valid_from} "
    return f"{start}đến {found.valid_to or 'nay'}"


def _by_code(found: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple(sorted(found, key=lambda each: each.code))


def _heir(found: Unit) -> Unit:
    return _heirs()[found.code, found.valid_from]


def _parts(found: Unit) -> list[Unit]:
    return [each for each in _units() if each.valid_to is not None and _heir(each) == found]


@cache
def _units() -> tuple[Unit, ...]:
    plain = ("code", "kind", "name", "area_basis", "population_basis", "coastal_basis", "note")
    needed = [name for name in Unit.__dataclass_fields__ if name not in plain]
    rows = _reference.rows("reference", "communes.csv", columns=[*plain, *needed])
    found = [
        Unit(
            valid_from=_reference.day(row["valid_from"]),
            valid_to=_reference.day(row["valid_to"]),
            in_binh_son=_reference.flag(row["in_binh_son"]),
            area_km2_geodesic=_reference.number(row["area_km2_geodesic"]),
            area_km2_dataset=_reference.number(row["area_km2_dataset"]),
            population_2019=int(row["population_2019"]) if row["population_2019"] else None,
            centroid_lon=_reference.number(row["centroid_lon"]),
            centroid_lat=_reference.number(row["centroid_lat"]),
            coastal=row["coastal"] or None,
            neighbours=tuple(row["neighbours"].split()),
            source=row["source"],
            **{column: row[column] for column in plain},
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (each.valid_from or date.min, each.code)))


@cache
def _heirs() -> Mapping[_Key, Unit]:
    columns = ("from_code", "to_code", "effective")
    heirs: dict[_Key, Unit] = {}
    for row in _reference.rows("reference", "commune_successions.csv", columns=columns):
        effective = date.fromisoformat(row["effective"])
        before = _bearer(row["from_code"], effective - timedelta(days=1))
        after = _bearer(row["to_code"], effective)
        if before is None or after is None:
            raise ShippedDataError(
                f"Shipped table commune_successions.csv passes {row['from_code']} to"
                f" {row['to_code']} on {effective}, but communes.csv lacks one of them;"
                " install vung again.",
                vi=f"Bảng kèm theo commune_successions.csv chuyển {row['from_code']} thành"
                f" {row['to_code']} ngày {effective}, nhưng communes.csv thiếu một trong hai;"
                " hãy cài đặt lại vung.",
            )
        heirs[before.code, before.valid_from] = after
    return MappingProxyType(heirs)
