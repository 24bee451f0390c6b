"""A layer as a file for other programs: each format's own limits, and what was given up to them.

Nothing is dropped without a word: what a format cannot hold is changed as little as possible, and
a `Note` says what was changed, in which column, how often, and where first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation

from gis import text, vn2000
from gis.errors import InputError
from gis.intake import legacy_text

#: Old encodings that an export may be asked for, by the name in `gis.intake.legacy_text`.
ENCODINGS: Final = ("tcvn3", "vni")
#: Letters of a field's name, and bytes of a text: what dBase and MapInfo hold.
_SHAPEFILE_NAME: Final = 10
_MAPINFO_NAME: Final = 31
_FIELD_BYTES: Final = 254
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
#: Beyond this a number with a fraction no longer tells whole numbers apart.
_EXACT: Final = 2**53
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Note:
    """What a format could not hold as it was, in both languages."""

    vi: str
    en: str

    def text(self, lang: str) -> str:
        """Return the sentence in ``vi`` or ``en``."""
        return self.vi if lang == "vi" else self.en


@dataclass(frozen=True, slots=True)
class Job:
    """One layer on its way into a file; the writers add to `notes`."""

    frame: gpd.GeoDataFrame
    stem: str
    schematic: bool
    encoding: str | None = None
    notes: list[Note] = field(default_factory=list)

    def note(self, vi: str, en: str) -> None:
        """Say what was given up."""
        self.notes.append(Note(vi, en))


def check_encoding(encoding: str | None) -> str | None:
    """Return the name of an old encoding as it is known here.

    Raises
    ------
    InputError
        When text is not written in it.
    """
    if encoding is None or encoding.lower() in {"utf-8", "utf8"}:
        return None
    if encoding.lower() not in ENCODINGS:
        listed = ", ".join(name.upper() for name in ENCODINGS)
        raise InputError(
            f"Text is not exported in {encoding!r}; choose UTF-8, {listed}.",
            vi=f"Không xuất được chữ theo bảng mã {encoding!r}; hãy chọn UTF-8, {listed}.",
        )
    return encoding.lower()


def to_shapefile(job: Job, path: Path) -> None:
    """Write a shapefile with its .prj and .cpg."""
    table = _Table(job, name_length=_SHAPEFILE_NAME, holds_missing=True)
    # GDAL knows the old encodings as little as any program; their bytes pass as Latin letters
    encoding = "UTF-8" if job.encoding is None else "CP1252"
    table.frame().to_file(path, driver="ESRI Shapefile", encoding=encoding)


def to_mapinfo(job: Job, path: Path) -> None:
    """Write a MapInfo table (.tab) or interchange file (.mif) that lies where it should.

    MapInfo has no name for VN-2000: its datum is given by the official seven parameters (9999,28).
    A table stores whole numbers within bounds, so they are drawn close about the layer.
    """
    frame = _Table(job, name_length=_MAPINFO_NAME, holds_missing=False).frame()
    system = mapinfo_system(frame.crs)
    options = {"ENCODING": "UTF-8" if job.encoding is None else "CP1252"}
    bounds = frame.total_bounds
    if np.isfinite(bounds).all():
        room = 0.1 * max(bounds[2] - bounds[0], bounds[3] - bounds[1]) + _margin(system)
        west, south, east, north = bounds + np.array([-room, -room, room, room])
        options["BOUNDS"] = f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}"
    pyogrio.write_dataframe(
        frame.set_crs(system, allow_override=True),
        path,
        driver="MapInfo File",
        dataset_options={"FORMAT": path.suffix[1:].upper()},
        layer_options=options,
    )


def mapinfo_system(system: pyproj.CRS) -> pyproj.CRS:
    """Return a system whose text carries the official shift; other datums stay as they are."""
    known = vn2000.read(system)
    if known is None or known.shift != "official":
        return system
    plain = (system.source_crs if system.is_bound else None) or system
    shift = ToWGS84Transformation(plain.geodetic_crs or plain, *vn2000.OFFICIAL)
    return BoundCRS(plain, "EPSG:4326", shift)


def _margin(system: pyproj.CRS) -> float:
    return 0.001 if (system.source_crs or system).is_geographic else 100.0


def finite(job: Job) -> gpd.GeoDataFrame:
    """Return the rows with nothing for numbers without end, which a file cannot hold."""
    frame = job.frame
    for name in frame.columns.drop(frame.geometry.name):
        if pd.api.types.is_float_dtype(frame[name]):
            endless = np.isinf(frame[name].to_numpy(dtype=float, na_value=np.nan))
            if endless.any():
                frame = frame.assign(**{name: frame[name].mask(endless)})
                _say(
                    job,
                    str(name),
                    endless,
                    ("số vô hạn để trống", "numbers without end are left empty"),
                )
    return frame


def field_names(names: Iterable[Any], *, length: int) -> dict[str, str]:
    """Shorten names to plain letters of a length, so that none collide."""
    short: dict[str, str] = {}
    for name in map(str, names):
        key = text.search_key(name)
        plain = re.sub(r"\W", "_", key, flags=re.ASCII) if key.isascii() else ""
        plain = plain or re.sub(r"\W", "", key, flags=re.ASCII)
        # MapInfo's names begin with a letter
        plain = f"f{plain}" if plain[:1].isdigit() else plain
        stem, number = plain[:length] or "field", 1
        while stem in short.values():
            number += 1
            tail = f"_{number}"
            stem = f"{plain[: length - len(tail)] or 'field'}{tail}"
        short[name] = stem
    return short


class _Table:
    """Columns of a layer as a table of fixed fields holds them."""

    def __init__(self, job: Job, *, name_length: int, holds_missing: bool) -> None:
        self._job = job
        self._name_length = name_length
        self._holds_missing = holds_missing

    def frame(self) -> gpd.GeoDataFrame:
        """Return the rows with names, numbers and texts that fit."""
        frame = finite(self._job)
        shape = frame.geometry.name
        written = [name for name in frame.columns if name != shape]
        names = field_names(written, length=self._name_length)
        changed = [f"{old} -> {new}" for old, new in names.items() if old != new]
        if changed:
            listed = ", ".join(changed[:_SHOWN]) + (", ..." if len(changed) > _SHOWN else "")
            self._job.note(
                f"{len(changed)} tên cột được rút gọn: {listed}.",
                f"{len(changed)} column names were shortened: {listed}.",
            )
        columns = {names[str(name)]: self._column(frame[name]) for name in written}
        return gpd.GeoDataFrame(
            columns, geometry=frame.geometry.to_numpy(), crs=frame.crs, index=frame.index
        )

    def _column(self, column: "pd.Series[Any]") -> "pd.Series[Any]":
        missing = column.isna()
        if pd.api.types.is_bool_dtype(column):
            self._say(column, ~missing, "đúng/sai ghi thành 1/0", "true and false became 1 and 0")
            column = column.astype("Int32")
        elif pd.api.types.is_datetime64_any_dtype(column):
            self._say(column, ~missing, "ngày ghi thành chữ", "dates became text")
            days = column.astype(object).map(lambda day: day.isoformat(), na_action="ignore")
            return days.where(~missing, None)
        if not pd.api.types.is_numeric_dtype(column):
            return self._texts(column)
        if self._holds_missing:
            return column
        if missing.any():
            # MapInfo would write 0, and missing is not zero
            self._say(
                column, missing, "cột số có ô trống ghi thành chữ", "numbers with gaps became text"
            )
            return column.astype(object).map(str, na_action="ignore").where(~missing, None)
        if pd.api.types.is_integer_dtype(column):
            return self._whole(column)
        return column.astype(float)

    def _whole(self, column: "pd.Series[Any]") -> "pd.Series[Any]":
        """Whole numbers as old programs read them: 32 bits, else as numbers with a fraction."""
        largest = int(column.abs().max()) if len(column) else 0
        if largest < 2**31:
            return column.astype("int32")
        if largest <= _EXACT:
            return column.astype(float)
        self._say(
            column, column.notna(), "số quá lớn ghi thành chữ", "numbers too large became text"
        )
        return column.map(str).astype(object)

    def _texts(self, column: "pd.Series[Any]") -> "pd.Series[Any]":
        told = column.astype(object).map(str, na_action="ignore").where(column.notna(), None)
        plain = told.map(lambda words: _CONTROL.sub(" ", words), na_action="ignore")
        self._say(
            column,
            _differ(plain, told),
            "ký tự điều khiển thay bằng dấu cách",
            "control characters became spaces",
        )
        encoding = self._job.encoding
        if encoding is not None:
            told = plain
            plain = told.map(lambda words: _lettered(words, encoding), na_action="ignore")
            lost = told.map(lambda words: not _can_encode(words, encoding), na_action="ignore")
            label = legacy_text.LABELS[encoding]
            self._say(
                column,
                lost.fillna(value=False).astype(bool),
                f"bảng mã {label} không có một số chữ (chữ hoa có dấu thành chữ thường)",
                f"{label} lacks some letters (capitals with a tone became small)",
            )
        cut = plain.map(self._cut, na_action="ignore")
        self._say(
            column,
            _differ(cut, plain),
            f"chữ dài hơn {_FIELD_BYTES} byte bị cắt",
            f"text longer than {_FIELD_BYTES} bytes was cut",
        )
        return cut

    def _cut(self, words: str) -> str:
        """Cut text to what a field holds, not within a letter."""
        codec = "utf-8" if self._job.encoding is None else "cp1252"
        return words.encode(codec)[:_FIELD_BYTES].decode(codec, errors="ignore")

    def _say(self, column: "pd.Series[Any]", where: Any, vi: str, en: str) -> None:
        _say(self._job, str(column.name), np.asarray(where, dtype=bool), (vi, en))


def _say(job: Job, name: str, where: Any, words: tuple[str, str]) -> None:
    rows = np.flatnonzero(where)
    if len(rows):
        job.note(
            f"Cột {name}: {words[0]} ({len(rows)} dòng, đầu tiên là dòng {rows[0] + 1}).",
            f"Column {name}: {words[1]} ({len(rows)} rows, the first is row {rows[0] + 1}).",
        )


def _differ(left: "pd.Series[Any]", right: "pd.Series[Any]") -> "pd.Series[bool]":
    return (left != right) & right.notna()


def _can_encode(words: str, encoding: str) -> bool:
    try:
        legacy_text.encode(words, encoding)
    except InputError:
        return False
    return True


def _lettered(words: str, encoding: str) -> str:
    """Return the bytes of an old encoding as Latin letters; what it lacks becomes small, else ?."""
    if not _can_encode(words, encoding):
        words = "".join(_nearest(char, encoding) for char in text.nfc(words))
    return legacy_text.encode(words, encoding).decode("cp1252", errors="replace")


def _nearest(char: str, encoding: str) -> str:
    return next((each for each in (char, char.lower()) if _can_encode(each, encoding)), "?")
