"""All checks at once."""

from datetime import date

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from gis import findings
from gis.checks import run
from gis.checks.base import Subject
from gis.settings import CheckSettings

E, N = 580_000, 1_690_000
TODAY = date(2026, 6, 1)
PLAN = {"status": "planned", "plan_kind": "land_use_plan", "year": 2030, "code_table": "tt27-2018"}


def land(*shapes, crs="EPSG:5898", said=PLAN, **columns):
    given = {
        "source_row": range(1, len(shapes) + 1),
        "code": ["LUC"] * len(shapes),
        **columns,
    }
    frame = gpd.GeoDataFrame(given, geometry=list(shapes), crs=crs)
    return Subject(layer="land-use", dataset="đất", frame=frame, attributes=said)


def test_a_layer_is_checked_for_shapes_coverage_and_columns_in_one_table():
    corners = [(0, 0), (100, 0), (100, 50), (140, 50.2), (100, 50.4), (100, 100), (0, 100)]
    spike = shapely.Polygon([(E + x, N + y) for x, y in corners])
    overlapping = box(E - 100, N, E + 2, N + 100)
    layer = land(spike, overlapping, registered_area_m2=[10_008.0, 12_000.0])
    found = run.within(layer, today=TODAY)
    groups = {each.partition(".")[0] for each in found["rule_id"]}
    assert groups == {"geometry", "topology", "land-use"}
    assert list(found.columns) == list(findings.COLUMNS)
    assert found.crs == layer.frame.crs
    # gravest first
    order = {"error": 0, "warning": 1, "info": 2}
    gravity = [order[each] for each in found["severity"]]
    assert gravity == sorted(gravity)


def test_a_clean_layer_has_nothing_to_tell():
    clean = land(box(E, N, E + 100, N + 100), box(E + 100, N, E + 200, N + 100))
    assert run.within(clean, today=TODAY).empty


@pytest.mark.parametrize(
    "odd",
    [
        None,
        shapely.Polygon(),
        shapely.Point(E, N),
        shapely.Polygon([(E, N), (E + 100, N + 100), (E + 100, N), (E, N + 100)]),
        shapely.GeometryCollection([shapely.Point(E, N)]),
    ],
    ids=["null", "empty", "point", "bow tie", "collection"],
)
def test_an_invalid_feature_never_stops_a_run(odd):
    layer = land(box(E, N, E + 100, N + 100), odd, registered_area_m2=[20_000.0, 20_000.0])
    found = run.within(layer, today=TODAY)
    assert {"land-use.area-differs"} < set(found["rule_id"])
    assert 2 in set(found["row"].dropna())
    assert run.across([layer, land(odd, said={**PLAN, "status": "current"})]).crs is not None


def test_layers_are_held_against_each_other_in_the_system_of_the_first():
    plan = land(box(E, N, E + 200, N + 100))
    frame = land(box(E, N, E + 150, N + 100)).frame.to_crs("EPSG:5899")
    current = Subject(
        layer="land-use", dataset="nay", frame=frame, attributes=PLAN | {"status": "current"}
    )
    found = run.across([plan, current], today=TODAY)
    assert "between.plan-without-current" in set(found["rule_id"])
    assert found.crs == plan.frame.crs
    assert run.across([]).empty


def test_another_tolerance_means_another_check():
    stamp = run.stamp(CheckSettings())
    assert stamp == run.stamp(CheckSettings())
    assert stamp != run.stamp(CheckSettings(spike_deg=2.0))
    assert set(stamp) == {"software", "settings"}
