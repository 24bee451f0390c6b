"""What every address answers besides its own methods: HEAD as GET without a body, and OPTIONS."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ORDER: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Methods:
    """Answers OPTIONS from the service's description, and HEAD by what GET would answer.

    Parameters
    ----------
    describe
        Returns the description (OpenAPI), in which every address has its methods.
    """

    def __init__(self, app: ASGIApp, *, describe: Callable[[], Mapping[str, Any]]) -> None:
        self.app = app
        self._describe = describe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http" or scope["method"] not in {"HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, _bodiless(send))
        else:
            allowed = self._allowed(scope)
            if allowed is None:
                await self.app({**scope, "method": "GET"}, receive, send)
                return
            headers = {"Allow": ", ".join(allowed), "Cache-Control": "no-store"}
            await Response(status_code=204, headers=headers)(scope, receive, send)

    def _allowed(self, scope: Scope) -> list[str] | None:
        """Methods of an address; None where there is none."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        for pattern, methods in self._addresses:
            if pattern.fullmatch(path):
                return methods
        return None

    @cached_property
    def _addresses(self) -> list[tuple[re.Pattern[str], list[str]]]:
        found = []
        for template, operations in self._describe()["paths"].items():
            methods = {method.upper() for method in operations} | {"OPTIONS"}
            methods |= {"HEAD"} if "GET" in methods else set()
            pattern = compile_path(template)[0]
            found.append((pattern, [method for method in _ORDER if method in methods]))
        return found


def _bodiless(send: Send) -> Send:
    """Send everything but the body."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sent
