"""Words of the maps, for people: page labels in Vietnamese and English, numbers, code names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from gis import codes, products, text
from gis.decisions import Decisions
from gis.errors import InputError, NotFoundError

#: Code tables by the circular that people know them by.
_TABLE_NAMES: Final = MappingProxyType(
    {codes.OLD_TABLE: "TT 27/2018", codes.NEW_TABLE: "TT 08/2024"}
)
_PERCENT: Final = 100
_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "title": ("Đối chiếu vùng nguyên liệu với quy hoạch", "Raw-material zones and the plan"),
        "as_of": ("Ngày xét", "As of"),
        "plan_year": ("Quy hoạch đến năm", "Plan year"),
        "extent": ("Quy mô", "Extent"),
        "zones": ("Vùng nguyên liệu", "Raw-material zones"),
        "zone_unit": ("vùng", "zone"),
        "zones_unit": ("vùng", "zones"),
        "pieces": ("Mảnh theo kết luận", "Pieces by verdict"),
        "piece_unit": ("mảnh", "piece"),
        "pieces_unit": ("mảnh", "pieces"),
        "results": ("Kết quả đối chiếu", "Result"),
        "land_use": ("Nền sử dụng đất", "Land use below"),
        "current": ("Hiện trạng", "Current land use"),
        "land_use_plan": ("Quy hoạch sử dụng đất", "Land-use plan"),
        "general_plan": ("Quy hoạch chung xã", "Commune general plan"),
        "no_land_use": ("Không hiện", "None"),
        "constraints": ("Khu vực hạn chế", "Constraints"),
        "communes": ("Đơn vị hành chính cấp xã", "Communes"),
        "other_communes": ("Đơn vị cấp xã, bộ khác", "Communes, other set"),
        "layers": ("Lớp bản đồ", "Layers"),
        "legend": ("Chú giải", "Legend"),
        "layers_and_legend": ("Lớp bản đồ và chú giải", "Layers and legend"),
        "administrative": ("Hành chính", "Administrative"),
        "by_kind": ("Chọn theo loại", "Choose by kind"),
        "opacity": ("Độ đậm của nền", "Strength"),
        "overview": ("Về toàn bộ các vùng", "Back to all zones"),
        "zoom_in": ("Phóng to", "Zoom in"),
        "zoom_out": ("Thu nhỏ", "Zoom out"),
        "close": ("Đóng", "Close"),
        "panel": ("Ẩn hoặc hiện bảng bên", "Hide or show the side panel"),
        "north": ("Hướng Bắc ở trên", "North is up"),
        "north_letter": ("B", "N"),
        "map": (
            "Bản đồ: phím mũi tên để dời, Enter để hỏi điểm giữa",
            "Map: arrow keys move it, Enter asks what is at its centre",
        ),
        "here": ("Tại điểm này", "At this place"),
        "zone": ("Vùng", "Zone"),
        "piece": ("Mảnh", "Piece"),
        "constraint": ("Hạn chế", "Constraint"),
        "commune": ("Xã", "Commune"),
        "zone_id": ("Mã vùng", "Zone id"),
        "piece_id": ("Mã mảnh", "Piece id"),
        "product": ("Sản phẩm", "Product"),
        "use": ("Mục đích", "Use"),
        "status": ("Trạng thái", "Status"),
        "area": ("Diện tích", "Area"),
        "area_ha": ("Diện tích (ha)", "Area (ha)"),
        "share": ("Tỷ lệ trong vùng", "Share of the zone"),
        "by_verdict": ("Diện tích theo kết luận", "Area by verdict"),
        "rules": ("Căn cứ và thủ tục", "Rules and procedures"),
        "adjustments": ("Điều chỉnh quy hoạch cần có", "Plan adjustments needed"),
        "adjusted_by": ("Điều chỉnh bằng", "To be adjusted by"),
        "citation": ("Căn cứ", "Source"),
        "decides": ("Cơ quan quyết định", "Decided by"),
        "verified": ("Đã kiểm chứng văn bản", "Checked in the text"),
        "unverified": ("Chưa kiểm chứng", "Not verified"),
        "kind": ("Loại", "Kind"),
        "effect": ("Hiệu lực", "Effect"),
        "basis": ("Cơ sở", "Basis"),
        "valid": ("Thời hạn", "Valid"),
        "code": ("Mã đất", "Code"),
        "code_name": ("Loại đất", "Land use"),
        "code_table": ("Bảng mã", "Code table"),
        "meaning": ("Tương ứng mã đất", "Land-use code meant"),
        "year": ("Năm", "Year"),
        "layer": ("Lớp", "Layer"),
        "sheet": ("Tờ bản đồ", "Map sheet"),
        "parcel": ("Số thửa", "Parcel"),
        "decision": ("Quyết định", "Decision"),
        "other_commune": ("Xã theo bộ khác", "Commune, other set"),
        "sliver": ("Mảnh vụn: rất hẹp", "Sliver: very narrow"),
        "provisional": ("tạm", "provisional"),
        "provisional_note": (
            "Màu ghi “tạm” chưa thống nhất giữa các nguồn.",
            "Colours marked “provisional” are not settled between sources.",
        ),
        "uncovered": ("không có", "none"),
        "no_code": ("(không có mã)", "(no code)"),
        "unknown_code": ("mã không có trong bảng", "code of no known table"),
        "outside_code": ("ngoài hai bảng mã", "outside both code tables"),
        "no_use": ("chưa nêu", "not stated"),
        "since": ("từ", "from"),
        "until": ("đến", "to"),
        "today": ("nay", "now"),
        "outline_note": (
            "Nền: kết luận của từng mảnh. Viền đậm: kết luận của cả vùng.",
            "Fill: verdict of each piece. Heavy outline: verdict of the whole zone.",
        ),
        "notes": ("Lưu ý", "Notes"),
        "show_all": ("Xem tất cả {count} lưu ý", "Show all {count} notes"),
        "show_fewer": ("Thu gọn", "Show fewer"),
        "missing": ("Chưa có trong dữ liệu", "Not in the data"),
        "cropped": (
            "Chỉ hiện phần quanh các vùng (1 km): {shown} trong {total} khoanh đất.",
            "Only the surroundings of the zones (1 km) are shown: {shown} of {total} polygons.",
        ),
        "check_title": ("Kiểm tra dữ liệu", "Data check"),
        "finding": ("Lỗi", "Finding"),
        "findings": ("Lỗi dữ liệu", "Findings"),
        "severity": ("Mức", "Severity"),
        "found": ("Nội dung", "What was found"),
        "remedy": ("Cách xử lý", "What to do"),
        "fix": ("Sửa tự động", "Proposed repair"),
        "fix_effect": ("Diện tích đổi khi sửa", "Effect on the area"),
        "size": ("Độ lớn", "Size"),
        "tolerance": ("Dung sai", "Tolerance"),
        "feature": ("Đối tượng", "Feature"),
        "other_feature": ("Đối tượng kia", "Other feature"),
        "row": ("dòng", "row"),
        "checked": ("Lớp được kiểm tra", "Checked layer"),
        "registered_area": ("Diện tích theo hồ sơ", "Registered area"),
        "drawn_area": ("Diện tích theo bản vẽ", "Drawn area"),
        "rule": ("Quy tắc", "Rule"),
        "dataset": ("Bộ dữ liệu", "Dataset"),
        "in_all": ("Tổng số lỗi", "Findings in all"),
        "widened_note": (
            "Lỗi mảnh hơn 1 m và lỗi điểm được vẽ rộng ra để nhìn thấy.",
            "Faults narrower than 1 m, and points, are drawn wider so that they are seen.",
        ),
        "more_findings": (
            "Còn {count} lỗi nữa: bấm trên bản đồ hoặc xem bảng của vung check.",
            "{count} more: click on the map, or see the table of vung check.",
        ),
        "no_place": (
            "{count} lỗi không có vị trí trên bản đồ; xem bảng của vung check.",
            "{count} findings have no place on the map; see the table of vung check.",
        ),
        "not_drawn": (
            "Bản đồ hiện {shown} lỗi nặng nhất trong {total}.",
            "The map shows the {shown} gravest of {total} findings.",
        ),
        "record": ("Nguồn và phiên bản", "Sources and versions"),
        "rules_version": ("Bộ quy tắc", "Rule set"),
        "software": ("Phần mềm", "Software"),
        "min_area": ("Diện tích tối thiểu xét vùng", "Least area that decides a zone"),
        "table_hash": ("Mã băm bảng kết quả", "Hash of the table"),
        "datasets": ("Lớp dữ liệu", "Datasets"),
        "whole_system": (
            "Diện tích tính trong VN-2000 (EPSG:5898).",
            "Areas are computed in VN-2000 (EPSG:5898).",
        ),
        "whole_metric": ("Diện tích tính trong {crs}.", "Areas are computed in {crs}."),
    }
)


def word(key: str, lang: str) -> str:
    """Word or sentence of a page.

    Raises
    ------
    InputError
        When the key or the language is not known.
    """
    if key not in _WORDS:
        raise InputError(f"{key!r} is no word of the maps; see maps.text.")
    return _WORDS[key][text.LANGUAGES.index(text.check_language(lang))]


def sentence(words: str) -> str:
    """Words with a capital at the start, the rest as it is.

    Examples
    --------
    >>> sentence("phù hợp")
    'Phù hợp'
    """
    return words[:1].upper() + words[1:]


def plain(value: Any) -> str | None:
    """Text of a cell of any column; None for an empty one."""
    return None if pd.isna(value) else str(value) or None


def cells(frame: pd.DataFrame, name: str) -> list[str | None]:
    """Texts of a column; a frame without the column says nothing of each row."""
    if name not in frame:
        return [None] * len(frame)
    return [plain(value) for value in frame[name].astype(object)]


def label(kind: str, key: Any, lang: str) -> str | None:
    """Words for a key of the code; a key without words stands for itself."""
    name = plain(key)
    if name is None:
        return None
    return text.label(kind, name, lang) if name in text.label_keys(kind) else name


def hectares(value: float, lang: str, *, decimals: int = 2) -> str:
    """Area with its unit, for example ``1.234,56 ha``."""
    return f"{text.format_number(value, decimals, lang)} ha"


def percent(share: float, lang: str) -> str:
    """Share of one as a percentage, for example ``12,5 %``."""
    return f"{text.format_number(share * _PERCENT, 1, lang)} %"


def counted(count: int, unit: str, lang: str) -> str:
    """Write a number with its unit, ``zone`` or ``piece``, such as ``1 zone`` or ``11 zones``."""
    form = f"{unit}_unit" if count == 1 else f"{unit}s_unit"
    return f"{text.format_number(count, 0, lang)} {word(form, lang)}"


def notice() -> str:
    """Say in both languages that the page is schematic."""
    return f"{sentence(text.NOTICE['vi'])} / {sentence(text.NOTICE['en'])}"


def unverified(lang: str) -> str:
    """Warn of a rule that was not read in its text."""
    return f"{word('unverified', lang)}: {text.UNVERIFIED[text.check_language(lang)]}"


def table_name(table: Any) -> str | None:
    """Code table by its circular; a general plan's legend by its own name."""
    name = plain(table)
    return None if name is None else _TABLE_NAMES.get(name, name)


def code_name(code: str, table: str | None, decisions: Decisions, lang: str) -> str:
    """Name of a code in its table, in a general plan's legend, or outside both tables."""
    if table in codes.TABLES and (found := codes.lookup(code, table)) is not None:
        return found.name(lang)
    if (row := legend_row(code, table, decisions)) is not None:
        named = plain(row.get(f"name_{lang}")) or plain(row.get("name_vi"))
        if named is not None:
            return named
    if (other := codes.outside(code)) is not None:
        return f"{other.name(lang)} ({word('outside_code', lang)})"
    return word("unknown_code", lang)


def legend_row(code: str, table: str | None, decisions: Decisions) -> Mapping[str, object] | None:
    """Row of a general plan's legend that explains a symbol."""
    legend = decisions.legend
    if legend is None or table is None:
        return None
    rows = legend[(legend["code"] == code) & (legend["code_table"] == table)]
    return None if rows.empty else {str(key): value for key, value in rows.iloc[0].items()}


def product_name(product: Any, lang: str) -> str | None:
    """Name of a product of the register; any other product by its own words."""
    name = plain(product)
    if name is None:
        return None
    try:
        return products.product(name).name(lang)
    except NotFoundError:
        return name


def span(start: Any, end: Any, lang: str) -> str | None:
    """Period between two ISO days, for example ``từ 2025-07-01``."""
    first, last = plain(start), plain(end)
    if first is None and last is None:
        return None
    parts = [f"{word('since', lang)} {first}" if first else ""]
    parts.append(f"{word('until', lang)} {last or word('today', lang)}")
    return " ".join(filter(None, parts))
