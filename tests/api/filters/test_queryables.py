import pytest

from api.filters import queryables
from gis.layers.registry import LAYERS

KINDS = {
    "geometry": "geometry",
    "code": "string",
    "registered_area_m2": "number",
    "year": "integer",
    "checked": "boolean",
    "valid_from": "date",
    "seen": "timestamp",
    "tags": "array",
}


def schema(lang="en", **more):
    return queryables.schema(
        KINDS, address="https://example.vn/x/queryables", title="Land use", lang=lang, **more
    )


def test_the_description_is_the_json_schema_that_part_3_asks_for():
    made = schema()
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == "https://example.vn/x/queryables"
    assert made["type"] == "object"
    assert made["title"] == "Land use"
    assert made["additionalProperties"] is False
    assert list(made["properties"]) == list(KINDS)


def test_a_shape_has_a_format_and_no_type():
    made = schema(shapes="geometry-point")["properties"]["geometry"]
    assert made == {
        "title": "Geometry",
        "x-ogc-role": "primary-geometry",
        "format": "geometry-point",
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("code", {"title": "Code", "type": "string"}),
        ("registered_area_m2", {"title": "Registered area (m²)", "type": "number"}),
        ("year", {"title": "Year", "type": "integer"}),
        ("checked", {"type": "boolean"}),
        ("valid_from", {"title": "Valid from", "type": "string", "format": "date"}),
        ("seen", {"type": "string", "format": "date-time"}),
        ("tags", {"type": "array", "items": {"type": ["string", "number", "boolean"]}}),
    ],
)
def test_every_other_property_has_its_type(name, said):
    assert schema()["properties"][name] == said


def test_titles_are_in_the_language_that_was_asked_for():
    assert schema("vi")["properties"]["valid_from"]["title"] == "Có hiệu lực từ ngày"


def test_every_column_of_every_layer_has_a_title():
    columns = {column.name for spec in LAYERS.values() for column in spec.columns}
    assert columns - set(queryables.TITLES) == set()
