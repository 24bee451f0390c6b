"""Column mapping: names of the file onto names of the layer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.errors import ColumnError
from gis.findings import Finding
from gis.intake import guessing, names
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
    guessed
        For each of these, how it was found: ``option``, ``profile``, ``constant`` or ``name``.
    left_out
        Columns of the file that were not taken.
    """

    frame: gpd.GeoDataFrame
    used: Mapping[str, str]
    guessed: Mapping[str, str]
    left_out: tuple[str, ...]
    findings: tuple[Finding, ...]


def apply(
    frame: gpd.GeoDataFrame,
    spec: LayerSpec,
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, Any],
    keep: tuple[str, ...] = (),
    by_profile: Collection[str] = (),
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
    by_profile
        Layer columns that a profile named, and not the user.

    Raises
    ------
    ColumnError
        When a named column does not exist, a required one is not to be had, several may be meant,
        or names are unknown.
    """
    refuse_unknown(spec, columns, constants)
    guess = guessing.guess(frame, spec, columns=columns, constants=constants, by_profile=by_profile)
    sources = guess.sources
    missing = [
        column
        for column in spec.columns
        if column.required and column.name not in sources and constants.get(column.name) is None
    ]
    if missing:
        raise _lacking(frame, spec, missing, constants)
    kept = tuple(dict.fromkeys(names.find(frame, name) for name in keep))
    _refuse_taken(spec, kept, sources)
    return _build(frame, spec, guess, constants, kept)


def _lacking(
    frame: gpd.GeoDataFrame,
    spec: LayerSpec,
    missing: list[Column],
    constants: Mapping[str, Any],
) -> ColumnError:
    """Return the refusal of a file without a required column: what to write, by whole options."""
    name = missing[0].name
    proposed = guessing.proposals(frame, missing[0], constants)
    if proposed:
        listed = ", ".join(proposed)
        remedy_en = f"{listed} looks like it: confirm with --map {name}={proposed[0]}"
        remedy_vi = f"cột {listed} có vẻ đúng: hãy xác nhận bằng --map {name}={proposed[0]}"
    elif missing[0].option:
        options = ", ".join(column.option for column in missing if column.option)
        remedy_en, remedy_vi = f"give {options}", f"hãy ghi {options}"
    else:
        remedy_en = f"name one with --map {name}=FIELD, or give the value with --set {name}=VALUE"
        remedy_vi = f"hãy chỉ cột bằng --map {name}=CỘT, hoặc ghi giá trị bằng --set {name}=GIÁ_TRỊ"
    return ColumnError(
        f"Nothing gives the column {name!r} that {spec.name} needs; {names.told(frame, 'en')}: "
        f"{remedy_en}.",
        vi=f"Chưa có gì cho cột {name!r} mà lớp {spec.name} cần; {names.told(frame, 'vi')}: "
        f"{remedy_vi}.",
    )


def _build(
    frame: gpd.GeoDataFrame,
    spec: LayerSpec,
    guess: guessing.Guess,
    constants: Mapping[str, Any],
    keep: tuple[str, ...],
) -> Mapped:
    sources = guess.sources
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
    left = tuple(n for n in names.listed(frame) if n not in taken and n not in keep)
    how = {name: guess.how[name] for name in used}
    return Mapped(result, used, how, left, tuple(found))


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


def refuse_unknown(
    spec: LayerSpec, columns: Mapping[str, Any], constants: Mapping[str, Any]
) -> None:
    """Refuse what is said of columns that the layer does not have.

    Raises
    ------
    ColumnError
        When one is named.
    """
    for name in (*columns, *constants):
        if spec.column(name) is None:
            listed = ", ".join(column.name for column in spec.columns)
            raise ColumnError(
                f"Layer {spec.name} has no column {name!r}; it has {listed}.",
                vi=f"Lớp {spec.name} không có cột {name!r}; lớp có các cột {listed}.",
            )


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
            row=int(row),
            value=str(value),
            message_vi=f"Dòng {int(row)}: cột {column.name} có {value!r}, không phải {what_vi}; "
            "giá trị để trống.",
            message_en=f"Row {int(row)}: column {column.name} holds {value!r}, which is no "
            f"{what_en}; the value is left empty.",
        )
        for row, value in zip(rows[bad], raw[bad], strict=True)
    ]
