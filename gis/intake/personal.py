"""What shows that texts are about people: names, numbers of cards, phones, certificates.

Names are known by the surnames that nearly all Vietnamese share, with the middle names Văn and Thị
or a title before them; numbers by how they are built. Organisations are no people.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from gis import text
from gis.intake import detection, legacy_text, names

#: What a personal column holds, in words, Vietnamese and English.
KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "owner": ("tên người sử dụng đất", "names of land users"),
        "birth": ("năm sinh, ngày sinh", "years or days of birth"),
        "id-number": ("số CMND, CCCD", "numbers of identity cards"),
        "phone": ("số điện thoại", "phone numbers"),
        "email": ("địa chỉ thư điện tử", "e-mail addresses"),
        "address": ("địa chỉ của người sử dụng đất", "addresses of land users"),
        "certificate": ("số giấy chứng nhận", "numbers of land certificates"),
        "tax-number": ("mã số thuế", "tax numbers"),
        "trait": ("thông tin khác về cá nhân", "other facts about people"),
        "note": ("ghi chú về cá nhân", "notes about people"),
    }
)

# over `names.key` of a column, of which DBF keeps ten letters
_NAMED: Final = {
    kind: re.compile("|".join(patterns))
    for kind, patterns in {
        "owner": (
            r"chu|tenchu(?!dautu|truong|de|dt|thich|ki)\w*|chu(?:sd|sud|sohuu|ho)\w*|chu(?:dat|thua)\w*",
            r"(?:ten)?(?:csd|nsd)\w{0,3}|\w+(?:csd|nsd)|thongtinchu\w*|(?:ten)?nguoi\w*|ndd|dongsudung",
            r"ho(?:va)?ten\w*|ten(?:vo|chong|ho(?!chua))\w{0,4}|vochong\w*|thuake\w*|thannhan\w*",
            r"\w*owner\w*|landuser\w*|landlord\w*|farmer\w*|household\w*|hogd\w*|fullname|holder\w*",
        ),
        "birth": (r"(?:nam|ngay|n)s?sinh\w*|ns|ntns|birth\w*|dateofbirt\w*|dob|yob",),
        "id-number": (
            r"(?:so)?(?:cmnd|cccd|cmtnd|cmt)\w{0,6}|(?:so)?(?:cancuoc|chungminh)\w*",
            r"(?:so)?(?:gttt|giayto)\w*|sogt|(?:so|ma)?dinhdanh\w{0,7}",
            r"passport\w*|(?:so)?hochieu|idcard\w*",
        ),
        "phone": (
            r"(?:so)?(?:dienthoa|dthoai)\w*|sdt\w{0,4}|sodt\w{0,4}|(?:so)?didong",
            r"(?:tele)?phone\w*|mobile\w*|tel\w{0,2}|zalo",
        ),
        "email": (r"e?mail\w*|thudientu",),
        "address": (
            r"(?:diachi|dchi|dcchu)(?!thua|dat|khu|td)\w*|\w*thuongtru\w*|hokhau\w*|address\w*",
            r"(?:noi|cho)o\w*|noicutru\w*",
        ),
        "certificate": (
            r"(?:so|ma|sohieu)?(?:gcn|giaychungn)\w*|(?:so)?(?:seri|phathanh|vaoso)\w*|sobia\w*|soph",
        ),
        "trait": (
            r"gioitinh\w*|dantoc\w*|quoctich\w*|ngaycap(?!nhat)\w{0,4}|noicap\w{0,4}",
            r"(?:so)?(?:taikhoan|stk)\w*",
        ),
        "tax-number": (r"mst\w{0,3}|(?:ma)?sothue\w*|masothu",),
    }.items()
}
#: Columns whose texts may look like people and are streets, places, products, decisions, numbers.
_HARMLESS: Final = re.compile(
    r"(?!\w*(?:chu(?!dautu|truong|thich|giai|ky)|nguoi|csd|nsd|owner|holder|hoten))"
    r"(?:ten|ma|so|khu|loai|dia|quyhoach|name)*"
    r"(?:(?:thon(?!gtin)|xom|khom|pho|todanpho|danh|duong(?!su)|street|road|commune|ward|phuong|"
    r"xudong|xa|huyen|tinh|vung|sanpham|product|quyetdinh|decision|duan|congtrinh|project|soto|"
    r"shbando|thua|parcel|sheet|dientich|area|mdsd|loaidat|dat|zoneid|hochua)\w*|to|code|id)"
)
#: After a name: when somebody was born, or a number in brackets.
_BORN: Final = re.compile(r"[\s,(-]+(?:sn|sinh(?: năm)?)?[\s:.]*(?:19|20)\d\d\)?$", re.IGNORECASE)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_SURNAMES: Final = _listed(
    "nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh mai trương cao "
    "đoàn trịnh tạ hà lương lưu châu tô thái lâm tăng quách kiều tống nghiêm vương triệu thạch "
    "phùng giang tiêu lại bạch đào đàm mạc viên khương ninh phí chu doãn hứa thân ông uông cù từ "
    "văn tôn la quan lò vi đồng"
)
#: Those that begin few other names.
_COMMON: Final = _listed(
    "nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi dương đinh trương đoàn trịnh"
)
_PLAIN: Final = _listed("nguyen tran le pham huynh hoang phan vu vo dang bui dinh truong doan")
_MIDDLE: Final = ("văn", "thị")
_PLAIN_MIDDLE: Final = ("van", "thi")


def _cased(words: Sequence[str]) -> str:
    return "|".join(form for word in words for form in (word.capitalize(), word.upper()))


_NAME: Final = (
    rf"(?:{_cased(_SURNAMES)})\s+(?:{_cased(_MIDDLE)})\s+[^\W\d_]+"
    rf"|(?:{_cased(_PLAIN)})\s+(?:{_cased(_PLAIN_MIDDLE)})\s+[^\W\d_]+"
)
_TITLES: Final = r"(?:ông|bà|anh|chị|cụ|chủ\s+hộ|vợ\s+chồng|hộ(?:\s+gia\s+đình)?|ong|ba)"
_TITLED: Final = re.compile(
    rf"(?<!\w)(?i:{_TITLES})\s*:?\s+(?:{_cased(_SURNAMES)}|{_cased(_PLAIN)})\s+[^\W\d_]+"
)
#: A name within a text, unless a street, a school or a bridge bears it.
_GIVEN: Final = re.compile(r"(?i:ông|bà|anh|chị|cụ)\s+[A-ZÀ-ỸĐ][^\W\d_]+")
_WITHIN: Final = re.compile(rf"(?<!\w)(?:{_NAME})")
_BEARER: Final = re.compile(
    r"(?i:đường|phố|trường|cầu|chợ|hẻm|kiệt|ngõ|công viên|tiểu học|thcs|thpt|th|mầm non|mẫu giáo|"
    r"liệt sĩ|anh hùng|lăng|mộ|nhà thờ|tượng đài|duong|truong|cau)[\s.:]*(?:[^\W\d_]+\s+)?$"
)
_WHOLE: Final = re.compile(r"[^\W\d_]+\.?(?: +[^\W\d_]+\.?){1,5}")
_BETWEEN: Final = re.compile(r"\s*(?:[,;+/&]|\s-\s|–|\svà\s|\bva\b)\s*")
_ORGANISATION: Final = re.compile(
    r"^(?:ubnd|ủy ban|uỷ ban|công ty|cty|doanh nghiệp|dntn|hợp tác xã|htx|trường|trạm|ban |bql|"
    r"ngân hàng|chi cục|chi nhánh|hạt |bệnh viện|trung tâm|nhà |chùa|đình|giáo xứ|hội |tập đoàn|"
    r"tổng |xí nghiệp|lâm trường|nông trường|cộng đồng|quỹ|sở |phòng|bộ |công an|lò |cơ sở|chợ|"
    r"hđnd|đất |trụ sở|điện lực|viễn thông|bưu điện|thôn|xóm|tổ |khu |xã |phường|huyện)",
    re.IGNORECASE,
)
_PASSED_ON: Final = re.compile(
    rf"(?<!\w)(?i:của|cho)\s+(?:{_cased(_COMMON)})(?:\s+[A-ZÀ-ỸĐ][^\W\d_]*){{2,3}}"
)
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?![\w.-]{0,99}\bgov\.vn\b)[\w-]+\.\w")
#: Until 2018 some mobile numbers had eleven digits.
_PHONE: Final = re.compile(
    r"(?<![\w.,/+-])(?:\+?84|0)[ .-]?(?:[35789]\d|1[2689]\d)(?:[ .-]?\d){7}(?![.,/-]?\w)"
)
_LAND_LINE: Final = re.compile(r"(?:\+?84|0)2\d{2}[ .-]?\d(?:[ .-]?\d){6}")
#: Province, century and sex, year of birth, serial number.
_ID_12: Final = re.compile(r"0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}")
_ID_SAID: Final = re.compile(
    r"(?<!\w)(?i:cmnd|cccd|cmt|căn cước|chứng minh|định danh)\D{0,20}\d{9}(?:\d{3})?(?!\d)"
)
_SERIAL: Final = re.compile(r"[A-ZĐ]{2}[ .-]?\d{6}(?:\d{2})?|C[HNST][ .-]?\d{5}")
_SERIAL_SAID: Final = re.compile(
    r"(?<!\w)(?i:gcn\w*|giấy chứng nhận|sổ đỏ|bìa đỏ|seri|số phát hành)[^\d\n]{0,30}?"
    r"[A-ZĐ]{1,2}[ .-]?\d{5,8}(?!\d)"
)
_SAID: Final = (_TITLED, _PASSED_ON, _EMAIL, _PHONE, _ID_SAID, _SERIAL_SAID)
_YEAR_OR_DAY: Final = re.compile(
    r"(?:19[0-9]\d|20[0-2]\d)|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d.*"
)
_DIGITS: Final = re.compile(r"\d")
#: So many digits a number has at least.
_DIGITS_OF: Final = {"id-number": 8, "phone": 7, "tax-number": 8, "certificate": 4}

#: A street's name follows the word street within so many letters.
_NEAR: Final = 30
#: Shares of the different values of a column.
_CLEARLY: Final = 0.2
_MOSTLY: Final = 0.6
_FEW: Final = 10
_FAMILIES: Final = 3
_SAMPLE: Final = 20_000
_NAME_LENGTH: Final = 64


def kinds_of_name(name: str) -> list[str]:
    """Return what a column may be called after, if it is something about people."""
    key = names.key(name[:_NAME_LENGTH])
    return [kind for kind, known in _NAMED.items() if known.fullmatch(key)]


def has_harmless_name(name: str) -> bool:
    """Whether a column is called after something that people's names are given to."""
    return _HARMLESS.fullmatch(names.key(name[:_NAME_LENGTH])) is not None


def different(column: "pd.Series[Any]") -> list[str]:
    """Return the different values of a column as text, in readable letters as far as can be."""
    try:
        values = np.asarray(pd.unique(column.dropna()), dtype=object)
    except TypeError:
        # lists and records within a cell name people too
        values = np.asarray(list(dict.fromkeys(map(str, column.dropna()))), dtype=object)
    if pd.api.types.is_numeric_dtype(column):
        return _whole(list(values[:: math.ceil(len(values) / _SAMPLE) or 1]))
    texts = [written for written in map(as_written, values) if written]
    words = detection.chunks(texts)
    if all(detection.judge(word, ()) >= 0 for word in words):
        return texts
    # what nobody could decode may still be a name
    steps = detection.choose(words, detection.OF_TEXT).steps
    return [legacy_text.read(each, steps) or each for each in texts]


def _whole(numbers: Sequence[Any]) -> list[str]:
    """Return whole numbers as text; measured ones are about nobody."""
    whole = [int(each) for each in numbers if np.isfinite(each) and each == int(each)]
    return [str(each) for each in whole] if len(whole) == len(numbers) else []


def as_written(value: Any) -> str:
    """Return a value as text with single blanks, whole numbers without a decimal part."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(text.nfc(str(value)).split())


def is_contradicted(kind: str, values: Sequence[str]) -> bool:
    """Whether the values cannot be what the name of their column says; no value is no data."""
    if not values:
        return True
    if kind == "owner":
        return all(
            _ORGANISATION.search(each) or not re.search(r"[^\W\d_]{2}", each) for each in values
        )
    if kind == "birth":
        return _share(values, lambda each: bool(_YEAR_OR_DAY.fullmatch(each))) < _CLEARLY
    if kind in _DIGITS_OF:
        least = _DIGITS_OF[kind]
        return _share(values, lambda each: len(_DIGITS.findall(each)) >= least) < _CLEARLY
    # there is little that a sex or an origin cannot be
    return kind != "trait" and not any(re.search(r"[^\W\d_]{2}", each) for each in values)


def kind_of_values(values: Sequence[str], *, harmless: bool) -> tuple[str, float]:
    """Return what the values of a column hold about people, and the share of those that do.

    Parameters
    ----------
    harmless
        Whether the column is called after something that bears names of people, as streets do.
    """
    sample = values[:: math.ceil(len(values) / _SAMPLE)] if values else []
    if not sample:
        return "", 0.0
    kinds = {
        "id-number": _id_share(sample),
        "phone": _share(sample, lambda each: _PHONE.fullmatch(each) or _LAND_LINE.fullmatch(each)),
        "email": _share(sample, lambda each: " " not in each and _EMAIL.match(each)),
    }
    if not harmless:
        kinds["owner"] = _owner_share(sample)
        kinds["certificate"] = _share(sample, _SERIAL.fullmatch) if len(sample) > 1 else 0.0
    kind = max(kinds, key=lambda each: kinds[each])
    if kinds[kind] >= _MOSTLY:
        return kind, kinds[kind]
    joined = "\n".join(values)
    if any(known.search(joined) for known in _SAID) or (not harmless and _names_somebody(joined)):
        return "note", _share(sample, is_about_a_person)
    return "", 0.0


def is_about_a_person(value: str) -> bool:
    """Whether a text names a person, or gives a number that belongs to one."""
    return any(known.search(value) for known in _SAID) or _names_somebody(value)


def _names_somebody(words: str) -> bool:
    """Whether a full name stands in a text that is no name of a street or a school."""
    return any(
        not _BEARER.search(words[max(0, found.start() - _NEAR) : found.start()].rpartition("\n")[2])
        for found in _WITHIN.finditer(words)
    )


def _share(values: Sequence[str], fits: Callable[[str], Any]) -> float:
    return sum(bool(fits(each)) for each in values) / len(values)


def _id_share(values: Sequence[str]) -> float:
    """Return the share of numbers of identity cards; as numbers they lose the 0 they begin with."""
    full = [each.zfill(12) for each in values if len(each) in {11, 12} and each.isdigit()]
    held = [each for each in full if _ID_12.fullmatch(each)]
    # births differ, which parcels numbered by commune and sheet do not
    years = {each[3:6] for each in held}
    if not held or len(years) < min(_FEW, len(held)) / 2:
        return 0.0
    if all(len(each) < 12 for each in values) and len(held) < _FEW:
        return 0.0
    # before 2012 they had nine digits
    old = [each for each in values if len(each) == 9 and each.isdigit()]
    return (len(held) + len(old)) / len(values)


def _owner_share(values: Sequence[str]) -> float:
    """Return the share of names of people, where they are enough to be owners; else nothing."""
    likely = [_likeness(each) for each in values]
    sure, maybe = likely.count(2) / len(values), likely.count(1) / len(values)
    if sure >= _CLEARLY:
        return max(_MOSTLY, sure + maybe)
    about = [each for each, how in zip(values, likely, strict=True) if how]
    families = {
        _BORN.sub("", part).split()[0].casefold()
        for each in about
        for part in _BETWEEN.split(each)
        if _likeness_of_one(part)
    }
    if len(families) < _FAMILIES and not sure:
        return 0.0
    # owners are people and offices, which nothing else is in such a mixture
    offices = _share(values, _ORGANISATION.search) if maybe >= _CLEARLY else 0.0
    return sure + maybe + offices if sure + maybe + offices >= _MOSTLY else 0.0


def _likeness(value: str) -> int:
    """Return 2 for what is the name of a person, 1 for what may be one, 0 for anything else."""
    return max(_likeness_of_one(part) for part in _BETWEEN.split(value))


def _likeness_of_one(value: str) -> int:
    value = _BORN.sub("", value)
    if _TITLED.match(value):
        return 2
    if _GIVEN.fullmatch(value):
        # Bà Rịa is a town
        return 2 if value[0].islower() else 1
    if _ORGANISATION.search(value) or not _WHOLE.fullmatch(value):
        return 0
    words = value.casefold().split()
    if len(words) > 2 and words[0] in _SURNAMES and words[1] in _MIDDLE:
        return 2
    if len(words) > 2 and words[0] in _PLAIN and words[1] in _PLAIN_MIDDLE:
        return 2
    named = all(word[0].isupper() for word in value.split()) or (value.islower() and len(words) > 2)
    return int(named and (words[0] in _COMMON or (value.isascii() and words[0] in _PLAIN)))
