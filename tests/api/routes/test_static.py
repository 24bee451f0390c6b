"""Files that the pages load: those and no others, each with its type."""

import pytest

from api.routes import static


@pytest.mark.parametrize(
    ("name", "media"),
    [("swagger-ui-dist/swagger-ui-bundle.js", "text/javascript"),
     ("swagger-ui-dist/swagger-ui.css", "text/css"), ("swagger-ui-dist/LICENSE", "text/plain"),
     ("leaflet/leaflet.js", "text/javascript"), ("leaflet/leaflet.css", "text/css"),
     ("pages/pages.css", "text/css"), ("pages/map.js", "text/javascript")],
)  # fmt: skip
def test_what_the_page_loads_is_served_with_its_type(client, name, media):
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media)
    assert "max-age" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "swagger-ui-dist/other.js",
        "swagger-ui-dist/..%2F..%2Fpage.js",
        "swagger-ui-dist/",
        "leaflet/images/layers.png",
        "pages/../views.py",
        "templates/base.html",
        "",
    ],
)
def test_no_other_file_is_served(client, refused, path):
    refused(client.get(f"/static/{path}"), 404)


def test_a_file_that_the_installation_lacks_is_a_503(client, refused, monkeypatch, tmp_path):
    monkeypatch.setitem(static._FILES, "leaflet", (tmp_path, {"LICENSE"}))
    refused(client.get("/static/leaflet/LICENSE"), 503)
