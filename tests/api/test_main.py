"""The service as a whole: what it publishes is what it answers, and import does nothing."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest
from fastapi.routing import APIRoute

import api
from api import routes
from api.main import ROUTES, create_app
from api.settings import Settings
from gis.errors import WorkspaceError


def test_without_a_workspace_there_is_no_service(tmp_path):
    with pytest.raises(WorkspaceError, match="is no workspace"):
        create_app(Settings(workspace=tmp_path))


def test_import_reads_no_workspace_and_makes_no_app(tmp_path):
    names = [info.name for info in pkgutil.walk_packages(api.__path__, "api.")]
    code = f"import importlib; [importlib.import_module(name) for name in {names}]"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=False, capture_output=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert list(tmp_path.iterdir()) == []


def test_every_file_of_routes_is_part_of_the_service():
    files = {info.name for info in pkgutil.iter_modules(routes.__path__)}
    assert {module.__name__.rpartition(".")[2] for module in ROUTES} == files


def test_only_what_reads_and_writes_little_runs_beside_the_others():
    endpoints = [
        route.endpoint
        for module in ROUTES
        for route in module.router.routes
        if isinstance(route, APIRoute)
    ]
    waiting = {each.__name__ for each in endpoints if inspect.iscoroutinefunction(each)}
    # heavy parts of these go to a thread, as the test of a slow search shows
    assert waiting == {
        "landing", "conforms_to", "all_collections", "one_collection", "queryables", "schema",
        "items", "item", "docs", "metrics", "ready", "raster_tile",
    }  # fmt: skip
    assert {each.__name__ for each in endpoints} - waiting == {
        "health", "assess", "review_map", "static", "openapi", "all_rasters", "one_raster",
        "raster_value",
    }  # fmt: skip


def test_the_description_holds_every_address_with_words_and_refusals(client):
    schema = client.get("/openapi.json").json()
    assert {*schema["paths"]} == {
        "/", "/conformance", "/health", "/ready", "/rasters", "/rasters/{raster_id}",
        "/rasters/{raster_id}/value",
        "/rasters/{raster_id}/tiles/WebMercatorQuad/{level}/{row}/{column}", "/collections",
        "/collections/{collection_id}",
        "/collections/{collection_id}/queryables", "/collections/{collection_id}/schema",
        "/collections/{collection_id}/items", "/collections/{collection_id}/items/{feature_id}",
        "/assess", "/maps/review",
    }  # fmt: skip
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            assert " · " in operation["summary"], path
            assert operation["tags"], path
            assert operation["responses"]["400"]["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
            described = [one for one in operation.get("parameters", ()) if one.get("description")]
            assert len(described) == len(operation.get("parameters", ())), path
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_the_example_of_the_description_is_a_request_that_is_answered(client):
    schema = client.get("/openapi.json").json()
    example = schema["components"]["schemas"]["AssessRequest"]["example"]
    assert client.post("/assess", json=example).status_code == 200


def test_two_services_share_nothing(folder, bare):
    first = create_app(Settings(workspace=folder))
    second = create_app(Settings(workspace=bare.folder))
    assert first.state.store is not second.state.store
    importlib.import_module("api.main")
    assert len(first.state.store.snapshot().versions()) == 4
    assert len(second.state.store.snapshot().versions()) == 1
