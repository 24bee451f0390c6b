"""What is written down of requests: enough to find a fault, and nothing that is private."""

import json
import logging

import pytest
from starlette.testclient import TestClient

from api import logs
from api.main import create_app
from api.settings import Settings

NOW = "/collections/land-use~now/items"


@pytest.fixture
def lines(caplog):
    """Return a function that gives what was logged as the lines that would be written."""
    caplog.set_level(logging.INFO, logger="vung")

    def written():
        return [json.loads(logs.Lines().format(record)) for record in caplog.records]

    return written


def test_a_request_is_one_line_without_query_and_headers(client, lines):
    client.get(f"{NOW}?code=LUC", headers={"Authorization": "Bearer hidden", "Cookie": "hidden"})
    (line,) = [each for each in lines() if "path" in each]
    assert (line["method"], line["path"], line["status"]) == ("GET", NOW, 200)
    assert line["bytes"] > 100
    assert line["ms"] > 0
    assert not any(word in json.dumps(line) for word in ("hidden", "LUC"))


def test_an_id_comes_back_and_stands_in_the_log(client, lines):
    answer = client.get("/health", headers={"X-Request-Id": "abc-1.2"})
    assert answer.headers["x-request-id"] == "abc-1.2"
    ids = {client.get("/health").headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert lines()[0]["path"] == "/health"


@pytest.mark.parametrize("value", ["", "a b", "x" * 65, 'a"b', "é"])
def test_an_id_that_could_forge_a_line_is_replaced(client, value):
    answer = client.get("/health", headers={"X-Request-Id": value.encode()})
    assert answer.headers["x-request-id"] != value
    assert len(answer.headers["x-request-id"]) == 16


def test_a_fault_is_logged_with_its_traceback_and_its_request(bare, lines):
    client = TestClient(create_app(Settings(workspace=bare.folder)))
    (bare.folder / "catalogue.json").write_text("{", encoding="utf-8")
    assert client.get("/collections").status_code == 503
    (fault,) = [each for each in lines() if each["level"] == "error"]
    assert "WorkspaceError" in fault["traceback"]
    assert "\n" not in json.dumps(fault)


def test_figures_are_counted_by_address_and_not_by_what_people_ask(client):
    before = figures(client)
    for number in (1, 2, 3):
        client.get(f"{NOW}/{number}")
    client.get("/no/such/address")
    after = figures(client)
    route = "/collections/{collection_id}/items/{feature_id}"
    counted = f'vung_requests_total{{method="GET",route="{route}",status="200"}}'
    assert after[counted] == before.get(counted, 0) + 3
    assert not any("/no/such" in name for name in after)


def figures(client):
    service = client.app.state.figures
    rows = [line.rsplit(" ", 1) for line in service.text().decode().splitlines()]
    return {name: float(value) for name, value in rows if not name.startswith("#")}


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {}, 200),
        ("", {"X-Forwarded-For": "10.0.0.1"}, 404),
        ("", {"Forwarded": "for=10.0.0.1"}, 404),
        ("wanted", {}, 404),
        ("wanted", {"Authorization": "Bearer wrong"}, 404),
        ("wanted", {"Authorization": "Bearer wanted"}, 200),
        ("wanted", {"Authorization": "Bearer wanted", "X-Forwarded-For": "10.0.0.1"}, 200),
    ],
)
def test_figures_are_for_this_machine_or_for_the_token(folder, token, headers, status):
    app = create_app(Settings(workspace=folder, metrics_token=token))
    client = TestClient(app, client=("127.0.0.1", 5))
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert "vung_open_requests 1.0" in answer.text
    far = TestClient(app, client=("10.0.0.9", 5))
    assert far.get("/metrics").status_code == 404
    assert "wanted" not in repr(app.state.store.settings)
