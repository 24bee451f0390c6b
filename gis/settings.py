"""Settings of a workspace: thresholds that an office decides, not the program.

``settings.toml`` holds those of an alignment at its top, and a table each for the checks
(``[check]``) and for the door (``[intake]``).
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from gis.errors import InputError, WorkspaceError

#: Tables of the settings file beside the settings of an alignment.
TABLES: Final = ("check", "intake")


class _Parsed:
    """What all settings share: numbers of at least 0, read by name."""

    __slots__ = ()

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Read settings from a mapping.

        Raises
        ------
        InputError
            When a setting is unknown, no number, or negative.
        """
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type] # only dataclasses inherit
        for name, value in values.items():
            if name not in known:
                listed = ", ".join(sorted(known))
                raise InputError(
                    f"There is no setting {name!r}; the settings are {listed}.",
                    vi=f"Không có thiết lập {name!r}; các thiết lập là {listed}.",
                )
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number or not math.isfinite(value) or value < 0:
                raise InputError(
                    f"{name} must be a number of at least 0, not {value!r}; mend it.",
                    vi=f"{name} phải là số từ 0 trở lên, không phải {value!r}; hãy sửa lại.",
                )
        return cls(**{name: float(value) for name, value in values.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(_Parsed):
    """Thresholds of an alignment; every result prints them.

    Attributes
    ----------
    min_area_m2
        Smallest area, summed by verdict, that decides a zone's verdict.
    sliver_width_m
        Pieces with a smaller mean width (twice the area over the perimeter) are marked slivers.
    """

    min_area_m2: float = 100.0
    sliver_width_m: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings(_Parsed):
    """Tolerances of the checks, and how far a repair may go; every finding states its own.

    Attributes
    ----------
    overlap_m2, gap_m2
        Overlaps and gaps of this area and more are faults; smaller ones are rounding and notes.
    near_m
        A vertex nearer than this to a neighbour's border, without being on it, is a near miss.
    edge_m
        Widest strip between two map sheets that is taken for a mismatch of their edges.
    sliver_width_m
        Features and parts of a smaller mean width (twice the area over the perimeter) are slivers.
    tiny_part_m2
        Parts of a feature that are smaller are taken for left-overs.
    spike_deg
        A corner with a smaller angle is a spike.
    area_m2, area_share
        Registered and drawn area may differ by the larger of the two: square metres, share.
    total_share
        By how much the sum of a planned class may differ from the declared total.
    fix_m2, fix_m
        Largest overlap or gap that a repair settles, and farthest move of a vertex.
    """

    overlap_m2: float = 0.01
    gap_m2: float = 0.01
    near_m: float = 0.05
    edge_m: float = 1.0
    sliver_width_m: float = 0.2
    tiny_part_m2: float = 0.5
    spike_deg: float = 1.0
    area_m2: float = 1.0
    area_share: float = 0.02
    total_share: float = 0.01
    fix_m2: float = 100.0
    fix_m: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings(_Parsed):
    """Bounds of the door, so that no file takes the machine with it.

    Attributes
    ----------
    max_file_mb, max_unpacked_mb
        Largest file, and largest content of an archive.
    max_ratio
        How many times larger than itself a member of an archive may become.
    max_members
        Most files in an archive.
    max_rows, max_ring_vertices
        Most features of a file, and most vertices of one ring.
    max_nesting
        Deepest nesting of JSON and XML.
    max_seconds
        Longest time that reading one file may take.
    crs_margin
        By how much the best coordinate system must be ahead of the next before ``--crs auto``
        takes it.
    """

    max_file_mb: float = 4096.0
    max_unpacked_mb: float = 8192.0
    max_ratio: float = 200.0
    max_members: float = 10_000.0
    max_rows: float = 5_000_000.0
    max_ring_vertices: float = 500_000.0
    max_nesting: float = 64.0
    max_seconds: float = 600.0
    crs_margin: float = 0.1


_S = TypeVar("_S", bound=_Parsed)


def read(file: Path, kind: type[_S], *, table: str | None = None) -> _S:
    """Read one kind of settings from a workspace's file; without a file the defaults hold.

    Raises
    ------
    WorkspaceError
        When the file is no TOML, or holds an unknown or impossible setting.
    """
    if not file.exists():
        return kind()
    try:
        whole = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        own = {key: whole[key] for key in whole if key not in TABLES}
        return kind.parse(own if table is None else whole.get(table, {}))
    except InputError as fault:
        raise WorkspaceError(
            f"{file.name} in {file.parent} is wrong: {fault}",
            vi=f"{file.name} trong {file.parent} có lỗi: {fault.vi}",
        ) from None
    except (ValueError, AttributeError) as fault:
        # no TOML, no UTF-8, or a value where a table belongs
        raise WorkspaceError(
            f"{file.name} in {file.parent} cannot be read ({fault}); mend the file.",
            vi=f"Không đọc được {file.name} trong {file.parent} ({fault}); hãy sửa tệp.",
        ) from None


def settings_text() -> str:
    """Return the file a new workspace starts with."""
    default, check, intake = Settings(), CheckSettings(), IntakeSettings()
    return (
        "# diện tích nhỏ nhất (m2), cộng theo kết quả, quyết định kết quả của vùng\n"
        "# smallest area (m2), summed by verdict, that decides a zone's verdict\n"
        f"min_area_m2 = {default.min_area_m2}\n\n"
        "# mảnh có bề rộng trung bình nhỏ hơn (m) được đánh dấu là mảnh vụn\n"
        "# pieces of a smaller mean width (m) are marked as slivers\n"
        f"sliver_width_m = {default.sliver_width_m}\n\n"
        "# dung sai khi kiểm tra dữ liệu, và giới hạn khi sửa (docs/checks.md)\n"
        "# tolerances of the checks, and how far a repair may go (docs/checks.md)\n"
        f"[check]\n{_listed(check)}\n"
        "# giới hạn khi nạp tệp (docs/import.md)\n"
        "# bounds when a file is taken in (docs/import.md)\n"
        f"[intake]\n{_listed(intake)}"
    )


def _listed(settings: CheckSettings | IntakeSettings) -> str:
    return "".join(f"{each.name} = {getattr(settings, each.name)}\n" for each in fields(settings))
