"""One line of JSON and a few figures for every request, and an id that ties them together.

Neither a query nor a header is written down: they may hold what is nobody's business.
"""

import logging
import re
import secrets
import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import REQUEST

#: The header in which an id comes and goes.
REQUEST_ID: Final = "X-Request-Id"
#: Whose request it is, once somebody has found out.
ACCOUNT: Final = "vung.account"
_LOG: Final = logging.getLogger("vung.access")
_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADER: Final = REQUEST_ID.lower().encode()
_PATH: Final = 200
_SECONDS: Final = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Figures:
    """What the service counts of itself, for Prometheus."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "vung_requests", "Answered requests.", ["route", "method", "status"],
            registry=self._registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "vung_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self.sent = Counter(
            "vung_sent_bytes", "Bytes of answers.", ["route"], registry=self._registry
        )
        self.open = Gauge("vung_open_requests", "Requests being answered.", registry=self._registry)

    def text(self) -> bytes:
        """All figures in the format of Prometheus."""
        return generate_latest(self._registry)


class Journal:
    """Outermost: gives a request its id, writes one line about it, and counts it."""

    def __init__(self, app: ASGIApp, *, figures: Figures) -> None:
        self.app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _id_of(scope)
        REQUEST.set(request_id.decode())
        status, sent, began = 0, 0, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_HEADER, request_id)]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        self._figures.open.inc()
        try:
            await self.app(scope, receive, noted)
        finally:
            self._figures.open.dec()
            self._write(scope, status, sent, time.perf_counter() - began)

    def _write(self, scope: Scope, status: int, sent: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "-"))
        figures = self._figures
        figures.requests.labels(route, _method(scope), str(status)).inc()
        figures.seconds.labels(route).observe(seconds)
        figures.sent.labels(route).inc(sent)
        if _LOG.isEnabledFor(logging.INFO):
            whose = scope.get(ACCOUNT)
            line = {
                "method": _method(scope),
                "path": scope["path"][:_PATH],
                "status": status,
                "ms": round(seconds * 1000, 2),
                "bytes": sent,
            }
            _LOG.info({**line, "account": whose} if whose else line)


def _id_of(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == _HEADER and _ID.fullmatch(value):
            known: bytes = value
            return known
    return secrets.token_hex(8).encode()


def _method(scope: Scope) -> str:
    """Return the method; what no standard knows is one of many."""
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in known else "other"
