"""Vietnamese and English text: search keys, numbers, dates, and the words people read."""

import codecs
import math
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from gis.errors import InputError

LANGUAGES: Final = ("vi", "en")

NOTICE: Final[Mapping[str, str]] = MappingProxyType(
    {"vi": "minh họa, không có giá trị pháp lý", "en": "schematic, not a legal record"}
)
UNVERIFIED: Final[Mapping[str, str]] = MappingProxyType(
    {"vi": "cần cơ quan đất đai xem xét", "en": "needs review by the land office"}
)
UNKNOWN: Final = "-"

CONSOLE_FALLBACK: Final = "vung-fold"

#: Numbers from here on have more digits than they know.
_PLAIN: Final = 1e15
_D_WITH_STROKE: Final = str.maketrans("đĐ", "dD")

# kind -> key -> (Vietnamese, English)
_LABELS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "verdict": {
        "fits": ("phù hợp", "fits"),
        "procedure": ("phù hợp, phải làm thủ tục", "fits after a procedure"),
        "review": ("cần xem xét", "needs review"),
        "outside": ("ngoài phạm vi quy hoạch", "outside the plan"),
        "conflict": ("không phù hợp", "conflict"),
    },
    "use": {
        "annual_crop": ("cây hằng năm", "annual crop"),
        "perennial_crop": ("cây lâu năm", "perennial crop"),
        "clay_pit": ("khai thác đất sét", "clay pit"),
        "workshop": ("xưởng, lò nung", "workshop or kiln"),
    },
    "status": {
        "current": ("hiện trạng", "current"),
        "planned": ("quy hoạch", "planned"),
        "existing": ("đang sản xuất", "existing"),
        "proposed": ("đề xuất", "proposed"),
        "candidate": ("phương án", "candidate"),
        "draft": ("dự thảo", "draft"),
        "submitted": ("đã trình", "submitted"),
        "returned": ("trả lại", "returned"),
        "approved": ("đã duyệt", "approved"),
        "rejected": ("không duyệt", "rejected"),
        "withdrawn": ("đã rút", "withdrawn"),
        "superseded": ("đã thay thế", "superseded"),
    },
    "plan_kind": {
        "land_use_plan": ("quy hoạch sử dụng đất", "land-use plan"),
        "general_plan": ("quy hoạch chung xã", "commune general plan"),
    },
    "constraint_kind": {
        "economic_zone": ("khu kinh tế", "economic zone"),
        "mangrove": ("rừng ngập mặn", "mangrove"),
        "river": ("sông, hành lang sông", "river and its corridor"),
        "road": ("đường, hành lang đường bộ", "road and its corridor"),
        "protection_forest": ("rừng phòng hộ", "protection forest"),
        "high_quality_rice_zone": (
            "vùng lúa năng suất, chất lượng cao",
            "high-yield, high-quality rice zone",
        ),
        "annual_plan_project": (
            "công trình, dự án trong kế hoạch sử dụng đất hằng năm",
            "project of the annual land-use plan",
        ),
        "relic": ("di tích, danh lam thắng cảnh", "relic or scenic site"),
        "forbidden_mineral_area": (
            "khu vực cấm hoạt động khoáng sản",
            "area closed to mineral activity",
        ),
        "other": ("khu vực hạn chế khác", "other constraint"),
    },
    "constraint_effect": {
        "block": ("không được phép", "blocks"),
        "flag": ("cần lưu ý", "flags"),
    },
    "severity": {
        "error": ("lỗi", "error"),
        "warning": ("cảnh báo", "warning"),
        "info": ("thông tin", "note"),
    },
    "finding_family": {
        "overlap": ("Chồng lấn", "Overlaps"),
        "gap": ("Khe hở", "Gaps"),
    },
    "repair_total": {
        "area_before_m2": ("tổng diện tích trước khi sửa (m²)", "area before (m²)"),
        "gained_m2": ("các đối tượng nhận thêm (m²)", "gained by features (m²)"),
        "lost_m2": ("các đối tượng mất đi (m²)", "lost by features (m²)"),
        "area_after_m2": ("tổng diện tích sau khi sửa (m²)", "area after (m²)"),
        "difference_m2": ("chênh lệch cân đối (m²)", "difference of the balance (m²)"),
        "covered_before_m2": ("diện tích phủ trước khi sửa (m²)", "ground covered before (m²)"),
        "overlap_removed_m2": ("phần chồng đã bỏ (m²)", "overlap removed (m²)"),
        "covered_after_m2": ("diện tích phủ sau khi sửa (m²)", "ground covered after (m²)"),
    },
    "fix": {
        "snap": ("bắt điểm về ranh", "snap to the border"),
        "fill": ("lấp khe hở", "fill the gap"),
        "trim": ("cắt phần chồng", "trim the overlap"),
        "merge": ("gộp vào thửa kề", "merge into the neighbour"),
        "insert-vertex": ("thêm đỉnh", "insert the vertex"),
        "drop": ("bỏ bản trùng", "drop the duplicate"),
        "rounding": ("làm tròn", "rounding"),
        "ring": ("sửa vòng ranh khi nạp", "repair the ring on import"),
    },
    "colour_status": {
        "consensus": ("nhiều nguồn thống nhất", "several sources agree"),
        "provisional": ("tạm", "provisional"),
    },
    "succession": {
        "same": ("giữ nguyên", "same"),
        "renamed": ("đổi tên", "renamed"),
        "merged": ("gộp", "merged"),
        "split": ("tách, không có mã thay thế duy nhất", "split, no single successor"),
        "none": ("không có mã thay thế", "no successor"),
    },
    "outside_kind": {
        "planning_label": ("nhãn của biểu quy hoạch", "label of planning tables"),
        "functional_zone": ("khu chức năng", "functional zone"),
        "legacy": ("mã cũ trước năm 2014", "code from before 2014"),
        "land_user": ("mã người sử dụng đất", "land-user code"),
        "land_manager": ("mã người quản lý đất", "land-manager code"),
    },
    "stars_status": {
        "recognised": ("đã công nhận", "recognised"),
        "expired": ("hết hạn", "expired"),
        "doubtful": ("khả năng không được công nhận lại", "renewal doubtful"),
    },
    "attribute": {
        "name": ("tên", "name"),
        "growing_commune": ("xã trồng", "growing commune"),
        "workshop_commune": ("xã có xưởng", "workshop commune"),
        "production_commune": ("xã sản xuất", "production commune"),
        "clay_source_commune": ("xã lấy đất sét", "clay source commune"),
        "village": ("thôn", "village"),
        "area": ("diện tích", "area"),
        "households": ("số hộ", "households"),
        "output": ("sản lượng", "output"),
        "yield_per_crop": ("năng suất một vụ", "yield per crop"),
        "yield_per_year": ("năng suất một năm", "yield per year"),
        "crops_per_year": ("số vụ một năm", "crops per year"),
        "soil": ("đất", "soil"),
        "water": ("nước", "water"),
        "agronomy": ("canh tác", "cultivation"),
        "season": ("mùa vụ", "season"),
        "traits": ("đặc tính", "traits"),
        "species": ("loài", "species"),
        "variety_origin": ("nguồn giống", "origin of the variety"),
        "propagation": ("nhân giống", "propagation"),
        "former_crop": ("cây trồng trước", "former crop"),
        "starch_ratio": ("tỷ lệ tinh bột", "starch ratio"),
        "support_minimum_area": ("diện tích tối thiểu được hỗ trợ", "least area supported"),
        "vietgap_area": ("diện tích VietGAP", "VietGAP area"),
        "collective_mark": ("nhãn hiệu tập thể", "collective mark"),
        "processing": ("chế biến", "processing"),
        "producer": ("người sản xuất", "producer"),
        "clay_shortage": ("thiếu đất sét", "clay shortage"),
        "clay_demand": ("nhu cầu đất sét", "clay demand"),
        "clay_reserve": ("trữ lượng đất sét", "clay reserve"),
        "clay_specification": ("yêu cầu đất sét", "clay specification"),
        "fish_volume": ("lượng cá", "fish volume"),
        "squid_volume": ("lượng mực", "squid volume"),
        "district_instruction": ("chỉ đạo của huyện", "instruction of the district"),
        "heritage": ("di sản", "heritage"),
        "ocop_stars": ("hạng sao OCOP", "OCOP stars"),
        "ocop_assessment": ("kết quả đánh giá OCOP", "OCOP assessment"),
        "ocop_decision": ("quyết định công nhận OCOP", "OCOP decision"),
        "ocop_holder": ("chủ thể OCOP", "OCOP holder"),
        "ocop_certificate_date": ("ngày công nhận OCOP", "date of the OCOP certificate"),
        "ocop_expiry": ("hết hạn OCOP", "OCOP expiry"),
    },
    "fact_status": {
        "verified": ("đã kiểm chứng trong nguồn", "read in its source"),
        "conflicting": ("các nguồn mâu thuẫn", "sources conflict"),
        "claimed": ("theo lời người sản xuất", "a producer's claim"),
        "proposed": ("mới đề nghị, chưa thấy quyết định", "proposed, no decision found"),
        "derived": ("suy ra", "derived"),
        "unresolved": ("chưa xác định", "unresolved"),
        "elsewhere": ("số liệu của nơi khác", "figure from elsewhere"),
        "not found": ("chưa tìm thấy", "not found"),
    },
}


def nfc(text: str) -> str:
    """Text with each letter and its marks as one character where Unicode has one."""
    return unicodedata.normalize("NFC", text)


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def search_key(text: str) -> str:
    """Key for a search box: no case, no diacritics, đ as d, single spaces.

    It is for finding candidates only, never an identity: Bình Thạnh and Bình Thanh are two
    communes and have one key.

    Examples
    --------
    >>> search_key("  Thị trấn  CHÂU Ổ")
    'thi tran chau o'
    >>> search_key("Đông Sơn")
    'dong son'
    """
    # marks go first, for casefold would turn the combining iota into a letter
    folded = _without_marks(_without_marks(text).casefold())
    return " ".join(folded.translate(_D_WITH_STROKE).split())


def check_language(lang: str) -> str:
    """Return `lang` when it is one of the two languages.

    Raises
    ------
    InputError
        When it is neither ``vi`` nor ``en``.
    """
    if lang not in LANGUAGES:
        raise InputError(
            f"Language {lang!r} is not known; use vi or en.",
            vi=f"Không có ngôn ngữ {lang!r}; hãy dùng vi hoặc en.",
        )
    return lang


def format_number(value: float | Decimal | None, decimals: int, lang: str) -> str:
    """Write a number for people: ``1.234,56`` in Vietnamese, ``1,234.56`` in English.

    Parameters
    ----------
    value
        The number; None and NaN are unknown and give a dash, never a zero.
    decimals
        How many digits follow the decimal mark.
    lang
        ``vi`` or ``en``.

    Examples
    --------
    >>> format_number(1234.5, 2, "vi")
    '1.234,50'
    """
    check_language(lang)
    if decimals < 0:
        raise InputError(
            f"A number cannot have {decimals} decimals; use zero or more.",
            vi=f"Số không thể có {decimals} chữ số thập phân; hãy dùng từ 0 trở lên.",
        )
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        raise InputError(
            f"{value} cannot be written as a number; check the value it came from.",
            vi=f"{value} không viết được thành số; hãy kiểm tra giá trị gốc.",
        )
    # z: a value that rounds to zero is not written with a minus sign; beyond what a map can hold,
    # digits tell nothing
    form = f"z,.{decimals}f" if abs(float(value)) < _PLAIN else ".3g"
    english = format(value, form)
    return english if lang == "en" else english.translate(str.maketrans(",.", ".,"))


def format_date(value: date, lang: str) -> str:
    """Write a day for people: ``31/12/2025`` in Vietnamese, ``2025-12-31`` in English."""
    if check_language(lang) == "en":
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def label_keys(kind: str) -> tuple[str, ...]:
    """Keys that have a label of this kind, in their natural order.

    Raises
    ------
    InputError
        When there is no such kind of label.
    """
    if kind not in _LABELS:
        raise InputError(
            f"There are no labels of kind {kind!r}; the kinds are {list(_LABELS)}.",
            vi=f"Không có nhóm nhãn {kind!r}; các nhóm là {list(_LABELS)}.",
        )
    return tuple(_LABELS[kind])


def label(kind: str, key: str, lang: str) -> str:
    """Words for a key of the code, for example ``label("verdict", "fits", "vi")``.

    Raises
    ------
    InputError
        When the kind, the key or the language is not known.
    """
    keys = label_keys(kind)
    if key not in keys:
        raise InputError(
            f"{key!r} is not a {kind}; it is one of {list(keys)}.",
            vi=f"{key!r} không có trong nhóm {kind}; hãy chọn một trong {list(keys)}.",
        )
    return _LABELS[kind][key][LANGUAGES.index(check_language(lang))]


def _fold_for_console(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii_of, error.object[error.start : error.end])), error.end


def _ascii_of(char: str) -> str:
    if unicodedata.combining(char):
        # of a decomposed letter the base has already been printed
        return ""
    base = _without_marks(char).translate(_D_WITH_STROKE)
    return base if base.isascii() and base.isalnum() else "?"


def register_console_fallback() -> str:
    """Make the encoding error handler ``vung-fold`` known and return its name.

    A console that cannot show Vietnamese then prints the unaccented letter (ạ as a, đ as d, ² as
    2), and a question mark for any other character it lacks.

    Examples
    --------
    >>> "Vạn Tường".encode("ascii", errors=register_console_fallback())
    b'Van Tuong'
    """
    codecs.register_error(CONSOLE_FALLBACK, _fold_for_console)
    return CONSOLE_FALLBACK
