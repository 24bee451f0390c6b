"""CAD drawings: areas out of lines and closed shapes, and the texts that stand in them."""

import mmap
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis import codes, findings, text
from gis.errors import GeometryTypeError, InputError
from gis.intake import encodings, linework, notes, ogr
from gis.intake.linework import Shapes

#: Columns of the areas of a drawing beside one for each further level of texts (``text_30``).
CODE, LABEL, LEVEL = "code", "label", "level"
#: What stands in a finding for a text that may be somebody's name.
WITHHELD: Final = "…"
# what may be a code mistyped, a parcel's number, an area
_CODE_OR_NUMBER: Final = re.compile(
    r"(?:[A-Z]{1,3}\d{0,4}|\d{1,7}(?:[.,]\d{1,3})?)(?:[+/,;&.-][A-Z]{0,3}\d{0,4})*"
)
#: From this share on the texts of a level are taken for land-use codes, right or mistyped.
_MOSTLY: Final = 0.5
_LINES: Final = (1, 2, 5)
_AREAS: Final = (3, 6)
# arcs, circles, curves: in DGN by number, in DXF by name
_CURVED: Final = {"11", "15", "16", "27", "AcDbArc", "AcDbCircle", "AcDbEllipse", "AcDbSpline"}
# the fields of a polyline, a code and a value in two lines each, up to a bulge that is not 0
_BULGE: Final = re.compile(
    rb"\n[ \t]*(?:LWPOLYLINE|VERTEX)[ \t]*\r?\n"
    rb"(?:[ \t]*(?!0[ \t]*\r?\n)(?!42[ \t]*\r?\n)\d+[ \t]*\r?\n.*\r?\n"
    rb"|[ \t]*42[ \t]*\r?\n[ \t0.+-]*\r?\n)*"
    rb"[ \t]*42[ \t]*\r?\n[ \t]*[-+.0]*[1-9]"
)
_CODE_PAGE: Final = re.compile(rb"\$DWGCODEPAGE\s+3\s+ANSI_(\d+)", re.IGNORECASE)
_VERSION: Final = re.compile(rb"\$ACADVER\s+1\s+AC(\d+)", re.IGNORECASE)
#: From this version of DXF on, text is UTF-8.
_UTF8_SINCE: Final = 1021
_HEAD: Final = 262_144
# what AutoCAD writes where nobody chose
_SAYS_NOTHING: Final = "1252"

_UNICODE: Final = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_PERCENT: Final = {"%%d": "°", "%%c": "⌀", "%%p": "±", "%%%": "%"}
_SWITCHES: Final = re.compile(r"%%[ouk]", re.IGNORECASE)
_STACKED: Final = re.compile(r"\\S([^;]*);")
_FORMATS: Final = re.compile(r"\\[ACFHQTWacfhpqtw][^;\\{}]*;|\\[LlOoKkN]|[{}]")
_KEPT: Final = {"\\\\": "\x00", "\\{": "\x01", "\\}": "\x02"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What the user says about a drawing.

    Attributes
    ----------
    lines, texts
        Levels (DGN: numbers) or layers (DXF: names) that hold the borders and the labels; all
        where none is named.
    close_m
        Line ends that miss or pass the next line by no more are taken to meet it.
    """

    lines: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    close_m: float = 0.02


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas of a drawing with their texts, and what was wrong in it."""

    frame: gpd.GeoDataFrame
    found: tuple[gpd.GeoDataFrame, ...]


def elements(path: Path, kind: str) -> tuple[gpd.GeoDataFrame, encodings.Decoded, bool]:
    """Return the elements of a drawing: level, text, geometry; and whether there were curves."""
    layer = ogr.layers(path, kind)[0]
    # GDAL turns the bytes of DXF into letters one by one, and those of DGN not at all
    read = ogr.read(path, layer, kind, encoding=encodings.RAW if kind == "DGN V7" else None)
    frame = gpd.GeoDataFrame(read.frame)
    if "PaperSpace" in frame:
        # the sheet around the map
        frame = frame[~frame["PaperSpace"].fillna(value=False).astype(bool)]
    kinds = frame["Type" if kind == "DGN V7" else "SubClasses"].astype(object)
    levels = frame["Level" if kind == "DGN V7" else "Layer"].astype(object)
    plain = gpd.GeoDataFrame(
        {
            "level": [None if pd.isna(each) else str(each) for each in levels],
            "text": frame["Text"].astype(object).where(frame["Text"].notna(), None),
            "kind": [None if pd.isna(each) else str(each).split(":")[-1] for each in kinds],
        },
        geometry=frame.geometry.to_numpy(),
    )
    declared = _declared(path) if kind == "DXF" else None
    decoded = encodings.decode(plain, declared=declared)
    whole = decoded.frame
    if kind == "DXF":
        whole = whole.assign(
            level=whole["level"].map(unescaped, na_action="ignore"),
            text=whole["text"].map(plain_text, na_action="ignore"),
        )
    curved = bool(plain["kind"].isin(_CURVED).any()) or (kind == "DXF" and _has_bulges(path))
    return whole, decoded, curved


def areas(path: Path, drawn: gpd.GeoDataFrame, drawing: Drawing) -> Areas:
    """Make areas of a drawing's lines and closed shapes, and give them the texts within.

    A closed shape is an area of its own, unless lines divide it. Of several texts in an area the
    land-use code is its label; where levels are named, what stands on them is.

    Raises
    ------
    InputError
        When a named level is not in the drawing.
    GeometryTypeError
        When its lines close no area.
    """
    _refuse_unknown(path, drawn, (*drawing.lines, *drawing.texts))
    shapes, levels, found = _areas(path, drawn, drawing)
    frame = gpd.GeoDataFrame({LEVEL: levels}, geometry=shapes)
    texts = drawn[_is_text(drawn)].reset_index(drop=True)
    chosen = _labels(texts, drawing)
    at = _area_of(texts, shapes)
    name, labels, by_label = _labelled(texts[chosen], at[chosen], shapes)
    frame.insert(0, name, pd.Series(labels, dtype=object))
    for level, part in texts[~chosen & (at >= 0)].groupby("level", sort=True):
        said = part["text"].groupby(at[part.index]).agg("; ".join)
        frame[f"text_{level}"] = _or_none(said.reindex(range(len(frame))))
    return Areas(gpd.GeoDataFrame(frame), (*found, *by_label))


def unescaped(written: str) -> str:
    r"""Return text with ``\U+1EA5`` as the letter that it stands for."""
    return text.nfc(_UNICODE.sub(lambda found: chr(int(found[1], 16)), written))


def plain_text(written: str) -> str | None:
    r"""Return the words of a DXF text without what formats them (``{\fArial|b0;LUC}\P12``).

    Examples
    --------
    >>> plain_text(r"{\fVnTime|b0;\H2.5x;LUC}\P\U+0110\U+1EA5t %%d")
    'LUC Đất °'
    """
    words = unescaped(written)
    for sign, kept in _KEPT.items():
        words = words.replace(sign, kept)
    for sign, letter in _PERCENT.items():
        words = re.sub(re.escape(sign), letter, words, flags=re.IGNORECASE)
    words = _STACKED.sub(lambda found: re.sub(r"[#^]", "/", found[1]), _SWITCHES.sub("", words))
    words = _FORMATS.sub("", re.sub(r"\\P|\\X|\\~|\^[IJM]|\r?\n", " ", words))
    for sign, kept in _KEPT.items():
        words = words.replace(kept, sign[-1])
    return " ".join(words.split()) or None


def _declared(path: Path) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    version = _VERSION.search(head)
    if version and int(version[1]) >= _UTF8_SINCE:
        return "utf-8"
    page = _CODE_PAGE.search(head)
    number = page[1].decode("ascii") if page else _SAYS_NOTHING
    return None if number == _SAYS_NOTHING else f"cp{number}"


def _has_bulges(path: Path) -> bool:
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return _BULGE.search(content) is not None


def _refuse_unknown(path: Path, drawn: gpd.GeoDataFrame, named: Sequence[str]) -> None:
    held = {text.search_key(level): level for level in drawn["level"].dropna().unique()}
    for level in named:
        if text.search_key(level) not in held:
            listed = ", ".join(sorted(held.values()))
            raise InputError(
                f"Drawing {path.name} has no level {level!r}; its levels are {listed}.",
                vi=f"Bản vẽ {path.name} không có lớp (level) {level!r}; bản vẽ có các lớp "
                f"{listed}.",
            )


def _on(drawn: gpd.GeoDataFrame, levels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each element lies on one of the levels; on any where none is named."""
    if not levels:
        return np.ones(len(drawn), dtype=bool)
    wanted = {text.search_key(level) for level in levels}
    keys = drawn["level"].map(text.search_key, na_action="ignore")
    return np.asarray(keys.isin(wanted), dtype=bool)


def _is_text(drawn: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    points = shapely.get_type_id(drawn.geometry.to_numpy()) == 0
    said = drawn["text"].map(lambda value: isinstance(value, str) and bool(value.strip()))
    return np.asarray(points & said.to_numpy(dtype=bool))


def _areas(
    path: Path, drawn: gpd.GeoDataFrame, drawing: Drawing
) -> tuple[Shapes, list[str | None], tuple[gpd.GeoDataFrame, ...]]:
    """Return areas, the level of those that were drawn as such, and findings."""
    taken, found = _without_hatches(drawn[_on(drawn, drawing.lines)])
    parts, levels, lost = _parts(taken)
    found += notes.counted("reading.no-place", lost)
    is_area = shapely.get_type_id(parts) == 3
    lines, closed = parts[~is_area], parts[is_area]
    distinct = _distinct(closed)
    closed, closed_levels = closed[distinct], levels[is_area][distinct]
    faces: Shapes = np.array([], dtype=object)
    if len(lines):
        borders = np.concatenate([lines, shapely.boundary(closed)])
        made = linework.network(borders, close_m=drawing.close_m)
        found += made.found
        whole = ~_divided(closed, made.faces)
        closed, closed_levels = closed[whole], closed_levels[whole]
        faces = made.faces[_covered_by(made.faces, closed) < 0]
    closed, islands = _without_islands(closed)
    found += islands
    shapes = np.concatenate([closed, faces])
    if not len(shapes):
        raise _no_areas(path, len(lines))
    return shapes, [*closed_levels, *[None] * len(faces)], found


def _parts(taken: gpd.GeoDataFrame) -> tuple[Shapes, npt.NDArray[np.object_], int]:
    """Return lines and closed shapes, their levels, and how many have no place on earth."""
    whole = shapely.force_2d(taken.geometry.to_numpy())
    members, owner = shapely.get_parts(whole, return_index=True)
    # collections hold parts of their own
    parts, inner = shapely.get_parts(members, return_index=True)
    levels = taken["level"].to_numpy(dtype=object)[owner[inner]]
    drawn = np.isin(shapely.get_type_id(parts), (1, 3)) & ~shapely.is_empty(parts)
    parts, levels = parts[drawn], levels[drawn]
    corners, part = shapely.get_coordinates(parts, return_index=True)
    lost = np.zeros(len(parts), dtype=bool)
    lost[part[~np.isfinite(corners).all(axis=1)]] = True
    parts, levels = parts[~lost], levels[~lost]
    is_line = shapely.get_type_id(parts) == 1
    rings = is_line & shapely.is_closed(parts) & (shapely.get_num_points(parts) > 3)
    if rings.any():
        corners, ring = shapely.get_coordinates(parts[rings], return_index=True)
        parts[rings] = shapely.polygons(shapely.linearrings(corners, indices=ring))
    held = shapely.length(parts) > 0
    return parts[held], levels[held], int(lost.sum())


def _without_hatches(
    drawn: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, tuple[gpd.GeoDataFrame, ...]]:
    """Leave out hatches, which fill what lines bound, unless there is nothing else."""
    hatched = (drawn["kind"] == "AcDbHatch").to_numpy()
    drawn_too = np.isin(shapely.get_type_id(drawn.geometry.to_numpy()), _LINES + _AREAS) & ~hatched
    if not hatched.any() or not drawn_too.any():
        return drawn, ()
    return drawn[~hatched], notes.counted("reading.hatch", int(hatched.sum()))


def _distinct(shapes: Shapes) -> npt.NDArray[np.intp]:
    """Return the first of those that are drawn several times, one on the other."""
    _, first = np.unique(shapely.to_wkb(shapely.normalize(shapes)), return_index=True)
    return np.sort(first)


def _covered_by(faces: Shapes, closed: Shapes) -> npt.NDArray[np.intp]:
    """Find for each face the smallest closed shape that it lies in; -1 where there is none."""
    return _smallest(shapely.point_on_surface(faces), closed)


def _smallest(points: Shapes, shapes: Shapes) -> npt.NDArray[np.intp]:
    """Find for each point the smallest shape that it lies in; -1 where there is none."""
    result = np.full(len(points), -1, dtype=np.intp)
    if len(points) and len(shapes):
        point, shape = shapely.STRtree(shapes).query(points, predicate="intersects")
        order = np.lexsort((shape, shapely.area(shapes)[shape]))[::-1]
        result[point[order]] = shape[order]
    return result


def _divided(closed: Shapes, faces: Shapes) -> npt.NDArray[np.bool_]:
    """Whether open lines divide a closed shape: it is the frame of what lies in it."""
    if not len(closed):
        return np.array([], dtype=bool)
    alone = linework.network(shapely.boundary(closed), close_m=0).faces
    held = [np.bincount(_held(each, closed), minlength=len(closed)) for each in (faces, alone)]
    return np.asarray(held[0] > held[1])


def _held(faces: Shapes, closed: Shapes) -> npt.NDArray[np.intp]:
    """Return for each face the closed shapes that it lies in, all of them."""
    points = shapely.point_on_surface(faces)
    return np.asarray(shapely.STRtree(closed).query(points, predicate="within")[1])


def _without_islands(closed: Shapes) -> tuple[Shapes, tuple[gpd.GeoDataFrame, ...]]:
    """Cut closed shapes out of those that hold them, for CAD shapes have no holes."""
    if not len(closed):
        return closed, ()
    inner, outer = shapely.STRtree(closed).query(closed, predicate="within")
    # what crosses itself is left to the checks
    sound, size = shapely.is_valid(closed), shapely.area(closed)
    apart = (size[inner] < size[outer]) & sound[inner] & sound[outer]
    inner, outer = inner[apart], outer[apart]
    if not len(outer):
        return closed, ()
    result = closed.copy()
    holding, start = np.unique(np.sort(outer), return_index=True)
    islands = np.split(closed[inner[np.argsort(outer, kind="stable")]], start[1:])
    unions = np.array([shapely.union_all(each) for each in islands], dtype=object)
    result[holding] = shapely.difference(closed[holding], unions)
    cut = shapely.area(closed[holding]) - shapely.area(result[holding])
    found = findings.many(
        "reading.island-cut",
        rows=holding + 1,
        size=cut,
        effect_m2=-cut,
        geometry=unions,
    )
    return result, (found,)


def _no_areas(path: Path, count: int) -> GeometryTypeError:
    return GeometryTypeError(
        f"Drawing {path.name} holds {count} lines and none of them close an area; name the levels "
        "of the borders, or close the lines and save it again.",
        vi=f"Bản vẽ {path.name} có {count} đường nhưng không khép thành vùng nào; hãy chỉ rõ lớp "
        "(level) chứa ranh thửa, hoặc khép kín các đường rồi lưu lại.",
    )


def is_code(written: str) -> bool:
    """Whether a text is a land-use code, or several put together (``ODT+CLN``)."""
    parts = [codes.normalise(part) for part in re.split(r"[+/,&;-]", written)]
    return all(
        part and (any(codes.lookup(part, table) for table in codes.TABLES) or codes.outside(part))
        for part in parts
    )


def _quotable(label: str) -> str:
    """Return a label as a finding may quote it: a drawing writes people's names among the codes."""
    return label if is_code(label) or _CODE_OR_NUMBER.fullmatch(label) else WITHHELD


def _labels(texts: gpd.GeoDataFrame, drawing: Drawing) -> npt.NDArray[np.bool_]:
    """Find the texts that are labels: on named levels, else the land-use codes, else all."""
    if drawing.texts:
        return _on(texts, drawing.texts)
    known = {value: is_code(value) for value in texts["text"].unique()}
    coded = texts["text"].map(known).to_numpy(dtype=bool)
    if not coded.any():
        return np.ones(len(texts), dtype=bool)
    # where a level holds mostly codes, its other texts are codes that were mistyped
    share = pd.Series(coded).groupby(texts["level"].to_numpy()).mean()
    mostly = texts["level"].isin(share.index[share >= _MOSTLY]).to_numpy(dtype=bool)
    return np.asarray(coded | mostly, dtype=bool)


def _or_none(values: "pd.Series[Any]") -> "pd.Series[Any]":
    return values.astype(object).where(values.notna(), None)


def _area_of(texts: gpd.GeoDataFrame, shapes: Shapes) -> npt.NDArray[np.intp]:
    return _smallest(shapely.force_2d(texts.geometry.to_numpy()), shapes)


def _labelled(
    labels: gpd.GeoDataFrame, at: npt.NDArray[np.intp], shapes: Shapes
) -> tuple[str, list[str | None], list[gpd.GeoDataFrame]]:
    """Return the name of the labels' column, the label of every area, and findings."""
    coded = [is_code(value) for value in labels["text"]]
    name = CODE if coded and sum(coded) >= _MOSTLY * len(coded) else LABEL
    held = pd.DataFrame({"text": labels["text"].to_numpy(), "area": at})
    held = held[held["area"] >= 0]
    by_area = held.groupby("area")["text"].agg(["nunique", "size", "first"])
    by_area["all"] = held.groupby("area")["text"].agg(
        lambda each: ", ".join(dict.fromkeys(map(_quotable, each)))
    )
    by_area = by_area.reindex(range(len(shapes)))
    counts = by_area["nunique"].fillna(0)
    label = _or_none(by_area["first"].where(counts == 1))
    every = _or_none(by_area["all"]).to_numpy()
    found = [
        findings.many(
            rule_id,
            rows=np.flatnonzero(which) + 1,
            size=shapely.area(shapes[which]),
            value=every[which].tolist(),
            geometry=shapes[which],
        )
        for rule_id, which in (
            ("reading.no-label", (counts == 0).to_numpy()),
            ("reading.several-labels", (counts > 1).to_numpy()),
            ("reading.label-twice", ((counts == 1) & (by_area["size"] > 1)).to_numpy()),
        )
        if which.any()
    ]
    if (outside := at < 0).any():
        found.append(
            findings.many(
                "reading.label-outside",
                rows=[None] * int(outside.sum()),
                value=[_quotable(each) for each in labels["text"].to_numpy()[outside]],
                geometry=shapely.force_2d(labels.geometry.to_numpy()[outside]),
            )
        )
    return name, label.tolist(), found
