"""Text of old encodings becomes Unicode, column by column, and nothing else is touched."""

import time
import unicodedata

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from gis import boundaries, codes
from gis.errors import InputError
from gis.intake import encodings, legacy_text
from gis.intake.legacy_text import WRITTEN

#: How programs show the same bytes, besides the bytes themselves.
SHOWN = ("latin-1", "cp1252")
ENCODINGS = (*WRITTEN, "utf-8")
WORDS = [
    "Đất trồng lúa",
    "đất ở nông thôn",
    "làm đồ gốm",
    "Bình Thạnh",
    "Bình Thanh",
    "xã Bình Hải",
]
FRENCH = ["Forêt protégée", "été", "café à côté", "où êtes-vous", "garçon"]
GERMAN = ["für Straßen", "Größe", "Übergänge", "Ölmühle"]


#: Rules with a fault and a clean twin here.
SEEDED = {
    "text.converted",
    "text.encoding-unsure",
    "text.mixed-encoding",
    "text.unreadable-value",
    "text.capitals-lost",
    "text.letters-lost",
    "text.cut-letter",
}


def frame(**columns):
    rows = max(len(values) for values in columns.values())
    return gpd.GeoDataFrame(columns, geometry=[Point(0, 0)] * rows, crs="EPSG:5898")


def raw(words, encoding):
    """Bytes of a text as a reader hands them on: one letter a byte."""
    data = words.encode() if encoding == "utf-8" else encodings.encode(words, encoding)
    return data.decode("latin-1")


def shown(words, encoding, by):
    """What a program shows that takes the bytes of a text for another encoding."""
    bytes_of = raw(words, encoding).encode("latin-1")
    # five bytes are open in Windows-1252, and come through as they are
    return "".join(
        bytes([each]).decode(by) if each not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(each)
        for each in bytes_of
    )


def rules(done):
    return sorted(done.findings["rule_id"])


# --- the tables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "encoding", "bytes_of"),
    [
        ("Đất trồng lúa", "tcvn3", "§Êt trång lóa".encode("latin-1")),
        ("làm đồ gốm", "tcvn3", "lµm ®å gèm".encode("latin-1")),
        ("đất", "vni", "ñaát".encode("latin-1")),
        ("Đà Nẵng sẵn có", "vni", "Ñaø Naüng saün coù".encode("latin-1")),
        ("Việt Nam", "viscii", b"Vi\xaet Nam"),
        ("Việt Nam", "vps", b"Vi\x8ct Nam"),
        ("Tiếng Việt", "cp1258", b"Ti\xea\xecng Vi\xea\xf2t"),
    ],
)
def test_texts_known_from_old_files_are_read_and_written(words, encoding, bytes_of):
    assert encodings.encode(words, encoding) == bytes_of
    assert legacy_text.read(bytes_of.decode("latin-1"), (encoding,)) == words


def test_a_mark_of_vni_is_the_same_on_every_vowel():
    # á à ả ã ạ; â with the same five; ă with the same five
    marks = dict(zip("áàảãạ", "ùøûõï", strict=True)) | dict(zip("ấầẩẫậ", "áàåãä", strict=True))
    marks |= dict(zip("ắằẳẵặ", "éèúüë", strict=True)) | {"â": "â", "ă": "ê"}
    for letter, mark in marks.items():
        assert encodings.encode(letter, "vni").decode("latin-1") == f"a{mark}"
        assert encodings.encode(letter.upper(), "vni").decode("latin-1") == f"A{mark.upper()}"
    for letter, mark in zip("ốồổỗộ", "áàåãä", strict=True):
        assert encodings.encode(letter, "vni").decode("latin-1") == f"o{mark}"
    for letter, mark in zip("ứừửữự", "ùøûõï", strict=True):
        assert encodings.encode(letter, "vni").decode("latin-1") == f"ö{mark}"


@pytest.mark.parametrize("encoding", WRITTEN)
def test_every_letter_is_written_and_read_back_and_no_two_are_alike(encoding):
    vowels = "aăâeêioôơuưy"
    tones = ["", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"]
    small = [unicodedata.normalize("NFC", v + t) for v in vowels for t in tones] + ["đ"]
    letters = small + [each.upper() for each in small]
    if encoding == "tcvn3":
        letters = [each for each in letters if each.islower() or each in "AĂÂEÊIOÔƠUƯYĐ"]
    written = [encodings.encode(each, encoding) for each in letters]
    assert len(set(written)) == len(letters)
    for letter, code in zip(letters, written, strict=True):
        assert legacy_text.read(code.decode("latin-1"), (encoding,)) == letter


@pytest.mark.parametrize(
    ("words", "encoding", "letter"),
    [
        ("BÌNH SƠN", "tcvn3", "Ì"),
        ("中", "vni", "中"),
        ("œuvre", "viscii", "œ"),
        ("ß", "tcvn3", "ß"),
    ],
)
def test_a_letter_that_an_encoding_lacks_is_refused(words, encoding, letter):
    with pytest.raises(InputError, match=f"has no letter '{letter}'") as caught:
        encodings.encode(words, encoding)
    assert f"không có chữ '{letter}'" in caught.value.vi


def test_an_unknown_encoding_is_refused():
    with pytest.raises(InputError, match="not written in 'utf-7'; choose one of tcvn3, vni"):
        encodings.encode("a", "utf-7")


@given(st.text(alphabet="abcđăâêôơưàáảãạấặềỗợứỹ XYZ0123-_.,\n"), st.sampled_from(WRITTEN))
def test_what_can_be_written_is_read_back_and_undone(words, encoding):
    code = encodings.encode(words, encoding).decode("latin-1")
    # a text may hold by chance what is one letter of the encoding, as "aù" is in VNI
    if encoding != "vni":
        assert legacy_text.read(code, (encoding,)) == words
        assert legacy_text.undo(words, (encoding,)) == code


@given(st.text(), st.sampled_from([(e,) for e in ENCODINGS] + [("as cp1252", "utf-8"), ()]))
def test_whatever_text_is_read_or_is_not(words, steps):
    assert isinstance(legacy_text.read(words, steps), str | None)


# --- columns ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["Bình Thạnh", "Bình Thanh", "Bình Thành", "Bình Thánh"])
def test_communes_that_differ_by_a_mark_are_never_confused(name, encoding):
    done = encodings.decode(
        frame(a=[raw(name, encoding)], b=[raw("đất ở", encoding)]), declared=None
    )
    assert list(done.frame["a"]) == [name]
    for by in SHOWN:
        done = encodings.repair(frame(a=[shown(name, encoding, by)]))
        # what is sure is right, and what is not sure is left and said
        assert done.frame["a"].iloc[0] in {name, shown(name, encoding, by)}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_bytes_of_a_column_are_read_by_what_they_say(encoding):
    done = encodings.decode(frame(a=[raw(each, encoding) for each in WORDS]), declared=None)
    assert list(done.frame["a"]) == WORDS
    assert (done.encoding, done.known) == (encoding, True)
    assert rules(done) == ([] if encoding == "utf-8" else ["text.converted"])


@pytest.mark.parametrize("by", SHOWN)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_that_another_program_misread_is_mended(encoding, by):
    broken = [shown(each, encoding, by) for each in WORDS]
    done = encodings.repair(frame(a=broken))
    assert list(done.frame["a"]) == WORDS
    assert rules(done) == ["text.converted"]
    again = encodings.repair(done.frame)
    assert (list(again.frame["a"]), rules(again)) == (WORDS, [])
    assert done.raw["a"]["values"] == {
        old: new for old, new in zip(broken, WORDS, strict=True) if old != new
    }


def test_utf8_that_was_misread_twice_is_mended():
    twice = [shown(shown(each, "utf-8", "cp1252"), "utf-8", "cp1252") for each in WORDS]
    assert list(encodings.repair(frame(a=twice)).frame["a"]) == WORDS


def test_a_shapefile_in_utf8_may_hold_tcvn3_as_another_program_showed_it():
    written = [raw(shown(each, "tcvn3", "cp1252"), "utf-8") for each in WORDS]
    done = encodings.decode(frame(a=written), declared="UTF-8")
    assert list(done.frame["a"]) == WORDS


def test_columns_of_one_file_may_differ():
    done = encodings.decode(
        frame(
            a=[raw(each, "tcvn3") for each in WORDS],
            b=[raw(each, "vni") for each in WORDS],
            c=[raw(each, "utf-8") for each in WORDS],
            d=["LUC"] * len(WORDS),
        ),
        declared="UTF-8",
    )
    assert all(list(done.frame[name]) == WORDS for name in "abc")
    assert done.encoding == "tcvn3, vni, utf-8"


def test_decomposed_letters_are_composed_and_said():
    apart = [unicodedata.normalize("NFD", each) for each in WORDS]
    done = encodings.repair(frame(a=apart))
    assert list(done.frame["a"]) == WORDS
    assert rules(done) == ["text.converted"]
    assert "NFD" in done.findings["message_vi"][0]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["LUC", "ONT+CLN", "Đ", "ĐT-1", "QĐ"], id="codes"),
        pytest.param(["12", "274", "1.234,5", "10m²", "5×20", "30°", "½"], id="numbers and signs"),
        pytest.param(WORDS, id="Vietnamese"),
        pytest.param([each.upper() for each in WORDS], id="capitals"),
        pytest.param(FRENCH, id="French"),
        pytest.param(GERMAN, id="German"),
        pytest.param(["农业用地", "水田", "ទឹក", "พื้นที่"], id="other scripts"),
        pytest.param(["land use", "rice", "it’s “here” – now…"], id="English"),
        pytest.param(["xã", "hà", "là", "bé", "Cà Ná"], id="letters that Latin-1 has too"),
        pytest.param(["Krông Pắk", "Ê Đê", "M’Nông", "Đắk Lắk"], id="names of the highlands"),
        pytest.param(["QĐ-UBND", "TĐC Đông", "HĐND", "KĐT mới"], id="abbreviations"),
        pytest.param(["ĐT.621", "ĐH.05", "ĐX 01", "NĐT", "ĐTL"], id="names of roads"),
        pytest.param(["£5", "¥10", "€3", "§ 12", "№ 5", "©"], id="signs"),
    ],
)
def test_text_that_is_right_is_left_alone(values):
    done = encodings.repair(frame(a=values))
    assert list(done.frame["a"]) == values
    assert (done.encoding, done.known, rules(done), done.raw) == ("unicode", True, [], {})


@pytest.mark.parametrize("word", ["ĐT.621", "ĐX 01", "NĐT"])
def test_names_of_roads_in_a_shapefile_of_utf8_stay(word):
    done = encodings.decode(frame(a=[raw(word, "utf-8"), raw("ĐH.05", "utf-8")]), declared=None)
    assert list(done.frame["a"]) == [word, "ĐH.05"]
    assert rules(done) == []


def test_signs_that_were_misread_as_utf8_are_mended():
    shown = ["12 m²", "±3", "45°", "½"]
    done = encodings.repair(frame(a=[each.encode().decode("cp1252") for each in shown]))
    assert list(done.frame["a"])[:2] == shown[:2]


def test_our_own_tables_are_right_in_every_encoding():
    names = [unit.name for unit in boundaries.units()]
    names += [code.name_vi for code in codes.code_table(codes.OLD_TABLE).values()]
    for encoding in ENCODINGS:
        # TCVN3 has no Ổ
        written = [each for each in names if encoding != "tcvn3" or each != "Châu Ổ"]
        done = encodings.decode(frame(a=[raw(each, encoding) for each in written]), declared=None)
        assert list(done.frame["a"]) == written, encoding


def test_codes_beside_converted_text_stay_as_they_are():
    done = encodings.repair(
        frame(
            loai=["§Êt trång lóa", "§Êt ë", "lµm ®å gèm"],
            ma=["LUC", "ONT+CLN", "NTD"],
            kyhieu=["Đ", "ĐM", "BĐ"],
            dau=["×", "½", "·"],
        )
    )
    assert list(done.frame["ma"]) == ["LUC", "ONT+CLN", "NTD"]
    assert list(done.frame["kyhieu"]) == ["Đ", "ĐM", "BĐ"]
    assert list(done.frame["dau"]) == ["×", "½", "·"]
    assert set(done.raw) == {"loai"}


def test_what_says_too_little_borrows_from_its_neighbours():
    words = {"a": ["§Êt trång lóa", "lµm ®å gèm"], "b": ["lóa", None], "c": ["§T-1", "LUC"]}
    done = encodings.repair(frame(**words))
    assert list(done.frame["b"]) == ["lúa", None]
    assert list(done.frame["c"]) == ["ĐT-1", "LUC"]
    # lóa is a word as it stands, where nothing speaks for another encoding
    assert list(encodings.repair(frame(b=["lóa"])).frame["b"]) == ["lóa"]


def test_a_foreign_word_borrows_nothing():
    done = encodings.repair(frame(a=["§Êt trång lóa", "lµm ®å gèm"], b=["café", "LUC"]))
    assert list(done.frame["b"]) == ["café", "LUC"]
    assert rules(done) == ["text.converted"]


def test_what_says_too_little_and_has_no_neighbour_is_left_and_said():
    # å is ồ, å, ạ or ổ: too little for a choice
    done = encodings.decode(frame(a=["r\xe5"]), declared=None)
    assert rules(done) == ["text.encoding-unsure"]
    assert not done.known
    clean = encodings.decode(frame(a=[raw("đất ở", "utf-8")]), declared=None)
    assert (rules(clean), clean.known) == ([], True)


def test_bytes_of_french_without_a_word_on_their_encoding_are_said_to_be_unsure():
    done = encodings.decode(
        frame(a=[each.encode("cp1252").decode("latin-1") for each in FRENCH]), declared=None
    )
    assert list(done.frame["a"]) == FRENCH
    assert rules(done) == ["text.encoding-unsure"]


@pytest.mark.parametrize("word", ["1252", "ISO-8859-1", "ANSI 1252", "88591"])
def test_bytes_of_french_are_read_as_their_file_declares(word):
    done = encodings.decode(
        frame(a=[each.encode("cp1252").decode("latin-1") for each in FRENCH]), declared=word
    )
    assert list(done.frame["a"]) == FRENCH
    assert (rules(done), done.known) == ([], True)


@pytest.mark.parametrize("encoding", ["tcvn3", "VNI", " viscii "])
def test_an_old_encoding_can_be_declared_by_name(encoding):
    known = encoding.strip().lower()
    done = encodings.decode(frame(a=[raw("ở", known)]), declared=encoding)
    assert list(done.frame["a"]) == ["ở"]
    assert (done.encoding, done.known) == (known, True)


@pytest.mark.parametrize("word", ["UTF-8", "1252", "ISO-8859-1", "nonsense", "", None])
def test_text_that_is_clear_goes_before_what_its_file_declares(word):
    done = encodings.decode(frame(a=[raw(each, "tcvn3") for each in WORDS]), declared=word)
    assert list(done.frame["a"]) == WORDS


def test_names_of_columns_are_mended_too():
    done = encodings.repair(frame(**{"Lo¹i ®Êt": ["LUC"], "Tªn chñ": ["a"], "M· sè": [1]}))
    assert list(done.frame.columns) == ["Loại đất", "Tên chủ", "Mã số", "geometry"]
    assert done.raw["Loại đất"]["name"] == "Lo¹i ®Êt"
    assert done.frame.geometry.name == "geometry"


def test_two_names_that_would_become_one_stay_apart():
    done = encodings.repair(frame(**{"Loại đất": ["x"], "Lo¹i ®Êt": ["y"], "§Êt ®å gèm": ["z"]}))
    assert len(set(done.frame.columns)) == 4
    assert "Loại đất" in done.frame.columns


# --- rows that do not fit ---------------------------------------------------------------------


def test_rows_in_another_encoding_than_their_column_are_converted_and_named():
    words = WORDS * 3
    values = [raw(each, "tcvn3") for each in words]
    values[4], values[9] = raw(words[4], "utf-8"), raw(words[9], "utf-8")
    done = encodings.decode(frame(a=values), declared=None)
    assert list(done.frame["a"]) == words
    mixed = done.findings[done.findings["rule_id"] == "text.mixed-encoding"]
    assert list(mixed["row"]) == [5, 10]
    assert mixed["message_vi"].str.startswith("Dòng ").all()


def test_right_rows_among_broken_ones_are_left():
    done = encodings.repair(frame(a=["§Êt trång lóa", "lµm ®å gèm", "Xã Bình Thạnh", "th«n"]))
    assert list(done.frame["a"]) == ["Đất trồng lúa", "làm đồ gốm", "Xã Bình Thạnh", "thôn"]


def test_a_row_that_no_encoding_fits_is_named_and_kept():
    values = [raw(each, "utf-8") for each in WORDS] + ["caf\xe9"]
    done = encodings.decode(frame(a=values), declared=None)
    assert list(done.frame["a"]) == [*WORDS, "café"]
    assert rules(done) == ["text.unreadable-value"]
    assert list(done.findings["row"]) == [len(values)]
    assert done.raw["a"]["values"] == {}


def test_a_letter_cut_in_two_is_left_out_and_named():
    values = [raw(each, "utf-8") for each in WORDS]
    done = encodings.decode(frame(a=[*values, values[0] + "\xe1\xba"]), declared=None)
    assert list(done.frame["a"]) == [*WORDS, WORDS[0]]
    assert rules(done) == ["text.cut-letter"]
    assert list(done.findings["row"]) == [len(values) + 1]


def test_a_field_of_vni_that_ends_between_vowel_and_mark_loses_the_mark_only():
    values = [raw(each, "vni") for each in WORDS]
    cut = raw("Đất trồng lú", "vni")[:-1]
    done = encodings.decode(frame(a=[*values, cut]), declared=None)
    assert done.frame["a"].iloc[-1] == "Đất trồng lu"


def test_capitals_that_only_a_font_showed_are_said_and_not_made_up():
    done = encodings.repair(frame(a=["X· B×NH S¬N", "§Êt trång lóa", "X· B×NH S¬N"]))
    assert list(done.frame["a"]) == ["Xã BìNH SơN", "Đất trồng lúa", "Xã BìNH SơN"]
    lost = done.findings[done.findings["rule_id"] == "text.capitals-lost"]
    assert "2 dòng" in lost["message_vi"].iloc[0]
    clean = encodings.repair(frame(a=["X· B×nh S¬n", "§Êt trång lóa"]))
    assert "text.capitals-lost" not in rules(clean)


@pytest.mark.parametrize("value", ["Tr?ng L?a", "B\ufffdnh Sơn"])
def test_letters_that_were_lost_before_are_named(value):
    done = encodings.repair(frame(a=[*WORDS, value]))
    assert rules(done) == ["text.letters-lost"]
    assert list(done.findings["row"]) == [len(WORDS) + 1]
    asked = ["Đất gì?", "http://a.vn/x?y=1", "Ở đâu? Không rõ"]
    assert rules(encodings.repair(frame(a=asked))) == []


# --- what is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_a_text_was_is_kept_or_can_be_made_again(encoding, monkeypatch):
    monkeypatch.setattr(encodings, "KEPT", 2)
    broken = [shown(each, encoding, "cp1252") for each in WORDS]
    done = encodings.repair(frame(a=broken))
    kept = done.raw["a"]
    steps = tuple(kept["encoding"].split(" > "))
    back = {new: old for old, new in kept["values"].items()}
    for old, new in zip(broken, done.frame["a"], strict=True):
        assert old in {back.get(new), legacy_text.undo(new, steps), new}
    assert kept["left_out"] + len(kept["values"]) == sum(
        a != b for a, b in zip(broken, WORDS, strict=True)
    )


def test_a_provenance_holds_the_raw_text_of_stored_columns_and_of_nobody():
    done = encodings.repair(frame(loai=["§Êt ë", "th«n"], chu=["NguyÔn V¨n A", "TrÇn ThÞ B"]))
    assert set(done.raw) == {"loai", "chu"}
    assert set(encodings.provenance(done.raw, ["loai", "x"])) == {"loai"}
    assert encodings.provenance(done.raw, ["chu"], personal=["chu"]) == {}


def test_no_finding_quotes_a_text():
    owners = ["NguyÔn V¨n An", "TrÇn ThÞ Bé", "Nguy?n V?n C"]
    done = encodings.repair(frame(chu=owners))
    said = " ".join(done.findings["message_vi"]) + " ".join(done.findings["message_en"])
    said += " ".join(done.findings["value"].dropna())
    assert not any(part in said for part in ("Nguyễn", "NguyÔn", "Trần", "Nguy?n"))


def test_numbers_lists_and_gaps_come_through():
    mixed = frame(
        n=[1.5, np.nan, 2.0],
        o=["§Êt ë", None, "th«n"],
        l=[["a"], None, "§Êt trång lóa lµm ®å"],
        b=[b"x", None, b"y"],
    )
    done = encodings.repair(mixed).frame
    assert done["o"].tolist() == ["Đất ở", None, "thôn"]
    assert done["l"].tolist()[0] == ["a"]
    assert done["l"].tolist()[2] == "Đất trồng lúa làm đồ"
    assert done["b"].tolist() == [b"x", None, b"y"]
    assert pd.isna(done["n"][1])


def test_an_empty_frame_and_one_without_text_have_nothing_to_say():
    for each in (frame(a=["x"]).iloc[:0], frame(a=[1]), pd.DataFrame({"a": ["LUC"]})):
        done = encodings.repair(each)
        assert (rules(done), done.known, done.raw) == ([], True, {})
        assert encodings.decode(each, declared=None).encoding == "utf-8"


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_whatever_a_file_holds_ends_in_a_frame_of_the_same_rows(values):
    assert len(encodings.repair(frame(a=values)).frame) == len(values)


@given(
    st.lists(st.binary(max_size=30), min_size=1, max_size=5),
    st.sampled_from(["UTF-8", "936", None]),
)
def test_whatever_bytes_a_file_holds_end_in_text(values, declared):
    done = encodings.decode(frame(a=[v.decode("latin-1") for v in values]), declared=declared)
    assert all(isinstance(each, str) for each in done.frame["a"])


@pytest.mark.parametrize("word", ["hex", "rot13", "base64", "utf-16", "undefined", "idna", "zip"])
def test_a_declared_codec_that_is_no_encoding_of_text_is_passed_over(word):
    done = encodings.decode(frame(a=[raw(each, "utf-8") for each in WORDS]), declared=word)
    assert list(done.frame["a"]) == WORDS


@pytest.mark.parametrize("value", ["a" * 10**6, "é-" + "a" * 10**6, "é" * 10**6, "\x02" * 10**6])
def test_a_text_of_a_million_letters_takes_no_longer_than_many_short_ones(value):
    begun = time.process_time()
    assert encodings.repair(frame(a=[value])).frame["a"].tolist() == [value]
    assert time.process_time() - begun < 10
