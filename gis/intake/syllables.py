"""Whether a word can be Vietnamese: its letters, its one tone, and how they may follow each other.

Text read in a wrong encoding seldom makes syllables, so this tells encodings apart.
"""

import re
import unicodedata
from functools import cache
from typing import Final

_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
#: Tones that a syllable with a stop at its end can have: sắc and nặng.
_STOP_TONES: Final = frozenset("\u0301\u0323")
_STOPS: Final = ("c", "ch", "k", "p", "t")
_LONGEST: Final = 7

# vowel -> what may close it
_RHYMES: Final = {
    "a": " c ch i k m n ng nh o p t u y",
    "ă": "c k m n ng p t",
    "â": "c k m n ng p t u y",
    "e": " c k m n ng o p t",
    "ê": " c ch k m n ng nh p t u",
    "i": " a ch k m n nh p t u",
    "iê": "c k m n ng p t u",
    "o": " c i k m n ng p t",
    "oa": " c ch i m n ng nh o p t y",
    "oă": "c m n ng t",
    "oe": " n o t",
    "oo": "c ng",
    "ô": " c i k m n ng p t",
    "ơ": " i m n p t",
    "u": " a c i k m n ng p t",
    "uâ": "n ng t y",
    "uê": " ch n nh",
    "uô": "c i m n ng t",
    "uơ": "",
    "uy": " a ch n nh p t u",
    "uyê": "n t",
    "ư": " a c i k m n ng t u",
    "ươ": "c i k m n ng p t u",
    "y": " t",
    "yê": "m n ng t u",
}
# after q the u is part of the onset
_AFTER_QU: Final = {
    "a": " c ch i n ng nh o p t u y",
    "ă": "c m n ng p t",
    "â": "n ng t y",
    "e": " n o t",
    "ê": " ch n nh t",
    "i": " n nh t ch",
    "ô": "c",
    "ơ": " t",
    "y": " ch n nh t",
    "yê": "n t",
}


def _rhymes(table: dict[str, str]) -> frozenset[str]:
    return frozenset(vowel + end for vowel, ends in table.items() for end in ends.split(" "))


_ANY_RHYME: Final = _rhymes(_RHYMES)
_QU_RHYME: Final = _rhymes(_AFTER_QU)
_ONSET: Final = re.compile(r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?")
_VOWEL_LETTERS: Final = frozenset("aeiouy")


@cache
def is_syllable(word: str) -> bool:
    """Whether a composed word is a Vietnamese syllable, whatever its case.

    Examples
    --------
    >>> [is_syllable(word) for word in ("Thạnh", "nguyễn", "Gìn", "Êt", "thỏnh", "dat")]
    [True, True, True, False, False, False]
    """
    if not 0 < len(word) <= _LONGEST:
        return False
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in apart if char in _TONES]
    if len(tones) > 1:
        return False
    plain = unicodedata.normalize("NFC", "".join(char for char in apart if char not in _TONES))
    if plain.endswith(_STOPS) and not (tones and tones[0] in _STOP_TONES):
        return False
    return _is_built(plain)


def _is_built(plain: str) -> bool:
    found = _ONSET.match(plain)
    onset = found[0] if found else ""
    rhyme = plain.removeprefix(onset)
    if onset == "qu":
        return rhyme in _QU_RHYME
    # of gì, gìn and giếng the i belongs to the vowel
    return rhyme in _ANY_RHYME or (onset == "gi" and f"i{rhyme}" in _ANY_RHYME)


def has_vowel(word: str) -> bool:
    """Whether a word holds a vowel; what has none is an abbreviation, such as QĐ."""
    return any(char in _VOWEL_LETTERS for char in unicodedata.normalize("NFD", word.lower()))


def is_cased(word: str) -> bool:
    """Whether capitals stand in a word as people write them.

    Small letters with marks among plain capitals count, because .VnTimeH shows them as capitals.

    Examples
    --------
    >>> [is_cased(word) for word in ("đất", "Đất", "ĐẤT", "BìNH", "đẤt")]
    [True, True, True, True, False]
    """
    if word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower()):
        return True
    return not any(char.isascii() and char.islower() for char in word) and has_capital(word)


def has_capital(word: str) -> bool:
    """Whether a word holds a plain capital letter."""
    return any(char.isascii() and char.isupper() for char in word)
