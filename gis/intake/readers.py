"""Readers by format: a file becomes a frame as it is, with what the file says about itself."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError

from gis.errors import SourceError
from gis.intake import encodings

#: Readable vector formats by file ending.
FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".geojson": "GeoJSON",
        ".json": "GeoJSON",
        ".gpkg": "GeoPackage",
        ".shp": "Shapefile",
        ".zip": "Shapefile (zip)",
        ".parquet": "GeoParquet",
        ".geoparquet": "GeoParquet",
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read.

    Attributes
    ----------
    frame
        Its rows, in file order; `frame.crs` is what the file declares, possibly None.
    layer
        Name of the layer that was read, where the format has layers.
    encoding
        Encoding of a shapefile's text; the other formats settle it themselves.
    """

    path: Path
    frame: gpd.GeoDataFrame
    format: str
    layer: str | None
    sha256: str
    encoding: str | None = None
    encoding_known: bool = True

    def named(self, lang: str) -> str:
        """Return file and layer as a sentence begins with them."""
        return _named(self.path, self.layer, lang)


def read(path: Path, *, layer: str | None = None) -> Source:
    """Read a vector file.

    Raises
    ------
    SourceError
        When the file is missing, of an unknown format, damaged, empty, or holds several layers
        and none was named.
    """
    path = Path(path)
    kind = _format(path)
    refuse_empty(path)
    if path.suffix.lower() == ".shp":
        _refuse_parts_missing(path, path.stem, (each.name for each in path.parent.iterdir()))
    digest = sha256(path)
    name = None if kind == "GeoParquet" else _choose_layer(path, layer)
    encoding, known = None, True
    with _gdal_as_it_is():
        if name is None:
            frame = _read_parquet(path)
        elif kind.startswith("Shapefile"):
            raw = _read_ogr(path, name, encoding=encodings.RAW)
            decoded = encodings.decode(raw, declared=_declared_encoding(path, name))
            frame, encoding, known = decoded.frame, decoded.encoding, decoded.known
        else:
            frame = _read_ogr(path, name)
    if frame.empty:
        raise SourceError(
            f"{_named(path, name, 'en')} holds no features; choose another file.",
            vi=f"{_named(path, name, 'vi')} không có đối tượng nào; hãy chọn tệp khác.",
        )
    return Source(path, frame, kind, name, digest, encoding, known)


def _named(path: Path, layer: str | None, lang: str) -> str:
    if lang == "vi":
        return f"Tệp {path.name}" + (f", lớp {layer!r}" if layer else "")
    return f"File {path.name}" + (f", layer {layer!r}" if layer else "")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _format(path: Path) -> str:
    if not path.exists():
        raise no_such_file(path)
    if path.is_dir():
        raise SourceError(
            f"{path} is a folder; name the file to import.",
            vi=f"{path} là thư mục; hãy ghi tên tệp cần nạp.",
        )
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise SourceError(
            f"File {path.name} has the ending {path.suffix!r}, which is not read; "
            f"save it as one of {', '.join(FORMATS)}.",
            vi=f"Tệp {path.name} có phần mở rộng {path.suffix!r} không đọc được; hãy lưu thành một "
            f"trong {', '.join(FORMATS)}.",
        )
    return kind


def _choose_layer(path: Path, layer: str | None) -> str:
    try:
        names = [str(row[0]) for row in pyogrio.list_layers(_ogr_path(path))]
    except DataSourceError as fault:
        raise _unreadable(path, fault) from None
    if layer is not None:
        if layer not in names:
            raise SourceError(
                f"File {path.name} has no layer {layer!r}; its layers are {', '.join(names)}.",
                vi=f"Tệp {path.name} không có lớp {layer!r}; tệp có các lớp {', '.join(names)}.",
            )
        return layer
    if not names:
        raise SourceError(
            f"File {path.name} holds no layer; choose another file.",
            vi=f"Tệp {path.name} không có lớp nào; hãy chọn tệp khác.",
        )
    if len(names) > 1:
        listed = ", ".join(names)
        raise SourceError(
            f"File {path.name} holds {len(names)} layers ({listed}); name one with --layer.",
            vi=f"Tệp {path.name} có {len(names)} lớp ({listed}); hãy chọn một lớp bằng --layer.",
        )
    return names[0]


def _ogr_path(path: Path) -> str:
    if path.suffix.lower() != ".zip":
        return str(path)
    # a zipped shapefile is read in place, also from a folder within the zip
    folder = _shapefile_folder(path)
    return f"/vsizip/{path.resolve().as_posix()}" + (f"/{folder}" if folder else "")


def _shapefile_folder(path: Path) -> str:
    """Find the folder within a zip that holds its shapefiles."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [PurePosixPath(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError) as fault:
        raise _unreadable(path, fault) from None
    # macOS lays a shadow of every file beside them
    shapefiles = [
        member
        for member in members
        if member.suffix.lower() == ".shp" and "__MACOSX" not in member.parts
    ]
    folders = sorted({member.parent.as_posix() for member in shapefiles})
    if len(folders) != 1:
        where = ", ".join(folders)
        raise SourceError(
            f"File {path.name} must hold shapefiles in one folder and has them in "
            f"{where or 'none'}; unpack it and import the .shp.",
            vi=f"Tệp {path.name} phải chứa shapefile trong một thư mục, nhưng "
            f"{f'chúng nằm trong {where}' if where else 'không có shapefile nào'}; hãy giải nén "
            "rồi nạp tệp .shp.",
        )
    if len(shapefiles) == 1:
        beside = (each.name for each in members if each.parent == shapefiles[0].parent)
        _refuse_parts_missing(path, shapefiles[0].stem, beside)
    return "" if folders[0] == "." else folders[0]


@contextmanager
def _gdal_as_it_is() -> Iterator[None]:
    """Read what stands in the file, without what GDAL and GEOS would put in its place."""
    option = "OSR_USE_NON_DEPRECATED"
    before = pyogrio.get_gdal_config_option(option)
    # a deprecated system is refused by name later, not replaced without a word
    pyogrio.set_gdal_config_options({option: "NO"})
    try:
        # coordinates that are no numbers become findings
        with np.errstate(invalid="ignore"):
            yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _declared_encoding(path: Path, layer: str) -> str | None:
    """Return the word of the .cpg file beside a shapefile, also within its zip."""
    if path.suffix.lower() != ".zip":
        beside = [path.with_suffix(ending) for ending in (".cpg", ".CPG")]
        found = next((file for file in beside if file.is_file()), None)
        return None if found is None else found.read_text(encoding="ascii", errors="ignore")
    with zipfile.ZipFile(path) as archive:
        for member in map(PurePosixPath, archive.namelist()):
            if member.suffix.lower() == ".cpg" and member.stem == layer:
                return archive.read(str(member)).decode("ascii", errors="ignore")
    return None


def _read_ogr(path: Path, layer: str, *, encoding: str | None = None) -> gpd.GeoDataFrame:
    try:
        # arrow carries the bytes once; object text comes back the same by both ways
        frame = pyogrio.read_dataframe(
            _ogr_path(path), layer=layer, encoding=encoding, use_arrow=True
        )
    except (DataSourceError, DataLayerError, ValueError, RuntimeError) as fault:
        raise _unreadable(path, fault) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise _no_geometry(path, layer)
    return frame


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError, KeyError, pyproj.exceptions.CRSError) as fault:
        if "Missing geo metadata" in str(fault):
            raise _no_geometry(path, None) from None
        raise _unreadable(path, fault) from None


def _no_geometry(path: Path, layer: str | None) -> SourceError:
    return SourceError(
        f"{_named(path, layer, 'en')} is a table without geometry; import the file that holds "
        "the polygons.",
        vi=f"{_named(path, layer, 'vi')} là bảng không có hình; hãy nạp tệp chứa các đa giác.",
    )


def refuse_empty(path: Path) -> None:
    """Refuse a file without a single byte, as a broken copy leaves it.

    Raises
    ------
    SourceError
        When it is.
    """
    if not path.stat().st_size:
        raise SourceError(
            f"File {path.name} is an empty file; copy or export it again.",
            vi=f"Tệp {path.name} là tệp rỗng; hãy chép hoặc xuất lại tệp.",
        )


def _refuse_parts_missing(path: Path, stem: str, names: Iterable[str]) -> None:
    """Refuse a shapefile that was copied without the files that belong to it."""
    held = {name.lower() for name in names}
    lacking = [end for end in (".shx", ".dbf") if f"{stem}{end}".lower() not in held]
    if lacking:
        listed = ", ".join(f"{stem}{end}" for end in lacking)
        raise SourceError(
            f"Shapefile {path.name} lacks its part {listed}; put all files named {stem}.* "
            "together.",
            vi=f"Shapefile {path.name} thiếu tệp đi kèm {listed}; hãy để đủ các tệp {stem}.* "
            "cùng một chỗ.",
        )


def no_such_file(path: Path) -> SourceError:
    """Return the refusal of a file that is not there."""
    return SourceError(
        f"File {path} does not exist; check the name and the folder.",
        vi=f"Không có tệp {path}; hãy kiểm tra tên tệp và thư mục.",
    )


def _unreadable(path: Path, fault: Exception) -> SourceError:
    kind = FORMATS[path.suffix.lower()]
    refusal = SourceError(
        f"File {path.name} cannot be read as {kind}: it is damaged or of another format; open and "
        "save it again in its program.",
        vi=f"Không đọc được tệp {path.name} theo dạng {kind}: tệp bị hỏng hoặc thuộc định dạng "
        "khác; hãy mở và lưu lại tệp bằng phần mềm gốc.",
    )
    # the library's own words are for programmers
    refusal.add_note(" ".join(str(fault).split()))
    return refusal
