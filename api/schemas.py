"""What features of a collection have and can be chosen by, as JSON Schema."""

from typing import Any, Final

import pandas as pd
from fastapi import Request

from api.answers import link
from api.collections import Layer
from api.features.rows import FeatureSet

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DAYS: Final = frozenset({"valid_from", "valid_to"})


def queryables(request: Request, layer: Layer, features: FeatureSet) -> dict[str, Any]:
    """Say by which properties features can be chosen."""
    schema = _schema(request, layer, f"{layer.path}/queryables", _properties(features))
    return {**schema, "additionalProperties": False}


def returnables(request: Request, layer: Layer, features: FeatureSet) -> dict[str, Any]:
    """Say which properties features have."""
    return _schema(request, layer, f"{layer.path}/schema", _properties(features))


def _schema(
    request: Request, layer: Layer, path: str, properties: dict[str, Any]
) -> dict[str, Any]:
    return {
        "$schema": _DIALECT,
        "$id": link(request, path, "self")["href"],
        "type": "object",
        "title": layer.title("en"),
        "properties": properties,
    }


def _properties(features: FeatureSet) -> dict[str, Any]:
    columns = features.columns
    shapes = {
        "x-ogc-role": "primary-geometry",
        "format": "geometry-polygon-or-multipolygon"
        if "polygon" in str(features.frame.geom_type.iloc[:1].to_list()).lower()
        else "geometry-any",
    }
    return {
        "geometry": shapes,
        **{str(name): _type(str(name), columns[name]) for name in columns.columns},
    }


def _type(name: str, values: "pd.Series[Any]") -> dict[str, Any]:
    """Type of a column; a text that is a day says so."""
    kind = values.dtype
    if pd.api.types.is_bool_dtype(kind):
        return {"type": "boolean"}
    if pd.api.types.is_integer_dtype(kind):
        return {"type": "integer"}
    if pd.api.types.is_float_dtype(kind):
        return {"type": "number"}
    return {"type": "string", "format": "date"} if name in _DAYS else {"type": "string"}
