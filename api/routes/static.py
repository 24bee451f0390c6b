"""Scripts, styles and pictures of the pages, from this service, so that no page asks another."""

import mimetypes
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from api.words import shown
from gis.errors import NotFoundError, ShippedDataError
from maps.base import STATIC

router = APIRouter(include_in_schema=False)

_VENDOR: Final = STATIC / "vendor"
_OWN: Final = Path(__file__).parents[1] / "static"
# the licences travel with what they are of
_FILES: Final = {
    "swagger-ui-dist": (
        _VENDOR / "swagger-ui-dist",
        {
            "swagger-ui-bundle.js",
            "swagger-ui.css",
            "swagger-ui-bundle.js.LICENSE.txt",
            "LICENSE",
            "NOTICE",
        },
    ),
    "leaflet": (_VENDOR / "leaflet", {"leaflet.js", "leaflet.css", "LICENSE"}),
    "pages": (_OWN, {"pages.css", "map.js"}),
}
_TYPES: Final = {".js": "text/javascript", ".css": "text/css"}


@router.get("/static/{folder}/{name}")
def static(folder: str, name: str) -> Response:
    """Return a file that a page loads, or its licence."""
    place, names = _FILES.get(folder, (_OWN, set()))
    if name not in names:
        raise NotFoundError(
            f"There is no file {shown(name)} here; the pages load what they need.",
            vi=f"Không có tệp {shown(name)} ở đây; các trang tự nạp các tệp cần thiết.",
        )
    file = place / name
    if not file.is_file():
        raise ShippedDataError(f"File {name} is missing from this installation; install again.")
    media = _TYPES.get(file.suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return FileResponse(file, media_type=media, headers={"Cache-Control": "public, max-age=86400"})
