from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from api.filters.tables import Table


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("year = 2010 + 2 * 5", [0]),
        ("year - 2020 = 1", [1]),
        ("area * 2 = 3", [0]),
        ("area / 4 = 2.5", [4]),
        ("year % 2020 = 3", [3]),
        ("area % 3 = -2", [2]),
        ("-7 % 3 = -1", [0, 1, 2, 3, 4]),
        ("year div 1000 = 2", [0, 1, 2, 3, 4]),
        ("-7 div 2 = -3", [0, 1, 2, 3, 4]),
        ("21 div 10 = 2", [0, 1, 2, 3, 4]),
        ("area ^ 2 = 4", [2]),
        ("-area = 2", [2]),
        ("-2 ^ 2 = 4", [0, 1, 2, 3, 4]),
        ("2 ^ 0 = 1", [0, 1, 2, 3, 4]),
    ],
)
def test_arithmetic_done_by_hand(ask, text, rows):
    assert ask(text) == rows


@pytest.mark.parametrize(
    "expression",
    ["1 / 0", "1 % 0", "1 div 0", "0 / 0", "-1 ^ 0.5", "0 ^ -1", "1e308 * 10", "1e308 + 1e308"],
)
def test_what_has_no_result_is_unknown(ask, expression):
    assert ask(f"{expression} = 1 or {expression} <> 1") == []
    assert ask(f"not ({expression} = 1)") == []
    assert ask(f"({expression}) is null") == [0, 1, 2, 3, 4]


def stored(**columns):
    count = len(next(iter(columns.values())))
    shapes = [Point(580_000 + at, 1_690_000) for at in range(count)]
    return Table.of(gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898"), dates=["day"])


@pytest.mark.parametrize(
    "numbers",
    [
        pd.array([3, None, 5], dtype="Int64"),
        pd.array([3.0, None, 5.0], dtype="Float64"),
        pd.array([3, None, 5], dtype="int16[pyarrow]"),
        np.array([3, np.nan, 5], dtype=np.float32),
        pd.array([3, None, 5], dtype=object),
        pd.array([3.0, np.nan, 5], dtype=object),
    ],
    ids=lambda values: str(values.dtype),
)
def test_numbers_are_numbers_however_they_are_kept(ask, numbers):
    table = stored(n=numbers)
    assert ask("n > 3", of=table) == [2]
    assert ask("n in (3, 4)", of=table) == [0]
    assert ask("n is null", of=table) == [1]
    assert ask("n + 1 = 4", of=table) == [0]


@pytest.mark.parametrize(
    "values",
    [
        pd.array([True, None, False], dtype="boolean"),
        pd.array([True, None, False], dtype=object),
        pd.array([True, None, False], dtype="bool[pyarrow]"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_booleans_are_booleans_however_they_are_kept(ask, values):
    table = stored(b=values)
    assert [ask(text, of=table) for text in ("b", "not b", "b is null")] == [[0], [2], [1]]


def test_a_large_whole_number_keeps_its_last_digit(ask):
    table = stored(n=[2**53, 2**53 + 1])
    assert ask(f"n = {2**53 + 1}", of=table) == [1]
    assert ask(f"n > {2**70}", of=table) == []


@pytest.mark.parametrize(
    "texts",
    [
        pd.array(["Bình", None, "7"], dtype="str"),
        pd.array(["Bình", None, "7"], dtype=object),
        pd.array(["Bình", None, "7"], dtype="string[pyarrow]"),
        pd.array(["Bi\u0300nh", None, 7], dtype=object),
        pd.Categorical(["Bình", None, "7"]),
    ],
    ids=["str", "object", "pyarrow", "mixed", "category"],
)
def test_texts_are_texts_however_they_are_kept(ask, texts):
    table = stored(t=texts)
    assert ask("t = 'Bi\u0300nh'", of=table) == [0]
    assert ask("t > '6' and t < '8'", of=table) == [2]
    assert ask("t is null", of=table) == [1]
    assert ask("accenti(t) = 'Binh'", of=table) == [0]


@pytest.mark.parametrize(
    "days",
    [
        ["2020-02-29", None, "2021-01-01"],
        ["2020-02-29", "soon", "2021-01-01"],
        pd.to_datetime(pd.Series(["2020-02-29", None, "2021-01-01"])),
        pd.to_datetime(pd.Series(["2020-02-29", None, "2021-01-01"])).dt.date,
        ["2020-02-29T10:00:00", None, "2021-01-01 00:00:00"],
    ],
    ids=["text", "odd text", "datetime", "date", "text with time"],
)
def test_days_are_days_however_they_are_kept(ask, days):
    table = stored(day=days)
    assert ask("day = '2020-02-29'", of=table) == [0]
    assert ask("day > DATE('2020-02-29')", of=table) == [2]
    assert ask("not day > DATE('2020-02-29')", of=table) == [0]


@pytest.mark.parametrize(
    "moments",
    [
        pd.to_datetime(pd.Series(["2020-01-01T10:00:00.0Z", None, "2021-01-01T00:00:00.5Z"])),
        pd.to_datetime(pd.Series(["2020-01-01T10:00:00.0", None, "2021-01-01T00:00:00.5"])),
        pd.to_datetime(
            pd.Series(["2020-01-01T17:00:00.0+07:00", None, "2021-01-01T07:00:00.5+07:00"])
        ),
        pd.Series(
            [
                datetime(2020, 1, 1, 10, tzinfo=UTC),
                None,
                datetime(2021, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC),
            ],
            dtype=object,
        ),
    ],
    ids=["utc", "naive", "vietnam", "objects"],
)
def test_moments_are_moments_however_they_are_kept(ask, moments):
    table = stored(at=moments)
    assert table.kinds["at"] == "timestamp"
    assert ask("at = TIMESTAMP('2020-01-01T10:00:00Z')", of=table) == [0]
    assert ask("at > TIMESTAMP('2021-01-01T00:00:00.499999Z')", of=table) == [2]
    assert ask("at is null", of=table) == [1]
