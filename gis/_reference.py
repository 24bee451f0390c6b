"""How the shipped reference tables are read: whole, as text, or not at all."""

import csv
from collections.abc import Sequence
from datetime import date

from gis import shipped
from gis.errors import ShippedDataError


def rows(*parts: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a shipped CSV table as text; an empty cell is an empty string.

    Raises
    ------
    ShippedDataError
        When the file is missing, lacks one of `columns`, or has a row of another length.
    """
    name = "/".join(parts)
    with shipped.path(*parts).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise ShippedDataError(
                f"Shipped file {name!r} lacks the columns {missing}; install vung again.",
                vi=f"Tệp kèm theo {name!r} thiếu các cột {missing}; hãy cài đặt lại vung.",
            )
        found = list(reader)
    # DictReader keeps surplus cells under None and fills missing ones with None
    for number, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise ShippedDataError(
                f"Line {number} of shipped file {name!r} is not as long as its header;"
                " install vung again.",
                vi=f"Dòng {number} của tệp kèm theo {name!r} không khớp với dòng tiêu đề;"
                " hãy cài đặt lại vung.",
            )
    return found


def flag(text: str) -> bool:
    """Whether a yes/no cell says yes; anything else than the two words is refused."""
    try:
        return {"yes": True, "no": False}[text]
    except KeyError:
        raise ShippedDataError(
            f"A shipped table holds {text!r} where it needs yes or no; install vung again.",
            vi=f"Một bảng kèm theo có {text!r} ở chỗ phải là yes hoặc no; hãy cài đặt lại vung.",
        ) from None


def number(text: str) -> float | None:
    """Value of a numeric cell; an empty cell is unknown, not zero."""
    return float(text) if text else None


def day(text: str) -> date | None:
    """Date of an ISO cell; an empty cell is unknown."""
    return date.fromisoformat(text) if text else None
