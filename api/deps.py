"""What routes are given: each parameter is read and checked once, in one place."""

import json
import re
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute

from api import formats
from api.errors import ParameterError
from api.language import language_of
from api.store import Snapshot, Store
from api.words import ascii_safe, shown
from gis import text
from gis.errors import InputError
from gis.rules import FIRST_DAY

# Việt Nam keeps one time all year; a zone table is not at hand on every system
_VIETNAM: Final = timezone(timedelta(hours=7))
#: In an address's description: its parameters depend on the data, and it checks them itself.
OWN_PARAMETERS: Final = "x-own-parameters"
# parameters by what answers an address; the code decides them once and for all
_NAMES: Final[dict[Callable[..., Any], frozenset[str]]] = {}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

LANG_PARAMETER: Final = Query(
    description="Language of titles and sentences, `vi` or `en`; by default what "
    "`Accept-Language` prefers, else `vi`.",
    json_schema_extra={"enum": list(text.LANGUAGES)},
)


async def store(request: Request) -> Store:
    """Return what the routes share."""
    shared: Store = request.app.state.store
    return shared


async def snapshot(shared: Annotated[Store, Depends(store)]) -> Snapshot:
    """Return the workspace as it is when the request comes."""
    return shared.snapshot()


async def lang(request: Request, lang: Annotated[str | None, LANG_PARAMETER] = None) -> str:
    """Language of the answer; another one than the two is refused."""
    if lang is not None and lang not in text.LANGUAGES:
        raise ParameterError(
            f"Language {shown(lang)} is not known; use vi or en.",
            vi=f"Không có ngôn ngữ {shown(lang)}; hãy dùng vi hoặc en.",
        )
    return language_of(request.scope)


async def known(request: Request) -> None:
    """Refuse parameters that the address does not have, so that none is passed over in silence.

    Addresses whose parameters depend on the data check them on their own.
    """
    route = request.scope.get("route")
    if isinstance(route, APIRoute) and not (route.openapi_extra or {}).get(OWN_PARAMETERS):
        require_known(request, parameter_names(route))


def require_known(request: Request, names: Collection[str]) -> None:
    """Refuse parameters that are not among some names.

    Raises
    ------
    ParameterError
        When there is another one.
    """
    for name in request.query_params:
        if name not in names:
            listed = ", ".join(sorted(names)) or "-"
            raise ParameterError(
                f"There is no parameter {shown(name)} here; the parameters are {listed}.",
                vi=f"Không có tham số {shown(name)} ở đây; các tham số là {listed}.",
            )


def parameter_names(route: APIRoute) -> frozenset[str]:
    """Names of all parameters that an address declares."""
    held = _NAMES.get(route.endpoint)
    return held or _NAMES.setdefault(route.endpoint, frozenset(_names(route)))


def _names(route: APIRoute) -> Iterator[str]:
    # what the whole service asks for stands in no single address
    yield "lang"
    waiting = [route.dependant]
    while waiting:
        one = waiting.pop()
        yield from (field.alias for field in one.query_params)
        waiting += one.dependencies


async def output(
    f: Annotated[
        str | None, Query(description="Format of the answer; by default what `Accept` prefers.")
    ] = None,
) -> str | None:
    """Format that was asked for by name."""
    return f


async def as_of(
    as_of: Annotated[
        str | None,
        Query(
            description=f"Day whose law and communes count, `YYYY-MM-DD`, from "
            f"{FIRST_DAY.isoformat()} on; by default today in Việt Nam.",
            json_schema_extra={"format": "date"},
        ),
    ] = None,
) -> date:
    """Day of an assessment."""
    with parameters():
        return parse_day(as_of)


async def year(
    year: Annotated[
        int | None,
        Query(ge=1975, le=2100, description="Year of the plans; by default the latest there is."),
    ] = None,
) -> int | None:
    """Year of the plans."""
    return year


@contextmanager
def parameters() -> Iterator[None]:
    """Say of input that was refused that it stood in the address."""
    try:
        yield
    except ParameterError:
        raise
    except InputError as fault:
        raise ParameterError(str(fault), vi=fault.vi) from None


def parse_day(value: str | None) -> date:
    """Read a day; None is today.

    Raises
    ------
    InputError
        When it is no day, or the rules begin later.
    """
    if value is None:
        return datetime.now(UTC).astimezone(_VIETNAM).date()
    try:
        day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        raise InputError(
            f"as_of {shown(value)} is no day; write it like 2026-06-01.",
            vi=f"as_of {shown(value)} không phải một ngày; hãy ghi như 2026-06-01.",
        )
    if day < FIRST_DAY:
        raise InputError(
            f"No rules are held for {day.isoformat()}; they begin on {FIRST_DAY.isoformat()}.",
            vi=f"Chưa có quy định cho ngày {text.format_date(day, 'vi')}; dữ liệu quy định bắt "
            f"đầu từ {text.format_date(FIRST_DAY, 'vi')}.",
        )
    return day


StoreDep = Annotated[Store, Depends(store)]
SnapshotDep = Annotated[Snapshot, Depends(snapshot)]
LangDep = Annotated[str, Depends(lang)]
OutputDep = Annotated[str | None, Depends(output)]
DayDep = Annotated[date, Depends(as_of)]
YearDep = Annotated[int | None, Depends(year)]


@dataclass(frozen=True, slots=True)
class Call:
    """A request with everything that most addresses need of it."""

    request: Request
    shared: Store
    snapshot: Snapshot
    lang: str
    format: str | None

    def choose(self, offered: Sequence[formats.Format]) -> formats.Format:
        """Return the format of the answer; see `formats.choose`."""
        return formats.choose(self.format, self.request.headers.get("accept", ""), offered)


async def call(
    request: Request, shared: StoreDep, snapshot: SnapshotDep, lang: LangDep, f: OutputDep
) -> Call:
    """Put together what most addresses need of a request."""
    return Call(request, shared, snapshot, lang, f)


CallDep = Annotated[Call, Depends(call)]


class StrictRequest(Request):
    """A request whose JSON holds finite numbers and is nested in reason."""

    async def json(self) -> Any:
        """Return the parsed body."""
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route whose body is read by `StrictRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, given the stricter request."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def parse_json(body: bytes) -> Any:
    """Parse JSON; the fault of a refused body is a key of `words.JSON_FAULTS`.

    Raises
    ------
    json.JSONDecodeError
        When the text is no JSON, or JSON that no zone could be in.
    """
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as fault:
        raise json.JSONDecodeError("not-text", "", fault.start) from None
    except RecursionError:
        raise json.JSONDecodeError("too-deep", "", 0) from None
    except ValueError:
        # Python refuses to read whole numbers of thousands of digits
        raise json.JSONDecodeError("bad-number", "", 0) from None


def _refuse_constant(name: str) -> None:
    raise json.JSONDecodeError("not-finite", ascii_safe(name), 0)
