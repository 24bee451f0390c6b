"""Zones: polygons where one raw material is grown or dug, or made into a product."""

from functools import cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import products, text
from gis.errors import ColumnError, NotFoundError
from gis.findings import Finding
from gis.layers.base import ROW, Column, LayerSpec
from gis.rules import USES

#: Other words for a zone that was decided on, as search keys.
_APPROVED = frozenset({"phe duyet", "duoc phe duyet", "duoc duyet", "duyet", "ban hanh"})


#: A zone in one of these states is there no more.
_PAST: Final = ("rejected", "withdrawn", "superseded")
#: A zone in one of these states is still only wished for.
_WISHED: Final = ("proposed", "candidate", "draft", "submitted", "returned")


def is_past(frame: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Which zones are there no more, by their state; none where no state is told."""
    return np.asarray(_states(frame).isin(_PAST), dtype=bool)


def is_settled(frame: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Which zones were decided on or are in use; a state that nobody knows may be a decision."""
    state = _states(frame)
    return np.asarray(state.notna() & ~state.isin((*_PAST, *_WISHED)), dtype=bool)


def _states(frame: gpd.GeoDataFrame) -> "pd.Series[Any]":
    if "status" not in frame:
        return pd.Series(None, index=frame.index, dtype=object)
    states: pd.Series[Any] = frame["status"]
    return states


def _check(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    frame = frame.copy()
    _refuse_bad_ids(frame)
    if frame["product"].isna().all() and frame["use"].isna().all():
        raise ColumnError(
            "The zones name neither a product nor a use; map one with --map product=FIELD or "
            "--map use=FIELD, or give --set use=annual_crop.",
            vi="Các vùng không ghi sản phẩm cũng không ghi mục đích; hãy chỉ cột bằng --map "
            "product=CỘT hoặc --map use=CỘT, hoặc ghi --set use=annual_crop.",
        )
    found: list[Finding] = []
    if "status" in frame:
        frame["status"] = frame["status"].map(_status, na_action="ignore").astype(object)
    frame["product"] = frame["product"].map(_product_id, na_action="ignore").astype(object)
    for index in frame.index:
        use, finding = _use(frame.loc[index])
        frame.at[index, "use"] = use
        if finding is not None:
            found.append(finding)
    return frame, found


def _refuse_bad_ids(frame: gpd.GeoDataFrame) -> None:
    missing = frame.loc[frame["zone_id"].isna(), ROW]
    if len(missing):
        row = int(missing.iloc[0])
        raise ColumnError(
            f"Row {row} has no zone_id; give every zone its own.",
            vi=f"Dòng {row} không có zone_id; hãy đặt cho mỗi vùng một mã riêng.",
        )
    twice = frame[frame["zone_id"].duplicated(keep=False)]
    if len(twice):
        first = twice["zone_id"].iloc[0]
        rows = ", ".join(str(int(row)) for row in twice.loc[twice["zone_id"] == first, ROW][:5])
        raise ColumnError(
            f"zone_id {first!r} stands in rows {rows}; give every zone its own id, or dissolve "
            "the rows into one.",
            vi=f"zone_id {first!r} bị trùng ở các dòng {rows}; hãy đặt cho mỗi vùng một mã riêng, "
            "hoặc gộp các dòng đó thành một vùng.",
        )


def _use(zone: "pd.Series[Any]") -> tuple[str | None, Finding | None]:
    """Find the zone's use: as given, else what its product implies."""
    given, product = zone["use"], zone["product"]
    if not pd.isna(given):
        named = _uses_by_name().get(text.search_key(str(given)))
        if named is not None:
            return named, None
        return None, _finding(zone, "zones.unknown-use", given, "mục đích", "use", list(USES))
    try:
        implied = products.use_of(str(product))
    except NotFoundError:
        implied = None
    if implied is None:
        known = [entry.product_id for entry in products.products() if entry.use]
        return None, _finding(zone, "zones.unknown-product", product, "sản phẩm", "product", known)
    return implied, None


@cache
def _uses_by_name() -> dict[str, str]:
    """Return uses by their ids and by their labels in both languages, as search keys."""
    return {
        text.search_key(name): use
        for use in USES
        for name in (use, *(text.label("use", use, lang) for lang in text.LANGUAGES))
    }


def _status(written: Any) -> str:
    """Key of the state that is called so, in either language; what is written, where none is."""
    key = text.search_key(str(written)).removeprefix("da ")
    called = {
        state
        for state in text.label_keys("status")
        for name in (state, *(text.label("status", state, lang) for lang in text.LANGUAGES))
        if key == text.search_key(name).removeprefix("da ")
    }
    if key in _APPROVED:
        return "approved"
    return called.pop() if len(called) == 1 else str(written)


def _product_id(written: Any) -> str:
    """Id of the one product that is called so; what is written, where none or several are."""
    key = text.search_key(str(written))
    called = {
        entry.product_id
        for entry in products.products()
        if key in map(text.search_key, (entry.product_id, entry.name_vi, entry.name_en))
    }
    return called.pop() if len(called) == 1 else str(written)


def _finding(
    zone: "pd.Series[Any]", rule: str, value: Any, what_vi: str, what_en: str, known: list[str]
) -> Finding:
    row = int(zone[ROW])
    return Finding(
        rule_id=rule,
        row=row,
        value=None if pd.isna(value) else str(value),
        message_vi=f"Dòng {row}: vùng {zone['zone_id']!r} có {what_vi} {value!r} không xác định; "
        f"dùng một trong {', '.join(known)}.",
        message_en=f"Row {row}: zone {zone['zone_id']!r} has the unknown {what_en} {value!r}; "
        f"use one of {', '.join(known)}.",
    )


SPEC = LayerSpec(
    name="zones",
    geometry="polygon",
    columns=(
        Column("zone_id", required=True, aliases=("id", "ma_vung", "mavung")),
        Column("product", aliases=("sanpham", "tensanpham", "caytrong", "nguyenlieu")),
        Column("use", aliases=("muc_dich", "mucdich")),
        Column("status", aliases=("trang_thai",)),
        Column("valid_from", "date"),
        Column("valid_to", "date"),
        Column("name_vi", aliases=("ten", "ten_vung", "name")),
        Column("name_en"),
    ),
    check=_check,
)
