"""POST /assess: the answer of `vung align`, and every bad zone refused in words."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from urllib.request import Request, urlopen

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape
from starlette.testclient import TestClient

from api import models
from api.main import create_app
from api.settings import Settings
from gis import alignment, products
from gis.alignment import COLUMNS
from gis.context import load
from gis.workspace import Workspace

DAY = "2026-06-01"
METRES = "EPSG:5898"


def ask(client, geometry, **body):
    body = {"use": "annual_crop", "as_of": DAY, **body, "geometry": geometry}
    return client.post("/assess?lang=en", json=body)


def judged(client, geometry, **body):
    response = ask(client, geometry, **body)
    assert response.status_code == 200, response.text
    return models.Assessment.model_validate(response.json())


def test_three_squares_are_three_pieces_and_the_ledger_closes(client, polygon):
    answer = judged(client, polygon(width=3, system=METRES), crs=METRES)
    (zone,) = answer.zones
    (ledger,) = answer.ledger
    assert zone.area_ha == pytest.approx(3, abs=1e-9)
    assert ledger.closes
    by_code = {}
    for piece in answer.pieces.features:
        row = piece.properties
        by_code.setdefault((row.current_code, row.plan_code), []).append(row.area_ha)
    # the border of the two communes cuts the square in the middle
    assert {key: sorted(areas) for key, areas in by_code.items()} == {
        ("HNK", "HNK"): pytest.approx([1], abs=1e-9),
        ("LUC", "LUC"): pytest.approx([0.5, 0.5], abs=1e-9),
        ("RPH", None): pytest.approx([1], abs=1e-9),
    }
    assert ledger.plan_uncovered_ha == pytest.approx(1, abs=1e-9)
    # crops on present and planned crop land fit; nothing is planned on the third square
    assert zone.fits_ha >= 1 - 1e-9
    assert zone.outside_ha + zone.conflict_ha == pytest.approx(1, abs=1e-9)


def test_pieces_are_geojson_in_degrees_with_the_columns_of_the_table(client, polygon):
    body = ask(client, polygon(width=3)).json()
    features = body["pieces"]["features"]
    for feature in features:
        assert tuple(feature["properties"]) == COLUMNS
        assert feature["id"] == feature["properties"]["piece_id"]
    areas = gpd.GeoSeries([shape(feature["geometry"]) for feature in features], crs="EPSG:4326")
    assert areas.to_crs(METRES).area.sum() == pytest.approx(30_000, rel=1e-4)


@pytest.mark.parametrize("system", [METRES, "EPSG:4326", "EPSG:9217"])
@pytest.mark.parametrize("communes", ["date", "both"])
@pytest.mark.parametrize("as_of", ["2024-01-01", "2025-01-01", DAY])
def test_the_answer_is_that_of_the_analysis_on_the_same_zone(
    client, folder, polygon, system, communes, as_of
):
    geometry = polygon(0.3, width=2.4, system=system)
    answer = judged(
        client, geometry, crs=system, communes=communes, as_of=as_of, zone_id="Vùng 1", year=2030
    )
    zone = gpd.GeoDataFrame(
        {"zone_id": ["Vùng 1"], "use": ["annual_crop"]}, geometry=[shape(geometry)], crs=system
    )
    day = date.fromisoformat(as_of)
    context = load(Workspace.open(folder), as_of=day, year=2030, communes=communes)
    theirs = alignment.assess(zone, context)
    assert answer.provenance.model_dump() == theirs.provenance
    assert answer.zones[0].verdict == theirs.zones["verdict"].iloc[0]
    assert [rule.rule_id for rule in answer.rules] == theirs.rules["rule_id"].tolist()
    assert len(answer.adjustments) == len(theirs.adjustments)
    assert [note.en for note in answer.notes] == [note.en for note in theirs.notes]


def test_the_product_says_the_use(client, polygon):
    by_product = judged(client, polygon(), product="hanh_tim", use=None)
    assert (by_product.zones[0].product, by_product.zones[0].use) == ("hanh_tim", "annual_crop")
    kiln = judged(client, polygon(), product="gom_my_thien", use="workshop")
    assert kiln.zones[0].use == "workshop"


def test_without_a_day_it_is_today_in_viet_nam(client, polygon):
    answer = judged(client, polygon(), as_of=None)
    assert abs((date.fromisoformat(answer.as_of) - date.today()).days) <= 1  # noqa: DTZ011


def test_what_is_made_from_schematic_data_says_so_and_other_answers_do_not(
    client, bare_client, polygon
):
    schematic = judged(client, polygon())
    assert schematic.schematic
    assert schematic.notice.en == "schematic, not a legal record"
    plain = judged(bare_client, polygon())
    assert not plain.schematic
    assert plain.notice is None
    assert {"plan", "communes"} <= set(plain.provenance.missing)


def test_a_rule_whose_text_was_not_verified_asks_for_review(client, polygon):
    rules = [
        rule
        for use in ("annual_crop", "perennial_crop", "clay_pit", "workshop")
        for rule in judged(client, polygon(width=3), use=use).rules
    ]
    marked = [rule for rule in rules if rule.mark]
    assert {rule.verified for rule in marked} == {True, False}
    for rule in marked:
        assert (rule.remark is None) == rule.verified
        assert rule.verified or rule.remark.vi == "cần cơ quan đất đai xem xét"


def test_a_feature_collection_is_one_zone(client, polygon):
    features = [
        {"type": "Feature", "properties": None, "geometry": polygon(at, system=METRES)}
        for at in (0, 1)
    ]
    answer = judged(client, {"type": "FeatureCollection", "features": features}, crs=METRES)
    assert answer.zones[0].area_ha == pytest.approx(2, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"use": None}, "names neither a product nor a use"),
        ({"use": "parking"}, "Use 'parking' is not known; use one of annual_crop"),
        ({"product": "tulip"}, "There is no product 'tulip'; the products are"),
        ({"product": "\ud800"}, "product"),
        ({"use": 7}, "use: must be text"),
        ({"as_of": "2020-12-31"}, "begin on 2021-01-01"),
        ({"as_of": "0001-01-01"}, "begin on 2021-01-01"),
        ({"as_of": "2026-02-30"}, "is no day"),
        ({"as_of": "01/06/2026"}, "is no day"),
        ({"as_of": "20260601"}, "is no day"),
        ({"as_of": 20260601}, "as_of: must be text"),
        ({"year": 2040}, "No plan of the year 2040 is in the workspace; it has plans of 2030"),
        ({"year": 10**30}, "year: "),
        ({"year": 2030.5}, "year: "),
        ({"communes": "all"}, "communes: must be one of 'date' or 'both'"),
        ({"crs": "EPSG:1"}, "crs 'EPSG:1' is not known"),
        ({"crs": "EPSG:999999"}, "EPSG:999999"),
        ({"zone_id": "a\nb"}, "zone_id: holds characters that cannot be used"),
        ({"zone_id": ""}, "zone_id: "),
        ({"zone_id": "z" * 65}, "zone_id: must not be longer than 64"),
        ({"colour": 1}, "colour: there is no such field"),
        ({"geometry": None}, "geometry: must be a GeoJSON object"),
        ({"geometry": []}, "geometry: must be a GeoJSON object"),
        ({"geometry": {"type": "Point", "coordinates": [1, 2]}}, "not 'Point'"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "The zone is empty"),
    ],
)
def test_a_request_that_cannot_be_used_is_refused_in_words(client, refused, polygon, change, said):
    body = {"use": "annual_crop", "as_of": DAY, "geometry": polygon(), **change}
    response = client.post(
        "/assess?lang=en", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert said in refused(response, 422)


def test_a_product_of_the_sea_needs_a_use(client, refused, polygon):
    (product, *_) = [entry.product_id for entry in products.products() if entry.use is None]
    said = refused(ask(client, polygon(), product=product, use=None), 422)
    assert said == f"Product {product} grows on no land; name a use as well."
    assert judged(client, polygon(), product=product, use="workshop").zones[0].product == product


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "must be a JSON object"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"{", "The body is no JSON"),
        (b'{"geometry": NaN}', "holds NaN or Infinity"),
        (b'{"year": -Infinity}', "holds NaN or Infinity"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"\xff\xfe{}", "no text in UTF-8"),
        (b'{"year": ' + b"9" * 5_000 + b"}", "a number that is too long"),
    ],
)
def test_a_body_that_is_no_json_is_refused_in_words(client, refused, body, said):
    response = client.post(
        "/assess?lang=en", content=body, headers={"Content-Type": "application/json"}
    )
    assert said in refused(response, 422)


def test_a_form_is_refused_with_the_type_that_is_needed(client, refused):
    for headers in ({"Content-Type": "application/x-www-form-urlencoded"}, {}):
        response = client.post("/assess?lang=en", content=b'{"geometry": 1}', headers=headers)
        assert "Content-Type: application/json" in refused(response, 422)


def test_a_byte_order_mark_does_no_harm(client, polygon):
    body = json.dumps({"use": "annual_crop", "as_of": DAY, "geometry": polygon()})
    response = client.post(
        "/assess",
        content=b"\xef\xbb\xbf" + body.encode(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 200


def test_an_endless_coordinate_that_json_allows_is_refused(client, refused):
    body = b'{"use": "annual_crop", "geometry": {"type": "Polygon", "coordinates": [[[1e999, 1]]]}}'
    response = client.post(
        "/assess?lang=en", content=body, headers={"Content-Type": "application/json"}
    )
    assert "finite numbers" in refused(response, 422)


def test_zones_beyond_the_limits_are_refused(folder, refused, polygon):
    client = TestClient(create_app(Settings(workspace=folder, max_vertices=4, max_zone_ha=2)))
    assert "more than 4 points" in refused(ask(client, polygon()), 422)
    client = TestClient(create_app(Settings(workspace=folder, max_zone_ha=2)))
    assert "has 3 ha; at most 2 ha" in refused(ask(client, polygon(width=3)), 422)


def test_another_method_is_refused(client, refused):
    refused(client.get("/assess"), 405)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([*models.AssessRequest.model_fields, "other"]), json_values, max_size=8
    )
)
def test_any_object_is_answered_or_refused_but_never_a_fault(client, refused, body):
    response = client.post(
        "/assess",
        content=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    refused(response, 422)


# --- many at once, over real connections ------------------------------------------------------


def post(live, geometry):
    body = json.dumps({"use": "annual_crop", "as_of": DAY, "geometry": geometry}).encode()
    request = Request(  # noqa: S310 (an address of this test)
        f"{live}/assess", data=body, headers={"Content-Type": "application/json"}
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def test_while_slow_zones_are_judged_the_service_answers(live, polygon, monkeypatch):
    begun, go = Event(), Event()
    real = alignment.assess

    def slow(zones, context):
        begun.set()
        assert go.wait(20)
        return real(zones, context)

    monkeypatch.setattr(alignment, "assess", slow)
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(post, live, polygon()) for _ in range(6)]
        try:
            assert begun.wait(20)
            for _ in range(5):
                with urlopen(f"{live}/health", timeout=10) as answer:  # noqa: S310
                    assert json.load(answer)["status"] == "ok"
            assert not any(future.done() for future in waiting)
        finally:
            go.set()
        hashes = {future.result(30)["provenance"]["table_sha256"] for future in waiting}
    assert len(hashes) == 1


def test_who_finds_no_place_is_told_when_to_come_again(folder, refused, polygon, monkeypatch):
    begun, go = Event(), Event()
    real = alignment.assess

    def slow(zones, context):
        begun.set()
        assert go.wait(20)
        return real(zones, context)

    monkeypatch.setattr(alignment, "assess", slow)
    settings = Settings(workspace=folder, assess_slots=1, assess_queue=0, assess_wait_s=5)
    app = create_app(settings)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, TestClient(app), polygon())
        try:
            assert begun.wait(20)
            response = ask(TestClient(app), polygon())
            assert refused(response, 503).startswith("Other zones are being assessed")
            assert response.headers["retry-after"] == "5"
        finally:
            go.set()
        assert first.result(30).status_code == 200
