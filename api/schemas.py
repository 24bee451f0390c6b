"""What features of a collection have and can be chosen by, as JSON Schema."""

from typing import Any

from fastapi import Request

from api.answers import link
from api.collections import Layer
from api.features.rows import FeatureSet
from api.filters import queryables as filters


def queryables(request: Request, layer: Layer, features: FeatureSet, lang: str) -> dict[str, Any]:
    """Say by which properties features can be chosen."""
    address = link(request, f"{layer.path}/queryables", "self")["href"]
    return filters.schema(features.table.kinds, address=address, title=layer.title(lang), lang=lang)


def returnables(request: Request, layer: Layer, features: FeatureSet, lang: str) -> dict[str, Any]:
    """Say which properties features have."""
    schema = queryables(request, layer, features, lang)
    del schema["additionalProperties"]
    return {**schema, "$id": link(request, f"{layer.path}/schema", "self")["href"]}
