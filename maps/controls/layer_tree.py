"""Layer tree: which layers are shown, in groups; land use one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from maps import text
from maps.base import PageElement
from maps.polygons import PolygonLayer


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Layers under one heading.

    Attributes
    ----------
    one_at_a_time
        Whether showing one hides the others; a choice of none is added, and a slider for strength.
    by_category
        Whether single categories of a layer can be hidden too.
    """

    title: str
    layers: Sequence[PolygonLayer]
    one_at_a_time: bool = False
    by_category: bool = False


class LayerTree(PageElement):
    """Control with a box for each layer; groups without layers are left out."""

    script: ClassVar[str] = "layer_tree.js"
    function: ClassVar[str] = "layerTree"

    def __init__(self, groups: Sequence[Group], *, lang: str = "vi") -> None:
        super().__init__(
            {
                "title": text.word("layers", lang),
                "none": text.word("no_land_use", lang),
                "kinds": text.word("by_kind", lang),
                "opacity": text.word("opacity", lang),
                "groups": [_group(group) for group in groups if group.layers],
            }
        )


def _group(group: Group) -> dict[str, Any]:
    return {
        "title": group.title,
        "single": group.one_at_a_time,
        "layers": [_entry(layer, by_category=group.by_category) for layer in group.layers],
    }


def _entry(layer: PolygonLayer, *, by_category: bool) -> dict[str, Any]:
    drawing = layer.drawing
    return {
        "layer": layer,
        "title": drawing.title,
        "shown": layer.show,
        "opacity": drawing.opacity,
        "categories": [category.title for category in drawing.categories] if by_category else [],
    }
