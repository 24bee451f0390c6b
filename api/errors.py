"""One table from error to status; every fault leaves as ``{title, detail, status}`` in words.

Routes raise the errors of `gis.errors` (and `BusyError`); nothing else here or elsewhere decides a
status. From 500 on the traceback goes to the log and the error's text stays here.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import words
from api.language import language_of
from gis.errors import (
    GisError,
    InputError,
    NotFoundError,
    RuleError,
    ShippedDataError,
    WorkspaceError,
)

MEDIA_TYPE: Final = "application/problem+json"
_LOG: Final = logging.getLogger("vung.api")


class BusyError(GisError):
    """As many assessments as allowed are running and waiting; `retry_after_s` says when to ask."""

    def __init__(self, message: str, *, vi: str, retry_after_s: int) -> None:
        super().__init__(message, vi=vi)
        self.retry_after_s = retry_after_s


class ParameterError(InputError):
    """A parameter of the address, or a header, cannot be used."""


class NotAcceptableError(InputError):
    """No format that the request accepts is offered."""


@dataclass(frozen=True, slots=True)
class Row:
    """How an error is answered.

    Attributes
    ----------
    title
        Vietnamese and English.
    detail
        What is said instead of the error's own sentence; None: the sentence itself.
    """

    status: HTTPStatus
    title: tuple[str, str]
    detail: tuple[str, str] | None = None


_LOOK_AT_LOG: Final = (
    "Dịch vụ chưa trả lời được; nhật ký của máy chủ ghi rõ lý do.",
    "The service cannot answer this now; the server's log says why.",
)
_BROKEN: Final = Row(
    HTTPStatus.INTERNAL_SERVER_ERROR, ("Lỗi của dịch vụ", "The service failed"), _LOOK_AT_LOG
)
_NO_STUDY_AREA: Final = Row(
    HTTPStatus.SERVICE_UNAVAILABLE,
    ("Dữ liệu của dịch vụ chưa dùng được", "The service's data cannot be used"),
    _LOOK_AT_LOG,
)

#: The table. A subclass is answered as its nearest base that stands here.
ROWS: Final[Mapping[type[GisError], Row]] = MappingProxyType(
    {
        InputError: Row(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            ("Yêu cầu không dùng được", "The request cannot be used"),
        ),
        ParameterError: Row(
            HTTPStatus.BAD_REQUEST,
            ("Tham số không dùng được", "The parameter cannot be used"),
        ),
        NotAcceptableError: Row(
            HTTPStatus.NOT_ACCEPTABLE, ("Không có định dạng này", "No such format")
        ),
        NotFoundError: Row(HTTPStatus.NOT_FOUND, ("Không tìm thấy", "Not found")),
        WorkspaceError: _NO_STUDY_AREA,
        ShippedDataError: _NO_STUDY_AREA,
        # a day before the rules is refused as input; what is left is a hole in the rules
        RuleError: _BROKEN,
        BusyError: Row(HTTPStatus.SERVICE_UNAVAILABLE, ("Dịch vụ đang bận", "The service is busy")),
    }
)

# what the framework itself refuses
_HTTP: Final[Mapping[int, Row]] = MappingProxyType(
    {
        row.status: row
        for row in (
            Row(
                HTTPStatus.NOT_FOUND,
                ("Không tìm thấy", "Not found"),
                (
                    "Không có địa chỉ này; trang đầu liệt kê các địa chỉ.",
                    "There is no such address; the landing page lists what there is.",
                ),
            ),
            Row(
                HTTPStatus.METHOD_NOT_ALLOWED,
                ("Phương thức không dùng được", "Method not allowed"),
                (
                    "Địa chỉ này không nhận phương thức đó; xem /docs.",
                    "This address does not take that method; see /docs.",
                ),
            ),
        )
    }
)


def row_of(kind: type[BaseException]) -> Row | None:
    """Return the row of an error class: its own, or that of its nearest base."""
    return next((ROWS[base] for base in kind.__mro__ if base in ROWS), None)


def problem(
    status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Make the answer that every fault leaves as."""
    body = {"title": title, "detail": detail, "status": int(status)}
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=int(status),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def answer(error: BaseException, lang: str) -> Response:
    """Answer an error by the table; one that has no row is a fault of the service."""
    row = row_of(type(error)) or _BROKEN
    own = error.text(lang) if isinstance(error, GisError) else ""
    headers = {}
    if isinstance(error, BusyError):
        headers["Retry-After"] = str(error.retry_after_s)
    elif row.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("request failed with %d", row.status, exc_info=error)
    detail = own if row.detail is None else words.pick(row.detail, lang)
    return problem(row.status, words.pick(row.title, lang), detail, headers=headers)


def install(app: FastAPI) -> None:
    """Give the service its error answers."""
    app.add_exception_handler(GisError, _on_gis_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_gis_error(request: Request, error: Exception) -> Response:
    return answer(error, language_of(request.scope))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it alone)
    lang = language_of(request.scope)
    faults = error.errors()
    sentence = words.faults(faults, lang)
    # what stands in the address or a header is a parameter, as OGC API has it
    row = ROWS[InputError if any(each["loc"][0] == "body" for each in faults) else ParameterError]
    return problem(row.status, words.pick(row.title, lang), sentence)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for it alone)
    lang = language_of(request.scope)
    row = _HTTP.get(error.status_code)
    if row is None or row.detail is None:
        phrase = HTTPStatus(error.status_code).phrase
        return problem(error.status_code, phrase, f"{phrase}.", headers=error.headers)
    title, detail = words.pick(row.title, lang), words.pick(row.detail, lang)
    return problem(row.status, title, detail, headers=error.headers)
