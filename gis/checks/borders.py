"""Borders that ought to be one: vertices, edges of map sheets, and features that stand alone."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis import findings
from gis.checks.parts import Geometries, Part
from gis.coverage_edges import all_edges, places, readable
from gis.coverage_faces import ROUNDING_M

# standing alone is no fault where many do: such a layer is no coverage
_FEW_ALONE: Final = 0.1
# the width of a strip 100 m long and 1 cm wide is then known to a tenth of a millimetre
_HALVINGS: Final = 14
_KINDS: Final = {
    "gap": ("có khe hở", "a gap"),
    "overlap": ("chồng lấn", "an overlap"),
    "strip": ("có khe hở thông ra ngoài", "an open gap"),
}


# --- vertices -----------------------------------------------------------------------------------


def vertices(part: Part) -> list[gpd.GeoDataFrame]:
    """Tell vertices that hang on an edge of a neighbour, or miss its border by little."""
    settings = part.subject.settings
    lacking = _by_pair(_on_shared_borders(part))
    rounded = part.faults.near["distance_m"] <= ROUNDING_M
    near = part.faults.near[~rounded]
    moved = _one_way(_by_pair(near.assign(effect=_effect(part, near))))
    return [
        part.found(
            "topology.hanging-vertex",
            lacking["other"],
            lacking["feature"],
            geometry=lacking["geometry"].to_numpy(),
            size=lacking["distance_m"],
            effect_m2=0.0,
            words={"count": lacking["count"].to_list()},
        ),
        part.found(
            "topology.near-miss",
            moved["feature"],
            moved["other"],
            geometry=moved["geometry"].to_numpy(),
            size=moved["distance_m"],
            tolerance=settings.near_m,
            effect_m2=moved["effect"].to_list(),
            words={"count": moved["count"].to_list()},
        ),
        *_rounding(part, part.faults.near[rounded]),
    ]


def _rounding(part: Part, near: pd.DataFrame) -> list[gpd.GeoDataFrame]:
    """Say once for all that vertices of neighbours differ by rounding; nobody could see where."""
    if near.empty:
        return []
    first = near.iloc[0]
    said = findings.many(
        "topology.rounding",
        rows=[None],
        layer=part.subject.layer,
        dataset=part.subject.dataset,
        system=part.subject.frame.crs,
        geometry=[shapely.Point(first["x"], first["y"])],
        size=[float(near["distance_m"].max())],
        value=[str(len(near))],
    )
    return [said]


def _on_shared_borders(part: Part) -> pd.DataFrame:
    """Leave out vertices that hang only because the two overlap there, which is told already."""
    hanging, overlaps = part.faults.hanging, part.faults.overlaps
    wide = overlaps[overlaps["area_m2"] >= part.subject.settings.overlap_m2]
    ends = np.sort(hanging[["feature", "other"]].to_numpy(dtype=np.int64), axis=1)
    pairs = pd.DataFrame({"left": ends[:, 0], "right": ends[:, 1]})
    told = pairs.merge(wide, how="left", on=["left", "right"])["geometry"]
    common = np.array([each if pd.notna(each) else None for each in told], dtype=object)
    points = shapely.points(hanging[["x", "y"]].to_numpy(dtype=np.float64))
    return hanging[~shapely.dwithin(common, points, ROUNDING_M)]


def _one_way(pairs: pd.DataFrame) -> pd.DataFrame:
    """Of two features near each other keep the one with more vertices to move."""
    ends = np.sort(pairs[["feature", "other"]].to_numpy(dtype=np.int64), axis=1)
    named = pairs.assign(low=ends[:, 0], high=ends[:, 1])
    ordered = named.sort_values(["count", "feature"], ascending=[False, True])
    return ordered.drop_duplicates(["low", "high"]).sort_values(["feature", "other"])


def _by_pair(table: pd.DataFrame) -> pd.DataFrame:
    """Gather vertices of one feature on one other: their number and places, the largest size."""
    whole = table.assign(effect=table.get("effect", 0.0), count=1)
    by = whole.groupby(["feature", "other"], as_index=False)
    pairs = by.agg({"distance_m": "max", "effect": "sum", "count": "sum"})
    number = by.ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    points = np.asarray(shapely.points(table[["x", "y"]].to_numpy(dtype=np.float64)[order]))
    pairs["geometry"] = np.asarray(shapely.multipoints(points, indices=number[order]))
    return pairs


def _effect(part: Part, near: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Say what each move of a vertex does to the area of its feature, in m2.

    With the feature on the left of its edges this is half the cross product of the move and the sum
    of the edges that meet in the vertex.
    """
    features, number = np.unique(near["feature"].to_numpy(dtype=np.int64), return_inverse=True)
    edges = all_edges(readable(part.geometry[features]))
    at, to = near[["x", "y"]].to_numpy(), near[["to_x", "to_y"]].to_numpy()
    run = np.tile(edges.end - edges.start, (2, 1))
    ends = pd.DataFrame(
        {
            "feature": np.tile(edges.feature, 2),
            "place": places(np.concatenate([edges.start, edges.end])),
            "east": run[:, 0],
            "north": run[:, 1],
        }
    )
    wanted = pd.DataFrame({"feature": number, "place": places(at)})
    met = ends[ends["place"].isin(wanted["place"])].groupby(["feature", "place"], as_index=False)
    along = wanted.merge(met.sum(), how="left", on=["feature", "place"])
    east, north = along["east"].to_numpy(), along["north"].to_numpy()
    move = to - at
    return np.asarray((move[:, 0] * north - move[:, 1] * east) / 2, dtype=np.float64)


# --- sheets, and features alone -----------------------------------------------------------------


def sheet_edges(part: Part) -> list[gpd.GeoDataFrame]:
    """Tell what runs along the edge of two sheets and is nowhere wider than a mismatch may be."""
    sheets, settings = part.sheets, part.subject.settings
    if sheets is None:
        return []
    faults = part.faults
    bare = pd.concat([faults.gaps, faults.corner_gaps], ignore_index=True)
    pairs = np.array([_of_two_sheets(each, sheets) for each in bare["neighbours"]], dtype=np.int64)
    bare = bare.assign(left=pairs.reshape(-1, 2)[:, 0], right=pairs.reshape(-1, 2)[:, 1])
    told = [
        table.loc[table["area_m2"] >= limit, ["left", "right", "geometry", "width_m"]].assign(
            kind=kind
        )
        for kind, table, limit in (
            ("gap", bare, settings.gap_m2),
            ("overlap", faults.overlaps, settings.overlap_m2),
            ("strip", faults.strips, settings.gap_m2),
        )
    ]
    whole = pd.concat(told, ignore_index=True)
    one, other = (sheets[whole[name].to_numpy(dtype=np.int64)] for name in ("left", "right"))
    apart = ~pd.isna(one) & ~pd.isna(other) & (one != other)
    whole = whole.assign(one=one, other=other)[apart & (whole["width_m"] <= settings.edge_m)]
    widest = _widest(whole["geometry"].to_numpy(dtype=object), settings.edge_m)
    own = whole.assign(size=widest)[widest <= settings.edge_m]
    return [
        part.found(
            "topology.sheet-edge",
            own["left"],
            own["right"],
            geometry=own["geometry"].to_numpy(),
            size=own["size"],
            tolerance=settings.edge_m,
            words={
                "kind": [_KINDS[each] for each in own["kind"]],
                "sheet": own["one"].map(str).to_list(),
                "other_sheet": own["other"].map(str).to_list(),
            },
        )
    ]


def _of_two_sheets(neighbours: tuple[int, ...], sheets: npt.NDArray[Any]) -> tuple[int, int]:
    """Return the first neighbour, and the first of another sheet, or itself again."""
    first = neighbours[0]
    return first, next((each for each in neighbours if sheets[each] != sheets[first]), first)


def _widest(shapes: Geometries, edge_m: float) -> npt.NDArray[np.float64]:
    """Return the diameter of the largest circle in each shape, or infinity above `edge_m`.

    A circle fits as long as something is left of the shape when its border moves in by the radius.
    Halving intervals of the radius this way is many times faster than to look for the circle.
    """
    fits = ~shapely.is_empty(shapely.buffer(shapes, -edge_m / 2))
    low = np.zeros(len(shapes))
    high = np.minimum(edge_m / 2, np.sqrt(shapely.area(shapes) / np.pi))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        left = ~shapely.is_empty(shapely.buffer(shapes, -middle))
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return np.where(fits, np.inf, 2 * high)


def isolated(part: Part) -> list[gpd.GeoDataFrame]:
    """Tell features that have nobody near, where most have."""
    alone = part.faults.isolated["feature"].to_numpy(dtype=np.int64)
    if not 0 < len(alone) <= _FEW_ALONE * len(part.at):
        return []
    others = part.geometry[np.isfinite(shapely.bounds(part.geometry)).all(axis=1)]
    (at, _), distance = shapely.STRtree(others).query_nearest(
        part.geometry[alone], exclusive=True, return_distance=True, all_matches=False
    )
    return [
        part.found(
            "topology.isolated",
            alone[at],
            geometry=part.geometry[alone[at]],
            size=distance,
            tolerance=part.subject.settings.edge_m,
        )
    ]
