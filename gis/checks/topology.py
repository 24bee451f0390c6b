"""Topology of a layer: which faults of a coverage are findings, and of what kind.

Land use and communes ought to cover the ground once; zones must not claim the same ground in the
same period; constraints overlap by nature, and only the same one twice is a fault. What lies apart
in time, or describes another state of the ground, is never held against each other.

Every overlap and every gap is told once, by the rule that says most about it (`OVERLAPS`, `GAPS`).
Where it runs along the edge of two map sheets, ``topology.sheet-edge`` says so beside it.
"""

from collections.abc import Iterator
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import findings
from gis.checks import borders
from gis.checks.base import Subject
from gis.checks.parts import Part, parts
from gis.coverage_faces import ROUNDING_M
from gis.finding_rules import rule

Geometries = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]

#: Rules that tell overlapping pairs; each pair is told by one of them.
OVERLAPS: Final = (
    "topology.duplicate",
    "topology.duplicate-near",
    "topology.contained",
    "topology.overlap",
    "topology.overlap-thin",
    "topology.overlap-large",
    "topology.overlap-micro",
    "topology.commune-overlap",
    "topology.zone-overlap",
)
#: Rules that tell enclosed gaps; ``topology.gap-corner`` tells those that no ring encloses.
GAPS: Final = (
    "topology.gap",
    "topology.gap-thin",
    "topology.gap-large",
    "topology.gap-micro",
    "topology.commune-gap",
)
# a pair that shares so much of the larger one is one parcel, drawn twice
_NEARLY: Final = 0.95


def check(subject: Subject) -> list[gpd.GeoDataFrame]:
    """Return what is wrong between the features of a layer.

    A pair that is valid together in several periods is told once.
    """
    told = {
        "land-use": _land_use,
        "communes": _communes,
        "zones": _zones,
        "constraints": _constraints,
    }.get(subject.layer)
    if told is None:
        return []
    found = [each for part in parts(subject) for each in told(part) if len(each)]
    return [_once(findings.join(found, system=subject.frame.crs))] if found else []


def _once(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    again = table.duplicated(["rule_id", "row", "other_row", "value", "lon", "lat", "message_vi"])
    return table[~again].reset_index(drop=True)


# --- layers -------------------------------------------------------------------------------------


def _land_use(part: Part) -> list[gpd.GeoDataFrame]:
    return [
        *_overlaps(part, {}),
        *_gaps(part, {}),
        _cornered(part, "topology.gap-corner"),
        *_multiple(part),
        *borders.vertices(part),
        *borders.sheet_edges(part),
        *borders.isolated(part),
    ]


def _communes(part: Part) -> list[gpd.GeoDataFrame]:
    overlaps = dict.fromkeys(OVERLAPS[1:6], "topology.commune-overlap")
    gaps = dict.fromkeys(GAPS[:3], "topology.commune-gap")
    return [
        *_overlaps(part, overlaps),
        *_gaps(part, gaps),
        _cornered(part, "topology.commune-gap"),
        *borders.vertices(part),
    ]


def _zones(part: Part) -> list[gpd.GeoDataFrame]:
    names = dict.fromkeys(OVERLAPS[1:6], "topology.zone-overlap")
    frame = part.subject.frame
    pairs = part.faults.overlaps
    if {"valid_from", "valid_to"} <= set(frame):
        dates = frame[["valid_from", "valid_to"]].iloc[part.at]
        starts = dates["valid_from"].fillna("").to_numpy()
        ends = dates["valid_to"].fillna("9999-12-31").to_numpy()
        left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
        pairs = pairs[(starts[left] <= ends[right]) & (starts[right] <= ends[left])]
    return [*_overlaps(part, names | {"topology.overlap-micro": ""}, pairs)]


def _constraints(part: Part) -> list[gpd.GeoDataFrame]:
    twins = part.faults.duplicates
    one, other = twins["right"].to_numpy(), twins["left"].to_numpy()
    same = np.ones(len(twins), dtype=bool)
    for name in ("kind", "effect", "valid_from", "valid_to"):
        if name in part.subject.frame:
            values = part.subject.frame[name].iloc[part.at].fillna("").to_numpy()
            same &= values[one] == values[other]
    one, other = one[same], other[same]
    shapes, area = part.geometry[one], part.areas(one)
    return [part.found("topology.constraint-duplicate", one, other, geometry=shapes, size=area)]


# --- overlaps -----------------------------------------------------------------------------------


def _overlaps(
    part: Part, names: dict[str, str], pairs: pd.DataFrame | None = None
) -> list[gpd.GeoDataFrame]:
    """Tell each pair by one rule; `names` gives a layer's own rules, or none to stay silent."""
    settings = part.subject.settings
    given = part.faults.overlaps if pairs is None else pairs
    table = given.assign(rule_id=[names.get(each, each) for each in _overlap_rules(part, given)])
    # the larger holds the smaller, and is the one to be cut
    holds = (table["rule_id"] == "topology.contained") & (
        part.areas(table["left"].to_numpy()) > part.areas(table["right"].to_numpy())
    )
    table["one"] = table["left"].where(holds, table["right"])
    table["other"] = table["right"].where(holds, table["left"])
    limits = {
        "topology.duplicate": None,
        "topology.duplicate-near": None,
        "topology.overlap-large": settings.fix_m2,
    }
    return [
        part.found(
            str(rule_id),
            own["one"],
            own["other"],
            geometry=own["geometry"].to_numpy(),
            size=own["area_m2"],
            tolerance=limits.get(str(rule_id), settings.overlap_m2),
            effect_m2=_settled(-own["area_m2"], str(rule_id), settings.fix_m2),
            words={"width": own["width_m"].to_list()},
        )
        for rule_id, own in table[table["rule_id"] != ""].groupby("rule_id")
    ]


def _overlap_rules(part: Part, table: pd.DataFrame) -> list[str]:
    settings = part.subject.settings
    left, right = table["left"].to_numpy(), table["right"].to_numpy()
    area, width = table["area_m2"].to_numpy(), table["width_m"].to_numpy()
    larger = np.maximum(part.areas(left), part.areas(right))
    held = _pairs_of(part.faults.contained, "inner", "outer")
    twins = _pairs_of(part.faults.duplicates, "left", "right")
    again = set(part.faults.duplicates["right"].to_list())
    said = []
    for at, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if pair in twins:
            said.append("topology.duplicate")
        elif again.issuperset(pair) and area[at] >= _NEARLY * larger[at]:
            # two copies of a third, which each is told of
            said.append("")
        elif area[at] < settings.overlap_m2:
            # as thin as rounding is no ground at all
            said.append("topology.overlap-micro" if width[at] > ROUNDING_M else "")
        elif area[at] >= _NEARLY * larger[at]:
            said.append("topology.duplicate-near")
        elif pair in held:
            said.append("topology.contained")
        else:
            said.append("topology.overlap" + _degree(area[at], width[at], part.subject))
    return said


def _pairs_of(table: pd.DataFrame, one: str, other: str) -> set[tuple[int, int]]:
    pairs = np.sort(table[[one, other]].to_numpy(dtype=np.int64), axis=1)
    return set(map(tuple, pairs.tolist()))


def _degree(area: float, width: float, subject: Subject) -> str:
    if width < subject.settings.sliver_width_m:
        return "-thin"
    return "-large" if area > subject.settings.fix_m2 else ""


def _settled(change: "pd.Series[float]", rule_id: str, most: float) -> list[float | None]:
    """Say what the rule's fix does to the area of the feature, where it may be done at all."""
    fixed = bool(rule(rule_id).fix)
    free = rule_id == "topology.duplicate"
    return [float(each) if fixed and (free or abs(each) <= most) else None for each in change]


def _multiple(part: Part) -> list[gpd.GeoDataFrame]:
    limit = part.subject.settings.overlap_m2
    table = part.faults.multiple
    table = table[(table["area_m2"] >= limit).to_numpy(dtype=bool)]
    listed = table["features"].to_list()
    rows = [part.subject.rows(part.at[list(each)]).tolist() for each in listed]
    return [
        part.found(
            "topology.multiple-cover",
            [each[0] for each in listed],
            [each[1] for each in listed],
            geometry=table["geometry"].to_numpy(),
            size=table["area_m2"],
            tolerance=limit,
            value=[", ".join(map(str, each)) for each in rows],
            words={"count": [len(each) for each in listed]},
        )
    ]


# --- gaps ---------------------------------------------------------------------------------------


def _gaps(part: Part, names: dict[str, str]) -> list[gpd.GeoDataFrame]:
    settings = part.subject.settings
    table = part.faults.gaps
    rules = [
        "topology.gap-micro"
        if area < settings.gap_m2
        else "topology.gap" + _degree(area, width, part.subject)
        for area, width in zip(table["area_m2"], table["width_m"], strict=True)
    ]
    table = table.assign(rule_id=[names.get(each, each) for each in rules])
    return [
        each
        for rule_id, own in table.groupby("rule_id")
        for each in _beside(part, str(rule_id), own)
    ]


def _cornered(part: Part, rule_id: str) -> gpd.GeoDataFrame:
    table = part.faults.corner_gaps
    wide = (table["area_m2"] >= part.subject.settings.gap_m2).to_numpy(dtype=bool)
    system = part.subject.frame.crs
    return findings.join(_beside(part, rule_id, table[wide]), system=system)


def _beside(part: Part, rule_id: str, table: pd.DataFrame) -> Iterator[gpd.GeoDataFrame]:
    """Tell gaps by their two neighbours with the longest border; some have one only."""
    settings = part.subject.settings
    limit = settings.fix_m2 if rule_id == "topology.gap-large" else settings.gap_m2
    count = table["neighbours"].map(len).to_numpy(dtype=np.int64)
    for few in (True, False):
        own = table[(count > 0) & ((count == 1) == few)]
        near = own["neighbours"].to_list()
        yield part.found(
            rule_id,
            [each[0] for each in near],
            None if few else [each[1] for each in near],
            geometry=own["geometry"].to_numpy(),
            size=own["area_m2"],
            tolerance=limit,
            effect_m2=_settled(own["area_m2"], rule_id, settings.fix_m2),
            words={"width": own["width_m"].to_list(), "count": [len(each) for each in near]},
        )
