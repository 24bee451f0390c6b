"""The shelf: made once, shared, bounded; a failure is not kept."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.shelf import Shelf


def test_a_thing_is_made_once_however_many_ask_at_once():
    shelf = Shelf(3)
    made = []
    start = threading.Barrier(8)

    def make():
        made.append(1)
        return object()

    def ask():
        start.wait()
        return shelf.get("key", make)

    with ThreadPoolExecutor(8) as pool:
        things = {id(future.result()) for future in [pool.submit(ask) for _ in range(8)]}
    assert len(made) == 1
    assert len(things) == 1


def test_what_was_used_longest_ago_goes_first():
    shelf = Shelf(2)
    shelf.get("a", lambda: 1)
    shelf.get("b", lambda: 2)
    shelf.get("a", lambda: 3)
    shelf.get("c", lambda: 4)
    assert "a" in shelf
    assert "b" not in shelf
    assert "c" in shelf
    assert shelf.get("a", lambda: 5) == 1


def test_a_failure_reaches_who_asks_and_the_next_one_tries_again():
    shelf = Shelf(2)
    with pytest.raises(ZeroDivisionError):
        shelf.get("a", lambda: 1 / 0)
    assert "a" not in shelf
    assert shelf.get("a", lambda: 1) == 1


def test_who_waits_for_a_failure_hears_of_it():
    shelf = Shelf(2)
    waiting = threading.Event()
    go = threading.Event()

    def fail():
        waiting.set()
        go.wait(10)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shelf.get, "a", fail)
        assert waiting.wait(10)
        assert "a" not in shelf
        second = pool.submit(shelf.get, "a", fail)
        go.set()
        for future in (first, second):
            with pytest.raises(ValueError, match="no"):
                future.result(10)
