"""The alignment as a workbook: what a planner opens in Excel."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from gis import products, text
from gis.adjustments import as_form_04ch
from gis.alignment import Alignment
from gis.errors import NotFoundError
from gis.rules import VERDICTS

if TYPE_CHECKING:
    from xlsxwriter.format import Format

#: Headings by column, Vietnamese and English.
_HEADINGS: Final[dict[str, tuple[str, str]]] = {
    "zone_id": ("Vùng", "Zone"),
    "name": ("Tên vùng", "Name"),
    "product": ("Sản phẩm", "Product"),
    "use": ("Mục đích", "Use"),
    "verdict": ("Kết quả", "Verdict"),
    "verified": ("Đã kiểm chứng", "Verified"),
    "area_ha": ("Diện tích (ha)", "Area (ha)"),
    "fits_ha": ("Phù hợp (ha)", "Fits (ha)"),
    "procedure_ha": ("Phải làm thủ tục (ha)", "Procedure (ha)"),
    "review_ha": ("Cần xem xét (ha)", "Review (ha)"),
    "outside_ha": ("Ngoài quy hoạch (ha)", "Outside plan (ha)"),
    "conflict_ha": ("Không phù hợp (ha)", "Conflict (ha)"),
    "pieces": ("Số mảnh", "Pieces"),
    "piece_id": ("Mảnh", "Piece"),
    "as_of": ("Ngày xét", "As of"),
    "commune_code": ("Mã xã", "Commune"),
    "commune_valid_from": ("Xã có hiệu lực từ", "Commune valid from"),
    "other_commune_code": ("Mã xã (bộ kia)", "Commune (other set)"),
    "other_commune_valid_from": ("Xã (bộ kia) từ", "Other commune from"),
    "current_code": ("Hiện trạng", "Current use"),
    "current_code_table": ("Bảng mã hiện trạng", "Current code table"),
    "plan_code": ("Quy hoạch", "Planned use"),
    "plan_code_table": ("Bảng mã quy hoạch", "Plan code table"),
    "general_plan_code": ("Quy hoạch chung", "General plan"),
    "constraint_ids": ("Khu vực hạn chế", "Constraints"),
    "rule_ids": ("Quy tắc", "Rules"),
    "citation": ("Căn cứ", "Citation"),
    "share": ("Tỷ lệ", "Share"),
    "sliver": ("Mảnh vụn", "Sliver"),
    "rule_id": ("Quy tắc", "Rule"),
    "procedure": ("Việc phải làm", "What is to be done"),
    "decides": ("Cơ quan quyết định", "Who decides"),
    "decided_by": ("Căn cứ thẩm quyền", "Basis of competence"),
    "mark": ("Mức kiểm chứng", "Mark"),
    "valid_from": ("Từ ngày", "From"),
    "valid_to": ("Đến ngày", "To"),
    "plan_kind": ("Loại quy hoạch", "Kind of plan"),
    "from_code": ("Từ loại đất", "From code"),
    "from_code_table": ("Bảng mã", "Code table"),
    "to_code": ("Sang loại đất", "To code"),
    "document": ("Điều chỉnh tại", "Document to adjust"),
    "body": ("Cơ quan", "Body"),
    "zone_ha": ("Diện tích vùng (ha)", "Zone (ha)"),
    "pieces_ha": ("Tổng các mảnh (ha)", "Pieces (ha)"),
    "difference_ha": ("Chênh lệch (ha)", "Difference (ha)"),
    "closes": ("Cân đối", "Closes"),
    "sliver_ha": ("Mảnh vụn (ha)", "Slivers (ha)"),
    "current_uncovered_ha": ("Chưa có hiện trạng (ha)", "No current use (ha)"),
    "current_double_ha": ("Hiện trạng chồng (ha)", "Current use doubled (ha)"),
    "plan_uncovered_ha": ("Chưa có quy hoạch (ha)", "No plan (ha)"),
    "plan_double_ha": ("Quy hoạch chồng (ha)", "Plan doubled (ha)"),
    "general_plan_uncovered_ha": ("Chưa có QH chung (ha)", "No general plan (ha)"),
    "general_plan_double_ha": ("QH chung chồng (ha)", "General plan doubled (ha)"),
    "communes_uncovered_ha": ("Ngoài các xã (ha)", "Outside communes (ha)"),
    "communes_double_ha": ("Xã chồng nhau (ha)", "Communes doubled (ha)"),
    "remark": ("Lưu ý về kết quả", "Remarks on the result"),
    "item": ("Mục", "Item"),
    "value": ("Giá trị", "Value"),
}
_WIDE: Final = {
    "citation": 60,
    "procedure": 70,
    "document": 60,
    "body": 45,
    "rule_ids": 45,
    "verdict": 26,
    "use": 18,
    "share": 10,
    "plan_kind": 26,
    "product": 24,
    "remark": 120,
    "item": 40,
    "value": 70,
    "verified": 26,
}
_LABELLED: Final = {"verdict": "verdict", "use": "use", "plan_kind": "plan_kind"}
_COLOURS: Final = {
    "fits": "#D5EFE3",
    "procedure": "#FFF3C4",
    "review": "#FFE0B8",
    "outside": "#E3E3E3",
    "conflict": "#F6CACA",
}
#: Names and titles of the sheets, Vietnamese and English.
_SHEETS: Final = {
    "zones": (
        ("Tổng hợp", "Summary"),
        (
            "Đối chiếu quy hoạch các vùng nguyên liệu",
            "Alignment of raw-material zones with the plans",
        ),
    ),
    "remarks": (
        ("Lưu ý", "Remarks"),
        ("Lưu ý về dữ liệu, quy hoạch và quyết định", "Remarks on data, plans and decisions"),
    ),
    "pieces": (
        ("Mảnh", "Pieces"),
        ("Bảng đối chiếu theo mảnh", "Alignment table, one row a piece"),
    ),
    "adjustments": (
        ("Điều chỉnh", "Adjustments"),
        ("Điều chỉnh quy hoạch cần đề nghị", "Plan adjustments to ask for"),
    ),
    "form": (
        ("Biểu 04-CH", "Form 04-CH"),
        (
            "Theo mẫu Biểu 04/CH: diện tích cần chuyển mục đích theo xã (ha)",
            "In the shape of Biểu 04/CH: area to change, by commune (ha)",
        ),
    ),
    "ledger": (
        ("Sổ cân đối", "Ledger"),
        ("Tổng các mảnh bằng diện tích vùng", "The pieces add up to the zone"),
    ),
    "rules": (("Quy tắc", "Rules"), ("Quy tắc đã áp dụng", "Rules that were applied")),
    "sources": (
        ("Nguồn", "Sources"),
        ("Dữ liệu, quy tắc và phiên bản", "Data, rules and versions"),
    ),
}
# what a spreadsheet might run is written as text, and control characters cannot be written at all
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LIMIT: Final = 32_000
_MOST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet: name, title and table."""

    name: str
    title: str
    table: pd.DataFrame


def write(alignment: Alignment, path: Path, *, lang: str) -> None:
    """Write the workbook: summary, pieces, adjustments, Biểu 04/CH, ledger, rules, sources."""
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        # a fixed date keeps the file the same from run to run
        book.set_properties({"title": "Vùng", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        styles = _Styles(book)
        for sheet in _sheets(alignment, lang):
            _write_sheet(book.add_worksheet(sheet.name), sheet, styles, alignment, lang)


def _sheets(alignment: Alignment, lang: str) -> Iterator[_Sheet]:
    zones = pd.DataFrame(alignment.zones.drop(columns="geometry"))
    tables = {
        "zones": _in_language(zones.drop(columns="status", errors="ignore"), lang),
        "remarks": _remarks(alignment, lang),
        "pieces": alignment.table(),
        "adjustments": _in_language(alignment.adjustments, lang),
        "form": _with_commune_names(as_form_04ch(alignment.adjustments), alignment),
        "ledger": alignment.ledger,
        "rules": _in_language(alignment.rules, lang),
        "sources": _sources(alignment, lang),
    }
    for key, table in tables.items():
        name, title = (pair[0 if lang == "vi" else 1] for pair in _SHEETS[key])
        yield _Sheet(name, title, table)


def _remarks(alignment: Alignment, lang: str) -> pd.DataFrame:
    return pd.DataFrame({"remark": [note.text(lang) for note in alignment.notes]}, dtype=object)


def _with_commune_names(form: pd.DataFrame, alignment: Alignment) -> pd.DataFrame:
    """Put the name beside each commune's code in the heading."""
    communes = alignment.context.communes
    if communes is None:
        return form
    names = dict(zip(communes["code"], communes["name"], strict=True))
    return form.rename(columns={code: f"{code} {name}" for code, name in names.items()})


def _product_name(product_id: str, lang: str) -> str:
    try:
        entry = products.product(product_id)
    except NotFoundError:
        return product_id
    return entry.name_vi if lang == "vi" else entry.name_en


def _in_language(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Columns in two languages become one; what one of them lacks the other gives."""
    other = "en" if lang == "vi" else "vi"
    stems = [str(name)[:-3] for name in table if str(name).endswith(f"_{lang}")]
    fallback = {
        f"{stem}_{lang}": table[f"{stem}_{lang}"].fillna(table[f"{stem}_{other}"])
        for stem in stems
        if f"{stem}_{other}" in table
    }
    table = table.assign(**fallback)
    kept = table.drop(columns=[name for name in table if str(name).endswith(f"_{other}")])
    return kept.rename(columns=lambda name: str(name).removesuffix(f"_{lang}"))


_FACTS: Final[dict[str, tuple[str, str]]] = {
    "software": ("Phần mềm", "Software"),
    "as_of": ("Ngày xét", "As of"),
    "plan_year": ("Quy hoạch đến năm", "Plan to"),
    "crs": ("Hệ tọa độ", "Coordinate system"),
    "rules_version": ("Phiên bản bộ quy tắc", "Rule-set version"),
    "min_area_m2": ("Diện tích tối thiểu (m²)", "Minimum area (m²)"),
    "sliver_width_m": ("Bề rộng mảnh vụn (m)", "Sliver width (m)"),
    "missing": ("Lớp chưa có", "Missing layers"),
    "schematic": ("Minh họa", "Schematic"),
    "table_sha256": ("Mã kiểm của bảng", "Hash of the table"),
}


def _sources(alignment: Alignment, lang: str) -> pd.DataFrame:
    """List what made the result, so that it can be made again."""
    at = 0 if lang == "vi" else 1
    layer = ("Lớp", "Layer")[at]
    rows: list[tuple[str, str]] = []
    for key, value in alignment.provenance.items():
        if key == "layers":
            rows += [(f"{layer} {entry['dataset']}", entry["version"]) for entry in value]
            continue
        for name, item in (value if isinstance(value, dict) else {key: value}).items():
            rows.append((_FACTS.get(name, (name, name))[at], _said(item, lang)))
    return pd.DataFrame(rows, columns=["item", "value"])


def _said(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return {"vi": ("không", "có"), "en": ("no", "yes")}[lang][value]
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "-"
    return "-" if value is None else str(value)


class _Styles:
    """Cell formats of the workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.notice: Format = book.add_format({"italic": True, "font_color": "#9C0006"})
        self.head: Format = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#E8EEF4",
                "bottom": 1,
            }
        )
        self.text: Format = book.add_format({"valign": "top", "text_wrap": True})
        self.area: Format = book.add_format({"valign": "top", "num_format": "#,##0.0000_)"})
        self.tiny: Format = book.add_format({"valign": "top", "num_format": "0.0E+00"})
        self.share: Format = book.add_format({"valign": "top", "num_format": "0.00%_)"})
        self.verdicts: dict[str, Format] = {
            name: book.add_format({"valign": "top", "bg_color": colour, "text_wrap": True})
            for name, colour in _COLOURS.items()
        }


def _write_sheet(
    page: Worksheet, sheet: _Sheet, styles: _Styles, alignment: Alignment, lang: str
) -> None:
    page.write_string(0, 0, sheet.title, styles.title)
    page.write_string(1, 0, _subtitle(alignment, lang), styles.notice)
    for at, name in enumerate(sheet.table.columns):
        page.write_string(3, at, _heading(str(name), lang), styles.head)
        page.set_column(at, at, _width(str(name), sheet.table[name]))
    page.set_row(3, 32)
    for at, name in enumerate(sheet.table.columns):
        for row, value in enumerate(sheet.table[name], start=4):
            _write_cell(page, (row, at), value, str(name), styles=styles, lang=lang)
    for row, lines in enumerate(_lines(sheet.table), start=4):
        page.set_row(row, 15.0 * lines)
    page.freeze_panes(4, 1)
    if len(sheet.table):
        page.autofilter(3, 0, 3 + len(sheet.table), len(sheet.table.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(3)


def _subtitle(alignment: Alignment, lang: str) -> str:
    day = text.format_date(date.fromisoformat(alignment.provenance["as_of"]), lang)
    parts = [f"Ngày xét {day}" if lang == "vi" else f"As of {day}"]
    if alignment.provenance["plan_year"] is not None:
        year = alignment.provenance["plan_year"]
        parts.append(f"quy hoạch đến năm {year}" if lang == "vi" else f"plan to {year}")
    least = text.format_number(alignment.context.settings.min_area_m2, 0, lang)
    parts.append(f"diện tích tối thiểu {least} m²" if lang == "vi" else f"minimum area {least} m²")
    if alignment.schematic:
        parts.append(text.NOTICE[lang].upper())
    return "; ".join(parts)


def _heading(name: str, lang: str) -> str:
    pair = _HEADINGS.get(name)
    return name if pair is None else pair[0 if lang == "vi" else 1]


def _width(name: str, values: "pd.Series[Any]") -> float:
    if name in _WIDE:
        return _WIDE[name]
    if name.endswith("_ha"):
        return 13.0
    longest = max((len(str(value)) for value in values.head(200)), default=0)
    return float(min(max(longest + 2, 10), 34))


def _lines(table: pd.DataFrame) -> list[int]:
    """Estimate how many lines each row needs; not every program fits rows to wrapped text."""
    lines = np.ones(len(table))
    for name in table.columns:
        width = _width(str(name), table[name])
        letters = (
            table[name]
            .astype(object)
            .map(lambda value: len(value) if isinstance(value, str) else 0)
            .fillna(0)
        )
        # a character more or less a unit of width; words break before the edge
        lines = np.maximum(lines, np.ceil(letters.to_numpy(dtype=float) * 1.1 / width))
    return [int(min(count, _MOST_LINES)) for count in lines]


def _write_cell(
    page: Worksheet,
    place: tuple[int, int],
    value: Any,
    name: str,
    *,
    styles: _Styles,
    lang: str,
) -> None:
    row, column = place
    if value is None or (not isinstance(value, Sequence) and pd.isna(value)):
        page.write_blank(row, column, None, styles.text)
    elif isinstance(value, bool) or type(value).__name__ == "bool":
        yes, no = ("có", "không") if lang == "vi" else ("yes", "no")
        # what was not verified must not pass for law
        no = text.UNVERIFIED[lang] if name == "verified" else no
        page.write_string(row, column, yes if value else no, styles.text)
    elif isinstance(value, int | float):
        look = styles.area if name.endswith("_ha") or isinstance(value, float) else styles.text
        look = {"share": styles.share, "difference_ha": styles.tiny}.get(name, look)
        page.write_number(row, column, value, look)
    else:
        words = str(value)
        look = styles.verdicts.get(words, styles.text) if name == "verdict" else styles.text
        if name == "product":
            words = _product_name(words, lang)
        if name in _LABELLED and (name != "verdict" or words in VERDICTS):
            words = text.label(_LABELLED[name], words, lang)
        page.write_string(row, column, writable(words), look)


def writable(words: str) -> str:
    """Return text as a cell can hold it: no control characters, not too long."""
    return _UNWRITABLE.sub(" ", words)[:_CELL_LIMIT]
