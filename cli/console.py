"""What the commands print: sentences, tables and progress, on any console."""

import json
import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from gis import text
from gis.errors import GisError, InputError

#: Exit codes: done; done with findings of severity error; refused.
DONE: Final = 0
DONE_WITH_ERRORS: Final = 1
REFUSED: Final = 2
INTERRUPTED: Final = 130
#: A window of so many columns or fewer gets narrower tables.
NARROW: Final = 110
_LONG_WORD: Final = 12

#: Where a context keeps the language that was given before the command.
LANG_OF_ALL: Final = "vung.lang"


def _language(context: typer.Context, param: typer.CallbackParam, value: str) -> str:
    """Take the nearest: after the command, before it, the environment, Vietnamese."""
    source = context.get_parameter_source(str(param.name))
    if source is not None and source.name == "COMMANDLINE":
        return value
    return str(context.meta.get(LANG_OF_ALL, value))


Json = Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc / for machines.")]
Lang = Annotated[
    str,
    typer.Option(
        "--lang",
        envvar="VUNG_LANG",
        metavar="vi|en",
        show_default=False,
        show_envvar=False,
        callback=_language,
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


def width() -> int:
    """Columns that a line may have: the window's own; in a pipe lines stay whole."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """How wide the columns of a table become in a window."""

    columns: list[int]
    gap: int

    @property
    def total(self) -> int:
        """Columns of the window that the table takes."""
        return sum(self.columns) + self.gap * (len(self.columns) - 1)


def widths(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, whole: Collection[int]
) -> Widths:
    """Fold headings first, then the widest text; cells of `whole` columns are never folded."""
    room = width()
    gap = 1 if room <= NARROW else 2
    columns = [[cell_len(cell) for cell in cells] for cells in zip(headings, *rows, strict=True)]
    taken = Widths(columns=[max(lengths) for lengths in columns], gap=gap)
    if taken.total <= room:
        return taken
    least = [
        _least(heading, [row[at] for row in rows], kept=at in whole)
        for at, heading in enumerate(headings)
    ]
    now = [least[at] if at in whole else natural for at, natural in enumerate(taken.columns)]
    while (taken := Widths(columns=now, gap=gap)).total > room:
        widest = max(range(len(now)), key=lambda at: (now[at] > least[at], now[at]))
        if now[widest] <= least[widest]:
            break
        now[widest] -= 1
    return taken


def _least(heading: str, cells: Sequence[str], *, kept: bool) -> int:
    """Columns below which a word would be cut, or a cell that is kept whole."""
    if kept:
        return max(map(cell_len, [*heading.split(), *cells]), default=0)
    words = " ".join([heading, *cells]).split()
    # a long one, say a hash, may be cut
    return min(max(map(cell_len, words), default=0), _LONG_WORD)


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numeric: Sequence[int] = (),
    styles: Sequence[str | None] = (),
    whole: Sequence[int] = (),
) -> None:
    """Print a table; columns of `numeric` stand to the right, those of `whole` are never folded."""
    wanted = widths(headings, rows, whole={*numeric, *whole})
    # what cannot be folded to the window's width is left to the window
    wide = max(width(), wanted.total)
    console = _Console(file=sys.stdout, width=wide, legacy_windows=False, highlight=False)
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, wanted.gap, 0, 0))
    for at, heading in enumerate(headings):
        drawn.add_column(
            heading,
            justify="right" if at in numeric else "left",
            overflow="fold",
            width=wanted.columns[at],
        )
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
