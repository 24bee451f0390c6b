"""Tables as people write them, carried from one commune set to another."""

import math
from datetime import date

import pytest

from gis import boundaries, carry
from gis.errors import ColumnError

#: Rules with a fault that is planted here, beside data in which they stay silent.
SEEDED = {
    "carry.bad-number",
}

Y2024, Y2026 = date(2024, 1, 1), date(2026, 1, 1)
OLD = [unit.code for unit in boundaries.units_on(Y2024)]


def values(result, column="ha"):
    return dict(zip(result.table["code"], result.table[column], strict=True))


def rules(result):
    return sorted(set(result.findings["rule_id"]))


def request(*names, **options):
    told = {"code": "Mã xã", "on_from": Y2024, "on_to": Y2026} | options
    return carry.Request(values=names, **told)


def test_a_table_file_is_carried_as_people_write_it(tmp_path):
    path = tmp_path / "dien tich.csv"
    rows = [
        f"{code};{unit.name};1.234,5"
        for code, unit in zip(OLD, boundaries.units_on(Y2024), strict=True)
    ]
    path.write_text("Mã xã;Tên;Diện tích\n" + "\n".join(rows), encoding="utf-8-sig")
    result = carry.carry_file(path, request("Diện tích"))
    assert values(result, "Diện tích")["21100"] == pytest.approx(2469.0)
    assert rules(result) == []


def test_numbers_that_are_none_are_found_and_missing(tmp_path):
    path = tmp_path / "a.csv"
    written = ["abc", "1.234", "12,5"] + ["2,25"] * 20
    rows = [f'{code},"{each}"' for code, each in zip(OLD, written, strict=True)]
    path.write_text("Mã xã,ha\n" + "\n".join(rows), encoding="utf-8")
    result = carry.carry_file(path, request("ha"))
    found = result.findings.set_index("rule_id").loc["carry.bad-number"]
    # the others write a comma for decimals, so 1.234 is over a thousand
    assert (found["row"], found["value"]) == (1, "abc")
    assert math.isnan(values(result, "ha")["21040"])
    assert values(result, "ha")["21061"] == pytest.approx(1234 + 5 * 2.25)


def test_a_number_with_two_readings_is_no_guess(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Mã xã;ha\n" + "\n".join(f"{code};1.234" for code in OLD), encoding="utf-8")
    result = carry.carry_file(path, request("ha"))
    assert result.table["ha"].isna().all()
    assert (result.findings["rule_id"] == "carry.bad-number").sum() == 23


def test_a_table_without_the_column_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Mã xã;ha\n21040;1,5\n", encoding="utf-8")
    with pytest.raises(ColumnError, match="no column 'people'; its columns are Mã xã, ha"):
        carry.carry_file(path, request("people"))
