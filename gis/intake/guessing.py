"""Which column of a file serves which column of a layer: by its name, or by what it holds.

A name is believed; what only the content suggests is proposed and must be confirmed.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd

from gis import codes
from gis.errors import ColumnError
from gis.intake import names
from gis.layers.base import Column, LayerSpec

if TYPE_CHECKING:
    import pandas as pd

#: DBF cuts the names of columns after so many letters.
_DBF_NAME: Final = 10
_TELLING: Final = 6
_NEARLY_ALL: Final = 0.9
_PERIODS: Final = {
    "planned": r"(?:dc)?(?:qhsdd|qh|quyhoach|khsdd|kh|kehoach)",
    "current": r"(?:htsdd|ht|hientrang)",
    "": r"",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """What serves each column of a layer.

    Attributes
    ----------
    sources
        Column of the layer -> column of the file.
    how
        Column of the layer -> ``option``, ``profile``, ``constant`` or ``name``.
    """

    sources: Mapping[str, str]
    how: Mapping[str, str]


def guess(
    frame: gpd.GeoDataFrame,
    spec: LayerSpec,
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, Any],
    by_profile: Collection[str] = (),
) -> Guess:
    """Find the columns of a file that serve a layer.

    Parameters
    ----------
    columns, constants
        What the user said: layer column -> column of the file, and -> value for all rows.
    by_profile
        Layer columns that a profile named, and not the user.

    Raises
    ------
    ColumnError
        When a named column does not exist, or several columns may be meant.
    """
    sources = {key: names.find(frame, name) for key, name in columns.items()}
    how = {key: "profile" if key in by_profile else "option" for key in columns}
    free = [name for name in names.listed(frame) if name not in sources.values()]
    for column in spec.columns:
        if column.name in columns:
            continue
        if constants.get(column.name) is not None:
            how[column.name] = "constant"
            continue
        found = _by_name(frame, free, column, constants)
        if found is not None:
            sources[column.name] = found
            how[column.name] = "name"
    return Guess(sources, how)


def proposals(frame: gpd.GeoDataFrame, column: Column, constants: Mapping[str, Any]) -> list[str]:
    """Return columns whose values suggest that they serve a column of the layer."""
    if column.kind != "code":
        return []
    return [
        name
        for name in names.listed(frame)
        if share_of_codes(frame[name], constants.get("code_table")) >= _NEARLY_ALL
    ]


def share_of_codes(values: "pd.Series[Any]", table: Any = None) -> float:
    """Return the share of values that are land-use codes, also several joined by a plus."""
    counted = values.dropna().astype(str).str.strip().value_counts()
    counted = counted[counted.index != ""]
    if counted.empty:
        return 0.0
    tables = [table] if table in codes.TABLES else list(codes.TABLES)
    known = {code for each in tables for code in codes.code_table(each)}
    held = [
        all(part in known or codes.outside(part) is not None for part in codes.parts(written))
        for written in counted.index
    ]
    return float(counted[held].sum() / counted.sum())


def _by_name(
    frame: gpd.GeoDataFrame, free: list[str], column: Column, constants: Mapping[str, Any]
) -> str | None:
    keyed: dict[str, str] = {}
    for name in free:
        keyed.setdefault(names.key(name), name)
    aliases = [names.key(each) for each in (column.name, *column.aliases)]
    if aliases[0] in keyed:
        return keyed[aliases[0]]
    if column.kind == "code":
        return _code_by_name(frame, keyed, column, constants)
    exact = [keyed[alias] for alias in aliases if alias in keyed]
    return exact[0] if exact else _cut(keyed, aliases)


def _cut(keyed: Mapping[str, str], aliases: list[str]) -> str | None:
    """Find a name of which a DBF kept the first ten letters."""
    return next(
        (
            name
            for alias in aliases
            for key, name in keyed.items()
            if len(name) == _DBF_NAME and len(key) >= _TELLING and alias.startswith(key)
        ),
        None,
    )


def _code_by_name(
    frame: gpd.GeoDataFrame,
    keyed: Mapping[str, str],
    column: Column,
    constants: Mapping[str, Any],
) -> str | None:
    """Find the column of codes; present and planned use often stand side by side."""
    aliases = [names.key(each) for each in column.aliases]
    ranked: dict[int, list[str]] = {}
    for key, name in keyed.items():
        period = next((each for a in aliases if (each := _period(key, a)) is not None), None)
        if period is not None:
            ranked.setdefault(_rank(period, constants), []).append(name)
    if not ranked:
        return _cut(keyed, aliases)
    best = min(ranked)
    if best > 1:
        raise _doubtful(column, ranked[best])
    return _one_of(frame, column, ranked[best], constants)


def _period(key: str, alias: str) -> tuple[str, str] | None:
    """Tell whether a name is an alias with a period beside it: ``mdsdqh``, ``ht_mdsd_2020``."""
    for period, marks in _PERIODS.items():
        for pattern in (f"{alias}{marks}", f"{marks}{alias}"):
            found = re.fullmatch(rf"{pattern}(20\d\d|\d\d)?", key)
            if found:
                return period, found[1] or ""
    return None


def _rank(period: tuple[str, str], constants: Mapping[str, Any]) -> int:
    """Return 0 for the period that is asked for, 1 for one that may be, 2 for another."""
    which, year = period
    status, asked = constants.get("status"), constants.get("year")
    if which and status in _PERIODS:
        return 0 if which == status else 2
    if year and asked is not None:
        return 0 if str(asked).endswith(year) else 2
    return 1


def _one_of(
    frame: gpd.GeoDataFrame, column: Column, found: list[str], constants: Mapping[str, Any]
) -> str:
    if len(found) == 1:
        return found[0]
    first = frame[found[0]].astype(str)
    if all((frame[name].astype(str) == first).all() for name in found[1:]):
        return found[0]
    table = constants.get("code_table")
    full = [name for name in found if share_of_codes(frame[name], table) >= _NEARLY_ALL]
    if len(full) == 1:
        return full[0]
    listed, name = ", ".join(found), column.name
    raise ColumnError(
        f"The columns {listed} may all be {name!r}; choose one with --map {name}={found[0]}.",
        vi=f"Các cột {listed} đều có thể là {name!r}; hãy chọn một cột, ví dụ --map "
        f"{name}={found[0]}.",
    )


def _doubtful(column: Column, found: list[str]) -> ColumnError:
    listed, name = ", ".join(found), column.name
    return ColumnError(
        f"Only {listed} may be {name!r}, and by its name it belongs to another period; if it is "
        f"meant, confirm with --map {name}={found[0]}.",
        vi=f"Chỉ có {listed} có thể là {name!r} nhưng theo tên thì thuộc kỳ khác; nếu đúng cột "
        f"này, hãy xác nhận bằng --map {name}={found[0]}.",
    )
