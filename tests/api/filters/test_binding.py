import pytest

from api.errors import ParameterError
from api.filters import language
from api.filters.tree import Call, Constant, Property

KINDS = {
    "geometry": "geometry",
    "name": "string",
    "area": "number",
    "year": "integer",
    "checked": "boolean",
    "day": "date",
    "until": "date",
    "moment": "timestamp",
    "later": "timestamp",
    "tags": "array",
}


def check(text):
    return language.parse(text, language="cql2-text").check(KINDS)


@pytest.mark.parametrize(
    "text",
    [
        "checked",
        "not checked",
        "name = 'x' and area > 1 and year = area",
        "checked = true and checked >= false",
        "day < '2020-01-01' and '2020-01-01' < day",
        "day in ('2020-01-01', DATE('2020-01-02'))",
        "moment in ('2022-04-14T14:52:56Z')",
        "moment between TIMESTAMP('2020-01-01T00:00:00Z') and later",
        "casei(name) like accenti(casei('x%'))",
        "t_after('2020-01-01', day) or t_equals(day, until)",
        "t_during(interval(day, until), interval('..', '..'))",
        "t_before(interval(moment, '..'), TIMESTAMP('2020-01-01T00:00:00Z'))",
        "a_contains(tags, ('x', 1, true, DATE('2020-01-01'), name, area + 1))",
        "a_equals((1, 2), tags) or a_overlaps(tags, tags)",
        "s_equals(geometry, geometry) or s_within(point(1 2), geometry)",
        "geometry is null or tags is null or (area = 1) is null or interval(day, '..') is null",
        "-area ^ 2 div 3 % 4 = year / 2",
        "5 > 4",
    ],
)
def test_what_fits_together_is_taken(text):
    assert check(text) is not None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name", "A filter is a text where true or false is wanted"),
        ("area + 1", "A filter is a number where true or false is wanted"),
        ("point(1 2)", "A filter is a geometry where true or false is wanted"),
        ("interval(day, until)", "A filter is an interval where true or false is wanted"),
        ("name and checked", "An operand of AND is a text where true or false is wanted"),
        ("not area", "An operand of NOT is a number where true or false is wanted"),
        ("name = 5", "An operand of = is a number where a text is wanted"),
        ("'5' > 4", "An operand of > is a number where a text is wanted"),
        ("area = 'x'", "An operand of = is a text where a number is wanted"),
        ("checked = 1", "An operand of = is a number where true or false is wanted"),
        ("geometry = geometry", "An operand of = is a geometry where a text is wanted"),
        ("tags = ('x', 'y')", "An operand of = is an array where a text is wanted"),
        ("(area = 1) = true", "An operand of = is true or false where a text is wanted"),
        ("name in ('x', 5)", "An operand of IN is a number where a text is wanted"),
        ("area between 1 and 'x'", "An operand of BETWEEN is a text where a number is wanted"),
        ("name + 1 = 2", r"An operand of \+ is a text where a number is wanted"),
        ("casei(area) = 'x'", "An operand of CASEI is a number where a text is wanted"),
        ("area like 'x'", "An operand of LIKE is a number where a text is wanted"),
        ("s_equals(geometry, name)", "An operand of S_EQUALS is a text where a geometry"),
        ("a_equals(tags, name)", "An operand of A_EQUALS is an array|is a text where an array"),
        ("a_equals(tags, ((1, 2), 3))", "A value in an array is an array where a text is wanted"),
        ("a_equals(tags, (area = 1, 2))", "A value in an array is true or false where a text"),
        ("t_after(name, day)", "An operand of T_AFTER is a text where a date is wanted"),
        ("t_after(area, day)", "An operand of T_AFTER is a number where a date is wanted"),
        ("t_meets(day, until)", "T_MEETS relates intervals; write INTERVAL"),
        ("t_during(interval(day, until), day)", "T_DURING relates intervals; write INTERVAL"),
        ("t_after(interval(name, day), day)", "An end of an INTERVAL is a text where a date"),
    ],
)
def test_what_does_not_fit_together_is_refused(text, sentence):
    with pytest.raises(ParameterError, match=sentence) as caught:
        check(text)
    assert caught.value.vi != str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "day = moment",
        "day > TIMESTAMP('2020-01-01T00:00:00Z')",
        "moment > DATE('2020-01-01')",
        "day > '2020-01-01T00:00:00Z'",
        "t_after(day, TIMESTAMP('2020-01-01T00:00:00Z'))",
        "t_after(day, interval(moment, '..'))",
        "t_after(interval(day, moment), day)",
        "t_after(interval('2020-01-01', moment), day)",
    ],
)
def test_dates_and_timestamps_are_not_joined(text):
    with pytest.raises(ParameterError, match="joins dates and timestamps"):
        check(text)


def test_a_text_beside_a_date_must_be_one():
    with pytest.raises(ParameterError, match="'soon' is no day and no moment"):
        check("day > 'soon'")


def test_a_text_beside_a_date_is_read_as_one():
    bound = check("day > '1970-01-02'")
    assert bound == Call(">", (Property("day"), Constant("date", 1)))


@pytest.mark.parametrize("name", ["no_such", "NAME", "", "a\x00b", "tên'; drop table"])
def test_an_unknown_property_is_refused_with_those_there_are(name):
    listed = "area, checked, day, geometry, later, moment, name, tags, until, year"
    with pytest.raises(ParameterError, match=f"the properties are {listed}") as caught:
        check(f'"{name}" is null')
    assert f"các thuộc tính là {listed}" in caught.value.vi


def test_of_very_many_properties_some_are_listed():
    kinds = {f"p{at:03}": "number" for at in range(500)}
    read = language.parse("q = 1", language="cql2-text")
    with pytest.raises(ParameterError, match=r"p038, p039, \.\.\.\.") as caught:
        read.check(kinds)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("pattern", ["name", "casei(name)", "accenti(name)"])
def test_a_pattern_is_a_text_in_quotes(pattern):
    with pytest.raises(ParameterError, match="What follows LIKE is a pattern in quotes"):
        check(f"name like {pattern}")


def test_a_very_long_pattern_is_refused():
    check(f"name like '{'%' * 1_000}'")
    with pytest.raises(ParameterError, match="more than 1000 characters"):
        check(f"name like '{'%' * 10_000}'")


@pytest.mark.parametrize("pattern", ["\\", "a\\", "a\\\\\\"])
def test_a_pattern_that_ends_with_a_lone_backslash_is_refused(pattern):
    written = pattern.replace("\\", "\\\\")
    with pytest.raises(ParameterError, match="ends with a backslash"):
        check(f"name like '{written}'")


def test_an_array_that_differs_from_row_to_row_is_short():
    check("a_contains(tags, (" + ", ".join(["'x'"] * 5_000) + "))")
    with pytest.raises(ParameterError, match="more than 16 values"):
        check("a_contains(tags, (name" + ", 'x'" * 16 + "))")
