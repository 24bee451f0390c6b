"""Communes: outlines and names of the units that stood on the day."""

import geopandas as gpd

from maps import palette, text
from maps.polygons import Category, Column, Drawing, PolygonLayer

_ORDER = 20


def commune_layer(
    units: gpd.GeoDataFrame, *, lang: str = "vi", other_set: bool = False, show: bool = True
) -> PolygonLayer:
    """Build the layer of commune outlines; the caller decides which map it goes on.

    Parameters
    ----------
    units
        Communes with `code`, `name`, `valid_from`, `valid_to`, in a metric system.
    other_set
        Whether they are the set before or after the one of the day: drawn apart, without names.
    """
    names, codes = text.cells(units, "name"), text.cells(units, "code")
    titles = [name or code for name, code in zip(names, codes, strict=True)]
    title = text.word("other_communes" if other_set else "communes", lang)
    spans = zip(text.cells(units, "valid_from"), text.cells(units, "valid_to"), strict=True)
    drawing = Drawing(
        key="other_communes" if other_set else "communes",
        title=title,
        tab=text.word("commune", lang),
        categories=[
            Category(key="commune", title=title, style=palette.commune(other_set=other_set))
        ],
        category_of=[0] * len(units),
        columns=[
            Column("", titles, "heading"),
            Column(text.word("code", lang), codes),
            Column(text.word("valid", lang), [text.span(*span, lang) for span in spans]),
        ],
        order=_ORDER - other_set,
        labels=() if other_set else titles,
        label_kind="" if other_set else "commune",
    )
    return PolygonLayer(units, drawing, show=show)
