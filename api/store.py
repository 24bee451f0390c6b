"""The workspace as the service sees it: every layer version is read once and then shared.

Shared frames are never changed. `assess` gets geometries of its own (see `private`), because it
prepares what it cuts with, and two threads that prepare one GEOS geometry crash the process.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import shapely
from starlette.concurrency import run_in_threadpool

from api.features.rows import FeatureSet
from api.gate import Gate
from api.settings import Settings
from api.shelf import Shelf
from gis import alignment, context
from gis import crs as gis_crs
from gis import settings as gis_settings
from gis.alignment import Alignment
from gis.context import CommuneSets, Context
from gis.errors import GisError, InputError, NotFoundError, WorkspaceError
from gis.layers.registry import LAYERS
from gis.workspace import Version, Workspace

#: Stands between layer and dataset name in a collection's id; needs no escape in an address.
SEPARATOR: Final = "~"
_FRAMES: Final = ("current", "plan", "general_plan", "communes", "other_communes", "constraints")
# a district has about ten layers; twice that leaves room for what an import replaces
_LAYERS_KEPT: Final = 24
_CONTEXTS_KEPT: Final = 8
_PAGES_KEPT: Final = 8
# rows this near to a zone are handed to `assess`, which chooses exactly
_MARGIN_M: Final = 1.0

Token = tuple[Any, ...]
T = TypeVar("T")


class Snapshot(Workspace):
    """A workspace as it was when a request came; what is imported meanwhile does not mix in."""

    def __init__(self, workspace: Workspace, frames: Shelf[str, gpd.GeoDataFrame]) -> None:
        super().__init__(workspace.folder)
        self._entries = tuple(workspace.versions())
        self._settings = workspace.settings
        self._crs = workspace.crs
        self._frames = frames

    @property
    def crs(self) -> str:
        """The metric system of all layers."""
        return self._crs

    @property
    def settings(self) -> gis_settings.Settings:
        """Thresholds of the alignment."""
        return self._settings

    @cached_property
    def token(self) -> Token:
        """What distinguishes this state from every other."""
        versions = tuple((entry.key, entry.sha256, entry.added_at) for entry in self._entries)
        return versions, self._settings, self._crs

    def versions(self, layer: str | None = None, *, history: bool = False) -> list[Version]:
        """Versions in use at the moment of the snapshot; history as it is now."""
        if history:
            return super().versions(layer, history=True)
        return [entry for entry in self._entries if layer in (None, entry.layer)]

    def read(
        self, version: Version, *, bbox: tuple[float, float, float, float] | None = None
    ) -> gpd.GeoDataFrame:
        """Rows of a version, shared: not to be changed."""
        if bbox is not None:
            return super().read(version, bbox=bbox)
        read = super().read
        return self._frames.get(version.sha256, lambda: read(version))

    def collections(self) -> list[Version]:
        """Versions that can be served as features."""
        return [
            entry
            for entry in self._entries
            if entry.layer in LAYERS and LAYERS[entry.layer].geometry == "polygon"
        ]

    def rasters(self) -> list[Version]:
        """Versions that are served as pictures."""
        return [
            entry
            for entry in self._entries
            if entry.layer in LAYERS and LAYERS[entry.layer].geometry == "raster"
        ]

    def collection(self, collection_id: str) -> Version:
        """Return the version behind a collection's id.

        Raises
        ------
        NotFoundError
            When there is no such collection.
        """
        for entry in self.collections():
            if collection_id_of(entry) == collection_id:
                return entry
        raise NotFoundError(
            f"There is no collection {collection_id!r}; /collections lists what there is.",
            vi=f"Không có lớp {collection_id!r}; /collections liệt kê các lớp.",
        )


def collection_id_of(entry: Version) -> str:
    """Id of a dataset as a collection, for example ``land-use~land_use_2020``."""
    return f"{entry.layer}{SEPARATOR}{entry.name}"


class Store:
    """Everything the routes share: the workspace, what was read of it, and the gate.

    Raises
    ------
    WorkspaceError
        When the settings name no workspace.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workspace = Workspace.open(Path(settings.workspace))
        self.gate = Gate(
            slots=settings.assess_slots, queue=settings.assess_queue, wait_s=settings.assess_wait_s
        )
        self._frames: Shelf[str, gpd.GeoDataFrame] = Shelf(_LAYERS_KEPT)
        self._features: Shelf[str, FeatureSet] = Shelf(_LAYERS_KEPT)
        self._contexts: Shelf[Token, Context] = Shelf(_CONTEXTS_KEPT)
        self._pages: Shelf[Token, bytes] = Shelf(_PAGES_KEPT)
        self._last: tuple[tuple[int, ...], Snapshot] | None = None

    def snapshot(self) -> Snapshot:
        """Return the workspace as it is now; read anew only when it was changed."""
        stamp = self.workspace.stamp()
        last = self._last
        if last is None or last[0] != stamp:
            # what is read now may be newer than the stamp; then it is read once more
            last = self._last = (stamp, Snapshot(self.workspace, self._frames))
        return last[1]

    def is_loaded(self, entry: Version) -> bool:
        """Whether a version can be served at once."""
        if entry in self.snapshot().collections():
            return entry.sha256 in self._features
        return entry.sha256 in self._frames

    def features(self, snapshot: Snapshot, entry: Version) -> FeatureSet:
        """Return a version's rows as features."""
        return self._features.get(entry.sha256, lambda: FeatureSet.of(snapshot.read(entry)))

    def preload(self) -> None:
        """Read every collection; one that cannot be read is told when it is asked for."""
        for entry in self.snapshot().collections():
            with suppress(GisError):
                self.features(self.snapshot(), entry)

    async def loaded(self, snapshot: Snapshot, entry: Version) -> FeatureSet:
        """Return a version's rows as features; who asks first waits in a thread."""
        if entry.sha256 in self._features:
            return self.features(snapshot, entry)
        return await run_in_threadpool(self.features, snapshot, entry)

    def context(
        self, snapshot: Snapshot, *, as_of: date, year: int | None, communes: CommuneSets = "date"
    ) -> Context:
        """Return what zones are judged against on a day.

        Raises
        ------
        InputError
            When no plan is of the asked year.
        """
        require_year(snapshot, year)
        return self._contexts.get(
            (snapshot.token, as_of, year, communes),
            lambda: _stored(
                lambda: context.load(snapshot, as_of=as_of, year=year, communes=communes)
            ),
        )

    def assess_stored(self, snapshot: Snapshot, judged_in: Context) -> Alignment:
        """Judge all zones of the workspace.

        Raises
        ------
        NotFoundError
            When there are none.
        """
        zones = _stored(lambda: context.load_zones(snapshot))
        return _stored(lambda: assess(zones, judged_in))

    def page(self, key: Token, make: Callable[[], bytes]) -> bytes:
        """Return a page, made once for its key; who has to wait for it waits at the gate.

        Raises
        ------
        BusyError
            When too many others are waiting.
        """
        if key in self._pages:
            return self._pages.get(key, make)
        with self.gate.place():
            return self._pages.get(key, make)


def assess(zones: gpd.GeoDataFrame, judged_in: Context) -> Alignment:
    """Judge zones in a shared context, without touching what is shared."""
    return replace(alignment.assess(zones, private(judged_in, zones)), context=judged_in)


def require_year(snapshot: Snapshot, year: int | None) -> None:
    """Refuse a year of which there is no plan.

    Raises
    ------
    InputError
        When no plan is of the asked year.
    """
    years = plan_years(snapshot)
    if year is not None and years and year not in years:
        listed = ", ".join(map(str, years))
        raise InputError(
            f"No plan of the year {year} is in the workspace; it has plans of {listed}.",
            vi=f"Không có quy hoạch năm {year}; chỉ có quy hoạch năm {listed}.",
        )


def plan_years(snapshot: Snapshot) -> list[int]:
    """Years of the plans that there are."""
    return sorted(
        {
            int(entry.attributes["year"])
            for entry in snapshot.versions("land-use")
            if entry.attributes["status"] == "planned"
        }
    )


def private(shared: Context, zones: gpd.GeoDataFrame) -> Context:
    """Context with the rows near some zones only, and geometries that nobody else holds."""
    near, _ = gis_crs.transform(zones, shared.crs)
    west, south, east, north = near.total_bounds
    place = shapely.box(west, south, east, north).buffer(_MARGIN_M).bounds

    def own(frame: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
        if frame is None:
            return None
        rows = frame.iloc[_near(frame, place)].reset_index(drop=True)
        # well-known binary carries every bit of every coordinate
        copied = shapely.from_wkb(shapely.to_wkb(rows.geometry.to_numpy()))
        return rows.set_geometry(gpd.GeoSeries(copied, index=rows.index, crs=frame.crs))

    frames: Any = {name: own(getattr(shared, name)) for name in _FRAMES}
    return replace(shared, **frames)


def _near(frame: gpd.GeoDataFrame, place: tuple[float, ...]) -> Any:
    bounds = shapely.bounds(frame.geometry.to_numpy())
    west, south, east, north = place
    apart = (
        (bounds[:, 0] > east)
        | (bounds[:, 2] < west)
        | (bounds[:, 1] > north)
        | (bounds[:, 3] < south)
    )
    return np.flatnonzero(~apart)


def _stored(read: Callable[[], T]) -> T:
    """Read what the workspace stores; a fault in it is not the fault of who asks."""
    try:
        return read()
    except InputError as fault:
        raise WorkspaceError(str(fault), vi=fault.vi) from fault
