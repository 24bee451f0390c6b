"""Faults that a repair has left to people, each with the reason."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.checks import geometry
from gis.checks.base import Subject
from gis.repair import ledger, words
from gis.repair.balance import Outcome
from gis.repair.bench import SAME_M, Faults, Geometries, Rows
from gis.repair.joints import Key

COLUMNS: Final = (
    "rule_id",
    "row",
    "feature",
    "other_row",
    "other_feature",
    "size",
    "unit",
    "lon",
    "lat",
    "why_vi",
    "why_en",
    "geometry",
)
# table of faults -> rule, columns of the two features, size, its unit
_KINDS: Final[Mapping[str, tuple[str, str, str, str, str]]] = MappingProxyType(
    {
        "duplicates": ("topology.duplicate", "right", "left", "", "m2"),
        "hanging": (
            "topology.hanging-vertex",
            "other",
            "feature",
            "distance_m",
            "m",
        ),
        "near": ("topology.near-miss", "feature", "other", "distance_m", "m"),
        "overlaps": ("topology.overlap", "left", "right", "area_m2", "m2"),
        "contained": ("topology.contained", "inner", "outer", "", "m2"),
        "gaps": ("topology.gap", "", "", "area_m2", "m2"),
    }
)
# zones and constraints are no coverage: between them the checks tell these faults only
_TOLD_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"zones": ("duplicates", "overlaps", "contained"), "constraints": ("duplicates",)}
)


def table(subject: Subject, outcomes: Sequence[Outcome], broken: Rows) -> gpd.GeoDataFrame:
    """Return what is left, with the reason.

    Parameters
    ----------
    broken
        Rows that could not be repaired because they have no valid area.
    """
    entries: list[dict[str, Any]] = [
        _broken(int(at), subject.frame.geometry.iloc[at]) for at in broken
    ]
    told = _TOLD_OF.get(subject.layer, tuple(_KINDS))
    for outcome in outcomes:
        entries += _of_run(outcome, told)
    at = [entry.pop("at") for entry in entries]
    other = [entry.pop("other") for entry in entries]
    # a gap belongs to nobody: its neighbour with the longest border names its place
    known = np.array([0 if each is None else each for each in at], dtype=np.int64)
    named = ledger.named(known, other, subject)
    shapes = np.array([None] * len(entries), dtype=object)
    shapes[:] = [entry.pop("geometry") for entry in entries]
    spots = np.full((len(entries), 2), np.nan)
    held = ~shapely.is_missing(shapes)
    spots[held] = shapely.get_coordinates(shapely.point_on_surface(shapes[held]))
    lon, lat = ledger.degrees(spots, subject)
    frame = pd.DataFrame({**pd.DataFrame(entries), **named, "lon": lon, "lat": lat})
    return gpd.GeoDataFrame(
        frame.reindex(columns=list(COLUMNS[:-1])), geometry=shapes, crs=subject.frame.crs
    )


def _broken(at: int, shape: Any) -> dict[str, Any]:
    return {
        "rule_id": _rule_of_broken(shape),
        "at": at,
        "other": None,
        "size": None,
        "unit": "",
        "why_vi": words.BROKEN[0],
        "why_en": words.BROKEN[1],
        "geometry": None,
    }


def _rule_of_broken(shape: Any) -> str:
    alone = np.array([shape], dtype=object)
    unfit = str(geometry.unfit_for_area(alone)[0])
    if unfit or shapely.is_valid(shape):
        # so small that its area is nothing
        return unfit or "geometry.collapsed-ring"
    return geometry.invalid_kinds(alone)[0][0]


def _of_run(outcome: Outcome, told: Sequence[str]) -> Iterator[dict[str, Any]]:
    present = outcome.bench.geometry
    for key, features, row in _faults(outcome.last):
        if key[0] not in told:
            continue
        rule_id, _, _, measured, unit = _KINDS[key[0]]
        hair = row.get("width_m", SAME_M) < SAME_M
        why = outcome.reasons.get(key, words.HAIR if hair else words.NOT_MENDED)
        shape = _shape(row, present, features)
        yield {
            "rule_id": rule_id,
            "at": features[0],
            "other": features[1],
            "size": float(row[measured]) if measured else float(shape.area),
            "unit": unit,
            "why_vi": why[0],
            "why_en": why[1],
            "geometry": shape,
        }
    for (kind, at), why in outcome.reasons.items():
        if kind == "tiny":
            shape = present[at]
            parts = shapely.get_parts(shape)
            yield {
                "rule_id": "geometry.tiny-part",
                "at": at,
                "other": None,
                "size": float(shapely.area(parts).min()),
                "unit": "m2",
                "why_vi": why[0],
                "why_en": why[1],
                "geometry": parts[int(np.argmin(shapely.area(parts)))],
            }


def _shape(row: Mapping[str, Any], present: Geometries, features: Sequence[int | None]) -> Any:
    """Return the fault itself: an area, a vertex, or the whole of a feature."""
    if row.get("geometry") is not None:
        return row["geometry"]
    return shapely.Point(row["x"], row["y"]) if "x" in row else present[features[0]]


def _faults(
    found: Faults,
) -> Iterator[tuple[Key, tuple[int | None, int | None], Mapping[str, Any]]]:
    """Every fault with its key, the two features it is about, and what is said of it."""
    pairs = [found.duplicates[["left", "right"]], found.contained[["inner", "outer"]]]
    told = {frozenset(pair) for table in pairs for pair in table.to_numpy().tolist()}
    for name, (_, one, other, _, _) in _KINDS.items():
        for number, row in enumerate(getattr(found, name).to_dict("records")):
            if one:
                features = int(row[one]), int(row[other])
                if name != "overlaps" or frozenset(features) not in told:
                    yield (name, number), features, row
            else:
                near = [*row["neighbours"], None, None]
                yield (name, number), (near[0], near[1]), row
