"""What a collection can be filtered by, as JSON Schema."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from api import words
from api.filters.tree import Kind

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final[Mapping[Kind, Mapping[str, Any]]] = MappingProxyType(
    {
        "string": {"type": "string"},
        "number": {"type": "number"},
        "integer": {"type": "integer"},
        "boolean": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
        "timestamp": {"type": "string", "format": "date-time"},
        "array": {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
    }
)
#: Columns by the names that people use.
TITLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "geometry": ("Hình học", "Geometry"),
        "source_row": ("Số dòng trong tệp đã nhập", "Row in the imported file"),
        "fault": ("Lỗi dữ liệu", "Data fault"),
        "code": ("Mã", "Code"),
        "code_table": ("Bảng mã loại đất", "Table of land-use codes"),
        "status": ("Trạng thái", "Status"),
        "plan_kind": ("Loại quy hoạch", "Kind of plan"),
        "year": ("Năm", "Year"),
        "sheet": ("Số tờ bản đồ", "Map sheet"),
        "parcel": ("Số thửa", "Parcel number"),
        "registered_area_m2": ("Diện tích pháp lý (m²)", "Registered area (m²)"),
        "commune_code": ("Mã xã", "Commune code"),
        "commune_name": ("Tên xã", "Commune"),
        "decision": ("Quyết định", "Decision"),
        "valid_from": ("Có hiệu lực từ ngày", "Valid from"),
        "valid_to": ("Có hiệu lực đến ngày", "Valid to"),
        "name": ("Tên", "Name"),
        "name_vi": ("Tên tiếng Việt", "Name in Vietnamese"),
        "name_en": ("Tên tiếng Anh", "Name in English"),
        "zone_id": ("Mã vùng", "Zone"),
        "product": ("Sản phẩm", "Product"),
        "use": ("Mục đích sử dụng", "Use"),
        "constraint_id": ("Mã khu vực hạn chế", "Constraint"),
        "kind": ("Loại", "Kind"),
        "effect": ("Mức độ hạn chế", "Effect"),
        "basis": ("Căn cứ", "Basis"),
    }
)


def schema(
    kinds: Mapping[str, Kind],
    *,
    address: str,
    title: str,
    lang: str,
    shapes: str = "geometry-polygon-or-multipolygon",
) -> dict[str, Any]:
    """Describe what filters may name.

    Parameters
    ----------
    address
        Address of this description, without parameters.
    shapes
        Format of the geometries, as Part 3 of OGC API Features names it.
    """
    return {
        "$schema": _DIALECT,
        "$id": address,
        "type": "object",
        "title": title,
        "properties": {
            name: {**_titled(name, lang), **_type(kind, shapes)} for name, kind in kinds.items()
        },
        "additionalProperties": False,
    }


def _titled(name: str, lang: str) -> dict[str, str]:
    return {"title": words.pick(TITLES[name], lang)} if name in TITLES else {}


def _type(kind: Kind, shapes: str) -> dict[str, Any]:
    if kind == "geometry":
        return {"x-ogc-role": "primary-geometry", "format": shapes}
    return dict(_TYPES[kind])
