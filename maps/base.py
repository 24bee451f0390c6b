"""A Folium map that needs nothing from outside: scripts, styles and data stand in the page.

The page carries a Content-Security-Policy that lets only the scripts and styles named by their
hash run, and nothing be fetched. Data travel in JSON blocks, are never part of a script or of
markup, and reach the screen as text only.

Folium compiles what its elements rendered once more as a template, so that a name such as
``{{ 7*7 }}`` would be computed. Elements of this package put their output in verbatim.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

import folium
from branca.element import Element, Figure, Link, MacroElement

from gis.errors import InputError, ShippedDataError
from gis.text import check_language
from maps import text

STATIC: Final = Path(__file__).resolve().parent / "static"
_LEAFLET: Final = "vendor/leaflet"
_PAGE_SCRIPTS: Final = ("page.js",)
_PAGE_STYLES: Final = ("page.css",)
#: Shown while no layer says where to look: Bình Sơn.
_HOME: Final = (15.3, 108.76)
_HOME_ZOOM: Final = 11


class LatLonBox(NamedTuple):
    """Extent in degrees, WGS 84."""

    south: float
    west: float
    north: float
    east: float


def json_block(data: Any) -> str:
    """JSON that can stand inside a script element of a page, whatever its text holds.

    A layer in the data becomes the name under which the page's scripts know it.

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    plain = json.dumps(
        data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_script_name
    )
    for char, escape in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        plain = plain.replace(char, escape)
    return plain


def _script_name(layer: Element) -> str:
    return layer.get_name()


class Verbatim(Element):
    """Text that goes into the page as it is, without another pass of templates."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.content = content

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self.content


class Inline(Verbatim):
    """A script or a style in the page, allowed by its hash."""

    def __init__(self, tag: str, content: str) -> None:
        super().__init__(f"<{tag}>{content}</{tag}>\n")
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        self.tag = tag
        self.source = f"'sha256-{digest}'"


class Page(Figure):
    """The HTML document around a map.

    Parameters
    ----------
    title
        Title of the window; any text.
    lang
        Language of the page, ``vi`` or ``en``.
    """

    def __init__(self, *, title: str, lang: str) -> None:
        super().__init__(title=title)
        self.lang = check_language(lang)

    def render(self, **kwargs: Any) -> str:
        """Return the document.

        Raises
        ------
        InputError
            When something on the map asks for a file from outside.
        """
        # the same map gives the same page, byte for byte
        for number, element in enumerate(_below(self)):
            element._id = str(number)  # noqa: SLF001 (branca draws it by lot and has no setter)
        for child in self._children.values():
            child.render(**kwargs)
        _refuse_links(self.header)
        script = Inline("script", f"\n{self.script.render(**kwargs)}\n")
        head = [child for child in self.header._children.values() if isinstance(child, Inline)]  # noqa: SLF001 (branca has no public list)
        policy = content_security_policy([*head, script])
        return "\n".join(
            [
                "<!DOCTYPE html>",
                f'<html lang="{self.lang}">',
                "<head>",
                '<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<meta name="referrer" content="no-referrer">',
                f"<title>{html.escape(self.title or '')}</title>",
                *(child.render() for child in head),
                "</head>",
                "<body>",
                self.html.render(**kwargs),
                script.render(),
                "</body>",
                "</html>",
                "",
            ]
        )


def _below(element: Element) -> Iterator[Element]:
    for child in element._children.values():  # noqa: SLF001 (branca has no public list)
        yield child
        yield from _below(child)


def _refuse_links(header: Element) -> None:
    for child in header._children.values():  # noqa: SLF001 (branca has no public list)
        if isinstance(child, Link):
            raise InputError(
                f"Something on the map needs {child.url}, and this page opens without a network;"
                " take it off, or use a plain folium.Map.",
                vi=f"Một thành phần của bản đồ cần {child.url}, mà trang này mở không cần mạng;"
                " hãy bỏ thành phần đó, hoặc dùng folium.Map.",
            )


def content_security_policy(inlines: Sequence[Inline]) -> str:
    """Policy that allows nothing but the given scripts and styles."""
    sources = {
        f"{tag}-src": " ".join(dict.fromkeys(each.source for each in inlines if each.tag == tag))
        for tag in ("script", "style")
    }
    parts = {
        "default-src": "'none'",
        **{name: listed or "'none'" for name, listed in sources.items()},
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


@cache
def static(name: str) -> str:
    """Text of a script or style that ships with the maps.

    Raises
    ------
    ShippedDataError
        When the installation lacks it.
    """
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ShippedDataError(
            f"Map script {name!r} is missing from this installation; install vung again."
        ) from None


@cache
def _leaflet_script() -> str:
    # the comment names a file that a browser's tools would ask for
    code = re.sub(r"\n//# sourceMappingURL=.*", "", static(f"{_LEAFLET}/leaflet.js"))
    return f"/*!\n{static(f'{_LEAFLET}/LICENSE')}\n*/\n{code}"


@cache
def _leaflet_style() -> str:
    # images of controls that our pages do not have
    return re.sub(r"url\([^)]*\)", "none", static(f"{_LEAFLET}/leaflet.css"))


class PageElement(MacroElement):
    """A control of a page: a script of ours, called with data from a JSON block.

    Attributes
    ----------
    script
        File under ``static`` that defines the function.
    function
        Function of ``window.vung`` to call with the map and the id of the data block.
    """

    script: ClassVar[str]
    function: ClassVar[str]

    def __init__(self, data: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it untyped
        self._name = f"vung_{self.function}"
        self.data = data

    def render(self, **_: Any) -> str:
        """Put script, data and call on the page."""
        name, parent = self.get_name(), parent_of(self).get_name()
        put_on_page(
            self,
            script=self.script,
            data=self.data,
            call=f'vung.{self.function}({parent}, "{name}");',
        )
        return ""


def parent_of(element: Element) -> Element:
    """Return what an element stands on.

    Raises
    ------
    InputError
        When it stands on nothing.
    """
    if element._parent is None:  # noqa: SLF001 (branca has no public name for it)
        raise InputError(
            "This layer or control is on no map; add it to one before drawing.",
            vi="Lớp hoặc thành phần này chưa nằm trên bản đồ nào; hãy thêm vào bản đồ rồi vẽ.",
        )
    return element._parent  # noqa: SLF001


def page_of(element: Element) -> "Page":
    """Return the page that an element stands on.

    Raises
    ------
    InputError
        When it stands on no map, or on one that is not from here.
    """
    page = parent_of(element).get_root()
    if not isinstance(page, Page):
        raise InputError(
            "This layer or control needs a map of maps.base.offline_map; add it to such a one.",
            vi="Lớp hoặc thành phần này cần bản đồ của maps.base.offline_map; hãy thêm vào đó.",
        )
    return page


def put_on_page(element: Element, *, script: str, data: Any, call: str) -> None:
    """Put an element's script, its data and the call that uses them on its page."""
    page, name = page_of(element), element.get_name()
    page.header.add_child(Inline("script", static(script)), name=script)
    page.html.add_child(Verbatim(_data_block(name, data)), name=name)
    page.script.add_child(Verbatim(f"{call}\n"), name=name)


def _data_block(name: str, data: Any) -> str:
    return f'<script type="application/json" id="{name}">{json_block(data)}</script>\n'


class OfflineMap(folium.Map):
    """A Folium map whose page is complete in itself.

    Attributes
    ----------
    focus
        What the page shows first; all layers where it is None.
    """

    def __init__(self, *, title: str, lang: str = "vi") -> None:
        super().__init__(location=_HOME, zoom_start=_HOME_ZOOM, tiles=None)
        self.lang = check_language(lang)
        self.focus: LatLonBox | None = None
        Page(title=title, lang=lang).add_child(self)

    def render(self, **kwargs: Any) -> str:
        """Put the map, and everything on it, on its page."""
        page, name = page_of(self), self.get_name()
        page.header.add_child(Inline("style", _leaflet_style()), name="leaflet.css")
        for style in _PAGE_STYLES:
            page.header.add_child(Inline("style", static(style)), name=style)
        page.header.add_child(Inline("script", _leaflet_script()), name="leaflet.js")
        for script in _PAGE_SCRIPTS:
            page.header.add_child(Inline("script", static(script)), name=script)
        options = f"{name}_options"
        page.html.add_child(Verbatim(_frame(name)), name=name)
        page.html.add_child(Verbatim(_data_block(options, self._options())), name=options)
        call = f'var {name} = vung.map("{name}", "{options}");\n'
        page.script.add_child(Verbatim(call), name=name)
        for child in list(self._children.values()):
            child.render(**kwargs)
        return ""

    def _options(self) -> dict[str, Any]:
        box = self.get_bounds()
        if self.focus is not None:
            box = [[self.focus.south, self.focus.west], [self.focus.north, self.focus.east]]
        keys = ("zoom_in", "zoom_out", "overview", "close", "panel", "north", "north_letter")
        words = {key: text.word(key, self.lang) for key in (*keys, "map", "layers_and_legend")}
        return {
            "centre": list(self.location),
            "zoom": _HOME_ZOOM,
            "bounds": None if None in (*box[0], *box[1]) else box,
            "words": words,
            "lang": self.lang,
        }


def _frame(name: str) -> str:
    return (
        "<noscript>Trang này cần JavaScript. This page needs JavaScript.</noscript>\n"
        f'<div class="vung-page" id="{name}_page">\n'
        '<aside class="vung-panel" hidden></aside>\n'
        '<div class="vung-stage">\n'
        '<div class="vung-band" role="note" hidden></div>\n'
        f'<div class="folium-map vung-map" id="{name}"></div>\n'
        "</div>\n</div>\n"
    )


def offline_map(*, title: str | None = None, lang: str = "vi") -> OfflineMap:
    """Make an empty map whose page needs no network; layers and controls are added to it.

    Parameters
    ----------
    title
        Title of the window.
    lang
        Language of the page, ``vi`` or ``en``.

    Raises
    ------
    InputError
        When the language is not known.
    """
    check_language(lang)
    return OfflineMap(title=title or f"Vùng: {text.word('title', lang)}", lang=lang)
