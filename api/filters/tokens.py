"""CQL2 text cut into words, in time that grows with its length only."""

import re
from typing import Final, Literal, NamedTuple

from api.errors import ParameterError
from api.words import shown

TokenKind = Literal["number", "text", "name", "quoted", "sign", "end"]

# letters that may begin a name, as the standard's grammar lists them
_START: Final = (
    r":_A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFE\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_PART: Final = _START + r".0-9\u0300-\u036F\u203F\u2040"
_BLANK: Final = r"\t-\r \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
# what is taken once is never given back, so that no text is read twice
_TOKEN: Final = re.compile(
    rf"""
    (?P<blank>[{_BLANK}]++)
  | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
  | (?P<text>'(?:[^'\\]++|''|\\.)*+')
  | (?P<quoted>"(?:[^"]++|"")*+")
  | (?P<name>[{_START}][{_PART}]*+)
  | (?P<sign><>|<=|>=|[=<>+\-*/%^(),])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"''|\\(.)", re.DOTALL)
_CONTROLS: Final = {
    **dict(zip("abtnvfr", "\a\b\t\n\v\f\r", strict=True)),
    "'": "'",
    "\\": "\\",
}


class Token(NamedTuple):
    """One word of the text, and its place in it, counted from 1."""

    kind: TokenKind
    value: str
    at: int


def tokens(text: str) -> list[Token]:
    """Cut a text into words.

    Raises
    ------
    ParameterError
        At a character that CQL2 does not know, or a quotation that does not end.
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unknown(text, at)
        if match.lastgroup != "blank":
            found.append(_token(match))
        at = match.end()
    return [*found, Token("end", "", len(text) + 1)]


def _token(match: re.Match[str]) -> Token:
    value, at = match.group(), match.start() + 1
    match match.lastgroup:
        case "text":
            return Token("text", _ESCAPE.sub(_unescaped, value[1:-1]), at)
        case "quoted":
            return Token("quoted", value[1:-1].replace('""', '"'), at)
        case "number":
            return Token("number", value, at)
        case "name":
            return Token("name", value, at)
        case _:
            return Token("sign", value, at)


def _unescaped(match: re.Match[str]) -> str:
    """Character that is meant; what is no escape of the text is left to LIKE."""
    escaped = match[1]
    return "'" if escaped is None else _CONTROLS.get(escaped, match[0])


def _unknown(text: str, at: int) -> ParameterError:
    if text[at] in "'\"":
        return ParameterError(
            f"The quotation that begins at character {at + 1} of the filter does not end; close "
            f"it with {text[at]}, and write one inside it twice.",
            vi=f"Dấu nháy mở ở ký tự thứ {at + 1} của bộ lọc chưa được đóng; hãy đóng bằng "
            f"{text[at]}, và viết đôi nếu dấu nháy nằm bên trong.",
        )
    return ParameterError(
        f"Character {at + 1} of the filter, {shown(text[at])}, is no part of CQL2; texts stand in "
        "'single' and odd names in \"double\" quotes.",
        vi=f"Ký tự thứ {at + 1} của bộ lọc, {shown(text[at])}, không thuộc CQL2; văn bản đặt trong "
        "nháy 'đơn', tên đặc biệt đặt trong nháy \"kép\".",
    )
