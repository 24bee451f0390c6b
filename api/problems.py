"""Which refusals an operation can answer with, for the published description."""

from http import HTTPStatus
from typing import Any, Final

from api.models import Problem


def may_answer(status: HTTPStatus, description: str) -> dict[int | str, dict[str, Any]]:
    """Describe one status that an operation can refuse with."""
    return {int(status): {"model": Problem, "description": description}}


REFUSED: Final = may_answer(HTTPStatus.UNPROCESSABLE_ENTITY, "The request cannot be used.")
NOT_FOUND: Final = may_answer(HTTPStatus.NOT_FOUND, "There is nothing of this name.")
TOO_LARGE: Final = may_answer(HTTPStatus(413), "The body is too large.")
UNAVAILABLE: Final = may_answer(
    HTTPStatus.SERVICE_UNAVAILABLE, "The data cannot be used, or too many zones are being assessed."
)
