"""Tables without shapes: workbooks, text files, the table of a shapefile; joined by key."""

import codecs
import csv
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from gis import findings, text
from gis.errors import ColumnError, GisError, SourceError
from gis.intake import encodings, files, guard, kinds, ogr
from gis.settings import IntakeSettings
from gis.values import as_text, number_key

# a shape written as text may be longer than the 131,072 letters that Python allows a cell; what
# is too long for the machine was refused before
csv.field_size_limit(2**31 - 1)

_DBF: Final = ".dbf"
_SEPARATORS: Final = ",;\t|"
#: Lines of a text file in which separator and header are looked for.
_SAMPLE: Final = 60
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# the share of a table's width that its header fills at least
_HEADER_SHARE: Final = 0.6
_NUMBER: Final = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s]*%?")
_ORDINAL: Final = re.compile(r"\(?\s*(\d+)\s*\)?")

Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read.

    Attributes
    ----------
    frame
        Its rows under the names of its header.
    decoded
        How bytes became text, for the formats that hold bytes.
    """

    frame: pd.DataFrame
    decoded: encodings.Decoded | None = None


def read_table(
    path: Path, *, sheet: str | None = None, limits: IntakeSettings | None = None
) -> tuple[pd.DataFrame, str]:
    """Read a table to be joined to a layer, and the SHA-256 of its file.

    Parameters
    ----------
    sheet
        Name of a workbook's sheet, where it has several; case and accents may be left out.

    Raises
    ------
    SourceError
        When the file is no table, damaged, empty, or has several sheets and none was named.
    """
    path, limits = Path(path), limits or IntakeSettings()
    kind = _admitted(path, limits)
    name = None
    try:
        with ogr.as_it_is():
            if kind in kinds.WORKBOOKS:
                name = files.choose(path, sheets(path), sheet)
            frame = read(path, sheet=name).frame
    except GisError:
        raise
    except files.FAULTS as fault:
        raise files.unreadable(path, fault) from None
    if frame.empty:
        raise files.no_rows(path, name)
    return frame, files.sha256(path)


def _admitted(path: Path, limits: IntakeSettings) -> str:
    if path.suffix.lower() == _DBF and path.is_file():
        # the one part of a shapefile that is a table of its own
        files.refuse_empty(path)
        guard.admit(path, limits)
        return _DBF
    kind = files.admitted(path, limits)
    if kind not in kinds.TABLES:
        raise SourceError(
            f"File {path.name} is no table; join an XLSX, XLS, CSV or DBF file.",
            vi=f"Tệp {path.name} không phải bảng; hãy ghép tệp XLSX, XLS, CSV hoặc DBF.",
        )
    return kind


def sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets that hold anything."""
    book = _workbook(path)
    return [name for name in book.sheet_names if _cells(book, name)]


def read(path: Path, *, sheet: str | None = None) -> Table:
    """Read a table; its header may stand below title rows.

    Raises
    ------
    SourceError
        When it is damaged or has no header.
    """
    kind = kinds.FORMATS.get(path.suffix.lower())
    if path.suffix.lower() == _DBF:
        return _read_dbf(path)
    if kind not in kinds.WORKBOOKS:
        return _read_text(path)
    book = _workbook(path)
    name = sheet or book.sheet_names[0]
    merged = book.get_sheet_by_name(name).merged_cell_ranges or []
    return Table(_with_header(path, _cells(book, name), merged))


def join(
    frame: gpd.GeoDataFrame, table: pd.DataFrame, *, key: tuple[str, str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the rows of a layer the columns of a table, and find the rows without a partner.

    A column of the table whose name is taken gets ``_2``. Rows of the table that share a key and
    differ are not joined.

    Parameters
    ----------
    key
        The column of the layer and that of the table; several are joined by ``+``
        (``soto+sothua``). Keys are compared as text: ``012``, 12 and 12.0 are one.

    Returns
    -------
    tuple
        The layer in its order, and findings in its coordinates.

    Raises
    ------
    ColumnError
        When there is no such column.
    """
    left, right = (_keys(part, name) for part, name in zip((frame, table), key, strict=True))
    used = {*_named(table, key[1])}
    added = table.drop(columns=list(used)).reset_index(drop=True)
    taken = set(map(str, frame.columns))
    added.columns = pd.Index([_free(str(name), taken) for name in added.columns])
    first, ambiguous = _by_key(right, added)
    at = np.array([first.get(value, -1) if value else -1 for value in left], dtype=np.intp)
    given = added.take(np.where(at >= 0, at, 0)) if len(added) else added.reindex(range(len(frame)))
    given = given.reset_index(drop=True)
    given = given.astype(object)
    given.loc[at < 0, :] = None
    given = given.infer_objects()
    given.index = frame.index
    joined = gpd.GeoDataFrame(pd.concat([frame, given], axis=1), geometry=frame.geometry.name)
    return joined, _faults(frame, left, right, ambiguous)


def _workbook(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as fault:
        refusal = SourceError(
            f"Workbook {path.name} cannot be read: it is damaged or locked with a password; open "
            "and save it again as XLSX.",
            vi=f"Không đọc được bảng tính {path.name}: tệp bị hỏng hoặc có mật khẩu; hãy mở và lưu "
            "lại thành XLSX.",
        )
        refusal.add_note(str(fault))
        raise refusal from None


def _cells(book: CalamineWorkbook, name: str) -> Rows:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [[_value(cell) for cell in row] for row in rows] if any(map(any, rows)) else []


def _value(cell: Any) -> Any:
    if isinstance(cell, str):
        return text.nfc(cell.strip()) or None
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _read_dbf(path: Path) -> Table:
    layer = ogr.read(path, path.stem, "Shapefile", encoding=encodings.RAW)
    decoded = encodings.decode(layer.frame, declared=None)
    return Table(decoded.frame, decoded)


def _read_text(path: Path) -> Table:
    with path.open("rb") as stream:
        head = stream.read(3)
    wide = head.startswith(_UTF16)
    encoding = "utf-16" if wide else encodings.RAW
    with path.open(encoding=encoding, newline="") as stream:
        lines = [line for line, _ in zip(stream, range(_SAMPLE), strict=False)]
    if not wide and head == codecs.BOM_UTF8:
        lines[0] = lines[0].removeprefix(codecs.BOM_UTF8.decode(encodings.RAW))
    separator = _separator(lines)
    rows = [
        [cell.strip() or None for cell in row] for row in csv.reader(lines, delimiter=separator)
    ]
    header = _header_row(path, rows)
    form = {"sep": separator, "encoding": encoding, "skiprows": header + 1}
    try:
        frame = _parsed(path, _names([rows[header]], len(rows[header])), form)
    except (pd.errors.ParserError, UnicodeError) as fault:
        raise _ragged(path, fault) from None
    frame = _without_ordinals(frame.dropna(how="all").dropna(axis=1, how="all"))
    if wide:
        return Table(frame)
    declared = "utf-8" if head == codecs.BOM_UTF8 else None
    decoded = encodings.decode(frame.reset_index(drop=True), declared=declared)
    return Table(decoded.frame, decoded)


def _parsed(path: Path, names: list[str], form: Mapping[str, Any]) -> pd.DataFrame:
    """Read the cells of a table; every line may have more of them than the header has names."""
    options: dict[str, Any] = {
        "header": None,
        "dtype": str,
        "keep_default_na": False,
        "na_values": [""],
        "index_col": False,
        "skip_blank_lines": True,
        **form,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(path, names=names, **options)
    except pd.errors.ParserWarning:
        # pandas would drop what has no name
        with path.open(encoding=form["encoding"], newline="") as stream:
            width = max(map(len, csv.reader(stream, delimiter=form["sep"])))
        more = _names([[*names, *(None,) * (width - len(names))]], width)
        frame = pd.read_csv(path, names=more, **options)
    return frame


def _separator(lines: Sequence[str]) -> str:
    """Find the mark that cuts most lines into the same number of cells, and into most of them."""

    def fit(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if len(row) > 1]
        common = max(set(widths), key=lambda each: (widths.count(each), each), default=0)
        return widths.count(common), common

    return max(_SEPARATORS, key=fit)


def _with_header(path: Path, cells: Rows, merged: Sequence[Any]) -> pd.DataFrame:
    """Make a frame of cells; a header of several rows, held together by merged cells, is one."""
    filled = [list(row) for row in cells]
    for (top, left), (bottom, right) in merged:
        for row in range(top, min(bottom + 1, len(filled))):
            for column in range(left, min(right + 1, len(filled[row]))):
                filled[row][column] = cells[top][left]
    header = _header_row(path, filled)
    last = max([header, *(bottom for (top, _), (bottom, _) in merged if top == header)])
    names = _names(filled[header : last + 1], len(filled[header]))
    frame = pd.DataFrame(cells[last + 1 :], columns=names, dtype=object)
    frame = frame.dropna(how="all").dropna(axis=1, how="all")
    return _without_ordinals(frame).infer_objects().reset_index(drop=True)


def _header_row(path: Path, rows: Rows) -> int:
    """Find the first row that names most columns, each with other words and none with a number."""
    width = max((sum(cell is not None for cell in row) for row in rows), default=0)
    least = max(1, _HEADER_SHARE * width)
    for at, row in enumerate(rows):
        held = [cell for cell in row if cell is not None]
        words = [cell for cell in held if isinstance(cell, str) and not _NUMBER.fullmatch(cell)]
        if len(set(words)) >= least and len(words) == len(held):
            return at
    raise SourceError(
        f"Table {path.name} has no row with the names of its columns; write them into its first "
        "row.",
        vi=f"Bảng {path.name} không có dòng tiêu đề cột; hãy ghi tên các cột vào dòng đầu.",
    )


def _names(rows: Sequence[Sequence[Any]], width: int) -> list[str]:
    """Name every column by the words above it, once each, and no two alike."""
    taken: set[str] = set()
    names = []
    for column in range(width):
        words = dict.fromkeys(str(row[column]) for row in rows if row[column] is not None)
        said = " ".join(" ".join(words).split())
        names.append(_free(said or f"column_{column + 1}", taken))
    return names


def _free(name: str, taken: set[str]) -> str:
    at, free = 1, name
    while free in taken:
        at += 1
        free = f"{name}_{at}"
    taken.add(free)
    return free


def _without_ordinals(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the row (1), (2), (3) under the header of an official form."""
    if len(frame) and len(frame.columns) > 1:
        first = [_ORDINAL.fullmatch(str(cell)) for cell in frame.iloc[0] if cell is not None]
        numbers = [int(found[1]) for found in first if found]
        bracketed = any(str(cell).startswith("(") for cell in frame.iloc[0])
        if bracketed and len(numbers) == len(first) and numbers == sorted(set(numbers)):
            return frame.iloc[1:]
    return frame


def _ragged(path: Path, fault: Exception) -> SourceError:
    line = re.search(r"line (\d+)", str(fault))
    en, vi = (f"line {line[1]}", f"dòng {line[1]}") if line else ("a line", "một dòng")
    return SourceError(
        f"Table {path.name} has more cells in {en} than its header has names; mend that line.",
        vi=f"Bảng {path.name} có {vi} nhiều ô hơn số cột của dòng tiêu đề; hãy sửa dòng đó.",
    )


def _named(frame: pd.DataFrame, written: str) -> list[str]:
    """Find the columns of a key, whatever the case and the accents of their names."""
    names = [written] if written in frame.columns else written.split("+")
    by_key = {text.search_key(str(name)): str(name) for name in reversed(frame.columns)}
    found = []
    for name in names:
        known = name if name in frame.columns else by_key.get(text.search_key(name))
        if known is None:
            listed = ", ".join(map(str, frame.columns))
            raise ColumnError(
                f"There is no column {name!r} to join by; the columns are {listed}.",
                vi=f"Không có cột {name!r} để ghép; các cột là {listed}.",
            )
        found.append(known)
    return found


def _keys(frame: pd.DataFrame, written: str) -> list[str]:
    """Return the key of each row as text; empty where a part of it is missing."""
    columns = [
        as_text(frame[name]).map(_key, na_action="ignore").fillna("").tolist()
        for name in _named(frame, written)
    ]
    return ["+".join(parts) if all(parts) else "" for parts in zip(*columns, strict=True)]


def _key(value: str) -> str:
    return number_key(" ".join(text.nfc(value).split()))


def _by_key(keys: Sequence[str], rows: pd.DataFrame) -> tuple[dict[str, int], set[str]]:
    """Return the row of each key, and the keys whose rows differ."""
    at = pd.Series(keys, dtype=object)
    held = at[at != ""]
    twice = held[held.duplicated(keep=False)]
    different = rows.take(twice.index.to_numpy()).astype(str).assign(_key=twice.to_numpy())
    kinds_of = different.drop_duplicates()["_key"]
    ambiguous = set(kinds_of[kinds_of.duplicated()])
    first = held[~held.duplicated()]
    rows_of = zip(first, first.index.to_numpy(), strict=True)
    return {key: int(row) for key, row in rows_of if key not in ambiguous}, ambiguous


def _faults(
    frame: gpd.GeoDataFrame, left: Sequence[str], right: Sequence[str], ambiguous: set[str]
) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    known, wanted = set(right) - {""}, set(left) - {""}
    left_keys, right_keys = np.array(left, dtype=object), np.array(right, dtype=object)
    lone = np.array([key not in known for key in left], dtype=bool)
    several = pd.Series(left_keys).duplicated(keep=False).to_numpy() & (left_keys != "")
    spare = np.array([key not in wanted for key in right], dtype=bool)
    unclear = np.array([key in ambiguous for key in right], dtype=bool)
    found = [
        _of_shapes(rule_id, which, left_keys, shapes, frame.crs)
        for rule_id, which in (
            ("reading.shape-without-row", lone),
            ("reading.key-twice-in-layer", several & ~lone),
        )
        if which.any()
    ]
    found += [
        _of_rows(rule_id, which, right_keys)
        for rule_id, which in (
            ("reading.row-without-shape", spare),
            ("reading.key-twice-in-table", unclear),
        )
        if which.any()
    ]
    return findings.join(found, system=frame.crs)


def _of_shapes(
    rule_id: str,
    which: npt.NDArray[np.bool_],
    keys: npt.NDArray[np.object_],
    shapes: npt.NDArray[np.object_],
    system: Any,
) -> gpd.GeoDataFrame:
    at = np.flatnonzero(which)
    values = [key or None for key in keys[at]]
    return findings.many(rule_id, rows=at + 1, value=values, geometry=shapes[at], system=system)


def _of_rows(
    rule_id: str, which: npt.NDArray[np.bool_], keys: npt.NDArray[np.object_]
) -> gpd.GeoDataFrame:
    at = np.flatnonzero(which)
    values = [key or None for key in keys[at]]
    return findings.many(rule_id, rows=[None] * len(at), other_row=at + 1, value=values)
