"""Layers as collections of GeoJSON features."""

from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api import models, words
from api.answers import GEOJSON, GeoJson, link, tagged
from api.deps import BoxDep, LangDep, SnapshotDep, StoreDep
from api.features import collection as feature_collection
from api.features import with_members
from api.problems import NOT_FOUND
from api.store import collection_id_of
from gis import text
from gis.errors import NotFoundError
from gis.reports import records
from gis.types import LonLatBox
from gis.workspace import Version, schematic

router = APIRouter(tags=["features"])

_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
_MOST: Final = 2**53

CollectionId = Annotated[
    str,
    Path(
        description="Layer and dataset name, joined by `~`; see /collections.",
        examples=["land-use~land_use_2020"],
    ),
]
FeatureId = Annotated[
    str, Path(description="Row of the feature in the imported file, from 1.", examples=["1"])
]
Limit = Annotated[
    int | None,
    Query(
        ge=1,
        le=_MOST,
        description="Most features to answer with; more than the service allows are not sent.",
    ),
]
Offset = Annotated[int, Query(ge=0, le=_MOST, description="How many features to leave out first.")]


class Page(NamedTuple):
    """Which features of a collection are asked for."""

    box: LonLatBox | None
    limit: int
    offset: int


def page_of(shared: StoreDep, box: BoxDep, limit: Limit = None, offset: Offset = 0) -> Page:
    """Read which features are asked for; more than the service allows are not."""
    asked = limit or shared.settings.default_features
    return Page(box, min(asked, shared.settings.max_features), offset)


@router.get(
    "/collections",
    summary="Các lớp · Layers",
    response_model=models.Collections,
    response_model_exclude_unset=True,
)
def collections(request: Request, snapshot: SnapshotDep, lang: LangDep) -> dict[str, Any]:
    """List the layers of the workspace that are served as features."""
    entries = snapshot.collections()
    return {
        "collections": [_described(request, entry, snapshot.crs, lang) for entry in entries],
        "links": [link(request, "/collections", "self"), link(request, "/", "root")],
        **records.notice(schematic=schematic(entries)),
    }


@router.get(
    "/collections/{collection_id}",
    summary="Một lớp · One layer",
    response_model=models.Collection,
    response_model_exclude_unset=True,
    responses=NOT_FOUND,
)
def collection(
    request: Request, collection_id: CollectionId, snapshot: SnapshotDep, lang: LangDep
) -> dict[str, Any]:
    """Describe one layer: extent, version, attributes, licence."""
    return _described(request, snapshot.collection(collection_id), snapshot.crs, lang)


@router.get(
    "/collections/{collection_id}/items",
    summary="Đối tượng của lớp · Features of a layer",
    response_model=models.FeatureCollection,
    response_class=GeoJson,
    responses=NOT_FOUND,
)
def items(
    request: Request,
    collection_id: CollectionId,
    shared: StoreDep,
    snapshot: SnapshotDep,
    wanted: Annotated[Page, Depends(page_of)],
) -> Response:
    """Rows of a layer, in the order of the imported file, page by page."""
    entry = snapshot.collection(collection_id)
    features = shared.features(snapshot, entry)
    matched = features.within(wanted.box)
    page = features.text(matched[wanted.offset : wanted.offset + wanted.limit])
    body = feature_collection(
        page,
        numberMatched=len(matched),
        numberReturned=len(page),
        links=_page_links(request, entry, wanted, len(matched)),
        **records.notice(schematic=entry.schematic),
    )
    return tagged(request, body.encode(), media=GEOJSON)


@router.get(
    "/collections/{collection_id}/items/{feature_id}",
    summary="Một đối tượng · One feature",
    response_model=models.OneFeature,
    response_class=GeoJson,
    responses=NOT_FOUND,
)
def item(
    request: Request,
    collection_id: CollectionId,
    feature_id: FeatureId,
    shared: StoreDep,
    snapshot: SnapshotDep,
) -> Response:
    """One row of a layer."""
    entry = snapshot.collection(collection_id)
    features = shared.features(snapshot, entry)
    at = features.position(feature_id)
    if at is None:
        raise NotFoundError(
            f"Collection {collection_id} has no feature {words.shown(feature_id)}; its ids are "
            f"rows of the imported file, from 1.",
            vi=f"Lớp {collection_id} không có đối tượng {words.shown(feature_id)}; mã là số dòng "
            "trong tệp đã nhập, từ 1.",
        )
    (feature,) = features.text(np.array([at]))
    path = _path(entry)
    links = [
        link(request, f"{path}/items/{feature_id}", "self", media=GEOJSON),
        link(request, path, "collection"),
    ]
    body = with_members(feature, {"links": links, **records.notice(schematic=entry.schematic)})
    return tagged(request, body.encode(), media=GEOJSON)


def _path(entry: Version) -> str:
    return f"/collections/{quote(collection_id_of(entry), safe='~')}"


def _page_links(
    request: Request, entry: Version, wanted: Page, matched: int
) -> list[dict[str, str]]:
    """Links to this page, the one after and the one before it, and the collection."""
    most, offset = wanted.limit, wanted.offset
    shown = {} if wanted.box is None else {"bbox": ",".join(map(repr, wanted.box))}

    def page(rel: str, start: int) -> dict[str, str]:
        query = urlencode({**shown, "limit": most, "offset": start}, safe=",")
        return link(request, f"{_path(entry)}/items?{query}", rel, media=GEOJSON)

    links = [page("self", offset)]
    if offset + most < matched:
        links.append(page("next", offset + most))
    if offset > 0:
        links.append(page("prev", max(0, offset - most)))
    return [*links, link(request, _path(entry), "collection")]


def _described(request: Request, entry: Version, crs: str, lang: str) -> dict[str, Any]:
    title = words.pick(words.LAYERS.get(entry.layer, (entry.layer, entry.layer)), lang)
    described = {
        "id": collection_id_of(entry),
        "title": f"{title}: {entry.name}",
        "description": _in_words(entry, title, lang),
        "itemType": "feature",
        "crs": [_CRS84],
        "storageCrs": _EPSG + crs.removeprefix("EPSG:"),
        "layer": entry.layer,
        "dataset": entry.key,
        "version": entry.version,
        "rows": entry.rows,
        "added_at": entry.added_at,
        "attributes": dict(entry.attributes),
        "licence": entry.provenance.get("licence"),
        "findings": dict(entry.findings),
        "links": [
            link(request, _path(entry), "self"),
            link(request, f"{_path(entry)}/items", "items", media=GEOJSON),
        ],
        **records.notice(schematic=entry.schematic),
    }
    # an empty layer lies nowhere
    if entry.rows:
        around = LonLatBox.around(entry.bounds, crs)
        described["extent"] = {"spatial": {"bbox": [around], "crs": _CRS84}}
    return described


def _in_words(entry: Version, title: str, lang: str) -> str:
    """Say what the dataset is, for example "Land use, planned, land-use plan, 2030"."""
    attributes = entry.attributes
    parts = [
        text.label(kind, str(attributes[kind]), lang)
        for kind in ("status", "plan_kind")
        if attributes.get(kind) in text.label_keys(kind)
    ]
    dated = [str(attributes["year"])] if attributes.get("year") else []
    return ", ".join([title, *parts, *dated])
