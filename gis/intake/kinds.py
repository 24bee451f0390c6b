"""What a file is: told by its first bytes, because endings lie, and compared with its ending."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from gis.errors import SourceError

#: Readable vector formats by file ending.
FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".geojson": "GeoJSON",
        ".json": "GeoJSON",
        ".geojsonl": "GeoJSON lines",
        ".ndjson": "GeoJSON lines",
        ".gpkg": "GeoPackage",
        ".shp": "Shapefile",
        ".tab": "MapInfo TAB",
        ".mif": "MapInfo MIF",
        ".dgn": "DGN V7",
        ".dxf": "DXF",
        ".fgb": "FlatGeobuf",
        ".gdb": "FileGDB",
        ".kml": "KML",
        ".kmz": "KMZ",
        ".gml": "GML",
        ".parquet": "GeoParquet",
        ".geoparquet": "GeoParquet",
        ".csv": "CSV",
        ".tsv": "CSV",
        ".txt": "CSV",
        ".xlsx": "XLSX",
        ".xls": "XLS",
        ".zip": "ZIP",
    }
)
WORKBOOKS: Final = frozenset({"XLSX", "XLS"})
TABLES: Final = WORKBOOKS | {"CSV"}

_HEAD: Final = 65_536
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: Final = (
    (b"SQLite format 3\x00", "GeoPackage"),
    (b"AC10", "DWG"),
    (b"PAR1", "GeoParquet"),
    (b"fgb\x03", "FlatGeobuf"),
    (b"\x00\x00\x27\x0a", "Shapefile"),
    (b"AutoCAD Binary DXF", "DXF"),
    (b"\x00\x01\x00\x00Standard ", "Access"),
    (b"%PDF", "PDF"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"II+\x00", "image"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
)
_DGN_V7: Final = re.compile(rb"[\x08\xc8]\x09\xfe\x02", re.DOTALL)
_DXF: Final = re.compile(rb"\s*(?:999[ \t]*\r?\n.*\r?\n\s*)*0[ \t]*\r?\n[ \t]*SECTION")
_MIF: Final = re.compile(
    rb"version\s+\d+\s+(?:charset|delimiter|unique|index|coordsys|columns)", re.IGNORECASE
)
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_LINES: Final = re.compile(rb'\s*\{[^\r\n]*"type"\s*:\s*"Feature"[^\r\n]*\}[ \t]*\r?\n\s*[\{\x1e]')

#: What is not read: what it is and what to do, English and Vietnamese.
_FOREIGN: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "DGN V8": (
            "a MicroStation V8 drawing",
            "open it in MicroStation and save it as DGN V7, or export DXF or a shapefile",
            "bản vẽ MicroStation V8",
            "hãy mở bằng MicroStation rồi lưu thành DGN V7, hoặc xuất ra DXF hay shapefile",
        ),
        "DWG": (
            "an AutoCAD drawing (DWG)",
            "open it in AutoCAD and save it as DXF",
            "bản vẽ AutoCAD (DWG)",
            "hãy mở bằng AutoCAD rồi lưu thành DXF",
        ),
        "PDF": (
            "a PDF, a print without coordinates",
            "ask for the file that it was printed from",
            "tệp PDF, chỉ là bản in không có tọa độ",
            "hãy xin tệp dữ liệu gốc của bản in",
        ),
        "Access": (
            "an Access database (personal geodatabase)",
            "export its layers as GeoPackage or shapefile",
            "cơ sở dữ liệu Access (personal geodatabase)",
            "hãy xuất các lớp thành GeoPackage hoặc shapefile",
        ),
        "project": (
            "a project, which names data and holds none",
            "import the data files that it names",
            "tệp dự án, chỉ ghi tên dữ liệu chứ không chứa dữ liệu",
            "hãy nạp các tệp dữ liệu mà dự án dùng",
        ),
        "style": (
            "a layer style, which holds no data",
            "import the data file that it belongs to",
            "tệp kiểu hiển thị, không chứa dữ liệu",
            "hãy nạp tệp dữ liệu của lớp đó",
        ),
        "archive": (
            "an archive that is not unpacked here",
            "unpack it and import the file within, or pack it again as zip",
            "tệp nén loại không mở được ở đây",
            "hãy giải nén rồi nạp tệp bên trong, hoặc nén lại thành zip",
        ),
        "image": (
            "an image, which holds no polygons",
            "import the polygons, or a height model with `vung import terrain`",
            "tệp ảnh, không có đa giác",
            "hãy nạp tệp chứa đa giác, hoặc nạp mô hình độ cao bằng `vung import terrain`",
        ),
        "HTML": (
            "a web page",
            "download the data itself again",
            "trang web",
            "hãy tải lại đúng tệp dữ liệu",
        ),
        "TopoJSON": (
            "TopoJSON",
            "save it as GeoJSON or GeoPackage in QGIS",
            "TopoJSON",
            "hãy lưu thành GeoJSON hoặc GeoPackage bằng QGIS",
        ),
        "ESRI JSON": (
            "ESRI JSON",
            "save it as GeoJSON or GeoPackage in QGIS or ArcGIS",
            "ESRI JSON",
            "hãy lưu thành GeoJSON hoặc GeoPackage bằng QGIS hoặc ArcGIS",
        ),
        "reference": (
            "a description that refers to other files",
            "import those files themselves",
            "tệp mô tả dẫn tới tệp khác",
            "hãy nạp chính các tệp đó",
        ),
        "OpenDocument": (
            "an OpenDocument file",
            "save it as XLSX",
            "tệp OpenDocument",
            "hãy lưu thành XLSX",
        ),
        "document": (
            "an Office document that holds no table",
            "import the map, or the table as XLSX",
            "văn bản Office, không phải bảng",
            "hãy nạp bản đồ, hoặc bảng ở dạng XLSX",
        ),
        "part of a shapefile": (
            "one part of a shapefile",
            "import the .shp beside it",
            "một phần của shapefile",
            "hãy nạp tệp .shp đi cùng",
        ),
        "part of MapInfo": (
            "one part of a MapInfo table",
            "import the .tab or .mif beside it",
            "một phần của bảng MapInfo",
            "hãy nạp tệp .tab hoặc .mif đi cùng",
        ),
    }
)
#: Endings whose content says little.
_BY_ENDING: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".dwg": "DWG",
        ".mdb": "Access",
        ".accdb": "Access",
        ".qgs": "project",
        ".qgz": "project",
        ".mxd": "project",
        ".aprx": "project",
        ".wor": "project",
        ".lyr": "style",
        ".lyrx": "style",
        ".qml": "style",
        ".qlr": "style",
        ".sld": "style",
        ".rar": "archive",
        ".7z": "archive",
        ".gz": "archive",
        ".tar": "archive",
        ".vrt": "reference",
        ".shx": "part of a shapefile",
        ".prj": "part of a shapefile",
        ".cpg": "part of a shapefile",
        ".dbf": "part of a shapefile",
        ".dat": "part of MapInfo",
        ".map": "part of MapInfo",
        ".id": "part of MapInfo",
        ".ind": "part of MapInfo",
        ".mid": "part of MapInfo",
    }
)


def of(path: Path) -> str:
    """Return the format of a file, by name.

    Raises
    ------
    SourceError
        When it is a folder, of a format that is not read, or of another than its ending says.
    """
    ending = path.suffix.lower()
    if path.is_dir():
        return _of_folder(path)
    told = FORMATS.get(ending)
    found = content(path)
    if found in _FOREIGN:
        raise _foreign(path, _BY_ENDING.get(ending, str(found)))
    if told is None and ending in _BY_ENDING:
        raise _foreign(path, _BY_ENDING[ending])
    if told is None and found is None:
        raise _unknown(path)
    if told is None or not _agree(told, found):
        raise _misnamed(path, told, str(found))
    if {told, found} == {"GeoJSON", "GeoJSON lines"}:
        # the lines of a plain .json file; a .geojsonl may hold one line, or a whole collection
        return "GeoJSON" if _is_collection(path) else "GeoJSON lines"
    return told


def content(path: Path) -> str | None:
    """Tell the format of a file by its content alone; None where nothing tells."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(path)
    if head.startswith(_OLE):
        return _of_compound(path, head)
    if _DGN_V7.match(head):
        return "DGN V7"
    told = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    return told or _of_text(head.removeprefix(b"\xef\xbb\xbf").lstrip())


def _of_text(head: bytes) -> str | None:
    if head.startswith(b"<"):
        return _of_markup(head)
    if head.startswith((b"{", b"[", b"\x1e")):
        return _of_json(head)
    if head[:6].lower() == b"!table":
        return "MapInfo TAB"
    if _MIF.match(head):
        return "MapInfo MIF"
    return "DXF" if _DXF.match(head) else None


def _of_markup(head: bytes) -> str | None:
    # GDAL would follow such an element wherever it stands
    if re.search(rb"<(?:OGRVRT|VRT|OGRWFS|GDAL_WMS|WMS)", head, re.IGNORECASE):
        return "reference"
    root = _ROOT.search(re.sub(rb"<!--.*?-->|<[?!][^>]*>", b"", head, flags=re.DOTALL))
    name = root[1].lower() if root else b""
    # a description within a map may be a whole page
    if name == b"html" or re.match(rb"\s*<!doctype\s+html", head, re.IGNORECASE):
        return "HTML"
    if name == b"kml" or b"opengis.net/kml" in head[:2048]:
        return "KML"
    if name in {b"qgis", b"qgis-layer-definition", b"styledlayerdescriptor"}:
        return "project" if name == b"qgis" else "style"
    return "GML" if b"opengis.net/gml" in head else None


def _of_json(head: bytes) -> str:
    if re.search(rb'"type"\s*:\s*"Topology"', head):
        return "TopoJSON"
    if re.search(rb'"gdal_streamed_alg"|"arcgis_workspace|"CIMLayerDocument"', head):
        return "reference"
    if re.search(rb'"geometryType"\s*:\s*"esri|"rings"\s*:\s*\[\s*\[', head):
        return "ESRI JSON"
    return "GeoJSON lines" if head.startswith(b"\x1e") or _LINES.match(head) else "GeoJSON"


def _is_collection(path: Path) -> bool:
    with path.open("rb") as stream:
        return b'"FeatureCollection"' in stream.read(_HEAD)


def _of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        # what it lacks is said when it is unpacked
        return FORMATS.get(path.suffix.lower(), "ZIP")
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "XLSX"
    if "content.xml" in names and "mimetype" in names:
        return "OpenDocument"
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        return "document"
    if any(name.endswith(".qgs") for name in names):
        return "project"
    return "KMZ" if path.suffix.lower() == ".kmz" else "ZIP"


def _of_compound(path: Path, head: bytes) -> str:
    """Tell what stands in an OLE file by the names of its streams."""
    with path.open("rb") as stream:
        (sector,) = (1 << int.from_bytes(head[30:32], "little"),)
        stream.seek((int.from_bytes(head[48:52], "little") + 1) * min(sector, 4096))
        names = stream.read(4096)
    if any(word.encode("utf-16-le") in names for word in ("Workbook", "Book")):
        return "XLS"
    if "Dgn".encode("utf-16-le") in names or path.suffix.lower() == ".dgn":
        return "DGN V8"
    return _BY_ENDING.get(path.suffix.lower(), "document")


def _of_folder(path: Path) -> str:
    if path.suffix.lower() == ".gdb" or any(path.glob("a00000001.gdbtable")):
        return "FileGDB"
    raise SourceError(
        f"{path} is a folder; name the file to import.",
        vi=f"{path} là thư mục; hãy ghi tên tệp cần nạp.",
    )


def _agree(told: str, found: str | None) -> bool:
    # what nothing tells is left to the reader of its ending
    if found is None or told == found:
        return True
    return {told, found} == {"GeoJSON", "GeoJSON lines"}


def _foreign(path: Path, kind: str) -> SourceError:
    en, remedy_en, vi, remedy_vi = _FOREIGN[kind]
    return SourceError(
        f"File {path.name} is {en} and is not read; {remedy_en}.",
        vi=f"Tệp {path.name} là {vi}, nên không đọc được; {remedy_vi}.",
    )


def _unknown(path: Path) -> SourceError:
    return SourceError(
        f"File {path.name} has the ending {path.suffix!r}, which is not read; "
        f"save it as one of {', '.join(FORMATS)}.",
        vi=f"Tệp {path.name} có phần mở rộng {path.suffix!r} không đọc được; hãy lưu thành một "
        f"trong {', '.join(FORMATS)}.",
    )


def _misnamed(path: Path, told: str | None, found: str) -> SourceError:
    ending = next((end for end, kind in FORMATS.items() if kind == found), "")
    not_en, not_vi = (f", not {told}", f", không phải {told}") if told else ("", "")
    return SourceError(
        f"File {path.name} is in truth {found}{not_en}; rename it to "
        f"{path.with_suffix(ending).name} and import it again.",
        vi=f"Tệp {path.name} thực ra là {found}{not_vi}; hãy đổi tên thành "
        f"{path.with_suffix(ending).name} rồi nạp lại.",
    )
