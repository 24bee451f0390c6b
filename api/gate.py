"""A bound on heavy work: so many at once, so many waiting, and everybody else is told when."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from api.errors import BusyError


class Gate:
    """Lets `slots` through at once and `queue` wait, each for `wait_s` at most."""

    def __init__(self, *, slots: int, queue: int, wait_s: float) -> None:
        self._free = BoundedSemaphore(slots)
        self._room = slots + queue
        self._wait_s = wait_s
        self._inside = 0
        self._lock = Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while the work is done.

        Raises
        ------
        BusyError
            When the queue is full, or no place came free in time.
        """
        with self._lock:
            if self._inside >= self._room:
                raise self._busy()
            self._inside += 1
        try:
            if not self._free.acquire(timeout=self._wait_s):
                raise self._busy()
            try:
                yield
            finally:
                self._free.release()
        finally:
            with self._lock:
                self._inside -= 1

    def _busy(self) -> BusyError:
        seconds = max(1, math.ceil(self._wait_s))
        return BusyError(
            f"Other zones are being assessed; ask again in {seconds} seconds.",
            vi=f"Dịch vụ đang đối chiếu các vùng khác; hãy gửi lại sau {seconds} giây.",
            retry_after_s=seconds,
        )
