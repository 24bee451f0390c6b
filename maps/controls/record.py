"""Record: which data, rules, settings and software made the result."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gis import crs
from gis.text import format_number
from maps import text
from maps.base import PageElement


class Record(PageElement):
    """Collapsed section with the provenance of a result.

    Parameters
    ----------
    provenance
        As in `gis.alignment.Alignment.provenance`; what it lacks is left out.
    """

    script: ClassVar[str] = "record.js"
    function: ClassVar[str] = "record"

    def __init__(self, provenance: Mapping[str, Any], *, lang: str = "vi") -> None:
        super().__init__({"title": text.word("record", lang), "rows": _rows(provenance, lang)})


def _rows(provenance: Mapping[str, Any], lang: str) -> list[list[str]]:
    least = provenance.get("settings", {}).get("min_area_m2")
    system = provenance.get("crs")
    layers: Sequence[Mapping[str, Any]] = provenance.get("layers", ())
    metric = "whole_system" if system == crs.VN2000_QUANG_NGAI else "whole_metric"
    rows = [
        ("datasets", "\n".join(f"{entry['dataset']} @ {entry['version']}" for entry in layers)),
        ("rules_version", provenance.get("rules_version")),
        ("min_area", None if least is None else f"{format_number(least, 0, lang)} m²"),
        ("table_hash", provenance.get("table_sha256")),
        ("software", provenance.get("software")),
        ("area", None if system is None else text.word(metric, lang).format(crs=system)),
    ]
    return [[text.word(key, lang), str(value)] for key, value in rows if value]
