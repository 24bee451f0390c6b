"""How large a filter may be, and how it is refused."""

from dataclasses import dataclass

from api.errors import ParameterError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Largest filter that is taken.

    Attributes
    ----------
    length
        Characters of its text.
    depth
        How deep brackets, functions and operators may be nested.
    nodes
        Operators, properties and values together.
    vertices
        Points of all its geometries together.
    seconds
        Time of a processor that choosing the rows may take.
    """

    length: int = 200_000
    depth: int = 100
    nodes: int = 20_000
    vertices: int = 10_000
    seconds: float = 5.0


#: Limits where nobody set others.
USUAL = Limits()


def too_long(limits: Limits) -> ParameterError:
    """Refuse a filter of too many characters."""
    return ParameterError(
        f"The filter has more than {limits.length} characters; ask in several requests.",
        vi=f"Bộ lọc dài hơn {limits.length} ký tự; hãy chia thành nhiều yêu cầu.",
    )


def too_deep(limits: Limits) -> ParameterError:
    """Refuse a filter that is nested too deeply."""
    return ParameterError(
        f"The filter is nested more than {limits.depth} deep; write it flatter, lists of values "
        "with IN.",
        vi=f"Bộ lọc lồng nhau quá {limits.depth} tầng; hãy viết gọn lại, danh sách giá trị thì "
        "dùng IN.",
    )


def too_many(limits: Limits) -> ParameterError:
    """Refuse a filter of too many parts."""
    return ParameterError(
        f"The filter has more than {limits.nodes} operators, properties and values; ask in "
        "several requests.",
        vi=f"Bộ lọc có hơn {limits.nodes} toán tử, thuộc tính và giá trị; hãy chia thành nhiều "
        "yêu cầu.",
    )


def too_many_vertices(limits: Limits) -> ParameterError:
    """Refuse geometries of too many points."""
    return ParameterError(
        f"The geometries of the filter have more than {limits.vertices} points; simplify them.",
        vi=f"Các hình học trong bộ lọc có hơn {limits.vertices} đỉnh; hãy đơn giản hóa.",
    )


def too_slow(seconds: float) -> ParameterError:
    """Refuse a filter that takes too long on a collection."""
    return ParameterError(
        f"Choosing by this filter takes more than {seconds:g} seconds here; ask for a smaller "
        "area, or with fewer and simpler conditions.",
        vi=f"Chọn theo bộ lọc này mất hơn {seconds:g} giây; hãy thu hẹp khu vực hoặc bớt, đơn "
        "giản hóa điều kiện.",
    )
