"""The shape of each feature alone: is it an area, is it valid, and is it drawn as surveyed.

What is invalid is said once and kept out of the finer checks, so that it never stops a run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gis import crs, findings, overlay
from gis.checks.base import Subject
from gis.findings import Finding

Geometries = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Beyond this, in metres, millimetres or degrees, lies no place on earth.
_NO_PLACE: Final = 1e12
_AREA_TYPES: Final = (3, 6)
_COLLECTION: Final = 7
#: The rule for what GEOS says of a ring.
_KINDS: Final = {
    "Self-intersection": "geometry.self-intersection",
    "Ring Self-intersection": "geometry.ring-self-intersection",
    "Hole lies outside shell": "geometry.hole-outside-shell",
    "Holes are nested": "geometry.nested-holes",
    "Nested shells": "geometry.nested-shells",
    "Interior is disconnected": "geometry.disconnected-interior",
    "Too few points in geometry component": "geometry.too-few-points",
    "Invalid Coordinate": "geometry.invalid-coordinate",
}
# no parcel, zone or commune has a straight border of that length
_LONGEST_EDGE_M: Final = 100_000.0
_MANY_VERTICES: Final = 100_000
# a border with a vertex every few centimetres was traced by a program, not surveyed
_DENSE_M: Final = 0.05
_FEW_VERTICES: Final = 100


def check(subject: Subject) -> list[gpd.GeoDataFrame]:
    """Return what is wrong with the shapes of a layer, each feature for itself."""
    geometry = subject.frame.geometry.to_numpy()
    unfit = unfit_for_area(geometry)
    found = [subject.found(each, np.flatnonzero(unfit == each)) for each in _present(unfit)]
    found += _heights(subject, geometry)
    areal = np.flatnonzero(unfit == "")
    valid = shapely.is_valid(geometry[areal])
    if not valid.all():
        found += _invalid(subject, areal[~valid])
    outlines = _Outlines.of(geometry, areal[valid])
    absurd, astray = _absurd(subject, outlines)
    if len(astray):
        # whatever else is odd about them comes of that
        outlines = _Outlines.of(geometry, np.setdiff1d(areal[valid], astray))
    found += absurd + _repeated_points(subject, outlines) + _spikes(subject, outlines)
    found += _tiny_parts_and_holes(subject, outlines) + _slivers(subject, outlines)
    found += _vertices(subject, outlines)
    return [each for each in found if len(each)]


def unfit_for_area(geometry: Geometries) -> Geometries:
    """Return for each geometry the rule by which it is no area, or an empty text."""
    kinds = shapely.get_type_id(geometry)
    said = np.full(len(geometry), "", dtype=object)
    said[~np.isin(kinds, _AREA_TYPES)] = "geometry.wrong-dimension"
    mixed = np.flatnonzero(kinds == _COLLECTION)
    solid = shapely.area(overlay.polygonal(geometry[mixed])) > 0
    said[mixed[solid]] = "geometry.collection"
    said[shapely.is_empty(geometry)] = "geometry.empty"
    said[shapely.is_missing(geometry)] = "geometry.null"
    points, owner = shapely.get_coordinates(geometry, return_index=True)
    # a bound would pass over a number that is none
    odd = owner[~(np.abs(points) < _NO_PLACE).all(axis=1)]
    said[odd[said[odd] == ""]] = "geometry.invalid-coordinate"
    return said


def invalid_kinds(geometry: Geometries) -> tuple[list[str], list[str], Geometries]:
    """Return for each invalid polygon its rule, what GEOS says, and a point where it is so."""
    reasons = [str(each) for each in shapely.is_valid_reason(geometry)]
    rules, spots = [], np.full(len(geometry), None, dtype=object)
    for at, (shape, reason) in enumerate(zip(geometry, reasons, strict=True)):
        kind, _, place = reason.partition("[")
        rules.append(_own_kind(shape, _KINDS.get(kind, "geometry.self-intersection")))
        x, y = (float(each) for each in place.rstrip("]").split()[:2])
        spots[at] = shapely.Point(x, y) if np.isfinite([x, y]).all() else None
    return rules, reasons, spots


def heights(geometry: Geometries) -> list[Finding]:
    """Say once for a layer that its shapes carry heights or measures."""
    counted = {
        "geometry.heights": int(shapely.has_z(geometry).sum()),
        "geometry.measures": int(shapely.has_m(geometry).sum()),
    }
    return [Finding(rule_id=name, value=str(count)) for name, count in counted.items() if count]


def _heights(subject: Subject, geometry: Geometries) -> list[gpd.GeoDataFrame]:
    said = heights(geometry)
    table = findings.table(said, system=subject.frame.crs)
    return [table.assign(layer=subject.layer, dataset=subject.dataset)] if said else []


def _present(unfit: Geometries) -> list[str]:
    return sorted(set(unfit.tolist()) - {""})


def _own_kind(shape: shapely.Geometry, kind: str) -> str:
    """Tell apart what GEOS calls a self-intersection without saying of what."""
    if kind != "geometry.self-intersection":
        return kind
    parts = shapely.get_parts(shape)
    rings = shapely.normalize(shapely.get_rings(parts))
    if len(np.unique(shapely.to_wkb(rings))) < len(rings):
        return "geometry.duplicate-rings"
    if len(parts) > 1 and shapely.is_valid(parts).all():
        return "geometry.overlapping-parts"
    return kind


def _invalid(subject: Subject, at: Indices) -> list[gpd.GeoDataFrame]:
    rules, _, spots = invalid_kinds(subject.frame.geometry.to_numpy()[at])
    found = []
    for name in sorted(set(rules)):
        mine = np.array([each == name for each in rules])
        spot = spots[mine]
        found.append(subject.found(name, at[mine], geometry=spot, value=written_places(spot)))
    return found


def written_places(spots: Iterable[shapely.Point | None]) -> list[str | None]:
    """Write places as coordinates of their own system."""
    return [f"{each.x:.2f} {each.y:.2f}" if each else None for each in spots]


# --- outlines -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlines:
    """Rings of valid polygons as flat arrays.

    Attributes
    ----------
    at
        Position in the layer of each feature.
    points
        Vertices, the last of each ring equal to its first.
    start, part, feature
        Of each ring: where its vertices begin (one more at the end), its part, its feature.
    repeated
        Which vertices stand at the place of the vertex before.
    """

    geometry: Geometries
    at: Indices
    points: Floats
    start: Indices
    part: Indices
    feature: Indices
    repeated: Mask

    @classmethod
    def of(cls, every: Geometries, at: Indices) -> "_Outlines":
        geometry = every[at]
        if not len(at):
            none = np.zeros(0, dtype=np.int64)
            return cls(
                geometry=geometry,
                at=at,
                points=np.zeros((0, 2)),
                start=np.zeros(1, dtype=np.int64),
                part=none,
                feature=none,
                repeated=np.zeros(0, dtype=bool),
            )
        _, points, offsets = shapely.to_ragged_array(geometry, include_z=False)
        # without heights there may still be measures
        points = points[:, :2]
        start, parts = offsets[0].astype(np.int64), offsets[1].astype(np.int64)
        part = np.repeat(np.arange(len(parts) - 1), np.diff(parts))
        feature = part
        if len(offsets) > 2:
            owner = np.repeat(np.arange(len(at)), np.diff(offsets[2]))
            feature = owner[part]
        repeated = np.zeros(len(points), dtype=bool)
        repeated[1:] = (points[1:] == points[:-1]).all(axis=1)
        repeated[start[:-1]] = False
        return cls(
            geometry=geometry,
            at=at,
            points=points,
            start=start,
            part=part,
            feature=feature,
            repeated=repeated,
        )

    def owner(self, vertex: Indices) -> Indices:
        """Feature of some vertices."""
        ring = np.searchsorted(self.start, vertex, side="right") - 1
        return self.feature[ring]

    def hole(self) -> Mask:
        """Which rings are holes: all but the first of a part."""
        inner = np.zeros(len(self.part), dtype=bool)
        inner[1:] = self.part[1:] == self.part[:-1]
        return inner


def _repeated_points(subject: Subject, outlines: _Outlines) -> list[gpd.GeoDataFrame]:
    vertex = np.flatnonzero(outlines.repeated)
    if not len(vertex):
        return []
    feature, first, count = np.unique(outlines.owner(vertex), return_index=True, return_counts=True)
    spots = shapely.points(outlines.points[vertex[first]])
    words = {"count": [str(each) for each in count]}
    return [
        subject.found("geometry.repeated-points", outlines.at[feature], geometry=spots, words=words)
    ]


def sharp(step: Floats, following: Floats, degrees: float) -> Mask:
    """Which corners between an edge and the following one are sharper than an angle."""
    cosine, sine = _turn(step, following)
    return np.asarray((cosine > 0) & (sine < np.tan(np.radians(degrees)) * cosine), dtype=bool)


def _turn(step: Floats, following: Floats) -> tuple[Floats, Floats]:
    cosine = -(step * following).sum(axis=1)
    return cosine, np.abs(step[:, 0] * following[:, 1] - step[:, 1] * following[:, 0])


def _spikes(subject: Subject, outlines: _Outlines) -> list[gpd.GeoDataFrame]:
    """Corners so sharp that no border is meant: the line goes out and comes back."""
    if not len(outlines.part):
        return []
    kept = np.flatnonzero(~outlines.repeated)
    points = outlines.points[kept]
    last = np.searchsorted(kept, outlines.start[1:]) - 1
    first = np.r_[0, last[:-1] + 1][: len(last)]
    step = np.diff(points, axis=0, append=np.zeros((1, 2)))
    following = np.roll(step, -1, axis=0)
    # the last vertex of a ring is its first again: its last edge is followed by its first one
    following[last - 1] = step[first]
    pointed = sharp(step, following, subject.settings.spike_deg)
    pointed[last] = False
    edge = np.flatnonzero(pointed)
    if not len(edge):
        return []
    tip = points[edge] + step[edge]
    legs = np.stack([points[edge], tip, tip + following[edge]], axis=1)
    length = np.minimum(np.hypot(*step[edge].T), np.hypot(*following[edge].T))
    cosine, sine = _turn(step[edge], following[edge])
    angle = np.degrees(np.arctan2(sine, cosine))
    owner = outlines.at[outlines.owner(kept[edge])]
    return [
        subject.found(
            "geometry.spike",
            owner,
            geometry=shapely.linestrings(legs),
            points=shapely.points(tip),
            size=length,
            words={"angle": angle, "area": _measured(sine / 2)},
        )
    ]


def _tiny_parts_and_holes(subject: Subject, outlines: _Outlines) -> list[gpd.GeoDataFrame]:
    limit = subject.settings.tiny_part_m2
    area = shapely.area(outlines.geometry)
    found = []
    # a feature that is tiny itself is its own only part
    some = np.flatnonzero((shapely.get_num_geometries(outlines.geometry) > 1) | (area < limit))
    parts, owner = shapely.get_parts(outlines.geometry[some], return_index=True)
    tiny = shapely.area(parts) < limit
    hole = outlines.hole()
    rings = _rings(outlines, np.flatnonzero(hole))
    small = shapely.area(rings) < limit
    for name, shapes, feature in (
        ("geometry.tiny-part", parts[tiny], some[owner[tiny]]),
        ("geometry.tiny-hole", rings[small], outlines.feature[hole][small]),
    ):
        if len(shapes):
            found.append(
                subject.found(
                    name,
                    outlines.at[feature],
                    geometry=shapes,
                    size=shapely.area(shapes),
                    tolerance=limit,
                    words={"area": _measured(area[feature])},
                )
            )
    return found


def _rings(outlines: _Outlines, which: Indices) -> Geometries:
    """Return some rings as polygons."""
    if not len(which):
        return np.empty(0, dtype=object)
    long = np.diff(outlines.start)
    mine = np.isin(np.arange(len(long)), which)
    lines = shapely.linearrings(
        outlines.points[np.repeat(mine, long)], indices=np.repeat(np.arange(len(which)), long[mine])
    )
    return np.asarray(shapely.polygons(lines), dtype=object)


def _slivers(subject: Subject, outlines: _Outlines) -> list[gpd.GeoDataFrame]:
    limit = subject.settings.sliver_width_m
    area = shapely.area(outlines.geometry)
    width = 2 * area / shapely.length(outlines.geometry)
    thin = np.flatnonzero(width < limit)
    return [
        subject.found(
            "geometry.sliver",
            outlines.at[thin],
            geometry=outlines.geometry[thin],
            size=width[thin],
            tolerance=limit,
            words={"area": _measured(area[thin])},
        )
    ]


def _vertices(subject: Subject, outlines: _Outlines) -> list[gpd.GeoDataFrame]:
    count = shapely.get_num_coordinates(outlines.geometry)
    spacing = shapely.length(outlines.geometry) / count
    many = count > _MANY_VERTICES
    dense = ~many & (count > _FEW_VERTICES) & (spacing < _DENSE_M)
    return [
        subject.found(
            name,
            outlines.at[which],
            size=spacing[which],
            words={"count": [str(each) for each in count[which]]},
        )
        for name, which in (
            ("geometry.many-vertices", np.flatnonzero(many)),
            ("geometry.dense-vertices", np.flatnonzero(dense)),
        )
    ]


def _absurd(subject: Subject, outlines: _Outlines) -> tuple[list[gpd.GeoDataFrame], Indices]:
    """Find coordinates where nothing can lie: 0/0, outside Việt Nam, far from the rest.

    Returns
    -------
    findings, positions
        Where in the layer the features are that have them.
    """
    points = outlines.points
    origin = (points == 0).all(axis=1)
    step = np.abs(np.diff(points, axis=0, append=points[:1])).max(axis=1, initial=0)
    step[outlines.start[1:] - 1] = 0
    foreign = _outside_vietnam(points, subject.frame.crs)
    astray = foreign | (step > _LONGEST_EDGE_M)
    if not (origin | astray).any():
        return [], np.zeros(0, dtype=np.int64)
    zero = np.unique(outlines.owner(np.flatnonzero(origin)))
    abroad = ~np.isin(np.arange(len(outlines.at)), outlines.owner(np.flatnonzero(~foreign)))
    touched = np.isin(np.arange(len(outlines.at)), outlines.owner(np.flatnonzero(astray)))
    touched[zero] = False
    # a whole file in the wrong place is one fault of its system, which the door names
    apart = np.flatnonzero(touched & abroad) if not abroad.all() else np.zeros(0, dtype=np.int64)
    far = np.flatnonzero(touched & ~abroad)
    found = []
    for name, which in (
        ("geometry.zero-coordinate", zero),
        ("geometry.outside-vietnam", apart),
        ("geometry.far-vertex", far),
    ):
        if len(which):
            found.append(_strayed(subject, outlines, name, which))
    return found, outlines.at[np.concatenate([zero, apart, far])]


def _strayed(subject: Subject, outlines: _Outlines, name: str, which: Indices) -> gpd.GeoDataFrame:
    """Name the vertex that lies farthest from the middle of its feature."""
    spots = []
    for feature in which:
        points = shapely.get_coordinates(outlines.geometry[feature])
        middle = np.median(points, axis=0)
        spots.append(points[np.abs(points - middle).max(axis=1).argmax()])
    if name == "geometry.zero-coordinate":
        spots = [np.zeros(2)] * len(which)
    at = shapely.points(spots)
    return subject.found(name, outlines.at[which], geometry=at, value=written_places(at))


def _outside_vietnam(points: Floats, system: pyproj.CRS | None) -> Mask:
    if system is None or not len(points):
        return np.zeros(len(points), dtype=bool)
    to_grid = pyproj.Transformer.from_crs(crs.WGS84, system, always_xy=True)
    west, south, east, north = to_grid.transform_bounds(*crs.VIETNAM)
    x, y = points.T
    return np.asarray((x < west) | (x > east) | (y < south) | (y > north))


def _measured(area: Floats) -> list[tuple[str, str]]:
    return [
        (findings.measure(each, "m2", "vi"), findings.measure(each, "m2", "en")) for each in area
    ]
