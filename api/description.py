"""The published description of the API, in the terms that its answers really use."""

from typing import Any, Final

from fastapi import FastAPI

from api.errors import MEDIA_TYPE

TITLE: Final = "Vùng"
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
_NULL: Final = {"type": "null"}
_FRAMEWORKS: Final = "HTTPValidationError"
TAGS: Final = [
    {"name": "assessment", "description": "Đối chiếu quy hoạch · Judge a zone."},
    {"name": "features", "description": "Lớp dữ liệu · Layers as GeoJSON."},
    {"name": "rasters", "description": "Dữ liệu raster · Rasters as tiles."},
    {"name": "maps", "description": "Bản đồ · Maps that people open."},
    {"name": "service", "description": "Dịch vụ · The service itself."},
]


def install(app: FastAPI) -> None:
    """Let the description say of refusals what is true: their media type."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = as_3_0(_true_refusals(made()))
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to alter it


def _true_refusals(schema: dict[str, Any]) -> dict[str, Any]:
    for operations in schema["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            # what the framework would answer; here a body that cannot be used says so itself
            if _FRAMEWORKS in str(answers.get("422", "")):
                del answers["422"]
            for status, answer in answers.items():
                if status.startswith(("4", "5")) and "content" in answer:
                    (content,) = answer["content"].values()
                    answer["content"] = {MEDIA_TYPE: content}
    for name in (_FRAMEWORKS, "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    return schema


def as_3_0(part: Any) -> Any:
    """Say in OpenAPI 3.0 what 3.1 says; clients such as GDAL and QGIS read no later one."""
    if isinstance(part, list):
        return [as_3_0(each) for each in part]
    if not isinstance(part, dict):
        return part
    said = {name: as_3_0(value) for name, value in part.items()}
    if isinstance(said.get("openapi"), str):
        said["openapi"] = "3.0.3"
    if isinstance(said.get("anyOf"), list) and _NULL in said["anyOf"]:
        said = _nullable(said)
    if isinstance(said.get("examples"), list):
        examples = said.pop("examples")
        said.update({"example": examples[0]} if examples else {})
    if "const" in said:
        said["enum"] = [said.pop("const")]
    if isinstance(said.get("prefixItems"), list):
        kinds = said.pop("prefixItems")
        said["items"] = kinds[0] if all(kind == kinds[0] for kind in kinds) else {"anyOf": kinds}
    for name in ("exclusiveMinimum", "exclusiveMaximum"):
        if name in said and not isinstance(said[name], bool | dict):
            said[name.removeprefix("exclusive").lower()] = said[name]
            said[name] = True
    return said


def _nullable(said: dict[str, Any]) -> dict[str, Any]:
    """Say of a value that it may be missing."""
    kinds = [kind for kind in said.pop("anyOf") if kind != _NULL]
    if len(kinds) == 1 and "$ref" not in kinds[0]:
        return {**kinds[0], **said, "nullable": True}
    return {**said, "anyOf": kinds, "nullable": True}
