"""Settings of a workspace: thresholds that an office decides, not the program."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from gis.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
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

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Read settings from a mapping.

        Raises
        ------
        InputError
            When a setting is unknown, no number, or negative.
        """
        known = {field.name for field in fields(cls)}
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


def settings_text() -> str:
    """Return the file a new workspace starts with."""
    default = Settings()
    return (
        "# diện tích nhỏ nhất (m2), cộng theo kết quả, quyết định kết quả của vùng\n"
        "# smallest area (m2), summed by verdict, that decides a zone's verdict\n"
        f"min_area_m2 = {default.min_area_m2}\n\n"
        "# mảnh có bề rộng trung bình nhỏ hơn (m) được đánh dấu là mảnh vụn\n"
        "# pieces of a smaller mean width (m) are marked as slivers\n"
        f"sliver_width_m = {default.sliver_width_m}\n"
    )
