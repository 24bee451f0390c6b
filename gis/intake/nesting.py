"""How deep a file nests, found before a parser follows it: JSON, XML, DXF, and WKB and WKT.

Parsers go down level by level, GEOS until the process dies.
"""

import codecs
import mmap
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

import numpy as np

from gis.errors import SourceError
from gis.intake.refusals import BLOCK, Clock, damaged, hostile, too_much
from gis.settings import IntakeSettings

_QUOTE: Final = ord('"')
# what a byte of JSON does to the depth, outside of strings
_STEP: Final = np.zeros(256, dtype=np.int8)
_STEP[[ord("{"), ord("[")]] = 1
_STEP[[ord("}"), ord("]")]] = -1
_SILENT: Final = bytes(set(range(256)) - set(b'{}[]"'))
_ESCAPE: Final = re.compile(rb"\\.", re.DOTALL)

#: What the first element of a file may be called, without its prefix.
_KML_ROOTS: Final = frozenset({"kml", "Document", "Folder", "Placemark", "NetworkLink"})

#: Kinds of shapes in WKB, and the marks of its dialect in PostGIS.
_POINT, _LINE, _POLYGON = 1, 2, 3
_COLLECTIONS: Final = (4, 5, 6, 7)
_EWKB_Z, _EWKB_M, _EWKB_SRID = 0x8000_0000, 0x4000_0000, 0x2000_0000
_WKT_COLLECTION: Final = re.compile(rb"GEOMETRYCOLLECTION", re.IGNORECASE)
_WKT_PART: Final = re.compile(rb'GEOMETRYCOLLECTION[\sZM]*\(|[()"]', re.IGNORECASE)

_DXF_PART: Final = re.compile(
    rb"^[ \t]*0[ \t]*\r?\n[ \t]*(BLOCK|ENDBLK|INSERT|ENDSEC)[ \t]*\r?$", re.MULTILINE
)
_DXF_FIELDS: Final = 65_536
_DXF_ENTITY: Final = re.compile(rb"^[ \t]*0[ \t]*\r?\n[ \t]*[A-Z]", re.MULTILINE)


def json(path: Path, limits: IntakeSettings) -> None:
    """Refuse JSON that is nested too deep or ends within a value.

    Raises
    ------
    SourceError
        When it is.
    """
    depth, inside, clock = 0, False, Clock(path, limits)
    for block in _without_escapes(_blocks(path)):
        clock.check()
        told = np.frombuffer(block.translate(None, _SILENT), dtype=np.uint8)
        quotes = told == _QUOTE
        in_string = (np.cumsum(quotes) + inside) % 2 == 1
        levels = depth + np.cumsum(np.where(in_string, 0, _STEP[told]), dtype=np.int64)
        if not len(levels):
            continue
        if levels.max() > limits.max_nesting:
            raise too_deep(path, limits)
        depth, inside = int(levels[-1]), bool(in_string[-1])
    if depth > 0 or inside:
        raise damaged(path, "it ends before its text is closed", "nội dung bị cụt ở cuối tệp")


def _without_escapes(blocks: Iterator[bytes]) -> Iterator[bytes]:
    r"""Blank ``\"`` and its like; an escape may begin in one block and end in the next."""
    held = b""
    for block in blocks:
        whole = held + block
        held = b""
        if b"\\" in whole:
            whole = _ESCAPE.sub(b"  ", whole)
            # all pairs are gone, so that one that is left stands at the end
            if whole.endswith(b"\\"):
                whole, held = whole[:-1], b"\\"
        yield whole


def xml(path: Path, limits: IntakeSettings) -> None:
    """Refuse XML with a document type, too deep, not closed, or of another kind than its ending.

    Raises
    ------
    SourceError
        When it is.
    """
    kind = path.suffix.lower()
    with path.open("rb") as stream:
        xml_stream(path, lambda: stream.read(BLOCK), limits, lambda *root: _is_of_kind(kind, *root))


def xml_stream(
    path: Path,
    read: Callable[[], bytes],
    limits: IntakeSettings,
    is_right: Callable[[str, str], bool] = lambda _name, _words: True,
    look: Callable[[str, dict[str, str]], None] = lambda _name, _attributes: None,
) -> None:
    """Look through XML as `xml` does; `path` is what the sentence names.

    Parameters
    ----------
    read
        Hands out the next bytes, none at the end.
    is_right
        Whether the first element may be that, by its name and its attributes.
    look
        Sees the name and the attributes of every element, and may refuse.

    Raises
    ------
    SourceError
        When it must not be read.
    """
    clock, parser = Clock(path, limits), expat.ParserCreate()
    walker = _Walker(path, limits, is_right, look)
    parser.StartElementHandler, parser.EndElementHandler = walker.begin, walker.end
    parser.StartDoctypeDeclHandler = walker.declare
    try:
        while block := read():
            clock.check()
            parser.Parse(block, False)  # noqa: FBT003 (expat takes it by position only)
        parser.Parse(b"", True)  # noqa: FBT003
    except SourceError:
        raise
    except (expat.ExpatError, LookupError, ValueError):
        line = parser.ErrorLineNumber
        raise damaged(
            path, f"its XML breaks off in line {line}", f"nội dung XML bị lỗi ở dòng {line}"
        ) from None


class _Walker:
    """What is looked at while expat goes through XML."""

    def __init__(
        self,
        path: Path,
        limits: IntakeSettings,
        is_right: Callable[[str, str], bool],
        look: Callable[[str, dict[str, str]], None],
    ) -> None:
        self._path, self._limits = path, limits
        self._is_right, self._look = is_right, look
        self._depth = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """See an element begin."""
        plain = name.rpartition(":")[2]
        if not self._depth and not self._is_right(plain, " ".join(attributes.values())):
            raise hostile(self._path, f"begins with <{name}>", f"bắt đầu bằng <{name}>")
        self._depth += 1
        if self._depth > self._limits.max_nesting:
            raise too_deep(self._path, self._limits)
        self._look(plain, attributes)

    def end(self, _name: str) -> None:
        """See an element end."""
        self._depth -= 1

    def declare(self, *_told: object) -> None:
        """Refuse a document type: it can name entities and other files."""
        raise hostile(
            self._path,
            "declares a document type, by which XML can swell or fetch other files",
            "khai báo kiểu tài liệu (DTD), cách làm cho XML phình to hoặc đọc tệp khác",
        )


def _is_of_kind(kind: str, name: str, words: str) -> bool:
    if kind == ".kml":
        return name in _KML_ROOTS
    return kind != ".gml" or "opengis.net/gml" in words


def dxf(path: Path, limits: IntakeSettings) -> None:
    """Refuse a DXF whose blocks, put one into the other, make more than a file may hold.

    Raises
    ------
    SourceError
        When they do.
    """
    clock = Clock(path, limits)
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        own, inserted = _dxf_blocks(text, clock)
    sizes: dict[bytes, float] = {}
    if _dxf_size(b"", own, inserted, sizes, depth=int(limits.max_nesting)) > limits.max_rows:
        raise hostile(
            path,
            f"has blocks within blocks that make more than {limits.max_rows:,.0f} shapes",
            f"có các khối lồng nhau tạo ra hơn {limits.max_rows:,.0f} hình",
        )


def _dxf_blocks(
    text: mmap.mmap, clock: Clock
) -> tuple[dict[bytes, int], dict[bytes, list[tuple[bytes, float]]]]:
    """Find, for each block and the drawing itself (``b""``), its shapes and what it inserts."""
    own: dict[bytes, int] = {}
    inserted: dict[bytes, list[tuple[bytes, float]]] = {}
    block, since = b"", 0
    for count, part in enumerate(_DXF_PART.finditer(text)):
        if not count % 10_000:
            clock.check()
        if part[1] == b"INSERT":
            inserted.setdefault(block, []).append(_dxf_insert(text, part.end()))
            continue
        if part[1] == b"ENDBLK":
            own[block] = sum(1 for _ in _DXF_ENTITY.finditer(text, since, part.start()))
        is_block = part[1] == b"BLOCK"
        block = _dxf_insert(text, part.end())[0] if is_block else b""
        since = part.end()
    return own, inserted


def _dxf_insert(text: mmap.mmap, start: int) -> tuple[bytes, float]:
    """Return the name of a block, and how many copies an insertion of it makes."""
    # an entity reaches to the next 0; the fields that count stand at its beginning
    after = _DXF_ENTITY.search(text, start)
    end = min(after.start() if after else len(text), start + _DXF_FIELDS)
    lines = [line.strip() for line in text[start:end].split(b"\n")[1:]]
    fields = dict(zip(lines[::2], lines[1::2], strict=False))
    copies = 1.0
    for code in (b"70", b"71"):
        told = fields.get(code, b"1")
        copies *= max(1, int(told)) if told.isdigit() else 1
    return fields.get(b"2", b"").upper(), copies


def _dxf_size(
    block: bytes,
    own: dict[bytes, int],
    inserted: dict[bytes, list[tuple[bytes, float]]],
    sizes: dict[bytes, float],
    *,
    depth: int,
) -> float:
    """Count the shapes of a block with all that it inserts; without end where it holds itself."""
    if block not in sizes:
        if not depth:
            return float("inf")
        sizes[block] = float("inf")
        sizes[block] = own.get(block, 0) + sum(
            copies * _dxf_size(name, own, inserted, sizes, depth=depth - 1)
            for name, copies in inserted.get(block, ())
        )
    return sizes[block]


def wkb_is_deep(raw: bytes | memoryview, deepest: int) -> bool:
    """Whether a shape in WKB holds shapes within shapes beyond a depth; broken WKB does not."""
    at, left = 0, [1]
    try:
        while left:
            if not left[-1]:
                left.pop()
                continue
            left[-1] -= 1
            order = "<" if raw[at] else ">"
            (code,) = struct.unpack_from(f"{order}I", raw, at + 1)
            kind, dimensions = _wkb_kind(code)
            at += 9 if code & _EWKB_SRID else 5
            if kind == _POINT:
                at += 8 * dimensions
                continue
            (count,) = struct.unpack_from(f"{order}I", raw, at)
            at += 4
            if kind == _LINE:
                at += 8 * dimensions * count
            elif kind == _POLYGON:
                for _ in range(count):
                    at += 4 + 8 * dimensions * struct.unpack_from(f"{order}I", raw, at)[0]
            elif kind in _COLLECTIONS:
                left.append(count)
                if len(left) - 1 > deepest:
                    return True
            else:
                return False
    except (struct.error, IndexError):
        return False
    return False


def _wkb_kind(code: int) -> tuple[int, int]:
    """Return the kind of a shape and its dimensions, as ISO or PostGIS write them."""
    plain = code & 0x1FFF_FFFF
    iso = plain // 1000
    dimensions = 2 + (bool(code & _EWKB_Z) or iso in {1, 3}) + (bool(code & _EWKB_M) or iso > 1)
    return plain % 1000, dimensions


def wkt(path: Path, limits: IntakeSettings) -> None:
    """Refuse a table of text with shapes in WKT that hold shapes within shapes too deep.

    Raises
    ------
    SourceError
        When it has one.
    """
    clock, opened, depth = Clock(path, limits), bytearray(), 0
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        if _WKT_COLLECTION.search(text) is None:
            return
        for count, found in enumerate(_WKT_PART.finditer(text)):
            if not count % 10_000:
                clock.check()
            part = found[0]
            if part == b'"':
                # no shape goes on behind its cell
                opened, depth = bytearray(), 0
            elif part == b")":
                depth -= opened.pop() if opened else 0
            else:
                opened.append(len(part) > 1)
                depth += opened[-1]
                if depth > limits.max_nesting:
                    raise too_deep(path, limits)


def too_deep(path: Path, limits: IntakeSettings) -> SourceError:
    """Return the refusal of a file that nests beyond the bound."""
    return too_much(
        path,
        "max_nesting",
        f"is nested more than {limits.max_nesting:g} deep",
        f"lồng sâu hơn {limits.max_nesting:g} cấp",
    )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        # the mark of UTF-8 is no part of the text
        first = stream.read(BLOCK).removeprefix(codecs.BOM_UTF8)
        yield first
        while block := stream.read(BLOCK):
            yield block
