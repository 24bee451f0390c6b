"""Land use: polygons with an official code, present or planned."""

from typing import Any

import geopandas as gpd
import pandas as pd

from gis import codes
from gis.findings import Finding, Severity
from gis.layers.base import FAULT, ROW, Column, LayerSpec, places


def _check(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    frame = frame.copy()
    frame["code"] = frame["code"].map(codes.normalise, na_action="ignore").astype(object)
    tables = frame["code_table"].unique()
    found: list[Finding] = []
    for table in tables:
        rows = frame["code_table"] == table
        if table in codes.TABLES:
            found.extend(_code_findings(frame, rows, str(table)))
        else:
            found.extend(_blank_codes(frame, rows))
    found.extend(_twice_numbered(frame))
    return frame, found


def _code_findings(frame: gpd.GeoDataFrame, rows: "pd.Series[bool]", table: str) -> list[Finding]:
    held = set(codes.code_table(table))
    odd = rows & ~frame["code"].isin(held)
    if not odd.any():
        return []
    found = []
    spots = places(frame, frame.index[odd])
    areas = frame.geometry[odd].area
    frame.loc[odd, FAULT] = _join_fault(frame.loc[odd, FAULT], "unknown-code")
    for index in frame.index[odd]:
        value = frame.at[index, "code"]
        lon, lat = spots.get(index, (None, None))
        rule, severity, message = _odd_code(value, table)
        row = int(frame.at[index, ROW])
        found.append(
            Finding(
                rule_id=rule,
                severity=severity,
                row=row,
                value=None if pd.isna(value) else str(value),
                area_m2=float(areas[index]),
                lon=lon,
                lat=lat,
                message_vi=f"Dòng {row}: {message[0]}",
                message_en=f"Row {row}: {message[1]}",
            )
        )
    return found


def _odd_code(value: Any, table: str) -> tuple[str, Severity, tuple[str, str]]:
    if pd.isna(value):
        return (
            "land-use.no-code",
            "error",
            ("không có mã đất; phần này cần xem xét.", "no land-use code; it asks for review."),
        )
    outside = codes.outside(str(value))
    if outside is not None:
        return (
            "land-use.outside-code",
            "warning",
            (
                f"mã {value} ({outside.name_vi}) nằm ngoài hai bảng mã; phần này cần xem xét.",
                f"code {value} ({outside.name_en}) is outside both tables; it asks for review.",
            ),
        )
    return (
        "land-use.unknown-code",
        "error",
        (
            f"mã {value!r} không có trong bảng {table}; kiểm tra mã hoặc --code-table.",
            f"code {value!r} is not in table {table}; check the code or --code-table.",
        ),
    )


def _blank_codes(frame: gpd.GeoDataFrame, rows: "pd.Series[bool]") -> list[Finding]:
    blank = rows & frame["code"].isna()
    frame.loc[blank, FAULT] = _join_fault(frame.loc[blank, FAULT], "unknown-code")
    return [
        Finding(
            rule_id="land-use.no-code",
            severity="error",
            row=int(row),
            message_vi=f"Dòng {int(row)}: không có mã đất; phần này cần xem xét.",
            message_en=f"Row {int(row)}: no land-use code; it asks for review.",
        )
        for row in frame.loc[blank, ROW]
    ]


def _twice_numbered(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Parcels that share sheet and number: a fault of the register, not of the shape."""
    if "sheet" not in frame or "parcel" not in frame:
        return []
    keyed = frame.dropna(subset=["sheet", "parcel"])
    first_row = keyed.groupby(["sheet", "parcel"])[ROW].transform("first")
    again = keyed[keyed[ROW] != first_row]
    return [
        Finding(
            rule_id="land-use.parcel-number-twice",
            severity="warning",
            row=int(row),
            other_row=int(first),
            value=f"{sheet}/{parcel}",
            message_vi=f"Dòng {int(row)}: tờ {sheet} thửa {parcel} đã có ở dòng {int(first)}.",
            message_en=f"Row {int(row)}: sheet {sheet} parcel {parcel} stands in row {int(first)}.",
        )
        for row, first, sheet, parcel in zip(
            again[ROW], first_row[again.index], again["sheet"], again["parcel"], strict=True
        )
    ]


def _join_fault(existing: "pd.Series[Any]", fault: str) -> "pd.Series[Any]":
    return existing.map(lambda old: f"{old};{fault}" if isinstance(old, str) and old else fault)


SPEC = LayerSpec(
    name="land-use",
    geometry="polygon",
    columns=(
        Column(
            "code", "code", required=True, aliases=("mdsd", "mdsdd", "loaidat", "madat", "kyhieu")
        ),
        Column("code_table", required=True, option=f"--code-table {'|'.join(codes.TABLES)}"),
        Column("status", required=True, option="--status current|planned"),
        Column("plan_kind"),
        Column("year", "integer", required=True, option="--year 2025"),
        Column("sheet", aliases=("shbando", "soto", "sohieutoban", "tobando")),
        Column("parcel", aliases=("shthua", "sothua", "thua", "sothututhua")),
        Column("registered_area_m2", "number", aliases=("dientich", "dtich", "dientichphaply")),
        Column("decision", aliases=("quyetdinh",)),
        Column("valid_from", "date"),
        Column("valid_to", "date"),
    ),
    constants=("code_table", "status", "plan_kind", "year", "decision", "valid_from", "valid_to"),
    check=_check,
)
