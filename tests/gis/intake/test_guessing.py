"""Which column is meant: by the names that offices use, by content only when confirmed."""

import geopandas as gpd
import pytest
from shapely.geometry import Point

from gis.errors import ColumnError
from gis.intake import encodings, guessing, mapping
from gis.layers import registry
from gis.layers.base import ROW

LAND_USE = registry.layer("land-use")
PRESENT = {"status": "current", "year": 2020, "code_table": "tt27-2018"}
PLANNED = PRESENT | {"status": "planned", "year": 2030}
CODES = ["LUC", "ONT+CLN", "BHK"]


def frame(**columns):
    rows = max(len(values) for values in columns.values())
    data = {**columns, ROW: range(1, rows + 1)}
    return gpd.GeoDataFrame(data, geometry=[Point(0, 0)] * rows, crs="EPSG:5898")


def sources(layer="land-use", *, columns=None, constants=PRESENT, **held):
    return guessing.guess(
        frame(**held), registry.layer(layer), columns=columns or {}, constants=constants
    ).sources


# --- by name ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("mdsd", "MDSDD", "LoaiDat", "Ma_dat", "KyHieu", "Ma_LD", "MaMDSD", "Loại đất", "KÝ HIỆU"),
        *("Mục đích SD", "MucDichSD", "LOAI_DAT_HT", "mdsd_2020", "MDSD2020", "HT_MDSD", "mdsd20"),
        *("MucDichSuD", "ky_hieu_da", "code", "Code"),
    ],
)
def test_the_column_of_codes_is_known_by_the_names_offices_give_it(name):
    assert sources(**{name: CODES, "ghichu": ["x"] * 3})["code"] == name


@pytest.mark.parametrize("name", ["LOAI_DAT_QH", "mdsdqh", "MDSD_2030", "QH_MDSD", "mdsd_qh_2030"])
def test_a_planned_column_serves_a_plan_and_not_the_present_map(name):
    assert sources(constants=PLANNED, **{name: CODES})["code"] == name
    with pytest.raises(ColumnError, match=f"Only {name} may be 'code'.*--map code={name}") as no:
        sources(**{name: CODES})
    assert f"hãy xác nhận bằng --map code={name}" in no.value.vi
    assert sources(columns={"code": name}, **{name: CODES})["code"] == name


@pytest.mark.parametrize(
    ("constants", "expected"),
    [(PRESENT, "LOAIDAT"), (PLANNED, "LOAIDATQH")],
)
def test_of_two_columns_the_one_of_the_period_is_taken(constants, expected):
    held = {"LOAIDAT": CODES, "LOAIDATQH": CODES[::-1]}
    assert sources(constants=constants, **held)["code"] == expected


def test_of_two_years_the_year_of_the_map_is_taken():
    held = {"mdsd_2015": CODES, "mdsd_2020": CODES[::-1]}
    assert sources(**held)["code"] == "mdsd_2020"
    assert sources(constants=PRESENT | {"year": 2015}, **held)["code"] == "mdsd_2015"


def test_two_columns_that_may_both_be_meant_are_named_and_refused():
    with pytest.raises(ColumnError, match="columns mdsd, loaidat may all be 'code'; choose") as no:
        sources(mdsd=CODES, loaidat=CODES[::-1])
    assert "Các cột mdsd, loaidat đều có thể là 'code'" in no.value.vi


def test_without_a_status_a_present_and_a_planned_column_are_a_choice():
    with pytest.raises(ColumnError, match="mdsd, mdsdqh may all be 'code'"):
        sources(constants={}, mdsd=CODES, mdsdqh=CODES[::-1])


def test_of_two_columns_the_one_that_holds_codes_is_taken():
    assert sources(mdsd=["đất lúa", "đất ở", "đất màu"], kyhieu=CODES)["code"] == "kyhieu"
    assert sources(mdsd=CODES, kyhieu=CODES)["code"] == "mdsd"


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("SHBANDO", "sheet"),
        ("So_to", "sheet"),
        ("SoHieuToBa", "sheet"),
        ("Tờ bản đồ", "sheet"),
        ("SHTHUA", "parcel"),
        ("Số thửa", "parcel"),
        ("SoThuTuThu", "parcel"),
        ("DienTich", "registered_area_m2"),
        ("DTPL", "registered_area_m2"),
        ("DienTichPh", "registered_area_m2"),
        ("MaXa", "commune_code"),
        ("Tên xã", "commune_name"),
        ("SoQD", "decision"),
    ],
)
def test_other_columns_are_known_by_their_names_too(name, column):
    assert sources(mdsd=["LUC"], **{name: ["1"]})[column] == name


def test_the_area_of_the_certificate_goes_before_the_measured_one():
    assert sources(mdsd=["LUC"], dientich=[1], DTPL=[2])["registered_area_m2"] == "DTPL"


def test_a_name_in_an_old_encoding_is_known_once_it_is_mended():
    broken = frame(**{"Lo¹i ®Êt": ["LUC"], "Sè thöa": ["1"]})
    found = guessing.guess(
        encodings.repair(broken).frame, LAND_USE, columns={}, constants=PRESENT
    ).sources
    assert (found["code"], found["parcel"]) == ("Loại đất", "Số thửa")


def test_a_short_name_is_not_taken_for_a_cut_one():
    assert "sheet" not in sources(mdsd=["LUC"], sohieu=["1"])


# --- by content -------------------------------------------------------------------------------


def test_a_column_that_holds_codes_is_proposed_and_not_taken():
    held = frame(F1=["x", "y", "z"], F3=CODES, F4=[1, 2, 3])
    with pytest.raises(ColumnError, match=r"F3 looks like it: confirm with --map code=F3\.$") as no:
        mapping.apply(held, LAND_USE, columns={}, constants=PRESENT)
    assert "cột F3 có vẻ đúng: hãy xác nhận bằng --map code=F3." in no.value.vi
    taken = mapping.apply(held, LAND_USE, columns={"code": "F3"}, constants=PRESENT)
    assert list(taken.frame["code"]) == CODES


def test_all_columns_that_hold_codes_are_proposed():
    with pytest.raises(ColumnError, match=r"F1, F3 looks like it: confirm with --map code=F1"):
        mapping.apply(frame(F1=CODES, F3=CODES), LAND_USE, columns={}, constants=PRESENT)


@pytest.mark.parametrize(
    ("values", "share"),
    [
        (["LUC", "luc ", "ONT+CLN", "DHT"], 1.0),
        (["LUC", "x"], 0.5),
        (["LUC", None, "  "], 1.0),
        ([None, None], 0.0),
        ([11, 12], 0.0),
    ],
)
def test_the_share_of_codes_is_counted_by_rows_that_hold_anything(values, share):
    assert guessing.share_of_codes(frame(a=values)["a"], "tt27-2018") == share


# --- what is told -----------------------------------------------------------------------------


def test_it_is_told_how_each_column_was_found():
    held = frame(F1=CODES, soto=[1, 2, 3], thua=[4, 5, 6], dientich=[7, 8, 9])
    mapped = mapping.apply(
        held,
        LAND_USE,
        columns={"code": "F1", "parcel": "thua"},
        constants=PRESENT,
        by_profile={"code"},
    )
    assert dict(mapped.guessed) == {
        "code": "profile",
        "code_table": "constant",
        "status": "constant",
        "year": "constant",
        "sheet": "name",
        "parcel": "option",
        "registered_area_m2": "name",
    }
    assert set(mapped.guessed) == set(mapped.used)
