"""Archives, unpacked so that nothing in them can do harm: zip, KMZ, FileGDB zips, workbooks."""

import lzma
import os
import re
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from gis.errors import SourceError
from gis.intake import nesting
from gis.intake.refusals import (
    BLOCK,
    MEGABYTE,
    Clock,
    damaged,
    hostile,
    number_vi,
    swollen,
    too_much,
)
from gis.settings import IntakeSettings

#: Blanks and zeros pack a thousandfold in honest files too; below this size the ratio is let be.
_FREE_BYTES: Final = 16 * MEGABYTE
#: Bytes that the entry of one member may take in the list of a zip; names hold 255 at most.
_ENTRY_BYTES: Final = 2048
_METHODS: Final = {
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
}
_PACKED: Final = {".zip", ".kmz", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".cab"}
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_UTF8_NAME: Final = 0x800
_CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
#: Readers of workbooks keep some 32 bytes for every place between the first cell and the last.
_GRID_CELLS: Final = 30_000_000
_GRID_RATIO: Final = 20
# names that Windows takes for devices, and what it takes for streams and patterns
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_END_BYTES: Final = 65_557

_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError),
)

Members = Mapping[str, zipfile.ZipInfo]


@contextmanager
def unpacked(path: Path, limits: IntakeSettings) -> Iterator[Path]:
    """Unpack a zip into a temporary folder, which is gone afterwards.

    The bytes that come out are counted; what the archive says of itself is not believed.

    Raises
    ------
    SourceError
        When the archive is damaged, hostile, or beyond the limits.
    """
    with tempfile.TemporaryDirectory(prefix="vung-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        with _opened(path, limits) as archive:
            members = listed(path, archive, limits)
            clock, room = Clock(path, limits), limits.max_unpacked_mb * MEGABYTE
            for name, member in members.items():
                target = folder.joinpath(*name.split("/"))
                blocks = _content(path, archive, member, limits, room=room)
                try:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with closing(blocks), target.open("xb") as out:
                        for block in blocks:
                            clock.check()
                            room -= out.write(block)
                except OSError as fault:
                    raise _no_room(path, name, fault) from None
        yield folder


def check(path: Path, limits: IntakeSettings) -> None:
    """Refuse a zip by its list of members, without unpacking it.

    Raises
    ------
    SourceError
        When it is damaged, hostile, or beyond the limits.
    """
    with _opened(path, limits) as archive:
        listed(path, archive, limits)


def check_workbook(path: Path, limits: IntakeSettings) -> None:
    """Look through all sheets of a workbook, block by block.

    Raises
    ------
    SourceError
        When one of them is damaged, hostile, or beyond the limits.
    """
    with _opened(path, limits) as archive:
        for name, member in listed(path, archive, limits).items():
            blocks = _content(path, archive, member, limits, room=member.file_size)
            with closing(blocks):
                if name.lower().endswith((".xml", ".rels")):
                    read = partial(next, blocks, b"")
                    nesting.xml_stream(path, read, limits, look=_Grid(path).look)
                # the other members are counted only
                deque(blocks, maxlen=0)


class _Grid:
    """How far apart the cells of a sheet lie: readers fill all between them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cells = self._row = self._column = 0
        self._at = (0, 0)

    def look(self, name: str, attributes: dict[str, str]) -> None:
        """See one element of a sheet; only cells that hold something count."""
        told = attributes.get("r", "")
        if name == "row":
            self._at = (int(told) if told.isdigit() else self._at[0] + 1, 0)
        elif name == "c":
            found = _CELL.fullmatch(told)
            self._at = _position(*found.groups()) if found else (self._at[0], self._at[1] + 1)
        elif name in {"v", "is"}:
            self._cells += 1
            self._row, self._column = max(self._row, self._at[0]), max(self._column, self._at[1])
            if self._row * self._column > max(_GRID_CELLS, _GRID_RATIO * self._cells):
                raise hostile(
                    self._path,
                    f"holds {self._cells:,} cells spread over {self._row:,} rows and "
                    f"{self._column:,} columns",
                    f"có {number_vi(self._cells)} ô nằm rải trên {number_vi(self._row)} dòng và "
                    f"{number_vi(self._column)} cột",
                )


def _position(letters: str, row: str) -> tuple[int, int]:
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(row), column


def listed(path: Path, archive: zipfile.ZipFile, limits: IntakeSettings) -> Members:
    """Return the files of a zip by their true names, as far as names and numbers tell.

    Raises
    ------
    SourceError
        When one of them must not be unpacked.
    """
    infos = archive.infolist()
    if len(infos) > limits.max_members:
        raise _too_many(path, limits)
    members: dict[str, zipfile.ZipInfo] = {}
    taken: dict[str, str] = {}
    for info in infos:
        name = _true_name(info)
        _refuse_member(path, name, info)
        folder = info.is_dir()
        name = name.rstrip("/") if folder else name
        _refuse_clash(path, name, taken, folder=folder)
        if not folder:
            members[name] = info
    total = sum(info.file_size for info in members.values())
    if total > limits.max_unpacked_mb * MEGABYTE:
        raise swollen(path, limits)
    for name, info in members.items():
        packed = min(info.compress_size, path.stat().st_size)
        if info.file_size > max(_FREE_BYTES, limits.max_ratio * packed):
            raise _swells(path, name, limits)
    return members


def _true_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; many programs write UTF-8 without saying so."""
    name = info.orig_filename
    if info.flag_bits & _UTF8_NAME:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        # some legacy code page: any one-to-one reading keeps the parts of a shapefile together
        return name


def _refuse_member(path: Path, name: str, info: zipfile.ZipInfo) -> None:
    shown = repr(name[:80])
    parts = name.rstrip("/").split("/")
    leaves = name.startswith("/") or not name or bool({"", ".", ".."} & set(parts))
    if leaves or any(_is_unsafe(part) for part in parts):
        raise hostile(
            path,
            f"holds a member with the unsafe name {shown}",
            f"chứa tệp có tên không an toàn {shown}",
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise hostile(
            path,
            f"holds {shown}, a link or device instead of a file",
            f"chứa {shown} là liên kết hoặc thiết bị, không phải tệp",
        )
    if info.flag_bits & _ENCRYPTED:
        raise SourceError(
            f"File {path.name} is locked with a password ({shown}); unlock it and pack it again.",
            vi=f"Tệp {path.name} có mật khẩu ({shown}); hãy giải nén rồi nén lại không mật khẩu.",
        )
    if Path(name).suffix.lower() in _PACKED:
        raise SourceError(
            f"File {path.name} holds another archive, {shown}; unpack it and import the file "
            "within.",
            vi=f"Tệp {path.name} chứa tệp nén khác, {shown}; hãy giải nén rồi nạp tệp bên trong.",
        )
    if info.compress_type not in _METHODS:
        raise SourceError(
            f"File {path.name} is packed in a way that is not read (method {info.compress_type}); "
            "pack it again as an ordinary zip.",
            vi=f"Tệp {path.name} được nén theo cách không đọc được (kiểu {info.compress_type}); "
            "hãy nén lại thành zip thông thường.",
        )


def _is_unsafe(part: str) -> bool:
    return bool(_UNSAFE.search(part) or _DEVICE.fullmatch(part)) or part.endswith((" ", "."))


def _refuse_clash(path: Path, name: str, taken: dict[str, str], *, folder: bool) -> None:
    """Refuse a name that stands for two things, here or on a system that knows no case."""
    parts = name.split("/")
    for at in range(1, len(parts) + 1):
        part = "/".join(parts[:at])
        key = unicodedata.normalize("NFC", part).casefold()
        is_folder = at < len(parts) or folder
        told = f"{part}/" if is_folder else part
        is_new = key not in taken
        if taken.setdefault(key, told) != told or not (is_new or is_folder):
            raise hostile(
                path,
                f"holds the name {part[:80]!r} twice, or once more in other letters",
                f"chứa hai lần tên {part[:80]!r}, hoặc chỉ khác chữ hoa chữ thường",
            )


def _content(
    path: Path,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    limits: IntakeSettings,
    *,
    room: float,
) -> Generator[bytes]:
    """Unpack a member block by block, counting what really comes out."""
    most = max(_FREE_BYTES, limits.max_ratio * min(member.compress_size, path.stat().st_size))
    count = 0
    try:
        with archive.open(member) as stream:
            while block := stream.read(BLOCK):
                count += len(block)
                if count > most:
                    raise _swells(path, member.filename, limits)
                if count > room:
                    raise swollen(path, limits)
                yield block
    except _BROKEN:
        raise _broken(path) from None
    if count != member.file_size:
        raise _broken(path)


@contextmanager
def _opened(path: Path, limits: IntakeSettings) -> Iterator[zipfile.ZipFile]:
    _refuse_long_list(path, limits)
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as fault:
        refusal = _broken(path)
        refusal.add_note(str(fault))
        raise refusal from None
    with archive:
        yield archive


def _refuse_long_list(path: Path, limits: IntakeSettings) -> None:
    """Refuse a list of members that would fill the memory before it could be counted."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _END_BYTES))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise _broken(path)
    (length,) = struct.unpack_from("<I", tail, at + 12)
    large = tail.rfind(_END_64, 0, at)
    if length == 0xFFFF_FFFF and large >= 0 and len(tail) >= large + 56:
        (length,) = struct.unpack_from("<Q", tail, large + 40)
    if length > limits.max_members * _ENTRY_BYTES:
        raise _too_many(path, limits)


def _broken(path: Path) -> SourceError:
    return damaged(path, "the archive breaks off or contradicts itself", "tệp nén bị cụt hoặc lỗi")


def _too_many(path: Path, limits: IntakeSettings) -> SourceError:
    return too_much(
        path,
        "max_members",
        f"holds more than {limits.max_members:,.0f} files",
        f"chứa hơn {limits.max_members:,.0f} tệp",
    )


def _swells(path: Path, name: str, limits: IntakeSettings) -> SourceError:
    return too_much(
        path,
        "max_ratio",
        f"holds {name[:80]!r}, which swells to more than {limits.max_ratio:g} times its size",
        f"chứa {name[:80]!r} phình to hơn {limits.max_ratio:g} lần khi giải nén",
    )


def _no_room(path: Path, name: str, fault: OSError) -> SourceError:
    reason = fault.strerror or type(fault).__name__
    return SourceError(
        f"File {path.name} cannot be unpacked at {name[:80]!r} ({reason}); free some disk space or "
        "pack it again with shorter names.",
        vi=f"Không giải nén được tệp {path.name} tại {name[:80]!r} ({reason}); hãy giải phóng ổ "
        "đĩa hoặc nén lại với tên ngắn hơn.",
    )
