"""Faults between parcels: each changes the border of a `Host` and notes the truth.

Each takes the field, a host, and whether the fault is to be above its tolerance, and says whether
it fitted there. Sizes come from coordinates alone.
"""

from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from benchmarks.seeding import (
    BORDER,
    TOLERANCES,
    Field,
    Floats,
    Host,
    Planter,
    Truth,
    drawn,
    unit_normal,
)


def moved_vertex(kind: str, *, inward: bool | None = None) -> Planter:
    """Move a vertex off the border of two parcels: a gap or an overlap, and a near miss.

    The size is drawn about the tolerance of `kind`.
    """

    def plant(work: Field, host: Host, above: bool) -> bool:
        sheets = work.values["sheet"]
        # between two sheets it would be a mismatch of their edges
        within = [k for k in host.free if sheets[int(host.beside[k])] == sheets[host.at]]
        if not within:
            return False
        k = int(work.rng.choice(within))
        before, _, after = host.corner(k)
        half = float(np.hypot(*(after - before))) / 2
        inside = bool(work.rng.uniform() < 0.5) if inward is None else inward
        if kind == "near-miss":
            # a miss is a fault where it is *nearer* than the tolerance
            depth = drawn(work.rng, TOLERANCES["near_m"], above=not above, reach=20)
        else:
            line = TOLERANCES["gap_m2" if inside else "overlap_m2"]
            depth = drawn(work.rng, line, above=above, reach=300 if above else 10) / half
        return depth < 3 and _move(work, host, k, depth if inside else -depth)

    return plant


def _move(work: Field, host: Host, k: int, depth: float) -> bool:
    before, vertex, after = host.corner(k)
    there = vertex + unit_normal(before, after) * depth
    where = Polygon([before, vertex, after, there])
    old, new = LineString([before, vertex, after]), LineString([before, there, after])
    apart = Point(there).distance(old), Point(vertex).distance(new)
    area = abs(depth) * float(np.hypot(*(after - before))) / 2
    kind = "gap" if depth > 0 else "overlap"
    limit, near = TOLERANCES[f"{kind}_m2"], TOLERANCES["near_m"]
    too_close = min(apart) < near <= max(apart) or 0.95 < area / limit < 1.05
    beside = int(host.beside[k])
    ring = host.ring.copy()
    ring[k] = there
    if too_close or not where.is_valid or not work.is_clear(where, host, beside):
        return False
    if not work.put(host.at, ring):
        return False
    both, may = (host.at, beside), frozenset({"hanging-vertex"})
    work.know(kind, both, where, size=area, fault=area >= limit, may=may)
    work.know("near-miss", both, where, size=min(apart), fault=max(apart) < near, may=may)
    return True


def hanging_vertex(work: Field, host: Host, above: bool) -> bool:
    """Add a vertex in the middle of a segment of the neighbour, on it to the last bit."""
    del above
    if not host.free:
        return False
    k = int(work.rng.choice(host.free))
    _, start, end = host.corner(k)
    point = start + (end - start) * work.rng.uniform(0.3, 0.7)
    where = Point(point)
    if not work.is_clear(where, host, int(host.beside[k])):
        return False
    if not work.put(host.at, np.insert(host.ring, k + 1, point, axis=0)):
        return False
    work.know("hanging-vertex", (host.at, int(host.beside[k])), where)
    return True


def _strip(host: Host, k: int, depth: float) -> tuple[list[int], Floats, Floats]:
    """Follow the border with one neighbour around vertex k; return it as drawn, and moved inward.

    Both ends stay where they are, so that nothing else changes.
    """
    size = len(host.ring)
    first = last = k
    free = set(host.free)
    while (first - 1) % size in free and last - first < size - 3:
        first -= 1
    while (last + 1) % size in free and last - first < size - 3:
        last += 1
    inner = [each % size for each in range(first, last + 1)]
    line = host.ring[[(first - 1) % size, *inner, (last + 1) % size]]
    moved = line.copy()
    for at in range(1, len(line) - 1):
        moved[at] += unit_normal(line[at - 1], line[at + 1]) * depth
    return inner, line, moved


def sliver(work: Field, host: Host, above: bool) -> bool:
    """Cut a long thin parcel off along a border; a finding is due where it is *too* thin."""
    if len(host.free) < 3:
        return False
    k = int(work.rng.choice(host.free))
    target = drawn(work.rng, TOLERANCES["sliver_width_m"], above=not above, reach=3)
    depth = target
    for _ in range(4):
        inner, line, moved = _strip(host, k, depth)
        shape = Polygon([*line, *moved[-2:0:-1]])
        width = 2 * shape.area / shape.length
        depth *= target / width
    ring = host.ring.copy()
    ring[inner] = moved[1:-1]
    if len(inner) < 2 or not shape.is_valid:
        return False
    clear = work.is_clear(LineString(line[1:-1]), host, int(host.beside[k]))
    if not clear or not work.put(host.at, ring):
        return False
    new = work.add(host.at, shape)
    thin = width < TOLERANCES["sliver_width_m"]
    may = frozenset({"spike", "near-miss"})
    work.know("sliver", (new,), shape, size=width, fault=thin, may=may)
    return True


def sheet_edge(work: Field, host: Host, above: bool) -> bool:
    """Open or double the whole border of two parcels of different map sheets."""
    sheets = work.values["sheet"]
    across = [k for k in host.free if sheets[int(host.beside[k])] != sheets[host.at]]
    if len(across) < 3:
        return False
    k, beside = across[1], int(host.beside[across[1]])
    reach = (1.15, 2.5) if above else (0.1, 0.9)
    width = TOLERANCES["edge_m"] * float(np.exp(work.rng.uniform(*np.log(reach))))
    inward = bool(work.rng.uniform() < 0.5)
    inner, line, moved = _strip(host, k, width if inward else -width)
    if len(inner) < 2:
        return False
    where = Polygon([*line, *moved[-2:0:-1]])
    ring = host.ring.copy()
    ring[inner] = moved[1:-1]
    clear = work.is_clear(LineString(line[1:-1]), host, beside)
    if not where.is_valid or not clear or not work.put(host.at, ring):
        return False
    kind, both = "gap" if inward else "overlap", (host.at, beside)
    may = frozenset({"near-miss", "hanging-vertex"})
    work.know("sheet-edge", both, where, size=width, fault=not above, may=may, label=kind)
    work.know(kind, both, where, size=float(where.area), may=may)
    return True


def redrawn(draw: Callable[[Field, Host], Floats | None], *, noise: bool = False) -> Planter:
    """Draw a parcel otherwise than its neighbours know it, on every side at once.

    The cover was exact before, so what the new shape leaves of the old one is bare, and what it
    takes of each neighbour lies double.

    Parameters
    ----------
    noise
        Whether the change is rounding only, of which nothing may be said.
    """

    def plant(work: Field, host: Host, above: bool) -> bool:
        del above
        sheets = {work.values["sheet"][at] for at in (host.at, *host.around)}
        ring = draw(work, host) if host.enclosed and len(sheets) == 1 else None
        if ring is None:
            return False
        old, new = Polygon(host.ring), Polygon(ring)
        if not new.is_valid:
            return False
        everyone = (host.at, *host.around)
        if noise:
            for kind in sorted(BORDER):
                work.know(kind, everyone, old.exterior, fault=False)
            return work.put(host.at, ring)
        truths = _differences(work, host, old, new)
        if truths is None or not work.put(host.at, ring):
            return False
        work.truths += truths
        return True

    return plant


def _differences(work: Field, host: Host, old: Polygon, new: Polygon) -> list[Truth] | None:
    """Note what a new shape leaves bare and takes twice; None where a size is near the line."""
    made = []
    may = frozenset({"near-miss", "hanging-vertex", "contained"})
    rows = tuple(at + 1 for at in (host.at, *host.around))
    for part in shapely.get_parts(old.difference(new)):
        size = float(part.area)
        if 0.9 < size / TOLERANCES["gap_m2"] < 1.1:
            return None
        fault = size >= TOLERANCES["gap_m2"]
        made.append(Truth(kind="gap", rows=rows, where=part, size=size, fault=fault, may=may))
    taken = new.difference(old)
    for other in host.around:
        double = taken.intersection(work.shapes[other])
        size = float(double.area)
        if 0.9 < size / TOLERANCES["overlap_m2"] < 1.1:
            return None
        if size > 0:
            fault = size >= TOLERANCES["overlap_m2"]
            pair = (host.at + 1, other + 1)
            made.append(
                Truth(kind="overlap", rows=pair, where=double, size=size, fault=fault, may=may)
            )
    return made


def moved_corner(work: Field, host: Host) -> Floats | None:
    """Move a vertex where three parcels and more meet."""
    corners = sorted(set(range(len(host.ring))) - set(host.free))
    if not corners:
        return None
    turn, far = work.rng.uniform(0, 2 * np.pi), np.exp(work.rng.uniform(np.log(0.001), np.log(1.5)))
    ring = host.ring.copy()
    ring[int(work.rng.choice(corners))] += far * np.array([np.cos(turn), np.sin(turn)])
    return ring


def shifted(work: Field, host: Host) -> Floats:
    """Move the whole parcel."""
    turn, far = work.rng.uniform(0, 2 * np.pi), np.exp(work.rng.uniform(np.log(0.003), np.log(0.5)))
    return np.asarray(host.ring + far * np.array([np.cos(turn), np.sin(turn)]))


def shrunk(work: Field, host: Host) -> Floats:
    """Draw it smaller: a ring of bare ground runs around it."""
    middle = shapely.get_coordinates(shapely.centroid(Polygon(host.ring)))
    share = np.exp(work.rng.uniform(np.log(0.001), np.log(0.1)))
    return np.asarray(middle + (host.ring - middle) * (1 - share))


def simplified(work: Field, host: Host) -> Floats | None:
    """Leave out the vertices between corners, as a thinned copy of a map does."""
    del work
    kept = [k for k in range(len(host.ring)) if k not in set(host.free)]
    return host.ring[kept] if len(kept) >= 3 else None


def trembled(work: Field, host: Host) -> Floats:
    """Change the last digits, as a way there and back between two systems does."""
    return np.asarray(host.ring + work.rng.uniform(-1e-8, 1e-8, host.ring.shape))
