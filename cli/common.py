"""What several commands share: the workspace they work in, and how they read values."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import typer

from gis.errors import InputError
from gis.reports import files
from gis.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Place:
    """Where the commands of one call work."""

    folder: Path
    named: bool = False

    def command(self, *words: str) -> str:
        """Return a command about this workspace as it can be typed here."""
        return typed("-w", str(self.folder), *words) if self.named else typed(*words)

    def open(self) -> Workspace:
        """Open the workspace."""
        return Workspace.open(self.folder)


def place(context: typer.Context) -> Place:
    """Return the workspace's place: ``-w``, else VUNG_WORKSPACE, else the current folder."""
    given = context.obj
    return given if isinstance(given, Place) else default_place()


def default_place() -> Place:
    """Return VUNG_WORKSPACE, else the current folder."""
    return Place(Path(os.environ.get("VUNG_WORKSPACE") or "."))


def counted(count: int, thing: str) -> str:
    """Count in English: ``1 row``, ``2 rows``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def typed(*words: str) -> str:
    """Return a call of this program as it can be typed here, its blanks in quotes."""
    parts = [_program(), *words]
    return subprocess.list2cmdline(parts) if os.name == "nt" else shlex.join(parts)


def _program() -> str:
    """How to call this program from here: by name where the shell finds it, else by path."""
    own = Path(sys.argv[0])
    found = shutil.which("vung")
    if own.stem != "vung" or (found and Path(found).absolute() == own.absolute()):
        return "vung"
    try:
        near = own.absolute().relative_to(Path.cwd())
    except ValueError:
        return str(own.absolute())
    # a bare name would be looked for on PATH
    return str(near) if len(near.parts) > 1 else os.path.join(".", near)  # noqa: PTH118


def check_output(path: Path, *endings: str) -> None:
    """Refuse an output before the work for it is done.

    Raises
    ------
    InputError
        When its ending is none of `endings`; without any, every ending is taken.
    """
    if endings and path.suffix.lower() not in endings:
        listed = ", ".join(endings)
        raise InputError(
            f"File {path} does not end in {listed}; name it so.",
            vi=f"Tệp {path} không có phần mở rộng {listed}; hãy đặt tên như vậy.",
        )
    files.check(path)


def parse_day(value: str | None) -> date:
    """Read a day as 2026-06-01 or 01/06/2026; today when none is given.

    Raises
    ------
    InputError
        When it is no day.
    """
    if value is None:
        return datetime.now(UTC).astimezone().date()
    for layout in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(value.strip(), layout).date()  # noqa: DTZ007 (a plain day)
        except ValueError:
            continue
    raise InputError(
        f"{value!r} is no day; write it like 2026-06-01.",
        vi=f"{value!r} không phải ngày; hãy ghi như 2026-06-01.",
    )


def parse_pairs(values: Sequence[str] | None, option: str) -> dict[str, str]:
    """Read NAME=VALUE pairs of an option.

    Raises
    ------
    InputError
        When one lacks its equals sign.
    """
    pairs: dict[str, str] = {}
    for value in values or ():
        name, sign, content = value.partition("=")
        if not sign or not name.strip() or not content.strip():
            raise InputError(
                f"{option} {value!r} is not of the form COLUMN=VALUE; write it like "
                "code_table=tt27-2018.",
                vi=f"{option} {value!r} không có dạng CỘT=GIÁ_TRỊ; hãy ghi như "
                "code_table=tt27-2018.",
            )
        pairs[name.strip().replace("-", "_")] = content.strip()
    return pairs
