"""What is served as a collection of features, and what is said of it."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request

from api import formats, words
from api.answers import link
from api.features.queries import Period
from api.store import collection_id_of
from api.systems import CRS84, System, served
from gis import text
from gis.layers.registry import LAYERS
from gis.reports import records
from gis.types import LonLatBox
from gis.workspace import Version

#: Relations that the standards define by address.
REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/"
_GREGORIAN: Final = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer version as a collection.

    Attributes
    ----------
    storage
        The metric system in which it is kept, for example ``EPSG:5898``.
    """

    entry: Version
    storage: str

    @property
    def id(self) -> str:
        """Its id in addresses."""
        return collection_id_of(self.entry)

    @property
    def path(self) -> str:
        """Its address below the service's."""
        return path_of(self.id)

    @property
    def version(self) -> str:
        """What tells this state of it from every other."""
        return self.entry.version

    @property
    def systems(self) -> tuple[System, ...]:
        """Systems in which its features are given; the first is the default."""
        return served(self.storage)

    @property
    def period(self) -> Period | None:
        """First and last day of its validity, where the dataset says one."""
        said = self.entry.attributes
        days = [said.get("valid_from"), said.get("valid_to")]
        return (str(days[0] or ".."), str(days[1] or "..")) if any(days) else None

    def title(self, lang: str) -> str:
        """Kind and name, for example "Land use: land_use_2020"."""
        return f"{self._kind(lang)}: {self.entry.name}"

    def description(self, lang: str) -> str:
        """Say what the dataset is, for example "Land use, planned, land-use plan, 2030"."""
        attributes = self.entry.attributes
        parts = [
            text.label(kind, str(attributes[kind]), lang)
            for kind in ("status", "plan_kind")
            if attributes.get(kind) in text.label_keys(kind)
        ]
        dated = [str(attributes["year"])] if attributes.get("year") else []
        return ", ".join([self._kind(lang), *parts, *dated])

    def _kind(self, lang: str) -> str:
        layer = self.entry.layer
        return words.pick(words.LAYERS.get(layer, (layer, layer)), lang)


def path_of(collection_id: str) -> str:
    """Address of a collection below the service's."""
    return f"/collections/{quote(collection_id, safe='~')}"


def described(request: Request, layer: Layer, lang: str) -> dict[str, Any]:
    """Everything that is published about a collection."""
    entry = layer.entry
    said = {
        "id": layer.id,
        "title": layer.title(lang),
        "description": layer.description(lang),
        "itemType": "feature",
        "crs": [system.uri for system in layer.systems],
        "storageCrs": System.of(layer.storage).uri,
        "layer": entry.layer,
        "dataset": entry.key,
        "version": entry.version,
        "rows": entry.rows,
        "added_at": entry.added_at,
        "attributes": dict(entry.attributes),
        "licence": entry.provenance.get("licence"),
        "findings": dict(entry.findings),
        "links": links(request, layer, lang),
        **records.notice(schematic=entry.schematic),
    }
    extent = _extent(layer)
    return {**said, "extent": extent} if extent else said


def _extent(layer: Layer) -> dict[str, Any]:
    """Where and when a collection is; an empty layer lies nowhere."""
    extent: dict[str, Any] = {}
    if layer.entry.rows:
        around = LonLatBox.around(layer.entry.bounds, layer.storage)
        extent["spatial"] = {"bbox": [list(around)], "crs": CRS84}
    if layer.period is not None:
        days = [None if day == ".." else day for day in layer.period]
        moments = [day if day is None else f"{day}T00:00:00Z" for day in days]
        extent["temporal"] = {"interval": [moments], "trs": _GREGORIAN}
    return extent


def links(request: Request, layer: Layer, lang: str) -> list[dict[str, str]]:
    """Links from a collection to what it has."""
    path = layer.path

    def to(where: str, rel: str, kind: formats.Format, title: tuple[str, str]) -> dict[str, str]:
        address = f"{path}{where}?f={kind.key}"
        named = f"{words.pick(title, lang)} ({words.pick(kind.title, lang)})"
        return link(request, address, rel, media=kind.media, title=named)

    here = [
        link(request, path, "self"),
        to("", "alternate", formats.HTML, ("Lớp này", "This layer")),
    ]
    items = [to("/items", "items", kind, ("Đối tượng", "Features")) for kind in formats.FEATURES]
    return [
        *here,
        *items,
        to("/queryables", f"{REL}queryables", formats.SCHEMA, ("Cột lọc được", "Queryables")),
        to("/schema", f"{REL}schema", formats.SCHEMA, ("Cấu trúc", "Schema")),
    ]


def is_servable(entry: Version) -> bool:
    """Whether a version's rows can be served as features."""
    return entry.layer in LAYERS and LAYERS[entry.layer].geometry == "polygon"
