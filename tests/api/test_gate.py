"""The gate: so many at once, so many waiting, the rest is told when to come again."""

import threading
import time

import pytest

from api.errors import BusyError
from api.gate import Gate


def hold(gate, inside, leave):
    with gate.place():
        inside.set()
        leave.wait(10)


@pytest.fixture
def held():
    """Return a function that holds one place of a gate until the test ends."""
    leave = threading.Event()
    threads = []

    def start(gate):
        inside = threading.Event()
        thread = threading.Thread(target=hold, args=(gate, inside, leave))
        thread.start()
        threads.append(thread)
        return inside

    yield start, leave
    leave.set()
    for thread in threads:
        thread.join(10)


def test_without_a_queue_the_next_one_is_refused_at_once(held):
    start, _ = held
    gate = Gate(slots=1, queue=0, wait_s=30)
    assert start(gate).wait(10)
    began = time.monotonic()
    with pytest.raises(BusyError, match="ask again in 30 seconds") as caught, gate.place():
        pass
    assert time.monotonic() - began < 5
    assert caught.value.retry_after_s == 30
    assert "30 giây" in caught.value.vi


def test_who_waits_too_long_is_refused_and_leaves_its_place_in_the_queue(held):
    start, leave = held
    gate = Gate(slots=1, queue=1, wait_s=0.05)
    assert start(gate).wait(10)
    for _ in range(3):
        with pytest.raises(BusyError) as caught, gate.place():
            pass
        assert caught.value.retry_after_s == 1
    leave.set()


def test_who_waits_gets_the_place_that_comes_free(held):
    start, leave = held
    gate = Gate(slots=1, queue=1, wait_s=10)
    assert start(gate).wait(10)
    second = start(gate)
    assert not second.wait(0.05)
    leave.set()
    assert second.wait(10)


def test_a_failure_inside_gives_the_place_back():
    gate = Gate(slots=1, queue=0, wait_s=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.place():
            1 / 0  # noqa: B018 (any failure)
