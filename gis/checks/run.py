"""All checks at once: of one layer, and of the layers of a workspace together."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import geopandas as gpd

import gis
from gis import findings
from gis.checks import attributes, between, geometry, topology
from gis.checks.base import Subject
from gis.settings import CheckSettings


def within(subject: Subject, *, today: date | None = None) -> gpd.GeoDataFrame:
    """Return what is wrong within one layer: its shapes, its coverage and its columns.

    Parameters
    ----------
    today
        See `gis.checks.attributes.check`.
    """
    tables = [
        *geometry.check(subject),
        *topology.check(subject),
        *attributes.check(subject, today=today),
    ]
    return findings.join(tables, system=subject.frame.crs)


def across(subjects: Sequence[Subject], *, today: date | None = None) -> gpd.GeoDataFrame:
    """Return what is wrong between layers, in the system of the first."""
    if not subjects:
        return findings.join([])
    tables = between.check(subjects, today=today)
    return findings.join(tables, system=subjects[0].frame.crs)


def stamp(settings: CheckSettings) -> dict[str, Any]:
    """Return what must be equal for a stored check to stand for a new one."""
    return {"software": gis.__version__, "settings": asdict(settings)}
