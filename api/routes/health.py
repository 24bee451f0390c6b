"""Whether the service can work, and with which data, rules and software."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

import gis
from api import formats, models
from api.answers import JSON, described
from api.deps import CallDep, SnapshotDep, StoreDep
from api.errors import BusyError
from api.problems import NOT_ACCEPTABLE, UNAVAILABLE
from gis.reports import records
from gis.rules import shipped_rules
from gis.workspace import schematic

router = APIRouter(tags=["service"])

_RETRY_S: Final = 5


@router.get(
    "/health",
    summary="Tình trạng · State, versions",
    response_model=models.Health,
    response_model_exclude_unset=True,
)
def health(shared: StoreDep, snapshot: SnapshotDep) -> dict[str, Any]:
    """Layers with their versions, the version of the rules, and that of the software."""
    entries = snapshot.versions()
    return {
        "status": "ok",
        "software": f"vung {gis.__version__}",
        "rules_version": shipped_rules().version,
        "crs": snapshot.crs,
        "layers": [
            {
                "dataset": entry.key,
                "layer": entry.layer,
                "version": entry.version,
                "rows": entry.rows,
                "loaded": shared.is_loaded(entry),
                **records.notice(schematic=entry.schematic),
            }
            for entry in entries
        ],
        **records.notice(schematic=schematic(entries)),
    }


@router.get(
    "/ready",
    summary="Sẵn sàng · Readiness",
    response_model=models.Ready,
    responses={**UNAVAILABLE, **NOT_ACCEPTABLE},
)
async def ready(call: CallDep) -> Response:
    """Say whether every layer can be served at once; until then 503, and when to ask again."""
    call.choose([formats.JSON])
    entries = call.snapshot.collections()
    waiting = [entry.key for entry in entries if not call.shared.is_loaded(entry)]
    if waiting:
        listed = ", ".join(waiting)
        raise BusyError(
            f"Layers are still being read: {listed}.",
            vi=f"Đang đọc các lớp dữ liệu: {listed}.",
            retry_after_s=_RETRY_S,
        )
    return described(call.request, {"ready": True}, media=JSON, lang=call.lang)
