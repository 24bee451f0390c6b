"""Rasters, such as terrain: what there is, tiles to draw, and the value at a place."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import formats, models, rasters, words
from api.answers import Made, described, link, unchanged, versioned
from api.deps import CallDep
from api.formats import Format
from api.problems import NOT_ACCEPTABLE, NOT_FOUND
from api.store import collection_id_of
from gis.errors import NotFoundError
from gis.reports import records
from gis.workspace import Version, schematic

router = APIRouter(tags=["rasters"])

PNG: Final = Format("png", "image/png", ("PNG", "PNG"))
_TMS: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
Level = Annotated[int, Path(ge=0, le=rasters.DEEPEST, description="Level of the grid.")]
Row = Annotated[int, Path(ge=0, lt=2**rasters.DEEPEST, description="Row, from the north.")]
Column = Annotated[int, Path(ge=0, lt=2**rasters.DEEPEST, description="Column, from the west.")]


async def raster(
    call: CallDep,
    raster_id: Annotated[
        str,
        Path(
            description="Layer and dataset name, joined by `~`; see /rasters.",
            examples=["terrain~terrain"],
        ),
    ],
) -> Version:
    """Return the raster that an address names."""
    for entry in call.snapshot.rasters():
        if collection_id_of(entry) == raster_id:
            return entry
    raise NotFoundError(
        f"There is no raster {words.shown(raster_id)}; /rasters lists what there is.",
        vi=f"Không có raster {words.shown(raster_id)}; /rasters liệt kê các raster.",
    )


RasterDep = Annotated[Version, Depends(raster)]


@router.get(
    "/rasters",
    summary="Các raster · Rasters",
    response_model=models.Rasters,
    responses=NOT_ACCEPTABLE,
)
def all_rasters(call: CallDep) -> Response:
    """List the rasters of the workspace."""
    call.choose([formats.JSON])
    entries = call.snapshot.rasters()
    body = {
        "rasters": [_described(call, entry) for entry in entries],
        "links": [link(call.request, "/rasters", "self"), link(call.request, "/", "root")],
        **records.notice(schematic=schematic(entries)),
    }
    return described(call.request, body, media=formats.JSON.media, lang=call.lang)


@router.get(
    "/rasters/{raster_id}",
    summary="Một raster · One raster",
    response_model=models.Raster,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE},
)
def one_raster(call: CallDep, entry: RasterDep) -> Response:
    """Describe a raster: extent, version, styles, and where its tiles are."""
    call.choose([formats.JSON])
    body = _described(call, entry)
    return described(call.request, body, media=formats.JSON.media, lang=call.lang)


@router.get(
    "/rasters/{raster_id}/tiles/WebMercatorQuad/{level}/{row}/{column}",
    summary="Ô ảnh · Tile",
    response_class=Response,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE, 200: {"content": {PNG.media: {}}}},
)
async def raster_tile(
    call: CallDep,
    entry: RasterDep,
    level: Level,
    row: Row,
    column: Column,
    style: Annotated[
        str, Query(description="How it is drawn.", json_schema_extra={"enum": [*rasters.STYLES]})
    ] = "elevation",
) -> Response:
    """Draw a tile of 256 pixels."""
    call.choose([PNG])
    if style not in rasters.STYLES:
        listed = ", ".join(rasters.STYLES)
        raise NotFoundError(
            f"There is no style {words.shown(style)}; the styles are {listed}.",
            vi=f"Không có kiểu {words.shown(style)}; các kiểu là {listed}.",
        )
    made = Made(entry.version, PNG, call.lang)
    if (kept := unchanged(call.request, made)) is not None:
        return kept
    file = call.snapshot.path(entry)
    body = await run_in_threadpool(rasters.tile, file, level, row, column, style)
    return versioned(call.request, body, made)


@router.get(
    "/rasters/{raster_id}/value",
    summary="Giá trị tại một điểm · Value at a place",
    response_model=models.RasterValue,
    responses={**NOT_FOUND, **NOT_ACCEPTABLE},
)
def raster_value(
    call: CallDep,
    entry: RasterDep,
    lon: Annotated[float, Query(ge=-180, le=180, description="Longitude in degrees.")],
    lat: Annotated[float, Query(ge=-90, le=90, description="Latitude in degrees.")],
) -> Response:
    """Read the value at a place; null where the raster has none."""
    call.choose([formats.JSON])
    body = {
        "lon": lon,
        "lat": lat,
        "value": rasters.value(call.snapshot.path(entry), lon, lat),
        "version": entry.version,
        **records.notice(schematic=entry.schematic),
    }
    return described(call.request, body, media=formats.JSON.media, lang=call.lang)


def _described(call: CallDep, entry: Version) -> dict[str, Any]:
    path = f"/rasters/{collection_id_of(entry)}"
    where = rasters.extent(call.snapshot.path(entry))
    # a link with braces is a template
    root = link(call.request, path, "self")["href"]
    tiles = {
        name: f"{root}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?style={name}"
        for name in rasters.STYLES
    }
    return {
        "id": collection_id_of(entry),
        "title": entry.name,
        "dataset": entry.key,
        "version": entry.version,
        "bbox": list(where.box),
        "minzoom": where.first,
        "maxzoom": where.last,
        "tileMatrixSet": _TMS,
        "tiles": tiles,
        "styles": {
            name: words.pick(style.title, call.lang) for name, style in rasters.STYLES.items()
        },
        "licence": entry.provenance.get("licence"),
        "links": [link(call.request, path, "self"), link(call.request, "/rasters", "collection")],
        **records.notice(schematic=entry.schematic),
    }
