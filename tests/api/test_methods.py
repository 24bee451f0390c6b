"""HEAD and OPTIONS: as true for every address as GET is."""

import http.client
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from api.settings import Settings

NOW = "/collections/land-use~now"


@pytest.mark.parametrize(
    "path",
    ["/", "/conformance", "/collections", NOW, f"{NOW}/items", f"{NOW}/items/1", "/health",
     "/openapi.json", "/docs", "/nothing", f"{NOW}/items?f=html", f"{NOW}/items?limit=x"],
)  # fmt: skip
def test_head_says_what_get_says_but_the_body(client, path):
    got, headed = client.get(path), client.head(path)
    assert headed.status_code == got.status_code
    assert headed.content == b""
    changing = {"x-request-id", "date"}
    kept = {name: value for name, value in got.headers.items() if name not in changing}
    assert {name: headed.headers.get(name) for name in kept} == kept


def test_a_connection_stays_usable_after_head(live):
    place = urlsplit(live)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    for _ in range(3):
        connection.request("HEAD", f"{NOW}/items")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
    connection.request("GET", f"{NOW}/items/1")
    assert b'"id":1' in connection.getresponse().read()
    connection.close()


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        (f"{NOW}/items", "GET, HEAD, OPTIONS"),
        (f"{NOW}/items/1", "GET, HEAD, OPTIONS"),
        ("/assess", "POST, OPTIONS"),
    ],
)
def test_options_names_the_methods_of_an_address(client, path, methods):
    answer = client.options(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == methods


def test_options_of_what_is_not_there_is_refused(client, refused):
    refused(client.options("/nothing"), 404)


def test_a_page_of_a_named_origin_may_ask_and_read_what_it_needs(folder):
    client = TestClient(
        create_app(Settings(workspace=folder, allowed_origins="https://portal.example.vn"))
    )
    asked = {"Origin": "https://portal.example.vn", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "if-match,content-type"}  # fmt: skip
    answer = client.options(f"{NOW}/items/1", headers=asked)
    assert answer.status_code == 200
    assert "PUT" in answer.headers["access-control-allow-methods"]
    read = client.get(f"{NOW}/items/1", headers={"Origin": "https://portal.example.vn"})
    assert "ETag" in read.headers["access-control-expose-headers"]
    other = client.get(f"{NOW}/items/1", headers={"Origin": "https://other.example.vn"})
    assert "access-control-allow-origin" not in other.headers
