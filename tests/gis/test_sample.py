"""The schematic sample: it comes in whole, says what it is, and local decisions change it."""

from datetime import date

import pytest

from gis import alignment, context, sample
from gis.workspace import Workspace

DAY = date.fromisoformat(sample.DEMO_DAY)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    space = Workspace.create(tmp_path_factory.mktemp("sample") / "space")
    return space, list(sample.fill(space))


def judged(space):
    (entry,) = space.versions("zones")
    return alignment.assess(space.read(entry), context.load(space, as_of=DAY, year=2030))


def test_every_layer_comes_in_without_a_left_out_row(filled):
    space, versions = filled
    assert [entry.key for entry in versions] == [
        "communes/communes",
        "land-use/land_use_2020",
        "land-use/land_use_plan_2030",
        "land-use/general_plan_2030",
        "constraints/constraints",
        "terrain/terrain",
        "zones/zones",
        "decisions/legend",
    ]
    assert [entry.key for entry in space.versions()] == [entry.key for entry in versions]
    assert all(entry.provenance.get("rows_left_out", 0) == 0 for entry in versions)
    assert all("error" not in entry.findings for entry in versions)


def test_everything_of_it_is_marked_schematic(filled):
    _, versions = filled
    assert [entry.key for entry in versions if not entry.schematic] == []


def test_both_commune_sets_and_every_kind_of_layer_are_there(filled):
    space, _ = filled
    loaded = context.load(space, as_of=DAY, communes="both")
    assert loaded.missing() == ()
    assert loaded.schematic
    # Tịnh Hòa and the 22 units of the district before, five communes since
    assert (len(loaded.communes), len(loaded.other_communes)) == (5, 23)


def test_local_decisions_change_verdicts_and_no_areas(filled):
    space, _ = filled
    before = judged(space)
    decided = list(sample.decide(space))
    after = judged(space)
    for entry in decided:
        space.drop(entry.key)
    assert all(entry.schematic for entry in decided)
    changed = before.pieces["verdict"] != after.pieces["verdict"]
    moves = set(
        zip(before.pieces["verdict"][changed], after.pieces["verdict"][changed], strict=True)
    )
    assert moves == {("review", "procedure")}
    assert list(before.pieces["area_ha"]) == list(after.pieces["area_ha"])
    assert judged(space).provenance["table_sha256"] == before.provenance["table_sha256"]
