"""Whether the service can work, and with which data, rules and software."""

from typing import Any

from fastapi import APIRouter

import gis
from api import models
from api.deps import SnapshotDep, StoreDep
from gis.reports import records
from gis.rules import shipped_rules
from gis.workspace import schematic

router = APIRouter(tags=["service"])


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
