"""What a decision table must say to be believed: a typo there would change a verdict unseen.

What cannot be right is refused with its file, line and column; what may be right all the same (a
commune of another district, a product that is not in the register) is a warning.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from gis import boundaries, codes, products, text
from gis.errors import ColumnError
from gis.findings import Finding

#: Matters a delegation can speak of.
MATTERS: Final = ("conversion", "allocation", "crop_conversion", "mineral_licence")
#: Key of a table's attributes under which the lines of its rows in the file are kept.
LINES: Final = "lines"
_YEARS: Final = (2000, 2100)
_STATES: Final = ("current", "planned")
# columns that hold land-use codes and symbols
_CODES: Final = ("code", "land_use_code")
# what may stand in one row only, by table
_ONCE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "legend": ("code_table", "code"),
        "class-totals": ("code_table", "code", "dataset", "status", "year"),
    }
)
_COMMUNE_CODE = re.compile(r"\d{5}")
# what Excel makes of a code that it takes for a number
_FALSE_DECIMALS = re.compile(r"(\d+)[.,]0+")


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong in a cell and what to do, Vietnamese and English."""

    column: str
    vi: str
    en: str


def settle(name: str, table: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return a table with its codes as the registers write them; its index are the file's lines.

    Raises
    ------
    ColumnError
        When a value cannot be right.
    """
    settled = _with_plain_codes(name, table)
    seen: dict[Any, int] = {}
    for line, row in settled.iterrows():
        fault = _FAULTS[name](row)
        if fault is None and name in _ONCE:
            fault = _twice(row, _ONCE[name], int(str(line)), seen)
        if fault is not None:
            raise ColumnError(
                f"File {file}, line {line}, column {fault.column!r}: {fault.en}.",
                vi=f"Tệp {file}, dòng {line}, cột {fault.column!r}: {fault.vi}.",
            )
    return settled


def _with_plain_codes(name: str, table: pd.DataFrame) -> pd.DataFrame:
    if name == "crop-conversion":
        plain = table["commune_code"].map(_without_decimals, na_action="ignore")
        return table.assign(commune_code=plain.astype(object))
    # symbols too: a land-use layer holds them in capitals, and they are compared with it
    return table.assign(
        **{
            column: table[column].map(codes.normalise, na_action="ignore").astype(object)
            for column in _CODES
            if column in table
        }
    )


def _without_decimals(code: str) -> str:
    match = _FALSE_DECIMALS.fullmatch(code)
    return match[1] if match else code


def _plan_fault(row: "pd.Series[Any]") -> _Fault | None:
    code, area, year = row["commune_code"], float(row["area_ha"]), float(row["year"])
    fault = _year_fault(year)
    if fault is not None:
        return fault
    if not _COMMUNE_CODE.fullmatch(code):
        return _Fault(
            "commune_code",
            f"{code!r} không phải mã xã; hãy ghi mã 5 chữ số như 21109",
            f"{code!r} is no commune code; write the five digits, like 21109",
        )
    if area <= 0:
        return _Fault(
            "area_ha",
            f"diện tích {area:g} ha phải lớn hơn 0; hãy sửa số hoặc bỏ dòng này",
            f"the area of {area:g} ha must be above 0; mend the number or leave the line out",
        )
    return None


def _year_fault(year: float) -> _Fault | None:
    if year.is_integer() and _YEARS[0] <= year <= _YEARS[1]:
        return None
    return _Fault(
        "year",
        f"{year:g} không phải năm của kế hoạch; hãy ghi như 2026",
        f"{year:g} is not a year of a plan; write one like 2026",
    )


def _period_fault(row: "pd.Series[Any]") -> _Fault | None:
    start, end = row["valid_from"], row["valid_to"]
    if isinstance(start, str) and isinstance(end, str) and start > end:
        return _Fault(
            "valid_to",
            f"ngày hết hiệu lực {end} trước ngày bắt đầu {start}; hãy sửa một trong hai ngày",
            f"the last day {end} is before the first day {start}; mend one of the two",
        )
    return None


def _delegation_fault(row: "pd.Series[Any]") -> _Fault | None:
    if row["matter"] not in MATTERS:
        listed = ", ".join(MATTERS)
        return _Fault(
            "matter",
            f"{row['matter']!r} không hợp lệ; hãy chọn một trong {listed}",
            f"{row['matter']!r} is not one of {listed}; write one of them",
        )
    return _period_fault(row)


def _legend_fault(row: "pd.Series[Any]") -> _Fault | None:
    code, table = row["land_use_code"], row["land_use_code_table"]
    listed = ", ".join(codes.TABLES)
    if not isinstance(code, str) and not isinstance(table, str):
        return None
    if table not in codes.TABLES:
        shown = table if isinstance(table, str) else ""
        return _Fault(
            "land_use_code_table",
            f"{shown!r} không phải bảng mã loại đất; hãy ghi một trong {listed}",
            f"{shown!r} is no land-use code table; write one of {listed}",
        )
    if isinstance(code, str) and code not in codes.code_table(table):
        return _Fault(
            "land_use_code",
            f"mã {code!r} không có trong bảng {table}; hãy sửa mã hoặc bảng",
            f"code {code!r} is not in table {table}; mend the code or the table",
        )
    return None


def _total_fault(row: "pd.Series[Any]") -> _Fault | None:
    table, code, area = row["code_table"], row["code"], float(row["area_ha"])
    if table in codes.TABLES and code not in codes.code_table(table):
        return _Fault(
            "code",
            f"mã {code!r} không có trong bảng {table}; hãy sửa mã hoặc bảng",
            f"code {code!r} is not in table {table}; mend the code or the table",
        )
    if area < 0:
        return _Fault(
            "area_ha",
            f"diện tích {area:g} ha không thể nhỏ hơn 0; hãy sửa số",
            f"the area of {area:g} ha cannot be below 0; mend the number",
        )
    if isinstance(row["status"], str) and row["status"] not in _STATES:
        listed = ", ".join(_STATES)
        return _Fault(
            "status",
            f"{row['status']!r} không hợp lệ; hãy ghi một trong {listed}, hoặc để trống",
            f"{row['status']!r} is not one of {listed}; write one of them, or nothing",
        )
    if not pd.isna(row["year"]):
        return _year_fault(float(row["year"]))
    return None


def _twice(
    row: "pd.Series[Any]", columns: tuple[str, ...], line: int, seen: dict[Any, int]
) -> _Fault | None:
    key = tuple(None if pd.isna(row[name]) else row[name] for name in columns)
    first = seen.setdefault(key, line)
    if first == line:
        return None
    return _Fault(
        "code",
        f"ký hiệu {row['code']!r} của {row['code_table']} đã có ở dòng {first}; hãy bỏ bớt một "
        "dòng",
        f"symbol {row['code']!r} of {row['code_table']} stands in line {first} already; leave one "
        "line out",
    )


_FAULTS: Final[Mapping[str, Callable[["pd.Series[Any]"], _Fault | None]]] = MappingProxyType(
    {
        "perennial-species": _period_fault,
        "crop-conversion": _plan_fault,
        "delegations": _delegation_fault,
        "legend": _legend_fault,
        "class-totals": _total_fault,
    }
)


def doubts(name: str, table: pd.DataFrame) -> list[Finding]:
    """Return what may be a typo in a settled table: communes and products nobody here knows."""
    if name != "crop-conversion":
        return []
    lines = table.attrs.get(LINES, [])
    # a table that was made otherwise has the header in line 1
    numbers = lines if len(lines) == len(table) else range(2, len(table) + 2)
    found: list[Finding] = []
    pairs = zip(table["commune_code"], table["product"], strict=True)
    for line, (code, product) in zip(numbers, pairs, strict=True):
        if not boundaries.units_with_code(code):
            found.append(_unknown_commune(line, code))
        if text.search_key(product) not in _known_products():
            found.append(_unknown_product(line, product))
    return found


@cache
def _known_products() -> frozenset[str]:
    """Keys of the names by which a plan may mean a product."""
    names = {
        name
        for entry in products.products()
        for name in (entry.product_id, entry.name_vi, entry.name_en, entry.species,
                     entry.material_vi, entry.material_en)
    }  # fmt: skip
    return frozenset(text.search_key(name) for name in names if name)


def _unknown_commune(line: int, code: str) -> Finding:
    return Finding(
        rule_id="decisions.unknown-commune",
        row=line,
        value=code,
        message_vi=f"Dòng {line}: mã xã {code} không có trong danh mục xã; nếu là xã ở nơi khác "
        "thì bỏ qua, nếu không hãy sửa mã rồi nạp lại.",
        message_en=f"Line {line}: commune code {code} is not in the register of communes; pass "
        "over this for a commune elsewhere, else mend the code and import again.",
    )


def _unknown_product(line: int, product: str) -> Finding:
    known = ", ".join(entry.product_id for entry in products.products() if entry.use)
    return Finding(
        rule_id="decisions.unknown-product",
        row=line,
        value=product,
        message_vi=f"Dòng {line}: sản phẩm {product!r} không có trong danh mục, nên chỉ khớp với "
        f"vùng ghi đúng tên này; các mã đã biết là {known}.",
        message_en=f"Line {line}: product {product!r} is not in the register, so it matches only "
        f"zones that write this very name; the known ids are {known}.",
    )
