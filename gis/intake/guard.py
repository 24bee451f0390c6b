"""The guard at the door: what would harm the machine is refused before a parser sees it.

Parsers of maps were written for honest files. A small one can ask for endless memory (archives,
entities, blocks within blocks), kill the process (shapes nested too deep), reach for other files
(a list of sources under another ending), or never end (a pipe, a view without end). Each format
is therefore looked through first, block by block, within the bounds of the workspace's settings.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from gis.errors import SourceError
from gis.intake import archives, containers, nesting
from gis.intake.refusals import MEGABYTE, damaged, hostile, number_vi, too_much
from gis.settings import IntakeSettings

Check = Callable[[Path, IntakeSettings], None]

#: Files that are read together with one of an ending.
_PARTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx"),
        ".tab": (".dat", ".map", ".id", ".ind"),
        ".mif": (".mid",),
        ".gml": (".xsd", ".gfs"),
        ".csv": (".csvt", ".prj"),
    }
)
#: Largest of the parts that are read in one go.
_NOTE_BYTES: Final = MEGABYTE
_NOTES: Final = frozenset({".prj", ".cpg", ".csvt", ".gfs"})
#: How files of an ending begin.
_STARTS: Final[Mapping[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        ".gpkg": (b"SQLite format 3\0",),
        ".sqlite": (b"SQLite format 3\0",),
        ".parquet": (b"PAR1",),
        ".geoparquet": (b"PAR1",),
        ".fgb": (b"fgb",),
        ".shp": (b"\0\0\x27\x0a",),
        ".zip": (b"PK\3\4", b"PK\5\6"),
        ".kmz": (b"PK\3\4", b"PK\5\6"),
        ".xlsx": (b"PK\3\4",),
        ".geojson": (b"{", b"[", b"\x1e"),
        ".json": (b"{", b"[", b"\x1e"),
        ".geojsonl": (b"{", b"\x1e"),
        ".ndjson": (b"{", b"\x1e"),
        ".tab": (b"!table",),
    }
)
_TEXT: Final = frozenset({".geojson", ".json", ".geojsonl", ".ndjson", ".tab"})
#: What makes GDAL read other files or the network instead of this one, whatever its ending.
_ORDERS: Final = (
    *(b"<ogrvrtdatasource", b"<vrtdataset", b"gdal_streamed_alg", b"<gdal_wms"),
    *(b"<ogrwfsdatasource", b"<ogrcswdatasource", b"<ogroapifdatasource"),
)
_HEAD_BYTES: Final = 65_536


def admit(path: Path, limits: IntakeSettings) -> None:
    """Let a file through to the parsers, or refuse it.

    A zip or KMZ is judged by its list of members; what is in it, by `unpacked`. A missing and an
    empty file pass: their reader has the sentence for them.

    Raises
    ------
    SourceError
        When the file is no file, beyond a limit, damaged so that a parser would go astray, or
        hostile.
    """
    path = Path(path)
    if not path.exists():
        return
    ending = path.suffix.lower()
    if path.is_dir():
        _admit_folder(path, limits)
        return
    parts = _parts(path)
    _refuse_size([path, *parts.values()], path, limits)
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head:
        return
    _refuse_disguise(path, head)
    if ending == ".shp":
        containers.shapefile(path, parts, limits)
    if ".xsd" in parts:
        nesting.xml(parts[".xsd"], limits)
    check = _CHECKS.get(ending)
    if check is not None:
        check(path, limits)


@contextmanager
def unpacked(path: Path, limits: IntakeSettings) -> Iterator[Path]:
    """Unpack a zip or KMZ into a temporary folder of admitted files, gone afterwards.

    Raises
    ------
    SourceError
        When the archive, or a file in it, must not be read.
    """
    with archives.unpacked(Path(path), limits) as folder:
        for each in sorted(folder.rglob("*")):
            if each.suffix.lower() in _CHECKS.keys() | _STARTS.keys() and each.is_file():
                admit(each, limits)
        yield folder


def admit_geometry(geometry: npt.NDArray[Any], limits: IntakeSettings) -> None:
    """Refuse shapes that no later step would finish with.

    Parameters
    ----------
    geometry
        Shapes in the order of the file; None where a row has none.

    Raises
    ------
    SourceError
        When there are too many, or a ring or line has too many vertices.
    """
    shapes = np.asarray(geometry, dtype=object)
    if len(shapes) > limits.max_rows:
        raise SourceError(
            f"The file holds {len(shapes):,} rows, more than {limits.max_rows:,.0f}; split it, or "
            "raise max_rows under [intake] in settings.toml.",
            vi=f"Tệp có {number_vi(len(shapes))} dòng, nhiều hơn {number_vi(limits.max_rows)}; hãy "
            "tách tệp hoặc "
            "nâng max_rows trong mục [intake] của settings.toml.",
        )
    large = np.flatnonzero(shapely.get_num_coordinates(shapes) > limits.max_ring_vertices)
    for row in large:
        count = _longest(shapes[row])
        if count > limits.max_ring_vertices:
            raise SourceError(
                f"Row {row + 1}: one ring has {count:,} vertices, more than "
                f"{limits.max_ring_vertices:,.0f}; split or simplify the shape, or raise "
                "max_ring_vertices under [intake] in settings.toml.",
                vi=f"Dòng {row + 1}: một vòng ranh có {number_vi(count)} đỉnh, nhiều hơn "
                f"{number_vi(limits.max_ring_vertices)}; hãy tách hoặc giản lược hình, hoặc nâng "
                "max_ring_vertices trong mục [intake] của settings.toml.",
            )


def _longest(shape: shapely.Geometry) -> int:
    """Count the vertices of the longest ring or line of a shape."""
    parts = shapely.get_parts(np.array([shape], dtype=object))
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    solid = shapely.get_type_id(parts) == 3
    lines = np.concatenate([shapely.get_rings(parts[solid]), parts[~solid]])
    return int(shapely.get_num_coordinates(lines).max(initial=0))


def _parts(path: Path) -> dict[str, Path]:
    """Find the files that are read together with one, by ending; names differ in case."""
    wanted = _PARTS.get(path.suffix.lower(), ())
    if not wanted:
        return {}
    stem = path.stem.lower()
    with os.scandir(path.parent) as beside:
        found = [Path(each.path) for each in beside if each.name.lower().startswith(stem)]
    return {
        each.suffix.lower(): each
        for each in sorted(found)
        if each.suffix.lower() in wanted and each.stem.lower() == stem and each.exists()
    }


def _refuse_size(files: list[Path], path: Path, limits: IntakeSettings) -> None:
    total = 0
    for each in files:
        told = each.stat()
        if not stat.S_ISREG(told.st_mode):
            raise SourceError(
                f"{each.name} is a device, a pipe or a folder, no regular file; name a file.",
                vi=f"{each.name} là thiết bị, đường ống hoặc thư mục, không phải tệp thường; hãy "
                "ghi tên tệp.",
            )
        if each.suffix.lower() in _NOTES and told.st_size > _NOTE_BYTES:
            raise damaged(
                each, "it is far too large for what it is", "tệp lớn bất thường so với loại tệp này"
            )
        total += told.st_size
    if total > limits.max_file_mb * MEGABYTE:
        raise too_much(
            path,
            "max_file_mb",
            f"has {total // MEGABYTE:,} MB, more than {limits.max_file_mb:,g}",
            f"có dung lượng {number_vi(total // MEGABYTE)} MB, hơn mức "
            f"{number_vi(limits.max_file_mb)}",
        )


def _admit_folder(path: Path, limits: IntakeSettings) -> None:
    """Let a FileGDB through, which is a folder of files; another folder is its reader's to name."""
    if path.suffix.lower() != ".gdb":
        return
    files = []
    with os.scandir(path) as entries:
        for each in entries:
            files.append(Path(each.path))
            if len(files) > limits.max_members:
                raise too_much(
                    path,
                    "max_members",
                    f"holds more than {limits.max_members:,.0f} files",
                    f"chứa hơn {limits.max_members:,.0f} tệp",
                )
    _refuse_size(files, path, limits)


def _refuse_disguise(path: Path, head: bytes) -> None:
    """Refuse a file that is not what its ending says: GDAL goes by the content."""
    ending = path.suffix.lower()
    lowered = head.lower()
    if any(order in lowered for order in _ORDERS):
        raise hostile(
            path,
            "is a list of other sources instead of a map",
            "là danh sách trỏ tới nguồn khác chứ không phải bản đồ",
        )
    start = lowered.removeprefix(b"\xef\xbb\xbf").lstrip() if ending in _TEXT else head
    expected = _STARTS.get(ending)
    foreign = [
        each
        for each in (b"SQLite format 3\0", b"PK\3\4", b"PAR1", b"fgb\3")
        if expected is None and head.startswith(each)
    ]
    if foreign or (expected is not None and not start.startswith(expected)):
        raise damaged(
            path,
            f"it does not begin as a {ending} file does",
            f"phần đầu tệp không phải của tệp {ending}",
        )


def _parquet_end(path: Path, limits: IntakeSettings) -> None:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        if stream.read() != b"PAR1":
            raise damaged(
                path, "its end is missing, as in a broken copy", "tệp bị cụt, có thể do chép dở"
            )
    containers.parquet(path, limits)


_CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        ".geojson": nesting.json,
        ".json": nesting.json,
        ".geojsonl": nesting.json,
        ".ndjson": nesting.json,
        ".kml": nesting.xml,
        ".gml": nesting.xml,
        ".dxf": nesting.dxf,
        ".csv": nesting.wkt,
        ".tsv": nesting.wkt,
        ".txt": nesting.wkt,
        ".gpkg": containers.sqlite,
        ".sqlite": containers.sqlite,
        ".parquet": _parquet_end,
        ".geoparquet": _parquet_end,
        ".fgb": containers.flatgeobuf,
        ".zip": archives.check,
        ".kmz": archives.check,
        ".xlsx": archives.check_workbook,
    }
)
