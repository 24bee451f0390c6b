"""What a request for features asks, read from its parameters."""

from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple

from fastapi import Depends, Query, Request

from api import systems, words
from api.collections import Layer
from api.deps import parameter_names, require_known
from api.errors import ParameterError
from api.features import queries
from api.features.rows import FeatureSet
from api.filters.language import LANGUAGES, Filter, parse
from api.systems import System

_MOST: Final = 2**53


class Condition(NamedTuple):
    """A filter as a request says it, before the collection is looked at."""

    text: str | None
    language: str | None
    crs: str | None


class Extract(NamedTuple):
    """Which part of the features is sent."""

    limit: int | None
    offset: int
    cursor: str | None


class Asked(NamedTuple):
    """What a request for features says, before the collection is looked at."""

    bbox: str | None
    bbox_crs: str | None
    datetime: str | None
    condition: Condition
    extract: Extract


async def condition(
    filter: Annotated[  # noqa: A002 (the standard calls it so)
        str | None,
        Query(
            description="Only features for which this is true, in CQL2; see /queryables.",
            examples=["code IN ('LUC','LUK') AND S_INTERSECTS(geometry,POINT(108.75 15.3))"],
        ),
    ] = None,
    filter_lang: Annotated[
        str | None,
        Query(
            alias="filter-lang",
            description="Language of `filter`.",
            json_schema_extra={"enum": [*LANGUAGES], "default": LANGUAGES[0]},
        ),
    ] = None,
    filter_crs: Annotated[
        str | None,
        Query(
            alias="filter-crs", description="System of geometries in `filter`; by default CRS84."
        ),
    ] = None,
) -> Condition:
    """Read a filter's parameters."""
    return Condition(filter, filter_lang, filter_crs)


async def extract(
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=_MOST,
            description="Most features to answer with; more than the service allows are not sent.",
        ),
    ] = None,
    offset: Annotated[
        int, Query(ge=0, le=_MOST, description="How many features to leave out first.")
    ] = 0,
    cursor: Annotated[
        str | None, Query(description="Where a page begins, as the link to it says.")
    ] = None,
) -> Extract:
    """Read which page is asked for."""
    return Extract(limit, offset, cursor)


async def asked(
    condition: Annotated[Condition, Depends(condition)],
    extract: Annotated[Extract, Depends(extract)],
    bbox: Annotated[
        str | None,
        Query(
            description="Only features that meet this box: west,south,east,north.",
            examples=["108.70,15.25,108.80,15.35"],
        ),
    ] = None,
    bbox_crs: Annotated[
        str | None, Query(alias="bbox-crs", description="System of `bbox`; by default CRS84.")
    ] = None,
    datetime: Annotated[
        str | None,
        Query(
            description="Only features valid at a day or moment, or within `from/to`.",
            examples=["2026-06-01", "2025-07-01/.."],
        ),
    ] = None,
) -> Asked:
    """Read what is asked of the features."""
    return Asked(bbox, bbox_crs, datetime, condition, extract)


def system_of(text: str | None, layer: Layer, parameter: str) -> System:
    """Return the system that a parameter names; the default without one.

    Raises
    ------
    ParameterError
        When the collection is not served in it.
    """
    if text is None:
        return systems.LON_LAT
    return systems.find(text, layer.systems, parameter=parameter)


def query(request: Request, layer: Layer, features: FeatureSet, wanted: Asked) -> queries.Query:
    """Read what the parameters ask of a collection.

    Raises
    ------
    ParameterError
        When one is unknown or cannot be used.
    """
    chosen = system_of(wanted.bbox_crs, layer, "bbox-crs")
    return queries.Query(
        boxes=None if wanted.bbox is None else queries.parse_box(wanted.bbox, chosen),
        system=chosen,
        period=None if wanted.datetime is None else queries.parse_period(wanted.datetime),
        equal=_columns(request, features),
        filter=_filter(layer, features, wanted.condition),
    )


def _columns(request: Request, features: FeatureSet) -> Mapping[str, str]:
    """Parameters that are columns: what the features must say in them."""
    own = parameter_names(request.scope["route"])
    require_known(request, own | set(features.columns.columns))
    equal: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in own:
            continue
        if equal.setdefault(name, value) != value:
            raise ParameterError(
                f"Parameter {words.shown(name)} stands twice with different values; give one.",
                vi=f"Tham số {words.shown(name)} có hai giá trị khác nhau; hãy ghi một giá trị.",
            )
    return equal


def _filter(layer: Layer, features: FeatureSet, said: Condition) -> Filter | None:
    """Read the filter and hold it against the collection's columns."""
    chosen = next((each for each in LANGUAGES if each == (said.language or LANGUAGES[0])), None)
    if chosen is None:
        listed = ", ".join(LANGUAGES)
        raise ParameterError(
            f"filter-lang {words.shown(said.language)} is not known; give one of {listed}.",
            vi=f"Không có filter-lang {words.shown(said.language)}; hãy ghi một trong {listed}.",
        )
    system = system_of(said.crs, layer, "filter-crs")
    if said.text is None:
        return None
    read = parse(said.text, language=chosen, system=system)
    read.check(features.table.kinds)
    return read
