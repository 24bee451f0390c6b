"""How answers are written: links, tags for caches, media types."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import Request
from starlette.responses import Response

import gis
from api import kept
from api.formats import Format

GEOJSON: Final = "application/geo+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
#: May be kept, but asked about each time: an import can change the answer at any moment.
ASK_EACH_TIME: Final = "no-cache"
#: Says in every answer which version of a layer it was made of.
VERSION_HEADER: Final = "Layer-Version"


@dataclass(frozen=True, slots=True)
class Made:
    """What an answer was made of, and how: together with its address, all that decides its bytes.

    Attributes
    ----------
    version
        Version of the layer, or of everything the answer speaks of.
    """

    version: str
    form: Format
    lang: str


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
    written = {"ETag": tag, "Cache-Control": ASK_EACH_TIME, **(headers or {})}
    if _is_known(request, tag):
        return Response(status_code=304, headers=written)
    return Response(body, media_type=media, headers=written)


def described(request: Request, body: Mapping[str, Any], *, media: str, lang: str) -> Response:
    """Answer with a JSON document about the service."""
    headers = {"Content-Language": lang, "Vary": "Accept, Accept-Language"}
    return tagged(request, orjson.dumps(dict(body)), media=media, headers=headers)


def unchanged(request: Request, made: Made) -> Response | None:
    """Answer that what the client holds is still right, if it is."""
    if "if-none-match" not in request.headers:
        return None
    tag = _tag(request, made)
    return (
        Response(status_code=304, headers=_headers(tag, made)) if _is_known(request, tag) else None
    )


def versioned(
    request: Request, body: bytes, made: Made, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with what was made of one version of a layer, for everybody who may see it."""
    request.scope[kept.MARK] = True
    written = {**_headers(_tag(request, made), made), "Content-Type": made.form.media}
    return Response(body, headers={**written, **(headers or {})})


def _headers(tag: str, made: Made) -> dict[str, str]:
    return {
        "ETag": tag,
        "Cache-Control": ASK_EACH_TIME,
        "Vary": "Accept, Accept-Language",
        VERSION_HEADER: made.version,
    }


def _tag(request: Request, made: Made) -> str:
    """Tag that needs no body: the same address and version give the same bytes."""
    url = request.url
    said = (gis.__version__, made.version, made.form.media, made.lang, str(url))
    return f'W/"{hashlib.blake2b(chr(0).join(said).encode(), digest_size=16).hexdigest()}"'


def _is_known(request: Request, tag: str) -> bool:
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    return tag in known or "*" in known
