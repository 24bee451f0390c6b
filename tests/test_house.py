"""The house rules: who may import whom, what may stand in a file, and that all checks agree."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import gis
from gis.layers.base import LayerSpec
from gis.layers.registry import LAYERS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("gis", "maps", "api", "cli")
# spelled so that this file does not contain what it looks for
REGISTRY_HOSTS = [
    "pypi" + r"\.org",
    "pythonhosted" + r"\.org",
    "registry\\.npm" + r"js\.org",
    "deb\\.debian" + r"\.org",
]
MACHINE_PATH = r"(?<![\w.:/~-])/(?:work|root|home|Users)" + "/"
FORBIDDEN = re.compile(
    "|".join(
        [*REGISTRY_HOSTS, MACHINE_PATH, r"[A-Z]:\\Users\\", r"\bindex-url\s*=\s*http"]
    ).encode()
)


def own_files():
    """Return every file that is, or could be, committed."""
    if not (ROOT / ".git").exists():
        # an unpacked source distribution: everything in it was chosen when it was made
        return [file for file in ROOT.rglob("*") if file.is_file() and not is_made(file)]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    names = filter(None, listed.decode().split("\0"))
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def is_made(file):
    parts = file.relative_to(ROOT).parts
    made = {".venv", "__pycache__", "vendor", "demo", "PKG-INFO"}
    return bool(made & {*parts}) or (len(parts) > 1 and parts[0].startswith("."))


OWN_FILES = own_files()
SOURCES = [file for file in OWN_FILES if file.suffix == ".py"]


def name_of(file):
    return file.relative_to(ROOT).as_posix()


# --- who may import whom ----------------------------------------------------------------------


def lint_imports(folder):
    program = shutil.which("lint-imports", path=Path(sys.executable).parent)
    return subprocess.run(
        [program, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(folder)},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def test_every_import_contract_is_kept():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
    assert ", 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("gis/overlay.py", "import maps.review", "never the other way"),
        ("gis/overlay.py", "import folium", "knows no web, no map library"),
        ("gis/overlay.py", "import fastapi", "knows no web, no map library"),
        ("gis/layers/zones.py", "import gis.layers.communes", "layers do not know each other"),
        ("gis/layers/zones.py", "import gis.layers.registry", "layers do not know each other"),
        ("maps/layers/zones.py", "import maps.layers.communes", "map layers and controls"),
        ("maps/review.py", "import api.main", "never the other way"),
        ("api/main.py", "import cli.main", "never the other way"),
    ],
)
def test_a_broken_contract_is_noticed(tmp_path, file, line, contract):
    modules = (
        *("gis/overlay", "gis/layers/base", "gis/layers/registry", "gis/layers/communes"),
        *("gis/layers/zones", "maps/review", "maps/layers/zones", "maps/layers/communes"),
        *("maps/controls/legend", "api/main", "cli/main"),
    )
    for module in modules:
        path = tmp_path / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in (path.parent, path.parent.parent):
            if folder.is_relative_to(tmp_path) and folder != tmp_path:
                (folder / "__init__.py").touch()
        path.touch()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    kept = lint_imports(tmp_path)
    assert kept.returncode == 0, kept.stdout + kept.stderr
    (tmp_path / file).write_text(line + "\n", encoding="utf-8")
    broken = lint_imports(tmp_path)
    assert broken.returncode == 1
    assert re.search(rf"{contract}.* BROKEN", broken.stdout)


def test_every_layer_file_stands_in_the_registry_and_the_other_way_round():
    files = {file.stem for file in (ROOT / "gis" / "layers").glob("*.py")}
    layers = files - {"__init__", "base", "registry"}
    assert {name.replace("-", "_") for name in LAYERS} == layers
    assert all(isinstance(spec, LayerSpec) for spec in LAYERS.values())


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_code_is_a_package_that_says_what_it_is_for(package):
    folders = {file.parent for file in (ROOT / package).rglob("*.py")}
    for folder in folders:
        text = (folder / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), f"{name_of(folder)}/__init__.py has no docstring"


def test_tests_are_no_packages():
    # an __init__.py in tests/api would hide the package api
    assert not list((ROOT / "tests").rglob("__init__.py"))


# --- what may stand in a file -----------------------------------------------------------------


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    found = {
        name_of(file): match.group().decode()
        for file in OWN_FILES
        if (match := FORBIDDEN.search(file.read_bytes()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://pypi" + ".org/simple",
        '"/' + 'home/someone/vung"',
        "(/" + "work/main)",
        "C:" + "\\Users\\someone",
    ],
)
def test_what_must_not_stand_in_a_file_is_recognised(text):
    assert FORBIDDEN.search(text.encode())


@pytest.mark.parametrize("text", ["https://example.org/home/page", "../shared/data", "~/work/x"])
def test_an_ordinary_address_or_relative_path_is_allowed(text):
    assert not FORBIDDEN.search(text.encode())


def test_no_third_party_code_is_committed():
    names = [name_of(file) for file in OWN_FILES]
    assert [name for name in names if "/vendor/" in name or "node_modules" in name] == []
    assert [name for name in names if re.search(r"\.min\.(js|css)$|\.map$|\.whl$", name)] == []
    long_lines = [
        name_of(file)
        for file in OWN_FILES
        if file.suffix in {".js", ".css"}
        and max(map(len, file.read_text(encoding="utf-8").splitlines()), default=0) > 300
    ]
    assert long_lines == []


def test_the_javascript_lock_names_no_addresses():
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert "://" not in text


def functions(source):
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_length(function):
    """Count the lines of a function without its decorators and its docstring."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    told = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
    return function.end_lineno - function.lineno + 1 - told


def test_no_file_is_longer_than_500_lines_and_no_function_longer_than_40():
    long_files = [
        name_of(file)
        for file in SOURCES
        if len(file.read_text(encoding="utf-8").splitlines()) > 500
    ]
    long_functions = [
        f"{name_of(file)}:{function.lineno} {function.name} ({body_length(function)})"
        for file in SOURCES
        for function in functions(file)
        if body_length(function) > 40
    ]
    assert long_files + long_functions == []


def test_text_files_end_their_lines_the_same_way_everywhere():
    assert [name_of(file) for file in SOURCES if b"\r" in file.read_bytes()] == []


# --- the checks agree -------------------------------------------------------------------------


def commands(path):
    """Return the lines of a shell script that do something."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]


def test_ci_runs_scripts_check_and_its_last_step_is_make_test():
    assert commands(".ci/run") == ["exec scripts/check </dev/null"]
    assert commands("scripts/check") == ["python3 scripts/tasks.py static", "make test"]
    assert all(os.access(ROOT / path, os.X_OK) for path in (".ci/run", "scripts/check"))


def test_make_calls_the_task_of_the_same_name(tasks):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^(\w+):\n\tpython3 scripts/tasks\.py (.+)$", makefile, re.MULTILINE))
    assert {name: words.split()[0] for name, words in rules.items()} == {
        name: name for name in ("demo", "test", "check", "bench", "fix", "lock", "clean")
    }
    assert {*rules} < {*tasks.TASKS}


def test_contributing_explains_every_step_of_ci(tasks):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    missing = [name for name in (*tasks.STATIC, "tests") if f"### {name}\n" not in text]
    assert missing == []


def test_every_environment_variable_of_the_tests_is_explained():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert all(name in text for name in ("VUNG_TEST_DATA", "VUNG_CHROMIUM"))


# --- versions ---------------------------------------------------------------------------------


def pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    matches = [re.fullmatch(r"([a-z0-9]+(?:-[a-z0-9]+)*)==(\d[\w.]*)", line) for line in lines]
    assert None not in matches, "a line of constraints.txt is not name==version"
    return [match.groups() for match in matches]


def test_constraints_are_plain_sorted_and_one_a_name():
    names = [name for name, _ in pins()]
    assert names == sorted(set(names))


def test_constraints_hold_a_fitting_version_of_everything_that_is_asked_for(tasks):
    pinned = dict(pins())
    for line in tasks.requirements(dev=True, build=True):
        wanted = Requirement(line)
        assert wanted.specifier.contains(pinned[wanted.name.lower()]), line


def test_the_version_stands_in_one_place_and_the_changelog_knows_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(
        rf"^## \[?(?:Unreleased|{re.escape(gis.__version__)})\b", changelog, re.MULTILINE
    )
