"""Binary files held to what they say of themselves: shapefile, SQLite, GeoParquet, FlatGeobuf."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gis.errors import SourceError
from gis.intake import nesting
from gis.intake.refusals import MEGABYTE, Clock, damaged, number_vi, swollen, too_much
from gis.settings import IntakeSettings

_SHP_HEADER: Final = 100
_DBF_HEADER: Final = 32
_SHORT: Final = (
    "it is shorter than its header says, as a broken copy leaves it",
    "tệp ngắn hơn phần đầu tệp khai, có thể do chép dở",
)
_ROWS_AT_ONCE: Final = 1024
# the header of a FlatGeobuf holds columns and coordinate system; the first part of all is 8 bytes
_FGB_HEADER: Final = 10 * MEGABYTE
#: Numbers of the fields in the FlatGeobuf header: count of features, size of the index's nodes.
_FGB_COUNT, _FGB_NODE = 8, 9
_FGB_NODE_BYTES: Final = 40
# a value of a view or a computed column takes the memory of all of it at once
_LONGEST_VALUE: Final = 64 * MEGABYTE
#: What SQLite calls a column that is computed when it is read.
_VIRTUAL: Final = 2
#: Bytes that the outline's box takes in the header of a shape in a GeoPackage, by its kind.
_GPKG_BOX: Final = (0, 32, 48, 48, 64)


def shapefile(path: Path, parts: dict[str, Path], limits: IntakeSettings) -> None:
    """Hold the parts of a shapefile to their headers, and to each other.

    Parameters
    ----------
    parts
        The files beside it by ending; those that lack are another's to miss.

    Raises
    ------
    SourceError
        When one of them lies.
    """
    _shp_header(path)
    shapes = _shx(parts[".shx"], path) if ".shx" in parts else None
    rows = dbf(parts[".dbf"], limits) if ".dbf" in parts else None
    if shapes is not None and rows is not None and shapes != rows:
        raise damaged(
            path,
            f"it holds {shapes} shapes and its .dbf {rows} rows, so that they do not belong "
            "together",
            f"tệp có {shapes} hình nhưng .dbf có {rows} dòng, không khớp với nhau",
        )


def _shp_header(path: Path) -> None:
    head = _head(path, _SHP_HEADER)
    if len(head) < _SHP_HEADER or struct.unpack_from(">i", head) != (9994,):
        raise damaged(
            path, "it has no header of a shapefile", "tệp không có phần đầu của shapefile"
        )
    (words,) = struct.unpack_from(">i", head, 24)
    if not _SHP_HEADER <= 2 * words <= path.stat().st_size:
        raise damaged(path, *_SHORT)


def _shx(path: Path, shp: Path) -> int:
    """Return the number of shapes; refuse an index that points out of its shapefile."""
    _shp_header(path)
    (words,) = struct.unpack_from(">i", _head(path, _SHP_HEADER), 24)
    count = (2 * words - _SHP_HEADER) // 8
    # in blocks: an index may be as large as any file
    size, step = shp.stat().st_size, 1 << 17
    for start in range(0, count, step):
        held = min(step, count - start)
        entries = np.fromfile(path, dtype=">i4", count=2 * held, offset=_SHP_HEADER + 8 * start)
        offset, length = 2 * entries.astype(np.int64).reshape(-1, 2).T
        if bool(((offset < _SHP_HEADER) | (length < 0) | (offset + 8 + length > size)).any()):
            raise damaged(
                path, "it points out of the .shp file", "tệp trỏ ra ngoài nội dung của tệp .shp"
            )
    return int(count)


def dbf(path: Path, limits: IntakeSettings) -> int:
    """Return the number of rows of a table; refuse one whose header lies.

    Raises
    ------
    SourceError
        When it is shorter than it says, or its fields do not fit its rows.
    """
    head = _head(path, 0xFFFF)
    if len(head) <= _DBF_HEADER:
        raise damaged(path, *_SHORT)
    rows, start, width = struct.unpack_from("<IHH", head, 4)
    if rows > limits.max_rows:
        raise too_many_rows(path, rows, limits)
    if start <= _DBF_HEADER or width < 1 or start + rows * width > path.stat().st_size:
        raise damaged(path, *_SHORT)
    fields = head[_DBF_HEADER:start]
    end = next((at for at in range(0, len(fields), 32) if fields[at] == 0x0D), None)
    if end is None or 1 + sum(fields[at + 16] for at in range(0, end, 32)) > width:
        raise damaged(
            path, "its fields do not fit into its rows", "các trường không vừa với độ dài dòng"
        )
    return int(rows)


def sqlite(path: Path, limits: IntakeSettings) -> None:
    """Refuse a GeoPackage that was cut off, or a view in it that never ends.

    Raises
    ------
    SourceError
        When it is so.
    """
    head = _head(path, 100)
    if len(head) < 100:
        raise damaged(path, *_SHORT)
    (told,) = struct.unpack_from(">H", head, 16)
    page = 65_536 if told == 1 else told
    changed, pages = struct.unpack_from(">II", head, 24)
    (valid_for,) = struct.unpack_from(">I", head, 92)
    if page < 512 or page & (page - 1):
        raise damaged(path, f"its pages of {page} bytes are none", f"cỡ trang {page} byte không có")
    # older programs leave the number of pages alone; then only whole pages can be asked for
    known = pages if pages and changed == valid_for else 1
    if path.stat().st_size < known * page:
        raise damaged(path, *_SHORT)
    log = path.with_name(f"{path.name}-wal")
    if log.is_file() and log.stat().st_size:
        (magic,) = struct.unpack_from(">I", _head(log, 4).ljust(4, b"\0"))
        if magic not in {0x377F0682, 0x377F0683}:
            raise damaged(log, "it is no log of a GeoPackage", "không phải nhật ký của GeoPackage")
    _look_into(path, limits)


def _look_into(path: Path, limits: IntakeSettings) -> None:
    """Ask a GeoPackage for what its readers would run into."""
    clock = Clock(path, limits)

    def is_over() -> bool:
        try:
            clock.check()
        except SourceError:
            return True
        return False

    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            base.set_progress_handler(is_over, 100_000)
            _refuse_endless_views(path, base, limits)
            _refuse_swollen_values(path, base, limits)
            _refuse_nested_shapes(path, base, limits)
    except sqlite3.OperationalError as fault:
        if "interrupted" in str(fault):
            clock.check()
        # what is no GeoPackage, its reader says better
    except (sqlite3.Error, OverflowError):
        raise damaged(path, "its pages contradict each other", "nội dung tệp mâu thuẫn") from None


def _refuse_endless_views(path: Path, base: sqlite3.Connection, limits: IntakeSettings) -> None:
    """Count the rows of views: a view is a program, and need not come to an end."""
    most = int(limits.max_rows)
    views = base.execute(
        "SELECT name FROM sqlite_master JOIN gpkg_contents ON name = table_name WHERE type = 'view'"
    ).fetchall()
    for (name,) in views:
        (rows,) = base.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {_quoted(name)} LIMIT {most + 1})"  # noqa: S608 (a quoted name)
        ).fetchone()
        if rows > most:
            raise too_many_rows(path, rows, limits)


def _refuse_swollen_values(path: Path, base: sqlite3.Connection, limits: IntakeSettings) -> None:
    """Refuse views and computed columns that hold what the file itself could not."""
    most = int(limits.max_unpacked_mb * MEGABYTE)
    usual = base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(most, _LONGEST_VALUE))
    try:
        for relation, columns in _computed(base):
            sizes = " + ".join(
                f"ifnull(length(CAST({_quoted(each)} AS BLOB)), 0)" for each in columns
            )
            (size,) = base.execute(f"SELECT sum({sizes}) FROM {_quoted(relation)}").fetchone()  # noqa: S608 (quoted names)
            if (size or 0) > most:
                raise swollen(path, limits)
    except sqlite3.DataError:
        raise swollen(path, limits) from None
    finally:
        base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, usual)


def _computed(base: sqlite3.Connection) -> list[tuple[str, list[str]]]:
    """Return views, and tables with columns that are computed when they are read."""
    listed = base.execute(
        "SELECT name, type FROM sqlite_master JOIN gpkg_contents ON name = table_name"
    ).fetchall()
    found = []
    for name, kind in listed:
        told = base.execute(f"PRAGMA table_xinfo({_quoted(name)})").fetchall()
        columns = [each[1] for each in told if kind == "view" or each[6] == _VIRTUAL]
        if columns:
            found.append((name, columns))
    return found


def _refuse_nested_shapes(path: Path, base: sqlite3.Connection, limits: IntakeSettings) -> None:
    """Refuse shapes within shapes beyond the bound: GDAL hands them on unread."""
    deepest = int(limits.max_nesting)
    for table, column in base.execute(
        "SELECT table_name, column_name FROM gpkg_geometry_columns"
    ).fetchall():
        # one level takes nine bytes
        shapes = base.execute(
            f"SELECT {_quoted(column)} FROM {_quoted(table)} "  # noqa: S608 (quoted names)
            f"WHERE length({_quoted(column)}) > {9 * deepest}"
        )
        for (raw,) in shapes:
            if not isinstance(raw, bytes):
                continue
            start = 8 + _GPKG_BOX[min(raw[3] >> 1 & 7, 4)]
            shape = memoryview(raw)[start:]
            if len(shape) > 4 and _may_nest(shape) and nesting.wkb_is_deep(shape, deepest):
                raise nesting.too_deep(path, limits)


def _quoted(name: str) -> str:
    return '"' + str(name).replace('"', '""') + '"'


def parquet(path: Path, limits: IntakeSettings) -> None:
    """Read through a GeoParquet file row by row: what it says of its size is not believed.

    Raises
    ------
    SourceError
        When it is cut off, swells, or holds shapes nested too deep.
    """
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > limits.max_rows:
                raise too_many_rows(path, file.metadata.num_rows, limits)
            _read_through(path, file, limits)
    except (pa.ArrowException, OSError, MemoryError) as fault:
        refusal = damaged(
            path, "it breaks off or contradicts itself", "tệp bị cụt hoặc nội dung mâu thuẫn"
        )
        refusal.add_note(str(fault)[:300])
        raise refusal from None


def _read_through(path: Path, file: pq.ParquetFile, limits: IntakeSettings) -> None:
    clock, count, size = Clock(path, limits), 0, 0
    most = limits.max_unpacked_mb * MEGABYTE
    for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, use_threads=False):
        clock.check()
        count, size = count + batch.num_rows, size + batch.get_total_buffer_size()
        if count > limits.max_rows:
            raise too_many_rows(path, count, limits)
        if size > most:
            raise swollen(path, limits)
        for column in batch.columns:
            if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
                _refuse_nested(path, column, limits)


def _refuse_nested(path: Path, column: pa.Array, limits: IntakeSettings) -> None:
    """Refuse shapes within shapes beyond the bound."""
    deepest = int(limits.max_nesting)
    # one level takes nine bytes
    long = np.flatnonzero(pc.binary_length(column).fill_null(0).to_numpy() > 9 * deepest)
    for at in long:
        raw = memoryview(column[int(at)].as_buffer())
        if _may_nest(raw) and nesting.wkb_is_deep(raw, deepest):
            raise nesting.too_deep(path, limits)


def _may_nest(raw: memoryview) -> bool:
    return bool({raw[1], raw[2], raw[4]} - {0, 1, 2, 3})


def flatgeobuf(path: Path, limits: IntakeSettings) -> None:
    """Refuse a FlatGeobuf whose header or index reaches beyond its end.

    Raises
    ------
    SourceError
        When it does.
    """
    head = _head(path, 12 + _FGB_HEADER)
    size = path.stat().st_size
    try:
        (length,) = struct.unpack_from("<I", head, 8)
        count, node = _fgb_numbers(head[12 : 12 + length])
    except struct.error:
        raise damaged(path, *_SHORT) from None
    if count > limits.max_rows:
        raise too_many_rows(path, count, limits)
    index = _fgb_index_bytes(count, node)
    if length > _FGB_HEADER or 12 + length + index + 4 * count > size:
        raise damaged(path, *_SHORT)
    if index:
        _refuse_lost_features(path, 12 + length, index, count)


def _fgb_numbers(header: bytes) -> tuple[int, int]:
    """Read the count of features and the size of the index's nodes out of a flat buffer."""
    (root,) = struct.unpack_from("<I", header)
    (back,) = struct.unpack_from("<i", header, root)
    table = root - back
    if table < 0:
        raise struct.error
    (width,) = struct.unpack_from("<H", header, table)

    def field(number: int, layout: str, default: int) -> int:
        at = 4 + 2 * number
        (offset,) = struct.unpack_from("<H", header, table + at) if at < width else (0,)
        return int(struct.unpack_from(layout, header, root + offset)[0]) if offset else default

    return field(_FGB_COUNT, "<Q", 0), field(_FGB_NODE, "<H", 16)


def _fgb_index_bytes(count: int, node: int) -> int:
    if not node or not count:
        return 0
    total = level = count
    # a root stands even over a single feature
    while level > 1 or total == 1:
        level = -(-level // max(2, node))
        total += level
    return total * _FGB_NODE_BYTES


def _refuse_lost_features(path: Path, start: int, index: int, count: int) -> None:
    """Find the last feature that the index knows, and whether the file still holds it."""
    leaves = start + index - count * _FGB_NODE_BYTES
    nodes = np.memmap(path, dtype=[("box", "<f8", 4), ("at", "<u8")], offset=leaves, shape=(count,))
    last = start + index + int(nodes["at"].max())
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(min(last, size))
        told = stream.read(4)
    if len(told) < 4 or last + 4 + struct.unpack("<I", told)[0] > size:
        raise damaged(path, *_SHORT)


def too_many_rows(path: Path, rows: int, limits: IntakeSettings) -> SourceError:
    """Return the refusal of a file with more rows than may be read."""
    return too_much(
        path,
        "max_rows",
        f"holds {rows:,} rows, more than {limits.max_rows:,.0f}",
        f"có {number_vi(rows)} dòng, nhiều hơn {number_vi(limits.max_rows)}",
    )


def _head(path: Path, length: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(length)
