"""The command that serves API and maps."""

import sys
from typing import Annotated

import typer

from cli import console
from cli.common import place


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    *,
    host: Annotated[
        str | None, typer.Option("--host", metavar="HOST", help="Địa chỉ / address (127.0.0.1).")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="PORT", help="Cổng / port (8000).")
    ] = None,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Phục vụ API và bản đồ / serve API and maps; Ctrl+C stops."""
    # the service is slow to load, and every other command does without it
    from api.server import serve as serve_forever  # noqa: PLC0415
    from api.settings import Settings  # noqa: PLC0415

    console.check_lang(lang)
    workspace = place(context).open()
    settings = Settings.read(workspace=workspace.folder, host=host, port=port)

    def ready(url: str) -> None:
        if as_json:
            console.emit({"url": url})
        else:
            console.say(
                f"Đang phục vụ tại {url} (Ctrl+C để dừng).",
                f"Serving at {url} (Ctrl+C stops).",
                lang,
            )
        sys.stdout.flush()

    serve_forever(settings, ready=ready)
