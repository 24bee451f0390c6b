"""The one reader behind both languages: CQL2 JSON made into a tree, or refused."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from api.errors import ParameterError
from api.filters import instants
from api.filters.geometries import GeometryReader
from api.filters.limits import Limits, too_deep, too_many
from api.filters.operators import OPERATORS, Operator
from api.filters.tree import Call, Constant, Interval, Items, Node, Property, Shape
from api.systems import System
from api.words import shown
from gis.text import nfc

_OPEN: Final = ".."


class Reader:
    """Reads one filter.

    Attributes
    ----------
    names
        Properties that the filter names.
    """

    def __init__(self, system: System, limits: Limits) -> None:
        self.names: set[str] = set()
        self._limits = limits
        self._geometries = GeometryReader(system, limits)
        self._count = 0
        self._objects: Mapping[str, Callable[[dict[str, Any], int], Node]] = {
            "op": self._call,
            "property": self._property,
            "date": self._date,
            "timestamp": self._timestamp,
            "interval": self._interval,
            "bbox": self._box,
        }

    def node(self, value: Any, depth: int = 0) -> Node:
        """Read a value of CQL2 JSON.

        Raises
        ------
        ParameterError
            When it is none, or there is too much of it.
        """
        self._count += 1
        if self._count > self._limits.nodes:
            raise too_many(self._limits)
        if depth > self._limits.depth:
            raise too_deep(self._limits)
        if isinstance(value, bool):
            return Constant("boolean", value)
        if isinstance(value, int | float):
            return _number(value)
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, list):
            return Items(tuple(self.node(each, depth + 1) for each in value))
        if isinstance(value, dict):
            return self._object(value, depth)
        raise ParameterError(
            "The filter holds null, which is no value; ask for a property without value by IS "
            "NULL, in JSON by isNull.",
            vi="Bộ lọc chứa null, không phải một giá trị; để tìm thuộc tính bỏ trống, hãy dùng IS "
            "NULL, trong JSON là isNull.",
        )

    def _object(self, value: dict[str, Any], depth: int) -> Node:
        if "type" in value:
            return Shape(self._geometries.geometry(value))
        for name, read in self._objects.items():
            if name in value:
                extra = set(value) - {name, "args" if name == "op" else name}
                if extra:
                    raise _odd_member(min(extra))
                return read(value, depth)
        raise _odd_member(min(value, default=""))

    def _call(self, value: dict[str, Any], depth: int) -> Node:
        name, args = value["op"], value.get("args")
        operator = OPERATORS.get(name.lower()) if isinstance(name, str) else None
        if operator is None:
            listed = ", ".join(OPERATORS)
            raise ParameterError(
                f"There is no operator {shown(name)}; the operators are {listed}.",
                vi=f"Không có toán tử {shown(name)}; các toán tử là {listed}.",
            )
        op = name.lower()
        if not isinstance(args, list) or not _fits(operator, len(args)):
            raise _wrong_arity(op, operator, args)
        nodes = tuple(self.node(each, depth + 1) for each in args)
        if operator.group == "in" and not (isinstance(nodes[1], Items) and nodes[1].items):
            raise ParameterError(
                "IN wants a list of one value or more after it.",
                vi="Sau IN phải là danh sách có ít nhất một giá trị.",
            )
        return Call(op, nodes)

    def _property(self, value: dict[str, Any], _: int) -> Property:
        name = value["property"]
        if not isinstance(name, str):
            raise ParameterError(
                f"The filter names a property by {shown(name)}; its name is a text.",
                vi=f"Bộ lọc gọi một thuộc tính là {shown(name)}; tên thuộc tính phải là văn bản.",
            )
        name = nfc(name)
        self.names.add(name)
        return Property(name)

    def _date(self, value: dict[str, Any], _: int) -> Constant:
        written = value["date"]
        day = instants.days(written) if isinstance(written, str) else None
        if day is None:
            raise _no_instant(written)
        return Constant("date", day)

    def _timestamp(self, value: dict[str, Any], _: int) -> Constant:
        written = value["timestamp"]
        moment = instants.microseconds(written) if isinstance(written, str) else None
        if moment is None:
            raise _no_instant(written)
        return Constant("timestamp", moment)

    def _interval(self, value: dict[str, Any], depth: int) -> Interval:
        ends = value["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise ParameterError(
                "An interval of the filter is not two ends; give a day, a moment, a property or "
                "'..' for each.",
                vi="Một khoảng thời gian trong bộ lọc không có đúng hai đầu; mỗi đầu là ngày, thời "
                "điểm, thuộc tính hoặc '..'.",
            )
        start, end = (self._end(each, depth + 1) for each in ends)
        if isinstance(start, Constant) and isinstance(end, Constant):
            _refuse_mixed_or_reversed(start, end)
        return Interval(start, end)

    def _end(self, value: Any, depth: int) -> Property | Constant | None:
        if value == _OPEN:
            return None
        if isinstance(value, str):
            return instant(value)
        node = self.node(value, depth)
        if isinstance(node, Property) or (
            isinstance(node, Constant) and node.kind in {"date", "timestamp"}
        ):
            return node
        raise _no_instant(value)

    def _box(self, value: dict[str, Any], _: int) -> Shape:
        return Shape(self._geometries.box(value["bbox"]))


def instant(written: str) -> Constant:
    """Read a text that is a day or a moment.

    Raises
    ------
    ParameterError
        When it is neither.
    """
    day = instants.days(written)
    if day is not None:
        return Constant("date", day)
    moment = instants.microseconds(written)
    if moment is None:
        raise _no_instant(written)
    return Constant("timestamp", moment)


def _text(value: str) -> Constant:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ParameterError(
            f"The filter holds the text {shown(value)}, of which a part is no character; write it "
            "in UTF-8.",
            vi=f"Bộ lọc chứa văn bản {shown(value)} có phần không phải ký tự; hãy viết bằng UTF-8.",
        ) from None
    return Constant("string", nfc(value))


def _number(value: float) -> Constant:
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise ParameterError(
            "The filter holds a number that is too large; give finite numbers below 1.8e308.",
            vi="Bộ lọc chứa số quá lớn; hãy dùng số hữu hạn nhỏ hơn 1.8e308.",
        )
    return Constant("number", value)


def _fits(operator: Operator, count: int) -> bool:
    return operator.least <= count and (operator.most is None or count <= operator.most)


def _wrong_arity(op: str, operator: Operator, args: Any) -> ParameterError:
    count = len(args) if isinstance(args, list) else 0
    wanted = str(operator.least)
    more = ("", "") if operator.most else (" or more", " trở lên")
    return ParameterError(
        f"{op.upper()} takes {wanted}{more[0]} operands in a list, not {count}.",
        vi=f"{op.upper()} cần danh sách {wanted} toán hạng{more[1]}, không phải {count}.",
    )


def _odd_member(name: str) -> ParameterError:
    return ParameterError(
        f"The filter has an object with the member {shown(name)} where none is known; objects of "
        "CQL2 JSON are {op, args}, {property}, {date}, {timestamp}, {interval}, {bbox} and "
        "geometries.",
        vi=f"Bộ lọc có đối tượng với mục {shown(name)} không xác định; đối tượng của CQL2 JSON là "
        "{op, args}, {property}, {date}, {timestamp}, {interval}, {bbox} và hình học.",
    )


def _no_instant(written: Any) -> ParameterError:
    return ParameterError(
        f"{shown(written)} is no day and no moment; write it like 2026-06-01 or "
        "2026-06-01T08:00:00Z.",
        vi=f"{shown(written)} không phải ngày hay thời điểm; hãy ghi như 2026-06-01 hoặc "
        "2026-06-01T08:00:00Z.",
    )


def _refuse_mixed_or_reversed(start: Constant, end: Constant) -> None:
    if start.kind != end.kind:
        raise ParameterError(
            "An interval of the filter goes from a day to a moment; give two days or two moments.",
            vi="Một khoảng thời gian trong bộ lọc đi từ ngày đến thời điểm; hãy ghi hai ngày hoặc "
            "hai thời điểm.",
        )
    if int(start.value) > int(end.value):
        raise ParameterError(
            "An interval of the filter begins after it ends; exchange its ends.",
            vi="Một khoảng thời gian trong bộ lọc bắt đầu sau khi kết thúc; hãy đổi chỗ hai đầu.",
        )
