"""What the commands print: sentences, tables and progress, on any console."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from gis import text
from gis.errors import GisError, InputError

#: Exit codes: done; done with findings of severity error; refused.
DONE: Final = 0
DONE_WITH_ERRORS: Final = 1
REFUSED: Final = 2
INTERRUPTED: Final = 130

Json = Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc / for machines.")]
Lang = Annotated[
    str,
    typer.Option(
        "--lang",
        envvar="VUNG_LANG",
        metavar="vi|en",
        show_default=False,
        show_envvar=False,
        help="Ngôn ngữ / language; else VUNG_LANG, else vi.",
    ),
]
VERDICT_STYLES: Final[Mapping[str, str]] = {
    "fits": "green",
    "procedure": "yellow",
    "review": "dark_orange",
    "outside": "bright_black",
    "conflict": "red",
}


def prepare_streams() -> None:
    """Make both streams able to take any text: what a console cannot show loses its accents."""
    fallback = text.register_console_fallback()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=fallback)


def finish(code: int) -> int:
    """Send what is still held back; a reader that left its pipe changes no exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _write_to_nobody()
    except OSError as fault:
        _write_to_nobody()
        sys.stderr.write(f"Lỗi / Error: {fault.strerror}.\n")
        return REFUSED
    return code


class _Console(Console):
    """A console that does not end the program when a pipe is closed."""

    def on_broken_pipe(self) -> None:
        _write_to_nobody()


def check_lang(lang: str) -> str:
    """Return the language when it is ``vi`` or ``en``."""
    if lang not in text.LANGUAGES:
        raise InputError(
            f"Language {lang!r} is not known; use vi or en.",
            vi=f"Không có ngôn ngữ {lang!r}; hãy dùng vi hoặc en.",
        )
    return lang


def write(line: str) -> None:
    """Print a line; when the reader of a pipe has left, nobody misses it."""
    try:
        sys.stdout.write(line + "\n")
    except BrokenPipeError:
        _write_to_nobody()


def _write_to_nobody() -> None:
    # for good, or the interpreter would try once more while it ends, and complain
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(vi: str, en: str, lang: str) -> None:
    """Print one sentence in the asked language."""
    write(vi if lang == "vi" else en)


def emit(record: Mapping[str, Any]) -> None:
    """Print a record as JSON, in ASCII so that every console and pipe takes it."""
    write(json.dumps(record, allow_nan=False))


def refuse(error: GisError, lang: str, *, as_json: bool) -> int:
    """Print a refusal as one sentence on stderr, and as JSON where machines listen."""
    sentence = " ".join(error.text(lang).split())
    sys.stderr.write(("Lỗi: " if lang == "vi" else "Error: ") + sentence + "\n")
    if as_json:
        # the output itself may be what refused
        with suppress(OSError):
            emit({"error": {"type": type(error).__name__, "vi": error.vi, "en": str(error)}})
    return REFUSED


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numeric: Sequence[int] = (),
    styles: Sequence[str | None] = (),
) -> None:
    """Print a table; columns named in `numeric` are set to the right."""
    # a pipe gets whole lines, a window gets its own width
    width = None if sys.stdout.isatty() else 200
    console = _Console(file=sys.stdout, width=width, legacy_windows=False, highlight=False)
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for at, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if at in numeric else "left", overflow="fold")
    for row, style in zip(rows, styles or [None] * len(rows), strict=True):
        drawn.add_row(*row, style=style)
    console.print(drawn)


@contextmanager
def progress(vi: str, en: str, lang: str) -> Iterator[None]:
    """Show on stderr what is being done, when somebody looks."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield
        return
    # a spinner of plain letters turns on every console
    with Console(file=sys.stderr).status(vi if lang == "vi" else en, spinner="line"):
        yield
