"""Features of a collection: page by page, and one by one."""

from typing import Annotated, Any
from urllib.parse import quote

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import formats, models, systems, views, words
from api.answers import Made, link, unchanged, versioned
from api.collections import Layer
from api.deps import OWN_PARAMETERS, CallDep
from api.features import answers, paging, queries
from api.features.answers import Wanted
from api.features.asked import Asked, asked, query, system_of
from api.features.rows import FeatureSet
from api.formats import Format
from api.problems import NOT_ACCEPTABLE, NOT_FOUND
from api.routes.collections import LayerDep
from gis.errors import NotFoundError
from gis.reports import records

router = APIRouter(tags=["features"])

FeatureId = Annotated[
    str,
    Path(
        description="Row of the feature in the imported file, from 1.",
        examples=["1"],
    ),
]
CrsText = Annotated[
    str | None,
    Query(description="System of the answer's coordinates, one of the collection's `crs`."),
]


@router.get(
    "/collections/{collection_id}/items",
    summary="Đối tượng của lớp · Features of a layer",
    response_model=models.FeatureCollection,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE},
    openapi_extra={OWN_PARAMETERS: True},
)
async def items(
    call: CallDep,
    layer: LayerDep,
    wanted: Annotated[Asked, Depends(asked)],
    crs: CrsText = None,
) -> Response:
    """Rows of a layer, in the order of the imported file, page by page.

    Any column of /queryables is a parameter too: `?code=LUC`.
    """
    chosen, system = call.choose(formats.FEATURES), system_of(crs, layer, "crs")
    features = await call.shared.loaded(call.snapshot, layer.entry)
    question = query(call.request, layer, features, wanted)
    made = Made(layer.version, chosen, call.lang)
    if (kept := unchanged(call.request, made)) is not None:
        return kept
    matched = await _matched(features, question)
    allowed = call.shared.settings
    most = min(wanted.extract.limit or allowed.default_features, allowed.max_features)
    page = paging.cut(
        features,
        matched,
        paging.Cut(most, wanted.extract.offset, wanted.extract.cursor, layer.version),
    )
    answer = Wanted(features=features, rows=page.rows, format=chosen, system=system, layer=layer)
    members = {
        "numberMatched": len(matched),
        "numberReturned": len(page.rows),
        "version": layer.version,
        "links": _page_links(call.request, layer, page, chosen),
        **records.notice(schematic=layer.entry.schematic),
    }
    if chosen is formats.HTML:
        return views.page(call.request, "items.html", _table(answer, members, call.lang), call.lang)
    body = await _written(answer, members)
    return versioned(call.request, body, made, headers=_headers(answer, members["links"]))


@router.get(
    "/collections/{collection_id}/items/{feature_id}",
    summary="Một đối tượng · One feature",
    response_model=models.OneFeature,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE},
)
async def item(
    call: CallDep, layer: LayerDep, feature_id: FeatureId, crs: CrsText = None
) -> Response:
    """One row of a layer."""
    chosen, system = call.choose(formats.FEATURES), system_of(crs, layer, "crs")
    features = await call.shared.loaded(call.snapshot, layer.entry)
    at = features.position(feature_id)
    if at is None:
        raise NotFoundError(
            f"Collection {layer.id} has no feature {words.shown(feature_id)}; its ids are "
            f"rows of the imported file, from 1.",
            vi=f"Lớp {layer.id} không có đối tượng {words.shown(feature_id)}; mã là số dòng "
            "trong tệp đã nhập, từ 1.",
        )
    made = Made(layer.version, chosen, call.lang)
    if (kept := unchanged(call.request, made)) is not None:
        return kept
    rows = np.array([at])
    answer = Wanted(features=features, rows=rows, format=chosen, system=system, layer=layer)
    path = paging.address(call.request, f"{layer.path}/items/{features.ids[at]}", {})
    members = {
        "version": layer.version,
        "links": [
            *_alternates(call.request, path, chosen),
            link(call.request, layer.path, "collection"),
        ],
        **records.notice(schematic=layer.entry.schematic),
    }
    if chosen is formats.HTML:
        return views.page(call.request, "item.html", _card(answer, members, call.lang), call.lang)
    body = answers.single(answer, members)
    return versioned(call.request, body, made, headers=_headers(answer, members["links"]))


async def _matched(features: FeatureSet, query: queries.Query) -> Any:
    if query.is_everything:
        return np.arange(len(features))
    return await run_in_threadpool(queries.select, features, query)


async def _written(answer: Wanted, members: dict[str, Any]) -> bytes:
    if answer.format is formats.GEOJSON and answer.system is systems.LON_LAT:
        return answers.collection(answer, members)
    return await run_in_threadpool(answers.collection, answer, members)


def _headers(answer: Wanted, links: list[dict[str, str]]) -> dict[str, str]:
    """Headers beside the body: its system, and what a format without links cannot hold."""
    headers = {"Content-Crs": f"<{answer.system.uri}>"}
    if answer.format not in {formats.GEOJSON, formats.JSON_FG}:
        headers["Link"] = ", ".join(
            f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"' for each in links
        )
        name = quote(f"{answer.layer.entry.name}.{answer.format.key}")
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return headers


def _table(answer: Wanted, members: dict[str, Any], lang: str) -> dict[str, Any]:
    """Put together the page with a table of features; columns that say nothing are left out."""
    rows = answer.features.columns.iloc[answer.rows].dropna(axis="columns", how="all")
    cells = zip(*(rows[name].astype(object) for name in rows.columns), strict=True)
    ids = answer.features.ids[answer.rows]
    return {
        **members,
        "title": answer.layer.title(lang),
        "path": answer.layer.path,
        "names": list(rows.columns),
        "rows": list(zip(ids, cells, strict=True)) if len(rows.columns) else [(i, ()) for i in ids],
    }


def _card(answer: Wanted, members: dict[str, Any], lang: str) -> dict[str, Any]:
    """Put together the page of one feature."""
    row = answer.features.columns.iloc[int(answer.rows[0])].dropna()
    return {
        **members,
        "title": answer.layer.title(lang),
        "path": answer.layer.path,
        "id": answer.features.ids[int(answer.rows[0])],
        "members": list(row.items()),
    }


def _alternates(request: Request, address: str, chosen: Format) -> list[dict[str, str]]:
    """Links to the same in every format; the address carries the other parameters."""
    joint = "&" if "?" in address else "?"
    found = []
    for kind in formats.FEATURES:
        rel = "self" if kind is chosen else "alternate"
        found.append(link(request, f"{address}{joint}f={kind.key}", rel, media=kind.media))
    return found


def _page_links(
    request: Request, layer: Layer, page: paging.Page, chosen: Format
) -> list[dict[str, str]]:
    """Links to this page, those before and after it, and the collection."""
    here = f"{layer.path}/items"
    links = _alternates(request, paging.address(request, here, {}), chosen)
    for rel, cursor in (("next", page.next), ("prev", page.previous)):
        if cursor is not None:
            address = paging.address(request, here, {"cursor": cursor, "f": chosen.key})
            links.append(link(request, address, rel, media=chosen.media))
    return [*links, link(request, layer.path, "collection")]
