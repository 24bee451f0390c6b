"""The main job from end to end, over the schematic district that ships with the program."""

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis import boundaries, context, ledger, sample, shipped
from gis.alignment import COLUMNS, OTHER_COMMUNE, assess
from gis.judgement import CITATION_JOIN
from gis.rules import VERDICTS, worst
from gis.workspace import Workspace

VN2000 = "EPSG:5898"
DEMO_DAY = date.fromisoformat(sample.DEMO_DAY)
DAYS = [date(2024, 1, 1), date(2025, 1, 1), DEMO_DAY, date(2027, 6, 1)]
SEVERITY = {name: at for at, name in enumerate(VERDICTS)}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace.create(tmp_path_factory.mktemp("mẫu") / "Bình Sơn")
    for version in sample.fill(workspace):
        assert workspace.intact(version)
    return workspace


@pytest.fixture(scope="module")
def zones(workspace):
    return workspace.read(workspace.version("zones"))


@pytest.fixture(scope="module")
def by_day(workspace, zones):
    """Return the alignment of the sample's zones on each of four days."""
    return {day: assess(zones, context.load(workspace, as_of=day, communes="both")) for day in DAYS}


@pytest.fixture(scope="module", params=DAYS, ids=str)
def aligned(request, by_day):
    return by_day[request.param]


@pytest.fixture(scope="module")
def demo(by_day):
    return by_day[DEMO_DAY]


@pytest.fixture(scope="module")
def decided(zones, tmp_path_factory):
    """Return the alignment of the demonstration's day with the invented local decisions."""
    other = Workspace.create(tmp_path_factory.mktemp("quyết định") / "w")
    list(sample.fill(other))
    list(sample.decide(other))
    return assess(zones, context.load(other, as_of=DEMO_DAY, communes="both"))


def rule_ids(table):
    return table["rule_ids"].str.split(";")


# --- true on every day --------------------------------------------------------------------------


def test_every_shipped_zone_gets_a_verdict(aligned):
    listed = json.loads(shipped.path("zones", "zones.geojson").read_text(encoding="utf-8"))
    ids = {feature["properties"]["zone_id"] for feature in listed["features"]}
    assert set(aligned.zones["zone_id"]) == ids
    assert len(ids) >= 6
    assert set(aligned.zones["verdict"]) <= set(VERDICTS)
    assert list(aligned.table().columns) == [*COLUMNS, *OTHER_COMMUNE]


def test_the_ledger_closes(aligned):
    assert aligned.ledger["closes"].all()
    assert (aligned.ledger["difference_ha"].abs() <= 1e-8 * aligned.ledger["zone_ha"]).all()
    shares = aligned.table().groupby("zone_id")["share"].sum()
    assert shares.to_numpy() == pytest.approx(1.0, rel=1e-8)
    # the shipped maps lie side by side
    doubled = [name for name in aligned.ledger if name.endswith("_double_ha")]
    # the general plan is that of a commune that exists since July 2025
    assert len(doubled) == (3 if aligned.context.general_plan is None else 4)
    assert aligned.ledger[doubled].to_numpy().max() == 0


def test_a_zone_is_as_bad_as_its_worst_part_of_any_size(aligned):
    least = aligned.context.settings.min_area_m2 / 10_000
    summed = aligned.table().groupby(["zone_id", "verdict"])["area_ha"].sum()
    for zone_id, verdict in zip(aligned.zones["zone_id"], aligned.zones["verdict"], strict=True):
        large = summed[zone_id][lambda hectares: hectares >= least]
        assert verdict == worst(large.index)


def test_hectares_are_those_of_the_shipped_outlines(aligned):
    outlines = gpd.read_file(shipped.path("zones", "zones.geojson")).to_crs(VN2000)
    expected = dict(zip(outlines["zone_id"], outlines.area / 10_000, strict=True))
    found = dict(zip(aligned.zones["zone_id"], aligned.zones["area_ha"], strict=True))
    assert found == pytest.approx(expected, rel=1e-6)
    pieces = aligned.pieces.dissolve("zone_id").area / 10_000
    assert pieces.to_dict() == pytest.approx(expected, rel=1e-6)


def test_every_verdict_is_the_worst_of_its_cited_rules(aligned):
    told = aligned.rules.set_index("rule_id")
    for row, ids in zip(aligned.table().to_dict("records"), rule_ids(aligned.table()), strict=True):
        # a constraint of an annual plan may have lapsed; none of the sample's does so unseen
        assert SEVERITY[row["verdict"]] <= max(SEVERITY[told["verdict"][name]] for name in ids)
        law = [name for name in ids if told["mark"][name]]
        assert row["verified"] == (bool(law) and all(told["verified"][name] for name in law))
        cited = row["citation"].split(CITATION_JOIN)
        expected = [told["citation"][name] for name in ids if told["citation"][name]]
        constraint = any(name.startswith("constraint.") for name in ids)
        assert constraint or set(cited) >= set(expected)
    assert told["procedure_vi"].str.len().gt(0).all()
    assert told["procedure_en"].str.len().gt(0).all()


def test_both_commune_sets_agree_with_the_register(aligned):
    table = aligned.table().dropna(subset=["commune_code", "other_commune_code"])
    assert len(table)
    for row in (
        table[["commune_code", "commune_valid_from", *OTHER_COMMUNE]]
        .drop_duplicates()
        .to_dict("records")
    ):
        one = row["commune_code"], date.fromisoformat(row["commune_valid_from"])
        two = row["other_commune_code"], date.fromisoformat(row["other_commune_valid_from"])
        (before, early), (after, late) = sorted((one, two), key=lambda unit: unit[1])
        assert after in {unit.code for unit in boundaries.successors(before, on=early, to=late)}


def _rice(codes):
    return codes.isin(["LUC", "LUK", "LUN"])


def test_adjustments_are_sums_over_their_pieces(aligned):
    table = aligned.table()
    for row in aligned.adjustments.to_dict("records"):
        column = "plan_code" if row["plan_kind"] == "land_use_plan" else "general_plan_code"
        same = (
            (table["zone_id"] == row["zone_id"])
            & (table[column] == row["from_code"])
            & (table["commune_code"].fillna("") == row["commune_code"])
            & (table["verdict"] == row["verdict"])
            & ~(_rice(table["current_code"]) & _rice(table[column]) & (row["use"] == "annual_crop"))
        )
        assert row["area_ha"] == pytest.approx(table.loc[same, "area_ha"].sum(), rel=1e-9)
    # a crop conversion on rice land changes no plan; only land that is no rice land today asks
    crops = aligned.adjustments[aligned.adjustments["use"] == "annual_crop"]
    for row in crops[crops["from_code"].isin(["LUC", "LUK", "LUN"])].to_dict("records"):
        mine = table[
            (table["zone_id"] == row["zone_id"]) & (table["plan_code"] == row["from_code"])
        ]
        asking = ~mine["current_code"].isin(["LUC", "LUK", "LUN", "LUA"])
        assert row["area_ha"] <= mine.loc[asking, "area_ha"].sum() + 1e-9


def test_everything_made_from_the_sample_says_that_it_is_schematic(aligned, workspace):
    assert aligned.schematic
    assert aligned.provenance["schematic"]
    used = {entry["dataset"] for entry in aligned.provenance["layers"]}
    early = aligned.context.as_of < date(2025, 7, 1)
    not_yet = {"land-use/general_plan_2030"} if early else set()
    assert used | not_yet == {
        entry.key for entry in workspace.versions() if entry.layer not in ("zones", "terrain")
    }
    assert aligned.provenance["missing"] == (["general_plan"] if early else [])


# --- other roads --------------------------------------------------------------------------------


def test_hectares_by_planned_code_agree_with_geopandas(demo, zones, workspace):
    plan = workspace.read(workspace.version("land_use_plan_2030"))[["code", "geometry"]]
    near = plan[plan.intersects(shapely.union_all(zones.geometry.to_numpy()))]
    theirs = gpd.overlay(zones[["zone_id", "geometry"]], near, keep_geom_type=True)
    expected = theirs.assign(ha=theirs.area / 10_000).groupby(["zone_id", "code"])["ha"].sum()
    table = demo.table().dropna(subset=["plan_code"])
    found = table.groupby(["zone_id", "plan_code"])["area_ha"].sum()
    both = pd.DataFrame(
        {"found": found.to_numpy()}, index=found.index.set_names(["zone_id", "code"])
    ).join(expected, how="outer")
    assert np.abs(both.fillna(0.0)["found"] - both.fillna(0.0)["ha"]).max() < 1e-6


def test_outside_is_what_no_plan_covers(demo, zones, workspace):
    covered = shapely.union_all(
        [
            *workspace.read(workspace.version("land_use_plan_2030")).geometry,
            *workspace.read(workspace.version("general_plan_2030")).geometry,
        ]
    )
    expected = {
        zone_id: shape.difference(covered).area / 10_000
        for zone_id, shape in zip(zones["zone_id"], zones.geometry, strict=True)
    }
    table = demo.table()
    beyond = table[rule_ids(table).map(lambda ids: "data.outside-plan" in ids)]
    found = beyond.groupby("zone_id")["area_ha"].sum().reindex(expected, fill_value=0.0)
    assert found.to_dict() == pytest.approx(expected, abs=1e-6)
    # one zone of the sample reaches over the coast on purpose
    assert max(expected.values()) > 1


# --- what the days change -----------------------------------------------------------------------


def test_rice_land_asks_for_a_conversion_plan_since_september_2024(by_day):
    answers = {}
    for day, found in by_day.items():
        table = found.table().merge(found.zones[["zone_id", "use"]], on="zone_id")
        rice = table[(table["use"] == "annual_crop") & table["current_code"].isin(["LUC", "LUK"])]
        assert len(rice)
        answers[day] = rule_ids(rice).map(lambda ids: "local.crop-conversion-plan.absent" in ids)
    assert not answers[DAYS[0]].any()
    assert all(answers[day].all() for day in DAYS[1:])


def test_the_three_days_of_the_law_give_different_cited_answers(by_day):
    cited = [
        {said for text in by_day[day].table()["citation"] for said in text.split(CITATION_JOIN)}
        for day in DAYS[:3]
    ]
    assert any("2013" in said for said in cited[0])
    assert not any("2013" in said for said in cited[1] | cited[2])
    assert any("226/2025" in said for said in cited[2])
    assert not any("226/2025" in said for said in cited[1])
    # law may only have become stricter for the sample's zones between the first and the second day
    verdicts = [by_day[day].zones.set_index("zone_id")["verdict"] for day in DAYS[:3]]
    assert (verdicts[0] != verdicts[1]).any()
    hashes = {found.provenance["table_sha256"] for found in by_day.values()}
    assert len(hashes) == len(DAYS)


def test_changes_go_to_the_district_plan_first_and_to_the_provincial_plan_later(by_day):
    def documents(day):
        changes = by_day[day].adjustments
        return " ".join(changes[changes["plan_kind"] == "land_use_plan"]["document_en"].unique())

    assert "district land-use plan" in documents(DAYS[0])
    assert "adjusted provincial plan" in documents(DEMO_DAY)


def test_permissions_turn_into_reviews_when_the_delegation_has_ended(by_day):
    late = by_day[DAYS[-1]].table()
    unsettled = rule_ids(late).map(lambda ids: "nd49-2026.ended" in ids)
    assert unsettled.any()
    assert (late.loc[unsettled, "verdict"].map(SEVERITY) >= SEVERITY["review"]).all()
    assert not rule_ids(by_day[DEMO_DAY].table()).map(lambda ids: "nd49-2026.ended" in ids).any()


# --- what the local decisions change ------------------------------------------------------------


def test_a_supplied_decision_turns_a_review_into_a_procedure(demo, decided):
    before = demo.zones.set_index("zone_id")["verdict"]
    after = decided.zones.set_index("zone_id")["verdict"]
    changed = after[(before == "review") & (after == "procedure")].index
    assert len(changed)
    table = decided.table().set_index("zone_id")
    for zone_id in changed:
        named = {name for ids in rule_ids(table.loc[[zone_id]]) for name in ids}
        answers = {name for name in named if name.startswith("local.")}
        assert answers <= {
            "local.crop-conversion-plan.within",
            "local.perennial-species.listed",
        }
        assert answers


def test_decisions_change_only_what_asked_for_them(demo, decided):
    one, two = demo.table(), decided.table()
    assert one["piece_id"].tolist() == two["piece_id"].tolist()
    assert one["area_ha"].tolist() == two["area_ha"].tolist()
    asked = rule_ids(one).map(lambda ids: any(name.startswith("local.") for name in ids))
    same = one["verdict"] == two["verdict"]
    assert same[~asked].all()
    gone = rule_ids(two).map(lambda ids: any(name.endswith(".absent") for name in ids))
    assert gone.sum() < asked.sum()


# --- again, the same ----------------------------------------------------------------------------


def test_run_again_the_table_is_the_same_byte_for_byte(demo, zones, workspace):
    again = Workspace.open(workspace.folder)
    shuffled = zones.sample(frac=1, random_state=3)
    found = assess(shuffled, context.load(again, as_of=DEMO_DAY, communes="both"))
    assert ledger.canonical(found.table()) == ledger.canonical(demo.table())
    assert found.provenance == demo.provenance


def test_a_zone_is_judged_the_same_alone_and_among_others(demo, zones, workspace):
    zone_id = zones["zone_id"].iloc[0]
    alone = assess(
        zones[zones["zone_id"] == zone_id],
        context.load(workspace, as_of=DEMO_DAY, communes="both"),
    ).table()
    among = demo.table()[demo.table()["zone_id"] == zone_id]
    assert ledger.canonical(alone) == ledger.canonical(among)
