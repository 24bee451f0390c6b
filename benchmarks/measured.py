"""Runs the product on planted parcels and scores what it says."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import fabric, matching
from benchmarks.faults import PLANTERS
from benchmarks.matching import Score
from benchmarks.planting import plant
from benchmarks.seeding import TOLERANCES
from gis import findings
from gis.intake.door import Home, Order, take_in
from gis.settings import CheckSettings

#: Rules of the catalogue by the kind that is planted.
RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "gap": ("topology.gap", "topology.gap-thin", "topology.gap-large", "topology.gap-corner"),
    "overlap": (
        "topology.overlap",
        "topology.overlap-thin",
        "topology.overlap-large",
        "topology.duplicate-near",
    ),
    "hanging-vertex": ("topology.hanging-vertex",),
    "near-miss": ("topology.near-miss",),
    "sheet-edge": ("topology.sheet-edge",),
    "same-shape": ("topology.duplicate",),
    "contained": ("topology.contained",),
    "sliver": ("geometry.sliver",),
    "tiny-part": ("geometry.tiny-part",),
    "tiny-hole": ("geometry.tiny-hole",),
    "spike": ("geometry.spike",),
    "repeated-point": ("geometry.repeated-points",),
    "invalid": (
        "geometry.self-intersection",
        "geometry.ring-self-intersection",
        "geometry.hole-outside-shell",
        "geometry.nested-holes",
        "geometry.nested-shells",
        "geometry.overlapping-parts",
        "geometry.duplicate-rings",
        "geometry.disconnected-interior",
        "geometry.too-few-points",
        "geometry.collapsed-ring",
    ),
    "no-geometry": ("geometry.null", "geometry.empty"),
    "no-code": ("land-use.no-code",),
    "unknown-code": ("land-use.unknown-code",),
    "other-table": ("land-use.other-table-code",),
    "compound-code": ("land-use.compound-code",),
    "registered-area": ("land-use.area-differs",),
    "same-key": ("land-use.parcel-number-twice",),
}
#: What is said of every file.
DESCRIBED: Final = {"code_table": "tt27-2018", "status": "current", "year": 2020}
#: Faults of each kind by size.
EACH: Final = {"S": 3, "M": 40, "L": 250}
#: Columns of the real parcels by what they are here.
REAL_COLUMNS: Final = {
    "shbando": "sheet",
    "shthua": "parcel",
    "dientich": "registered_area_m2",
    "mdsd": "code",
    "thon": "hamlet",
}
REAL_FILE: Final = Path("parcels-duynghia") / "duynghia_parcels.gpkg"


def synthetic(size: str, seeds: Iterable[int]) -> tuple[dict[str, Score], int]:
    """Score planted fabrics; count what is said of clean ones, which should be nothing."""
    total: dict[str, Score] = {}
    invented = 0
    for seed in seeds:
        clean = fabric.parcels(fabric.SIZES[size], seed=seed)
        invented += len(checked(clean))
        planted = plant(clean, each=EACH[size], seed=seed)
        matching.add(total, matching.score(checked(planted.frame), planted.truths, RULES))
    return total, invented


def real(folder: Path, seeds: Iterable[int], *, each: int = 16) -> dict[str, Score]:
    """Score faults planted into the real parcels; what was wrong before counts neither way."""
    source = gpd.read_file(folder / REAL_FILE).rename(columns=REAL_COLUMNS)
    shapes = source.geometry.to_numpy()
    # polygons of one part are written as such, the way they are drawn here
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    source = source.set_geometry(shapes).astype({"sheet": str, "parcel": str})
    before = checked(source)
    odd = faulty(source)
    total: dict[str, Score] = {}
    kinds = [kind for kind in PLANTERS if kind != "missing shape"]
    for seed in seeds:
        planted = plant(source, each=each, seed=seed, kinds=kinds, avoid=odd, fewer=True)
        fresh = matching.new_findings(checked(planted.frame), before)
        matching.add(total, matching.score(fresh, planted.truths, RULES))
    return total


def faulty(frame: gpd.GeoDataFrame) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Positions of parcels that GEOS finds at fault, or within a metre of those."""
    shapes = frame.geometry.to_numpy()
    valid = shapely.is_valid(shapes)
    lines = np.full(len(shapes), None, dtype=object)
    lines[valid] = shapely.coverage_invalid_edges(shapes[valid])
    odd = ~valid | ~shapely.is_empty(lines)
    near = frame.sindex.query(shapes[odd], predicate="dwithin", distance=1.0)[1]
    return np.unique(np.concatenate([near, np.flatnonzero(odd)]))


def checked(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take parcels in by the door, as a GeoPackage, and return everything it says of rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "parcels.gpkg"
        frame.to_file(file)
        order = Order(
            layer="land-use",
            path=file,
            constants=DESCRIBED,
            keep=("hamlet",),
        )
        home = Home(crs=frame.crs.to_string(), check=CheckSettings(**TOLERANCES))
        taken = take_in(order, home)
    parts = [taken.findings, taken.faults]
    return findings.join([each for each in parts if each is not None], system=frame.crs)
