"""Around every request: body limit, headers, compression."""

import asyncio
import http.client
import socket
import threading
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from api import server
from api.main import create_app
from api.middleware import BodyLimit, Guard
from api.settings import Settings


@pytest.fixture(scope="module")
def small(folder):
    """Return a client of a service that takes bodies of 2,000 bytes."""
    return TestClient(create_app(Settings(workspace=folder, max_body_bytes=2_000)))


@pytest.mark.parametrize("size", [2_001, 50_000])
def test_a_body_that_is_too_long_is_refused_in_words(small, refused, size):
    response = small.post("/assess?lang=en", content=b"x" * size)
    assert refused(response, 413) == (
        "The request's body is larger than 2 kB; send an outline of fewer points."
    )
    assert "lớn" in small.post("/assess", content=b"x" * size).json()["title"]


def test_a_body_without_a_declared_length_has_the_same_limit(small, refused):
    refused(small.post("/assess", content=(b"x" * 100 for _ in range(21))), 413)


def test_a_body_of_the_very_limit_is_read(small, refused):
    response = small.post(
        "/assess?lang=en",
        content=b" " * 1_998 + b"{}",
        headers={"Content-Type": "application/json"},
    )
    assert refused(response, 422) == "geometry: is missing."


def test_what_is_sent_in_chunks_arrives_whole(small, refused):
    response = small.post(
        "/assess?lang=en",
        content=(part for part in (b'{"geo', b'metry"', b": 1}")),
        headers={"Content-Type": "application/json"},
    )
    assert refused(response, 422) == "geometry: must be a GeoJSON object."


def ask(live, chunks, headers):
    parts = urlsplit(live)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        chunked = "Transfer-Encoding" in headers
        connection.request(
            "POST", "/assess?lang=en", body=chunks, headers=headers, encode_chunked=chunked
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_over_a_real_connection_who_sends_too_much_gets_to_read_the_refusal(live):
    block = b" " * 500_000
    for headers in ({"Content-Length": str(12 * len(block))}, {"Transfer-Encoding": "chunked"}):
        status, text = ask(live, (block for _ in range(12)), headers)
        assert status == 413
        assert "larger than 5.0 MB" in text


def test_an_enormous_declared_length_is_refused_before_it_is_sent(live):
    status, text = ask(live, None, {"Content-Length": "999999999999"})
    assert status == 413
    assert "larger than 5.0 MB" in text


@pytest.mark.parametrize(
    "path", ["/", "/health", "/collections", "/docs", "/nothing", "/maps/review"]
)
def test_every_answer_has_the_headers_of_safety(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_only_named_origins_may_read_answers(folder, client):
    origin = "https://portal.example.vn"
    assert (
        "access-control-allow-origin"
        not in client.get("/health", headers={"Origin": origin}).headers
    )
    named = TestClient(create_app(Settings(workspace=folder, allowed_origins=(origin,))))
    answer = named.get("/health", headers={"Origin": origin}).headers
    assert answer["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in answer
    other = named.get("/health", headers={"Origin": "https://evil.example"}).headers
    assert "access-control-allow-origin" not in other


def test_long_answers_travel_compressed(client):
    answer = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    plain = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()


# --- the protocol underneath, by hand ---------------------------------------------------------


def run(app, messages, scope=None):
    """Run an ASGI app over a list of messages; return what it sent."""
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = scope or {"type": "http", "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    return sent


def body(content, *, more):
    return {"type": "http.request", "body": content, "more_body": more}


def test_who_leaves_in_the_middle_of_a_body_asked_for_nothing():
    called = []

    async def app(*call):
        called.append(call)

    limited = BodyLimit(app, max_bytes=10, seconds=9)
    assert run(limited, [body(b"{", more=True), {"type": "http.disconnect"}]) == []
    assert called == []


def test_the_body_is_handed_on_whole_and_then_what_follows_it():
    seen = []

    async def app(_scope, receive, _send):
        seen.extend([await receive(), await receive()])

    left = {"type": "http.disconnect"}
    run(
        BodyLimit(app, max_bytes=10, seconds=9),
        [body(b"12345", more=True), body(b"67890", more=False), left],
    )
    assert seen == [body(b"1234567890", more=False), left]


def test_no_more_is_read_of_an_endless_body_than_lets_the_sender_hear_the_refusal():
    messages = [body(b"x" * 10, more=True) for _ in range(100)]
    sent = run(BodyLimit(lambda *_: None, max_bytes=10, seconds=9), messages)
    assert sent[0]["status"] == 413
    # four times the limit and the block that went beyond it
    assert len(messages) == 95


@pytest.mark.parametrize("length", [b"abc", b"-1", b"9" * 5_000, "²".encode("latin-1")])
def test_a_declared_length_that_is_no_number_is_not_believed(length):
    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 204})

    scope = {"type": "http", "headers": [(b"content-length", length)], "query_string": b""}
    sent = run(BodyLimit(app, max_bytes=10, seconds=9), [body(b"", more=False)], scope)
    assert sent[0]["status"] == 204


@pytest.mark.parametrize("wrap", [Guard, lambda app: BodyLimit(app, max_bytes=10, seconds=9)])
def test_what_is_no_request_passes_through(wrap):
    seen = []

    async def app(scope, _receive, _send):
        seen.append(scope["type"])

    assert run(wrap(app), [], {"type": "lifespan"}) == []
    assert seen == ["lifespan"]


def test_a_failure_after_the_answer_began_is_left_to_the_server():
    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(Guard(app), [])


def test_a_body_that_does_not_come_is_refused_in_words(folder):
    service, bound = server.prepare(Settings(workspace=folder, body_wait_s=0.2, port=0))
    thread = threading.Thread(target=service.run, kwargs={"sockets": [bound]})
    with bound:
        thread.start()
        with socket.create_connection(bound.getsockname(), timeout=20) as slow:
            slow.sendall(b"POST /assess HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            answer = slow.recv(65_536)
        service.should_exit = True
        thread.join(timeout=20)
    assert answer.startswith(b"HTTP/1.1 408")
    assert "nội dung yêu cầu vẫn chưa đến hết".encode() in answer
