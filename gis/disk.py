"""How a workspace writes: whole files or none, layer files named by their content."""

import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import geopandas as gpd

from gis.intake.readers import sha256
from gis.layers.base import ROW

_PATIENCE: Final = 20
_STALE_SECONDS: Final = 24 * 3600.0
_T = TypeVar("_T")


def write_layer(frame: gpd.GeoDataFrame, file: Path) -> None:
    """Write GeoParquet in Hilbert order with a covering box, so that a reader skips what is far."""
    order = frame.assign(_curve=frame.hilbert_distance()).sort_values(
        ["_curve", ROW], kind="stable"
    )
    order.drop(columns="_curve").to_parquet(
        file,
        index=False,
        compression="zstd",
        write_covering_bbox=True,
        schema_version="1.1.0",
        row_group_size=16_384,
    )


def settle(scratch: Path, folder: Path, name: str) -> tuple[str, Path]:
    """Give a finished file its place, named by its content."""
    digest = sha256(scratch)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-{digest[:12]}{scratch.suffix}"
    with scratch.open("rb") as stream:
        os.fsync(stream.fileno())
    scratch.replace(file)
    return digest, file


def write_atomically(file: Path, text: str) -> None:
    """Replace a text file as a whole; a killed program leaves the one before."""
    scratch = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    with scratch.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    _patiently(lambda: scratch.replace(file))


def read_patiently(file: Path) -> str:
    """Read a text file that another process may be replacing."""
    return _patiently(lambda: file.read_text(encoding="utf-8"))


def _patiently(action: Callable[[], _T]) -> _T:
    """Windows refuses a file for a moment while another process opens it."""
    for _ in range(_PATIENCE):
        try:
            return action()
        except PermissionError:
            time.sleep(0.05)
    return action()


def stamp(*files: Path) -> tuple[int, ...]:
    """Return numbers that differ once one of some files was replaced; a missing file has none."""
    numbers: list[int] = []
    for file in files:
        with suppress(FileNotFoundError):
            state = file.stat()
            numbers += [state.st_mtime_ns, state.st_size, state.st_ino]
    return tuple(numbers)


def scratch(folder: Path, suffix: str) -> Path:
    """Name a new file of a workspace for what is being written; old left-overs are taken away."""
    place = folder / "tmp"
    place.mkdir(exist_ok=True)
    # what a killed import left behind
    for left in place.iterdir():
        # another import may have moved its file away meanwhile
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()
    return place / f"{uuid.uuid4().hex}{suffix}"
