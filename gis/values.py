"""Values as files hold them: text, dates and numbers, read the way people write them."""

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

import numpy as np
import pandas as pd

from gis import text

# how people in Vietnam write a day, besides ISO
_DAY_LAYOUTS: Final = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
# 1.234 and 1,234: thousands for one reader, decimals for another; 0.125 and 1234.567 are plain
_TWO_READINGS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_WHOLE: Final = re.compile(r"[+]?0*(\d+)(?:[.,]0+)?")
_VIETNAM_TIME: Final = timezone(timedelta(hours=7))


def as_text(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Values as composed text without outer space; numbers without a false decimal part."""

    def one(value: object) -> str | None:
        if value is None or value is pd.NaT or value is pd.NA:
            return None
        if isinstance(value, float):
            if not np.isfinite(value):
                return None
            if value.is_integer():
                return str(int(value))
        cleaned = text.nfc(str(value)).strip()
        return cleaned or None

    return values.astype(object).map(one, na_action=None).astype(object)


def number_key(value: str) -> str:
    """Return what is the same of two ways to write a number: ``012``, ``12.0`` and ``12``.

    Examples
    --------
    >>> [number_key(each) for each in ("012", " 12.0", "12", "12a")]
    ['12', '12', '12', '12a']
    """
    whole = _WHOLE.fullmatch(value.strip())
    return whole[1] if whole else value.strip().casefold()


def as_dates(values: "pd.Series[Any]") -> tuple["pd.Series[Any]", "pd.Series[bool]"]:
    """Dates as ISO text, and which values are no date (``2025-07-01``, ``01/07/2025`` are)."""
    iso = as_text(values).map(_iso_date, na_action="ignore")
    bad = iso.notna() & (iso == "")
    return iso.mask(bad, None), bad


def _iso_date(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return _iso_of_written(value.split(maxsplit=1)[0])
    # a day that another program stored as a moment of Greenwich is still the day it was here;
    # the end of all days has no such moment
    if moment.tzinfo and moment.year < date.max.year:
        moment = moment.astimezone(_VIETNAM_TIME)
    return moment.date().isoformat()


def _iso_of_written(value: str) -> str:
    for layout in _DAY_LAYOUTS:
        try:
            return datetime.strptime(value, layout).date().isoformat()  # noqa: DTZ007 (a plain day)
        except ValueError:
            continue
    return ""


def plain_number(written: str) -> str:
    """Return a number as programs write it, from what people write.

    With both marks the last one is the decimal mark. A lone comma is the decimal mark, as in
    Vietnam, and a lone point too, as programs write it.

    Examples
    --------
    >>> [plain_number(text) for text in ("1.234,56", "1,234.56", "12,5", "12.5", "1.234.567")]
    ['1234.56', '1234.56', '12.5', '12.5', '1234567']
    """
    compact = "".join(written.split())
    commas, points = compact.count(","), compact.count(".")
    if commas and points:
        mark = max(",.", key=compact.rfind)
    elif commas + points == 1:
        mark = "," if commas else "."
    else:
        mark = ""
    for sign in {",", "."} - {mark}:
        compact = compact.replace(sign, "")
    return compact.replace(mark, ".") if mark else compact


def is_ambiguous(written: str) -> bool:
    """Whether a written number may mean thousands or decimals.

    Examples
    --------
    >>> [is_ambiguous(text) for text in ("1.234", "12,500", "0,125", "1.2340", "1.234,5")]
    [True, True, False, False, False]
    """
    return _TWO_READINGS.fullmatch("".join(written.split())) is not None


def as_numbers(values: "pd.Series[Any]") -> tuple["pd.Series[Any]", "pd.Series[bool]"]:
    """Numbers, and which values are none; text may be written ``1.234,56``."""
    texts = as_text(values)
    plain = texts.map(plain_number, na_action="ignore")
    numbers = pd.to_numeric(plain, errors="coerce").astype("Float64")
    numbers = numbers.mask(~np.isfinite(numbers.fillna(0.0)))
    return numbers, numbers.isna() & texts.notna()
