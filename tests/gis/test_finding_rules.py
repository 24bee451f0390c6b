"""The catalogue: every rule has words, is used, and has a fault that it finds and a clean twin.

A test module declares the rules for which it plants a fault and a clean twin as ``SEEDED``: a
mapping or a set with their ids as plain texts. Together they are the catalogue.
"""

import ast
import re
import string
from dataclasses import fields
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gis import decision_checks, finding_rules, findings, shipped, text
from gis.errors import NotFoundError, ShippedDataError
from gis.finding_rules import FindingRule, rules
from gis.findings import COLUMNS
from gis.intake import mapping
from gis.intake.door import Home, Order, take_in
from gis.layers import land_use
from gis.settings import CheckSettings

TESTS = Path(__file__).resolve().parent.parent
SOURCE = TESTS.parent / "gis"
#: What has the form of a rule id and is a file.
FILES = re.compile(r".+\.(?:csv|toml|json|parquet|geojson|tif|gpkg|py|md|txt|js|css|html)")
IN_GRID = box(580_000, 1_690_000, 580_100, 1_690_100)


# --- the rules of the file group ------------------------------------------------------------------


def mapped(value):
    rows = gpd.GeoDataFrame(
        {"mdsd": ["LUC"], "dientich": [value], "source_row": [1]},
        geometry=[IN_GRID],
        crs="EPSG:5898",
    )
    given = {"code_table": "tt27-2018", "status": "current", "year": 2020}
    return findings.table(mapping.apply(rows, land_use.SPEC, columns={}, constants=given).findings)


def imported(folder, shape=IN_GRID, *, crs=None, encoding=None, name="LUC", home=None):
    """Take in a file of one parcel."""
    rows = gpd.GeoDataFrame({"mdsd": ["LUC"], "ten": [name]}, geometry=[shape], crs="EPSG:5898")
    file = folder / "thửa.gpkg"
    rows.to_file(file, encoding=encoding)
    constants = {"code_table": "tt27-2018", "status": "current", "year": 2020}
    return take_in(Order(layer="land-use", path=file, crs=crs, constants=constants), home).findings


def beside(shape):
    """Return a workspace whose one commune has a shape."""
    communes = {"code": ["21040"], "name": ["Bình Sơn"]}
    return Home(communes=gpd.GeoDataFrame(communes, geometry=[shape], crs="EPSG:5898"))


def doubted(commune, product):
    table = pd.DataFrame(
        {"year": [2026], "commune_code": [commune], "product": [product], "area_ha": [1.0]}
    )
    return findings.table(decision_checks.doubts("crop-conversion", table))


#: Rule -> what is found where it is broken, and where it is not; given an empty folder.
SEEDED = {
    "door.ambiguous-number": (lambda _: mapped("1.234"), lambda _: mapped("1.234,5")),
    "door.bad-value": (lambda _: mapped("nhiều"), lambda _: mapped("12,5")),
    "door.crs-overridden": (
        lambda folder: imported(folder, crs="EPSG:5899"),
        lambda folder: imported(folder, crs="EPSG:5898"),
    ),
    "door.outside-communes": (
        lambda folder: imported(folder, home=beside(box(570_000, 1_690_000, 575_000, 1_695_000))),
        lambda folder: imported(folder, home=beside(box(579_000, 1_689_000, 585_000, 1_695_000))),
    ),
    "door.outside-vietnam": (
        lambda folder: imported(folder, box(5_580_000, 1_690_000, 5_580_100, 1_690_100)),
        imported,
    ),
    "decisions.unknown-commune": (
        lambda _: doubted("20000", "nen"),
        lambda _: doubted("21109", "nen"),
    ),
    "decisions.unknown-product": (
        lambda _: doubted("21109", "sầu riêng"),
        lambda _: doubted("21109", "Hành tím"),
    ),
}


@pytest.mark.parametrize("rule_id", SEEDED)
def test_each_rule_finds_its_fault_and_is_silent_on_the_clean_twin(rule_id, tmp_path):
    fault, twin = SEEDED[rule_id]
    (tmp_path / "lỗi").mkdir()
    (tmp_path / "sạch").mkdir()
    assert rule_id in set(fault(tmp_path / "lỗi")["rule_id"])
    assert rule_id not in set(twin(tmp_path / "sạch")["rule_id"])


# --- nothing in the catalogue without use and proof -----------------------------------------------


def literals(file):
    """Texts that stand in a program, and how those begin that are put together."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    texts = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    begun = {
        node.values[0].value
        for node in nodes
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
    }
    return texts, begun


@cache
def used():
    """Return what has the form of a rule id in the programs, whole or put together."""
    files = [literals(file) for file in SOURCE.rglob("*.py")]
    texts = set().union(*(each for each, _ in files))
    groups = {name.partition(".")[0] for name in rules()}
    begun = groups & {start[:-1] for _, each in files for start in each if start.endswith(".")}
    form = re.compile(rf"(?:{'|'.join(groups)})\.[a-z0-9]+(?:-[a-z0-9]+)*")
    whole = {each for each in texts if form.fullmatch(each) and not FILES.fullmatch(each)}
    joined = {
        name
        for name in rules()
        if name.partition(".")[0] in begun and name.partition(".")[2] in texts
    }
    return whole | joined


def seeded_in(file):
    """Return the rule ids that a test module declares as seeded."""
    found = []
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(each, ast.Name) and each.id.startswith("SEEDED") for each in targets):
            held = node.value
            listed = held.keys if isinstance(held, ast.Dict) else getattr(held, "elts", [])
            found += [each.value for each in listed if isinstance(each, ast.Constant)]
    return found


@cache
def seeded():
    return {
        name: file.relative_to(TESTS).as_posix()
        for file in TESTS.rglob("test_*.py")
        for name in seeded_in(file)
    }


def test_every_rule_of_the_programs_stands_in_the_catalogue():
    assert used() - set(rules()) == set()


def test_every_rule_of_the_catalogue_is_used_by_a_program():
    assert set(rules()) - used() == set()


def test_every_rule_has_a_seeded_fault_and_a_clean_twin():
    assert set(rules()) - set(seeded()) == set()
    assert set(seeded()) - set(rules()) == set()


def test_there_are_as_many_rules_as_were_promised():
    assert len(rules()) >= 60


# --- what a rule says ---------------------------------------------------------------------------


@pytest.mark.parametrize("rule_id", rules())
def test_a_rule_speaks_both_languages(rule_id):
    rule = rules()[rule_id]
    for said in (rule.name, rule.message, rule.remedy):
        assert set(said) == set(text.LANGUAGES)
        assert all(words.strip() == words and words for words in said.values())
        assert said["vi"] == text.nfc(said["vi"])
        assert said["vi"] != said["en"]
    assert re.fullmatch(r"[a-z0-9-]+\.[a-z0-9]+(-[a-z0-9]+)*", rule_id)


def fields_of(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("rule_id", rules())
def test_a_sentence_says_the_same_in_both_languages_and_begins_with_its_row(rule_id):
    message = rules()[rule_id].message
    assert fields_of(message["vi"]) == fields_of(message["en"])
    for said in message.values():
        assert said.endswith(".")
    if "row" in fields_of(message["vi"]):
        assert message["vi"].startswith("Dòng {row}:")
        assert re.match(r"(?:Row|Line) \{row\}:", message["en"])


@pytest.mark.parametrize("rule_id", rules())
def test_a_line_that_a_setting_draws_is_a_setting_and_has_a_unit(rule_id):
    rule = rules()[rule_id]
    if rule.tolerance:
        assert rule.tolerance in {each.name for each in fields(CheckSettings)}
        assert rule.unit
    if {"size", "tolerance"} & fields_of(rule.message["vi"]):
        assert rule.unit


def test_a_fix_has_a_label_in_both_languages():
    fixes = {rule.fix for rule in rules().values()} - {""}
    assert fixes <= set(text.label_keys("fix"))


def test_what_a_rule_says_of_a_finding_are_columns_of_the_table():
    assert {"size", "tolerance", "unit", "fix", "effect_m2"} <= set(COLUMNS)


# --- the loader ---------------------------------------------------------------------------------


ENTRY = """
["a.rule"]
severity = "error"
name = { vi = "tên", en = "name" }
message = { vi = "Câu.", en = "Sentence." }
remedy = { vi = "sửa", en = "mend" }
"""


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """Return a function that reads a catalogue of the given files."""

    def read(**files):
        for name, content in files.items():
            (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
        monkeypatch.setattr(shipped, "path", lambda *_: tmp_path)
        return finding_rules.rules.__wrapped__()

    return read


def test_an_entry_is_read_with_its_group_and_what_is_left_out_is_nothing(catalogue):
    (rule,) = catalogue(geometry=ENTRY).values()
    assert rule == FindingRule(
        id="a.rule",
        group="geometry",
        severity="error",
        name={"vi": "tên", "en": "name"},
        message={"vi": "Câu.", "en": "Sentence."},
        remedy={"vi": "sửa", "en": "mend"},
    )
    assert (rule.unit, rule.tolerance, rule.fix) == ("", "", "")


@pytest.mark.parametrize(
    "damage",
    [
        ENTRY.replace('"error"', '"grave"'),
        ENTRY.replace('en = "name"', 'fr = "nom"'),
        ENTRY.replace('severity = "error"\n', ""),
        ENTRY + 'unit = "ha"\n',
        ENTRY + 'fix = "magic"\n',
        ENTRY + 'colour = "red"\n',
        ENTRY + "[",
        'rule = "text"\n',
    ],
)
def test_a_damaged_catalogue_is_refused_in_both_languages(catalogue, damage):
    with pytest.raises(ShippedDataError, match=r"'a\.toml' .* is damaged") as caught:
        catalogue(a=damage)
    assert "bị hỏng" in caught.value.vi


def test_a_rule_that_stands_twice_is_refused(catalogue):
    with pytest.raises(ShippedDataError, match=r"a\.rule twice"):
        catalogue(a=ENTRY, b=ENTRY)


def test_an_unknown_rule_is_not_found():
    with pytest.raises(NotFoundError, match=r"no rule 'no\.rule'"):
        finding_rules.rule("no.rule")
