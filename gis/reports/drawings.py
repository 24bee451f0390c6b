"""A layer as a drawing: DXF for CAD, KML for globes. Written here, so that every label holds."""

import html
import re
from collections.abc import Iterator
from io import TextIOBase
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import codes, crs, text
from gis.reports.spatial_files import Job

#: Columns that name a feature, and that class it; the first that is there counts.
_LABELS: Final = ("zone_id", "name", "constraint_id", "code")
_CLASSES: Final = ("code", "use", "kind")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
# what XML cannot hold at all
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOTES_LAYER: Final = "GHI_CHU"
_LAYER_NAME: Final = 31
_GREY: Final = "#808080"


def to_dxf(job: Job, path: Path) -> None:
    r"""Write outlines as closed polylines, on layers named by code, with the label in each.

    The oldest common dialect (R12) is written, which every CAD program reads; letters beyond ASCII
    are written as it asks for them (``\U+1EA5``). Coordinates are those of the layer's own grid.
    """
    frame = job.frame
    classes = _texts(frame, _CLASSES, job.stem)
    layers = {name: _layer_name(name) for name in dict.fromkeys(classes)}
    _say_left_out(job, frame)
    renamed = [f"{old} -> {new}" for old, new in layers.items() if old != new]
    if renamed:
        listed = ", ".join(renamed[:5]) + (", ..." if len(renamed) > 5 else "")
        job.note(
            f"Tên lớp viết theo cách của DXF: {listed}.", f"Layer names as DXF has them: {listed}."
        )
    labels = _texts(frame, _LABELS, "")
    if not all(label.isascii() for label in labels):
        job.note(
            "Chữ có dấu ghi dạng \\U+1EA5: phần mềm CAD hiện đúng chữ, một số phần mềm GIS thì "
            "không.",
            "Letters with marks are written as \\U+1EA5: CAD programs show the letters, some GIS "
            "programs do not.",
        )
    with path.open("w", encoding="ascii", newline="\r\n") as out:
        _dxf_header(out, frame, sorted({*layers.values(), _NOTES_LAYER}))
        for shape, kind, label in zip(frame.geometry, classes, labels, strict=True):
            if shape is not None and not shape.is_empty:
                _dxf_shape(out, shape, layers[kind], label)
        _dxf_notes(out, job)
        out.write("0\nENDSEC\n0\nEOF\n")


def _say_left_out(job: Job, frame: gpd.GeoDataFrame) -> None:
    used = {next((each for each in group if each in frame), None) for group in (_LABELS, _CLASSES)}
    held = {*used, frame.geometry.name, "notice_vi", "notice_en"}
    left = [str(name) for name in frame.columns if name not in held]
    if left:
        job.note(
            f"DXF chỉ giữ ranh và nhãn; không ghi {len(left)} cột: {', '.join(left)}.",
            f"DXF holds outlines and labels only; {len(left)} columns are left out: "
            f"{', '.join(left)}.",
        )
    system = crs.short_name(frame.crs)
    job.note(
        f"DXF không ghi hệ tọa độ; bản vẽ dùng {system}.",
        f"DXF holds no coordinate system; the drawing is in {system}.",
    )


def _dxf_header(out: TextIOBase, frame: gpd.GeoDataFrame, layers: list[str]) -> None:
    west, south, east, north = np.nan_to_num(frame.total_bounds)
    corners = (("$EXTMIN", west, south), ("$EXTMAX", east, north))
    point = "9\n%s\n10\n%.4f\n20\n%.4f\n30\n0.0\n"
    out.write("0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n")
    out.writelines(point % corner for corner in corners)
    out.write("0\nENDSEC\n0\nSECTION\n2\nTABLES\n0\nTABLE\n2\nLAYER\n")
    out.write(f"70\n{len(layers)}\n")
    out.writelines(f"0\nLAYER\n2\n{name}\n70\n0\n62\n7\n6\nCONTINUOUS\n" for name in layers)
    out.write("0\nENDTAB\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n")


def _dxf_shape(out: TextIOBase, shape: shapely.Geometry, layer: str, label: str) -> None:
    for points in _rings(shape):
        out.write(f"0\nPOLYLINE\n8\n{layer}\n66\n1\n70\n1\n10\n0.0\n20\n0.0\n30\n0.0\n")
        # a closed polyline does not repeat its first point
        vertex = f"0\nVERTEX\n8\n{layer}\n10\n%.4f\n20\n%.4f\n30\n0.0\n"
        out.write(vertex * (len(points) - 1) % tuple(points[:-1].ravel()))
        out.write(f"0\nSEQEND\n8\n{layer}\n")
    if label:
        spot = shapely.point_on_surface(shape)
        height = float(np.clip(0.1 * np.sqrt(shapely.area(shape)), 0.5, 50.0))
        _dxf_text(out, layer, (spot.x, spot.y, height), label, centred=True)


def _dxf_text(
    out: TextIOBase,
    layer: str,
    place: tuple[float, float, float],
    words: str,
    *,
    centred: bool = False,
) -> None:
    x, y, height = place
    said = "".join(map(_dxf_letter, text.nfc(_CONTROL.sub(" ", words))))
    out.write(
        f"0\nTEXT\n8\n{layer}\n10\n{x:.4f}\n20\n{y:.4f}\n30\n0.0\n40\n{height:.3f}\n1\n{said}\n"
    )
    if centred:
        out.write(f"72\n1\n73\n2\n11\n{x:.4f}\n21\n{y:.4f}\n31\n0.0\n")


def _dxf_letter(char: str) -> str:
    if char.isascii():
        return char
    return "".join(f"\\U+{unit:04X}" for unit in _utf16(char))


def _utf16(char: str) -> list[int]:
    raw = char.encode("utf-16-be", "surrogatepass")
    return [raw[at] << 8 | raw[at + 1] for at in range(0, len(raw), 2)]


def _dxf_notes(out: TextIOBase, job: Job) -> None:
    """Write under the drawing what the format has no place for."""
    bounds = job.frame.total_bounds
    if not np.isfinite(bounds).all():
        return
    height = float(np.clip(0.01 * (bounds[2] - bounds[0]), 0.5, 50.0))
    told = [text.NOTICE["vi"], text.NOTICE["en"]] if job.schematic else []
    for line, words in enumerate([crs.short_name(job.frame.crs), *told], start=1):
        place = (float(bounds[0]), float(bounds[1]) - 2 * line * height, height)
        _dxf_text(out, _NOTES_LAYER, place, words)


def _layer_name(name: str) -> str:
    plain = re.sub(r"[^A-Z0-9_$-]", "_", text.search_key(name).upper(), flags=re.ASCII)
    return plain[:_LAYER_NAME] or "0"


def to_kml(job: Job, path: Path) -> None:
    """Write KML in WGS 84: names, attributes, and the official colour of each land-use code.

    Words of the data reach a balloon as words, whatever markup they look like.
    """
    frame, _how = crs.transform(job.frame, crs.WGS84)
    styles, colours = _styles(frame)
    labels = _texts(frame, _LABELS, job.stem)
    columns = [name for name in frame.columns if name != frame.geometry.name]
    told = frame[columns].astype(object).where(frame[columns].notna(), None)
    lost = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        out.write('<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n')
        notice = f"{text.NOTICE['vi']} / {text.NOTICE['en']}" if job.schematic else ""
        out.write(f"<name>{_xml(job.stem)}</name><description>{_xml(notice)}</description>\n")
        for colour in sorted(set(colours)):
            out.write(_style(colour))
        rows = told.itertuples(index=False, name=None)
        for shape, label, style, values in zip(frame.geometry, labels, styles, rows, strict=True):
            words = [str(value) for value in values]
            lost += any(_NO_XML.search(each) for each in words)
            pairs = [
                (str(name), each)
                for name, each, value in zip(columns, words, values, strict=True)
                if value is not None
            ]
            out.write(_placemark(label, style, pairs, shape))
        out.write("</Document></kml>\n")
    if lost:
        job.note(
            f"KML không giữ được ký tự điều khiển; đã thay bằng dấu cách ({lost} dòng).",
            f"KML cannot hold control characters; they became spaces ({lost} rows).",
        )


def _placemark(
    label: str, style: str, pairs: list[tuple[str, str]], shape: shapely.Geometry | None
) -> str:
    # a balloon reads its text as HTML: markup in the data is written out twice
    balloon = "<br/>".join(f"{html.escape(key)}: {html.escape(value)}" for key, value in pairs)
    data = "".join(
        f'<Data name="{_xml(key)}"><value>{_xml(value)}</value></Data>' for key, value in pairs
    )
    area = "" if shape is None or shapely.is_empty(shape) else _kml_shape(shape)
    return (
        f"<Placemark><name>{_xml(label)}</name><description>{_xml(balloon)}</description>"
        f"<styleUrl>#c{style[1:]}</styleUrl><ExtendedData>{data}</ExtendedData>{area}</Placemark>\n"
    )


def _kml_shape(shape: shapely.Geometry) -> str:
    polygons = []
    for part in shapely.get_parts(shape):
        outer, *holes = [
            f"<LinearRing><coordinates>{_kml_points(points)}</coordinates></LinearRing>"
            for points in _rings(part)
        ]
        inner = "".join(f"<innerBoundaryIs>{hole}</innerBoundaryIs>" for hole in holes)
        polygons.append(f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{inner}</Polygon>")
    whole = "".join(polygons)
    return f"<MultiGeometry>{whole}</MultiGeometry>" if len(polygons) > 1 else whole


def _kml_points(points: Any) -> str:
    return ("%.9f,%.9f " * len(points) % tuple(points.ravel())).rstrip()


def _style(colour: str) -> str:
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return (
        f'<Style id="c{colour[1:]}"><LineStyle><color>ff404040</color><width>1</width></LineStyle>'
        f"<PolyStyle><color>b3{blue}{green}{red}</color></PolyStyle></Style>\n"
    )


def _styles(frame: gpd.GeoDataFrame) -> tuple[list[str], set[str]]:
    """Return a colour for each row, grey where a code has none, and all that occur."""
    if not {"code", "code_table"} <= set(frame.columns):
        return [_GREY] * len(frame), {_GREY}
    known: dict[tuple[Any, Any], str] = {}
    for pair in frame[["code", "code_table"]].drop_duplicates().itertuples(index=False, name=None):
        code, table = pair
        found = codes.lookup(str(code), str(table)) if table in codes.TABLES else None
        known[pair] = found.colour if found is not None and found.colour else _GREY
    listed = frame[["code", "code_table"]].itertuples(index=False, name=None)
    return [known.get(pair, _GREY) for pair in listed], {*known.values(), _GREY}


def _xml(words: str) -> str:
    return html.escape(_NO_XML.sub(" ", words))


def _texts(frame: gpd.GeoDataFrame, columns: tuple[str, ...], default: str) -> list[str]:
    """Return the text of the first of some columns that is there."""
    name = next((each for each in columns if each in frame), None)
    if name is None:
        return [default] * len(frame)
    return [default if pd.isna(value) else str(value) for value in frame[name]]


def _rings(shape: shapely.Geometry) -> Iterator[Any]:
    """Yield the coordinates of every ring of an area, and of every line."""
    for part in shapely.get_parts(shape):
        lines = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for line in lines:
            yield shapely.get_coordinates(line)
