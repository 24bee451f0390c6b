"""Column mapping: names of the file onto names of the layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import text
from gis.errors import ColumnError
from gis.findings import Finding
from gis.layers.base import FAULT, ROW, Column, LayerSpec
from gis.values import as_dates, as_numbers, as_text, is_ambiguous

#: What a date and a number are called and how they are written, Vietnamese and English.
_WRITTEN = {
    "date": ("ngày (như 2026-06-01)", "date (like 2026-06-01)"),
    "number": ("số", "number"),
    "integer": ("số nguyên", "whole number"),
}
#: Names that the door and the store keep for themselves.
_TAKEN = frozenset({ROW, FAULT, "geometry", "bbox"})


@dataclass(frozen=True, slots=True)
class Mapped:
    """A frame with the layer's columns, and how it came to them.

    Attributes
    ----------
    used
        For each layer column: the file's column or, in quotes, the constant it came from.
    left_out
        Columns of the file that were not taken.
    """

    frame: gpd.GeoDataFrame
    used: Mapping[str, str]
    left_out: tuple[str, ...]
    findings: tuple[Finding, ...]


def apply(
    frame: gpd.GeoDataFrame,
    spec: LayerSpec,
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, Any],
    keep: tuple[str, ...] = (),
) -> Mapped:
    """Give a frame the columns of its layer.

    Parameters
    ----------
    columns
        Layer column -> column of the file.
    constants
        Layer column -> value for every row; goes before a column of that name.
    keep
        Further columns of the file to carry along.

    Raises
    ------
    ColumnError
        When a named column does not exist, a required one is not to be had, or names are unknown.
    """
    _refuse_unknown(spec, columns, constants)
    sources = _sources(frame, spec, columns, constants)
    missing = [
        column
        for column in spec.columns
        if column.required and column.name not in sources and constants.get(column.name) is None
    ]
    if missing:
        raise _lacking(frame, spec, missing)
    kept = tuple(dict.fromkeys(_find(frame, name) for name in keep))
    _refuse_taken(spec, kept, sources)
    return _build(frame, spec, sources, constants, kept)


def _lacking(frame: gpd.GeoDataFrame, spec: LayerSpec, missing: list[Column]) -> ColumnError:
    """Return the refusal of a file without a required column: what to write, by whole options."""
    name = missing[0].name
    if missing[0].option:
        options = ", ".join(column.option for column in missing if column.option)
        remedy_en, remedy_vi = f"give {options}", f"hãy ghi {options}"
    else:
        remedy_en = f"name one with --map {name}=FIELD, or give the value with --set {name}=VALUE"
        remedy_vi = f"hãy chỉ cột bằng --map {name}=CỘT, hoặc ghi giá trị bằng --set {name}=GIÁ_TRỊ"
    return ColumnError(
        f"Nothing gives the column {name!r} that {spec.name} needs; {_listed(frame, 'en')}: "
        f"{remedy_en}.",
        vi=f"Chưa có gì cho cột {name!r} mà lớp {spec.name} cần; {_listed(frame, 'vi')}: "
        f"{remedy_vi}.",
    )


def _build(
    frame: gpd.GeoDataFrame,
    spec: LayerSpec,
    sources: Mapping[str, str],
    constants: Mapping[str, Any],
    keep: tuple[str, ...],
) -> Mapped:
    data: dict[str, Any] = {}
    used: dict[str, str] = {}
    found: list[Finding] = []
    for column in spec.columns:
        constant = constants.get(column.name)
        if constant is not None:
            raw = pd.Series([constant] * len(frame), index=frame.index, dtype=object)
            used[column.name] = repr(constant)
        elif column.name in sources:
            raw = frame[sources[column.name]]
            used[column.name] = sources[column.name]
        else:
            raw = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        data[column.name], faults = _typed(raw, column, frame[ROW])
        if faults and constant is not None:
            raise _bad_constant(column, constant)
        found.extend(faults)
    taken = set(sources.values())
    for name in keep:
        if name not in data:
            data[name] = as_text(frame[name])
    data[ROW] = frame[ROW]
    result = gpd.GeoDataFrame(data, geometry=frame.geometry, crs=frame.crs)
    left = tuple(n for n in _names(frame) if n not in taken and n not in keep)
    return Mapped(result, used, left, tuple(found))


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    own = {frame.geometry.name, ROW}
    return [str(name) for name in frame.columns if name not in own]


def _listed(frame: gpd.GeoDataFrame, lang: str) -> str:
    names = ", ".join(_names(frame))
    if lang == "vi":
        return f"tệp có các cột {names}" if names else "tệp không có cột nào"
    return f"the file has the columns {names}" if names else "the file has no columns"


def _find(frame: gpd.GeoDataFrame, name: str) -> str:
    """Find a column of the file by the name a person typed: exactly, else without regard to case.

    An accent may be composed in the file and decomposed in what was typed, or the other way.
    """
    names = _names(frame)
    for form in (str, text.nfc, lambda each: text.nfc(each).casefold()):
        alike = [each for each in names if form(each) == form(name)]
        if len(alike) == 1:
            return alike[0]
    raise ColumnError(
        f"There is no column {name!r}; {_listed(frame, 'en')}.",
        vi=f"Không có cột {name!r}; {_listed(frame, 'vi')}.",
    )


def _refuse_taken(spec: LayerSpec, kept: tuple[str, ...], sources: Mapping[str, str]) -> None:
    """Refuse a kept column whose name the layer needs for something else."""
    for name in kept:
        clashes = spec.column(name) is not None and sources.get(name) != name
        if clashes or name.lower() in _TAKEN:
            raise ColumnError(
                f"--keep {name} cannot be, because the layer uses that name itself; rename the "
                "column in the file.",
                vi=f"Không giữ được cột {name} bằng --keep vì lớp đã dùng tên này; hãy đổi tên cột "
                "trong tệp.",
            )


def _bad_constant(column: Column, value: Any) -> ColumnError:
    what_vi, what_en = _WRITTEN[column.kind]
    return ColumnError(
        f"{value!r} for column {column.name!r} is no {what_en}; give another value.",
        vi=f"Giá trị {value!r} cho cột {column.name!r} không phải {what_vi}; hãy ghi giá trị khác.",
    )


def _refuse_unknown(
    spec: LayerSpec, columns: Mapping[str, str], constants: Mapping[str, Any]
) -> None:
    for name in (*columns, *constants):
        if spec.column(name) is None:
            listed = ", ".join(column.name for column in spec.columns)
            raise ColumnError(
                f"Layer {spec.name} has no column {name!r}; it has {listed}.",
                vi=f"Lớp {spec.name} không có cột {name!r}; lớp có các cột {listed}.",
            )


def _sources(
    frame: gpd.GeoDataFrame,
    spec: LayerSpec,
    columns: Mapping[str, str],
    constants: Mapping[str, Any],
) -> dict[str, str]:
    """Which column of the file serves which column of the layer."""
    by_key: dict[str, str] = {}
    for name in _names(frame):
        by_key.setdefault(_key(name), name)
    sources: dict[str, str] = {}
    named_by_hand = {key: _find(frame, name) for key, name in columns.items()}
    for column in spec.columns:
        if column.name in columns:
            sources[column.name] = named_by_hand[column.name]
        elif constants.get(column.name) is None:
            named = next(
                (by_key[key] for key in map(_key, (column.name, *column.aliases)) if key in by_key),
                None,
            )
            if named is not None and named not in named_by_hand.values():
                sources[column.name] = named
    return sources


def _key(name: str) -> str:
    return text.search_key(name).replace("_", "").replace(" ", "")


def _typed(
    raw: "pd.Series[Any]", column: Column, rows: "pd.Series[Any]"
) -> tuple["pd.Series[Any]", list[Finding]]:
    if column.kind == "date":
        values, bad = as_dates(raw)
        return values, _bad_values(raw, bad, rows, column)
    if column.kind in {"number", "integer"}:
        two_ways = raw.map(lambda each: isinstance(each, str) and is_ambiguous(each)).astype(bool)
        unclear = _ambiguous_values(raw, two_ways, rows, column)
        raw = raw.mask(two_ways, None)
        values, bad = as_numbers(raw)
        if column.kind == "integer":
            broken = (values != values.round()).fillna(value=False)
            values, bad = values.mask(broken).astype("Int64"), bad | broken
        return values, unclear + _bad_values(raw, bad, rows, column)
    return as_text(raw), []


def _ambiguous_values(
    raw: "pd.Series[Any]",
    two_ways: "pd.Series[bool]",
    rows: "pd.Series[Any]",
    column: Column,
) -> list[Finding]:
    """Numbers written as text that mean thousands to one reader and decimals to another."""
    return [
        Finding(
            rule_id="door.ambiguous-number",
            severity="warning",
            row=int(row),
            value=str(value),
            message_vi=f"Dòng {int(row)}: cột {column.name} có {value!r}, có hai cách đọc (hàng "
            "nghìn hoặc thập phân); giá trị để trống, hãy lưu cột này ở dạng số.",
            message_en=f"Row {int(row)}: column {column.name} holds {value!r}, which may be read "
            "in two ways (thousands or decimals); the value is left empty: store the column as "
            "numbers.",
        )
        for row, value in zip(rows[two_ways], raw[two_ways], strict=True)
    ]


def _bad_values(
    raw: "pd.Series[Any]",
    bad: "pd.Series[bool]",
    rows: "pd.Series[Any]",
    column: Column,
) -> list[Finding]:
    if not bad.any():
        return []
    what_vi, what_en = _WRITTEN[column.kind]
    return [
        Finding(
            rule_id="door.bad-value",
            severity="error",
            row=int(row),
            value=str(value),
            message_vi=f"Dòng {int(row)}: cột {column.name} có {value!r}, không phải {what_vi}; "
            "giá trị để trống.",
            message_en=f"Row {int(row)}: column {column.name} holds {value!r}, which is no "
            f"{what_en}; the value is left empty.",
        )
        for row, value in zip(rows[bad], raw[bad], strict=True)
    ]
