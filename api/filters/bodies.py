"""CQL2 JSON taken as text: strict, bounded before it is parsed, refused in words."""

import json
import re
from collections import Counter
from typing import Any, Final

from api.errors import ParameterError
from api.filters.limits import Limits, too_deep
from api.words import shown

# a string is passed over whole, so that brackets inside it do not count
_BRACKETS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[{]|[\]}]', re.DOTALL)
# beside its own level an operand adds a list, and a geometry its lists of points
_LEVELS: Final = 2
_POINTS: Final = 8


def loaded(text: str, limits: Limits) -> Any:
    """Parse JSON.

    Raises
    ------
    ParameterError
        When it is no JSON, is nested too deeply, names a member twice, or holds NaN.
    """
    _refuse_deep(text, limits)
    try:
        return json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_not_finite,
            parse_int=_whole,
        )
    except json.JSONDecodeError as fault:
        raise ParameterError(
            f"The filter is no JSON at character {fault.pos + 1}; check brackets, commas and "
            "quotes there, or say filter-lang=cql2-text.",
            vi=f"Bộ lọc không phải JSON ở ký tự thứ {fault.pos + 1}; hãy kiểm tra dấu ngoặc, dấu "
            "phẩy, dấu nháy ở đó, hoặc ghi filter-lang=cql2-text.",
        ) from None


def _refuse_deep(text: str, limits: Limits) -> None:
    most = limits.depth * _LEVELS + _POINTS
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match.group() in "[{":
            depth += 1
            if depth > most:
                raise too_deep(limits)
        elif match.group() in "]}":
            depth -= 1


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        ((twice, _),) = counts.most_common(1)
        raise ParameterError(
            f"The filter names the member {shown(twice)} twice in one object; give it once.",
            vi=f"Bộ lọc ghi mục {shown(twice)} hai lần trong một đối tượng; hãy ghi một lần.",
        )
    return members


def _whole(digits: str) -> int | float:
    # more digits than a double has are read as one
    return int(digits) if len(digits) < 20 else float(digits)


def _not_finite(name: str) -> float:
    raise ParameterError(
        f"The filter holds {name}, which is no JSON; give finite numbers.",
        vi=f"Bộ lọc chứa {name}, không phải JSON; hãy dùng số hữu hạn.",
    )
