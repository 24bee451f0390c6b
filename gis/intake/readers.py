"""Readers by format: a file becomes a frame as it is, with what the file says about itself."""

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import crs, findings
from gis.errors import GisError, SourceError
from gis.intake import archives, encodings, files, formats, guard, kinds, ogr
from gis.intake.cad import Drawing
from gis.intake.files import no_such_file, refuse_empty, sha256
from gis.intake.kinds import FORMATS
from gis.settings import IntakeSettings

__all__ = ["Drawing", "Source", "no_such_file", "placed", "read", "refuse_empty", "sha256"]

# macOS lays a shadow of every file beside them
_SHADOW: Final = "__MACOSX"


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read.

    Attributes
    ----------
    frame
        Its rows, in file order; `frame.crs` is what the file declares, possibly None.
    layer
        Name of the layer that was read, where the format has layers.
    encoding
        Encoding of the text, for formats that hold bytes; the others settle it themselves.
    decoded
        How those bytes became text.
    findings
        What was found while reading, in the coordinates of the file; see `placed`.
    had_curves, had_z, had_m
        Whether curves were drawn as straight lines; whether shapes have heights or measures.
    """

    path: Path
    frame: gpd.GeoDataFrame
    format: str
    layer: str | None
    sha256: str
    encoding: str | None = None
    encoding_known: bool = True
    decoded: encodings.Decoded | None = None
    findings: gpd.GeoDataFrame = field(default_factory=lambda: findings.table(()))
    had_curves: bool = False
    had_z: bool = False
    had_m: bool = False

    def named(self, lang: str) -> str:
        """Return file and layer as a sentence begins with them."""
        return files.named(self.path, self.layer, lang)

    def placed(self, system: Any) -> gpd.GeoDataFrame:
        """Return the findings with their places, once it is known in which system the file is."""
        return placed(self.findings, system)


def placed(found: gpd.GeoDataFrame, system: Any) -> gpd.GeoDataFrame:
    """Return findings made in the coordinates of a file with their places in a system."""
    found = found.set_crs(system, allow_override=True)
    held = (found.geometry.notna() & ~found.geometry.is_empty).to_numpy()
    if held.any():
        spots = crs.carried(found.geometry[held].representative_point(), crs.WGS84)
        for name, values in (("lon", spots.x), ("lat", spots.y)):
            known = values.round(7).where(np.isfinite(values)).astype("Float64")
            found.loc[held, name] = known
    return found


def read(
    path: Path,
    *,
    layer: str | None = None,
    drawing: Drawing | None = None,
    limits: IntakeSettings | None = None,
) -> Source:
    """Read a vector file.

    Parameters
    ----------
    layer
        Name of the layer, sheet or archived file; case and accents may be left out.
    drawing
        Which levels of a CAD drawing to take for what.
    limits
        Bounds of what is read.

    Raises
    ------
    InputError
        When the file is missing, of an unknown format, damaged, empty, without shapes, or holds
        several layers and none was named.
    """
    path, limits = Path(path), limits or IntakeSettings()
    kind = files.admitted(path, limits)
    digest = sha256(path)
    name: str | None
    with ogr.as_it_is():
        if kind in {"ZIP", "KMZ"}:
            with archives.unpacked(path, limits) as folder:
                held = _datasets(path, folder)
                for each in held:
                    guard.admit(each, limits)
                listed = _listed(folder, held)
                name = files.choose(path, list(listed), layer)
                member, kind, inner = listed[name]
                _, content = _from_file(member, kind, inner, drawing or Drawing())
                kind = kind if path.suffix.lower() == ".kmz" else f"{kind} (zip)"
        else:
            name, content = _from_file(path, kind, layer, drawing or Drawing())
    frame = content.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise _no_geometry(path, name)
    if frame.empty:
        raise files.no_rows(path, name)
    guard.admit_geometry(frame.geometry.to_numpy(), limits)
    source = Source(path, frame, kind, name, digest, had_curves=content.had_curves)
    return _with_findings(source, content)


def _from_file(
    path: Path, kind: str, layer: str | None, drawing: Drawing
) -> tuple[str | None, formats.Content]:
    try:
        name = files.choose(path, formats.layers(path, kind), layer)
        content = formats.read(path, kind, name, drawing)
    except GisError:
        raise
    except files.FAULTS as fault:
        raise files.unreadable(path, fault) from None
    return (None if kind in formats.SINGLE else name), content


def _listed(folder: Path, held: list[Path]) -> dict[str, tuple[Path, str, str]]:
    """Return the layers in an unpacked archive by what to call them: file, format, layer."""
    layers: list[tuple[Path, str, str]] = []
    for file in held:
        kind = kinds.of(file)
        try:
            layers += [(file, kind, name) for name in formats.layers(file, kind)]
        except GisError:
            raise
        except files.FAULTS as fault:
            raise files.unreadable(file, fault) from None
    count = Counter(name for _, _, name in layers)
    listed = {}
    for file, kind, name in layers:
        within = file.relative_to(folder).with_suffix("").as_posix()
        longer = within if name == file.stem else f"{within}/{name}"
        listed[name if count[name] == 1 else longer] = (file, kind, name)
    return listed


def _datasets(path: Path, folder: Path) -> list[Path]:
    """Find the files in an unpacked archive that hold layers."""
    if any(folder.glob("a00000001.gdbtable")):
        # packed without its own folder, by whose ending it is known
        inner = folder / f"{path.stem.removesuffix('.gdb')}.gdb"
        inner.mkdir()
        for each in [each for each in folder.iterdir() if each != inner]:
            shutil.move(each, inner)
    databases = [each for each in folder.rglob("*.gdb") if each.is_dir()]
    known = [
        each
        for each in folder.rglob("*")
        if each.is_file()
        and each.suffix.lower() in FORMATS
        and _SHADOW not in each.parts
        and not each.name.startswith(".")
        and not any(base in each.parents for base in databases)
    ]
    if path.suffix.lower() == ".kmz":
        known = [each for each in known if each.suffix.lower() == ".kml"]
    maps = [each for each in known if FORMATS[each.suffix.lower()] not in kinds.TABLES]
    # notes and lists often lie beside a map
    held = sorted(databases + maps) or sorted(known)
    if not held:
        raise SourceError(
            f"File {path.name} holds no file that is read; pack a map into it, for example a "
            "shapefile with all its parts.",
            vi=f"Tệp {path.name} không chứa tệp nào đọc được; hãy nén bản đồ vào đó, ví dụ "
            "shapefile với đủ các tệp đi kèm.",
        )
    return held


def _with_findings(source: Source, content: formats.Content) -> Source:
    shapes = source.frame.geometry.to_numpy()
    decoded = content.decoded
    found = [*content.found]
    by_text = getattr(decoded, "findings", None)
    if by_text is not None and len(by_text):
        found.append(by_text if isinstance(by_text, pd.DataFrame) else findings.table(by_text))
    return replace(
        source,
        encoding=decoded.encoding if decoded else None,
        encoding_known=decoded.known if decoded else True,
        decoded=decoded,
        findings=findings.join(found, system=source.frame.crs),
        had_z=bool(shapely.has_z(shapes).any()),
        had_m=bool(shapely.has_m(shapes).any()),
    )


def _no_geometry(path: Path, layer: str | None) -> SourceError:
    return SourceError(
        f"{files.named(path, layer, 'en')} is a table without geometry; import the file that holds "
        "the polygons, and name this one with --join.",
        vi=f"{files.named(path, layer, 'vi')} là bảng không có hình; hãy nạp tệp chứa các đa "
        "giác và ghép bảng này bằng --join.",
    )
