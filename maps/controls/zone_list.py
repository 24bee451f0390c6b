"""List of zones: each with its verdict and area, to be reached by keyboard as well."""

from typing import ClassVar, Final

from gis.alignment import Alignment
from gis.rules import VERDICTS
from maps import palette, text
from maps.base import PageElement
from maps.polygons import PolygonLayer

#: A zone is shown with its surroundings, however small it is.
_MAX_ZOOM: Final = 16


class ZoneList(PageElement):
    """List whose entries go to a zone and open its popup.

    Parameters
    ----------
    alignment
        Result whose zones are listed.
    layer
        The layer that draws them, row by row.
    """

    script: ClassVar[str] = "feature_list.js"
    function: ClassVar[str] = "featureList"

    def __init__(self, alignment: Alignment, layer: PolygonLayer, *, lang: str = "vi") -> None:
        zones = alignment.zones
        drawing = layer.drawing
        gravity = [VERDICTS.index(verdict) for verdict in zones["verdict"]]
        entries = [
            {
                "name": name,
                "area": text.hectares(area, lang),
                "verdict": drawing.categories[at].title,
                "style": palette.verdict_fill(VERDICTS[at]).to_json(),
                "at": row,
            }
            for row, (name, area, at) in enumerate(
                zip(drawing.labels, zones["area_ha"], gravity, strict=True)
            )
        ]
        super().__init__(
            {
                "title": text.word("zones", lang),
                "layer": layer,
                "count": len(entries),
                "maxZoom": _MAX_ZOOM,
                # the worst first: that is what a reviewer came for
                "entries": sorted(entries, key=lambda entry: -gravity[entry["at"]]),
            }
        )
