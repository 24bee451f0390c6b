"""Layers against each other: every rule with a fault that is seeded, and a clean twin."""

from dataclasses import replace
from datetime import date

import geopandas as gpd
import hypothesis
import pytest
import shapely
from hypothesis import strategies as st
from shapely.geometry import box

from gis import findings
from gis.checks import between
from gis.checks.base import Subject
from gis.settings import CheckSettings

VN2000 = "EPSG:5898"
E, N = 580_000.0, 1_690_000.0
TODAY = date(2026, 6, 1)
OLD, NEW = "tt27-2018", "tt08-2024"
CURRENT = {"status": "current", "year": 2025, "code_table": OLD}
PLAN = {"status": "planned", "plan_kind": "land_use_plan", "year": 2030, "code_table": OLD}


def at(west, east, south=0, north=100):
    return box(E + west, N + south, E + east, N + north)


def subject(layer, dataset, *shapes, said=(), settings=None, **columns):
    given = {"source_row": range(1, len(shapes) + 1), **columns}
    frame = gpd.GeoDataFrame(given, geometry=list(shapes), crs=VN2000)
    return Subject(
        layer=layer,
        dataset=dataset,
        frame=frame,
        attributes=dict(said),
        settings=settings or CheckSettings(),
    )


# codes that the record does not know, so that their areas are nobody's
def communes(*shapes, names=("Bình Sơn", "Vạn Tường"), codes=("90001", "90002"), **dates):
    count = len(shapes)
    return subject(
        "communes",
        "xã",
        *shapes,
        name=list(names[:count]),
        code=list(codes[:count]),
        valid_from=[dates.get("start", "2025-07-01")] * count,
        valid_to=[dates.get("end")] * count,
    )


def land(*shapes, dataset="đất", codes=None, said=CURRENT, settings=None, **kept):
    codes = list(codes or ["LUC"] * len(shapes))
    return subject("land-use", dataset, *shapes, code=codes, said=said, settings=settings, **kept)


def plan(*shapes, dataset="quy hoạch", **given):
    return land(*shapes, dataset=dataset, **{"said": PLAN, **given})


def declared(layer, hectares):
    """Return a layer whose class areas a decision declares."""
    return replace(layer, declared_ha=hectares)


def zones(*shapes, status="approved", dataset="vùng", start=None, end=None):
    count = len(shapes)
    return subject(
        "zones",
        dataset,
        *shapes,
        zone_id=[f"{dataset}-{number}" for number in range(count)],
        status=[status] * count,
        valid_from=[start] * count,
        valid_to=[end] * count,
    )


def found(*subjects):
    return findings.join(between.check(subjects, today=TODAY), system=VN2000)


WHOLE, WEST, EAST = at(0, 200), at(0, 100), at(100, 200)
PAIR = communes(WEST, EAST)
# both sets of Bình Sơn's code 21046, Bình Thạnh until the merger
LATE = {**CURRENT, "year": 2024}


def alone(area_m2):
    """Return today's Bình Sơn with another area; the record says 100.07 km2."""
    return communes(box(E, N, E + 10_000, N + area_m2 / 10_000), codes=["21040"])


#: Rule -> layers that break it, and layers that do not.
SEEDED = {
    "between.land-use-outside-communes": (
        (PAIR, land(WEST, at(180, 240))),
        (PAIR, land(WEST, at(150, 200))),
    ),
    "between.land-use-over-communes": (
        (PAIR, land(at(0, 60), at(60, 140))),
        (PAIR, land(at(0, 60), at(60, 100.8))),
    ),
    "between.zone-outside-communes": (
        (PAIR, zones(WEST, at(180, 240))),
        (PAIR, zones(WEST, at(150, 200))),
    ),
    "between.zone-over-communes": (
        (PAIR, zones(at(60, 140))),
        (PAIR, zones(at(20, 100))),
    ),
    "between.commune-code-differs": (
        (PAIR, land(WEST, ma_xa=["90002"])),
        (PAIR, land(WEST, ma_xa=["90001"])),
    ),
    "between.commune-name-differs": (
        (
            communes(WEST, names=["Bình Thạnh"], codes=["21046"], end="2025-06-30", start=None),
            land(WEST, said=LATE, ten_xa=["Bình Thanh"]),
        ),
        (
            communes(WEST, names=["Bình Thạnh"], codes=["21046"], end="2025-06-30", start=None),
            land(WEST, said=LATE, ten_xa=["xã Bình Thạnh"]),
        ),
    ),
    "between.commune-code-of-another-date": (
        (PAIR, land(WEST, ma_xa=["21046"])),
        (PAIR, land(WEST, ma_xa=["21046"], said=LATE)),
    ),
    "between.commune-area-differs": ((alone(98.0e6),), (alone(98.1e6),)),
    "between.zone-outside-plan": (
        (plan(WEST), zones(at(50, 150))),
        (plan(WEST), zones(at(50, 100))),
    ),
    "between.approved-zones-overlap": (
        (zones(at(0, 60)), zones(at(50, 100), dataset="vùng khác")),
        (zones(at(0, 60)), zones(at(60, 100), dataset="vùng khác")),
    ),
    "between.plan-without-current": (
        (plan(WEST, at(100, 130)), land(WEST)),
        (plan(WEST), land(WEST, at(100, 130))),
    ),
    "between.current-without-plan": (
        (plan(WEST), land(WEST, at(100, 130))),
        (plan(WEST, at(100, 130)), land(WEST)),
    ),
    "between.extents-differ": (
        (plan(WEST), land(WEST, at(100, 102))),
        (plan(WEST), land(WEST, at(100, 100.9))),
    ),
    "between.class-total-differs": (
        (declared(plan(WEST), {"LUC": 1.02}),),
        (declared(plan(WEST), {"LUC": 1.01}),),
    ),
    "between.code-tables-differ": (
        (plan(WEST), land(WEST, said=CURRENT | {"code_table": NEW})),
        (plan(WEST), land(WEST)),
    ),
    "between.plan-before-current": (
        (plan(WEST, said=PLAN | {"year": 2024}), land(WEST)),
        (plan(WEST, said=PLAN | {"year": 2025}), land(WEST)),
    ),
    "between.years-differ": (
        (land(WEST), land(EAST, dataset="đất cũ", said=LATE)),
        (land(WEST), land(EAST, dataset="đất cũ")),
    ),
}


@pytest.mark.parametrize("rule_id", SEEDED)
def test_each_rule_finds_its_fault_and_is_silent_on_the_clean_twin(rule_id):
    fault, twin = SEEDED[rule_id]
    said = found(*fault)
    mine = said[said["rule_id"] == rule_id]
    assert len(mine) == 1
    assert "{" not in mine["message_vi"].iloc[0] + mine["message_en"].iloc[0]
    assert rule_id not in set(found(*twin)["rule_id"])


def of(rule_id, *subjects):
    said = found(*(subjects or SEEDED[rule_id][0]))
    (row,) = said[said["rule_id"] == rule_id].itertuples()
    return row


# --- areas and names by hand --------------------------------------------------------------------


def test_what_lies_outside_is_measured_and_shown():
    # 40 m of 60 m outside, 100 m high
    row = of("between.land-use-outside-communes")
    assert (row.row, row.dataset, row.other_layer) == (2, "đất", "communes")
    assert row.size == pytest.approx(4_000)
    assert row.geometry.equals(at(200, 240))
    assert "4.000,00 m² trên 6.000,00 m²" in row.message_vi


def test_a_parcel_over_two_communes_names_the_one_with_the_smaller_part():
    layers = (PAIR, land(at(0, 60), at(70, 200)))
    row = of("between.land-use-over-communes", *layers)
    assert (row.row, row.other_row, row.other_feature) == (2, 1, "Bình Sơn")
    assert row.size == pytest.approx(3_000)
    # two hundredths of 13,000 m2
    assert row.tolerance == pytest.approx(260)
    assert row.geometry.equals(at(70, 100))


def test_the_commune_that_is_written_is_held_against_the_one_where_most_of_it_lies():
    row = of("between.commune-code-differs", PAIR, land(at(40, 110), ma_xa=["90002"]))
    assert (row.value, row.other_feature) == ("90002", "Bình Sơn")
    assert "(90001)" in row.message_vi


def test_a_code_of_another_date_says_whose_it_was_and_is_not_held_against_the_place():
    said = found(*SEEDED["between.commune-code-of-another-date"][0])
    assert list(said["rule_id"]) == ["between.commune-code-of-another-date"]
    assert "Bình Thạnh" in said["message_vi"].iloc[0]
    assert "2025-12-31" in said["message_vi"].iloc[0]


def test_communes_of_another_date_still_say_what_lies_outside_all_of_them():
    then = communes(WEST, EAST, end="2025-12-01")
    said = found(then, land(at(50, 240), said=CURRENT | {"year": 2026}, ma_xa=["90001"]))
    assert list(said["rule_id"]) == ["between.land-use-outside-communes"]


def test_both_approved_zones_are_named_over_datasets_too():
    row = of(
        "between.approved-zones-overlap",
        zones(at(0, 60)),
        zones(at(300, 400), at(50, 100), dataset="vùng khác"),
    )
    assert (row.dataset, row.row, row.feature) == ("vùng khác", 2, "vùng khác-1")
    assert (row.other_dataset, row.other_row, row.other_feature) == ("vùng", 1, "vùng-0")
    assert row.size == pytest.approx(1_000)
    assert row.geometry.equals(at(50, 60))


def test_zones_that_are_not_approved_may_overlap():
    assert found(zones(at(0, 60)), zones(at(50, 100), status="proposed", dataset="nháp")).empty


def test_zones_of_one_dataset_are_left_to_the_check_of_their_layer():
    assert found(zones(at(0, 60), at(50, 100))).empty


@pytest.mark.parametrize(("start", "count"), [("2025-12-31", 1), ("2026-01-01", 0)])
def test_zones_of_two_periods_may_have_one_ground(start, count):
    before = zones(at(0, 60), start="2021-01-01", end="2025-12-31")
    assert len(found(before, zones(at(0, 60), dataset="vùng mới", start=start))) == count


@pytest.mark.parametrize("east", [100.004, 100.0])
def test_two_drawings_of_one_border_are_no_fault(east):
    # 4 mm over 100 m are 0.4 m2
    assert found(plan(at(0, east)), land(WEST)).empty


@pytest.mark.parametrize(("width", "count"), [(0.19, 0), (0.21, 1)])
def test_a_strip_is_a_fault_when_it_is_wider_than_the_tolerance(width, count):
    # mean width of a strip of 100 m: 2 * 100 w / (2 * (100 + w)) is w less two thousandths
    said = found(plan(at(0, 100 + width)), land(WEST))
    assert (said["rule_id"] == "between.plan-without-current").sum() == count


def test_where_most_of_a_layer_lies_elsewhere_the_pair_is_named_once():
    parcels = [at(1_000 + 10 * number, 1_010 + 10 * number) for number in range(20)]
    said = found(PAIR, land(*parcels, at(0, 10)))
    (row,) = said.itertuples()
    assert (row.rule_id, row.dataset, row.other_dataset) == ("between.extents-differ", "đất", "xã")
    # 20 of 21 equal parcels
    assert "95,2 %" in row.message_vi
    assert row.size == pytest.approx(20_000)


def test_the_shares_of_two_maps_are_told_both_ways():
    said = found(plan(at(0, 110)), land(at(10, 120)))
    shares = said[said["rule_id"] == "between.extents-differ"]
    assert list(shares["dataset"]) == ["quy hoạch", "đất"]
    # 10 of 110 m each
    assert set(shares["value"]) == {"0.0909"}


def test_a_declared_total_counts_the_classes_below_it():
    # LUC and LUK are rice land, and farm land; RSX is farm land only
    given = {"LUA": 2.0, "NNP": 3.0, "CLN": 1.0}
    shapes = (at(0, 100), at(100, 200), at(200, 300))
    said = found(declared(plan(*shapes, codes=["LUC", "LUK", "RSX"]), given))
    (row,) = said.itertuples()
    assert row.value == "CLN"
    assert row.size == pytest.approx(10_000)
    assert "drawn total 0.0000 ha, declared 1.0000 ha" in row.message_en


def test_the_area_of_a_commune_names_where_the_record_has_it_from():
    row = of("between.commune-area-differs")
    assert row.size == pytest.approx(2.07e6)
    assert row.tolerance == pytest.approx(0.02 * 100.07e6)
    assert "98.000.000,00 m²" in row.message_vi
    assert "100.070.000,00 m² (số của bộ dữ liệu đã công bố" in row.message_vi


def test_a_commune_that_no_record_measures_is_not_held_against_one():
    # Châu Ổ until 2020 stands in the record by code and name only
    assert found(communes(WEST, names=["Châu Ổ"], codes=["21040"], start="2019-01-01")).empty


def test_the_basis_of_an_older_commune_is_another_one():
    then = communes(WEST, names=["Bình Thạnh"], codes=["21046"], start="2024-01-01")
    assert "GADM 4.1" in of("between.commune-area-differs", then).message_en


def test_the_first_day_of_a_layer_goes_before_its_year():
    said = LATE | {"valid_from": "2025-07-01"}
    row = of("between.commune-code-of-another-date", PAIR, land(WEST, ma_xa=["21046"], said=said))
    assert "2025-07-01" in row.message_vi


def test_totals_of_a_legend_of_its_own_are_held_code_by_code():
    general = plan(WEST, codes=["ĐT-1"], said=PLAN | {"code_table": "qhc"})
    row = of("between.class-total-differs", declared(general, {"ĐT-1": 2.0}))
    assert row.size == pytest.approx(10_000)


def test_a_general_plan_is_not_held_against_the_current_map_but_holds_zones():
    general = plan(at(0, 300), said=PLAN | {"plan_kind": "general_plan"})
    assert found(general, land(WEST), zones(at(150, 200))).empty


# --- hostile ------------------------------------------------------------------------------------


def test_nothing_and_a_single_layer_have_no_faults_between_them():
    assert found().empty
    assert found(land(WEST)).empty
    assert found(PAIR).empty


def test_broken_shapes_are_left_to_the_check_of_their_layer():
    tie = shapely.Polygon([(E, N), (E + 100, N + 100), (E + 100, N), (E, N + 100)])
    odd = [tie, None, shapely.Polygon(), shapely.Point(E, N)]
    settings = CheckSettings()
    said = found(PAIR, land(*odd, at(150, 240), settings=settings), plan(*odd), zones(*odd))
    mine = said[said["rule_id"] == "between.land-use-outside-communes"]
    assert list(mine["row"]) == [5]


def test_layers_in_other_systems_are_carried_over():
    there = land(at(0, 100))
    moved = Subject(
        layer=there.layer,
        dataset=there.dataset,
        frame=there.frame.to_crs("EPSG:5899"),
        attributes=there.attributes,
    )
    assert found(plan(at(0, 100)), moved).empty


# --- invariants ---------------------------------------------------------------------------------


@hypothesis.given(
    st.lists(st.integers(0, 300), min_size=2, max_size=2, unique=True).map(sorted),
    st.lists(st.integers(0, 300), min_size=2, max_size=2, unique=True).map(sorted),
)
@hypothesis.settings(max_examples=30)
def test_what_one_map_lacks_is_what_the_other_has_more(mine, others):
    said = found(plan(at(*mine)), land(at(*others)))
    sizes = said.groupby("rule_id")["size"].sum()
    common = max(0, min(mine[1], others[1]) - max(mine[0], others[0]))
    for rule_id, (west, east) in (
        ("between.plan-without-current", mine),
        ("between.current-without-plan", others),
    ):
        left = (east - west - common) * 100
        if left <= (east - west) * 50:
            assert float(sizes.get(rule_id, 0.0)) == pytest.approx(left, abs=1e-3)
        else:
            assert rule_id not in sizes


def test_many_features_and_few_are_judged_alike():
    # 15 x 20 parcels of 10 m, against a map that lacks a corner of 50 m
    parcels = [
        at(10 * column, 10 * column + 10, 10 * row, 10 * row + 10)
        for column in range(15)
        for row in range(20)
    ]
    ground = at(0, 150, 0, 200).difference(at(100, 150, 150, 200))
    many = found(plan(*parcels), land(ground))
    few = found(plan(at(0, 150, 0, 200)), land(ground))
    rule_id = "between.plan-without-current"
    assert (many["rule_id"] == rule_id).sum() == 25
    for said in (many, few):
        assert said.loc[said["rule_id"] == rule_id, "size"].sum() == pytest.approx(2_500)
