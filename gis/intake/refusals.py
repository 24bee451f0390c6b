"""What the guard says when it refuses a file, and how long it may look at one."""

import time
from pathlib import Path

from gis import text
from gis.errors import SourceError
from gis.settings import IntakeSettings

#: Bytes looked at in one go.
BLOCK = 1 << 20
MEGABYTE = 1 << 20


def damaged(path: Path, en: str, vi: str) -> SourceError:
    """Refuse a file that contradicts itself or ends too early."""
    return SourceError(
        f"File {path.name} is damaged: {en}; copy it or export it again.",
        vi=f"Tệp {path.name} bị hỏng: {vi}; hãy chép lại hoặc xuất lại tệp.",
    )


def hostile(path: Path, en: str, vi: str) -> SourceError:
    """Refuse a file that asks for what no map needs."""
    return SourceError(
        f"File {path.name} {en}; it is not opened, have its sender export it again.",
        vi=f"Tệp {path.name} {vi} nên không được mở; hãy đề nghị nơi gửi xuất lại tệp.",
    )


def too_much(path: Path, setting: str, en: str, vi: str) -> SourceError:
    """Refuse a file that is beyond a bound which the office may move."""
    return SourceError(
        f"File {path.name} {en}; split it, or raise {setting} under [intake] in settings.toml if "
        "you trust it.",
        vi=f"Tệp {path.name} {vi}; hãy tách nhỏ tệp, hoặc nếu tin cậy thì nâng {setting} trong mục "
        "[intake] của settings.toml.",
    )


def swollen(path: Path, limits: IntakeSettings) -> SourceError:
    """Refuse a file that holds more than the machine may have to carry."""
    return too_much(
        path,
        "max_unpacked_mb",
        f"unpacks to more than {limits.max_unpacked_mb:g} MB",
        f"giải nén ra hơn {limits.max_unpacked_mb:g} MB",
    )


class Clock:
    """The time that looking at one file may take."""

    def __init__(self, path: Path, limits: IntakeSettings) -> None:
        self._path = path
        self._seconds = limits.max_seconds
        self._end = time.monotonic() + limits.max_seconds

    def check(self) -> None:
        """Refuse the file when the time is over.

        Raises
        ------
        SourceError
            When it is.
        """
        if time.monotonic() > self._end:
            raise too_much(
                self._path,
                "max_seconds",
                f"takes more than {self._seconds:g} seconds to look through",
                f"cần hơn {self._seconds:g} giây để kiểm tra",
            )


def number_vi(value: float) -> str:
    """Write a whole number as a Vietnamese sentence does: ``1.200.000``."""
    return text.format_number(value, 0, "vi")
