"""The review map: zones and their pieces by verdict over land use, constraints and communes."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gis.alignment import Alignment
from gis.text import format_date, format_number
from maps import export, text
from maps.base import OfflineMap, offline_map
from maps.controls.layer_tree import Group, LayerTree
from maps.controls.legend import Legend, Section
from maps.controls.popup import Popup
from maps.controls.record import Record
from maps.controls.title import Title
from maps.controls.zone_list import ZoneList
from maps.layers.alignment import piece_layer
from maps.layers.communes import commune_layer
from maps.layers.constraints import constraint_layer
from maps.layers.land_use import Role, land_use_layer
from maps.layers.zones import zone_layer
from maps.polygons import PolygonLayer

#: More polygons than this in one layer of land use are cropped to what lies around the zones.
CROP_ABOVE: Final = 20_000
#: How far around the zones land use is kept, in metres.
SURROUNDINGS_M: Final = 1_000.0
#: The frame of a context that each layer of land use draws, in the order of the tree.
_LAND_USE: Final[tuple[tuple[str, Role], ...]] = (
    ("plan", "land_use_plan"),
    ("current", "current"),
    ("general_plan", "general_plan"),
)


def build(alignment: Alignment, *, lang: str = "vi") -> OfflineMap:
    """Draw an alignment on a map whose page needs no network.

    Parameters
    ----------
    alignment
        Result of `gis.alignment.assess`. Layers that its context lacks are left out.
    lang
        Language of the page, ``vi`` or ``en``.

    Raises
    ------
    InputError
        When the language is not known.
    """
    page = offline_map(lang=lang)
    land_use = _land_use(alignment, lang)
    communes = _communes(alignment, lang)
    constraints = _constraints(alignment, lang)
    pieces, zones = piece_layer(alignment, lang=lang), zone_layer(alignment, lang=lang)
    for layer in (*land_use, *constraints, *communes, pieces, zones):
        layer.add_to(page)
    page.focus = zones.box
    notes = [layer.drawing.note for layer in land_use if layer.drawing.note]
    _title(alignment, notes, lang).add_to(page)
    ZoneList(alignment, zones, lang=lang).add_to(page)
    Record(alignment.provenance, lang=lang).add_to(page)
    groups = [
        Group(title=text.word("results", lang), layers=[zones, pieces]),
        Group(title=text.word("land_use", lang), layers=land_use, one_at_a_time=True),
        Group(title=text.word("constraints", lang), layers=constraints, by_category=True),
        Group(title=text.word("administrative", lang), layers=communes),
    ]
    LayerTree(groups, lang=lang).add_to(page)
    sections = [
        Section(layer=pieces, whole=True),
        *(Section(layer=layer, areas=False) for layer in constraints),
        *(Section(layer=layer) for layer in land_use),
        *(Section(layer=layer, areas=False) for layer in communes),
    ]
    Legend(sections, lang=lang).add_to(page)
    Popup(alignment.rules, lang=lang).add_to(page)
    return page


def save(alignment: Alignment, path: Path, *, lang: str = "vi") -> Path:
    """Write the review map as one file that opens without a network; return its path.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    return export.save(build(alignment, lang=lang), path)


def _land_use(alignment: Alignment, lang: str) -> list[PolygonLayer]:
    """Layers of land use there are; the first of them is shown."""
    context = alignment.context
    layers: list[PolygonLayer] = []
    for name, role in _LAND_USE:
        frame = getattr(context, name)
        if frame is None:
            continue
        shown = _cropped(frame, alignment.zones)
        note = "" if len(shown) == len(frame) else _crop_note(len(shown), len(frame), lang)
        layers.append(
            land_use_layer(
                shown,
                role=role,
                lang=lang,
                decisions=context.decisions,
                note=note,
                show=not layers,
            )
        )
    return layers


def _cropped(frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows around the zones, where a frame is too large to be sent whole."""
    if len(frame) <= CROP_ABOVE:
        return frame
    tree = shapely.STRtree(frame.geometry.to_numpy())
    near = tree.query(zones.geometry.to_numpy(), predicate="dwithin", distance=SURROUNDINGS_M)
    return frame.iloc[np.unique(near[1])].reset_index(drop=True)


def _crop_note(shown: int, total: int, lang: str) -> str:
    counts = (format_number(count, 0, lang) for count in (shown, total))
    return text.word("cropped", lang).format(**dict(zip(("shown", "total"), counts, strict=True)))


def _communes(alignment: Alignment, lang: str) -> list[PolygonLayer]:
    context = alignment.context
    layers = []
    if context.other_communes is not None:
        layers.append(commune_layer(context.other_communes, lang=lang, other_set=True, show=False))
    if context.communes is not None:
        layers.append(commune_layer(context.communes, lang=lang))
    return layers[::-1]


def _constraints(alignment: Alignment, lang: str) -> list[PolygonLayer]:
    frame = alignment.context.constraints
    return [] if frame is None else [constraint_layer(frame, lang=lang)]


def _title(alignment: Alignment, notes: list[str], lang: str) -> Title:
    context, zones = alignment.context, alignment.zones
    extent = " · ".join(
        [
            text.counted(len(zones), "zone", lang),
            text.hectares(float(zones["area_ha"].sum()), lang),
            text.counted(len(alignment.pieces), "piece", lang),
        ]
    )
    facts = [(text.word("as_of", lang), format_date(context.as_of, lang))]
    if context.year is not None:
        facts.append((text.word("plan_year", lang), str(context.year)))
    facts.append((text.word("extent", lang), extent))
    return Title(
        text.word("title", lang),
        facts=facts,
        notes=[*(note.text(lang) for note in alignment.notes), *notes],
        schematic=alignment.schematic,
        lang=lang,
    )
