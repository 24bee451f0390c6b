"""The table from error to status, and how refusals are worded."""

import logging

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from api import errors, words
from api.errors import ROWS, BusyError, row_of
from api.middleware import Guard
from gis.errors import (
    ColumnError,
    CrsError,
    GisError,
    InputError,
    NotFoundError,
    RuleError,
    ShippedDataError,
    WorkspaceError,
)


def every_error(kind=GisError):
    for child in kind.__subclasses__():
        yield child
        yield from every_error(child)


@pytest.mark.parametrize("kind", sorted(set(every_error()), key=lambda kind: kind.__name__))
def test_every_error_that_is_raised_on_purpose_has_a_row(kind):
    assert row_of(kind) is not None


def test_the_base_has_no_row_so_that_a_new_branch_of_the_tree_needs_one():
    assert GisError not in ROWS
    assert row_of(type("NewError", (GisError,), {})) is None


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (InputError, 422),
        (ColumnError, 422),
        (CrsError, 422),
        (NotFoundError, 404),
        (WorkspaceError, 503),
        (ShippedDataError, 503),
        (RuleError, 500),
        (BusyError, 503),
    ],
)
def test_the_status_of_an_error(kind, status):
    assert row_of(kind).status == status


def app_that_raises(fault):
    app = FastAPI()
    errors.install(app)
    app.add_middleware(Guard)

    @app.get("/")
    def fail() -> None:
        raise fault

    return TestClient(app)


def test_a_refusal_is_said_in_the_language_that_is_asked_for():
    client = app_that_raises(InputError("The zone is empty.", vi="Vùng rỗng."))
    assert client.get("/").json()["detail"] == "Vùng rỗng."
    assert client.get("/?lang=en").json()["detail"] == "The zone is empty."
    english = client.get("/", headers={"Accept-Language": "fr, en-GB;q=0.8, vi;q=0.5"}).json()
    assert english == {
        "title": "The request cannot be used",
        "detail": "The zone is empty.",
        "status": 422,
    }


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (WorkspaceError("secret place"), 503),
        (ShippedDataError("secret place"), 503),
        (RuleError("secret place"), 500),
        (ZeroDivisionError("secret place"), 500),
        (type("NewError", (GisError,), {})("secret place"), 500),
    ],
)
def test_a_fault_of_the_service_goes_to_the_log_and_its_text_stays_here(
    fault, status, caplog, refused
):
    with caplog.at_level(logging.ERROR, logger="vung.api"):
        response = app_that_raises(fault).get("/?lang=en")
    assert refused(response, status).startswith("The service cannot answer this now")
    assert "secret" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    (record,) = [entry for entry in caplog.records if entry.name == "vung.api"]
    assert record.exc_info[1] is fault


def test_a_refusal_is_not_logged(caplog):
    app_that_raises(InputError("No.")).get("/")
    assert not [entry for entry in caplog.records if entry.name == "vung.api"]


def test_who_comes_when_all_is_busy_is_told_when_to_come_again(refused):
    client = app_that_raises(BusyError("Busy.", vi="Bận.", retry_after_s=7))
    response = client.get("/?lang=en")
    assert refused(response, 503) == "Busy."
    assert response.headers["retry-after"] == "7"


def test_what_the_framework_refuses_for_other_reasons_keeps_its_status(refused):
    client = app_that_raises(HTTPException(418))
    assert refused(client.get("/"), 418) == "I'm a Teapot."


@given(st.text())
def test_any_text_can_stand_in_a_refusal(text):
    shown = words.shown(text)
    assert shown.encode()
    assert "\n" not in shown
    assert len(shown) <= 700
