"""Collections and items: every row once, in order, in degrees, with its notice."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from urllib.parse import quote_from_bytes

import geopandas as gpd
import httpx2
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import shape
from starlette.testclient import TestClient

from api import models
from api.features import queries
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
    links = {link["rel"]: link["href"] for link in before["links"]}
    first = client.get(links["prev"]).json()
    assert [feature["id"] for feature in first["features"]] == [1]
    assert "prev" not in {link["rel"] for link in first["links"]}


def test_a_box_picks_what_it_meets_and_stays_on_the_next_page(client):
    middle = shape(client.get(f"{NOW}/items/2").json()["geometry"]).centroid
    around = f"{middle.x - 1e-6},{middle.y - 1e-6},{middle.x + 1e-6},{middle.y + 1e-6}"
    assert [f["id"] for f in client.get(f"{NOW}/items?bbox={around}").json()["features"]] == [2]
    wide = client.get(f"{NOW}/items?bbox=108,15,109,16&limit=1").json()
    (following,) = (link["href"] for link in wide["links"] if link["rel"] == "next")
    assert "bbox=108,15,109,16" in following
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
        ("bbox=nan,nan,nan,nan", "is not west,south,east,north"),
        ("bbox=10,20,0,0", "south must not be more than north"),
        ("bbox=0,0,181,1", "must lie on the globe"),
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
    assert re.search(said, refused(client.get(f"{NOW}/items?lang=en&{query}"), 400))


@pytest.mark.parametrize("path", ["/collections", NOW, f"{NOW}/items/1"])
def test_another_language_is_refused(client, refused, path):
    refused(client.get(f"{path}?lang=fr"), 400)


@given(text=st.text())
@example(text="1,2,3,4")
@example(text="\x00")
def test_any_text_as_a_box_is_answered_or_refused(client, refused, text):
    response = client.get(f"{NOW}/items", params={"bbox": text})
    if response.status_code != 200:
        refused(response, 400)
    else:
        models.FeatureCollection.model_validate(response.json())


@given(query=st.binary())
def test_any_bytes_as_a_query_are_answered_or_refused(client, query):
    response = client.get(f"{NOW}/items?{quote_from_bytes(query, safe='=&,')}")
    assert response.status_code in {200, 400}


FORMATS = {
    "json": "application/geo+json",
    "html": "text/html",
    "jsonfg": "application/vnd.ogc.fg+json",
    "fgb": "application/vnd.flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
}


@pytest.mark.parametrize(("key", "media"), FORMATS.items())
@pytest.mark.parametrize("path", ["items", "items/2"])
def test_every_format_is_given_by_name_and_by_accept(client, path, key, media):
    by_name = client.get(f"{NOW}/{path}?f={key}")
    by_accept = client.get(f"{NOW}/{path}", headers={"Accept": f"{media}, text/plain;q=0.1"})
    for answer in (by_name, by_accept):
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media
        assert "Accept" in answer.headers["vary"]
    links = client.get(f"{NOW}/{path}").json()["links"]
    offered = {link["type"] for link in links if link["rel"] in {"self", "alternate"}}
    assert offered == {*FORMATS.values()}


def test_other_programs_read_the_files_as_the_same_features(client):
    page = client.get(f"{NOW}/items").json()
    told = gpd.GeoDataFrame.from_features(page["features"], crs="EPSG:4326")
    flat = pyogrio.read_dataframe(BytesIO(client.get(f"{NOW}/items?f=fgb").content))
    parquet = gpd.read_parquet(BytesIO(client.get(f"{NOW}/items?f=parquet").content))
    table = pd.read_csv(BytesIO(client.get(f"{NOW}/items?f=csv").content))
    from_text = gpd.GeoSeries.from_wkt(table["geometry"], crs="EPSG:4326")
    for frame in (flat.sort_values("id"), parquet, table):
        assert frame["id"].tolist() == [1, 2, 3]
        assert frame["code"].tolist() == ["HNK", "LUC", "RPH"]
        assert frame["notice_en"].tolist() == ["schematic, not a legal record"] * 3
    for shapes in (flat.sort_values("id").geometry, parquet.geometry, from_text):
        apart = shapely.hausdorff_distance(shapes.to_numpy(), told.geometry.to_numpy())
        assert apart.max() < 2e-8


def test_coordinates_come_in_the_asked_system_and_in_its_order(client):
    plain = shape(client.get(f"{NOW}/items/1").json()["geometry"])
    turned = client.get(f"{NOW}/items/1?crs=http://www.opengis.net/def/crs/EPSG/0/4326")
    uri = "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert turned.headers["content-crs"] == f"<{uri}>"
    south, west, _, _ = shape(turned.json()["geometry"]).bounds
    assert (west, south) == pytest.approx(plain.bounds[:2], abs=1e-8)
    metres = client.get(f"{NOW}/items/1?crs=http://www.opengis.net/def/crs/EPSG/0/5898").json()
    assert shape(metres["geometry"]).bounds == pytest.approx(
        (580_000, 1_690_000, 580_100, 1_690_100), abs=1e-3
    )
    assert metres["properties"] == client.get(f"{NOW}/items/1").json()["properties"]


def test_json_fg_says_where_in_the_asked_system_and_when(client):
    uri = "http://www.opengis.net/def/crs/EPSG/0/5898"
    feature = client.get(f"{NOW}/items/1?f=jsonfg&crs={uri}").json()
    assert feature["coordRefSys"] == uri
    assert feature["time"] is None
    assert shape(feature["place"]).bounds[0] == pytest.approx(580_000, abs=1e-3)
    assert shape(feature["geometry"]).bounds[0] == pytest.approx(108.745, abs=0.01)
    communes = client.get("/collections/communes~communes/items?f=jsonfg").json()
    assert communes["features"][0]["time"] == {"interval": ["2025-07-01", ".."]}
    assert communes["features"][0]["place"] is None
    assert communes["coordRefSys"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@pytest.mark.parametrize(
    ("query", "ids"),
    [("code=LUC", [2]), ("code=LUC&code=LUC", [2]), ("code=luc", []), ("source_row=3", [3]),
     ("year=2020&status=current", [1, 2, 3]), ("datetime=2026-01-01", [1, 2, 3])],
)  # fmt: skip
def test_a_column_is_a_parameter(client, query, ids):
    page = client.get(f"{NOW}/items?{query}").json()
    assert [feature["id"] for feature in page["features"]] == ids


@pytest.mark.parametrize(
    ("query", "status"),
    [("colour=red", 400), ("code=LUC&code=HNK", 400), ("f=tiff", 400), ("crs=EPSG:32648", 400),
     ("bbox-crs=x&bbox=1,2,3,4", 400), ("datetime=soon", 400), ("cursor=x", 400),
     ("cursor=WyJvdGhlciIsMV0", 400), ("cursor=bnVsbA", 400), ("cursor=%F0%9F%8C%8D", 400)],
)  # fmt: skip
def test_nothing_that_is_asked_is_passed_over(client, refused, query, status):
    refused(client.get(f"{NOW}/items?{query}"), status)


def test_what_nobody_accepts_is_said_so(client, refused):
    for path in (f"{NOW}/items", f"{NOW}/items/1", NOW, "/collections", f"{NOW}/queryables"):
        assert "image/png" not in refused(client.get(path, headers={"Accept": "image/png"}), 406)


def test_a_cursor_of_a_replaced_layer_says_that_it_is_old(bare_client, add, present, refused):
    add("land-use", [0, 1, 2], name="now", constants=present, code=["HNK"] * 3)
    links = bare_client.get(f"{NOW}/items?limit=1").json()["links"]
    (following,) = (link["href"] for link in links if link["rel"] == "next")
    add("land-use", [0, 1], name="now", constants=present, code=["LUC"] * 2)
    assert "begin again" in refused(bare_client.get(f"{following}&lang=en"), 400)


def test_a_slow_search_keeps_nobody_else_waiting(live, monkeypatch):
    answered = threading.Event()
    search = queries.select

    def slow(features, query):
        assert answered.wait(timeout=20)
        return search(features, query)

    monkeypatch.setattr(queries, "select", slow)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(httpx2.get, f"{live}{NOW}/items?code=LUC", timeout=30)
        assert httpx2.get(f"{live}{NOW}/items/1").status_code == 200
        answered.set()
        assert waiting.result().json()["numberMatched"] == 1


def test_pages_for_people_show_the_features_on_a_map(live, page_probe):
    probe = page_probe(f"{live}{NOW}/items?f=html&lang=en")
    probe.page.wait_for_selector("#map canvas")
    assert probe.page.locator("tbody tr").count() == 3
    assert "schematic, not a legal record" in probe.page.inner_text("main")
    probe.page.get_by_role("link", name="2", exact=True).click()
    probe.page.wait_for_selector("#map canvas")
    assert "LUC" in probe.page.inner_text("dl")
    assert probe.faults == []


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"filter": "code = 'LUC'"}, [2]),
        ({"filter": "CASEI(code) LIKE CASEI('l%') OR source_row > 2"}, [2, 3]),
        ({"filter": '{"op":"in","args":[{"property":"code"},["HNK","RPH"]]}',
          "filter-lang": "cql2-json"}, [1, 3]),
        ({"filter": "S_INTERSECTS(geometry,BBOX(580150,1690010,580160,1690020))",
          "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/5898"}, [2]),
        ({"filter": "source_row < 3", "code": "LUC"}, [2]),
        ({"filter": "NOT (commune_code = 'x')"}, []),
    ],
)  # fmt: skip
def test_a_filter_chooses(client, query, ids):
    page = client.get(f"{NOW}/items", params=query).json()
    assert [feature["id"] for feature in page["features"]] == ids
    assert page["numberMatched"] == len(ids)


def test_a_filter_stays_on_the_next_page(client):
    asked = {"filter": "source_row <> 2", "limit": 1}
    links = client.get(f"{NOW}/items", params=asked).json()["links"]
    (following,) = (link["href"] for link in links if link["rel"] == "next")
    assert [feature["id"] for feature in client.get(following).json()["features"]] == [3]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"filter": "colour = 'red'"}, "colour"),
        ({"filter": "code ="}, "filter"),
        ({"filter": "code = 'LUC'", "filter-lang": "sql"}, "filter-lang"),
        ({"filter": "code = 'LUC'", "filter-crs": "EPSG:1"}, "filter-crs"),
        ({"filter-lang": "sql"}, "filter-lang"),
        ({"filter": "(" * 2_000 + "code = 'LUC'" + ")" * 2_000}, "deep"),
        ({"filter": "{", "filter-lang": "cql2-json"}, "filter"),
        ({"filter": "code > 5"}, "see /queryables"),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused_in_words(client, refused, query, said):
    assert said in refused(client.get(f"{NOW}/items?lang=en", params={"lang": "en", **query}), 400)
