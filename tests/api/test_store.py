"""The store: read once, shared unchanged, never mixed with what is imported meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from api import store as stores
from api.settings import Settings
from api.store import Store, collection_id_of
from gis import alignment
from gis.context import load
from gis.errors import InputError, NotFoundError, WorkspaceError
from gis.workspace import Workspace

DAY = date(2026, 6, 1)


@pytest.fixture
def store(folder):
    return Store(Settings(workspace=folder))


def test_a_folder_that_is_no_workspace_is_refused_at_the_start(tmp_path):
    with pytest.raises(WorkspaceError, match="is no workspace"):
        Store(Settings(workspace=tmp_path))


def test_a_layer_version_is_read_once(store, monkeypatch):
    read = []
    once = Workspace.read

    def noted(self, version):
        read.append(version)
        return once(self, version)

    monkeypatch.setattr(Workspace, "read", noted)
    for _ in range(3):
        snapshot = store.snapshot()
        for entry in snapshot.collections():
            snapshot.read(entry)
            store.features(snapshot, entry)
        store.context(snapshot, as_of=DAY, year=None)
    assert len(read) == len({entry.sha256 for entry in read}) == 4


def test_a_part_of_a_layer_is_read_from_its_file(store):
    snapshot = store.snapshot()
    entry = snapshot.version("land-use/now")
    x, y = 580_000, 1_690_000
    assert len(snapshot.read(entry, bbox=(x + 10, y + 10, x + 20, y + 20))) == 1
    assert not store.is_loaded(entry)


def test_the_context_equals_the_one_that_commands_load(store, folder):
    ours = store.context(store.snapshot(), as_of=DAY, year=None, communes="both")
    theirs = load(Workspace.open(folder), as_of=DAY, communes="both")
    assert (ours.year, ours.crs, ours.sources, ours.notes) == (
        theirs.year, theirs.crs, theirs.sources, theirs.notes,
    )  # fmt: skip
    for name in ("current", "plan", "communes"):
        assert_geodataframe_equal(getattr(ours, name), getattr(theirs, name))
    assert ours.general_plan is None
    assert ours.constraints is None


def test_a_context_is_made_once_for_each_day(store):
    snapshot = store.snapshot()
    first = store.context(snapshot, as_of=DAY, year=2030)
    assert store.context(store.snapshot(), as_of=DAY, year=2030) is first
    assert store.context(snapshot, as_of=date(2026, 6, 2), year=2030) is not first


def test_a_year_without_a_plan_is_refused_and_says_which_there_are(store):
    with pytest.raises(InputError, match="has plans of 2030"):
        store.context(store.snapshot(), as_of=DAY, year=2040)


def zone(hectares, column=0.0, width=3.0):
    return gpd.GeoDataFrame(
        {"zone_id": ["z"], "use": ["annual_crop"], "product": [None]},
        geometry=[hectares(column, width=width)],
        crs="EPSG:5898",
    )


def test_a_zone_is_judged_as_without_the_store_and_the_shared_frames_stay_as_they_are(
    store, folder, hectares
):
    context = store.context(store.snapshot(), as_of=DAY, year=None)
    before = shapely.to_wkb(context.current.geometry.to_numpy()).tolist()
    ours = stores.assess(zone(hectares), context)
    theirs = alignment.assess(zone(hectares), load(Workspace.open(folder), as_of=DAY))
    assert ours.provenance == theirs.provenance
    assert ours.context is context
    assert shapely.to_wkb(context.current.geometry.to_numpy()).tolist() == before
    # a geometry that is prepared by two threads at once crashes the process
    for frame in (context.current, context.plan, context.communes):
        assert not shapely.is_prepared(frame.geometry.to_numpy()).any()


def test_only_rows_near_the_zone_are_handed_on_and_no_geometry_is_shared(store, hectares):
    shared = store.context(store.snapshot(), as_of=DAY, year=None)
    own = stores.private(shared, zone(hectares, 0.2, 0.5))
    assert own.current["code"].tolist() == ["HNK"]
    assert own.plan["code"].tolist() == ["HNK"]
    assert own.communes["code"].tolist() == ["1"]
    assert own.constraints is None
    held = {id(shape) for shape in shared.current.geometry}
    assert not held & {id(shape) for shape in own.current.geometry}


def test_many_threads_judge_at_once_and_agree(store, hectares):
    context = store.context(store.snapshot(), as_of=DAY, year=None)

    def judge(_):
        return stores.assess(zone(hectares), context).provenance["table_sha256"]

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(judge, range(24)))) == 1


def test_what_is_imported_meanwhile_shows_in_the_next_request_only(bare, add, present):
    store = Store(Settings(workspace=bare.folder))
    before = store.snapshot()
    old = before.version("land-use/now")
    add("land-use", [0, 1], name="now", constants=present, code=["LUC", "LUC"])
    after = store.snapshot()
    assert before.version("land-use/now") == old
    assert len(before.read(old)) == 1
    assert before.token != after.token
    assert len(after.read(after.version("land-use/now"))) == 2
    assert [entry.current for entry in before.versions(history=True)] == [False, True]


def test_a_fault_in_what_is_stored_is_not_the_fault_of_who_asks(bare):
    (bare.folder / "settings.toml").write_text("min_area_m2 = -1\n", encoding="utf-8")
    with pytest.raises(WorkspaceError):
        Store(Settings(workspace=bare.folder)).snapshot()


def test_a_damaged_decision_table_is_a_fault_of_the_workspace(bare):
    folder = bare.folder / "decisions"
    folder.mkdir()
    source = bare.folder / "delegations.csv"
    source.write_text("matter,body_vi\nx,y\n", encoding="utf-8")
    table = pd.DataFrame({"matter": ["rice_permit"], "body_vi": ["UBND"]})
    entry = bare.add_decisions("delegations", table, source=source)
    (bare.folder / entry.file).write_text("nothing\n", encoding="utf-8")
    store = Store(Settings(workspace=bare.folder))
    with pytest.raises(WorkspaceError, match="has no column"):
        store.context(store.snapshot(), as_of=DAY, year=None)


def test_a_workspace_without_zones_says_so(bare):
    store = Store(Settings(workspace=bare.folder))
    snapshot = store.snapshot()
    with pytest.raises(NotFoundError, match="There are no zones"):
        store.assess_stored(snapshot, store.context(snapshot, as_of=DAY, year=None))


def test_the_id_of_a_collection_leads_back_to_its_version(store):
    snapshot = store.snapshot()
    for entry in snapshot.collections():
        assert snapshot.collection(collection_id_of(entry)) == entry
    with pytest.raises(NotFoundError, match="no collection 'land-use~other'"):
        snapshot.collection("land-use~other")
