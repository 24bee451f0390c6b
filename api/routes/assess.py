"""A zone out of a request, judged as `vung align` judges it."""

from typing import Any

import geopandas as gpd
import pandas as pd
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from api import models, store
from api.answers import JSON
from api.deps import LangDep, SnapshotDep, StoreDep, StrictRoute, parse_day
from api.features import written
from api.geometry import Limits, zone_frame
from api.problems import TOO_LARGE, UNAVAILABLE, UNUSABLE
from api.words import shown
from gis import products, text
from gis.alignment import Alignment
from gis.errors import InputError, NotFoundError
from gis.reports import records
from gis.rules import USES

router = APIRouter(tags=["assessment"], route_class=StrictRoute)


@router.post(
    "/assess",
    summary="Đối chiếu một vùng · Judge a zone",
    response_model=models.Assessment,
    response_class=JSONResponse,
    responses={**TOO_LARGE, **UNAVAILABLE, **UNUSABLE},
)
def assess(
    body: models.AssessRequest, shared: StoreDep, snapshot: SnapshotDep, _: LangDep
) -> Response:
    """Judge a zone against land use, plans, law and date.

    The answer equals that of `vung align` on the same zone: same verdicts, same rules, same hash
    of the table (`provenance.table_sha256`). The zone is judged as it is sent: an outline that is
    not valid is refused with the place of its fault, never mended.
    """
    product, use = _purpose(body)
    as_of = parse_day(body.as_of)
    limits = Limits(shared.settings.max_vertices, shared.settings.max_zone_ha)
    outline = zone_frame(body.geometry, system=body.crs, target=snapshot.crs, limits=limits)
    zone = gpd.GeoDataFrame(
        {"zone_id": [body.zone_id], "product": [product], "use": [use]},
        geometry=outline.geometry,
        crs=outline.crs,
    )
    with shared.gate.place():
        context = shared.context(snapshot, as_of=as_of, year=body.year, communes=body.communes)
        answer = _written(store.assess(zone, context))
    return Response(answer, media_type=JSON)


def _purpose(body: models.AssessRequest) -> tuple[str | None, str]:
    """Product and use: as given, else the use that the product implies."""
    if body.use is not None and body.use not in USES:
        raise InputError(
            f"Use {shown(body.use)} is not known; use one of {', '.join(USES)}.",
            vi=f"Không có mục đích {shown(body.use)}; hãy dùng một trong {', '.join(USES)}.",
        )
    if body.product is None:
        if body.use is None:
            raise InputError(
                "The request names neither a product nor a use; give one of the two.",
                vi="Yêu cầu chưa nêu sản phẩm (product) hay mục đích (use); hãy ghi một trong hai.",
            )
        return None, body.use
    try:
        product = products.product(body.product)
    except NotFoundError:
        listed = ", ".join(entry.product_id for entry in products.products())
        raise InputError(
            f"There is no product {shown(body.product)}; the products are {listed}.",
            vi=f"Không có sản phẩm {shown(body.product)}; các sản phẩm là {listed}.",
        ) from None
    use = body.use or product.use
    if use is None:
        raise InputError(
            f"Product {product.product_id} grows on no land; name a use as well.",
            vi=f"Sản phẩm {product.product_id} không gắn với đất; hãy ghi thêm mục đích (use).",
        )
    return product.product_id, use


def _written(alignment: Alignment) -> str:
    """Everything of an alignment as JSON, the pieces with their geometry."""
    record: dict[str, Any] = records.of_alignment(alignment)
    del record["pieces"]
    record["as_of"] = alignment.context.as_of.isoformat()
    for rule in record["rules"]:
        # rules about the data have no mark, for they are no law
        if rule["mark"] and not rule["verified"]:
            rule["remark"] = dict(text.UNVERIFIED)
    pieces = written.features(
        alignment.pieces["piece_id"].to_numpy(),
        pd.DataFrame(alignment.pieces.drop(columns=alignment.pieces.geometry.name)),
        written.in_degrees(alignment.pieces),
    )
    whole = written.dumps(record)
    return f'{whole[:-1]},"pieces":{{"type":"FeatureCollection","features":[{",".join(pieces)}]}}}}'
