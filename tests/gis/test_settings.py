"""Thresholds that an office decides."""

import math
import tomllib
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import settings
from gis.errors import WorkspaceError
from gis.settings import CheckSettings, IntakeSettings, Settings, settings_text


def test_a_new_workspace_starts_with_the_defaults(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(settings_text(), encoding="utf-8")
    assert settings.read(file, Settings) == Settings()
    assert settings.read(file, CheckSettings, table="check") == CheckSettings()
    assert settings.read(file, IntakeSettings, table="intake") == IntakeSettings()
    assert Settings() == Settings(min_area_m2=100.0, sliver_width_m=1.0)


def test_every_setting_stands_in_the_file_below_words_in_two_languages():
    text = settings_text()
    whole = tomllib.loads(text)
    assert set(whole["check"]) == {each.name for each in fields(CheckSettings)}
    assert set(whole["intake"]) == {each.name for each in fields(IntakeSettings)}
    lines = text.splitlines()
    heads = ["min_area_m2 = ", "sliver_width_m = 1.0", "[check]", "[intake]"]
    for head in heads:
        at = next(number for number, line in enumerate(lines) if line.startswith(head))
        vietnamese, english = lines[at - 2 : at]
        assert vietnamese.startswith("# ")
        assert english.startswith("# ")
        assert not vietnamese.isascii()
        assert english.isascii()


def test_each_kind_reads_its_own_table_and_passes_over_the_others(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("min_area_m2 = 50\n[check]\noverlap_m2 = 0.5\n[intake]\nmax_rows = 10\n")
    assert settings.read(file, Settings) == Settings(min_area_m2=50.0)
    assert settings.read(file, CheckSettings, table="check") == CheckSettings(overlap_m2=0.5)
    assert settings.read(file, IntakeSettings, table="intake") == IntakeSettings(max_rows=10.0)
    assert settings.read(tmp_path / "none.toml", Settings) == Settings()


@pytest.mark.parametrize("content", ["[check]\noverlap = 1", "[check]\nfix_m = -1", "check = 3"])
def test_a_table_that_cannot_be_meant_is_refused_with_its_file(tmp_path, content):
    file = tmp_path / "settings.toml"
    file.write_text(content)
    with pytest.raises(WorkspaceError, match=r"settings\.toml in") as refusal:
        settings.read(file, CheckSettings, table="check")
    assert "settings.toml" in refusal.value.vi


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
