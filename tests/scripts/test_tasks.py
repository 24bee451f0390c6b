"""The program behind `make`: it sets up once, says what is wrong, and runs what CI runs."""

import json
import os
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "tasks.py"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def checkout(tasks, tmp_path, monkeypatch):
    """Point the program at an empty checkout and write down what it would run there."""
    for name in tasks.SETUP_INPUTS:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    venv = tmp_path / ".venv"
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "VENV", venv)
    monkeypatch.setattr(tasks, "BIN", venv / "bin")
    monkeypatch.setattr(tasks, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(tasks, "SETUP_STAMP", venv / "vung-setup.json")
    monkeypatch.setattr(tasks, "VENDOR_STAMP", tmp_path / "maps" / "stamp.txt")
    monkeypatch.setattr(tasks.shutil, "which", lambda name: f"/programs/{name}")
    return tmp_path


@pytest.fixture
def ran(tasks, checkout, monkeypatch):
    """Return the commands that were run, each as its words; they do what the real ones would."""
    commands = []

    def run(command, **options):
        words = [str(word) for word in command]
        commands.append(words)
        if "venv" in words:
            tasks.VENV.mkdir()
            monkeypatch.setattr(tasks, "PYTHON", Path(sys.executable))
        if "install" in words:
            (checkout / "maps").mkdir(exist_ok=True)
            tasks.VENDOR_STAMP.touch()
        assert options.keys() <= {"env", "why"}

    monkeypatch.setattr(tasks, "run", run)
    return commands


# --- set-up -----------------------------------------------------------------------------------


def test_a_second_set_up_does_nothing(tasks, ran):
    tasks.setup()
    assert [words[1:3] for words in ran] == [["venv", "--quiet"], ["pip", "install"]]
    ran.clear()
    tasks.setup()
    assert ran == []


def test_test_tools_are_installed_when_a_test_first_asks_for_them(tasks, ran):
    tasks.setup()
    ran.clear()
    tasks.setup(dev=True)
    ((*_, last),) = ran
    assert last in tasks.requirements(dev=True)
    ran.clear()
    tasks.setup()
    tasks.setup(dev=True)
    assert ran == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "package-lock.json"])
def test_a_changed_requirement_means_another_set_up(tasks, ran, checkout, name):
    tasks.setup()
    ran.clear()
    with (checkout / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    tasks.setup()
    assert [words[1] for words in ran] == ["pip"]


def test_lost_scripts_of_the_maps_mean_another_set_up(tasks, ran):
    tasks.setup()
    ran.clear()
    tasks.VENDOR_STAMP.unlink()
    tasks.setup()
    assert [words[1] for words in ran] == ["pip"]


def test_a_damaged_stamp_means_another_set_up(tasks, ran):
    tasks.setup()
    tasks.SETUP_STAMP.write_text("[", encoding="utf-8")
    assert not tasks.is_set_up(dev=False)
    tasks.SETUP_STAMP.write_text(json.dumps({}), encoding="utf-8")
    assert not tasks.is_set_up(dev=False)
    assert len(ran) == 2


def test_an_environment_without_a_working_python_is_made_anew(tasks, ran, checkout, capsys):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    tasks.make_venv("uv")
    assert [words[1] for words in ran] == ["venv"]
    assert "making it anew" in capsys.readouterr().out


def test_without_uv_pip_installs(tasks, ran, monkeypatch):
    monkeypatch.setattr(tasks.shutil, "which", lambda _: None)
    tasks.setup()
    assert ran[0] == [sys.executable, "-m", "venv", str(tasks.VENV)]
    assert ran[1][1:4] == ["-m", "pip", "install"]


def test_the_pins_hold_where_they_can_and_are_left_out_where_they_cannot(tasks, ran, monkeypatch):
    monkeypatch.setattr(tasks, "UNPINNED_FROM", (4,))
    tasks.install("uv", dev=False)
    monkeypatch.setattr(tasks, "UNPINNED_FROM", (3,))
    tasks.install("uv", dev=False)
    assert [("--constraint" in words) for words in ran] == [True, False]


def test_pins_reach_the_build_through_a_path_without_blanks(tasks, checkout, monkeypatch):
    # pip and uv take a blank in these variables for the end of a name
    seen = {}
    monkeypatch.setattr(tasks, "run", lambda *_, env, **_more: seen.update(env))
    tasks.install("uv", dev=False)
    assert seen["PIP_CONSTRAINT"] == seen["UV_BUILD_CONSTRAINT"] == "constraints.txt"
    assert (checkout / seen["PIP_CONSTRAINT"]).is_file()


# --- Chromium ---------------------------------------------------------------------------------


def test_the_named_chromium_is_taken_first(tasks, tmp_path, monkeypatch):
    browser = tmp_path / "trình duyệt"
    browser.touch()
    monkeypatch.setenv("VUNG_CHROMIUM", str(browser))
    assert tasks.find_chromium() == browser


def test_a_named_chromium_that_is_not_there_is_an_error_in_words(tasks, monkeypatch):
    monkeypatch.setenv("VUNG_CHROMIUM", "nowhere")
    with pytest.raises(tasks.TaskError, match="VUNG_CHROMIUM names 'nowhere'"):
        tasks.find_chromium()


def test_a_chromium_of_playwright_is_found_where_playwright_puts_it(tasks, tmp_path, monkeypatch):
    for build in ("chromium-1000", "chromium-1200"):
        (tmp_path / build / "chrome-linux").mkdir(parents=True)
        (tmp_path / build / "chrome-linux" / "chrome").touch()
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    newest = tmp_path / "chromium-1200" / "chrome-linux" / "chrome"
    assert next(iter(tasks.playwright_places())) == newest


def test_browsers_of_windows_are_looked_for_in_its_program_folders(tasks, monkeypatch):
    monkeypatch.setenv("PROGRAMFILES", "P")
    assert Path("P", "Microsoft", "Edge", "Application", "msedge.exe") in tasks.chromium_places()


@pytest.fixture
def bare(tasks, monkeypatch):
    """Make this machine one without any Chromium."""
    monkeypatch.delenv("VUNG_CHROMIUM", raising=False)
    monkeypatch.setattr(tasks, "chromium_places", lambda: iter(()))


@pytest.mark.parametrize(
    ("user", "first"),
    [
        pytest.param(0, ["/programs/apt-get", "update"], id="root takes apt"),
        pytest.param(1000, ["-m", "playwright", "install"], id="others take the download"),
    ],
)
@pytest.mark.usefixtures("bare")
def test_a_missing_chromium_is_installed_and_never_passed_over(
    tasks, ran, monkeypatch, user, first
):
    monkeypatch.setattr(tasks.os, "geteuid", lambda: user, raising=False)
    with pytest.raises(tasks.TaskError, match="need Chromium and none could be installed"):
        tasks.need_chromium()
    assert first == [word for word in ran[0] if word != str(tasks.PYTHON)][: len(first)]
    assert ran[-1][1:] == ["-m", "playwright", "install", "chromium"]


@pytest.mark.usefixtures("bare", "checkout")
def test_a_failed_installation_is_followed_by_the_next_way(tasks, monkeypatch):
    tried = []

    def fail(command, **_):
        tried.append(command)
        raise tasks.TaskError("no")

    monkeypatch.setattr(tasks.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(tasks, "run", fail)
    with pytest.raises(tasks.TaskError, match="install Chromium, Chrome or Edge"):
        tasks.need_chromium()
    assert len(tried) == 3


# --- tasks ------------------------------------------------------------------------------------


def test_further_words_go_to_pytest_and_chromium_goes_with_them(tasks, ran, monkeypatch):
    monkeypatch.setattr(tasks, "need_chromium", lambda: Path("browser"))
    assert tasks.main(["test", "-k", "overlay", "-x"]) == 0
    assert ran[-1][1:] == ["-m", "pytest", "-k", "overlay", "-x"]


def test_the_demo_needs_no_test_tools(tasks, ran):
    assert tasks.main(["demo", "--lang", "en"]) == 0
    assert ran[-1] == [str(tasks.tool("vung")), "demo", "--lang", "en"]
    assert not {*PROJECT["dependency-groups"]["dev"]} & {word for words in ran for word in words}


def test_check_runs_every_static_check_and_then_the_tests(tasks, ran, monkeypatch):
    monkeypatch.setattr(tasks, "need_chromium", lambda: Path("browser"))
    assert tasks.main(["check"]) == 0
    programs = [Path(words[0]).stem for words in ran[2:]]
    assert programs == ["ruff", "ruff", "lint-imports", "mypy", "python"]


def test_static_checks_all_run_and_the_failed_ones_are_named(tasks, ran, monkeypatch, capsys):
    def run(command):
        ran.append(command)
        if "mypy" in str(command[0]) or "format" in command:
            raise tasks.TaskError("no")

    tasks.setup(dev=True)
    monkeypatch.setattr(tasks, "run", run)
    assert tasks.main(["static"]) == 1
    assert len(ran[2:]) == len(tasks.STATIC)
    assert "Failed: format, types; CONTRIBUTING.md" in capsys.readouterr().out


def test_fix_mends_before_it_formats(tasks, ran):
    assert tasks.main(["fix"]) == 0
    assert [words[1] for words in ran[2:]] == ["check", "format"]


@pytest.mark.usefixtures("ran")
def test_clean_removes_what_was_made_and_nothing_else(tasks, checkout):
    tasks.setup()
    (checkout / "gis" / "__pycache__").mkdir(parents=True)
    (checkout / ".coverage").touch()
    tasks.clean()
    left = {path.relative_to(checkout).as_posix() for path in checkout.rglob("*")}
    assert left == {*tasks.SETUP_INPUTS, "gis", "maps", "maps/stamp.txt"}


def spread(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"made")


MADE = {"catalogue.json": sha256(b"made").hexdigest()}


@pytest.mark.parametrize(
    ("names", "mark", "stays"),
    [
        (["demo/catalogue.json", "demo/catalogue.json.lock"], {"made": MADE}, False),
        (["demo/catalogue.json", "demo/out/letter.txt"], {"made": MADE}, True),
        (["demo/catalogue.json"], {"made": {"catalogue.json": "0"}}, True),
        (["demo/catalogue.json"], {}, True),
        (["demo/catalogue.json"], None, True),
        (
            ["dist/vung-1.0-py3-none-any.whl", "dist/vung-1.0.tar.gz", "dist/.gitignore"],
            None,
            False,
        ),
        (["dist/vung-1.0.tar.gz", "dist/thesis.pdf"], None, True),
        (["build/lib/a.py", "build/bdist.linux/a"], None, False),
        (["build/house.dwg"], None, True),
    ],
)
def test_clean_leaves_work_of_others(tasks, checkout, capsys, names, mark, stays):
    folder = checkout / Path(names[0]).parts[0]
    spread(checkout, *names)
    if mark is not None:
        (folder / tasks.DEMO_MARK).write_text(json.dumps(mark), encoding="utf-8")
    tasks.clean()
    assert folder.exists() is stays
    assert (f"left {folder.name}/" in capsys.readouterr().out) is stays


# --- running, words ---------------------------------------------------------------------------


def test_a_failing_command_is_a_sentence(tasks):
    with pytest.raises(tasks.TaskError, match=r"failed \(3\)\.$"):
        tasks.run([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(tasks.TaskError, match=r"^That is why\.$"):
        tasks.run([sys.executable, "-c", "raise SystemExit(3)"], why="That is why.")


def test_a_program_that_is_not_there_is_a_sentence(tasks, tmp_path):
    with pytest.raises(tasks.TaskError, match=r"nothing-here could not be started"):
        tasks.run([tmp_path / "nothing-here"])


def call(*words, python=sys.executable, **env):
    return subprocess.run(
        [python, SCRIPT, *words],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={"PATH": "", **env},
    )


def test_help_names_every_task(tasks):
    said = call("--help", PYTHONIOENCODING="ascii")
    assert said.returncode == 0
    assert [name for name in tasks.TASKS if f"\n{name} " not in said.stdout] == []


def test_a_reader_that_leaves_the_pipe_is_no_fault(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    code = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import tasks; tasks.say('a')"
    said = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        stdout=writer,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    os.close(writer)
    assert (said.returncode, said.stderr) == (0, b"")


def test_make_hands_words_on_to_every_task_that_takes_them(tasks):
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    handed = {line.split()[2] for line in lines if line.endswith("$(ARGS)")}
    assert handed == tasks.PASS_ON


def test_an_unknown_task_and_words_for_a_task_that_takes_none_are_refused():
    assert call("nonsense").returncode == 2
    assert "takes no further words" in call("clean", "-k", "x").stderr


def test_an_older_python_is_told_so_in_one_sentence(tmp_path):
    # stands in for a Python without tomllib, which came with 3.11
    (tmp_path / "tomllib.py").write_text("raise ModuleNotFoundError\n", encoding="utf-8")
    said = call("demo", PYTHONPATH=str(tmp_path), PYTHONSAFEPATH="1")
    assert said.returncode == 1
    assert said.stderr.startswith("Vung needs Python 3.11 or newer and this is ")
    assert len(said.stderr.splitlines()) == 1


def test_lock_without_uv_is_a_sentence(tasks, monkeypatch):
    monkeypatch.setattr(tasks.shutil, "which", lambda _: None)
    with pytest.raises(tasks.TaskError, match="`lock` needs uv"):
        tasks.lock()


def test_pins_are_plain_and_one_a_name_with_the_version_that_every_python_can_have(tasks, capsys):
    compiled = (
        "numpy==2.10.1 ; python_full_version >= '3.12'\n"
        "numpy==2.9.6 ; python_full_version < '3.12'\n"
        "    # via vung\n"
        "colorama==0.4.6 ; sys_platform == 'win32'\n"
    )
    assert tasks.plain_pins(compiled) == ["colorama==0.4.6", "numpy==2.9.6"]
    assert "numpy has several versions; kept 2.9.6" in capsys.readouterr().out
