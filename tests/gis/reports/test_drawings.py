"""Drawings for CAD and globes: read back by GDAL and by an XML parser."""

import re
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from gis import codes, text
from gis.errors import GeometryTypeError
from gis.intake import guard
from gis.reports import export
from gis.settings import IntakeSettings

X, Y = 580_000.0, 1_690_000.0
HOLED = Polygon(
    box(X, Y, X + 100, Y + 100).exterior.coords,
    [box(X + 40, Y + 40, X + 60, Y + 60).exterior.coords],
)
PARTS = shapely.MultiPolygon([box(X + 200, Y, X + 210, Y + 10), box(X + 220, Y, X + 230, Y + 10)])
KML = "{http://www.opengis.net/kml/2.2}"


def layer(*, shapes=(HOLED, PARTS), **columns):
    held = columns or {"code": ["LUC", "ODT+CLN"], "code_table": ["tt27-2018"] * 2}
    return gpd.GeoDataFrame(held, geometry=list(shapes), crs="EPSG:5898")


@pytest.fixture
def drawn(tmp_path):
    """Return a function that draws a frame: what was written, and its text."""

    def draw(frame, ending, *, schematic=False):
        written = export.save_frame(frame, tmp_path / f"bản đồ.{ending}", schematic=schematic)
        return written, written.path.read_text(encoding="utf-8")

    return draw


def said(written, lang="en"):
    return " ".join(note.text(lang) for note in written.notes)


# --- DXF --------------------------------------------------------------------------------------


def test_outlines_are_closed_polylines_on_layers_named_by_code(drawn):
    written, _ = drawn(layer(), "dxf")
    back = pyogrio.read_dataframe(written.path)
    lines = back[back.geometry.geom_type == "LineString"]
    assert lines["Layer"].tolist() == ["LUC", "LUC", "ODT_CLN", "ODT_CLN"]
    assert all(line.is_closed for line in lines.geometry)
    areas = [Polygon(line).area for line in lines.geometry]
    assert areas == pytest.approx([10_000, 400, 100, 100])
    assert lines.total_bounds == pytest.approx([X, Y, X + 230, Y + 100], abs=1e-4)


def test_labels_stand_inside_their_areas(drawn):
    written, _ = drawn(layer(), "dxf")
    back = pyogrio.read_dataframe(written.path)
    labels = back[back["Text"].isin(["LUC", "ODT+CLN"])]
    assert labels["Text"].tolist() == ["LUC", "ODT+CLN"]
    for spot, shape in zip(labels.geometry, (HOLED, PARTS), strict=True):
        assert shape.contains(shapely.Point(spot.x, spot.y))


def texts(drawing):
    """Return the text of a drawing as CAD programs show it."""
    return [
        re.sub(r"\\U\+([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), each)
        for each in drawing["Text"].dropna()
    ]


def test_vietnamese_labels_come_back(drawn):
    frame = layer(zone_id=["Vùng hành tím Bình Hải", "Lò gốm Mỹ Thiện"], use=["annual_crop", None])
    written, content = drawn(frame, "dxf")
    assert content.isascii()
    back = pyogrio.read_dataframe(written.path)
    assert texts(back) == ["Vùng hành tím Bình Hải", "Lò gốm Mỹ Thiện", "EPSG:5898"]
    assert set(back["Layer"]) == {"ANNUAL_CROP", "BAN_DO", "GHI_CHU"}


def test_what_a_drawing_cannot_hold_stands_in_its_notes_and_under_it(drawn):
    written, _ = drawn(
        layer(code=["LUC", "CLN"], owner=["a", "b"], year=[1, 2]), "dxf", schematic=True
    )
    assert "2 columns are left out: owner, year" in said(written)
    assert "không ghi 2 cột: owner, year" in said(written, "vi")
    assert "no coordinate system; the drawing is in EPSG:5898" in said(written)
    back = pyogrio.read_dataframe(written.path)
    notes = back[back["Layer"] == "GHI_CHU"]
    assert texts(notes) == ["EPSG:5898", text.NOTICE["vi"], text.NOTICE["en"]]
    assert (notes.geometry.y < Y).all()


def test_letters_beyond_ascii_are_written_by_their_number_and_said(drawn):
    written, content = drawn(layer(name=["日🙂", "Đất"], code=["a", "b"]), "dxf")
    assert "CAD programs show the letters" in said(written)
    assert "\\U+65E5\\U+D83D\\U+DE42\n" in content


def test_layer_names_that_had_to_change_are_said(drawn):
    written, _ = drawn(layer(), "dxf")
    assert "ODT+CLN -> ODT_CLN" in said(written)


@given(st.lists(st.text(max_size=12), min_size=2, max_size=2))
def test_no_label_breaks_out_of_its_place(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("dxf") / "a.dxf"
    frame = layer(name=[f"{names[0]}\n0\nLINE\n8\nEVIL\n", names[1]], code=[names[1], "x" * 99])
    export.save_frame(frame, path, schematic=False)
    guard.admit(path, IntakeSettings())
    lines = path.read_text(encoding="latin-1").split("\n")[:-1]
    assert len(lines) % 2 == 0
    codes_of_pairs = lines[::2]
    assert all(re.fullmatch(r"\d+", code) for code in codes_of_pairs)
    kinds = {value for code, value in zip(lines[::2], lines[1::2], strict=True) if code == "0"}
    assert "LINE" not in kinds
    assert all(
        len(each) <= 31 for code, each in zip(lines[::2], lines[1::2], strict=True) if code == "8"
    )


# --- KML --------------------------------------------------------------------------------------


def placemarks(content):
    return ET.fromstring(content).iter(f"{KML}Placemark")  # noqa: S314 (written here)


def test_kml_has_names_attributes_and_shapes(drawn):
    frame = layer(zone_id=["Vùng A", "B"], area=[1.5, None], product=["hanh_tim", None])
    written, content = drawn(frame, "kml")
    first, second = placemarks(content)
    assert first.findtext(f"{KML}name") == "Vùng A"
    values = {each.get("name"): each.findtext(f"{KML}value") for each in first.iter(f"{KML}Data")}
    assert values == {"zone_id": "Vùng A", "area": "1.5", "product": "hanh_tim"}
    assert [each.get("name") for each in second.iter(f"{KML}Data")] == ["zone_id"]
    assert len(list(first.iter(f"{KML}innerBoundaryIs"))) == 1
    assert len(list(second.iter(f"{KML}Polygon"))) == 2
    back = pyogrio.read_dataframe(written.path).to_crs(5898)
    # nine digits of a degree are a tenth of a millimetre
    assert shapely.hausdorff_distance(back.geometry.iloc[0], HOLED) < 0.0002
    assert written.notes == ()


def test_land_use_has_the_official_colour_and_the_rest_is_grey(drawn):
    frame = layer(code=["LUC", "???"], code_table=["tt27-2018", "legend of a town"])
    _, content = drawn(frame, "kml")
    colour = codes.lookup("LUC", "tt27-2018").colour
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    first, second = (each.findtext(f"{KML}styleUrl") for each in placemarks(content))
    assert first == f"#c{colour[1:]}"
    assert second == "#c808080"
    assert f'<Style id="c{colour[1:]}">' in content
    assert f"<PolyStyle><color>b3{blue}{green}{red}</color>" in content


def test_no_markup_of_the_data_is_executed_in_a_balloon(drawn):
    evil = '<img src=x onerror="alert(1)">]]></description><Placemark>'
    frame = layer(zone_id=[evil, "b"], **{evil: [evil, "x\x00y"]})
    written, content = drawn(frame, "kml")
    first, _ = placemarks(content)
    assert first.findtext(f"{KML}name") == evil
    balloon = first.findtext(f"{KML}description")
    # a balloon is HTML: what is left of the text has no element but our own line breaks
    assert set(re.findall(r"<[^>]*>", balloon)) == {"<br/>"}
    assert "&lt;img" in balloon
    assert "control characters; they became spaces (1 rows)" in said(written)


def test_kml_is_admitted_by_our_own_guard(drawn):
    written, _ = drawn(layer(), "kml", schematic=True)
    guard.admit(written.path, IntakeSettings())


@pytest.mark.parametrize("ending", ["kml", "dxf"])
def test_rows_without_a_shape_and_empty_layers_are_written(ending, drawn):
    drawn(layer(shapes=(HOLED, None)), ending)
    written, content = drawn(layer().iloc[:0], ending)
    assert content
    assert written.path.stat().st_size


@pytest.mark.parametrize("ending", ["kml", "dxf"])
def test_what_is_no_area_is_refused(ending, tmp_path):
    frame = layer(shapes=(HOLED, shapely.Point(X, Y)))
    with pytest.raises(GeometryTypeError, match="would hold Point; only areas are drawn"):
        export.save_frame(frame, tmp_path / f"a.{ending}", schematic=False)
    assert list(tmp_path.iterdir()) == []
