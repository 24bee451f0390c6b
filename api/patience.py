"""How long the service waits for those who send or read slowly.

Each connection costs a file and a little memory; without an end to waiting, a few hundred that
never finish a request would be there for ever.
"""

from asyncio import TimerHandle, Transport
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: From the first byte of a request, or the opening of a connection, to the end of its head.
HEAD_S: Final = 15.0
#: In which a reader must take something of an answer that is ready.
READ_S: Final = 60.0


class Patient(HttpToolsProtocol):
    """HTTP with an end to waiting for a request's head, and for a reader that reads nothing."""

    _head: TimerHandle | None = None
    _reader: TimerHandle | None = None
    _answering: Any = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._head = _none(self._head)
        self._reader = _none(self._reader)
        self._tell_writer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request's head."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Have the whole head of a request."""
        self._head = _none(self._head)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Begin to wait for a reader whose buffers are full."""
        super().pause_writing()
        self._reader = self.loop.call_later(READ_S, self._leave)

    def resume_writing(self) -> None:
        """See that the reader reads."""
        self._reader = _none(self._reader)
        super().resume_writing()

    def _await_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(HEAD_S, self._leave)

    def _leave(self) -> None:
        self._tell_writer()
        self.transport.abort()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _tell_writer(self) -> None:
        """Let the one whose answer is under way know that nobody is there any more.

        The server tells it to the last request that came, which with requests sent ahead is
        another one.
        """
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True


def _none(timer: TimerHandle | None) -> TimerHandle | None:
    """Stop a timer; there is none after it."""
    if timer is not None:
        timer.cancel()
    return None
