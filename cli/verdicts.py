"""The verdicts of zones on the console, in as many columns as the window has room for."""

from typing import Any, Final

import pandas as pd

from cli import console
from gis import text
from gis.alignment import Alignment
from gis.rules import VERDICTS

#: Verdicts as the heads of narrow columns, Vietnamese and English.
_HEADS: Final = {
    "fits": ("phù hợp", "fits"),
    "procedure": ("thủ tục", "procedure"),
    "review": ("xem xét", "review"),
    "outside": ("ngoài QH", "outside"),
    "conflict": ("không phù hợp", "conflict"),
}
_LEAST_SHOWN_M2: Final = 0.0001


def print_verdicts(result: Alignment, lang: str) -> None:
    """Print one line a zone: what it is, its verdict and its hectares by verdict."""
    at = text.LANGUAGES.index(lang)
    zones = result.zones
    narrow = console.width() <= console.NARROW
    shown = [name for name in VERDICTS if not narrow or zones[f"{name}_ha"].round(2).any()]
    mixed = not narrow and set(zones["verified"]) == {True, False}
    headings = ["Vùng Mục_đích Kết_quả Tổng_ha", "Zone Use Verdict Area_ha"][at].split()
    headings += [_HEADS[name][at] for name in shown]
    headings += [("Kiểm chứng", "Verified")[at]] if mixed else []
    headings = [heading.replace("_", " ") for heading in headings]
    rows = [_row(zone, shown, lang, short=narrow, mixed=mixed) for _, zone in zones.iterrows()]
    hectares = range(3, 4 + len(shown))
    if console.widths(headings, rows, whole={0, *hectares}).total > console.width():
        # a zone's use is the one thing here that does not come from the judgement
        headings, rows = _without(1, headings), [_without(1, row) for row in rows]
        hectares = range(2, 3 + len(shown))
    console.table(
        headings,
        rows,
        numeric=hectares,
        whole=[0],
        styles=[console.VERDICT_STYLES[str(verdict)] for verdict in zones["verdict"]],
    )
    if not mixed:
        _print_verified(zones, lang)
    _print_remarks(result, lang)


def _without(at: int, cells: list[str]) -> list[str]:
    return cells[:at] + cells[at + 1 :]


def _row(
    zone: "pd.Series[Any]", shown: list[str], lang: str, *, short: bool, mixed: bool
) -> list[str]:
    verdict = str(zone["verdict"])
    hectares = [zone["area_ha"], *(zone[f"{name}_ha"] for name in shown)]
    cells = [
        str(zone["zone_id"]),
        text.label("use", zone["use"], lang) if isinstance(zone["use"], str) else text.UNKNOWN,
        _HEADS[verdict][text.LANGUAGES.index(lang)]
        if short
        else text.label("verdict", verdict, lang),
        *(text.format_number(float(str(value)), 2, lang) for value in hectares),
    ]
    if mixed:
        yes = "có" if lang == "vi" else "yes"
        cells.append(yes if zone["verified"] else text.UNVERIFIED[lang])
    return cells


def _print_verified(zones: pd.DataFrame, lang: str) -> None:
    """Say in one line what a column would say in every row."""
    open_ones = list(zones.loc[~zones["verified"].astype(bool), "zone_id"])
    if not open_ones:
        console.say(
            "Mọi kết quả dựa trên quy tắc đã kiểm chứng.",
            "Every verdict rests on verified rules.",
            lang,
        )
        return
    vi = "Mọi vùng" if len(open_ones) == len(zones) else ", ".join(open_ones)
    en = "Every zone" if len(open_ones) == len(zones) else ", ".join(open_ones)
    console.say(f"{vi}: {text.UNVERIFIED['vi']}.", f"{en}: {text.UNVERIFIED['en']}.", lang)


def largest_gap(result: Alignment, lang: str) -> str:
    """Say how far the ledger is from closing, in square metres."""
    gap = float(result.ledger["difference_ha"].abs().max()) * 10_000
    least = text.format_number(_LEAST_SHOWN_M2, 4, lang)
    if gap < _LEAST_SHOWN_M2:
        return f"{'dưới' if lang == 'vi' else 'below'} {least} m²"
    return f"{text.format_number(gap, 4, lang)} m²"


def _print_remarks(result: Alignment, lang: str) -> None:
    day = text.format_date(result.context.as_of, lang)
    least = text.format_number(result.context.settings.min_area_m2, 0, lang)
    closes = bool(result.ledger["closes"].all())
    gap = {each: largest_gap(result, each) for each in text.LANGUAGES}
    console.say(
        f"Ngày xét {day}; quy hoạch {result.context.year or '-'}; diện tích tối thiểu {least} m²; "
        f"sổ {'cân đối' if closes else 'KHÔNG CÂN ĐỐI'} (chênh lệch lớn nhất {gap['vi']}); "
        f"mã kiểm {result.provenance['table_sha256'][:12]}.",
        f"As of {day}; plan {result.context.year or '-'}; minimum area {least} m²; the ledger "
        f"{'closes' if closes else 'DOES NOT CLOSE'} (largest difference {gap['en']}); "
        f"table {result.provenance['table_sha256'][:12]}.",
        lang,
    )
    for note in result.notes:
        console.say(f"- {note.vi}", f"- {note.en}", lang)
    if result.schematic:
        console.say(f"Dữ liệu {text.NOTICE['vi']}.", f"The data is {text.NOTICE['en']}.", lang)
