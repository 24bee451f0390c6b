"""A result as plain values: the one shape behind JSON files, ``--json`` and the API."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gis import text
from gis.alignment import Alignment


def of_alignment(alignment: Alignment) -> dict[str, Any]:
    """Return everything of an alignment but geometry; missing values are None."""
    return {
        **notice(schematic=alignment.schematic),
        "zones": rows(alignment.zones),
        "pieces": rows(alignment.pieces),
        "ledger": rows(alignment.ledger),
        "adjustments": rows(alignment.adjustments),
        "rules": rows(alignment.rules),
        "notes": [{"vi": note.vi, "en": note.en} for note in alignment.notes],
        "provenance": dict(alignment.provenance),
    }


def notice(*, schematic: bool) -> dict[str, Any]:
    """Return whether something is schematic, and the sentence that says so."""
    if not schematic:
        return {"schematic": False}
    return {"schematic": True, "notice": dict(text.NOTICE)}


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries of plain values; geometry is left out."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    cells = {name: _plain(plain[name]) for name in plain.columns}
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def _plain(values: "pd.Series[Any]") -> list[Any]:
    return [None if pd.isna(value) else _native(value) for value in values]


def _native(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def dumps(record: Mapping[str, Any]) -> str:
    """JSON text with Vietnamese as it is written; NaN is refused rather than written."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
