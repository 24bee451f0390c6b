"""Misdeclared files over the real communes: each recognised, or not guessed at all."""

import itertools

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import Polygon, box

from gis import crs
from gis.errors import CrsError
from gis.intake import systems
from gis.intake.ranking import Clues

MARGIN = 0.1
ZONES = [5896, 5897, 5898, 5899, *range(9205, 9219)]
OFFICIAL = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
REVERSED = "191.90441429,39.30318279,111.45032835,-0.00928836,0.01975479,-0.00427372,-0.252906278"
NO_CLUES = Clues()


def grid(
    meridian, *, scale=0.9999, east=500_000, north=0, datum=f"+ellps=WGS84 +towgs84={OFFICIAL}"
):
    return pyproj.CRS(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0={east} +y_0={north} "
        f"{datum} +units=m +no_defs +type=crs"
    )


def meridian_of(epsg):
    return next(
        each.value
        for each in pyproj.CRS(epsg).coordinate_operation.params
        if each.name == "Longitude of natural origin"
    )


def written(shapes, system, *, swapped=False):
    """Write shapes of EPSG:5898 as a file in another system would hold them."""
    moved = gpd.GeoSeries(np.asarray(shapes, dtype=object), crs=5898).to_crs(system)
    if swapped:
        moved = gpd.GeoSeries(shapely.transform(moved.to_numpy(), lambda at: at[:, ::-1]))
    return gpd.GeoDataFrame(geometry=moved.set_crs(None, allow_override=True))


def judge(frame, declared=None, given=None, clues=NO_CLUES, margin=MARGIN):
    return systems.judge(
        frame,
        declared=None if declared is None else pyproj.CRS(declared),
        given=given,
        clues=clues,
        margin=margin,
    )


def off_by(judgement, frame, shapes):
    """Farthest corner, in metres, from where it truly lies."""
    moved, _ = crs.transform(judgement.apply(frame), "EPSG:5898")
    found = shapely.get_coordinates(moved.geometry.to_numpy())
    return float(np.abs(found - shapely.get_coordinates(np.asarray(shapes, dtype=object))).max())


def said(judgement):
    return list(judgement.findings["rule_id"])


def blob(x, y, radius, seed):
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    bends = sum(
        rng.normal(0, 0.35 / wave) * np.sin(wave * angle + rng.uniform(0, 6))
        for wave in range(2, 9)
    )
    reach = radius * (1 + 0.5 * bends)
    return Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))


# --- the sweep over the real communes ---------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_data):
    path = real_data / "communes-2025" / "binhson_5_plus_neighbours_2025.geojson"
    return gpd.read_file(path).to_crs(5898)


def simplified(outline, _):
    return [outline.simplify(40)]


def jittered(outline, rng):
    # each corner some 25 m from its place; rings may cross themselves, as sketched ones do
    x, y = rng.uniform(0.5, 1, 2)
    moved = [shapely.transform(outline, lambda at: at + 35 * np.sin(at @ [[x, y], [y, -x]]))]
    apart = shapely.get_coordinates(moved[0]) - shapely.get_coordinates(outline)
    assert np.abs(apart).mean() > 15
    return moved


def cut(outline, rng):
    # a fifth is missing, on a side that differs
    west, south, east, north = outline.bounds
    for share in np.linspace(0.02, 0.5, 49):
        x, y = west + share * (east - west), south + share * (north - south)
        kept = outline.intersection(
            box(x, south, east, north) if rng.random() < 0.5 else box(west, y, east, north)
        )
        if kept.area < 0.82 * outline.area:
            return [kept]
    return [kept]


def bulged(outline, rng):
    # a twentieth of the border lies 50 m farther out, and elsewhere 50 m farther in
    border = outline.boundary
    spots = [border.interpolate(rng.random(), normalized=True) for _ in range(2)]
    discs = [spot.buffer(border.length / 60) for spot in spots]
    grown = outline.union(outline.buffer(50).intersection(discs[0]))
    return [grown.difference(border.buffer(50).intersection(discs[1]))]


def parcelled(outline, rng):
    # parcels of some 30 ha with roads between them, one in ten missing
    west, south, east, north = outline.bounds
    count = int(outline.area / 300_000)
    seeds = rng.uniform((west, south), (east, north), (count * 2, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds)))
    parcels = shapely.buffer(shapely.intersection(cells, outline), -4)
    held = parcels[~shapely.is_empty(parcels)]
    return list(held[rng.random(len(held)) > 0.1])


def whole(outline, _):
    return [outline]


DIRT = (whole, simplified, jittered, cut, bulged, parcelled)


def seeds(outlines):
    """Every TM-3 zone times every kind of dirt, with communes, errors and axes in turn."""
    rng = np.random.default_rng(20261123)
    turns = itertools.count()
    for zone, dirt in itertools.product(ZONES, DIRT):
        turn = next(turns)
        outline = outlines[turn % len(outlines)]
        meridian = meridian_of(zone)
        true = (
            pyproj.CRS(zone),
            pyproj.CRS(zone),
            grid(meridian, datum="+datum=WGS84"),
            pyproj.CRS(zone),
            grid(meridian, datum=f"+ellps=WGS84 +towgs84={REVERSED}"),
            pyproj.CRS(zone),
            grid(meridian, scale=0.9996),
        )[turn % 7]
        declared = ZONES[(ZONES.index(zone) + 1 + turn % 17) % len(ZONES)]
        yield dirt, dirt(outline, rng), true, turn % 5 == 4, declared


def test_seeded_misdeclarations_over_all_zones_are_recognised_and_repaired(real):
    clues = Clues(communes=real)
    missed = []
    count = 0
    for dirt, shapes, true, swapped, declared in seeds(real.geometry.to_list()):
        count += 1
        frame = written(shapes, true, swapped=swapped)
        try:
            judgement = judge(frame, declared, given="auto", clues=clues)
            distance = off_by(judgement, frame, shapes)
        except CrsError as error:
            distance = str(error)
        if isinstance(distance, str) or not distance < 0.01:
            missed.append((dirt.__name__, true.name, swapped, declared, distance))
    assert count == 108
    assert len(missed) <= 0.01 * count, missed


def test_a_file_of_all_communes_with_their_codes_is_recognised(real):
    clues = Clues(communes=real, codes=real["code"])
    frame = written(real.geometry, 9216)
    judgement = judge(frame, 5898, given="auto", clues=clues)
    assert judgement.ranking.kind == "outline"
    assert off_by(judgement, frame, real.geometry) < 0.01


def test_pieces_of_seven_square_kilometres_are_never_guessed(real):
    clues = Clues(communes=real)
    rng = np.random.default_rng(7)
    for zone, outline in zip(ZONES, itertools.cycle(real.geometry), strict=False):
        spot = outline.representative_point()
        piece = [blob(spot.x, spot.y, 1_490, int(rng.integers(1e6)))]
        frame = written(piece, zone)
        with pytest.raises(CrsError):
            judge(frame, given="auto", clues=clues)
        assert said(judge(frame, 5898, clues=clues)) == []


def test_communes_outside_the_known_ones_are_never_guessed(real):
    clues = Clues(communes=real[real["name"].isin(["Bình Sơn", "Bình Chương", "Vạn Tường"])])
    others = real[~real["name"].isin(clues.communes["name"])].geometry
    for zone, outline in zip(ZONES, itertools.cycle(others), strict=False):
        frame = written([outline], zone)
        with pytest.raises(CrsError):
            judge(frame, given="auto", clues=clues)
        assert said(judge(frame, 5899, clues=clues)) == []


def test_the_real_parcels_outside_the_known_communes_are_not_guessed(real_data, real):
    path = real_data / "parcels-duynghia" / "duynghia_parcels.gpkg"
    parcels = gpd.read_file(path, columns=["dientich"])
    clues = Clues(communes=real, registered_m2=parcels["dientich"])
    for declared in (5899, 5898, 9217):
        assert said(judge(parcels, declared, clues=clues)) == []
    with pytest.raises(CrsError, match="covers no known commune"):
        judge(parcels, 5898, given="auto", clues=clues)
    # the scale of UTM does not go with their registered areas
    assert said(judge(parcels, 3406, clues=clues)) == ["crs.area-scale"]


def test_the_real_parcels_tell_their_zone_where_their_commune_is_known(real_data):
    path = real_data / "parcels-duynghia" / "duynghia_parcels.gpkg"
    parcels = gpd.read_file(path, columns=["dientich"])
    # a commune that the parcels fill but for its waters: what they enclose, 150 m wider
    around = shapely.union_all(shapely.buffer(parcels.geometry.to_numpy(), 150, quad_segs=1))
    commune = Polygon(max(shapely.get_parts(around), key=shapely.area).exterior).buffer(-150)
    communes = gpd.GeoDataFrame({"code": ["20656"], "name": ["x"]}, geometry=[commune], crs=5899)
    judgement = judge(parcels, 5898, given="auto", clues=Clues(communes=communes))
    assert judgement.crs == pyproj.CRS(5899)
