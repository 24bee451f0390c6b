"""In which formats answers are given, and which of them a request wants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from api.errors import NotAcceptableError, ParameterError
from api.words import shown


@dataclass(frozen=True, slots=True)
class Format:
    """A format of answers.

    Attributes
    ----------
    key
        Its name as ``f=``.
    others
        More media types by which it is known.
    """

    key: str
    media: str
    title: tuple[str, str]
    others: tuple[str, ...] = ()


JSON: Final = Format("json", "application/json", ("JSON", "JSON"))
HTML: Final = Format("html", "text/html", ("trang web", "web page"))
GEOJSON: Final = Format(
    "json", "application/geo+json", ("GeoJSON", "GeoJSON"), ("application/json",)
)
JSON_FG: Final = Format(
    "jsonfg", "application/vnd.ogc.fg+json", ("JSON-FG", "JSON-FG"), ("application/fg+json",)
)
FLATGEOBUF: Final = Format(
    "fgb", "application/vnd.flatgeobuf", ("FlatGeobuf", "FlatGeobuf"), ("application/flatgeobuf",)
)
PARQUET: Final = Format(
    "parquet",
    "application/vnd.apache.parquet",
    ("GeoParquet", "GeoParquet"),
    ("application/parquet",),
)
CSV: Final = Format("csv", "text/csv", ("CSV", "CSV"))
SCHEMA: Final = Format(
    "json", "application/schema+json", ("JSON Schema", "JSON Schema"), ("application/json",)
)

#: Of features, the first is the default.
FEATURES: Final = (GEOJSON, HTML, JSON_FG, FLATGEOBUF, PARQUET, CSV)
#: Of everything that describes something.
PAGES: Final = (JSON, HTML)


def choose(asked: str | None, accept: str, offered: Sequence[Format]) -> Format:
    """Return the format that ``f=`` or else ``Accept`` wants; without either the first.

    Raises
    ------
    ParameterError
        When there is no such format.
    NotAcceptableError
        When the header leaves nothing that is offered.
    """
    if asked is not None:
        for each in offered:
            if asked in {each.key, each.media, *each.others}:
                return each
        raise ParameterError(
            f"f {shown(asked)} is no format of this answer; give one of {_listed(offered)}.",
            vi=f"f {shown(asked)} không phải định dạng của kết quả này; hãy ghi một trong "
            f"{_listed(offered)}.",
        )
    if not accept.strip():
        return offered[0]
    best = max(range(len(offered)), key=lambda at: (*_liking(offered[at], accept), -at))
    if _liking(offered[best], accept)[0] <= 0:
        listed = ", ".join(each.media for each in offered)
        raise NotAcceptableError(
            f"Nothing that the header Accept takes is offered here; offered are {listed}.",
            vi=f"Không có định dạng nào hợp với Accept; ở đây có {listed}.",
        )
    return offered[best]


def _listed(offered: Iterable[Format]) -> str:
    return ", ".join(dict.fromkeys(each.key for each in offered))


def _liking(offered: Format, accept: str) -> tuple[float, int]:
    """How much a header likes a format: the quality of the nearest range, and how near it is."""
    best = (0.0, -1)
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        exact = name in {offered.media, *offered.others}
        nearness = 2 if exact else 1 if name == f"{offered.media.split('/')[0]}/*" else 0
        if not nearness and name != "*/*":
            continue
        quality = _quality(parameters)
        if nearness > best[1]:
            best = (quality, nearness)
    return best


def _quality(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter.removeprefix("q=")), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
