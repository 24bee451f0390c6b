"""The box in degrees: parsed once, or refused in words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gis.errors import InputError
from gis.types import LonLatBox


def test_a_box_is_west_south_east_north():
    box = LonLatBox.parse("108.5, 15.1,108.9,15.4")
    assert box == (108.5, 15.1, 108.9, 15.4)
    assert (box.west, box.south, box.east, box.north) == box


@pytest.mark.parametrize(
    "text",
    ["", "a,b,c,d", "1,2,3", "1,2,3,4,5", "1 2 3 4", "108.5,15.1,108.9,", "1;2;3;4", "x" * 5000],
)
def test_what_is_not_four_numbers_is_refused(text):
    with pytest.raises(InputError, match="is not west,south,east,north") as caught:
        LonLatBox.parse(text)
    assert len(str(caught.value)) < 250
    assert "tây,nam,đông,bắc" in caught.value.vi


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nan,nan,nan,nan", id="not a number"),
        pytest.param("1,2,nan,4", id="one not a number"),
        pytest.param("-inf,-inf,inf,inf", id="endless"),
        pytest.param("10,20,0,30", id="east of west"),
        pytest.param("0,20,10,10", id="north of south"),
        pytest.param("1,1,1,2", id="no width"),
        pytest.param("-181,0,0,1", id="west of the globe"),
        pytest.param("0,0,1,91", id="north of the pole"),
        pytest.param("580000,1690000,581000,1691000", id="metres"),
    ],
)
def test_what_is_no_box_on_the_globe_is_refused(text):
    with pytest.raises(InputError, match="is not a box on the globe"):
        LonLatBox.parse(text)


@given(st.text())
@example("1_0,2,30,40")
@example("\ud800,1,2,3")
@example("1e400,0,0,0")
def test_any_text_is_a_box_or_refused_in_words(text):
    try:
        box = LonLatBox.parse(text)
    except InputError as refusal:
        said = f"{refusal}{refusal.vi}"
    else:
        said = ""
        assert -180 <= box.west < box.east <= 180
        assert -90 <= box.south < box.north <= 90
    # no lone surrogate, which no answer could carry
    assert said.encode() is not None


@given(st.floats(-180, 179.9), st.floats(-90, 89.9), st.floats(0.05, 10), st.floats(0.05, 10))
def test_what_a_box_writes_it_reads_again(west, south, width, height):
    box = LonLatBox(west, south, min(west + width, 180), min(south + height, 90))
    assert LonLatBox.parse(",".join(map(repr, box))) == box


def test_the_box_around_metres_is_in_degrees_and_holds_them():
    # 580 km easting lies 80 km east of the central meridian 108: 80 / (111.3 cos 15.28) = 0.745
    box = LonLatBox.around((580_000, 1_690_000, 580_300, 1_690_100), "EPSG:5898")
    assert box.west == pytest.approx(108.745, abs=0.005)
    assert box.south == pytest.approx(15.28, abs=0.01)
    # 300 m by 100 m
    assert box.east - box.west == pytest.approx(300 / (111_320 * 0.9646), rel=0.02)
    assert box.north - box.south == pytest.approx(100 / 110_660, rel=0.05)
