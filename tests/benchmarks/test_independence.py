"""What makes the truth must not know the product."""

import ast
from pathlib import Path

import benchmarks

FOLDER = Path(benchmarks.__file__).parent
MEASURING = {"measured.py", "measured_files.py", "bench_speed.py"}


def imported(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


def test_only_the_measuring_files_know_the_product():
    knowing = {
        file.name
        for file in FOLDER.glob("*.py")
        if any(name.split(".")[0] in {"gis", "maps", "api", "cli"} for name in imported(file))
    }
    assert knowing == MEASURING


def test_what_makes_data_does_not_lean_on_what_measures():
    for file in FOLDER.glob("*.py"):
        if file.name in MEASURING or file.name == "bench_check.py":
            continue
        assert not {f"benchmarks.{name[:-3]}" for name in MEASURING} & set(imported(file))
