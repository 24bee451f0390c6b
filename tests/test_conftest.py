"""The test set-up itself: what it must notice, it notices."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
SKIPPING = "import pytest\ndef test_a():\n    pytest.skip('no reason')\n"
NEEDING = "def test_a(real_data):\n    pass\ndef test_b():\n    pass\n"


@pytest.fixture
def run_tests(tmp_path):
    """Run pytest on one test file beside a copy of our conftest, as CI or at home."""
    (tmp_path / "tests").mkdir()
    shutil.copy(CONFTEST, tmp_path / "tests")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def run(text, *, ci="", data=tmp_path / "nowhere"):
        (tmp_path / "tests" / "test_one.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "tests", "--no-header", "-p", "no:cacheprovider"]
        env = {**os.environ, "CI": ci, "VUNG_TEST_DATA": str(data)}
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # quicker, and none of them is asked about here
        return subprocess.run(
            command, cwd=tmp_path, env=env, check=False, capture_output=True, encoding="utf-8"
        )

    return run


def test_a_skip_is_allowed_at_home(run_tests):
    assert run_tests(SKIPPING).returncode == 0


def test_a_skip_fails_ci_and_says_so(run_tests):
    done = run_tests(SKIPPING, ci="true")
    assert done.returncode == 1
    assert "CI allows no skip" in done.stdout


def test_tests_that_need_absent_real_data_are_left_out_by_name_at_home(run_tests):
    done = run_tests(NEEDING)
    assert done.returncode == 0
    assert "1 passed, 1 deselected" in done.stdout
    assert "left out, because the real data are not there" in done.stdout
    assert "tests/test_one.py::test_a\n" in done.stdout
    assert "VUNG_TEST_DATA" in done.stdout


def test_absent_real_data_fail_ci_in_a_sentence(run_tests):
    done = run_tests(NEEDING, ci="true")
    assert done.returncode == 4
    assert re.search(r"real data that 1 of them need.*VUNG_TEST_DATA", done.stderr + done.stdout)


def test_real_data_that_are_there_are_used(run_tests, tmp_path):
    for folder in ("communes-2025", "parcels-duynghia"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    done = run_tests(NEEDING, ci="true", data=tmp_path / "data")
    assert done.returncode == 0
    assert "2 passed" in done.stdout


def test_no_test_reaches_the_network():
    outside = ("192.0.2.1", 80)  # an address kept for documentation
    with pytest.raises((RuntimeError, UserWarning), match=r"A test tried to use socket"):
        socket.create_connection(outside, timeout=1)


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


def test_a_clean_page_has_no_faults(page_probe, tmp_path):
    page = tmp_path / "trang sạch.html"
    page.write_text("<!doctype html><meta charset=utf-8><p>Bình Sơn</p>", encoding="utf-8")
    probe = page_probe(page)
    assert probe.page.inner_text("p") == "Bình Sơn"
    assert probe.faults == []


def test_a_page_that_misbehaves_is_found_out(page_probe, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><img src='https://outside.invalid/a.png'>"
        "<script>console.error('said so'); setTimeout(() => { throw new Error('thrown'); })"
        "</script>",
        encoding="utf-8",
    )
    probe = page_probe(page)
    probe.page.wait_for_timeout(200)
    assert probe.outside == ["https://outside.invalid/a.png"]
    assert "said so" in probe.console_errors
    assert probe.page_errors == ["thrown"]


def test_a_web_socket_to_outside_is_found_out(page_probe, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<script>new WebSocket('wss://outside.invalid/')</script>", encoding="utf-8")
    probe = page_probe(page)
    probe.page.wait_for_timeout(200)
    assert probe.outside == ["wss://outside.invalid/"]
