"""Where the data that ships with Vùng lies: one resolver for a wheel and for a checkout."""

from pathlib import Path

from gis.errors import ShippedDataError

_PACKAGE = Path(__file__).resolve().parent
# a wheel carries data/ as gis/_data; an editable install reads the checkout's own folder
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parent / "data")


def path(*parts: str) -> Path:
    """Path of a shipped file or folder, for example ``path("reference", "communes.csv")``.

    Raises
    ------
    ShippedDataError
        When the installation lacks the file.
    """
    for root in _ROOTS:
        found = root.joinpath(*parts)
        if found.exists():
            return found
    name = "/".join(parts)
    raise ShippedDataError(
        f"Shipped file {name!r} is missing from this installation; install vung again.",
        vi=f"Bản cài đặt này thiếu tệp kèm theo {name!r}; hãy cài đặt lại vung.",
    )
