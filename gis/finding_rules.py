"""The catalogue of findings: what each rule means, how grave it is, and what to do about it.

It is data (``data/reference/findings/*.toml``), one file a group, so that a sentence is changed in
one place and an office can be shown every rule there is.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from gis import shipped
from gis.errors import NotFoundError, ShippedDataError

Severity = Literal["error", "warning", "info"]
#: What `size` and `tolerance` of a finding are measured in; nothing where a fault has no size.
Unit = Literal["m2", "m", ""]
#: What `gis.repair` can do about a fault; nothing where only a person can.
Fix = Literal["snap", "fill", "trim", "merge", "insert-vertex", "drop", "ring", ""]

_SAID: Final = ("name", "message", "remedy")
SEVERITIES: Final[tuple[str, ...]] = get_args(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule:
    """One rule of the catalogue.

    Attributes
    ----------
    group
        File of the catalogue it stands in: ``file``, ``geometry``, ``topology`` and so on.
    name, message, remedy
        By language: its name, the sentence with fields in braces (see `gis.findings.many`), and
        what to do.
    tolerance
        Setting that draws its line (see `gis.settings.CheckSettings`), if one does.
    family
        Name that it shares with rules which divide one kind of fault by size or shape:
        ``overlap``, ``gap``.
    """

    id: str
    group: str
    severity: Severity
    name: Mapping[str, str]
    message: Mapping[str, str]
    remedy: Mapping[str, str]
    unit: Unit = ""
    tolerance: str = ""
    fix: Fix = ""
    family: str = ""


def rule(rule_id: str) -> FindingRule:
    """Return the rule of that id.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    try:
        return rules()[rule_id]
    except KeyError:
        raise NotFoundError(
            f"There is no rule {rule_id!r} for findings; `vung check --rules` lists them.",
            vi=f"Không có quy tắc kiểm tra {rule_id!r}; `vung check --rules` liệt kê các quy tắc.",
        ) from None


@cache
def rules() -> Mapping[str, FindingRule]:
    """Return every rule by its id, in the order of the catalogue.

    Raises
    ------
    ShippedDataError
        When a file of the catalogue is damaged, or two rules have one id.
    """
    found: dict[str, FindingRule] = {}
    for file in sorted(shipped.path("reference", "findings").glob("*.toml")):
        try:
            entries = tomllib.loads(file.read_text(encoding="utf-8"))
            parsed = [_parse(file.stem, key, entry) for key, entry in entries.items()]
        except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError, ValueError) as fault:
            raise _damaged(file.name, str(fault)) from None
        for each in parsed:
            if each.id in found:
                raise _damaged(file.name, f"{each.id} twice")
            found[each.id] = each
    return MappingProxyType(found)


def _parse(group: str, rule_id: str, entry: Mapping[str, Any]) -> FindingRule:
    said: dict[str, Any] = {
        key: MappingProxyType(_both(value)) if key in _SAID else value
        for key, value in entry.items()
    }
    parsed = FindingRule(id=rule_id, group=group, **said)
    for value, known in (
        (parsed.severity, Severity),
        (parsed.unit, Unit),
        (parsed.fix, Fix),
    ):
        if value not in get_args(known):
            message = f"{rule_id}: {value!r}"
            raise ValueError(message)
    return parsed


def _both(words: Mapping[str, str]) -> dict[str, str]:
    return {"vi": words["vi"], "en": words["en"]}


def _damaged(name: str, why: str) -> ShippedDataError:
    return ShippedDataError(
        f"Shipped file {name!r} of the findings' catalogue is damaged ({why}); install vung again.",
        vi=f"Tệp kèm theo {name!r} của danh mục lỗi dữ liệu bị hỏng ({why}); hãy cài đặt lại vung.",
    )
