"""The command ``vung``: one file per group of commands."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import gis
from cli import analysis, boundaries, check, console, data, demo, draw, serve, usage
from cli.common import Place, default_place
from gis.errors import GisError, OutputError

app = typer.Typer(
    name="vung",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    help="Vùng: đối chiếu vùng nguyên liệu với quy hoạch sử dụng đất / raw-material zones against "
    "land-use plans.",
)


def _version(wanted: bool) -> None:
    if wanted:
        console.write(f"vung {gis.__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "-w",
            "--workspace",
            metavar="DIR",
            help="Thư mục dữ liệu / workspace; else VUNG_WORKSPACE, else the current folder.",
        ),
    ] = None,
    *,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang", metavar="vi|en", help="Ngôn ngữ / language; also after the command."
        ),
    ] = None,
    _show: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Phiên bản / version."),
    ] = False,
) -> None:
    context.obj = default_place() if workspace is None else Place(workspace, named=True)
    if lang is not None:
        context.meta[console.LANG_OF_ALL] = console.check_lang(lang)


data.register(app)
check.register(app)
boundaries.register(app)
analysis.register(app)
draw.register(app)
serve.register(app)
demo.register(app)


def run() -> None:
    """Run the command; every refusal is one sentence and exit code 2, never a traceback."""
    console.prepare_streams()
    try:
        code = call(sys.argv[1:])
    except Exception as fault:
        if os.environ.get("VUNG_DEBUG"):
            raise
        code = console.refuse(_unforeseen(fault), _asked_lang(sys.argv[1:]), as_json=False)
    sys.exit(console.finish(code))


def _unforeseen(fault: Exception) -> GisError:
    reason = f"{type(fault).__name__}: {fault}"[:300].rstrip(".")
    return GisError(
        f"Vùng met a fault of its own ({reason}); set VUNG_DEBUG=1, run it again and report what "
        "it prints.",
        vi=f"Vùng gặp lỗi của chính chương trình ({reason}); hãy đặt VUNG_DEBUG=1, chạy lại và báo "
        "nội dung hiện ra.",
    )


def call(arguments: list[str]) -> int:
    """Run the command with arguments and return its exit code."""
    lang = _asked_lang(arguments)
    as_json = "--json" in arguments
    try:
        code = app(arguments, prog_name="vung", standalone_mode=False)
    except GisError as error:
        return console.refuse(error, lang, as_json=as_json)
    except typer.TyperException as fault:
        if usage.is_help(fault):
            usage.print_help(fault)
            return console.DONE
        return console.refuse(usage.refusal(fault), lang, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        return console.INTERRUPTED
    except OSError as fault:
        return console.refuse(_refused_by_system(fault), lang, as_json=as_json)
    return int(code or 0)


def _refused_by_system(fault: OSError) -> OutputError:
    where = f" {fault.filename}" if fault.filename else ""
    reason = fault.strerror or type(fault).__name__
    return OutputError(
        f"The system refused{where} ({reason}); check the path, its rights and the disk.",
        vi=f"Hệ thống từ chối{where} ({reason}); hãy kiểm tra đường dẫn, quyền ghi và ổ đĩa.",
    )


def _asked_lang(arguments: list[str]) -> str:
    """Find the language of refusals that come before options are read."""
    lang = os.environ.get("VUNG_LANG", "vi")
    for at, argument in enumerate(arguments):
        if argument == "--lang" and at + 1 < len(arguments):
            lang = arguments[at + 1]
        elif argument.startswith("--lang="):
            lang = argument.removeprefix("--lang=")
    return lang if lang in {"vi", "en"} else "vi"
