from dataclasses import asdict

import pytest

from benchmarks import bench_check, fabric, measured
from benchmarks.bench_check import Section
from benchmarks.faults import PLANTERS
from benchmarks.matching import Score, score
from benchmarks.planting import plant
from benchmarks.seeding import TOLERANCES
from gis.finding_rules import rules
from gis.settings import CheckSettings


def test_every_rule_that_is_measured_stands_in_the_catalogue_once():
    listed = [rule for each in measured.RULES.values() for rule in each]
    assert set(listed) <= set(rules())
    assert len(set(listed)) == len(listed)


def test_the_tolerances_are_those_the_product_starts_with():
    assert asdict(CheckSettings()).items() >= TOLERANCES.items()


def test_every_planted_kind_is_measured():
    clean = fabric.parcels(3_000, seed=3)
    planted = plant(clean, each=2, seed=3)
    assert {truth.kind for truth in planted.truths} == set(measured.RULES)


def test_the_door_finds_what_is_planted_and_nothing_on_clean_ground():
    clean = fabric.parcels(1_500, seed=6)
    assert measured.checked(clean).empty
    planted = plant(
        clean, each=1, seed=6, kinds=[kind for kind in PLANTERS if kind != "sheet edge"]
    )
    scores = score(measured.checked(planted.frame), planted.truths, measured.RULES)
    assert not [each for one in scores.values() for each in (*one.missed, *one.false)]


def test_the_table_says_shares_without_rounding_them_up():
    made = Score("gap", found=1999, right=2000, quiet=7)
    made.missed.append("one")
    page = bench_check.page([Section(title="Parcels", said="Some.", scores={"gap": made})])
    assert "| gap | 2000 | 99.9 % | 2000 | 100.0 % | 7 |" in page
    assert "GEOS" in page


def test_parts_without_data_say_so(tmp_path):
    section = bench_check.sections("real", _Options(tmp_path), [1])[0]
    assert "Not measured" in section.said
    assert not section.scores


class _Options:
    def __init__(self, data):
        self.data = data


def test_unknown_sizes_are_refused(capsys):
    with pytest.raises(SystemExit):
        bench_check.main(["--size", "XL"])
    assert "invalid choice" in capsys.readouterr().err
