"""The installed program on real consoles: foreign encodings, closed pipes, Ctrl+C."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

FULL = Path("/dev/full")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp1258"])
def test_a_console_without_vietnamese_gets_letters_without_accents(encoding, area, program):
    ran = program("-w", area, "align", "--as-of", "2026-06-01", encoding=encoding,
                  env={"PYTHONIOENCODING": encoding})  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    assert "Ket qua" in ran.out.splitlines()[0]
    assert "?" not in ran.out


def test_a_refusal_and_json_reach_such_a_console_too(program):
    env = {"PYTHONIOENCODING": "ascii"}
    ran = program("-w", "không có", "layers", "--json", env=env)
    assert ran.code == 2
    assert ran.err.startswith("Loi: khong co khong phai thu muc du lieu; ")
    assert ran.record["error"]["vi"].startswith("không có không phải thư mục dữ liệu")


def test_help_reaches_such_a_console_too(program):
    ran = program("--help", encoding="cp1252", env={"PYTHONIOENCODING": "cp1252"})
    assert (ran.code, ran.err) == (0, "")
    assert "nguyên lieu voi quy" in ran.out


@pytest.mark.parametrize("arguments", ["layers", "layers --json", "align --as-of 2026-06-01"])
def test_a_reader_that_leaves_its_pipe_is_no_fault(arguments, area, start):
    reader, writer = os.pipe()
    os.close(reader)
    process = start("-w", area, *arguments.split(), stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


if FULL.exists():  # a device that Linux alone has

    @pytest.mark.parametrize("arguments", ["layers", "layers --json"])
    def test_a_full_disk_behind_the_output_is_a_sentence(arguments, area, start):
        with FULL.open("wb") as full:
            process = start("-w", area, *arguments.split(), stdout=full)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 2
        assert err.startswith("Lỗi".encode())
        assert b"No space left on device" in err
        assert err.count(b"\n") == 1


def test_exit_codes_reach_the_shell(area, files, program):
    land_use = ("import", "land-use", files / "sai.gpkg", "--code-table", "tt27-2018", "--status",
                "current", "--year", "2020")  # fmt: skip
    assert program("-w", area, "layers").code == 0
    assert program("-w", area, *land_use).code == 1
    assert program("-w", area, "info", "nothing").code == 2


def interrupt(process):
    if sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.send_signal(signal.SIGINT)


def test_the_service_answers_until_ctrl_c_and_then_ends_cleanly(area, start):
    flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {}
    process = start("-w", area, "serve", "--port", "0", "--json", **flags)
    url = json.loads(process.stdout.readline())["url"]
    with urllib.request.urlopen(f"{url}health", timeout=30) as answer:  # noqa: S310 (loopback)
        assert answer.status == 200
    interrupt(process)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "99999"), "VUNG_PORT"),
        (("--host", "không đúng"), "VUNG_HOST"),
    ],
)
def test_a_service_that_cannot_be_is_refused(arguments, words, area, vung):
    ran = vung("-w", area, "serve", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert ran.err.count("\n") == 1


def test_a_service_without_workspace_is_refused(vung):
    ran = vung("-w", Path("nowhere"), "serve", "--json")
    assert ran.record["error"]["type"] == "WorkspaceError"
