from datetime import date

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from api.filters import language
from api.filters.tables import Table


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("A_CONTAINS(tags, ('b'))", [0, 1]),
        ("A_CONTAINS(tags, ('a', 'b'))", [0]),
        ("A_CONTAINS(tags, ())", [0, 1, 2, 4]),
        ("A_CONTAINEDBY(tags, ('a', 'b', 'x'))", [0, 1, 2]),
        ("A_EQUALS(tags, ('b', 'a', 'a'))", [0]),
        ("A_EQUALS(tags, ('c'))", [4]),
        ("A_EQUALS(tags, ())", [2]),
        ("A_OVERLAPS(tags, ('a', 'c'))", [0, 4]),
        ("A_OVERLAPS(tags, ())", []),
        ("not A_OVERLAPS(tags, ('a', 'c'))", [1, 2]),
        ("A_CONTAINS(('a', 'b'), tags)", [0, 1, 2]),
        ("A_CONTAINEDBY(('b'), tags)", [0, 1]),
        ("A_EQUALS(tags, tags)", [0, 1, 2, 4]),
        ("A_OVERLAPS(tags, tags)", [0, 1, 4]),
        ("A_CONTAINS(tags, (casei('B')))", [0, 1]),
        ("A_CONTAINS(tags, (1))", []),
        ("A_CONTAINS((1, 2, 3), (3.0, 1))", [0, 1, 2, 3, 4]),
        ("A_CONTAINS((1, true), (true))", [0, 1, 2, 3, 4]),
        ("A_CONTAINS((1), (true))", []),
        ("A_CONTAINS(('2020-01-01'), (DATE('2020-01-01')))", []),
        ("A_CONTAINS((2020, 2022), (year))", [0, 2]),
        ("A_OVERLAPS((year, 'b'), tags)", [0, 1]),
        ("A_CONTAINS((checked), (true))", [0, 3]),
        ("A_EQUALS((valid_from), (DATE('2020-01-01')))", [0]),
        ("A_CONTAINS((2021, 7), (year + 1))", [0]),
    ],
)
def test_sets_compared_by_hand(ask, text, rows):
    assert ask(text) == rows


def column(values):
    shapes = [Point(580_000, 1_690_000)] * len(values)
    return Table.of(gpd.GeoDataFrame({"tags": values}, geometry=shapes, crs="EPSG:5898"))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([np.array([1, 2]), np.array([3])], "A_CONTAINS(tags, (2.0))"),
        ([[1.5, None], [float("nan")]], "A_EQUALS(tags, (1.5))"),
        ([(True, False), (1, 0)], "A_CONTAINS(tags, (true))"),
        ([(1, 0), (True, False)], "A_CONTAINS(tags, (1))"),
        ([["Bi\u0300nh"], ["Binh"]], "A_CONTAINS(tags, ('Bình'))"),
        ([[date(2020, 1, 1)], ["2020-01-01"]], "A_CONTAINS(tags, (DATE('2020-01-01')))"),
        ([["x", {"a": 1}, [2]], [["x"]]], "A_CONTAINS(tags, ('x'))"),
    ],
)
def test_elements_are_told_apart_by_type_and_value(ask, values, text):
    table = column(values)
    assert table.kinds["tags"] == "array"
    assert ask(text, of=table) == [0]


SETS = st.lists(st.sampled_from("abcd"), max_size=4)


@given(st.lists(st.one_of(st.none(), SETS), min_size=1, max_size=8), SETS)
def test_every_relation_is_that_of_python_sets(values, wanted):
    if not any(values):
        return
    # a table knows by the first list that the column holds lists
    table = column(values)
    literal = "(" + ", ".join(f"'{each}'" for each in wanted) + ")"
    relations = {
        "A_EQUALS": lambda one: set(one) == set(wanted),
        "A_CONTAINS": lambda one: set(one) >= set(wanted),
        "A_CONTAINEDBY": lambda one: set(one) <= set(wanted),
        "A_OVERLAPS": lambda one: bool(set(one) & set(wanted)),
    }
    for name, holds in relations.items():
        read = language.parse(f"{name}(tags, {literal})", language="cql2-text")
        expected = [at for at, each in enumerate(values) if each is not None and holds(each)]
        assert read.select(table).tolist() == expected
