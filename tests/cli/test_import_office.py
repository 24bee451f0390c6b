"""`vung import` of what offices send: no system, old text, owners' names, tables, drawings."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gis.intake import encodings

EAST, NORTH = 580_000, 1_690_000
MAP = ("--code-table", "tt27-2018", "--status", "current", "--year", "2016")


@pytest.fixture
def area(vung):
    assert vung("init", "kho").code == 0
    return Path("kho")


@pytest.fixture
def old(tmp_path):
    """Write a shapefile of 2016: TCVN3, owners, no system."""

    def written(text):
        return encodings.encode(text, "tcvn3").decode("latin-1")

    hamlets = ["Thôn Đông Bình", "Thôn Mỹ Huệ", "Thôn Phước Thọ", "Thôn Vĩnh Trà"]
    names = ["Nguyễn Văn Bình", "Trần Thị Lệ", "Lê Văn Dũng", "Phạm Thị Hường"]
    frame = gpd.GeoDataFrame(
        {
            "SoTo": [7] * 4,
            "SoThua": [1, 2, 3, 4],
            "MDSD": ["LUC", "BHK", "CLN", "LUC"],
            "XuDong": [written(each) for each in hamlets],
            "ChuSD": [written(each) for each in names],
        },
        geometry=[box(EAST + 50 * x, NORTH, EAST + 50 * x + 50, NORTH + 40) for x in range(4)],
        crs="EPSG:5898",
    )
    path = tmp_path / "thua_2016.shp"
    frame.to_file(path, encoding="ISO-8859-1")
    for ending in (".cpg", ".prj"):
        path.with_suffix(ending).unlink()
    return path


def stored(area, vung, name="thua_2016"):
    vung("-w", area, "export", name, "-o", "ra.parquet")
    return gpd.read_parquet("ra.parquet").sort_values("source_row")


def test_a_file_without_a_system_is_refused_and_nothing_is_guessed(area, old, vung):
    ran = vung("-w", area, "import", "land-use", old, *MAP)
    assert ran.code == 2
    assert "--crs" in ran.err
    ran = vung("-w", area, "import", "land-use", old, *MAP, "--crs", "auto")
    assert ran.code == 2
    assert vung("-w", area, "layers", "--json").record["layers"] == []


def test_old_text_comes_in_readable_and_owners_stay_out(area, old, vung):
    ran = vung(
        "-w", area, "import", "land-use", old, *MAP, "--crs", "EPSG:5898", "--keep", "XuDong"
    )
    assert ran.code == 0
    assert "ChuSD" in ran.out
    frame = stored(area, vung)
    assert frame["XuDong"].iloc[0] == "Thôn Đông Bình"
    assert frame["parcel"].tolist() == ["1", "2", "3", "4"]
    told = vung("-w", area, "info", "land-use")
    assert "Nguyễn" not in told.out + ran.out
    record = vung("-w", area, "info", "land-use", "--json").record["version"]["provenance"]
    # what the text was before is kept, and nobody's name
    assert "Th«n Mü HuÖ" in record["raw_text"]["XuDong"]["values"]
    assert record["personal_columns_left_out"] == {"ChuSD": "owner"}
    assert "NguyÔn" not in str(record)


def test_a_column_about_people_is_kept_in_the_store_alone(area, old, vung):
    refused = vung("-w", area, "import", "land-use", old, *MAP, "--crs", "5898", "--keep", "ChuSD")
    assert refused.code == 2
    assert "--keep-personal ChuSD" in refused.err
    ran = vung("-w", area, "import", "land-use", old, *MAP, "--crs", "5898",
               "--keep-personal", "ChuSD")  # fmt: skip
    assert ran.code == 0
    assert "ChuSD" not in stored(area, vung)
    for ending in ("gpkg", "csv", "geojson"):
        vung("-w", area, "export", "land-use", "-o", f"ra.{ending}")
        assert "Nguyễn" not in Path(f"ra.{ending}").read_bytes().decode("utf-8", "ignore")


def test_a_profile_takes_in_the_next_file_of_the_same_office(area, old, vung):
    vung("-w", area, "import", "land-use", old, *MAP, "--crs", "EPSG:5898", "--keep", "XuDong",
         "--save-profile", "xã.toml")  # fmt: skip
    profile = Path("xã.toml").read_text(encoding="utf-8")
    assert 'code = "MDSD"' in profile
    assert "ChuSD" not in profile
    ran = vung("-w", area, "import", "land-use", old, "--profile", "xã.toml", "--name", "sau")
    assert ran.code == 0
    assert stored(area, vung, "sau")["XuDong"].iloc[1] == "Thôn Mỹ Huệ"
    other = vung("-w", area, "import", "zones", old, "--profile", "xã.toml")
    assert other.code == 2
    assert "xã.toml" in other.err


def test_a_list_in_excel_is_joined_by_sheet_and_parcel(area, old, vung):
    pd.DataFrame(
        {
            "Số tờ": [7, 7, 7, 9],
            "Số thửa": [1, 2, 3, 9],
            "Diện tích": [2000.0, 2000.5, 1900.0, 5.0],
            "Xứ đồng": ["Đồng Nà", "Đồng Nà", "Gò Sậy", "Gò Sậy"],
            "Chủ sử dụng": ["Nguyễn Văn An", "Trần Thị Bé", "Lê Văn Dũng", "Phạm Thị Hoa"],
        }
    ).to_excel("danh sách.xlsx", index=False)
    lacking = vung("-w", area, "import", "land-use", old, *MAP, "--crs", "5898",
                   "--join", "danh sách.xlsx")  # fmt: skip
    assert lacking.code == 2
    assert "--join-key" in lacking.err
    ran = vung("-w", area, "import", "land-use", old, *MAP, "--crs", "5898", "--json",
               "--join", "danh sách.xlsx", "--join-key", "SoTo+SoThua=Số tờ+Số thửa")  # fmt: skip
    frame = stored(area, vung)
    assert frame["registered_area_m2"].tolist()[:3] == [2000.0, 2000.5, 1900.0]
    found = {each["rule_id"] for each in ran.record["findings"]}
    assert {"reading.shape-without-row", "reading.row-without-shape"} <= found
    assert "people.owner" in found
    # both areas side by side wherever the layer goes
    assert frame["drawn_area_m2"].tolist() == [2000.0] * 4


def test_another_map_of_the_same_name_is_refused_and_the_same_one_replaced(area, old, vung):
    order = ("-w", area, "import", "land-use", old, "--crs", "5898", "--code-table", "tt27-2018")
    assert vung(*order, "--status", "current", "--year", "2016").code == 0
    refused = vung(*order, "--status", "planned", "--year", "2030")
    assert refused.code == 2
    assert "--name" in refused.err
    assert vung(*order, "--status", "planned", "--year", "2030", "--name", "qh").code == 0
    again = vung(*order, "--status", "current", "--year", "2016", "--keep", "XuDong")
    assert again.code == 0
    assert "Thay phiên bản" in again.out


@pytest.mark.parametrize("column", ["sothua", "ma_dat", "quyetdinh"])
def test_a_name_is_no_number_and_no_code(area, vung, column):
    names = ["Nguyễn Văn Bình", "Trần Thị Lệ", "Lê Văn Dũng", "Phạm Thị Hường"]
    columns = {"soto": [1] * 4, "sothua": [1, 2, 3, 4], "mdsd": ["LUC"] * 4} | {column: names}
    frame = gpd.GeoDataFrame(
        columns,
        geometry=[box(EAST + 50 * x, NORTH, EAST + 50 * x + 50, NORTH + 40) for x in range(4)],
        crs="EPSG:5898",
    )
    frame.to_file("a.gpkg")
    ran = vung("-w", area, "import", "land-use", "a.gpkg", *MAP, "--code-field",
               "ma_dat" if column == "ma_dat" else "mdsd")  # fmt: skip
    assert "Nguyễn" not in ran.out + ran.err
    written = [file.read_bytes() for file in area.rglob("*") if file.is_file()]
    assert not any("Nguyễn".encode() in each for each in written)


def test_auto_finds_the_zone_of_a_commune(area, vung):
    commune = gpd.GeoDataFrame(
        {"code": ["21040"], "name": ["Bình Sơn"], "valid_from": ["2025-07-01"]},
        geometry=[box(EAST, NORTH, EAST + 9000, NORTH + 7000).difference(
            box(EAST + 6000, NORTH + 4000, EAST + 9000, NORTH + 7000))],
        crs="EPSG:5898",
    )  # fmt: skip
    commune.to_file("xã.gpkg")
    assert vung("-w", area, "import", "communes", "xã.gpkg").code == 0
    # the same ground in another zone, declared as ours
    wrong = commune.to_crs("EPSG:9217").set_crs("EPSG:5898", allow_override=True)
    wrong.to_file("sai.gpkg")
    doubted = vung("-w", area, "import", "communes", "sai.gpkg", "--name", "a", "--json").record
    (finding,) = [e for e in doubted["findings"] if e["rule_id"].startswith("crs.")]
    assert finding["rule_id"] == "crs.zone-mismatch"
    # 15 minutes of longitude at 15.3 degrees north
    assert finding["size"] == pytest.approx(26_900, rel=0.01)
    # a false commune would speak for itself
    vung("-w", area, "drop", "communes/a")
    ran = vung("-w", area, "import", "communes", "sai.gpkg", "--name", "b", "--crs", "auto")
    assert ran.code == 0
    assert "EPSG:9217" in ran.out
    vung("-w", area, "export", "communes/b", "-o", "b.gpkg")
    moved = gpd.read_file("b.gpkg").geometry.iloc[0]
    assert moved.hausdorff_distance(commune.geometry.iloc[0]) < 0.01
