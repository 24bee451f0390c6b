"""The map of a data check: the checked layers, and every fault with its place."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from gis import text as gis_text
from gis.checks.survey import Survey
from maps import export, text
from maps.base import OfflineMap, offline_map
from maps.controls.finding_list import FindingList
from maps.controls.layer_tree import Group, LayerTree
from maps.controls.legend import Legend, Section
from maps.controls.popup import Popup
from maps.controls.title import Title
from maps.layers.checked import checked_layer
from maps.layers.findings import finding_layer
from maps.polygons import PolygonLayer

#: More faults than this are not drawn, and more features are cropped to those around the faults.
FINDINGS_SHOWN: Final = 20_000
FEATURES_SHOWN: Final = 20_000
_AROUND_M: Final = 50.0


def build(survey: Survey, *, lang: str = "vi") -> OfflineMap:
    """Draw what a check found on a map whose page needs no network.

    Raises
    ------
    InputError
        When the language is not known.
    """
    page = offline_map(lang=lang)
    found = survey.findings
    placed = found[~(found.geometry.isna() | found.geometry.is_empty)]
    drawn = placed.sort_values(
        ["severity", "size"],
        key=lambda column: column.map(_GRAVITY) if column.name == "severity" else -column,
        na_position="last",
        kind="stable",
    ).head(FINDINGS_SHOWN)
    notes = _notes(len(found), len(placed), len(drawn), lang)
    checked = _checked(survey, drawn, lang)
    for layer in checked:
        layer.add_to(page)
    faults = finding_layer(drawn, lang=lang)
    faults.add_to(page)
    page.focus = faults.box or next((layer.box for layer in checked if layer.box), None)
    facts = [
        (text.word("dataset", lang), ", ".join(f"{s.layer}/{s.dataset}" for s in survey.subjects)),
        (text.word("in_all", lang), gis_text.format_number(len(found), 0, lang)),
    ]
    Title(
        text.word("check_title", lang),
        facts=facts,
        notes=notes,
        schematic=survey.schematic,
        lang=lang,
    ).add_to(page)
    FindingList(drawn, faults, lang=lang).add_to(page)
    groups = [
        Group(title=text.word("findings", lang), layers=[faults], by_category=True),
        Group(title=text.word("checked", lang), layers=checked),
    ]
    LayerTree(groups, lang=lang).add_to(page)
    Legend([Section(layer=faults, areas=False)], lang=lang).add_to(page)
    Popup(None, lang=lang).add_to(page)
    return page


_GRAVITY: Final = {"error": 0, "warning": 1, "info": 2}


def save(survey: Survey, path: Path, *, lang: str = "vi") -> Path:
    """Write the map as one file that opens without a network; return its path.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    return export.save(build(survey, lang=lang), path)


def _checked(survey: Survey, drawn: gpd.GeoDataFrame, lang: str) -> list[PolygonLayer]:
    layers = []
    for number, subject in enumerate(survey.subjects):
        frame = subject.frame
        if len(frame) > FEATURES_SHOWN and len(drawn):
            tree = shapely.STRtree(frame.geometry.to_numpy())
            near = tree.query(drawn.geometry.to_numpy(), predicate="dwithin", distance=_AROUND_M)
            frame = frame.iloc[sorted(set(near[1].tolist()))[:FEATURES_SHOWN]]
        title = f"{subject.layer}/{subject.dataset}"
        layers.append(checked_layer(frame, title=title, key=f"checked{number}", lang=lang))
    return layers


def _notes(total: int, placed: int, drawn: int, lang: str) -> list[str]:
    def number(count: int) -> str:
        return gis_text.format_number(count, 0, lang)

    notes = []
    if total > placed:
        notes.append(text.word("no_place", lang).format(count=number(total - placed)))
    if placed > drawn:
        notes.append(text.word("not_drawn", lang).format(shown=number(drawn), total=number(placed)))
    return notes
