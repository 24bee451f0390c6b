"""Legend: what the colours and patterns of the shown layers mean, with hectares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from gis.text import format_number
from maps import text
from maps.base import PageElement
from maps.polygons import PolygonLayer


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Legend of one layer.

    Attributes
    ----------
    areas
        Whether hectares of each category are written.
    whole
        Whether categories without a polygon are listed too.
    """

    layer: PolygonLayer
    areas: bool = True
    whole: bool = False


class Legend(PageElement):
    """Legend whose sections come and go with their layers."""

    script: ClassVar[str] = "legend.js"
    function: ClassVar[str] = "legend"

    def __init__(self, sections: Sequence[Section], *, lang: str = "vi") -> None:
        super().__init__(
            {
                "title": text.word("legend", lang),
                "areaHead": "ha",
                "sections": [_section(section, lang) for section in sections],
            }
        )


def _section(section: Section, lang: str) -> dict[str, Any]:
    layer, drawing = section.layer, section.layer.drawing
    used = set(drawing.category_of)
    entries = [
        {
            "code": category.code,
            "title": category.title,
            "style": category.style.to_json(),
            "mark": text.word("provisional", lang) if category.provisional else "",
            "area": format_number(area, 2, lang) if section.areas else "",
        }
        for at, (category, area) in enumerate(
            zip(drawing.categories, layer.category_ha, strict=True)
        )
        if section.whole or at in used
    ]
    marked = any(category.provisional for category in drawing.categories)
    notes = [drawing.note, text.word("provisional_note", lang) if marked else ""]
    return {
        "layer": layer,
        "title": drawing.title,
        "entries": entries,
        "notes": [note for note in notes if note],
    }
