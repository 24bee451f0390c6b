"""Colours and patterns: official land-use colours, verdicts, constraints, outlines.

Land-use colours come from the code tables; one that is not settled between sources is marked
provisional. Verdicts differ in lightness and pattern as well as in hue, so that they can be told
apart with any colour vision and on a grey print.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from gis import codes
from gis.decisions import Decisions
from gis.rules import VERDICTS
from maps import text

Hatch = Literal["diagonal", "back", "cross", "dots", "horizontal"]

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
#: Shown for a code of no known table.
_UNKNOWN: Final = "#d9d9d9"
_CONSENSUS: Final = "consensus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a class of polygons is drawn.

    Attributes
    ----------
    fill, stroke
        ``#rrggbb``; None leaves it out.
    hatch
        Pattern over the fill, in `ink`; `gap` is the distance of its lines in pixels.
    width
        Width of the outline in pixels.
    dash
        Lengths of dashes and gaps in pixels; empty is a full line.
    casing
        Colour of a wider line under the outline.
    """

    fill: str | None = None
    stroke: str | None = None
    hatch: Hatch | None = None
    ink: str = "#000000"
    gap: int = 8
    width: float = 1.0
    dash: tuple[int, ...] = ()
    casing: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what differs from the bare style, for the page."""
        pairs = {
            "fill": self.fill,
            "stroke": self.stroke,
            "hatch": self.hatch,
            "ink": self.ink if self.hatch else None,
            "gap": self.gap if self.hatch else None,
            "width": self.width if self.stroke else None,
            "dash": list(self.dash) or None,
            "casing": self.casing,
        }
        return {key: value for key, value in pairs.items() if value is not None}


@dataclass(frozen=True, slots=True)
class LandUseColour:
    """Colour of a land-use code; `provisional` while sources differ or know none."""

    colour: str
    provisional: bool


#: Fill of each verdict, pattern and its ink; apart in lightness too, for a grey print.
_VERDICT_FILL: Final[Mapping[str, tuple[str, Hatch | None, str]]] = MappingProxyType(
    {
        "fits": ("#1b9e77", None, "#000000"),
        "procedure": ("#ffd92f", None, "#000000"),
        "review": ("#f6a04d", "diagonal", "#5a3a12"),
        "outside": ("#c9ced6", "dots", "#4a5260"),
        "conflict": ("#8e1550", "cross", "#f3c6da"),
    }
)
_VERDICT_DASH: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {"fits": (), "procedure": (), "review": (9, 4), "outside": (2, 4), "conflict": ()}
)
_CONSTRAINT_INK: Final[Mapping[str, tuple[str, Hatch]]] = MappingProxyType(
    {
        "economic_zone": ("#7b4ea3", "diagonal"),
        "mangrove": ("#00695c", "cross"),
        "river": ("#1565c0", "horizontal"),
        "road": ("#6d4c41", "back"),
        "protection_forest": ("#2e7d32", "back"),
        "high_quality_rice_zone": ("#8d8600", "dots"),
        "annual_plan_project": ("#c62828", "diagonal"),
        "relic": ("#ad1457", "dots"),
        "forbidden_mineral_area": ("#37474f", "cross"),
    }
)
_OTHER_CONSTRAINT: Final[tuple[str, Hatch]] = ("#455a64", "diagonal")


_FINDING_COLOUR: Final[Mapping[str, str]] = MappingProxyType(
    {"error": "#b2182b", "warning": "#d9730d", "info": "#3b6fb6"}
)
_FINDING_HATCH: Final[Mapping[str, Hatch]] = MappingProxyType(
    {"topology": "diagonal", "attributes": "dots", "between": "horizontal"}
)


def land_use_colour(code: str, table: str | None, decisions: Decisions) -> LandUseColour:
    """Official colour of a code in its table, or of a symbol in a general plan's legend."""
    if table in codes.TABLES and (found := codes.lookup(code, table)) is not None:
        return LandUseColour(found.colour, found.colour_status != _CONSENSUS)
    row = text.legend_row(code, table, decisions)
    drawn = None if row is None else text.plain(row.get("colour"))
    if drawn is None and (other := codes.outside(code)) is not None:
        drawn = other.colour
    # a legend is a user's file: anything but a colour in it is not drawn with
    if drawn is None or not _COLOUR.fullmatch(drawn):
        return LandUseColour(_UNKNOWN, provisional=True)
    return LandUseColour(drawn.lower(), provisional=row is None)


def land_use(colour: str, *, known: bool = True) -> Style:
    """Style of a land-use class; a code of no known table is hatched."""
    if known:
        return Style(fill=colour, stroke="#555555", width=0.4)
    return Style(fill=colour, hatch="back", ink="#8c8c8c", stroke="#555555", width=0.4)


def verdict_fill(verdict: str) -> Style:
    """Style of a piece."""
    fill, hatch, ink = _VERDICT_FILL[verdict]
    return Style(fill=fill, hatch=hatch, ink=ink, stroke="#262626", width=0.5)


def verdict_outline(verdict: str) -> Style:
    """Style of a zone: an outline in the verdict's colour on a dark casing."""
    return Style(
        stroke=_VERDICT_FILL[verdict][0],
        width=3.0,
        dash=_VERDICT_DASH[verdict],
        casing="#1d2733",
    )


def verdict_colour(verdict: str) -> str:
    """Plain colour of a verdict."""
    return _VERDICT_FILL[verdict][0]


def constraint(kind: str | None, effect: str | None) -> Style:
    """Style of a constraint: pattern by kind; where it only flags, wide and with broken outline."""
    ink, hatch = _CONSTRAINT_INK.get(kind or "", _OTHER_CONSTRAINT)
    blocks = effect == "block"
    return Style(
        hatch=hatch,
        ink=ink,
        gap=8 if blocks else 18,
        stroke=ink,
        width=1.6 if blocks else 1.2,
        dash=() if blocks else (6, 4),
    )


def commune(*, other_set: bool = False) -> Style:
    """Style of a commune: outline only; dashed for the set of another day."""
    if other_set:
        return Style(stroke="#6b4f9e", width=1.2, dash=(3, 4))
    return Style(stroke="#2b2f36", width=1.6, dash=(10, 3, 2, 3), casing="#ffffff")


def finding(severity: str, group: str) -> Style:
    """Style of a finding: colour by gravity, pattern by what kind of check found it."""
    stroke = _FINDING_COLOUR[severity]
    return Style(
        fill=stroke, hatch=_FINDING_HATCH.get(group), ink="#ffffff", stroke=stroke, width=2.0
    )


def checked() -> Style:
    """Style of a layer under its findings: plain, so that the faults stand out."""
    return Style(fill="#f2f0ea", stroke="#8a8f98", width=0.6)


assert set(_VERDICT_FILL) == set(_VERDICT_DASH) == set(VERDICTS)  # noqa: S101 (two tables, one key)
