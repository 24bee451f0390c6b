"""Names of a file's columns: listed, compared and found as people type them."""

from typing import Any

import geopandas as gpd
import pandas as pd

from gis import text
from gis.errors import ColumnError
from gis.layers.base import ROW


def listed(frame: pd.DataFrame) -> list[str]:
    """Return the names of a file's own columns, without its shapes."""
    shape = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    return [str(name) for name in frame.columns if name not in {shape, ROW}]


def told(frame: pd.DataFrame, lang: str) -> str:
    """Return the part of a sentence that says which columns a file has."""
    names = ", ".join(listed(frame))
    if lang == "vi":
        return f"tệp có các cột {names}" if names else "tệp không có cột nào"
    return f"the file has the columns {names}" if names else "the file has no columns"


def find(frame: Any, name: str) -> str:
    """Find a column by the name a person typed: exactly, else without regard to case.

    An accent may be composed in the file and decomposed in what was typed, or the other way.

    Raises
    ------
    ColumnError
        When there is none, or several differ by their case only.
    """
    names = listed(frame)
    for form in (str, text.nfc, lambda each: text.nfc(each).casefold()):
        alike = [each for each in names if form(each) == form(name)]
        if len(alike) == 1:
            return alike[0]
    raise ColumnError(
        f"There is no column {name!r}; {told(frame, 'en')}.",
        vi=f"Không có cột {name!r}; {told(frame, 'vi')}.",
    )


def key(name: str) -> str:
    """Return what two names of one column share: letters and digits without accents and case.

    Examples
    --------
    >>> key("Loại đất_QH"), key("LOAI-DAT QH")
    ('loaidatqh', 'loaidatqh')
    """
    return "".join(char for char in text.search_key(name) if char.isalnum())
