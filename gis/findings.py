"""The one table that every check writes: one row a fault of the data."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal

import pandas as pd

Severity = Literal["error", "warning", "info"]

#: Columns of a findings table; `row` is 1-based in the source file, `lon`, `lat` in WGS 84.
COLUMNS: Final = (
    "rule_id",
    "severity",
    "layer",
    "dataset",
    "row",
    "other_row",
    "value",
    "area_m2",
    "lon",
    "lat",
    "message_vi",
    "message_en",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault: which rule, how grave, where, how large, and what it means."""

    rule_id: str
    severity: Severity
    message_vi: str
    message_en: str
    layer: str = ""
    dataset: str = ""
    row: int | None = None
    other_row: int | None = None
    value: str | None = None
    area_m2: float | None = None
    lon: float | None = None
    lat: float | None = None

    def message(self, lang: str) -> str:
        """Return the sentence in ``vi`` or ``en``."""
        return self.message_vi if lang == "vi" else self.message_en


def table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table, gravest first, then by row."""
    frame = pd.DataFrame([asdict(finding) for finding in findings], columns=list(COLUMNS))
    frame["row"] = frame["row"].astype("Int64")
    frame["other_row"] = frame["other_row"].astype("Int64")
    for column in ("area_m2", "lon", "lat"):
        frame[column] = frame[column].astype("Float64")
    gravity = frame["severity"].map({"error": 0, "warning": 1, "info": 2})
    ordered = frame.assign(_gravity=gravity).sort_values(
        ["_gravity", "rule_id", "row"], kind="stable"
    )
    return ordered.drop(columns="_gravity").reset_index(drop=True)


def has_errors(frame: pd.DataFrame) -> bool:
    """Whether a findings table holds one of severity error."""
    return bool((frame["severity"] == "error").any())


def counts(frame: pd.DataFrame) -> dict[str, int]:
    """Return the number of findings by severity."""
    return {str(key): int(value) for key, value in frame["severity"].value_counts().items()}
