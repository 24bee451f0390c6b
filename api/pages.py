"""Small HTML pages of the service, each with a policy that allows what it needs and no more."""

import base64
import hashlib
import html
from typing import Final

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
