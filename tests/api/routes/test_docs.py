"""The page that describes the API: from this server alone, and true."""

import pytest

from api.routes import docs


def test_the_page_works_without_any_other_server(live, page_probe):
    probe = page_probe(f"{live}/docs")
    probe.page.wait_for_selector(".opblock")
    assert probe.page.locator(".opblock").count() == 8
    probe.page.locator(".opblock-post .opblock-summary-control").click()
    probe.page.wait_for_selector(".opblock-post .opblock-body .response")
    assert probe.faults == []


def test_a_call_can_be_tried_from_the_page(live, page_probe):
    probe = page_probe(f"{live}/docs")
    block = probe.page.locator(".opblock", has_text="/health")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    shown = block.locator(".live-responses-table .response .response-col_status").first
    shown.wait_for()
    assert "200" in shown.inner_text()
    assert probe.faults == []


@pytest.mark.parametrize(
    ("name", "media"),
    [("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css"),
     ("LICENSE", "text/plain")],
)  # fmt: skip
def test_what_the_page_loads_is_served_with_its_type(client, name, media):
    answer = client.get(f"/static/swagger-ui-dist/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media)
    assert "max-age" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "swagger-ui-dist/other.js",
        "swagger-ui-dist/..%2F..%2Fpage.js",
        "swagger-ui-dist/",
        "leaflet/leaflet.js",
        "",
    ],
)
def test_no_other_file_is_served(client, refused, path):
    refused(client.get(f"/static/{path}"), 404)


def test_a_file_that_the_installation_lacks_is_a_503(client, refused, monkeypatch, tmp_path):
    monkeypatch.setattr(docs, "_FOLDER", tmp_path)
    refused(client.get("/static/swagger-ui-dist/LICENSE"), 503)


@pytest.mark.parametrize("path", ["/docs", "/static/swagger-ui-dist/LICENSE"])
def test_another_language_is_refused(client, refused, path):
    refused(client.get(f"{path}?lang=fr"), 422)
