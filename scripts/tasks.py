r"""Set up, try, test and check Vùng: one small program for Linux, macOS and Windows.

``python3 scripts/tasks.py demo`` (Windows: ``py scripts\tasks.py demo``). It needs Python 3.11 or
newer and nothing else: it makes its own ``.venv`` in the checkout, installs with uv if that is on
PATH and with pip otherwise, and does nothing twice.

setup   make .venv and install what Vùng needs
demo    setup, then `vung demo`
test    setup with the test tools and Chromium, then pytest; further words go to pytest
static  the checks that run nothing: format, lint, import contracts, types
check   static, then test
bench   what the checks find of planted faults, and what they cost
fix     format, and mend what the linter can mend
lock    write constraints.txt anew (needs uv)
clean   remove .venv, demo/ and everything else that these tasks and the build have made; a demo/,
        dist/ or build/ that holds anything else stays
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import tomllib
except ModuleNotFoundError:
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"Vung needs Python 3.11 or newer and this is {found}; run it with a newer one.")

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
EXE = ".exe" if WINDOWS else ""
PYTHON = BIN / f"python{EXE}"
CONSTRAINTS = "constraints.txt"
SETUP_STAMP = VENV / "vung-setup.json"
# constraints.txt holds what Python 3.11 can have; from here on its NumPy has no wheels any more
UNPINNED_FROM = (3, 15)
# a change in one of these means: install again
SETUP_INPUTS = (
    "pyproject.toml",
    CONSTRAINTS,
    "hatch_build.py",
    "package.json",
    "package-lock.json",
)
VENDOR_STAMP = ROOT / "maps" / "static" / "vendor" / "stamp.txt"
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
# where the browsers lie that are not on PATH: Windows under its program folders, macOS in one place
CHROMIUM_WINDOWS = (
    ("Google", "Chrome", "Application", "chrome.exe"),
    ("Chromium", "Application", "chrome.exe"),
    ("Microsoft", "Edge", "Application", "msedge.exe"),
)
CHROMIUM_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# the steps before the tests, in the order in which they run; CONTRIBUTING.md explains each by name
STATIC = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "contracts": ("lint-imports", "--no-cache"),
    "types": ("mypy",),
}
MADE = (
    ".venv",
    "htmlcov",
    "maps/static/vendor",
    ".coverage",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
)


# what the build leaves in dist/, and Python's older builds in build/; anything else stays
BUILT = {"dist": ("vung-*.whl", "vung-*.tar.gz", ".gitignore"), "build": ("bdist.*", "lib")}
DEMO_MARK = ".vung-demo"


class TaskError(Exception):
    """A task cannot go on; its text is the one sentence that the user reads."""


def say(text: str) -> None:
    """Tell the user what happens, before what the next command prints."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has left; for good, or the interpreter would complain while it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tool(name: str) -> Path:
    """Path of a program in .venv."""
    return BIN / f"{name}{EXE}"


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, why: str = ""
) -> None:
    """Run a command in the checkout; `why` is the sentence for its failure."""
    words = [str(word) for word in command]
    try:
        status = subprocess.run(
            words, cwd=ROOT, env={**os.environ, **(env or {})}, check=False
        ).returncode
    except OSError as error:
        raise TaskError(f"{words[0]} could not be started: {error.strerror}.") from error
    if status:
        raise TaskError(why or f"`{Path(words[0]).stem} {' '.join(words[1:])}` failed ({status}).")


# --- set-up -----------------------------------------------------------------------------------


def requirements(*, dev: bool, build: bool = False) -> list[str]:
    """Read what pyproject.toml asks for: at run time, for tests, for building."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted: list[str] = list(project["project"]["dependencies"])
    if dev:
        wanted += project["dependency-groups"]["dev"]
    if build:
        wanted += project["build-system"]["requires"]
    return wanted


def setup_key() -> str:
    """Hash of everything that an installation depends on."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in SETUP_INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_set_up(*, dev: bool) -> bool:
    """Whether the last set-up still holds and has what is asked for now."""
    if not (SETUP_STAMP.is_file() and PYTHON.exists() and VENDOR_STAMP.is_file()):
        return False
    try:
        stamp = json.loads(SETUP_STAMP.read_text(encoding="utf-8"))
        return stamp["key"] == setup_key() and (stamp["dev"] or not dev)
    except (ValueError, KeyError, TypeError):
        return False


def make_venv(uv: str | None) -> None:
    """Make .venv, unless a working one is there."""
    if PYTHON.exists():
        probe = [str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
            return
    if VENV.exists():
        say(".venv has no working Python 3.11 or newer; making it anew")
        shutil.rmtree(VENV)
    if uv:
        run([uv, "venv", "--quiet", "--python", sys.executable, VENV])
        return
    run(
        [sys.executable, "-m", "venv", VENV],
        why="Python could not make a virtual environment; install its venv module "
        "(Debian and Ubuntu: apt install python3-venv) or uv, and run this again.",
    )


def install(uv: str | None, *, dev: bool) -> None:
    """Install Vùng editable, with the versions of constraints.txt, for building too."""
    # a relative path: pip and uv split what stands in an environment variable at its blanks
    pins = CONSTRAINTS if sys.version_info < UNPINNED_FROM else ""
    if not pins:
        say("this Python is newer than constraints.txt; taking the newest packages instead")
    if uv:
        command: list[str | Path] = [uv, "pip", "install", "--python", PYTHON]
    else:
        command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    if pins:
        command += ["--constraint", pins]
    # requirement by requirement, because the pip of a new environment may know no groups
    words = [*command, "--editable", ROOT, *(requirements(dev=True) if dev else ())]
    # how each tool is told to pin the build's own environment; a tool ignores what it does not know
    pinned = ("UV_BUILD_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "PIP_CONSTRAINT")
    run(
        words,
        env=dict.fromkeys(pinned, pins) if pins else None,
        why="The packages could not be installed; the lines above say which, "
        "check the connection to your package registry and run this again.",
    )


def setup(*, dev: bool = False) -> None:
    """Make .venv and install; nothing when that is done already."""
    if is_set_up(dev=dev):
        return
    uv = shutil.which("uv")
    say(f"setting up .venv with {'uv' if uv else 'pip'}{', with the test tools' if dev else ''}")
    SETUP_STAMP.unlink(missing_ok=True)
    make_venv(uv)
    install(uv, dev=dev)
    stamp = {"key": setup_key(), "dev": dev}
    SETUP_STAMP.write_text(json.dumps(stamp) + "\n", encoding="utf-8")


# --- Chromium ---------------------------------------------------------------------------------


def chromium_places() -> Iterable[Path]:
    """Where a Chromium may lie, best first."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            yield Path(path)
    for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if base := os.environ.get(folder):
            yield from (Path(base, *parts) for parts in CHROMIUM_WINDOWS)
    yield from map(Path, CHROMIUM_MACOS)
    yield from playwright_places()


def playwright_places() -> Iterable[Path]:
    """Look where `playwright install chromium` puts its browsers."""
    home = Path.home()
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    folders = (
        Path(chosen) if chosen not in {"", "0"} else None,
        home / ".cache" / "ms-playwright",
        home / "Library" / "Caches" / "ms-playwright",
        home / "AppData" / "Local" / "ms-playwright",
    )
    names = ("chrome", "chrome.exe", "Chromium", "Google Chrome for Testing")
    for folder in filter(None, folders):
        for build in sorted(folder.glob("chromium-*"), reverse=True):
            yield from (found for name in names for found in sorted(build.rglob(name)))


def find_chromium() -> Path | None:
    """Find an installed Chromium: the one VUNG_CHROMIUM names, else the first there is.

    Raises
    ------
    TaskError
        When VUNG_CHROMIUM names a file that is not there.
    """
    if named := os.environ.get("VUNG_CHROMIUM"):
        if not Path(named).is_file():
            raise TaskError(f"VUNG_CHROMIUM names {named!r}, and there is no such file.")
        return Path(named)
    return next((path for path in chromium_places() if path.is_file()), None)


def need_chromium() -> Path:
    """Find Chromium, or install it: with apt as root, with Playwright's download otherwise."""
    if chromium := find_chromium():
        return chromium
    tries: list[list[str | Path]] = []
    if not WINDOWS and os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        tries += [[apt, "update"], [apt, "install", "--yes", "--no-install-recommends", "chromium"]]
    tries.append([PYTHON, "-m", "playwright", "install", "chromium"])
    for command in tries:
        say("installing Chromium for the browser tests: " + " ".join(map(str, command)))
        try:
            run(command, env={"DEBIAN_FRONTEND": "noninteractive"})
        except TaskError as error:
            say(str(error))
        if chromium := find_chromium():
            return chromium
    raise TaskError(
        "The browser tests need Chromium and none could be installed; install Chromium, Chrome or "
        "Edge, or name one in VUNG_CHROMIUM, and run this again."
    )


# --- tasks ------------------------------------------------------------------------------------


def demo(*words: str) -> None:
    """Set up, then build the demonstration workspace and show its verdicts."""
    setup()
    run([tool("vung"), "demo", *words], why="The demonstration failed; the lines above say why.")


def test(*words: str) -> None:
    """Set up with the test tools and Chromium, then run every test and notebook."""
    setup(dev=True)
    chromium = need_chromium()
    run(
        [PYTHON, "-m", "pytest", *words],
        env={"VUNG_CHROMIUM": str(chromium)},
        why="The tests failed; the lines above name each.",
    )


def static() -> None:
    """Run the checks that run nothing of Vùng; every one, even after a failure."""
    setup(dev=True)
    failed = []
    for name, (program, *words) in STATIC.items():
        say(f"== {name}: {' '.join([program, *words])}")
        try:
            run([tool(program), *words])
        except TaskError:
            failed.append(name)
    if failed:
        raise TaskError(f"Failed: {', '.join(failed)}; CONTRIBUTING.md says how to mend each.")


def check(*words: str) -> None:
    """Run what CI runs."""
    static()
    say("== tests: pytest")
    test(*words)


def bench(*words: str) -> None:
    """Measure what the checks find and what they cost; further words go to the first of them."""
    setup(dev=True)
    run([PYTHON, "-m", "benchmarks.bench_check", *words])
    run([PYTHON, "-m", "benchmarks.bench_speed"])


def fix() -> None:
    """Format, and mend what the linter can mend."""
    setup(dev=True)
    run([tool("ruff"), "check", "--fix-only", "."])
    run([tool("ruff"), "format", "."])


def lock() -> None:
    """Resolve every requirement anew and write constraints.txt."""
    uv = shutil.which("uv")
    if not uv:
        raise TaskError("`lock` needs uv; install it (pip install uv) and run this again.")
    options = ["--quiet", "--universal", "--python-version=3.11", "--no-header", "--no-annotate"]
    done = subprocess.run(
        [uv, "pip", "compile", *options, "--no-emit-index-url", "--no-emit-find-links", "-"],
        input="\n".join(requirements(dev=True, build=True)),
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    if done.returncode:
        raise TaskError("uv could not resolve the requirements; the lines above say why.")
    lines = plain_pins(done.stdout)
    (ROOT / CONSTRAINTS).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    say(f"constraints.txt: {len(lines)} packages")


def plain_pins(compiled: str) -> list[str]:
    """Turn uv's answer into plain ``name==version`` lines, one a name.

    A name with one version for Python 3.11 and another for newer ones keeps the lower, which is
    the one that every Python from 3.11 on can have.
    """
    pins: dict[str, str] = {}
    for line in compiled.splitlines():
        if not (match := re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line)):
            continue
        name, version = match.groups()
        if name in pins and pins[name] != version:
            version = min(pins[name], version, key=version_key)
            say(f"{name} has several versions; kept {version}, which Python 3.11 can have")
        pins[name] = version
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


def version_key(version: str) -> list[int]:
    """Order versions by their numbers."""
    return [int(number) for number in re.findall(r"\d+", version)]


def not_made(folder: Path) -> list[str]:
    """Name what of demo/, dist/ or build/ no task made, or somebody has changed since."""
    if folder.name in BUILT:
        patterns = BUILT[folder.name]
        names = sorted(path.name for path in folder.iterdir())
        return [name for name in names if not any(fnmatch(name, each) for each in patterns)]
    try:
        made = json.loads((folder / DEMO_MARK).read_text(encoding="utf-8"))["made"]
    except (OSError, ValueError, KeyError, TypeError):
        return [f"no {DEMO_MARK}"]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name not in {DEMO_MARK, "catalogue.json.lock"}
    }
    return [name for name, sha in hashes.items() if made.get(name) != sha]


def clean() -> None:
    """Remove everything that the tasks and the build have made."""
    for name in MADE:
        path = ROOT / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for name in ("demo", *BUILT):
        folder = ROOT / name
        if not folder.is_dir():
            continue
        if own := not_made(folder):
            say(f"left {name}/, which holds what was not made here ({own[0]})")
        else:
            shutil.rmtree(folder)
    for cache in [*ROOT.rglob("__pycache__"), *ROOT.glob("*.egg-info")]:
        shutil.rmtree(cache, ignore_errors=True)


TASKS = {
    task.__name__: task for task in (setup, demo, test, static, check, bench, fix, lock, clean)
}
PASS_ON = {"demo", "test", "check", "bench"}


def main(words: Sequence[str]) -> int:
    """Run the task that `words` name; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a console that lacks a Vietnamese letter gets it escaped
            stream.reconfigure(errors="backslashreplace")
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="tasks.py",
        description=summary,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=TASKS)
    options, more = parser.parse_known_args(words[:1])
    more = [*more, *words[1:]]
    if more and options.task not in PASS_ON:
        parser.error(f"{options.task} takes no further words")
    try:
        TASKS[options.task](*more)
    except TaskError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
