"""The review page of the sample district: thousands of polygons, and nothing left undrawn."""

from datetime import date

import pytest

from gis import alignment, context, sample
from gis.workspace import Workspace
from maps import review


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    workspace = Workspace.create(tmp_path_factory.mktemp("sample") / "ws")
    for _ in sample.fill(workspace):
        pass
    (stored,) = workspace.versions("zones")
    day = date.fromisoformat(sample.DEMO_DAY)
    loaded = context.load(workspace, as_of=day, communes="both")
    return alignment.assess(workspace.read(stored), loaded)


@pytest.fixture(scope="module", params=["vi", "en"])
def saved(district, request, tmp_path_factory):
    return review.save(district, tmp_path_factory.mktemp("map") / "review.html", lang=request.param)


def test_every_zone_of_the_district_is_drawn_with_no_request_and_no_error(
    saved, district, page_probe
):
    probe = page_probe(saved)
    counts = probe.page.evaluate("vung.counts()")
    assert counts["zones"] == {"features": len(district.zones), "drawn": len(district.zones)}
    loaded = district.context
    assert counts["pieces"]["features"] == len(district.pieces)
    assert counts["land_use_plan"]["features"] == len(loaded.plan)
    assert counts["current"]["features"] == len(loaded.current)
    assert counts["general_plan"]["features"] == len(loaded.general_plan)
    assert counts["communes"]["features"] == len(loaded.communes)
    assert counts["other_communes"]["features"] == len(loaded.other_communes)
    assert counts["constraints"]["features"] == len(loaded.constraints)
    assert probe.faults == []


def test_the_whole_district_is_drawn_when_it_is_in_view(saved, page_probe):
    page = page_probe(saved).page
    page.evaluate(
        """() => {
            const map = Object.values(vung.maps)[0];
            const communes = Object.values(vung.layers).find((l) => l.data.key === "communes");
            const boxes = communes.boxes.map((_, row) => communes.latLngBounds(row));
            map.fitBounds(boxes.reduce((one, other) => one.extend(other)), { animate: false });
        }"""
    )
    counts = page.evaluate("vung.counts()")
    for key in ("zones", "land_use_plan", "communes", "constraints"):
        assert counts[key]["drawn"] == counts[key]["features"]


def test_the_page_says_it_is_schematic_and_opens_every_zone(saved, district, page_probe):
    probe = page_probe(saved)
    page = probe.page
    assert (
        "không có giá trị pháp lý / Schematic, not a legal record"
        in page.locator(".vung-band").inner_text()
    )
    entries = page.locator(".vung-zone")
    assert entries.count() == len(district.zones)
    for at in range(entries.count()):
        name = entries.nth(at).locator(".vung-zone-name").inner_text()
        entries.nth(at).click()
        assert page.locator(".vung-card-body h2").last.inner_text() == name
        assert page.locator(".vung-rules li").count() > 0
    assert probe.faults == []


def test_the_page_is_small_enough_to_be_mailed(saved):
    assert saved.stat().st_size < 6_000_000
