"""Small HTML pages of the service, each with a policy that allows what it needs and no more."""

import base64
import hashlib
import html
from collections.abc import Sequence
from typing import Final

from starlette.responses import HTMLResponse

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c2b22; background: #fff; }
h1 { font-size: 1.6rem; margin-bottom: 0.2rem; }
li { margin: 0.4rem 0; }
a { color: #0b5d3b; }
.notice { border-left: 4px solid #b35900; background: #fff4e5; padding: 0.5rem 0.8rem; }
.languages { float: right; }
"""


def hashed(content: str) -> str:
    """Return the source by which a policy allows one script or style."""
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def document(*, lang: str, title: str, head: str, body: str) -> str:
    """Put a page together; `head` and `body` are HTML already."""
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # an empty icon, or the browser asks for one that is not there
        '<link rel="icon" href="data:,">\n'
        f"<title>{html.escape(title)}</title>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def landing(
    *, lang: str, title: str, description: str, notice: str, links: Sequence[tuple[str, str]]
) -> HTMLResponse:
    """Return the page behind the service's first address; links are address and title."""
    other = "en" if lang == "vi" else "vi"
    listed = "\n".join(
        f'<li><a href="{html.escape(href)}">{html.escape(words)}</a></li>' for href, words in links
    )
    warning = f'<p class="notice">{html.escape(notice)}</p>' if notice else ""
    body = (
        f'<p class="languages"><a href="?lang={other}" hreflang="{other}">'
        f"{'English' if other == 'en' else 'Tiếng Việt'}</a></p>\n"
        f"<h1>{html.escape(title)}</h1>\n<p>{html.escape(description)}</p>\n{warning}\n"
        f"<ul>\n{listed}\n</ul>"
    )
    policy = (
        f"default-src 'none'; style-src {hashed(_STYLE)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    page = document(lang=lang, title=title, head=f"<style>{_STYLE}</style>", body=body)
    return HTMLResponse(
        page,
        headers={
            "Content-Security-Policy": policy,
            "Content-Language": lang,
            "Vary": "Accept, Accept-Language",
        },
    )
