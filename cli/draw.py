"""Commands that draw maps."""

from pathlib import Path
from typing import Annotated

import typer

from cli import console
from cli.analysis import AsOf, Year, judged
from cli.common import check_output, place


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    group = typer.Typer(
        name="map",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Bản đồ dùng không cần mạng / maps that need no internet.",
    )
    # a callback keeps the word `review` although it is the only map yet
    group.callback()(_group)
    group.command("review")(review_map)
    app.add_typer(group)


def _group() -> None:
    """Bản đồ / maps."""


def review_map(  # noqa: PLR0913 (the coordinates of the question)
    context: typer.Context,
    zones: Annotated[
        list[str] | None, typer.Argument(metavar="ZONE", help="Vùng / zones; else all.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Tệp HTML / HTML file.")],
    as_of: AsOf = None,
    year: Year = None,
    lang: console.Lang = "vi",
    as_json: console.Json = False,
) -> None:
    """Bản đồ đối chiếu / the map of zones, plans and verdicts."""
    # maps are slow to load, and most commands draw none
    from maps import review  # noqa: PLC0415

    console.check_lang(lang)
    check_output(out, ".html", ".htm")
    workspace = place(context).open()
    with console.progress("Đang vẽ bản đồ", "Drawing the map", lang):
        result = judged(workspace, zones or [], as_of=as_of, year=year)
        review.save(result, out, lang=lang)
    if as_json:
        console.emit({"file": str(out), "zones": len(result.zones), "bytes": out.stat().st_size})
        return
    console.say(f"Đã ghi {out}.", f"Wrote {out}.", lang)
