"""The registry of layers: a new layer is one file and one line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gis.errors import NotFoundError
from gis.layers import communes, constraints, land_use, terrain, zones
from gis.layers.base import LayerSpec

LAYERS: Final[Mapping[str, LayerSpec]] = MappingProxyType(
    {
        module.name: module
        for module in (
            communes.SPEC,
            land_use.SPEC,
            zones.SPEC,
            constraints.SPEC,
            terrain.SPEC,
        )
    }
)


def layer(name: str) -> LayerSpec:
    """Return the layer of that name.

    Raises
    ------
    NotFoundError
        When there is none; the message lists them.
    """
    try:
        return LAYERS[name]
    except KeyError:
        raise NotFoundError(
            f"There is no layer {name!r}; the layers are {', '.join(LAYERS)}.",
            vi=f"Không có lớp {name!r}; các lớp là {', '.join(LAYERS)}.",
        ) from None
