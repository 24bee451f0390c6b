"""What GDAL reads: opened as one format only, without what GDAL would add on its own."""

import os
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from gis.errors import SourceError
from gis.intake import encodings

#: The driver that may open a format; a file that makes GDAL choose another one is refused.
_DRIVERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "GeoJSON": ("GeoJSON",),
        "GeoJSON lines": ("GeoJSONSeq",),
        "GeoPackage": ("GPKG",),
        "Shapefile": ("ESRI Shapefile",),
        "MapInfo TAB": ("MapInfo File",),
        "MapInfo MIF": ("MapInfo File",),
        "DGN V7": ("DGN",),
        "DXF": ("DXF",),
        "FlatGeobuf": ("FlatGeobuf",),
        "FileGDB": ("OpenFileGDB",),
        "KML": ("LIBKML", "KML"),
        "GML": ("GML",),
    }
)
# with these GDAL does not look for another driver by content
_PREFIX: Final = {"GeoJSON": "GeoJSON:", "GeoJSON lines": "GeoJSONSeq:"}
_FORMS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "GML": {"DOWNLOAD_SCHEMA": "NO", "EXPOSE_GML_ID": "NO", "WRITE_GFS": "NO"},
        "FileGDB": {"LIST_ALL_TABLES": "NO"},
    }
)
_OPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # a deprecated system is refused by name later, not replaced without a word
        "OSR_USE_NON_DEPRECATED": "NO",
        # degrees between the points of a curve: an area is right to 0.01 %
        "OGR_ARC_STEPSIZE": "1",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",
        "GML_FIELDTYPES": "ALWAYS_STRING",
        "LIBKML_RESOLVE_STYLE": "NO",
        "SHAPE_RESTORE_SHX": "NO",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "DXF_ENCODING": encodings.RAW,
        "DXF_TRANSLATE_ESCAPE_SEQUENCES": "NO",
        # nothing here has a reason to reach for the network
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_HTTP_CONNECTTIMEOUT": "1",
        "GDAL_HTTP_TIMEOUT": "1",
        "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    }
)
FAULTS: Final = (DataSourceError, DataLayerError, FeatureError, ValueError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as GDAL gives it.

    Attributes
    ----------
    frame
        Its rows; a plain frame where the layer has no geometry.
    had_curves
        Whether curves were drawn as straight lines.
    """

    frame: pd.DataFrame
    had_curves: bool = False


@contextmanager
def as_it_is() -> Iterator[None]:
    """Read what stands in the file, without what GDAL and GEOS would put in its place."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in _OPTIONS}
    pyogrio.set_gdal_config_options(dict(_OPTIONS))
    try:
        # coordinates that are no numbers become findings; GDAL's own words are for programmers
        with np.errstate(invalid="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    finally:
        pyogrio.set_gdal_config_options(before)


def layers(path: Path, kind: str) -> list[str]:
    """Return the names of the layers in a file.

    Raises
    ------
    SourceError
        When GDAL would read it as something else.
    """
    listed = pyogrio.list_layers(_address(path, kind))
    # programs keep tables of their own beside the maps, as QGIS does its styles
    names = [str(name) for name, shape in listed if shape is not None]
    names = names or [str(name) for name, _ in listed]
    if names:
        _refuse_other(path, kind, names[0])
    if kind == "KML":
        # a folder may hold nothing but folders, and a file nothing but a link
        return [name for name in names if _info(path, kind, name)["features"]]
    return names


def read(path: Path, layer: str, kind: str, *, encoding: str | None = None) -> Layer:
    """Read a layer; text byte for byte where an encoding is given."""
    options: dict[str, Any] = {"layer": layer, "encoding": encoding, **_FORMS.get(kind, {})}
    # arrow carries the bytes once; what is no UTF-8 it cannot carry
    quick = encoding is None or kind == "Shapefile"
    if quick:
        try:
            return Layer(
                _placed(pyogrio.read_dataframe(_address(path, kind), use_arrow=True, **options))
            )
        except NotImplementedError:
            # it hands on curves as they are, and no more can be done with them here
            pass
    frame = pyogrio.read_dataframe(_address(path, kind), use_arrow=False, **options)
    return Layer(_placed(frame), had_curves=quick)


def _placed(frame: Any) -> Any:
    """Drop a system that is none: "Nonearth" of MapInfo, "Undefined" of GeoPackage.

    A DBF may have two columns of one name: the second gets a number.
    """
    if not frame.columns.is_unique:
        frame.columns = [
            name if not earlier else f"{name}_{earlier + 1}"
            for name, earlier in zip(frame.columns, _earlier(frame.columns), strict=True)
        ]
    system = getattr(frame, "crs", None)
    if system is None or not (system.is_engineering or system.name.startswith("Undefined ")):
        return frame
    return frame.set_crs(None, allow_override=True)


def _earlier(names: Iterable[str]) -> list[int]:
    """Count for each name how often it came before, the shape's own column first."""
    seen: Counter[str] = Counter({"geometry": 0})
    counted = []
    for name in names:
        counted.append(seen[name])
        seen[name] += 1
    return counted


@contextmanager
def beside(path: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """Lay a file and its parts into a folder of their own, where GDAL may write beside them."""
    with tempfile.TemporaryDirectory(prefix="vung-", ignore_cleanup_errors=True) as scratch:
        for part in parts(path, endings):
            _link(part, Path(scratch) / f"{path.stem}{part.suffix.lower()}")
        yield Path(scratch) / f"{path.stem}{path.suffix.lower()}"


def parts(path: Path, endings: tuple[str, ...]) -> list[Path]:
    """Find the files that belong to a file, whatever the case of their endings."""
    wanted = {f"{path.stem}{ending}".lower() for ending in (path.suffix, *endings)}
    return [each for each in path.parent.iterdir() if each.name.lower() in wanted]


def _link(part: Path, target: Path) -> None:
    try:
        os.link(part, target)
    except OSError:
        # another disk, or a system that cannot
        shutil.copyfile(part, target)


def _address(path: Path, kind: str) -> str:
    return _PREFIX.get(kind, "") + str(path.resolve())


def _info(path: Path, kind: str, layer: str) -> dict[str, Any]:
    options = _FORMS.get(kind, {})
    told = pyogrio.read_info(_address(path, kind), layer=layer, encoding=encodings.RAW, **options)
    return dict(told)


def _refuse_other(path: Path, kind: str, layer: str) -> None:
    driver = _info(path, kind, layer)["driver"]
    if driver not in _DRIVERS[kind]:
        raise SourceError(
            f"File {path.name} is read as {driver}, not as {kind}; save it again as {kind}.",
            vi=f"Tệp {path.name} được nhận là {driver} chứ không phải {kind}; hãy lưu lại thành "
            f"{kind}.",
        )
