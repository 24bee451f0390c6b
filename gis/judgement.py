"""The law applied to one case: which rules speak, and what they say together.

A case is what all layers say of one place for one use. Many pieces share a case, so each case is
judged once. Nothing here knows geometry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from gis import codes
from gis.context import Context
from gis.rules import Authority, Basis, Neighbour, Rule, RuleSet, worst

#: Separates citations in one cell; legal citations use commas and semicolons themselves.
CITATION_JOIN: Final = " | "
#: Separates rule ids, and other values, in one cell.
RULE_JOIN: Final = ";"

Code = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Land:
    """What one land-use layer says of a place: codes with their tables, none where uncovered."""

    codes: tuple[Code, ...] = ()
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A constraint as the law sees it."""

    constraint_id: str
    kind: str
    effect: str
    name: str
    basis: str
    valid_from: str | None
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One use at one place; a layer is None where the study area lacks it.

    Attributes
    ----------
    conversion, species
        Rule ids of what the local decisions say, where a rule may ask for them.
    faulty
        Whether the zone's own ring was repaired.
    """

    use: str | None
    current: Land | None
    plan: Land | None
    general_plan: Land | None
    limits: tuple[Limit, ...] = ()
    conversion: str = "local.crop-conversion-plan.absent"
    species: str = "local.perennial-species.absent"
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A planned code that must change before the zone fits."""

    plan_kind: str
    from_code: str
    from_table: str
    to_code: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a case, with everything it rests on."""

    verdict: str
    rule_ids: tuple[str, ...]
    citation: str
    verified: bool
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(slots=True)
class _Findings:
    """Rules that speak in a case, in the order they were found, each once."""

    verdicts: dict[str, str] = field(default_factory=dict)
    citations: dict[str, None] = field(default_factory=dict)
    marks: list[bool] = field(default_factory=list)
    adjustments: dict[Adjustment, None] = field(default_factory=dict)

    def add(self, rule: Rule, *, verdict: str | None = None, citation: str | None = None) -> None:
        said = verdict or rule.verdict
        self.verdicts[rule.id] = worst([said, self.verdicts.get(rule.id, said)])
        if cited := citation or rule.citation:
            self.citations[cited] = None
        if not rule.about_data:
            self.marks.append(rule.verified)

    def add_authority(self, authority: Authority) -> None:
        self.verdicts[authority.id] = authority.verdict or "review"
        self.citations[authority.citation] = None

    def judgement(self) -> Judgement:
        return Judgement(
            verdict=worst(self.verdicts.values()),
            rule_ids=tuple(self.verdicts),
            citation=CITATION_JOIN.join(self.citations),
            verified=bool(self.marks) and all(self.marks),
            adjustments=tuple(self.adjustments),
        )


class Judge:
    """Judges cases in one context; each distinct case once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.ruleset: RuleSet = context.ruleset
        self.day: date = context.as_of
        self._known: dict[Case, Judgement] = {}

    def judge(self, case: Case) -> Judgement:
        """Return the verdict on a case and the rules it rests on."""
        if case not in self._known:
            self._known[case] = self._judge(case)
        return self._known[case]

    def needs(self, case: Case) -> frozenset[str]:
        """Return the local decisions that rules of this case ask for."""
        asked = {
            need
            for basis, code, neighbour in _readings(case, self.context)
            for need in self._rule(case.use, basis, code, neighbour).needs
        }
        return frozenset(asked)

    def _judge(self, case: Case) -> Judgement:
        found = _Findings()
        self._coverage(case, found)
        if case.use is None:
            found.add(self.ruleset.data("data.no-use"))
        for basis, code, neighbour in _readings(case, self.context):
            rule = self._rule(case.use, basis, code, neighbour)
            found.add(rule)
            self._local(rule, case, found)
            self._authority(rule, found)
        self._adjustments(case, found)
        for limit in case.limits:
            self._limit(limit, case, found)
        return found.judgement()

    def _coverage(self, case: Case, found: _Findings) -> None:
        """Note what is missing, doubled or faulty in the data itself."""
        plans = [land for land in (case.plan, case.general_plan) if land is not None]
        lands = [land for land in (case.current, *plans) if land is not None]
        if not lands:
            found.add(self.ruleset.data("data.no-land-use"))
        elif plans and not any(land.codes for land in plans):
            found.add(self.ruleset.data("data.outside-plan"))
        elif not plans and case.current is not None and not case.current.codes:
            found.add(self.ruleset.data("data.outside-current"))
        elif case.current is not None and not case.current.codes:
            found.add(self.ruleset.data("data.no-current"))
        if any(len(land.codes) > 1 for land in lands):
            found.add(self.ruleset.data("data.double-cover"))
        land_mended = any(land.faulty for land in lands)
        if case.faulty or land_mended or any(limit.faulty for limit in case.limits):
            found.add(self.ruleset.data("data.faulty-row"))

    def _rule(self, use: str | None, basis: Basis, code: Code, neighbour: Neighbour) -> Rule:
        name, table = code
        if name is None:
            return self.ruleset.data("data.unknown-code")
        if table not in codes.TABLES:
            return self.ruleset.data("data.legend-unmapped")
        if codes.lookup(name, table) is None:
            return self.ruleset.data(_odd_code(name, table))
        if use is None:
            return self.ruleset.data("data.no-use")
        return self.ruleset.lookup(use, name, table, basis=basis, day=self.day, neighbour=neighbour)

    def _local(self, rule: Rule, case: Case, found: _Findings) -> None:
        answers = {"crop_conversion_plan": case.conversion, "perennial_species": case.species}
        for need in rule.needs:
            found.add(self.ruleset.data(answers[need]))

    def _authority(self, rule: Rule, found: _Findings) -> None:
        """Turn into a review what a body decides that is not settled on the day."""
        for matter in rule.decides:
            authority = self.ruleset.authority(matter, self.day)
            if authority is None or authority.verdict is None:
                continue
            # what was delegated under an earlier body ended with it
            decided = self.context.decisions.delegate(matter, self.day, since=authority.start)
            if decided is None:
                found.add_authority(authority)

    def _adjustments(self, case: Case, found: _Findings) -> None:
        if case.use is None:
            return
        neighbour = Neighbour(beside=_beside(case))
        for kind, land in (("land_use_plan", case.plan), ("general_plan", case.general_plan)):
            # where a plan says two things, nobody knows which of them would have to change
            if land is None or len(land.codes) != 1:
                continue
            (code,) = land.codes
            meant = _meaning(code, self.context)
            rule = self._rule(case.use, "planned", meant, neighbour)
            target = self.ruleset.target_code(case.use, meant[1], self.day)
            if rule.adjust and code[0] is not None and target not in {None, meant[0]}:
                found.adjustments[Adjustment(kind, code[0], code[1], str(target))] = None

    def _limit(self, limit: Limit, case: Case, found: _Findings) -> None:
        on_rice = any(
            _is_rice(code) for basis, code, _ in _readings(case, self.context) if basis == "current"
        )
        use = case.use or ""
        entry = self.ruleset.constraint(limit.kind, use, day=self.day, on_rice=on_rice)
        if entry is None:
            basis = f"{limit.name}: {limit.basis}" if limit.basis else limit.name
            found.add(self.ruleset.effect(limit.effect), citation=basis or None)
        elif entry.lapse_years is not None and self._lapsed(limit, entry.lapse_years):
            found.add(entry.lapsed)
        else:
            found.add(entry.rule)

    def _lapsed(self, limit: Limit, years: int) -> bool:
        if limit.valid_from is None:
            return False
        start = date.fromisoformat(limit.valid_from)
        last_day = 28 if (start.month, start.day) == (2, 29) else start.day
        return self.day >= start.replace(year=start.year + years, day=last_day)


def _readings(case: Case, context: Context) -> Iterator[tuple[Basis, Code, Neighbour]]:
    """Every code that a case holds, on which basis, and what is known beside it.

    Where present use is not known, the planned code stands for it too.
    """
    present = Neighbour(planned=_planned_code(case, context))
    planned = Neighbour(beside=_beside(case))
    known = () if case.current is None else case.current.codes
    for code in known:
        yield "current", code, present
    for land in (case.plan, case.general_plan):
        for code in () if land is None else land.codes:
            meant = _meaning(code, context)
            if not known:
                yield "current", meant, present
            yield "planned", meant, planned


def _beside(case: Case) -> str:
    """Say whether present land is rice land; where it is not known, it may be."""
    known = () if case.current is None else case.current.codes
    return "rice" if not known or any(_is_rice(code) for code in known) else "other"


def _is_rice(code: Code) -> bool:
    name, table = code
    if name is None or table not in codes.TABLES or codes.lookup(name, table) is None:
        return False
    return codes.is_rice(name, table)


def _planned_code(case: Case, context: Context) -> str | None:
    """Return the planned code of a place where all plans agree on one."""
    named = {
        _meaning(code, context)[0]
        for land in (case.plan, case.general_plan)
        if land is not None
        for code in land.codes
    }
    return named.pop() if len(named) == 1 else None


def _meaning(code: Code, context: Context) -> Code:
    """Return the land-use code behind a general plan's symbol, where its legend says one."""
    name, table = code
    if name is None:
        return code
    return context.decisions.land_use_of(table, name) or code


def _odd_code(name: str, table: str) -> str:
    other = codes.OLD_TABLE if table == codes.NEW_TABLE else codes.NEW_TABLE
    if codes.outside(name) is not None:
        return "data.outside-code"
    if codes.lookup(name, other) is not None and other == codes.OLD_TABLE:
        return "data.no-successor" if not codes.successors(name).single else "data.unknown-code"
    return "data.unknown-code"


def distinct(pairs: Sequence[Code]) -> tuple[Code, ...]:
    """Distinct codes in a stable order; a missing code comes first."""
    return tuple(sorted(set(pairs), key=lambda pair: (pair[0] or "", pair[1])))
