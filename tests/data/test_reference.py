"""The shipped tables themselves, against figures copied by hand from their sources."""

import csv
import re
import unicodedata
from collections import Counter

import pytest

from gis import _reference, codes, shipped
from gis.errors import ShippedDataError


def listed(words):
    return words.split()


TABLES = {
    ("reference", "land_use_codes.csv"): 146,
    ("reference", "crosswalk.csv"): 79,
    ("reference", "outside_codes.csv"): 38,
    ("reference", "communes.csv"): 53,
    ("reference", "commune_successions.csv"): 48,
    ("zones", "products.csv"): 7,
    ("zones", "product_facts.csv"): 110,
}
OLD_CODES = listed("""
    NNP SXN CHN LUA LUC LUK LUN HNK BHK NHK CLN LNP RSX RSN RST RSM RPH RPN RPT RPM RDD RDN RDT RDM
    NTS LMU NKH PNN OTC ONT ODT CDG TSC CQP CAN DSN DTS DVH DXH DYT DGD DTT DKH DNG DSK CSK SKK SKN
    SKT TMD SKC SKS SKX CCC DGT DTL DDT DDL DSH DKV DNL DBV DCH DRA DCK TON TIN NTD SON MNC PNK CSD
    BCS DCS NCS MVB MVT MVR MVK
""")
ONLY_NEW = set(listed("CNT CQA DMT DKT SCC SCT DCT DPC DDD TVC CGT MCS"))
ONLY_OLD = set(
    listed(
        "SXN LUN BHK NHK RST RSM RPN RPT RPM RDN RDT RDM CDG DTS SKT SKX DDT DDL DSH DCK"
        " MVB MVT MVR MVK"
    )
)
# the rice leaf of the inventory's change matrix is LUA
MATRIX_LEAVES = listed("""
    LUA HNK CLN RDD RPH RSX NTS CNT LMU NKH ONT ODT TSC CQP CAN DVH DXH DYT DGD DTT DKH DMT DKT DNG
    DSK SKK SKN SCT TMD SKC SKS DGT DTL DCT DPC DDD DRA DNL DBV DCH DKV TON TIN NTD MNC SON PNK CGT
    BCS DCS NCS MCS
""")


def read(*parts):
    with shipped.path(*parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def codes_of(table):
    return {r["code"]: r for r in read("reference", "land_use_codes.csv") if r["table"] == table}


@pytest.mark.parametrize(("parts", "count"), TABLES.items(), ids=str)
def test_a_table_is_whole(parts, count):
    assert len(read(*parts)) == count


@pytest.mark.parametrize("parts", TABLES, ids=lambda value: value[-1])
def test_a_table_is_clean_text(parts):
    raw = shipped.path(*parts).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    words = raw.decode("utf-8")
    assert unicodedata.is_normalized("NFC", words)
    for row in read(*parts):
        assert None not in row
        assert all(cell is not None and cell == cell.strip() for cell in row.values())


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("reference", "land_use_codes.csv"), ("table", "code")),
        (("reference", "crosswalk.csv"), ("old_code",)),
        (("reference", "outside_codes.csv"), ("code",)),
        (("reference", "communes.csv"), ("code", "valid_from")),
        (("reference", "commune_successions.csv"), ("from_code", "effective")),
        (("zones", "products.csv"), ("product_id",)),
    ],
    ids=lambda value: value[-1],
)
def test_a_key_is_unique(parts, key):
    counts = Counter(tuple(row[name] for name in key) for row in read(*parts))
    assert max(counts.values()) == 1


def test_the_old_table_holds_the_codes_of_its_circular_in_order():
    assert len(OLD_CODES) == 79
    assert list(codes_of("tt27-2018")) == OLD_CODES


def test_the_new_table_is_the_old_one_less_what_went_plus_what_came():
    new = codes_of("tt08-2024")
    assert len(new) == 67
    assert set(new) == set(OLD_CODES) - ONLY_OLD | ONLY_NEW


def test_the_new_table_holds_every_leaf_of_the_change_matrix():
    assert len(MATRIX_LEAVES) == 52
    assert set(MATRIX_LEAVES) <= set(codes_of("tt08-2024"))


@pytest.mark.parametrize("table", codes.TABLES)
def test_every_parent_stands_in_its_own_table_and_group(table):
    rows = codes_of(table)
    for row in rows.values():
        if row["parent"]:
            assert rows[row["parent"]]["group"] == row["group"]
        else:
            assert row["code"] == row["group"]
    assert {row["group"] for row in rows.values()} - {"MVB"} == {"NNP", "PNN", "CSD"}


def test_every_code_has_two_names_a_mark_and_a_source():
    for row in read("reference", "land_use_codes.csv"):
        assert row["name_vi"]
        assert row["name_en"]
        assert row["source"]
        assert row["mark"] == {"tt27-2018": "V2", "tt08-2024": "V"}[row["table"]]


@pytest.mark.parametrize(
    ("red_green_blue", "members"),
    [
        ((255, 252, 130), "LUA"),
        ((255, 252, 140), "LUC"),
        ((255, 252, 150), "LUK"),
        ((255, 210, 160), "CLN"),
        ((170, 255, 50), "LNP"),
        ((190, 255, 30), "RPH"),
        ((110, 255, 100), "RDD"),
        ((170, 255, 255), "NTS DTL"),
        ((255, 208, 255), "ONT"),
        ((255, 160, 255), "ODT"),
        ((255, 100, 80), "CQP"),
        ((255, 80, 70), "CAN"),
        ((205, 170, 205), "SKS DRA"),
        ((255, 170, 50), "DGT"),
        ((210, 210, 210), "NTD"),
        ((160, 255, 255), "SON"),
    ],
)
@pytest.mark.parametrize("table", codes.TABLES)
def test_agreed_colours_are_those_of_the_palette(table, red_green_blue, members):
    for code in members.split():
        row = codes_of(table)[code]
        assert row["colour"] == "#" + bytes(red_green_blue).hex()
        assert row["colour_status"] == "consensus"


def test_colours_that_nobody_gave_or_two_gave_differently_are_provisional():
    new, old = codes_of("tt08-2024"), codes_of("tt27-2018")
    assert {c for c, row in new.items() if row["colour_basis"].startswith("none found")} == set(
        listed("CQA DMT DKT SCC SCT DCT DPC DDD TVC CGT MCS")
    )
    doubtful = listed("CQA DMT DKT SCC SCT DCT DPC DDD TVC CGT MCS CNT HNK SKK SKN SKC TMD MNC DSN")
    assert all(new[code]["colour_status"] == "provisional" for code in doubtful)
    assert all(old[c]["colour_status"] == "provisional" for c in listed("CDG RSM HNK MNC SKT DTS"))


def test_every_colour_can_be_drawn_and_says_what_it_rests_on():
    for row in read("reference", "land_use_codes.csv"):
        assert re.fullmatch("#[0-9a-f]{6}", row["colour"])
        assert row["colour_status"] in {"consensus", "provisional"}
        assert row["colour_basis"]


def test_the_crosswalk_loses_no_code_and_invents_none():
    rows = read("reference", "crosswalk.csv")
    new = codes_of("tt08-2024")
    assert [row["old_code"] for row in rows] == OLD_CODES
    targets = {code for row in rows for code in f"{row['new_codes']} {row['partly']}".split()}
    assert targets <= set(new)
    # what the crosswalk does not reach is new as a class, and parents that only group
    assert set(new) - targets == {"DMT", "DKT", "SCC", "SCT", "TVC", "CGT", "MCS"}


def test_each_relation_means_what_the_readme_says():
    rows = {row["old_code"]: row for row in read("reference", "crosswalk.csv")}
    old, new = codes_of("tt27-2018"), codes_of("tt08-2024")
    for code, row in rows.items():
        count = len(row["new_codes"].split())
        single = row["single"] == "yes"
        assert single == (count == 1)
        assert (row["relation"] == "split") == (count > 1)
        assert (row["relation"] == "none") == (count == 0)
        if single:
            related = {code, *codes.ancestors(code, "tt27-2018")}
            shares = any(
                other["new_codes"] == row["new_codes"]
                for name, other in rows.items()
                if name not in related and code not in codes.ancestors(name, "tt27-2018")
            )
            assert (row["relation"] == "merged") == shares
        if row["relation"] == "same":
            assert row["new_codes"] == code
            assert spelled_alike(old[code]["name_vi"]) == spelled_alike(new[code]["name_vi"])


def spelled_alike(name):
    return re.sub(r"\W+", " ", name.replace("hằng năm", "hàng năm")).lower()


def test_what_has_no_single_successor_is_exactly_what_the_law_left_open():
    rows = read("reference", "crosswalk.csv")
    assert {row["old_code"] for row in rows if row["relation"] == "split"} == set(
        listed("CDG DTS SKX DCK")
    )
    assert {row["old_code"] for row in rows if row["relation"] == "none"} == set(
        listed("SXN MVB MVT MVR MVK")
    )
    assert all(row["note_vi"] and row["note_en"] for row in rows if row["single"] == "no")


def test_every_mark_is_one_of_the_four_and_every_row_has_its_basis():
    for row in read("reference", "crosswalk.csv"):
        assert row["mark"] in {"V", "V2", "I", "M"}
        assert row["basis"]
    for row in read("reference", "outside_codes.csv"):
        assert {row["mark"], row["code_mark"]} <= {"V", "V2", "I", "M"}
        assert row["source"]


def test_codes_outside_the_tables_stand_in_neither():
    outside = {row["code"]: row for row in read("reference", "outside_codes.csv")}
    old = codes_of("tt27-2018")
    assert not outside.keys() & (old.keys() | codes_of("tt08-2024").keys())
    assert set(listed("DHT DKG KCN KKT KDT KBT KNN KDL DNT LNQ LNC LNK COC TSN")) <= outside.keys()
    for row in outside.values():
        assert not row["near"] or row["near"] in old.keys() | outside.keys()
        assert re.fullmatch("(#[0-9a-f]{6})?", row["colour"])


def test_names_from_memory_are_marked_so():
    rows = {row["code"]: row["mark"] for row in read("reference", "outside_codes.csv")}
    assert all(rows[code] == "M" for code in listed("KCN KKT KDT KBT KNN KDL DNT DKG LNQ COC TSN"))


def communes(valid_from):
    return {
        row["code"]: row
        for row in read("reference", "communes.csv")
        if row["valid_from"] == valid_from
    }


def test_the_sets_have_25_and_23_and_5_units():
    assert len(communes("")) == 25
    assert len(communes("2020-02-01")) == 23
    assert len(communes("2025-07-01")) == 5


def test_the_oldest_set_carries_no_figures():
    for row in communes("").values():
        assert not any(row[c] for c in row if c.startswith(("area", "population", "centroid")))
        assert row["valid_to"] == "2020-01-31"


def test_the_census_of_the_22_units_adds_up_to_the_districts():
    rows = [row for row in communes("2020-02-01").values() if row["in_binh_son"] == "yes"]
    assert sum(int(row["population_2019"]) for row in rows) == 181_050


def test_areas_add_up_to_the_published_totals():
    rows = [row for row in communes("2020-02-01").values() if row["in_binh_son"] == "yes"]
    assert sum(float(row["area_km2_geodesic"]) for row in rows) == pytest.approx(468.44, abs=0.01)
    now = communes("2025-07-01").values()
    assert sum(float(row["area_km2_dataset"]) for row in now) == pytest.approx(484.57, abs=0.01)


def test_each_new_commune_is_as_large_and_as_peopled_as_its_units():
    middle = communes("2020-02-01")
    successions = read("reference", "commune_successions.csv")
    for code, row in communes("2025-07-01").items():
        parts = [
            middle[s["from_code"]]
            for s in successions
            if s["to_code"] == code and s["effective"] == "2025-07-01"
        ]
        assert sum(int(p["population_2019"]) for p in parts) == int(row["population_2019"])
        area = sum(float(p["area_km2_geodesic"]) for p in parts)
        # measured on other outlines: published as agreeing within 1.4 %
        assert area == pytest.approx(float(row["area_km2_dataset"]), rel=0.0145)


@pytest.mark.parametrize("valid_from", ["2020-02-01", "2025-07-01"])
def test_neighbours_know_each_other(valid_from):
    rows = communes(valid_from)
    pairs = {(code, near) for code, row in rows.items() for near in row["neighbours"].split()}
    assert all((near, code) in pairs and near in rows for code, near in pairs)
    assert all(code != near for code, near in pairs)
    if valid_from == "2020-02-01":
        assert len(pairs) == 2 * 45


def test_new_communes_touch_where_their_units_touch():
    middle = communes("2020-02-01")
    heir = {
        row["from_code"]: row["to_code"]
        for row in read("reference", "commune_successions.csv")
        if row["effective"] == "2025-07-01"
    }
    expected = {
        (heir[code], heir[near])
        for code, row in middle.items()
        for near in row["neighbours"].split()
        if heir[code] != heir[near]
    }
    found = {
        (code, near)
        for code, row in communes("2025-07-01").items()
        for near in row["neighbours"].split()
    }
    assert found == expected


def test_centroids_lie_in_the_districts_box():
    for row in read("reference", "communes.csv"):
        if row["centroid_lon"]:
            assert 108.57 < float(row["centroid_lon"]) < 108.95
            assert 15.18 < float(row["centroid_lat"]) < 15.43


def test_every_unit_of_a_set_that_ended_is_handed_on_once():
    rows = read("reference", "commune_successions.csv")
    by_day = {
        day: [r for r in rows if r["effective"] == day] for day in ("2020-02-01", "2025-07-01")
    }
    for (day, successions), (before, after) in zip(
        by_day.items(), [("", "2020-02-01"), ("2020-02-01", "2025-07-01")], strict=True
    ):
        assert {r["from_code"]: r["from_name"] for r in successions} == {
            code: row["name"] for code, row in communes(before).items()
        }
        for row in successions:
            assert communes(after)[row["to_code"]]["name"] == row["to_name"]
        reached = {row["to_code"] for row in successions}
        missing = {"21187"} if day == "2020-02-01" else set()
        assert set(communes(after)) - reached == missing


def test_the_mergers_are_those_of_the_two_resolutions():
    rows = read("reference", "commune_successions.csv")
    merged = [r for r in rows if r["effective"] == "2020-02-01" and r["change"] == "merged"]
    assert {(r["from_name"], r["to_name"]) for r in merged} == {
        ("Châu Ổ", "Châu Ổ"),
        ("Bình Thới", "Châu Ổ"),
        ("Bình Thanh Đông", "Bình Thanh"),
        ("Bình Thanh Tây", "Bình Thanh"),
        ("Bình Phú", "Bình Tân Phú"),
        ("Bình Tân", "Bình Tân Phú"),
    }
    assert {r["resolution"] for r in merged} == {"867/NQ-UBTVQH14"}
    later = [r for r in rows if r["effective"] == "2025-07-01"]
    assert {r["resolution"] for r in later} == {"1677/NQ-UBTVQH15"}
    assert Counter(r["to_name"] for r in later) == {
        "Bình Minh": 3,
        "Bình Chương": 2,
        "Bình Sơn": 7,
        "Vạn Tường": 6,
        "Đông Sơn": 5,
    }


def test_every_fact_has_a_status_and_an_empty_value_only_when_not_found():
    known = {row["product_id"] for row in read("zones", "products.csv")}
    for row in read("zones", "product_facts.csv"):
        assert row["product_id"] in known
        assert (row["value"] == "") == (row["status"] == "not found")
        assert row["source"] or row["status"] == "not found"
        assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", row["date"])
        assert bool(row["note_vi"]) == bool(row["note_en"])


def test_sources_that_conflict_come_in_twos_and_with_different_values():
    rows = [r for r in read("zones", "product_facts.csv") if r["status"] == "conflicting"]
    groups = {}
    for row in rows:
        groups.setdefault((row["product_id"], row["attribute"]), []).append(row["value"])
    assert {("hanh_tim", "area"), ("hanh_tim", "households"), ("nghe_vang", "area")} <= set(groups)
    assert all(len(values) == len(set(values)) >= 2 for values in groups.values())


def test_a_commune_of_a_product_has_a_day_to_read_its_code_on():
    for row in read("zones", "product_facts.csv"):
        if row["attribute"].endswith("_commune") and row["value"]:
            assert re.fullmatch(r"\d{5}", row["value"])
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["date"])


def test_a_shipped_table_that_is_damaged_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "_ROOTS", (tmp_path,))
    (tmp_path / "short.csv").write_text("a,b\n1\n", encoding="utf-8")
    (tmp_path / "long.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    with pytest.raises(ShippedDataError, match=r"'short.csv' lacks the columns \['c'\]"):
        _reference.rows("short.csv", columns=["a", "c"])
    for name in ("short.csv", "long.csv"):
        with pytest.raises(ShippedDataError, match=f"Line 2 of shipped file '{name}'"):
            _reference.rows(name, columns=["a", "b"])
    with pytest.raises(ShippedDataError, match=r"none\.csv.*is missing"):
        _reference.rows("none.csv", columns=[])


def test_cells_are_read_by_kind_and_an_empty_one_is_unknown():
    assert _reference.flag("yes") is True
    assert _reference.flag("no") is False
    with pytest.raises(ShippedDataError, match="holds 'Y' where it needs yes or no"):
        _reference.flag("Y")
    assert _reference.number("1.5") == 1.5
    assert _reference.number("") is None
    assert _reference.day("") is None
