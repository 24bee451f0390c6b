"""A bounded shelf of things that are dear to make: each is made once, whoever asks at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Keeps the things used last, `size` of them.

    Everything on it is shared between threads, so it must never be changed.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._held: OrderedDict[K, Future[V]] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        """Whether a thing is made and on the shelf."""
        with self._lock:
            held = self._held.get(key)
            return held is not None and held.done() and held.exception() is None

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return a thing, made now if need be; who asks while it is made waits for it.

        A thing that could not be made is not kept: the next one who asks tries again.
        """
        with self._lock:
            held = self._held.get(key)
            mine = held is None
            if held is None:
                held = self._held[key] = Future()
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)
        if mine:
            self._fill(key, held, make)
        return held.result()

    def _fill(self, key: K, held: "Future[V]", make: Callable[[], V]) -> None:
        try:
            held.set_result(make())
        except BaseException as fault:  # noqa: BLE001 (who waits must hear of anything)
            with self._lock:
                if self._held.get(key) is held:
                    del self._held[key]
            held.set_exception(fault)
