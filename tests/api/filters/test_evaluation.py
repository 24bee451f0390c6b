import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, box

from api.errors import ParameterError
from api.filters import evaluation, language, spatial
from api.filters.limits import Limits
from api.filters.tables import Table
from api.filters.work import FALSE, TRUE, UNKNOWN, Work
from api.systems import LON_LAT, System

VALUES = {"T": True, "F": False, "N": None}
NAMES = {int(TRUE): "T", int(FALSE): "F", int(UNKNOWN): "N"}


@pytest.fixture
def pairs():
    """Return the nine pairs of truth values, in the order of the standard's table."""
    frame = gpd.GeoDataFrame(
        {
            "p": [VALUES[each] for each in "TTFFTFNNN"],
            "q": [VALUES[each] for each in "TFTFNNTFN"],
        },
        geometry=[Point(580_000, 1_690_000)] * 9,
        crs="EPSG:5898",
    )
    return Table.of(frame)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p and q", "TFFFNFNFN"),
        ("p or q", "TTTFTNTNN"),
        ("not p", "FFTTFTNNN"),
        ("q and p", "TFFFNFNFN"),
        ("not (p and q)", "FTTTNTNTN"),
        ("not p or not q", "FTTTNTNTN"),
        ("p and q and true", "TFFFNFNFN"),
        ("p or q or false", "TTTFTNTNN"),
        ("p is null", "FFFFFFTTT"),
        ("p = q", "TFFTNNNNN"),
        ("p in (q)", "TFFTNNNNN"),
    ],
)
def test_three_truth_values_as_the_standard_has_them(pairs, text, expected):
    bound = language.parse(text, language="cql2-text").check(pairs.kinds)
    found = evaluation.answered(Work(pairs, LON_LAT, 5.0), bound, None)
    assert "".join(NAMES[int(each)] for each in found) == expected


@pytest.fixture
def many():
    """Return ten thousand points in a row, a metre apart."""
    frame = gpd.GeoDataFrame(
        {"n": np.arange(10_000), "name": [f"điểm {at}" for at in range(10_000)]},
        geometry=[Point(580_000 + at, 1_690_000) for at in range(10_000)],
        crs="EPSG:5898",
    )
    return Table.of(frame)


def counted(monkeypatch, group):
    """Count the rows that each operator of a group is asked about."""
    asked = []
    answer = evaluation._ANSWERS[group]

    def counting(work, node, rows):
        asked.append(work.size(rows))
        return answer(work, node, rows)

    monkeypatch.setitem(evaluation._ANSWERS, group, counting)
    return asked


@pytest.mark.parametrize("swapped", [False, True])
def test_a_small_place_is_looked_for_first(monkeypatch, ask, many, swapped):
    asked = counted(monkeypatch, "like")
    parts = ["accenti(name) like 'diem 5%'", "S_INTERSECTS(geometry, BBOX(580500,1,580509.5,2e6))"]
    rows = ask(" and ".join(parts[:: -1 if swapped else 1]), of=many)
    assert rows == list(range(500, 510))
    assert asked == [10]


def test_what_is_cheap_is_looked_at_before_what_is_not(monkeypatch, ask, many):
    asked = counted(monkeypatch, "spatial")
    text = "S_WITHIN(geometry, BBOX(0, 0, 1e6, 3e6)) and casei(name) like '%7' and n < 20"
    assert ask(text, of=many) == [7, 17]
    assert asked == [2]


def test_or_looks_only_at_what_is_not_yet_true(monkeypatch, ask, many):
    asked = counted(monkeypatch, "like")
    assert len(ask("name like '%9' or n < 9990", of=many)) == 9_991
    assert asked == [10]


def test_a_filter_that_takes_too_long_is_refused(many):
    text = " or ".join(f"name like '%{at}%x'" for at in range(200))
    read = language.parse(text, language="cql2-text", limits=Limits(seconds=0.01))
    with pytest.raises(ParameterError, match=r"takes more than 0\.01 seconds here") as caught:
        read.select(many)
    assert "mất hơn 0.01 giây" in caught.value.vi


def test_very_many_places_in_one_condition_are_stopped_as_well(many):
    text = " and ".join(f"S_WITHIN(geometry, BBOX({at % 90}, 1, 110, 30))" for at in range(3_000))
    read = language.parse(text, language="cql2-text", limits=Limits(seconds=0.05))
    with pytest.raises(ParameterError, match="takes more than"):
        read.select(many)


def test_a_long_spatial_search_is_stopped_between_its_parts(monkeypatch, many):
    monkeypatch.setattr(spatial, "_POINTS_AT_ONCE", 1)
    ring = ", ".join(
        f"{580_000 + x!r} {1_690_000 + y!r}"
        for x, y in np.array(Point(0, 0).buffer(6_000, quad_segs=500).exterior.coords).tolist()
    )
    read = language.parse(
        f"S_INTERSECTS(geometry, POLYGON(({ring})))",
        language="cql2-text",
        system=System.of("EPSG:5898"),
        limits=Limits(seconds=0.002),
    )
    with pytest.raises(ParameterError, match="takes more than"):
        read.select(many)


def test_a_layer_without_rows_has_none_to_choose(ask, table):
    empty = Table.of(
        gpd.GeoDataFrame(
            {name: table.columns[name][:0] for name in table.columns},
            geometry=[],
            crs="EPSG:5898",
        ),
        dates=["valid_from"],
    )
    for text in (
        "true",
        "code = 'LUC' and area > 1 or not year = 2",
        "code in ('x') or code like '%' or year between 1 and 2",
        "t_after(valid_from, DATE('2020-01-01'))",
        "S_INTERSECTS(geometry, BBOX(-180,-90,180,90)) and code = 'LUC'",
        "casei(code) is null",
    ):
        assert ask(text, of=empty, system=LON_LAT) == []


def test_one_row_is_no_constant(ask):
    """What a single row holds, or lacks, is not taken for what is the same for all."""
    for value, rows in ((None, []), ("LUC", [0])):
        frame = gpd.GeoDataFrame(
            {"code": [value], "other": [value]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:5898"
        )
        table = Table.of(frame)
        assert ask("code = other", of=table) == rows
        assert ask("code = 'LUC'", of=table) == rows
        assert ask("'LUC' = code", of=table) == rows
        assert ask("code in (other)", of=table) == rows
