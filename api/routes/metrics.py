"""Figures of the service for Prometheus: for this machine, or for who has the token."""

import hmac
from ipaddress import ip_address

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from api.deps import StoreDep
from gis.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request, shared: StoreDep) -> Response:
    """Count requests, answers and time by address."""
    if not _may_read(request, shared.settings.metrics_token):
        # who may not read it need not know that it is there
        raise NotFoundError(
            "There is no such address; the landing page lists what there is.",
            vi="Không có địa chỉ này; trang đầu liệt kê các địa chỉ.",
        )
    body = request.app.state.figures.text()
    return Response(
        body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


def _may_read(request: Request, token: str) -> bool:
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # a proxy on this machine speaks for somebody else
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via"))
    return not forwarded and request.client is not None and _is_here(request.client.host)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
