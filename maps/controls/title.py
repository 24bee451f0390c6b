"""Title: what the map is, of which day and plan, and, always in sight, that it is schematic."""

from collections.abc import Sequence
from typing import ClassVar, Final

from maps import text
from maps.base import PageElement

BRAND: Final = "Vùng"
#: More notes than this wait behind a button.
NOTES_SHOWN: Final = 4


class Title(PageElement):
    """Heading of the page.

    Parameters
    ----------
    heading
        What the map shows.
    facts
        Pairs of a name and a value: day, plan year, extent.
    notes
        Sentences about the result as a whole; those beyond `NOTES_SHOWN` are folded away.
    schematic
        Whether to say, in both languages, that the page is no legal record.
    """

    script: ClassVar[str] = "title.js"
    function: ClassVar[str] = "title"

    def __init__(
        self,
        heading: str,
        *,
        facts: Sequence[tuple[str, str]] = (),
        notes: Sequence[str] = (),
        schematic: bool = False,
        lang: str = "vi",
    ) -> None:
        super().__init__(
            {
                "brand": BRAND,
                "heading": heading,
                "facts": [list(fact) for fact in facts],
                "notesTitle": text.word("notes", lang),
                "notes": list(notes),
                "notesShown": NOTES_SHOWN,
                "showAll": text.word("show_all", lang).format(count=len(notes)),
                "showFewer": text.word("show_fewer", lang),
                "notice": text.notice() if schematic else None,
            }
        )
