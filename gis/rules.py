"""Dated rules: load, pick by date, look up.

Law is data. The files of ``data/reference/rules`` say what a use means on a land-use code between
two dates; this module reads them, refuses sets that contradict themselves, and answers look-ups.
Nothing here knows geometry.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from gis import rule_entries, shipped
from gis.errors import RuleError
from gis.rule_entries import (
    BASES,
    FIRST_DAY,
    USES,
    VERDICTS,
    Authority,
    Basis,
    ConstraintRule,
    PlanAdjustment,
    Rule,
    worst,
)

__all__ = [
    "BASES",
    "FIRST_DAY",
    "USES",
    "VERDICTS",
    "Authority",
    "Basis",
    "ConstraintRule",
    "Neighbour",
    "PlanAdjustment",
    "Rule",
    "RuleSet",
    "load",
    "shipped_rules",
    "worst",
]


class _Dated(Protocol):
    """What holds from one day to another."""

    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What is known of a place besides the code that is looked up.

    Attributes
    ----------
    planned
        The planned code, for a look-up on present use.
    beside
        ``rice`` or ``other`` land at present, for a look-up on a planned code.
    """

    planned: str | None = None
    beside: str = "rice"


NO_NEIGHBOUR: Final = Neighbour()


class RuleSet:
    """All rules, checked for overlaps, with look-ups by date.

    Parameters
    ----------
    documents
        Parsed rule files by name.

    Raises
    ------
    RuleError
        When two rules answer one case, or an entry is malformed; both are named.
    """

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self.version = _fingerprint(documents)
        entries = _checked_entries(documents)
        self.rules = tuple(rule_entries.as_rule(raw) for raw in entries["rule"])
        self.constraints = tuple(rule_entries.as_constraint(raw) for raw in entries["constraint"])
        self.authorities = tuple(rule_entries.as_authority(raw) for raw in entries["authority"])
        self.plan_adjustments = tuple(
            rule_entries.as_plan_adjustment(raw) for raw in entries["plan_adjustment"]
        )
        self._effects = _effects(entries["effect"])
        self._targets = tuple(rule_entries.as_target(raw) for raw in entries["target"])
        about_data = [rule_entries.as_rule(raw, about_data=True) for raw in entries["data"]]
        about_places = [rule for entry in self.constraints for rule in (entry.rule, entry.lapsed)]
        about_places += self._effects.values()
        self._by_id = {rule.id: rule for rule in (*self.rules, *about_places, *about_data)}
        self._index = _index(self.rules)
        self._catch_all = tuple(rule for rule in self.rules if rule.catch_all)
        _refuse_overlaps(self._index, self._catch_all)
        self._refuse_overlapping_entries()

    def _refuse_overlapping_entries(self) -> None:
        """Refuse what answers one question twice, apart from the rules on codes."""
        for one, other in _meeting(self.authorities):
            if shared := set(one.matters) & set(other.matters):
                raise RuleError(
                    f"Authorities {one.id!r} and {other.id!r} overlap for {sorted(shared)}; "
                    "mend their dates."
                )
        for left, right in _meeting(self.plan_adjustments):
            if left.plan_kind == right.plan_kind:
                raise RuleError(
                    f"Plan adjustments {left.id!r} and {right.id!r} overlap for "
                    f"{left.plan_kind!r}; mend their dates."
                )
        for before, after in _meeting(self._targets):
            if before.use == after.use:
                raise RuleError(
                    f"Targets of {before.use!r} from {before.start.isoformat()} and from "
                    f"{after.start.isoformat()} overlap; mend their dates."
                )
        _refuse_overlapping_constraints(self.constraints)

    def lookup(
        self,
        use: str,
        code: str,
        code_table: str,
        *,
        basis: Basis,
        day: date,
        neighbour: Neighbour = NO_NEIGHBOUR,
    ) -> Rule:
        """Return the one rule for a use on a code of a table, on a day.

        Parameters
        ----------
        neighbour
            What is known of the same place on the other basis.

        Raises
        ------
        RuleError
            When the day lies before the rules begin, or no rule answers.
        """
        if day < FIRST_DAY:
            raise RuleError(
                f"No rules are held for {day.isoformat()}; they begin on {FIRST_DAY.isoformat()}.",
                vi=f"Chưa có quy tắc cho ngày {day.isoformat()}; bộ quy tắc bắt đầu từ "
                f"{FIRST_DAY.isoformat()}.",
            )
        found: Rule | None = None
        for rule in self._index.get((use, basis, code_table, code), ()):
            if not rule.in_force(day):
                continue
            if rule.beside is not None and rule.beside != neighbour.beside:
                continue
            if rule.planned and neighbour.planned in rule.planned:
                return rule
            if not rule.planned:
                found = rule
        return found or self._fall_back(use, basis, code_table, day)

    def _fall_back(self, use: str, basis: Basis, code_table: str, day: date) -> Rule:
        for rule in self._catch_all:
            speaks = use in rule.use and basis in rule.basis and code_table in rule.codes
            if speaks and rule.in_force(day):
                return rule
        raise RuleError(
            f"No rule answers {use} in {code_table} on {day.isoformat()}.",
            vi=f"Không có quy tắc cho {use} theo bảng {code_table} ngày {day.isoformat()}.",
        )

    def constraint(self, kind: str, use: str, *, day: date, on_rice: bool) -> ConstraintRule | None:
        """Return the rule of a constraint's kind for a use on a day; none: its effect counts."""
        speaking = [
            entry
            for entry in self.constraints
            if entry.kind == kind and use in entry.rule.use and entry.rule.in_force(day)
            if on_rice or not entry.only_on_rice
        ]
        # what is said of rice land alone goes before what is said of all land
        return max(speaking, key=lambda entry: entry.only_on_rice, default=None)

    def effect(self, effect: str) -> Rule:
        """Return the rule of a constraint's declared effect, ``block`` or ``flag``."""
        return self._effects.get(effect) or self.data("data.unknown-constraint")

    def data(self, rule_id: str) -> Rule:
        """Return a rule about the data, for example ``data.outside-plan``."""
        return self.get(rule_id)

    def get(self, rule_id: str) -> Rule:
        """Return a rule by its id.

        Raises
        ------
        RuleError
            When there is none.
        """
        try:
            return self._by_id[rule_id]
        except KeyError:
            raise RuleError(
                f"There is no rule {rule_id!r}.", vi=f"Không có quy tắc {rule_id!r}."
            ) from None

    def authority(self, matter: str, day: date) -> Authority | None:
        """Return who decides a matter on a day, as the rule files know it."""
        for entry in self.authorities:
            if matter in entry.matters and entry.start <= day <= entry.end:
                return entry
        return None

    def plan_adjustment(self, plan_kind: str, day: date) -> PlanAdjustment | None:
        """Return which document can change a kind of plan on a day."""
        for entry in self.plan_adjustments:
            if entry.plan_kind == plan_kind and entry.start <= day <= entry.end:
                return entry
        return None

    def target_code(self, use: str, code_table: str, day: date) -> str | None:
        """Return the code that a use needs, in a code table, on a day."""
        for entry in self._targets:
            if entry.use == use and entry.start <= day <= entry.end:
                return entry.codes.get(code_table)
        return None


@lru_cache(maxsize=1)
def shipped_rules() -> RuleSet:
    """Return the rule set that ships with Vùng."""
    return load(shipped.path("reference", "rules"))


def load(folder: Path) -> RuleSet:
    """Read every ``*.toml`` of a folder as one rule set.

    Raises
    ------
    RuleError
        When a file is not TOML, or the rules contradict each other.
    """
    documents: dict[str, Mapping[str, Any]] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            documents[file.name] = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise RuleError(
                f"Rule file {file.name} cannot be read: {fault}; mend it.",
                vi=f"Không đọc được tệp quy tắc {file.name}: {fault}; hãy sửa tệp.",
            ) from None
    if not documents:
        raise RuleError(
            f"Folder {folder} holds no rule file (*.toml).",
            vi=f"Thư mục {folder} không có tệp quy tắc nào (*.toml).",
        )
    return RuleSet(documents)


def _fingerprint(documents: Mapping[str, Mapping[str, Any]]) -> str:
    text = repr([(name, documents[name]) for name in sorted(documents)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _checked_entries(
    documents: Mapping[str, Mapping[str, Any]],
) -> dict[str, list[dict[str, Any]]]:
    """Entries of all files by kind, each checked, no two of one id."""
    entries: dict[str, list[dict[str, Any]]] = {kind: [] for kind in rule_entries.KEYS}
    file_of: dict[str, str] = {}
    for file, document in documents.items():
        for kind, listed in document.items():
            if kind not in entries or not isinstance(listed, list):
                raise RuleError(
                    f"Rule file {file} holds {kind!r}, which is no list of "
                    f"{', '.join(entries)}; mend it."
                )
            for raw in listed:
                rule_entries.check(kind, raw, file)
                entries[kind].append(raw)
                name = raw.get("id")
                if name in file_of:
                    raise RuleError(
                        f"Rules {name!r} in {file_of[name]} and {name!r} in {file} have one id; "
                        "rename one."
                    )
                if name is not None:
                    file_of[name] = file
    return entries


def _effects(entries: Iterable[Mapping[str, Any]]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for raw in entries:
        rule = rule_entries.as_rule(raw)
        if (other := found.get(raw["effect"])) is not None:
            raise RuleError(
                f"Rules {other.id!r} and {rule.id!r} overlap for the effect {raw['effect']!r}; "
                "drop one."
            )
        found[raw["effect"]] = rule
    return found


_Index = dict[tuple[str, Basis, str, str], list[Rule]]


def _index(rules: Iterable[Rule]) -> _Index:
    index: _Index = {}
    for rule in rules:
        if rule.catch_all:
            continue
        for use in rule.use:
            for basis in rule.basis:
                for table, codes in rule.codes.items():
                    for code in codes:
                        index.setdefault((use, basis, table, code), []).append(rule)
    return index


def _refuse_overlaps(index: _Index, catch_all: tuple[Rule, ...]) -> None:
    for (use, basis, table, code), rules in index.items():
        for one, other in _clashes(rules):
            raise RuleError(_clash_sentence(one, other, f"{use} on {basis} {code} of {table}"))
    for one, other in _clashes(catch_all):
        tables = set(one.codes) & set(other.codes)
        if tables and set(one.use) & set(other.use) and set(one.basis) & set(other.basis):
            raise RuleError(_clash_sentence(one, other, "codes without a rule of their own"))


_D = TypeVar("_D", bound=_Dated)


def _meeting(entries: Sequence[_D]) -> Iterator[tuple[_D, _D]]:
    """Pairs of entries that hold on a common day."""
    for at, one in enumerate(entries):
        for other in entries[at + 1 :]:
            if one.start <= other.end and other.start <= one.end:
                yield one, other


def _clashes(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Rule]]:
    for one, other in _meeting(sorted(rules, key=lambda rule: (rule.start, rule.id))):
        # a rule beside rice land and one beside other land never meet
        if one.beside and other.beside and one.beside != other.beside:
            continue
        # a rule limited to planned codes goes before a general one; two such may not share any
        limited = bool(one.planned), bool(other.planned)
        if limited == (False, False) or set(one.planned) & set(other.planned):
            yield one, other


def _clash_sentence(one: Rule, other: Rule, case: str) -> str:
    kind = "overlap" if one.verdict == other.verdict else "contradict each other"
    return (
        f"Rules {one.id!r} ({one.verdict}) and {other.id!r} ({other.verdict}) {kind} "
        f"for {case} from {max(one.start, other.start).isoformat()}; mend their dates or codes."
    )


def _refuse_overlapping_constraints(constraints: tuple[ConstraintRule, ...]) -> None:
    for at, one in enumerate(constraints):
        for other in constraints[at + 1 :]:
            shared = one.kind == other.kind and set(one.rule.use) & set(other.rule.use)
            meet = one.rule.start <= other.rule.end and other.rule.start <= one.rule.end
            if shared and meet and one.only_on_rice == other.only_on_rice:
                raise RuleError(_clash_sentence(one.rule, other.rule, f"kind {one.kind!r}"))
