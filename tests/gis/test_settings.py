"""Thresholds that an office decides."""

import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.settings import Settings, settings_text


def test_a_new_workspace_starts_with_the_defaults():
    assert Settings.parse(tomllib.loads(settings_text())) == Settings()
    assert Settings() == Settings(min_area_m2=100.0, sliver_width_m=1.0)


def test_the_file_explains_each_setting_in_two_languages():
    lines = settings_text().splitlines()
    for name in ("min_area_m2", "sliver_width_m"):
        (at,) = [number for number, line in enumerate(lines) if line.startswith(f"{name} = ")]
        vietnamese, english = lines[at - 2 : at]
        assert vietnamese.startswith("# ")
        assert english.startswith("# ")
        assert not vietnamese.isascii()
        assert english.isascii()


@given(
    area=st.one_of(st.integers(0, 10**6), st.floats(0, 1e6)),
    width=st.one_of(st.integers(0, 100), st.floats(0, 100)),
)
def test_any_number_from_nought_up_is_a_setting(area, width):
    parsed = Settings.parse({"min_area_m2": area, "sliver_width_m": width})
    assert (parsed.min_area_m2, parsed.sliver_width_m) == (area, width)
    assert isinstance(parsed.min_area_m2, float)


def test_what_is_not_named_keeps_its_default():
    assert Settings.parse({"min_area_m2": 500}) == Settings(min_area_m2=500.0)
    assert Settings.parse({}) == Settings()


@pytest.mark.parametrize("value", [-1, -0.001, math.nan, math.inf, True, "100", None, [1]])
def test_what_is_no_area_is_refused(value):
    with pytest.raises(ValueError, match="min_area_m2 must be a number of at least 0, not"):
        Settings.parse({"min_area_m2": value})


def test_an_unknown_setting_is_refused_with_the_known_ones():
    message = "'min_area'; the settings are min_area_m2, sliver_width_m"
    with pytest.raises(ValueError, match=message):
        Settings.parse({"min_area": 100})
