"""Attributes that stand in descriptions written for a browser, as ArcGIS puts them into KML."""

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Final

import pandas as pd

#: More names than this are no attributes of a layer.
_MOST_NAMES: Final = 300
#: A longer page is no description of one feature, and is not read.
_LONGEST: Final = 100_000
_CELLS: Final = ("td", "th")
_NOTHING: Final = frozenset({"", "<null>", "null", "none"})


def attributes(pages: "pd.Series[str]", taken: Sequence[str]) -> pd.DataFrame | None:
    """Read tables of two columns, name and value, of every description.

    Parameters
    ----------
    taken
        Names that other columns have already; what is called so gets ``_2`` after its name.

    Returns
    -------
    pandas.DataFrame or None
        Texts by name, one row a page; None where no page has such a table, or they have too many
        names.
    """
    records = []
    names: set[str] = set()
    for page in pages:
        record = dict(_pairs(page)) if len(page) <= _LONGEST else {}
        names |= record.keys()
        if len(names) > _MOST_NAMES:
            return None
        records.append(record)
    if not names:
        return None
    table = pd.DataFrame.from_records(records, index=pages.index)
    held = {name.casefold() for name in taken}
    return table.rename(columns={n: f"{n}_2" for n in table.columns if n.casefold() in held})


def _pairs(page: str) -> Iterator[tuple[str, str | None]]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    for row in reader.rows:
        if len(row) == 2 and row[0]:
            yield row[0], None if row[1].casefold() in _NOTHING else row[1]


class _Reader(HTMLParser):
    """Gathers the cells of each row; of a table in a table only the inner rows are pairs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._open: list[list[list[str]]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (the parser gives them)
        """Begin a row or a cell; what a page leaves open ends where the next one begins."""
        if tag == "tr":
            self._open.append([])
        elif tag in _CELLS and self._open:
            self._open[-1].append([])

    def handle_endtag(self, tag: str) -> None:
        """End a row."""
        if tag == "tr" and self._open:
            cells = self._open.pop()
            self.rows.append([" ".join("".join(cell).split()) for cell in cells])

    def handle_data(self, data: str) -> None:
        """Take text into the cell that is open."""
        if self._open and self._open[-1]:
            self._open[-1][-1].append(data)
