"""Vietnamese text in the encodings that offices left behind, by tables of its own.

The tables of TCVN3 and VISCII are what ``iconv -f UTF-8 -t TCVN5712-1`` (and ``VISCII``) writes for
`LETTERS`; those of VPS and VNI were read off their published layouts. Capitals with a tone have no
place in TCVN3 as offices used it, nor one free of control characters in VPS and VISCII, so the
words here have none.
"""

import unicodedata
from typing import Final

import numpy as np

LETTERS: Final = "áàảãạâấầẩẫậăắằẳẵặéèẻẽẹêếềểễệóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựíìỉĩịýỳỷỹỵđÂĂÊÔƠƯĐ"
_BYTES: Final = {
    "tcvn3": "b8b5b6b7b9a9cac7c8c9cba8bebbbcbdc6d0cccecfd1aad5d2d3d4d6e3dfe1e2e4abe8e5e6e7e9ac"
    "edeaebeceef3eff1f2f4adf8f5f6f7f9ddd7d8dcdefdfafbfcfeaea2a1a3a4a5a6a7",
    "viscii": "e1e0e4e3d5e2a4a5a6e7a7e5a1a2c6c7a3e9e8eba8a9eaaaabacadaef3f2f6f5f7f4afb0b1b2b5bd"
    "beb6b7defefaf9fcfbf8dfd1d7d8e6f1edecefeeb8fdcfd6dbdcf0c2c5cad4b4bfd0",
    "vps": "e1e0e4e3e5e2c3c0c4c5c6e6a1a2a3a4a5e9e8c8ebcbea898a8bcd8cf3f2d5f586f4d3d2b087b6d6"
    "a7a9aaabaefaf9fbdbf8dcd9d8babbbfedecccefce9aff9bcf9cc7c288cad4f7d0f1",
}
_TABLES: Final = {
    name: dict(zip(LETTERS, bytes.fromhex(listed), strict=True)) for name, listed in _BYTES.items()
}
#: VNI writes a base letter and a mark after it; these letters are one byte.
_VNI_LETTERS: Final = dict(zip("íìỉĩịỵđơư", bytes.fromhex("edece6f3f2eef1f4f6"), strict=True))
#: Acute, grave, hook, tilde, dot below.
_TONES: Final = "\u0301\u0300\u0309\u0303\u0323"
_VNI_MARKS: Final = {
    "": dict(zip(_TONES, bytes.fromhex("f9f8fbf5ef"), strict=True)),
    "\u0302": dict(zip(("", *_TONES), bytes.fromhex("e2e1e0e5e3e4"), strict=True)),
    "\u0306": dict(zip(("", *_TONES), bytes.fromhex("eae9e8fafceb"), strict=True)),
}
#: Capital letters of VNI are this much lower.
_CAPITAL: Final = 0x20

ENCODINGS: Final = ("tcvn3", "vni", "viscii", "vps", "cp1258")

#: What offices write into such columns.
PHRASES: Final = (
    "Đất trồng lúa nước còn lại",
    "Đất chuyên trồng lúa nước",
    "Đất trồng cây lâu năm",
    "Đất bằng trồng cây hàng năm khác",
    "Đất rừng sản xuất là rừng trồng",
    "Đất nuôi trồng thủy sản nước ngọt",
    "Đất ở tại nông thôn",
    "Đất làm nghĩa trang, nghĩa địa",
    "Đất có mặt nước chuyên dùng",
    "Đất giao thông nội đồng",
    "Đất sản xuất vật liệu xây dựng, làm đồ gốm",
    "Đất cơ sở tín ngưỡng",
    "Đất bãi thải, xử lý chất thải",
    "Đất bằng chưa sử dụng",
    "Đất đồi núi chưa sử dụng",
    "Thôn Phú Lễ 1",
    "Thôn Đông Thuận",
    "Thôn Mỹ Thiện",
    "Thôn Vĩnh Trà",
    "Thôn Hải Ninh",
    "Thôn Phước Thọ",
    "Xóm Gò Dũng, thôn Tuyết Diêm",
    "Xã Bình Thạnh, huyện Bình Sơn",
    "Xã Bình Thanh, huyện Bình Sơn",
    "Xã Vạn Tường",
    "Xã Bình Châu, tỉnh Quảng Ngãi",
    "Đường bê tông liên thôn",
    "Đường tỉnh 621 đi cảng Dung Quất",
    "Kênh mương thủy lợi Thạch Nham",
    "Vườn ổi, trồng xen bưởi và chuối",
    "Ruộng hành tím ven biển",
    "Rẫy nghệ, đã chuyển đổi từ đất mì",
    "Hợp tác xã nông nghiệp Bình Hải",
    "Khu dân cư dọc đường gom",
    "Lò gốm cũ, nay bỏ trống",
    "Cồn cát ven cửa Sa Cần",
    "Ranh giới theo bản đồ địa chính đo vẽ mới",
    "Chưa xác định được mục đích sử dụng",
    "Quy hoạch mở rộng nhà xưởng chế biến",
    "Giữ nguyên hiện trạng đến năm 2030",
)
#: Names alone: few different words, and little in each to go by.
NAMES: Final = (
    "Sơn Viên", "Lệ Sơn", "Thuận An", "Hội Sơn", "Phú Lễ", "Long Hội", "Đông Thuận", "Mỹ Thiện",
    "Vĩnh Trà", "Thuận Phước", "Phước Thọ", "Tuyết Diêm", "Vạn Tường", "Hải Ninh", "Lạc Sơn",
    "An Cường", "Thạch Nham", "Mỹ Huệ", "Phú Long", "Định Tân", "Châu Thuận", "Gành Cả", "Bình Tân",
    "Đức An", "Nam Bình", "Tây Thuận", "Liên Trì", "Hòa Bình", "Thọ An", "An Phong", "Sơn Trà",
    "Trung Tín", "Ngọc Trì", "Tham Hội", "Phú Nhiêu", "Cù Và", "Giao Thủy", "Đồng Tràm", "Xóm Bàu",
)  # fmt: skip
#: What stands in columns without any accent.
PLAIN: Final = (
    "LUC",
    "LUK",
    "BHK",
    "To 5",
    "thua 120",
    "QL1A",
    "DT621",
    "KCN Dung Quat",
    "0.35",
    "",
)


def encode(text: str, encoding: str) -> bytes:
    """Write text in one of `ENCODINGS`, or in any that Python knows.

    Raises
    ------
    ValueError
        When the encoding has no place for a letter.
    """
    composed = unicodedata.normalize("NFC", text)
    if encoding in _TABLES:
        table = _TABLES[encoding]
        return bytes(table[letter] if letter in table else _ascii(letter) for letter in composed)
    if encoding == "vni":
        return b"".join(_vni(letter) for letter in composed)
    if encoding == "cp1258":
        return b"".join("".join(_toned(letter)).encode("cp1258") for letter in composed)
    return composed.encode(encoding)


def _ascii(letter: str) -> int:
    if ord(letter) > 0x7F:
        message = f"no place for {letter!r}"
        raise ValueError(message)
    return ord(letter)


def _toned(letter: str) -> tuple[str, str]:
    """Take the tone off a letter: ``ậ`` is ``â`` and a dot below."""
    marks = unicodedata.normalize("NFD", letter)
    tone = "".join(mark for mark in marks if mark in _TONES)
    rest = "".join(mark for mark in marks if mark not in _TONES)
    return unicodedata.normalize("NFC", rest), tone


def _vni(letter: str) -> bytes:
    down = _CAPITAL if letter.isupper() else 0
    if letter.lower() in _VNI_LETTERS:
        return bytes([_VNI_LETTERS[letter.lower()] - down])
    base, tone = _toned(letter)
    if base.lower() in _VNI_LETTERS:
        return bytes([_VNI_LETTERS[base.lower()] - down, _VNI_MARKS[""][tone] - down])
    plain, *shape = list(unicodedata.normalize("NFD", base))
    marks = _VNI_MARKS["".join(shape)]
    if tone not in marks:
        return bytes([_ascii(plain)])
    return bytes([_ascii(plain), marks[tone] - down])


def misread(raw: bytes) -> str:
    """Read bytes as Windows software of the West does; what it does not know, as Latin-1."""
    return "".join(_western(byte) for byte in raw)


def _western(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def column(rows: int, rng: np.random.Generator, *, names: bool = False) -> list[str]:
    """Draw a column of text: a few names, or a handful of phrases, that come again and again."""
    among, low, high = (NAMES, 3, 8) if names else (PHRASES, 6, 20)
    some = rng.choice(among, int(rng.integers(low, high)), replace=False)
    return [str(each) for each in rng.choice(some, rows)]
