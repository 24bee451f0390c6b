"""One door for every file: read, find the system, map columns, check, say what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from gis import crs, findings, text
from gis.checks import run
from gis.checks.base import Subject
from gis.errors import ColumnError
from gis.findings import Finding
from gis.intake import (
    description,
    encodings,
    guessing,
    mapping,
    notes,
    people,
    profiles,
    rasters,
    readers,
    shapes,
    systems,
    tables,
)
from gis.intake.cad import Drawing
from gis.intake.profiles import Profile
from gis.intake.ranking import Clues
from gis.layers import registry
from gis.layers.base import FAULT, ROW, LayerSpec
from gis.settings import CheckSettings, IntakeSettings

#: Text columns by which a file says that it is schematic.
NOTICE_COLUMNS: Final = ("notice_vi", "notice_en")
#: Columns of the layers that bear names of places and zones, which may sound like people.
_NAMES_OF_PLACES: Final = frozenset(
    {"name", "name_vi", "name_en", "commune_name", "product", "use", "kind", "basis"}
)
# a file name holds 255 bytes at most, and a Vietnamese letter takes up to three
_NAME_LENGTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the user says about a file.

    Attributes
    ----------
    crs
        True coordinate system, where the file lacks one or declares a false one; ``auto`` takes
        the one that the file's place shows.
    columns, constants, keep
        See `gis.intake.mapping.apply`.
    keep_personal
        Columns about people that are kept all the same; they never reach a map or a report.
    name
        Dataset name; by default the file's name.
    schematic
        Whether the data is schematic; also found by its notice columns.
    join, join_key
        Table to be joined, and the columns that carry the key, of the file and of the table.
    profile
        What the files of an office have in common; the order goes before it.
    drawing
        Where a drawing (DGN, DXF) has its lines and labels.
    """

    layer: str
    path: Path
    source_layer: str | None = None
    crs: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    keep_personal: tuple[str, ...] = ()
    name: str | None = None
    licence: str | None = None
    schematic: bool = False
    join: Path | None = None
    join_key: tuple[str, str] | None = None
    profile: Path | None = None
    drawing: Drawing = field(default_factory=Drawing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The workspace that a file comes to.

    Attributes
    ----------
    crs
        Metric system that its layers are kept in.
    communes
        Communes that it knows, by which a file's place is judged.
    schematic
        Whether those are schematic: then they settle nothing.
    """

    crs: str = crs.VN2000_QUANG_NGAI
    communes: gpd.GeoDataFrame | None = None
    schematic: bool = False
    check: CheckSettings = field(default_factory=CheckSettings)
    intake: IntakeSettings = field(default_factory=IntakeSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file as it may enter a workspace.

    Attributes
    ----------
    frame
        Rows in the workspace's system with the layer's columns; None for a raster.
    raster
        Path of a temporary cloud-optimised GeoTIFF; None for vectors.
    attributes
        What describes the whole dataset: status, year, code table.
    findings
        What was wrong with the file.
    faults
        What `gis.checks` found in the rows that were kept.
    ledger
        What a repair changed (see `gis.repair`); None for a file as it came.
    profile
        What was said and found of this file, as a profile for the next of the same office.
    """

    layer: str
    name: str
    frame: gpd.GeoDataFrame | None
    raster: Path | None
    findings: gpd.GeoDataFrame
    attributes: Mapping[str, Any]
    provenance: Mapping[str, Any]
    schematic: bool
    faults: gpd.GeoDataFrame | None = None
    ledger: pd.DataFrame | None = None
    profile: Profile | None = None


@dataclass(slots=True)
class _Course:
    """A file on its way in: what is known of it so far, and what was found."""

    order: Order
    home: Home
    spec: LayerSpec
    said: Profile
    by_profile: frozenset[str]
    source: readers.Source
    found: list[gpd.GeoDataFrame] = field(default_factory=list)
    # in the numbers of the file, before its system is settled
    unplaced: list[gpd.GeoDataFrame] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    # what the door has to say of single rows, by their index
    marks: "pd.Series[Any]" = field(default_factory=lambda: pd.Series(dtype=object))


def take_in(order: Order, home: Home | None = None) -> Checked:
    """Read a file, check it, and carry it into the workspace's system.

    Shapes are checked in the file's own system where that is metric: carrying them into another
    grid moves shared borders by less than a millionth of a metre, and makes faults of that size.

    Raises
    ------
    InputError
        When the file as a whole cannot be used; faults of single rows are findings.
    """
    home = home or Home()
    spec = registry.layer(order.layer)
    if spec.geometry == "raster":
        return _take_in_raster(order)
    course = _begin(order, home, spec)
    read = _readable(course)
    placed, how = _placed(course, read)
    mapped, checked = _mapped(course, placed)
    faults = run.within(_subject(course, checked))
    name = _slug(order.name or course.source.path.stem)
    if how is None:
        checked, how = crs.transform(checked, home.crs)
    course.found += [
        findings.table(
            [
                *notes.far_away(checked, None if home.schematic else home.communes),
                *_overridden(course),
            ]
        )
    ]
    return Checked(
        layer=spec.name,
        name=name,
        frame=checked.reset_index(drop=True),
        raster=None,
        findings=findings.join(course.found, system=home.crs).assign(layer=spec.name, dataset=name),
        faults=findings.join([faults], system=home.crs).assign(dataset=name),
        attributes=_attributes(spec, checked),
        provenance=_provenance(course, how, checked, mapped),
        schematic=order.schematic or _says_schematic(course.source.frame),
        profile=_profile(course, mapped),
    )


def _begin(order: Order, home: Home, spec: LayerSpec) -> _Course:
    """Read the file as it is, with the profile that goes with it."""
    said = Profile(
        layer=spec.name,
        source_layer=order.source_layer,
        crs=order.crs,
        licence=order.licence,
        keep=order.keep,
        columns=order.columns,
        constants={key: each for key, each in order.constants.items() if each is not None},
    )
    by_profile: frozenset[str] = frozenset()
    if order.profile is not None:
        stored = profiles.load(order.profile, layer=spec.name)
        by_profile = frozenset(stored.columns) - frozenset(order.columns)
        said = stored.under(said)
    source = readers.read(
        Path(order.path), layer=said.source_layer, drawing=order.drawing, limits=home.intake
    )
    return _Course(order, home, spec, said, by_profile, source)


def _readable(course: _Course) -> gpd.GeoDataFrame:
    """Return the rows with readable text, joined with their table, without personal data."""
    order, source, said = course.order, course.source, course.said
    frame = source.frame.reset_index(drop=True)
    frame[ROW] = np.arange(1, len(frame) + 1)
    decoded = source.decoded
    if decoded is None:
        decoded = encodings.repair(frame)
        frame = decoded.frame
        course.found.append(decoded.findings)
    if order.join is not None:
        frame = _joined(course, frame, order.join)
    if order.profile is not None:
        profiles.refuse_missing(said, frame, name=order.profile.name)
    screened = _screened(course, frame)
    course.found.append(screened.findings)
    course.provenance |= {
        "raw_text": decoded.raw,
        "personal_columns_left_out": dict(screened.dropped),
        people.PERSONAL: list(screened.kept_personal),
    }
    return screened.frame


def _screened(course: _Course, frame: gpd.GeoDataFrame) -> people.Screened:
    """Leave columns about people out, and say which."""
    order, said = course.order, course.said
    guess = _guess(course, frame)
    return people.screen(
        frame,
        keep_personal=order.keep_personal,
        keep=said.keep,
        # what was found by its name alone is left out like any other column
        wanted={
            name
            for column, name in guess.sources.items()
            if guess.how[column] != "name" or course.spec.requires(column)
        },
        identifying={
            name for column, name in guess.sources.items() if column not in _NAMES_OF_PLACES
        },
        # wards are called Trần Phú and Lê Hồng Phong
        places={
            name
            for column, name in guess.sources.items()
            if column == "commune_name" or course.spec.name == "communes"
        },
    )


def _guess(course: _Course, frame: gpd.GeoDataFrame) -> guessing.Guess:
    return guessing.guess(
        frame,
        course.spec,
        columns=course.said.columns,
        constants=course.said.constants,
        by_profile=course.by_profile,
    )


def _joined(course: _Course, frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    table, digest = tables.read_table(path, limits=course.home.intake)
    key = course.order.join_key
    if key is None:
        raise ColumnError(
            f"Table {path.name} is joined by a key; name the columns that hold it with --join-key "
            "FIELD=COLUMN, several joined by +.",
            vi=f"Ghép bảng {path.name} cần cột khóa; hãy chỉ các cột bằng --join-key "
            "CỘT_TỆP=CỘT_BẢNG, nhiều cột nối bằng dấu +.",
        )
    joined, found = tables.join(frame, table, key=key)
    decoded = encodings.repair(joined)
    course.found.append(decoded.findings)
    course.unplaced.append(found)
    course.provenance["joined"] = {"file": path.name, "sha256": digest}
    return decoded.frame


def _placed(
    course: _Course, frame: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, crs.Transformation | None]:
    """Return the rows that have an area in a metric system: the file's, else the workspace's."""
    home, source = course.home, course.source
    where = source.named("vi"), source.named("en")
    judged = systems.judge(
        frame,
        declared=source.frame.crs,
        given=course.said.crs,
        clues=_clues(course, frame),
        margin=home.intake.crs_margin,
        where=where,
    )
    course.found += [judged.findings, source.placed(judged.crs)]
    course.found += [readers.placed(each, judged.crs) for each in course.unplaced]
    told = judged.provenance
    if told.get("crs_evidence") == "none":
        # nothing was weighed
        told = {name: each for name, each in told.items() if not name.startswith("crs_")}
    course.provenance |= told
    own, how = judged.apply(frame), None
    own, left_out = shapes.polygons_only(own, where=where, curves=int(source.had_curves))
    course.found.append(findings.table(left_out, system=judged.crs))
    if not crs.is_metric(judged.crs):
        own, how = crs.transform(own, home.crs)
    # a column of the file may bear the name of our mark
    bare, found = shapes.repair_rings(own[[ROW, own.geometry.name]])
    course.found.append(findings.table(found, system=bare.crs))
    course.marks = bare[FAULT]
    if bare.empty:
        raise shapes.nothing_left(found, where=where)
    return own.loc[bare.index].set_geometry(bare.geometry), how


def _clues(course: _Course, frame: gpd.GeoDataFrame) -> Clues:
    """Gather what tells where a file lies: known communes, its own commune codes and areas."""
    sources = _guess(course, frame).sources
    commune = next(
        (
            sources[name]
            for name in ("commune_code", "commune_name", "code", "name")
            if name in sources and (name.startswith("commune") or course.spec.name == "communes")
        ),
        None,
    )
    area = sources.get("registered_area_m2")
    return Clues(
        communes=course.home.communes,
        schematic=course.home.schematic,
        codes=None if commune is None else frame[commune],
        registered_m2=None if area is None else frame[area],
    )


def _mapped(course: _Course, frame: gpd.GeoDataFrame) -> tuple[mapping.Mapped, gpd.GeoDataFrame]:
    """Give the rows the layer's columns, and let the layer check them."""
    spec, said = course.spec, course.said
    mapped = mapping.apply(
        frame,
        spec,
        columns=said.columns,
        constants=description.constants(spec, said.constants),
        keep=(*said.keep, *course.order.keep_personal),
        by_profile=course.by_profile,
    )
    description.refuse_foreign_codes(mapped, spec)
    whole = mapped.frame.assign(**{FAULT: course.marks})
    checked, by_layer = spec.check(description.described(whole, spec))
    course.found.append(findings.table([*mapped.findings, *by_layer], system=checked.crs))
    return mapped, checked


def _subject(course: _Course, frame: gpd.GeoDataFrame) -> Subject:
    return Subject(
        layer=course.spec.name,
        dataset="",
        frame=frame,
        settings=course.home.check,
        attributes=_attributes(course.spec, frame),
    )


def _attributes(spec: LayerSpec, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    return {key: description.constant(frame, key) for key in spec.constants}


def _overridden(course: _Course) -> list[Finding]:
    """Warn when the user's word on the system goes before another one of the file."""
    declared, given = course.source.frame.crs, course.said.crs
    if given == systems.AUTO:
        return []
    return notes.differing(declared, given)


def _says_schematic(frame: gpd.GeoDataFrame) -> bool:
    return any(column in frame and bool(frame[column].notna().any()) for column in NOTICE_COLUMNS)


def _profile(course: _Course, mapped: mapping.Mapped) -> Profile:
    """Return what is to be said of the next file like this one: columns as they were found."""
    said = course.said
    columns = {name: each for name, each in mapped.used.items() if name not in said.constants}
    return Profile(
        layer=course.spec.name,
        source_layer=said.source_layer,
        crs=None if said.crs == systems.AUTO else said.crs,
        licence=said.licence,
        keep=said.keep,
        columns=columns,
        constants=dict(said.constants),
    )


def _provenance(
    course: _Course, how: crs.Transformation, frame: gpd.GeoDataFrame, mapped: mapping.Mapped
) -> dict[str, Any]:
    source = course.source
    raw = course.provenance.pop("raw_text")
    kept = [*mapped.used.values(), *mapped.frame.columns]
    return {
        "file": source.path.name,
        "format": source.format,
        "source_layer": source.layer,
        "encoding": source.encoding,
        "sha256": source.sha256,
        **course.provenance,
        "raw_text": encodings.provenance(raw, kept, personal=course.provenance[people.PERSONAL]),
        "used_crs": how.source,
        "target_crs": how.target,
        "transformation": how.operation,
        "transformation_accuracy_m": how.accuracy_m,
        "rows_read": len(source.frame),
        "rows_kept": len(frame),
        "rows_left_out": len(source.frame) - len(frame),
        "rings_repaired": int(frame[FAULT].fillna("").str.contains("repaired-ring").sum()),
        "columns": dict(mapped.used),
        "columns_found_by": dict(mapped.guessed),
        "columns_left_out": list(mapped.left_out),
        "licence": course.said.licence,
        "checked": run.stamp(course.home.check),
        "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _take_in_raster(order: Order) -> Checked:
    path = Path(order.path)
    raster = rasters.read(path, given_crs=order.crs)
    declared = raster.declared_crs
    found = notes.differing(pyproj.CRS(declared) if declared else None, order.crs)
    name = _slug(order.name or path.stem)
    return Checked(
        layer="terrain",
        name=name,
        frame=None,
        raster=raster.file,
        findings=findings.table(found).assign(layer="terrain", dataset=name),
        attributes={"width": raster.width, "height": raster.height},
        provenance={
            "file": path.name,
            "format": "raster",
            "sha256": readers.sha256(path),
            "declared_crs": raster.declared_crs,
            "used_crs": raster.used_crs,
            "licence": order.licence,
            "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        schematic=order.schematic or any(tag in raster.tags for tag in NOTICE_COLUMNS),
    )


def _slug(stem: str) -> str:
    """Make a dataset name that is safe as part of a file name on every system."""
    composed = text.nfc(stem.strip())
    kept = "".join(char if char.isalnum() or char in "-_." else "-" for char in composed)
    return kept[:_NAME_LENGTH].strip("-.") or "data"
