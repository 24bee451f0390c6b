"""Communes: keyed by code and validity dates, because codes are used again."""

from typing import Any

import geopandas as gpd

from gis.findings import Finding
from gis.layers.base import Column, LayerSpec


def _check(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    found: list[Finding] = []
    undated = frame["valid_from"].isna()
    if undated.any():
        found.append(
            Finding(
                rule_id="communes.no-valid-from",
                value=str(int(undated.sum())),
                message_vi=f"{int(undated.sum())} đơn vị không có ngày bắt đầu hiệu lực; "
                "khai bằng --valid-from, vì mã xã được dùng lại.",
                message_en=f"{int(undated.sum())} units have no first day of validity; give "
                "--valid-from, because commune codes are used again.",
            )
        )
    found.extend(_missing(frame, "code"))
    return frame, found


def _missing(frame: gpd.GeoDataFrame, column: str) -> list[Finding]:
    rows: Any = frame.loc[frame[column].isna(), "source_row"]
    return [
        Finding(
            rule_id="communes.no-code",
            row=int(row),
            message_vi=f"Dòng {int(row)}: thiếu mã đơn vị hành chính.",
            message_en=f"Row {int(row)}: the unit has no code.",
        )
        for row in rows
    ]


SPEC = LayerSpec(
    name="communes",
    geometry="polygon",
    columns=(
        Column(
            "code",
            required=True,
            aliases=("ma", "maxa", "maxaphuong", "madvhc", "ward_code", "gso_code"),
        ),
        Column(
            "name", required=True, aliases=("ten", "tenxa", "tenxaphuong", "tendvhc", "ward_name")
        ),
        Column("valid_from", "date", aliases=("hieuluctu",)),
        Column("valid_to", "date", aliases=("hieulucden",)),
    ),
    check=_check,
)
