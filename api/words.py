"""Sentences of the service for people, in Vietnamese and English."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from gis.text import LANGUAGES

#: The default language, as everywhere in Vùng.
DEFAULT: Final = LANGUAGES[0]
_SHOWN: Final = 60
_MOST_FAULTS: Final = 5

#: Layers by the names that people use.
LAYERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "communes": ("Đơn vị hành chính cấp xã", "Communes"),
        "land-use": ("Sử dụng đất", "Land use"),
        "zones": ("Vùng nguyên liệu", "Raw-material zones"),
        "constraints": ("Khu vực hạn chế", "Constraints"),
    }
)

#: Why a body is no JSON that can be used; anything else is said in the parser's own words.
JSON_FAULTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "not-finite": (
            "Nội dung chứa NaN hoặc Infinity, không phải JSON; hãy dùng số hữu hạn",
            "The body holds NaN or Infinity, which is no JSON; give finite numbers",
        ),
        "too-deep": (
            "Nội dung lồng nhau quá sâu; hãy gửi một vùng dạng GeoJSON thông thường",
            "The body is nested too deeply; send a zone as ordinary GeoJSON",
        ),
        "not-text": (
            "Nội dung không phải văn bản UTF-8; hãy gửi JSON mã UTF-8",
            "The body is no text in UTF-8; send JSON in UTF-8",
        ),
        "bad-number": (
            "Nội dung có số quá dài; hãy dùng số thông thường",
            "The body holds a number that is too long; give ordinary numbers",
        ),
    }
)

_Words = tuple[Callable[[Mapping[str, Any]], str], Callable[[Mapping[str, Any]], str]]


def pick(pair: tuple[str, str], lang: str) -> str:
    """Choose from a Vietnamese and an English text."""
    return pair[LANGUAGES.index(lang)]


def shown(value: object) -> str:
    """Value of a request as it may stand in a sentence: short, and nothing that cannot print."""
    if not isinstance(value, str | int | float | bool | None):
        return type(value).__name__
    text = value if isinstance(value, str) else str(value)[: _SHOWN + 1]
    return ascii_safe(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def ascii_safe(text: str) -> str:
    """Quote a text; lone surrogates, which no answer could carry, come out as escapes."""
    return repr(text).encode("utf-8", "backslashreplace").decode()


def faults(errors: Iterable[Mapping[str, Any]], lang: str, *, prefix: str = "") -> str:
    """One sentence about everything pydantic found wrong.

    Parameters
    ----------
    prefix
        Stands before each field's name, which is then in capitals: a variable's name.
    """
    every = [_fault(error, lang, prefix) for error in errors]
    kept = list(dict.fromkeys(every))[:_MOST_FAULTS]
    left = len(every) - len(kept)
    more = pick((f"; và {left} lỗi khác", f"; and {left} more"), lang) if left > 0 else ""
    # a field keeps its name even where a sentence begins
    return "; ".join(kept) + more + "."


def _fault(error: Mapping[str, Any], lang: str, prefix: str) -> str:
    kind = str(error["type"])
    if kind == "json_invalid":
        return _no_json(error, lang)
    where = [str(part) for part in error["loc"] if part not in {"body", "query", "path"}]
    if not where and kind in {"missing", "model_attributes_type", "dict_type", "model_type"}:
        return pick(
            (
                "Cần một đối tượng JSON trong nội dung, với Content-Type: application/json",
                "The body must be a JSON object, sent with Content-Type: application/json",
            ),
            lang,
        )
    name = ".".join(where) if not prefix else prefix + "_".join(where).upper()
    said = _KINDS.get(kind)
    reason = said[LANGUAGES.index(lang)](error) if said else _own_words(error)
    return f"{name}: {reason}" if where else reason


def _no_json(error: Mapping[str, Any], lang: str) -> str:
    told = str(error.get("ctx", {}).get("error", ""))
    if told in JSON_FAULTS:
        return pick(JSON_FAULTS[told], lang)
    place = error["loc"][-1]
    return pick(
        (
            f"Nội dung không phải JSON (ký tự thứ {place}); hãy kiểm tra dấu ngoặc và dấu phẩy",
            f"The body is no JSON (at character {place}); check brackets and commas",
        ),
        lang,
    )


def _own_words(error: Mapping[str, Any]) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _limit(error: Mapping[str, Any]) -> object:
    limits = error.get("ctx", {})
    return next(iter(limits.values()), "")


_NUMBER: Final[_Words] = (
    lambda error: f"{shown(error.get('input'))} không phải số nguyên",
    lambda error: f"{shown(error.get('input'))} is no whole number",
)
_TEXT: Final[_Words] = (lambda _: "phải là văn bản", lambda _: "must be text")
_KINDS: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "missing": (lambda _: "còn thiếu", lambda _: "is missing"),
        "extra_forbidden": (lambda _: "không có mục này", lambda _: "there is no such field"),
        "int_parsing": _NUMBER,
        "int_parsing_size": _NUMBER,
        "int_type": _NUMBER,
        "int_from_float": _NUMBER,
        "string_type": _TEXT,
        "string_unicode": _TEXT,
        "dict_type": (lambda _: "phải là đối tượng GeoJSON", lambda _: "must be a GeoJSON object"),
        "literal_error": (
            lambda error: f"phải là một trong {_limit(error)}",
            lambda error: f"must be one of {_limit(error)}",
        ),
        "greater_than_equal": (
            lambda error: f"phải từ {_limit(error)} trở lên",
            lambda error: f"must be at least {_limit(error)}",
        ),
        "less_than_equal": (
            lambda error: f"không được quá {_limit(error)}",
            lambda error: f"must be at most {_limit(error)}",
        ),
        "string_too_long": (
            lambda error: f"không được dài quá {_limit(error)} ký tự",
            lambda error: f"must not be longer than {_limit(error)} characters",
        ),
        "string_pattern_mismatch": (
            lambda _: "có ký tự không dùng được",
            lambda _: "holds characters that cannot be used",
        ),
    }
)
