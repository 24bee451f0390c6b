"""One door for every file: read, find the system, map columns, check, say what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis import codes, crs, findings, text
from gis.errors import ColumnError, CrsError, GeometryTypeError, InputError
from gis.findings import Finding
from gis.intake import encodings, mapping, rasters, readers, shapes
from gis.layers import registry
from gis.layers.base import FAULT, ROW, LayerSpec

#: Text columns by which a file says that it is schematic.
NOTICE_COLUMNS = ("notice_vi", "notice_en")
_STATUSES = ("current", "planned")
_PLAN_KINDS = ("land_use_plan", "general_plan")
_YEARS = (1975, 2100)
# so few rows may all be wrong by chance; in a larger file that is a wrong column
_FEW_ROWS = 20
_NEARLY_ALL = 0.9
# a file name holds 255 bytes at most, and a Vietnamese letter takes up to three
_NAME_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the user says about a file.

    Attributes
    ----------
    crs
        True coordinate system, where the file lacks one or declares a false one.
    columns, constants, keep
        See `gis.intake.mapping.apply`.
    name
        Dataset name; by default the file's name.
    schematic
        Whether the data is schematic; also found by its notice columns.
    """

    layer: str
    path: Path
    source_layer: str | None = None
    crs: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    name: str | None = None
    licence: str | None = None
    schematic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file as it may enter a workspace.

    Attributes
    ----------
    frame
        Rows in the workspace's system with the layer's columns; None for a raster.
    raster
        Path of a temporary cloud-optimised GeoTIFF; None for vectors.
    attributes
        What describes the whole dataset: status, year, code table.
    """

    layer: str
    name: str
    frame: gpd.GeoDataFrame | None
    raster: Path | None
    findings: pd.DataFrame
    attributes: Mapping[str, Any]
    provenance: Mapping[str, Any]
    schematic: bool


def take_in(order: Order, *, target: str = crs.VN2000_QUANG_NGAI) -> Checked:
    """Read a file, check it, and carry it into the target system.

    Raises
    ------
    InputError
        When the file as a whole cannot be used; faults of single rows are findings.
    """
    spec = registry.layer(order.layer)
    if spec.geometry == "raster":
        return _take_in_raster(order)
    source = readers.read(Path(order.path), layer=order.source_layer)
    frame = source.frame.reset_index(drop=True)
    frame[ROW] = np.arange(1, len(frame) + 1)
    frame = frame.set_crs(_true_crs(source, order.crs), allow_override=True)
    frame, dropped = shapes.polygons_only(frame, where=(source.named("vi"), source.named("en")))
    frame, how = crs.transform(frame, target)
    mapped = mapping.apply(
        frame,
        spec,
        columns=order.columns,
        constants=_constants(spec, order.constants),
        keep=order.keep,
    )
    _refuse_foreign_codes(mapped, spec)
    checked, found = _with_area(mapped.frame, source)
    checked, by_layer = spec.check(_described(checked, spec))
    every = [*dropped, *mapped.findings, *found, *by_layer, *_far_away(checked)]
    every += _overridden(source.frame.crs, order.crs)
    every += [] if source.encoding_known else [encodings.unknown()]
    name = _slug(order.name or source.path.stem)
    table = findings.table(every).assign(layer=spec.name, dataset=name)
    attributes = {key: _constant(checked, key) for key in spec.constants}
    schematic = order.schematic or _says_schematic(source.frame)
    provenance = _provenance(source, order, how, checked, mapped)
    return Checked(
        layer=spec.name,
        name=name,
        frame=checked.reset_index(drop=True),
        raster=None,
        findings=table,
        attributes=attributes,
        provenance=provenance,
        schematic=schematic,
    )


def _with_area(
    frame: gpd.GeoDataFrame, source: readers.Source
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Repair rings; refuse a file of which nothing is left."""
    repaired, found = shapes.repair_rings(frame)
    if repaired.empty:
        raise GeometryTypeError(
            f"{source.named('en')}: every ring falls into a line, so nothing has an area; import "
            "the file that holds the areas.",
            vi=f"{source.named('vi')}: mọi vòng ranh đều suy biến thành đường nên không có diện "
            "tích; hãy nạp tệp chứa các vùng.",
        )
    return repaired, found


def _true_crs(source: readers.Source, given: str | None) -> pyproj.CRS:
    """Find the system of a file: as the user says, else as the file says; never a guess."""
    if given is not None:
        return crs.parse(given)
    declared = source.frame.crs
    if declared is None:
        raise CrsError(
            f"File {source.path.name} declares no coordinate system; name it with --crs, "
            "for example --crs EPSG:5898 (VN-2000, Quảng Ngãi).",
            vi=f"Tệp {source.path.name} không khai báo hệ tọa độ; hãy khai bằng --crs, ví dụ "
            "--crs EPSG:5898 (VN-2000, Quảng Ngãi).",
        )
    _refuse_no_degrees(source)
    return crs.parse(declared)


def _overridden(declared: pyproj.CRS | None, given: str | None) -> list[Finding]:
    """Warn when the user's word on the system goes before another one of the file."""
    if declared is None or given is None:
        return []
    used = crs.parse(given)
    names = crs.short_name(declared), crs.short_name(used)
    if names[0] == names[1] or declared.equals(used, ignore_axis_order=True):
        return []
    return [
        Finding(
            rule_id="door.crs-overridden",
            severity="warning",
            value=names[0],
            message_vi=f"Tệp khai hệ tọa độ {names[0]} nhưng đã dùng {names[1]} theo --crs; nếu "
            "không chắc, hãy nạp lại không có --crs.",
            message_en=f"The file declares the coordinate system {names[0]} and {names[1]} of "
            "--crs was used; when in doubt, import it again without --crs.",
        )
    ]


def _refuse_no_degrees(source: readers.Source) -> None:
    """Refuse coordinates that the declared system of degrees cannot hold."""
    declared = source.frame.crs
    bounds = shapely.total_bounds(source.frame.geometry.to_numpy())
    if not declared.is_geographic or not (np.abs(bounds) > [180.0, 90.0, 180.0, 90.0]).any():
        return
    name, system = source.path.name, crs.short_name(declared)
    like = f"{bounds[0]:.0f}, {bounds[1]:.0f}"
    if (np.abs(bounds) <= [90.0, 180.0, 90.0, 180.0]).all():
        raise CrsError(
            f"File {name} gives latitude before longitude (coordinates like {like}); swap its two "
            "axes and import it again.",
            vi=f"Tệp {name} ghi vĩ độ trước kinh độ (tọa độ như {like}); hãy đổi chỗ hai trục tọa "
            "độ rồi nạp lại.",
        )
    raise CrsError(
        f"File {name} holds coordinates like {like}, which are no degrees of {system}; name the "
        "true system with --crs.",
        vi=f"Tệp {name} có tọa độ như {like}, không phải độ của hệ {system}; hãy khai hệ tọa độ "
        "đúng bằng --crs.",
    )


def _constants(spec: LayerSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the whole file, with what follows from them."""
    constants = {key: value for key, value in given.items() if value is not None}
    if spec.name != "land-use":
        return constants
    if "code_table" in constants and constants.get("plan_kind") != "general_plan":
        constants["code_table"] = codes.resolve_table_name(str(constants["code_table"]))
    if constants.get("status") == "planned" and "plan_kind" not in constants:
        constants["plan_kind"] = "land_use_plan"
    return constants


def _refuse_foreign_codes(mapped: mapping.Mapped, spec: LayerSpec) -> None:
    """Refuse land use of which nearly no value is a code: another column or table was meant."""
    table = _constant(mapped.frame, "code_table") if spec.name == "land-use" else None
    if table not in codes.TABLES:
        return
    written = mapped.frame["code"].dropna().map(codes.normalise)
    known = set(codes.code_table(table))
    foreign = written[[code not in known and codes.outside(code) is None for code in written]]
    if len(written) <= _FEW_ROWS or len(foreign) <= _NEARLY_ALL * len(written):
        return
    column = mapped.used["code"]
    shown = ", ".join(repr(str(value)) for value in foreign.unique()[:3])
    raise ColumnError(
        f"Almost no value of column {column!r} is a code of {table} (there are {shown}); name the "
        "right column with --code-field, or the right table with --code-table.",
        vi=f"Hầu như không có giá trị nào của cột {column!r} là mã của bảng {table} (trong cột có "
        f"{shown}); hãy chỉ đúng cột bằng --code-field hoặc đúng bảng bằng --code-table.",
    )


def _described(frame: gpd.GeoDataFrame, spec: LayerSpec) -> gpd.GeoDataFrame:
    """Refuse a land-use file whose description is missing, mixed or unknown."""
    if spec.name != "land-use":
        return frame
    for column in ("code_table", "status", "plan_kind", "year"):
        values = frame[column].dropna().unique()
        if len(values) > 1:
            listed = ", ".join(str(value) for value in values[:5])
            raise ColumnError(
                f"Column {column!r} holds several values ({listed}); a file is one map: split it, "
                f"or give --set {column}=VALUE.",
                vi=f"Cột {column!r} có nhiều giá trị ({listed}); mỗi tệp là một bản đồ: hãy tách "
                f"tệp, hoặc ghi --set {column}=GIÁ_TRỊ.",
            )
        if not len(values) and column != "plan_kind":
            option = next(each.option for each in spec.columns if each.name == column)
            raise ColumnError(
                f"Column {column!r} is empty; give {option}.",
                vi=f"Cột {column!r} để trống; hãy ghi {option}.",
            )
    _refuse_unknown("status", _constant(frame, "status"), _STATUSES)
    year = int(str(_constant(frame, "year")))
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ColumnError(
            f"Year {year} is not a year of a land-use map; give one like 2030.",
            vi=f"{year} không phải năm của bản đồ sử dụng đất; hãy ghi như 2030.",
        )
    return _planned(frame)


def _planned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    plan_kind = _constant(frame, "plan_kind")
    if _constant(frame, "status") == "current":
        if plan_kind is not None:
            raise ColumnError(
                "A current land-use map has no plan kind; leave --plan-kind out.",
                vi="Bản đồ hiện trạng không có loại quy hoạch; hãy bỏ --plan-kind.",
            )
        table = codes.resolve_table_name(str(_constant(frame, "code_table")))
    else:
        plan_kind = plan_kind or "land_use_plan"
        _refuse_unknown("plan_kind", plan_kind, _PLAN_KINDS)
        table = str(_constant(frame, "code_table"))
        # a commune general plan may carry a legend of its own
        if plan_kind == "land_use_plan":
            table = codes.resolve_table_name(table)
    return frame.assign(plan_kind=plan_kind, code_table=table)


def _refuse_unknown(column: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(
            f"{column} {value!r} is not one of {', '.join(known)}.",
            vi=f"{column} {value!r} không hợp lệ; hãy chọn một trong {', '.join(known)}.",
        )


def _constant(frame: gpd.GeoDataFrame, column: str) -> Any:
    values = frame[column].dropna().unique()
    if len(values) != 1:
        return None
    return values[0].item() if hasattr(values[0], "item") else values[0]


def _far_away(frame: gpd.GeoDataFrame) -> list[Finding]:
    if crs.lies_in_vietnam(frame):
        return []
    return [
        Finding(
            rule_id="door.outside-vietnam",
            severity="warning",
            message_vi="Dữ liệu không nằm ở Việt Nam; kiểm tra hệ tọa độ (--crs).",
            message_en="The data does not lie in Việt Nam; check the coordinate system (--crs).",
        )
    ]


def _says_schematic(frame: gpd.GeoDataFrame) -> bool:
    return any(column in frame and bool(frame[column].notna().any()) for column in NOTICE_COLUMNS)


def _provenance(
    source: readers.Source,
    order: Order,
    how: crs.Transformation,
    frame: gpd.GeoDataFrame,
    mapped: mapping.Mapped,
) -> dict[str, Any]:
    declared = source.frame.crs
    return {
        "file": source.path.name,
        "format": source.format,
        "source_layer": source.layer,
        "encoding": source.encoding,
        "sha256": source.sha256,
        "declared_crs": None if declared is None else crs.short_name(declared),
        "used_crs": how.source,
        "target_crs": how.target,
        "transformation": how.operation,
        "transformation_accuracy_m": how.accuracy_m,
        "rows_read": len(source.frame),
        "rows_kept": len(frame),
        "rows_left_out": len(source.frame) - len(frame),
        "rings_repaired": int(frame[FAULT].fillna("").str.contains("repaired-ring").sum()),
        "columns": dict(mapped.used),
        "columns_left_out": list(mapped.left_out),
        "licence": order.licence,
        "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _take_in_raster(order: Order) -> Checked:
    path = Path(order.path)
    raster = rasters.read(path, given_crs=order.crs)
    declared = raster.declared_crs
    found = _overridden(pyproj.CRS(declared) if declared else None, order.crs)
    name = _slug(order.name or path.stem)
    return Checked(
        layer="terrain",
        name=name,
        frame=None,
        raster=raster.file,
        findings=findings.table(found).assign(layer="terrain", dataset=name),
        attributes={"width": raster.width, "height": raster.height},
        provenance={
            "file": path.name,
            "format": "raster",
            "sha256": readers.sha256(path),
            "declared_crs": raster.declared_crs,
            "used_crs": raster.used_crs,
            "licence": order.licence,
            "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        schematic=order.schematic or any(tag in raster.tags for tag in NOTICE_COLUMNS),
    )


def _slug(stem: str) -> str:
    """Make a dataset name that is safe as part of a file name on every system."""
    composed = text.nfc(stem.strip())
    kept = "".join(char if char.isalnum() or char in "-_." else "-" for char in composed)
    return kept[:_NAME_LENGTH].strip("-.") or "data"
