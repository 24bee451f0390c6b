"""The review page on small screens and with much to say: nothing cut, covered or out of reach."""

import dataclasses

import pytest

from gis.context import Note
from gis.text import UNVERIFIED
from maps import review

PHONE, LAPTOP = (414, 800), (1366, 768)
REMARKS = tuple(
    Note(
        f"{at},25 ha: ký hiệu quy hoạch chưa có trong chú giải; " + "xem lại dữ liệu " * 6,
        f"{at}.25 ha: symbol that the plan's legend does not explain",
    )
    for at in range(12)
)


@pytest.fixture
def opened(small, tmp_path, page_probe):
    """Return a function that opens the review page of a result in a window of a size."""

    def open_page(alignment=None, *, lang="vi", size=LAPTOP):
        probe = page_probe(review.save(alignment or small, tmp_path / "review.html", lang=lang))
        probe.page.set_default_timeout(10_000)
        resize(probe.page, size)
        # the page looks at the width of its window when it loads
        probe.page.reload()
        return probe

    return open_page


def resize(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_function("(width) => innerWidth === width", arg=size[0])
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def open_zone(page):
    # a phone's panel is folded; its entries still answer
    page.locator(".vung-zone").first.evaluate("(node) => node.click()")
    page.locator(".vung-popup").wait_for()


def long_popup(made):
    """Make a result whose popups scroll."""
    found = made.small_alignment(schematic=True)
    words = "Nộp hồ sơ tại bộ phận một cửa của xã. " * 20
    return dataclasses.replace(found, rules=found.rules.assign(procedure_vi=words))


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_the_close_button_lies_beside_what_scrolls_and_under_nothing(opened, made, size):
    page = opened(long_popup(made), size=size).page
    open_zone(page)
    body = page.locator(".vung-card-body")
    assert body.evaluate("(node) => node.scrollHeight > node.clientHeight")
    # browsers driven from outside hide their scroll bars, so the room is what is compared
    close = page.locator(".leaflet-popup-close-button")
    shut, scrolls = close.bounding_box(), body.bounding_box()
    assert shut["y"] + shut["height"] <= scrolls["y"] + 1
    page.wait_for_function(
        """() => {
            const node = document.querySelector('.leaflet-popup-close-button');
            const box = node.getBoundingClientRect();
            const x = box.x + box.width / 2, y = box.y + box.height / 2;
            return node.contains(document.elementFromPoint(x, y));
        }"""
    )
    close.click()
    page.locator(".vung-popup").wait_for(state="detached")


def test_an_open_card_gives_way_to_a_popup_on_a_phone(opened):
    page = opened(size=PHONE).page
    page.locator(".vung-dock > summary").click()
    open_zone(page)
    assert not page.locator(".vung-dock").evaluate("(node) => node.open")


def cut_labels(page):
    return page.evaluate(
        """() => {
            const map = document.querySelector('.vung-map').getBoundingClientRect();
            return Array.from(document.querySelectorAll('.vung-label'))
                .filter((node) => {
                    const box = node.getBoundingClientRect();
                    return box.left < map.left || box.right > map.right
                        || box.top < map.top || box.bottom > map.bottom;
                })
                .map((node) => node.textContent);
        }"""
    )


def named(made):
    names = ["Vùng nén Bình Phú ven sông", "Vùng chanh thơm Bình Thanh"]
    # as far apart as a phone is wide, so that one stands at each edge
    shapes = [made.square(0), made.square(30)]
    return made.small_alignment(of=made.zones(name_vi=names).set_geometry(shapes)), names


def test_no_label_is_cut_on_a_phone_and_those_at_the_edge_move_in(opened, made):
    found, names = named(made)
    page = opened(found, size=PHONE).page
    assert cut_labels(page) == []
    assert set(page.locator(".vung-label-zone").all_inner_texts()) >= set(names)


def test_a_window_that_becomes_narrow_shows_all_zones_again_and_cuts_no_label(opened, made):
    found, _ = named(made)
    page = opened(found, size=LAPTOP).page
    resize(page, (900, 768))
    assert cut_labels(page) == []
    assert page.evaluate(
        """() => {
            const map = Object.values(vung.maps)[0];
            return map.getBounds().contains(map.vung.home);
        }"""
    )


def test_a_view_that_was_chosen_stays_when_the_window_changes(opened, made):
    found, _ = named(made)
    page = opened(found, size=LAPTOP).page
    zoom = "() => Object.values(vung.maps)[0].getZoom()"
    page.evaluate("() => Object.values(vung.maps)[0].setZoom(18, {animate: false})")
    resize(page, PHONE)
    assert page.evaluate(zoom) == 18
    assert cut_labels(page) == []


def test_few_notes_are_all_in_sight_without_a_button(opened, small):
    page = opened(dataclasses.replace(small, notes=REMARKS[:4])).page
    assert page.locator(".vung-notes li:visible").count() == 4
    assert page.locator(".vung-more").count() == 0


@pytest.mark.parametrize(
    ("lang", "more", "fewer"),
    [("vi", "Xem tất cả 12 lưu ý", "Thu gọn"), ("en", "Show all 12 notes", "Show fewer")],
)
def test_many_notes_are_folded_and_the_keyboard_unfolds_them(opened, small, lang, more, fewer):
    probe = opened(dataclasses.replace(small, notes=REMARKS), lang=lang)
    page = probe.page
    shown, button = page.locator(".vung-notes li:visible"), page.locator(".vung-more")
    assert (shown.count(), button.inner_text()) == (4, more)
    page.locator(".vung-notes > summary").focus()
    page.keyboard.press("Tab")
    assert button.evaluate("(node) => node === document.activeElement")
    assert button.get_attribute("aria-expanded") == "false"
    listed = button.get_attribute("aria-controls")
    assert page.locator(".vung-notes ul").get_attribute("id") == listed
    page.keyboard.press("Enter")
    assert shown.all_inner_texts() == [note.text(lang).strip() for note in REMARKS]
    assert (button.inner_text(), button.get_attribute("aria-expanded")) == (fewer, "true")
    page.keyboard.press("Space")
    assert (shown.count(), button.inner_text()) == (4, more)
    assert probe.faults == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_unverified_rule_and_a_doubtful_body_are_marked_apart_from_the_words(opened, made, lang):
    found = made.small_alignment()
    doubt = f"({UNVERIFIED[lang]})"
    body = {"vi": "Sở A", "en": "Department A"}[lang]
    rules = found.rules.assign(
        verified=False,
        mark="I",
        decided_by="Điều 2",
        **{f"decides_{lang}": f"{body} {doubt}; B", f"procedure_{lang}": "Làm đơn."},
    )
    page = opened(dataclasses.replace(found, rules=rules), lang=lang).page
    open_zone(page)
    rule = page.locator(".vung-rules li").first
    assert doubt not in rule.inner_text()
    assert rule.locator(".vung-mark").all_inner_texts() == [f"⚠ {UNVERIFIED[lang]}"]
    assert f"{body} ⚠ {UNVERIFIED[lang]}; B · Điều 2" in rule.inner_text()
    assert UNVERIFIED[lang] in rule.locator(".vung-doubt").inner_text()
    assert page.locator(".vung-rules .vung-good").count() == 0
