"""Popup: what is at a place, in every layer that is shown; data are text, never markup."""

from typing import Any, ClassVar

import pandas as pd

from gis.rules import VERDICTS
from gis.text import UNVERIFIED
from maps import palette, text
from maps.base import PageElement


class Popup(PageElement):
    """Answers a click, or Enter for the centre of the map.

    Parameters
    ----------
    rules
        Rules that popups name, as in `gis.alignment.Alignment.rules`.
    """

    script: ClassVar[str] = "popup.js"
    function: ClassVar[str] = "popup"

    def __init__(self, rules: pd.DataFrame | None = None, *, lang: str = "vi") -> None:
        keys = ("here", "citation", "decides", "verified", "close")
        super().__init__(
            {
                "words": {
                    **{key: text.word(key, lang) for key in keys},
                    "unverified": text.unverified(lang),
                    "doubt": UNVERIFIED[lang],
                },
                "verdicts": [
                    {
                        "title": text.sentence(text.label("verdict", verdict, lang) or verdict),
                        "style": palette.verdict_fill(verdict).to_json(),
                    }
                    for verdict in VERDICTS
                ],
                "rules": {} if rules is None else _rules(rules, lang),
            }
        )


def _rules(rules: pd.DataFrame, lang: str) -> dict[str, dict[str, Any]]:
    columns = ("rule_id", "verdict", "mark", f"procedure_{lang}", "citation")
    more = (f"decides_{lang}", "decided_by")
    rows = zip(*(text.cells(rules, column) for column in (*columns, *more)), strict=True)
    return {
        str(rule_id): {
            "verdict": VERDICTS.index(verdict) if verdict in VERDICTS else None,
            "procedure": procedure,
            "citation": citation,
            "decides": " · ".join(filter(None, (body, basis))) or None,
            # a rule about the data is no law, so there is nothing to verify
            "verified": None if mark is None else pd.notna(good) and bool(good),
        }
        for (rule_id, verdict, mark, procedure, citation, body, basis), good in zip(
            rows, rules["verified"], strict=True
        )
    }
