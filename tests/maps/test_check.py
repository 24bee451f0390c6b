"""The map of a data check: every fault has a place that people can go to."""

import json

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from gis import findings
from gis.checks.base import Subject
from gis.checks.survey import Survey
from gis.findings import Finding
from maps import check, text
from maps.layers.findings import finding_layer

CRS = "EPSG:5898"
EAST, NORTH = 580_000, 1_690_000
HOSTILE = "<img src=x onerror=alert(1)>"


def two_parcels():
    return gpd.GeoDataFrame(
        {
            "source_row": [1, 2],
            "code": ["LUC", HOSTILE],
            "sheet": ["5", "5"],
            "parcel": ["12", "13"],
            "registered_area_m2": [10_000.0, None],
        },
        geometry=[
            box(EAST, NORTH, EAST + 100, NORTH + 100),
            box(EAST + 99.9, NORTH, EAST + 200, NORTH + 100),
        ],
        crs=CRS,
    )


def survey(*, schematic=False):
    """Two parcels that overlap by a thread, one corner that hangs, one fault without a place."""
    parcels = two_parcels()
    listed = [
        Finding(
            rule_id="topology.overlap",
            message_vi="Chồng lấn.",
            message_en="Overlap.",
            layer="land-use",
            dataset="thửa",
            row=1,
            other_layer="land-use",
            other_dataset="thửa",
            other_row=2,
            other_feature=HOSTILE,
            size=10.0,
            tolerance=0.01,
            effect_m2=-10.0,
            geometry=box(EAST + 99.9, NORTH, EAST + 100, NORTH + 100),
        ),
        Finding(rule_id="land-use.no-code", row=2, geometry=Point(EAST + 150, NORTH + 50)),
        Finding(
            rule_id="land-use.unknown-code",
            row=2,
            value=HOSTILE,
            geometry=LineString([(EAST, NORTH), (EAST + 10, NORTH)]),
        ),
        Finding(rule_id="communes.no-valid-from", value="3"),
    ]
    return Survey(
        subjects=(Subject(layer="land-use", dataset="thửa", frame=parcels),),
        findings=findings.table(listed, system=CRS),
        schematic=schematic,
    )


@pytest.fixture
def opened(tmp_path, page_probe):
    def open_page(whole, *, lang="vi"):
        probe = page_probe(check.save(whole, tmp_path / "kiểm tra.html", lang=lang))
        probe.page.set_default_timeout(10_000)
        return probe

    return open_page


def test_every_fault_with_a_place_is_drawn_and_nothing_goes_wrong(opened):
    probe = opened(survey())
    counts = probe.page.evaluate("vung.counts()")
    assert counts["findings"] == {"features": 3, "drawn": 3}
    assert counts["checked0"] == {"features": 2, "drawn": 2}
    for entry in probe.page.locator(".vung-zone").all():
        entry.click()
    assert probe.faults == []


def test_an_entry_of_the_list_goes_to_its_fault_and_says_what_to_do(opened):
    page = opened(survey()).page
    entries = page.locator(".vung-zone")
    assert entries.count() == 3
    page.locator(".vung-zone", has_text="Chồng").first.click()
    lon, lat = (
        gpd.GeoSeries([Point(EAST + 99.95, NORTH + 50)], crs=CRS).to_crs(4326).iloc[0].coords[0]
    )
    seen = page.evaluate(
        "([lat, lon]) => Object.values(vung.maps)[0].getBounds().contains([lat, lon])", [lat, lon]
    )
    assert seen
    popup = page.locator(".vung-popup, .leaflet-popup").first.inner_text()
    assert "10,00 m²" in popup
    assert "0,01 m²" in popup
    # a name from the data is text, never markup
    assert HOSTILE in popup


def test_what_has_no_place_is_told(opened):
    assert "1 lỗi không có vị trí" in opened(survey()).page.locator("body").inner_text()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_schematic_data_says_so(opened, lang):
    body = opened(survey(schematic=True), lang=lang).page.locator("body").inner_text()
    assert "không có giá trị pháp lý" in body
    assert "not a legal record" in body


def test_registered_and_drawn_area_stand_side_by_side():
    layer = check.build(survey())
    drawn = next(
        child
        for child in layer._children.values()
        if getattr(child, "drawing", None) and child.drawing.key == "checked0"
    )
    values = {column.label: list(column.values) for column in drawn.drawing.columns}
    assert values[text.word("registered_area", "vi")] == ["10.000,00 m²", None]
    assert values[text.word("drawn_area", "vi")] == ["10.000,00 m²", "10.010,00 m²"]


def test_a_map_of_no_faults_shows_the_layer(opened):
    whole = survey()
    clean = Survey(
        subjects=whole.subjects, findings=findings.table([], system=CRS), schematic=False
    )
    counts = opened(clean).page.evaluate("vung.counts()")
    assert counts["checked0"]["drawn"] == 2


def test_the_legend_counts_each_rule():
    found = survey().findings
    layer = finding_layer(found[found.geometry.notna()])
    titles = [category.title for category in layer.drawing.categories]
    assert all(title.endswith("(1)") for title in titles)
    assert json.dumps(layer.data)
