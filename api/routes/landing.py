"""The first address: what the service is, and links to everything it has."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import conformance, formats, models, views, words
from api.answers import HTML, JSON, OPENAPI, described, link
from api.deps import LangDep, OutputDep, SnapshotDep
from api.problems import NOT_ACCEPTABLE
from gis.reports import records
from gis.workspace import schematic

router = APIRouter(tags=["service"])

_TITLE: Final = ("Vùng: đối chiếu vùng nguyên liệu", "Vùng: raw-material zones against plans")
_DESCRIPTION: Final = (
    "Đối chiếu vùng nguyên liệu với hiện trạng sử dụng đất, quy hoạch, pháp luật và ngày xét.",
    "Judges raw-material zones against land use, land-use plans, law and date.",
)
#: What is no page by itself is asked for as one.
_AS_PAGE: Final = {"/collections": "&f=html", "/conformance": "&f=html"}
# address, relation, media type, title
_LINKS: Final = (
    ("/", "self", JSON, ("Trang đầu", "This page")),
    ("/?f=html", "alternate", HTML, ("Trang đầu dạng trang web", "This page as a web page")),
    ("/maps/review", "related", HTML, ("Bản đồ đối chiếu các vùng", "Review map of the zones")),
    ("/collections", "data", JSON, ("Các lớp dữ liệu (GeoJSON)", "Layers (GeoJSON)")),
    ("/rasters", "related", JSON, ("Các raster: địa hình", "Rasters: terrain")),
    ("/docs", "service-doc", HTML, ("Hướng dẫn API, thử trực tiếp", "API, to read and to try")),
    ("/conformance", "conformance", JSON, ("Chuẩn được hỗ trợ", "Standards that are met")),
    ("/openapi.json", "service-desc", OPENAPI,
     ("Mô tả API (OpenAPI)", "Description of the API (OpenAPI)")),
    ("/health", "status", JSON, ("Tình trạng dịch vụ", "State of the service")),
)  # fmt: skip


@router.get(
    "/",
    summary="Trang đầu · First page",
    response_model=models.Landing,
    responses=NOT_ACCEPTABLE,
)
async def landing(request: Request, snapshot: SnapshotDep, lang: LangDep, f: OutputDep) -> Response:
    """Links to everything the service has; a page for browsers, JSON for programs."""
    title, description = words.pick(_TITLE, lang), words.pick(_DESCRIPTION, lang)
    is_schematic = schematic(snapshot.versions())
    chosen = formats.choose(f, request.headers.get("accept", ""), formats.PAGES)
    body: dict[str, Any] = {
        "title": title,
        "description": description,
        "links": [
            link(request, path, rel, media=media, title=words.pick(name, lang))
            for path, rel, media, name in _LINKS
        ],
        **records.notice(schematic=is_schematic),
    }
    if chosen is formats.HTML:
        root = request.scope.get("root_path", "")
        doors = [
            {
                "href": f"{root}{path}?lang={lang}{_AS_PAGE.get(path, '')}",
                "title": words.pick(name, lang),
            }
            for path, rel, _, name in _LINKS
            if rel not in {"self", "alternate", "service-desc"}
        ]
        return views.page(request, "landing.html", {**body, "doors": doors}, lang)
    return described(request, body, media=JSON, lang=lang)


@router.get(
    "/conformance",
    summary="Chuẩn được hỗ trợ · Conformance",
    response_model=models.Conformance,
    responses=NOT_ACCEPTABLE,
)
async def conforms_to(request: Request, lang: LangDep, f: OutputDep) -> Response:
    """List the requirements classes of the standards that the service meets."""
    chosen = formats.choose(f, request.headers.get("accept", ""), formats.PAGES)
    body = {"conformsTo": list(conformance.CLASSES)}
    if chosen is formats.HTML:
        shown = {**body, **records.notice(schematic=False)}
        return views.page(request, "conformance.html", shown, lang)
    return described(request, body, media=JSON, lang=lang)
