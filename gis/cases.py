"""Cases of a study: what the cut layers say of each piece, gathered so that each is judged once."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import crs
from gis.judgement import Case, Judge, Land, Limit, distinct
from gis.layers.base import FAULT
from gis.overlay import UNCOVERED, Cells, Indices, Pieces

#: Land-use layers by their names in a context.
LAND_USE: Final = ("current", "plan", "general_plan")
#: Largest relative difference that counts as equal area.
CLOSURE: Final = 1e-6
_CROP_CONVERSION: Final = "crop_conversion_plan"


@dataclass(frozen=True, slots=True)
class Labels:
    """What a cover says of each of its cells, as numbers into a list of distinct values.

    Attributes
    ----------
    values
        Distinct values; the first is that of an uncovered place.
    of_cell
        For each cell the position of its value.
    """

    values: list[Any]
    of_cell: Indices

    def at(self, cell: Indices) -> Indices:
        """Positions of the values of some cells; 0 where uncovered."""
        if not len(self.of_cell):
            return np.zeros(len(cell), dtype=np.int64)
        return np.where(cell == UNCOVERED, 0, self.of_cell[cell]).astype(np.int64)


def labels(name: str, frame: gpd.GeoDataFrame, cells: Cells) -> Labels:
    """Distinct values of a cover's cells, whoever owns them."""
    rows = _row_values(name, frame)
    values: dict[Hashable, int] = {_combined(name, []): 0}
    of_cell = np.empty(len(cells.owners), dtype=np.int64)
    for at, owners in enumerate(cells.owners):
        value = _combined(name, [rows[row] for row in owners])
        of_cell[at] = values.setdefault(value, len(values))
    return Labels(list(values), of_cell)


def _row_values(name: str, frame: gpd.GeoDataFrame) -> list[Any]:
    plain = frame.astype(object).where(frame.notna(), None)
    ring = _repaired(plain)
    if name in LAND_USE:
        return list(zip(plain["code"], plain["code_table"], ring, strict=True))
    if name == "constraints":
        return [
            Limit(
                constraint_id=str(row["constraint_id"]),
                kind=str(row["kind"] or ""),
                effect=str(row["effect"] or ""),
                name=str(row["name"] or ""),
                basis=str(row["basis"] or ""),
                valid_from=row["valid_from"],
                faulty=faulty,
            )
            for row, faulty in zip(plain.to_dict("records"), ring, strict=True)
        ]
    return list(zip(plain["code"], plain["valid_from"], strict=True))


def _repaired(frame: pd.DataFrame) -> list[bool]:
    """Which rows of a layer had a ring that the door repaired."""
    faults = frame[FAULT] if FAULT in frame else [None] * len(frame)
    return [isinstance(fault, str) and "repaired-ring" in fault for fault in faults]


def _combined(name: str, rows: list[Any]) -> Hashable:
    if name in LAND_USE:
        return Land(
            distinct([(code, table) for code, table, _ in rows]), any(row[2] for row in rows)
        )
    if name == "constraints":
        return tuple(sorted(set(rows), key=lambda limit: limit.constraint_id))
    return tuple(sorted(set(rows), key=lambda unit: (unit[0] or "", unit[1] or "")))


def gather(
    zones: gpd.GeoDataFrame, pieces: Pieces, labels: Mapping[str, Labels], judge: Judge
) -> tuple[list[Case], Indices]:
    """Distinct cases, and for each piece the number of its case."""
    keys: dict[str, Indices] = {"zone": pieces.zone.astype(np.int64)}
    for name in (*LAND_USE, "constraints", "communes"):
        if name in labels:
            keys[name] = labels[name].at(pieces.cell[name])
    stacked = np.column_stack(list(keys.values()))
    places, case_of = np.unique(stacked, axis=0, return_inverse=True)
    case_of = case_of.reshape(-1).astype(np.int64)
    uses = [None if pd.isna(use) else str(use) for use in zones["use"]]
    cases = [_bare_case(dict(zip(keys, place, strict=True)), labels, uses) for place in places]
    ring = _repaired(zones)
    cases = [
        replace(case, faulty=True) if ring[zone] else case
        for case, zone in zip(cases, places[:, 0], strict=True)
    ]
    area = np.bincount(case_of, weights=pieces.area_m2(), minlength=len(cases)).astype(np.float64)
    communes = [
        _one_commune(labels["communes"].values[place]) if "communes" in keys else None
        for place in (places[:, -1] if "communes" in keys else np.zeros(len(cases), dtype=int))
    ]
    products = [_text(zones["product"].iloc[at]) for at in places[:, 0]]
    answered = _with_local_answers(cases, places[:, 0], communes, products, area, judge)
    return answered, case_of


def _bare_case(
    place: Mapping[str, int], labels: Mapping[str, Labels], uses: list[str | None]
) -> Case:
    def said(name: str) -> Any:
        return labels[name].values[place[name]] if name in place else None

    return Case(
        use=uses[place["zone"]],
        current=said("current"),
        plan=said("plan"),
        general_plan=said("general_plan"),
        limits=said("constraints") or (),
    )


def _one_commune(units: tuple[tuple[str | None, str | None], ...]) -> str | None:
    """Code of the one commune of a place; None where there is none, or several claim it."""
    named = {code for code, _ in units if code is not None}
    return named.pop() if len(named) == 1 else None


def _with_local_answers(
    cases: list[Case],
    zone: Indices,
    communes: list[str | None],
    products: list[str | None],
    area: npt.NDArray[np.float64],
    judge: Judge,
) -> list[Case]:
    """Give each case what the local decisions say of its zone's product and area."""
    decisions, day = judge.context.decisions, judge.day
    needs = [judge.needs(case) for case in cases]
    wanted: dict[tuple[int, str | None], float] = {}
    for at, asked in enumerate(needs):
        if _CROP_CONVERSION in asked:
            key = int(zone[at]), communes[at]
            wanted[key] = wanted.get(key, 0.0) + area[at] / crs.HECTARE_M2
    answered = []
    for at, case in enumerate(cases):
        quota = decisions.conversion_quota(products[at], communes[at], day)
        hectares = wanted.get((int(zone[at]), communes[at]), 0.0)
        answered.append(
            replace(
                case,
                conversion=_conversion_rule(quota, hectares),
                species=decisions.species_rule(products[at], day),
            )
            if needs[at]
            else case
        )
    return answered


def _conversion_rule(quota_ha: float | None, wanted_ha: float) -> str:
    if quota_ha is None:
        answer = "absent"
    elif quota_ha <= 0:
        answer = "not-listed"
    else:
        answer = "within" if wanted_ha <= quota_ha * (1 + CLOSURE) else "exceeded"
    return f"local.crop-conversion-plan.{answer}"


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
