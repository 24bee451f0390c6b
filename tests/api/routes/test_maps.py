"""The review map: a page in one piece, made once, that asks nobody for anything."""

import pytest

from gis import text
from maps import review

REVIEW = "/maps/review?as_of=2026-06-01"


def test_the_page_opens_over_a_connection_without_a_fault_and_draws(live, page_probe):
    probe = page_probe(f"{live}{REVIEW}")
    assert probe.page.locator(".leaflet-container").count() == 1
    assert probe.page.locator("canvas, svg path").count() > 0
    assert probe.faults == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_is_in_the_language_asked_for_and_says_schematic(client, lang):
    answer = client.get(f"{REVIEW}&lang={lang}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == lang
    assert f'<html lang="{lang}">' in answer.text
    for notice in text.NOTICE.values():
        assert notice[1:] in answer.text


def test_its_policy_lets_nothing_be_loaded_from_anywhere(client):
    policy = client.get(REVIEW).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src" not in policy
    assert "'self'" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_page_is_made_once_for_each_state_day_and_language(bare_client, add, monkeypatch):
    made = []
    build = review.build

    def noted(alignment, *, lang):
        made.append((alignment.context.as_of.isoformat(), lang))
        return build(alignment, lang=lang)

    monkeypatch.setattr(review, "build", noted)
    add("zones", [0], zone_id=["one"], use=["annual_crop"])
    first = bare_client.get(REVIEW)
    assert bare_client.get(REVIEW).text == first.text
    assert len(made) == 1
    bare_client.get(f"{REVIEW}&lang=en")
    bare_client.get("/maps/review?as_of=2025-01-01")
    assert made == [("2026-06-01", "vi"), ("2026-06-01", "en"), ("2025-01-01", "vi")]
    add("zones", [0], name="more", zone_id=["two"], use=["annual_crop"])
    assert "two" in bare_client.get(REVIEW).text
    assert len(made) == 4


def test_it_travels_compressed_to_who_can_read_that_and_plain_to_who_cannot(client):
    packed = client.get(REVIEW, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get(REVIEW, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_what_has_not_changed_is_not_sent_again(client):
    tag = client.get(REVIEW).headers["etag"]
    assert client.get(REVIEW, headers={"If-None-Match": tag}).status_code == 304


def test_the_whole_layers_are_drawn_and_not_only_what_lies_near_the_zones(
    bare_client, add, present
):
    add("land-use", [0, 50], name="now", constants=present, code=["HNK", "SKX"])
    add("zones", [0], zone_id=["one"], use=["annual_crop"])
    assert "SKX" in bare_client.get(REVIEW).text


def test_without_zones_there_is_no_map(bare_client, refused):
    assert "vung import zones" in refused(bare_client.get(REVIEW), 404)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("as_of=2020-01-01", "begin on 2021-01-01"),
        ("as_of=soon", "is no day"),
        ("as_of=", "is no day"),
        ("year=2040", "it has plans of 2030"),
        ("year=soon", "year: 'soon' is no whole number"),
        ("year=99999", "year: must be at most 2100"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused_in_words(client, refused, query, said):
    assert said in refused(client.get(f"/maps/review?lang=en&{query}"), 400)


def test_a_zone_that_stands_twice_is_a_fault_of_the_workspace(bare_client, add, refused):
    for name in ("first", "second"):
        add("zones", [0], name=name, zone_id=["one"], use=["annual_crop"])
    refused(bare_client.get(REVIEW), 503)
