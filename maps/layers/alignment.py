"""Pieces of the zones, filled in the colour and pattern of their verdict."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from gis import text as gis_text
from gis.alignment import JOIN, OTHER_COMMUNE, Alignment
from gis.decisions import Decisions
from gis.rules import VERDICTS
from maps import palette, text
from maps.polygons import Category, Column, Drawing, PolygonLayer

_ORDER = 30
_RANK = 4


def piece_layer(alignment: Alignment, *, lang: str = "vi", show: bool = True) -> PolygonLayer:
    """Build the layer of pieces; the caller decides which map it goes on.

    Parameters
    ----------
    alignment
        Result of `gis.alignment.assess`; nothing is judged here.
    """
    pieces = alignment.pieces
    drawing = Drawing(
        key="pieces",
        title=text.word("pieces", lang),
        tab=text.word("piece", lang),
        categories=[
            Category(
                key=verdict,
                title=text.sentence(gis_text.label("verdict", verdict, lang)),
                style=palette.verdict_fill(verdict),
            )
            for verdict in VERDICTS
        ],
        category_of=[VERDICTS.index(verdict) for verdict in pieces["verdict"]],
        columns=_columns(alignment, lang),
        order=_ORDER,
        rank=_RANK,
        note=text.word("outline_note", lang),
    )
    return PolygonLayer(pieces, drawing, show=show)


def _columns(alignment: Alignment, lang: str) -> list[Column]:
    pieces, context = alignment.pieces, alignment.context

    def word(key: str) -> str:
        return text.word(key, lang)

    areas = zip(pieces["area_ha"], pieces["share"], strict=True)
    slivers = [word("sliver") if thin else None for thin in pieces["sliver"]]
    return [
        Column("", [f"{word('piece')} {name}" for name in pieces["piece_id"]], "heading"),
        Column("", [VERDICTS.index(verdict) for verdict in pieces["verdict"]], "verdict"),
        Column(
            "", [None if good else text.unverified(lang) for good in pieces["verified"]], "notice"
        ),
        Column(word("area"), [_area(area, share, lang) for area, share in areas]),
        Column(word("commune"), _communes(pieces, "commune_code", context.communes)),
        Column(word("other_commune"), _communes(pieces, OTHER_COMMUNE[0], context.other_communes)),
        *_land_columns(alignment, lang),
        Column(word("constraints"), _constraints(pieces, context.constraints), "list"),
        Column("", slivers, "notice"),
        Column(word("rules"), [_split(ids) for ids in pieces["rule_ids"]], "rules"),
    ]


def _land_columns(alignment: Alignment, lang: str) -> list[Column]:
    """Say what present use and each plan hold; a layer that is missing says nothing."""
    context = alignment.context
    year = "" if context.year is None else f" {context.year}"
    tables = set(text.cells(_frame(context.general_plan), "code_table"))
    legends = sorted(table for table in tables if table is not None)
    none = text.word("uncovered", lang)
    columns = []
    for name, word, suffix in (
        ("current", "current", ""),
        ("plan", "land_use_plan", year),
        ("general_plan", "general_plan", year),
    ):
        said = _lands(alignment.pieces, name, context.decisions, lang, legends)
        empty = None if getattr(context, name) is None else none
        columns.append(Column(text.word(word, lang) + suffix, [land or empty for land in said]))
    return columns


def _area(area_ha: float, share: float, lang: str) -> str:
    return f"{text.hectares(area_ha, lang, decimals=4)} ({text.percent(share, lang)})"


def _split(value: str | None) -> list[str]:
    return [] if value is None else [part for part in value.split(JOIN) if part]


def _frame(frame: gpd.GeoDataFrame | None) -> pd.DataFrame:
    return pd.DataFrame() if frame is None else frame


def _lands(
    pieces: pd.DataFrame,
    name: str,
    decisions: Decisions,
    lang: str,
    legends: Sequence[str],
) -> list[str | None]:
    """Codes of each piece with name and table; `legends` are the tables where none is said."""
    codes = text.cells(pieces, f"{name}_code")
    tables = text.cells(pieces, f"{name}_code_table")
    words: dict[tuple[str | None, str | None], str | None] = {}
    for joined, table in {*zip(codes, tables, strict=True)}:
        said = [_land(code, _split(table) or legends, decisions, lang) for code in _split(joined)]
        words[joined, table] = " + ".join(said) or None
    return [words[pair] for pair in zip(codes, tables, strict=True)]


def _land(code: str, tables: Sequence[str], decisions: Decisions, lang: str) -> str:
    """Read a code in the first of its tables that knows it."""
    unknown = text.word("unknown_code", lang)
    asked: Sequence[str | None] = tables or [None]
    names = [(text.code_name(code, table, decisions, lang), table) for table in asked]
    name, table = next(((n, t) for n, t in names if n != unknown), names[0])
    titled = text.table_name(table)
    return f"{code} · {name}" + (f" ({titled})" if titled else "")


def _communes(
    pieces: pd.DataFrame, column: str, units: gpd.GeoDataFrame | None
) -> list[str | None]:
    """Code and name of the communes of each piece."""
    frame = _frame(units)
    names = dict(zip(text.cells(frame, "code"), text.cells(frame, "name"), strict=True))
    return [
        " + ".join(" · ".join(filter(None, (code, names.get(code)))) for code in _split(joined))
        or None
        for joined in text.cells(pieces, column)
    ]


def _constraints(pieces: pd.DataFrame, frame: gpd.GeoDataFrame | None) -> list[list[str]]:
    """Name and basis of the constraints on each piece."""
    columns = ("constraint_id", "name", "basis")
    rows = zip(*(text.cells(_frame(frame), column) for column in columns), strict=True)
    named = {ident: ": ".join(filter(None, (name, basis))) for ident, name, basis in rows}
    return [
        [named.get(ident) or ident for ident in _split(joined)]
        for joined in text.cells(pieces, "constraint_ids")
    ]
