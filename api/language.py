"""Which of the two languages a request is answered in."""

from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

from api.words import DEFAULT
from gis.text import LANGUAGES


def language_of(scope: Scope) -> str:
    """Language by ``lang=``, else by ``Accept-Language``, else Vietnamese; never an error."""
    asked = QueryParams(scope.get("query_string", b"")).get("lang", "")
    if asked in LANGUAGES:
        return asked
    return preferred(Headers(scope=scope).get("accept-language", ""), LANGUAGES) or DEFAULT


def preferred(header: str, offered: tuple[str, ...]) -> str | None:
    """Return what an ``Accept...`` header likes best of what is offered; None: nothing of it.

    Of equals the one named first wins. Parts after a hyphen (``vi-VN``) do not count.
    """
    best, best_quality = None, 0.0
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        wanted = name if name in offered else name.split("-")[0]
        if wanted in offered and quality > best_quality:
            best, best_quality = wanted, quality
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter.removeprefix("q="))
            except ValueError:
                return 0.0
    return 1.0
