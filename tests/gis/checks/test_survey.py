"""A workspace checked as a whole: what is stored, what is found now, and a repair as a version."""

import geopandas as gpd
import pytest
from shapely.geometry import box

from gis.checks import survey
from gis.errors import NotFoundError
from gis.intake.door import Order, take_in
from gis.workspace import Workspace

EAST, NORTH = 580_000, 1_690_000


def square(x, y, width, height=100):
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


@pytest.fixture
def space(tmp_path):
    """Three parcels in a row, of which the second lies 5 cm over the third, and one commune."""
    space = Workspace.create(tmp_path / "space")
    parcels = gpd.GeoDataFrame(
        {
            "code": ["LUC", "BHK", "LUC"],
            "soto": [1, 1, 1],
            "sothua": [1, 2, 3],
            "chusd": ["Nguyễn Văn An", "Trần Thị Bé", "Lê Văn Cường"],
        },
        geometry=[square(0, 0, 100), square(100, 0, 100.05), square(200, 0, 100)],
        crs="EPSG:5898",
    )
    parcels.to_file(tmp_path / "thửa.gpkg")
    constants = {"code_table": "tt27-2018", "status": "current", "year": 2020}
    order = Order(
        layer="land-use",
        path=tmp_path / "thửa.gpkg",
        constants=constants,
        keep_personal=("chusd",),
    )
    space.add(take_in(order, space.home()))
    commune = gpd.GeoDataFrame(
        {"code": ["21040"], "name": ["Bình Sơn"], "valid_from": ["2025-07-01"]},
        geometry=[square(0, 0, 250)],
        crs="EPSG:5898",
    )
    commune.to_file(tmp_path / "xã.gpkg")
    space.add(take_in(Order(layer="communes", path=tmp_path / "xã.gpkg"), space.home()))
    return space


def rules(found):
    return set(found.findings["rule_id"])


def test_a_dataset_is_checked_in_itself_and_against_the_others(space):
    found = survey.survey(space, "land-use")
    assert {each.key for each in space.versions()} == {"land-use/thửa", "communes/xã"}
    assert [subject.dataset for subject in found.subjects] == ["thửa"]
    assert any(each.startswith("topology.overlap") for each in rules(found))
    assert any(each.startswith("between.land-use") for each in rules(found))
    assert set(found.findings["dataset"]) == {"thửa"}


def test_without_a_name_everything_is_checked(space):
    found = survey.survey(space)
    assert {subject.layer for subject in found.subjects} == {"land-use", "communes"}
    with pytest.raises(NotFoundError):
        survey.survey(space, "zones")


def test_the_check_of_the_import_stands_until_a_tolerance_changes(space):
    version = space.version("land-use")
    stored = space.faults(version)
    assert survey.within(space, version).equals(stored)
    settings = space.folder / "settings.toml"
    wide = settings.read_text(encoding="utf-8").replace("overlap_m2 = 0.01", "overlap_m2 = 6.0")
    settings.write_text(wide, encoding="utf-8")
    # 5 cm by 100 m are 5 m2
    assert "topology.overlap-micro" in set(survey.within(space, version)["rule_id"])


def test_a_repair_is_a_new_version_with_its_ledger_and_the_old_one_stays(space):
    before = space.version("land-use")
    version, repair = survey.mend(space, "land-use")
    assert version.version != before.version
    assert version.provenance["repaired_from"] == before.version
    assert [each.version for each in space.versions("land-use", history=True)] == [
        before.version,
        version.version,
    ]
    # of 30,005 m2 the 5 m2 that lay under two are counted once
    assert repair.totals["area_before_m2"] == pytest.approx(30_005.0)
    assert space.read(version).area.sum() == pytest.approx(30_000.0, abs=1e-6)
    ledger = space.ledger(version)
    assert ledger["lost_m2"].sum() - ledger["gained_m2"].sum() == pytest.approx(5.0, abs=1e-6)
    assert abs(repair.totals["difference_m2"]) < 1e-6
    assert space.ledger(before) is None
    assert not any(each.startswith("topology.overlap") for each in rules(survey.survey(space)))


def test_what_was_kept_of_people_stays_in_the_store_and_comes_out_nowhere(space):
    version, _ = survey.mend(space, "land-use")
    assert sorted(space.stored(version)["chusd"]) == [
        "Lê Văn Cường",
        "Nguyễn Văn An",
        "Trần Thị Bé",
    ]
    assert "chusd" not in space.read(version)
    found = survey.survey(space)
    assert all("chusd" not in subject.frame for subject in found.subjects)
    assert "Nguyễn" not in found.findings.drop(columns="geometry").to_csv()


def test_a_layer_with_nothing_to_mend_makes_no_version(space):
    mended, _ = survey.mend(space, "land-use")
    count = len(space.versions(history=True))
    again, repair = survey.mend(space, "land-use")
    assert again.version == mended.version
    assert repair.ledger.empty
    assert len(space.versions(history=True)) == count
