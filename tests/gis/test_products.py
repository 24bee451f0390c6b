from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import boundaries, products, text
from gis.errors import InputError, NotFoundError

Y2019, Y2023, Y2026 = date(2019, 6, 1), date(2023, 6, 14), date(2026, 6, 1)
IDS = [product.product_id for product in products.products()]


def names(units):
    return [unit.name for unit in units]


def test_there_are_the_seven_products_of_the_notice():
    assert [product.name("vi") for product in products.products()] == [
        "Hành tím Bình Hải",
        "Chanh thơm Bình Thanh",
        "Nén Bình Phú",
        "Tinh bột nghệ Bình Châu",
        "Gốm Mỹ Thiện",
        "Nước mắm Mười Quý",
        "Mực tẩm bè Hùng Loan",
    ]


@pytest.mark.parametrize(
    ("product_id", "use"),
    [
        ("hanh_tim", "annual_crop"),
        ("chanh_thom", "perennial_crop"),
        ("nen", "annual_crop"),
        ("nghe_vang", "annual_crop"),
        ("gom_my_thien", "clay_pit"),
        ("nuoc_mam_muoi_quy", None),
        ("muc_hung_loan", None),
    ],
)
def test_a_product_asks_for_the_land_of_its_material(product_id, use):
    assert products.use_of(product_id) == use


def test_the_pottery_alone_needs_a_workshop_too():
    assert [p.product_id for p in products.products() if p.workshop_use] == ["gom_my_thien"]
    assert products.product("gom_my_thien").workshop_use == "workshop"


def test_a_product_speaks_both_languages():
    lime = products.product("chanh_thom")
    assert lime.name("en") == "Bình Thanh fragrant lime"
    assert (lime.material("vi"), lime.material("en")) == ("chanh thơm", "fragrant lime")
    with pytest.raises(InputError, match="Language 'fr'"):
        lime.name("fr")
    with pytest.raises(InputError, match="Language 'fr'"):
        lime.material("fr")


def test_an_unknown_product_is_refused_with_the_list():
    for ask in (products.product, products.use_of, products.facts):
        with pytest.raises(NotFoundError, match=r"no product 'toi'; the products are.*hanh_tim"):
            ask("toi")


def test_conflicting_areas_stand_side_by_side():
    areas = products.facts("hanh_tim", "area")
    assert [(fact.value, fact.unit, fact.status) for fact in areas] == [
        ("180", "ha", "conflicting"),
        ("212", "ha", "conflicting"),
    ]
    assert len({fact.source for fact in areas}) == 2


@pytest.mark.parametrize("product_id", ["chanh_thom", "nen"])
def test_an_area_that_was_not_found_is_a_fact_without_a_value(product_id):
    (fact,) = products.facts(product_id, "area")
    assert not fact.known
    assert (fact.value, fact.text("vi"), fact.text("en")) == ("", "", "")


def test_an_attribute_nobody_looked_for_gives_nothing():
    assert products.facts("hanh_tim", "colour") == ()


def test_a_phrase_is_told_in_both_languages_and_a_number_in_one():
    (fact,) = products.facts("hanh_tim", "processing")
    assert (fact.text("vi"), fact.text("en")) == ("chưa qua chế biến", "not processed")
    (stars,) = [f for f in products.facts("hanh_tim", "ocop_stars") if f.day == "2025"]
    assert stars.text("vi") == stars.text("en") == "3"
    (output,) = products.facts("hanh_tim", "output")
    assert (output.note("vi"), output.note("en")) == ("khoảng", "about")


@pytest.mark.parametrize("product_id", IDS)
def test_every_product_answers_for_its_certificate(product_id):
    for attribute in ("ocop_stars", "ocop_holder", "ocop_certificate_date", "ocop_expiry"):
        assert products.facts(product_id, attribute)


def test_an_expiry_is_never_told_to_the_day_without_a_decision_of_that_day():
    for product_id in IDS:
        for fact in products.facts(product_id, "ocop_expiry"):
            assert fact.value in {"", "2023", "2028"}


@pytest.mark.parametrize("product_id", IDS)
def test_the_summary_repeats_no_more_than_the_facts_say(product_id):
    product = products.product(product_id)
    stars = {(fact.value, fact.day) for fact in products.facts(product_id, "ocop_stars")}
    assert (str(product.stars), product.stars_date) in stars
    assert product.holder in {fact.value for fact in products.facts(product_id, "ocop_holder")}


@pytest.mark.parametrize(
    ("product_id", "before", "between", "now"),
    [
        ("hanh_tim", ["Bình Hải"], ["Bình Hải"], ["Vạn Tường"]),
        ("nen", ["Bình Phú"], ["Bình Tân Phú"], ["Đông Sơn"]),
        ("nghe_vang", ["Bình Châu"], ["Bình Châu"], ["Đông Sơn"]),
        ("nuoc_mam_muoi_quy", ["Bình Thạnh"], ["Bình Thạnh"], ["Bình Sơn"]),
        ("chanh_thom", ["Bình Thanh Tây", "Bình Thanh Đông"], ["Bình Thanh"], ["Đông Sơn"]),
        ("muc_hung_loan", [], [], []),
    ],
)
def test_a_commune_is_told_by_date(product_id, before, between, now):
    assert names(products.communes_of(product_id, Y2019)) == before
    assert names(products.communes_of(product_id, Y2023)) == between
    assert names(products.communes_of(product_id, Y2026)) == now


def test_the_kiln_and_its_clay_lie_apart_until_2025():
    assert names(products.communes_of("gom_my_thien", Y2023)) == ["Châu Ổ", "Bình Long"]
    assert names(products.communes_of("gom_my_thien", Y2026)) == ["Bình Sơn"]
    kiln = products.communes_of("gom_my_thien", Y2023, role="workshop_commune")
    clay = products.communes_of("gom_my_thien", Y2023, role="clay_source_commune")
    assert (names(kiln), names(clay)) == (["Châu Ổ"], ["Bình Long"])


def test_three_of_the_four_crops_now_grow_in_one_commune():
    crops = [
        p.product_id for p in products.products() if p.use in {"annual_crop", "perennial_crop"}
    ]
    now = [names(products.communes_of(crop, Y2026)) for crop in crops]
    assert now.count(["Đông Sơn"]) == 3
    assert now.count(["Vạn Tường"]) == 1


@given(st.sampled_from(IDS), st.dates(date(2012, 1, 1), date(2040, 1, 1)))
def test_communes_of_a_product_stood_on_the_day(product_id, day):
    found = products.communes_of(product_id, day)
    assert all(unit in boundaries.units_on(day) for unit in found)


def test_an_unknown_role_is_refused():
    with pytest.raises(InputError, match="'home' is no role of a commune; the roles are"):
        products.communes_of("hanh_tim", Y2026, role="home")


def test_every_status_and_attribute_has_words():
    for product_id in IDS:
        product = products.product(product_id)
        assert text.label("stars_status", product.stars_status, "vi")
        for fact in products.facts(product_id):
            assert text.label("fact_status", fact.status, "vi")
            assert text.label("attribute", fact.attribute, "en")
