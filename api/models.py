"""The published shapes of all answers, and of what is asked; tests hold the answers to them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.geometry import LON_LAT
from gis.rules import FIRST_DAY, USES

Verdict = Literal["fits", "procedure", "review", "outside", "conflict"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Bilingual(_Answer):
    """A sentence in both languages."""

    vi: str
    en: str


class _Noticed(_Answer):
    """What says whether it was made from schematic data."""

    schematic: bool = Field(description="Made, in part or whole, from schematic data.")
    notice: Bilingual | None = Field(
        default=None, description="Stands with every answer made from schematic data."
    )


class Problem(_Answer):
    """A refusal or a fault: one sentence says what, where, and what to do (RFC 9457)."""

    title: str = Field(examples=["Yêu cầu không dùng được"])
    detail: str = Field(examples=["Vùng rỗng; hãy gửi ít nhất một đa giác."])
    status: int = Field(examples=[422])


class Link(_Answer):
    """A link to another answer."""

    href: str
    rel: str
    type: str
    title: str | None = None


class Landing(_Noticed):
    """What the service is, and where to go from here."""

    title: str
    description: str
    links: list[Link]


class Conformance(_Answer):
    """Requirements classes that are met."""

    conforms_to: list[str] = Field(alias="conformsTo")


class LoadedDataset(_Noticed):
    """A dataset of the workspace."""

    dataset: str = Field(examples=["land-use/land_use_2020"])
    layer: str
    version: str = Field(description="First twelve digits of the file's SHA-256.")
    rows: int
    loaded: bool = Field(description="Whether its rows are in memory yet.")


class Health(_Noticed):
    """Whether the service can work, and with what."""

    status: Literal["ok"]
    software: str
    rules_version: str
    crs: str
    layers: list[LoadedDataset]


class Ready(_Answer):
    """Every layer can be served at once."""

    ready: Literal[True]


class SpatialExtent(_Answer):
    """Boxes as west, south, east, north."""

    bbox: list[tuple[float, float, float, float]]
    crs: str


class TemporalExtent(_Answer):
    """Periods as first and last moment; null is open."""

    interval: list[tuple[str | None, str | None]]
    trs: str


class Extent(_Answer):
    """Where a collection lies, and when it is valid."""

    spatial: SpatialExtent | None = None
    temporal: TemporalExtent | None = None


class Collection(_Noticed):
    """A dataset that is served as features."""

    id: str = Field(examples=["land-use~land_use_2020"])
    title: str
    description: str
    item_type: Literal["feature"] = Field(alias="itemType")
    crs: list[str]
    storage_crs: str = Field(alias="storageCrs")
    extent: Extent | None = None
    layer: str
    dataset: str
    version: str
    rows: int
    added_at: str
    attributes: dict[str, str | int | None]
    licence: str | None
    findings: dict[str, int] = Field(description="Findings of the import by severity.")
    links: list[Link]


class Schema(BaseModel):
    """A JSON Schema."""

    model_config = ConfigDict(extra="allow")

    dialect: str = Field(alias="$schema")
    id: str = Field(alias="$id")
    type: Literal["object"]
    properties: dict[str, dict[str, Any]]


class Collections(_Noticed):
    """All collections."""

    collections: list[Collection]
    links: list[Link]


class Geometry(_Answer):
    """Polygon or MultiPolygon, longitude and latitude of WGS 84."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Any]


class Feature(_Answer):
    """A row of a layer; its id is its row in the imported file."""

    type: Literal["Feature"]
    id: int
    geometry: Geometry
    properties: dict[str, Any]


class OneFeature(Feature, _Noticed):
    """One row of a layer on its own."""

    version: str = Field(description="Version of the layer.")
    links: list[Link]


class FeatureCollection(_Noticed):
    """A page of a layer's rows, always in the same order (RFC 7946)."""

    type: Literal["FeatureCollection"]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    version: str = Field(description="Version of the layer.")
    links: list[Link]
    features: list[Feature]


class Raster(_Noticed):
    """A raster, and where its tiles are."""

    id: str = Field(examples=["terrain~terrain"])
    title: str
    dataset: str
    version: str
    bbox: tuple[float, float, float, float] = Field(description="West, south, east, north.")
    minzoom: int
    maxzoom: int
    tile_matrix_set: str = Field(alias="tileMatrixSet")
    tiles: dict[str, str] = Field(description="Template of the tiles' addresses by style.")
    styles: dict[str, str] = Field(description="What each style shows.")
    licence: str | None
    links: list[Link]


class Rasters(_Noticed):
    """All rasters."""

    rasters: list[Raster]
    links: list[Link]


class RasterValue(_Noticed):
    """Value of a raster at a place, in its own unit."""

    lon: float
    lat: float
    value: float | None
    version: str


class AssessRequest(BaseModel):
    """A zone and what it is for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [
                            [
                                [108.768, 15.272],
                                [108.772, 15.272],
                                [108.772, 15.275],
                                [108.768, 15.275],
                                [108.768, 15.272],
                            ]
                        ],
                    },
                    "product": "hanh_tim",
                    "as_of": "2026-06-01",
                }
            ]
        },
    )

    geometry: dict[str, Any] = Field(
        description="GeoJSON Polygon or MultiPolygon, or a Feature or FeatureCollection of them "
        "(several features are dissolved into one zone)."
    )
    product: str | None = Field(
        default=None,
        max_length=100,
        description="OCOP product; says the use, and whose local decisions count.",
        examples=["hanh_tim"],
    )
    use: str | None = Field(
        default=None,
        description="Use of the land; by default what the product implies. One of the two is "
        "needed.",
        json_schema_extra={"enum": [*USES, None]},
    )
    as_of: str | None = Field(
        default=None,
        description=f"Day whose law and communes count, from {FIRST_DAY.isoformat()} on; by "
        "default today in Việt Nam.",
        json_schema_extra={"format": "date"},
    )
    year: int | None = Field(
        default=None, ge=1975, le=2100, description="Year of the plans; by default the latest."
    )
    communes: Literal["date", "both"] = Field(
        default="date",
        description="`both` adds the commune set before (or after) the one of the day.",
    )
    crs: str = Field(
        default=LON_LAT,
        description="System of the coordinates, as EPSG code; by default longitude and latitude "
        "of WGS 84. EPSG:5898 is VN-2000, Quảng Ngãi (easting, northing).",
        examples=["EPSG:5898"],
    )
    zone_id: Annotated[str, Field(max_length=64, pattern=r"^\w[\w .\-]*$")] = "zone"


class ZoneSummary(_Answer):
    """A zone's verdict and its hectares by verdict."""

    zone_id: str
    product: str | None
    use: str | None
    verdict: Verdict
    verified: bool
    area_ha: float
    fits_ha: float
    procedure_ha: float
    review_ha: float
    outside_ha: float
    conflict_ha: float
    pieces: int


class PieceProperties(_Answer):
    """A row of the alignment table."""

    zone_id: str
    piece_id: str
    as_of: str
    commune_code: str | None
    commune_valid_from: str | None
    current_code: str | None
    current_code_table: str | None
    plan_code: str | None
    plan_code_table: str | None
    general_plan_code: str | None
    constraint_ids: str | None
    verdict: Verdict
    rule_ids: str
    citation: str
    verified: bool
    area_ha: float
    share: float
    sliver: bool
    other_commune_code: str | None = None
    other_commune_valid_from: str | None = None


class Piece(_Answer):
    """A piece of the zone on which one set of rules speaks."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: PieceProperties


class Pieces(_Answer):
    """All pieces; their areas sum to the zone's."""

    type: Literal["FeatureCollection"]
    features: list[Piece]


class LedgerRow(_Answer):
    """Areas of a zone, that must add up; figures of layers that are missing are left out."""

    zone_id: str
    zone_ha: float
    pieces_ha: float
    difference_ha: float
    closes: bool
    sliver_ha: float
    current_uncovered_ha: float | None = None
    current_double_ha: float | None = None
    plan_uncovered_ha: float | None = None
    plan_double_ha: float | None = None
    general_plan_uncovered_ha: float | None = None
    general_plan_double_ha: float | None = None
    communes_uncovered_ha: float | None = None
    communes_double_ha: float | None = None


class Adjustment(_Answer):
    """What must change in a plan for the zone to fit, and who can change it."""

    plan_kind: str
    from_code: str
    from_code_table: str
    to_code: str
    commune_code: str
    use: str
    zone_id: str
    verdict: Verdict
    area_ha: float
    document_vi: str
    document_en: str
    body_vi: str
    body_en: str
    citation: str
    verified: bool | None


class UsedRule(_Answer):
    """A rule behind the verdict; `remark` stands with one whose text was not verified."""

    rule_id: str
    verdict: Verdict | None
    procedure_vi: str
    procedure_en: str
    decides_vi: str | None
    decides_en: str | None
    decided_by: str | None
    citation: str
    mark: str
    verified: bool
    valid_from: str | None
    valid_to: str | None
    remark: Bilingual | None = None


class LayerVersion(_Answer):
    """A layer version that was read."""

    dataset: str
    version: str
    sha256: str


class Provenance(BaseModel):
    """Everything that makes the same table again; `table_sha256` is that table's hash."""

    model_config = ConfigDict(extra="allow")

    software: str
    as_of: str
    plan_year: int | None
    crs: str
    rules_version: str
    settings: dict[str, float]
    layers: list[LayerVersion]
    missing: list[str]
    schematic: bool
    table_sha256: str


class Assessment(_Noticed):
    """What `vung align` answers, with the pieces as GeoJSON."""

    as_of: str
    zones: list[ZoneSummary]
    pieces: Pieces
    ledger: list[LedgerRow]
    adjustments: list[Adjustment]
    rules: list[UsedRule]
    notes: list[Bilingual]
    provenance: Provenance
