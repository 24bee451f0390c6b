"""What the columns of a layer say against each other, against its shapes and against the record.

Which code a row bears, and whether its layer knows it, is decided in `gis.layers`, where rows are
marked; here stands what asks for more than one column.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis import boundaries, codes, findings, products, text
from gis.checks.base import Subject
from gis.errors import NotFoundError
from gis.values import number_key

Indices = npt.NDArray[np.int64]

# the plans whose rules were read cover these years
_PLAN_YEARS: Final = (2021, 2030)
# registered areas in hectares come out near this ratio; surveys differ by far less
_NEARLY_HECTARES: Final = (9_000.0, 11_000.0)
#: Kept columns that hold the group of a code, and the name of its class, as search keys.
_GROUPS: Final = frozenset({"nhom", "nhomdat", "manhom", "group", "parent", "macha"})
_NAMES: Final = frozenset({"loaidat", "tenloaidat", "tenloai", "tenmdsd", "mucdichsudung", "ten"})
_COMMUNE_CODE: Final = re.compile(r"\d{5}")
_KIND: Final = re.compile(r"(?:xã|phường|thị trấn|đặc khu)\s+")
# both ways of setting the mark are in use: Tịnh Hòa, Tịnh Hoà
_MARKS: Final = MappingProxyType(
    {
        old + last: new
        for old, last, new in (
            *zip("òóỏõọ", "aaaaa", ("oà", "oá", "oả", "oã", "oạ"), strict=True),
            *zip("òóỏõọ", "eeeee", ("oè", "oé", "oẻ", "oẽ", "oẹ"), strict=True),
            *zip("ùúủũụ", "yyyyy", ("uỳ", "uý", "uỷ", "uỹ", "uỵ"), strict=True),
        )
    }
)


def check(subject: Subject, *, today: date | None = None) -> list[gpd.GeoDataFrame]:
    """Return what is wrong in the columns of a layer.

    Parameters
    ----------
    today
        Day by which something lies in the future, and on which an undated code is read.
    """
    day = today or datetime.now(UTC).date()
    if subject.frame.empty:
        return []
    every: list[gpd.GeoDataFrame] = [_ends_before_start(subject)]
    for one in _CHECKS.get(subject.layer, ()):
        every += one(subject, day)
    return [each for each in every if len(each)]


def commune_key(name: str) -> str:
    """Return a commune's name such that only another name differs: accents count.

    Examples
    --------
    >>> commune_key("Xã  Bình Thạnh") == commune_key("bình thạnh") != commune_key("Bình Thanh")
    True
    """
    plain = _KIND.sub("", " ".join(text.nfc(name).casefold().split()), count=1)
    for old, new in _MARKS.items():
        plain = plain.replace(old, new)
    return plain


def column_named(frame: pd.DataFrame, keys: Iterable[str]) -> str | None:
    """Find a kept column by any of its usual names, without case, accents and underscores."""
    wanted = set(keys)
    for name in frame.columns:
        if text.search_key(str(name)).replace("_", "").replace(" ", "") in wanted:
            return str(name)
    return None


def of_layer(subject: Subject, rule_id: str, **said: Any) -> gpd.GeoDataFrame:
    """Return one finding about a layer as a whole."""
    return findings.many(
        rule_id,
        rows=[None],
        layer=subject.layer,
        dataset=subject.dataset,
        system=subject.frame.crs,
        **said,
    )


def areas(values: Iterable[float]) -> list[tuple[str, str]]:
    """Write areas in both languages, for a sentence."""
    return [
        (findings.measure(each, "m2", "vi"), findings.measure(each, "m2", "en")) for each in values
    ]


def _at(subject: Subject, rule_id: str, at: Indices, **said: Any) -> list[gpd.GeoDataFrame]:
    """Return findings about features, placed at their shapes; none where there are none."""
    if not len(at):
        return []
    return [subject.found(rule_id, at, points=_inside(subject, at), **said)]


def _inside(subject: Subject, at: Indices) -> Any:
    shapes = subject.frame.geometry.to_numpy()[at]
    spots = np.full(len(at), None, dtype=object)
    sound = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    spots[sound] = shapely.point_on_surface(shapes[sound])
    return spots


def _texts(values: Iterable[Any]) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in values]


def _ends_before_start(subject: Subject) -> gpd.GeoDataFrame:
    frame = subject.frame
    none = findings.join([])
    if not {"valid_from", "valid_to"} <= set(frame.columns):
        return none
    dated = (frame["valid_from"].notna() & frame["valid_to"].notna()).to_numpy()
    at = np.flatnonzero(dated)
    part = frame[["valid_from", "valid_to"]].iloc[at].astype(str)
    at = at[(part["valid_to"] < part["valid_from"]).to_numpy()]
    part = frame.iloc[at]
    words = {"start": list(part["valid_from"]), "end": list(part["valid_to"])}
    found = _at(subject, "dates.end-before-start", at, words=words)
    return found[0] if found else none


# --- land use -----------------------------------------------------------------------------------


def _registered_areas(subject: Subject, _: date) -> list[gpd.GeoDataFrame]:
    """Compare registered with drawn area: in which unit, missing, different."""
    if "registered_area_m2" not in subject.frame:
        return []
    registered = (
        subject.frame["registered_area_m2"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    )
    drawn = shapely.area(subject.frame.geometry.to_numpy())
    given = registered > 0
    if np.isnan(registered).all():
        return []
    lacking = np.flatnonzero(~given)
    written = [float(each) for each in registered[lacking]]
    found = _at(
        subject,
        "land-use.no-registered-area",
        lacking,
        value=[None if np.isnan(each) else f"{each:g}" for each in written],
        words={"drawn": areas(drawn[lacking])},
    )
    if not given.any():
        return found
    ratio = drawn[given] / registered[given]
    near = (ratio > _NEARLY_HECTARES[0]) & (ratio < _NEARLY_HECTARES[1])
    if near.mean() > 0.5:
        return [*found, _in_hectares(subject, registered[given], drawn[given])]
    return found + _different_areas(subject, registered, drawn)


def _in_hectares(
    subject: Subject, registered: "npt.NDArray[Any]", drawn: "npt.NDArray[Any]"
) -> gpd.GeoDataFrame:
    total = float(registered.sum())
    return of_layer(
        subject,
        "land-use.registered-in-hectares",
        value=f"{total:g}",
        words={
            "total": [(text.format_number(total, 2, "vi"), text.format_number(total, 2, "en"))],
            "drawn": areas([float(drawn.sum())]),
        },
    )


def _different_areas(
    subject: Subject, registered: "npt.NDArray[Any]", drawn: "npt.NDArray[Any]"
) -> list[gpd.GeoDataFrame]:
    settings = subject.settings
    allowed = np.maximum(settings.area_m2, settings.area_share * registered)
    apart = np.abs(drawn - registered)
    # what is registered as nothing is said elsewhere
    at = np.flatnonzero((registered > 0) & (apart > allowed))
    return _at(
        subject,
        "land-use.area-differs",
        at,
        size=apart[at],
        tolerance=allowed[at],
        value=[f"{each:g}" for each in registered[at]],
        words={"registered": areas(registered[at]), "drawn": areas(drawn[at])},
    )


def _parcel_numbers(subject: Subject, _: date) -> list[gpd.GeoDataFrame]:
    frame = subject.frame
    if not {"sheet", "parcel"} <= set(frame.columns):
        return []
    # a map without parcel numbers is none of parcels
    if frame["sheet"].notna().mean() < 0.5 or frame["parcel"].notna().mean() < 0.5:
        return []
    held = frame[["sheet", "parcel"]].notna().all(axis=1).to_numpy()
    lacking, given = np.flatnonzero(~held), np.flatnonzero(held)
    part = frame[["sheet", "parcel"]].iloc[given]
    plain = np.ones(len(given), dtype=bool)
    for column in ("sheet", "parcel"):
        known = {each: number_key(str(each)).isdecimal() for each in part[column].unique()}
        plain &= part[column].map(known).to_numpy(dtype=bool)
    odd = given[~plain]
    pairs = [
        f"{'-' if pd.isna(sheet) else sheet}/{'-' if pd.isna(parcel) else parcel}"
        for sheet, parcel in frame[["sheet", "parcel"]].to_numpy()[[*lacking, *odd]]
    ]
    return [
        *_at(subject, "land-use.no-parcel-number", lacking, value=pairs[: len(lacking)]),
        *_at(subject, "land-use.odd-parcel-number", odd, value=pairs[len(lacking) :]),
    ]


def _parents(subject: Subject, _: date) -> list[gpd.GeoDataFrame]:
    """Compare kept columns that name a code's group or class with the code."""
    table = subject.attributes.get("code_table")
    if table not in codes.TABLES:
        return []
    found = []
    for rule_id, keys, fits in (
        ("land-use.parent-contradicts", _GROUPS, _fits_group),
        ("land-use.name-contradicts", _NAMES, _fits_name),
    ):
        column = column_named(subject.frame, keys)
        if column is None or column in {"code", "code_table"}:
            continue
        pairs = subject.frame[["code", column]]
        said = pairs.drop_duplicates().dropna()
        wrong = {
            (code, other) for code, other in said.to_numpy() if not fits(code, str(other), table)
        }
        at = np.flatnonzero([tuple(pair) in wrong for pair in pairs.to_numpy()] if wrong else [])
        others = [str(each) for each in pairs[column].iloc[at]]
        words = {"code": list(pairs["code"].iloc[at]), "column": [column] * len(at)}
        found += _at(subject, rule_id, at, value=others, words=words)
    return found


def _fits_group(code: str, group: str, table: str) -> bool:
    above = codes.lookup(group, table)
    if above is None or codes.lookup(code, table) is None:
        return True
    return above.code in (codes.normalise(code), *codes.ancestors(code, table))


def _fits_name(code: str, name: str, table: str) -> bool:
    """Whether a written name is not that of another class; free words prove nothing."""
    named = _class_names(table).get(_class_key(name))
    if named is None or codes.lookup(code, table) is None:
        return True
    return not named.isdisjoint((codes.normalise(code), *codes.ancestors(code, table)))


@cache
def _class_names(table: str) -> Mapping[str, set[str]]:
    held: dict[str, set[str]] = {}
    for entry in codes.code_table(table).values():
        held.setdefault(_class_key(entry.name_vi), set()).add(entry.code)
    return held


def _class_key(name: str) -> str:
    return " ".join(text.nfc(name).casefold().split())


def _years(subject: Subject, today: date) -> list[gpd.GeoDataFrame]:
    """Compare the year of a map with its status, its period and its dates."""
    said = subject.attributes
    if said.get("year") is None:
        return []
    year, planned = int(said["year"]), said.get("status") == "planned"
    starts = str(said.get("valid_from") or "")[:4]
    words = {"first": [str(_PLAN_YEARS[0])], "last": [str(_PLAN_YEARS[1])], "start": [starts]}
    told = {
        "land-use.year-outside-period": planned
        and said.get("plan_kind") != "general_plan"
        and not _PLAN_YEARS[0] <= year <= _PLAN_YEARS[1],
        "land-use.year-in-future": not planned and year > today.year,
        "land-use.year-before-validity": planned and starts.isdecimal() and year < int(starts),
    }
    return [
        of_layer(subject, rule_id, value=str(year), words=words)
        for rule_id, wrong in told.items()
        if wrong
    ]


# --- zones and constraints ----------------------------------------------------------------------


def _zone_uses(subject: Subject, _: date) -> list[gpd.GeoDataFrame]:
    """Compare a zone's own use with the one that its product asks for."""
    pairs = subject.frame[["product", "use"]]
    implied = [_uses_of(product) for product in pairs["product"]]
    at = np.flatnonzero(
        [
            bool(uses) and not pd.isna(use) and use not in uses
            for uses, use in zip(implied, pairs["use"], strict=True)
        ]
    )
    known: Any = pairs["product"].iloc[at]
    return _at(
        subject,
        "zones.use-contradicts-product",
        at,
        value=_texts(pairs["use"].iloc[at]),
        words={
            "product": [
                tuple(products.product(str(each)).name(lang) for lang in text.LANGUAGES)
                for each in known
            ],
            "use": [_labels("use", str(each)) for each in pairs["use"].iloc[at]],
            "implied": [_labels("use", str(products.use_of(str(each)))) for each in known],
        },
    )


def _uses_of(product: Any) -> set[str]:
    """Return the uses that a product's land may have: its material's, and a workshop."""
    try:
        found = products.product(str(product))
    except NotFoundError:
        return set()
    if found.use is None:
        return set()
    return {found.use, "workshop"}


def _labels(kind: str, key: str) -> tuple[str, str]:
    return text.label(kind, key, "vi"), text.label(kind, key, "en")


def _unknown_words(subject: Subject, _: date) -> list[gpd.GeoDataFrame]:
    """States of zones and kinds of constraints that no list knows."""
    column, kind, rule_id = {
        "zones": ("status", "status", "zones.unknown-status"),
        "constraints": ("kind", "constraint_kind", "constraints.unknown-kind"),
    }[subject.layer]
    if column not in subject.frame:
        return []
    values = subject.frame[column]
    known = set(text.label_keys(kind)) - {"current", "planned"}
    at = np.flatnonzero(values.notna() & ~values.isin(known))
    words = {"known": [", ".join(sorted(known))] * len(at)}
    return _at(subject, rule_id, at, value=_texts(values.iloc[at]), words=words)


def _constraint_grounds(subject: Subject, _: date) -> list[gpd.GeoDataFrame]:
    frame = subject.frame
    found = []
    if "basis" in frame:
        found += _at(subject, "constraints.no-basis", np.flatnonzero(frame["basis"].isna()))
    if {"valid_from", "valid_to"} <= set(frame.columns):
        undated = frame[["valid_from", "valid_to"]].isna().all(axis=1)
        found += _at(subject, "constraints.no-dates", np.flatnonzero(undated))
    return found


# --- communes -----------------------------------------------------------------------------------


def _commune_record(subject: Subject, today: date) -> list[gpd.GeoDataFrame]:
    """Codes and names of communes against the record, each on its own day."""
    rows = subject.frame[["code", "name", "valid_from"]]
    said: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for at, (code, name, start) in enumerate(rows.itertuples(index=False)):
        day = today if pd.isna(start) else date.fromisoformat(str(start))
        rule_id, words = _against_record(code, name, day)
        if rule_id:
            said.setdefault(rule_id, []).append((at, {"day": str(day), **words}))
    found = []
    for rule_id, listed in said.items():
        places = np.array([at for at, _ in listed], dtype=np.int64)
        named = {key: [each[key] for _, each in listed] for key in listed[0][1]}
        value = _texts(rows["code"].iloc[places])
        found += _at(subject, rule_id, places, value=value, words=named)
    return found


def _against_record(code: Any, name: Any, day: date) -> tuple[str, dict[str, str]]:
    """Return the rule that a unit breaks, if any, and words for its sentence."""
    if pd.isna(code):
        return "", {}
    if not _COMMUNE_CODE.fullmatch(code):
        return "communes.odd-code", {}
    bearers = boundaries.units_with_code(code)
    if not bearers:
        return "communes.unknown-code", {}
    try:
        known = boundaries.unit(code, day)
    except NotFoundError:
        spans = "; ".join(f"{each.name} ({_span(each)})" for each in bearers)
        return "communes.code-of-another-date", {"bearers": spans}
    if not pd.isna(name) and commune_key(str(name)) != commune_key(known.name):
        return "communes.name-differs", {"name": str(name), "known": known.name}
    return "", {}


def _span(unit: boundaries.Unit) -> str:
    return f"{unit.valid_from or '...'} - {unit.valid_to or '...'}"


def _commune_codes_again(subject: Subject, _: date) -> list[gpd.GeoDataFrame]:
    """One code in several rows: at one time a fault, one after the other a thing to know."""
    frame = subject.frame
    again = frame["code"].notna() & frame["code"].duplicated(keep=False)
    pairs: dict[str, list[tuple[int, int]]] = {
        "communes.code-twice": [],
        "communes.code-reused": [],
    }
    earlier: dict[str, list[int]] = {}
    for at in np.flatnonzero(again):
        before = earlier.setdefault(str(frame["code"].iloc[at]), [])
        rule_id, other = _met(frame, int(at), before)
        if rule_id:
            pairs[rule_id].append((int(at), other))
        before.append(int(at))
    found = []
    for rule_id, listed in pairs.items():
        mine, others = np.array(listed, dtype=np.int64).reshape(-1, 2).T
        value = _texts(frame["code"].iloc[mine])
        found += _at(subject, rule_id, mine, other=others, value=value)
    return found


def _met(frame: gpd.GeoDataFrame, at: int, before: list[int]) -> tuple[str, int]:
    """Return what a row is to earlier ones of its code: at their time, of another name, neither."""
    columns = frame[["valid_from", "valid_to", "name"]]
    start, end, name = columns.iloc[at].fillna("")
    others = columns.iloc[before].fillna("")
    at_once = (others["valid_from"] <= (end or "9999")) & (
        others["valid_to"].replace("", "9999") >= start
    )
    for rule_id, fits in (
        ("communes.code-twice", at_once),
        ("communes.code-reused", others["name"] != name),
    ):
        if fits.any():
            return rule_id, before[int(np.argmax(fits.to_numpy()))]
    return "", -1


_Check = Callable[[Subject, date], list[gpd.GeoDataFrame]]
_CHECKS: Final[Mapping[str, tuple[_Check, ...]]] = MappingProxyType(
    {
        "land-use": (_registered_areas, _parcel_numbers, _parents, _years),
        "zones": (_zone_uses, _unknown_words),
        "constraints": (_unknown_words, _constraint_grounds),
        "communes": (_commune_record, _commune_codes_again),
    }
)
