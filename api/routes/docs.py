"""The page that describes the API and lets one try it, without asking any other server."""

from typing import Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api import pages
from api.answers import OPENAPI, tagged
from api.deps import LangDep

router = APIRouter(include_in_schema=False)

_ADDRESS: Final = "/static/swagger-ui-dist"
_START: Final = """
SwaggerUIBundle({
  url: document.getElementById("docs").dataset.openapi,
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
});
"""


@router.get("/docs")
async def docs(request: Request, lang: LangDep) -> HTMLResponse:
    """Show the API's description."""
    root = request.scope.get("root_path", "")
    body = (
        f'<div id="docs" data-openapi="{root}/openapi.json"></div>\n'
        f'<script src="{root}{_ADDRESS}/swagger-ui-bundle.js"></script>\n'
        f"<script>{_START}</script>"
    )
    head = f'<link rel="stylesheet" href="{root}{_ADDRESS}/swagger-ui.css">'
    policy = (
        f"default-src 'none'; script-src 'self' {pages.hashed(_START)}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    page = pages.document(lang=lang, title="Vùng: API", head=head, body=body)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """Describe the service to programs (OpenAPI 3.0)."""
    body = orjson.dumps(request.app.openapi())
    return tagged(request, body, media=OPENAPI)
