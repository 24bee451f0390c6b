"""The one table that every check writes: one row a fault of the data.

A single fault is a `Finding`; thousands of one kind come as arrays through `many`. Gravity,
sentences and remedies come from the catalogue (`gis.finding_rules`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from string import Formatter
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis import crs, text
from gis.finding_rules import SEVERITIES, rule

#: Columns of a findings table, in order. `row` and `other_row` are 1-based in the source file;
#: `feature` and `other_feature` name the two as people do (tờ 5 thửa 12); `size` and `tolerance`
#: are in `unit` (m2 or m); `effect_m2` is what the proposed fix does to the area of `row`;
#: `lon`, `lat` lie in the fault, WGS 84; `geometry` is the fault itself, in the table's system.
COLUMNS: Final = (
    "rule_id",
    "severity",
    "layer",
    "dataset",
    "row",
    "feature",
    "other_layer",
    "other_dataset",
    "other_row",
    "other_feature",
    "value",
    "size",
    "unit",
    "tolerance",
    "fix",
    "effect_m2",
    "lon",
    "lat",
    "message_vi",
    "message_en",
    "remedy_vi",
    "remedy_en",
    "geometry",
)
_WHOLE: Final = ("row", "other_row")
_NUMBERS: Final = ("size", "tolerance", "effect_m2", "lon", "lat")
_UNIT_NAMES: Final = {"m2": " m²", "m": " m", "": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault: which rule, where, how large; see `COLUMNS`.

    Attributes
    ----------
    message_vi, message_en
        The sentence, where the catalogue's own does not say enough.
    """

    rule_id: str
    message_vi: str = ""
    message_en: str = ""
    layer: str = ""
    dataset: str = ""
    row: int | None = None
    feature: str | None = None
    other_layer: str | None = None
    other_dataset: str | None = None
    other_row: int | None = None
    other_feature: str | None = None
    value: str | None = None
    size: float | None = None
    tolerance: float | None = None
    effect_m2: float | None = None
    lon: float | None = None
    lat: float | None = None
    geometry: shapely.Geometry | None = None

    @property
    def severity(self) -> str:
        """How grave it is, as the catalogue says."""
        return rule(self.rule_id).severity

    def message(self, lang: str) -> str:
        """Return the sentence in ``vi`` or ``en``."""
        said = self.message_vi if lang == "vi" else self.message_en
        return (
            said
            or _sentences(self.rule_id, {name: [value] for name, value in self.said()})[0][
                0 if lang == "vi" else 1
            ]
        )

    def said(self) -> Iterable[tuple[str, Any]]:
        """Return names and values of what it says."""
        return ((each.name, getattr(self, each.name)) for each in fields(self))


def table(listed: Iterable[Finding], *, system: Any = None) -> gpd.GeoDataFrame:
    """Return single findings as a table, gravest first, then by rule and row.

    Parameters
    ----------
    system
        Coordinate system of their geometries, as `pyproj` reads it.
    """
    gathered: dict[str, list[Finding]] = {}
    for each in listed:
        gathered.setdefault(each.rule_id, []).append(each)
    parts = [_of_one_rule(rule_id, each, system) for rule_id, each in gathered.items()]
    return join(parts, system=system)


def many(
    rule_id: str,
    *,
    rows: Any,
    system: Any = None,
    geometry: Any = None,
    points: Any = None,
    words: Mapping[str, Sequence[Any]] | None = None,
    **said: Any,
) -> gpd.GeoDataFrame:
    """Return findings of one rule, given as arrays of one length; a single value holds for all.

    Parameters
    ----------
    rows
        Row of each in the source file; None where a fault belongs to no row.
    system
        Coordinate system of `geometry` and `points`.
    geometry
        The faults themselves; `points` are places in them, where those are known better.
    words
        Further fields of the catalogue's sentence. A float is written as a number, any other value
        as it is; a pair of texts is Vietnamese and English.
    said
        Further columns of the table by name: ``other_row``, ``size``, ``value``, ``message_vi``.
    """
    count = len(rows)
    data: dict[str, Any] = {"row": rows, **said}
    columns = {name: _filled(data.get(name), count) for name in COLUMNS if name != "geometry"}
    known = rule(rule_id)
    if not said.get("message_vi"):
        given = {**columns, **{name: _filled(each, count) for name, each in (words or {}).items()}}
        sentences = _sentences(rule_id, given)
        columns["message_vi"] = [vi for vi, _ in sentences]
        columns["message_en"] = [en for _, en in sentences]
    columns |= {
        "rule_id": [rule_id] * count,
        "severity": [known.severity] * count,
        "unit": [known.unit] * count,
        "fix": [known.fix] * count,
        "remedy_vi": [known.remedy["vi"]] * count,
        "remedy_en": [known.remedy["en"]] * count,
    }
    shapes = np.array([None] * count, dtype=object) if geometry is None else np.asarray(geometry)
    spots = _places(shapes) if points is None else np.asarray(points, dtype=object)
    located = _located(spots, system)
    for at, name in enumerate(("lon", "lat")):
        columns[name] = [
            given if given is not None and not pd.isna(given) else spot[at]
            for given, spot in zip(columns[name], located, strict=True)
        ]
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=system), crs=system)
    return _typed(frame)


def join(tables: Iterable[pd.DataFrame], *, system: Any = None) -> gpd.GeoDataFrame:
    """Put findings tables of one coordinate system together, gravest first, then by rule and row.

    Geometries of a table in another system are carried over.
    """
    parts = []
    for each in tables:
        part = gpd.GeoDataFrame(each, geometry="geometry")
        if system is not None and part.crs is not None and part.crs != pyproj.CRS(system):
            part = part.set_geometry(crs.carried(part.geometry, system))
        elif system is not None and part.crs is None:
            part = part.set_crs(system)
        if len(part):
            parts.append(part)
    if not parts:
        empty = pd.DataFrame(columns=list(COLUMNS))
        return _typed(gpd.GeoDataFrame(empty, geometry="geometry", crs=system))
    whole = pd.concat(parts, ignore_index=True)
    gravity = whole["severity"].map({name: at for at, name in enumerate(SEVERITIES)})
    ordered = whole.assign(_gravity=gravity).sort_values(
        ["_gravity", "rule_id", "row"], kind="stable"
    )
    return gpd.GeoDataFrame(ordered.drop(columns="_gravity").reset_index(drop=True))


def read(file: Path) -> gpd.GeoDataFrame:
    """Read a stored findings table; one of an earlier release gets the columns it lacks."""
    try:
        return gpd.read_parquet(file)
    except ValueError:
        older = pd.read_parquet(file)
        whole = older.reindex(columns=list(COLUMNS)).assign(unit="", fix="")
        return _typed(gpd.GeoDataFrame(whole, geometry=gpd.GeoSeries([None] * len(whole))))


def has_errors(frame: pd.DataFrame) -> bool:
    """Whether a findings table holds one of severity error."""
    return bool((frame["severity"] == "error").any())


def counts(frame: pd.DataFrame) -> dict[str, int]:
    """Return the number of findings by severity."""
    return {str(key): int(value) for key, value in frame["severity"].value_counts().items()}


def measure(value: float | None, unit: str, lang: str) -> str:
    """Write a size with its unit: ``0,013 m²``; small ones keep two telling digits.

    Examples
    --------
    >>> measure(1234.5, "m2", "vi")
    '1.234,50 m²'
    >>> measure(0.00123, "m", "en")
    '0.0012 m'
    """
    if value is None or pd.isna(value):
        return text.UNKNOWN
    size = abs(float(value))
    decimals = 2 if size >= 1 or size == 0 else min(9, 1 - int(np.floor(np.log10(size))))
    # a last nought tells nothing
    while decimals > 2 and round(size, decimals) == round(size, decimals - 1):
        decimals -= 1
    return text.format_number(float(value), max(2, decimals), lang) + _UNIT_NAMES[unit]


def _of_one_rule(rule_id: str, listed: Sequence[Finding], system: Any) -> gpd.GeoDataFrame:
    said = {
        each.name: [getattr(finding, each.name) for finding in listed] for each in fields(Finding)
    }
    said.pop("rule_id")
    rows, shapes = said.pop("row"), said.pop("geometry")
    if all(said["message_vi"]):
        return many(rule_id, rows=rows, geometry=shapes, system=system, words=None, **said)
    messages = said.pop("message_vi"), said.pop("message_en")
    made = many(rule_id, rows=rows, geometry=shapes, system=system, words=None, **said)
    for name, own in zip(("message_vi", "message_en"), messages, strict=True):
        made[name] = [given or sentence for given, sentence in zip(own, made[name], strict=True)]
    return made


def _filled(value: Any, count: int) -> list[Any]:
    if value is None or isinstance(value, str | int | float):
        return [value] * count
    return list(value)


def _sentences(rule_id: str, given: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """Write the catalogue's sentence for every finding, Vietnamese and English."""
    known = rule(rule_id)
    units = {"size": known.unit, "tolerance": known.unit, "effect_m2": "m2"}
    count = len(next(iter(given.values())))
    told = []
    for lang in text.LANGUAGES:
        message = known.message[lang]
        wanted = sorted({name for _, name, _, _ in Formatter().parse(message) if name})
        words = [_words(given[name], units.get(name, ""), lang) for name in wanted]
        rows = zip(*words, strict=True) if wanted else [()] * count
        told.append([message.format(**dict(zip(wanted, each, strict=True))) for each in rows])
    return list(zip(*told, strict=True))


def _words(values: Sequence[Any], unit: str, lang: str) -> list[str]:
    """Write values; most columns hold few different ones."""
    known: dict[Any, str] = {}
    written = []
    for value in values:
        # one and one point nought are equal, and are not written alike
        key = type(value), value
        word = known.get(key)
        if word is None:
            word = known[key] = _word(value, unit, lang)
        written.append(word)
    return written


def _word(value: Any, unit: str, lang: str) -> str:
    if isinstance(value, tuple):
        return str(value[text.LANGUAGES.index(lang)])
    if value is None or value is pd.NA:
        return text.UNKNOWN
    if isinstance(value, float | np.floating):
        return measure(float(value), unit, lang)
    return str(value)


def _places(shapes: "np.ndarray[Any, np.dtype[np.object_]]") -> Any:
    """Find a point in each fault: inside an area, else its first coordinate."""
    spots = np.array([None] * len(shapes), dtype=object)
    held = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    if held.any():
        spots[held] = shapely.point_on_surface(shapes[held])
    return spots


def _located(spots: Any, system: Any) -> list[tuple[float | None, float | None]]:
    held = ~shapely.is_missing(spots) & ~shapely.is_empty(spots)
    placed: list[tuple[float | None, float | None]] = [(None, None)] * len(spots)
    if system is None or not held.any():
        return placed
    known = np.flatnonzero(held)
    degrees = crs.carried(gpd.GeoSeries(spots[known], crs=system), crs.WGS84)
    for at, lon, lat in zip(known, degrees.x.to_numpy(), degrees.y.to_numpy(), strict=True):
        if np.isfinite(lon) and np.isfinite(lat):
            placed[at] = (round(float(lon), 7), round(float(lat), 7))
    return placed


def _typed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = frame[list(COLUMNS)]
    for column in COLUMNS[:-1]:
        if column in _WHOLE:
            frame[column] = frame[column].astype("Int64")
        elif column in _NUMBERS:
            frame[column] = pd.array(pd.to_numeric(frame[column]), dtype="Float64")
        else:
            frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
    return frame
