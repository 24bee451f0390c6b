"""Layers laid over each other: what a feature has in each row of another layer, and outside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from gis import crs, overlay
from gis.checks.base import Subject
from gis.layers.base import valid_on

Geometries = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]

# see `gis.overlay`: finer than any survey, and no face goes astray on it
_ROUNDING: Final = 1e-9
# joining all rows pays for more features than this
_FEW: Final = 200


def sound(subject: Subject, first: Subject) -> Subject:
    """Keep what can be measured: the rest was said within the layer."""
    frame = subject.frame
    shapes = frame.geometry.to_numpy()
    areal = np.isin(shapely.get_type_id(shapes), (3, 6)) & shapely.is_valid(shapes)
    frame = frame.loc[areal & ~shapely.is_empty(shapes)].reset_index(drop=True)
    if first.frame.crs is not None and frame.crs != first.frame.crs:
        frame, _ = crs.transform(frame, first.frame.crs)
    return replace(subject, frame=frame)


class Layers:
    """Layers by what they are, and covers made of them once."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.subjects = subjects
        self._covers: dict[tuple[int, ...], Cover] = {}
        self._standing: dict[date, list[Subject]] = {}

    def of(self, layer: str) -> list[Subject]:
        """Datasets of one layer."""
        return [each for each in self.subjects if each.layer == layer]

    @property
    def current(self) -> list[Subject]:
        """Present land use."""
        return [each for each in self.of("land-use") if each.attributes.get("status") == "current"]

    @property
    def planned(self) -> list[Subject]:
        """Plans of every kind."""
        return [each for each in self.of("land-use") if each.attributes.get("status") == "planned"]

    @property
    def plans(self) -> list[Subject]:
        """Land-use plans, without the general plans of communes."""
        return [each for each in self.planned if each.attributes.get("plan_kind") != "general_plan"]

    def standing(self, day: date) -> list[Subject]:
        """Communes valid on a day, if there are any."""
        if day not in self._standing:
            parts = [
                replace(each, frame=each.frame[valid_on(each.frame, day)].reset_index(drop=True))
                for each in self.of("communes")
            ]
            self._standing[day] = [each for each in parts if len(each.frame)]
        return self._standing[day]

    def cover(self, subjects: Sequence[Subject]) -> "Cover":
        """Make some of the layers a cover, once."""
        key = tuple(map(id, subjects))
        if key not in self._covers:
            self._covers[key] = Cover(subjects)
        return self._covers[key]


class Cover:
    """Rows of some layers laid together."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.subjects = tuple(subjects)
        parts = [each.frame.geometry.to_numpy() for each in subjects]
        self.shapes: Geometries = np.concatenate([*parts, np.empty(0, dtype=object)])

    def named(self) -> dict[str, Any]:
        """Other layer and dataset of a finding that has no other feature."""
        return {
            "other_layer": self.subjects[0].layer,
            "other_dataset": ", ".join(each.dataset for each in self.subjects),
        }

    def rows(self, owner: Indices) -> dict[str, Any]:
        """Return other layer, dataset, row and name of some rows of the cover."""
        ends = np.cumsum([len(each.frame) for each in self.subjects])
        said = []
        for row in owner:
            which = int(np.searchsorted(ends, row, side="right"))
            other = self.subjects[which]
            at = np.array([row - (ends[which] - len(other.frame))])
            said.append((other.layer, other.dataset, int(other.rows(at)[0]), other.names(at)[0]))
        names = ("other_layer", "other_dataset", "other_row", "other_feature")
        return {name: [each[at] for each in said] for at, name in enumerate(names)}

    @cached_property
    def _ground(self) -> shapely.Geometry:
        """All rows as one shape, prepared for many questions."""
        ground: shapely.Geometry = overlay.freely(shapely.union_all, self.shapes)
        if shapely.area(ground) > shapely.area(self.shapes).sum() * (1 + _ROUNDING):
            ground = overlay.on_grid(shapely.union_all, self.shapes)
        shapely.prepare(ground)
        return ground

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    def outside(self, subject: Subject) -> "Cut":
        """Return what lies in no row of the cover, feature by feature.

        Of many features only those are cut that the ground as a whole does not cover; each by the
        rows that are near.
        """
        shapes = subject.frame.geometry.to_numpy()
        at = np.arange(len(shapes))
        if len(shapes) > _FEW:
            at = np.flatnonzero(~shapely.covers(self._ground, shapes))
        left = shapes[at].copy()
        for number, shape in enumerate(left):
            near = self._tree.query(shape, predicate="intersects")
            if len(near):
                there = overlay.on_grid(shapely.union_all, self.shapes[near])
                left[number] = overlay.on_grid(shapely.difference, shape, there)
        owner = np.full(len(at), overlay.UNCOVERED, dtype=np.int64)
        return _telling(subject, at, owner, overlay.polygonal(left))

    def cut(self, subject: Subject) -> "Cut":
        """Cut a layer by the rows; where they overlap, the first of them has the ground."""
        cells = overlay.disjoint(self.shapes)
        first = np.array([rows[0] for rows in cells.owners], dtype=np.int64)
        pieces = overlay.cut(subject.frame.geometry.to_numpy(), {"cover": cells})
        cell = pieces.cell["cover"]
        owner = np.full(len(cell), overlay.UNCOVERED, dtype=np.int64)
        owner[cell >= 0] = first[cell[cell >= 0]]
        return _telling(subject, pieces.zone, owner, pieces.geometry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A layer cut by a cover: parts beyond rounding.

    Attributes
    ----------
    at
        Position in the layer of each part.
    owner
        Row of the cover that it lies in, or `overlay.UNCOVERED`.
    """

    at: Indices
    owner: Indices
    geometry: Geometries
    area: npt.NDArray[np.float64]

    def where(self, which: Indices) -> "Cut":
        """Return some of the parts."""
        return Cut(
            at=self.at[which],
            owner=self.owner[which],
            geometry=self.geometry[which],
            area=self.area[which],
        )

    def outside(self) -> "Cut":
        """Return the parts that lie in no row of the cover."""
        return self.where(np.flatnonzero(self.owner == overlay.UNCOVERED))

    def inside(self) -> "Cut":
        """Return the parts that lie in a row of the cover."""
        return self.where(np.flatnonzero(self.owner != overlay.UNCOVERED))


def _telling(subject: Subject, at: Indices, owner: Indices, pieces: Geometries) -> Cut:
    """Leave out parts that the layer's settings take for rounding; join those that are left."""
    parts, source = shapely.get_parts(pieces, return_index=True)
    area, length = shapely.area(parts), shapely.length(parts)
    settings = subject.settings
    tells = (area >= settings.tiny_part_m2) & (2 * area >= settings.sliver_width_m * length)
    return _joined(at[source[tells]], owner[source[tells]], parts[tells])


def _joined(at: Indices, owner: Indices, parts: Geometries) -> Cut:
    """Put the parts of one feature in one row of the cover together."""
    order = np.lexsort((owner, at))
    at, owner, parts = at[order], owner[order], parts[order]
    if not len(at):
        return Cut(at=at, owner=owner, geometry=parts, area=np.zeros(0))
    fresh = np.r_[True, (at[1:] != at[:-1]) | (owner[1:] != owner[:-1])]
    number = np.cumsum(fresh) - 1
    return Cut(
        at=at[fresh],
        owner=owner[fresh],
        geometry=np.asarray(shapely.multipolygons(parts, indices=number), dtype=object),
        area=np.bincount(number, weights=shapely.area(parts)).astype(np.float64),
    )
