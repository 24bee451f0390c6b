"""The published description of the API, in the terms that its answers really use."""

from typing import Any, Final

from fastapi import FastAPI

from api.errors import MEDIA_TYPE

TITLE: Final = "Vùng"
SUMMARY: Final = "Raw-material zones judged against land use, land-use plans, law and date."
TEXT: Final = """
Đối chiếu vùng nguyên liệu với hiện trạng sử dụng đất, quy hoạch sử dụng đất, quy hoạch chung xã,
khu vực hạn chế và quy định pháp luật theo ngày xét.

* `POST /assess` judges a zone sent as GeoJSON; the answer equals that of `vung align`.
* `/collections` serves the workspace's layers as GeoJSON (RFC 7946, WGS 84).
* `/maps/review` is the review map of the workspace's zones, one page that needs no network.

Areas are hectares, measured in VN-2000 (EPSG:5898). Verdicts from best to worst: `fits`,
`procedure`, `review`, `outside`, `conflict`. Answers made from schematic data say so: `schematic`
is true and `notice` stands beside it. A rule whose text was not verified has `verified: false`
and asks for a review by the land office.

Refusals are one sentence in Vietnamese or English (`lang=` or `Accept-Language`), as
`application/problem+json`: `{title, detail, status}`.
"""
TAGS: Final = [
    {"name": "assessment", "description": "Đối chiếu quy hoạch · Judge a zone."},
    {"name": "features", "description": "Lớp dữ liệu · Layers as GeoJSON."},
    {"name": "maps", "description": "Bản đồ · Maps that people open."},
    {"name": "service", "description": "Dịch vụ · The service itself."},
]


def install(app: FastAPI) -> None:
    """Let the description say of refusals what is true: their media type."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _true_refusals(made())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to alter it


def _true_refusals(schema: dict[str, Any]) -> dict[str, Any]:
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")) and "content" in answer:
                    (content,) = answer["content"].values()
                    answer["content"] = {MEDIA_TYPE: content}
    return schema
