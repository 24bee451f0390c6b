"""Land use: polygons with an official code, present or planned."""

from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gis import codes
from gis.findings import Finding
from gis.layers.base import FAULT, ROW, Column, LayerSpec, places
from gis.values import number_key

#: A row without a code: rule, and sentence in both languages.
_NO_CODE: Final = (
    "land-use.no-code",
    ("không có mã đất; phần này cần xem xét.", "no land-use code; it asks for review."),
)


def _check(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    frame = frame.copy()
    written = frame["code"]
    # what is no code is nobody's to rewrite
    said = {each: codes.as_written(each) for each in written.dropna().unique()}
    frame["code"] = written.map(said, na_action="ignore").astype(object)
    tables = frame["code_table"].unique()
    found: list[Finding] = []
    for table in tables:
        rows = frame["code_table"] == table
        if table in codes.TABLES:
            found.extend(_code_findings(frame, rows, str(table)))
        else:
            found.extend(_blank_codes(frame, rows))
    found.extend(_rewritten(written, frame["code"]))
    found.extend(_twice_numbered(frame))
    return frame, found


def _rewritten(written: "pd.Series[Any]", code: "pd.Series[Any]") -> list[Finding]:
    """Say once that codes were written anew: capitals, no space around."""
    changed = code.notna() & (written != code)
    if not changed.any():
        return []
    before, after = written[changed].iloc[0], code[changed].iloc[0]
    count = int(changed.sum())
    return [
        Finding(
            rule_id="land-use.code-rewritten",
            value=str(count),
            message_vi=f"{count} mã đất được viết lại cho đúng bảng mã, như {before!r} thành "
            f"{after!r}.",
            message_en=f"{count} codes were written as the table writes them, like {before!r} as "
            f"{after!r}.",
        )
    ]


def _code_findings(frame: gpd.GeoDataFrame, rows: "pd.Series[bool]", table: str) -> list[Finding]:
    held = set(codes.code_table(table))
    odd = rows & ~frame["code"].isin(held)
    if not odd.any():
        return []
    found = []
    spots = places(frame, frame.index[odd])
    frame.loc[odd, FAULT] = _join_fault(frame.loc[odd, FAULT], "unknown-code")
    said = {value: _odd_code(value, table) for value in frame.loc[odd, "code"].dropna().unique()}
    for index in frame.index[odd]:
        value = frame.at[index, "code"]
        lon, lat = spots.get(index, (None, None))
        rule, message = said.get(value, _NO_CODE)
        row = int(frame.at[index, ROW])
        found.append(
            Finding(
                rule_id=rule,
                row=row,
                value=None if pd.isna(value) else str(value),
                lon=lon,
                lat=lat,
                message_vi=f"Dòng {row}: {message[0]}",
                message_en=f"Row {row}: {message[1]}",
            )
        )
    return found


def _odd_code(value: str, table: str) -> tuple[str, tuple[str, str]]:
    """Say why a code is not one of the table: rule, and sentence in both languages."""
    outside = codes.outside(value)
    if outside is not None:
        return (
            "land-use.outside-code",
            (
                f"mã {value} ({outside.name_vi}) nằm ngoài hai bảng mã; phần này cần xem xét.",
                f"code {value} ({outside.name_en}) is outside both tables; it asks for review.",
            ),
        )
    (other,) = set(codes.TABLES) - {table}
    if codes.lookup(value, other) is not None:
        return "land-use.other-table-code", _foreign(value, table, other)
    joined = codes.parts(value)
    if len(joined) > 1 and all(codes.lookup(part, table) for part in joined):
        return "land-use.compound-code", _compound(value, joined, table)
    meant = codes.looks_like(value, table)
    if meant is not None:
        return (
            "land-use.look-alike-code",
            (
                f"mã {value!r} trông như {meant} nhưng viết bằng ký tự khác; phần này cần xem xét.",
                f"code {value!r} looks like {meant} in other characters; it asks for review.",
            ),
        )
    return (
        "land-use.unknown-code",
        (
            f"mã {value!r} không có trong bảng {table}; kiểm tra mã hoặc --code-table.",
            f"code {value!r} is not in table {table}; check the code or --code-table.",
        ),
    )


def _foreign(value: str, table: str, other: str) -> tuple[str, str]:
    """Say that a code is of the other table, and what may stand for it in this one."""
    if table == codes.NEW_TABLE:
        carried = codes.successors(value).codes
    else:
        carried = codes.predecessors(value)
    near = ", ".join(carried)
    vi = f"; ở bảng {table} tương ứng với {near}" if near else ""
    en = f"; in {table} it answers to {near}" if near else ""
    return (
        f"mã {value} là của bảng {other}, không có trong bảng {table}{vi}; phần này cần xem xét.",
        f"code {value} is of table {other} and not in {table}{en}; it asks for review.",
    )


def _compound(value: str, joined: tuple[str, ...], table: str) -> tuple[str, str]:
    held = codes.code_table(table)
    vi = ", ".join(f"{part} ({held[part].name_vi})" for part in joined)
    en = ", ".join(f"{part} ({held[part].name_en})" for part in joined)
    return (
        f"mã ghép {value} gồm {vi}; được giữ nguyên, phần này cần xem xét.",
        f"compound code {value} joins {en}; it is kept as it is and asks for review.",
    )


def _blank_codes(frame: gpd.GeoDataFrame, rows: "pd.Series[bool]") -> list[Finding]:
    blank = rows & frame["code"].isna()
    frame.loc[blank, FAULT] = _join_fault(frame.loc[blank, FAULT], "unknown-code")
    return [
        Finding(
            rule_id="land-use.no-code",
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
    same = [keyed[name].map(lambda each: number_key(str(each))) for name in ("sheet", "parcel")]
    first_row = keyed.groupby(same)[ROW].transform("first")
    again = keyed[keyed[ROW] != first_row]
    return [
        Finding(
            rule_id="land-use.parcel-number-twice",
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


def with_both_areas(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the drawn area beside the registered one, in square metres of the frame's grid.

    A frame without registered areas stays as it is.
    """
    if "registered_area_m2" not in frame or frame["registered_area_m2"].isna().all():
        return frame
    both = frame.copy()
    beside = both.columns.get_loc("registered_area_m2") + 1
    both.insert(beside, "drawn_area_m2", frame.geometry.area.round(3))
    return both


def _join_fault(existing: "pd.Series[Any]", fault: str) -> "pd.Series[Any]":
    return existing.map(lambda old: f"{old};{fault}" if isinstance(old, str) and old else fault)


SPEC = LayerSpec(
    name="land-use",
    geometry="polygon",
    columns=(
        Column(
            "code",
            "code",
            required=True,
            aliases=(
                *("mdsd", "mdsdd", "mamdsd", "mucdich", "mucdichsd", "mucdichsudung", "landuse"),
                *("loaidat", "loaidatsd", "maloaidat", "mald", "madat", "kyhieu", "kyhieudat"),
                *("kyhieuloaidat", "ldat"),
            ),
        ),
        Column("code_table", required=True, option=f"--code-table {'|'.join(codes.TABLES)}"),
        Column("status", required=True, option="--status current|planned"),
        Column("plan_kind"),
        Column(
            "year",
            "integer",
            required=True,
            aliases=("nambando", "namthanhlap", "namht"),
            option="--year 2025",
        ),
        Column(
            "sheet",
            aliases=("shbando", "soto", "sohieutobando", "tobando", "sotobando", "sotobd", "tobd"),
        ),
        Column(
            "parcel",
            aliases=("shthua", "sothua", "thua", "sothututhua", "sohieuthua", "sothuadat"),
        ),
        # what the certificate says goes before what a program measured
        Column(
            "registered_area_m2",
            "number",
            aliases=("dientichphaply", "dtphaply", "dtpl", "dientichgcn", "dientich", "dtich"),
        ),
        Column("commune_code", aliases=("maxa", "maphuong", "maxaphuong", "madvhc")),
        Column("commune_name", aliases=("tenxa", "xa", "tenphuong", "tenxaphuong", "tendvhc")),
        Column("decision", aliases=("quyetdinh", "soqd", "soquyetdinh")),
        Column("valid_from", "date"),
        Column("valid_to", "date"),
    ),
    constants=("code_table", "status", "plan_kind", "year", "decision", "valid_from", "valid_to"),
    check=_check,
)
