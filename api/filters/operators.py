"""Every operator and function of CQL2: what it is, and how many operands it takes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Group = Literal[
    "logic",
    "comparison",
    "like",
    "between",
    "in",
    "null",
    "arithmetic",
    "fold",
    "spatial",
    "temporal",
    "array",
]


class Operator(NamedTuple):
    """What is known of an operator before its operands are looked at.

    Attributes
    ----------
    least, most
        How many operands it takes; None is any number.
    is_function
        Whether the text language writes it as a name with its operands in brackets.
    """

    group: Group
    least: int
    most: int | None
    is_function: bool = False


_SPATIAL: Final = (
    *("intersects", "equals", "disjoint", "touches"),
    *("within", "overlaps", "crosses", "contains"),
)
_TEMPORAL: Final = (
    *("after", "before", "contains", "disjoint", "during", "equals", "finishedby", "finishes"),
    *("intersects", "meets", "metby", "overlappedby", "overlaps", "startedby", "starts"),
)
_ARRAY: Final = ("equals", "contains", "containedby", "overlaps")

#: Operators by their names in lower case.
OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        "and": Operator("logic", 2, None),
        "or": Operator("logic", 2, None),
        "not": Operator("logic", 1, 1),
        **{op: Operator("comparison", 2, 2) for op in ("=", "<>", "<", ">", "<=", ">=")},
        "like": Operator("like", 2, 2),
        "between": Operator("between", 3, 3),
        "in": Operator("in", 2, 2),
        "isnull": Operator("null", 1, 1),
        **{op: Operator("arithmetic", 2, 2) for op in ("+", "-", "*", "/", "%", "div", "^")},
        **{op: Operator("fold", 1, 1, is_function=True) for op in ("casei", "accenti")},
        **{f"s_{op}": Operator("spatial", 2, 2, is_function=True) for op in _SPATIAL},
        **{f"t_{op}": Operator("temporal", 2, 2, is_function=True) for op in _TEMPORAL},
        **{f"a_{op}": Operator("array", 2, 2, is_function=True) for op in _ARRAY},
    }
)
#: Relations that instants have, not only intervals.
OF_INSTANTS: Final = frozenset({"t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"})
#: Names that are followed by their operands in brackets.
FUNCTIONS: Final = tuple(name.upper() for name, each in OPERATORS.items() if each.is_function)
