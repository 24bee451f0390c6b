"""The page that describes the API and lets one try it, without asking any other server."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from api import pages
from api.deps import LangDep
from api.words import shown
from gis.errors import NotFoundError, ShippedDataError
from maps.base import STATIC

router = APIRouter(include_in_schema=False)

_FOLDER: Final = STATIC / "vendor" / "swagger-ui-dist"
_FILES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    # the licences that must travel with them
    "swagger-ui-bundle.js.LICENSE.txt": "text/plain",
    "LICENSE": "text/plain",
    "NOTICE": "text/plain",
}
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
def docs(request: Request, lang: LangDep) -> HTMLResponse:
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


@router.get(f"{_ADDRESS}/{{name}}")
def static(name: str) -> Response:
    """Return a file that the page loads, or its licence."""
    if name not in _FILES:
        raise NotFoundError(
            f"There is no file {shown(name)} here; /docs loads what it needs.",
            vi=f"Không có tệp {shown(name)} ở đây; /docs tự nạp các tệp cần thiết.",
        )
    file = _FOLDER / name
    if not file.is_file():
        raise ShippedDataError(f"File {name} is missing from this installation; install again.")
    return FileResponse(
        file, media_type=_FILES[name], headers={"Cache-Control": "public, max-age=86400"}
    )
