"""The schematic sample district: Bình Sơn (Quảng Ngãi), shipped with Vùng.

Everything made from it says "minh họa, không có giá trị pháp lý".
"""

from collections.abc import Iterator
from typing import Final

from gis import decisions, shipped
from gis.intake.door import Order, take_in
from gis.workspace import Version, Workspace

NAMES: Final = ("binh-son",)
#: The day for which the demonstration is made: after the law's changes of January 2026.
DEMO_DAY: Final = "2026-06-01"
_GENERAL_PLAN_FROM: Final = "2025-07-01"
_LICENCE: Final = "Apache-2.0; figures: see data/sample/README.md"


def orders() -> Iterator[Order]:
    """Yield the sample's files as orders to the door."""
    folder = shipped.path("sample")
    for layer, name in (
        ("communes", "communes"),
        ("land-use", "land_use_2020"),
        ("land-use", "land_use_plan_2030"),
        ("land-use", "general_plan_2030"),
        ("constraints", "constraints"),
    ):
        yield Order(
            layer=layer,
            path=folder / f"{name}.parquet",
            # the general plan is that of a commune that exists since 1 July 2025
            constants={"valid_from": _GENERAL_PLAN_FROM} if name.startswith("general") else {},
            licence=_LICENCE,
            schematic=True,
        )
    yield Order(layer="terrain", path=folder / "terrain.tif", licence=_LICENCE, schematic=True)
    yield Order(
        layer="zones",
        path=shipped.path("zones", "zones.geojson"),
        licence=_LICENCE,
        schematic=True,
    )


def fill(workspace: Workspace) -> Iterator[Version]:
    """Take the sample into a workspace, yielding each version as it arrives."""
    home = workspace.home()
    for order in orders():
        yield workspace.add(take_in(order, home))
    legend = shipped.path("sample", "general_plan_legend.csv")
    table = decisions.read("legend", legend)
    yield workspace.add_decisions("legend", table, source=legend, schematic=True)


def decide(workspace: Workspace) -> Iterator[Version]:
    """Take in the sample's invented local decisions, which change verdicts."""
    for name, file in (
        ("perennial-species", "perennial_species.csv"),
        ("crop-conversion", "crop_conversion_plan.csv"),
        ("delegations", "delegations.csv"),
    ):
        source = shipped.path("sample", "decisions", file)
        table = decisions.read(name, source)
        yield workspace.add_decisions(name, table, source=source, schematic=True)
