"""Which share of a commune of one day lies in which commune of another.

The register of successions answers first, and exactly: no unit of it was ever split, so forwards
each goes wholly into one. Only where it has no answer are outlines laid over each other. A code is
looked up on its day and nowhere else: 21040, 21061 and 21109 were borne by several units.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import boundaries, crs, overlay
from gis.errors import ColumnError, InputError, NotFoundError
from gis.values import as_dates, as_text

#: Parts as narrow (mean width: twice the area over the perimeter) and as small as this are where
#: two drawings of one border disagree, not where a commune was split.
SLIVER_WIDTH_M: Final = 50.0
SLIVER_SHARE: Final = 0.05

How = Literal["register", "outlines", "areas"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A commune of one day."""

    code: str
    name: str
    valid_from: str


@dataclass(frozen=True, slots=True)
class Link:
    """A share of a source that lies in a target; no target is outside of all."""

    source: int
    target: Place | None
    share: float
    how: How


@dataclass(frozen=True, slots=True)
class Sliver:
    """A part of a source where outlines disagree."""

    source: int
    target: Place | None
    area_m2: float


@dataclass(frozen=True, slots=True)
class Shares:
    """What the sources come to.

    Attributes
    ----------
    sources
        The unit of each code; None where no unit bore it.
    absent
        Units without figures whose land goes to a target too.
    """

    sources: list[Place | None]
    links: list[Link] = field(default_factory=list)
    slivers: list[Sliver] = field(default_factory=list)
    absent: dict[Place, list[Place]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlines:
    """Communes of one day, one row a code, in metres."""

    places: list[Place]
    geometry: overlay.Geometries

    def at(self, code: str) -> int | None:
        """Position of a code."""
        return next((at for at, each in enumerate(self.places) if each.code == code), None)


def outlines(units: gpd.GeoDataFrame, day: date, *, name: str) -> Outlines:
    """Pick the communes of a day out of a layer with ``code``, ``name``, ``valid_from/to``.

    Raises
    ------
    InputError
        When none stands on that day, one code stands twice, or the layer is in degrees.
    """
    if "code" not in units:
        raise ColumnError(
            f"`{name}` has no column 'code'; name the communes by code.",
            vi=f"`{name}` không có cột 'code'; hãy ghi mã xã vào cột này.",
        )
    crs.require_metres(units.crs, name=name)
    since, until = (_days(units, column) for column in ("valid_from", "valid_to"))
    iso = day.isoformat()
    stands = (since.isna() | (since.fillna("") <= iso)) & (
        until.isna() | (until.fillna("9") >= iso)
    )
    there = units[stands & units.geometry.notna() & ~units.geometry.is_empty]
    codes = as_text(there["code"])
    if there.empty or codes.duplicated().any() or codes.isna().any():
        which = codes[codes.duplicated()].tolist()
        told = f"{which[0]} twice" if which else "none, or one without a code"
        raise InputError(
            f"On {iso} `{name}` holds {told}; give the communes of that day, each once.",
            vi=f"Ngày {iso}, `{name}` không có xã nào hoặc có mã thiếu, trùng; hãy cho các xã của "
            "ngày đó, mỗi xã một dòng.",
        )
    names = as_text(there["name"]) if "name" in there else codes
    begun = since[there.index].fillna("")
    places = [Place(*each) for each in zip(codes, names.fillna(""), begun, strict=True)]
    return Outlines(places, there.geometry.to_numpy())


def _days(units: gpd.GeoDataFrame, column: str) -> "pd.Series[str]":
    if column not in units:
        return pd.Series(None, index=units.index, dtype=object)
    return as_dates(units[column])[0]


def find(
    codes: Sequence[str],
    days: tuple[date, date],
    *,
    before: Outlines | None = None,
    after: Outlines | None = None,
) -> Shares:
    """Find where the communes of one day lie in those of another.

    Parameters
    ----------
    codes
        Codes on the first of the two days.
    before, after
        Outlines of the two days, for communes that the register does not know or had to split.

    Raises
    ------
    InputError
        When a unit must be split and neither outlines nor areas of the register say how.
    """
    found = Shares([None] * len(codes))
    before, after = _as_registered(before, days[0]), _as_registered(after, days[1])
    cut = _Cut(before, after) if before is not None and after is not None else None
    for source, code in enumerate(codes):
        unit = _borne(code, days[0])
        at = before.at(code) if before is not None else None
        if unit is not None:
            found.sources[source] = _place(unit)
            _follow_register(found, source, unit, days, cut)
        elif before is not None and cut is not None and at is not None:
            found.sources[source] = before.places[at]
            cut.add(found, source, code)
    _find_absent(found, days, cut)
    return found


def _as_registered(outlines: Outlines | None, day: date) -> Outlines | None:
    """Name communes as the register does, where it knows them, so that one is one."""
    if outlines is None:
        return None
    known = [_borne(place.code, day) for place in outlines.places]
    places = [
        place if unit is None else _place(unit)
        for place, unit in zip(outlines.places, known, strict=True)
    ]
    return Outlines(places, outlines.geometry)


def _borne(code: str, day: date) -> boundaries.Unit | None:
    try:
        return boundaries.unit(code, day)
    except NotFoundError:
        return None


def _place(unit: boundaries.Unit) -> Place:
    return Place(unit.code, unit.name, unit.valid_from.isoformat() if unit.valid_from else "")


def _follow_register(
    found: Shares,
    source: int,
    unit: boundaries.Unit,
    days: tuple[date, date],
    cut: "_Cut | None",
) -> None:
    start, end = days
    forwards = end >= start
    heirs = (boundaries.successors if forwards else boundaries.predecessors)(unit.code, start, end)
    if forwards or unit.valid_on(end):
        found.links.extend(Link(source, _place(heir), 1.0, "register") for heir in heirs)
        return
    if cut is not None and cut.knows(unit.code):
        cut.add(found, source, unit.code, among={_place(heir).code: _place(heir) for heir in heirs})
        return
    areas = np.array([heir.area_km2_geodesic or np.nan for heir in heirs], dtype=float)
    if not len(heirs) or np.isnan(areas).any():
        raise InputError(
            f"{unit.name} ({unit.code}) was not one unit on {end}, and the register knows no areas "
            "of its parts; give the outlines of both days.",
            vi=f"Ngày {end}, {unit.name} ({unit.code}) chưa phải một đơn vị và danh mục không có "
            "diện tích các phần; hãy cho ranh giới xã của cả hai ngày.",
        )
    found.links.extend(
        Link(source, _place(heir), float(share), "areas" if len(heirs) > 1 else "register")
        for heir, share in zip(heirs, areas / areas.sum(), strict=True)
    )


class _Cut:
    """Communes of one day cut by those of another; done once, when first asked for."""

    def __init__(self, before: Outlines, after: Outlines) -> None:
        self._before, self._after = before, after
        self._parts: pd.DataFrame | None = None

    def knows(self, code: str) -> bool:
        """Whether a commune of the first day has an outline."""
        return self._before.at(code) is not None

    def units(self) -> list[Place]:
        """Return the communes of the first day."""
        return self._before.places

    def add(
        self, found: Shares, source: int, code: str, *, among: dict[str, Place] | None = None
    ) -> None:
        """Add what a commune comes to; `among` are the only ones it can lie in, if known."""
        links, slivers = self.shares(source, code, among=among)
        found.links.extend(links)
        found.slivers.extend(slivers)

    def shares(
        self, source: int, code: str, *, among: dict[str, Place] | None = None
    ) -> tuple[list[Link], list[Sliver]]:
        """Return the shares of a commune, and the parts that are no shares."""
        parts = self._all()
        mine = parts[parts["before"] == self._before.at(code)]
        links, slivers = [], []
        columns = (mine[name].tolist() for name in ("after", "width", "share", "area"))
        for after, width, share, area in zip(*columns, strict=True):
            target = self._after.places[after] if after >= 0 else None
            if among is not None and target is not None:
                target = among.get(target.code)
            strange = among is not None and target is None and after >= 0
            if strange or (width < SLIVER_WIDTH_M and share < SLIVER_SHARE):
                slivers.append(Sliver(source, self._named(after), area))
            else:
                links.append(Link(source, target, share, "outlines"))
        whole = sum(link.share for link in links)
        if not whole:
            return [Link(source, None, 1.0, "outlines")], slivers
        return [
            Link(source, link.target, link.share / whole, "outlines") for link in links
        ], slivers

    def _named(self, after: int) -> Place | None:
        return self._after.places[after] if after >= 0 else None

    def _all(self) -> pd.DataFrame:
        if self._parts is None:
            self._parts = self._cut()
        return self._parts

    def _cut(self) -> pd.DataFrame:
        cells = overlay.disjoint(self._after.geometry)
        pieces = overlay.cut(self._before.geometry, {"after": cells})
        # where communes of the other day lie over each other, they share the place evenly
        owners = [cells.owners[cell] if cell >= 0 else (-1,) for cell in pieces.cell["after"]]
        counts = np.array([len(each) for each in owners])
        piece = np.repeat(np.arange(len(owners)), counts)
        table = pd.DataFrame(
            {
                "before": pieces.zone[piece],
                "after": np.array([each for rows in owners for each in rows], dtype=np.int64),
                "area": (pieces.area_m2() / counts)[piece],
                "length": (shapely.length(pieces.geometry) / counts)[piece],
            }
        )
        summed = table.groupby(["before", "after"], as_index=False).sum()
        whole = summed.groupby("before")["area"].transform("sum")
        return summed.assign(
            share=summed["area"] / whole, width=2 * summed["area"] / summed["length"]
        )


def _find_absent(found: Shares, days: tuple[date, date], cut: _Cut | None) -> None:
    """Find units without figures that make up the targets with those that have some."""
    reached = sorted({link.target for link in found.links if link.target is not None})
    given = {place.code for place in found.sources if place is not None}
    for target in reached:
        unit = _borne(target.code, days[1])
        if unit is not None and _place(unit) == target and days[1] >= days[0]:
            parts = boundaries.predecessors(target.code, days[1], days[0])
            found.absent[target] = [_place(part) for part in parts if part.code not in given]
    if cut is None:
        return
    for place in cut.units():
        if place.code in given or _borne(place.code, days[0]) is not None:
            continue
        links, _ = cut.shares(-1, place.code)
        for link in links:
            if link.target in reached and link.target is not None:
                found.absent.setdefault(link.target, []).append(place)
