"""The first address: what the service is, and links to everything it has."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from api import models, pages, words
from api.answers import HTML, JSON, link
from api.deps import LangDep, SnapshotDep
from api.language import preferred
from gis import text
from gis.reports import records
from gis.workspace import schematic

router = APIRouter(tags=["service"])

_TITLE: Final = ("Vùng: đối chiếu vùng nguyên liệu", "Vùng: raw-material zones against plans")
_DESCRIPTION: Final = (
    "Đối chiếu vùng nguyên liệu với hiện trạng sử dụng đất, quy hoạch, pháp luật và ngày xét.",
    "Judges raw-material zones against land use, land-use plans, law and date.",
)
_DATA: Final = ("Dữ liệu", "The data is")
# address, relation, media type, title
_LINKS: Final = (
    ("/", "self", JSON, ("Trang đầu", "This page")),
    ("/maps/review", "related", HTML, ("Bản đồ đối chiếu các vùng", "Review map of the zones")),
    ("/collections", "data", JSON, ("Các lớp dữ liệu (GeoJSON)", "Layers (GeoJSON)")),
    ("/docs", "service-doc", HTML, ("Hướng dẫn API, thử trực tiếp", "API, to read and to try")),
    ("/openapi.json", "service-desc", JSON,
     ("Mô tả API (OpenAPI)", "Description of the API (OpenAPI)")),
    ("/health", "status", JSON, ("Tình trạng dịch vụ", "State of the service")),
)  # fmt: skip


@router.get("/", summary="Trang đầu · First page", response_model=models.Landing)
def landing(request: Request, snapshot: SnapshotDep, lang: LangDep) -> Response:
    """Links to everything the service has; a page for browsers, JSON for programs."""
    title, description = words.pick(_TITLE, lang), words.pick(_DESCRIPTION, lang)
    is_schematic = schematic(snapshot.versions())
    if preferred(request.headers.get("accept", ""), (JSON, HTML)) == HTML:
        return pages.landing(
            lang=lang,
            title=title,
            description=description,
            notice=f"{words.pick(_DATA, lang)} {text.NOTICE[lang]}." if is_schematic else "",
            links=[
                (f"{request.scope.get('root_path', '')}{path}?lang={lang}", words.pick(name, lang))
                for path, rel, _, name in _LINKS
                if rel not in {"self", "service-desc"}
            ],
        )
    body: dict[str, Any] = {
        "title": title,
        "description": description,
        "links": [
            link(request, path, rel, media=media, title=words.pick(name, lang))
            for path, rel, media, name in _LINKS
        ],
        **records.notice(schematic=is_schematic),
    }
    return JSONResponse(body, headers={"Vary": "Accept, Accept-Language"})
