"""Which refusals an operation can answer with, for the published description."""

from http import HTTPStatus
from typing import Any, Final

from api.models import Problem


def may_answer(status: HTTPStatus, description: str) -> dict[int | str, dict[str, Any]]:
    """Describe one status that an operation can refuse with."""
    return {int(status): {"model": Problem, "description": description}}


REFUSED: Final = may_answer(
    HTTPStatus.BAD_REQUEST, "A parameter of the address, or a header, cannot be used."
)
UNUSABLE: Final = may_answer(HTTPStatus.UNPROCESSABLE_ENTITY, "The body cannot be used.")
NOT_ACCEPTABLE: Final = may_answer(
    HTTPStatus.NOT_ACCEPTABLE, "Nothing that `Accept` takes is offered."
)
NOT_FOUND: Final = may_answer(HTTPStatus.NOT_FOUND, "There is nothing of this name.")
TOO_LARGE: Final = may_answer(HTTPStatus(413), "The body is too large.")
UNAVAILABLE: Final = may_answer(
    HTTPStatus.SERVICE_UNAVAILABLE, "The data cannot be used, or too many zones are being assessed."
)
