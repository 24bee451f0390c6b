"""Findings: where the faults of the data are, each with what it means and what to do."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis import findings
from gis import text as gis_text
from gis.finding_rules import rule
from maps import palette, text
from maps.polygons import Category, Column, Drawing, PolygonLayer

_ORDER: Final = 40
_RANK: Final = 4
#: By how much a fault is widened, in metres: a map rounds to a tenth of a metre.
_WIDENED_M: Final = 0.5


def finding_layer(
    found: gpd.GeoDataFrame, *, lang: str = "vi", note: str = "", show: bool = True
) -> PolygonLayer:
    """Build the layer of findings; the caller decides which map it goes on.

    Parameters
    ----------
    found
        Findings that have a geometry (see `gis.findings`), in a metric system.
    note
        A further sentence below the legend.
    """
    ids = list(dict.fromkeys(found["rule_id"]))
    counts = found["rule_id"].value_counts()
    categories = [
        Category(
            key=rule_id,
            title=f"{text.sentence(rule(rule_id).name[lang])} ({counts[rule_id]})",
            style=palette.finding(rule(rule_id).severity, rule(rule_id).group),
        )
        for rule_id in ids
    ]
    at = {rule_id: number for number, rule_id in enumerate(ids)}
    drawing = Drawing(
        key="findings",
        title=text.word("findings", lang),
        tab=text.word("finding", lang),
        categories=categories,
        category_of=[at[rule_id] for rule_id in found["rule_id"]],
        columns=_columns(found, lang),
        order=_ORDER,
        rank=_RANK,
        markers=True,
        note=" ".join(filter(None, (text.word("widened_note", lang), note))),
    )
    seen = found.set_geometry(gpd.GeoSeries(widened(found), index=found.index, crs=found.crs))
    return PolygonLayer(seen, drawing, show=show)


def widened(found: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Areas that stand for faults on a map: a point, a line or a thread is too thin to be seen."""
    return np.asarray(
        shapely.buffer(found.geometry.to_numpy(), _WIDENED_M, quad_segs=2), dtype=object
    )


def _columns(found: gpd.GeoDataFrame, lang: str) -> list[Column]:
    def word(key: str) -> str:
        return text.word(key, lang)

    severities = [gis_text.label("severity", each, lang) for each in found["severity"]]
    sizes = _measured(found, "size", found["unit"], lang)
    tolerances = _measured(found, "tolerance", found["unit"], lang)
    fixes = [text.label("fix", each or None, lang) for each in found["fix"]]
    return [
        Column("", [text.sentence(rule(each).name[lang]) for each in found["rule_id"]], "heading"),
        Column(word("severity"), [text.sentence(each) for each in severities]),
        Column(word("found"), text.cells(found, f"message_{lang}")),
        Column(word("feature"), _features(found, "", lang)),
        Column(word("other_feature"), _features(found, "other_", lang)),
        Column(word("size"), sizes),
        Column(word("tolerance"), tolerances),
        Column(word("remedy"), [_sentence(each) for each in text.cells(found, f"remedy_{lang}")]),
        Column(word("fix"), [_sentence(each) for each in fixes]),
        Column(word("fix_effect"), _measured(found, "effect_m2", ["m2"] * len(found), lang)),
        Column(word("rule"), list(found["rule_id"])),
    ]


def _sentence(words: str | None) -> str | None:
    return words and text.sentence(words)


def _measured(found: gpd.GeoDataFrame, column: str, units: Any, lang: str) -> list[str | None]:
    values = found[column].astype("Float64")
    return [
        None if missing else findings.measure(value, unit, lang)
        for value, unit, missing in zip(values, units, values.isna(), strict=True)
    ]


def _features(found: gpd.GeoDataFrame, which: str, lang: str) -> list[str | None]:
    """Dataset, row and name of one of the two features."""
    rows = zip(
        *(text.cells(found, f"{which}{name}") for name in ("dataset", "row", "feature")),
        strict=True,
    )
    row_word = text.word("row", lang)
    return [
        ", ".join(filter(None, (dataset, row and f"{row_word} {row}", feature))) or None
        if row or feature
        else None
        for dataset, row, feature in rows
    ]
