import geopandas as gpd
import pytest
from shapely.geometry import Point

from api.filters.tables import Table

#: One interval, and others around it: name of the relation, start and end.
AROUND = {
    "before": (1, 2),
    "meets": (1, 3),
    "overlaps": (1, 5),
    "finishedby": (1, 7),
    "contains": (1, 9),
    "starts": (3, 5),
    "equals": (3, 7),
    "startedby": (3, 9),
    "during": (4, 6),
    "finishes": (5, 7),
    "overlappedby": (5, 9),
    "metby": (7, 9),
    "after": (8, 9),
}
APART = ("before", "after")


def day(number):
    return f"2020-01-{number:02}"


def moment(number):
    return f"{day(number)}T12:00:00Z"


@pytest.fixture(params=[day, moment], ids=["days", "moments"])
def intervals(request):
    """Thirteen rows, one for each relation that two intervals can have."""
    write = request.param
    frame = gpd.GeoDataFrame(
        {
            "start": [write(start) for start, _ in AROUND.values()],
            "end": [write(end) for _, end in AROUND.values()],
        },
        geometry=[Point(580_000, 1_690_000)] * len(AROUND),
        crs="EPSG:5898",
    )
    if write is moment:
        frame["start"], frame["end"] = (
            frame[name].astype("datetime64[us, UTC]") for name in ("start", "end")
        )
    return Table.of(frame, dates=["start", "end"] if write is day else []), write


@pytest.mark.parametrize("relation", AROUND)
def test_of_the_thirteen_relations_each_holds_for_its_own_row(ask, intervals, relation):
    table, write = intervals
    middle = f"INTERVAL('{write(3)}', '{write(7)}')"
    rows = ask(f'T_{relation}(INTERVAL(start, "end"), {middle})', of=table)
    assert [list(AROUND)[row] for row in rows] == [relation]


def test_what_is_disjoint_does_not_intersect(ask, intervals):
    table, write = intervals
    middle = f"INTERVAL('{write(3)}', '{write(7)}')"
    apart = [list(AROUND).index(name) for name in APART]
    assert ask(f'T_DISJOINT(INTERVAL(start, "end"), {middle})', of=table) == apart
    met = ask(f'T_INTERSECTS({middle}, INTERVAL(start, "end"))', of=table)
    assert met == [at for at in range(len(AROUND)) if at not in apart]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("t_after(valid_from, DATE('2020-01-01'))", [2, 3]),
        ("t_before(DATE('2020-01-01'), valid_from)", [2, 3]),
        ("t_equals(valid_from, '2020-01-01')", [0]),
        ("t_equals(valid_from, INTERVAL('2020-01-01', '2020-01-01'))", [0]),
        ("t_disjoint(valid_from, DATE('2020-01-01'))", [2, 3]),
        ("t_intersects(valid_from, INTERVAL('2020-06-01', '..'))", [2, 3]),
        ("t_intersects(valid_from, INTERVAL('..', '..'))", [0, 2, 3]),
        # the end of row 0 is open, so is the start of row 1; row 3 ends before it begins
        ("t_intersects(INTERVAL(valid_from, valid_to), DATE('2021-06-01'))", [0, 1]),
        ("t_intersects(INTERVAL(valid_from, valid_to), DATE('1900-01-01'))", [1]),
        ("t_intersects(INTERVAL(valid_from, valid_to), DATE('9999-12-31'))", [0]),
        ("not t_intersects(INTERVAL(valid_from, valid_to), DATE('2021-06-01'))", [2]),
        ("t_intersects(INTERVAL(valid_from, '..'), DATE('2023-01-01'))", [0, 2, 3]),
        ("t_intersects(INTERVAL('2021-01-01', valid_to), DATE('2021-06-01'))", [0, 1, 2, 4]),
        ("t_during(INTERVAL(valid_from, valid_to), INTERVAL('2019-01-01', '2024-01-01'))", [2]),
        ("t_contains(INTERVAL('..', '..'), INTERVAL(valid_from, valid_to))", [2]),
        ("t_after(DATE('2020-01-02'), DATE('2020-01-01'))", [0, 1, 2, 3, 4]),
        ("t_meets(INTERVAL('..', '2020-01-01'), INTERVAL('2020-01-01', '..'))", [0, 1, 2, 3, 4]),
    ],
)
def test_open_ends_and_missing_ones(ask, text, rows):
    assert ask(text) == rows
