"""Those who send or read slowly: they are waited for so long, and nobody else waits for them."""

import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest

from api import patience

SLOW = 500


@pytest.fixture
def connect(live):
    """Return a function that opens connections to the service; they are closed at the end."""
    place = urlsplit(live)
    opened = []

    def opening(first=b""):
        connection = socket.create_connection((place.hostname, place.port), timeout=20)
        opened.append(connection)
        connection.sendall(first)
        return connection

    yield opening
    for connection in opened:
        connection.close()


def is_closed(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: x\r\nX-A:"])
def test_a_head_that_does_not_come_ends_the_connection(monkeypatch, connect, said):
    monkeypatch.setattr(patience, "HEAD_S", 0.2)
    assert is_closed(connect(said))


def test_a_second_request_that_does_not_come_ends_it_too(monkeypatch, connect):
    monkeypatch.setattr(patience, "HEAD_S", 0.3)
    connection = connect(b"GET /conformance HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(16).startswith(b"HTTP/1.1 200")
    connection.sendall(b"GET /confor")
    while connection.recv(65_536):
        pass


def test_a_reader_that_reads_nothing_is_left(monkeypatch, connect):
    monkeypatch.setattr(patience, "READ_S", 0.3)
    connection = connect()
    asked = b"GET /static/swagger-ui-dist/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
    connection.sendall(asked * 20)
    time.sleep(1)
    received = 0
    try:
        while block := connection.recv(1_000_000):
            received += len(block)
    except ConnectionError:
        pass
    # twenty times one and a half megabytes were asked for
    assert received < 20_000_000


def test_five_hundred_slow_connections_keep_nobody_waiting(live, connect):
    half = b"POST /assess HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
    for number in range(SLOW):
        connect([b"", b"GET / HT", half][number % 3])
    with httpx2.Client(base_url=live, timeout=10) as client:
        for _ in range(20):
            assert client.get("/collections/land-use~now/items").status_code == 200
