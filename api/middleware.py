"""What happens around every request: a last catch, a limit on the body, headers for safety."""

import asyncio
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors, words
from api.language import language_of
from gis import text

#: For everything that is no page: an answer opened in a browser may load and run nothing.
PLAIN_CSP: Final = "default-src 'none'; frame-ancestors 'none'"
# read and thrown away beyond the limit, so that the sender gets to read the refusal
_DRAINED: Final = 4


class Guard:
    """Outermost: headers on every answer, and an answer in words to what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PLAIN_CSP)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
            await send(message)

        try:
            await self.app(scope, receive, guarded)
        except Exception as error:
            if started:
                raise
            await errors.answer(error, language_of(scope))(scope, receive, guarded)


class BodyLimit:
    """Reads the body before anybody else does and refuses one that is too long or too slow.

    A declared length is believed only when it refuses; bytes are counted in any case, so a
    chunked body has the same limit.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                body = await self._read(scope, receive)
        except TimeoutError:
            await self._say_late(scope, receive, send)
            return
        except ClientDisconnect:
            # half a body is nobody's request, and nobody is there to be told
            return
        if body is None:
            await self._refuse(scope, receive, send)
            return
        unread = True

        async def replay() -> Message:
            nonlocal unread
            if unread:
                unread = False
                return {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        await self.app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the body; None when it is too long."""
        most = self.max_bytes * _DRAINED
        if _declared(scope) > most:
            return None
        blocks: list[bytes] = []
        length = 0
        more = True
        while more and length <= most:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            block = message.get("body", b"")
            length += len(block)
            if length <= self.max_bytes:
                blocks.append(block)
            else:
                blocks.clear()
            more = message.get("more_body", False)
        return b"".join(blocks) if length <= self.max_bytes else None

    async def _say_late(self, scope: Scope, receive: Receive, send: Send) -> None:
        lang = language_of(scope)
        title = ("Gửi quá chậm", "Sent too slowly")
        detail = (
            f"Sau {self.seconds:g} giây nội dung yêu cầu vẫn chưa đến hết; hãy gửi lại.",
            f"After {self.seconds:g} seconds the request's body had not come; send it again.",
        )
        late = errors.problem(
            408, words.pick(title, lang), words.pick(detail, lang), headers={"Connection": "close"}
        )
        await late(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        lang = language_of(scope)
        most = _size(self.max_bytes, lang)
        title = ("Nội dung quá lớn", "The body is too large")
        detail = (
            f"Nội dung yêu cầu vượt quá {most}; hãy gửi ranh giới ít đỉnh hơn.",
            f"The request's body is larger than {most}; send an outline of fewer points.",
        )
        refusal = errors.problem(
            413,
            words.pick(title, lang),
            words.pick(detail, lang),
            headers={"Connection": "close"},
        )
        await refusal(scope, receive, send)


def _size(count: int, lang: str) -> str:
    if count < 1_000_000:
        return f"{text.format_number(count / 1e3, 0, lang)} kB"
    return f"{text.format_number(count / 1e6, 1, lang)} MB"


def _declared(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    # servers refuse what is no number before it comes here; bytes are counted all the same
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
