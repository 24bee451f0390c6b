"""The two land-use code tables, the crosswalk between them, and the codes outside both.

A code means nothing without its table: fifty-five stand in both, some with another
parent or name. The old table is ``tt27-2018`` (also used by the plans of 2021-2030), the new one
``tt08-2024``. What was not read in the text of a circular says so in its ``mark``: V was read, V2
comes from a secondary source, I is inferred, M is from memory; only V is verified.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from gis import _reference, text
from gis.errors import InputError, NotFoundError

OLD_TABLE: Final = "tt27-2018"
NEW_TABLE: Final = "tt08-2024"
TABLES: Final = (OLD_TABLE, NEW_TABLE)

RICE: Final = "LUA"

# circulars by (number, year); the plans of TT 01/2021 carry the codes of TT 27/2018
_CIRCULARS: Final = {(27, 2018): OLD_TABLE, (1, 2021): OLD_TABLE, (8, 2024): NEW_TABLE}
_CIRCULAR = re.compile(
    r"(?:thong tu|tt)?\s*(?:so\s*)?(\d{1,3})\s*[/-]\s*(\d{4})(?:\s*[/-]\s*tt\s*-?\s*btnmt)?"
)
# one parcel of several uses, as registers write it: ODT+CLN
_JOINTS = re.compile(r"\s*[-+,;/&]\s*")
# letters of other alphabets, and a digit, that look like the capitals of a code
_LOOKALIKE: Final = str.maketrans(
    "АВЕКМНОРСТУХІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧ0", "ABEKMHOPCTYXISJABEZHIKMNOPTYXO"
)


@dataclass(frozen=True, slots=True)
class LandUseCode:
    """One code of one table."""

    table: str
    code: str
    name_vi: str
    name_en: str
    group: str
    parent: str | None
    colour: str
    colour_status: str
    colour_basis: str
    mark: str
    source: str

    @property
    def verified(self) -> bool:
        """Whether the code was read in the official form itself."""
        return self.mark == "V"

    def name(self, lang: str) -> str:
        """Name in ``vi`` or ``en``."""
        return self.name_vi if text.check_language(lang) == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class OutsideCode:
    """A code that real files hold although it stands in neither table.

    `kind` is ``planning_label``, ``functional_zone``, ``legacy`` (before 2014), ``land_user`` or
    ``land_manager``; `near` is the code of the old table it stands beside, if any. `code_mark` is
    about the code, `mark` about its name.
    """

    code: str
    name_vi: str
    name_en: str
    kind: str
    near: str | None
    colour: str | None
    code_mark: str
    mark: str
    source: str
    note_vi: str
    note_en: str

    def name(self, lang: str) -> str:
        """Name in ``vi`` or ``en``."""
        return self.name_vi if text.check_language(lang) == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Succession:
    """What became of an old code in the new table.

    `single` is true when every parcel of the old code has the one new code in `codes`. Otherwise
    `codes` are the candidates, possibly none, and a person decides. `partly` names new codes that
    took a part away while the rest stayed. `relation` is ``same``, ``renamed``, ``merged``,
    ``split`` or ``none``.
    """

    code: str
    codes: tuple[str, ...]
    partly: tuple[str, ...]
    relation: str
    single: bool
    basis: str
    mark: str
    note_vi: str
    note_en: str

    @property
    def verified(self) -> bool:
        """Whether the succession was read in the official text."""
        return self.mark == "V"


def normalise(raw: str) -> str:
    """Code as the tables write it: no space around, composed letters, capitals.

    Encodings are never translated: a code is plain ASCII in every legacy encoding too.

    Examples
    --------
    >>> normalise(" luc ")
    'LUC'
    """
    return text.nfc(raw.strip().upper())


def as_written(raw: str) -> str:
    """Code as the tables write it, where it is one or joins some; else the text itself.

    Examples
    --------
    >>> as_written(" luc "), as_written("odt+cln"), as_written("Đất lúa ")
    ('LUC', 'ODT+CLN', 'Đất lúa')
    """
    held = parts(raw)
    known = held and all(
        outside(each) or any(lookup(each, table) for table in TABLES) for each in held
    )
    return normalise(raw) if known else text.nfc(raw.strip())


def parts(code: str) -> tuple[str, ...]:
    """Codes that a compound code joins, in their order; a plain code is its own only part.

    Examples
    --------
    >>> parts("ODT+CLN")
    ('ODT', 'CLN')
    """
    return tuple(filter(None, _JOINTS.split(normalise(code))))


def looks_like(code: str, table: str) -> str | None:
    """Code of a table that a text looks like, where it is written with other letters or blanks.

    Examples
    --------
    >>> looks_like("LU\N{CYRILLIC CAPITAL LETTER ES}", "tt27-2018")
    'LUC'
    """
    plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", normalise(code))))
    found = lookup(plain.translate(_LOOKALIKE), table)
    return found.code if found is not None and found.code != normalise(code) else None


def resolve_table_name(name: str) -> str:
    """Name of the code table that a person meant.

    Accepts the two names and the circulars behind them, written as people write them: ``TT
    27/2018/TT-BTNMT``, ``Thông tư 08/2024``, ``TT 01/2021/TT-BTNMT`` (plans with the old codes).

    Raises
    ------
    InputError
        When the text names neither table.
    """
    match = _CIRCULAR.fullmatch(text.search_key(name))
    table = _CIRCULARS.get((int(match[1]), int(match[2]))) if match else None
    if table is None:
        raise InputError(
            f"{name!r} names no code table; use {OLD_TABLE} (TT 27/2018/TT-BTNMT, also the plans"
            f" of TT 01/2021) or {NEW_TABLE} (TT 08/2024/TT-BTNMT).",
            vi=f"{name!r} không phải tên bảng mã loại đất; hãy dùng {OLD_TABLE} (TT"
            " 27/2018/TT-BTNMT, cả các quy hoạch theo TT 01/2021) hoặc"
            f" {NEW_TABLE} (TT 08/2024/TT-BTNMT).",
        )
    return table


def code_table(table: str) -> Mapping[str, LandUseCode]:
    """All codes of a table by code, in the order of the official form.

    Raises
    ------
    InputError
        When there is no such table.
    """
    if table not in TABLES:
        raise InputError(
            f"There is no code table {table!r}; the tables are {list(TABLES)}.",
            vi=f"Không có bảng mã {table!r}; các bảng mã là {list(TABLES)}.",
        )
    return _tables()[table]


def lookup(code: str, table: str) -> LandUseCode | None:
    """Code of a table, or None when the table does not hold it."""
    return code_table(table).get(normalise(code))


def outside(code: str) -> OutsideCode | None:
    """Planning, legacy or user code that is known by name, or None."""
    return _outside_codes().get(normalise(code))


def outside_codes() -> Mapping[str, OutsideCode]:
    """All known codes outside both tables, by code."""
    return _outside_codes()


def successors(code: str) -> Succession:
    """Say what became of a code of the old table in the new one.

    Raises
    ------
    NotFoundError
        When the old table does not hold the code.
    """
    found = _crosswalk().get(normalise(code))
    if found is None:
        raise NotFoundError(
            f"{code!r} is not a code of {OLD_TABLE}, so it has no successor; look for it in"
            f" {NEW_TABLE} or among the codes outside both tables.",
            vi=f"{code!r} không phải mã của bảng {OLD_TABLE} nên không có mã kế thừa; hãy tìm"
            f" trong bảng {NEW_TABLE} hoặc trong các mã ngoài hai bảng.",
        )
    return found


def predecessors(code: str) -> tuple[str, ...]:
    """Old codes whose land a new code may hold, wholly or in part; empty for a new class.

    Raises
    ------
    NotFoundError
        When the new table does not hold the code.
    """
    wanted = normalise(code)
    if wanted not in code_table(NEW_TABLE):
        raise NotFoundError(
            f"{code!r} is not a code of {NEW_TABLE}, so it has no predecessors.",
            vi=f"{code!r} không phải mã của bảng {NEW_TABLE} nên không có mã tiền thân.",
        )
    return tuple(old for old, found in _crosswalk().items() if wanted in found.codes + found.partly)


def ancestors(code: str, table: str) -> tuple[str, ...]:
    """Parents of a code from the nearest to its group.

    Raises
    ------
    NotFoundError
        When the table does not hold the code.
    """
    found = lookup(code, table)
    if found is None:
        raise NotFoundError(
            f"{code!r} is not a code of {table}.", vi=f"{code!r} không phải mã của bảng {table}."
        )
    above: list[str] = []
    while found.parent is not None:
        above.append(found.parent)
        found = code_table(table)[found.parent]
    return tuple(above)


def is_rice(code: str, table: str) -> bool:
    """Whether a code of the table is rice land: LUA or below it."""
    found = lookup(code, table)
    return found is not None and RICE in (found.code, *ancestors(found.code, table))


@cache
def _tables() -> Mapping[str, Mapping[str, LandUseCode]]:
    columns = [name for name in LandUseCode.__dataclass_fields__ if name != "parent"]
    tables: dict[str, dict[str, LandUseCode]] = {table: {} for table in TABLES}
    for row in _reference.rows("reference", "land_use_codes.csv", columns=[*columns, "parent"]):
        values = {column: row[column] for column in columns}
        tables[row["table"]][row["code"]] = LandUseCode(parent=row["parent"] or None, **values)
    return MappingProxyType({name: MappingProxyType(table) for name, table in tables.items()})


@cache
def _outside_codes() -> Mapping[str, OutsideCode]:
    columns = [name for name in OutsideCode.__dataclass_fields__ if name not in ("near", "colour")]
    found = {}
    for row in _reference.rows(
        "reference", "outside_codes.csv", columns=[*columns, "near", "colour"]
    ):
        values = {column: row[column] for column in columns}
        found[row["code"]] = OutsideCode(
            near=row["near"] or None, colour=row["colour"] or None, **values
        )
    return MappingProxyType(found)


@cache
def _crosswalk() -> Mapping[str, Succession]:
    plain = ("relation", "basis", "mark", "note_vi", "note_en")
    needed = ("old_code", "new_codes", "partly", "single", *plain)
    return MappingProxyType(
        {
            row["old_code"]: Succession(
                code=row["old_code"],
                codes=tuple(row["new_codes"].split()),
                partly=tuple(row["partly"].split()),
                single=_reference.flag(row["single"]),
                **{column: row[column] for column in plain},
            )
            for row in _reference.rows("reference", "crosswalk.csv", columns=needed)
        }
    )
