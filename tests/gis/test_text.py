import codecs
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import text
from gis.errors import InputError

VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY áàảãạắằẳẵặấầẩẫậýỳỷỹỵớờởỡợứừửữự"
)
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Bình Thạnh", "binh thanh"),
        ("BÌNH THANH", "binh thanh"),
        ("Đông Sơn", "dong son"),
        ("  Thị trấn\tChâu   Ổ ", "thi tran chau o"),
        ("Gốm Mỹ Thiện", "gom my thien"),
        ("NƯỚC MẮM", "nuoc mam"),
        ("", ""),
    ],
)
def test_search_key_of_words_done_by_hand(words, key):
    assert text.search_key(words) == key


def test_search_key_is_no_identity_for_two_communes_share_one():
    assert text.search_key("Bình Thạnh") == text.search_key("Bình Thanh")
    assert text.nfc("Bình Thạnh") != text.nfc("Bình Thanh")


@given(st.text())
def test_search_key_of_a_search_key_is_itself(words):
    key = text.search_key(words)
    assert text.search_key(key) == key


@given(st.text(alphabet=VIETNAMESE))
def test_search_key_sees_no_case_and_no_way_of_composing(words):
    key = text.search_key(words)
    assert key.isascii()
    for other in (words.upper(), words.lower(), unicodedata.normalize("NFD", words)):
        assert text.search_key(other) == key


def test_nfc_joins_a_letter_and_its_marks():
    decomposed = "Bi\N{COMBINING GRAVE ACCENT}nh"
    assert text.nfc(decomposed) == "Bình"
    assert len(text.nfc(decomposed)) == 4


@pytest.mark.parametrize(
    ("value", "decimals", "vietnamese", "english"),
    [
        (1234.56, 2, "1.234,56", "1,234.56"),
        (25293.84, 2, "25.293,84", "25,293.84"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (-1234.5, 1, "-1.234,5", "-1,234.5"),
        (0.25, 2, "0,25", "0.25"),
        (-0.001, 2, "0,00", "0.00"),
        (999.999, 2, "1.000,00", "1,000.00"),
        (Decimal("46622.17"), 2, "46.622,17", "46,622.17"),
        (1e300, 2, "1e+300", "1e+300"),
        (-2.5e15, 0, "-2,5e+15", "-2.5e+15"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(value, decimals, vietnamese, english):
    assert text.format_number(value, decimals, "vi") == vietnamese
    assert text.format_number(value, decimals, "en") == english


@given(amounts, st.integers(0, 4))
def test_a_written_number_reads_back_to_what_was_rounded(amount, decimals):
    written = text.format_number(amount, decimals, "vi")
    back = Decimal(written.replace(".", "").replace(",", "."))
    assert abs(back - amount) <= Decimal(10) ** -decimals / 2


@given(amounts, st.integers(0, 4))
def test_the_two_languages_differ_by_their_marks_only(amount, decimals):
    vietnamese = text.format_number(amount, decimals, "vi")
    assert vietnamese.translate(str.maketrans(",.", ".,")) == text.format_number(
        amount, decimals, "en"
    )


@pytest.mark.parametrize("value", [None, float("nan"), Decimal("NaN")])
def test_an_unknown_number_is_a_dash_and_never_zero(value):
    assert text.format_number(value, 2, "vi") == "-"


@pytest.mark.parametrize(
    ("value", "decimals", "lang", "words"),
    [
        (float("inf"), 2, "vi", "inf cannot be written as a number"),
        (1.0, -1, "vi", "-1 decimals"),
        (1.0, 2, "fr", "Language 'fr' is not known; use vi or en"),
    ],
)
def test_numbers_that_cannot_be_written_are_refused(value, decimals, lang, words):
    with pytest.raises(InputError, match=words):
        text.format_number(value, decimals, lang)


def test_dates_are_written_as_each_language_writes_them():
    assert text.format_date(date(2025, 12, 31), "vi") == "31/12/2025"
    assert text.format_date(date(2025, 7, 1), "vi") == "01/07/2025"
    assert text.format_date(date(2025, 12, 31), "en") == "2025-12-31"


def test_a_date_in_another_language_is_refused():
    with pytest.raises(InputError, match="Language 'VI'"):
        text.format_date(date(2025, 12, 31), "VI")


def test_verdicts_run_from_best_to_worst_and_have_the_official_words():
    assert [text.label("verdict", key, "vi") for key in text.label_keys("verdict")] == [
        "phù hợp",
        "phù hợp, phải làm thủ tục",
        "cần xem xét",
        "ngoài phạm vi quy hoạch",
        "không phù hợp",
    ]
    assert text.label_keys("verdict") == ("fits", "procedure", "review", "outside", "conflict")


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("use", {"annual_crop", "perennial_crop", "clay_pit", "workshop"}),
        ("plan_kind", {"land_use_plan", "general_plan"}),
        ("constraint_effect", {"block", "flag"}),
        ("severity", {"error", "warning", "info"}),
        ("colour_status", {"consensus", "provisional"}),
        ("succession", {"same", "renamed", "merged", "split", "none"}),
        (
            "constraint_kind",
            {
                "economic_zone",
                "mangrove",
                "river",
                "road",
                "protection_forest",
                "high_quality_rice_zone",
                "annual_plan_project",
                "relic",
                "forbidden_mineral_area",
                "other",
            },
        ),
    ],
)
def test_each_closed_list_has_its_labels_and_no_more(kind, keys):
    assert set(text.label_keys(kind)) == keys


def test_every_status_of_a_layer_and_of_a_proposal_has_a_label():
    proposals = (
        "draft",
        "submitted",
        "returned",
        "approved",
        "rejected",
        "withdrawn",
        "superseded",
    )
    assert {"current", "planned", *proposals} <= set(text.label_keys("status"))


@pytest.mark.parametrize("lang", text.LANGUAGES)
@pytest.mark.parametrize("kind", list(text._LABELS))
def test_labels_are_composed_unambiguous_and_never_empty(kind, lang):
    labels = [text.label(kind, key, lang) for key in text.label_keys(kind)]
    assert all(label and label == text.nfc(label).strip() for label in labels)
    assert len(set(labels)) == len(labels)


def test_an_unknown_label_is_refused_with_what_there_is():
    with pytest.raises(InputError, match=r"no labels of kind 'verdicts'; the kinds are.*'verdict'"):
        text.label("verdicts", "fits", "vi")
    with pytest.raises(InputError, match=r"'good' is not a verdict; it is one of.*'fits'"):
        text.label("verdict", "good", "vi")
    with pytest.raises(InputError, match="Language 'de'"):
        text.label("verdict", "fits", "de")


def test_the_two_notices_stand_in_both_languages_and_cannot_be_changed():
    assert text.NOTICE["vi"] == "minh họa, không có giá trị pháp lý"
    assert text.NOTICE["en"] == "schematic, not a legal record"
    assert text.UNVERIFIED["vi"] == "cần cơ quan đất đai xem xét"
    assert text.UNVERIFIED["en"] == "needs review by the land office"
    with pytest.raises(TypeError):
        text.NOTICE["vi"] = ""


@pytest.mark.parametrize(
    ("encoding", "words", "printed"),
    [
        ("ascii", "Vạn Tường, Đông Sơn", "Van Tuong, Dong Son"),
        ("ascii", "Bình Thạnh → đạt 5 ha", "Binh Thanh ? dat 5 ha"),
        ("cp437", "Châu Ổ é", "Châu O é"),
        ("cp1252", "phù hợp", "phù hop"),
        ("ascii", "Bi\N{COMBINING GRAVE ACCENT}nh", "Binh"),
        ("ascii", "越南 ½", "?? ?"),
    ],
)
def test_a_console_without_vietnamese_prints_the_bare_letters(encoding, words, printed):
    name = text.register_console_fallback()
    assert name == "vung-fold"
    assert words.encode(encoding, errors=name).decode(encoding) == printed


@given(st.text())
def test_any_text_can_be_printed_on_any_console(words):
    name = text.register_console_fallback()
    for encoding in ("ascii", "cp1252", "cp1258", "utf-8"):
        words.encode(encoding, errors=name)


def test_the_console_fallback_is_for_writing_only():
    name = text.register_console_fallback()
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", errors=name)
    assert codecs.lookup_error(name) is text._fold_for_console
