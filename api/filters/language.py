"""Filters in CQL2 text and CQL2 JSON: read once, then answered over tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from api.filters import bodies, texts
from api.filters.binding import Binder
from api.filters.evaluation import chosen
from api.filters.limits import USUAL, Limits, too_deep, too_long
from api.filters.reading import Reader
from api.filters.tables import Positions, Table
from api.filters.tree import Kind, Node
from api.filters.work import Work
from api.systems import LON_LAT, System

Language = Literal["cql2-text", "cql2-json"]
#: Languages that can be read; the first is the default.
LANGUAGES: Final[tuple[Language, ...]] = ("cql2-text", "cql2-json")


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the rows of a collection.

    Attributes
    ----------
    properties
        Names of the columns that it speaks of.
    system
        System of its geometries.
    """

    condition: Node
    properties: frozenset[str]
    system: System
    limits: Limits

    def check(self, kinds: Mapping[str, Kind]) -> Node:
        """Hold the filter against the types of a collection's columns.

        Raises
        ------
        ParameterError
            When it names an unknown property or joins what does not fit.
        """
        return Binder(kinds).condition(self.condition)

    def select(self, table: Table, rows: Positions | None = None) -> Positions:
        """Rows of a table for which the filter is true, in their order.

        Parameters
        ----------
        rows
            Rows that are left to choose from; all by default.

        Raises
        ------
        ParameterError
            When the filter does not fit the table, or takes too long over it.
        """
        bound = self.check(table.kinds)
        return chosen(Work(table, self.system, self.limits.seconds), bound, rows)


def parse(
    text: str, *, language: Language, system: System = LON_LAT, limits: Limits = USUAL
) -> Filter:
    """Read a filter.

    Parameters
    ----------
    system
        In which its geometries are, in the order of axes of that system's authority.

    Raises
    ------
    ParameterError
        When it is no filter in that language, or too large; the sentence says where and why.

    Examples
    --------
    >>> sorted(parse("code = 'LUC' AND year > 2020", language="cql2-text").properties)
    ['code', 'year']
    """
    if len(text) > limits.length:
        raise too_long(limits)
    read: Any = bodies.loaded if language == "cql2-json" else texts.loaded
    reader = Reader(system, limits)
    try:
        condition = reader.node(read(text, limits))
    except RecursionError:
        # whoever called may have used up part of what the interpreter can follow
        raise too_deep(limits) from None
    return Filter(condition, frozenset(reader.names), system, limits)
