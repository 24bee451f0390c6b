"""The law applied to one place: which rules speak together, and what they say."""

from datetime import date, timedelta
from itertools import permutations

import pandas as pd
import pytest

from gis import codes, rules
from gis.context import Context
from gis.decisions import Decisions
from gis.judgement import CITATION_JOIN, Adjustment, Case, Judge, Land, Limit, distinct

OLD, NEW = codes.TABLES
TODAY = date(2026, 6, 1)
NOWHERE = Land()
LEGEND = "qhc-test"


def land(*listed, table=OLD, faulty=False):
    return Land(tuple((code, table) for code in listed), faulty)


def limit(kind="relic", effect="flag", **changes):
    said = {"name": "Gò", "basis": "QĐ 1", "valid_from": None, **changes}
    return Limit(constraint_id="k1", kind=kind, effect=effect, **said)


def judge(use, *, day=TODAY, decisions=None, **said):
    """Judge a place; layers that are not named are missing."""
    context = Context(as_of=day, crs="EPSG:5898", decisions=decisions or Decisions())
    layers = {"current": None, "plan": None, "general_plan": None}
    return Judge(context).judge(Case(use=use, **{**layers, **said}))


# --- the worst of all that speaks ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "current", "plan", "verdict"),
    [
        ("annual_crop", "HNK", "HNK", "fits"),
        ("annual_crop", "CLN", "HNK", "fits"),
        ("workshop", "HNK", "SKC", "procedure"),
        ("workshop", "SKC", "HNK", "procedure"),
        ("annual_crop", "HNK", "SKC", "review"),
        ("annual_crop", "ONT", "HNK", "review"),
        ("annual_crop", "HNK", "DGT", "conflict"),
        ("annual_crop", "DGT", "HNK", "conflict"),
        ("perennial_crop", "RPH", "LUC", "conflict"),
    ],
)
def test_present_use_and_plan_are_judged_together(use, current, plan, verdict):
    assert judge(use, current=land(current), plan=land(plan)).verdict == verdict


@pytest.mark.parametrize("order", list(permutations(["HNK", "SKC", "DGT"])))
def test_the_worst_of_three_layers_counts_whichever_says_it(order):
    current, plan, general = map(land, order)
    found = judge("annual_crop", current=current, plan=plan, general_plan=general)
    assert found.verdict == "conflict"
    assert len(found.rule_ids) == 3


def test_a_verdict_names_each_rule_once_with_its_citation():
    found = judge("annual_crop", current=land("HNK"), plan=land("HNK"), general_plan=land("CLN"))
    assert found.rule_ids == (
        "nd102-2024.4.annual-on-annual-land",
        "ll2024.121-3.annual-no-permission",
    )
    assert found.citation.split(CITATION_JOIN) == [
        "Nghị định 102/2024/NĐ-CP Điều 4",
        "Luật Đất đai 2024 Điều 121.3",
    ]


def test_a_verdict_is_verified_only_when_every_rule_of_law_in_it_is():
    assert judge("annual_crop", current=land("HNK")).verified
    # V and I together
    assert not judge("annual_crop", current=land("HNK"), plan=land("CLN")).verified
    assert not judge("annual_crop", current=land("DGT")).verified
    # findings about the data are no law, and take nothing away
    assert judge("annual_crop", current=land("HNK"), plan=NOWHERE).verified
    assert not judge("annual_crop").verified


def test_equal_cases_are_judged_once():
    judge_of_day = Judge(Context(as_of=TODAY, crs="EPSG:5898"))
    case = Case(use="workshop", current=land("HNK"), plan=None, general_plan=None)
    twin = Case(use="workshop", current=land("HNK"), plan=None, general_plan=None)
    assert judge_of_day.judge(case) is judge_of_day.judge(twin)


# --- what the data do not say -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "verdict", "rule_id"),
    [
        ({}, "review", "data.no-land-use"),
        ({"current": NOWHERE}, "outside", "data.outside-current"),
        ({"plan": NOWHERE}, "outside", "data.outside-plan"),
        ({"plan": NOWHERE, "general_plan": NOWHERE}, "outside", "data.outside-plan"),
        ({"current": land("HNK"), "plan": NOWHERE}, "outside", "data.outside-plan"),
        ({"current": NOWHERE, "plan": NOWHERE}, "outside", "data.outside-plan"),
        ({"current": NOWHERE, "plan": land("HNK")}, "review", "data.no-current"),
        ({"current": NOWHERE, "general_plan": land("HNK")}, "review", "data.no-current"),
        ({"current": land("HNK", "CLN")}, "review", "data.double-cover"),
        ({"plan": land("HNK", "CLN")}, "review", "data.double-cover"),
        ({"current": land("HNK", faulty=True)}, "review", "data.faulty-row"),
        ({"plan": land("HNK", faulty=True)}, "review", "data.faulty-row"),
        ({"current": land("HNK"), "faulty": True}, "review", "data.faulty-row"),
        ({"current": land("HNK"), "limits": (limit(faulty=True),)}, "review", "data.faulty-row"),
    ],
)
def test_what_is_missing_or_faulty_is_said(said, verdict, rule_id):
    found = judge("annual_crop", **said)
    assert found.verdict == verdict
    assert rule_id in found.rule_ids


@pytest.mark.parametrize(
    "said",
    [
        {"current": land("HNK")},
        {"plan": land("HNK")},
        {"current": land("HNK"), "general_plan": land("HNK")},
        {"current": land("HNK"), "plan": NOWHERE, "general_plan": land("HNK")},
        {"current": land("HNK"), "plan": land("HNK"), "general_plan": NOWHERE},
    ],
)
def test_a_place_that_one_plan_or_present_use_covers_is_judged_on_that(said):
    found = judge("annual_crop", **said)
    assert found.verdict == "fits"
    assert not any(rule_id.startswith("data.") for rule_id in found.rule_ids)


@pytest.mark.parametrize(
    ("code", "table", "rule_id"),
    [
        ("XYZ", OLD, "data.unknown-code"),
        ("XYZ", NEW, "data.unknown-code"),
        (None, OLD, "data.unknown-code"),
        # a code of one table in a layer of the other
        ("CNT", OLD, "data.unknown-code"),
        ("BHK", NEW, "data.unknown-code"),
        ("SKX", NEW, "data.no-successor"),
        ("DTS", NEW, "data.no-successor"),
        # planning and legacy codes of neither table
        ("DHT", OLD, "data.outside-code"),
        ("KCN", OLD, "data.outside-code"),
        ("LNQ", OLD, "data.outside-code"),
        ("DHT", NEW, "data.outside-code"),
        ("GT", LEGEND, "data.legend-unmapped"),
    ],
)
@pytest.mark.parametrize("layer", ["current", "plan", "general_plan"])
def test_a_code_that_cannot_be_read_asks_for_review(code, table, rule_id, layer):
    for use in rules.USES:
        found = judge(use, **{layer: land(code, table=table)})
        assert (found.verdict, found.rule_ids) == ("review", (rule_id,))
        assert found.adjustments == ()


def test_the_old_pottery_land_is_judged_in_its_own_table():
    assert judge("clay_pit", plan=land("SKX")).verdict == "procedure"
    assert judge("workshop", plan=land("SKX")).verdict == "fits"


def test_double_cover_is_no_better_than_the_worst_of_its_codes():
    assert judge("annual_crop", current=land("DGT", "HNK")).verdict == "conflict"


def test_a_zone_without_use_is_reviewed_and_asks_for_no_change():
    found = judge(None, current=land("HNK"), plan=land("DGT"), limits=(limit(effect="flag"),))
    assert found.verdict == "review"
    assert "data.no-use" in found.rule_ids
    assert found.adjustments == ()
    assert judge(None, current=land("HNK"), limits=(limit(effect="block"),)).verdict == "conflict"


def test_codes_are_told_apart_with_their_tables():
    pairs = [("SKC", NEW), (None, OLD), ("SKC", OLD), ("CLN", NEW), ("SKC", NEW)]
    assert distinct(pairs) == ((None, OLD), ("CLN", NEW), ("SKC", NEW), ("SKC", OLD))


# --- rice and what the plan makes of it ---------------------------------------------------------


def test_lime_on_specialised_rice_land_waits_for_a_plan_that_says_cln():
    assert judge("perennial_crop", current=land("LUC"), plan=land("LUC")).verdict == "conflict"
    planned = judge("perennial_crop", current=land("LUC"), plan=land("CLN"))
    assert planned.verdict == "procedure"
    assert "nq254-2025.4-3.perennial-on-luc-planned-cln" in planned.rule_ids
    # where two plans disagree, no plan is the planned code
    split = judge("perennial_crop", current=land("LUC"), plan=land("CLN"), general_plan=land("LUK"))
    assert split.verdict == "conflict"


# --- constraints --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "verdict", "rule_id"),
    [
        ("block", "conflict", "constraint.block"),
        ("flag", "procedure", "constraint.flag"),
        ("", "review", "data.unknown-constraint"),
        ("maybe", "review", "data.unknown-constraint"),
    ],
)
def test_a_constraint_of_a_kind_without_rule_counts_by_its_effect(effect, verdict, rule_id):
    found = judge("annual_crop", current=land("HNK"), limits=(limit(effect=effect),))
    assert found.verdict == verdict
    assert rule_id in found.rule_ids
    assert found.citation.split(CITATION_JOIN)[-1] == "Gò: QĐ 1"


def test_a_constraint_without_basis_is_cited_by_its_name():
    found = judge("annual_crop", current=land("HNK"), limits=(limit(basis=""),))
    assert found.citation.split(CITATION_JOIN)[-1] == "Gò"


def annual_plan(start):
    return limit("annual_plan_project", valid_from=start)


@pytest.mark.parametrize(
    ("start", "first_free_day"),
    [
        ("2024-09-01", date(2026, 9, 1)),
        ("2024-12-31", date(2026, 12, 31)),
        ("2025-03-01", date(2027, 3, 1)),
        # no 29 February two years later: the last day of that month
        ("2024-02-29", date(2026, 2, 28)),
    ],
)
@pytest.mark.parametrize("use", ["perennial_crop", "workshop"])
def test_the_limit_of_an_annual_plan_lapses_after_two_years(start, first_free_day, use):
    said = {"current": land("CLN"), "limits": (annual_plan(start),)}
    # a settled decider, so that nothing else changes on these days
    signer = Decisions(delegations=delegation("conversion"))
    last = judge(use, day=first_free_day - timedelta(1), decisions=signer, **said)
    assert last.verdict == "conflict"
    lapsed = judge(use, day=first_free_day, decisions=signer, **said)
    assert lapsed.verdict == "review"
    assert "76.7" in lapsed.citation


def test_the_limit_of_an_annual_plan_differs_by_use_and_starts_with_the_law():
    said = {"current": land("HNK"), "limits": (annual_plan("2025-06-01"),)}
    assert judge("annual_crop", **said).verdict == "procedure"
    assert judge("clay_pit", **said).verdict == "review"
    assert judge("perennial_crop", **said).verdict == "conflict"
    # before the law of 2024 the layer's own effect counts
    early = judge("perennial_crop", day=date(2024, 7, 31), **said)
    assert "constraint.flag" in early.rule_ids


def test_a_limit_without_a_beginning_does_not_lapse():
    said = {"current": land("CLN"), "limits": (annual_plan(None),)}
    assert judge("perennial_crop", day=date(2030, 1, 1), **said).verdict == "conflict"


def test_no_crop_conversion_inside_a_high_quality_rice_zone():
    zone = (limit("high_quality_rice_zone"),)
    found = judge("annual_crop", current=land("LUC"), limits=zone)
    assert found.verdict == "conflict"
    assert "nd112-2024.6.crops-in-high-quality-rice-zone" in found.rule_ids
    day_before = judge("annual_crop", current=land("LUC"), limits=zone, day=date(2024, 9, 10))
    assert day_before.verdict == "procedure"
    # not on land that is no rice land, nor for a kiln
    assert judge("annual_crop", current=land("HNK"), limits=zone).verdict == "procedure"
    assert judge("workshop", current=land("LUC"), limits=zone).verdict == "procedure"
    # what the plan alone makes rice land is not converted, but the plan does not fit either
    planned = judge("annual_crop", current=land("HNK"), plan=land("LUK"), limits=zone)
    assert planned.verdict == "review"
    assert "plan.rice-beside-other-land" in planned.rule_ids
    # with a plan alone, its code stands for the land
    assert judge("annual_crop", plan=land("LUK"), limits=zone).verdict == "conflict"


# --- who decides --------------------------------------------------------------------------------


def delegation(matter, start="2021-01-01", end=None):
    row = {"matter": matter, "body_vi": "Sở", "body_en": "Office", "decision": "QĐ 9"}
    return pd.DataFrame([{**row, "valid_from": start, "valid_to": end}])


def test_a_permission_turns_into_a_review_when_nobody_is_known_to_give_it():
    last, first = date(2027, 2, 28), date(2027, 3, 1)
    assert judge("workshop", day=last, current=land("HNK")).verdict == "procedure"
    open_case = judge("workshop", day=first, current=land("HNK"))
    assert open_case.verdict == "review"
    assert "nd49-2026.ended" in open_case.rule_ids
    assert "Nghị định 49/2026/NĐ-CP" in open_case.citation
    # allocation of unused land is decided by the same body
    assert judge("annual_crop", day=first, current=land("BCS")).verdict == "review"
    # what needs no permission, or another body's, stays as it was
    assert judge("annual_crop", day=first, current=land("HNK")).verdict == "fits"
    assert judge("clay_pit", day=first, current=land("SKS")).verdict == "procedure"


def test_a_delegation_in_force_turns_the_review_back_into_a_procedure():
    day, said = date(2027, 3, 1), {"current": land("HNK")}

    def verdict(table):
        return judge("workshop", day=day, decisions=Decisions(delegations=table), **said).verdict

    # what was delegated under the decree ended with it, whatever end the table shows
    assert verdict(delegation("conversion")) == "review"
    assert verdict(delegation("conversion", "2027-03-01")) == "procedure"
    assert verdict(delegation("conversion", "2027-03-02")) == "review"
    assert verdict(delegation("conversion", end="2027-02-28")) == "review"
    assert verdict(delegation("crop_conversion")) == "review"


# --- local decisions ----------------------------------------------------------------------------

WITHIN = "local.crop-conversion-plan.within"
LISTED = "local.perennial-species.listed"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("absent", "review"),
        ("not-listed", "review"),
        ("exceeded", "review"),
        ("within", "procedure"),
    ],
)
def test_annual_crops_on_rice_land_depend_on_the_conversion_plan(answer, verdict):
    rule_id = f"local.crop-conversion-plan.{answer}"
    found = judge("annual_crop", current=land("LUC"), conversion=rule_id)
    assert (found.verdict, found.rule_ids[-1]) == (verdict, rule_id)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [("absent", "review"), ("not-listed", "conflict"), ("listed", "procedure")],
)
def test_lime_on_other_rice_land_depends_on_the_species_list(answer, verdict):
    rule_id = f"local.perennial-species.{answer}"
    found = judge("perennial_crop", current=land("LUK"), conversion=WITHIN, species=rule_id)
    assert found.verdict == verdict
    assert rule_id in found.rule_ids


def test_lime_on_other_rice_land_needs_list_and_plan():
    assert judge("perennial_crop", current=land("LUK"), species=LISTED).verdict == "review"
    assert judge("perennial_crop", current=land("LUK"), conversion=WITHIN).verdict == "review"


def test_where_no_rule_asks_the_local_decisions_are_not_mentioned():
    found = judge(
        "annual_crop", current=land("HNK"), conversion="local.crop-conversion-plan.absent"
    )
    assert found.verdict == "fits"
    # before September 2024 a registration was enough
    early = judge("annual_crop", day=date(2024, 9, 10), current=land("LUC"))
    assert (early.verdict, early.rule_ids) == ("procedure", ("nd94-2019.13.annual-on-rice",))


# --- general plans and adjustments --------------------------------------------------------------


def legend(**meanings):
    return Decisions(
        legend=pd.DataFrame(
            [
                {
                    "code_table": LEGEND,
                    "code": symbol,
                    "land_use_code": meaning,
                    "land_use_code_table": table,
                }
                for symbol, (meaning, table) in meanings.items()
            ]
        )
    )


def test_a_symbol_is_judged_as_the_code_that_the_legend_gives_it():
    decisions = legend(GT=("DGT", NEW), TT=("HNK", OLD), X=(None, None))

    def found(symbol):
        return judge("annual_crop", decisions=decisions, general_plan=land(symbol, table=LEGEND))

    assert found("TT").verdict == "fits"
    assert found("GT").verdict == "conflict"
    assert found("GT").adjustments == (Adjustment("general_plan", "GT", LEGEND, "HNK"),)
    assert found("X").rule_ids == found("Z").rule_ids == ("data.legend-unmapped",)


def test_the_legend_speaks_of_its_own_table_alone():
    found = judge("annual_crop", decisions=legend(HNK=("DGT", OLD)), general_plan=land("HNK"))
    assert found.verdict == "fits"


@pytest.mark.parametrize(
    ("use", "day", "plan", "target"),
    [
        ("annual_crop", TODAY, land("DGT"), "HNK"),
        ("perennial_crop", TODAY, land("LUC"), "CLN"),
        ("clay_pit", TODAY, land("LUC"), "SKS"),
        ("clay_pit", date(2024, 1, 1), land("LUC"), "SKX"),
        ("clay_pit", date(2024, 1, 1), land("LUC", table=NEW), "SKS"),
        ("workshop", TODAY, land("HNK", table=NEW), "SKC"),
        # a crop conversion changes no plan; what fits or is reviewed as a type asks for none
        ("annual_crop", TODAY, land("LUC"), None),
        ("perennial_crop", TODAY, land("LUK"), None),
        ("annual_crop", TODAY, land("CLN"), None),
        ("workshop", TODAY, land("ODT"), None),
    ],
)
def test_what_the_plan_must_become(use, day, plan, target):
    found = judge(use, day=day, plan=plan)
    ((code, table),) = plan.codes
    expected = () if target is None else (Adjustment("land_use_plan", code, table, target),)
    assert found.adjustments == expected


def test_present_use_alone_asks_for_no_change_of_a_plan():
    assert judge("annual_crop", current=land("DGT"), plan=land("HNK")).adjustments == ()


def test_each_plan_asks_for_its_own_change():
    found = judge("workshop", plan=land("HNK"), general_plan=land("CLN"))
    assert found.adjustments == (
        Adjustment("land_use_plan", "HNK", OLD, "SKC"),
        Adjustment("general_plan", "CLN", OLD, "SKC"),
    )
