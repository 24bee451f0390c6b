"""What every test leans on: no network, the real data, Chromium, and no silent skips."""

import asyncio
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("VUNG_TEST_DATA") or ROOT / ".." / "shared" / "data").resolve()
REAL_FOLDERS = ("communes-2025", "parcels-duynghia")
LEFT_OUT = pytest.StashKey[list[str]]()
CHROMIUM_ARGS = (
    "--no-sandbox",  # CI runs as root, where the sandbox cannot start
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    # whatever a page asks for, no name but this machine's is ever looked up
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
)
LOCAL_SCHEMES = {"file", "data", "blob", "about"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

# a slow machine is no fault of the code, and CI must find the same thing twice
hypothesis.settings.register_profile(
    "vung",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("vung")


# --- real data, skips -------------------------------------------------------------------------


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def real_data_is_there() -> bool:
    return all((REAL_DATA / folder).is_dir() for folder in REAL_FOLDERS)


def pytest_report_header() -> list[str]:
    """Name the engines, so that a failed run explains itself."""
    # imported here, because nothing else in this file needs them
    import pyogrio  # noqa: PLC0415
    import rasterio  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    found = "found" if real_data_is_there() else "not there (VUNG_TEST_DATA)"
    return [
        f"GDAL for vectors {pyogrio.__gdal_version_string__}",
        f"GDAL for rasters {rasterio.__gdal_version__}",
        f"GEOS {shapely.geos_version_string}",
        f"real data: {found}",
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the real data when they are not there; refuse that in CI."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker("real_data")
    if real_data_is_there():
        return
    lacking = [item for item in items if item.get_closest_marker("real_data")]
    if lacking and in_ci():
        raise pytest.UsageError(
            f"CI runs every test, and the real data that {len(lacking)} of them need are not "
            "there; set VUNG_TEST_DATA to the folder that holds " + " and ".join(REAL_FOLDERS)
        )
    items[:] = [item for item in items if item not in lacking]
    config.hook.pytest_deselected(items=lacking)
    config.stash[LEFT_OUT] = [item.nodeid for item in lacking]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    left_out = config.stash.get(LEFT_OUT, [])
    if left_out:
        terminalreporter.section("left out, because the real data are not there")
        for nodeid in left_out:
            terminalreporter.line(nodeid)
        terminalreporter.line("Set VUNG_TEST_DATA to the folder that holds them to run these too.")
    if skipped(terminalreporter) and in_ci():
        terminalreporter.section("a test was skipped, and CI allows no skip")


def skipped(terminalreporter: pytest.TerminalReporter) -> int:
    return len(terminalreporter.stats.get("skipped", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make a skip fail CI: a test that nobody runs proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if in_ci() and skipped(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of the real data; a test with this fixture runs only where they are."""
    return REAL_DATA


# --- Chromium ---------------------------------------------------------------------------------


def load_script(name: str) -> ModuleType:
    """Import a program of scripts/, which is no package."""
    spec = importlib.util.spec_from_file_location(
        f"scripts_{name}", ROOT / "scripts" / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tasks() -> ModuleType:
    """Return scripts/tasks.py as a module."""
    return load_script("tasks")


@pytest.fixture(scope="session")
def chromium(tasks: ModuleType) -> Path:
    """Return the Chromium that `make test` found or installed; its absence is a failure."""
    found = tasks.find_chromium()
    if found is None:
        pytest.fail("no Chromium; run `python3 scripts/tasks.py test`, which installs one")
    return found


# closed with its module: while it runs, asyncio.run() fails in the same thread
@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Return a headless Chromium driven by Playwright."""
    if sys.platform == "win32":
        # nbmake sets another policy, whose loop cannot start the driver's process
        asyncio.set_event_loop_policy(asyncio.WindowsProactorEventLoopPolicy())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, headless=True, args=[*CHROMIUM_ARGS]
        )
        yield browser
        browser.close()


@dataclass
class Probe:
    """An open page, and what it did that a page of ours must not do."""

    page: Page
    outside: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Return everything that went wrong: an empty list is a clean page."""
        return [*self.outside, *self.console_errors, *self.page_errors]


def is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOOPBACK


def probed(context: BrowserContext) -> Probe:
    """Open an empty page that writes down what it asks for and what goes wrong in it."""
    probe = Probe(context.new_page())

    def note(url: str) -> None:
        if not is_local(url):
            probe.outside.append(url)

    # noted when asked for, so that a request that fails or is answered from a cache counts too
    context.on("request", lambda request: note(request.url))
    probe.page.on("websocket", lambda socket: note(socket.url))
    probe.page.on(
        "console",
        lambda said: probe.console_errors.append(said.text) if said.type == "error" else None,
    )
    probe.page.on("pageerror", lambda error: probe.page_errors.append(str(error)))
    return probe


@pytest.fixture
def page_probe(browser: Browser) -> Iterator[Callable[[str | Path], Probe]]:
    """Return a function that opens a file or a loopback address and answers with its `Probe`."""
    with browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="vi-VN", service_workers="block"
    ) as context:
        # nothing leaves this machine, and a page that needs something from outside shows it
        context.route(lambda url: not is_local(url), lambda route: route.abort())

        def open_page(address: str | Path) -> Probe:
            probe = probed(context)
            url = address.resolve().as_uri() if isinstance(address, Path) else address
            probe.page.goto(url, wait_until="load")
            return probe

        yield open_page
