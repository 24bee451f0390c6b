"""What one entry of the rule files says, and the refusal of an entry that cannot be meant.

`gis.rules` puts the entries together and answers from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from gis import codes
from gis.codes import NEW_TABLE, OLD_TABLE
from gis.decisions import MATTERS
from gis.errors import RuleError

Basis = Literal["current", "planned"]

#: From best to worst; the position is the severity.
VERDICTS: Final = ("fits", "procedure", "review", "outside", "conflict")
USES: Final = ("annual_crop", "perennial_crop", "clay_pit", "workshop")
BASES: Final[tuple[Basis, ...]] = ("current", "planned")
NEEDS: Final = ("crop_conversion_plan", "perennial_species")
MARKS: Final = ("V", "V2", "I", "M")
#: Days before it find no rule: the plan period that the sources were read for begins here.
FIRST_DAY: Final = date(2021, 1, 1)
ANY: Final = "*"
OPEN_END: Final = date.max


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst of some verdicts."""
    return max(verdicts, key=VERDICTS.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of the rule files.

    Attributes
    ----------
    start, end
        First and last day, both included; ``date.max`` while still in force.
    verified
        Whether the cited text itself was read (mark V).
    codes
        Codes by code table; empty for rules that do not read codes.
    planned
        Planned codes to which a rule on present use is limited; empty: any.
    needs
        Local decisions the verdict depends on.
    decides
        Matters whose deciding bodies are looked up by date.
    beside
        Present land to which a rule on a planned code is limited: ``rice``, ``other``, or any.
    adjust
        Whether the plan must change before the zone fits.
    """

    id: str
    verdict: str
    procedure_vi: str
    procedure_en: str
    citation: str = ""
    mark: str = "I"
    use: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    basis: tuple[Basis, ...] = BASES
    planned: tuple[str, ...] = ()
    start: date = FIRST_DAY
    end: date = OPEN_END
    needs: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()
    beside: str | None = None
    adjust: bool = False
    catch_all: bool = False
    about_data: bool = False

    @property
    def verified(self) -> bool:
        """Whether the cited text itself was read."""
        return self.mark == "V"

    def procedure(self, lang: str) -> str:
        """Return what is to be done, in the language ``vi`` or ``en``."""
        return self.procedure_vi if lang == "vi" else self.procedure_en

    def in_force(self, day: date) -> bool:
        """Whether the rule holds on a day."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintRule:
    """What a kind of constraint means for some uses, between two dates."""

    rule: Rule
    kind: str
    only_on_rice: bool
    lapse_years: int | None
    lapsed: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who decides a matter between two dates; `verdict` is set where that is not settled."""

    id: str
    matters: tuple[str, ...]
    start: date
    end: date
    body_vi: str
    body_en: str
    citation: str
    mark: str
    verdict: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAdjustment:
    """Which document can change a kind of plan between two dates, and who makes it."""

    id: str
    plan_kind: str
    start: date
    end: date
    document_vi: str
    document_en: str
    body_vi: str
    body_en: str
    citation: str
    mark: str
    note_vi: str
    note_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The code that a use needs in each table between two dates."""

    use: str
    start: date
    end: date
    codes: Mapping[str, str]


_WORDS: Final = {"id", "verdict", "procedure_vi", "procedure_en"}
_LAW: Final = {*_WORDS, "from", "citation", "mark"}
#: Keys that an entry of each kind must have, and may have.
KEYS: Final[Mapping[str, tuple[set[str], set[str]]]] = {
    "rule": (
        {*_LAW, "use"},
        {
            "to",
            "old",
            "new",
            "basis",
            "planned",
            "needs",
            "decides",
            "beside",
            "adjust",
            "catch_all",
        },
    ),
    "constraint": (
        {*_LAW, "kind", "use"},
        {"to", "only_on", "lapse_years", "after_lapse"},
    ),
    "effect": ({*_WORDS, "effect", "citation", "mark"}, set()),
    "data": (_WORDS, set()),
    "authority": (
        {"id", "matters", "from", "body_vi", "body_en", "citation", "mark"},
        {"to", "verdict"},
    ),
    "plan_adjustment": (
        {
            *("id", "plan_kind", "from", "document_vi", "document_en"),
            *("body_vi", "body_en", "citation", "mark"),
        },
        {"to", "note_vi", "note_en"},
    ),
    "target": ({"use", "old", "new", "from"}, {"to"}),
}
_LISTS: Final = {"basis", "planned", "needs", "decides", "matters"}
_FLAGS: Final = {"adjust", "catch_all"}
_DATES: Final = {"from", "to"}
_ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "verdict": VERDICTS,
    "after_lapse": VERDICTS,
    "use": USES,
    "basis": BASES,
    "needs": NEEDS,
    "mark": MARKS,
    "decides": MATTERS,
    "matters": MATTERS,
    "only_on": ("rice",),
    "beside": ("rice", "other"),
}


def check(kind: str, raw: Mapping[str, Any], file: str) -> None:
    """Refuse an entry of a rule file that lacks something, or says what cannot be meant.

    Raises
    ------
    RuleError
        With the entry's id and its file.
    """
    name = f"{kind.capitalize()} {raw.get('id', raw.get('use', '(no id)'))!r} in {file}"
    required, optional = KEYS[kind]
    for key in sorted(required):
        if key not in raw:
            raise RuleError(f"{name} lacks {key!r}; complete it.")
    for key, value in raw.items():
        if key not in required | optional:
            raise RuleError(f"{name} has the unknown key {key!r}; mend or drop it.")
        wanted = _wanted(kind, key)
        if not _is(value, wanted):
            raise RuleError(f"{name}: {key} = {value!r} is not {wanted}; mend it.")
        given = set(value) if isinstance(value, list) else {value}
        if key in _ALLOWED and (wrong := given - set(_ALLOWED[key])):
            raise RuleError(
                f"{name}: {key} {sorted(wrong)} is not one of {list(_ALLOWED[key])}; mend it."
            )
    if "to" in raw and raw["to"] < raw["from"]:
        raise RuleError(f"{name} ends before it begins; mend its dates.")
    _refuse_unknown_codes(kind, raw, name)


def _wanted(kind: str, key: str) -> str:
    """Say what a key must hold."""
    if key in _DATES:
        return "a date without quotation marks"
    if key in _FLAGS:
        return "true or false"
    if key == "lapse_years":
        return "a whole number above 0"
    listed = key in _LISTS or (key in {"use", "old", "new"} and kind != "target")
    return "a list of texts" if listed else "a text"


def _is(value: Any, wanted: str) -> bool:
    if wanted == "a date without quotation marks":
        return isinstance(value, date) and not isinstance(value, datetime)
    if wanted == "true or false":
        return isinstance(value, bool)
    if wanted == "a whole number above 0":
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    if wanted == "a list of texts":
        return isinstance(value, list) and bool(value) and all(_is(one, "a text") for one in value)
    return isinstance(value, str) and bool(value.strip())


def _refuse_unknown_codes(kind: str, raw: Mapping[str, Any], name: str) -> None:
    if kind == "rule" and not {"old", "new"} & set(raw):
        raise RuleError(f"{name} names no code, neither old nor new; complete it.")
    for key, tables in (("old", (OLD_TABLE,)), ("new", (NEW_TABLE,)), ("planned", codes.TABLES)):
        given = raw.get(key, [])
        listed = given if isinstance(given, list) else [given]
        held = {code for table in tables for code in codes.code_table(table)}
        any_code = {ANY} if raw.get("catch_all") else set()
        if wrong := set(listed) - held - any_code:
            raise RuleError(
                f"{name}: {key} {sorted(wrong)} is not in the code table {' or '.join(tables)}; "
                "mend it."
            )


def as_rule(raw: Mapping[str, Any], *, about_data: bool = False) -> Rule:
    """Return a checked entry as a rule."""
    pairs = ((OLD_TABLE, raw.get("old")), (NEW_TABLE, raw.get("new")))
    return Rule(
        id=raw["id"],
        verdict=raw["verdict"],
        procedure_vi=raw["procedure_vi"],
        procedure_en=raw["procedure_en"],
        citation=raw.get("citation", ""),
        mark=raw.get("mark", "I"),
        use=tuple(raw.get("use", ())),
        codes={table: tuple(listed) for table, listed in pairs if listed},
        basis=tuple(raw.get("basis", BASES)),
        planned=tuple(raw.get("planned", ())),
        start=raw.get("from", FIRST_DAY),
        end=raw.get("to", OPEN_END),
        needs=tuple(raw.get("needs", ())),
        decides=tuple(raw.get("decides", ())),
        beside=raw.get("beside"),
        adjust=raw.get("adjust", False),
        catch_all=raw.get("catch_all", False),
        about_data=about_data,
    )


def as_constraint(raw: Mapping[str, Any]) -> ConstraintRule:
    """Return a checked entry as what a kind of constraint means."""
    rule = as_rule(raw)
    return ConstraintRule(
        rule=rule,
        kind=raw["kind"],
        only_on_rice=raw.get("only_on") == "rice",
        lapse_years=raw.get("lapse_years"),
        # whether a limit lapsed is worked out from its date alone: nobody has verified it
        lapsed=replace(
            rule,
            id=f"{rule.id}.lapsed",
            verdict=raw.get("after_lapse", rule.verdict),
            mark="I",
        ),
    )


def as_authority(raw: Mapping[str, Any]) -> Authority:
    """Return a checked entry as who decides a matter."""
    return Authority(
        id=raw["id"],
        matters=tuple(raw["matters"]),
        start=raw["from"],
        end=raw.get("to", OPEN_END),
        body_vi=raw["body_vi"],
        body_en=raw["body_en"],
        citation=raw["citation"],
        mark=raw["mark"],
        verdict=raw.get("verdict"),
    )


def as_plan_adjustment(raw: Mapping[str, Any]) -> PlanAdjustment:
    """Return a checked entry as which document can change a kind of plan."""
    return PlanAdjustment(
        id=raw["id"],
        plan_kind=raw["plan_kind"],
        start=raw["from"],
        end=raw.get("to", OPEN_END),
        document_vi=raw["document_vi"],
        document_en=raw["document_en"],
        body_vi=raw["body_vi"],
        body_en=raw["body_en"],
        citation=raw["citation"],
        mark=raw["mark"],
        note_vi=raw.get("note_vi", ""),
        note_en=raw.get("note_en", ""),
    )


def as_target(raw: Mapping[str, Any]) -> Target:
    """Return a checked entry as the code that a use needs."""
    listed = {OLD_TABLE: raw["old"], NEW_TABLE: raw["new"]}
    return Target(use=raw["use"], start=raw["from"], end=raw.get("to", OPEN_END), codes=listed)
