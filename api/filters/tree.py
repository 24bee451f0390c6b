"""A filter as a tree: what stands in it, whichever language it was written in."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from shapely.geometry.base import BaseGeometry

#: Types of values; all but ``interval`` are types of columns too.
Kind = Literal[
    "string",
    "number",
    "integer",
    "boolean",
    "date",
    "timestamp",
    "interval",
    "array",
    "geometry",
]


@dataclass(frozen=True, slots=True)
class Property:
    """A column, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value: a date as days, a timestamp as microseconds since 1970-01-01 (UTC)."""

    kind: Kind
    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Interval:
    """Time from one instant to another, both included; None is open."""

    start: "Property | Constant | None"
    end: "Property | Constant | None"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A geometry in the filter's coordinate system, easting or longitude first."""

    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function with its operands; `op` is in lower case."""

    op: str
    args: "tuple[Node, ...]"


Node: TypeAlias = Property | Constant | Interval | Shape | Items | Call
