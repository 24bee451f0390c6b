import unicodedata

import pytest

from api.errors import ParameterError
from api.filters.tokens import tokens


def cut(text):
    return [(token.kind, token.value) for token in tokens(text)[:-1]]


def test_words_are_told_apart_with_or_without_blanks():
    wanted = [("name", "a"), ("sign", "<="), ("number", "1"), ("sign", ")"), ("name", "AND")]
    assert cut("a<=1)AND") == cut(" a \n<= 1\t) AND ") == wanted


def test_each_word_knows_its_place_counted_from_one():
    assert [token.at for token in tokens("a = 'bc' ")] == [1, 3, 5, 10]


@pytest.mark.parametrize("number", ["1", "1.5", "1.", ".5", "1e3", "1.5E-3", ".5e+2", "007"])
def test_every_way_to_write_a_number_is_one_word(number):
    assert cut(number) == [("number", number)]


@pytest.mark.parametrize(
    "name", ["code", "_code", ":x", "eo:cloud.cover", "tên", "mã_đất", "Đất2", "名前", "ten\u0302"]
)
def test_a_name_may_have_any_letters(name):
    assert cut(f"{name}=1")[0] == ("name", name)


def test_a_name_in_its_decomposed_form_is_one_word():
    assert cut(unicodedata.normalize("NFD", "Đường"))[0][0] == "name"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("''", ""),
        ("'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r"'\a\b\t\n\v\f\r'", "\a\b\t\n\v\f\r"),
        (r"'C:\\thửa'", r"C:\thửa"),
        (r"'100\%\_'", r"100\%\_"),
        ("'\"'", '"'),
        ("'a\nb'", "a\nb"),
    ],
)
def test_conf_cql2_text_escaping(written, meant):
    assert cut(written) == [("text", meant)]


def test_a_name_in_double_quotes_may_hold_anything():
    assert cut('"a ""b"" AND"') == [("quoted", 'a "b" AND')]


@pytest.mark.parametrize("text", ["a = 'x", "a = 'x''", r"a = 'x\'", 'a = "x', "'" * 99_999])
def test_a_quotation_that_does_not_end_is_refused(text):
    with pytest.raises(ParameterError, match="does not end"):
        tokens(text)


@pytest.mark.parametrize(
    ("text", "at"), [("a ? 1", 3), ("a = [1]", 5), ("a != 1", 3), ("{", 1), ("a = 1;", 6)]
)
def test_a_character_that_cql2_does_not_know_is_refused_by_its_place(text, at):
    with pytest.raises(ParameterError, match=f"Character {at} of the filter") as caught:
        tokens(text)
    assert f"Ký tự thứ {at} của bộ lọc" in caught.value.vi
