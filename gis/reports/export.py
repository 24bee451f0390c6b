"""Results and layers as files: CSV, JSON, XLSX, GeoPackage, GeoParquet, GeoJSON, Shapefile."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
from gis.errors import GeometryTypeError, OutputError
from gis.reports import files, records, workbook

#: GDAL writes this moment into GeoPackages, so that equal content gives equal files.
_GPKG_MOMENT: Final = "2000-01-01T00:00:00Z"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
#: What a shapefile's table holds: letters of a field's name, bytes of a text.
_FIELD_NAME: Final = 10
_FIELD_BYTES: Final = 254
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


def save_frame(frame: gpd.GeoDataFrame, path: Path, *, schematic: bool) -> Path:
    """Write a layer or a zone as GeoPackage, GeoParquet, GeoJSON, Shapefile or CSV of attributes.

    GeoJSON is in WGS 84, as its standard asks; the others keep the workspace's system.

    Raises
    ------
    OutputError
        When the ending is unknown or the file cannot be written.
    """
    path = Path(path)
    if schematic:
        frame = frame.assign(notice_vi=text.NOTICE["vi"], notice_en=text.NOTICE["en"])
    makers: Mapping[str, Callable[[Path], None]] = {
        ".gpkg": lambda place: _to_geopackage(frame, place, layer=path.stem),
        ".parquet": lambda place: frame.to_parquet(place, index=False, compression="zstd"),
        ".geojson": lambda place: frame.to_crs(crs.WGS84).to_file(
            place, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=9
        ),
        ".shp": lambda place: _to_shapefile(frame, place),
        ".csv": lambda place: write_csv(pd.DataFrame(frame.drop(columns="geometry")), place),
    }
    make = makers.get(path.suffix.lower())
    if make is None:
        raise _unknown_format(path, makers)
    return files.write(path, make)


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


def write_csv(table: pd.DataFrame, path: Path) -> None:
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
    with _fixed_moment():
        # one geometry type a layer, as the format wants it
        shapes = frame.geometry.to_numpy()
        parts = np.array([_as_multi(shape) for shape in shapes], dtype=object)
        frame.set_geometry(gpd.GeoSeries(parts, index=frame.index, crs=frame.crs)).to_file(
            path, driver="GPKG", layer=layer, mode="a" if append else "w"
        )


def _as_multi(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape


@contextmanager
def _fixed_moment() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_MOMENT})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _to_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    plain = frame.rename(columns=_field_names(frame.columns.drop("geometry")))
    for name in plain.columns.drop("geometry"):
        if plain[name].dtype == bool:
            plain[name] = plain[name].astype(int)
        elif not pd.api.types.is_numeric_dtype(plain[name]):
            plain[name] = plain[name].map(_cut_field, na_action="ignore")
    plain.to_file(path, driver="ESRI Shapefile", encoding="UTF-8")


def _field_names(names: Iterable[Any]) -> dict[str, str]:
    """Shorten names to the ten plain letters that a shapefile holds, so that none collide."""
    short: dict[str, str] = {}
    for name in map(str, names):
        plain = text.search_key(name).replace(" ", "_").encode("ascii", "ignore").decode()
        stem, number = plain[:_FIELD_NAME] or "field", 1
        while stem in short.values():
            number += 1
            stem = f"{plain[: _FIELD_NAME - 1 - len(str(number))]}_{number}"
        short[name] = stem
    return short


def _cut_field(value: Any) -> str:
    """Cut text to what a shapefile's field holds, not within a letter."""
    return str(value).encode()[:_FIELD_BYTES].decode(errors="ignore")


def _unknown_format(path: Path, known: Mapping[str, object]) -> OutputError:
    listed = ", ".join(MappingProxyType(known))
    return OutputError(
        f"File {path.name} has the ending {path.suffix!r}, which is not written here; "
        f"use one of {listed}.",
        vi=f"Tệp {path.name} có phần mở rộng {path.suffix!r} không ghi được ở đây; dùng một trong "
        f"{listed}.",
    )
