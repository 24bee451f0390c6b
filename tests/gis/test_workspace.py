"""The workspace keeps what it was given: through kills, crowds, damage and full disks."""

import dataclasses
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from filelock import FileLock
from shapely.geometry import box

from gis import decisions, workspace
from gis.errors import CrsError, NotFoundError, WorkspaceError
from gis.intake.door import Order, take_in
from gis.settings import Settings
from gis.workspace import Workspace

TABLE = "matter,body_vi\nconversion,UBND xã\n"
# what a worker runs: so many imports of one file under names of its own
WORKER = """
import sys
from pathlib import Path
from gis.intake.door import Order, take_in
from gis.workspace import Workspace
folder, file, name, count = sys.argv[1:]
space = Workspace.open(Path(folder))
checked = take_in(Order(layer="communes", path=Path(file), name=name))
print("ready", flush=True)
sys.stdin.readline()
for at in range(int(count)):
    import dataclasses
    space.add(dataclasses.replace(checked, name=f"{name}-{at}"))
    print(at, flush=True)
"""


@pytest.fixture
def space(tmp_path):
    return Workspace.create(tmp_path / "vùng làm việc")


@pytest.fixture
def file(tmp_path):
    """Return a file of two communes."""
    path = tmp_path / "communes.parquet"
    write_communes(path, "Đông Sơn", "Bình Sơn")
    return path


def write_communes(path, *names):
    shapes = [
        box(580_000 + 9 * at, 1_690_000, 580_009 + 9 * at, 1_690_100) for at in range(len(names))
    ]
    columns = {"code": [str(21_000 + at) for at in range(len(names))], "name": names,
               "valid_from": "2025-07-01"}  # fmt: skip
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898").to_parquet(path)


def communes(file, **options):
    return take_in(Order(layer="communes", path=Path(file), **options))


def names_in(space):
    return [entry.name for entry in space.versions()]


# --- making and opening -----------------------------------------------------------------------


def test_a_new_workspace_is_empty_and_says_where_its_areas_are_measured(space):
    again = Workspace.open(space.folder)
    assert again.versions() == []
    assert again.crs == "EPSG:5898"
    assert again.settings == Settings()
    assert again.decisions().legend is None


@pytest.mark.parametrize(
    ("crs", "message"),
    [("EPSG:4326", "areas need a projected"), ("nonsense", "'nonsense' is no coordinate system")],
)
def test_a_system_without_metres_makes_no_workspace(crs, message, tmp_path):
    with pytest.raises(CrsError, match=message):
        Workspace.create(tmp_path / "new", target_crs=crs)
    assert not (tmp_path / "new").exists()


def test_a_workspace_is_not_made_over_anything(space, tmp_path):
    with pytest.raises(WorkspaceError, match="is a workspace already") as caught:
        Workspace.create(space.folder)
    assert "đã là thư mục dữ liệu" in caught.value.vi
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    with pytest.raises(WorkspaceError, match="is not empty; name a new one"):
        Workspace.create(tmp_path / "full")
    with pytest.raises(WorkspaceError, match="is a file; name a folder"):
        Workspace.create(tmp_path / "full" / "letter.txt")
    with pytest.raises(WorkspaceError, match=r"cannot be written \(Not a directory\)"):
        Workspace.create(tmp_path / "full" / "letter.txt" / "below")


def test_a_folder_that_is_no_workspace_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(
        WorkspaceError, match=r"is no workspace; make one with `vung init"
    ) as caught:
        Workspace.open(tmp_path)
    assert "hãy tạo bằng `vung init" in caught.value.vi


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "3",
        "{}",
        '{"format": 1}',
        '{"format": 1, "crs": "EPSG:5898", "versions": [{}]}',
        '{"format": 1, "crs": "EPSG:5898", "versions": [{"bounds": [], "colour": "red"}]}',
        '{"format": 1, "crs": "EPSG:0", "versions": []}',
        '{"format": 1, "crs": "EPSG:5898", "versions": 7}',
        b"\xff\xfe\x00",
    ],
)
def test_a_damaged_catalogue_is_a_sentence(content, space):
    raw = content if isinstance(content, bytes) else content.encode()
    (space.folder / "catalogue.json").write_bytes(raw)
    with pytest.raises(WorkspaceError, match="is damaged; restore it from a backup") as caught:
        Workspace.open(space.folder)
    assert "bị hỏng; hãy khôi phục" in caught.value.vi


def test_a_catalogue_of_a_later_program_is_left_alone(space):
    file = space.folder / "catalogue.json"
    later = json.dumps({"format": 2, "elsewhere": True})
    file.write_text(later, encoding="utf-8")
    with pytest.raises(WorkspaceError, match="of format 2 and this program knows 1; use a later"):
        Workspace.open(space.folder)
    assert file.read_text(encoding="utf-8") == later


# --- adding, history, dropping ----------------------------------------------------------------


def test_what_was_added_comes_back_with_its_findings_and_its_origin(space, file):
    added = space.add(communes(file, licence="CC BY"))
    read = space.read(space.version("communes"))
    assert sorted(read["name"]) == ["Bình Sơn", "Đông Sơn"]
    assert read.crs.to_epsg() == 5898
    assert "bbox" not in read
    assert added.rows == 2
    assert added.bounds == (580_000.0, 1_690_000.0, 580_018.0, 1_690_100.0)
    assert added.provenance["file"] == "communes.parquet"
    assert added.provenance["licence"] == "CC BY"
    assert space.findings(added).empty
    assert "rule_id" in space.findings(added)
    assert space.intact(added)


def test_rows_near_a_place_are_read_alone(space, file):
    added = space.add(communes(file))
    near = space.read(added, bbox=(580_000, 1_690_000, 580_001, 1_690_001))
    assert list(near["name"]) == ["Đông Sơn"]


def test_findings_are_kept_with_their_version(space, tmp_path):
    path = tmp_path / "undated.geojson"
    write_communes(tmp_path / "a.parquet", "Đông Sơn")
    gpd.read_parquet(tmp_path / "a.parquet").drop(columns="valid_from").to_crs(4326).to_file(path)
    added = space.add(communes(path))
    assert added.findings["warning"] == 1
    assert list(space.findings(added)["rule_id"]) == ["communes.no-valid-from"]


def test_equal_rows_of_two_datasets_keep_findings_of_their_own(space, file):
    first = space.add(communes(file, name="a"))
    undated = communes(file, name="b")
    worse = pd.DataFrame([{"rule_id": "x", "severity": "error"}])
    second = space.add(dataclasses.replace(undated, findings=worse))
    assert first.sha256 == second.sha256
    assert space.findings(first).empty
    assert list(space.findings(second)["rule_id"]) == ["x"]


def test_a_new_version_makes_history_of_the_one_before(space, file):
    first = space.add(communes(file))
    write_communes(file, "Vạn Tường")
    second = space.add(communes(file))
    assert [entry.version for entry in space.versions()] == [second.version]
    assert [entry.current for entry in space.versions(history=True)] == [False, True]
    old = space.versions(history=True)[0]
    assert old.version == first.version
    assert sorted(space.read(old)["name"]) == ["Bình Sơn", "Đông Sơn"]


def test_the_same_rows_are_the_same_version_in_every_workspace(space, file, tmp_path):
    other = Workspace.create(tmp_path / "other")
    assert space.add(communes(file)).sha256 == other.add(communes(file)).sha256


def test_dropping_takes_out_of_use_and_deletes_nothing(space, file):
    added = space.add(communes(file))
    space.drop("communes/communes")
    assert space.versions() == []
    assert space.path(space.versions(history=True)[0]).exists()
    with pytest.raises(NotFoundError, match=r"'communes' names nothing.*it has nothing yet"):
        space.drop("communes")
    assert space.add(communes(file)).version == added.version
    assert [entry.current for entry in space.versions(history=True)] == [False, True]


def test_a_name_that_fits_several_datasets_asks_which(space, file):
    space.add(communes(file, name="cũ"))
    space.add(communes(file, name="mới"))
    assert space.version("cũ").key == "communes/cũ"
    assert space.version("communes/mới").name == "mới"
    with pytest.raises(NotFoundError, match="several datasets; name one of communes/cũ, ") as no:
        space.version("communes")
    assert (
        no.value.vi
        == "'communes' chỉ nhiều bộ dữ liệu; hãy chọn một trong communes/cũ, communes/mới."
    )


def test_decision_tables_come_back_as_they_were(space, tmp_path):
    path = tmp_path / "phân cấp.csv"
    path.write_text(TABLE, encoding="utf-8")
    table = decisions.read("delegations", path)
    added = space.add_decisions("delegations", table, source=path, schematic=True)
    assert added.schematic
    assert added.provenance["file"] == "phân cấp.csv"
    read = space.decisions().delegations
    pd.testing.assert_frame_equal(read, table)


# --- damage -----------------------------------------------------------------------------------


def test_a_changed_layer_file_is_noticed(space, file):
    added = space.add(communes(file))
    path = space.path(added)
    path.write_bytes(path.read_bytes() + b"x")
    assert not space.intact(added)


def test_a_damaged_and_a_missing_layer_file_are_sentences(space, file):
    added = space.add(communes(file))
    space.path(added).write_bytes(b"PAR1 junk PAR1")
    with pytest.raises(WorkspaceError, match=r"cannot be read \(.*\); restore it or import") as no:
        space.read(added)
    assert "hãy khôi phục tệp" in no.value.vi
    space.path(added).unlink()
    for use in (space.read, space.path, space.intact):
        with pytest.raises(WorkspaceError, match=r"is missing from .*; restore it or import"):
            use(added)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("min_area_m2 = 50\nsliver_width_m = 0.5\n", None),
        ("", None),
        ("\ufeffmin_area_m2 = 50\n", None),
        ("min_area = 50\n", "There is no setting 'min_area'; the settings are min_area_m2, sliver"),
        ("min_area_m2 = '50'\n", "min_area_m2 must be a number of at least 0, not '50'"),
        ("min_area_m2 = true\n", "min_area_m2 must be a number"),
        ("min_area_m2 = -1\n", "min_area_m2 must be a number of at least 0, not -1"),
        ("min_area_m2 = nan\n", "min_area_m2 must be a number"),
        ("sliver_width_m = inf\n", "sliver_width_m must be a number"),
        ("min_area_m2 = 1,5\n", r"settings\.toml in .* cannot be read \(.*line 1"),
        (b"\xff\xfe", r"settings\.toml in .* cannot be read"),
    ],
)
def test_settings_are_read_and_mistakes_in_them_named(content, message, space):
    raw = content if isinstance(content, bytes) else content.encode()
    (space.folder / "settings.toml").write_bytes(raw)
    if message is None:
        assert space.settings.min_area_m2 == (50.0 if content else 100.0)
        return
    with pytest.raises(WorkspaceError, match=message) as caught:
        _ = space.settings
    assert "settings.toml trong" in caught.value.vi


def test_a_workspace_without_settings_has_the_usual_ones(space):
    (space.folder / "settings.toml").unlink()
    assert space.settings == Settings()


# --- what the disk refuses --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["layers", "tmp", "findings"])
def test_a_folder_that_cannot_be_written_is_a_sentence_and_changes_nothing(name, space, file):
    (space.folder / name).write_text("a file in the folder's place", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"cannot be written \(.+\); check the disk") as caught:
        space.add(communes(file))
    assert "Không ghi được vào thư mục dữ liệu" in caught.value.vi
    assert Workspace.open(space.folder).versions(history=True) == []


def test_a_full_disk_leaves_the_old_state(space, file, monkeypatch):
    space.add(communes(file, name="old"))

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="No space left on device"):
        space.add(communes(file, name="new"))
    monkeypatch.undo()
    assert names_in(Workspace.open(space.folder)) == ["old"]


def test_a_lock_held_by_another_process_is_a_sentence(space, file, monkeypatch):
    monkeypatch.setattr(workspace, "_LOCK_SECONDS", 0.1)
    checked = communes(file)
    with (
        FileLock(space.folder / "catalogue.json.lock"),
        pytest.raises(WorkspaceError, match="is locked by another process; try again") as caught,
    ):
        space.add(checked)
    assert "đang bị chương trình khác giữ" in caught.value.vi
    assert space.versions() == []
    space.add(checked)
    assert names_in(space) == ["communes"]


def test_what_a_killed_import_left_behind_is_cleared_after_a_day(space, file):
    scratch = space.folder / "tmp"
    scratch.mkdir()
    for name, age in (("old.parquet", 2 * 86_400), ("new.parquet", 60)):
        (scratch / name).touch()
        moment = time.time() - age
        os.utime(scratch / name, (moment, moment))
    space.add(communes(file))
    assert [left.name for left in scratch.iterdir()] == ["new.parquet"]


# --- several processes ------------------------------------------------------------------------


def start(space, file, name, count):
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, space.folder, file, name, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def set_off(workers):
    """Let workers begin together, once all are ready."""
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()


@pytest.mark.parametrize("crowd", [2, 4])
def test_imports_at_once_lose_nothing(crowd, space, file):
    each = 8
    workers = [start(space, file, f"w{at}", each) for at in range(crowd)]
    set_off(workers)
    for worker in workers:
        worker.communicate(timeout=60)
    assert [worker.returncode for worker in workers] == [0] * crowd
    expected = {f"w{worker}-{at}" for worker in range(crowd) for at in range(each)}
    assert set(names_in(space)) == expected
    assert all(space.intact(entry) for entry in space.versions())


def test_a_killed_import_leaves_a_state_that_can_be_read(space, file, tmp_path):
    chance = random.Random(7)  # noqa: S311 (no secret)
    space.add(communes(file, name="before"))
    spaces = [Workspace(tmp_path / f"copy-{at}") for at in range(4)]
    for each in spaces:
        shutil.copytree(space.folder, each.folder)
    victims = [start(each, file, "after", 500) for each in spaces]
    set_off(victims)
    told = []
    for victim in victims:
        time.sleep(chance.uniform(0.0, 0.3))
        victim.kill()
        told.append(victim.communicate(timeout=60)[0])
    for folder, said in zip((each.folder for each in spaces), told, strict=True):
        survivor = Workspace.open(folder)
        found = names_in(survivor)
        # what was said to be done is there, in order, and at most one more
        done = len(said.split())
        assert found == ["before", *(f"after-{at}" for at in range(len(found) - 1))]
        assert len(found) - 1 in (done, done + 1)
        assert all(survivor.intact(entry) for entry in survivor.versions())
        assert len(survivor.read(survivor.version("before"))) == 2
        survivor.add(communes(file, name="later"))
        assert names_in(survivor)[-1] == "later"


def test_the_stamp_changes_with_every_import_and_with_the_settings(tmp_path):
    workspace = Workspace.create(tmp_path / "w")
    first = workspace.stamp()
    assert workspace.stamp() == first
    settings = workspace.folder / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    second = workspace.stamp()
    assert second != first
    settings.unlink()
    assert workspace.stamp() not in {first, second}
