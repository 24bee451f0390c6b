import string

import numpy as np
import pandas as pd
import pytest

from gis.decisions import Decisions
from gis.errors import InputError
from gis.text import NOTICE, UNVERIFIED
from maps import text


@pytest.mark.parametrize("key", text._WORDS)
def test_every_word_exists_in_both_languages_with_the_same_gaps(key):
    vi, en = text.word(key, "vi"), text.word(key, "en")
    assert vi
    assert en
    gaps = [[name for _, name, _, _ in string.Formatter().parse(words)] for words in (vi, en)]
    assert set(gaps[0]) == set(gaps[1])


@pytest.mark.parametrize(("key", "lang"), [("no such", "vi"), ("zones", "fr")])
def test_an_unknown_word_or_language_is_refused(key, lang):
    with pytest.raises(InputError):
        text.word(key, lang)


@pytest.mark.parametrize("empty", [None, np.nan, pd.NA, pd.NaT, ""])
def test_an_empty_cell_says_nothing(empty):
    assert text.plain(empty) is None
    assert text.label("use", empty, "vi") is None
    assert text.product_name(empty, "vi") is None
    assert text.table_name(empty) is None
    assert text.span(empty, empty, "vi") is None


def test_cells_of_a_missing_column_say_nothing():
    frame = pd.DataFrame({"a": [1, None, "x"]})
    assert text.cells(frame, "a") == ["1", None, "x"]
    assert text.cells(frame, "b") == [None, None, None]


def test_a_key_without_words_stands_for_itself():
    assert text.label("use", "annual_crop", "en") == "annual crop"
    assert text.label("use", "<b>", "en") == "<b>"


def test_numbers_are_written_as_people_of_the_language_write_them():
    assert text.hectares(1234.567, "vi") == "1.234,57 ha"
    assert text.hectares(1234.567, "en", decimals=1) == "1,234.6 ha"
    assert text.percent(0.1254, "vi") == "12,5 %"


def test_the_notice_stands_in_both_languages():
    assert NOTICE["en"].lower() in text.notice().lower()
    assert NOTICE["vi"].lower() in text.notice().lower()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_unverified_rule_asks_for_the_land_office(lang):
    assert UNVERIFIED[lang] in text.unverified(lang)


@pytest.mark.parametrize(
    ("code", "table", "expected"),
    [
        ("HNK", "tt27-2018", "Đất trồng cây hàng năm khác"),
        ("NN-1", "qhc", "Nông nghiệp"),
        ("DHT", "tt27-2018", "ngoài hai bảng mã"),
        ("QQQ", "tt27-2018", "mã không có trong bảng"),
        ("NN-1", None, "mã không có trong bảng"),
    ],
)
def test_a_code_is_named_by_its_table_its_legend_or_as_unknown(made, code, table, expected):
    decisions = made.small_context().decisions
    assert expected in text.code_name(code, table, decisions, "vi")


def test_a_legend_without_a_name_in_the_language_gives_the_vietnamese_one_or_none(made):
    legend = made.small_context().decisions.legend
    nameless = Decisions(legend=legend.assign(name_en=None))
    assert text.code_name("NN-1", "qhc", nameless, "en") == "Nông nghiệp"
    unnamed = Decisions(legend=legend.assign(name_en=None, name_vi=None))
    assert text.code_name("NN-1", "qhc", unnamed, "en") == "code of no known table"


def test_code_tables_go_by_their_circular_and_others_by_their_name():
    assert text.table_name("tt27-2018") == "TT 27/2018"
    assert text.table_name("tt08-2024") == "TT 08/2024"
    assert text.table_name("qhc") == "qhc"


def test_a_product_of_the_register_has_its_name_and_any_other_its_own_words():
    assert text.product_name("hanh_tim", "vi") == "Hành tím Bình Hải"
    assert text.product_name("something else", "vi") == "something else"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-07-01", None, "từ 2025-07-01 đến nay"),
        ("2025-07-01", "2030-12-31", "từ 2025-07-01 đến 2030-12-31"),
        (None, "2030-12-31", "đến 2030-12-31"),
    ],
)
def test_a_period_names_the_ends_it_has(start, end, expected):
    assert text.span(start, end, "vi") == expected


@pytest.mark.parametrize(("words", "expected"), [("phù hợp", "Phù hợp"), ("", ""), ("đất", "Đất")])
def test_a_sentence_begins_with_a_capital(words, expected):
    assert text.sentence(words) == expected


@pytest.mark.parametrize(
    ("count", "unit", "lang", "expected"),
    [
        (1, "zone", "en", "1 zone"),
        (0, "zone", "en", "0 zones"),
        (2, "piece", "en", "2 pieces"),
        (1, "piece", "en", "1 piece"),
        (1200, "piece", "en", "1,200 pieces"),
        (1, "zone", "vi", "1 vùng"),
        (2, "piece", "vi", "2 mảnh"),
    ],
)
def test_one_is_counted_in_the_singular(count, unit, lang, expected):
    assert text.counted(count, unit, lang) == expected
