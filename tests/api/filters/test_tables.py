from datetime import date
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from api.filters.tables import GEOMETRY, Table, Words, kinds_of


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", None], "string"),
        (["1", "2"], "string"),
        (["2020-01-01"], "string"),
        ([None, None], "string"),
        ([1, 2], "integer"),
        ([1, None], "number"),
        (pd.array([1, None], dtype="Int64"), "integer"),
        ([1.5], "number"),
        ([Decimal("1.5"), None], "number"),
        (pd.array([1, None], dtype=object), "integer"),
        (pd.array([1, "a"], dtype=object), "string"),
        ([True, False], "boolean"),
        ([True, None], "boolean"),
        (pd.Categorical(["a", "b"]), "string"),
        ([date(2020, 1, 1), None], "date"),
        ([pd.Timestamp("2020-01-01"), pd.NaT], "timestamp"),
        ([["a"], None], "array"),
        ([None, np.array([1])], "array"),
        ([("a",), ()], "array"),
    ],
)
def test_the_type_of_a_column_is_that_of_what_it_holds(values, kind):
    assert kinds_of(pd.DataFrame({"x": values})) == {GEOMETRY: "geometry", "x": kind}


@pytest.mark.parametrize(
    "values",
    [["2020-01-01", None], [None, None], [date(2020, 1, 1)], [pd.Timestamp("2020-01-01")]],
)
def test_columns_that_are_said_to_hold_days_hold_days(values):
    assert kinds_of(pd.DataFrame({"x": values}), dates=["x"])["x"] == "date"


def frame(**columns):
    shapes = [shapely.Point(0, at) for at in range(4)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898").rename_geometry("shape")


def test_the_shapes_are_called_geometry_whatever_their_column_is_called():
    table = Table.of(frame(code=list("abca")))
    assert dict(table.kinds) == {"geometry": "geometry", "code": "string"}
    assert len(table) == 4


def test_a_column_that_is_called_geometry_is_no_second_one():
    assert kinds_of(pd.DataFrame({"geometry": ["x"], "n": [1]})) == {
        "geometry": "geometry",
        "n": "integer",
    }


def test_nothing_of_the_frame_is_changed():
    rows = frame(code=list("abca"))
    before = rows.copy()
    Table.of(rows).words("code", None)
    assert rows.equals(before)


def texts(words):
    held = [*words.words.to_pylist(), None]
    return [held[code] for code in words.codes]


@pytest.mark.parametrize("rows", [None, [2], [0, 2, 3], [3, 1, 1], []])
@pytest.mark.parametrize("kept", [True, False])
def test_texts_are_the_same_from_the_whole_column_and_from_some_rows(rows, kept):
    values = ["b", None, "a\u0301", "b"]
    table = Table.of(frame(code=values))
    if kept:
        table.words("code", None)
    at = None if rows is None else np.array(rows, dtype=np.int64)
    wanted = ["b", None, "\u00e1", "b"]
    assert texts(table.words("code", at)) == [
        wanted[row] for row in (range(4) if rows is None else rows)
    ]


def test_half_characters_in_the_data_harm_nothing():
    assert texts(Words.of(pd.Series(["a\ud800", "b"], dtype=object))) == ["a?", "b"]


def test_what_holds_of_words_is_spread_over_the_rows():
    words = Words.of(pd.Series(["b", None, "a", "b"]))
    assert words.each([True, False]).tolist() == [True, False, False, True]
    assert words.known.tolist() == [True, False, True, True]
    assert Words.of(pd.Series([], dtype=object)).codes.tolist() == []
