"""Zones, outlined in the colour of their verdict, with everything the verdict rests on."""

import pandas as pd

from gis import text as gis_text
from gis.alignment import JOIN, Alignment
from gis.rules import VERDICTS
from maps import palette, text
from maps.polygons import Category, Column, Drawing, PolygonLayer

_ORDER = 40
_RANK = 3


def zone_layer(alignment: Alignment, *, lang: str = "vi", show: bool = True) -> PolygonLayer:
    """Build the layer of zones; the caller decides which map it goes on.

    Parameters
    ----------
    alignment
        Result of `gis.alignment.assess`; nothing is judged here.
    """
    zones = alignment.zones
    names = zone_names(zones, lang)
    drawing = Drawing(
        key="zones",
        title=text.word("zones", lang),
        tab=text.word("zone", lang),
        categories=[
            Category(
                key=verdict,
                title=text.sentence(gis_text.label("verdict", verdict, lang)),
                style=palette.verdict_outline(verdict),
            )
            for verdict in VERDICTS
        ],
        category_of=[VERDICTS.index(verdict) for verdict in zones["verdict"]],
        columns=_columns(alignment, names, lang),
        order=_ORDER,
        rank=_RANK,
        labels=names,
        label_kind="zone",
        markers=True,
    )
    return PolygonLayer(zones, drawing, show=show)


def zone_names(zones: pd.DataFrame, lang: str) -> list[str]:
    """Name of each zone in the language, else in the other one, else its id."""
    other = "en" if lang == "vi" else "vi"
    columns = (f"name_{lang}", f"name_{other}", "zone_id")
    rows = zip(*(text.cells(zones, column) for column in columns), strict=True)
    return [next(filter(None, row), "") for row in rows]


def _columns(alignment: Alignment, names: list[str], lang: str) -> list[Column]:
    zones = alignment.zones
    ids = text.cells(zones, "zone_id")
    uses = [text.label("use", use, lang) or text.word("no_use", lang) for use in zones["use"]]
    states = [text.label("status", state, lang) for state in text.cells(zones, "status")]
    changes, carriers = _adjustments(alignment, lang)
    unverified = [None if good else text.unverified(lang) for good in zones["verified"]]

    def word(key: str) -> str:
        return text.word(key, lang)

    return [
        Column("", names, "heading"),
        Column("", [VERDICTS.index(verdict) for verdict in zones["verdict"]], "verdict"),
        Column("", unverified, "notice"),
        Column(word("zone_id"), ids),
        Column(word("product"), [text.product_name(name, lang) for name in zones["product"]]),
        Column(word("use"), [text.sentence(use) for use in uses]),
        Column(word("status"), [state and text.sentence(state) for state in states]),
        Column(word("area"), [text.hectares(area, lang) for area in zones["area_ha"]]),
        Column(word("by_verdict"), _amounts(zones, lang), "amounts"),
        Column(word("adjustments"), changes, "list"),
        Column(word("adjusted_by"), carriers, "list"),
        Column(word("rules"), _rules(alignment), "rules"),
    ]


def _amounts(zones: pd.DataFrame, lang: str) -> list[list[list[object]]]:
    """For each zone its verdicts with hectares and their share, worst first."""
    found = []
    for _, zone in zones.iterrows():
        parts = [(at, float(zone[f"{name}_ha"])) for at, name in enumerate(VERDICTS)]
        found.append(
            [
                [at, text.hectares(area, lang), round(area / float(zone["area_ha"]), 4)]
                for at, area in reversed(parts)
                if area > 0
            ]
        )
    return found


def _rules(alignment: Alignment) -> list[list[str]]:
    """For each zone the rules of its pieces."""
    used: dict[str, dict[str, None]] = {}
    for zone, ids in zip(alignment.pieces["zone_id"], alignment.pieces["rule_ids"], strict=True):
        used.setdefault(zone, {}).update(dict.fromkeys(filter(None, ids.split(JOIN))))
    return [list(used.get(zone, {})) for zone in alignment.zones["zone_id"]]


def _adjustments(alignment: Alignment, lang: str) -> tuple[list[list[str]], list[list[str]]]:
    """For each zone what must change in the plans, and which documents can carry that."""
    units = alignment.context.communes
    names: dict[str | None, str | None] = {}
    if units is not None:
        names.update(zip(text.cells(units, "code"), text.cells(units, "name"), strict=True))
    changes: dict[str, list[str]] = {}
    carriers: dict[str, dict[str, None]] = {}
    for _, row in alignment.adjustments.iterrows():
        kind = text.label("plan_kind", row["plan_kind"], lang)
        code = text.plain(row["commune_code"])
        where = ", ".join(filter(None, (kind, names.get(code) or code)))
        area = text.hectares(row["area_ha"], lang)
        changes.setdefault(row["zone_id"], []).append(
            f"{row['from_code']} → {row['to_code']}: {area} ({where})"
        )
        said = (text.plain(row[f"{name}_{lang}"]) for name in ("document", "body"))
        if carrier := "; ".join(filter(None, said)):
            carriers.setdefault(row["zone_id"], {})[text.sentence(carrier)] = None
    ids = list(alignment.zones["zone_id"])
    return [changes.get(zone, []) for zone in ids], [[*carriers.get(zone, {})] for zone in ids]
