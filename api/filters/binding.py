"""A filter held against the columns of a collection: names and types, before any row is read."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from api.errors import ParameterError
from api.filters.operators import OF_INSTANTS, OPERATORS, Group
from api.filters.reading import instant
from api.filters.tree import Call, Constant, Interval, Items, Kind, Node, Property, Shape
from api.words import shown

_MOST_NAMES: Final = 40
_MOST_PATTERN: Final = 1_000
# a list that differs from row to row is written out for each
_MOST_VARYING: Final = 16
_SCALARS: Final = frozenset({"string", "number", "boolean", "date", "timestamp"})
_INSTANTS: Final = frozenset({"date", "timestamp"})

#: Types by the names that people use.
_NAMES: Final[Mapping[Kind, tuple[str, str]]] = {
    "string": ("a text", "văn bản"),
    "number": ("a number", "số"),
    "integer": ("a number", "số"),
    "boolean": ("true or false", "giá trị đúng/sai"),
    "date": ("a date", "ngày"),
    "timestamp": ("a timestamp", "thời điểm"),
    "interval": ("an interval", "khoảng thời gian"),
    "array": ("an array", "mảng"),
    "geometry": ("a geometry", "hình học"),
}

Bound = tuple[Node, Kind]


class Binder:
    """Checks one filter against the types of columns."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._checks: Mapping[Group, Callable[[Call], Bound]] = {
            "logic": self._logic,
            "comparison": self._comparison,
            "between": self._comparison,
            "in": self._in,
            "like": self._like,
            "null": self._null,
            "arithmetic": self._arithmetic,
            "fold": self._fold,
            "spatial": self._spatial,
            "temporal": self._temporal,
            "array": self._array,
        }

    def condition(self, node: Node) -> Node:
        """Return the filter with its texts read as dates where dates are wanted.

        Raises
        ------
        ParameterError
            When it names an unknown property, joins what does not fit, or is no condition.
        """
        bound, kind = self._bound(node)
        if kind != "boolean":
            raise _wrong_type("A filter", "Bộ lọc", "boolean", kind)
        return bound

    def _bound(self, node: Node) -> Bound:
        if isinstance(node, Property):
            return node, self._kind(node.name)
        if isinstance(node, Constant):
            return node, node.kind
        if isinstance(node, Shape):
            return node, "geometry"
        if isinstance(node, Interval):
            return self._interval(node), "interval"
        if isinstance(node, Items):
            return self._items(node), "array"
        return self._checks[OPERATORS[node.op].group](node)

    def _kind(self, name: str) -> Kind:
        kind = self._kinds.get(name)
        if kind is None:
            names = sorted(self._kinds)
            listed = ", ".join(names[:_MOST_NAMES])
            more = ", ..." if len(names) > _MOST_NAMES else ""
            raise ParameterError(
                f"There is no property {shown(name)} here; the properties are {listed}{more}.",
                vi=f"Không có thuộc tính {shown(name)} ở đây; các thuộc tính là {listed}{more}.",
            )
        return "number" if kind == "integer" else kind

    def _logic(self, node: Call) -> Bound:
        return Call(node.op, self._all_of(node, node.args, "boolean")), "boolean"

    def _all_of(self, node: Call, args: Iterable[Node], wanted: Kind) -> tuple[Node, ...]:
        """Check that all operands are of one type."""
        found = []
        for each in args:
            bound, kind = self._bound(each)
            if kind != wanted:
                name = node.op.upper()
                raise _wrong_type(f"An operand of {name}", f"Toán hạng của {name}", wanted, kind)
            found.append(bound)
        return tuple(found)

    def _comparison(self, node: Call) -> Bound:
        return Call(node.op, self._alike(node, node.args)), "boolean"

    def _in(self, node: Call) -> Bound:
        value, items = node.args
        assert isinstance(items, Items)  # noqa: S101 (the reader lets nothing else through)
        first, *rest = self._alike(node, (value, *items.items))
        return Call(node.op, (first, Items(tuple(rest)))), "boolean"

    def _alike(self, node: Call, args: Iterable[Node]) -> tuple[Node, ...]:
        """Check that scalars are of one type; texts beside dates are read as such."""
        bound = [self._bound(each) for each in args]
        wanted = _time_among(kind for _, kind in bound) or bound[0][1]
        found = []
        for each, kind in bound:
            one, its = _as_time(each, kind, wanted)
            simple = its in _SCALARS and not _is_condition(one)
            if its != wanted or not simple:
                name = node.op.upper()
                raise _wrong_type(
                    f"An operand of {name}",
                    f"Toán hạng của {name}",
                    wanted if simple else "string",
                    its,
                )
            found.append(one)
        return tuple(found)

    def _like(self, node: Call) -> Bound:
        text, pattern = self._all_of(node, node.args, "string")
        inner = pattern
        while isinstance(inner, Call):
            (inner,) = inner.args
        if not isinstance(inner, Constant):
            raise ParameterError(
                "What follows LIKE is a pattern in quotes, alone or in CASEI or ACCENTI.",
                vi="Sau LIKE phải là mẫu trong dấu nháy, viết riêng hoặc trong CASEI, ACCENTI.",
            )
        _refuse_pattern(str(inner.value))
        return Call(node.op, (text, pattern)), "boolean"

    def _null(self, node: Call) -> Bound:
        bound, _ = self._bound(node.args[0])
        return Call(node.op, (bound,)), "boolean"

    def _arithmetic(self, node: Call) -> Bound:
        return Call(node.op, self._all_of(node, node.args, "number")), "number"

    def _fold(self, node: Call) -> Bound:
        return Call(node.op, self._all_of(node, node.args, "string")), "string"

    def _spatial(self, node: Call) -> Bound:
        return Call(node.op, self._all_of(node, node.args, "geometry")), "boolean"

    def _temporal(self, node: Call) -> Bound:
        bound = [self._bound(each) for each in node.args]
        finest = [self._grain(each, kind) for each, kind in bound]
        wanted = _time_among(grain for grain in finest if grain)
        found = []
        for (each, kind), grain in zip(bound, finest, strict=True):
            one, its = _as_time(each, kind, wanted or "date")
            if its not in {*_INSTANTS, "interval"}:
                name = node.op.upper()
                raise _wrong_type(f"An operand of {name}", f"Toán hạng của {name}", "date", its)
            if its != "interval" and node.op not in OF_INSTANTS:
                raise _no_interval(node.op)
            if {grain, wanted} == _INSTANTS:
                raise _mixed_time()
            found.append(one)
        return Call(node.op, tuple(found)), "boolean"

    def _grain(self, node: Node, kind: Kind) -> Kind | None:
        """Whether a time is told in days or in moments; None where it tells neither."""
        if kind != "interval":
            return kind if kind in _INSTANTS else None
        assert isinstance(node, Interval)  # noqa: S101 (nothing else is of that type)
        ends = [each for each in (node.start, node.end) if each is not None]
        kinds = {self._bound(each)[1] for each in ends}
        return kinds.pop() if kinds else None

    def _interval(self, node: Interval) -> Interval:
        kinds = set()
        for end in (node.start, node.end):
            if end is not None:
                kind = self._bound(end)[1]
                if kind not in _INSTANTS:
                    raise _wrong_type("An end of an INTERVAL", "Đầu của INTERVAL", "date", kind)
                kinds.add(kind)
        if len(kinds) > 1:
            raise _mixed_time()
        return node

    def _array(self, node: Call) -> Bound:
        return Call(node.op, self._all_of(node, node.args, "array")), "boolean"

    def _items(self, node: Items) -> Items:
        bound = [self._bound(each) for each in node.items]
        for each, kind in bound:
            if kind not in _SCALARS or _is_condition(each):
                raise _wrong_type("A value in an array", "Giá trị trong mảng", "string", kind)
        varying = sum(not isinstance(each, Constant) for each, _ in bound)
        if varying and len(bound) > _MOST_VARYING:
            raise ParameterError(
                f"An array with properties has more than {_MOST_VARYING} values; give fewer.",
                vi=f"Mảng có thuộc tính chứa hơn {_MOST_VARYING} giá trị; hãy ghi ít hơn.",
            )
        return Items(tuple(each for each, _ in bound))


def _time_among(kinds: Iterable[Kind]) -> Kind | None:
    return next((kind for kind in kinds if kind in _INSTANTS), None)


def _as_time(node: Node, kind: Kind, wanted: Kind) -> Bound:
    """Read a text beside dates as the date that it writes."""
    if kind == "string" and wanted in _INSTANTS and isinstance(node, Constant):
        read = instant(str(node.value))
        if read.kind != wanted:
            raise _mixed_time()
        return read, wanted
    if {kind, wanted} == _INSTANTS:
        raise _mixed_time()
    return node, kind


def _is_condition(node: Node) -> bool:
    return isinstance(node, Call) and OPERATORS[node.op].group not in {"arithmetic", "fold"}


def _refuse_pattern(pattern: str) -> None:
    if len(pattern) > _MOST_PATTERN:
        raise ParameterError(
            f"The pattern of a LIKE has more than {_MOST_PATTERN} characters; shorten it.",
            vi=f"Mẫu của LIKE dài hơn {_MOST_PATTERN} ký tự; hãy viết ngắn lại.",
        )
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise ParameterError(
            "The pattern of a LIKE ends with a backslash, which takes the next character as "
            "itself; write it twice.",
            vi="Mẫu của LIKE kết thúc bằng dấu gạch chéo ngược, vốn để giữ nguyên ký tự sau nó; "
            "hãy viết hai lần.",
        )


def _wrong_type(what: str, what_vi: str, wanted: Kind, found: Kind) -> ParameterError:
    want, is_one = _NAMES[wanted], _NAMES[found]
    return ParameterError(
        f"{what} is {is_one[0]} where {want[0]} is wanted; see /queryables for the types of "
        "properties.",
        vi=f"{what_vi} là {is_one[1]} trong khi cần {want[1]}; xem kiểu của các thuộc tính ở "
        "/queryables.",
    )


def _no_interval(op: str) -> ParameterError:
    return ParameterError(
        f"{op.upper()} relates intervals; write INTERVAL(start, end) for each of its operands.",
        vi=f"{op.upper()} so sánh các khoảng thời gian; hãy ghi mỗi toán hạng là INTERVAL(đầu, "
        "cuối).",
    )


def _mixed_time() -> ParameterError:
    return ParameterError(
        "The filter joins dates and timestamps; write DATE('2026-06-01') beside dates and "
        "TIMESTAMP('2026-06-01T08:00:00Z') beside timestamps.",
        vi="Bộ lọc so ngày với thời điểm; hãy ghi DATE('2026-06-01') bên cạnh ngày và "
        "TIMESTAMP('2026-06-01T08:00:00Z') bên cạnh thời điểm.",
    )
