"""Findings as files: a workbook for the office, layers for QGIS, tables for programs."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xlsxwriter

from gis import crs, text
from gis.errors import OutputError
from gis.finding_rules import rule
from gis.repair import Repair
from gis.reports import export, files, records
from gis.reports.workbook import writable
from gis.settings import CheckSettings

#: How far around a fault its extent reaches, in metres: what a map shows when it goes there.
_AROUND_M: Final = 20.0
#: Headings of the sheets by column, Vietnamese and English, with the width of each.
_HEADINGS: Final[Mapping[str, tuple[str, str, int]]] = {
    "name": ("Loại lỗi", "Fault", 34),
    "rule_id": ("Quy tắc", "Rule", 32),
    "severity": ("Mức", "Severity", 10),
    "count": ("Số lỗi", "Findings", 9),
    "largest": ("Lớn nhất", "Largest", 18),
    "total": ("Tổng", "Total", 18),
    "dataset": ("Bộ dữ liệu", "Dataset", 24),
    "row": ("Dòng", "Row", 8),
    "feature": ("Đối tượng", "Feature", 22),
    "other": ("Bộ dữ liệu kia", "Other dataset", 24),
    "other_row": ("Dòng kia", "Other row", 9),
    "other_feature": ("Đối tượng kia", "Other feature", 22),
    "value": ("Giá trị", "Value", 18),
    "size": ("Độ lớn", "Size", 16),
    "unit": ("Đơn vị", "Unit", 7),
    "tolerance": ("Dung sai", "Tolerance", 10),
    "message": ("Nội dung", "What was found", 70),
    "remedy": ("Cách xử lý", "What to do", 46),
    "fix": ("Sửa tự động", "Proposed repair", 20),
    "effect_m2": ("Diện tích đổi khi sửa (m²)", "Effect on area (m²)", 14),
    "x_m": ("X (m)", "X, northing (m)", 14),
    "y_m": ("Y (m)", "Y, easting (m)", 14),
    "lon": ("Kinh độ", "Longitude", 12),
    "lat": ("Vĩ độ", "Latitude", 12),
    "extent": ("Phạm vi (dán vào QGIS)", "Extent (paste into QGIS)", 44),
    "step": ("Bước", "Step", 16),
    "gained_m2": ("Nhận thêm (m²)", "Gained (m²)", 14),
    "lost_m2": ("Mất đi (m²)", "Lost (m²)", 14),
    "moved_m": ("Dịch chuyển (m)", "Moved (m)", 12),
    "why": ("Lý do", "Why", 60),
    "item": ("Mục", "Item", 40),
    "setting": ("Thiết lập", "Setting", 24),
}
_SHEETS: Final = {
    "summary": (("Tổng hợp", "Summary"), ("Lỗi dữ liệu theo loại", "Findings by kind")),
    "findings": (("Lỗi", "Findings"), ("Từng lỗi dữ liệu", "Every finding")),
    "ledger": (("Sổ sửa chữa", "Ledger"), ("Từng thay đổi khi sửa", "Every change of the repair")),
    "left": (("Để lại", "Left"), ("Lỗi để lại cho người xử lý", "Faults left to people")),
    "totals": (("Cân đối", "Totals"), ("Tổng diện tích trước và sau", "Areas before and after")),
    "settings": (("Dung sai", "Tolerances"), ("Dung sai đã dùng", "Tolerances that were used")),
}
_COLOURS: Final = {"error": "#F6CACA", "warning": "#FFE0B8", "info": "#E3E3E3"}
_LINE_HEIGHT: Final = 15.0
_MOST_LINES: Final = 12
#: The last column of the sheet of findings that is printed.
_LAST_PRINTED: Final = "remedy"
_UNITS: Final = {"m2": "m²", "m": "m", "": ""}


def save(
    found: gpd.GeoDataFrame,
    path: Path,
    *,
    settings: CheckSettings,
    schematic: bool,
    lang: str = "vi",
) -> Path:
    """Write findings as XLSX, GeoPackage, GeoParquet, GeoJSON, CSV or JSON.

    A GeoPackage holds a layer of places with every finding, and one each of the areas, lines and
    points that the faults are; GeoJSON holds the places in WGS 84.

    Raises
    ------
    OutputError
        When the ending is unknown or the file cannot be written.
    """
    path = Path(path)
    if schematic:
        found = found.assign(notice_vi=text.NOTICE["vi"], notice_en=text.NOTICE["en"])
    makers: Mapping[str, Callable[[Path], Any]] = {
        ".xlsx": lambda place: _workbook(found, place, settings=settings, lang=lang),
        ".gpkg": lambda place: _geopackage(found, place),
        ".parquet": lambda place: found.to_parquet(place, index=False, compression="zstd"),
        ".geojson": lambda place: crs.transform(_located(found), crs.WGS84)[0].to_file(
            place, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=9
        ),
        ".csv": lambda place: export.write_csv(pd.DataFrame(found.drop(columns="geometry")), place),
        ".json": lambda place: place.write_text(
            records.dumps({"findings": records.rows(found), "settings": asdict(settings)}),
            encoding="utf-8",
            newline="\n",
        ),
    }
    make = makers.get(path.suffix.lower())
    if make is None:
        listed = ", ".join([*makers, ".html"])
        raise OutputError(
            f"File {path.name} has the ending {path.suffix!r}, which findings are not written in; "
            f"use one of {listed}.",
            vi=f"Tệp {path.name} có phần mở rộng {path.suffix!r} không ghi được danh sách lỗi; "
            f"dùng một trong {listed}.",
        )
    return files.write(path, make)


def save_ledger(repair: Repair, path: Path, *, schematic: bool, lang: str = "vi") -> Path:
    """Write what a repair changed, feature by feature, as XLSX or CSV; the last row sums up.

    Raises
    ------
    OutputError
        When the ending is unknown or the file cannot be written.
    """
    path = Path(path)
    table = pd.DataFrame(repair.ledger)
    if schematic:
        table = table.assign(notice_vi=text.NOTICE["vi"], notice_en=text.NOTICE["en"])
    if path.suffix.lower() == ".csv":
        return files.write(path, lambda place: export.write_csv(table, place))
    if path.suffix.lower() == ".xlsx":
        return files.write(path, lambda place: _ledger_workbook(table, repair, place, lang=lang))
    raise OutputError(
        f"File {path.name} has the ending {path.suffix!r}, which a ledger is not written in; use "
        ".xlsx or .csv.",
        vi=f"Tệp {path.name} có phần mở rộng {path.suffix!r} không ghi được sổ sửa chữa; dùng "
        ".xlsx hoặc .csv.",
    )


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row a rule and dataset, gravest first.

    Returns
    -------
    DataFrame
        `rule_id, severity, layer, dataset, count, largest, total, unit, tolerance, fix`; `largest`
        and `total` are in `unit`, and empty where the faults of a rule have no size.
    """
    grouped = found.groupby(["rule_id", "layer", "dataset"], sort=False, dropna=False)
    size = grouped["size"]
    table = pd.DataFrame(
        {
            "severity": grouped["severity"].first(),
            "count": grouped.size(),
            "largest": size.max(),
            "total": size.sum(min_count=1),
            "unit": grouped["unit"].first(),
            "tolerance": grouped["tolerance"].first(),
            "fix": grouped["fix"].first(),
        }
    ).reset_index()
    order = ["rule_id", "severity", "layer", "dataset"]
    return table[[*order, *(name for name in table if name not in order)]]


def families(found: pd.DataFrame, settings: CheckSettings) -> pd.DataFrame:
    """Return one row a family of rules and dataset: how many in all, from its tolerance on, large.

    Returns
    -------
    DataFrame
        `family, dataset, count, over, over_one, total, unit, tolerance`; `over` counts the faults
        that reach the tolerance, `over_one` those of at least one unit.
    """
    family = found["rule_id"].map(lambda each: rule(each).family)
    rows = []
    for (name, dataset), part in found[family != ""].groupby([family, "dataset"]):
        size = part["size"].astype("float64")
        # rules of one family draw further lines; what is a fault at all is the first one's
        settled = float(getattr(settings, rule(f"topology.{name}").tolerance))
        rows.append(
            {
                "family": name,
                "dataset": dataset,
                "count": len(part),
                "over": int((size >= settled).sum()),
                "over_one": int((size >= 1).sum()),
                "total": float(size[size >= settled].sum()),
                "unit": part["unit"].iloc[0],
                "tolerance": settled,
            }
        )
    columns = ["family", "dataset", "count", "over", "over_one", "total", "unit", "tolerance"]
    return pd.DataFrame(rows, columns=columns)


def _located(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each finding a point; those that have no place keep an empty geometry."""
    points = gpd.GeoSeries(
        gpd.points_from_xy(
            found["lon"].astype("float64").to_numpy(), found["lat"].astype("float64").to_numpy()
        ),
        index=found.index,
        crs=crs.WGS84,
    )
    points[found["lon"].isna()] = None
    placed = gpd.GeoDataFrame(found.drop(columns="geometry"), geometry=points, crs=crs.WGS84)
    return placed if found.crs is None else crs.transform(placed, found.crs)[0]


def _geopackage(found: gpd.GeoDataFrame, path: Path) -> None:
    layers = {"findings": _located(found)}
    dimensions = shapely.get_dimensions(found.geometry.to_numpy())
    for name, dimension in (("areas", 2), ("lines", 1), ("points", 0)):
        if (dimensions == dimension).any():
            layers[f"findings_{name}"] = found[dimensions == dimension]
    with export.fixed_moment():
        for at, (name, layer) in enumerate(layers.items()):
            layer.to_file(path, driver="GPKG", layer=name, mode="a" if at else "w")


def _readable(found: gpd.GeoDataFrame, lang: str) -> pd.DataFrame:
    """Return the findings as people read them: one language, coordinates as surveyors write."""
    points = _located(found).geometry
    x, y = points.y.to_numpy(), points.x.to_numpy()
    table = pd.DataFrame(found.drop(columns="geometry"))
    return pd.DataFrame(
        {
            "severity": table["severity"],
            "name": [rule(each).name[lang] for each in table["rule_id"]],
            **{name: table[name] for name in ("row", "feature", "other_row", "other_feature")},
            **{name: table[name] for name in ("size", "unit", "tolerance")},
            "message": table[f"message_{lang}"],
            "remedy": table[f"remedy_{lang}"],
            "dataset": _keys(table["layer"], table["dataset"]),
            "other": _keys(table["other_layer"], table["other_dataset"]),
            "value": table["value"],
            "fix": _fixes(table["fix"], lang),
            "effect_m2": table["effect_m2"],
            "x_m": x,
            "y_m": y,
            **{name: table[name] for name in ("lon", "lat", "rule_id")},
            "extent": _extents(found, x, y),
        }
    )


def _fixes(keys: Any, lang: str) -> list[Any]:
    return [text.label("fix", each, lang) if each else None for each in keys]


def _keys(layers: Any, datasets: Any) -> list[Any]:
    pairs = zip(layers, datasets, strict=True)
    return [f"{layer}/{name}" if layer and name else layer or None for layer, name in pairs]


def _extents(found: gpd.GeoDataFrame, x: Any, y: Any) -> list[str | None]:
    """Box around each fault as QGIS reads it in its coordinate field."""
    boxes = shapely.bounds(found.geometry.to_numpy())
    placed = np.column_stack([y, x, y, x])
    # a surveyor's x is the northing, a box begins with the easting
    boxes = np.where(np.isfinite(boxes), boxes, placed) + np.array([-1, -1, 1, 1]) * _AROUND_M
    return [
        ",".join(f"{value:.2f}" for value in box) if np.isfinite(box).all() else None
        for box in boxes
    ]


def _workbook(found: gpd.GeoDataFrame, path: Path, *, settings: CheckSettings, lang: str) -> None:
    brief = summary(found)
    brief = brief.assign(
        name=[rule(each).name[lang] for each in brief["rule_id"]],
        remedy=[rule(each).remedy[lang] for each in brief["rule_id"]],
        fix=_fixes(brief["fix"], lang),
        dataset=_keys(brief["layer"], brief["dataset"]),
    )
    order = ["severity", "name", "dataset", "count", "largest", "total", "unit", "tolerance"]
    order += ["remedy", "fix", "rule_id"]
    tables = {
        "summary": brief[order],
        "findings": _readable(found, lang),
        "settings": pd.DataFrame(
            {"setting": list(asdict(settings)), "value": list(asdict(settings).values())}
        ),
    }
    notice = text.NOTICE[lang].upper() if "notice_vi" in found else ""
    _write_book(tables, path, notice=notice, lang=lang)


def _ledger_workbook(table: pd.DataFrame, repair: Repair, path: Path, *, lang: str) -> None:
    other = "en" if lang == "vi" else "vi"
    mine = table.drop(columns=[f"why_{other}", "notice_vi", "notice_en"], errors="ignore")
    tables = {
        # a surveyor's x is the northing
        "ledger": mine.assign(
            step=[text.label("fix", each, lang) for each in mine["step"]],
            rule_id=[rule(each).name[lang] if each else "" for each in mine["rule_id"]],
        ).rename(columns={f"why_{lang}": "why", "rule_id": "name", "x": "y_m", "y": "x_m"}),
        "left": pd.DataFrame(repair.left)
        .drop(columns=[f"why_{other}", "geometry"])
        .rename(columns={f"why_{lang}": "why"}),
        "totals": pd.DataFrame(
            {
                "item": [text.label("repair_total", name, lang) for name in repair.totals],
                "value": list(repair.totals.values()),
            }
        ),
    }
    notice = text.NOTICE[lang].upper() if "notice_vi" in table else ""
    _write_book(tables, path, notice=notice, lang=lang)


def _write_book(tables: Mapping[str, pd.DataFrame], path: Path, *, notice: str, lang: str) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        # a fixed date keeps the file the same from run to run
        book.set_properties({"title": "Vùng", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        for key, table in tables.items():
            _sheet(book, key, table, notice=notice, lang=lang)


def _sheet(book: Any, key: str, table: pd.DataFrame, *, notice: str, lang: str) -> None:
    at = text.LANGUAGES.index(lang)
    name, title = (pair[at] for pair in _SHEETS[key])
    page = book.add_worksheet(name)
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, notice, book.add_format({"italic": True, "font_color": "#9C0006"}))
    look = {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": "#E8EEF4",
        "bottom": 1,
    }
    heads = book.add_format(look), book.add_format({**look, "align": "right", "indent": 1})
    for column, heading in enumerate(table.columns):
        words = _heading(str(heading))
        head = heads[pd.api.types.is_numeric_dtype(table[heading])]
        page.write_string(3, column, words[at], head)
        page.set_column(column, column, words[2])
    page.set_row(3, 32)
    looks = _Looks(book)
    for row, values in enumerate(table.itertuples(index=False), start=4):
        for column, (heading, value) in enumerate(zip(table.columns, values, strict=True)):
            looks.write(page, (row, column), str(heading), value, lang)
    for row, lines in enumerate(_lines(table, at), start=4):
        page.set_row(row, _LINE_HEIGHT * lines)
    page.freeze_panes(4, 2 if key == "findings" else 1)
    if len(table):
        page.autofilter(3, 0, 3 + len(table), len(table.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(3)
    if _LAST_PRINTED in table:
        # what follows is for looking up on a screen
        last = list(table.columns).index(_LAST_PRINTED)
        page.print_area(0, 0, 3 + len(table), last)


def _lines(table: pd.DataFrame, at: int) -> list[int]:
    """Estimate how many lines each row needs; not every program fits rows to wrapped text."""
    lines = np.ones(len(table))
    for name in table.columns:
        width = _heading(str(name))[2]
        letters = [len(value) if isinstance(value, str) else 0 for value in table[name]]
        if name == "severity":
            letters = [
                len(text.label("severity", each, text.LANGUAGES[at])) for each in table[name]
            ]
        # a character more or less a unit of width; words break before the edge
        lines = np.maximum(lines, np.ceil(np.array(letters, dtype=float) * 1.1 / width))
    return [int(min(count, _MOST_LINES)) for count in lines]


def _heading(name: str) -> tuple[str, str, int]:
    return _HEADINGS.get(name, (name, name, 16))


class _Looks:
    """Formats of cells, by what stands in them."""

    def __init__(self, book: Any) -> None:
        self.text = book.add_format({"valign": "top", "text_wrap": True})
        self.whole = book.add_format({"valign": "top", "num_format": "0_)"})
        self.size = book.add_format({"valign": "top", "num_format": "#,##0.00####_)"})
        self.metres = book.add_format({"valign": "top", "num_format": "0.00_)"})
        self.degrees = book.add_format({"valign": "top", "num_format": "0.000000_)"})
        self.severity = {
            name: book.add_format({"valign": "top", "bg_color": colour})
            for name, colour in _COLOURS.items()
        }

    def write(self, page: Any, place: tuple[int, int], heading: str, value: Any, lang: str) -> None:
        """Write one cell."""
        if value is None or pd.isna(value):
            page.write_blank(*place, None, self.text)
        elif heading == "severity":
            page.write_string(*place, text.label("severity", value, lang), self.severity[value])
        elif heading == "unit":
            page.write_string(*place, _UNITS[value], self.text)
        elif isinstance(value, str):
            page.write_string(*place, writable(value), self.text)
        else:
            look = {"x_m": self.metres, "y_m": self.metres, "lon": self.degrees}
            look |= {"lat": self.degrees, "row": self.whole, "other_row": self.whole}
            page.write_number(
                *place,
                float(value),
                look.get(heading, self.whole if heading == "count" else self.size),
            )
