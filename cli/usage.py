"""What a mistyped command is answered: the library's English sentences, and Vietnamese ones."""

import re
from typing import Final

import typer

from cli import console
from gis.errors import InputError

#: What the library says, and the same in Vietnamese; a group of the one stands in the other.
_SENTENCES: Final = (
    (r"Missing argument (.+)", r"Thiếu tham số \1"),
    (r"Missing option (.+)", r"Thiếu tùy chọn \1"),
    (r"Missing command", r"Thiếu tên lệnh"),
    (
        r"No such option: (\S+) \(Possible options: (.+)\)",
        r"Không có tùy chọn \1 (có lẽ là: \2)",
    ),
    (r"No such option: (\S+)", r"Không có tùy chọn \1"),
    (r"No such command (.+?)\. Did you mean (.+)\?", r"Không có lệnh \1; có lẽ là \2"),
    (r"No such command (.+)", r"Không có lệnh \1"),
    (r"Option (.+) requires an argument", r"Tùy chọn \1 cần một giá trị"),
    (r"Option (.+) does not take a value", r"Tùy chọn \1 không nhận giá trị"),
    (r"Got unexpected extra argument\S* \((.+)\)", r"Thừa tham số: \1"),
    (r"Invalid value for (.+?): .* valid integer.*", r"Giá trị của \1 phải là số nguyên"),
    (r"Invalid value for (.+?): (.+)", r"Giá trị của \1 không hợp lệ (\2)"),
)


def is_help(fault: typer.TyperException) -> bool:
    """Whether a command without arguments asks for its help, which the fault then carries."""
    return type(fault).__name__ == "NoArgsIsHelpError"


def print_help(fault: typer.TyperException) -> None:
    """Print the help that the fault carries."""
    console.write(fault.format_message().rstrip())


def refusal(fault: typer.TyperException) -> InputError:
    """Return a usage error as a sentence in both languages, with where to read on."""
    english = " ".join(fault.format_message().split()).rstrip(".?")
    told = " ".join(fault.format_message().split()).rstrip(".")
    where = _command_of(fault)
    return InputError(
        f"{english}; see `{where} --help`.",
        vi=f"{_in_vietnamese(told)}; xem `{where} --help`.",
    )


def _in_vietnamese(english: str) -> str:
    for pattern, sentence in _SENTENCES:
        match = re.fullmatch(pattern, english)
        if match is not None:
            return match.expand(sentence)
    return f"Lệnh chưa đúng ({english})"


def _command_of(fault: typer.TyperException) -> str:
    context = getattr(fault, "ctx", None)
    return "vung" if context is None else str(context.command_path)
