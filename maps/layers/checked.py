"""A layer under its findings: outlines only, each feature with its two areas side by side."""

from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from gis import findings
from maps import palette, text
from maps.polygons import Category, Column, Drawing, PolygonLayer

_ORDER: Final = 10
_RANK: Final = 1
#: Columns of the layers that are told of a feature, with the word for each.
_TOLD: Final = (
    ("sheet", "sheet"),
    ("parcel", "parcel"),
    ("name", "commune"),
    ("zone_id", "zone_id"),
    ("product", "product"),
    ("constraint_id", "constraint"),
    ("code", "code"),
)


def checked_layer(
    frame: gpd.GeoDataFrame, *, title: str, key: str, lang: str = "vi", show: bool = True
) -> PolygonLayer:
    """Build the layer; the caller decides which map it goes on.

    Parameters
    ----------
    frame
        Any layer of a workspace, in a metric system.
    title
        Its name in the layer tree.
    key
        Its name in scripts.
    """
    row_word = text.sentence(text.word("row", lang))
    rows = text.cells(frame, "source_row")
    registered = frame.get("registered_area_m2", pd.Series([None] * len(frame)))
    drawing = Drawing(
        key=key,
        title=title,
        tab=text.word("layer", lang),
        categories=[Category(key=key, title=title, style=palette.checked())],
        category_of=[0] * len(frame),
        columns=[
            Column("", [f"{row_word} {row}" for row in rows], "heading"),
            *(
                Column(text.word(word, lang), text.cells(frame, name))
                for name, word in _TOLD
                if name in frame
            ),
            Column(
                text.word("registered_area", lang),
                [
                    None if pd.isna(each) else findings.measure(each, "m2", lang)
                    for each in registered
                ],
            ),
            Column(
                text.word("drawn_area", lang),
                [
                    findings.measure(each, "m2", lang)
                    for each in shapely.area(frame.geometry.to_numpy())
                ],
            ),
        ],
        order=_ORDER,
        rank=_RANK,
    )
    return PolygonLayer(frame, drawing, show=show)
