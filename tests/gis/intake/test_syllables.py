"""What can be a Vietnamese syllable."""

import pytest

from gis import boundaries, codes
from gis.intake import syllables


@pytest.mark.parametrize(
    "word",
    [
        *("Thạnh", "Thanh", "nguyễn", "GÌN", "giếng", "gì", "quýt", "khuyết", "nghiêng", "hoà"),
        *("hòa", "yến", "ở", "đường", "xoong", "Đắk", "ủy", "uỷ"),
    ],
)
def test_words_of_the_language_are_syllables(word):
    assert syllables.is_syllable(word)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("thỏnh", "no vowel o before nh"),
        ("dat", "a stop at the end asks for a tone"),
        ("đàt", "and for sắc or nặng only"),
        ("cafộ", "f is no letter"),
        ("Êt", "a stop without a tone"),
        ("thạnhh", "two letters too many"),
        ("tạá", "two tones"),
        ("lµm", "a sign"),
        ("", "nothing"),
        ("nghiêngg", "too long"),
    ],
)
def test_what_no_one_can_say_is_none(word, why):
    assert not syllables.is_syllable(word), why


def test_every_word_of_our_own_tables_is_one():
    communes = [unit.name for unit in boundaries.units()]
    land = [code.name_vi for table in codes.TABLES for code in codes.code_table(table).values()]
    words = {word.strip(",.;()/-") for name in communes + land for word in name.split()}
    accented = {word for word in words if word and not word.isascii()}
    assert len(accented) > 100
    assert [word for word in sorted(accented) if not syllables.is_syllable(word)] == []


@pytest.mark.parametrize(
    ("word", "usual"),
    [("đất", True), ("Đất", True), ("ĐẤT", True), ("BìNH", True), ("đẤt", False), ("bìNh", False)],
)
def test_capitals_stand_where_people_and_fonts_put_them(word, usual):
    assert syllables.is_cased(word) is usual


def test_an_abbreviation_has_no_vowel():
    assert not syllables.has_vowel("QĐ")
    assert syllables.has_vowel("Đất")
