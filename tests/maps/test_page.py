"""The review page in a browser: nothing from outside, everything drawn, reachable, readable."""

import pytest

from gis.rules import VERDICTS
from gis.text import UNVERIFIED
from maps import palette, review, text


@pytest.fixture
def opened(small, tmp_path, page_probe):
    """Return a function that opens the review page of a result."""

    def open_page(alignment=None, *, lang="vi", size=(1366, 768)):
        path = review.save(alignment or small, tmp_path / "bản đồ xét duyệt.html", lang=lang)
        probe = page_probe(path)
        probe.page.set_default_timeout(10_000)
        probe.page.set_viewport_size({"width": size[0], "height": size[1]})
        settle(probe.page)
        return probe

    return open_page


def settle(page):
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def click_place(page, lon, lat):
    spot = page.evaluate(
        """([lat, lon]) => {
            const map = Object.values(vung.maps)[0];
            const box = map.getContainer().getBoundingClientRect();
            const at = map.latLngToContainerPoint([lat, lon]);
            return [at.x + box.x, at.y + box.y];
        }""",
        [lat, lon],
    )
    page.mouse.click(*spot)
    settle(page)


def middle(frame, row):
    point = frame.to_crs(4326).geometry.iloc[[row]].representative_point().iloc[0]
    return point.x, point.y


def pixel(page, key, lon, lat):
    """Colour of a layer's canvas at a place, as red, green, blue, alpha."""
    return page.evaluate(
        """([key, lat, lon]) => {
            const map = Object.values(vung.maps)[0];
            const layer = Object.values(vung.layers).find((each) => each.data.key === key);
            const at = map.latLngToLayerPoint([lat, lon]).subtract(layer._bounds.min);
            const ratio = layer._ratio;
            const image = layer._context.getImageData(at.x * ratio, at.y * ratio, 1, 1);
            return Array.from(image.data);
        }""",
        [key, lat, lon],
    )


def test_it_asks_for_nothing_from_outside_and_nothing_goes_wrong(opened):
    probe = opened()
    for entry in probe.page.locator(".vung-zone").all():
        entry.click()
    for box in probe.page.locator(".vung-tree input[type=radio]").all():
        box.check()
    probe.page.mouse.wheel(0, -300)
    settle(probe.page)
    assert probe.faults == []


def test_every_zone_and_piece_is_drawn(opened, small):
    counts = opened().page.evaluate("vung.counts()")
    assert counts["zones"] == {"features": 2, "drawn": 2}
    assert counts["pieces"] == {"features": len(small.pieces), "drawn": len(small.pieces)}
    assert counts["land_use_plan"]["drawn"] == 2
    assert counts["current"]["drawn"] == 0


def test_a_piece_has_the_colour_of_its_verdict_where_it_lies(opened, small):
    page = opened().page
    plain = [
        at
        for at, verdict in enumerate(small.pieces["verdict"])
        if palette.verdict_fill(verdict).hatch is None
    ]
    assert plain
    for at in plain:
        colour = palette.verdict_fill(small.pieces["verdict"].iloc[at]).fill
        red, green, blue, alpha = pixel(page, "pieces", *middle(small.pieces, at))
        assert (f"#{red:02x}{green:02x}{blue:02x}", alpha) == (colour, 255)
    west, south, _, _ = small.zones.to_crs(4326).total_bounds
    assert pixel(page, "pieces", west, south - 0.0002)[3] == 0


def test_the_list_opens_the_popup_of_a_zone(opened):
    page = opened().page
    page.get_by_role("button", name="Vùng một").click()
    told = page.locator(".vung-popup").inner_text()
    for said in ("Vùng một", "Hành tím Bình Hải", "Cây hằng năm", "3,00 ha", UNVERIFIED["vi"]):
        assert said in told
    assert "Luật Đất đai 2024" in told
    assert "DGT → HNK" in told


def test_a_click_tells_of_piece_zone_constraint_land_use_and_commune(opened, small):
    page = opened().page
    at = list(small.pieces["current_code"]).index("HNK")
    click_place(page, *middle(small.pieces, at))
    tabs = page.locator(".vung-tabs button").all_inner_texts()
    assert tabs == ["Mảnh", "Vùng", "Hạn chế", "Quy hoạch sử dụng đất 2030", "Xã"]
    told = page.locator(".vung-card-body").inner_text()
    for said in ("Xã Bình Sơn", "HNK ·", "NN-1 · Nông nghiệp", "Khu kinh tế: QĐ 1", "1,0000 ha"):
        assert said in told
    heads = {
        "Vùng": "Vùng một",
        "Hạn chế": "Khu kinh tế",
        "Quy hoạch sử dụng đất 2030": "HNK",
        "Xã": "Xã Bình Sơn",
    }
    for tab, head in heads.items():
        page.get_by_role("tab", name=tab, exact=True).click()
        assert page.locator(".vung-card-body h2").inner_text() == head


def test_a_click_beside_everything_closes_the_popup(opened, small):
    page = opened().page
    click_place(page, *middle(small.pieces, 0))
    assert page.locator(".vung-popup").count() == 1
    west, south, _, _ = small.zones.to_crs(4326).total_bounds
    click_place(page, west + 0.0001, south - 0.0002)
    page.locator(".vung-popup").wait_for(state="detached")


def test_the_keyboard_asks_what_is_at_the_centre_and_comes_back(opened, small):
    page = opened().page
    lon, lat = middle(small.pieces, 0)
    page.evaluate(
        "([lat, lon]) => Object.values(vung.maps)[0].setView([lat, lon], 17, {animate: false})",
        [lat, lon],
    )
    page.locator(".vung-map").focus()
    page.keyboard.press("Enter")
    assert page.locator(".vung-card").evaluate("(node) => node === document.activeElement")
    page.keyboard.press("Escape")
    page.locator(".vung-popup").wait_for(state="detached")
    assert page.locator(".vung-map").evaluate("(node) => node === document.activeElement")


def test_zones_layers_and_legend_are_reached_by_tabbing(opened):
    page = opened().page
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "() => document.activeElement.className + ' ' + (document.activeElement.type || '')"
            ).strip()
        )
    assert {"vung-zone button", "checkbox", "radio", "range"} <= reached


def test_the_layer_tree_shows_and_hides_layers_and_the_legend_follows(opened):
    page = opened().page
    canvases = page.locator("canvas[data-layer]")

    def shown():
        return set(canvases.evaluate_all("(nodes) => nodes.map((each) => each.dataset.layer)"))

    def legends():
        return page.locator(".vung-legend-part:visible h3").all_inner_texts()

    assert {"zones", "pieces", "land_use_plan", "constraints", "communes"} == shown()
    assert any("Quy hoạch sử dụng đất 2030" in head for head in legends())
    page.get_by_label("Hiện trạng 2020").check()
    assert shown() & {"current", "land_use_plan"} == {"current"}
    assert not any("Quy hoạch sử dụng đất 2030" in head for head in legends())
    page.get_by_label("Không hiện").check()
    assert not shown() & {"current", "land_use_plan", "general_plan"}
    page.get_by_label("Mảnh theo kết luận").uncheck()
    assert "pieces" not in shown()
    page.get_by_label("Mảnh theo kết luận").check()
    assert "pieces" in shown()


def test_a_hidden_kind_of_constraint_is_not_drawn_and_not_found(opened, small):
    page = opened().page
    at = list(small.pieces["current_code"]).index("HNK")
    page.get_by_text("Chọn theo loại").click()
    page.get_by_label("Khu kinh tế").uncheck()
    assert page.evaluate("vung.counts().constraints.drawn") == 0
    click_place(page, *middle(small.pieces, at))
    assert "Hạn chế" not in page.locator(".vung-tabs button").all_inner_texts()
    page.get_by_label("Khu kinh tế").check()
    assert page.evaluate("vung.counts().constraints.drawn") == 1


def test_the_strength_of_the_land_use_can_be_changed(opened):
    page = opened().page
    canvas = page.locator("canvas[data-layer=land_use_plan]")
    assert canvas.evaluate("(node) => node.style.opacity") == "0.6"
    page.locator("input[type=range]").fill("90")
    assert canvas.evaluate("(node) => node.style.opacity") == "0.9"


def test_a_zone_too_small_to_see_is_marked_and_still_answers(opened, made):
    # the far zone takes the view so wide that the kiln is a fraction of a pixel
    shapes = [made.square(0, size=20), made.square(400, size=2000)]
    found = made.small_alignment(of=made.zones().set_geometry(shapes))
    page = opened(found).page
    assert page.evaluate("vung.counts().zones.drawn") == 2
    lon, lat = middle(found.zones, 0)
    assert pixel(page, "zones", lon, lat)[3] == 255
    click_place(page, lon, lat)
    assert page.locator(".vung-popup").count() == 1


def test_the_side_panel_and_the_layer_card_can_be_put_away(opened):
    page = opened().page
    toggle = page.get_by_role("button", name="Ẩn hoặc hiện bảng bên")
    wide = page.locator(".vung-map").bounding_box()["width"]
    toggle.click()
    assert page.locator(".vung-panel").is_hidden()
    assert page.locator(".vung-map").bounding_box()["width"] > wide + 250
    toggle.click()
    assert page.locator(".vung-panel").is_visible()
    page.get_by_text("Lớp bản đồ và chú giải").click()
    assert page.locator(".vung-tree").is_hidden()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1024, 640)])
def test_nothing_overlaps_and_nothing_is_cut_off(opened, made, lang, size):
    page = opened(made.small_alignment(schematic=True), lang=lang, size=size).page
    parts = (
        ".vung-panel",
        ".vung-band",
        ".vung-dock",
        ".leaflet-top.leaflet-left",
        ".leaflet-bottom.leaflet-left",
    )
    boxes = [page.locator(part).bounding_box() for part in parts]
    for at, one in enumerate(boxes):
        assert one["x"] >= 0
        assert one["x"] + one["width"] <= size[0]
        assert one["y"] + one["height"] <= size[1]
        for other in boxes[at + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )
            assert apart, (one, other)
    cut = page.evaluate(
        """() => Array.from(document.querySelectorAll('.vung-panel *, .vung-dock *'))
            .filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
                && getComputedStyle(node).display !== 'inline')
            .map((node) => node.className + ': ' + node.textContent.slice(0, 60))"""
    )
    assert cut == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_schematic_notice_is_always_in_sight(opened, made, lang):
    page = opened(made.small_alignment(schematic=True), lang=lang).page
    page.locator(".vung-zone").first.click()
    band = page.locator(".vung-band")
    assert band.is_visible()
    assert "không có giá trị pháp lý" in band.inner_text()
    assert "not a legal record" in band.inner_text()


def test_a_result_that_is_not_schematic_has_no_band(opened):
    assert opened().page.locator(".vung-band").is_hidden()


def test_the_legend_names_every_verdict_and_provisional_colours(opened):
    said = opened().page.locator(".vung-legend").inner_text()
    for verdict in VERDICTS:
        assert text.sentence(text.label("verdict", verdict, "vi")) in said
    assert "tạm" in said


HOSTILE = [
    "<img src=x onerror='window.hacked=1'>",
    "</script><script>window.hacked=2</script>",
    "<!--<script>window.hacked=3",
    '"><svg onload=window.hacked=4>',
    "javascript:window.hacked=5",
    "{{ 7*7 }}{% raise %}{# x #}${window.hacked=6}`",
    "\u2028window.hacked=7\u2029'\\\"",
    "<style>body{display:none}</style><base href=http://evil.invalid/>",
]


@pytest.mark.parametrize("bad", HOSTILE)
def test_text_of_the_data_is_never_markup(opened, made, bad):
    legend = made.small_context().decisions.legend.assign(name_vi=bad, colour=bad, name_en=bad)
    context = made.small_context()
    changes = {
        "communes": made.units(name=bad),
        "constraints": made.limits(constraint_id=[bad], kind=bad, name=bad, effect=bad, basis=bad),
        "general_plan": context.general_plan.assign(decision=bad),
        "plan": context.plan.assign(code=[bad, "HNK"], sheet=bad, parcel=bad, decision=bad),
        "current": context.current.assign(code=[bad, "HNK", "LUC"], decision=bad),
        "decisions": type(context.decisions)(legend=legend),
    }
    of = made.zones(zone_id=[bad, "z2"], name_vi=bad, name_en=bad, product=bad, status=bad)
    found = made.small_alignment(of=of, **changes)
    probe = opened(found)
    page = probe.page
    before = page.evaluate(
        "document.querySelectorAll('script, style, base, img, svg, iframe').length"
    )
    for radio in page.locator(".vung-tree input[type=radio]").all():
        radio.check()
        click_place(page, *middle(found.pieces, list(found.pieces["current_code"]).index(bad)))
        tabs = page.locator(".vung-tabs button")
        assert tabs.evaluate_all("(nodes) => nodes.map((node) => node.click()).length") > 2
        page.evaluate("Object.values(vung.maps)[0].closePopup()")
        page.locator(".vung-popup").wait_for(state="detached")
    page.locator(".vung-zone").first.click()
    shown = page.locator(".vung-card-body h2")
    assert shown.evaluate("(node) => node.textContent") == bad
    assert shown.evaluate("(node) => node.childElementCount") == 0
    assert page.evaluate("window.hacked") is None
    after = page.evaluate(
        "document.querySelectorAll('script, style, base, img, svg, iframe').length"
    )
    assert after == before
    assert page.locator("[onerror], [onload], a[href^=javascript]").count() == 0
    assert probe.faults == []


def test_the_policy_stops_a_script_that_got_in(opened):
    page = opened().page
    page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.hacked = 1';
            document.body.append(script);
        }"""
    )
    assert page.evaluate("window.hacked") is None
