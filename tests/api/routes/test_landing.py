"""The first address: links that lead somewhere, for people and for programs."""

from urllib.parse import urlsplit

import pytest

from api import models

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_every_link_leads_to_an_answer(client):
    landing = models.Landing.model_validate(client.get("/").json())
    for link in landing.links:
        answer = client.get(link.href)
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == link.type.split(";")[0]


@pytest.mark.parametrize(("lang", "word"), [("vi", "minh họa"), ("en", "schematic")])
def test_a_browser_gets_a_page_in_its_language_that_says_schematic(client, lang, word):
    answer = client.get("/", headers={**BROWSER, "Accept-Language": lang})
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["vary"].startswith("Accept")
    assert f'<html lang="{lang}">' in answer.text
    assert word in answer.text
    assert "<script" not in answer.text


def test_every_address_on_the_page_exists(live, page_probe):
    probe = page_probe(f"{live}/")
    links = probe.page.locator("a")
    targets = {links.nth(at).evaluate("link => link.href") for at in range(links.count())}
    assert {urlsplit(target).path for target in targets} >= {"/docs", "/maps/review", "/health"}
    for target in targets:
        assert probe.page.request.get(target).status == 200
    assert probe.faults == []


def test_what_is_not_schematic_does_not_say_so(bare_client):
    landing = bare_client.get("/").json()
    assert landing["schematic"] is False
    assert "notice" not in landing
    assert "minh họa" not in bare_client.get("/", headers=BROWSER).text


def test_another_language_is_refused(client, refused):
    assert refused(client.get("/?lang=fr"), 400).startswith("Không có ngôn ngữ 'fr'")


def test_an_address_that_does_not_exist_is_refused_in_words(client, refused):
    assert refused(client.get("/nothing?lang=en"), 404).startswith("There is no such address")
    assert refused(client.delete("/health?lang=en"), 405).startswith("This address does not take")
