"""What collections there are, and what each of them is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api import collections, formats, models, schemas, views
from api.answers import described, link
from api.collections import Layer
from api.deps import CallDep, SnapshotDep
from api.problems import NOT_ACCEPTABLE, NOT_FOUND
from gis.reports import records
from gis.workspace import schematic

router = APIRouter(tags=["features"])

CollectionId = Annotated[
    str,
    Path(
        description="Layer and dataset name, joined by `~`; see /collections.",
        examples=["land-use~land_use_2020"],
    ),
]


async def layer(collection_id: CollectionId, snapshot: SnapshotDep) -> Layer:
    """Return the collection that an address names."""
    return Layer(snapshot.collection(collection_id), snapshot.crs)


LayerDep = Annotated[Layer, Depends(layer)]


@router.get(
    "/collections",
    summary="Các lớp · Layers",
    response_model=models.Collections,
    responses=NOT_ACCEPTABLE,
)
async def all_collections(call: CallDep) -> Response:
    """List the layers of the workspace that are served as features."""
    request, lang, chosen = call.request, call.lang, call.choose(formats.PAGES)
    entries = call.snapshot.collections()
    layers = [Layer(entry, call.snapshot.crs) for entry in entries]
    body: dict[str, Any] = {
        "collections": [collections.described(request, each, lang) for each in layers],
        "links": [
            link(request, "/collections", "self"),
            link(request, "/collections?f=html", "alternate", media=formats.HTML.media),
            link(request, "/", "root"),
        ],
        **records.notice(schematic=schematic(entries)),
    }
    if chosen is formats.HTML:
        return views.page(request, "collections.html", body, lang)
    return described(request, body, media=formats.JSON.media, lang=lang)


@router.get(
    "/collections/{collection_id}",
    summary="Một lớp · One layer",
    response_model=models.Collection,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE},
)
async def one_collection(call: CallDep, layer: LayerDep) -> Response:
    """Describe one layer: extent, version, attributes, licence."""
    chosen = call.choose(formats.PAGES)
    body = collections.described(call.request, layer, call.lang)
    if chosen is formats.HTML:
        return views.page(call.request, "collection.html", body, call.lang)
    return described(call.request, body, media=formats.JSON.media, lang=call.lang)


@router.get(
    "/collections/{collection_id}/queryables",
    summary="Cột lọc được · Queryables",
    response_model=models.Schema,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE},
)
async def queryables(call: CallDep, layer: LayerDep) -> Response:
    """Say by which properties features can be chosen (JSON Schema)."""
    call.choose([formats.SCHEMA])
    features = await call.shared.loaded(call.snapshot, layer.entry)
    body = schemas.queryables(call.request, layer, features, call.lang)
    return described(call.request, body, media=formats.SCHEMA.media, lang=call.lang)


@router.get(
    "/collections/{collection_id}/schema",
    summary="Cấu trúc · Schema",
    response_model=models.Schema,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE},
)
async def schema(call: CallDep, layer: LayerDep) -> Response:
    """Say which properties features have (JSON Schema)."""
    call.choose([formats.SCHEMA])
    features = await call.shared.loaded(call.snapshot, layer.entry)
    body = schemas.returnables(call.request, layer, features, call.lang)
    return described(call.request, body, media=formats.SCHEMA.media, lang=call.lang)
