"""Adjustments (điều chỉnh quy hoạch): what must change in the plans for the zones to fit.

One row a change, in the terms of Biểu 04/CH: from code, to code, commune, hectares; and the
document that can carry it on that day. A crop conversion on rice land changes no plan and is not
listed.
"""

from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gis import crs
from gis.context import Context
from gis.judgement import Judgement
from gis.overlay import BORDER_OVERLAP_M2, Indices

#: Columns of the adjustment table. `verdict` is the worst of the pieces in the row's case.
COLUMNS: Final = (
    "plan_kind",
    "from_code",
    "from_code_table",
    "to_code",
    "commune_code",
    "use",
    "zone_id",
    "verdict",
    "area_ha",
    "document_vi",
    "document_en",
    "body_vi",
    "body_en",
    "citation",
    "verified",
)
_KEYS: Final = [
    "plan_kind",
    "from_code",
    "from_code_table",
    "to_code",
    "commune_code",
    "use",
    "zone_id",
    "verdict",
]


def table(
    zones: gpd.GeoDataFrame,
    pieces: gpd.GeoDataFrame,
    judged: list[Judgement],
    case_of: Indices,
    context: Context,
) -> pd.DataFrame:
    """Sum the adjustments of all pieces.

    Parameters
    ----------
    pieces
        The alignment table, one row a piece.
    judged, case_of
        Judgements, and for each piece the position of its own.
    """
    use = dict(zip(zones["zone_id"], zones["use"], strict=True))
    rows = [
        {
            "plan_kind": change.plan_kind,
            "from_code": change.from_code,
            "from_code_table": change.from_table,
            "to_code": change.to_code,
            # outside every commune a column of text holds NaN, which a sum would leave out
            "commune_code": commune if isinstance(commune, str) else "",
            "use": use[zone],
            "zone_id": zone,
            "verdict": judged[case].verdict,
            "area_ha": hectares,
        }
        for case, zone, commune, hectares in zip(
            case_of, pieces["zone_id"], pieces["commune_code"], pieces["area_ha"], strict=True
        )
        for change in judged[case].adjustments
        # what is left of borders drawn twice is no change of a plan
        if hectares * crs.HECTARE_M2 >= BORDER_OVERLAP_M2
    ]
    if not rows:
        return pd.DataFrame(columns=list(COLUMNS))
    summed = pd.DataFrame(rows).groupby(_KEYS, sort=True)["area_ha"].sum().reset_index()
    where = pd.DataFrame([_addressee(kind, context) for kind in summed["plan_kind"]])
    return pd.concat([summed, where], axis=1)[list(COLUMNS)]


def as_form_04ch(adjustments: pd.DataFrame) -> pd.DataFrame:
    """Return adjustments in the shape of Biểu 04/CH: changes down, communes across, hectares."""
    keys = ["plan_kind", "from_code", "from_code_table", "to_code"]
    if adjustments.empty:
        return pd.DataFrame(columns=[*keys, "area_ha"])
    wide = adjustments.pivot_table(
        index=keys, columns="commune_code", values="area_ha", aggfunc="sum", fill_value=0.0
    )
    wide.insert(0, "area_ha", wide.sum(axis=1))
    wide.columns.name = None
    return wide.reset_index()


def _addressee(plan_kind: str, context: Context) -> dict[str, Any]:
    entry = context.ruleset.plan_adjustment(plan_kind, context.as_of)
    if entry is None:
        blank = ("document_vi", "document_en", "body_vi", "body_en", "citation")
        return {**dict.fromkeys(blank, ""), "verified": False}
    return {
        "document_vi": entry.document_vi,
        "document_en": entry.document_en,
        "body_vi": entry.body_vi,
        "body_en": entry.body_en,
        "citation": entry.citation,
        "verified": entry.mark == "V",
    }
