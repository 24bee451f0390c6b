from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import boundaries, shipped
from gis.errors import InputError, NotFoundError, ShippedDataError

Y2019, Y2023, Y2026 = date(2019, 6, 1), date(2023, 6, 14), date(2026, 6, 1)
DAYS = st.dates(date(2010, 1, 1), date(2040, 12, 31))


def names(units):
    return {unit.name for unit in units}


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2020, 1, 31), 25),
        (date(2020, 2, 1), 23),
        (date(2025, 6, 30), 23),
        (date(2025, 7, 1), 5),
        (date(2030, 1, 1), 5),
    ],
)
def test_each_set_holds_to_its_last_day(day, count):
    assert len(boundaries.units_on(day)) == count


def test_tinh_hoa_alone_lies_outside_the_district():
    strangers = [unit for unit in boundaries.units() if not unit.in_binh_son]
    assert [(unit.code, unit.name) for unit in strangers] == [("21187", "Tịnh Hòa")]
    assert len([u for u in boundaries.units_on(Y2023) if u.in_binh_son]) == 22


@given(DAYS)
def test_a_code_has_one_bearer_a_day(day):
    codes = [unit.code for unit in boundaries.units_on(day)]
    assert len(set(codes)) == len(codes)
    assert all(boundaries.unit(code, day).valid_on(day) for code in codes)


@pytest.mark.parametrize(
    ("code", "before", "between", "now"),
    [
        ("21040", "Châu Ổ", "Châu Ổ", "Bình Sơn"),
        ("21061", "Bình Trị", "Bình Trị", "Vạn Tường"),
        ("21109", "Bình Tân", "Bình Tân Phú", "Đông Sơn"),
        ("21085", "Bình Minh", "Bình Minh", "Bình Minh"),
    ],
)
def test_a_code_is_another_unit_on_another_day(code, before, between, now):
    assert boundaries.unit(code, Y2019).name == before
    assert boundaries.unit(code, Y2023).name == between
    assert boundaries.unit(code, Y2026).name == now
    assert [unit.name for unit in boundaries.units_with_code(code)] == [before, between, now]


def test_two_communes_that_differ_by_one_mark_stay_two():
    assert boundaries.unit("21046", Y2023).name == "Bình Thạnh"
    assert boundaries.unit("21091", Y2023).name == "Bình Thanh"
    assert boundaries.successors("21046", Y2023, Y2026)[0].name == "Bình Sơn"
    assert boundaries.successors("21091", Y2023, Y2026)[0].name == "Đông Sơn"


def test_a_unit_has_a_title_in_both_languages():
    assert boundaries.unit("21040", Y2023).title("vi") == "Thị trấn Châu Ổ"
    assert boundaries.unit("21040", Y2023).title("en") == "Châu Ổ township"
    assert boundaries.unit("21067", Y2023).title("vi") == "Xã Bình Hải"
    assert boundaries.unit("21067", Y2023).title("en") == "Bình Hải commune"


def test_figures_are_known_from_2020_and_conflicting_areas_stand_side_by_side():
    assert boundaries.unit("21067", Y2019).area_km2_geodesic is None
    assert boundaries.unit("21067", Y2019).population_2019 is None
    middle = boundaries.unit("21067", Y2023)
    assert (middle.area_km2_geodesic, middle.area_km2_dataset) == (12.86, None)
    assert "not official" in middle.area_basis
    now = boundaries.unit("21109", Y2026)
    assert (now.area_km2_geodesic, now.area_km2_dataset) == (115.5, 115.83)
    assert now.population_2019 == 34225 + 9586


@pytest.mark.parametrize(
    ("code", "on", "to", "name"),
    [
        ("21094", Y2019, Y2026, "Đông Sơn"),
        ("21094", Y2019, Y2023, "Bình Tân Phú"),
        ("21076", Y2019, Y2026, "Bình Sơn"),
        ("21076", Y2019, Y2023, "Châu Ổ"),
        ("21097", Y2019, Y2023, "Bình Thanh"),
        ("21187", Y2023, Y2026, "Đông Sơn"),
        ("21067", Y2019, Y2019, "Bình Hải"),
        ("21085", Y2023, Y2026, "Bình Minh"),
    ],
)
def test_land_is_followed_through_both_mergers(code, on, to, name):
    (found,) = boundaries.successors(code, on, to)
    assert found.name == name
    assert found.valid_on(to)


@pytest.mark.parametrize(
    ("code", "on", "to", "parts"),
    [
        ("21040", Y2023, Y2019, {"Châu Ổ", "Bình Thới"}),
        ("21091", Y2023, Y2019, {"Bình Thanh Tây", "Bình Thanh Đông"}),
        (
            "21109",
            Y2026,
            Y2023,
            {"Bình Hiệp", "Bình Thanh", "Bình Tân Phú", "Bình Châu", "Tịnh Hòa"},
        ),
        ("21100", Y2026, Y2019, {"Bình Mỹ", "Bình Chương"}),
        ("21085", Y2026, Y2026, {"Bình Minh"}),
    ],
)
def test_land_is_followed_back(code, on, to, parts):
    assert names(boundaries.predecessors(code, on, to)) == parts


def test_dong_son_leads_back_to_six_units_of_the_old_district():
    found = boundaries.predecessors("21109", Y2026, Y2019)
    assert names(found) == {
        "Bình Hiệp",
        "Bình Thanh Tây",
        "Bình Thanh Đông",
        "Bình Tân",
        "Bình Phú",
        "Bình Châu",
    }


def test_members_are_the_units_of_the_set_before():
    assert names(boundaries.members("21040", Y2026)) == {
        "Châu Ổ",
        "Bình Thạnh",
        "Bình Chánh",
        "Bình Dương",
        "Bình Nguyên",
        "Bình Trung",
        "Bình Long",
    }
    assert names(boundaries.members("21109", Y2023)) == {"Bình Tân", "Bình Phú"}
    assert boundaries.members("21040", Y2019) == ()


@given(DAYS, DAYS)
def test_forwards_and_backwards_agree(one, other):
    early, late = sorted((one, other))
    for unit in boundaries.units_on(early):
        (heir,) = boundaries.successors(unit.code, early, late)
        assert unit in boundaries.predecessors(heir.code, late, early)


@given(DAYS)
def test_the_members_of_a_set_are_the_set_before_it_exactly_once(day):
    parts = [m for unit in boundaries.units_on(day) for m in boundaries.members(unit.code, day)]
    if parts:
        eve = max(part.valid_to for part in parts)
        assert sorted(parts, key=lambda u: u.code) == list(boundaries.units_on(eve))
    else:
        assert day <= date(2020, 1, 31)


def test_a_code_that_ended_says_where_its_land_went():
    with pytest.raises(
        NotFoundError,
        match=r"'21094' on 2026-06-01; it was borne by Bình Phú until 2020-01-31, and its land"
        r" then lies in Đông Sơn \(21109\)\.",
    ):
        boundaries.unit("21094", Y2026)


def test_a_code_that_did_not_begin_yet_says_when_it_did():
    with pytest.raises(
        NotFoundError, match=r"borne by Tịnh Hòa from 2020-02-01 until 2025-06-30\.$"
    ):
        boundaries.unit("21187", Y2019)


def test_a_code_from_elsewhere_is_refused():
    with pytest.raises(NotFoundError, match=r"No commune bears the code '99999'.*nor ever did"):
        boundaries.unit("99999", Y2026)
    assert boundaries.units_with_code("99999") == ()


def test_the_wrong_direction_is_refused():
    with pytest.raises(InputError, match="ask for predecessors"):
        boundaries.successors("21109", Y2026, Y2019)
    with pytest.raises(InputError, match="ask for successors"):
        boundaries.predecessors("21109", Y2019, Y2026)


def test_a_succession_that_names_no_commune_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "reference"
    folder.mkdir()
    units = shipped.path("reference", "communes.csv").read_text(encoding="utf-8")
    (folder / "communes.csv").write_text(units, encoding="utf-8")
    (folder / "commune_successions.csv").write_text(
        "from_code,to_code,effective\n21040,99999,2025-07-01\n", encoding="utf-8"
    )
    monkeypatch.setattr(shipped, "_ROOTS", (tmp_path,))
    boundaries._heirs.cache_clear()
    with pytest.raises(ShippedDataError, match="passes 21040 to 99999 on 2025-07-01"):
        boundaries._heirs()


def test_neighbouring_days_differ_only_where_a_set_ends():
    changes = []
    day = date(2019, 1, 1)
    while day < date(2026, 12, 31):
        after = day + timedelta(days=1)
        if boundaries.units_on(day) != boundaries.units_on(after):
            changes.append(after)
        day = after
    assert changes == [date(2020, 2, 1), date(2025, 7, 1)]
