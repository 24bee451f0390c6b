"""What zones are judged against: the layers, decisions and rules of one study area on one day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from gis import rules
from gis.decisions import Decisions
from gis.errors import InputError, NotFoundError
from gis.layers.base import valid_on
from gis.rules import RuleSet
from gis.settings import Settings
from gis.workspace import Version, Workspace

CommuneSets = Literal["date", "both"]
#: Last year of the plan period that the rules were read for.
_LAST_YEAR: Final = 2030
#: Layers that an alignment can use, in the words of its notes.
_MISSING: Final = {
    "current": ("hiện trạng sử dụng đất", "current land use"),
    "plan": ("quy hoạch sử dụng đất", "land-use plan"),
    "general_plan": ("quy hoạch chung xã", "commune general plan"),
    "communes": ("đơn vị hành chính", "communes"),
    "constraints": ("khu vực hạn chế", "constraints"),
}
#: Kinds of plan by their names in a context.
_PLAN_KINDS: Final = {"plan": "land_use_plan", "general_plan": "general_plan"}


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a result as a whole."""

    vi: str
    en: str

    def text(self, lang: str) -> str:
        """Return the sentence in ``vi`` or ``en``."""
        return self.vi if lang == "vi" else self.en


@dataclass(frozen=True, kw_only=True)
class Context:
    """Frames and rules for one day. A frame is None where the workspace lacks the layer.

    Attributes
    ----------
    current, plan, general_plan
        Land use with `code`, `code_table`, `fault`.
    communes, other_communes
        Units valid on the day; and of the set before or after it, when both were asked for.
    constraints
        Constraints in force on the day.
    year
        Year of the plans that were taken; of the land-use plan, where the kinds differ.
    sources
        Versions that were read, for the record.
    """

    as_of: date
    crs: str
    year: int | None = None
    current: gpd.GeoDataFrame | None = None
    plan: gpd.GeoDataFrame | None = None
    general_plan: gpd.GeoDataFrame | None = None
    communes: gpd.GeoDataFrame | None = None
    other_communes: gpd.GeoDataFrame | None = None
    constraints: gpd.GeoDataFrame | None = None
    decisions: Decisions = field(default_factory=Decisions)
    ruleset: RuleSet = field(default_factory=rules.shipped_rules)
    settings: Settings = field(default_factory=Settings)
    sources: tuple[Version, ...] = ()
    notes: tuple[Note, ...] = ()
    schematic: bool = False

    def missing(self) -> tuple[str, ...]:
        """Names of the layers this context lacks."""
        return tuple(name for name in _MISSING if getattr(self, name) is None)


def load(
    workspace: Workspace,
    *,
    as_of: date,
    year: int | None = None,
    communes: CommuneSets = "date",
) -> Context:
    """Gather a workspace's layers for one day.

    Parameters
    ----------
    year
        Year of the plans; by default, of each kind, the latest there is.
    communes
        ``both`` adds the commune set before (or after) the one of the day.

    Raises
    ------
    InputError
        When no plan is of the asked year.
    """
    gathered = _Gathering(workspace, as_of)
    gathered.require_year(year)
    units = gathered.frame(workspace.versions("communes"), "communes")
    limits = gathered.frame(workspace.versions("constraints"), "constraints")
    current = gathered.frame(gathered.current_versions(), "current")
    plan = gathered.plan("plan", year)
    general_plan = gathered.plan("general_plan", year)
    sources = (*gathered.used, *workspace.versions("decisions"))
    return Context(
        as_of=as_of,
        crs=workspace.crs,
        year=gathered.year_taken(),
        current=current,
        plan=plan,
        general_plan=general_plan,
        communes=gathered.valid(units, "communes"),
        other_communes=_other_set(units, as_of) if communes == "both" else None,
        constraints=gathered.valid(limits, "constraints"),
        decisions=workspace.decisions(),
        settings=workspace.settings,
        sources=sources,
        notes=tuple(gathered.notes),
        schematic=any(entry.schematic for entry in sources),
    )


def load_zones(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return all zones in use, of every dataset.

    Raises
    ------
    NotFoundError
        When there are none.
    InputError
        When an id stands in two datasets.
    """
    versions = workspace.versions("zones")
    if not versions:
        raise NotFoundError(
            "There are no zones in this workspace; import some with `vung import zones FILE`.",
            vi="Chưa có vùng nào; nạp bằng `vung import zones TỆP`.",
        )
    frames = [workspace.read(version).assign(dataset=version.key) for version in versions]
    zones = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
    twice = zones[zones["zone_id"].duplicated(keep=False)]
    if len(twice):
        name = twice["zone_id"].iloc[0]
        where = ", ".join(twice.loc[twice["zone_id"] == name, "dataset"])
        raise InputError(
            f"Zone {name!r} stands in {where}; take one out with `vung drop DATASET`.",
            vi=f"Vùng {name!r} có trong {where}; bỏ bớt bằng `vung drop BỘ_DỮ_LIỆU`.",
        )
    return zones


class _Gathering:
    """Reads datasets and keeps note of what was read and what was not there."""

    def __init__(self, workspace: Workspace, as_of: date) -> None:
        self.workspace = workspace
        self.as_of = as_of
        self.used: list[Version] = []
        self.notes: list[Note] = []
        self.plan_years: dict[str, int] = {}

    def require_year(self, year: int | None) -> None:
        years = _years(entry for role in _PLAN_KINDS for entry in self._planned(role))
        if year is not None and years and year not in years:
            listed = ", ".join(map(str, years))
            raise InputError(
                f"No plan of the year {year} is in the workspace; it has plans of {listed}.",
                vi=f"Thư mục dữ liệu không có quy hoạch năm {year}; hiện có quy hoạch năm "
                f"{listed}.",
            )

    def plan(self, role: str, year: int | None) -> gpd.GeoDataFrame | None:
        """Plans of a kind and a year; the kinds reach to different years, so each has its own."""
        every = [entry for entry in self._planned(role) if self._in_force(entry)]
        years = _years(every)
        chosen = years[-1] if years and year is None else year
        if years and chosen not in years:
            vi, en = _MISSING[role]
            listed = ", ".join(map(str, years))
            self.notes.append(
                Note(
                    f"Không có {vi} năm {chosen}, chỉ có năm {listed}.",
                    f"There is no {en} of {chosen}, only of {listed}.",
                )
            )
            return None
        if chosen is not None and years:
            self.plan_years[role] = chosen
        taken = [entry for entry in every if int(entry.attributes["year"]) == chosen]
        self._plan_notes(_PLAN_KINDS[role], taken)
        return self.frame(taken, role)

    def _in_force(self, entry: Version) -> bool:
        day = self.as_of.isoformat()
        starts = entry.attributes.get("valid_from") or ""
        ends = entry.attributes.get("valid_to") or "9999-12-31"
        if starts <= day <= ends:
            return True
        self.notes.append(
            Note(
                f"{entry.key} không có hiệu lực ngày {day} nên không được xét.",
                f"{entry.key} is not in force on {day} and was not used.",
            )
        )
        return False

    def _plan_notes(self, plan_kind: str, taken: Sequence[Version]) -> None:
        """Say by which decision a plan stands, and what became of plans of its kind."""
        for entry in taken:
            decision = entry.attributes.get("decision")
            self.notes.append(
                Note(
                    f"{entry.key}: {decision or 'chưa khai số quyết định phê duyệt'}.",
                    f"{entry.key}: {decision or 'the approving decision was not given'}.",
                )
            )
        law = rules.shipped_rules().plan_adjustment(plan_kind, self.as_of)
        if taken and law is not None and law.note_vi:
            self.notes.append(Note(law.note_vi, law.note_en))
        if taken and self.as_of.year > _LAST_YEAR:
            self.notes.append(
                Note(
                    "Kỳ quy hoạch 2021-2030 đã hết: quy tắc và quy hoạch cần được cập nhật.",
                    "The plan period 2021-2030 is over: rules and plans need an update.",
                )
            )

    def year_taken(self) -> int | None:
        if len(set(self.plan_years.values())) > 1:
            pairs = [(*_MISSING[role], taken) for role, taken in self.plan_years.items()]
            self.notes.append(
                Note(
                    "; ".join(f"{vi} năm {taken}" for vi, _, taken in pairs).capitalize() + ".",
                    "; ".join(f"{en} of {taken}" for _, en, taken in pairs).capitalize() + ".",
                )
            )
        return next(iter(self.plan_years.values()), None)

    def _planned(self, role: str) -> list[Version]:
        return [
            entry
            for entry in self.workspace.versions("land-use")
            if entry.attributes["status"] == "planned"
            and entry.attributes["plan_kind"] == _PLAN_KINDS[role]
        ]

    def current_versions(self) -> list[Version]:
        """Present land use of the latest year that is not after the day."""
        every = [
            entry
            for entry in self.workspace.versions("land-use")
            if entry.attributes["status"] == "current"
        ]
        years = _years(every)
        past = [year for year in years if year <= self.as_of.year]
        if not years:
            return []
        chosen = past[-1] if past else years[0]
        if not past:
            self.notes.append(
                Note(
                    f"Hiện trạng sử dụng đất sớm nhất là năm {chosen}, sau ngày xét.",
                    f"The earliest present land use is of {chosen}, after the day in question.",
                )
            )
        return [entry for entry in every if int(entry.attributes["year"]) == chosen]

    def frame(self, versions: Sequence[Version], role: str) -> gpd.GeoDataFrame | None:
        if not versions:
            vi, en = _MISSING[role]
            self.notes.append(Note(f"Chưa có lớp {vi}.", f"There is no layer of {en}."))
            return None
        self.used.extend(versions)
        frames = []
        for entry in versions:
            rows = self.workspace.read(entry)
            frames.append(rows.assign(dataset=entry.key, dataset_version=entry.version))
        return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)

    def valid(self, frame: gpd.GeoDataFrame | None, role: str) -> gpd.GeoDataFrame | None:
        if frame is None:
            return None
        rows = frame[valid_on(frame, self.as_of)].reset_index(drop=True)
        if rows.empty:
            vi, en = _MISSING[role]
            day = self.as_of.isoformat()
            self.notes.append(
                Note(
                    f"Lớp {vi} không có mục nào có hiệu lực ngày {day}.",
                    f"The layer of {en} holds nothing valid on {day}.",
                )
            )
            return None
        return rows


def _years(versions: Iterable[Version]) -> list[int]:
    return sorted({int(entry.attributes["year"]) for entry in versions})


def _other_set(units: gpd.GeoDataFrame | None, as_of: date) -> gpd.GeoDataFrame | None:
    """Units of the commune set just before the day's, else of the one just after it."""
    if units is None:
        return None
    iso = as_of.isoformat()
    ends = units["valid_to"].fillna("9999-12-31")
    past = units[ends < iso]
    if not past.empty:
        last: Any = past["valid_to"].max()
        return past[past["valid_to"] == last].reset_index(drop=True)
    starts = units["valid_from"].fillna("")
    later = units[starts > iso]
    if later.empty:
        return None
    return later[later["valid_from"] == later["valid_from"].min()].reset_index(drop=True)
