"""MapInfo tables: their parts, the character set they name, and their text byte for byte."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gis.errors import SourceError
from gis.intake import ogr
from gis.intake.refusals import BLOCK

_CHARSET: Final = re.compile(rb'(!charset\s+|\bcharset\s+")([\w-]+)', re.IGNORECASE)
_TYPE: Final = re.compile(rb"^\s*type\s+\"?(\w+)", re.IGNORECASE | re.MULTILINE)
_SEAMLESS: Final = re.compile(rb"\\IsSeamless\"?\s*=\s*\"?TRUE|create\s+view", re.IGNORECASE)
_HEADER: Final = 65_536
_PARTS: Final = {"NATIVE": (".dat", ".map", ".id"), "DBF": (".dbf", ".map", ".id")}
# MapInfo writes WindowsLatin1 wherever nobody chose, also over Vietnamese text: it says nothing
_SAYS_NOTHING: Final = {"neutral", "windowslatin1"}
_CODECS: Final = {
    "windowslatin2": "cp1250",
    "windowscyrillic": "cp1251",
    "windowsvietnamese": "cp1258",
    "windowssimpchinese": "cp936",
    "utf-8": "utf-8",
}


@contextmanager
def as_bytes(path: Path, kind: str) -> Iterator[tuple[Path, str | None]]:
    """Give a copy of a table whose text GDAL hands on byte for byte, and what encoding it names.

    Raises
    ------
    SourceError
        When a part of the table is missing, or it only refers to other tables.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEADER)
    endings = (".mid",) if kind == "MapInfo MIF" else _table_parts(path, head)
    _refuse_parts_missing(path, endings)
    with ogr.beside(path, (*endings, ".ind")) as copy:
        # the link would lead to the file itself
        copy.unlink()
        with path.open("rb") as source, copy.open("wb") as target:
            target.write(_CHARSET.sub(rb"\1Neutral", source.read(_HEADER)))
            shutil.copyfileobj(source, target, BLOCK)
        yield copy, _declared(head)


def _declared(head: bytes) -> str | None:
    named = _CHARSET.findall(head)
    word = named[-1][1].decode("ascii").lower() if named else "neutral"
    return None if word in _SAYS_NOTHING else _CODECS.get(word, word)


def _table_parts(path: Path, head: bytes) -> tuple[str, ...]:
    kind = _TYPE.search(head)
    word = kind[1].decode("ascii").upper() if kind else ""
    if word not in _PARTS or _SEAMLESS.search(head):
        raise SourceError(
            f"File {path.name} is a MapInfo table that refers to other data; open it in MapInfo "
            "and save it as a table of its own.",
            vi=f"Tệp {path.name} là bảng MapInfo tham chiếu dữ liệu khác; hãy mở bằng MapInfo rồi "
            "lưu thành bảng riêng.",
        )
    return _PARTS[word]


def _refuse_parts_missing(path: Path, endings: tuple[str, ...]) -> None:
    held = {each.suffix.lower() for each in ogr.parts(path, endings)}
    lacking = [end for end in endings if end not in held]
    if lacking:
        listed = ", ".join(f"{path.stem}{end}" for end in lacking)
        raise SourceError(
            f"MapInfo table {path.name} lacks its part {listed}; put all files named "
            f"{path.stem}.* together.",
            vi=f"Bảng MapInfo {path.name} thiếu tệp đi kèm {listed}; hãy để đủ các tệp "
            f"{path.stem}.* cùng một chỗ.",
        )
