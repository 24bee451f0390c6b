"""Constraints: areas that close a zone (block) or ask for somebody's consent (flag)."""

from typing import Any

import geopandas as gpd
import pandas as pd

from gis.errors import ColumnError
from gis.findings import Finding
from gis.layers.base import ROW, Column, LayerSpec

EFFECTS = ("block", "flag")


def _check(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    frame = frame.copy()
    _refuse_bad_ids(frame)
    frame["effect"] = frame["effect"].map(_lower, na_action="ignore").astype(object)
    frame["kind"] = frame["kind"].map(_lower, na_action="ignore").astype(object)
    odd = ~frame["effect"].isin(EFFECTS)
    found = [
        Finding(
            rule_id="constraints.unknown-effect",
            row=int(row),
            value=None if pd.isna(effect) else str(effect),
            message_vi=f"Dòng {int(row)}: tác động {effect!r} không phải block hoặc flag; "
            "phần nằm trong đó cần xem xét.",
            message_en=f"Row {int(row)}: effect {effect!r} is neither block nor flag; what lies "
            "inside asks for review.",
        )
        for row, effect in zip(frame.loc[odd, ROW], frame.loc[odd, "effect"], strict=True)
    ]
    return frame, found


def _refuse_bad_ids(frame: gpd.GeoDataFrame) -> None:
    missing = frame.loc[frame["constraint_id"].isna(), ROW]
    if len(missing):
        row = int(missing.iloc[0])
        raise ColumnError(
            f"Row {row} has no constraint_id; give every constraint its own.",
            vi=f"Dòng {row} không có constraint_id; hãy đặt cho mỗi khu vực một mã riêng.",
        )
    twice = frame[frame["constraint_id"].duplicated(keep=False)]
    if len(twice):
        first = twice["constraint_id"].iloc[0]
        raise ColumnError(
            f"constraint_id {first!r} stands in more than one row; give every constraint its own "
            "id.",
            vi=f"constraint_id {first!r} bị trùng ở nhiều dòng; hãy đặt cho mỗi khu vực một mã "
            "riêng.",
        )


def _lower(value: Any) -> str:
    return str(value).strip().lower().replace(" ", "_").replace("-", "_")


SPEC = LayerSpec(
    name="constraints",
    geometry="polygon",
    columns=(
        Column("constraint_id", required=True, aliases=("id",)),
        Column("kind", required=True, aliases=("loai",)),
        Column("name", aliases=("ten",)),
        Column("effect", required=True, aliases=("tac_dong",)),
        Column("basis", aliases=("can_cu", "cancu")),
        Column("valid_from", "date"),
        Column("valid_to", "date"),
    ),
    check=_check,
)
