"""Every refusal is a sentence in both languages."""

import ast
import re
from pathlib import Path

import pytest

from gis import errors
from gis.errors import ColumnError, CrsError, GisError, SourceError

ROOT = Path(__file__).resolve().parent.parent.parent
CLASSES = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, GisError)
}
#: Refusals in English alone: (file, function, or None for the whole file) -> why.
ENGLISH_ALONE = {
    ("gis/rule_entries.py", None): "only who writes the shipped rule files meets them",
    ("gis/rules.py", "_refuse_overlapping_entries"): "likewise",
    ("gis/rules.py", "_checked_entries"): "likewise",
    ("gis/rules.py", "_effects"): "likewise",
    ("gis/rules.py", "_refuse_overlaps"): "likewise",
    ("gis/rules.py", "_refuse_overlapping_constraints"): "likewise",
}


def refusals():
    """Yield file, innermost function and call of every refusal that gis and cli make."""
    for folder in ("gis", "cli"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            yield from walk(ast.parse(file.read_text(encoding="utf-8")), name, None)


def walk(node, file, function):
    if isinstance(node, ast.FunctionDef):
        function = node.name
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
        yield file, function, node
    for child in ast.iter_child_nodes(node):
        yield from walk(child, file, function)


REFUSALS = list(refusals())


def vietnamese(call):
    return next((keyword.value for keyword in call.keywords if keyword.arg == "vi"), None)


def test_there_are_refusals_to_look_at():
    assert len(REFUSALS) > 100


def test_every_refusal_speaks_vietnamese():
    silent = {
        f"{file}:{call.lineno}"
        for file, function, call in REFUSALS
        if vietnamese(call) is None
        and (file, function) not in ENGLISH_ALONE
        and (file, None) not in ENGLISH_ALONE
    }
    assert silent == set()


def test_what_is_allowed_in_english_alone_is_still_needed():
    silent = {(file, function) for file, function, call in REFUSALS if vietnamese(call) is None}
    files = {(file, None) for file, _ in silent}
    assert set(ENGLISH_ALONE) <= silent | files


def literal(node):
    """Return the words of a literal or f-string, with what is filled in as a question mark."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) for part in node.values)
    return "?"


@pytest.mark.parametrize("place", range(2), ids=["en", "vi"])
def test_every_refusal_is_one_sentence(place):
    odd = []
    for file, _, call in REFUSALS:
        told = [call.args[0] if call.args else None, vietnamese(call)][place]
        words = None if told is None else literal(told)
        # it may begin with the name of a file, an option or a value
        if words not in (None, "?") and not re.match(r"[?`(\w-].*[.?]$", words, re.DOTALL):
            odd.append(f"{file}:{call.lineno} {words}")
    assert odd == []


def test_vietnamese_sentences_are_vietnamese():
    words = [literal(told) for _, _, call in REFUSALS if (told := vietnamese(call)) is not None]
    # what is only filled in is looked at where it is filled in
    plain = [told for told in words if told.isascii() and not told.startswith("?")]
    assert plain == []


def test_an_error_answers_in_the_asked_language():
    error = SourceError("It is so.", vi="Nó là vậy.")
    assert (error.text("en"), error.text("vi"), str(error)) == (
        "It is so.",
        "Nó là vậy.",
        "It is so.",
    )


def test_an_error_without_vietnamese_says_it_in_english():
    assert GisError("It is so.").text("vi") == "It is so."


def test_bad_input_is_a_value_error_too():
    with pytest.raises(ValueError, match="no system"):
        raise CrsError("no system", vi="không có hệ tọa độ")
    assert issubclass(ColumnError, errors.InputError)
