"""Columns that hold personal data, and columns that only look like them."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks import texts

_Kinds = tuple[tuple[str, tuple[str, ...], Callable[[np.random.Generator], Any]], ...]

_FAMILIES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Phan")
_MIDDLES: Final = ("Văn", "Thị", "Minh", "Thanh", "Ngọc", "Đức", "Kim", "Tấn", "Hữu", "Xuân")
_GIVEN: Final = ("An", "Bình", "Cường", "Dũng", "Hạnh", "Lan", "Mai", "Sơn", "Tâm", "Thủy", "Vân")
_PREFIXES: Final = ("Ông ", "Bà ", "Hộ ông ", "Hộ bà ", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCase:
    """One column, and whether it holds personal data."""

    kind: str
    name: str
    values: list[Any]
    personal: bool


def cases(rows: int, rng: np.random.Generator) -> list[PeopleCase]:
    """Make columns of personal data under telling and under silent names, and their clean twins."""
    made = []
    for personal, kinds in ((True, _PERSONAL), (False, _PLAIN)):
        for kind, names, draw in kinds:
            for name in names:
                values = [draw(rng) for _ in range(rows)]
                made.append(PeopleCase(kind=kind, name=name, values=values, personal=personal))
    return made


def _pick(rng: np.random.Generator, among: Any) -> Any:
    return among[int(rng.integers(len(among)))]


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def person(rng: np.random.Generator) -> str:
    """Draw a person's name as it stands in a cadastral file."""
    family, middle, given = (_pick(rng, each) for each in (_FAMILIES, _MIDDLES, _GIVEN))
    return f"{_pick(rng, _PREFIXES)}{family} {middle} {given}"


def _bare_person(rng: np.random.Generator) -> str:
    """Draw a name as old systems hold it: capitals without accents."""
    marks = unicodedata.normalize("NFD", person(rng)).replace("Đ", "D").replace("đ", "d")
    return "".join(each for each in marks if not unicodedata.combining(each)).upper()


def _holder(rng: np.random.Generator) -> str:
    """Draw who holds a parcel: mostly people, some offices."""
    return person(rng) if rng.uniform() < 0.7 else str(_pick(rng, _OFFICES))


def _couple(rng: np.random.Generator) -> str:
    return f"{person(rng)} và vợ là {person(rng)}"


def _born(rng: np.random.Generator) -> int:
    return int(rng.integers(1930, 2004))


def _citizen(rng: np.random.Generator) -> str:
    # province, century and sex, year of birth, number
    return f"051{_pick(rng, '0123')}{_born(rng) % 100:02d}{_digits(rng, 6)}"


def _old_card(rng: np.random.Generator) -> str:
    return f"21{_digits(rng, 7)}"


def _phone(rng: np.random.Generator) -> str:
    return f"0{_pick(rng, ('90', '91', '98', '35', '77', '79', '86'))}{_digits(rng, 7)}"


def _certificate(rng: np.random.Generator) -> str:
    return f"{_pick(rng, ('BX', 'CĐ', 'CH', 'DA', 'BK'))} {_digits(rng, 6)}"


_OFFICES: Final = (
    "UBND xã Bình Châu",
    "Công ty TNHH Doosan Enerbility",
    "HTX nông nghiệp Bình Hải",
    "Trường THCS Nguyễn Tự Tân",
)
#: Streets and schools are called after people.
_STREETS: Final = ("Nguyễn Huệ", "Lê Lợi", "Trần Hưng Đạo", "Phạm Văn Đồng", "Võ Nguyên Giáp")


#: Kind, names of columns (the last says nothing), how a value is drawn.
_PERSONAL: Final[_Kinds] = (
    ("person", ("TenChu", "chu_su_dung", "HoTen", "Chủ sử dụng đất", "TENCHUSDD", "F7"), person),
    ("person", ("F8", "COT12"), _bare_person),
    ("person", ("DoiTuong", "F11"), _holder),
    ("person", ("NguoiSD",), _couple),
    ("birth year", ("NamSinh", "nam_sinh", "Năm sinh"), _born),
    ("identity card", ("CMND", "SoCCCD", "so_giay_to", "COT3"), _citizen),
    ("old identity card", ("SoCMND", "cmt"), _old_card),
    ("telephone", ("DienThoai", "SDT", "F9"), _phone),
    ("certificate", ("SoGCN", "so_phat_hanh", "SoSeri"), _certificate),
)
_PLAIN: Final[_Kinds] = (
    (
        "hamlet",
        ("thon", "xom"),
        lambda rng: _pick(rng, ("Sơn Viên", "Lệ Sơn", "Thuận An", "Hội Sơn")),
    ),
    ("commune", ("xa", "TenXa"), lambda rng: _pick(rng, ("Bình Châu", "Vạn Tường", "Đông Sơn"))),
    ("road", ("ten_duong", "tuyen"), lambda rng: f"Đường số {int(rng.integers(1, 40))}"),
    ("street", ("ten_pho", "duong"), lambda rng: _pick(rng, _STREETS)),
    ("office", ("co_quan", "F6"), lambda rng: _pick(rng, _OFFICES)),
    ("parcel code", ("MaThuaDat",), lambda rng: f"0512104{_digits(rng, 5)}"),
    ("date", ("ngay_cap_nhat",), lambda rng: f"{int(rng.integers(1, 29)):02d}/06/2024"),
    ("land", ("ghi_chu", "TenLoaiDat"), lambda rng: _pick(rng, texts.PHRASES)),
    ("area", ("dt_quy_hoach", "DTPL"), lambda rng: round(float(rng.uniform(50, 5000)), 1)),
    ("map year", ("nam_do_ve", "NamQH"), lambda rng: int(rng.integers(1998, 2026))),
    ("decision", ("so_qd",), lambda rng: f"{int(rng.integers(1, 3000))}/QĐ-UBND"),
    ("object id", ("OBJECTID", "ma_thua"), lambda rng: int(rng.integers(1, 10**6))),
    ("height", ("do_cao", "F4"), lambda rng: round(float(rng.uniform(0, 300)), 2)),
    ("product", ("san_pham",), lambda rng: _pick(rng, ("Hành tím", "Chanh thơm", "Nghệ", "Nén"))),
    (
        "cooperative",
        ("don_vi",),
        lambda rng: _pick(rng, ("HTX Bình Hải", "UBND xã", "Cty Dung Quất")),
    ),
)
