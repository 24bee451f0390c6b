import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import codes
from gis.errors import InputError, NotFoundError

OLD, NEW = codes.TABLES


def test_the_tables_hold_as_many_codes_as_their_forms():
    assert len(codes.code_table(OLD)) == 79
    assert len(codes.code_table(NEW)) == 67


def test_one_code_has_another_parent_in_each_table():
    assert codes.lookup("TSC", OLD).parent == "CDG"
    assert codes.lookup("TSC", NEW).parent == "PNN"
    assert codes.lookup("CHN", OLD).parent == "SXN"
    assert codes.lookup("CHN", NEW).parent == "NNP"


def test_the_name_of_old_mnc_is_the_name_of_new_tvc():
    assert codes.lookup("MNC", OLD).name_vi == codes.lookup("TVC", NEW).name_vi
    assert codes.lookup("MNC", NEW).name_vi != codes.lookup("MNC", OLD).name_vi


def test_a_code_speaks_both_languages():
    pottery = codes.lookup("SKX", OLD)
    assert pottery.name("vi") == "Đất sản xuất vật liệu xây dựng, làm đồ gốm"
    assert pottery.name("en") == "Land for building-material production and pottery"
    with pytest.raises(InputError, match="Language 'fr'"):
        pottery.name("fr")


def test_only_the_new_table_was_read_in_its_form():
    assert not any(code.verified for code in codes.code_table(OLD).values())
    assert all(code.verified for code in codes.code_table(NEW).values())


def test_pottery_clay_has_no_code_in_the_new_table():
    assert codes.lookup("SKX", OLD) is not None
    assert codes.lookup("SKX", NEW) is None


@pytest.mark.parametrize("raw", ["LUC", "luc", " Luc\t", "\nLUC "])
def test_a_code_is_found_however_it_is_typed(raw):
    assert codes.normalise(raw) == "LUC"
    assert codes.lookup(raw, OLD).code == "LUC"


@given(st.text())
def test_normalising_twice_changes_nothing_more(raw):
    once = codes.normalise(raw)
    assert codes.normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_a_legacy_encoding_is_not_read_as_a_code():
    # "§" is Đ in TCVN3; whether it is so is for the importer to say, not for the code table
    assert codes.normalise("§GT") == "§GT"
    assert codes.lookup("§GT", OLD) is None


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("tt27-2018", OLD),
        ("TT27-2018", OLD),
        ("TT 27/2018/TT-BTNMT", OLD),
        ("27/2018/TT-BTNMT", OLD),
        ("Thông tư số 27/2018/TT-BTNMT", OLD),
        ("TT 01/2021/TT-BTNMT", OLD),
        ("tt08-2024", NEW),
        ("TT 08/2024/TT-BTNMT", NEW),
        ("tt 8/2024", NEW),
        ("thông tư 08/2024/TT-BTNMT ", NEW),
    ],
)
def test_a_table_is_known_by_its_name_and_its_circulars(name, table):
    assert codes.resolve_table_name(name) == table


@pytest.mark.parametrize("name", ["", "tt27", "2018", "TT 29/2024/TT-BTNMT", "TT 28/2014", "old"])
def test_a_name_of_neither_table_is_refused_with_both_names(name):
    with pytest.raises(InputError, match=r"use tt27-2018 \(.*or tt08-2024"):
        codes.resolve_table_name(name)


@given(st.text())
def test_any_text_names_a_table_or_is_refused(name):
    try:
        table = codes.resolve_table_name(name)
    except InputError as error:
        table = None
        refusal = str(error)
    assert table in codes.TABLES or refusal.startswith(repr(name))


def test_an_unknown_table_is_refused():
    with pytest.raises(InputError, match="no code table 'TT27'; the tables are"):
        codes.code_table("TT27")
    with pytest.raises(InputError, match="no code table"):
        codes.lookup("LUC", "tt28-2014")


def test_tables_are_read_once_and_cannot_be_changed():
    table = codes.code_table(OLD)
    assert codes.code_table(OLD) is table
    with pytest.raises(TypeError):
        table["XXX"] = table["LUC"]
    with pytest.raises(AttributeError):
        table["LUC"].code = "XXX"


@pytest.mark.parametrize(
    ("code", "table", "above"),
    [
        ("LUC", OLD, ("LUA", "CHN", "SXN", "NNP")),
        ("LUC", NEW, ("LUA", "CHN", "NNP")),
        ("BHK", OLD, ("HNK", "CHN", "SXN", "NNP")),
        ("DTS", OLD, ("DSN", "CDG", "PNN")),
        ("SKK", NEW, ("SCC", "CSK", "PNN")),
        ("MVR", OLD, ("MVB",)),
        ("CSD", NEW, ()),
    ],
)
def test_ancestors_run_from_the_parent_to_the_group(code, table, above):
    assert codes.ancestors(code, table) == above


def test_ancestors_of_an_unknown_code_are_refused():
    with pytest.raises(NotFoundError, match="'SKX' is not a code of tt08-2024"):
        codes.ancestors("SKX", NEW)


def test_rice_is_lua_and_what_lies_below_it():
    assert {code for code in codes.code_table(OLD) if codes.is_rice(code, OLD)} == {
        "LUA",
        "LUC",
        "LUK",
        "LUN",
    }
    assert {code for code in codes.code_table(NEW) if codes.is_rice(code, NEW)} == {
        "LUA",
        "LUC",
        "LUK",
    }
    assert not codes.is_rice("LNQ", OLD)


@pytest.mark.parametrize(
    ("code", "successors"),
    [
        ("SKX", ("SKS", "SKC")),
        ("CDG", ("TSC", "CQA", "DSN", "CSK", "CCC")),
        ("DTS", ("TSC", "DSN")),
        ("DCK", ("DCT", "DPC")),
    ],
)
def test_a_split_code_has_candidates_and_says_that_a_person_decides(code, successors):
    found = codes.successors(code)
    assert found.codes == successors
    assert not found.single
    assert found.relation == "split"
    assert not found.verified
    assert found.note_vi
    assert found.note_en


@pytest.mark.parametrize("code", ["SXN", "MVB", "MVT", "MVR", "MVK"])
def test_a_code_that_vanished_has_no_successor(code):
    found = codes.successors(code)
    assert (found.codes, found.single, found.relation) == ((), False, "none")
    assert found.verified


@pytest.mark.parametrize(
    ("code", "successor", "relation"),
    [
        ("LUN", "LUK", "merged"),
        ("LUK", "LUK", "merged"),
        ("BHK", "HNK", "merged"),
        ("HNK", "HNK", "same"),
        ("RST", "RSX", "merged"),
        ("RSN", "RSN", "renamed"),
        ("RPM", "RPH", "merged"),
        ("RDT", "RDD", "merged"),
        ("SKT", "SKK", "merged"),
        ("DDL", "DDD", "merged"),
        ("DSH", "DKV", "merged"),
        ("SON", "SON", "renamed"),
        ("CLN", "CLN", "same"),
        ("NKH", "NKH", "same"),
    ],
)
def test_other_codes_have_one_successor(code, successor, relation):
    found = codes.successors(code.lower())
    assert (found.codes, found.single, found.relation) == ((successor,), True, relation)


def test_livestock_farms_left_other_agricultural_land():
    assert codes.successors("NKH").partly == ("CNT",)
    assert codes.predecessors("CNT") == ("NKH",)


@pytest.mark.parametrize(
    ("code", "old"),
    [
        ("LUK", {"LUK", "LUN"}),
        ("HNK", {"HNK", "BHK", "NHK"}),
        ("SKS", {"SKS", "SKX"}),
        ("SKC", {"SKC", "SKX"}),
        ("TSC", {"TSC", "CDG", "DTS"}),
        ("DDD", {"DDT", "DDL"}),
        ("RSX", {"RSX", "RST", "RSM"}),
        ("SCT", set()),
        ("MCS", set()),
    ],
)
def test_predecessors_read_the_crosswalk_backwards(code, old):
    assert set(codes.predecessors(code)) == old


def test_backwards_undoes_forwards():
    for old in codes.code_table(OLD):
        found = codes.successors(old)
        assert all(old in codes.predecessors(new) for new in found.codes + found.partly)
    for new in codes.code_table(NEW):
        for old in codes.predecessors(new):
            found = codes.successors(old)
            assert new in found.codes + found.partly


def test_a_code_outside_the_old_table_has_no_succession():
    with pytest.raises(NotFoundError, match="'CNT' is not a code of tt27-2018"):
        codes.successors("CNT")
    with pytest.raises(NotFoundError, match="'SKX' is not a code of tt08-2024"):
        codes.predecessors("SKX")


@pytest.mark.parametrize(
    ("code", "kind", "near"),
    [
        ("DHT", "planning_label", "PNN"),
        ("DKG", "planning_label", "DHT"),
        ("KCN", "functional_zone", None),
        ("KNN", "functional_zone", None),
        ("LNQ", "legacy", "CLN"),
        ("COC", "legacy", "CHN"),
        ("TSN", "legacy", "NTS"),
        ("CNV", "land_user", None),
        ("TCQ", "land_manager", None),
    ],
)
def test_codes_of_neither_table_are_known_by_name(code, kind, near):
    found = codes.outside(code.lower())
    assert (found.kind, found.near) == (kind, near)
    assert found.name("vi")
    assert found.name("en")
    assert codes.lookup(code, OLD) is None
    assert codes.lookup(code, NEW) is None


def test_a_code_that_also_means_a_land_user_says_so():
    assert "land-user" in codes.outside("TSN").note_en


def test_what_is_neither_in_a_table_nor_known_outside_is_none():
    assert codes.outside("XYZ") is None
    assert codes.outside("LUC") is None
    assert "DHT" in codes.outside_codes()
