"""Commands run within the test, or as the installed program; a small study area to work in."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from cli.main import call

PROGRAM = Path(sys.executable).parent / ("vung.exe" if os.name == "nt" else "vung")


@dataclass
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def record(self):
        """The JSON on the standard output, read strictly."""
        return json.loads(self.out, parse_constant=pytest.fail)


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch, tmp_path):
    """Keep the settings of whoever runs the tests out of them, and work in an empty folder."""
    for name in ("VUNG_LANG", "VUNG_WORKSPACE", "VUNG_DEBUG", "VUNG_PORT", "VUNG_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def vung(capsys):
    """Return a function that runs a command within this process."""

    def run(*arguments):
        capsys.readouterr()
        code = call([str(each) for each in arguments])
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return run


@pytest.fixture
def start():
    """Return a function that starts the installed program, to be waited for or stopped."""
    running = []

    def begin(*arguments, **options):
        env = os.environ | {"PYTHONUTF8": "0"} | options.pop("env", {})
        process = subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            env=env,
            **options,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def program(start):
    """Return a function that runs the installed program to its end."""

    def run(*arguments, encoding="utf-8", **options):
        process = start(*arguments, **options)
        out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out.decode(encoding), err.decode(encoding))

    return run


def square(x, y, width=100, height=100):
    return box(580_000 + x, 1_690_000 + y, 580_000 + x + width, 1_690_000 + y + height)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Return a folder of maps: present use, a plan, communes, constraints, and three zones."""
    folder = tmp_path_factory.mktemp("Bản đồ gốc")
    cells = [square(0, 0), square(100, 0), square(200, 0)]

    def write(name, shapes, **columns):
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5898").to_file(folder / name)

    write("hien-trang.gpkg", cells, mdsd=["LUC", "BHK", "CLN"])
    write("quy-hoach.gpkg", cells, mdsd=["LUC", "BHK", "SKC"])
    write("xa.gpkg", [square(0, 0, 300, 100)], ma_xa=["21109"], ten_xa=["Đông Sơn"])
    write("vung.gpkg", [square(100, 0), square(0, 0, 200, 50), square(200, 0, 50, 50)],
          zone_id=["tỏi-1", "hành-1", "nghệ-1"], use=["annual_crop"] * 3)  # fmt: skip
    write("sai.gpkg", cells, mdsd=["LUC", "XYZ", "CLN"])
    return folder


IMPORTS = (
    ("land-use", "hien-trang.gpkg", "--code-table", "tt27-2018", "--status", "current",
     "--year", "2020"),
    ("land-use", "quy-hoach.gpkg", "--code-table", "tt27-2018", "--status", "planned",
     "--year", "2030"),
    ("communes", "xa.gpkg", "--valid-from", "2025-07-01"),
    ("zones", "vung.gpkg"),
)  # fmt: skip


@pytest.fixture(scope="session")
def made(files, tmp_path_factory):
    """Return a workspace that was made by commands."""
    folder = tmp_path_factory.mktemp("made") / "space"
    assert call(["init", str(folder)]) == 0
    for layer, name, *options in IMPORTS:
        arguments = ["import", layer, str(files / name), *options]
        assert call(["-w", str(folder), *arguments]) == 0
    return folder


@pytest.fixture
def area(made):
    """Return a copy of that workspace, to be changed at will."""
    return shutil.copytree(made, Path("vùng làm việc"))
