"""Faults of one parcel, in its shape and in its columns, and the list of all that are planted.

See `benchmarks.borders` for what the functions take and return.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon

from benchmarks import borders
from benchmarks.seeding import (
    BORDER,
    CLEARANCE_M,
    SHAPE,
    TOLERANCES,
    Field,
    Floats,
    Host,
    Planter,
    drawn,
    unit_normal,
)

UNKNOWN_CODES: Final = ("XYZ", "LUCC", "L0C", "DGTT", "QQQ")
#: In the table of TT 08/2024 and not in that of TT 27/2018.
NEWER_CODES: Final = ("CNT", "TVC", "DMT", "SCT", "CQA")
COMPOUND_CODES: Final = ("ONT+CLN", "ODT+CLN", "ONT+CLN+BHK", "LUC/NTS")


def _square(middle: Any, side: float, angle: float) -> Polygon:
    turns = angle + np.pi / 4 + np.arange(4) * np.pi / 2
    corners = np.stack([np.cos(turns), np.sin(turns)], axis=-1) * side / np.sqrt(2)
    return Polygon(np.array([middle.x, middle.y]) + corners)


def _room(work: Field, at: int, side: float) -> Polygon | None:
    """Return a square well within a parcel that has no holes."""
    shape = work.shapes[at]
    if shape is None or shape.geom_type != "Polygon" or shape.interiors:
        return None
    square = _square(shape.representative_point(), side, float(work.rng.uniform(0, 1)))
    within: bool = shape.contains(square) and shape.exterior.distance(square) > CLEARANCE_M
    return square if within else None


def tiny_part(work: Field, host: Host, above: bool) -> bool:
    """Add a part in a hole of the neighbour; a finding is due where it is tiny."""
    area = drawn(work.rng, TOLERANCES["tiny_part_m2"], above=not above, reach=2.5)
    for beside in {int(each) for each in host.beside if each >= 0}:
        part = _room(work, beside, float(np.sqrt(area)))
        if part is None:
            continue
        around = work.shapes[beside]
        work.shapes[beside] = Polygon(around.exterior, [part.exterior])
        work.shapes[host.at] = MultiPolygon([Polygon(host.ring), part])
        for at in (host.at, beside):
            work.values["registered_area_m2"][at] = round(float(work.shapes[at].area), 1)
        due = part.area < TOLERANCES["tiny_part_m2"]
        said = {"size": part.area, "fault": due, "may": frozenset({"sliver"})}
        work.know("tiny-part", (host.at,), part, **said)
        work.know("tiny-hole", (beside,), part, **said)
        return True
    return False


def spike(work: Field, host: Host, above: bool) -> bool:
    """Draw a thin tip into the neighbour, which gives way: the coverage stays exact."""
    if not host.free:
        return False
    k = int(work.rng.choice(host.free))
    _, start, end = host.corner(k)
    beside, step = int(host.beside[k]), end - start
    degrees = drawn(work.rng, TOLERANCES["spike_deg"], above=not above, reach=6)
    height = float(work.rng.uniform(0.5, 2.0))
    half = height * np.tan(np.deg2rad(degrees) / 2)
    middle, along = (start + end) / 2, step / np.hypot(*step)
    tip = np.array(
        [middle - along * half, middle - unit_normal(start, end) * height, middle + along * half]
    )
    other = work.shapes[beside]
    where = Polygon(tip)
    if other is None or other.geom_type != "Polygon" or 2 * half > np.hypot(*step) / 2:
        return False
    if not work.is_clear(where, host, beside) or not other.contains(Point(tip[1])):
        return False
    theirs = _with_tip(other, start, end, tip)
    if theirs is None or not theirs.is_valid:
        return False
    if not work.put(host.at, np.insert(host.ring, k + 1, tip, axis=0)):
        return False
    work.shapes[beside] = theirs
    due = degrees < TOLERANCES["spike_deg"]
    work.know("spike", (host.at, beside), where, size=degrees, fault=due)
    return True


def _with_tip(shape: Polygon, start: Floats, end: Floats, tip: Floats) -> Polygon | None:
    """Insert the same three points into the ring on the other side, the other way round."""
    rings = []
    found = False
    for ring in (shape.exterior, *shape.interiors):
        points = shapely.get_coordinates(ring)[:-1]
        for at, point in enumerate(points):
            following = points[(at + 1) % len(points)]
            for first, second, inserted in ((start, end, tip), (end, start, tip[::-1])):
                if (point == first).all() and (following == second).all():
                    points, found = np.insert(points, at + 1, inserted, axis=0), True
                    break
            else:
                continue
            break
        rings.append(points)
    return Polygon(rings[0], rings[1:]) if found else None


def same_shape(work: Field, host: Host, above: bool) -> bool:
    """Enter a parcel again, drawn from another vertex or the other way round."""
    ring = np.roll(host.ring, int(work.rng.integers(len(host.ring))), axis=0)
    new = work.add(host.at, Polygon(ring if above else ring[::-1]))
    may = BORDER | {"contained"}
    work.know("same-shape", (host.at, new), Polygon(ring), may=may)
    return True


def contained(work: Field, host: Host, above: bool) -> bool:
    """Draw a small parcel upon a larger one that has no hole for it."""
    del above
    square = _room(work, host.at, float(work.rng.uniform(2, 6)))
    if square is None:
        return False
    new = work.add(host.at, square)
    may = frozenset({"overlap"})
    work.know("contained", (host.at, new), square, size=square.area, may=may)
    return True


def same_key(work: Field, host: Host, above: bool) -> bool:
    """Give a parcel the sheet and the number of another one."""
    del above
    other = int(work.rng.integers(len(work.frame)))
    used = {row - 1 for truth in work.truths if truth.kind == "same-key" for row in truth.rows}
    if other == host.at or {other, host.at} & used:
        return False
    for column in ("sheet", "parcel"):
        work.values[column][host.at] = work.values[column][other]
    # in another sheet, bare ground beside it may be taken for a mismatch of sheets
    work.know("same-key", (host.at, other), None, may=frozenset({"sheet-edge"}))
    return True


def missing_shape(work: Field, host: Host, above: bool) -> bool:
    """Take the shape away, or leave an empty one; its place becomes a gap."""
    if not host.enclosed:
        return False
    work.shapes[host.at] = None if above else Polygon()
    work.know("no-geometry", (host.at,), None)
    hole = Polygon(host.ring)
    work.know("gap", host.around, hole, size=hole.area, may=frozenset({"sheet-edge"}))
    return True


def repeated_point(work: Field, host: Host, above: bool) -> bool:
    """Write a vertex twice, one after the other."""
    del above
    k = int(work.rng.integers(1, len(host.ring)))
    work.put(host.at, np.insert(host.ring, k, host.ring[k], axis=0))
    work.know("repeated-point", (host.at,), Point(host.ring[k]))
    return True


def invalid(label: str) -> Planter:
    """Draw a shape that the standard forbids, in one of its ways."""

    def plant(work: Field, host: Host, above: bool) -> bool:
        del above
        shape = _INVALID[label](work, host)
        if shape is None or shape.is_valid:
            return False
        work.shapes[host.at] = shape
        may = BORDER | SHAPE | {"registered-area"}
        points = shapely.get_coordinates(shape)
        where = shapely.box(*points.min(axis=0), *points.max(axis=0))
        work.know("invalid", (host.at,), where, may=may, label=label)
        return True

    return plant


def _bow_tie(work: Field, host: Host) -> Polygon:
    k = int(work.rng.integers(1, len(host.ring) - 1))
    order = np.arange(len(host.ring))
    order[[k, k - 1]] = order[[k - 1, k]]
    return Polygon(host.ring[order])


def _touching_loop(work: Field, host: Host) -> Polygon:
    k = int(work.rng.integers(1, len(host.ring)))
    vertex, middle = host.ring[k], np.array(Polygon(host.ring).representative_point().coords[0])
    inward = (middle - vertex) / 4
    aside = np.array([-inward[1], inward[0]]) / 5
    loop = [vertex, vertex + inward + aside, vertex + inward - aside]
    return Polygon(np.insert(host.ring, k, loop, axis=0))


def _thread(work: Field, host: Host) -> Polygon:
    """Draw a tip without any width: out and back on the same line."""
    k = int(work.rng.integers(1, len(host.ring)))
    vertex = host.ring[k]
    out = vertex + (vertex - Polygon(host.ring).representative_point().coords[0]) / 10
    return Polygon(np.insert(host.ring, k, [vertex, out], axis=0))


def _holes(*sides: tuple[float, float]) -> Callable[[Field, Host], Polygon | None]:
    """Holes by side and distance from the middle."""

    def make(work: Field, host: Host) -> Polygon | None:
        if _room(work, host.at, 7.0) is None:
            return None
        middle = Polygon(host.ring).representative_point()
        placed = [(Point(middle.x + shift, middle.y), side) for side, shift in sides]
        return Polygon(host.ring, [_square(point, side, 0.0).exterior for point, side in placed])

    return make


def _part_in_part(work: Field, host: Host) -> MultiPolygon | None:
    inner = _room(work, host.at, 4.0)
    return None if inner is None else MultiPolygon([Polygon(host.ring), inner])


_INVALID: Final[Mapping[str, Callable[[Field, Host], Any]]] = MappingProxyType(
    {
        "bow tie": _bow_tie,
        "touching loop": _touching_loop,
        "thread": _thread,
        "hole outside": _holes((3.0, 70.0)),
        "holes crossing": _holes((4.0, 0.0), (4.0, 1.3)),
        "hole in a hole": _holes((6.0, 0.0), (2.0, 0.0)),
        "hole twice": _holes((4.0, 0.0), (4.0, 0.0)),
        "part in a part": _part_in_part,
    }
)


def code(kind: str, written: tuple[str | None, ...]) -> Planter:
    """Write another code, or none."""

    def plant(work: Field, host: Host, above: bool) -> bool:
        del above
        value = written[int(work.rng.integers(len(written)))]
        work.values["code"][host.at] = value
        work.know(kind, (host.at,), None, label=str(value))
        return True

    return plant


def registered_area(work: Field, host: Host, above: bool) -> bool:
    """Register an area that differs from the drawn one."""
    area = Polygon(host.ring).area
    line = max(TOLERANCES["area_m2"], TOLERANCES["area_share"] * area)
    # the share may be meant of either area, so sizes keep further away from the line here
    off = drawn(work.rng, line, above=above, reach=20) * (1.05 if above else 0.95)
    more = area < 1.5 * off or work.rng.uniform() < 0.5
    work.values["registered_area_m2"][host.at] = round(area + off if more else area - off, 2)
    work.know("registered-area", (host.at,), None, size=off, fault=above)
    return True


#: Ways to plant, by name; where a kind has no size, `above` chooses a form of it.
PLANTERS: Final[Mapping[str, Planter]] = MappingProxyType(
    {
        "gap": borders.moved_vertex("gap", inward=True),
        "overlap": borders.moved_vertex("overlap", inward=False),
        "near miss": borders.moved_vertex("near-miss"),
        "moved corner": borders.redrawn(borders.moved_corner),
        "shifted": borders.redrawn(borders.shifted),
        "shrunk": borders.redrawn(borders.shrunk),
        "simplified": borders.redrawn(borders.simplified),
        "rounding": borders.redrawn(borders.trembled, noise=True),
        "hanging vertex": borders.hanging_vertex,
        "sliver": borders.sliver,
        "sheet edge": borders.sheet_edge,
        "tiny part": tiny_part,
        "spike": spike,
        "same shape": same_shape,
        "contained": contained,
        "same key": same_key,
        "missing shape": missing_shape,
        "repeated point": repeated_point,
        **{f"invalid: {label}": invalid(label) for label in _INVALID},
        "unknown code": code("unknown-code", UNKNOWN_CODES),
        "compound code": code("compound-code", COMPOUND_CODES),
        "code of the other table": code("other-table", NEWER_CODES),
        "no code": code("no-code", (None, "")),
        "registered area": registered_area,
    }
)
