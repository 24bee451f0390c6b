"""Remarks on a result as a whole: what in the data or the decisions stands behind its verdicts."""

from collections.abc import Iterator
from typing import Final

import geopandas as gpd
import pandas as pd

from gis import crs, text
from gis.cases import CLOSURE
from gis.context import Context, Note
from gis.judgement import RULE_JOIN
from gis.overlay import BORDER_OVERLAP_M2

_SMALL_HA: Final = 0.01
# rules whose words say what is to be mended in the data, or which decision is missing
_ABOUT_DATA: Final = ("data.", "local.")
_SETTLED: Final = ("local.crop-conversion-plan.within", "local.perennial-species.listed")


def of(
    zones: gpd.GeoDataFrame, table: gpd.GeoDataFrame, ledger: pd.DataFrame, context: Context
) -> list[Note]:
    """Return the remarks on an alignment.

    Parameters
    ----------
    table, ledger
        The alignment table and the ledger of the result.
    """
    return [
        *_placement(zones),
        *_data(table, context),
        *_outside_communes(ledger),
        *_together(zones, table, context),
    ]


def _data(table: pd.DataFrame, context: Context) -> Iterator[Note]:
    """Say for each fault of the data, and each decision that is missing, how much land it rules."""
    named = table.assign(rule=table["rule_ids"].str.split(RULE_JOIN)).explode("rule")
    about = named["rule"].str.startswith(_ABOUT_DATA) & ~named["rule"].isin(_SETTLED)
    hectares = named[about].groupby("rule")["area_ha"].sum().sort_values(ascending=False)
    for rule_id, area in hectares.items():
        if area * crs.HECTARE_M2 < BORDER_OVERLAP_M2:
            continue
        rule = context.ruleset.get(str(rule_id))
        yield Note(
            f"{_extent(area, 'vi')}: {rule.procedure_vi}",
            f"{_extent(area, 'en')}: {rule.procedure_en}",
        )


def _extent(hectares: float, lang: str) -> str:
    """Write an area in hectares, or in square metres where hectares would round to nothing."""
    if hectares < _SMALL_HA:
        return f"{text.format_number(hectares * crs.HECTARE_M2, 2, lang)} m²"
    return f"{text.format_number(hectares, 2, lang)} ha"


def _outside_communes(ledger: pd.DataFrame) -> Iterator[Note]:
    if "communes_uncovered_ha" not in ledger:
        return
    area = float(ledger["communes_uncovered_ha"].sum())
    if area * crs.HECTARE_M2 >= BORDER_OVERLAP_M2:
        yield Note(
            f"{_extent(area, 'vi')} nằm ngoài mọi xã của lớp đơn vị hành chính.",
            f"{_extent(area, 'en')} lie outside every commune of the layer.",
        )


def _placement(zones: gpd.GeoDataFrame) -> list[Note]:
    """Say that the land type of a crop product is inferred, where there is one."""
    crops = zones["use"].isin(["annual_crop", "perennial_crop"]) & zones["product"].notna()
    if not crops.any():
        return []
    return [
        Note(
            "Xếp sản phẩm vào nhóm cây (hằng năm: HNK; lâu năm: CLN) là suy luận từ định nghĩa của "
            f"Nghị định 102/2024/NĐ-CP Điều 4; {text.UNVERIFIED['vi']}.",
            "That a product is an annual (HNK) or perennial (CLN) crop is inferred from the "
            f"definitions of Decree 102/2024 Art 4; {text.UNVERIFIED['en']}.",
        )
    ]


def _together(zones: gpd.GeoDataFrame, table: gpd.GeoDataFrame, context: Context) -> list[Note]:
    """Zones that keep within a conversion plan one by one, but not together."""
    within = table["rule_ids"].str.contains("local.crop-conversion-plan.within", regex=False)
    if not within.any():
        return []
    product = zones.set_index("zone_id")["product"]
    rows = table[within].assign(product=table["zone_id"].map(product))
    notes = []
    for (commune, name), hectares in (
        rows.groupby(["commune_code", "product"])["area_ha"].sum().items()
    ):
        quota = context.decisions.conversion_quota(str(name), str(commune), context.as_of)
        if quota is not None and hectares > quota * (1 + CLOSURE):
            wanted, allowed = (
                {lang: text.format_number(each, 2, lang) for lang in text.LANGUAGES}
                for each in (hectares, quota)
            )
            notes.append(
                Note(
                    f"Xã {commune}, {name}: các vùng cộng lại cần chuyển đổi {wanted['vi']} ha đất "
                    f"lúa, vượt kế hoạch {allowed['vi']} ha.",
                    f"Commune {commune}, {name}: together the zones convert {wanted['en']} ha of "
                    f"rice land, more than the plan's {allowed['en']} ha.",
                )
            )
    return notes
