"""The page that describes the API: from this server alone, and true."""

import pytest


def test_the_page_works_without_any_other_server(live, page_probe):
    probe = page_probe(f"{live}/docs")
    probe.page.wait_for_selector(".opblock")
    assert probe.page.locator(".opblock").count() == 16
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


@pytest.mark.parametrize("path", ["/docs"])
def test_another_language_is_refused(client, refused, path):
    refused(client.get(f"{path}?lang=fr"), 400)
