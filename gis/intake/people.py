"""Personal data stays out: columns about people are recognised by name and by content.

A map of land use needs nobody's name. What is dropped is said, column by column, and nothing of it
is quoted, neither in a finding nor in an error.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np

from gis import findings
from gis.errors import ColumnError
from gis.intake import names, personal
from gis.intake.personal import KINDS
from gis.layers.base import ROW

if TYPE_CHECKING:
    import pandas as pd

#: Where a provenance lists the columns about people that were kept all the same.
PERSONAL: Final = "personal_columns"
_BY_NAME: Final = ("theo tên cột", "by its name")
_BY_CONTENT: Final = ("theo nội dung", "by its content")
#: A used column with a larger share of personal texts is refused; of a smaller one they are taken.
_SOME: Final = 0.2


@dataclass(frozen=True, slots=True)
class Screened:
    """A frame without personal data.

    Attributes
    ----------
    dropped
        Columns left out, with what they hold (see `gis.intake.personal.KINDS`).
    kept_personal
        Columns kept at the user's word; they belong into the provenance under `PERSONAL`.
    """

    frame: gpd.GeoDataFrame
    dropped: Mapping[str, str]
    kept_personal: tuple[str, ...]
    findings: gpd.GeoDataFrame


def screen(
    frame: gpd.GeoDataFrame,
    *,
    keep_personal: Sequence[str] = (),
    keep: Sequence[str] = (),
    wanted: Collection[str] = (),
    identifying: Collection[str] = (),
    places: Collection[str] = (),
) -> Screened:
    """Leave columns about people out.

    Parameters
    ----------
    keep_personal
        Columns to keep although, or because, they are personal (``--keep-personal``).
    keep
        Columns that were to be kept as ordinary ones (``--keep``).
    wanted
        Columns that serve a column of the layer.
    identifying
        Those of them that hold codes and numbers, in which no name of a person has a place.
    places
        Those that hold names of communes, which may be called after people.

    Raises
    ------
    ColumnError
        When a kept or wanted column is personal, or a named one does not exist.
    """
    excepted = tuple(names.find(frame, name) for name in keep_personal)
    ordinary = {names.find(frame, name) for name in keep} - set(excepted)
    parts, dropped, result = [], dict[str, str](), frame
    for name in names.listed(frame):
        harmless = name in places or (name not in identifying and personal.has_harmless_name(name))
        kind, why, share = _judged(name, frame[name], harmless=harmless)
        if name in excepted and name in wanted:
            # a column of the layer goes everywhere
            raise _refused_use(name, kind or "trait")
        if not kind or name in excepted:
            continue
        if name in wanted:
            if why == _BY_NAME or share > _SOME:
                raise _refused_use(name, kind)
            result, found = _emptied(result, name)
            parts.append(found)
        elif name in ordinary:
            raise _refused_keep(name, kind)
        else:
            dropped[name] = kind
            parts.append(_about(f"people.{kind}", name, why))
    parts += [_about("people.kept", name, _BY_NAME) for name in excepted]
    return Screened(
        frame=result.drop(columns=list(dropped)),
        dropped=dropped,
        kept_personal=excepted,
        findings=findings.join(parts),
    )


def public(frame: gpd.GeoDataFrame, provenance: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Return a layer without the personal columns that were kept: for maps, answers and reports."""
    kept = provenance.get(PERSONAL) or ()
    return frame.drop(columns=[name for name in kept if name in frame.columns])


def _judged(
    name: str, column: "pd.Series[Any]", *, harmless: bool
) -> tuple[str, tuple[str, str], float]:
    """Tell what a column holds about people, how it was seen, and in what share of its values."""
    values = personal.different(column)
    for kind in personal.kinds_of_name(name):
        if not personal.is_contradicted(kind, values):
            return kind, _BY_NAME, 1.0
    kind, share = personal.kind_of_values(values, harmless=harmless)
    return kind, _BY_CONTENT, share


def _emptied(frame: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Empty the few texts about people in a column that is needed otherwise."""
    about = [
        value for value in personal.different(frame[name]) if personal.is_about_a_person(value)
    ]
    told = frame[name].astype(object).map(personal.as_written, na_action="ignore").isin(about)
    result = frame.copy()
    result[name] = frame[name].astype(object).mask(told, None)
    rows = frame[ROW][told] if ROW in frame else np.flatnonzero(told) + 1
    return result, findings.many("people.value-removed", rows=list(rows), value=name)


def _about(rule_id: str, name: str, why: tuple[str, str]) -> gpd.GeoDataFrame:
    return findings.many(rule_id, rows=[None], value=name, words={"why": [why]})


def _refused_keep(name: str, kind: str) -> ColumnError:
    what_vi, what_en = KINDS[kind]
    return ColumnError(
        f"Column {name!r} holds {what_en}, so --keep does not keep it; leave it out, or write "
        f"--keep-personal {name} if it is truly needed.",
        vi=f"Cột {name!r} chứa {what_vi} nên không giữ được bằng --keep; hãy bỏ cột này, hoặc ghi "
        f"--keep-personal {name} nếu thật cần.",
    )


def _refused_use(name: str, kind: str) -> ColumnError:
    what_vi, what_en = KINDS[kind]
    return ColumnError(
        f"Column {name!r} holds {what_en} and cannot serve as a column of the layer; name "
        "another with --map, or take the personal data out of the file.",
        vi=f"Cột {name!r} chứa {what_vi} nên không dùng làm cột của lớp được; hãy chỉ cột khác "
        "bằng --map, hoặc bỏ dữ liệu cá nhân khỏi tệp.",
    )
