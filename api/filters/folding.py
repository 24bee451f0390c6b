"""Texts without case, and without accents, as CASEI and ACCENTI compare them."""

import unicodedata
from typing import Final

from gis.text import nfc

# Japanese voicing marks are no accents
_KEPT_MARKS: Final = frozenset("\u3099\u309a")


class _Bare(dict[int, str | int | None]):
    """Letters without their accents; filled as letters come up."""

    def __missing__(self, code: int) -> str | int | None:
        letter = chr(code)
        if code < 128:
            self[code] = letter
            return letter
        if unicodedata.combining(letter) and letter not in _KEPT_MARKS:
            self[code] = None
            return None
        # a stroke is no mark of its own in Unicode: đ, ø, ł
        size, _, base = unicodedata.name(letter, "").removeprefix("LATIN ").partition(" LETTER ")
        if base[1:6] != " WITH" or size not in {"SMALL", "CAPITAL"}:
            return code
        self[code] = base[0].lower() if size == "SMALL" else base[0]
        return self[code]


_BARE: Final = _Bare()


def without_case(text: str) -> str:
    """Fold case fully, as Unicode has it.

    Examples
    --------
    >>> without_case("ĐẤT") == without_case("đất")
    True
    """
    return nfc(text.casefold())


def without_accents(text: str) -> str:
    """Take away every mark and stroke from letters; case stays.

    Examples
    --------
    >>> without_accents("Bình Đông")
    'Binh Dong'
    """
    return nfc(unicodedata.normalize("NFD", text).translate(_BARE))
