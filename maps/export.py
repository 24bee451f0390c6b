"""One self-contained file, written whole or not at all."""

from pathlib import Path

from gis.reports import files
from maps.base import OfflineMap


def save(page: OfflineMap, path: Path) -> Path:
    """Write a map's page to a file and return its path.

    Raises
    ------
    OutputError
        When the folder does not exist, or the file is open elsewhere or may not be written.
    """
    document = page.get_root().render().encode()
    return files.write(Path(path), lambda scratch: scratch.write_bytes(document))
