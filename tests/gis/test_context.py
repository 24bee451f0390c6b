"""Which layers, years, communes and constraints count on a day, and what is said of the rest."""

from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import box

from gis import context
from gis.errors import InputError
from gis.intake.door import Order, take_in
from gis.workspace import Workspace

DAY = date(2026, 6, 1)
OLD = "tt27-2018"


@pytest.fixture
def space(tmp_path):
    return Workspace.create(tmp_path / "space")


@pytest.fixture
def put(space, tmp_path):
    """Return a function that adds rows of one hectare each to the workspace."""

    def add(layer, dataset, /, *, constants=None, schematic=False, **columns):
        rows = max(len(values) for values in columns.values())
        shapes = [
            box(580_000 + 100 * at, 1_690_000, 580_100 + 100 * at, 1_690_100) for at in range(rows)
        ]
        path = tmp_path / f"{dataset}.parquet"
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898").to_parquet(path)
        order = Order(layer=layer, path=path, constants=constants or {}, schematic=schematic)
        return space.add(take_in(order))

    return add


@pytest.fixture
def put_map(put):
    """Return a function that adds a land-use map of one parcel."""

    def add(name, year, *, status="current", code="LUC", table=OLD, **constants):
        given = {"code_table": table, "status": status, "year": year, **constants}
        return put("land-use", name, constants=given, code=[code])

    return add


def notes(loaded):
    return " ".join(note.text("vi") for note in loaded.notes), [
        note.text("en") for note in loaded.notes
    ]


def test_an_empty_workspace_names_everything_it_lacks(space):
    loaded = context.load(space, as_of=DAY)
    assert loaded.missing() == ("current", "plan", "general_plan", "communes", "constraints")
    vi, en = notes(loaded)
    assert "Chưa có lớp quy hoạch sử dụng đất." in vi
    assert en == [
        "There is no layer of communes.",
        "There is no layer of constraints.",
        "There is no layer of current land use.",
        "There is no layer of land-use plan.",
        "There is no layer of commune general plan.",
    ]
    assert (loaded.year, loaded.sources, loaded.schematic) == (None, (), False)


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 6, 1), 2020), (date(2020, 1, 1), 2020), (date(2019, 12, 31), 2015)],
)
def test_present_land_use_is_the_latest_not_after_the_day(day, year, space, put_map):
    for at in (2015, 2020, 2027):
        put_map(f"m{at}", at)
    loaded = context.load(space, as_of=day)
    assert list(loaded.current["dataset"]) == [f"land-use/m{year}"]


def test_a_present_map_of_a_later_year_is_used_and_said(space, put_map):
    put_map("m2024", 2024)
    loaded = context.load(space, as_of=date(2023, 1, 1))
    assert len(loaded.current) == 1
    assert "sớm nhất là năm 2024, sau ngày xét" in notes(loaded)[0]


def test_several_maps_of_one_year_are_joined(space, put_map):
    put_map("north", 2020, code="LUC")
    put_map("south", 2020, code="CLN")
    loaded = context.load(space, as_of=DAY)
    assert sorted(loaded.current["code"]) == ["CLN", "LUC"]
    assert sorted(entry.name for entry in loaded.sources) == ["north", "south"]


def test_each_kind_of_plan_is_taken_of_its_own_latest_year(space, put_map):
    put_map("old", 2020, status="planned")
    put_map("plan", 2030, status="planned")
    put_map("qhc", 2040, status="planned", plan_kind="general_plan", table="qhc")
    loaded = context.load(space, as_of=DAY)
    assert list(loaded.plan["dataset"]) == ["land-use/plan"]
    assert list(loaded.general_plan["dataset"]) == ["land-use/qhc"]
    assert loaded.year == 2030
    assert "Quy hoạch sử dụng đất năm 2030; quy hoạch chung xã năm 2040." in notes(loaded)[0]


def test_an_asked_year_is_taken_exactly_and_what_lacks_it_is_named(space, put_map):
    put_map("old", 2020, status="planned")
    put_map("plan", 2030, status="planned")
    put_map("qhc", 2040, status="planned", plan_kind="general_plan", table="qhc")
    loaded = context.load(space, as_of=DAY, year=2020)
    assert list(loaded.plan["dataset"]) == ["land-use/old"]
    assert loaded.general_plan is None
    assert loaded.year == 2020
    assert "There is no commune general plan of 2020, only of 2040." in notes(loaded)[1]
    assert "There is no layer of commune general plan." not in notes(loaded)[1]


def test_a_year_of_no_plan_is_refused(space, put_map):
    put_map("plan", 2030, status="planned")
    put_map("qhc", 2040, status="planned", plan_kind="general_plan", table="qhc")
    with pytest.raises(
        InputError, match=r"No plan of the year 2035.*plans of 2030, 2040"
    ) as caught:
        context.load(space, as_of=DAY, year=2035)
    assert caught.value.vi == (
        "Thư mục dữ liệu không có quy hoạch năm 2035; hiện có quy hoạch năm 2030, 2040."
    )


def test_a_year_without_any_plan_is_no_fault(space, put_map):
    put_map("now", 2020)
    assert context.load(space, as_of=DAY, year=2030).plan is None


@pytest.fixture
def two_sets(put):
    put(
        "communes",
        "communes",
        code=["21109", "21040", "21109"],
        name=["Bình Tân Phú", "Châu Ổ", "Đông Sơn"],
        valid_from=["2020-02-01", "2020-02-01", "2025-07-01"],
        valid_to=["2025-06-30", "2025-06-30", None],
    )


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2025, 6, 30), ["Bình Tân Phú", "Châu Ổ"]),
        (date(2025, 7, 1), ["Đông Sơn"]),
        (date(2020, 2, 1), ["Bình Tân Phú", "Châu Ổ"]),
    ],
)
@pytest.mark.usefixtures("two_sets")
def test_communes_are_those_of_the_day(day, names, space):
    loaded = context.load(space, as_of=day)
    assert sorted(loaded.communes["name"]) == names
    assert loaded.other_communes is None


@pytest.mark.parametrize(
    ("day", "others"),
    [(date(2026, 6, 1), ["Bình Tân Phú", "Châu Ổ"]), (date(2024, 6, 1), ["Đông Sơn"])],
)
@pytest.mark.usefixtures("two_sets")
def test_the_other_set_is_the_one_before_else_the_one_after(day, others, space):
    loaded = context.load(space, as_of=day, communes="both")
    assert sorted(loaded.other_communes["name"]) == others


@pytest.mark.usefixtures("two_sets")
def test_a_day_before_all_communes_has_none_and_says_so(space):
    loaded = context.load(space, as_of=date(2019, 1, 1))
    assert loaded.communes is None
    assert "không có mục nào có hiệu lực ngày 2019-01-01" in notes(loaded)[0]


def test_one_set_alone_has_no_other(space, put):
    put("communes", "communes", code=["1"], name=["a"], valid_from=["2025-07-01"])
    assert context.load(space, as_of=DAY, communes="both").other_communes is None
    assert context.load(Workspace.open(space.folder), as_of=DAY).communes is not None


def test_constraints_count_while_they_are_valid(space, put):
    put(
        "constraints",
        "constraints",
        constraint_id=["ended", "open"],
        kind=["road", "road"],
        effect=["flag", "flag"],
        valid_to=["2026-05-31", None],
    )
    loaded = context.load(space, as_of=DAY)
    assert list(loaded.constraints["constraint_id"]) == ["open"]


def test_one_schematic_layer_makes_everything_schematic(space, put, put_map):
    put_map("now", 2020)
    assert not context.load(space, as_of=DAY).schematic
    put("communes", "communes", schematic=True, code=["1"], name=["a"], valid_from=["2025-07-01"])
    assert context.load(space, as_of=DAY).schematic


def test_sources_are_what_was_read_and_no_more(space, put, put_map):
    put_map("now", 2020)
    put_map("before", 2010)
    put("zones", "zones", zone_id=["z"], use=["workshop"])
    assert [entry.key for entry in context.load(space, as_of=DAY).sources] == ["land-use/now"]


def test_thresholds_come_from_the_workspace(space):
    (space.folder / "settings.toml").write_text("min_area_m2 = 7\n", encoding="utf-8")
    assert context.load(space, as_of=DAY).settings.min_area_m2 == 7.0
