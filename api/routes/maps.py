"""Maps that people open, as pages that ask nobody for anything."""

import gzip
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.answers import HTML, tagged
from api.deps import DayDep, LangDep, SnapshotDep, StoreDep, YearDep, parameters
from api.problems import NOT_FOUND, UNAVAILABLE
from api.store import Snapshot, Store, require_year
from maps import review

router = APIRouter(prefix="/maps", tags=["maps"])

#: The page may run what stands in it and load nothing from anywhere. Its own policy goes further
#: and names its scripts by hash; both count.
PAGE_CSP: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# level 6 of 9: a page of 10 MB in a third of a second, once
_LEVEL: Final = 6


@router.get(
    "/review",
    summary="Bản đồ đối chiếu · Review map",
    response_class=HTMLResponse,
    responses={**NOT_FOUND, **UNAVAILABLE},
)
def review_map(
    request: Request,
    shared: StoreDep,
    snapshot: SnapshotDep,
    lang: LangDep,
    as_of: DayDep,
    year: YearDep,
) -> Response:
    """Zones of the workspace by verdict, over land use, plans, communes and constraints."""
    key = (snapshot.token, as_of, year, lang)
    with parameters():
        require_year(snapshot, year)
    packed = shared.page(key, lambda: _page(shared, snapshot, as_of, year, lang))
    headers = {
        "Content-Security-Policy": PAGE_CSP,
        "Vary": "Accept-Encoding, Accept-Language",
        "Content-Language": lang,
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return tagged(request, packed, media=HTML, headers={**headers, "Content-Encoding": "gzip"})
    return tagged(request, gzip.decompress(packed), media=HTML, headers=headers)


def _page(shared: Store, snapshot: Snapshot, as_of: date, year: int | None, lang: str) -> bytes:
    """Compressed page; it is many times its size as text."""
    context = shared.context(snapshot, as_of=as_of, year=year)
    page = review.build(shared.assess_stored(snapshot, context), lang=lang)
    text: str = page.get_root().render()
    # without a moment in it, the same page has the same bytes and so the same tag
    return gzip.compress(text.encode(), compresslevel=_LEVEL, mtime=0)
