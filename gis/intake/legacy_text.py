"""Vietnamese text from before Unicode: bytes of the old encodings into letters, and back.

Bytes are handled as text of one letter a byte (Latin-1), because that is how files are read. How a
text came to be is a chain of steps: ``("tcvn3",)`` reads bytes, ``("cp1252", "tcvn3")`` reads text
whose bytes some program took for Windows-1252, and ``()`` is text as it should be.
"""

import codecs
import csv
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gis import shipped, text
from gis.errors import InputError

#: One byte is one letter, and back again without loss.
RAW: Final = "ISO-8859-1"
#: Encodings by how people know them.
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tcvn3": "TCVN3 (ABC)",
        "tcvn5712": "TCVN 5712-1",
        "vni": "VNI",
        "viscii": "VISCII",
        "vps": "VPS",
        "cp1258": "Windows-1258",
        "cp1252": "Windows-1252",
        "utf-8": "UTF-8",
    }
)
#: Encodings that `encode` writes.
WRITTEN: Final = ("tcvn3", "vni", "viscii", "vps", "cp1258")

#: What was done to a text, step by step, until its letters were right.
Steps = tuple[str, ...]

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
# below this, TCVN 5712-1 keeps toned capitals, which TCVN3 does not have
_CAPITALS_OF_TCVN3: Final = frozenset("ĂÂĐÊÔƠƯ")
_SINGLE: Final = ("tcvn3", "tcvn5712", "viscii", "vps")
_NO_LETTER: Final = "\ufffd"


def encode(words: str, encoding: str) -> bytes:
    """Write text in an old encoding: ``tcvn3``, ``vni``, ``viscii``, ``vps`` or ``cp1258``.

    Raises
    ------
    InputError
        When the encoding is none of these, or lacks a letter: TCVN3 has no capitals with a tone.

    Examples
    --------
    >>> encode("Đất ở", "tcvn3").decode("latin-1")
    '§Êt ë'
    """
    if encoding not in WRITTEN:
        listed = ", ".join(WRITTEN)
        raise InputError(
            f"Text is not written in {encoding!r}; choose one of {listed}.",
            vi=f"Không ghi được chữ theo bảng mã {encoding!r}; hãy chọn một trong {listed}.",
        )
    composed = text.nfc(words)
    written = _encoded(composed, encoding)
    if not _is_bytes(written):
        label = LABELS[encoding]
        char = next(each for each in composed if not _is_bytes(_encoded(each, encoding)))
        raise InputError(
            f"{label} has no letter {char!r}; write the text in another encoding.",
            vi=f"Bảng mã {label} không có chữ {char!r}; hãy ghi bằng bảng mã khác.",
        )
    return written.encode(RAW)


def _encoded(words: str, encoding: str) -> str:
    """Return bytes as letters; a sign beyond the bytes stands for what cannot be written."""
    if words.isascii():
        return words
    if encoding in _SINGLE:
        try:
            return codecs.charmap_encode(words, "strict", _map(encoding))[0].decode(RAW)
        except UnicodeEncodeError:
            pass
    return words.translate(_codes(encoding))


def _is_bytes(words: str) -> bool:
    return _code(words, RAW) is not None


@cache
def _map(encoding: str) -> Any:
    return codecs.charmap_build(_table(encoding))


@cache
def _codes(encoding: str) -> Mapping[int, str]:
    """Return character -> bytes for all above ASCII that an encoding has, else a sign."""
    table = dict.fromkeys(range(0x80, 0x100), _NO_LETTER)
    # punctuation has its byte of Windows-1252, where no letter sits
    for byte in range(0x80, 0x100):
        char = _table("cp1252")[byte]
        if read(chr(byte), (encoding,)) == char:
            table[ord(char)] = chr(byte)
    if encoding == "cp1258":
        letters = ((letter, _windows_1258(letter)) for letter in _letters("vni"))
        return table | {ord(letter): code for letter, code in letters if code}
    return table | {ord(letter): code for letter, code in _letters(encoding).items()}


def _windows_1258(char: str) -> str | None:
    apart = unicodedata.normalize("NFD", char)
    tone = "".join(each for each in apart if each in _TONES)
    letter = unicodedata.normalize("NFC", "".join(each for each in apart if each not in _TONES))
    return _code(char, "cp1258") or _code(letter + tone, "cp1258")


def _code(words: str, codec: str) -> str | None:
    try:
        return words.encode(codec).decode(RAW)
    except UnicodeEncodeError:
        return None


def read(words: str, steps: Steps) -> str | None:
    """Read text by a chain of steps; None where it cannot have come about that way.

    A field that was too short may end within a letter, which is then left out.
    """
    if words.isascii() and words.isprintable():
        return words
    for step in steps:
        try:
            done = _DECODERS[step](words) if step in _DECODERS else _decoded(words, step)
        except UnicodeEncodeError:
            return None
        if done is None:
            return None
        words = done
    return text.nfc(words)


def is_cut(words: str, steps: Steps) -> bool:
    """Whether text that `read` can read ends within a letter."""
    if words[-1:].isascii():
        return False
    for at, step in enumerate(steps):
        if step not in _DECODERS and _decoded(words, step, final=True) is None:
            return True
        words = read(words, steps[at : at + 1]) or ""
    return False


def undo(words: str, steps: Steps) -> str | None:
    """Return the text that `read` would read as `words`, as near as that can be told."""
    for step in reversed(steps):
        done = _undone(words, step)
        if done is None:
            return None
        words = done
    return words


def _undone(words: str, step: str) -> str | None:
    if step == "as cp1252":
        return _by_table("cp1252", words) if _is_bytes(words) else None
    if step == "as cp1258":
        return _text_of(words, "cp1258")
    if step in (*WRITTEN, *_SINGLE):
        return _encoded(words, step)
    return _code(words, step)


def _text_of(words: str, codec: str) -> str | None:
    try:
        return words.encode(RAW).decode(codec)
    except UnicodeError:
        return None


def _decoded(words: str, codec: str, *, final: bool = False) -> str | None:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        done = decoder.decode(words.encode(RAW), final)
    except UnicodeError:
        return None
    rest = decoder.getstate()[0]
    return done if not rest or (done and _begins_a_letter(rest, codec)) else None


def _begins_a_letter(rest: bytes, codec: str) -> bool:
    # only these bytes begin a Vietnamese letter in UTF-8
    return codec != "utf-8" or rest[0] in b"\xc3\xc4\xc6\xcc\xe1"


@cache
def _letters(encoding: str) -> Mapping[str, str]:
    """Return the bytes of each letter, one letter a byte."""
    column = "tcvn3" if encoding == "tcvn5712" else encoding
    with shipped.path("reference", "encodings", "letters.csv").open(encoding="utf-8") as file:
        found = {
            row["letter"]: bytes.fromhex(row[column]).decode(RAW) for row in csv.DictReader(file)
        }
    if encoding == "tcvn3":
        found = {
            letter: code
            for letter, code in found.items()
            if letter.islower() or letter in _CAPITALS_OF_TCVN3
        }
    return MappingProxyType(found)


@cache
def _table(encoding: str) -> str:
    """Return what each byte means: a letter, punctuation as in Windows-1252, or nothing."""
    signs = [_text_of(chr(byte), "cp1252") or chr(byte) for byte in range(0x100)]
    if encoding == "cp1252":
        return "".join(signs)
    table = [_NO_LETTER if char.isalpha() and not char.isascii() else char for char in signs]
    if encoding == "tcvn5712":
        table[0xB0:0xB5] = "\u0300\u0309\u0303\u0301\u0323"
    for letter, code in _letters(encoding).items():
        if len(code) == 1:
            table[ord(code)] = letter
    return "".join(table)


def _by_table(encoding: str, words: str) -> str | None:
    done = codecs.charmap_decode(words.encode(RAW), "strict", _table(encoding))[0]
    return None if _NO_LETTER in done else done


def _read_vni(words: str) -> str | None:
    pairs, single = _vni()
    raw = np.frombuffer(words.encode(RAW), dtype=np.uint8)
    done = single[raw]
    both = pairs[raw[:-1], raw[1:]]
    first = np.flatnonzero(both)
    done[first] = both[first]
    kept = np.delete(done, first + 1)
    return None if (kept == ord(_NO_LETTER)).any() else kept.tobytes().decode("utf-32-le")


@cache
def _vni() -> tuple["npt.NDArray[np.uint32]", "npt.NDArray[np.uint32]"]:
    """Return what two bytes mean together (0: nothing), and what each means alone."""
    pairs = np.zeros((0x100, 0x100), dtype="<u4")
    for letter, code in _letters("vni").items():
        if len(code) == 2:
            first, mark = code[0], code[1]
            pairs[ord(first), ord(mark)] = ord(letter)
            # a capital at the beginning of a word is often typed with the mark of small letters
            pairs[ord(first), ord(mark.lower())] = ord(letter)
    return pairs, np.array([ord(char) for char in _table("vni")], dtype="<u4")


def _bytes_of(words: str, codec: str) -> str | None:
    """Return the bytes that a program took for Windows-1252 or 1258, or for Latin-1."""
    raw = _code(words, codec) or _code(words, RAW)
    if raw is None:
        # the five bytes that Windows-1252 leaves open come as they are
        raw = words.translate(_surface(codec))
    return raw if _is_bytes(raw) else None


@cache
def _surface(codec: str) -> Mapping[int, int]:
    """Return character -> byte of a codec for the upper half, where they differ."""
    pairs = ((byte, _text_of(chr(byte), codec)) for byte in range(0x80, 0x100))
    return {ord(char): byte for byte, char in pairs if char and ord(char) != byte}


_DECODERS: Final[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
    {
        **{each: partial(_by_table, each) for each in (*_SINGLE, "cp1252")},
        "vni": _read_vni,
        "as cp1252": partial(_bytes_of, codec="cp1252"),
        "as cp1258": partial(_bytes_of, codec="cp1258"),
    }
)


def label(steps: Steps) -> tuple[str, str]:
    """Return how people call a chain of steps, Vietnamese and English."""
    if not steps:
        return ("Unicode", "Unicode")
    last = LABELS.get(steps[-1], steps[-1])
    taken = [each.removeprefix("as ") for each in steps[:-1] if each.startswith("as ")]
    if not taken:
        return (last, last)
    others = ", ".join(LABELS[each] for each in taken)
    return (f"{last} bị đọc nhầm thành {others}", f"{last} taken for {others}")


def name(steps: Steps) -> str:
    """Return the name of a chain of steps as a provenance writes it.

    Examples
    --------
    >>> name(("tcvn3",)), name(("as cp1252", "utf-8")), name(())
    ('tcvn3', 'as cp1252 > utf-8', 'unicode')
    """
    return " > ".join(steps) or "unicode"
