"""How each format is read: which layers a file has, and one of them as it is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.errors import SourceError
from gis.intake import cad, corners, encodings, html_tables, mapinfo, notes, ogr, tables
from gis.intake.kinds import TABLES, WORKBOOKS

#: Formats that hold one layer, named like the file.
SINGLE: Final = TABLES - WORKBOOKS | {"GeoParquet", "DGN V7", "DXF"}
# what LIBKML makes of the drawing of a placemark
_KML_DRAWING: Final = (
    "timestamp",
    "begin",
    "end",
    "altitudeMode",
    "tessellate",
    "extrude",
    "visibility",
    "drawOrder",
    "icon",
)
_HTML: Final = r"<\s*/?\s*(?:html|table|td|tr|br|div|font|b|p|a|img)\b"
_GML_BOXES: Final = ("lowerCorner", "upperCorner")
# bytes of a DBF header that name a code page; what the West's own ones say is what everybody's say
_CODE_PAGES: Final[Mapping[int, str]] = {
    0x01: "cp437",
    0x02: "cp850",
    0x4D: "cp936",
    0x4F: "cp950",
    0x7A: "cp936",
    0x78: "cp950",
    0x7C: "cp874",
}
_DECIMAL: Final = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Content:
    """A layer as its file holds it.

    Attributes
    ----------
    frame
        Its rows; a plain frame where it has no geometry.
    decoded
        How bytes became text, for the formats that hold bytes.
    found
        Findings made while reading, in the coordinates of the file.
    """

    frame: pd.DataFrame
    decoded: encodings.Decoded | None = None
    had_curves: bool = False
    found: tuple[gpd.GeoDataFrame, ...] = field(default=())


def layers(path: Path, kind: str) -> list[str]:
    """Return the names of the layers in a file."""
    if kind in WORKBOOKS:
        return tables.sheets(path)
    if kind in SINGLE:
        return [path.stem]
    with _prepared(path, kind) as (file, _declared):
        return ogr.layers(file, kind)


def read(path: Path, kind: str, layer: str, drawing: cad.Drawing) -> Content:
    """Read one layer of a file."""
    if kind == "GeoParquet":
        return _read_parquet(path)
    if kind in {"DGN V7", "DXF"}:
        return _read_drawing(path, kind, drawing)
    if kind in TABLES:
        return _read_table(path, layer)
    with _prepared(path, kind) as (file, declared):
        if kind in {"Shapefile", "MapInfo TAB", "MapInfo MIF"}:
            raw = ogr.read(file, layer, kind, encoding=encodings.RAW)
            decoded = encodings.decode(raw.frame, declared=declared)
            return Content(decoded.frame, decoded)
        found = ogr.read(file, layer, kind)
    if kind == "KML":
        return _without_drawing(found)
    frame = _measured(found.frame) if kind == "GML" else found.frame
    return Content(frame, had_curves=found.had_curves)


@contextmanager
def _prepared(path: Path, kind: str) -> Iterator[tuple[Path, str | None]]:
    """Give the file that GDAL may read, and the encoding that it names."""
    if kind == "Shapefile":
        _refuse_parts_missing(path)
        yield path, _declared(path)
    elif kind.startswith("MapInfo"):
        with mapinfo.as_bytes(path, kind) as prepared:
            yield prepared
    elif kind == "GML":
        # GDAL writes beside it what it learnt
        with ogr.beside(path, (".xsd",)) as copy:
            yield copy, None
    else:
        yield path, None


def _read_parquet(path: Path) -> Content:
    try:
        return Content(gpd.read_parquet(path))
    except ValueError as fault:
        if "Missing geo metadata" in str(fault):
            # columns of plain bytes may be shapes, but nothing says in which system
            return Content(pd.DataFrame())
        raise


def _read_drawing(path: Path, kind: str, drawing: cad.Drawing) -> Content:
    elements, decoded, had_curves = cad.elements(path, kind)
    made = cad.areas(path, elements, drawing)
    # its rows are elements of the drawing, which are no rows of what is made of them
    by_text = decoded.findings.assign(row=None).astype({"row": "Int64"})
    decoded = replace(decoded, findings=by_text)
    return Content(made.frame, decoded, had_curves=had_curves, found=made.found)


def _read_table(path: Path, layer: str) -> Content:
    table = tables.read(path, sheet=layer)
    made = corners.areas(path, table.frame)
    if made is None:
        return Content(table.frame, table.decoded)
    return Content(made.frame, table.decoded, found=made.found)


def _without_drawing(read: ogr.Layer) -> Content:
    """Leave out of a KML layer how it is drawn; read the tables of descriptions for a browser."""
    frame = read.frame.drop(columns=[name for name in _KML_DRAWING if name in read.frame])
    if isinstance(frame, gpd.GeoDataFrame):
        corners = shapely.get_coordinates(frame.geometry.to_numpy(), include_z=True)
        # every place of KML has three numbers, also where nobody measured a height
        if not np.nan_to_num(corners[:, 2]).any():
            frame = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)
    if "description" not in frame:
        return Content(frame)
    said = frame["description"].astype(object)
    pages = said.astype(str).str.contains(_HTML, case=False, regex=True) & said.notna()
    frame = frame.assign(description=said.mask(pages, None))
    table = html_tables.attributes(said[pages], list(frame.columns))
    if table is None:
        return Content(frame, found=notes.counted("reading.html-description", int(pages.sum())))
    without = int(pages.sum() - table.notna().any(axis=1).sum())
    found = notes.counted("reading.html-description", without)
    listed = ", ".join(map(str, table.columns))
    found += notes.counted(
        "reading.html-attributes", len(table) - without, words={"columns": [listed]}
    )
    return Content(frame.join(table), found=found)


def _measured(frame: pd.DataFrame) -> pd.DataFrame:
    """Read the columns of a GML layer that hold nothing but decimal numbers."""
    frame = frame.drop(columns=[name for name in _GML_BOXES if name in frame])
    for name in frame.columns:
        if not pd.api.types.is_string_dtype(frame[name]) and frame[name].dtype != object:
            continue
        held = frame[name].dropna()
        if not held.map(lambda value: isinstance(value, str)).all():
            continue
        # whole numbers may be names (a parcel 012); with a decimal point they are measures
        if held.str.fullmatch(_DECIMAL).all() and held.str.contains(".", regex=False).any():
            frame[name] = pd.to_numeric(frame[name])
    return frame


def _declared(path: Path) -> str | None:
    """Return the word of the .cpg file beside a shapefile, else the code page of its table."""
    for part in ogr.parts(path, (".cpg",)):
        if part.suffix.lower() == ".cpg":
            return part.read_text(encoding="ascii", errors="ignore")
    table = next(each for each in ogr.parts(path, (".dbf",)) if each.suffix.lower() == ".dbf")
    with table.open("rb") as stream:
        head = stream.read(32)
    return _CODE_PAGES.get(head[29]) if len(head) == 32 else None


def _refuse_parts_missing(path: Path) -> None:
    """Refuse a shapefile that was copied without the files that belong to it."""
    endings = (".shx", ".dbf")
    held = {each.suffix.lower() for each in ogr.parts(path, endings)}
    lacking = [f"{path.stem}{end}" for end in endings if end not in held]
    if lacking:
        listed = ", ".join(lacking)
        raise SourceError(
            f"Shapefile {path.name} lacks its part {listed}; put all files named {path.stem}.* "
            "together.",
            vi=f"Shapefile {path.name} thiếu tệp đi kèm {listed}; hãy để đủ các tệp "
            f"{path.stem}.* cùng một chỗ.",
        )
