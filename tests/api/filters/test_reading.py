import pytest

from api.errors import ParameterError
from api.filters.limits import USUAL, Limits
from api.filters.operators import OPERATORS
from api.filters.reading import Reader
from api.filters.tree import Call, Constant, Interval, Items, Property, Shape
from api.systems import LON_LAT

A = {"property": "a"}


def node(tree, limits=USUAL):
    return Reader(LON_LAT, limits).node(tree)


def test_every_kind_of_value_has_its_place_in_the_tree():
    assert node({"op": "AND", "args": [True, A]}) == Call(
        "and", (Constant("boolean", value=True), Property("a"))
    )
    assert node([1, "x"]) == Items((Constant("number", 1), Constant("string", "x")))
    assert node({"date": "1970-01-02"}) == Constant("date", 1)
    assert node({"timestamp": "1970-01-01T00:00:01.5Z"}) == Constant("timestamp", 1_500_000)
    assert node({"interval": ["..", A]}) == Interval(None, Property("a"))
    assert isinstance(node({"bbox": [1, 2, 3, 4]}), Shape)
    assert isinstance(node({"type": "Point", "coordinates": [1, 2]}), Shape)


def test_names_and_texts_are_composed():
    assert node({"property": "te\u0302n"}) == Property("tên")
    assert node("Bi\u0300nh") == Constant("string", "Bình")


def test_the_names_of_properties_are_gathered():
    reader = Reader(LON_LAT, USUAL)
    reader.node({"op": "t_after", "args": [A, {"interval": [{"property": "b"}, ".."]}]})
    assert reader.names == {"a", "b"}


@pytest.mark.parametrize("op", OPERATORS)
def test_every_operator_wants_its_number_of_operands(op):
    operator = OPERATORS[op]
    for count in (0, operator.least - 1, (operator.most or 98) + 1):
        if operator.most is None and count > operator.least:
            continue
        with pytest.raises(
            ParameterError, match=f"takes {operator.least}.*, not {count}"
        ) as caught:
            node({"op": op, "args": [A] * count})
        assert str(count) in caught.value.vi


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (None, "holds null"),
        ({"op": "=", "args": [A, None]}, "holds null"),
        ({"op": "eq", "args": [1, 1]}, "no operator 'eq'; the operators are and, or"),
        ({"op": 5, "args": []}, "no operator '5'"),
        ({"op": ["="], "args": []}, "no operator list"),
        ({"op": "="}, "takes 2 operands in a list, not 0"),
        ({"op": "=", "args": {"a": 1}}, "takes 2 operands in a list, not 0"),
        ({"op": "=", "args": [1, 1], "x": 1}, "member 'x'"),
        ({"casei": "x"}, "member 'casei'"),
        ({"function": {"name": "f", "args": []}}, "member 'function'"),
        ({"property": 5}, "names a property by '5'"),
        ({"property": "a", "b": 1}, "member 'b'"),
        ({}, "an object with the member ''"),
        ({"op": "in", "args": [A, "x"]}, "IN wants a list"),
        ({"op": "in", "args": [A, []]}, "IN wants a list"),
        (1e400, "too large"),
        (10**400, "too large"),
        ("\ud800", r"holds the text '\\ud800'"),
    ],
)
def test_wrong_shapes_are_refused(tree, sentence):
    with pytest.raises(ParameterError, match=sentence) as caught:
        node(tree)
    assert caught.value.vi != str(caught.value)


@pytest.mark.parametrize(
    "tree",
    [
        *({"date": text} for text in ("2020-02-30", "2020-1-1", "0000-01-01", "nay", "", 5, None)),
        {"date": "2020-01-01T00:00:00Z"},
        {"timestamp": "2020-01-01"},
        {"timestamp": "2020-01-01T00:00:00"},
        {"timestamp": "2020-01-01T25:00:00Z"},
        {"timestamp": 5},
        {"interval": ["2020-01-01", "soon"]},
        {"interval": ["2020-01-01", 5]},
        {"interval": [True, ".."]},
    ],
)
def test_what_is_no_time_is_refused(tree):
    with pytest.raises(ParameterError, match="is no day and no moment"):
        node(tree)


@pytest.mark.parametrize(
    ("interval", "sentence"),
    [
        (["2020-01-01"], "is not two ends"),
        ("2020-01-01", "is not two ends"),
        (["2020-01-01", "2020-01-01T00:00:00Z"], "from a day to a moment"),
        (["2021-01-01", "2020-01-01"], "begins after it ends"),
    ],
)
def test_an_interval_has_two_ends_of_one_kind_in_their_order(interval, sentence):
    with pytest.raises(ParameterError, match=sentence):
        node({"interval": interval})


def test_a_moment_may_be_written_with_its_distance_from_greenwich():
    here = node({"timestamp": "2020-01-01T07:00:00+07:00"})
    assert here == node({"timestamp": "2020-01-01T00:00:00Z"})


def test_too_many_parts_are_refused():
    assert node([1, 2], Limits(nodes=3)) == Items((Constant("number", 1), Constant("number", 2)))
    with pytest.raises(ParameterError, match="more than 3 operators, properties and values"):
        node([1, 2, 3], Limits(nodes=3))


def test_what_is_nested_too_deeply_is_refused():
    tree = 1
    for _ in range(500):
        tree = {"op": "+", "args": [tree, 1]}
    with pytest.raises(ParameterError, match="nested more than 100 deep"):
        node(tree)
