"""What is wrong in a workspace: what the door found, what each layer holds, what lies between."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

import gis
from gis import findings, repair
from gis.checks import run
from gis.checks.base import Subject
from gis.errors import InputError
from gis.intake.door import Checked
from gis.layers import registry, zones
from gis.layers.base import ROW
from gis.repair import Repair
from gis.workspace import Version, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Layers that were checked, and what was found.

    Attributes
    ----------
    findings
        See `gis.findings.COLUMNS`; in the workspace's system, gravest first.
    """

    subjects: tuple[Subject, ...]
    findings: gpd.GeoDataFrame
    schematic: bool


def survey(workspace: Workspace, key: str | None = None) -> Survey:
    """Check one dataset, or all of a workspace.

    Raises
    ------
    NotFoundError
        When `key` names nothing.
    """
    every = _vector_versions(workspace)
    picked = every if key is None else [_vector(workspace, key)]
    subjects = [subject(workspace, version) for version in every]
    wanted = {(version.layer, version.name) for version in picked}
    between = run.across(subjects)
    datasets = zip(between["layer"], between["dataset"], strict=True)
    mine = np.fromiter((each in wanted for each in datasets), dtype=bool)
    tables = [workspace.findings(version) for version in picked]
    tables += [within(workspace, version) for version in picked]
    found = findings.join([*tables, between[mine]], system=workspace.crs)
    return Survey(
        subjects=tuple(each for each in subjects if (each.layer, each.dataset) in wanted),
        findings=found,
        schematic=any(version.schematic for version in picked),
    )


def within(workspace: Workspace, version: Version) -> gpd.GeoDataFrame:
    """Return what a version holds of faults: as found in its source's system, else found now.

    A file is checked in its own coordinates, because carrying it into another grid moves shared
    edges by less than a millionth of a metre and makes faults of that size. Other tolerances than
    those of the import mean a new check, of the stored version.
    """
    stored = workspace.faults(version)
    if stored is not None and version.provenance.get("checked") == stamp(workspace):
        return stored
    return run.within(subject(workspace, version))


def stamp(workspace: Workspace) -> dict[str, Any]:
    """Return what a stored check must agree with to stand for a new one."""
    return run.stamp(workspace.check_settings)


def subject(workspace: Workspace, version: Version) -> Subject:
    """Return a version as the checks take it."""
    return Subject(
        layer=version.layer,
        dataset=version.name,
        frame=workspace.read(version),
        settings=workspace.check_settings,
        attributes=version.attributes,
        declared_ha=_declared(workspace, version),
    )


def _declared(workspace: Workspace, version: Version) -> dict[str, float]:
    """Hectares by class that the decision tables in use declare for a dataset."""
    if version.layer != "land-use":
        return {}
    return workspace.decisions().declared_totals(version.name, version.attributes)


def mend(workspace: Workspace, key: str) -> tuple[Version, Repair]:
    """Repair a dataset and add the result as a new version, with its ledger.

    Where nothing can be mended the version stays the one that it was.

    Boundaries of communes, and of zones that are approved or in use, do not move.

    Raises
    ------
    NotFoundError
        When `key` names nothing.
    InputError
        When the dataset has no polygons.
    """
    version = _vector(workspace, key)
    # the new version keeps whatever the old one held
    whole = replace(subject(workspace, version), frame=workspace.stored(version))
    done = repair.mend(whole, fixed=_fixed(workspace, version))
    if done.ledger.empty:
        return version, done
    added = workspace.add(_mended(workspace, version, replace(whole, frame=done.frame), done))
    return added, done


def _mended(workspace: Workspace, version: Version, mended: Subject, done: Repair) -> Checked:
    provenance = {
        **version.provenance,
        "repaired_from": version.version,
        "repaired_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "repair": {**done.totals, "changes": len(done.ledger), "software": gis.__version__},
        "checked": stamp(workspace),
        "rows_kept": len(done.frame),
        "rows_left_out": version.provenance["rows_read"] - len(done.frame),
    }
    held = workspace.findings(version)
    # what was said of a row that a repair took away is settled
    gone = set(workspace.stored(version)[ROW]) - set(done.frame[ROW])
    there = ~(held["row"].isin(gone) | held["other_row"].isin(gone)).to_numpy(dtype=bool)
    return Checked(
        layer=version.layer,
        name=version.name,
        frame=done.frame,
        raster=None,
        findings=held[there],
        faults=run.within(mended),
        attributes=version.attributes,
        provenance=provenance,
        schematic=version.schematic,
        ledger=pd.DataFrame(done.ledger),
    )


def _fixed(workspace: Workspace, version: Version) -> Sequence[gpd.GeoDataFrame]:
    """Layers whose boundaries a repair of another one must keep."""
    fixed = []
    for other in _vector_versions(workspace):
        if other.key == version.key or other.layer not in {"communes", "zones"}:
            continue
        frame = workspace.read(other)
        if other.layer == "zones":
            frame = frame[zones.is_settled(frame)]
        fixed.append(frame)
    return fixed


def _vector_versions(workspace: Workspace) -> list[Version]:
    return [
        version
        for version in workspace.versions()
        if version.layer in registry.LAYERS and registry.layer(version.layer).geometry == "polygon"
    ]


def _vector(workspace: Workspace, key: str) -> Version:
    version = workspace.version(key)
    if version.layer in registry.LAYERS and registry.layer(version.layer).geometry == "polygon":
        return version
    raise InputError(
        f"{version.key} has no polygons to be checked; name a layer of communes, land use, zones "
        "or constraints.",
        vi=f"{version.key} không có đa giác để kiểm tra; hãy chọn lớp communes, land-use, zones "
        "hoặc constraints.",
    )
