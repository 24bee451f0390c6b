"""The port: bound before anything starts, refused in one sentence, given back at the end."""

import json
import signal
import socket
import threading
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from api import server
from api.settings import Settings
from gis.errors import InputError, WorkspaceError


def get(address):
    with urlopen(address, timeout=10) as answer:  # noqa: S310 (an address of this test)
        return json.load(answer)


def test_it_serves_over_a_real_connection(live):
    assert get(f"{live}/health")["status"] == "ok"
    page = get(f"{live}/collections/land-use~now/items?limit=2")
    assert page["numberReturned"] == 2
    (following,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    assert following.startswith(live)
    assert [feature["id"] for feature in get(following)["features"]] == [3]
    with pytest.raises(HTTPError, match="404") as caught:
        get(f"{live}/nothing")
    with caught.value as refusal:
        assert json.load(refusal)["status"] == 404
        assert "server" not in refusal.headers


def test_it_stops_when_interrupted_and_gives_the_port_back(settings):
    told = []

    def interrupt():
        patience = time.monotonic() + 20
        while time.monotonic() < patience:
            try:
                get(f"{told[0]}health")
                break
            except (IndexError, OSError):
                time.sleep(0.02)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    server.serve(settings, ready=told.append)
    thread.join(10)
    port = int(told[0].rstrip("/").rpartition(":")[2])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_a_busy_port_is_one_sentence(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} on 127.0.0.1 is taken") as caught:
            server.serve(Settings(workspace=folder, port=port))
    assert "--port" in caught.value.vi


@pytest.mark.parametrize("host", ["192.0.2.1", "256.256.256.256"])
def test_an_address_of_another_machine_is_refused(folder, host):
    with pytest.raises(InputError, match="is no address of this machine"):
        server.prepare(Settings(workspace=folder, host=host, port=0))


def test_without_a_workspace_no_port_is_bound(tmp_path):
    with pytest.raises(WorkspaceError):
        server.serve(Settings(workspace=tmp_path, port=0))


def test_a_port_that_needs_rights_says_so(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(InputError, match="Port 80 needs special rights"):
        server.prepare(Settings(workspace=folder, port=80))


def test_the_address_of_the_sixth_version_stands_in_brackets():
    class Bound:
        def getsockname(self):
            return ("::1", 8000, 0, 0)

    assert server.address(Bound()) == "http://[::1]:8000/"
