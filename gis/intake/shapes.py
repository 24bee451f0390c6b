"""Shapes at the door: plane polygons only, valid rings, every change stated."""

from collections import Counter
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis import finding_rules, overlay, text
from gis.checks import geometry as checks
from gis.errors import GeometryTypeError
from gis.findings import Finding
from gis.layers.base import FAULT, ROW

_SHAPES_VI = {
    "empty": "hình rỗng",
    "Point": "điểm",
    "MultiPoint": "tập điểm",
    "LineString": "đường",
    "MultiLineString": "tập đường",
    "LinearRing": "đường khép kín",
    "Polygon": "đa giác",
    "MultiPolygon": "tập đa giác",
    "GeometryCollection": "hình hỗn hợp",
}
#: Half of the last digit that is shown.
_NO_CHANGE_M2 = 0.0005
#: Two readings of a ring that differ by less are one; rounding of its coordinates.
_ROUNDING = 1e-9
#: Faces times edges of a ring that are compared in one go; a larger tangle is left to GEOS, which
#: reads edges drawn twice as one.
_MANY = 10_000_000
#: A ring that crosses itself more often is a scribble, which takes minutes to read and means
#: nothing; those of real parcels do a few times.
_TANGLED = 2_000
#: Rings of fewer corners cannot cross themselves so often.
_FEW_CORNERS = 60
_SOME_EDGES, _MORE_EDGES = 100, 4_000


def polygons_only(
    frame: gpd.GeoDataFrame, *, where: tuple[str, str], curves: int = 0
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Keep the rows that have an area; list the rest, and what was made plane or straight.

    Parameters
    ----------
    where
        File and layer as a sentence begins with them, Vietnamese and English.
    curves
        How many rows held arcs that reading made into straight pieces.

    Raises
    ------
    GeometryTypeError
        When no row has one.
    """
    shapes = frame.geometry.to_numpy()
    unfit = checks.unfit_for_area(shapes)
    mixed = unfit == "geometry.collection"
    usable = (unfit == "") | mixed
    if not usable.any() and "geometry.invalid-coordinate" in unfit:
        raise nothing_left([Finding(rule_id=str(each)) for each in unfit], where=where)
    if not usable.any():
        held = sorted({str(kind) for kind in frame.geom_type.dropna().unique()}) or ["empty"]
        names = ", ".join(_SHAPES_VI.get(kind, kind) for kind in held)
        raise GeometryTypeError(
            f"{where[1]} holds no polygon with an area, only {', '.join(held)}; import the file "
            "that holds the areas.",
            vi=f"{where[0]} không có đa giác nào có diện tích, chỉ có {names}; hãy nạp tệp chứa "
            "các vùng.",
        )
    found = [
        _odd(str(rule_id), int(row), kind)
        for rule_id, row, kind in zip(
            unfit[unfit != ""],
            frame.loc[unfit != "", ROW],
            frame.geom_type[unfit != ""],
            strict=True,
        )
    ]
    found += checks.heights(shapes)
    if curves:
        found.append(Finding(rule_id="geometry.curves", value=str(curves)))
    kept = frame.loc[usable].copy()
    kept.geometry = overlay.polygonal(shapely.force_2d(shapes[usable]))
    return kept, found


def _odd(rule_id: str, row: int, kind: Any) -> Finding:
    """Say why a row was left out, or what of it was kept."""
    if rule_id == "geometry.collection":
        return Finding(rule_id=rule_id, row=row)
    shape = kind if isinstance(kind, str) else "empty"
    said_vi = f"Dòng {row}: {_SHAPES_VI.get(shape, shape)} không có diện tích"
    said_en = f"Row {row}: the shape {shape} has no area"
    if rule_id in {"geometry.invalid-coordinate", "geometry.collapsed-ring"}:
        said = finding_rules.rule(rule_id).message
        said_vi, said_en = (said[each].format(row=row).rstrip(".") for each in ("vi", "en"))
    return Finding(
        rule_id=rule_id,
        row=row,
        value=shape,
        message_vi=f"{said_vi}; dòng này không được nhận.",
        message_en=f"{said_en}; the row was left out.",
    )


def repair_rings(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Make invalid rings valid; state the change of area; mark the rows.

    A ring is read even-odd: what it goes around twice is not inside, as when it runs around a
    neighbour. Where that part is nobody else's, it is: then the winding is what counts.
    The frame must be in a metric system, so that areas are square metres.
    """
    frame = frame.copy()
    if FAULT not in frame:
        frame[FAULT] = None
    geometry = frame.geometry.to_numpy().copy()
    invalid = np.flatnonzero(~shapely.is_valid(geometry))
    found = [
        Finding(rule_id="geometry.tangled-ring", row=int(frame[ROW].iloc[at]), value=f"{count:.0f}")
        for at in invalid
        if (count := _crossings(geometry[at])) > _TANGLED
    ]
    if found:
        kept, others = repair_rings(frame[~frame[ROW].isin([each.row for each in found])])
        return kept, found + others
    if not len(invalid):
        return frame, []
    rows = frame.index[invalid]
    rules, reasons, spots = checks.invalid_kinds(geometry[invalid])
    mended, said = _mended(geometry, invalid)
    frame.loc[rows, frame.geometry.name] = gpd.GeoSeries(mended, index=rows, crs=frame.crs)
    frame.loc[rows, FAULT] = "repaired-ring"
    before, after = shapely.area(geometry[invalid]), shapely.area(mended)
    written = checks.written_places(spots)
    for at, row in enumerate(frame.loc[rows, ROW]):
        if after[at] == 0:
            found.append(_odd("geometry.collapsed-ring", int(row), "Polygon"))
            continue
        finding = Finding(
            rule_id=rules[at],
            row=int(row),
            value=written[at],
            effect_m2=float(after[at] - before[at]),
            geometry=spots[at],
        )
        areas = float(before[at]), float(after[at])
        found.append(_worded(finding, reasons[at], areas, said[at]))
    return frame.drop(index=rows[after == 0]), found


def nothing_left(found: list[Finding], *, where: tuple[str, str]) -> GeometryTypeError:
    """Return the refusal of a file none of whose rows has an area; `found` says why of each."""
    why = Counter(finding.rule_id for finding in found)
    names = {rule_id: finding_rules.rule(rule_id).name for rule_id in why}
    said = {
        language: ", ".join(f"{names[each][language]} ({why[each]})" for each in why)
        for language in ("vi", "en")
    }
    return GeometryTypeError(
        f"{where[1]}: no row has an area: {said['en']}; draw the borders again, or import the file "
        "that holds the areas.",
        vi=f"{where[0]}: không dòng nào có diện tích: {said['vi']}; hãy vẽ lại ranh, hoặc nạp tệp "
        "chứa các vùng.",
    )


def _crossings(shape: shapely.Geometry) -> float:
    """Estimate how often rings cross themselves and each other, from some of their edges."""
    if shapely.get_num_coordinates(shape) <= _FEW_CORNERS:
        return 0.0
    rings = shapely.get_rings(shapely.get_parts(shape))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.stack([corners[same], corners[same + 1]], axis=1)
    edges = np.asarray(shapely.linestrings(ends), dtype=object)
    tree = shapely.STRtree(edges)
    met = 0.0
    # a few tell of a tangle at once; only where there is none it is cheap to ask more
    for most in (_SOME_EDGES, _MORE_EDGES):
        some = edges[:: max(1, len(edges) // most)]
        # edges that touch or lie on each other are no crossings
        pairs = len(tree.query(some, predicate="crosses")[0])
        met = max(met, pairs / len(some) * len(edges) / 2)
        if met > _TANGLED:
            break
    return met


def _mended(
    geometry: overlay.Geometries, invalid: npt.NDArray[np.int64]
) -> tuple[overlay.Geometries, list[tuple[str, str]]]:
    """Read rings even-odd, except where the doubtful part is no other feature's.

    Returns
    -------
    geometries, sentences
        One a broken feature; the sentence, Vietnamese and English, tells both readings where they
        differ.
    """
    readings = [_read(each) for each in geometry[invalid]]
    mended = np.array([plain for plain, _ in readings], dtype=object)
    others = geometry.copy()
    others[invalid] = mended
    tree = shapely.STRtree(others)
    said = [("", "")] * len(mended)
    for at, (plain, wound) in enumerate(readings):
        parts = shapely.get_parts(shapely.symmetric_difference(plain, wound))
        areas = float(shapely.area(plain)), float(shapely.area(wound))
        parts = parts[shapely.area(parts) > max(_ROUNDING * areas[1], _NO_CHANGE_M2)]
        if not len(parts):
            continue
        near = [tree.query(part, predicate="intersects") for part in parts]
        theirs = np.array(
            [
                _share(part, others[which[which != invalid[at]]]) >= 0.5
                for part, which in zip(parts, near, strict=True)
            ],
            dtype=bool,
        )
        filled = shapely.union_all([plain, *parts[~theirs]])
        whole = shapely.difference(filled, shapely.union_all(parts[theirs]))
        (mended[at],) = overlay.polygonal(np.array([whole], dtype=object))
        said[at] = _readings(*areas, parts, theirs)
    return mended, said


def _read(shape: shapely.Geometry) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Read every ring even-odd, and by winding; join the parts, and take their holes away."""
    both = []
    for part in shapely.get_parts(shape):
        shell, *holes = (_faces(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part))
        both.append(
            [
                shapely.difference(mine, shapely.union_all([hole[at] for hole in holes]))
                for at, mine in enumerate(shell)
            ]
        )
    joined = [shapely.union_all([part[at] for part in both]) for at in range(2)]
    plain, wound = overlay.polygonal(np.array(joined, dtype=object))
    return plain, wound


def _faces(ring: npt.NDArray[np.float64]) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return what a ring goes around an odd number of times, and what it goes around at all."""
    lines = shapely.get_parts(shapely.node(shapely.linestrings(ring)))
    faces = shapely.get_parts(shapely.polygonize(lines))
    if len(faces) * len(ring) > _MANY:
        drawn = np.array([shapely.Polygon(ring)], dtype=object)
        (plain,) = overlay.polygonal(shapely.make_valid(drawn))
        (filled,) = overlay.polygonal(shapely.make_valid(drawn, method="structure"))
        return plain, filled
    x, y = shapely.get_coordinates(shapely.point_on_surface(faces)).T[:, :, None]
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    # the edges that a ray to the east meets, up or down
    crosses = (y0 > y) != (y1 > y)
    run = np.divide(y - y0, y1 - y0, out=np.zeros(crosses.shape), where=crosses)
    met = crosses & (x < x0 + run * (x1 - x0))
    odd = met.sum(axis=1) % 2 == 1
    wound = (met * np.sign(y1 - y0)).sum(axis=1) != 0
    return shapely.union_all(faces[odd]), shapely.union_all(faces[wound])


def _share(part: shapely.Geometry, others: overlay.Geometries) -> float:
    """Share of a part that lies under other features."""
    covered = shapely.union_all(shapely.intersection(part, others))
    return float(shapely.area(covered) / shapely.area(part))


def _readings(
    plain: float, wound: float, parts: overlay.Geometries, theirs: npt.NDArray[np.bool_]
) -> tuple[str, str]:
    """Tell both readings of a ring, and who has the part between them."""
    left, kept = (float(shapely.area(parts[which]).sum()) for which in (theirs, ~theirs))
    (plain_vi, plain_en), (wound_vi, wound_en) = _written(plain), _written(wound)
    vi = f"; đọc chẵn-lẻ được {plain_vi} m², đọc theo chiều vòng được {wound_vi} m²"
    en = f"; read even-odd it has {plain_en} m², read by winding {wound_en} m²"
    if left:
        left_vi, left_en = _written(left)
        vi += f"; {left_vi} m² thuộc đối tượng khác nên không tính"
        en += f"; {left_en} m² belong to other features and were not counted"
    if kept:
        kept_vi, kept_en = _written(kept)
        vi += f"; {kept_vi} m² không thuộc đối tượng nào khác nên được giữ"
        en += f"; {kept_en} m² belong to no other feature and were kept"
    return vi, en


def _worded(
    finding: Finding, reason: str, areas: tuple[float, float], said: tuple[str, str]
) -> Finding:
    """Say what was wrong with a ring, that it was repaired, and what became of its area."""
    _, _, spot_in_grid = reason.partition("[")
    at = f" tại {spot_in_grid.rstrip(']')}" if spot_in_grid else ""
    name = finding_rules.rule(finding.rule_id).name["vi"]
    moved_vi, moved_en = _moved(*areas)
    return replace(
        finding,
        message_vi=f"Dòng {finding.row}: vòng ranh không hợp lệ ({name}{at}); đã sửa, "
        f"{moved_vi}{said[0]}; phần này cần xem xét.",
        message_en=f"Row {finding.row}: invalid ring ({reason}); repaired, {moved_en}{said[1]}; "
        "it asks for review.",
    )


def _moved(before: float, after: float) -> tuple[str, str]:
    """Say what became of an area, Vietnamese and English; never a change of minus nothing."""
    change = after - before
    (before_vi, before_en), (after_vi, after_en) = _written(before), _written(after)
    if abs(change) < _NO_CHANGE_M2:
        return f"diện tích không đổi ({after_vi} m²)", f"area unchanged ({after_en} m²)"
    sign = "+" if change > 0 else ""
    change_vi, change_en = _written(change)
    return (
        f"diện tích thay đổi {sign}{change_vi} m² (từ {before_vi} thành {after_vi})",
        f"area changed by {sign}{change_en} m² (from {before_en} to {after_en})",
    )


def _written(area: float) -> tuple[str, str]:
    """Write square metres, Vietnamese and English."""
    return text.format_number(area, 3, "vi"), text.format_number(area, 3, "en")
