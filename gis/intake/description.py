"""What describes a whole land-use file: its code table, status, kind of plan and year."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import geopandas as gpd

from gis import codes
from gis.errors import ColumnError, InputError
from gis.intake import mapping
from gis.layers.base import LayerSpec

_STATUSES: Final = ("current", "planned")
_PLAN_KINDS: Final = ("land_use_plan", "general_plan")
_YEARS: Final = (1975, 2100)
# so few rows may all be wrong by chance; in a larger file that is a wrong column
_FEW_ROWS: Final = 20
_NEARLY_ALL: Final = 0.9


def constants(spec: LayerSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values for the whole file, with what follows from them."""
    whole = {key: value for key, value in given.items() if value is not None}
    if spec.name != "land-use":
        return whole
    if "code_table" in whole and whole.get("plan_kind") != "general_plan":
        whole["code_table"] = codes.resolve_table_name(str(whole["code_table"]))
    if whole.get("status") == "planned" and "plan_kind" not in whole:
        whole["plan_kind"] = "land_use_plan"
    return whole


def refuse_foreign_codes(mapped: mapping.Mapped, spec: LayerSpec) -> None:
    """Refuse land use of which nearly no value is a code: another column or table was meant.

    Raises
    ------
    ColumnError
        When that is so.
    """
    table = constant(mapped.frame, "code_table") if spec.name == "land-use" else None
    if table not in codes.TABLES:
        return
    written = mapped.frame["code"].dropna().map(codes.normalise)
    known = set(codes.code_table(table))
    foreign = written[[not _known(code, known) for code in written]]
    if len(written) <= _FEW_ROWS or len(foreign) <= _NEARLY_ALL * len(written):
        return
    column = mapped.used["code"]
    shown = ", ".join(repr(str(value)) for value in foreign.unique()[:3])
    raise ColumnError(
        f"Almost no value of column {column!r} is a code of {table} (there are {shown}); name the "
        "right column with --code-field, or the right table with --code-table.",
        vi=f"Hầu như không có giá trị nào của cột {column!r} là mã của bảng {table} (trong cột có "
        f"{shown}); hãy chỉ đúng cột bằng --code-field hoặc đúng bảng bằng --code-table.",
    )


def _known(code: str, table: Collection[str]) -> bool:
    """Whether a code, or each part of a compound one, is of the table or known beside it."""
    return all(
        part in table or codes.outside(part) is not None for part in codes.parts(code) or (code,)
    )


def described(frame: gpd.GeoDataFrame, spec: LayerSpec) -> gpd.GeoDataFrame:
    """Return a land-use frame with its description complete.

    Raises
    ------
    ColumnError
        When the description is missing or mixed.
    InputError
        When it is unknown.
    """
    if spec.name != "land-use":
        return frame
    for column in ("code_table", "status", "plan_kind", "year"):
        values = frame[column].dropna().unique()
        if len(values) > 1:
            listed = ", ".join(str(value) for value in values[:5])
            raise ColumnError(
                f"Column {column!r} holds several values ({listed}); a file is one map: split it, "
                f"or give --set {column}=VALUE.",
                vi=f"Cột {column!r} có nhiều giá trị ({listed}); mỗi tệp là một bản đồ: hãy tách "
                f"tệp, hoặc ghi --set {column}=GIÁ_TRỊ.",
            )
        if not len(values) and column != "plan_kind":
            option = next(each.option for each in spec.columns if each.name == column)
            raise ColumnError(
                f"Column {column!r} is empty; give {option}.",
                vi=f"Cột {column!r} để trống; hãy ghi {option}.",
            )
    _refuse_unknown("status", constant(frame, "status"), _STATUSES)
    year = int(str(constant(frame, "year")))
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ColumnError(
            f"Year {year} is not a year of a land-use map; give one like 2030.",
            vi=f"{year} không phải năm của bản đồ sử dụng đất; hãy ghi như 2030.",
        )
    return _planned(frame)


def _planned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    plan_kind = constant(frame, "plan_kind")
    if constant(frame, "status") == "current":
        if plan_kind is not None:
            raise ColumnError(
                "A current land-use map has no plan kind; leave --plan-kind out.",
                vi="Bản đồ hiện trạng không có loại quy hoạch; hãy bỏ --plan-kind.",
            )
        table = codes.resolve_table_name(str(constant(frame, "code_table")))
    else:
        plan_kind = plan_kind or "land_use_plan"
        _refuse_unknown("plan_kind", plan_kind, _PLAN_KINDS)
        table = str(constant(frame, "code_table"))
        # a commune general plan may carry a legend of its own
        if plan_kind == "land_use_plan":
            table = codes.resolve_table_name(table)
    return frame.assign(plan_kind=plan_kind, code_table=table)


def _refuse_unknown(column: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(
            f"{column} {value!r} is not one of {', '.join(known)}.",
            vi=f"{column} {value!r} không hợp lệ; hãy chọn một trong {', '.join(known)}.",
        )


def constant(frame: gpd.GeoDataFrame, column: str) -> Any:
    """Return the one value that a column holds; None where there is none, or several."""
    values = frame[column].dropna().unique()
    if len(values) != 1:
        return None
    return values[0].item() if hasattr(values[0], "item") else values[0]
