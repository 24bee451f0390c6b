"""Days and moments as filters and columns write them, and as they are compared: whole numbers."""

import re
from datetime import UTC, date, datetime
from typing import Final

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def days(text: str) -> int | None:
    """Days from 1970-01-01 to a day written ``2025-07-01``; None when it is none."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


def microseconds(text: str, *, zoned: bool = True) -> int | None:
    """Microseconds from 1970-01-01 to a moment of RFC 3339; None when it is none.

    Parameters
    ----------
    zoned
        Whether the text must say how far it is from UTC; else one that does not is in UTC.
    """
    match = _MOMENT.fullmatch(text)
    if match is None or (zoned and match[2] is None):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        passed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds
