import pytest

from api.errors import ParameterError
from api.filters import bodies
from api.filters.limits import USUAL


def test_json_is_read():
    assert bodies.loaded('{"op":"=","args":[1, 2.5]}', USUAL) == {"op": "=", "args": [1, 2.5]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no JSON at character 1"),
        ("{'op': 1}", "no JSON at character 2"),
        ('{"op":', "no JSON at character 7"),
        ("a = 1", "no JSON at character 1"),
        ("\ufefftrue", "no JSON at character 1"),
        ("[NaN]", "holds NaN"),
        ("[Infinity]", "holds Infinity"),
        ("[-Infinity]", "holds -Infinity"),
        ('{"a":1,"b":2,"a":3}', "names the member 'a' twice"),
    ],
)
def test_what_is_no_json_is_refused(text, sentence):
    with pytest.raises(ParameterError, match=sentence) as caught:
        bodies.loaded(text, USUAL)
    assert caught.value.vi != str(caught.value)


@pytest.mark.parametrize("depth", [1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":', '{"op":"not","args":[', '["]]]",['])
def test_what_is_nested_too_deeply_is_refused_before_it_is_parsed(opening, depth):
    with pytest.raises(ParameterError, match="nested more than 100 deep"):
        bodies.loaded(opening * depth, USUAL)


def test_brackets_inside_texts_do_not_count():
    text = '["' + "[" * 1_000 + '\\"[[", 1]'
    assert bodies.loaded(text, USUAL) == ["[" * 1_000 + '"[[', 1]


def test_a_number_of_many_digits_is_a_double():
    assert bodies.loaded("9" * 30, USUAL) == 1e30
    assert bodies.loaded("9" * 5_000, USUAL) == float("inf")
