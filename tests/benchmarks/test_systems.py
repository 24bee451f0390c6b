import warnings

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from benchmarks import systems
from benchmarks.systems import TM3, Grid

# law.md F: the same point in three systems
HOME = np.array([[580_562.324, 1_686_622.100]])
VN2000 = (108.75, 15.25)
WGS84 = (108.751812022, 15.248970735)


def test_the_official_shift_takes_a_point_where_it_is_known_to_lie():
    assert Grid(None).numbers(HOME)[0] == pytest.approx(VN2000, abs=1e-8)
    assert Grid(None, shift=(0.0,) * 7).numbers(HOME)[0] == pytest.approx(WGS84, abs=1e-8)
    swapped = Grid(None, shift=(0.0,) * 7, swapped=True).numbers(HOME)[0]
    assert swapped == pytest.approx(WGS84[::-1], abs=1e-8)


@pytest.mark.parametrize("code", [5896, 5899, 9217, 9209])
def test_zones_agree_with_the_registry(code):
    known = pyproj.Transformer.from_crs(5898, code, always_xy=True).transform(*HOME[0])
    assert Grid(TM3[code]).numbers(HOME)[0] == pytest.approx(known, abs=1e-5)


def test_a_wrong_shift_is_as_far_off_as_known():
    for shift, away in (((0.0,) * 7, 225.5), (tuple(-each for each in systems.OFFICIAL), 451.0)):
        there = Grid(108.0, shift=shift).numbers(HOME)[0]
        assert np.hypot(*(there - HOME[0])) == pytest.approx(away, abs=0.5)


def test_every_zone_is_truly_and_falsely_declared():
    made = systems.cases()
    for kind, wrong in (
        ("zone truly declared", False),
        ("zone not declared", True),
        ("no shift in the text", True),
        ("rotations of the wrong sign in the text", True),
        ("official shift in the text", False),
    ):
        mine = [case for case in made if case.kind == kind]
        assert {case.label for case in mine} == {str(code) for code in TM3}
        assert {case.wrong for case in mine} == {wrong}


def test_communes_cover_a_region_and_files_fill_a_commune():
    communes = systems.communes()
    shapes = communes.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    filled = systems.covering(shapes[2])
    assert filled.area.sum() == pytest.approx(shapes[2].area, rel=2e-3)
    assert filled.within(shapely.buffer(shapes[2], 0.01)).all()


def test_a_file_is_written_in_the_numbers_and_with_the_text_of_its_case(tmp_path):
    truth = systems.covering(systems.communes().geometry[0])
    made = {(case.kind, case.label): case for case in systems.cases()}
    file = tmp_path / "land.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        systems.write(truth, made["zone not declared", "9217"], file)
        assert pyogrio.read_info(file)["crs"] is None
        systems.write(truth, made["wrong zone declared", "9217 as 5898"], file)
    read = pyogrio.read_dataframe(file)
    assert read.crs.to_epsg() == 5898
    # a zone whose meridian is a quarter of a degree further east has its numbers 27 km further west
    there = read.geometry.to_numpy()
    assert systems.displaced(there, truth.geometry.to_numpy()) == pytest.approx(26_900, abs=100)
