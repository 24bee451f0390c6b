import unicodedata

import numpy as np
import pytest

from benchmarks import texts


# as ``iconv`` writes them (VNI and VPS: as their fonts show them), read byte for byte as Latin-1
@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("tcvn3", "§Êt lµm ®å gèm"),
        ("vni", "Ñaát laøm ñoà goám"),
        ("viscii", "Ð¤t làm ð° g¯m"),
        ("vps", "ñÃt làm ÇÒ gÓm"),
        ("cp1258", "Ðâìt laÌm ðôÌ gôìm"),
    ],
)
def test_a_phrase_is_written_as_the_fonts_of_its_day_had_it(encoding, written):
    assert texts.encode("Đất làm đồ gốm", encoding).decode("latin-1") == written
    assert texts.misread(texts.encode("Đất làm đồ gốm", encoding)) == written


@pytest.mark.parametrize("encoding", texts.ENCODINGS)
def test_no_two_letters_are_written_alike(encoding):
    every = [texts.encode(letter, encoding) for letter in texts.LETTERS]
    assert len(set(every)) == len(texts.LETTERS) == 74
    assert all(len(raw) <= 2 for raw in every)


def test_windows_1258_is_what_python_reads():
    for phrase in texts.PHRASES:
        read = texts.encode(phrase, "cp1258").decode("cp1258")
        assert unicodedata.normalize("NFC", read) == phrase


def test_every_phrase_and_name_can_be_written_in_every_encoding():
    for phrase in (*texts.PHRASES, *texts.NAMES):
        assert unicodedata.normalize("NFC", phrase) == phrase
        assert all(texts.encode(phrase, encoding) for encoding in texts.ENCODINGS)


def test_a_capital_with_a_tone_has_no_place():
    with pytest.raises(ValueError, match="no place"):
        texts.encode("Ấp Bắc", "tcvn3")


def test_a_column_repeats_a_few_phrases():
    column = texts.column(300, np.random.default_rng(2))
    assert len(column) == 300
    assert 2 <= len(set(column)) < 20
    assert set(column) <= set(texts.PHRASES)
