"""Text of a file: each column's encoding is found from its content, its letters put right.

Files mix encodings, know nothing of them, or declare a wrong one, so a column is judged by whether
it reads as Vietnamese (`gis.intake.detection`). What is ASCII, such as codes and numbers, is never
touched. What a text was before stands in the provenance.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import findings
from gis.intake import detection, legacy_text
from gis.intake.detection import Choice
from gis.intake.legacy_text import RAW, Steps, encode

__all__ = ["RAW", "Decoded", "decode", "encode", "provenance", "repair"]

#: So many different texts of a column are kept as they were; more only where no rule leads back.
KEPT: Final = 5_000
#: So many odd texts of a column are looked at one by one.
_FEW: Final = 500
_UTF8: Final[Steps] = ("utf-8",)
#: Every byte is a letter here, so that text always comes out, right or wrong.
_LAST_RESORT: Final[Steps] = ("cp1252",)
_BY_NUMBER: Final = {"65001": "utf-8", "88591": "iso8859-1", "8859-1": "iso8859-1"}
_LOST: Final = re.compile(r"\ufffd|(?<=[^\W\d_])\?(?=[^\W\d_])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_ADDRESS: Final = re.compile(r"[/=&@]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame with readable text.

    Attributes
    ----------
    encoding
        In what encodings its text was, joined by commas.
    known
        Whether the file's own word, or the text itself, settled the encoding of every column.
    raw
        By column: how its text was read (``encoding``), its name before (``name``), and what its
        texts were (``values``, before -> after); ``left_out`` counts those not listed, which
        `gis.intake.legacy_text.undo` gives back.
    """

    frame: gpd.GeoDataFrame
    encoding: str
    known: bool
    findings: gpd.GeoDataFrame
    raw: Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class _Column:
    """One column on its way: its different texts, how they are read, and what did not fit."""

    values: list[str]
    steps: Steps = ()
    unsure: bool = False
    words: list[str] = field(default_factory=list)
    changed: dict[str, str] = field(default_factory=dict)
    mixed: dict[str, Steps] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)


#: The names of the columns are read as if they were a column of their own.
_NAMES: Final = None


def decode(frame: gpd.GeoDataFrame, *, declared: str | None) -> Decoded:
    """Decode a frame that was read as `RAW`: as its text says, else as the file declares."""
    own = _codec(declared)
    first: tuple[Steps, ...] = () if own is None or own == "utf-8" else ((own,),)
    others = tuple(way for way in detection.OF_BYTES if way not in first)
    return _converted(frame, first + others, plain=(*first, _UTF8))


def repair(frame: gpd.GeoDataFrame) -> Decoded:
    """Mend text that came as Unicode and shows that some program misread it before."""
    return _converted(frame, detection.OF_TEXT, plain=((),))


def provenance(
    raw: Mapping[str, Mapping[str, Any]], columns: Iterable[str], *, personal: Iterable[str] = ()
) -> dict[str, Any]:
    """Return of the raw text what a provenance may hold: stored columns, and nobody's data."""
    stored = set(columns) - set(personal)
    return {name: dict(each) for name, each in raw.items() if name in stored}


def _codec(declared: str | None) -> str | None:
    """Find the codec behind the word of a .cpg file: ``UTF-8``, ``1258``, ``ANSI 1252``."""
    if declared is None:
        return None
    if declared.strip().lower() in legacy_text.WRITTEN:
        return declared.strip().lower()
    number = re.search(r"8859-1\b|\d{3,5}", declared)
    numbered = number and _BY_NUMBER.get(number[0], f"cp{number[0]}")
    for name in (declared.strip(), numbered):
        try:
            if b"a".decode(name or "") == "a":
                return codecs.lookup(name or "").name
        except (LookupError, UnicodeError):
            continue
    return None


def _converted(
    frame: gpd.GeoDataFrame, ways: Sequence[Steps], *, plain: tuple[Steps, ...]
) -> Decoded:
    columns: dict[str | None, _Column] = {
        name: _Column(values) for name, values in _texts(frame).items()
    }
    columns[_NAMES] = _Column([str(name) for name in _written(frame)])
    for each in columns.values():
        each.words = detection.chunks(each.values)
    told = {name: each for name, each in columns.items() if each.words}
    choices = {name: detection.choose(each.words, ways) for name, each in told.items()}
    lenders = _lenders(choices, plain)
    for name, each in told.items():
        _settle(each, choices[name], plain, lenders)
    used = [each.steps for each in told.values()]
    for each in told.values():
        _read_values(each, ways, [*dict.fromkeys([*used, *plain])])
    names = _renamed(frame, told.get(_NAMES))
    result = frame.rename(columns=names)
    for name, each in told.items():
        if name is not _NAMES and each.changed:
            new = names.get(name, name)
            result[new] = _replaced(frame[name], each.changed)
    seen = dict.fromkeys(legacy_text.name(steps) for steps in used or plain[:1])
    return Decoded(
        frame=result,
        encoding=", ".join(seen),
        known=not any(each.unsure for each in told.values()),
        findings=_found(frame, told, names, plain),
        raw=_raw(told, names, plain),
    )


def _written(frame: gpd.GeoDataFrame) -> list[str]:
    own = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    return [name for name in frame.columns if name != own]


def _texts(frame: gpd.GeoDataFrame) -> dict[str, list[str]]:
    """Return the different texts of each column that holds any."""
    found = {}
    for name in _written(frame):
        if frame[name].dtype == object or pd.api.types.is_string_dtype(frame[name]):
            texts = [value for value in _different(frame[name]) if isinstance(value, str)]
            if texts:
                found[name] = texts
    return found


def _different(column: "pd.Series[Any]") -> list[Any]:
    try:
        return list(np.asarray(pd.unique(column), dtype=object))
    except TypeError:
        # lists and the like are no text
        return list(dict.fromkeys(value for value in column if isinstance(value, str)))


def _replaced(column: "pd.Series[Any]", changed: Mapping[str, str]) -> "pd.Series[Any]":
    try:
        at, values = pd.factorize(column)
    except TypeError:
        each = [changed.get(v, v) if isinstance(v, str) else v for v in column]
        return pd.Series(each, index=column.index, dtype=object)
    # the last one stands for rows without a value
    done = np.array([None] * (len(values) + 1), dtype=object)
    done[:-1] = [
        changed.get(v, v) if isinstance(v, str) else v for v in np.asarray(values, dtype=object)
    ]
    return pd.Series(done[at], index=column.index, dtype=object)


# --- how each column is read ------------------------------------------------------------------


def _lenders(
    choices: Mapping[str | None, Choice], plain: tuple[Steps, ...]
) -> list[tuple[Steps, bool]]:
    """Return the encodings that columns of the file surely have, commonest first."""
    votes: Counter[Steps] = Counter()
    for each in choices.values():
        if each.firm:
            votes[each.steps] += max(1, each.scores[each.steps])
    return [(steps, steps in plain) for steps, _ in votes.most_common()]


def _settle(
    column: _Column,
    choice: Choice,
    plain: tuple[Steps, ...],
    lenders: Sequence[tuple[Steps, bool]],
) -> None:
    """Decide how a column is read: by its own words, by its neighbours', else as it is."""
    column.steps = choice.steps
    if choice.firm:
        return
    usual = next(
        (way for way in plain if all(legacy_text.read(w, way) is not None for w in column.values)),
        None,
    )
    scores = choice.scores
    floor = scores[usual] if usual is not None else -len(column.words)
    best = scores[choice.steps]
    lent = [
        steps
        for steps, is_plain in lenders
        if not is_plain
        and scores[steps] >= max(best - 1, floor)
        and (scores[steps] > floor or (floor >= 0 and not any(other for _, other in lenders)))
        and (scores[steps] > 0 or _has_plain_letter(column.words))
    ]
    if lent:
        column.steps = lent[0]
    elif usual is not None:
        column.steps = usual
        odd = any(_is_better(word, usual, choice.steps) for word in column.words)
        column.unsure = odd and floor < best and best > 0
    else:
        column.steps = _LAST_RESORT
        column.unsure = True


def _is_better(word: str, usual: Steps, other: Steps) -> bool:
    """Whether another reading makes a word Vietnamese that is none, or that ends in a sign."""
    now = detection.judge(word, usual)
    signed = any(char.isascii() and char.isalpha() for char in word) and not word.isalpha()
    return (now < 0 or (now == 0 and signed)) and now < detection.judge(word, other)


def _has_plain_letter(words: Sequence[str]) -> bool:
    # a sign that stands alone, such as ×, is no letter of any encoding
    return all(any(char.isascii() and char.isalpha() for char in word) for word in words)


def _read_values(column: _Column, ways: Sequence[Steps], known: Sequence[Steps]) -> None:
    """Read every text of a column; one that does not fit in an encoding that does."""
    odd_words = {word for word in column.words if detection.judge(word, column.steps) < 0}
    odd = _holding(column.values, odd_words)
    others = list(known)
    if odd:
        own = detection.choose(detection.chunks(odd), ways)
        others += [own.steps] if own.firm else []
    for value in odd:
        steps = _better(value, column.steps, others)
        if steps == column.steps and len(odd) <= _FEW:
            alone = detection.choose(_words(value), ways)
            steps = alone.steps if alone.firm else steps
        if steps != column.steps:
            column.mixed[value] = steps
    if column.unsure and odd and len(column.mixed) == len(odd):
        column.unsure = False
    usual = [value for value in column.values if value not in column.mixed]
    _take(column, usual, column.steps)
    for value, steps in column.mixed.items():
        _take(column, [value], steps)


def _holding(values: Sequence[str], words: set[str]) -> list[str]:
    """Return the texts that hold one of some words."""
    if not words:
        return []
    parts = dict.fromkeys(" ".join(values).split(" "))
    told = {part for part in parts if not words.isdisjoint(_words(part))}
    return [value for value in values if not told.isdisjoint(value.split(" "))]


def _words(value: str) -> list[str]:
    return detection.chunks([value])


def _take(column: _Column, values: list[str], steps: Steps) -> None:
    """Read texts in one encoding, all at once where that can be."""
    joined = "\n".join(values)
    whole = legacy_text.read(joined, steps)
    done = [] if whole is None else whole.split("\n")
    if len(done) == len(values) and not legacy_text.is_cut(joined, steps):
        pairs = zip(values, done, strict=True)
        column.changed |= {raw: new for raw, new in pairs if raw != new}
        return
    for value in values:
        new = legacy_text.read(value, steps)
        if new is None:
            column.unreadable.add(value)
            new = legacy_text.read(value, _LAST_RESORT) or value
        elif legacy_text.is_cut(value, steps):
            column.cut.add(value)
        if new != value:
            column.changed[value] = new


def _better(value: str, steps: Steps, others: Sequence[Steps]) -> Steps:
    """Return the way that reads a text wholly where the column's own does not."""
    words = detection.chunks([value])
    good, bad = detection.score(words, steps)
    best, most = steps, good - bad
    for way in others:
        good, bad = detection.score(words, way)
        if not bad and good > most:
            best, most = way, good
    return best


def _renamed(frame: gpd.GeoDataFrame, names: _Column | None) -> dict[str, str]:
    """Return the new names of columns, none of them twice."""
    if names is None:
        return {}
    taken = set(frame.columns)
    renamed = {}
    for name in _written(frame):
        new = names.changed.get(name, name)
        if new not in taken:
            taken.add(new)
            renamed[name] = new
    return renamed


# --- what is said of it -----------------------------------------------------------------------


def _found(
    frame: gpd.GeoDataFrame,
    columns: Mapping[str | None, _Column],
    names: Mapping[str, str],
    plain: tuple[Steps, ...],
) -> gpd.GeoDataFrame:
    parts = []
    for name, each in columns.items():
        if name is _NAMES:
            parts += _about_column(("tên các cột", "the names of the columns"), each, plain)
            continue
        shown = names.get(name, name)
        parts += _about_column(
            (f"cột {shown}", f"column {shown}"), each, plain, _lost_capitals(frame[name], each)
        )
        for rule_id, values in (
            ("text.mixed-encoding", set(each.mixed)),
            ("text.unreadable-value", each.unreadable),
            ("text.cut-letter", each.cut),
            ("text.letters-lost", _lost_letters(each)),
        ):
            if values:
                rows = np.flatnonzero(frame[name].isin(list(values))) + 1
                parts.append(findings.many(rule_id, rows=rows, value=shown))
    return findings.join(parts)


def _about_column(
    called: tuple[str, str], column: _Column, plain: tuple[Steps, ...], capitals: int = 0
) -> list[gpd.GeoDataFrame]:
    """Say of a column as a whole what became of its text."""
    said: list[tuple[str, dict[str, Any]]] = []
    if column.unsure:
        said.append(("text.encoding-unsure", {}))
    elif _is_told(column, plain):
        label = legacy_text.label(column.steps)
        label = label if column.steps else ("Unicode tổ hợp (NFD)", "decomposed Unicode (NFD)")
        said.append(("text.converted", {"encoding": label, "count": len(column.changed)}))
    if capitals:
        said.append(("text.capitals-lost", {"count": capitals}))
    return [
        findings.many(
            rule_id,
            rows=[None],
            value=called[1].removeprefix("column "),
            words={"called": [called], **{key: [value] for key, value in words.items()}},
        )
        for rule_id, words in said
    ]


def _is_told(column: _Column, plain: tuple[Steps, ...]) -> bool:
    if column.steps in plain:
        return not column.steps and len(column.changed) > len(column.mixed)
    return column.steps != _LAST_RESORT


def _lost_capitals(values: "pd.Series[Any]", column: _Column) -> int:
    """Count the rows whose capitals only a font (.VnTimeH) showed."""
    if "tcvn3" not in column.steps:
        return 0
    parts = dict.fromkeys(" ".join(column.changed.values()).split(" "))
    lost = {word for word in _WORD.findall("\n".join(parts)) if _has_lost_capitals(word)}
    texts = {
        raw
        for raw, new in column.changed.items()
        if lost and not lost.isdisjoint(_WORD.findall(new))
    }
    return int(values.isin(texts).sum())


def _has_lost_capitals(word: str) -> bool:
    plain = [char for char in word if char.isascii()]
    return (
        any(char.isupper() for char in word[1:])
        and not any(char.islower() for char in plain)
        and any(char.islower() for char in word)
    )


def _lost_letters(column: _Column) -> set[str]:
    """Return the texts in which a program wrote ? for a letter that it did not know."""
    if not _LOST.search("\n".join(column.values)):
        return set()
    return {
        value
        for value in column.values
        if _LOST.search(column.changed.get(value, value)) and not _ADDRESS.search(value)
    }


def _raw(
    columns: Mapping[str | None, _Column], names: Mapping[str, str], plain: tuple[Steps, ...]
) -> dict[str, Mapping[str, Any]]:
    """Keep what texts were before; bytes in the usual encoding of a file are no other text."""
    kept: dict[str, Mapping[str, Any]] = {}
    for name, each in columns.items():
        if name is _NAMES or not each.changed:
            continue
        if each.steps in plain and each.steps and not each.mixed and not each.unreadable:
            continue
        own = {raw: new for raw, new in each.changed.items() if raw in each.mixed}
        values = each.changed if each.steps not in plain or not each.steps else own
        listed = list(values)
        if len(listed) > KEPT:
            listed = _hardest(values, each.steps)
        kept[names.get(name, name)] = {
            "encoding": legacy_text.name(each.steps),
            "name": name,
            "values": {raw: values[raw] for raw in listed},
            "left_out": len(values) - len(listed),
        }
    for before, after in names.items():
        kept.setdefault(after, {"encoding": "", "name": before, "values": {}, "left_out": 0})
    return kept


def _hardest(values: Mapping[str, str], steps: Steps) -> list[str]:
    """Return the texts that `legacy_text.undo` does not give back, and the first others."""
    back = (legacy_text.undo("\n".join(values.values()), steps) or "").split("\n")
    undone = back if len(back) == len(values) else [""] * len(values)
    hard = [raw for raw, own in zip(values, undone, strict=True) if raw != own]
    easy = [raw for raw, own in zip(values, undone, strict=True) if raw == own]
    return hard + easy[: max(0, KEPT - len(hard))]
