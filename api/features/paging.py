"""Pages of features: cut at a cursor, so that a page begins where the one before it ended."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Request

from api.errors import ParameterError
from api.features.rows import FeatureSet
from api.features.written import Positions
from api.words import shown

_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a page begins and how long it is.

    Attributes
    ----------
    version
        State of the collection; a cursor of another one is refused.
    """

    most: int
    offset: int
    cursor: str | None
    version: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the cursors of its neighbours; None: there is none."""

    rows: Positions
    next: str | None
    previous: str | None


def cut(features: FeatureSet, matched: Positions, wanted: Cut) -> Page:
    """Cut a page out of the features that a request matches.

    Raises
    ------
    ParameterError
        When the cursor is none, or of a state that is gone.
    """
    first = wanted.offset
    if wanted.cursor is not None:
        after = _read(wanted.cursor, wanted.version)
        if isinstance(after, str) != (features.ids.dtype.kind not in "iu"):
            raise _no_cursor(wanted.cursor)
        # by order and not by position, for what stood there may be gone
        first += int(matched.searchsorted(features.ids.searchsorted(after, side="right")))
    rows = matched[first : first + wanted.most]
    behind, ahead = first - wanted.most, first + len(rows)
    return Page(
        rows,
        next=_cursor(features, matched[ahead - 1], wanted) if ahead < len(matched) else None,
        previous=None if first <= 0 else _before(features, matched, behind, wanted),
    )


def address(request: Request, path: str, changed: dict[str, str]) -> str:
    """Address with the request's parameters, some of them replaced."""
    gone = {"cursor", "offset"} if "cursor" in changed else set()
    gone.add("f")
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in gone]
    query = urlencode(
        [*kept, *((name, value) for name, value in changed.items() if value)], safe=",:/"
    )
    return f"{path}?{query}" if query else path


def _before(features: FeatureSet, matched: Positions, behind: int, wanted: Cut) -> str:
    """Cursor of the page before; the empty one stands for the beginning."""
    if behind <= 0 or behind > len(matched):
        return ""
    return _cursor(features, matched[behind - 1], wanted)


def _cursor(features: FeatureSet, at: Any, wanted: Cut) -> str:
    last = features.ids[int(at)]
    told = [wanted.version, last.item() if hasattr(last, "item") else last]
    return base64.urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")


def _read(cursor: str, version: str) -> str | int:
    """Return the id after which a page begins."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        told = None
    whole = isinstance(told, list) and len(told) == 2 and len(cursor) <= _LONGEST
    if not whole or not isinstance(told[1], str | int) or isinstance(told[1], bool):
        raise _no_cursor(cursor)
    if told[0] != version:
        raise ParameterError(
            "The layer was replaced since this page's link was made; begin again without cursor.",
            vi="Lớp đã được thay bằng phiên bản mới sau khi có liên kết này; hãy bắt đầu lại, "
            "không ghi cursor.",
        )
    after: str | int = told[1]
    return after


def _no_cursor(cursor: str) -> ParameterError:
    return ParameterError(
        f"cursor {shown(cursor)} is none of this collection; follow the links of a page.",
        vi=f"cursor {shown(cursor)} không thuộc lớp này; hãy đi theo liên kết của trang trước.",
    )
