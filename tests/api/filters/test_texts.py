import json

import cql2
import pytest

from api.errors import ParameterError
from api.filters import texts
from api.filters.limits import USUAL, Limits

A = {"property": "a"}
B = {"property": "b"}


def loaded(text):
    return texts.loaded(text, USUAL)


def call(op, *args):
    return {"op": op, "args": list(args)}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a = 1", call("=", A, 1)),
        ("a=1.5", call("=", A, 1.5)),
        ("A = .5", call("=", {"property": "A"}, 0.5)),
        ("\"a b\" <> 'c'", call("<>", {"property": "a b"}, "c")),
        ("TRUE", True),
        ("a", A),
        ("not a", call("not", A)),
        ("a IS NULL", call("isNull", A)),
        ("a is not null", call("not", call("isNull", A))),
        ("a like 'x%'", call("like", A, "x%")),
        ("a NOT LIKE 'x%'", call("not", call("like", A, "x%"))),
        ("a in (1, 2)", call("in", A, [1, 2])),
        ("a not in ('x')", call("not", call("in", A, ["x"]))),
        ("a between 1 and 2 and b", call("and", call("between", A, 1, 2), B)),
        ("a not between 1 and b+1", call("not", call("between", A, 1, call("+", B, 1)))),
        ("casei() = 1", call("=", call("casei"), 1)),
        ("casei(a) = CASEI('X')", call("=", call("casei", A), call("casei", "X"))),
    ],
)
def test_text_has_the_shape_of_json(text, tree):
    assert loaded(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b and a", call("or", A, call("and", B, A))),
        ("(a or b) and a", call("and", call("or", A, B), A)),
        ("a and b and a", call("and", A, B, A)),
        ("not a and b", call("and", call("not", A), B)),
        ("not a = b", call("not", call("=", A, B))),
        ("1 + 2 * 3 = a", call("=", call("+", 1, call("*", 2, 3)), A)),
        ("1 - 2 - 3 = a", call("=", call("-", call("-", 1, 2), 3), A)),
        ("8 / 4 * 2 = a", call("=", call("*", call("/", 8, 4), 2), A)),
        ("2 * a ^ 2 = 8", call("=", call("*", 2, call("^", A, 2)), 8)),
        ("-a ^ 2 = 4", call("=", call("^", call("*", -1, A), 2), 4)),
        ("21 div 10 % 3 = a", call("=", call("%", call("div", 21, 10), 3), A)),
        ("a - -1 > +1", call(">", call("-", A, -1), 1)),
    ],
)
def test_operators_bind_as_the_grammar_says(text, tree):
    assert loaded(text) == tree


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("POINT(1 2)", {"type": "Point", "coordinates": [1, 2]}),
        ("point z (1 -2 +3)", {"type": "Point", "coordinates": [1, -2, 3]}),
        ("LINESTRING(0 0, 1 1)", {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}),
        (
            "POLYGON((0 0,1 0,1 1,0 0))",
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
        ),
        ("MULTIPOINT(1 2, 3 4)", {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}),
        ("MULTIPOINT((1 2), (3 4))", {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}),
        (
            "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
            {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]], [[2, 2], [3, 3]]]},
        ),
        (
            "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
            {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]},
        ),
        (
            "GEOMETRYCOLLECTION(POINT(1 2), POINT(3 4))",
            {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Point", "coordinates": [1, 2]},
                    {"type": "Point", "coordinates": [3, 4]},
                ],
            },
        ),
        ("POINT EMPTY", {"type": "Point", "coordinates": []}),
        ("BBOX(1,2,3,4)", {"bbox": [1, 2, 3, 4]}),
        ("ENVELOPE(1,2,0,3,4,9)", {"bbox": [1, 2, 0, 3, 4, 9]}),
    ],
)
def test_every_kind_of_geometry_is_read(text, literal):
    assert loaded(f"s_intersects(a, {text})") == call("s_intersects", A, literal)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("DATE('2020-01-01')", {"date": "2020-01-01"}),
        ("timestamp('2020-01-01T00:00:00Z')", {"timestamp": "2020-01-01T00:00:00Z"}),
        ("INTERVAL('2020-01-01', '..')", {"interval": ["2020-01-01", ".."]}),
        ('interval("a", b)', {"interval": [A, B]}),
        ("INTERVAL(DATE('2020-01-01'), b)", {"interval": [{"date": "2020-01-01"}, B]}),
    ],
)
def test_every_kind_of_time_is_read(text, literal):
    assert loaded(f"t_after(a, {text})") == call("t_after", A, literal)


@pytest.mark.parametrize(
    ("text", "array"),
    [("('x', 1)", ["x", 1]), ("('x')", ["x"]), ("()", []), ("(true, (1, 2))", [True, [1, 2]])],
)
def test_an_array_may_have_one_value_or_none(text, array):
    assert loaded(f"A_CONTAINS(a, {text})") == call("a_contains", A, array)


@pytest.mark.parametrize("word", ["date", "point", "bbox", "interval", "casei", "z", "empty"])
def test_words_that_are_no_keyword_without_a_bracket_are_properties(word):
    assert loaded(f"{word} = 1") == call("=", {"property": word}, 1)


@pytest.mark.parametrize("word", ["and", "or", "like", "between", "in", "is", "null", "div"])
def test_keywords_are_properties_in_double_quotes_only(word):
    assert loaded(f'"{word}" = 1') == call("=", {"property": word}, 1)
    with pytest.raises(ParameterError, match="cannot be read at character 1"):
        loaded(f"{word} = 1")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "character 1: it needs a value or a property there, but ends"),
        ("a =", "character 4: it needs a value or a property there, but ends"),
        ("a = 1 2", "character 7: it needs an operator or the end there, not '2'"),
        ("THIS IS NOT A FILTER", "character 13: it needs NULL there, not 'A'"),
        ("(a = 1", r"character 7: it needs an operator, ',' or '\)' there, but ends"),
        ("a = 1)", r"character 6: it needs an operator or the end there, not '\)'"),
        ("a = b = c", "character 7: it needs brackets around one of them there, not '='"),
        ("a = 2 ^ 3 ^ 4", r"character 11: it needs brackets around one of them there, not '\^'"),
        ("a not 1", "character 7: it needs LIKE, BETWEEN or IN there, not '1'"),
        ("a between 1", "character 12: it needs AND with the upper bound there, but ends"),
        ("a in 1", r"character 6: it needs '\(' there, not '1'"),
        ("a in ()", r"character 7: it needs a value or a property there, not '\)'"),
        ("a in (1", r"character 8: it needs '\)' there, but ends"),
        ("date(1) = a", "character 6: it needs a text in 'quotes' there, not '1'"),
        ("s_equals(a, point(x 1))", "character 19: it needs a number there, not 'x'"),
        ("s_equals(a, bbox(1,2,3,4)", r"character 26: it needs '\)' there, but ends"),
        ("interval(a)", r"character 11: it needs ',' there, not '\)'"),
        ("+a = 1", r"character 1: it needs a value or a property there, not '\+'"),
    ],
)
def test_what_is_no_cql2_is_refused_by_its_place(text, sentence):
    with pytest.raises(ParameterError, match=sentence) as caught:
        loaded(text)
    assert "Không đọc được bộ lọc ở ký tự thứ" in caught.value.vi


@pytest.mark.parametrize("name", ["avg", "buffer", "isnull", "S_FOO", "t_", "between2"])
def test_an_unknown_function_is_refused_with_those_there_are(name):
    with pytest.raises(ParameterError, match=f"no function '{name}'.*CASEI, ACCENTI, S_INTERSECTS"):
        loaded(f"{name}(a) = 1")


def nested(depth):
    return [
        "(" * depth + "a = 1" + ")" * depth,
        "not " * depth + "a",
        "a = " + "-" * depth + "b",
        "casei(" * depth + "a" + ")" * depth + " = 'x'",
        "a_equals(b, " + "(1, " * depth + "1" + ")" * depth + ")",
        "a = (1 + " * depth + "1" + ")" * depth,
        "s_equals(a, " + "geometrycollection(" * depth + "point(1 2)" + ")" * depth + ")",
        "s_equals(a, polygon" + "(" * depth + "1 2" + ")" * depth + ")",
        "(" * depth,
        "(" * depth + ")" * depth,
    ]


@pytest.mark.parametrize("text", [*nested(1_000), *nested(10_000)])
def test_what_is_nested_too_deeply_is_refused_at_once(text):
    with pytest.raises(ParameterError, match="nested more than 100 deep") as caught:
        loaded(text)
    assert "lồng nhau quá 100 tầng" in caught.value.vi


def test_brackets_as_programs_write_them_for_a_long_chain_are_read():
    text = "(" * 90 + "a = 0" + "".join(f" or a = {at})" for at in range(1, 91))
    assert loaded(text) == call("or", *(call("=", A, at) for at in range(91)))


def test_the_limit_is_a_setting():
    assert texts.loaded("((a))", Limits(depth=2)) == A
    with pytest.raises(ParameterError, match="nested more than 1 deep"):
        texts.loaded("((a))", Limits(depth=1))


# --- against a parser that others have written ------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a = 1 AND b = 'x' OR NOT c < 2.5",
        "a + 2 * 3 - b / 4 >= 5 % 2",
        "casei(a) LIKE casei('x%') and accenti(b) = accenti('é')",
        "a IN (1, 2, 3) OR b NOT IN ('x', 'y')",
        "a BETWEEN 1 AND 2 AND b NOT BETWEEN -1 AND 1",
        "a IS NULL OR b IS NOT NULL",
        "S_INTERSECTS(geom, POINT(1 2))",
        "S_WITHIN(geom, POLYGON((0 0, 1 0, 1 1, 0 0)))",
        "S_CROSSES(LINESTRING(1 2, 3 4), geom)",
        "S_DISJOINT(geom, MULTIPOINT((1 2), (3 4)))",
        "S_TOUCHES(geom, MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5))))",
        "S_EQUALS(geom, GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4)))",
        "S_OVERLAPS(geom, BBOX(1, 2, 3, 4))",
        "T_AFTER(a, DATE('2020-01-01')) and T_BEFORE(a, TIMESTAMP('2020-01-01T00:00:00Z'))",
        "T_DURING(INTERVAL(a, b), INTERVAL('2020-01-01', '..'))",
        "A_CONTAINS(tags, ('a', 'b')) or A_OVERLAPS(tags, (1, 2))",
        "\"a b\" = 'it''s'",
        "(a = 1 or b = 2) and (c = 3 or d = 4)",
        "-a ^ 2 > 1 - -b",
        "a div 2 = 1",
    ],
)
def test_the_package_cql2_reads_the_same(text):
    assert json.loads(json.dumps(loaded(text))) == cql2.parse_text(text).to_json()
