"""Answers that stay the same while the workspace does: kept as they went out, sent again at once.

Only what a route has marked is kept, and only for requests that anybody may send: one with a name
to it goes its way through the service.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Set in a request's scope by whoever makes an answer that may be sent to everybody.
MARK: Final = "vung.keep"
# what an answer depends on besides its address: language, format, packing, and who may read it
_DECIDE: Final = frozenset(
    {b"accept", b"accept-language", b"accept-encoding", b"origin", b"host", b"x-forwarded-proto"}
)
_PASS: Final = frozenset(
    {
        b"authorization",
        b"cookie",
        b"if-none-match",
        b"if-modified-since",
        b"range",
        b"cache-control",
    }
)
# one answer takes no more than this share of the room
_SHARE: Final = 8

Key = tuple[Any, ...]


class Kept:
    """Sends answers again that were given before, as long as `stamp` says the same.

    Parameters
    ----------
    stamp
        Tells the state of everything that answers are made of.
    most_bytes
        Room for all answers together; the ones used longest ago go first.
    """

    def __init__(self, app: ASGIApp, *, stamp: Callable[[], Any], most_bytes: int) -> None:
        self.app = app
        self._stamp = stamp
        self._most = most_bytes
        self._size = 0
        self._state: Any = None
        self._answers: OrderedDict[Key, tuple[Message, Message, Any]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass a request on and keep its answer."""
        key = _key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        state = self._stamp()
        if state != self._state:
            self._answers.clear()
            self._size, self._state = 0, state
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
            start, body, scope["route"] = found
            # middleware further out adds to the headers
            await send({**start, "headers": [*start["headers"]]})
            await send(body)
            return
        await self.app(scope, receive, self._keeping(key, scope, send))

    def _keeping(self, key: Key, scope: Scope, send: Send) -> Send:
        state = self._state
        started: Message | None = None

        async def keep(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                whole = message["status"] == 200 and scope.get(MARK)
                started = {**message, "headers": [*message["headers"]]} if whole else None
            elif started is not None:
                if not message.get("more_body", False) and state == self._stamp():
                    self._put(key, (started, message, scope.get("route")))
                started = None
            await send(message)

        return keep

    def _put(self, key: Key, answer: tuple[Message, Message, Any]) -> None:
        length = len(answer[1].get("body", b""))
        if length > self._most // _SHARE or key in self._answers:
            return
        self._answers[key] = answer
        self._size += length
        while self._size > self._most:
            _, (_, gone, _) = self._answers.popitem(last=False)
            self._size -= len(gone.get("body", b""))


def _key(scope: Scope) -> Key | None:
    """Return what decides an answer; None for a request that is nobody else's."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return None
    decide: list[bytes] = []
    for name, value in scope["headers"]:
        if name in _PASS:
            return None
        if name in _DECIDE:
            decide += (name, value)
    return scope["method"], scope["scheme"], scope["raw_path"], scope["query_string"], *decide
