"""What is shipped: the wheel, the source distribution, and Vùng installed from them."""

import ast
import csv
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import gis
from gis import shipped

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("gis", "maps", "api", "cli")
VENDOR = (
    "leaflet/leaflet.js",
    "leaflet/leaflet.css",
    "leaflet/images/layers.png",
    "leaflet/LICENSE",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-dist/LICENSE",
)
SOURCES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def run(*words, cwd, **env):
    """Run a command as a user would: nothing of this test run leaks into it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # on Windows a program's name lacks its .exe
    program, *others = map(str, words)
    done = subprocess.run(
        [shutil.which(program) or program, *others],
        cwd=cwd,
        env={**kept, "PYTHONNOUSERSITE": "1", "PYTHONIOENCODING": "utf-8", **env},
        check=False,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the folder of a source distribution and of the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    # an npm that could fetch nothing would fail here: the stamp of this checkout holds
    command = ("-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    run(sys.executable, *command, cwd=folder, npm_config_offline="true", npm_config_cache=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    (found,) = built.glob("vung-*.whl")
    return found


@pytest.fixture(scope="module")
def inside(wheel):
    """Return the names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return the programs of an environment with the wheel in it and no way to this checkout.

    Its dependencies are those of this test run, found through a path file. Python reads no path
    files in a folder that a path file has named, so the editable install there stays unseen.
    """
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    python = next(programs.glob("python*"))
    pip = ("-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    run(sys.executable, *pip, cwd=home)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site_packages = Path(run(python, "-c", ask, cwd=home).strip())
    borrowed = {
        importlib.metadata.distribution(name).locate_file("") for name in ("numpy", "folium")
    }
    lines = "".join(f"{folder}\n" for folder in sorted(map(str, borrowed)))
    (site_packages / "borrowed.pth").write_text(lines, encoding="utf-8")
    return programs


# --- the archives -----------------------------------------------------------------------------


def test_the_wheel_is_for_every_platform_and_carries_the_version_of_the_code(wheel):
    assert wheel.name == f"vung-{gis.__version__}-py3-none-any.whl"


def test_the_wheel_carries_every_module_and_its_own_static_files(inside):
    expected = {file.relative_to(ROOT).as_posix() for file in SOURCES}
    assert expected <= inside


def test_the_wheel_carries_every_shipped_data_file_and_no_build_script(inside):
    data = ROOT / "data"
    files = {file.relative_to(data).as_posix() for file in data.rglob("*") if file.is_file()}
    expected = {name for name in files if not name.endswith((".py", ".pyc"))}
    carried = {name.removeprefix("gis/_data/") for name in inside if name.startswith("gis/_data/")}
    assert carried == expected
    assert any(name.startswith("reference/") for name in carried)
    assert any(name.startswith("sample/") for name in carried)
    assert any(name.startswith("zones/") for name in carried)


@pytest.mark.parametrize("name", VENDOR)
def test_the_wheel_carries_the_scripts_of_the_pages_and_their_licences(inside, name):
    assert f"maps/static/vendor/{name}" in inside


def test_the_wheel_carries_nothing_else(inside):
    tops = {name.split("/")[0] for name in inside}
    assert tops == {*PACKAGES, f"vung-{gis.__version__}.dist-info"}
    assert not [name for name in inside if "__pycache__" in name]


def test_the_wheel_names_its_licence_and_its_command(inside):
    info = f"vung-{gis.__version__}.dist-info"
    assert {f"{info}/licenses/LICENSE", f"{info}/entry_points.txt"} <= inside


def test_the_source_distribution_builds_without_npm_and_holds_no_working_folders(built):
    (archive,) = built.glob("vung-*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.split("/", 1)[1] for name in tar.getnames() if "/" in name}
    assert {"hatch_build.py", "package.json", "package-lock.json", "LICENSE"} <= names
    assert {f"maps/static/vendor/{name}" for name in ("stamp.txt", *VENDOR)} <= names
    tops = {name.split("/")[0] for name in names}
    assert not tops & {".venv", "demo", "dist", "build", "node_modules", ".git"}


# --- installed --------------------------------------------------------------------------------


def test_the_installed_packages_come_from_the_wheel_and_not_from_this_checkout(installed, tmp_path):
    ask = (
        "import gis, maps, api, cli; print(*(m.__file__ for m in (gis, maps, api, cli)), sep='\\n')"
    )
    files = run(installed / "python", "-c", ask, cwd=tmp_path).splitlines()
    assert len(files) == 4
    assert all(Path(file).is_relative_to(installed.parent) for file in files)


def test_shipped_files_are_the_same_bytes_installed_and_in_the_checkout(installed, tmp_path):
    name = ("reference", "land_use_codes.csv")
    ask = f"from gis import shipped; print(shipped.path(*{name!r}))"
    found = Path(run(installed / "python", "-c", ask, cwd=tmp_path).strip())
    assert found.is_relative_to(installed.parent)
    assert shipped.path(*name) == ROOT / "data" / "reference" / "land_use_codes.csv"
    assert found.read_bytes() == shipped.path(*name).read_bytes()


def test_the_installed_command_knows_its_version(installed, tmp_path):
    ask = "import importlib.metadata as m; print(m.version('vung'))"
    assert run(installed / "python", "-c", ask, cwd=tmp_path).strip() == gis.__version__


def test_the_installed_demo_works_from_any_folder(installed, tmp_path):
    folder = tmp_path / "thư mục khác"
    folder.mkdir()
    printed = run(installed / "vung", "demo", cwd=folder)
    out = folder / "demo" / "out"
    assert {file.name for file in out.iterdir()} >= {
        "alignment.csv",
        "alignment.xlsx",
        "review.html",
    }
    # what was printed and what was written name the same zones
    with (out / "alignment.csv").open(encoding="utf-8-sig", newline="") as file:
        zones = {row["zone_id"] for row in csv.DictReader(file)}
    assert zones
    assert [zone for zone in sorted(zones) if zone not in printed] == []
    # the map needs nothing from this checkout
    assert str(ROOT) not in (out / "review.html").read_text(encoding="utf-8")


# --- dependencies -----------------------------------------------------------------------------


def imported_names(source):
    """Return the top-level names that running code imports; what only types need is left out."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def normal(name):
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", name, maxsplit=1)[0]).lower()


def test_every_import_is_declared_and_every_declared_package_is_imported():
    declared = {normal(line) for line in PROJECT["project"]["dependencies"]}
    imported = {name for source in SOURCES for name in imported_names(source)}
    foreign = imported - set(sys.stdlib_module_names) - set(PACKAGES)
    providers = importlib.metadata.packages_distributions()
    needed = {normal(dist) for name in foreign for dist in providers[name][:1]}
    assert needed - declared == set()
    # the server reads requests and waits for them through these, without an import of ours
    assert declared - needed <= {"httptools", "uvloop"}


# --- the JavaScript ---------------------------------------------------------------------------


def test_package_json_names_exact_versions_and_the_lock_the_same():
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert wanted == {name: lock[f"node_modules/{name}"]["version"] for name in wanted}
    assert all("integrity" in entry for name, entry in lock.items() if name)


@pytest.fixture
def checkout(tmp_path):
    """Return a bare copy of what the build hook reads."""
    for name in ("hatch_build.py", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def fetch(checkout, **env):
    code = "import sys, pathlib, hatch_build; print(hatch_build.fetch_vendor(pathlib.Path.cwd()))"
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command,
        cwd=checkout,
        env={**os.environ, **env},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def test_an_unchanged_stamp_skips_npm_and_a_changed_lock_does_not(checkout, tmp_path_factory):
    shutil.copytree(ROOT / "maps" / "static" / "vendor", checkout / "maps" / "static" / "vendor")
    offline = {
        "npm_config_offline": "true",
        "npm_config_cache": str(tmp_path_factory.mktemp("empty")),
    }
    assert fetch(checkout, **offline).stdout == "False\n"
    lock = checkout / "package-lock.json"
    lock.write_text(lock.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    failed = fetch(checkout, **offline)
    assert failed.returncode != 0
    last = failed.stderr.strip().splitlines()[-1]
    assert last.startswith("hatch_build.VendorError: npm could not fetch the packages")
    assert "check the connection to your npm registry" in last
    # what was there before is still there
    assert (checkout / "maps/static/vendor/leaflet/leaflet.js").is_file()
