"""Web pages over the same content that programs get as JSON, in Vietnamese and English.

Templates escape everything; a page loads its scripts and styles from this service and nothing
from anywhere else.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jinja2
from fastapi import Request
from starlette.responses import Response

from api import words
from api.answers import HTML, tagged
from gis import text

#: Scripts, styles, pictures and data come from this service alone.
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_TEMPLATES: Final = Path(__file__).parent / "templates"


def page(request: Request, template: str, content: Mapping[str, Any], lang: str) -> Response:
    """Answer with a page."""
    other = "en" if lang == "vi" else "vi"
    written = (
        _environment()
        .get_template(template)
        .render(
            **content,
            lang=lang,
            other=other,
            other_address=_with(request, lang=other),
            json_address=_with(request, f="json"),
            root=request.scope.get("root_path", ""),
            t=_chooser(lang),
            shown=_shown,
            count=lambda number: text.format_number(number, 0, lang),
        )
    )
    headers = {
        "Content-Security-Policy": CSP,
        "Content-Language": lang,
        "Vary": "Accept, Accept-Language",
    }
    return tagged(request, written.encode(), media=HTML, headers=headers)


def _chooser(lang: str) -> Callable[[str, str], str]:
    return lambda vi, en: words.pick((vi, en), lang)


def _with(request: Request, **changed: str) -> str:
    """Address of the same page with other parameters, without the host."""
    return str(request.url.include_query_params(**changed).replace(scheme="", netloc=""))


def _shown(value: Any) -> str:
    """Value of a table's cell."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
