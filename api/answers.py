"""How answers are written: links, tags for caches, media types."""

import hashlib
from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.responses import Response

GEOJSON: Final = "application/geo+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
#: May be kept, but asked about each time: an import can change the answer at any moment.
ASK_EACH_TIME: Final = "no-cache"


class GeoJson(Response):
    """An answer in GeoJSON."""

    media_type = GEOJSON


def link(
    request: Request, path: str, rel: str, *, media: str = JSON, title: str | None = None
) -> dict[str, str]:
    """Make a link to another address of the service."""
    target = {"href": f"{str(request.base_url).rstrip('/')}{path}", "rel": rel, "type": media}
    return target if title is None else {**target, "title": title}


def tagged(
    request: Request, body: bytes, *, media: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a tag over the body, or that nothing has changed since.

    The tag is weak, because the same answer may travel compressed.
    """
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    kept = {"ETag": tag, "Cache-Control": ASK_EACH_TIME, **(headers or {})}
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=kept)
    return Response(body, media_type=media, headers=kept)
