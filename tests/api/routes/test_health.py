"""Whether the service can work, and with what."""

import gis
from api import models
from gis.rules import shipped_rules


def test_health_names_every_layer_version_and_those_of_rules_and_software(client, folder):
    body = client.get("/health").json()
    health = models.Health.model_validate(body)
    assert {entry.dataset: entry.rows for entry in health.layers} == {
        "land-use/now": 3, "land-use/plan": 2, "communes/communes": 2, "zones/zones": 2,
    }  # fmt: skip
    assert health.rules_version == shipped_rules().version
    assert health.software == f"vung {gis.__version__}"
    assert health.crs == "EPSG:5898"
    assert health.schematic
    assert {entry.dataset for entry in health.layers if entry.schematic} == {
        "land-use/now", "land-use/plan",
    }  # fmt: skip
    # nothing of the machine it runs on
    assert str(folder) not in client.get("/health").text


def test_a_layer_is_loaded_once_it_was_asked_for(bare_client):
    def loaded():
        return bare_client.get("/health").json()["layers"][0]["loaded"]

    assert loaded() is False
    bare_client.get("/collections/land-use~now/items")
    assert loaded() is True


def test_a_damaged_workspace_is_a_503_that_tells_nothing(bare, bare_client, refused):
    (bare.folder / "catalogue.json").write_text("{", encoding="utf-8")
    for path in ("/health", "/collections", "/collections/land-use~now/items", "/"):
        response = bare_client.get(f"{path}?lang=en")
        assert refused(response, 503) == (
            "The service cannot answer this now; the server's log says why."
        )


def test_another_language_is_refused(client, refused):
    refused(client.get("/health?lang=de"), 400)


def test_the_service_is_ready_once_every_layer_is_read(bare_client, refused):
    answer = bare_client.get("/ready?lang=en")
    assert refused(answer, 503) == "Layers are still being read: land-use/now."
    assert int(answer.headers["retry-after"]) > 0
    bare_client.app.state.store.preload()
    assert bare_client.get("/ready").json() == {"ready": True}


def test_a_layer_that_cannot_be_read_keeps_no_other_from_being_read(
    bare, bare_client, add, present
):
    add("land-use", [1], name="plan", constants={**present, "status": "planned"}, code=["HNK"])
    (first, second) = bare.versions()
    bare.path(first).write_bytes(b"")
    bare_client.app.state.store.preload()
    loaded = {
        each["dataset"]: each["loaded"] for each in bare_client.get("/health").json()["layers"]
    }
    assert loaded == {first.key: False, second.key: True}
    assert bare_client.get("/ready").status_code == 503
