"""Features of one collection as an answer, in the format and the system that were asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import geopandas as gpd
import numpy as np
import orjson
import pyogrio
import shapely

from api import formats
from api.collections import Layer
from api.features import written
from api.features.rows import FeatureSet
from api.features.written import Positions
from api.formats import Format
from api.systems import LON_LAT, System
from gis import crs, text
from gis.reports import export

_CONFORMS: Final = (
    "http://www.opengis.net/spec/json-fg-1/0.3/conf/core",
    "http://www.opengis.net/spec/json-fg-1/0.3/conf/types-schemas",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a collection is answered, and how.

    Attributes
    ----------
    rows
        Positions of the features.
    """

    features: FeatureSet
    rows: Positions
    format: Format
    system: System
    layer: Layer

    @property
    def kind(self) -> str:
        """What a feature of the collection is."""
        return self.layer.entry.layer


def collection(wanted: Wanted, members: Mapping[str, Any]) -> bytes:
    """Write features as one document with some members beside them."""
    if wanted.format is formats.GEOJSON:
        body = _geojson(wanted)
        return _with_features(members, body)
    if wanted.format is formats.JSON_FG:
        return _with_features({**_fg_members(wanted), **members}, b",".join(_fg(wanted)))
    return _file(wanted)


def single(wanted: Wanted, members: Mapping[str, Any]) -> bytes:
    """Write the one feature there is with some members beside it."""
    if wanted.format is formats.GEOJSON:
        return _joined(_geojson(wanted), members)
    if wanted.format is formats.JSON_FG:
        (feature,) = _fg(wanted)
        return _joined(feature, {**_fg_members(wanted), **members})
    return _file(wanted)


def _with_features(members: Mapping[str, Any], features: bytes) -> bytes:
    head = orjson.dumps({"type": "FeatureCollection", **members})
    return b"".join((head[:-1], b',"features":[', features, b"]}"))


def _joined(feature: bytes, members: Mapping[str, Any]) -> bytes:
    return feature[:-1] + b"," + orjson.dumps(dict(members))[1:] if members else feature


def _geojson(wanted: Wanted) -> bytes:
    features, rows = wanted.features, wanted.rows
    if wanted.system is LON_LAT:
        return features.written.joined(rows)
    shapes = _shapes(wanted)
    return b",".join(
        b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}'
        % (orjson.dumps(_plain(features.ids[at])), shape, features.written.members(at))
        for at, shape in zip(rows.tolist(), shapes, strict=True)
    )


def _shapes(wanted: Wanted) -> list[bytes]:
    """Shapes of the asked features in the asked system, as GeoJSON."""
    carried = _carried(wanted).geometry.to_numpy()
    texts = written.geometries(wanted.system.written(carried), degrees=wanted.system.in_degrees)
    return [b"null" if text is None else text.encode() for text in texts]


def _carried(wanted: Wanted) -> gpd.GeoDataFrame:
    rows = wanted.features.frame.iloc[wanted.rows]
    return crs.transform(rows, wanted.system.code)[0]


def _fg_members(wanted: Wanted) -> dict[str, Any]:
    return {
        "conformsTo": list(_CONFORMS),
        "featureType": wanted.kind,
        "coordRefSys": wanted.system.uri,
    }


def _fg(wanted: Wanted) -> list[bytes]:
    """Write features with their own place and time beside what GeoJSON knows."""
    features, rows = wanted.features, wanted.rows.tolist()
    plain = [orjson.dumps(None)] * len(rows)
    if wanted.system is not LON_LAT:
        plain = _shapes(wanted)
    times = _times(features, wanted.rows)
    return [
        b"%b,%b}" % (features.written.feature(at)[:-1], b'"time":%b,"place":%b' % (time, place))
        for at, time, place in zip(rows, times, plain, strict=True)
    ]


def _times(features: FeatureSet, rows: Positions) -> list[bytes]:
    frame = features.frame
    names = [name for name in ("valid_from", "valid_to") if name in frame]
    if not names:
        return [b"null"] * len(rows)
    sides = {name: frame[name].iloc[rows].astype(object) for name in names}
    none = [None] * len(rows)
    return [
        b"null"
        if _missing(first) and _missing(last)
        else orjson.dumps({"interval": [_side(first), _side(last)]})
        for first, last in zip(
            sides.get("valid_from", none), sides.get("valid_to", none), strict=True
        )
    ]


def _missing(value: Any) -> bool:
    return not isinstance(value, str) or not value


def _side(value: Any) -> str:
    return ".." if _missing(value) else str(value)


def _file(wanted: Wanted) -> bytes:
    """Write features in a format that other programs read as a file."""
    frame = _carried(wanted).copy()
    if wanted.layer.entry.schematic:
        frame = frame.assign(notice_vi=text.NOTICE["vi"], notice_en=text.NOTICE["en"])
    frame.insert(0, "id", np.asarray(wanted.features.ids[wanted.rows]))
    out = BytesIO()
    if wanted.format is formats.CSV:
        turned = wanted.system.written(frame.geometry.to_numpy())
        table = frame.drop(columns=frame.geometry.name)
        table = table.assign(geometry=shapely.to_wkt(turned, rounding_precision=8))
        export.write_csv(table, out)
    elif wanted.format is formats.PARQUET:
        frame.to_parquet(out, index=False, compression="zstd")
    else:
        pyogrio.write_dataframe(frame, out, driver="FlatGeobuf", layer=wanted.kind)
    return out.getvalue()


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
