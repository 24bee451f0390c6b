"""Alignment (đối chiếu quy hoạch): pieces and rules become verdicts, a ledger and adjustments.

It knows law as data and nothing of geometry algorithms: `gis.overlay` cuts, `gis.judgement` reads
the rules, this module puts both together. The same `assess` serves command, notebook, map and API.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

import gis
from gis import adjustments, cases, crs, ledger, overlay, remarks, text
from gis.cases import LAND_USE, Labels
from gis.context import Context, Note
from gis.errors import ColumnError, CrsError, GeometryTypeError
from gis.judgement import RULE_JOIN, Judge, Judgement, Land
from gis.layers.base import FAULT
from gis.overlay import Indices, Pieces
from gis.rules import USES

#: Columns of the alignment table, one row a piece.
COLUMNS: Final = (
    "zone_id",
    "piece_id",
    "as_of",
    "commune_code",
    "commune_valid_from",
    "current_code",
    "current_code_table",
    "plan_code",
    "plan_code_table",
    "general_plan_code",
    "constraint_ids",
    "verdict",
    "rule_ids",
    "citation",
    "verified",
    "area_ha",
    "share",
    "sliver",
)
#: Columns added when both commune sets were asked for.
OTHER_COMMUNE: Final = ("other_commune_code", "other_commune_valid_from")
#: Separates several values in one cell.
JOIN: Final = RULE_JOIN
_COVERS: Final = ("communes", "other_communes", *LAND_USE, "constraints")


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """The one result object: command, workbook, map and API all read it.

    Attributes
    ----------
    pieces
        `COLUMNS` and geometry, one row a piece, in the workspace's metric system.
    zones
        One row a zone: `zone_id, product, use, verdict, verified, area_ha`, hectares by verdict
        (`fits_ha` ...), `pieces`, and geometry.
    ledger
        One row a zone: its area, the sum of its pieces, the difference, whether it closes, and
        what is uncovered, doubly covered, outside every commune, or in slivers, in hectares.
    adjustments
        What must change in the plans, in the shape of Biểu 04/CH: see `gis.adjustments`.
    rules
        Every rule that was used, with procedure, deciding body, citation, mark and `verified`.
    provenance
        Layer versions, rule-set version, settings, software version, and the hash of the table.
    """

    context: Context
    pieces: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    ledger: pd.DataFrame
    adjustments: pd.DataFrame
    rules: pd.DataFrame
    notes: tuple[Note, ...]
    provenance: Mapping[str, Any]

    @property
    def schematic(self) -> bool:
        """Whether anything it is made from is schematic."""
        return self.context.schematic

    def table(self) -> pd.DataFrame:
        """Return the alignment table without geometry."""
        return pd.DataFrame(self.pieces.drop(columns=self.pieces.geometry.name))


def assess(zones: gpd.GeoDataFrame, context: Context) -> Alignment:
    """Judge zones against everything the context holds.

    Parameters
    ----------
    zones
        Polygons with `zone_id` and `use`; `product` where a local decision asks for it.
        Any coordinate system.

    Raises
    ------
    InputError
        When the zones are empty, lack a column, a system or an area, or repeat an id.
    """
    zones = _prepared(zones, context)
    geometry = zones.geometry.to_numpy()
    frames = {
        name: _cropped(frame, geometry)
        for name in _COVERS
        if (frame := _checked_cover(name, context)) is not None
    }
    cells = {name: overlay.disjoint(frame.geometry.to_numpy()) for name, frame in frames.items()}
    pieces = overlay.cut(geometry, cells)
    labels = {name: cases.labels(name, frames[name], cells[name]) for name in cells}
    judge = Judge(context)
    distinct_cases, case_of = cases.gather(zones, pieces, labels, judge)
    judged = [judge.judge(case) for case in distinct_cases]
    table = _table(zones, pieces, labels, judged, case_of, context)
    balance = ledger.balance(zones, pieces, table, cells)
    return Alignment(
        context=context,
        pieces=table,
        zones=ledger.summary(zones, table, context.settings),
        ledger=balance,
        adjustments=adjustments.table(zones, table, judged, case_of, context),
        rules=_rules_used(judged, context),
        notes=(*context.notes, *remarks.of(zones, table, balance, context)),
        provenance=_provenance(context, table),
    )


def _prepared(zones: gpd.GeoDataFrame, context: Context) -> gpd.GeoDataFrame:
    """Zones in the context's system, with all columns, checked."""
    crs.require_metres(crs.parse(context.crs), name="context")
    if zones.crs is None:
        raise CrsError(
            "The zones have no coordinate system; set one before calling.",
            vi="Các vùng chưa có hệ tọa độ; hãy khai báo hệ tọa độ trước khi đối chiếu.",
        )
    if zones.empty:
        raise ColumnError(
            "There are no zones to judge; import some or name others.",
            vi="Không có vùng nào để đối chiếu; hãy nạp vùng hoặc chọn vùng khác.",
        )
    if "zone_id" not in zones or zones["zone_id"].isna().any():
        raise ColumnError(
            "Every zone needs a zone_id; give each its own.",
            vi="Vùng nào cũng phải có zone_id; hãy đặt cho mỗi vùng một mã riêng.",
        )
    if zones["zone_id"].duplicated().any():
        twice = zones.loc[zones["zone_id"].duplicated(), "zone_id"].iloc[0]
        raise ColumnError(
            f"zone_id {twice!r} stands in more than one zone; give each its own.",
            vi=f"zone_id {twice!r} bị trùng ở nhiều vùng; hãy đặt cho mỗi vùng một mã riêng.",
        )
    moved, _ = crs.transform(zones, context.crs)
    geometry = overlay.polygonal(moved.geometry.to_numpy())
    moved = moved.set_geometry(gpd.GeoSeries(geometry, index=moved.index, crs=moved.crs))
    usable = shapely.is_valid(geometry) & (shapely.area(geometry) > 0)
    if not usable.all():
        odd = moved["zone_id"].to_numpy()[~usable][0]
        raise GeometryTypeError(
            f"Zone {odd!r} is no valid polygon with an area; mend its outline.",
            vi=f"Vùng {odd!r} không phải đa giác hợp lệ có diện tích; hãy sửa lại ranh giới vùng.",
        )
    missing = {name: None for name in ("product", "use", FAULT) if name not in moved}
    moved = moved.assign(**missing)
    _refuse_unknown_use(moved)
    return moved.sort_values("zone_id", kind="stable").reset_index(drop=True)


def _refuse_unknown_use(zones: gpd.GeoDataFrame) -> None:
    unknown = zones[zones["use"].notna() & ~zones["use"].isin(USES)]
    if len(unknown):
        zone, use, known = unknown["zone_id"].iloc[0], unknown["use"].iloc[0], ", ".join(USES)
        raise ColumnError(
            f"Zone {zone!r} has the unknown use {use!r}; use one of {known}.",
            vi=f"Vùng {zone!r} có mục đích {use!r} không xác định; dùng một trong {known}.",
        )


def _checked_cover(name: str, context: Context) -> gpd.GeoDataFrame | None:
    """Return a layer of the context, which must be in the context's system."""
    frame: gpd.GeoDataFrame | None = getattr(context, name)
    if frame is not None and frame.crs != crs.parse(context.crs):
        said = "no coordinate system" if frame.crs is None else crs.short_name(frame.crs)
        raise CrsError(
            f"Layer {name!r} is in {said}, not in {context.crs}; carry it over first.",
            vi=f"Lớp {name!r} không ở hệ {context.crs} ({said}); hãy chuyển hệ tọa độ trước.",
        )
    return frame


def _cropped(frame: gpd.GeoDataFrame, zones: overlay.Geometries) -> gpd.GeoDataFrame:
    """Rows that come near a zone, from west to east whatever their order in the file."""
    tree = shapely.STRtree(frame.geometry.to_numpy())
    near = frame.iloc[np.unique(tree.query(zones)[1])]
    geometry = near.geometry.to_numpy()
    shape = shapely.to_wkb(shapely.normalize(geometry))
    # pieces are numbered by these rows: the same layer must give the same numbers
    order = np.lexsort((shape, *reversed(shapely.bounds(geometry).T)))
    return near.iloc[order].reset_index(drop=True)


def _table(
    zones: gpd.GeoDataFrame,
    pieces: Pieces,
    labels: Mapping[str, Labels],
    judged: list[Judgement],
    case_of: Indices,
    context: Context,
) -> gpd.GeoDataFrame:
    """Build the alignment table with geometry."""
    area_m2 = pieces.area_m2()
    zone_m2 = shapely.area(zones.geometry.to_numpy())
    number = np.concatenate(
        [np.arange(count) for count in np.bincount(pieces.zone, minlength=len(zones))]
    )
    zone_id = zones["zone_id"].to_numpy()[pieces.zone]
    data: dict[str, Any] = {
        "zone_id": zone_id,
        "piece_id": [f"{zone}-{at + 1:04d}" for zone, at in zip(zone_id, number, strict=True)],
        "as_of": context.as_of.isoformat(),
        **_label_columns(pieces, labels),
        "verdict": [judged[at].verdict for at in case_of],
        "rule_ids": [JOIN.join(judged[at].rule_ids) for at in case_of],
        "citation": [judged[at].citation for at in case_of],
        "verified": [judged[at].verified for at in case_of],
        "area_ha": area_m2 / crs.HECTARE_M2,
        "share": area_m2 / zone_m2[pieces.zone],
        "sliver": _slivers(pieces.geometry, context.settings.sliver_width_m),
    }
    columns = [*COLUMNS, *(OTHER_COMMUNE if "other_communes" in labels else ())]
    return gpd.GeoDataFrame(data, geometry=pieces.geometry, crs=context.crs)[[*columns, "geometry"]]


def _label_columns(pieces: Pieces, labels: Mapping[str, Labels]) -> dict[str, Any]:
    """Say what each cover says of each piece, as text; None where it says nothing."""

    def column(name: str, words: Any) -> Any:
        if name not in labels:
            return [None] * len(pieces.zone)
        spoken = np.array([words(value) for value in labels[name].values], dtype=object)
        return spoken[labels[name].at(pieces.cell[name])]

    return {
        "commune_code": column("communes", lambda units: _joined(unit[0] for unit in units)),
        "commune_valid_from": column("communes", lambda units: _joined(unit[1] for unit in units)),
        "current_code": column("current", _codes_of),
        "current_code_table": column("current", _tables_of),
        "plan_code": column("plan", _codes_of),
        "plan_code_table": column("plan", _tables_of),
        "general_plan_code": column("general_plan", _codes_of),
        "constraint_ids": column(
            "constraints", lambda limits: _joined(limit.constraint_id for limit in limits)
        ),
        OTHER_COMMUNE[0]: column("other_communes", lambda us: _joined(u[0] for u in us)),
        OTHER_COMMUNE[1]: column("other_communes", lambda us: _joined(u[1] for u in us)),
    }


def _joined(values: Iterable[str | None]) -> str | None:
    return JOIN.join(dict.fromkeys(value for value in values if value)) or None


def _codes_of(land: Land) -> str | None:
    return _joined(code for code, _ in land.codes)


def _tables_of(land: Land) -> str | None:
    return _joined(table for _, table in land.codes)


def _slivers(geometry: overlay.Geometries, width_m: float) -> npt.NDArray[np.bool_]:
    """Pieces whose mean width, twice the area over the perimeter, is below a threshold."""
    return np.asarray(2 * shapely.area(geometry) < width_m * shapely.length(geometry), dtype=bool)


def _rules_used(judged: list[Judgement], context: Context) -> pd.DataFrame:
    """Every rule behind the verdicts, once, with what a person needs to check it."""
    ids = dict.fromkeys(rule_id for entry in judged for rule_id in entry.rule_ids)
    return pd.DataFrame(
        [describe_rule(rule_id, context) for rule_id in sorted(ids)],
        columns=[
            "rule_id", "verdict", "procedure_vi", "procedure_en", "decides_vi", "decides_en",
            "decided_by", "citation", "mark", "verified", "valid_from", "valid_to",
        ],
    )  # fmt: skip


def describe_rule(rule_id: str, context: Context) -> dict[str, Any]:
    """Return a rule's words, citation and deciding body on the context's day."""
    ruleset = context.ruleset
    for authority in ruleset.authorities:
        if authority.id == rule_id:
            return {
                "rule_id": rule_id,
                "verdict": authority.verdict,
                "procedure_vi": f"Thẩm quyền: {authority.body_vi}.",
                "procedure_en": f"Competent body: {authority.body_en}.",
                "citation": authority.citation,
                "mark": authority.mark,
                "verified": authority.mark == "V",
            }
    rule = ruleset.get(rule_id)
    bodies = [_body(matter, context) for matter in rule.decides]
    decides_vi, decides_en, decided_by = (
        ("; ".join(filter(None, said)) for said in zip(*bodies, strict=True))
        if bodies
        else ("", "", "")
    )
    ends = None if rule.end.year == 9999 else rule.end.isoformat()
    return {
        "rule_id": rule_id,
        "verdict": rule.verdict,
        "procedure_vi": rule.procedure_vi,
        "procedure_en": rule.procedure_en,
        "decides_vi": decides_vi,
        "decides_en": decides_en,
        "decided_by": decided_by,
        "citation": rule.citation,
        "mark": "" if rule.about_data else rule.mark,
        "verified": rule.verified and not rule.about_data,
        "valid_from": None if rule.about_data else rule.start.isoformat(),
        "valid_to": ends,
    }


def _body(matter: str, context: Context) -> tuple[str, str, str]:
    """Say who decides a matter on the context's day (vi, en), and by which text.

    A body that the rule files do not know from the text itself says so.
    """
    authority = context.ruleset.authority(matter, context.as_of)
    unsettled = authority is not None and authority.verdict is not None
    since = authority.start if authority is not None and unsettled else None
    delegate = context.decisions.delegate(matter, context.as_of, since=since)
    if delegate is not None:
        return delegate
    if authority is None:
        return "", "", ""
    doubt = {
        lang: "" if authority.mark == "V" else f" ({text.UNVERIFIED[lang]})"
        for lang in ("vi", "en")
    }
    return authority.body_vi + doubt["vi"], authority.body_en + doubt["en"], authority.citation


def _provenance(context: Context, table: gpd.GeoDataFrame) -> dict[str, Any]:
    return {
        "software": f"vung {gis.__version__}",
        "as_of": context.as_of.isoformat(),
        "plan_year": context.year,
        "crs": context.crs,
        "rules_version": context.ruleset.version,
        "settings": asdict(context.settings),
        "layers": [
            {"dataset": entry.key, "version": entry.version, "sha256": entry.sha256}
            for entry in context.sources
        ],
        "missing": list(context.missing()),
        "schematic": context.schematic,
        "table_sha256": hashlib.sha256(ledger.canonical(table)).hexdigest(),
    }
