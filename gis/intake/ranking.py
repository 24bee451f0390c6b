"""Every coordinate system that a file could be in, ranked by what the file shows of itself.

What a position can tell depends on the file. Where it covers a commune, its outline tells systems
apart that lie 60 m from each other: zones (27 km), scale factors (500 m), a missing or a reversed
shift (225 m, 451 m), swapped axes. Where it only carries the code of a commune it tells zones.
Where it does neither it tells nothing, and nothing is guessed. The sign of rotations (0.6 m) is
beyond any of this; see `gis.intake.system_texts`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from gis import crs, text, vn2000
from gis.intake.candidates import Candidate, apart, candidates
from gis.intake.footprint import NEAR_M, Footprint, Numbers, footprint

#: What stands behind a ranking: outlines of communes, their codes only, or nothing.
Kind = Literal["outline", "code", "none"]

#: Places nearer than this are the same to an outline, or to a code.
RESOLUTION_M: Final[dict[Kind, float]] = {"outline": NEAR_M, "code": 1000.0, "none": 1e9}
#: Least score that is believed: half of a border followed; nine tenths inside the named commune.
FLOOR: Final[dict[Kind, float]] = {"outline": 0.5, "code": 0.9, "none": 2.0}
#: A file covers a commune from this share of its area on.
_COVERED: Final = 0.6
_INNER_POINTS: Final = 300
_BORDER_STEP_M: Final = 60.0
_CODES: Final = 12
# ground, and the communes it is named after, if it is
_Part = tuple[Footprint, tuple[int, ...] | None]
# the cadastral grids lie this much under the ground's area, and vary by half of the tolerance
_GRID_AREA: Final = 1.00012
_AREA_TOLERANCE: Final = 2e-4
_AREA_ROWS: Final = 30
_AREA_ERROR: Final = 5e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What is known besides the numbers of a file.

    Attributes
    ----------
    communes
        Known communes with `code` and `name`.
    schematic
        Whether those are schematic: then they rank, and never settle.
    codes
        Code or name of its commune by feature.
    registered_m2
        Registered area by feature.
    """

    communes: gpd.GeoDataFrame | None = None
    schematic: bool = False
    codes: "pd.Series[Any] | None" = None
    registered_m2: "pd.Series[Any] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A candidate and what speaks for it.

    Attributes
    ----------
    score
        0 to 1: `inside` times `follows` for outlines, `inside` for codes.
    inside
        Share of the file within the communes it covers or names.
    follows
        Share of those communes' border that the file's outline follows.
    area_ratio
        Drawn area, as it is on the ground, to registered area; None where nothing tells.
    lon, lat
        Where it puts the middle of the file.
    away_m
        Distance from where the best candidate puts it.
    """

    candidate: Candidate
    score: float = 0.0
    inside: float = 0.0
    follows: float = 0.0
    area_ratio: float | None = None
    lon: float
    lat: float
    away_m: float = 0.0

    @property
    def area_fits(self) -> bool | None:
        """Whether drawn and registered area agree; None where nothing tells."""
        if self.area_ratio is None:
            return None
        return abs(self.area_ratio - _GRID_AREA) <= _AREA_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Candidates, best first, and what the order rests on.

    Attributes
    ----------
    items
        Every candidate; those that leave the known communes have the score 0.
    rival
        The best one that is not the first and is not told from it by anything else.
    """

    kind: Kind
    items: tuple[Ranked, ...]
    rival: Ranked | None
    schematic: bool = False

    @property
    def best(self) -> Ranked:
        """Return the first."""
        return self.items[0]

    @property
    def lead(self) -> float:
        """By how much the first is ahead of its rival."""
        return self.best.score - (self.rival.score if self.rival else 0.0)

    def believed(self, margin: float) -> bool:
        """Whether the first may be taken for the truth."""
        return not self.schematic and self.best.score >= FLOOR[self.kind] and self.lead >= margin

    def listed(self, lang: str, count: int = 3) -> str:
        """List the first candidates with their scores."""
        return "; ".join(
            f"{each.candidate.named(lang)} {text.format_number(each.score, 2, lang)}"
            for each in self.items[:count]
            if each.score > 0
        )

    def evidence(self, lang: str) -> str:
        """Say in a sentence what the order rests on."""
        best = self.best
        inside, follows = (
            text.format_number(100 * share, 0, lang) for share in (best.inside, best.follows)
        )
        if self.kind == "outline":
            return (
                f"{inside} % diện tích nằm trong các xã mà tệp phủ, {follows} % ranh giới các xã "
                "đó trùng với đường bao của tệp"
                if lang == "vi"
                else f"{inside} % of the file lies in the communes that it covers, and its outline "
                f"follows {follows} % of their border"
            )
        if self.kind == "code":
            return (
                f"{inside} % diện tích nằm trong xã mang mã ghi trong tệp"
                if lang == "vi"
                else f"{inside} % of the file lies in the communes whose codes it carries"
            )
        return (
            "tệp không phủ trọn xã nào đã biết và không mang mã xã nào đã biết"
            if lang == "vi"
            else "the file covers no known commune and carries no code of one"
        )


class _Known:
    """The known communes, and points in them and on their borders, taken when asked for."""

    def __init__(self, communes: gpd.GeoDataFrame) -> None:
        degrees, _ = crs.transform(communes, crs.WGS84)
        self.bounds = shapely.total_bounds(degrees.geometry.to_numpy())
        west, south, east, north = self.bounds
        middle = f"+lon_0={(west + east) / 2!r} +lat_0={(south + north) / 2!r}"
        self._way = pyproj.Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
            f"+step +proj=tmerc {middle} +ellps=WGS84"
        )
        shapes = shapely.make_valid(degrees.geometry.to_numpy())
        self.shapes = shapely.transform(shapes, self.plane)
        self.area = shapely.area(self.shapes)
        self.tree = shapely.STRtree(self.shapes)
        self.keys = [
            {_key(row[column]) for column in ("code", "name") if column in communes}
            for row in communes.to_dict("records")
        ]
        self._inner: dict[int, Numbers] = {}
        self._unions: dict[tuple[int, ...], tuple[Any, Numbers]] = {}

    def plane(self, degrees: Numbers) -> Numbers:
        return np.column_stack(self._way.transform(degrees[:, 0], degrees[:, 1]))

    def degrees(self, metres: Numbers) -> Numbers:
        way = self._way.transform(metres[:, 0], metres[:, 1], direction="INVERSE")
        return np.column_stack(way)

    def within_reach(self, lon: float, lat: float, metres: float) -> bool:
        """Whether a place lies no farther than that from all communes; never too strict."""
        reach = 1.1 * metres / 100_000
        west, south, east, north = self.bounds + np.array([-reach, -reach, reach, reach])
        return bool(west <= lon <= east and south <= lat <= north)

    def inner(self, at: int) -> Numbers:
        """Points all over a commune, in degrees."""
        if at not in self._inner:
            west, south, east, north = shapely.bounds(self.shapes[at])
            step = max(1.0, float(np.sqrt(self.area[at] / _INNER_POINTS)))
            x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
            held = shapely.contains_xy(self.shapes[at], x.ravel(), y.ravel())
            self._inner[at] = self.degrees(np.column_stack([x.ravel()[held], y.ravel()[held]]))
        return self._inner[at]

    def union(self, which: tuple[int, ...]) -> tuple[Any, Numbers]:
        """Return several communes as one, and points along their outer border in degrees."""
        if which not in self._unions:
            # a hair of width closes what two drawings of one border leave open
            whole = shapely.union_all(shapely.buffer(self.shapes[list(which)], 1.0, quad_segs=1))
            rings = shapely.get_exterior_ring(shapely.get_parts(whole))
            points = shapely.get_coordinates(shapely.segmentize(rings, _BORDER_STEP_M))
            shapely.prepare(whole)
            self._unions[which] = (whole, self.degrees(points))
        return self._unions[which]


def rank(
    frame: gpd.GeoDataFrame, *, clues: Clues, declared: pyproj.CRS | None = None
) -> Ranking | None:
    """Rank every candidate, and the declared system, by how the file lies among known communes.

    Parameters
    ----------
    frame
        The file as it is written; its own system is not looked at.

    Returns
    -------
    Ranking | None
        None when there are no communes to compare with, or nothing is drawn.
    """
    geometry = frame.geometry.to_numpy()
    whole = footprint(geometry)
    if whole is None or clues.communes is None or clues.communes.empty:
        return None
    known = _Known(clues.communes)
    tried = _placed(whole, _with_declared(declared, whole))
    if not tried:
        return None
    ratio = drawn_to_registered(geometry, clues.registered_m2)
    size = float(np.linalg.norm(np.ptp(whole.extent, axis=0) * whole.unit))
    near = [each for each in tried if known.within_reach(each.lon, each.lat, size)]
    # what puts the file nowhere near has nothing to be scored
    far = [each for each in tried if not known.within_reach(each.lon, each.lat, size)]
    near = [with_area(each, ratio) for each in near]
    named = _named_parts(geometry, clues.codes, known)
    outlined = [each for each in named if _may_cover(each, known)]
    best: Ranking | None = None
    ways: tuple[tuple[Kind, list[_Part]], ...] = (
        ("outline", outlined),
        ("outline", [(whole, None)]),
        ("code", named),
    )
    for kind, parts in ways:
        if not parts:
            continue
        scored = _scored(kind, near, parts, known)
        found = _ordered(kind, [*scored, *far], schematic=clues.schematic)
        if found.best.score >= FLOOR[found.kind]:
            return found
        best = found if best is None or found.best.score > best.best.score else best
    assert best is not None  # noqa: S101 # the whole file is always tried
    return replace(best, kind="none") if best.best.score < FLOOR[best.kind] else best


def _key(value: Any) -> str:
    """Make codes and names comparable; diacritics stay, for Bình Thạnh is not Bình Thanh."""
    written = text.nfc(str(value)).strip().casefold()
    for kind in ("xã ", "phường ", "thị trấn ", "đặc khu "):
        written = written.removeprefix(kind)
    number = written.removesuffix(".0")
    return number.zfill(5) if number.isdigit() else written


def _with_declared(declared: pyproj.CRS | None, whole: Footprint) -> list[Candidate]:
    """Add the declared system, unless a candidate puts the file in the same place."""
    every = list(candidates())
    if declared is None:
        return every
    definition = vn2000.read(declared)
    own = Candidate(definition=definition, other=declared, declared=True)
    place = own.to_degrees(whole.centre[None])[0]
    for at, each in enumerate(every):
        if definition is None or each.swapped or each.definition is None:
            continue
        if each.definition.grid == definition.grid and (
            apart(place, each.to_degrees(whole.centre[None])[0]) < RESOLUTION_M["outline"]
        ):
            every[at] = replace(each, declared=True)
            return every
    return [*every, own]


def _placed(whole: Footprint, every: Iterable[Candidate]) -> list[Ranked]:
    placed = []
    for each in every:
        lon, lat = each.to_degrees(whole.centre[None])[0]
        if np.isfinite([lon, lat]).all() and abs(lat) <= 90 and abs(lon) <= 180:
            placed.append(Ranked(candidate=each, lon=float(lon), lat=float(lat)))
    return placed


def _named_parts(
    geometry: npt.NDArray[np.object_], codes: "pd.Series[Any] | None", known: _Known
) -> list[_Part]:
    """Split a file by the communes that its features name."""
    if codes is None:
        return []
    keys = np.array(["" if pd.isna(value) else _key(value) for value in codes], dtype=object)
    values, counts = np.unique(keys.astype(str), return_counts=True)
    parts: list[_Part] = []
    for value in values[np.argsort(-counts, kind="stable")]:
        which = tuple(at for at, each in enumerate(known.keys) if value in each)
        ground = footprint(geometry[keys == value], spots=600) if which and value else None
        if ground is not None:
            # a code that was used again: the unit of about that size is meant
            nearest = min(
                which, key=lambda at: abs(np.log(known.area[at] / max(ground.area_m2, 1.0)))
            )
            parts.append((ground, (nearest,)))
        if len(parts) == _CODES:
            break
    return parts


def _may_cover(part: _Part, known: _Known) -> bool:
    ground, which = part
    share = ground.area_m2 / known.area[list(which or ())].sum()
    return bool(_COVERED <= share <= 1 / _COVERED) and ground.cell <= RESOLUTION_M["outline"]


def _scored(
    kind: Kind,
    tried: Iterable[Ranked],
    parts: Sequence[_Part],
    known: _Known,
) -> list[Ranked]:
    weights = np.array([ground.area_m2 for ground, _ in parts])
    scored = []
    for each in tried:
        fits = np.array([_fit(ground, which, each.candidate, known) for ground, which in parts])
        inside, follows = np.average(fits, axis=0, weights=weights)
        score = np.average(fits.prod(axis=1) if kind == "outline" else fits[:, 0], weights=weights)
        scored.append(
            replace(each, score=float(score), inside=float(inside), follows=float(follows))
        )
    return scored


def _fit(
    ground: Footprint, which: tuple[int, ...] | None, candidate: Candidate, known: _Known
) -> tuple[float, float]:
    """Share of the ground inside its communes, and of their border that its outline follows."""
    extent = candidate.to_degrees(ground.extent)
    if not np.isfinite(extent).all() or (np.abs(extent) > [180, 89]).any():
        return 0.0, 0.0
    corners = known.plane(extent)
    if not np.isfinite(corners).all():
        return 0.0, 0.0
    hits = known.tree.query(shapely.box(*corners.min(axis=0), *corners.max(axis=0)))
    if which is None:
        hits = np.sort(hits)
        which = tuple(
            int(at)
            for at in hits
            if ground.covers(candidate.from_degrees(known.inner(int(at)))).mean() >= _COVERED
        )
    if not which or not set(which) & set(hits.tolist()):
        return 0.0, 0.0
    whole, border = known.union(which)
    spots = known.plane(candidate.to_degrees(ground.spots))
    inside = float(shapely.contains_xy(whole, spots[:, 0], spots[:, 1]).mean())
    return inside, float(ground.near(candidate.from_degrees(border)).mean())


def _ordered(kind: Kind, scored: Sequence[Ranked], *, schematic: bool) -> Ranking:
    """Put the best first and find its rival."""
    order = sorted(scored, key=lambda each: (-each.score, each.area_fits is False))
    first = order[0]
    if kind == "code":
        first = _one_of_a_place(order)
    placed = [
        replace(each, away_m=apart((first.lon, first.lat), (each.lon, each.lat))) for each in order
    ]
    best = next(each for each in placed if each.candidate is first.candidate)
    others = [each for each in placed if each is not best]
    rival = next((each for each in others if _rivals(kind, best, each)), None)
    return Ranking(kind=kind, items=(best, *others), rival=rival, schematic=schematic)


def _one_of_a_place(order: Sequence[Ranked]) -> Ranked:
    """Choose among what a code cannot tell apart: the declared system, else a registered one."""
    top = order[0]
    near = [
        each
        for each in order
        if apart((top.lon, top.lat), (each.lon, each.lat)) < RESOLUTION_M["code"]
        and each.area_fits is not False
    ]
    chosen = [each for each in near if each.candidate.declared]
    chosen += [each for each in near if each.candidate.registered]
    return next(iter(chosen), top)


def _rivals(kind: Kind, best: Ranked, other: Ranked) -> bool:
    if other.away_m >= RESOLUTION_M[kind] or kind != "code":
        return other.away_m > 1.0
    # the same place to a code: a second registered system leaves it open, unless the file names one
    told = best.candidate.declared or other.area_fits is False
    return not told and (other.candidate.registered or not best.candidate.registered)


def drawn_to_registered(
    geometry: npt.NDArray[np.object_], registered: "pd.Series[Any] | None"
) -> float | None:
    """Return the middle ratio of drawn to registered area, where it can tell scales apart."""
    if registered is None:
        return None
    said = pd.to_numeric(registered, errors="coerce").to_numpy(dtype=float)
    drawn = shapely.area(geometry)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = drawn / said
    ratio = ratio[np.isfinite(ratio) & (ratio > 0)]
    if len(ratio) < _AREA_ROWS:
        return None
    middle = float(np.median(ratio))
    spread = float(np.median(np.abs(ratio - middle)))
    # standard error of a median, from the median deviation
    return middle if 1.858 * spread / np.sqrt(len(ratio)) <= _AREA_ERROR else None


def with_area(ranked: Ranked, ratio: float | None) -> Ranked:
    """Carry a ratio of drawn to registered area from a grid to the ground under it."""
    if ratio is None or not ranked.candidate.crs.is_projected:
        return ranked
    factors = pyproj.Proj(ranked.candidate.crs).get_factors(ranked.lon, ranked.lat)
    scale = float(np.asarray(factors.areal_scale))
    return replace(ranked, area_ratio=ratio / scale) if np.isfinite(scale) and scale else ranked
