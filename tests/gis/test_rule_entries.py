"""What the loader of rule files refuses, and in which words."""

from datetime import date, datetime
from pathlib import Path

import pytest

from gis import codes, rules, shipped
from gis.errors import RuleError
from gis.rules import RuleSet

OLD, NEW = codes.TABLES
FIRST = date(2021, 1, 1)
WORDS = {"procedure_vi": "Làm.", "procedure_en": "Do.", "citation": "Luật", "mark": "V"}


def rule(name="one", **changes):
    base = {"id": name, "use": ["annual_crop"], "old": ["LUC"], "from": FIRST, "verdict": "fits"}
    return {**base, **WORDS, **changes}


def without(entry, key):
    return {name: value for name, value in entry.items() if name != key}


def constraint(name="limit", **changes):
    base = {"id": name, "kind": "relic", "use": ["workshop"], "from": FIRST, "verdict": "conflict"}
    return {**base, **WORDS, **changes}


def authority(name="body", **changes):
    base = {"id": name, "matters": ["conversion"], "from": FIRST, "body_vi": "Xã", "body_en": "It"}
    return {**base, "citation": "Luật", "mark": "V", **changes}


def adjustment(name="plan", **changes):
    words = dict.fromkeys(("document_vi", "document_en", "body_vi", "body_en", "citation"), "x")
    return {"id": name, "plan_kind": "general_plan", "from": FIRST, "mark": "V", **words, **changes}


def effect(name="block", **changes):
    return {"id": name, "effect": "block", "verdict": "conflict", **WORDS, **changes}


def target(**changes):
    return {"use": "clay_pit", "old": "SKX", "new": "SKS", "from": FIRST, **changes}


def load(*entries, kind="rule"):
    return RuleSet({"one.toml": {kind: list(entries)}})


# --- two that answer one case -------------------------------------------------------------------


def test_two_rules_with_one_verdict_for_one_case_overlap():
    with pytest.raises(RuleError, match="overlap for annual_crop on current LUC") as caught:
        load(rule("first"), rule("second", **{"from": date(2024, 8, 1)}))
    assert "'first' (fits)" in str(caught.value)
    assert "'second' (fits)" in str(caught.value)
    assert "from 2024-08-01; mend their dates or codes" in str(caught.value)


def test_two_rules_with_two_verdicts_for_one_case_contradict_each_other():
    with pytest.raises(RuleError, match="contradict each other") as caught:
        load(rule("first"), rule("second", verdict="conflict"))
    assert "'first' (fits)" in str(caught.value)
    assert "'second' (conflict)" in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"from": date(2024, 8, 1)}, id="another time"),
        pytest.param({"old": ["LUK"]}, id="another code"),
        pytest.param({"use": ["workshop"]}, id="another use"),
        pytest.param({"basis": ["planned"]}, id="another basis"),
        pytest.param({"planned": ["CLN"]}, id="limited to a planned code"),
    ],
)
def test_rules_for_different_cases_stand_side_by_side(other):
    first = rule("first", to=date(2024, 7, 31), basis=["current"])
    loaded = load(first, rule("second", verdict="conflict", **other))
    assert len(loaded.rules) == 2


def test_one_code_in_two_tables_is_two_cases():
    other = without(rule("second", new=["LUC"], verdict="review"), "old")
    loaded = load(rule("first"), other)
    found = [
        loaded.lookup("annual_crop", "LUC", table, basis="current", day=FIRST).id
        for table in (OLD, NEW)
    ]
    assert found == ["first", "second"]


def test_a_rule_meets_the_next_on_a_shared_day_only():
    ending, day = rule("first", to=date(2024, 8, 1)), date(2024, 8, 1)
    with pytest.raises(RuleError, match=r"'first'.*'second'.*from 2024-08-01"):
        load(ending, rule("second", **{"from": day}))
    load(ending, rule("second", **{"from": date(2024, 8, 2)}))


def test_two_rules_limited_to_the_same_planned_code_contradict_each_other():
    limited = rule("first", planned=["CLN"]), rule("second", planned=["HNK"], verdict="review")
    load(*limited)
    with pytest.raises(RuleError, match=r"'first'.*'third'.*contradict"):
        load(limited[0], rule("third", planned=["HNK", "CLN"], verdict="review"))


def test_the_limited_rule_goes_before_the_general_one():
    loaded = load(rule("general"), rule("limited", planned=["CLN"], verdict="procedure"))
    found = [
        loaded.lookup(
            "annual_crop",
            "LUC",
            OLD,
            basis="current",
            day=FIRST,
            neighbour=rules.Neighbour(planned),
        ).id
        for planned in ("CLN", "HNK", None)
    ]
    assert found == ["limited", "general", "general"]


def test_two_catch_alls_of_one_table_overlap():
    every = {"old": ["*"], "catch_all": True}
    with pytest.raises(RuleError, match=r"'first'.*'second'.*without a rule of their own"):
        load(rule("first", **every), rule("second", **every))
    new = without(rule("second", new=["*"], catch_all=True), "old")
    assert len(load(rule("first", **every), new).rules) == 2


def test_without_a_catch_all_an_open_case_is_an_error():
    with pytest.raises(RuleError, match="No rule answers annual_crop in tt27-2018 on 2021-01-01"):
        load(rule()).lookup("annual_crop", "HNK", OLD, basis="current", day=FIRST)


def test_two_entries_of_one_id_are_named_with_their_files():
    documents = {"a.toml": {"rule": [rule("x")]}, "b.toml": {"constraint": [constraint("x")]}}
    with pytest.raises(RuleError, match=r"'x' in a\.toml and 'x' in b\.toml have one id; rename"):
        RuleSet(documents)


@pytest.mark.parametrize(
    ("kind", "first", "second", "message"),
    [
        ("authority", authority("a"), authority("b"), "Authorities 'a' and 'b' overlap"),
        ("constraint", constraint("a"), constraint("b"), "'a'.*'b'.*overlap for kind 'relic'"),
        ("plan_adjustment", adjustment("a"), adjustment("b"), "'a' and 'b' overlap for 'general"),
        ("effect", effect("a"), effect("b"), "'a' and 'b' overlap for the effect 'block'"),
        ("target", target(), target(), "Targets of 'clay_pit' .* overlap"),
    ],
)
def test_other_entries_may_not_answer_twice_either(kind, first, second, message):
    with pytest.raises(RuleError, match=message):
        load(first, second, kind=kind)
    if "from" in first:
        load(first | {"to": date(2024, 7, 31)}, second | {"from": date(2024, 8, 1)}, kind=kind)


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_said_of_rice_land_goes_before_what_is_said_of_all_land(order):
    both = [constraint("all", verdict="procedure"), constraint("rice", only_on="rice")]
    loaded = load(*both[::order], kind="constraint")
    found = [
        loaded.constraint("relic", "workshop", day=FIRST, on_rice=on_rice).rule.id
        for on_rice in (True, False)
    ]
    assert found == ["rice", "all"]


# --- one that cannot be meant -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "perhaps"}, r"verdict \['perhaps'\] is not one of \['fits', 'procedure'"),
        ({"use": ["annual_crop", "fishing"]}, r"use \['fishing'\] is not one of"),
        ({"use": "annual_crop"}, "use = 'annual_crop' is not a list of texts"),
        ({"use": []}, r"use = \[\] is not a list of texts"),
        ({"basis": ["future"]}, r"basis \['future'\] is not one of"),
        ({"needs": ["luck"]}, r"needs \['luck'\] is not one of"),
        ({"mark": "W"}, r"mark \['W'\] is not one of \['V', 'V2', 'I', 'M'\]"),
        ({"decides": ["convertion"]}, r"decides \['convertion'\] is not one of"),
        ({"old": ["LUX"]}, r"old \['LUX'\] is not in the code table tt27-2018"),
        ({"new": ["SKX"]}, r"new \['SKX'\] is not in the code table tt08-2024"),
        ({"old": ["*"]}, r"old \['\*'\] is not in the code table"),
        ({"planned": ["XXX"]}, r"planned \['XXX'\] is not in the code table tt27-2018 or tt08"),
        ({"from": "2021-01-01"}, "from = '2021-01-01' is not a date without quotation marks"),
        ({"to": datetime(2024, 1, 1)}, "is not a date"),  # noqa: DTZ001 (TOML has such values)
        ({"to": date(2020, 1, 1)}, "ends before it begins"),
        ({"adjust": "yes"}, "adjust = 'yes' is not true or false"),
        ({"procedure_vi": " "}, "procedure_vi = ' ' is not a text"),
        ({"citation": ""}, "citation = '' is not a text"),
        ({"adjusts": True}, "has the unknown key 'adjusts'"),
    ],
)
def test_a_malformed_rule_is_named_with_its_file(changes, message):
    with pytest.raises(RuleError, match=rf"Rule 'one' in one\.toml.*{message}"):
        load(rule(**changes))


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("rule", rule()),
        ("constraint", constraint()),
        ("authority", authority()),
        ("plan_adjustment", adjustment()),
        ("effect", effect()),
        ("target", target()),
        ("data", {"id": "d", "verdict": "review", "procedure_vi": "x", "procedure_en": "y"}),
    ],
)
def test_an_entry_that_lacks_a_key_is_refused(kind, entry):
    load(entry, kind=kind)
    for key in set(entry) - {"old"} if kind == "rule" else set(entry):
        with pytest.raises(RuleError, match=rf"in one\.toml lacks '{key}'; complete it"):
            load(without(entry, key), kind=kind)


def test_a_rule_without_any_code_is_refused():
    with pytest.raises(RuleError, match=r"Rule 'one' in one\.toml names no code"):
        load(without(rule(), "old"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lapse_years": 0}, "lapse_years = 0 is not a whole number above 0"),
        ({"lapse_years": True}, "lapse_years = True is not a whole number"),
        ({"after_lapse": "gone"}, r"after_lapse \['gone'\] is not one of"),
        ({"only_on": "sand"}, r"only_on \['sand'\] is not one of \['rice'\]"),
    ],
)
def test_a_malformed_constraint_is_refused(changes, message):
    with pytest.raises(RuleError, match=rf"Constraint 'limit' in one\.toml.*{message}"):
        load(constraint(**changes), kind="constraint")


@pytest.mark.parametrize("document", [{"rules": []}, {"rule": {}}, {"title": "x"}])
def test_a_file_with_something_else_in_it_is_refused(document):
    with pytest.raises(RuleError, match=r"Rule file one\.toml holds '\w+', which is no list of"):
        RuleSet({"one.toml": document})


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"[[rule]", b'id = "\xff"'], ids=["no TOML", "no UTF-8"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    (tmp_path / "broken.toml").write_bytes(content)
    with pytest.raises(RuleError, match=r"Rule file broken\.toml cannot be read: .*; mend it"):
        rules.load(tmp_path)


def test_a_folder_without_rule_files_is_refused(tmp_path):
    with pytest.raises(RuleError, match="holds no rule file"):
        rules.load(tmp_path)


def shipped_files():
    return sorted(shipped.path("reference", "rules").glob("*.toml"))


def copied(folder: Path):
    for file in shipped_files():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_the_version_follows_what_the_rules_say_and_nothing_else(tmp_path):
    folder = copied(tmp_path)
    assert rules.load(folder).version == rules.shipped_rules().version
    file = folder / "groups.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text("# a comment\n" + text, encoding="utf-8")
    assert rules.load(folder).version == rules.shipped_rules().version
    file.write_text(text.replace('verdict = "review"', 'verdict = "conflict"'), encoding="utf-8")
    assert rules.load(folder).version != rules.shipped_rules().version


def test_a_rule_added_to_the_shipped_ones_may_not_contradict_them(tmp_path):
    folder = copied(tmp_path)
    (folder / "zz.toml").write_text(
        '[[rule]]\nid = "mine"\nuse = ["workshop"]\nold = ["SKC"]\nfrom = 2025-01-01\n'
        'verdict = "conflict"\nprocedure_vi = "x"\nprocedure_en = "y"\n'
        'citation = "z"\nmark = "I"\n',
        encoding="utf-8",
    )
    with pytest.raises(RuleError, match=r"'nd102-2024\.5-5c\.workshop-on-skc'.*'mine'.*contra"):
        rules.load(folder)
