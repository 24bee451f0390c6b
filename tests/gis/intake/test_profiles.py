"""A profile keeps how the files of one office are taken in, for people to read and change."""

import tomllib
from datetime import date

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from gis.errors import ColumnError, InputError, OutputError, SourceError
from gis.intake import profiles
from gis.intake.profiles import Profile

OFFICE = Profile(
    layer="land-use",
    crs="EPSG:5898",
    encoding="tcvn3",
    keep=("Ghi chú", 'a"b\\c'),
    columns={"code": "Loại đất", "sheet": "SHBANDO"},
    constants={"code_table": "tt27-2018", "status": "current", "year": 2020},
)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a profile by hand."""

    def write(text):
        path = tmp_path / "van-phong.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_profile_comes_back_as_it_was_saved(tmp_path):
    path = profiles.save(tmp_path / "hồ sơ.toml", OFFICE)
    assert profiles.load(path) == OFFICE
    assert profiles.load(path, layer="land-use") == OFFICE
    assert [each.name for each in tmp_path.iterdir()] == ["hồ sơ.toml"]


def test_a_profile_can_be_read_by_people(tmp_path):
    text = profiles.save(tmp_path / "p.toml", OFFICE).read_text(encoding="utf-8")
    assert 'code = "Loại đất"' in text
    assert "# hệ tọa độ thật của tệp / true coordinate system of the file" in text
    assert tomllib.loads(text)["constants"]["year"] == 2020
    assert "keep_personal" not in text


@given(
    st.dictionaries(st.sampled_from(["code", "sheet", "parcel"]), st.text(min_size=1)),
    st.lists(st.text(min_size=1)),
)
def test_any_name_of_a_column_comes_back(columns, keep):
    profile = Profile(layer="land-use", columns=columns, keep=tuple(keep))
    entries = tomllib.loads(profiles.to_toml(profile))
    assert entries.get("columns", {}) == columns
    assert entries.get("keep", []) == keep


def test_a_profile_of_another_layer_is_refused(tmp_path):
    path = profiles.save(tmp_path / "p.toml", OFFICE)
    with pytest.raises(InputError, match=r"p\.toml is for the layer 'land-use', not for 'zones'"):
        profiles.load(path, layer="zones")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("crs = 'EPSG:5898'", "the entry 'layer' is missing"),
        ("layer = 'land-use'\ncolour = 'red'", "unknown entry 'colour'; it may hold layer"),
        ("layer = 'land-use'\nkeep_personal = ['x']", "unknown entry 'keep_personal'"),
        ("layer = 'soil'", "There is no layer 'soil'"),
        ("layer = 5", "the entry 'layer' is missing or of the wrong kind"),
        ("layer = 'land-use'\nkeep = 'x'", "the entry 'keep' is missing or of the wrong kind"),
        ("layer = 'land-use'\nkeep = [1]", "the entry 'keep' is missing or of the wrong kind"),
        ("layer = 'land-use'\ncrs = 5898", "the entry 'crs' is missing or of the wrong kind"),
        ("layer = 'land-use'\ncolumns = 5", "the entry 'columns' is missing or of the wrong kind"),
        ("layer = 'land-use'\n[columns]\ncode = 5", "the entry 'columns'"),
        ("layer = 'land-use'\n[constants]\nyear = [1]", "the entry 'constants'"),
        ("layer = 'land-use'\n[columns]\ncolour = 'x'", "Layer land-use has no column 'colour'"),
        (
            "layer = 'land-use'\n[columns]\nyear = 'nam'\n[constants]\nyear = 2020",
            "gives 'year' both a column and a value",
        ),
    ],
)
def test_a_profile_that_says_what_it_cannot_is_refused_in_a_sentence(text, message, written):
    with pytest.raises(InputError, match=message) as caught:
        profiles.load(written(text))
    assert "van-phong.toml" in str(caught.value)
    assert caught.value.vi.startswith("Hồ sơ van-phong.toml")


@pytest.mark.parametrize("content", [b"layer = ", b"\xff\xfe", b"\x00", b"a = " + b"[" * 5000])
def test_a_file_that_is_no_profile_is_refused(content, tmp_path):
    path = tmp_path / "p.toml"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"p\.toml cannot be read as TOML in UTF-8"):
        profiles.load(path)


def test_a_file_far_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "p.toml"
    with path.open("wb") as file:
        file.truncate(1 << 34)
    with pytest.raises(SourceError, match="cannot be read as TOML"):
        profiles.load(path)


def test_a_missing_profile_and_a_place_that_cannot_be_written_are_refused(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        profiles.load(tmp_path / "none.toml")
    with pytest.raises(OutputError, match=r"Folder .* does not exist"):
        profiles.save(tmp_path / "none" / "p.toml", OFFICE)
    with pytest.raises(InputError, match="no column 'colour'"):
        profiles.save(tmp_path / "p.toml", Profile(layer="land-use", columns={"colour": "x"}))
    assert list(tmp_path.iterdir()) == []


def test_a_byte_order_mark_of_windows_does_no_harm(tmp_path):
    path = tmp_path / "p.toml"
    path.write_bytes(b"\xef\xbb\xbflayer = 'zones'\n")
    assert profiles.load(path).layer == "zones"


def test_what_the_user_says_goes_before_the_profile():
    said = Profile(
        layer="land-use",
        crs="EPSG:5897",
        columns={"code": "mdsd", "year": "nam"},
        constants={"sheet": "12"},
        keep=("x",),
    )
    both = OFFICE.under(said)
    assert both.crs == "EPSG:5897"
    assert both.encoding == "tcvn3"
    assert both.columns == {"code": "mdsd", "year": "nam"}
    assert both.constants == {"code_table": "tt27-2018", "status": "current", "sheet": "12"}
    assert both.keep == (*OFFICE.keep, "x")
    assert OFFICE.under(Profile(layer="land-use")) == OFFICE


def test_a_file_that_lacks_a_column_of_its_profile_is_refused():
    columns = {"LOẠI ĐẤT": ["LUC"], "shbando": [1], "Ghi chú": ["x"], 'a"b\\c': ["y"]}
    whole = gpd.GeoDataFrame(columns, geometry=[Point(0, 0)])
    profiles.refuse_missing(OFFICE, whole, name="p.toml")
    with pytest.raises(ColumnError, match=r"p\.toml names the column 'SHBANDO', which") as caught:
        profiles.refuse_missing(OFFICE, whole.drop(columns="shbando"), name="p.toml")
    assert "Hồ sơ p.toml ghi cột 'SHBANDO' mà tệp không có" in caught.value.vi


def test_days_come_back_as_days(tmp_path):
    given_ = Profile(layer="communes", constants={"valid_from": date(2025, 7, 1)})
    assert profiles.load(profiles.save(tmp_path / "p.toml", given_)) == given_
