"""The one table of findings."""

from dataclasses import fields

from gis import findings
from gis.findings import COLUMNS, Finding


def finding(severity="warning", rule_id="a.rule", **said):
    return Finding(
        rule_id=rule_id, severity=severity, message_vi="Câu.", message_en="Sentence.", **said
    )


def test_the_table_has_the_same_columns_full_or_empty():
    assert set(COLUMNS) == {field.name for field in fields(Finding)}
    for listed in ([], [finding()]):
        assert list(findings.table(listed).columns) == list(COLUMNS)
    assert findings.table([]).empty


def test_the_gravest_come_first_then_by_rule_and_row():
    listed = [
        finding("info", row=1),
        finding("warning", row=9),
        finding("error", "b.rule", row=7),
        finding("error", "b.rule", row=2),
        finding("warning", row=3),
        finding("error", "a.rule", row=8),
    ]
    table = findings.table(listed)
    order = list(zip(table["severity"], table["rule_id"], table["row"], strict=True))
    assert order == [
        ("error", "a.rule", 8),
        ("error", "b.rule", 2),
        ("error", "b.rule", 7),
        ("warning", "a.rule", 3),
        ("warning", "a.rule", 9),
        ("info", "a.rule", 1),
    ]
    assert table.index.tolist() == [0, 1, 2, 3, 4, 5]


def test_what_is_not_known_stays_empty_and_rows_stay_whole_numbers():
    table = findings.table([finding(row=3, area_m2=1.5), finding(other_row=4)])
    assert table["row"].dtype == table["other_row"].dtype == "Int64"
    assert table["row"].isna().tolist() == [False, True]
    assert table["area_m2"].dtype == "Float64"
    assert table[["lon", "lat", "value"]].isna().all(axis=None)


def test_errors_are_told_from_warnings():
    assert findings.has_errors(findings.table([finding("error"), finding()]))
    assert not findings.has_errors(findings.table([finding("warning"), finding("info")]))
    assert not findings.has_errors(findings.table([]))


def test_findings_are_counted_by_severity():
    table = findings.table([finding("error"), finding(), finding()])
    assert findings.counts(table) == {"error": 1, "warning": 2}
    assert findings.counts(findings.table([])) == {}


def test_a_finding_speaks_both_languages():
    assert finding().message("vi") == "Câu."
    assert finding().message("en") == "Sentence."
