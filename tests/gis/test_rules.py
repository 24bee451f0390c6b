"""The dated rules: complete, unambiguous, and what the sources' table says."""

import sys
import tomllib
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import codes, rules, shipped
from gis.errors import RuleError

OLD, NEW = codes.TABLES
TABLE_KEY = {OLD: "old", NEW: "new"}
TODAY = date(2026, 6, 1)
LAST_DAY = date(2030, 12, 31)
#: Bare rock, unused water, recovered land without a user, coastal water: no source speaks of them.
CATCH_ALL_CODES = {"NCS", "CGT", "MCS", "MVB", "MVT", "MVR", "MVK"}
CODES = [(code, table) for table in codes.TABLES for code in codes.code_table(table)]


def raw_entries(kind):
    folder = shipped.path("reference", "rules")
    return [
        entry
        for file in sorted(folder.glob("*.toml"))
        for entry in tomllib.loads(file.read_text(encoding="utf-8")).get(kind, [])
    ]


RAW = raw_entries("rule")


@pytest.fixture(scope="module")
def ruleset():
    return rules.shipped_rules()


def look(ruleset, use, code, table=OLD, *, day=TODAY, basis="current", **known):
    neighbour = rules.Neighbour(**known)
    return ruleset.lookup(use, code, table, day=day, basis=basis, neighbour=neighbour)


# --- every case has one answer ----------------------------------------------------------------


def boundary_days():
    """Every day on which a rule begins or ends, the days around it, and the ends of the span."""
    edges = {entry[key] for entry in RAW for key in ("from", "to") if key in entry}
    days = {edge + timedelta(shift) for edge in edges for shift in (-1, 0, 1)}
    return sorted(
        day for day in days | {rules.FIRST_DAY, LAST_DAY} if rules.FIRST_DAY <= day <= LAST_DAY
    )


def by_hand(candidates, basis, day, planned, beside):
    """Answer from the raw entries by counting: the id, and whether the catch-all spoke."""
    speaking = [
        entry
        for entry in candidates
        if basis in entry.get("basis", rules.BASES)
        and entry.get("beside", beside) == beside
        and entry["from"] <= day <= entry.get("to", date.max)
    ]
    special = [entry for entry in speaking if planned in entry.get("planned", ())]
    general = [entry for entry in speaking if "planned" not in entry and "catch_all" not in entry]
    last = [entry for entry in speaking if "catch_all" in entry]
    assert len(special) <= 1
    assert len(general) <= 1
    assert len(last) == 1
    (answer,) = special or general or last
    return answer["id"], "catch_all" in answer


def candidates_of(use, code, table):
    return [
        entry
        for entry in RAW
        if use in entry["use"] and {code, "*"} & set(entry.get(TABLE_KEY[table], ()))
    ]


def test_every_case_of_2021_to_2030_finds_exactly_one_rule(ruleset, capsys):
    asked, caught, codes_caught = 0, 0, set()
    for use, (code, table) in product(rules.USES, CODES):
        candidates = candidates_of(use, code, table)
        for basis, day, planned, beside in product(
            rules.BASES, boundary_days(), (None, "CLN", "SKC"), ("rice", "other")
        ):
            expected, last = by_hand(candidates, basis, day, planned, beside)
            known = {"planned": planned, "beside": beside}
            found = look(ruleset, use, code, table, day=day, basis=basis, **known)
            assert found.id == expected, (use, code, table, basis, day, known)
            asked += 1
            caught += last
            if last:
                codes_caught.add(code)
    share = caught / asked
    with capsys.disabled():
        sys.stdout.write(f"[catch-all answers {share:.1%} of {asked:,} cases] ")
    assert codes_caught == CATCH_ALL_CODES
    assert share < 0.06


def test_between_two_boundaries_nothing_changes():
    # so that the days around them stand for all days
    days = boundary_days()
    starts = {entry["from"] for entry in RAW} | {
        entry["to"] + timedelta(1) for entry in RAW if "to" in entry
    }
    gaps = pairwise(days)
    assert not [start for left, right in gaps for start in starts if left < start < right]


@given(
    use=st.sampled_from(rules.USES),
    place=st.sampled_from(CODES),
    basis=st.sampled_from(rules.BASES),
    day=st.dates(rules.FIRST_DAY, LAST_DAY),
    planned=st.sampled_from([None, *codes.code_table(NEW)]),
    beside=st.sampled_from(["rice", "other"]),
)
def test_any_day_and_any_planned_code_find_the_rule_that_counting_finds(
    use, place, basis, day, planned, beside
):
    expected, _ = by_hand(candidates_of(use, *place), basis, day, planned, beside)
    known = {"planned": planned, "beside": beside}
    found = look(rules.shipped_rules(), use, *place, day=day, basis=basis, **known)
    assert found.id == expected


def test_codes_that_the_sources_leave_out_are_reviewed_by_a_rule_of_their_own(ruleset):
    left_out = [("LUA", OLD), ("LUA", NEW), ("CNT", NEW), ("RSN", OLD), ("RSN", NEW)]
    left_out += [("ODT", OLD), ("ODT", NEW)]
    for (code, table), use, day in product(left_out, rules.USES, boundary_days()):
        rule = look(ruleset, use, code, table, day=day)
        assert (rule.verdict, rule.catch_all) == ("review", False)


def test_before_the_first_day_and_for_an_unknown_use_there_is_no_answer(ruleset):
    with pytest.raises(RuleError, match="No rules are held for 2020-12-31; they begin on 2021-01"):
        look(ruleset, "annual_crop", "LUC", day=date(2020, 12, 31))
    with pytest.raises(RuleError, match="No rule answers fish_pond"):
        look(ruleset, "fish_pond", "LUC")
    with pytest.raises(RuleError, match="There is no rule 'x'"):
        ruleset.get("x")


# --- the sources' table -----------------------------------------------------------------------

# law.md C.5 by hand, at 2026-06-01: annual crops, perennials, clay pit, kiln. "No permission" and
# "fits" are fits; "permission", "conversion" and "fits if licence" are procedure.
C5 = [
    ("LUC", "procedure conflict procedure procedure"),
    ("LUK", "procedure procedure procedure procedure"),
    ("HNK BHK NHK", "fits fits procedure procedure"),
    ("CLN", "fits fits procedure procedure"),
    ("RSX", "procedure procedure procedure procedure"),
    ("RPH RDD", "conflict conflict conflict conflict"),
    ("NTS NKH LMU", "fits fits procedure procedure"),
    ("ONT", "review review conflict review"),
    ("SKX", "review review procedure fits"),
    ("SKS", "review review procedure review"),
    ("SKC", "review review review fits"),
    ("BCS DCS", "procedure procedure procedure procedure"),
    ("CQP CAN DGT DTL NTD DDD", "conflict conflict conflict conflict"),
]
C5_CELLS = [
    (code, use, verdict)
    for listed, verdicts in C5
    for code in listed.split()
    for use, verdict in zip(rules.USES, verdicts.split(), strict=True)
]


@pytest.mark.parametrize(("code", "use", "verdict"), C5_CELLS)
def test_each_cell_of_the_table_in_2026(ruleset, code, use, verdict):
    holding = [table for table in codes.TABLES if codes.lookup(code, table)]
    assert holding
    for table in holding:
        assert look(ruleset, use, code, table).verdict == verdict


@pytest.mark.parametrize(
    ("use", "code", "needs", "decides"),
    [
        ("annual_crop", "LUC", ("crop_conversion_plan",), ("crop_conversion",)),
        ("annual_crop", "LUK", ("crop_conversion_plan",), ("crop_conversion",)),
        (
            "perennial_crop",
            "LUK",
            ("perennial_species", "crop_conversion_plan"),
            ("crop_conversion",),
        ),
        ("perennial_crop", "LUC", (), ()),
        ("clay_pit", "LUC", (), ("conversion", "mineral_licence")),
        ("workshop", "LUK", (), ("conversion",)),
        ("clay_pit", "SKS", (), ("mineral_licence",)),
        ("workshop", "BCS", (), ("allocation",)),
        ("annual_crop", "DCS", (), ("allocation",)),
        ("perennial_crop", "RSX", (), ("conversion",)),
    ],
)
def test_what_a_verdict_depends_on_and_who_decides(ruleset, use, code, needs, decides):
    rule = look(ruleset, use, code)
    assert (rule.needs, rule.decides) == (needs, decides)


def test_lime_on_specialised_rice_land_is_open_only_where_the_plan_says_cln(ruleset):
    rule = look(ruleset, "perennial_crop", "LUC", planned="CLN")
    assert (rule.verdict, rule.decides) == ("procedure", ("conversion",))
    assert "121.1.a" in rule.citation
    for planned in (None, "LUC", "HNK"):
        assert look(ruleset, "perennial_crop", "LUC", planned=planned).verdict == "conflict"
    assert look(ruleset, "perennial_crop", "LUC", basis="planned", planned="CLN").id == (
        "plan.luc-for-perennial"
    )
    # other rice land is not treated worse: without the plan it still needs list and conversion plan
    assert look(ruleset, "perennial_crop", "LUK", planned="CLN").needs == ()


def test_a_crop_conversion_asks_for_no_change_of_plan(ruleset):
    for code, day in product(("LUC", "LUK", "LUN"), boundary_days()):
        assert not look(ruleset, "annual_crop", code, day=day).adjust


@pytest.mark.parametrize(
    ("use", "listed", "beside", "verdict", "adjust"),
    [
        # rice stays rice under crop conversion; other land that the plan makes rice does not fit
        ("annual_crop", "LUC LUK LUN", "rice", "fits", False),
        ("annual_crop", "LUC LUK LUN", "other", "review", True),
        ("perennial_crop", "LUK LUN", "rice", "fits", False),
        ("perennial_crop", "LUK LUN", "other", "review", True),
        ("perennial_crop", "LUC", "rice", "conflict", True),
        ("perennial_crop", "LUC", "other", "conflict", True),
        # the plan provides for the use, or for farming that needs no permission
        ("annual_crop", "HNK BHK NHK CLN NTS NKH LMU", "other", "fits", False),
        ("perennial_crop", "CLN HNK BHK NHK NTS NKH LMU", "other", "fits", False),
        ("workshop", "SKC SKX", "other", "fits", False),
        ("clay_pit", "SKX SKS", "other", "procedure", False),
        # the plan must change first
        ("annual_crop", "RSX RST BCS DCS", "other", "procedure", True),
        ("perennial_crop", "RSX RSM BCS", "other", "procedure", True),
        ("clay_pit", "LUC LUK HNK CLN RSX NTS BCS", "rice", "procedure", True),
        ("workshop", "LUC LUK HNK CLN RSX NTS DCS", "other", "procedure", True),
        ("annual_crop", "RPH RDD DGT CQP NTD SKK", "other", "conflict", True),
        ("clay_pit", "RPH ONT SON", "other", "conflict", True),
    ],
)
def test_what_a_planned_code_means(ruleset, use, listed, beside, verdict, adjust):
    for code in listed.split():
        rule = look(ruleset, use, code, basis="planned", beside=beside)
        assert (rule.verdict, rule.adjust) == (verdict, adjust), code


LAND_LAW_2013 = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("use", "listed", "verdict", "citation"),
    [
        # a) rice to perennials; rice to other annual crops: no permission, only a registration
        ("perennial_crop", "LUC LUK LUN", "procedure", "Luật Đất đai 2013 Điều 57.1.a"),
        ("annual_crop", "LUC LUK LUN", "procedure", "Nghị định 94/2019/NĐ-CP Điều 13"),
        # c) forest to another agricultural use
        ("annual_crop", "RSX RST RSM", "procedure", "Luật Đất đai 2013 Điều 57.1.c"),
        ("perennial_crop", "RSX", "procedure", "Luật Đất đai 2013 Điều 57.1.c"),
        # d) agricultural to non-agricultural
        ("clay_pit", "LUC LUK HNK BHK NHK CLN RSX NTS", "procedure", "Điều 57.1.d"),
        ("workshop", "LUC LUK HNK BHK NHK CLN RSX LMU", "procedure", "Điều 57.1.d"),
        # not among the cases of 57.1
        ("annual_crop", "CLN NTS NKH LMU", "fits", "Luật Đất đai 2013 Điều 57.1"),
        ("perennial_crop", "BHK NHK HNK NTS", "fits", "Luật Đất đai 2013 Điều 57.1"),
        # the type of its own for pottery
        ("clay_pit", "SKX", "procedure", "Luật Đất đai 2013 Điều 154"),
        ("workshop", "SKX", "fits", "Luật Đất đai 2013 Điều 154"),
        ("annual_crop", "RPH RDD", "conflict", "Luật Đất đai 2013"),
    ],
)
def test_under_the_land_law_of_2013(ruleset, use, listed, verdict, citation):
    for code in listed.split():
        rule = look(ruleset, use, code, day=LAND_LAW_2013)
        assert rule.verdict == verdict
        assert citation in rule.citation
        assert "2024" not in rule.citation


#: First day of each act that is cited, from law.md; a citation before it would be untrue.
FIRST_DAYS = {
    "Luật Đất đai 2024": date(2024, 8, 1),
    "Nghị định 102/2024": date(2024, 8, 1),
    "Nghị định 112/2024": date(2024, 9, 11),
    "Nghị định 151/2025": date(2025, 7, 1),
    "54/2024/QH15": date(2025, 7, 1),
    "Nghị định 226/2025": date(2025, 8, 15),
    "Nghị quyết 254/2025/QH15 Điều 12": date(2025, 12, 11),
    "48/2025/QĐ-UBND": date(2025, 12, 16),
    "Nghị quyết 254/2025/QH15 Điều 4.3": date(2026, 1, 1),
    "Nghị định 49/2026": date(2026, 1, 31),
}


def test_nothing_cites_an_act_before_its_first_day_nor_the_old_law_after_its_last(ruleset):
    places = [entry.rule for entry in ruleset.constraints]
    cited = [*ruleset.rules, *places, *ruleset.authorities, *ruleset.plan_adjustments]
    for entry in cited:
        for act, first in FIRST_DAYS.items():
            assert act not in entry.citation or entry.start >= first, (entry.id, act)
        if entry.end > date(2024, 7, 31):
            assert "Luật Đất đai 2013" not in entry.citation, entry.id


@pytest.mark.parametrize("use", rules.USES)
def test_the_law_on_change_of_purpose_speaks_of_the_land_that_is_there(ruleset, use):
    # what the plan says can only ask for a change of the plan, never for a permission
    for (code, table), day in product(CODES, boundary_days()):
        for beside in ("rice", "other"):
            rule = look(ruleset, use, code, table, day=day, basis="planned", beside=beside)
            assert not set(rule.decides) & {"conversion", "allocation", "crop_conversion"}
            assert not rule.needs


# --- days on which the law changed --------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "use", "code", "before", "after"),
    [
        (date(2024, 7, 31), "workshop", "HNK", "2013 Điều 57.1.d", "2024 Điều 121.1.b"),
        (date(2024, 7, 31), "perennial_crop", "LUC", "2013 Điều 57.1.a", "2024 Điều 121.1.a"),
        (date(2024, 7, 31), "annual_crop", "RSX", "2013 Điều 57.1.c", "2024 Điều 121.1.a"),
        (date(2024, 7, 31), "clay_pit", "SKX", "2013 Điều 154", "2024 Điều 205"),
        (date(2024, 9, 10), "annual_crop", "LUC", "94/2019", "112/2024"),
        (date(2024, 9, 10), "perennial_crop", "LUK", "121.1.a", "112/2024"),
        (date(2025, 8, 14), "annual_crop", "LUK", "Điều 6.1", "226/2025"),
        (date(2025, 8, 14), "perennial_crop", "LUK", "Điều 6.1", "226/2025"),
        (date(2025, 12, 31), "workshop", "LUC", "Điều 122.1", "254/2025/QH15 Điều 4.3"),
        (date(2025, 12, 31), "clay_pit", "LUK", "Điều 122.1", "254/2025/QH15 Điều 4.3"),
        (date(2025, 12, 31), "annual_crop", "RSX", "Điều 122.1", "254/2025/QH15 Điều 4.3"),
    ],
)
def test_a_day_on_which_the_citation_changes(ruleset, last_day, use, code, before, after):
    ending = look(ruleset, use, code, day=last_day)
    beginning = look(ruleset, use, code, day=last_day + timedelta(1))
    assert before in ending.citation
    assert after not in ending.citation
    assert after in beginning.citation


def test_lime_on_specialised_rice_land_is_refused_from_11_september_2024(ruleset):
    assert look(ruleset, "perennial_crop", "LUC", day=date(2024, 9, 10)).verdict == "procedure"
    assert look(ruleset, "perennial_crop", "LUC", day=date(2024, 9, 11)).verdict == "conflict"


@pytest.mark.parametrize(
    ("last_day", "matter", "before", "after"),
    [
        (date(2024, 7, 31), "conversion", "2013", "2024 Điều 123"),
        (date(2025, 6, 30), "conversion", "2024 Điều 123", "151/2025/NĐ-CP Điều 5"),
        (date(2026, 1, 30), "conversion", "151/2025/NĐ-CP Điều 5", "49/2026/NĐ-CP Điều 14.1"),
        (date(2026, 1, 30), "allocation", "151/2025/NĐ-CP Điều 5", "49/2026/NĐ-CP Điều 14.1"),
        (date(2027, 2, 28), "conversion", "Điều 14.1", "Điều 18.1"),
        (date(2024, 9, 10), "crop_conversion", "94/2019", "112/2024"),
        (date(2025, 8, 14), "crop_conversion", "112/2024", "226/2025"),
    ],
)
def test_a_day_on_which_the_deciding_body_changes(ruleset, last_day, matter, before, after):
    ending = ruleset.authority(matter, last_day)
    beginning = ruleset.authority(matter, last_day + timedelta(1))
    assert before in ending.citation
    assert after in beginning.citation
    assert ending.body_vi != beginning.body_vi


def test_who_decides_on_conversions_is_open_from_march_2027(ruleset):
    assert ruleset.authority("conversion", date(2027, 2, 28)).verdict is None
    assert ruleset.authority("conversion", date(2027, 3, 1)).verdict == "review"
    assert ruleset.authority("crop_conversion", date(2027, 3, 1)).verdict is None


def test_every_matter_has_one_body_on_every_day(ruleset):
    matters = {matter for rule in ruleset.rules for matter in rule.decides}
    assert matters == {"conversion", "allocation", "crop_conversion", "mineral_licence"}
    for matter, day in product(matters, boundary_days()):
        speaking = [
            entry
            for entry in raw_entries("authority")
            if matter in entry["matters"] and entry["from"] <= day <= entry.get("to", date.max)
        ]
        assert [entry["id"] for entry in speaking] == [ruleset.authority(matter, day).id]


def test_district_plans_are_changed_until_10_december_2025(ruleset):
    def document(day):
        return ruleset.plan_adjustment("land_use_plan", day).document_en

    assert "adjustment of the district land-use plan" in document(date(2025, 6, 30))
    assert "district land-use plan 2021-2030 approved before" in document(date(2025, 12, 10))
    assert document(date(2025, 12, 11)).startswith("adjusted provincial plan")
    assert "commune general plan" in document(date(2025, 12, 11))
    change = ruleset.plan_adjustment("land_use_plan", date(2025, 12, 11))
    assert "254/2025/QH15 Điều 12.3.b" in change.citation
    assert ruleset.plan_adjustment("general_plan", TODAY).document_vi.startswith("điều chỉnh quy")
    assert ruleset.plan_adjustment("national_plan", TODAY) is None


def test_a_pit_needs_skx_in_old_plans_until_the_type_was_dropped(ruleset):
    assert ruleset.target_code("clay_pit", OLD, date(2024, 7, 31)) == "SKX"
    assert ruleset.target_code("clay_pit", OLD, date(2024, 8, 1)) == "SKS"
    assert {ruleset.target_code("clay_pit", NEW, day) for day in boundary_days()} == {"SKS"}
    wanted = {"annual_crop": "HNK", "perennial_crop": "CLN", "workshop": "SKC"}
    for (use, code), table in product(wanted.items(), codes.TABLES):
        assert ruleset.target_code(use, table, TODAY) == code
    assert ruleset.target_code("annual_crop", "qhc", TODAY) is None
    assert ruleset.target_code("fish_pond", OLD, TODAY) is None


# --- constraints --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "verdict"),
    [
        ("annual_crop", "procedure"),
        ("perennial_crop", "conflict"),
        ("clay_pit", "review"),
        ("workshop", "conflict"),
    ],
)
def test_land_in_an_annual_plan(ruleset, use, verdict):
    def entry(day):
        return ruleset.constraint("annual_plan_project", use, day=day, on_rice=False)

    assert entry(date(2024, 7, 31)) is None
    assert entry(date(2024, 8, 1)).rule.verdict == verdict
    assert "76.6" in entry(TODAY).rule.citation
    lapses = verdict == "conflict"
    assert (entry(TODAY).lapse_years, entry(TODAY).lapsed.verdict) == (
        (2, "review") if lapses else (None, verdict)
    )
    assert not entry(TODAY).lapsed.verified


def test_the_high_quality_rice_zone_speaks_of_crops_on_rice_land_alone(ruleset):
    def entry(use, day=TODAY, *, on_rice=True):
        return ruleset.constraint("high_quality_rice_zone", use, day=day, on_rice=on_rice)

    assert entry("annual_crop").rule.verdict == entry("perennial_crop").rule.verdict == "conflict"
    assert entry("annual_crop", date(2024, 9, 10)) is None
    assert entry("annual_crop", date(2024, 9, 11)) is not None
    assert entry("annual_crop", on_rice=False) is None
    assert entry("workshop") is None


def test_an_effect_is_read_from_the_layer_where_no_rule_knows_the_kind(ruleset):
    assert ruleset.constraint("relic", "workshop", day=TODAY, on_rice=False) is None
    assert ruleset.effect("block").verdict == "conflict"
    assert ruleset.effect("flag").verdict == "procedure"
    assert ruleset.effect("").id == "data.unknown-constraint"


# --- what every entry says ----------------------------------------------------------------------


def test_every_rule_says_what_to_do_in_two_languages_and_why(ruleset):
    for rule in (*ruleset.rules, *(entry.rule for entry in ruleset.constraints)):
        assert rule.procedure("vi").endswith(".")
        assert rule.procedure("en").endswith(".")
        assert rule.procedure("vi") != rule.procedure("en")
        assert rule.citation
        assert rule.use
        assert rule.start >= rules.FIRST_DAY


def test_only_what_was_read_in_the_text_itself_is_verified(ruleset):
    marks = {entry["id"]: entry["mark"] for entry in RAW + raw_entries("constraint")}
    assert set(marks.values()) == {"V", "V2", "I"}
    assert {rule_id for rule_id, mark in marks.items() if mark == "V"} == {
        rule_id for rule_id in marks if ruleset.get(rule_id).verified
    }
    # law.md C.2: only a law portal's summary of the decree was read
    assert not ruleset.get("nd112-2024.6.perennial-on-luc").verified


def test_a_rule_that_decides_on_what_was_not_read_does_not_pass_for_law(ruleset):
    for entry in raw_entries("data"):
        assert not ruleset.data(entry["id"]).verified
        assert ruleset.data(entry["id"]).about_data


def test_the_worst_verdict_is_the_last_of_the_list():
    assert rules.worst(["fits", "review", "procedure"]) == "review"
    assert rules.worst(["conflict", "outside"]) == "conflict"
    assert rules.worst(rules.VERDICTS) == "conflict"
    assert rules.worst(["fits"]) == "fits"
