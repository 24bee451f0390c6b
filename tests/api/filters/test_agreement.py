"""Random filters, in both languages, against a slow road that looks at one row after the other.

The slow road shares nothing with what it tests: it reads CQL2 JSON by itself, knows three truth
values as True, False and None, and compares Python values.
"""

import json
import math
import re
import unicodedata

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.filters import language
from api.filters.tables import Table
from api.systems import System

X, Y = 580_000.0, 1_690_000.0
STORED = System.of("EPSG:5898")
ROWS = [
    # name, note, area, count, checked, from, to, tags, west of the square, its size
    ("Bình Sơn", "a%b", 1.5, 1, True, "2020-01-01", "2020-12-31", ["a"], 0, 100),
    ("bình sơn", "", -2.0, 2, False, "2021-01-01", None, ["a", "b"], 100, 100),
    ("Binh Son", "_", 0.0, -3, None, None, "2021-06-30", [], 50, 100),
    ("ĐÔNG", "đông", None, 4, True, None, None, None, 300, 50),
    (None, "x\ny", 1e300, 0, False, "2022-02-28", "2022-03-01", ["b", "b"], 310, 20),
    ("a%b", None, 2.0, 7, None, "2023-01-01", "2020-01-01", ["c", "a", "b"], None, 0),
]
NAMES = (*("name", "note", "area", "count", "checked", "start", "end", "tags"), "geometry")


def shape(west, size):
    return None if west is None else shapely.box(X + west, Y, X + west + size, Y + size)


RECORDS = [dict(zip(NAMES, (*row[:8], shape(row[8], row[9])), strict=True)) for row in ROWS]
TABLE = Table.of(
    gpd.GeoDataFrame(
        {name: [record[name] for record in RECORDS] for name in NAMES[:-1]},
        geometry=[record["geometry"] for record in RECORDS],
        crs="EPSG:5898",
    ),
    dates={"start", "end"},
)

# --- the slow road ----------------------------------------------------------------------------


def slow(tree, row):
    """Answer a filter for one row: True, False, or None where that is unknown."""
    if not isinstance(tree, dict) or "op" not in tree:
        return value_of(tree, row)
    op, args = tree["op"], tree["args"]
    if op in {"and", "or", "not"}:
        return logic(op, [slow(each, row) for each in args])
    if op[:2] in {"s_", "t_", "a_"}:
        return relation(op, args, row)
    return predicate(op, args, row)


def predicate(op, args, row):
    first = value_of(args[0], row)
    if op == "isNull":
        return first is None
    if op == "in":
        return logic("or", [compare("=", first, value_of(each, row)) for each in args[1]])
    values = [first, *(value_of(each, row) for each in args[1:])]
    if None in values:
        return None
    if op == "like":
        return alike(first, values[1])
    return values[1] <= first <= values[2] if op == "between" else compare(op, *values)


def logic(op, found):
    if op == "not":
        return None if found[0] is None else not found[0]
    settled = op == "or"
    if settled in found:
        return settled
    return None if None in found else not settled


def compare(op, left, right):
    if left is None or right is None:
        return None
    return {
        "=": left == right,
        "<>": left != right,
        "<": left < right,
        ">": left > right,
        "<=": left <= right,
        ">=": left >= right,
    }[op]


def value_of(tree, row):
    if not isinstance(tree, dict):
        return tree
    if "op" not in tree:
        return row[tree["property"]] if "property" in tree else tree["date"]
    values = [value_of(each, row) for each in tree["args"]]
    if None in values:
        return None
    return folded(tree["op"], *values) if len(values) == 1 else reckoned(tree["op"], *values)


def folded(op, value):
    if op == "casei":
        return value.casefold()
    plain = value.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", plain) if ord(c) < 128)


def reckoned(op, left, right):
    try:
        result = {
            "+": lambda: float(left) + right,
            "-": lambda: float(left) - right,
            "*": lambda: float(left) * right,
            "/": lambda: left / right,
            "div": lambda: math.trunc(left / right),
            "%": lambda: math.fmod(left, right),
            "^": lambda: math.pow(left, right),
        }[op]()
    except (ArithmeticError, ValueError):
        return None
    return result if math.isfinite(result) else None


def alike(text, pattern):
    """Match a pattern of LIKE by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return alike(text, pattern[1:]) or (bool(text) and alike(text[1:], pattern))
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and alike(text[1:], pattern[2:])
    return bool(text) and pattern[0] in {"_", text[0]} and alike(text[1:], pattern[1:])


def relation(op, args, row):
    if op[:2] == "s_":
        shapes = [shape_of(each, row) for each in args]
        return None if None in shapes else bool(getattr(shapely, op[2:])(*shapes))
    if op[:2] == "a_":
        sets = [row[each["property"]] if isinstance(each, dict) else each for each in args]
        if None in sets:
            return None
        left, right = map(set, sets)
        return {
            "a_equals": left == right,
            "a_contains": left >= right,
            "a_containedBy": left <= right,
            "a_overlaps": bool(left & right),
        }[op]
    spans = [span_of(each, row) for each in args]
    return None if None in spans else times(op, *spans)


def shape_of(tree, row):
    if "property" in tree:
        return row[tree["property"]]
    return shapely.box(*tree["bbox"]) if "bbox" in tree else shapely.geometry.shape(tree)


def span_of(tree, row):
    if "interval" not in tree:
        day = value_of(tree, row)
        return None if day is None else (day, day)
    start, end = (None if each == ".." else value_of(each, row) for each in tree["interval"])
    if start is None and end is None and tree["interval"] != ["..", ".."]:
        return None
    span = (start or "0000-01-01", end or "9999-12-31")
    return span if span[0] <= span[1] else None


def times(op, one, two):
    (a, b), (c, d) = one, two
    return {
        "t_after": a > d,
        "t_before": b < c,
        "t_disjoint": a > d or b < c,
        "t_intersects": a <= d and c <= b,
        "t_equals": (a, b) == (c, d),
        "t_contains": a < c and d < b,
        "t_during": c < a and b < d,
        "t_finishedBy": a < c and b == d,
        "t_finishes": c < a and b == d,
        "t_meets": b == c,
        "t_metBy": a == d,
        "t_overlappedBy": c < a < d < b,
        "t_overlaps": a < c < b < d,
        "t_startedBy": a == c and d < b,
        "t_starts": a == c and b < d,
    }[op]


# --- random filters ---------------------------------------------------------------------------


def call(op, *args):
    return st.tuples(op if isinstance(op, st.SearchStrategy) else st.just(op), *args).map(
        lambda found: {"op": found[0], "args": list(found[1:])}
    )


def named(*names):
    return st.sampled_from(names).map(lambda name: {"property": name})


SIGNS = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])
TEXTS = st.one_of(
    named("name", "note"), st.text("BbìđĐôn%_\\'a \n", max_size=4), st.sampled_from(["a%b", ""])
)
FOLDED = st.recursive(TEXTS, lambda inner: call(st.sampled_from(["casei", "accenti"]), inner))
FIGURES = st.one_of(
    named("area", "count"), st.integers(-9, 9), st.sampled_from([0.5, -1.25, 1e300, 0])
)
SUMS = st.recursive(
    FIGURES,
    lambda inner: call(st.sampled_from(["+", "-", "*", "/", "div", "%", "^"]), inner, inner),
    max_leaves=4,
)
DAYS = ["2020-01-01", "2020-12-31", "2021-01-01", "2021-06-30", "2022-02-28"]
INSTANTS = st.one_of(named("start", "end"), st.sampled_from(DAYS).map(lambda day: {"date": day}))
ENDS = st.one_of(named("start", "end"), st.sampled_from([*DAYS, ".."]))
INTERVALS = (
    st.tuples(ENDS, ENDS)
    .map(list)
    .filter(
        lambda ends: (
            not all(isinstance(end, str) for end in ends) or ".." in ends or ends[0] <= ends[1]
        )
    )
    .map(lambda ends: {"interval": ends})
)
GRID = st.integers(-1, 8).map(lambda step: step * 50.0)
BOXES = st.tuples(GRID, GRID, st.integers(1, 5), st.integers(1, 5)).map(
    lambda at: {"bbox": [X + at[0], Y + at[1], X + at[0] + at[2] * 50, Y + at[1] + at[3] * 50]}
)
POINTS = st.tuples(GRID, GRID).map(
    lambda at: {"type": "Point", "coordinates": [X + at[0], Y + at[1]]}
)
LINES = st.tuples(GRID, GRID, st.integers(1, 4)).map(
    lambda at: {
        "type": "LineString",
        "coordinates": [[X + at[0], Y + at[1]], [X + at[0] + 50 * at[2], Y + at[1] + 25]],
    }
)
SHAPES = st.one_of(named("geometry"), BOXES, POINTS, LINES)
LISTS = st.one_of(named("tags"), st.lists(st.sampled_from("abc"), max_size=3))
OF_ALL = ("after", "before", "disjoint", "equals", "intersects")
OF_INTERVALS = (
    *("contains", "during", "finishedBy", "finishes", "meets", "metBy"),
    *("overlappedBy", "overlaps", "startedBy", "starts"),
)
RELATIONS = (
    *("intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains"),
)


def among(prefix, names):
    return st.sampled_from([prefix + name for name in names])


# a pattern that ends with the sign that takes the next one as itself is refused
PATTERNS = st.text("Bb%_\\ađ", max_size=5).filter(
    lambda text: not re.search(r"(?<!\\)(\\\\)*\\$", text)
)
CONDITIONS = st.one_of(
    st.booleans(),
    named("checked"),
    call(SIGNS, FOLDED, FOLDED),
    call(SIGNS, SUMS, SUMS),
    call(SIGNS, INSTANTS, INSTANTS),
    call(SIGNS, named("checked"), st.one_of(st.booleans(), named("checked"))),
    call("like", FOLDED, PATTERNS),
    call("between", SUMS, SUMS, SUMS),
    call("in", FOLDED, st.lists(FOLDED, min_size=1, max_size=4)),
    call("in", SUMS, st.lists(SUMS, min_size=1, max_size=4)),
    call("isNull", st.one_of(named(*NAMES), SUMS)),
    call(among("s_", RELATIONS), SHAPES, SHAPES),
    call(among("t_", OF_ALL), st.one_of(INSTANTS, INTERVALS), st.one_of(INSTANTS, INTERVALS)),
    call(among("t_", OF_INTERVALS), INTERVALS, INTERVALS),
    call(among("a_", ("equals", "contains", "containedBy", "overlaps")), LISTS, LISTS),
)
FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        call("not", inner),
        call(st.sampled_from(["and", "or"]), inner, inner),
        call(st.sampled_from(["and", "or"]), inner, inner, inner),
    ),
    max_leaves=6,
)

# --- the same filter as text ------------------------------------------------------------------


def text(tree):
    """Write a filter as CQL2 text, with more brackets than it needs."""
    if isinstance(tree, dict):
        return written(tree["op"], [*map(text, tree["args"])]) if "op" in tree else literal(tree)
    if isinstance(tree, list):
        return f"({', '.join(map(text, tree))})"
    if isinstance(tree, str):
        return "'" + tree.replace("\\", "\\\\").replace("'", "''") + "'"
    return repr(tree).upper() if isinstance(tree, bool) else repr(tree)


def written(op, args):
    forms = {
        "not": "NOT ({})",
        "isNull": "({}) IS NULL",
        "between": "({}) BETWEEN ({}) AND ({})",
        "like": "{} LIKE {}",
        "in": "{} IN {}",
    }
    if op in forms:
        return forms[op].format(*args)
    if op[0].isalpha() and op not in {"and", "or", "div"}:
        return f"{op.upper()}({', '.join(args)})"
    return f" {op} ".join(f"({each})" for each in args)


def literal(tree):
    if "property" in tree:
        return f'"{tree["property"]}"'
    if "date" in tree:
        return f"DATE('{tree['date']}')"
    if "bbox" in tree:
        return f"BBOX({', '.join(map(repr, tree['bbox']))})"
    if "interval" in tree:
        return f"INTERVAL({', '.join(map(text, tree['interval']))})"
    return shapely.to_wkt(shapely.geometry.shape(tree), rounding_precision=-1)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=FILTERS)
def test_both_languages_choose_what_the_slow_road_chooses(tree):
    expected = [at for at, row in enumerate(RECORDS) if slow(tree, row) is True]
    for lang, body in (("cql2-json", json.dumps(tree)), ("cql2-text", text(tree))):
        read = language.parse(body, language=lang, system=STORED)
        assert read.select(TABLE).tolist() == expected, body


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=FILTERS, rows=st.sets(st.integers(0, len(ROWS) - 1)))
def test_among_some_rows_those_are_chosen_that_would_be_among_all(tree, rows):
    read = language.parse(json.dumps(tree), language="cql2-json", system=STORED)
    given_rows = sorted(rows)
    whole = read.select(TABLE).tolist()
    chosen = read.select(TABLE, rows=np.array(given_rows, dtype=np.int64))
    assert chosen.tolist() == [row for row in whole if row in rows]
