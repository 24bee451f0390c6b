"""What the layers of a workspace say against each other.

Parts that are smaller than `tiny_part_m2` or thinner than `sliver_width_m` are two drawings of one
border and no fault. Where most of a layer lies outside another, that is one fault of the pair.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis import boundaries, codes, crs, overlay, text
from gis.checks.attributes import areas, column_named, commune_key, of_layer
from gis.checks.base import Subject
from gis.checks.covers import Cover, Cut, Layers, sound
from gis.errors import NotFoundError

Geometries = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]

_KM2: Final = 1_000_000.0
#: More than this share of a layer outside another one is the pair's fault, not each feature's.
_MOST: Final = 0.5
#: Kept columns that hold the code and the name of a commune, as search keys.
_CODES: Final = frozenset({"maxa", "communecode", "wardcode", "maphuongxa", "madvhcxa"})
_NAMES: Final = frozenset({"xa", "tenxa", "commune", "communename", "wardname", "tenphuongxa"})
#: Rules for what lies outside all communes, and over several.
_RULES: Final = {
    "land-use": ("between.land-use-outside-communes", "between.land-use-over-communes"),
    "zones": ("between.zone-outside-communes", "between.zone-over-communes"),
}

#: Where the recorded area of a commune comes from; no official figure was found.
_STATED: Final = (
    "số của bộ dữ liệu đã công bố, không phải số chính thức",
    "as a published dataset states it, not official",
)
_GEODESIC: Final = (
    "diện tích mặt cong của đa giác GADM 4.1, không phải số chính thức",
    "geodesic area of the GADM 4.1 polygon, not official",
)


def check(subjects: Sequence[Subject], *, today: date | None = None) -> list[gpd.GeoDataFrame]:
    """Return what is wrong between layers, each finding with the layer that it is about.

    Parameters
    ----------
    today
        Day on which what has no date of its own is read.
    """
    day = today or datetime.now(UTC).date()
    measurable = [sound(each, subjects[0]) for each in subjects]
    layers = Layers([each for each in measurable if len(each.frame)])
    found = _communes(layers, day)
    found += _plan_against_current(layers)
    found += _zones(layers)
    for subject in layers.of("land-use"):
        found += _declared_totals(subject)
    for subject in layers.of("communes"):
        found += _commune_areas(subject, day)
    return [each for each in found if len(each)]


def _outside(
    subject: Subject, cover: Cover, out: Cut, rule_id: str, *, each: bool = False
) -> list[gpd.GeoDataFrame]:
    """Name features outside a cover; where that is most of the layer, name the pair instead."""
    share = _share(subject, out)
    if share > _MOST and not each:
        return [_extents(subject, cover, share)]
    whole = shapely.area(subject.frame.geometry.to_numpy()[out.at])
    return [
        subject.found(
            rule_id,
            out.at,
            geometry=out.geometry,
            size=out.area,
            tolerance=subject.settings.tiny_part_m2,
            words={"area": areas(whole)},
            **cover.named(),
        )
    ]


def _share(subject: Subject, part: Cut) -> float:
    """Share of a layer's area that some of its parts have."""
    return float(part.area.sum() / shapely.area(subject.frame.geometry.to_numpy()).sum())


def _extents(subject: Subject, cover: Cover, share: float) -> gpd.GeoDataFrame:
    percent = 100 * share
    return of_layer(
        subject,
        "between.extents-differ",
        size=share * float(shapely.area(subject.frame.geometry.to_numpy()).sum()),
        value=f"{share:.4f}",
        words={
            "share": [(text.format_number(percent, 1, "vi"), text.format_number(percent, 1, "en"))]
        },
        **cover.named(),
    )


# --- communes -----------------------------------------------------------------------------------


def _communes(layers: Layers, today: date) -> list[gpd.GeoDataFrame]:
    """Hold land use and zones against communes: outside all, over several, in another one."""
    if not layers.of("communes"):
        return []
    found = []
    for subject in (*layers.of("land-use"), *layers.of("zones")):
        day = _day(subject, today)
        past, dead = _codes_of_another_date(subject, day)
        standing = layers.standing(day)
        cover = layers.cover(standing or layers.of("communes"))
        cut = cover.cut(subject)
        outside, over = _RULES[subject.layer]
        found += past + _outside(subject, cover, cut.outside(), outside)
        # of several sets laid over each other none is the commune of a feature
        if standing:
            home, away = _home(cut)
            found += _over_several(subject, cover, away, over)
            found += _written_communes(subject, cover, home, dead)
    return found


def _day(subject: Subject, today: date) -> date:
    """Day on which a layer names its communes: its own first day, else the end of its year."""
    said = subject.attributes
    if said.get("valid_from"):
        return date.fromisoformat(str(said["valid_from"]))
    if said.get("year") is None:
        return today
    return min(today, date(int(said["year"]), 12, 31))


def _codes_of_another_date(
    subject: Subject, day: date
) -> tuple[list[gpd.GeoDataFrame], frozenset[str]]:
    """Find commune codes that were borne, but not on the layer's day; return those codes too."""
    column = column_named(subject.frame, _CODES)
    if column is None:
        return [], frozenset()
    written = subject.frame[column]
    bearers: dict[str, str] = {}
    for code in map(str, written.dropna().unique()):
        units = boundaries.units_with_code(code)
        if units and not any(each.valid_on(day) for each in units):
            bearers[code] = "; ".join(
                f"{each.name} ({each.valid_from or '...'} - {each.valid_to or '...'})"
                for each in units
            )
    at = np.flatnonzero(written.isin(list(bearers)))
    values = [str(each) for each in written.iloc[at]]
    words = {"day": [str(day)] * len(at), "bearers": [bearers[each] for each in values]}
    rule_id = "between.commune-code-of-another-date"
    return [_placed(subject, rule_id, at, value=values, words=words)], frozenset(bearers)


def _placed(subject: Subject, rule_id: str, at: Indices, **said: Any) -> gpd.GeoDataFrame:
    shapes = subject.frame.geometry.to_numpy()[at]
    return subject.found(rule_id, at, points=shapely.point_on_surface(shapes), **said)


def _home(cut: Cut) -> tuple[Cut, Cut]:
    """Tell the largest part of each feature, where it lies, from its other parts."""
    inside = cut.inside()
    ranked = inside.where(np.lexsort((-inside.area, inside.at)))
    first = np.diff(ranked.at, prepend=-1) != 0
    return ranked.where(np.flatnonzero(first)), ranked.where(np.flatnonzero(~first))


def _over_several(
    subject: Subject, cover: Cover, away: Cut, rule_id: str
) -> list[gpd.GeoDataFrame]:
    whole = shapely.area(subject.frame.geometry.to_numpy()[away.at])
    allowed = np.maximum(subject.settings.area_m2, subject.settings.area_share * whole)
    which = np.flatnonzero(away.area > allowed)
    beyond = away.where(which)
    return [
        subject.found(
            rule_id,
            beyond.at,
            geometry=beyond.geometry,
            size=beyond.area,
            tolerance=allowed[which],
            words={"area": areas(whole[which])},
            **cover.rows(beyond.owner),
        )
    ]


def _written_communes(
    subject: Subject, cover: Cover, home: Cut, dead: frozenset[str]
) -> list[gpd.GeoDataFrame]:
    """Compare the commune that a row names with the one it lies in; accents count."""
    found = []
    same: Callable[[str], str]
    for rule_id, keys, column, same in (
        ("between.commune-code-differs", _CODES, "code", str.strip),
        ("between.commune-name-differs", _NAMES, "name", commune_key),
    ):
        own = column_named(subject.frame, keys)
        if own is None:
            continue
        there = np.concatenate([each.frame[column].to_numpy() for each in cover.subjects])
        written, real = subject.frame[own].to_numpy()[home.at], there[home.owner]
        key = {each: same(str(each)) for each in {*written, *there} if not pd.isna(each)}
        odd = np.flatnonzero(
            [
                one in key and other in key and key[one] != key[other] and one not in dead
                for one, other in zip(written, real, strict=True)
            ]
        )
        wrong = home.where(odd)
        found.append(
            _placed(
                subject,
                rule_id,
                wrong.at,
                size=wrong.area,
                value=[str(each) for each in written[odd]],
                words={"there": [str(each) for each in real[odd]]},
                **cover.rows(wrong.owner),
            )
        )
    return found


def _commune_areas(subject: Subject, today: date) -> list[gpd.GeoDataFrame]:
    """Hold the drawn area of each commune against the record of its code and day."""
    frame = subject.frame
    drawn = shapely.area(frame.geometry.to_numpy())
    rows: list[tuple[int, float, tuple[str, str]]] = []
    for at, (code, start) in enumerate(frame[["code", "valid_from"]].itertuples(index=False)):
        day = today if pd.isna(start) else date.fromisoformat(str(start))
        try:
            unit = boundaries.unit(str(code), day)
        except NotFoundError:
            continue
        recorded = unit.area_km2_dataset or unit.area_km2_geodesic
        if recorded is None:
            continue
        basis = _STATED if unit.area_km2_dataset else _GEODESIC
        if abs(drawn[at] - recorded * _KM2) > subject.settings.area_share * recorded * _KM2:
            rows.append((at, recorded * _KM2, basis))
    places = np.array([at for at, _, _ in rows], dtype=np.int64)
    recorded_m2 = np.array([area for _, area, _ in rows])
    return [
        _placed(
            subject,
            "between.commune-area-differs",
            places,
            size=np.abs(drawn[places] - recorded_m2),
            tolerance=subject.settings.area_share * recorded_m2,
            words={
                "drawn": areas(drawn[places]),
                "recorded": areas(recorded_m2),
                "basis": [basis for _, _, basis in rows],
            },
        )
    ]


# --- plans --------------------------------------------------------------------------------------


def _plan_against_current(layers: Layers) -> list[gpd.GeoDataFrame]:
    found = _tables_and_years(layers)
    for mine, others, rule_id in (
        (layers.plans, layers.current, "between.plan-without-current"),
        (layers.current, layers.plans, "between.current-without-plan"),
    ):
        if not others:
            continue
        cover = layers.cover(others)
        for subject in mine:
            out = cover.outside(subject)
            share = _share(subject, out)
            found += _outside(subject, cover, out, rule_id)
            if subject.settings.total_share < share <= _MOST:
                found.append(_extents(subject, cover, share))
    return found


def _tables_and_years(layers: Layers) -> list[gpd.GeoDataFrame]:
    """Compare the code tables and years of maps that are read together."""
    found = []
    for plan in layers.plans:
        for current in layers.current:
            pairs = {
                key: (str(plan.attributes.get(key)), str(current.attributes.get(key)))
                for key in ("code_table", "year")
            }
            if len(set(pairs["code_table"])) > 1:
                found.append(
                    _pair(plan, current, "between.code-tables-differ", pairs["code_table"])
                )
            if pairs["year"][0] < pairs["year"][1]:
                found.append(_pair(plan, current, "between.plan-before-current", pairs["year"]))
    for group in (layers.current, layers.plans):
        for first, other in pairwise(group):
            years = str(first.attributes.get("year")), str(other.attributes.get("year"))
            if years[0] != years[1]:
                found.append(_pair(first, other, "between.years-differ", years))
    return found


def _pair(
    subject: Subject, other: Subject, rule_id: str, said: tuple[str, str]
) -> gpd.GeoDataFrame:
    return of_layer(
        subject,
        rule_id,
        value=said[0],
        other_layer=other.layer,
        other_dataset=other.dataset,
        words={"there": [said[1]]},
    )


def _declared_totals(subject: Subject) -> list[gpd.GeoDataFrame]:
    """Hold the drawn total of each class against the declared one, classes below it included."""
    table = str(subject.attributes.get("code_table"))
    area = pd.Series(shapely.area(subject.frame.geometry.to_numpy()))
    drawn = area.groupby(subject.frame["code"].to_numpy()).sum() / crs.HECTARE_M2
    found = []
    for code, total in subject.declared_ha.items():
        below = [each for each in drawn.index if code in _with_parents(str(each), table)]
        there = float(drawn[below].sum())
        allowed = subject.settings.total_share * total
        if abs(there - total) <= allowed:
            continue
        found.append(
            of_layer(
                subject,
                "between.class-total-differs",
                value=code,
                size=abs(there - total) * crs.HECTARE_M2,
                tolerance=allowed * crs.HECTARE_M2,
                words={"drawn": [_hectares(there)], "declared": [_hectares(total)]},
            )
        )
    return found


def _with_parents(code: str, table: str) -> tuple[str, ...]:
    if table not in codes.TABLES or codes.lookup(code, table) is None:
        return (code,)
    return (code, *codes.ancestors(code, table))


def _hectares(value: float) -> tuple[str, str]:
    return f"{text.format_number(value, 4, 'vi')} ha", f"{text.format_number(value, 4, 'en')} ha"


# --- zones --------------------------------------------------------------------------------------


def _zones(layers: Layers) -> list[gpd.GeoDataFrame]:
    """Zones outside every plan, and approved zones over each other."""
    found = []
    for subject in layers.of("zones"):
        if layers.planned:
            cover = layers.cover(layers.planned)
            out = cover.outside(subject)
            found += _outside(subject, cover, out, "between.zone-outside-plan", each=True)
    approved = [
        replace(each, frame=each.frame[each.frame["status"] == "approved"].reset_index(drop=True))
        for each in layers.of("zones")
    ]
    approved = [each for each in approved if len(each.frame)]
    if approved:
        found += _overlapping(approved)
    return found


def _overlapping(zones: Sequence[Subject]) -> list[gpd.GeoDataFrame]:
    """Find zones of two datasets on one ground in one period; within one, topology tells them."""
    place = Cover(zones)
    every = place.shapes
    of = np.repeat(np.arange(len(zones)), [len(each.frame) for each in zones])
    starts = np.concatenate([each.frame["valid_from"].fillna("").to_numpy() for each in zones])
    ends = np.concatenate([each.frame["valid_to"].fillna("9999").to_numpy() for each in zones])
    first, second, area = overlay.overlapping_pairs(every)
    limit = zones[0].settings.overlap_m2
    apart = of[first] != of[second]
    together = (starts[first] <= ends[second]) & (starts[second] <= ends[first])
    told = apart & together.astype(bool) & (area >= limit)
    first, second, area = first[told], second[told], area[told]
    # the later zone is the one to be looked at
    common = overlay.polygonal(shapely.intersection(every[first], every[second]))
    found = []
    for number, subject in enumerate(zones):
        mine = np.flatnonzero(of[second] == number)
        found.append(
            subject.found(
                "between.approved-zones-overlap",
                second[mine] - np.flatnonzero(of == number)[0],
                geometry=common[mine],
                size=area[mine],
                tolerance=limit,
                **place.rows(first[mine]),
            )
        )
    return found
