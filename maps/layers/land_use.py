"""Land use, present or planned, in the colours of its code table."""

from typing import Literal

import geopandas as gpd
import pandas as pd

from gis import codes as code_tables
from gis import crs
from gis.decisions import Decisions
from maps import palette, text
from maps.polygons import Category, Column, Drawing, PolygonLayer

Role = Literal["current", "land_use_plan", "general_plan"]
_ORDER = 1
_RANK = 1
#: Land use lies under everything and must not drown it.
_OPACITY = 0.6
_Code = tuple[str | None, str | None]


def land_use_layer(
    frame: gpd.GeoDataFrame,
    *,
    role: Role,
    lang: str = "vi",
    decisions: Decisions | None = None,
    note: str = "",
    show: bool = True,
) -> PolygonLayer:
    """Build one layer of land use; the caller decides which map it goes on.

    Parameters
    ----------
    frame
        Polygons with `code` and `code_table`, in a metric system.
    role
        Present use, land-use plan or commune general plan.
    decisions
        Hold the legends of general plans.
    note
        A sentence for the legend, for example that only a part is shown.
    """
    legends = decisions or Decisions()
    pairs = list(zip(text.cells(frame, "code"), text.cells(frame, "code_table"), strict=True))
    found = sorted(set(pairs), key=_rank)
    at = {pair: place for place, pair in enumerate(found)}
    years = sorted({year for year in text.cells(frame, "year") if year})
    title = " ".join([text.word(role, lang), *(years if len(years) == 1 else ())])
    drawing = Drawing(
        key=role,
        title=title,
        tab=title,
        categories=[_category(pair, legends, lang) for pair in found],
        category_of=[at[pair] for pair in pairs],
        columns=_columns(frame, pairs, legends, lang),
        order=_ORDER,
        rank=_RANK,
        opacity=_OPACITY,
        note=note,
    )
    return PolygonLayer(frame, drawing, show=show)


def _rank(pair: _Code) -> tuple[int, int, str, str]:
    """Old table first, codes in the order of their form, then what no table knows."""
    code, table = pair
    known = list(code_tables.code_table(table)) if table in code_tables.TABLES else []
    place = known.index(code) if code in known else len(known)
    number = code_tables.TABLES.index(table) if table in code_tables.TABLES else len(known) + 2
    return number, place, table or "", code or ""


def _category(pair: _Code, decisions: Decisions, lang: str) -> Category:
    code, table = pair
    if code is None:
        return Category(
            key=f"|{table}",
            code="",
            title=text.word("no_code", lang),
            style=palette.land_use("#ffffff", known=False),
        )
    colour = palette.land_use_colour(code, table, decisions)
    return Category(
        key=f"{code}|{table}",
        code=code,
        title=text.code_name(code, table, decisions, lang),
        style=palette.land_use(colour.colour, known=_known(code, table, decisions)),
        provisional=colour.provisional,
    )


def _known(code: str, table: str | None, decisions: Decisions) -> bool:
    if table in code_tables.TABLES:
        return code_tables.lookup(code, table) is not None
    return text.legend_row(code, table, decisions) is not None


def _columns(
    frame: gpd.GeoDataFrame, pairs: list[_Code], decisions: Decisions, lang: str
) -> list[Column]:
    distinct = set(pairs)
    names = {
        pair: text.code_name(pair[0], pair[1], decisions, lang) for pair in distinct if pair[0]
    }
    meant = {pair: _meaning(pair, decisions, lang) for pair in distinct}
    area = crs.area_ha(frame.geometry.to_numpy())

    def word(key: str) -> str:
        return text.word(key, lang)

    return [
        Column("", [pair[0] or word("no_code") for pair in pairs], "heading"),
        Column("", [names.get(pair) for pair in pairs], "subheading"),
        Column(word("code_table"), [text.table_name(pair[1]) for pair in pairs]),
        Column(word("meaning"), [meant[pair] for pair in pairs]),
        Column(word("status"), [_status(*row, lang) for row in _said(frame)]),
        Column(word("area"), [text.hectares(value, lang, decimals=4) for value in area]),
        Column(word("registered_area"), _registered(frame, lang)),
        *(Column(word(name), text.cells(frame, name)) for name in ("sheet", "parcel", "decision")),
    ]


def _registered(frame: gpd.GeoDataFrame, lang: str) -> list[str | None]:
    """Area of each parcel as it is registered, where it is."""
    known = frame.get("registered_area_m2", pd.Series(None, index=frame.index, dtype=float))
    return [
        None if pd.isna(value) else text.hectares(value / crs.HECTARE_M2, lang, decimals=4)
        for value in known
    ]


def _said(frame: gpd.GeoDataFrame) -> list[tuple[str | None, str | None]]:
    return list(zip(text.cells(frame, "status"), text.cells(frame, "year"), strict=True))


def _status(status: str | None, year: str | None, lang: str) -> str | None:
    said = [part for part in (text.label("status", status, lang), year) if part]
    return text.sentence(" ".join(said)) or None


def _meaning(pair: _Code, decisions: Decisions, lang: str) -> str | None:
    """Land-use code behind a general plan's symbol, with its name and table."""
    code, table = pair
    if code is None or table is None or table in code_tables.TABLES:
        return None
    meant = decisions.land_use_of(table, code)
    if meant is None:
        return None
    name = text.code_name(*meant, decisions, lang)
    return f"{meant[0]} · {name} ({text.table_name(meant[1])})"
