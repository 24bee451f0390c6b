"""Constraints: areas that block a zone or flag it, told apart by pattern."""

import geopandas as gpd

from gis import crs
from maps import palette, text
from maps.polygons import Category, Column, Drawing, PolygonLayer

_ORDER = 10
_RANK = 2


def constraint_layer(
    frame: gpd.GeoDataFrame, *, lang: str = "vi", show: bool = True
) -> PolygonLayer:
    """Build the layer of constraints; the caller decides which map it goes on.

    Parameters
    ----------
    frame
        Polygons with `constraint_id`, `kind`, `name`, `effect`, `basis`, `valid_from`,
        `valid_to`, in a metric system.
    """
    kinds, effects = text.cells(frame, "kind"), text.cells(frame, "effect")
    pairs = list(zip(kinds, effects, strict=True))
    found = list(dict.fromkeys(pairs))
    named = [text.label("constraint_kind", kind, lang) for kind in kinds]
    said = [text.label("constraint_effect", effect, lang) for effect in effects]
    titles = dict(zip(pairs, zip(named, said, strict=True), strict=True))
    spans = zip(text.cells(frame, "valid_from"), text.cells(frame, "valid_to"), strict=True)
    names = zip(text.cells(frame, "name"), text.cells(frame, "constraint_id"), strict=True)
    area = crs.area_ha(frame.geometry.to_numpy())
    drawing = Drawing(
        key="constraints",
        title=text.word("constraints", lang),
        tab=text.word("constraint", lang),
        categories=[
            Category(
                key=f"{kind}|{effect}",
                title=text.sentence(" · ".join(filter(None, titles[kind, effect]))),
                style=palette.constraint(kind, effect),
            )
            for kind, effect in found
        ],
        category_of=[found.index(pair) for pair in pairs],
        columns=[
            Column("", [name or ident for name, ident in names], "heading"),
            Column(text.word("kind", lang), [name and text.sentence(name) for name in named]),
            Column(text.word("effect", lang), [word and text.sentence(word) for word in said]),
            Column(text.word("basis", lang), text.cells(frame, "basis")),
            Column(text.word("valid", lang), [text.span(*span, lang) for span in spans]),
            Column(text.word("area", lang), [text.hectares(value, lang) for value in area]),
        ],
        order=_ORDER,
        rank=_RANK,
    )
    return PolygonLayer(frame, drawing, show=show)
