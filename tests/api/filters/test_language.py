import json
import subprocess
import sys

import pytest

from api.errors import ROWS, ParameterError, row_of
from api.filters import conformance, language
from api.filters.limits import Limits
from api.filters.operators import FUNCTIONS
from gis.errors import InputError


def parse(text, lang="cql2-text", **more):
    return language.parse(text, language=lang, **more)


def test_a_filter_names_the_properties_it_speaks_of():
    text = "a = 1 and (casei(b) like 'x' or t_after(interval(c, \"d e\"), DATE('2020-01-01')))"
    assert parse(text).properties == {"a", "b", "c", "d e"}
    assert parse("true").properties == set()


def test_both_languages_make_the_same_filter():
    tree = {"op": "and", "args": [{"property": "a"}, {"op": "=", "args": [{"property": "b"}, 1]}]}
    assert parse("a and b = 1") == parse(json.dumps(tree), "cql2-json")


def test_a_filter_in_the_other_language_is_refused():
    with pytest.raises(ParameterError, match=r"no JSON at character 1.*filter-lang=cql2-text"):
        parse("a = 1", "cql2-json")
    with pytest.raises(ParameterError, match="is no part of CQL2"):
        parse('{"op":"=","args":[1,1]}')


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_a_filter_that_is_too_long_is_not_looked_at(lang):
    with pytest.raises(ParameterError, match="more than 100 characters") as caught:
        parse("x" * 101, lang, limits=Limits(length=100))
    assert "dài hơn 100 ký tự" in caught.value.vi
    million = "a in (" + ",".join(map(str, range(1_000_000))) + ")"
    with pytest.raises(ParameterError, match="more than 200000 characters"):
        parse(million, lang)


def test_a_refused_filter_is_a_bad_request():
    assert issubclass(ParameterError, InputError)
    row = row_of(ParameterError)
    assert row is ROWS[ParameterError]
    assert row.status == 400


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_no_depth_ends_the_process(lang):
    body = "'not ' * n + 'a'" if lang == "cql2-text" else '\'{"op":"not","args":[\' * n'
    code = (
        "import sys\n"
        "from api.errors import ParameterError\n"
        "from api.filters import language\n"
        "from api.filters.limits import Limits\n"
        "n = 100_000\n"
        "try:\n"
        f"    language.parse({body}, language={lang!r}, limits=Limits(length=10_000_000))\n"
        "except ParameterError as fault:\n"
        "    sys.stdout.write(str(fault))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("The filter is nested more than 100 deep")


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_a_caller_that_is_deep_itself_gets_the_same_sentence(lang):
    opening, closing = ("(", ")") if lang == "cql2-text" else ('{"op":"not","args":[', "]}")
    body = opening * 99 + "true" + closing * 99

    def deeper(depth):
        return deeper(depth - 1) if depth else parse(body, lang)

    parse(body, lang)
    with pytest.raises(ParameterError, match="nested more than"):
        deeper(780)


def test_ten_thousand_conditions_are_read_and_answered_or_refused_in_words(ask):
    assert ask(" or ".join(["year = 2020"] * 6_000)) == [0]
    with pytest.raises(ParameterError, match="more than 20000 operators"):
        ask(" or ".join(["year = 2020"] * 10_000))


def test_a_million_points_are_refused():
    line = ", ".join(f"{at % 180} {at % 90}" for at in range(20_000))
    with pytest.raises(ParameterError, match="more than 10000 points"):
        parse(f"s_intersects(g, LINESTRING({line}))")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_known_by_its_name_in_any_case(name):
    args = {"S": "(g, POINT(1 2))", "A": "(t, ('x'))", "T": "(interval(a, b), interval(c, d))"}
    call = name + (args[name[0]] if name[1] == "_" else "(n) = 'x'")
    assert parse(call) == parse(call.lower()) if "POINT" not in call else parse(call.lower())


def test_every_class_is_claimed_once_and_by_its_address():
    assert len(set(conformance.CLASSES)) == len(conformance.CLASSES) == 13
    for address in conformance.CLASSES:
        assert address.startswith("http://www.opengis.net/spec/cql2/1.0/conf/")
    assert not any(address.endswith("/functions") for address in conformance.CLASSES)
