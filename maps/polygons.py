"""The one way polygons get onto a map: drawn on a canvas by our own script from compact data.

A layer keeps geometry as whole millionths of a degree (0.1 m), each point as the difference from
the one before. Neighbours that share a vertex share it after rounding too, so nothing is
simplified and no gap opens.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from folium.map import Layer

from gis import crs
from gis.errors import InputError
from maps.base import LatLonBox, parent_of, put_on_page
from maps.palette import Style

#: Parts of a degree that coordinates are rounded to.
DEGREE_PARTS: Final = 1_000_000
#: A column with fewer distinct values than this share of its rows is written as a table.
_WORTH_A_TABLE: Final = 0.6
_SCRIPT: Final = "polygons.js"

ColumnKind = Literal[
    "heading", "subheading", "text", "verdict", "notice", "amounts", "rules", "list"
]


@dataclass(frozen=True, slots=True)
class Column:
    """What a popup says of each polygon: one value a row, as people read it; None says nothing.

    Attributes
    ----------
    kind
        ``heading`` and ``subheading`` head the popup, ``verdict`` holds a category's number,
        ``rules`` lists of rule ids, ``amounts`` lists of (category, text, share), ``list`` lists
        of texts, ``notice`` a warning.
    """

    label: str
    values: Sequence[Any]
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One entry of a layer's legend."""

    key: str
    title: str
    style: Style
    code: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How a frame is shown.

    Attributes
    ----------
    key
        Name of the layer in scripts and tests, for example ``zones``.
    title, tab
        Name in the layer tree, and the short one over a popup.
    category_of
        For each row the position of its category.
    order, rank
        Place in the pile of layers, and among the answers to a click: the highest comes first.
    labels
        Text to stand at each polygon, None for none; `label_kind` is its style.
    markers
        Whether a polygon too small to see is drawn as a mark.
    note
        A sentence below the layer's legend.
    """

    key: str
    title: str
    tab: str
    categories: Sequence[Category]
    category_of: Sequence[int]
    columns: Sequence[Column] = ()
    order: int = 0
    rank: int = 0
    opacity: float = 1.0
    labels: Sequence[str | None] = ()
    label_kind: Literal["zone", "commune", ""] = ""
    markers: bool = False
    note: str = ""


class PolygonLayer(Layer):
    """Polygons of one frame as a Folium layer.

    Attributes
    ----------
    drawing
        How the polygons are shown.
    category_ha
        Hectares of each category, in its own metric system.
    data
        What the page's script reads.

    Raises
    ------
    InputError
        When there is not one category and one value of each column a row.
    CrsError
        When the frame has no metric coordinate system.
    """

    def __init__(self, frame: gpd.GeoDataFrame, drawing: Drawing, *, show: bool = True) -> None:
        super().__init__(name=drawing.title, overlay=True, control=True, show=show)
        self._name = "vung_polygons"
        _refuse_uneven(frame, drawing)
        crs.require_metres(frame.crs, name=drawing.key)
        degrees, _ = crs.transform(frame, crs.WGS84)
        geometry = degrees.geometry.to_numpy()
        self.drawing = drawing
        self.box = _box(geometry)
        area = crs.area_ha(frame.geometry.to_numpy())
        of = np.asarray(drawing.category_of, dtype=np.int64)
        self.category_ha = np.bincount(of, weights=area, minlength=len(drawing.categories))
        self.data = _payload(geometry, drawing)

    def _get_self_bounds(self) -> list[list[float | None]]:
        if self.box is None:
            return [[None, None], [None, None]]
        return [[self.box.south, self.box.west], [self.box.north, self.box.east]]

    def render(self, **_: Any) -> str:
        """Put the data on the page; the layer is added to its parent when it is shown."""
        name, parent = self.get_name(), parent_of(self).get_name()
        shown = f".addTo({parent})" if self.show else ""
        call = f'var {name} = vung.polygons("{name}"){shown};'
        put_on_page(self, script=_SCRIPT, data=self.data, call=call)
        return ""


def _refuse_uneven(frame: gpd.GeoDataFrame, drawing: Drawing) -> None:
    count = len(frame)
    lengths = {
        "category_of": len(drawing.category_of),
        **{column.label: len(column.values) for column in drawing.columns},
        "labels": len(drawing.labels) or count,
    }
    for name, length in lengths.items():
        if length != count:
            raise InputError(
                f"Layer {drawing.key!r} has {count} polygons but {length} values of {name!r};"
                " give one a polygon."
            )


def _box(geometry: npt.NDArray[np.object_]) -> LatLonBox | None:
    drawn = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    if not len(drawn):
        return None
    west, south, east, north = shapely.total_bounds(drawn).tolist()
    return LatLonBox(south, west, north, east)


def _payload(geometry: npt.NDArray[np.object_], drawing: Drawing) -> dict[str, Any]:
    spots = label_points(geometry) if drawing.labels else None
    return {
        "key": drawing.key,
        "title": drawing.title,
        "tab": drawing.tab,
        "order": drawing.order,
        "rank": drawing.rank,
        "opacity": drawing.opacity,
        "markers": drawing.markers,
        "styles": [category.style.to_json() for category in drawing.categories],
        "categories": [category.title for category in drawing.categories],
        "of": [int(at) for at in drawing.category_of],
        "rings": rings(geometry),
        "labels": list(drawing.labels),
        "labelKind": drawing.label_kind,
        "spots": [] if spots is None else spots,
        "columns": [_column(column) for column in drawing.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    """Column as the page reads it: values once each with their places where that is shorter."""
    known: dict[str, int] = {}
    at = [known.setdefault(json.dumps(value), len(known)) for value in column.values]
    head = {"label": column.label, "kind": column.kind}
    if len(known) > _WORTH_A_TABLE * len(at):
        return {**head, "values": list(column.values)}
    return {**head, "values": [json.loads(value) for value in known], "at": at}


def rings(geometry: npt.NDArray[np.object_]) -> list[list[list[int]]]:
    """Rings of each geometry as differences of whole millionths of a degree, x before y.

    A ring is not closed again; holes and further parts are rings like any other, to be filled by
    the even-odd rule. A ring that vanishes in rounding is left out.
    """
    parts, part_of = shapely.get_parts(geometry, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lines, line_of = shapely.get_rings(parts[areal], return_index=True)
    points, point_of = shapely.get_coordinates(lines, return_index=True)
    owner = part_of[areal][line_of]
    whole = np.rint(points * DEGREE_PARTS).astype(np.int64)
    found: list[list[list[int]]] = [[] for _ in geometry]
    starts = np.searchsorted(point_of, np.arange(len(lines) + 1))
    for line, at in enumerate(owner):
        ring = _differences(whole[starts[line] : starts[line + 1]])
        if ring:
            found[at].append(ring)
    return found


def _differences(closed: npt.NDArray[np.int64]) -> list[int]:
    moved = np.any(np.diff(closed, axis=0) != 0, axis=1)
    points = closed[:-1][moved]
    if len(points) < 3:
        return []
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [int(value) for value in steps.ravel()]


def label_points(geometry: npt.NDArray[np.object_]) -> list[list[float]]:
    """Longitude and latitude of a place for each label: the centroid, or a point inside."""
    centres = shapely.centroid(geometry)
    inside = shapely.intersects(geometry, centres)
    points = np.where(inside, centres, shapely.point_on_surface(geometry))
    spots = zip(shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True)
    return [[round(lon, 6), round(lat, 6)] for lon, lat in spots]
