"""CQL2 text brought into the shape of CQL2 JSON, so that one reader serves both.

A parser of our own: the package `cql2` tries a bracket in several ways, so that its time doubles
with each one that ends in a fault, while every other request waits; a few thousand end the process.
Here each word is looked at once.
"""

from collections.abc import Callable
from typing import Any, Final, NoReturn, TypeVar

from api.errors import ParameterError
from api.filters.limits import Limits, too_deep
from api.filters.operators import FUNCTIONS, OPERATORS
from api.filters.tokens import Token, tokens
from api.words import shown

_NOT: Final = 3
_COMPARISON: Final = 4
_SUM: Final = 5
_POWER: Final = 7
#: How strongly an operator holds its operands.
_STRENGTH: Final = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), _COMPARISON),
    **dict.fromkeys(("not", "like", "between", "in", "is"), _COMPARISON),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "%", "div"), 6),
    "^": _POWER,
}
_RESERVED: Final = frozenset(
    {"and", "or", "not", "like", "between", "in", "is", "null", "true", "false", "div"}
)
_GEOMETRIES: Final = {
    "point": "Point",
    "linestring": "LineString",
    "polygon": "Polygon",
    "multipoint": "MultiPoint",
    "multilinestring": "MultiLineString",
    "multipolygon": "MultiPolygon",
    "geometrycollection": "GeometryCollection",
}
# what BBOX was called in drafts of the standard, and still is in its tests
_BOXES: Final = frozenset({"bbox", "envelope"})
_KNOWN: Final = ", ".join(
    (*FUNCTIONS, "DATE", "TIMESTAMP", "INTERVAL", "BBOX", *(name.upper() for name in _GEOMETRIES))
)

T = TypeVar("T")


def loaded(text: str, limits: Limits) -> Any:
    """Parse CQL2 text.

    Raises
    ------
    ParameterError
        When it is no CQL2, or is nested too deeply.
    """
    return _Parser(tokens(text), limits).whole()


class _Parser:
    """Reads words from left to right; operators bind by `_STRENGTH`."""

    def __init__(self, words: list[Token], limits: Limits) -> None:
        self._words = words
        self._at = 0
        self._limits = limits
        self._depth = 0

    def whole(self) -> Any:
        """Read all there is."""
        value = self._expression(0)
        if self._now.kind != "end":
            self._unexpected(("an operator or the end", "toán tử hoặc hết bộ lọc"))
        return value

    @property
    def _now(self) -> Token:
        return self._words[self._at]

    def _next_is(self, sign: str, *, ahead: int = 0) -> bool:
        word = self._words[min(self._at + ahead, len(self._words) - 1)]
        return word.kind == "sign" and word.value == sign

    def _accept(self, sign: str) -> bool:
        if not self._next_is(sign):
            return False
        self._at += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            self._unexpected((f"'{sign}'", f"'{sign}'"))

    def _key(self) -> str:
        """Operator that comes next, if one does."""
        word = self._now
        return word.value.lower() if word.kind in {"sign", "name"} else ""

    def _nested(self, read: Callable[[], T]) -> T:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise too_deep(self._limits)
        value = read()
        self._depth -= 1
        return value

    # --- operators between operands -----------------------------------------------------------

    def _expression(self, least: int) -> Any:
        """Read operands and the operators between them that bind more strongly than `least`."""
        left = self._operand()
        last = 0
        while (strength := _STRENGTH.get(self._key(), 0)) > least:
            if strength == last and strength in {_COMPARISON, _POWER}:
                self._unexpected(("brackets around one of them", "dấu ngoặc cho một trong hai"))
            left = self._joined(left, strength)
            last = strength
        return left

    def _joined(self, left: Any, strength: int) -> Any:
        op = self._key()
        self._at += 1
        if op == "is":
            return self._null_test(left)
        if op == "not":
            op = self._key()
            if op not in {"like", "between", "in"}:
                self._unexpected(("LIKE, BETWEEN or IN", "LIKE, BETWEEN hoặc IN"))
            self._at += 1
            return {"op": "not", "args": [self._predicate(op, left)]}
        if op in {"like", "between", "in"}:
            return self._predicate(op, left)
        right = self._expression(strength)
        if op in {"and", "or"} and isinstance(left, dict) and left.get("op") == op:
            left["args"].append(right)
            return left
        return {"op": op, "args": [left, right]}

    def _null_test(self, left: Any) -> Any:
        negated = self._word("not")
        if not self._word("null"):
            self._unexpected(("NULL", "NULL"))
        test = {"op": "isNull", "args": [left]}
        return {"op": "not", "args": [test]} if negated else test

    def _word(self, name: str) -> bool:
        if self._now.kind != "name" or self._now.value.lower() != name:
            return False
        self._at += 1
        return True

    def _predicate(self, op: str, left: Any) -> Any:
        if op == "in":
            self._expect("(")
            return {"op": op, "args": [left, self._list()]}
        first = self._expression(_COMPARISON)
        if op == "like":
            return {"op": op, "args": [left, first]}
        if not self._word("and"):
            self._unexpected(("AND with the upper bound", "AND và cận trên"))
        return {"op": op, "args": [left, first, self._expression(_COMPARISON)]}

    # --- operands -----------------------------------------------------------------------------

    def _operand(self) -> Any:
        word = self._now
        self._at += 1
        match word.kind:
            case "number":
                return _number(word.value)
            case "text":
                return word.value
            case "quoted":
                return {"property": word.value}
            case "name":
                return self._named(word)
            case _:
                return self._after_sign(word.value)

    def _after_sign(self, sign: str) -> Any:
        if sign == "(":
            return self._nested(self._bracket)
        if sign == "-":
            return self._nested(self._negative)
        if sign == "+" and self._now.kind == "number":
            return self._operand()
        self._at -= 1
        return self._unexpected(("a value or a property", "một giá trị hoặc thuộc tính"))

    def _bracket(self) -> Any:
        """Read what a bracket holds: one expression, or a list of values."""
        if self._accept(")"):
            return []
        first = self._expression(0)
        if self._accept(")"):
            return first
        if not self._accept(","):
            self._unexpected(("an operator, ',' or ')'", "toán tử, ',' hoặc ')'"))
        return [first, *self._list()]

    def _list(self) -> list[Any]:
        """Read values up to the bracket that closes the list."""
        values = [self._nested(lambda: self._expression(0))]
        while self._accept(","):
            values.append(self._nested(lambda: self._expression(0)))
        self._expect(")")
        return values

    def _negative(self) -> Any:
        value = self._operand()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
        return {"op": "*", "args": [-1, value]}

    def _named(self, word: Token) -> Any:
        name = word.value.lower()
        if name == "not":
            return {"op": "not", "args": [self._nested(lambda: self._expression(_NOT))]}
        if name in {"true", "false"}:
            return name == "true"
        if name in _RESERVED:
            self._at -= 1
            self._unexpected(("a value or a property", "một giá trị hoặc thuộc tính"))
        if name in _GEOMETRIES and self._is_geometry():
            return self._geometry(name)
        if self._accept("("):
            return self._nested(lambda: self._call(word, name))
        return {"property": word.value}

    # --- what is written as a name with a bracket ---------------------------------------------

    def _call(self, word: Token, name: str) -> Any:
        if name in _BOXES:
            return {"bbox": self._numbers(")")}
        if name in {"date", "timestamp"}:
            return {name: self._closed(self._text())}
        if name == "interval":
            start = self._end_of_interval()
            self._expect(",")
            return {name: [start, self._closed(self._end_of_interval())]}
        known = OPERATORS.get(name)
        if known is None or not known.is_function:
            raise ParameterError(
                f"There is no function {shown(word.value)} (character {word.at} of the filter); "
                f"the functions are {_KNOWN}.",
                vi=f"Không có hàm {shown(word.value)} (ký tự thứ {word.at} của bộ lọc); các hàm "
                f"là {_KNOWN}.",
            )
        if self._accept(")"):
            return {"op": name, "args": []}
        read = self._array if known.group == "array" else lambda: self._expression(0)
        values = [read()]
        while self._accept(","):
            values.append(read())
        self._expect(")")
        return {"op": name, "args": values}

    def _array(self) -> Any:
        """Read an operand that is an array; a bracket around one value is one too."""
        in_brackets = self._next_is("(")
        value = self._expression(0)
        return [value] if in_brackets and not isinstance(value, list) else value

    def _closed(self, value: T) -> T:
        self._expect(")")
        return value

    def _text(self) -> str:
        if self._now.kind != "text":
            self._unexpected(("a text in 'quotes'", "văn bản trong 'nháy đơn'"))
        self._at += 1
        return self._words[self._at - 1].value

    def _end_of_interval(self) -> Any:
        return self._text() if self._now.kind == "text" else self._operand()

    def _is_geometry(self) -> bool:
        flag = self._now.value.lower() if self._now.kind == "name" else ""
        return flag == "empty" or self._next_is("(", ahead=int(flag == "z"))

    def _geometry(self, name: str) -> Any:
        kind = _GEOMETRIES[name]
        if self._word("empty"):
            # refused with every other geometry without points
            return {"type": kind, "coordinates": []}
        self._word("z")
        self._expect("(")
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": self._list()}
        points = self._nested(self._positions)
        if kind == "Point" and len(points) == 1:
            points = points[0]
        if kind == "MultiPoint":
            # each point may stand in a bracket of its own, or not
            points = [each[0] if each and isinstance(each[0], list) else each for each in points]
        return {"type": kind, "coordinates": points}

    def _positions(self) -> list[Any]:
        """Read points, or brackets of them, up to the bracket that closes them."""
        found = []
        while True:
            inner = self._accept("(")
            found.append(self._nested(self._positions) if inner else self._numbers(""))
            if not self._accept(","):
                break
        self._expect(")")
        return found

    def _numbers(self, closing: str) -> list[float]:
        """Read numbers: with commas up to a bracket, or with blanks as one point."""
        values = [self._signed()]
        while self._accept(",") if closing else self._begins_number():
            values.append(self._signed())
        if closing:
            self._expect(closing)
        return values

    def _begins_number(self) -> bool:
        return self._now.kind == "number" or self._key() in {"+", "-"}

    def _signed(self) -> float:
        negative = self._accept("-")
        if not negative:
            self._accept("+")
        if self._now.kind != "number":
            self._unexpected(("a number", "một số"))
        self._at += 1
        value = _number(self._words[self._at - 1].value)
        return -value if negative else value

    def _unexpected(self, wanted: tuple[str, str]) -> NoReturn:
        word = self._now
        what = shown(word.value)
        en, vi = f"not {what}", f"không phải {what}"
        if word.kind == "end":
            en, vi = "but ends", "nhưng bộ lọc đã hết"
        raise ParameterError(
            f"The filter cannot be read at character {word.at}: it needs {wanted[0]} there, {en}.",
            vi=f"Không đọc được bộ lọc ở ký tự thứ {word.at}: cần {wanted[1]}, {vi}.",
        )


def _number(written: str) -> float:
    # more digits than a double has are read as one
    return int(written) if written.isdigit() and len(written) < 20 else float(written)
