"""What every reader does with a file: let it in, know it again, choose a layer, refuse it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyproj
import shapely

from gis import text
from gis.errors import SourceError
from gis.intake import guard, kinds, ogr
from gis.intake.kinds import FORMATS
from gis.settings import IntakeSettings

#: What the reading libraries raise at a file that they cannot read.
FAULTS: Final = (
    *ogr.FAULTS,
    KeyError,
    pa.ArrowException,
    pyproj.exceptions.CRSError,
    shapely.errors.ShapelyError,
)


def admitted(path: Path, limits: IntakeSettings) -> str:
    """Return the format of a file that may be read."""
    refuse_missing(path)
    # a pipe or device is the guard's to refuse, before a byte is read
    if path.is_file():
        refuse_empty(path)
        kind = kinds.of(path)
        guard.admit(path, limits)
        return kind
    guard.admit(path, limits)
    return kinds.of(path)


def choose(path: Path, names: Sequence[str], wanted: str | None) -> str:
    """Find the layer that was asked for; the only one, where none was.

    Raises
    ------
    SourceError
        When there is none of that name, or none was named and there are several.
    """
    listed = ", ".join(names)
    if wanted is not None:
        key = text.search_key(wanted)
        alike = [name for name in names if text.search_key(name) == key]
        if wanted in names or len(alike) == 1:
            return wanted if wanted in names else alike[0]
        raise SourceError(
            f"File {path.name} has no layer {wanted!r}; its layers are {listed}.",
            vi=f"Tệp {path.name} không có lớp {wanted!r}; tệp có các lớp {listed}.",
        )
    if not names:
        raise SourceError(
            f"File {path.name} holds no layer; choose another file.",
            vi=f"Tệp {path.name} không có lớp nào; hãy chọn tệp khác.",
        )
    if len(names) > 1:
        raise SourceError(
            f"File {path.name} holds {len(names)} layers ({listed}); name one with --layer.",
            vi=f"Tệp {path.name} có {len(names)} lớp ({listed}); hãy chọn một lớp bằng --layer.",
        )
    return names[0]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, or of the files of a folder and their names."""
    digest = hashlib.sha256()
    if path.is_dir():
        for each in sorted(path.iterdir()):
            if each.is_file() and each.suffix.lower() != ".lock":
                digest.update(f"{each.name}\0{sha256(each)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def refuse_missing(path: Path) -> None:
    """Refuse a file that is not there.

    Raises
    ------
    SourceError
        When it is not.
    """
    if not path.exists():
        raise no_such_file(path)


def refuse_empty(path: Path) -> None:
    """Refuse a file without a single byte, as a broken copy leaves it.

    Raises
    ------
    SourceError
        When it is.
    """
    if not path.stat().st_size:
        raise SourceError(
            f"File {path.name} is an empty file; copy or export it again.",
            vi=f"Tệp {path.name} là tệp rỗng; hãy chép hoặc xuất lại tệp.",
        )


def no_such_file(path: Path) -> SourceError:
    """Return the refusal of a file that is not there."""
    return SourceError(
        f"File {path} does not exist; check the name and the folder.",
        vi=f"Không có tệp {path}; hãy kiểm tra tên tệp và thư mục.",
    )


def no_rows(path: Path, layer: str | None) -> SourceError:
    """Return the refusal of a layer or table without rows."""
    return SourceError(
        f"{named(path, layer, 'en')} holds no features; choose another file.",
        vi=f"{named(path, layer, 'vi')} không có đối tượng nào; hãy chọn tệp khác.",
    )


def unreadable(path: Path, fault: Exception) -> SourceError:
    """Return the refusal of a file at which its reading library stumbled."""
    kind = FORMATS[path.suffix.lower()]
    refusal = SourceError(
        f"File {path.name} cannot be read as {kind}: it is damaged or of another format; open and "
        "save it again in its program.",
        vi=f"Không đọc được tệp {path.name} theo dạng {kind}: tệp bị hỏng hoặc thuộc định dạng "
        "khác; hãy mở và lưu lại tệp bằng phần mềm gốc.",
    )
    # the library's own words are for programmers
    refusal.add_note(" ".join(str(fault).split()))
    return refusal


def named(path: Path, layer: str | None, lang: str) -> str:
    """Return file and layer as a sentence begins with them."""
    if lang == "vi":
        return f"Tệp {path.name}" + (f", lớp {layer!r}" if layer else "")
    return f"File {path.name}" + (f", layer {layer!r}" if layer else "")
