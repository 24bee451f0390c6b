"""List of findings, gravest and largest first: each entry goes to its fault."""

from typing import ClassVar, Final

import geopandas as gpd

from gis import findings
from gis import text as gis_text
from gis.finding_rules import rule
from gis.reports import records
from maps import palette, text
from maps.base import PageElement
from maps.polygons import PolygonLayer

#: More entries than this make a list that nobody reads.
SHOWN: Final = 300
_MAX_ZOOM: Final = 20


class FindingList(PageElement):
    """List whose entries go to a fault and open its popup.

    Parameters
    ----------
    found
        The findings that are drawn, gravest first.
    layer
        The layer that draws them, row by row.
    """

    script: ClassVar[str] = "feature_list.js"
    function: ClassVar[str] = "featureList"

    def __init__(self, found: gpd.GeoDataFrame, layer: PolygonLayer, *, lang: str = "vi") -> None:
        entries = [
            {
                "name": text.sentence(rule(each["rule_id"]).name[lang]),
                "area": _size(each["size"], each["unit"], lang),
                "verdict": each[f"message_{lang}"],
                "style": palette.finding(each["severity"], rule(each["rule_id"]).group).to_json(),
                "at": at,
            }
            for at, each in enumerate(records.rows(found.head(SHOWN)))
        ]
        rest = len(found) - len(entries)
        count = gis_text.format_number(rest, 0, lang)
        super().__init__(
            {
                "title": text.word("findings", lang),
                "layer": layer,
                "count": len(found),
                "maxZoom": _MAX_ZOOM,
                "more": text.word("more_findings", lang).format(count=count) if rest else "",
                "entries": entries,
            }
        )


def _size(value: float | None, unit: str, lang: str) -> str:
    return "" if value is None else findings.measure(value, unit, lang)
