"""A zone out of GeoJSON: what is wrong with it is said, and where; nothing is mended."""

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from api.geometry import Limits, zone_frame
from gis.errors import CrsError, GeometryTypeError, InputError

METRES = "EPSG:5898"
LIMITS = Limits(vertices=100, area_ha=10)
# 200 m by 100 m: two hectares
RING = [
    [580_000, 1_690_000], [580_200, 1_690_000], [580_200, 1_690_100], [580_000, 1_690_100],
    [580_000, 1_690_000],
]  # fmt: skip
# the same rectangle, its last two corners exchanged: the sides cross in its middle
BOW = [RING[0], RING[1], RING[3], RING[2], RING[0]]


def read(geojson, *, system=METRES, limits=LIMITS):
    return zone_frame(geojson, system=system, target=METRES, limits=limits)


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(geometry):
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def moved(ring, east):
    return [[x + east, y] for x, y in ring]


def test_a_polygon_is_taken_as_it_is():
    frame = read(polygon(RING))
    assert frame.crs == METRES
    (shape,) = frame.geometry
    assert shapely.get_coordinates(shape).tolist() == RING
    assert shape.area == 20_000


@pytest.mark.parametrize(
    ("geojson", "area"),
    [
        pytest.param({"type": "MultiPolygon", "coordinates": [[RING]]}, 20_000, id="one part"),
        pytest.param(
            {"type": "MultiPolygon", "coordinates": [[RING], [moved(RING, 300)]]}, 40_000, id="two"
        ),
        pytest.param(feature(polygon(RING)), 20_000, id="feature"),
        pytest.param(
            {"type": "FeatureCollection", "features": [feature(polygon(RING))] * 2},
            20_000,
            id="the same feature twice is one zone",
        ),
        pytest.param(
            {
                "type": "FeatureCollection",
                "features": [feature(polygon(RING)), feature(polygon(moved(RING, 100)))],
            },
            30_000,
            id="features that overlap by half are dissolved",
        ),
        pytest.param(
            polygon([[*point, 12.5] for point in RING]), 20_000, id="heights are left out"
        ),
        pytest.param(
            polygon(
                RING,
                [[580_010, 1_690_010], [580_010, 1_690_020], [580_020, 1_690_020],
                 [580_020, 1_690_010], [580_010, 1_690_010]],
            ),
            19_900,
            id="a hole of 10 m by 10 m",
        ),
    ],
)  # fmt: skip
def test_areas_of_every_form_done_by_hand(geojson, area):
    assert read(geojson).geometry.iloc[0].area == pytest.approx(area, rel=1e-12)


@pytest.mark.parametrize(
    ("geojson", "said", "vi"),
    [
        (polygon(RING[:-1]), "Ring 1 is not closed: it begins at 580000", "chưa khép kín"),
        (polygon(RING[:2] + RING[:1]), "Ring 1 has 3 points; a closed ring has four", "bốn"),
        (polygon(BOW), "not valid: Self-intersection at 580100.*, 1690050", "tự cắt tại 580100"),
        (polygon(), "The zone is empty", "Vùng rỗng"),
        (polygon([]), "The zone is empty", "Vùng rỗng"),
        ({"type": "MultiPolygon", "coordinates": []}, "The zone is empty", "Vùng rỗng"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "The zone is empty", "Vùng rỗng"),
        ({"type": "FeatureCollection", "features": []}, "The zone is empty", "Vùng rỗng"),
        (feature(None), "The zone is empty", "Vùng rỗng"),
        (polygon([["580000", 1], [2, 3], [4, 5], [1, 2]]), "Point 1 of ring 1 is not", "vòng 1"),
        (polygon([[1, 2], [True, 3], [4, 5], [1, 2]]), "Point 2 of ring 1 is not", "vòng 1"),
        (polygon([[1, 2], [1], [4, 5], [1, 2]]), "Point 2 of ring 1 is not", "vòng 1"),
        (polygon([[1, 2], None]), "Point 2 of ring 1 is not", "vòng 1"),
        (polygon([[1, 2], [10**400, 1]]), "finite numbers", "hữu hạn"),
        (polygon([[1, 2], [float("inf"), 1]]), "finite numbers", "hữu hạn"),
        (
            {"type": "MultiPolygon", "coordinates": [[RING], [RING[:-1]]]},
            "Polygon 2, ring 1 is not closed",
            "đa giác 2, vòng 1",
        ),
        ({"type": "Polygon"}, "no list of rings", "RFC 7946"),
        ({"type": "Polygon", "coordinates": 5}, "no list of rings", "RFC 7946"),
        ({"type": "Polygon", "coordinates": [5]}, "no list of rings", "RFC 7946"),
        ({"type": "MultiPolygon", "coordinates": [5]}, "no list of rings", "RFC 7946"),
        (polygon(moved(RING, 5_000_000)), "does not lie in Việt Nam", "không nằm ở Việt Nam"),
        (polygon(moved(RING, 1e9)), "does not lie in Việt Nam", "không nằm ở Việt Nam"),
    ],
)
def test_what_is_no_zone_is_refused_with_its_place(geojson, said, vi):
    with pytest.raises(InputError, match=said) as caught:
        read(geojson)
    assert vi in caught.value.vi


@pytest.mark.parametrize(
    ("geojson", "kind"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "'Point'"),
        ({"type": "LineString", "coordinates": RING}, "'LineString'"),
        ({"type": "GeometryCollection", "geometries": []}, "'GeometryCollection'"),
        ({}, r"\?"),
        ({"type": ["Polygon"]}, r"\?"),
        ({"type": "FeatureCollection", "features": [polygon(RING)]}, "'Polygon'"),
        ({"type": "FeatureCollection", "features": {}}, "'FeatureCollection'"),
        (feature(feature(polygon(RING))), "'Feature'"),
        (feature(7), r"\?"),
    ],
)
def test_another_type_is_refused_by_its_name(geojson, kind):
    with pytest.raises(GeometryTypeError, match=f"not {kind}; send its area"):
        read(geojson)


def test_latitude_before_longitude_is_recognised():
    ring = [[15.27, 108.76], [15.27, 108.77], [15.28, 108.77], [15.27, 108.76]]
    with pytest.raises(InputError, match="latitude and longitude look swapped") as caught:
        read(polygon(ring), system="EPSG:4326")
    assert "bị đảo" in caught.value.vi


def test_metres_without_their_system_are_recognised():
    with pytest.raises(InputError, match="if these are metres, name their system in `crs`"):
        read(polygon(RING), system="EPSG:4326")


def test_another_place_on_the_globe_is_refused():
    ring = [[2.0, 48.0], [2.1, 48.0], [2.1, 48.1], [2.0, 48.0]]
    with pytest.raises(InputError, match="does not lie in Việt Nam: its first point is 2, 48"):
        read(polygon(ring), system="EPSG:4326")


def test_limits_are_the_last_value_that_is_taken():
    read(polygon(RING), limits=Limits(vertices=5, area_ha=2))
    with pytest.raises(InputError, match="more than 4 points"):
        read(polygon(RING), limits=Limits(vertices=4, area_ha=2))
    with pytest.raises(InputError, match="has 2 ha; at most 2 ha"):
        read(polygon(RING), limits=Limits(vertices=5, area_ha=1.999))


@pytest.mark.parametrize(
    "system", ["", "5898", "epsg:5898", "EPSG:1", "EPSG:999999", "+proj=longlat", "/etc/passwd"]
)
def test_an_unknown_system_is_refused(system):
    with pytest.raises(CrsError, match="EPSG:5898"):
        read(polygon(RING), system=system)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
geojson_like = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["Polygon", "MultiPolygon", "Feature", "FeatureCollection"])
        | json_values,
        "coordinates": json_values,
        "geometry": json_values | st.just(polygon(RING)),
        "features": st.lists(st.just(feature(polygon(RING))) | json_values, max_size=3),
    },
)


@given(geojson_like)
def test_anything_is_a_zone_or_refused_in_words(geojson):
    try:
        frame = read(geojson)
    except InputError as refusal:
        said = [str(refusal), refusal.vi]
    else:
        assert frame.geometry.is_valid.all()
        said = []
    assert json.dumps(said, ensure_ascii=False).encode()
