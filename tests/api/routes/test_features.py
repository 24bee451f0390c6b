"""Collections and items: every row once, in order, in degrees, with its notice."""

import re
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import shape
from starlette.testclient import TestClient

from api import models
from api.main import create_app
from api.settings import Settings

NOW = "/collections/land-use~now"


def test_collections_are_the_layers_of_the_workspace(client):
    answer = models.Collections.model_validate(client.get("/collections").json())
    assert [entry.id for entry in answer.collections] == [
        "land-use~now", "land-use~plan", "communes~communes", "zones~zones",
    ]  # fmt: skip
    assert answer.schematic


@pytest.mark.parametrize(
    ("lang", "title", "description"),
    [
        ("vi", "Sử dụng đất: plan", "Sử dụng đất, quy hoạch, quy hoạch sử dụng đất, 2030"),
        ("en", "Land use: plan", "Land use, planned, land-use plan, 2030"),
    ],
)
def test_a_collection_says_what_it_is(client, lang, title, description):
    body = client.get(f"/collections/land-use~plan?lang={lang}").json()
    entry = models.Collection.model_validate(body)
    assert (entry.title, entry.description) == (title, description)
    assert (entry.rows, entry.licence, entry.schematic) == (2, "CC-BY-4.0", True)
    assert entry.storage_crs == "http://www.opengis.net/def/crs/EPSG/0/5898"
    assert entry.attributes["code_table"] == "tt27-2018"
    (extent,) = entry.extent.spatial.bbox
    assert extent == pytest.approx((108.745, 15.28, 108.747, 15.281), abs=0.006)
    for link in entry.links:
        assert client.get(link.href).status_code == 200


def test_items_are_all_rows_in_order_and_say_that_they_are_schematic(client):
    answer = client.get(f"{NOW}/items")
    assert answer.headers["content-type"] == "application/geo+json"
    page = models.FeatureCollection.model_validate(answer.json())
    assert [feature.id for feature in page.features] == [1, 2, 3]
    assert [feature.properties["code"] for feature in page.features] == ["HNK", "LUC", "RPH"]
    assert (page.number_matched, page.number_returned) == (3, 3)
    assert page.schematic
    assert page.notice.vi == "minh họa, không có giá trị pháp lý"
    zones = client.get("/collections/zones~zones/items").json()
    assert zones["schematic"] is False
    assert "notice" not in zones


def test_coordinates_are_degrees_of_the_study_area(client):
    first = client.get(f"{NOW}/items/1").json()
    west, south, east, north = shape(first["geometry"]).bounds
    assert (west, south) == pytest.approx((108.745, 15.28), abs=0.01)
    # 100 m each way
    assert (east - west) * 111_320 * 0.9646 == pytest.approx(100, rel=0.02)
    assert (north - south) * 110_660 == pytest.approx(100, rel=0.02)


def test_pages_follow_each_other_and_hold_every_row_once(client):
    seen, address = [], f"{NOW}/items?limit=1"
    while address:
        page = client.get(address).json()
        models.FeatureCollection.model_validate(page)
        assert page["numberMatched"] == 3
        seen += [feature["id"] for feature in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        address = links.get("next")
    assert seen == [1, 2, 3]
    before = client.get(links["prev"]).json()
    assert [feature["id"] for feature in before["features"]] == [2]


def test_a_box_picks_what_it_meets_and_stays_on_the_next_page(client):
    middle = shape(client.get(f"{NOW}/items/2").json()["geometry"]).centroid
    around = f"{middle.x - 1e-6},{middle.y - 1e-6},{middle.x + 1e-6},{middle.y + 1e-6}"
    assert [f["id"] for f in client.get(f"{NOW}/items?bbox={around}").json()["features"]] == [2]
    wide = client.get(f"{NOW}/items?bbox=108,15,109,16&limit=1").json()
    (following,) = (link["href"] for link in wide["links"] if link["rel"] == "next")
    assert "bbox=108.0,15.0,109.0,16.0" in following
    empty = client.get(f"{NOW}/items?bbox=1,1,2,2").json()
    assert (empty["numberMatched"], empty["features"]) == (0, [])


def test_an_offset_beyond_the_end_is_an_empty_page(client):
    page = client.get(f"{NOW}/items?offset=3").json()
    assert (page["numberMatched"], page["numberReturned"]) == (3, 0)


def test_a_limit_above_the_most_is_the_most(folder):
    client = TestClient(create_app(Settings(workspace=folder, max_features=2, default_features=1)))
    assert client.get(f"{NOW}/items").json()["numberReturned"] == 1
    assert client.get(f"{NOW}/items?limit=1000000").json()["numberReturned"] == 2


def test_one_item_says_whose_it_is(client):
    feature = models.OneFeature.model_validate(client.get(f"{NOW}/items/3").json())
    assert feature.properties["code"] == "RPH"
    assert feature.schematic
    for link in feature.links:
        assert client.get(link.href).status_code == 200


def test_what_has_not_changed_is_not_sent_again(client):
    first = client.get(f"{NOW}/items")
    again = client.get(f"{NOW}/items", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    other = client.get(f"{NOW}/items?limit=1", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/collections/nothing",
        "/collections/nothing/items",
        "/collections/nothing/items/1",
        f"{NOW}/items/0",
        f"{NOW}/items/4",
        f"{NOW}/items/one",
        f"{NOW}/items/%F0%9F%8C%8D",
        "/collections/%ED%A0%80/items",
    ],
)
def test_what_does_not_exist_is_refused_in_words(client, refused, path):
    refused(client.get(path), 404)
    refused(client.get(f"{path}?lang=en"), 404)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("bbox=a,b,c,d", "is not west,south,east,north"),
        ("bbox=1,2,3", "is not west,south,east,north"),
        ("bbox=1,2,3,4,5", "is not west,south,east,north"),
        ("bbox=", "is not west,south,east,north"),
        ("bbox=nan,nan,nan,nan", "is not a box on the globe"),
        ("bbox=10,20,0,0", "is not a box on the globe"),
        ("bbox=0,0,181,1", "is not a box on the globe"),
        ("limit=0", "limit: must be at least 1"),
        ("limit=-1", "limit: must be at least 1"),
        ("limit=many", "limit: 'many' is no whole number"),
        ("limit=1.5", "limit: '1.5' is no whole number"),
        ("offset=-1", "offset: must be at least 0"),
        ("limit=99999999999999999999999999", "limit: must be at most"),
        ("limit=x&offset=y", "limit: 'x' is no whole number; offset: 'y' is no whole number"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused_in_words(client, refused, query, said):
    assert re.search(said, refused(client.get(f"{NOW}/items?lang=en&{query}"), 422))


@pytest.mark.parametrize("path", ["/collections", NOW, f"{NOW}/items/1"])
def test_another_language_is_refused(client, refused, path):
    refused(client.get(f"{path}?lang=fr"), 422)


@given(text=st.text())
@example(text="1,2,3,4")
@example(text="\x00")
def test_any_text_as_a_box_is_answered_or_refused(client, refused, text):
    response = client.get(f"{NOW}/items", params={"bbox": text})
    if response.status_code != 200:
        refused(response, 422)
    else:
        models.FeatureCollection.model_validate(response.json())


@given(query=st.binary())
def test_any_bytes_as_a_query_are_answered_or_refused(client, query):
    response = client.get(f"{NOW}/items?{quote_from_bytes(query, safe='=&,')}")
    assert response.status_code in {200, 422}
