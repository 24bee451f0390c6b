"""Answers that are sent again: the same bytes, for the same question, until the data changes."""

import pytest
from starlette.testclient import TestClient

from api.kept import MARK, Kept
from api.main import create_app
from api.settings import Settings

NOW = "/collections/land-use~now"


class Service:
    """Counts how often it is asked, and marks what may be kept."""

    def __init__(self, *, size=10, mark=True, status=200):
        self.asked = 0
        self.state = 1
        self.size, self.mark, self.status = size, mark, status

    async def __call__(self, scope, _receive, send):
        self.asked += 1
        if self.mark:
            scope[MARK] = True
        body = str(self.asked).rjust(self.size).encode()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    def client(self, most=1_000):
        return TestClient(Kept(self, stamp=lambda: self.state, most_bytes=most))


def test_the_same_question_is_answered_once():
    service = Service()
    client = service.client()
    assert client.get("/a?b=1").content == client.get("/a?b=1").content
    assert service.asked == 1


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/b", {}),
        ("/a?c=1", {}),
        ("/a", {"Accept": "text/html"}),
        ("/a", {"Accept-Language": "en"}),
        ("/a", {"Accept-Encoding": "identity"}),
        ("/a", {"Origin": "https://portal.example.vn"}),
        ("/a", {"Host": "other.example.vn"}),
    ],
)
def test_another_question_is_another_answer(address, headers):
    service = Service()
    client = service.client()
    assert client.get("/a").content != client.get(address, headers=headers).content
    assert service.asked == 2


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer x"}, {"Cookie": "a=b"}, {"If-None-Match": '"x"'},
     {"Range": "bytes=0-1"}, {"Cache-Control": "no-cache"}],
)  # fmt: skip
def test_a_question_with_a_name_to_it_is_nobody_elses(headers):
    service = Service()
    client = service.client()
    client.get("/a")
    assert client.get("/a", headers=headers).content.strip() == b"2"
    assert client.get("/a", headers=headers).content.strip() == b"3"
    assert client.get("/a").content.strip() == b"1"


def test_what_is_not_marked_not_asked_for_or_not_found_is_not_kept():
    for service in (Service(mark=False), Service(status=404)):
        client = service.client()
        client.get("/a")
        client.get("/a")
        assert service.asked == 2
    service = Service()
    client = service.client()
    client.post("/a")
    client.post("/a")
    assert service.asked == 2


def test_when_the_data_changes_everything_is_asked_anew():
    service = Service()
    client = service.client()
    client.get("/a")
    service.state = 2
    assert client.get("/a").content.strip() == b"2"
    assert client.get("/a").content.strip() == b"2"


def test_an_answer_that_the_data_changed_under_is_not_kept():
    service = Service()
    states = iter([1, 2, 2, 2, 2])
    client = TestClient(Kept(service, stamp=lambda: next(states), most_bytes=1_000))
    client.get("/a")
    client.get("/a")
    assert service.asked == 2


def test_the_room_is_bounded_and_the_oldest_goes_first():
    service = Service(size=100)
    client = service.client(most=800)
    for name in "abcdefgh":
        client.get(f"/{name}")
    client.get("/a")
    client.get("/i")
    assert service.asked == 9
    assert client.get("/a").content.strip() == b"1"
    assert client.get("/b").content.strip() == b"10"


def test_an_answer_too_large_for_its_share_is_not_kept():
    service = Service(size=101)
    client = service.client(most=800)
    client.get("/a")
    client.get("/a")
    assert service.asked == 2


def test_an_import_is_seen_at_the_next_question(bare, add, present):
    client = TestClient(create_app(Settings(workspace=bare.folder)))
    first = client.get(f"{NOW}/items")
    again = client.get(f"{NOW}/items")
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    add("land-use", [0, 1], name="now", constants=present, code=["LUC"] * 2)
    assert client.get(f"{NOW}/items").json()["numberMatched"] == 2
