"""Text of shapefiles: their bytes are decoded here, because a shapefile seldom knows its own.

GDAL loses the last letter of Windows-1258 text and hands on what is no UTF-8 as it is, so a
shapefile is read byte for byte (as `RAW`) and decoded afterwards.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gis import text
from gis.findings import Finding

#: One byte is one letter, and back again without loss.
RAW: Final = "ISO-8859-1"
_UTF8: Final = "utf-8"
#: Every byte is a letter here, so that text always comes out, right or wrong.
_LAST_RESORT: Final = "cp1252"
_BY_NUMBER: Final = {"65001": _UTF8, "88591": "iso8859-1", "8859-1": "iso8859-1"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame with readable text.

    Attributes
    ----------
    known
        Whether the file's own word, or the bytes themselves, settled the encoding.
    """

    frame: gpd.GeoDataFrame
    encoding: str
    known: bool


def decode(frame: gpd.GeoDataFrame, *, declared: str | None) -> Decoded:
    """Decode a frame that was read as `RAW`: as declared, else as UTF-8, else as Windows-1252."""
    written = [name for name in frame.columns if name != frame.geometry.name]
    texts = [str(name).encode(RAW) for name in written]
    for name in written:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            texts += [value.encode(RAW) for value in frame[name] if isinstance(value, str)]
    own = _codec(declared)
    for encoding in (own, _UTF8):
        if encoding is not None and all(_fits(raw, encoding) for raw in texts):
            return Decoded(_decoded(frame, encoding), encoding, known=True)
    return Decoded(_decoded(frame, _LAST_RESORT), _LAST_RESORT, known=False)


def _codec(declared: str | None) -> str | None:
    """Find the codec behind the word of a .cpg file: ``UTF-8``, ``1258``, ``ANSI 1252``."""
    if declared is None:
        return None
    number = re.search(r"8859-1\b|\d{3,5}", declared)
    numbered = number and _BY_NUMBER.get(number[0], f"cp{number[0]}")
    for name in (declared.strip(), numbered):
        try:
            return codecs.lookup(name or "").name
        except LookupError:
            continue
    return None


def _fits(raw: bytes, encoding: str) -> bool:
    try:
        _words(raw, encoding)
    except UnicodeDecodeError:
        return False
    return True


def _words(raw: bytes, encoding: str, errors: str = "strict") -> str:
    # a field that was too short may end within a letter, which is then left out
    return text.nfc(codecs.getincrementaldecoder(encoding)(errors).decode(raw))


def _decoded(frame: gpd.GeoDataFrame, encoding: str) -> gpd.GeoDataFrame:
    def one(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return _words(value.encode(RAW), encoding, errors="replace")

    result = frame.rename(columns={name: one(name) for name in frame.columns})
    for name in result.columns:
        if name != result.geometry.name and not pd.api.types.is_numeric_dtype(result[name]):
            result[name] = result[name].astype(object).map(one, na_action="ignore")
    return result


def unknown() -> Finding:
    """Return what to say of a file whose encoding nothing settles."""
    return Finding(
        rule_id="door.unknown-encoding",
        severity="warning",
        message_vi="Không xác định được bảng mã chữ của tệp nên chữ có dấu có thể sai; hãy lưu lại "
        "tệp với mã UTF-8.",
        message_en="Nothing tells the encoding of the file's text, so letters with accents may be "
        "wrong; save the file again in UTF-8.",
    )
