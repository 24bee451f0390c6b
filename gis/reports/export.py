"""Results and layers as files, each in the format of its ending."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gis import crs, text
from gis.alignment import Alignment
from gis.errors import GeometryTypeError, InputError, OutputError
from gis.reports import drawings, files, records, spatial_files, workbook
from gis.reports.spatial_files import Job, Note

#: GDAL writes this moment into GeoPackages, so that equal content gives equal files.
_GPKG_MOMENT: Final = "2000-01-01T00:00:00Z"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_WITH_ENCODING: Final = (".shp", ".tab", ".mif")
_DRAWINGS: Final = (".dxf", ".kml")
_CORNER_HEADINGS: Final = {
    "zone_id": ("Vùng", "Zone"),
    "part": ("Phần", "Part"),
    "ring": ("Vòng", "Ring"),
    "corner": ("Góc", "Corner"),
    "x_m": ("X (m)", "X, northing (m)"),
    "y_m": ("Y (m)", "Y, easting (m)"),
    "edge_m": ("Cạnh đến góc sau (m)", "Edge to the next (m)"),
    "crs": ("Hệ tọa độ", "Coordinate system"),
    "notice_vi": ("Lưu ý", "Notice"),
    "notice_en": ("Lưu ý", "Notice"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """A file as written.

    Attributes
    ----------
    notes
        What its format could not hold as it was.
    """

    path: Path
    notes: tuple[Note, ...] = ()


def save_alignment(alignment: Alignment, path: Path, *, lang: str = "vi") -> Path:
    """Write an alignment in the format of the file's ending.

    Raises
    ------
    OutputError
        When the ending is unknown or the file cannot be written.
    """
    path = Path(path)
    makers: Mapping[str, Callable[[Path], None]] = {
        ".csv": lambda place: write_csv(_with_notice(alignment.table(), alignment), place),
        ".json": lambda place: _write_text(place, records.dumps(records.of_alignment(alignment))),
        ".xlsx": lambda place: workbook.write(alignment, place, lang=lang),
        ".gpkg": lambda place: _write_geopackage(alignment, place),
        ".parquet": lambda place: _with_notice(alignment.pieces, alignment).to_parquet(
            place, index=False, compression="zstd"
        ),
    }
    make = makers.get(path.suffix.lower())
    if make is None:
        raise _unknown_format(path, makers)
    return files.write(path, make)


def save_frame(
    frame: gpd.GeoDataFrame, path: Path, *, schematic: bool, encoding: str | None = None
) -> Written:
    """Write a layer or a zone in the format of the file's ending.

    GeoJSON and KML are in WGS 84, as their standards ask; the others keep the workspace's system.

    Parameters
    ----------
    encoding
        ``tcvn3`` or ``vni`` for offices whose programs know no other; shapefile and MapInfo only.

    Raises
    ------
    InputError
        When the format does not take the encoding, or a drawing would hold more than areas.
    OutputError
        When the ending is unknown or the file cannot be written.
    """
    path = Path(path)
    if schematic:
        frame = frame.assign(notice_vi=text.NOTICE["vi"], notice_en=text.NOTICE["en"])
    ending = path.suffix.lower()
    write = _FRAME_WRITERS.get(ending)
    if write is None:
        raise _unknown_format(path, _FRAME_WRITERS)
    job = Job(frame, path.stem, schematic, spatial_files.check_encoding(encoding))
    if job.encoding is not None and ending not in _WITH_ENCODING:
        raise InputError(
            f"File {path.name} is always written in UTF-8; leave the encoding out, or write one of "
            f"{', '.join(_WITH_ENCODING)}.",
            vi=f"Tệp {path.name} luôn ghi bằng UTF-8; hãy bỏ bảng mã, hoặc ghi ra một trong "
            f"{', '.join(_WITH_ENCODING)}.",
        )
    if ending in _DRAWINGS:
        _require_areas(frame, path)
    return Written(files.write(path, lambda place: write(job, place)), tuple(job.notes))


def _require_areas(frame: gpd.GeoDataFrame, path: Path) -> None:
    kinds = set(frame.geometry.geom_type.dropna()) - {"Polygon", "MultiPolygon"}
    if kinds:
        raise GeometryTypeError(
            f"File {path.name} would hold {', '.join(sorted(kinds))}; only areas are drawn, write "
            "a .gpkg instead.",
            vi=f"Tệp {path.name} có hình {', '.join(sorted(kinds))}; chỉ vẽ được vùng, hãy ghi ra "
            ".gpkg.",
        )


def _to_parquet(job: Job, path: Path) -> None:
    job.frame.to_parquet(path, index=False, compression="zstd")


def _to_geojson(job: Job, path: Path) -> None:
    degrees, _ = crs.transform(spatial_files.finite(job), crs.WGS84)
    degrees.to_file(path, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=9)


def _to_flatgeobuf(job: Job, path: Path) -> None:
    shapes = job.frame.geometry
    # rows without a shape have no place in the index
    indexed = "NO" if (shapes.is_empty | shapes.isna()).any() else "YES"
    _in_parts(job.frame).to_file(path, driver="FlatGeobuf", SPATIAL_INDEX=indexed)


def _to_attributes(job: Job, path: Path) -> None:
    job.note("CSV chỉ ghi thuộc tính, không ghi hình.", "CSV holds attributes only, no shapes.")
    write_csv(pd.DataFrame(job.frame.drop(columns=job.frame.geometry.name)), path)


def corners(frame: gpd.GeoDataFrame, *, id_column: str = "zone_id") -> pd.DataFrame:
    """Corner-coordinate table (bảng tọa độ góc ranh) in the frame's VN-2000 grid.

    Returns
    -------
    DataFrame
        `zone_id, part, ring, corner, x_m, y_m, edge_m`: as surveyors write them, x is the
        northing and y the easting, to the centimetre; `edge_m` leads to the next corner. Ring 1
        of a part is its outline, further rings are holes.

    Raises
    ------
    GeometryTypeError
        When a shape is no polygon.
    """
    tables = []
    for name, shape in zip(frame[id_column], frame.geometry, strict=True):
        if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"}:
            raise GeometryTypeError(
                f"Zone {name!r} is no polygon and has no corners.",
                vi=f"Vùng {name!r} không phải đa giác nên không có góc ranh.",
            )
        for number, part in enumerate(shapely.get_parts(shape), start=1):
            for order, ring in enumerate(shapely.get_rings(part), start=1):
                tables.append(_ring_corners(str(name), number, order, ring))
    return pd.concat(tables, ignore_index=True)


def _ring_corners(name: str, part: int, order: int, ring: shapely.LinearRing) -> pd.DataFrame:
    points = np.round(shapely.get_coordinates(ring), 2)
    steps = np.hypot(*np.diff(points, axis=0).T)
    count = len(points) - 1
    return pd.DataFrame(
        {
            "zone_id": name,
            "part": part,
            "ring": order,
            "corner": np.arange(1, count + 1),
            "x_m": points[:-1, 1],
            "y_m": points[:-1, 0],
            "edge_m": np.round(steps, 2),
        }
    )


def save_corners(
    table: pd.DataFrame, path: Path, *, crs_name: str, schematic: bool, lang: str = "vi"
) -> Path:
    """Write a corner table as CSV or XLSX; each row names the grid.

    The workbook has headings for people, the CSV file those for programs.

    Raises
    ------
    OutputError
        When the ending is unknown or the file cannot be written.
    """
    path = Path(path)
    full = table.assign(crs=crs_name)
    if schematic:
        full = full.assign(notice_vi=text.NOTICE["vi"], notice_en=text.NOTICE["en"])
    makers: Mapping[str, Callable[[Path], None]] = {
        ".csv": lambda place: write_csv(full, place),
        ".xlsx": lambda place: _write_corner_workbook(full, place, lang),
    }
    make = makers.get(path.suffix.lower())
    if make is None:
        raise _unknown_format(path, makers)
    return files.write(path, make)


def save_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV, whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    return files.write(Path(path), lambda place: write_csv(table, place))


def write_csv(table: pd.DataFrame, path: Path | BytesIO) -> None:
    """Write CSV as Excel opens it: UTF-8 with mark; text that would run as a formula is quoted."""
    safe = table.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map(_harmless, na_action="ignore")
    # a kept column bears the name that its file gave it
    safe.columns = [_harmless(str(name)) for name in safe.columns]
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _harmless(value: Any) -> Any:
    risky = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
    return f"'{value}" if risky else value


def _write_text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")


def _write_corner_workbook(table: pd.DataFrame, path: Path, lang: str) -> None:
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    vi = lang == "vi"
    sheet = "Tọa độ góc ranh" if vi else "Corners"
    readable = table.drop(columns="notice_en" if vi else "notice_vi", errors="ignore")
    readable["zone_id"] = readable["zone_id"].map(workbook.writable)
    headings = {name: pair[0 if vi else 1] for name, pair in _CORNER_HEADINGS.items()}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=options) as writer:
        readable.rename(columns=headings).to_excel(writer, index=False, sheet_name=sheet)
        page = writer.sheets[sheet]
        page.freeze_panes(1, 0)
        page.set_column(0, 0, 24)
        page.set_column(1, 3, 9)
        # coordinates to the centimetre, whatever their last digits
        page.set_column(4, 6, 16, writer.book.add_format({"num_format": "0.00"}))
        page.set_column(7, 9, 34)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)


def _with_notice(table: Any, alignment: Alignment) -> Any:
    if not alignment.schematic:
        return table
    return table.assign(notice_vi=text.NOTICE["vi"], notice_en=text.NOTICE["en"])


def _write_geopackage(alignment: Alignment, path: Path) -> None:
    _to_geopackage(_with_notice(alignment.pieces, alignment), path, layer="pieces")
    _to_geopackage(_with_notice(alignment.zones, alignment), path, layer="zones", append=True)


def _to_geopackage(
    frame: gpd.GeoDataFrame, path: Path, *, layer: str, append: bool = False
) -> None:
    with fixed_moment():
        _in_parts(frame).to_file(path, driver="GPKG", layer=layer, mode="a" if append else "w")


def _in_parts(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make every area one of several parts: some formats want one kind of shape a layer."""
    parts = np.array([_as_multi(shape) for shape in frame.geometry.to_numpy()], dtype=object)
    return frame.set_geometry(gpd.GeoSeries(parts, index=frame.index, crs=frame.crs))


def _as_multi(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape


@contextmanager
def fixed_moment() -> Iterator[None]:
    """Let GeoPackages that are written meanwhile carry one moment, so that they are alike."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_MOMENT})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _unknown_format(path: Path, known: Mapping[str, object]) -> OutputError:
    listed = ", ".join(MappingProxyType(known))
    return OutputError(
        f"File {path.name} has the ending {path.suffix!r}, which is not written here; "
        f"use one of {listed}.",
        vi=f"Tệp {path.name} có phần mở rộng {path.suffix!r} không ghi được ở đây; dùng một trong "
        f"{listed}.",
    )


_FRAME_WRITERS: Final[Mapping[str, Callable[[Job, Path], None]]] = MappingProxyType(
    {
        ".gpkg": lambda job, place: _to_geopackage(job.frame, place, layer=job.stem),
        ".shp": spatial_files.to_shapefile,
        ".tab": spatial_files.to_mapinfo,
        ".mif": spatial_files.to_mapinfo,
        ".dxf": drawings.to_dxf,
        ".kml": drawings.to_kml,
        ".geojson": _to_geojson,
        ".parquet": _to_parquet,
        ".fgb": _to_flatgeobuf,
        ".csv": _to_attributes,
    }
)
#: Endings that `save_frame` writes.
FRAME_ENDINGS: Final = tuple(_FRAME_WRITERS)
