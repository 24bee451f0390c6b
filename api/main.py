"""The service put together. Nothing happens at import: `create_app` does it all."""

from typing import Final

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

import gis
from api import deps, description, errors
from api.journal import Figures, Journal
from api.kept import Kept
from api.methods import Methods
from api.middleware import BodyLimit, Guard
from api.problems import REFUSED
from api.routes import (
    assess,
    collections,
    docs,
    health,
    items,
    landing,
    maps,
    metrics,
    rasters,
    static,
)
from api.settings import Settings
from api.store import Store

#: A new resource is one file under ``routes`` and one word here.
ROUTES: Final = (landing, health, collections, items, rasters, assess, maps, docs, static, metrics)
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# headers that pages of named origins may send, and may read
_ASKED: Final = (
    "Accept-Language", "Authorization", "Content-Crs", "Content-Type", "If-Match",
    "If-None-Match", "If-Unmodified-Since", "Prefer", "X-Request-Id",
)  # fmt: skip
_TOLD: Final = (
    "Content-Crs", "ETag", "Layer-Version", "Link", "Location", "Preference-Applied",
    "Retry-After", "X-Request-Id",
)  # fmt: skip
_COMPRESS_FROM: Final = 1_024
# level 4 of 9: most of the gain for a fifth of the time
_COMPRESS_LEVEL: Final = 4


def create_app(settings: Settings) -> FastAPI:
    """Build the service over the workspace that the settings name.

    Raises
    ------
    WorkspaceError
        When there is no workspace.
    """
    app = FastAPI(
        title=description.TITLE,
        description=description.TEXT,
        version=gis.__version__,
        openapi_tags=[*description.TAGS],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(deps.known), Depends(deps.lang)],
        responses={**REFUSED},
    )
    app.state.store = Store(settings)
    for routes in ROUTES:
        app.include_router(routes.router)
    errors.install(app)
    description.install(app)
    # the last one added is the outermost
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, seconds=settings.body_wait_s)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESS_FROM, compresslevel=_COMPRESS_LEVEL)
    app.add_middleware(Methods, describe=app.openapi)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[*settings.allowed_origins],
            allow_methods=[*_METHODS],
            allow_headers=[*_ASKED],
            expose_headers=[*_TOLD],
        )
    app.add_middleware(Guard)
    app.add_middleware(Kept, stamp=app.state.store.workspace.stamp, most_bytes=settings.kept_bytes)
    app.state.figures = Figures()
    app.add_middleware(Journal, figures=app.state.figures)
    return app
