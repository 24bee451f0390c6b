"""Drawings: lines become parcels, texts their codes, and what does not fit is found."""

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from gis.errors import GeometryTypeError, InputError
from gis.intake import cad, encodings, linework, readers

#: Rules with a fault that is planted here, beside data in which they stay silent.
SEEDED = {
    "reading.bridge",
    "reading.dangle",
    "reading.ends-joined",
    "reading.hatch",
    "reading.island-cut",
    "reading.label-outside",
    "reading.label-twice",
    "reading.no-label",
    "reading.no-place",
    "reading.open-end",
    "reading.several-labels",
}

EAST, NORTH = 580_000.0, 1_690_000.0
GRID = "EPSG:5898"
BORDERS, CODES, NUMBERS, ROADS = 10, 30, 31, 40


def at(x, y):
    return (EAST + x, NORTH + y)


def line(*corners):
    return LineString([at(*corner) for corner in corners])


def closed(*corners):
    return Polygon([at(*corner) for corner in corners])


def label(words, x, y):
    return (words, Point(at(x, y)))


#: Two fields of one hectare, side by side.
TWO_FIELDS = [
    (BORDERS, line((0, 0), (200, 0), (200, 100), (0, 100), (0, 0))),
    (BORDERS, line((100, 0), (100, 100))),
]
TWO_CODES = [(CODES, *label("LUC", 50, 50)), (CODES, *label("ODT+CLN", 150, 50))]


def write_dgn(path, shapes, texts, encoding="utf-8"):
    # GDAL creates no fields in a drawing: the first element brings the layer into being
    path.unlink(missing_ok=True)
    level, first = shapes[0]
    pyogrio.write_dataframe(
        gpd.GeoDataFrame(geometry=[first], crs=GRID), path, driver="DGN", layer="elements"
    )
    rows = [(level, "", shape) for level, shape in shapes[1:]]
    rows += [
        (level, in_bytes(words, encoding).decode("latin-1"), point) for level, words, point in texts
    ]
    levels, words, geometry = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"Level": levels, "Text": words}, geometry=list(geometry), crs=GRID)
    for kind in (frame[frame["Text"] == ""], frame[frame["Text"] != ""]):
        if len(kind):
            append(kind, path)
    set_level_of_first(path, level)


def append(frame, path):
    frame = frame.reset_index(drop=True)
    pyogrio.write_dataframe(
        frame, path, driver="DGN", layer="elements", append=True, encoding="ISO-8859-1"
    )


def in_bytes(words, encoding):
    return words.encode() if encoding == "utf-8" else encodings.encode(words, encoding)


def set_level_of_first(path, level):
    """Write the level into the first element after the three of the header."""
    raw = bytearray(path.read_bytes())
    place = 0
    while raw[place + 1] & 0x7F not in {3, 4, 6, 12, 14}:
        place += 4 + 2 * int.from_bytes(raw[place + 2 : place + 4], "little")
    raw[place] = (raw[place] & 0xC0) | level
    path.write_bytes(bytes(raw))


def dxf_fields(*pairs):
    return "".join(f"{code:3d}\n{value}\n" for code, value in pairs)


def dxf_shape(layer, shape):
    is_area = shape.geom_type == "Polygon"
    corners = shapely.get_coordinates(shape.exterior if is_area else shape)
    corners = corners[:-1] if is_area else corners
    fields = [(0, "LWPOLYLINE"), (8, layer), (90, len(corners)), (70, int(is_area))]
    return dxf_fields(*fields, *(pair for x, y in corners for pair in ((10, x), (20, y))))


def dxf_text(layer, words, point):
    kind = "MTEXT" if "\\" in words else "TEXT"
    return dxf_fields((0, kind), (8, layer), (10, point.x), (20, point.y), (40, 2), (1, words))


def write_dxf(path, shapes, texts, encoding="utf-8", *, version="AC1015", page="ANSI_1252"):
    head = dxf_fields((0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, version))
    head += dxf_fields((9, "$DWGCODEPAGE"), (3, page), (0, "ENDSEC"), (0, "SECTION"))
    body = "".join(dxf_shape(layer, shape) for layer, shape in shapes)
    content = (head + dxf_fields((2, "ENTITIES")) + body).encode()
    for layer, words, point in texts:
        before, after = dxf_text(layer, words, point).split(words)
        content += before.encode() + in_bytes(words, encoding) + after.encode()
    path.write_bytes(content + dxf_fields((0, "ENDSEC"), (0, "EOF")).encode())


WRITERS = {"drawing.dgn": write_dgn, "drawing.dxf": write_dxf}


@pytest.fixture(params=[*WRITERS])
def drawing(request, tmp_path):
    """Return a function that draws shapes and texts by level and reads the file."""

    def draw(shapes, written, *, encoding="utf-8", **options):
        path = tmp_path / request.param
        WRITERS[request.param](path, shapes, written, encoding)
        return readers.read(path, drawing=cad.Drawing(**options))

    return draw


def rules(source):
    return sorted(source.findings["rule_id"])


def test_lines_become_areas_with_the_codes_that_stand_in_them(drawing):
    source = drawing(TWO_FIELDS, TWO_CODES)
    assert list(source.frame["code"]) == ["LUC", "ODT+CLN"]
    assert list(source.frame.area) == pytest.approx([10_000, 10_000], abs=0.01)
    assert source.frame.total_bounds == pytest.approx([*at(0, 0), *at(200, 100)], abs=0.006)
    assert source.frame.crs is None
    assert source.findings.empty
    assert source.layer is None


@pytest.mark.parametrize("encoding", ["utf-8", "tcvn3", "vni"])
def test_texts_are_read_in_every_encoding(drawing, encoding):
    words = "Đất trồng lúa nước còn lại"
    source = drawing(TWO_FIELDS, [*TWO_CODES, (NUMBERS, *label(words, 20, 20))], encoding=encoding)
    assert source.frame[f"text_{NUMBERS}"].tolist() == [words, None]
    assert list(source.frame["code"]) == ["LUC", "ODT+CLN"]


def test_texts_of_other_levels_get_a_column_each(drawing):
    numbers = [(NUMBERS, *label("12", 50, 40)), (NUMBERS, *label("13", 150, 40))]
    source = drawing(TWO_FIELDS, [*TWO_CODES, *numbers])
    assert list(source.frame[f"text_{NUMBERS}"]) == ["12", "13"]
    assert source.findings.empty


def test_named_levels_go_before_what_texts_look_like(drawing):
    numbers = [(NUMBERS, *label("12", 50, 40)), (NUMBERS, *label("13", 150, 40))]
    road = [(ROADS, line((0, 50), (200, 50)))]
    source = drawing(
        [*TWO_FIELDS, *road],
        [*TWO_CODES, *numbers],
        lines=(str(BORDERS),),
        texts=(str(NUMBERS),),
    )
    assert list(source.frame["label"]) == ["12", "13"]
    assert list(source.frame[f"text_{CODES}"]) == ["LUC", "ODT+CLN"]
    assert len(source.frame) == 2


def test_a_level_that_is_not_there_is_refused_with_those_that_are(drawing):
    with pytest.raises(InputError, match=r"no level '63'; its levels are 10, 30"):
        drawing(TWO_FIELDS, TWO_CODES, lines=("63",))


def test_an_area_without_label_and_one_with_two_are_found(drawing):
    texts = [(CODES, *label("LUC", 120, 50)), (CODES, *label("CLN", 150, 50))]
    source = drawing(TWO_FIELDS, texts)
    assert rules(source) == ["reading.no-label", "reading.several-labels"]
    two, none = source.findings.itertuples()
    assert (two.row, two.severity, two.value) == (2, "error", "LUC, CLN")
    assert (none.row, none.severity) == (1, "warning")
    assert none.size == pytest.approx(10_000, abs=0.01)
    assert source.frame["code"].isna().all()


def test_one_label_written_twice_is_taken_and_told(drawing):
    source = drawing(TWO_FIELDS, [*TWO_CODES, (CODES, *label("LUC", 20, 20))])
    assert list(source.frame["code"]) == ["LUC", "ODT+CLN"]
    assert rules(source) == ["reading.label-twice"]


def test_a_label_outside_of_every_area_is_found(drawing):
    source = drawing(TWO_FIELDS, [*TWO_CODES, (CODES, *label("NTS", 500, 50))])
    assert rules(source) == ["reading.label-outside"]
    assert source.findings["value"].tolist() == ["NTS"]
    assert source.findings.geometry[0].distance(Point(at(500, 50))) < 0.01


def test_texts_that_may_be_names_of_people_are_not_quoted(drawing):
    texts = [
        *TWO_CODES,
        (CODES, *label("Nguyễn Văn An", 500, 50)),
        (CODES, *label("H.An", 600, 50)),
    ]
    texts += [(CODES, *label("Ô. Tám", 20, 20)), (CODES, *label("LUCC", 700, 50))]
    texts += [(CODES, *label("051090123456", 800, 50)), (CODES, *label("BHK", 30, 30))]
    # where most texts of a level are codes, all of them are labels
    texts += [(CODES, *label("NTS", 900 + at, 50)) for at in range(9)]
    source = drawing(TWO_FIELDS, texts)
    told = " ".join(source.findings["value"].astype(str))
    assert not [each for each in ("Nguyễn", "H.An", "Tám", "051090") if each in told]
    assert "LUC, …, BHK" in told


def test_a_line_that_ends_in_nothing_is_found(drawing):
    source = drawing([*TWO_FIELDS, (BORDERS, line((50, 100), (50, 130)))], TWO_CODES)
    assert rules(source) == ["reading.dangle"]
    assert source.findings["size"][0] == pytest.approx(30, abs=0.02)


def test_a_line_end_that_misses_its_border_is_found_with_the_gap(drawing):
    short = [TWO_FIELDS[0], (BORDERS, line((100, 0), (100, 99.5)))]
    source = drawing(short, TWO_CODES)
    assert rules(source) == ["reading.open-end", "reading.several-labels"]
    gap = source.findings[source.findings["rule_id"] == "reading.open-end"].iloc[0]
    assert gap["size"] == pytest.approx(0.5, abs=0.02)
    assert gap.geometry.distance(Point(at(100, 99.5))) < 0.02


@pytest.mark.parametrize(("end", "joined"), [(99.99, 1), (100.0, 0), (100.01, 0)])
def test_ends_within_the_tolerance_meet(drawing, end, joined):
    source = drawing([TWO_FIELDS[0], (BORDERS, line((100, 0), (100, end)))], TWO_CODES)
    assert list(source.frame["code"]) == ["LUC", "ODT+CLN"]
    assert source.frame.area.sum() == pytest.approx(20_000, abs=0.01)
    assert rules(source) == ["reading.ends-joined"] * joined


def test_an_outline_that_misses_its_own_beginning_is_closed(drawing):
    outline = line((0, 0), (100, 0), (100, 100), (0, 100), (0, 0.01))
    source = drawing([(BORDERS, outline)], TWO_CODES[:1])
    assert list(source.frame["code"]) == ["LUC"]
    assert rules(source) == ["reading.ends-joined"]
    assert source.findings["value"].tolist() == ["1"]
    # a drawing in DGN rounds to its step of one centimetre
    assert source.findings["size"][0] == pytest.approx(0.01, abs=0.0101)


def test_an_outline_that_stays_open_is_told_by_its_gap(drawing):
    outline = line((300, 0), (400, 0), (400, 100), (300, 100), (300, 0.5))
    source = drawing([*TWO_FIELDS, (BORDERS, outline)], TWO_CODES)
    assert len(source.frame) == 2
    assert rules(source) == ["reading.open-end"] * 2
    assert source.findings["size"].tolist() == pytest.approx([0.5, 0.5], abs=1e-6)


def test_ends_that_miss_a_slanting_line_by_rounding_are_joined(drawing):
    # the foot of the border lies between the steps of one centimetre that a drawing can hold
    outline = line((0, 0), (300, 100), (300, 300), (0, 300), (0, 0))
    feet = [(x, round(x / 3, 2)) for x in (100, 200)]
    borders = [line(foot, (foot[0], 300)) for foot in feet]
    source = drawing([(BORDERS, each) for each in (outline, *borders)], [])
    assert len(source.frame) == 3
    assert source.frame.area.sum() == pytest.approx(300 * 250, abs=0.5)
    assert "reading.dangle" not in rules(source)
    assert "reading.open-end" not in rules(source)


def test_a_line_between_two_outlines_divides_nothing(drawing):
    island = line((40, 40), (60, 40), (60, 60), (40, 60), (40, 40))
    shapes = [TWO_FIELDS[0], (BORDERS, island), (BORDERS, line((0, 50), (40, 50)))]
    texts = [(CODES, *label("LUC", 150, 50)), (CODES, *label("NTD", 50, 50))]
    source = drawing(shapes, texts)
    assert rules(source) == ["reading.bridge", "reading.island-cut"]
    assert sorted(source.frame.area) == pytest.approx([400, 19_600], abs=0.1)


def test_closed_shapes_are_areas_and_an_island_is_cut_out(drawing):
    shapes = [
        (BORDERS, closed((0, 0), (100, 0), (100, 100), (0, 100))),
        (BORDERS, closed((40, 40), (60, 40), (60, 60), (40, 60))),
        (ROADS, closed((99, 0), (200, 0), (200, 100), (99, 100))),
    ]
    texts = [(CODES, *label(code, x, 50)) for code, x in (("LUC", 20), ("NTD", 50), ("CLN", 150))]
    source = drawing(shapes, texts)
    assert dict(zip(source.frame["code"], source.frame.area.round(), strict=True)) == {
        "LUC": 9600,
        "NTD": 400,
        # what overlaps stays as it was drawn, for the checks to find
        "CLN": 10_100,
    }
    assert list(source.frame["level"]) == ["10", "10", "40"]
    assert rules(source) == ["reading.island-cut"]
    assert source.findings["effect_m2"][0] == pytest.approx(-400, abs=0.1)


def test_a_closed_frame_that_lines_divide_is_no_area_of_its_own(drawing):
    frame = closed((0, 0), (200, 0), (200, 100), (0, 100))
    source = drawing([(BORDERS, frame), TWO_FIELDS[1]], TWO_CODES)
    assert list(source.frame["code"]) == ["LUC", "ODT+CLN"]
    assert list(source.frame.area) == pytest.approx([10_000, 10_000], abs=0.01)
    assert source.findings.empty


def test_a_shape_drawn_twice_is_there_once(drawing):
    field = (BORDERS, closed((0, 0), (100, 0), (100, 100), (0, 100)))
    source = drawing([field, field], TWO_CODES[:1])
    assert list(source.frame["code"]) == ["LUC"]


def test_lines_that_close_nothing_are_refused(drawing):
    with pytest.raises(GeometryTypeError, match="holds 1 lines and none of them close an area"):
        drawing([TWO_FIELDS[1]], TWO_CODES)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True),
    st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True),
    st.floats(-0.019, 0.019),
)
def test_rows_and_columns_divide_a_field_whatever_their_ends_miss_by(columns, rows, miss):
    outline = line((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
    borders = [line((x, -miss), (x, 100 + miss)) for x in columns]
    borders += [line((-miss, y), (100 + miss, y)) for y in rows]
    made = linework.network(np.array([outline, *borders]), close_m=0.02)
    assert len(made.faces) == (len(columns) + 1) * (len(rows) + 1)
    assert shapely.area(made.faces).sum() == pytest.approx(10_000, abs=1e-3)
    told = {rule for each in made.found for rule in each["rule_id"]}
    assert told <= {"reading.ends-joined"}


def test_a_shape_that_crosses_itself_stops_nothing(drawing):
    bow_tie = closed((0, 0), (100, 100), (100, 0), (0, 100))
    island = closed((90, 40), (95, 40), (95, 45), (90, 45))
    source = drawing([(BORDERS, bow_tie), (BORDERS, island), *TWO_FIELDS], [])
    assert len(source.frame) == 3
    alone = drawing([(BORDERS, bow_tie), (BORDERS, island)], [])
    assert sorted(alone.frame.is_valid) == [False, True]


# --- dxf alone --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (r"\U+0110\U+1EA5t l\U+00FAa", "Đất lúa"),
        (r"{\fVnTime|b0|i0|c0;\H2.5x;LUC}", "LUC"),
        (r"\A1;ODT+CLN\P12", "ODT+CLN 12"),
        (r"\S1/2; ha", "1/2 ha"),
        (r"\S1#2; %%d %%uC%%u", "1/2 ° C"),
        (r"a\\b \{c\}", r"a\b {c}"),
        (r"\C1;{\W0.8;LUC} \~x", "LUC x"),
        ("  LUC\t ", "LUC"),
        (r"{\fArial;}", None),
    ],
)
def test_what_formats_a_text_is_no_part_of_it(written, plain):
    assert cad.plain_text(written) == plain


@pytest.mark.parametrize(("version", "page"), [("AC1015", "ANSI_1258"), ("AC1027", "ANSI_1252")])
def test_dxf_texts_with_escapes_and_in_utf_8_are_read(version, page, tmp_path):
    texts = [
        ("Mã đất", r"{\fArial|b0;LUC}", Point(at(50, 50))),
        ("Ghi chú", r"\U+0110\U+1EA5t tr\U+1ED3ng l\U+00FAa", Point(at(20, 20))),
        ("Ghi chú", "Đất ở tại đô thị", Point(at(120, 20))),
    ]
    write_dxf(tmp_path / "a.dxf", TWO_FIELDS, texts, version=version, page=page)
    frame = readers.read(tmp_path / "a.dxf").frame
    assert frame["text_Ghi chú"].tolist() == ["Đất trồng lúa", "Đất ở tại đô thị"]
    assert frame["code"].tolist() == ["LUC", None]


def test_dxf_layers_are_found_without_case_and_accents(tmp_path):
    shapes = [("Ranh thửa", shape) for _, shape in TWO_FIELDS]
    write_dxf(tmp_path / "a.dxf", [*shapes, ("Đường", line((0, 50), (200, 50)))], [])
    wanted = cad.Drawing(lines=("RANH THUA",))
    assert len(readers.read(tmp_path / "a.dxf", drawing=wanted).frame) == 2
    assert len(readers.read(tmp_path / "a.dxf").frame) == 4


@pytest.mark.parametrize(("bulge", "curved"), [("0.0", False), ("1.0", True)])
def test_a_bulge_is_a_curve(bulge, curved, tmp_path):
    field = dxf_shape("A", closed((0, 0), (100, 0), (100, 100), (0, 100)))
    first = f" 20\n{NORTH}\n"
    field = field.replace(first, first + dxf_fields((42, bulge)), 1)
    content = dxf_fields((0, "SECTION"), (2, "ENTITIES")) + field
    (tmp_path / "a.dxf").write_text(content + dxf_fields((0, "ENDSEC"), (0, "EOF")))
    source = readers.read(tmp_path / "a.dxf")
    assert source.had_curves is curved
    # a bulge of 1 is half a circle of 50 m, to the right of its chord
    expected = 10_000 + curved * 3.14159265 / 2 * 50**2
    assert source.frame.area[0] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("word", ["nan", "1e999"])
def test_a_line_without_a_place_is_left_out_and_told(word, tmp_path):
    lost = dxf_fields((0, "LINE"), (8, "A"), (10, word), (20, 1), (11, EAST), (21, NORTH))
    drawn = dxf_shape("A", closed((0, 0), (100, 0), (100, 100), (0, 100))) + lost
    content = dxf_fields((0, "SECTION"), (2, "ENTITIES")) + drawn
    (tmp_path / "a.dxf").write_text(content + dxf_fields((0, "ENDSEC"), (0, "EOF")))
    source = readers.read(tmp_path / "a.dxf")
    assert list(source.frame.area) == [10_000]
    assert rules(source) == ["reading.no-label", "reading.no-place"]


def hatch(layer):
    corners = [at(0, 0), at(100, 0), at(100, 100), at(0, 100)]
    fields = [(0, "HATCH"), (5, "A1"), (100, "AcDbEntity"), (8, layer), (100, "AcDbHatch")]
    fields += [(10, 0), (20, 0), (30, 0), (210, 0), (220, 0), (230, 1), (2, "SOLID"), (70, 1)]
    fields += [(71, 0), (91, 1), (92, 2), (72, 0), (73, 1), (93, 4)]
    fields += [pair for x, y in corners for pair in ((10, x), (20, y))]
    return dxf_fields(*fields, (97, 0), (75, 0), (76, 1), (98, 0))


@pytest.mark.parametrize("alone", [True, False])
def test_a_hatch_is_an_area_only_where_nothing_else_is_drawn(alone, tmp_path):
    drawn = hatch("LUC") + ("" if alone else "".join(dxf_shape("A", s) for _, s in TWO_FIELDS))
    content = dxf_fields((0, "SECTION"), (2, "ENTITIES")) + drawn
    (tmp_path / "a.dxf").write_text(content + dxf_fields((0, "ENDSEC"), (0, "EOF")))
    source = readers.read(tmp_path / "a.dxf")
    assert len(source.frame) == (1 if alone else 2)
    assert ("reading.hatch" in rules(source)) is not alone


def test_findings_get_their_places_once_the_system_is_known(tmp_path):
    write_dgn(tmp_path / "a.dgn", TWO_FIELDS, [TWO_CODES[0]])
    source = readers.read(tmp_path / "a.dgn")
    assert source.findings["lon"].isna().all()
    placed = source.placed("EPSG:5898")
    assert placed.crs.to_epsg() == 5898
    assert placed["lon"][0] == pytest.approx(108.747, abs=0.01)
    assert placed["lat"][0] == pytest.approx(15.279, abs=0.01)
    # the findings of the source itself stay as they were
    assert source.findings["lon"].isna().all()
