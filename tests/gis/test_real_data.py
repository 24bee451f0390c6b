"""The whole way with real files: communes and 9,777 parcels in, verdicts out, areas compared."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis import context, findings, ledger, overlay
from gis.alignment import assess
from gis.checks import attributes, geometry
from gis.checks.base import Subject
from gis.intake.door import Order, take_in
from gis.rules import USES, VERDICTS
from gis.workspace import Workspace

VN2000 = "EPSG:5898"
TODAY = date(2026, 6, 1)
# as the SOURCE.txt of the two folders counts them
PARCELS, REPAIRED_RINGS, TWICE_NUMBERED = 9777, 6, 22
OVERLAPS, LARGE_OVERLAPS, OVERLAPS_M2 = 94, 8, 942
CODES = {"BHK": 3864, "ONT": 1722, "LUK": 1352, "LUC": 940, "RSX": 909, "CLN": 275, "MNC": 232}
CODES |= {"BCS": 187, "NTD": 128, "NTS": 103, "TIN": 35, "DGD": 10, "SON": 9}
COMMUNE_AREA_PERCENT = {
    "Bình Sơn": -0.3,
    "Vạn Tường": 0.55,
    "Bình Minh": 0.4,
    "Bình Chương": 2.1,
    "Đông Sơn": -0.3,
}


@pytest.fixture(scope="module")
def imported(real_data, tmp_path_factory):
    workspace = Workspace.create(tmp_path_factory.mktemp("thật") / "vùng")
    communes = take_in(
        Order(
            layer="communes",
            path=real_data / "communes-2025" / "binhson_5_communes_2025.geojson",
            columns={"name": "name"},
            constants={"valid_from": "2025-07-01"},
            keep=("areaKm2",),
        )
    )
    parcels = take_in(
        Order(
            layer="land-use",
            path=real_data / "parcels-duynghia" / "duynghia_parcels.gpkg",
            columns={"code": "mdsd"},
            constants={"code_table": "tt27-2018", "status": "current", "year": 2020},
        )
    )
    return workspace, {"communes": communes, "parcels": parcels}


@pytest.fixture(scope="module")
def workspace(imported):
    workspace, checked = imported
    for entry in checked.values():
        workspace.add(entry)
    return workspace


@pytest.fixture(scope="module")
def parcels(imported):
    return imported[1]["parcels"].frame


@pytest.fixture(scope="module")
def communes(imported):
    return imported[1]["communes"].frame


@pytest.fixture(scope="module")
def zones(parcels, communes):
    """Twenty zones of real shapes, two more across commune borders, and one over a mended ring."""
    shapes = {}
    seeds = parcels.geometry.iloc[:: PARCELS // 20].representative_point()
    for number, seed in enumerate(seeds[:20]):
        block = parcels.geometry[parcels.intersects(seed.buffer(60 + 10 * number))]
        # as drawn along parcel borders, a little beyond them, and a little within
        shape = shapely.union_all(block.to_numpy()).buffer((0, 7.5, -1.5)[number % 3])
        shapes[f"thửa-{number:02}"] = shape
    by_name = communes.set_index("name").geometry
    for one, other in (("Bình Sơn", "Vạn Tường"), ("Bình Minh", "Bình Chương")):
        border = by_name[one].buffer(5).intersection(by_name[other])
        shapes[f"ranh-{one}"] = border.representative_point().buffer(400)
    mended = parcels[parcels["fault"].notna()].geometry.iloc[0]
    shapes["sửa"] = mended.representative_point().buffer(5)
    uses = [USES[at % 4] for at in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"zone_id": list(shapes), "use": uses}, geometry=list(shapes.values()), crs=VN2000
    )


@pytest.fixture(scope="module")
def aligned(workspace, zones):
    return assess(zones, context.load(workspace, as_of=TODAY))


# --- the door -----------------------------------------------------------------------------------


def test_every_parcel_arrives_with_its_code(imported, parcels):
    said = imported[1]["parcels"].provenance
    assert (said["rows_read"], said["rows_kept"], said["rows_left_out"]) == (PARCELS, PARCELS, 0)
    assert (said["declared_crs"], said["target_crs"]) == ("EPSG:5899", VN2000)
    counted = parcels["code"].value_counts()
    assert {code: int(counted[code]) for code in CODES} == CODES
    assert len(counted) == 20
    assert parcels["registered_area_m2"].sum() / 10_000 == pytest.approx(1042.05, abs=0.005)


def test_the_faults_of_the_parcels_are_found(imported, parcels):
    checked = imported[1]["parcels"]
    counted = checked.findings.groupby("rule_id").size().to_dict()
    assert counted == {
        "geometry.ring-self-intersection": REPAIRED_RINGS,
        "land-use.parcel-number-twice": TWICE_NUMBERED,
    }
    assert checked.provenance["rings_repaired"] == REPAIRED_RINGS
    assert (parcels["fault"] == "repaired-ring").sum() == REPAIRED_RINGS
    assert shapely.is_valid(parcels.geometry.to_numpy()).all()
    # near Duy Nghĩa, in degrees
    spots = checked.findings.dropna(subset=["lon"])
    assert len(spots) >= REPAIRED_RINGS
    assert spots["lon"].between(108.3, 108.5).all()
    assert spots["lat"].between(15.7, 15.95).all()


def test_rings_that_wind_twice_around_a_neighbour_leave_it_to_the_neighbour(imported, parcels):
    _, _, area = overlay.overlapping_pairs(parcels.geometry.to_numpy())
    assert (area > 0.01).sum() == OVERLAPS
    assert (area > 1).sum() == LARGE_OVERLAPS
    assert area.sum() == pytest.approx(OVERLAPS_M2, abs=0.5)
    said = imported[1]["parcels"].findings.set_index("row")["message_vi"]
    told = said[said.str.contains("đọc chẵn-lẻ được")]
    assert list(told.index) == [28, 1772]
    assert told.str.contains("thuộc đối tượng khác nên không tính").all()


def test_the_parcels_have_one_spike_and_two_areas_that_are_not_the_registered_ones(parcels):
    subject = Subject(
        layer="land-use",
        dataset="thửa",
        frame=parcels,
        attributes={"status": "current", "year": 2020, "code_table": "tt27-2018"},
    )
    spikes = [row for row, shape in zip(parcels["source_row"], parcels.geometry, strict=True)
              if sharpest(shape) < 1.0]  # fmt: skip
    found = findings.join([*geometry.check(subject), *attributes.check(subject, today=TODAY)])
    assert found.groupby("rule_id")["row"].apply(list).to_dict() == {
        "geometry.spike": spikes,
        # registered with what their rings go around twice
        "land-use.area-differs": [28, 1772],
    }
    assert len(spikes) == 1


def sharpest(shape):
    """Sharpest corner of a shape in degrees, ring by ring and corner by corner."""
    least = 180.0
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        points = [*map(complex, *shapely.get_coordinates(ring)[:-1].T)]
        for at, corner in enumerate(points):
            before, after = points[at - 1] - corner, points[(at + 1) % len(points)] - corner
            least = min(least, abs(np.degrees(np.angle(after / before))))
    return least


def test_the_communes_have_about_their_official_areas(communes):
    official = communes["areaKm2"].astype(float) * 1e6
    percent = dict(zip(communes["name"], (communes.area / official - 1) * 100, strict=True))
    assert percent == pytest.approx(COMMUNE_AREA_PERCENT, abs=0.06)


# --- the alignment ------------------------------------------------------------------------------


def test_the_ledger_closes_over_real_parcels(aligned, zones):
    balance = aligned.ledger
    assert len(balance) == len(zones) == 23
    assert balance["closes"].all()
    assert (balance["difference_ha"].abs() <= 1e-8 * balance["zone_ha"]).all()
    by_verdict = aligned.zones[[f"{name}_ha" for name in VERDICTS]].sum(axis=1)
    assert by_verdict.to_numpy() == pytest.approx(aligned.zones["area_ha"].to_numpy(), rel=1e-8)
    # real parcels lie over each other and leave gaps: both show
    assert balance["current_double_ha"].max() > 0
    assert (balance["current_uncovered_ha"] > 0).sum() > 5


def test_hectares_by_code_agree_with_geopandas(aligned, zones, parcels):
    by_code = parcels[["code", "geometry"]].dissolve("code").reset_index()
    theirs = gpd.overlay(zones, by_code, keep_geom_type=True)
    expected = theirs.assign(area=theirs.area).groupby(["zone_id", "code"])["area"].sum()
    table = aligned.table().dropna(subset=["current_code"])
    codes = table.assign(code=table["current_code"].str.split(";")).explode("code")
    found = codes.groupby(["zone_id", "code"])["area_ha"].sum() * 10_000
    both = pd.DataFrame({"found": found, "expected": expected}).fillna(0.0)
    size = zones.set_index("zone_id").area.reindex(both.index.get_level_values("zone_id"))
    # where codes overlap by less than a square decimetre, the ground went to one of them
    slack = 1e-6 * size.to_numpy() + 0.02
    assert (np.abs(both["found"] - both["expected"]).to_numpy() <= slack).all()
    assert len(expected) > 50


def test_uncovered_ground_is_what_geopandas_leaves(aligned, zones, parcels):
    left = gpd.overlay(zones, parcels[["geometry"]], how="difference", keep_geom_type=True)
    expected = left.set_index("zone_id").area.reindex(zones["zone_id"], fill_value=0.0)
    found = aligned.ledger.set_index("zone_id")["current_uncovered_ha"] * 10_000
    difference = (found - expected).abs() / zones.set_index("zone_id").area
    assert difference.max() < 1e-6


def test_zones_across_a_commune_border_are_cut_along_it(aligned, zones, communes):
    expected = gpd.overlay(zones, communes[["code", "geometry"]], keep_geom_type=True)
    expected = expected.assign(area=expected.area).groupby(["zone_id", "code"])["area"].sum()
    table = aligned.table().dropna(subset=["commune_code"])
    found = table.groupby(["zone_id", "commune_code"])["area_ha"].sum() * 10_000
    assert found.to_dict() == pytest.approx(expected.to_dict(), rel=1e-6)
    # parcels and communes lie 70 km apart
    assert {zone_id for zone_id, _ in found.index} == {"ranh-Bình Sơn", "ranh-Bình Minh"}
    assert found.groupby("zone_id").size().tolist() == [2, 2]


def test_what_lies_over_a_mended_ring_asks_for_review(aligned):
    table = aligned.table()
    over = table[table["zone_id"] == "sửa"]
    mended = over["rule_ids"].str.contains("data.faulty-row", regex=False)
    assert mended.any()
    assert set(over.loc[mended, "verdict"]) <= {"review", "outside", "conflict"}


def test_each_piece_says_why(aligned):
    table = aligned.table()
    judged = table[~table["rule_ids"].str.startswith("data.outside-current")]
    assert judged["citation"].str.len().gt(0).mean() > 0.99
    assert set(table["verdict"]) <= set(VERDICTS)
    assert table["piece_id"].is_unique
    assert set(aligned.rules["rule_id"]) == {
        rule_id for said in table["rule_ids"] for rule_id in said.split(";")
    }


def test_what_is_missing_is_named(aligned):
    assert set(aligned.provenance["missing"]) == {"plan", "general_plan", "constraints"}
    sentences = " ".join(note.vi for note in aligned.notes)
    assert "quy hoạch sử dụng đất" in sentences
    assert "khu vực hạn chế" in sentences
    assert not aligned.schematic


def test_the_communes_of_2025_are_not_there_in_2024(workspace, zones):
    early = context.load(workspace, as_of=date(2024, 1, 1))
    assert early.communes is None
    assert any("2024-01-01" in note.en for note in early.notes)
    assert assess(zones.head(3), early).table()["commune_code"].isna().all()


def test_the_same_files_give_the_same_table_again(workspace, zones, aligned):
    again = Workspace.open(workspace.folder)
    shuffled = zones.sample(frac=1, random_state=7).to_crs(VN2000)
    found = assess(shuffled, context.load(again, as_of=TODAY))
    assert ledger.canonical(found.table()) == ledger.canonical(aligned.table())
    assert found.provenance == aligned.provenance
    assert [entry["sha256"] for entry in found.provenance["layers"]] == [
        entry.sha256 for entry in again.versions()
    ]
