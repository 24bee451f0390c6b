"""The balance of a result: verdicts of zones, areas that must add up, and the canonical table."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import crs
from gis.cases import CLOSURE, LAND_USE
from gis.overlay import UNCOVERED, Cells, Pieces
from gis.rules import VERDICTS, worst
from gis.settings import Settings

#: Columns that name a zone for people, where the layer has them.
_NAMES: Final = ("name_vi", "name_en", "status")


def summary(
    zones: gpd.GeoDataFrame, table: gpd.GeoDataFrame, settings: Settings
) -> gpd.GeoDataFrame:
    """One row a zone: its verdict and its hectares by verdict."""
    grouped = table.groupby(["zone_id", "verdict"])["area_ha"].sum().unstack(fill_value=0.0)
    by_verdict = grouped.reindex(index=zones["zone_id"], columns=list(VERDICTS), fill_value=0.0)
    least_ha = settings.min_area_m2 / crs.HECTARE_M2
    verdicts = [_zone_verdict(row, least_ha) for row in by_verdict.to_numpy()]
    deciding = table["verdict"] == table["zone_id"].map(
        dict(zip(zones["zone_id"], verdicts, strict=True))
    )
    verified = table[deciding].groupby("zone_id")["verified"].all()
    names = [name for name in _NAMES if name in zones]
    return gpd.GeoDataFrame(
        {
            "zone_id": zones["zone_id"],
            **{name: zones[name] for name in names},
            "product": zones["product"],
            "use": zones["use"],
            "verdict": verdicts,
            "verified": zones["zone_id"].map(verified).fillna(value=False).astype(bool),
            "area_ha": crs.area_ha(zones.geometry.to_numpy()),
            **{f"{name}_ha": by_verdict[name].to_numpy() for name in VERDICTS},
            "pieces": zones["zone_id"].map(table["zone_id"].value_counts()).astype(int),
        },
        geometry=zones.geometry.to_numpy(),
        crs=zones.crs,
    )


def _zone_verdict(hectares: npt.NDArray[np.float64], least_ha: float) -> str:
    """Worst verdict whose pieces together reach the minimum; below it the zone is judged whole."""
    # areas that should reach it exactly must not fail by the rounding of their sum
    least_ha *= 1 - CLOSURE
    enough = [
        name for name, area in zip(VERDICTS, hectares, strict=True) if area > 0 and area >= least_ha
    ]
    present = [name for name, area in zip(VERDICTS, hectares, strict=True) if area > 0]
    return worst(enough or present)


def balance(
    zones: gpd.GeoDataFrame,
    pieces: Pieces,
    table: gpd.GeoDataFrame,
    cells: Mapping[str, Cells],
) -> pd.DataFrame:
    """Areas of each zone, that must add up, and what of it is not plainly covered."""
    count = len(zones)
    area_ha = pieces.area_m2() / crs.HECTARE_M2

    def hectares(which: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        sums = np.bincount(pieces.zone[which], weights=area_ha[which], minlength=count)
        return sums.astype(np.float64)

    zone_ha = crs.area_ha(zones.geometry.to_numpy())
    total = hectares(np.ones(len(area_ha), dtype=bool))
    ledger = {
        "zone_id": zones["zone_id"],
        "zone_ha": zone_ha,
        "pieces_ha": total,
        "difference_ha": zone_ha - total,
        "closes": np.abs(zone_ha - total) <= CLOSURE * zone_ha,
        "sliver_ha": hectares(table["sliver"].to_numpy(dtype=bool)),
    }
    for name in (*LAND_USE, "communes"):
        if name not in cells:
            continue
        cell = pieces.cell[name]
        doubled = np.append(cells[name].doubled(), False)
        ledger[f"{name}_uncovered_ha"] = hectares(cell == UNCOVERED)
        ledger[f"{name}_double_ha"] = hectares(doubled[cell])
    return pd.DataFrame(ledger)


def canonical(table: pd.DataFrame) -> bytes:
    """Return the table as bytes that are the same in every run: what its hash is taken over.

    Areas are written to 0.00001 m2 and shares to nine digits, far below any measurement.
    """
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).copy()
    plain["area_ha"] = plain["area_ha"].map("{:.9f}".format)
    plain["share"] = plain["share"].map("{:.9f}".format)
    text: str = plain.to_csv(index=False, lineterminator="\n")
    return text.encode()
