"""Legend of the invented commune general plan, and the local decision tables of the demo."""

import csv
from collections.abc import Iterable
from pathlib import Path

from plan import GENERAL_PLAN_TABLE

BASIS = "minh họa; ký hiệu riêng của đồ án / schematic; the plan's own symbol"

# code, Vietnamese and English name, code of tt08-2024 (empty: a person must decide), colour
LEGEND = (
    ("NN-LUA", "Đất nông nghiệp trồng lúa", "Agriculture: rice", "LUA", "#fffc82"),
    ("NN-HN", "Đất nông nghiệp trồng cây hằng năm", "Agriculture: annual crops", "HNK", "#fff0b4"),
    (
        "NN-LN",
        "Đất nông nghiệp trồng cây lâu năm",
        "Agriculture: perennial crops",
        "CLN",
        "#ffd2a0",
    ),
    ("NN-TS", "Đất nuôi trồng thủy sản", "Aquaculture", "NTS", "#aaffff"),
    ("NN-CNC", "Vùng nông nghiệp công nghệ cao", "High-technology farming", "", "#d8e68c"),
    ("LN-SX", "Rừng sản xuất", "Production forest", "RSX", "#b4ffb4"),
    ("LN-PH", "Rừng phòng hộ", "Protection forest", "RPH", "#beff1e"),
    ("DO-HT", "Khu dân cư hiện trạng cải tạo", "Existing homes, improved", "ONT", "#ffd0ff"),
    ("DO-M", "Khu dân cư mới", "New homes", "ONT", "#ff9ee0"),
    ("HH", "Khu hỗn hợp ở và dịch vụ", "Mixed homes and services", "", "#f0a0a0"),
    ("CN", "Khu công nghiệp", "Industrial park", "SKK", "#faaaa0"),
    ("TTCN", "Tiểu thủ công nghiệp, làng nghề", "Crafts and small industry", "SKC", "#e6a0b4"),
    ("DV-DL", "Dịch vụ, du lịch, thương mại", "Services, tourism, trade", "TMD", "#ffaa78"),
    (
        "CC",
        "Công trình công cộng, trụ sở, tôn giáo",
        "Public and religious buildings",
        "",
        "#ffaaa0",
    ),
    ("CX", "Cây xanh, thể dục thể thao", "Parks and sports", "DKV", "#78d278"),
    ("CXCL", "Cây xanh cách ly", "Buffer green", "", "#a0d2a0"),
    ("HTKT", "Hạ tầng kỹ thuật", "Technical infrastructure", "", "#c8aac8"),
    ("GT", "Giao thông", "Transport", "DGT", "#ffaa32"),
    ("MN", "Mặt nước, sông, hồ, kênh", "Water, rivers, lakes, canals", "", "#a0ffff"),
    ("ND", "Nghĩa trang", "Cemetery", "NTD", "#d2d2d2"),
    ("QP", "Quốc phòng, an ninh", "Defence and security", "CQP", "#ff6450"),
    ("DTR", "Đất dự trữ phát triển", "Reserve for development", "", "#f0f0dc"),
)

MARK = "MINH HỌA / SCHEMATIC"
DEMO = "số liệu minh họa, không phải quyết định thật / invented for the demo, not a real decision"

SPECIES = (
    ("chanh_thom", "Citrus aurantiifolia (Christm.) Swingle", "2025-01-01", "", f"{MARK} 01/2025"),
    (
        "chanh_thom",
        "Citrus × latifolia (Yu.Tanaka) Tanaka",
        "2025-01-01",
        "2026-12-31",
        f"{MARK} 01/2025",
    ),
)
CONVERSION = (
    (2024, "21067", "hanh_tim", 42.0),
    (2024, "21109", "nen", 6.5),
    (2024, "21112", "nghe_vang", 9.0),
    (2024, "21091", "chanh_thom", 5.0),
    (2025, "21067", "hanh_tim", 45.0),
    (2025, "21109", "nen", 16.0),
    (2025, "21112", "nghe_vang", 10.0),
    (2025, "21091", "chanh_thom", 9.0),
    (2026, "21061", "hanh_tim", 48.0),
    (2026, "21109", "nen", 16.0),
    (2026, "21109", "nghe_vang", 12.0),
    (2026, "21109", "chanh_thom", 9.0),
)
DELEGATIONS = (
    (
        "conversion",
        "Ủy ban nhân dân huyện Bình Sơn",
        "People's Committee of Bình Sơn district",
        "2014-07-01",
        "2025-06-30",
        f"{MARK} A",
    ),
    (
        "conversion",
        "Chủ tịch Ủy ban nhân dân cấp xã",
        "Chair of the commune People's Committee",
        "2025-07-01",
        "2026-01-30",
        f"{MARK} B",
    ),
    (
        "conversion",
        "Cơ quan được Ủy ban nhân dân tỉnh phân cấp",
        "Body to which the provincial People's Committee delegates",
        "2026-01-31",
        "2027-02-28",
        f"{MARK} C",
    ),
    (
        "allocation",
        "Cơ quan được Ủy ban nhân dân tỉnh phân cấp",
        "Body to which the provincial People's Committee delegates",
        "2026-01-31",
        "2027-02-28",
        f"{MARK} C",
    ),
    (
        "crop_conversion",
        "Chủ tịch Ủy ban nhân dân cấp xã",
        "Chair of the commune People's Committee",
        "2024-09-11",
        "",
        f"{MARK} D",
    ),
    (
        "mineral_licence",
        "Ủy ban nhân dân tỉnh Quảng Ngãi",
        "People's Committee of Quảng Ngãi province",
        "2014-07-01",
        "",
        f"{MARK} E",
    ),
)


def write_legend(path: Path) -> None:
    """Write the legend table of the general plan."""
    header = [
        "code_table",
        "code",
        "name_vi",
        "name_en",
        "land_use_code",
        "land_use_code_table",
        "colour",
        "basis",
    ]
    rows = [
        (GENERAL_PLAN_TABLE, code, vi, en, target, "tt08-2024" if target else "", colour, BASIS)
        for code, vi, en, target, colour in LEGEND
    ]
    _write(path, header, rows)


def write_species(path: Path) -> None:
    """Write the perennial species allowed on rice land."""
    header = ["product", "species", "valid_from", "valid_to", "decision", "source"]
    _write(path, header, [(*row, DEMO) for row in SPECIES])


def write_conversion(path: Path) -> None:
    """Write the yearly crop-conversion plans of the communes."""
    header = ["year", "commune_code", "product", "area_ha", "decision", "source"]
    _write(path, header, [(*row, f"{MARK} {row[0]}", DEMO) for row in CONVERSION])


def write_delegations(path: Path) -> None:
    """Write who decides what, and when."""
    header = ["matter", "body_vi", "body_en", "valid_from", "valid_to", "decision", "source"]
    _write(path, header, [(*row, DEMO) for row in DELEGATIONS])


DECISIONS = {
    "perennial_species.csv": write_species,
    "crop_conversion_plan.csv": write_conversion,
    "delegations.csv": write_delegations,
}


def _write(path: Path, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
