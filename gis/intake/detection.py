"""Which encoding a column of text is in, judged by whether it reads as Vietnamese."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from gis.intake import legacy_text, syllables
from gis.intake.legacy_text import Steps

_TABLES: Final = ("tcvn3", "vni", "viscii", "vps", "cp1258", "tcvn5712")
_WRONG: Final = ("as cp1252", "utf-8")
#: Ways text that was decoded already can have come about; the likelier first.
OF_TEXT: Final[tuple[Steps, ...]] = (
    (),
    _WRONG,
    *(("as cp1252", each) for each in _TABLES),
    ("as cp1258", "utf-8"),
    *(("as cp1258", each) for each in ("tcvn3", "vni", "viscii", "vps")),
    _WRONG + _WRONG,
)
#: The same for bytes.
OF_BYTES: Final[tuple[Steps, ...]] = (
    ("utf-8",),
    *((each,) for each in _TABLES),
    *(("utf-8", *steps) for steps in OF_TEXT if steps),
)

#: A run of letters with at least one that ASCII lacks; VISCII and VPS have capitals on control
#: bytes.
_CHUNK: Final = re.compile(
    "(?<![A-Za-z])[A-Za-z]*[\x01-\x08\x0b\x0c\x0e-\x1f\x80-\U0010ffff][^\x00\t\n\r\x20-\x40\x5b-\x60\x7b-\x7f]*"
)
# signs that stand beside Vietnamese words, and are no letters
_SIGNS: Final = re.compile("[\xa0\xab\xb0-\xb2\xb3\xb7\xbb-\xbe\xd7\u2010-\u2044\u2122\u20ab]+")
# m² is m² in most encodings, and tells nothing
_UNIT: Final = re.compile("[kcdm]?m[\xb2\xb3]|\xb0C?")
# abbreviations of Unicode text, as in names of roads: ĐT.621; no letter of them tells anything
_ABBREVIATION: Final = re.compile("[A-ZĐ]+")
_HUMP: Final = re.compile(r"(?<=[^\W\d_A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠ-Ỹ])(?=[A-ZĐ])")
#: No word is longer; what is, is looked at as far as this.
_LONGEST: Final = 64
#: So many different words tell enough.
_SAMPLE: Final = 1_500
_PLENTY: Final = 8
_MOSTLY: Final = 0.7
_NEARLY_ALL: Final = 0.9
_LEAST_MARGIN: Final = 2
_MARGIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Choice:
    """How a column is read.

    Attributes
    ----------
    firm
        Whether its own words settle it.
    scores
        For each way: words that are Vietnamese, less those that cannot be.
    """

    steps: Steps
    firm: bool
    scores: Mapping[Steps, int]


def chunks(values: Iterable[str]) -> list[str]:
    """Return the different words that hold more than ASCII, in the order they come."""
    # a large column has few different words
    words = dict.fromkeys(" ".join(values).split(" "))
    found = dict.fromkeys(_CHUNK.findall("\n".join(words)))
    return list(dict.fromkeys(word[:_LONGEST] for word in found if not _UNIT.fullmatch(word)))


@lru_cache(maxsize=1 << 18)
def judge(chunk: str, steps: Steps) -> int:
    """Return 1 for a Vietnamese word, -1 for what cannot be one, 0 for signs and abbreviations."""
    words = legacy_text.read(chunk, steps)
    if words is None:
        return -1
    if legacy_text.is_cut(chunk, steps):
        return 0
    verdicts = [_judge_word(part) for part in _SIGNS.split(words) if part and not part.isascii()]
    if -1 in verdicts or any(unicodedata.category(char) == "Cc" for char in words):
        return -1
    return int(1 in verdicts)


@cache
def _judge_word(word: str) -> int:
    if syllables.is_syllable(word) and syllables.is_cased(word):
        # a dash of one encoding is a capital alone in another
        return 0 if len(word) == 1 and word.isupper() else 1
    if not word.isalpha():
        return -1
    if word.isupper() and not syllables.has_vowel(word):
        return 0
    parts = _HUMP.split(word)
    fits = len(parts) > 1 and all(
        part.isascii()
        or (len(part) > 1 and syllables.is_syllable(part) and syllables.is_cased(part))
        for part in parts
    )
    return 1 if fits else -1


def _says_nothing(word: str, usual: Steps) -> bool:
    """Whether a word is of no language as it usually is read, such as ĐT or £."""
    read = legacy_text.read(word, usual)
    if read is None:
        return False
    if len(read) == 1 and not read.isalpha():
        return True
    return bool(_ABBREVIATION.fullmatch(read)) and not syllables.has_vowel(read)


def score(words: Sequence[str], steps: Steps) -> tuple[int, int]:
    """Count the words that are Vietnamese when read so, and those that cannot be."""
    verdicts = [judge(word, steps) for word in words]
    return verdicts.count(1), verdicts.count(-1)


def choose(words: Sequence[str], ways: Sequence[Steps]) -> Choice:
    """Choose how words are to be read; of equals the way named first.

    Parameters
    ----------
    ways
        The first is how the words are read when nothing speaks against it.
    """
    sample = words[:: math.ceil(len(words) / _SAMPLE)] if len(words) > _SAMPLE else words
    mute = {word for word in sample if _says_nothing(word, ways[0])}
    sample = [word for word in sample if word not in mute]
    good, bad = score(sample, ways[0])
    if good >= _PLENTY and good >= _NEARLY_ALL * (good + bad):
        return Choice(ways[0], firm=True, scores={ways[0]: good - bad})
    counted = {steps: score(sample, steps) for steps in ways}
    scores = {
        steps: right - wrong - sum(legacy_text.read(word, steps) is None for word in mute)
        for steps, (right, wrong) in counted.items()
    }
    best = max(ways, key=lambda steps: scores[steps])
    good, bad = counted[best]
    margin = max(_LEAST_MARGIN, math.ceil(_MARGIN * len(sample)))
    # bytes that are UTF-8 by chance are very rare
    is_utf8 = bool(best) and best[-1] == "utf-8" and not bad
    if is_utf8:
        margin = 1
    rival = max(
        (scores[steps] for steps in ways if _differ(sample, steps, best, scores, margin)),
        default=-len(sample),
    )
    firm = (
        (good > 0 or is_utf8) and good >= _MOSTLY * (good + bad) and scores[best] - rival >= margin
    )
    return Choice(best, firm=firm, scores=scores)


def _differ(
    sample: Sequence[str], steps: Steps, best: Steps, scores: Mapping[Steps, int], margin: int
) -> bool:
    """Whether a way that comes near the best one gives other words."""
    if steps == best or scores[steps] <= scores[best] - margin:
        return False
    if _family(steps) == _family(best):
        return False
    return any(legacy_text.read(word, steps) != legacy_text.read(word, best) for word in sample)


def _family(steps: Steps) -> str:
    # TCVN3 is the part of TCVN 5712 that fonts have
    return steps[-1].replace("tcvn5712", "tcvn3") if steps else ""
