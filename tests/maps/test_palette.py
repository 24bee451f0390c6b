from itertools import combinations

import numpy as np
import pytest

from gis import codes
from gis.decisions import Decisions
from gis.rules import VERDICTS
from gis.text import label_keys
from maps import palette
from maps.palette import LandUseColour, Style

# Machado, Oliveira, Fernandes 2009: full protanopia, deuteranopia, tritanopia on linear RGB
VISION = {
    "usual": np.eye(3),
    "no red": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "no green": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no blue": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def linear(colour):
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(("one", "other"), [*combinations(VERDICTS, 2)])
def test_verdicts_can_be_told_apart_with_any_colour_vision(vision, one, other):
    styles = [palette.verdict_fill(verdict) for verdict in (one, other)]
    seen = [np.asarray(VISION[vision]) @ linear(style.fill) for style in styles]
    far = np.linalg.norm(seen[0] - seen[1]) > 0.15
    assert far or styles[0].hatch != styles[1].hatch


@pytest.mark.parametrize(("one", "other"), [*combinations(VERDICTS, 2)])
def test_verdicts_can_be_told_apart_on_a_grey_print(one, other):
    styles = [palette.verdict_fill(verdict) for verdict in (one, other)]
    grey = [float(linear(style.fill) @ [0.2126, 0.7152, 0.0722]) for style in styles]
    assert abs(grey[0] - grey[1]) > 0.1 or styles[0].hatch != styles[1].hatch


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_zone_is_outlined_in_the_colour_its_pieces_are_filled_with(verdict):
    assert palette.verdict_outline(verdict).stroke == palette.verdict_fill(verdict).fill
    assert palette.verdict_outline(verdict).fill is None
    assert palette.verdict_colour(verdict) == palette.verdict_fill(verdict).fill


@pytest.mark.parametrize("table", codes.TABLES)
def test_every_code_has_the_colour_of_its_table_and_says_whether_it_is_settled(table):
    for code, known in codes.code_table(table).items():
        found = palette.land_use_colour(code, table, Decisions())
        assert found.colour == known.colour
        assert found.provisional == (known.colour_status == "provisional")


def test_a_legend_gives_the_colours_of_its_plan(made):
    decisions = made.small_context().decisions
    assert palette.land_use_colour("NN-1", "qhc", decisions) == LandUseColour(
        "#abcdef", provisional=False
    )


@pytest.mark.parametrize(
    "drawn", ["red", "#12345", "url(x)", "#000000;background:url(x)", "", None]
)
def test_a_legend_that_gives_no_colour_is_not_drawn_with(made, drawn):
    legend = made.small_context().decisions.legend.assign(colour=drawn)
    found = palette.land_use_colour("NN-1", "qhc", Decisions(legend=legend))
    assert found == LandUseColour("#d9d9d9", provisional=True)


def test_a_code_of_no_table_is_grey_or_has_the_colour_people_give_it():
    assert palette.land_use_colour("QQQ", "tt27-2018", Decisions()).colour == "#d9d9d9"
    coloured = [code for code in codes.outside_codes().values() if code.colour]
    for code in coloured:
        found = palette.land_use_colour(code.code, "tt27-2018", Decisions())
        assert found == LandUseColour(code.colour.lower(), provisional=True)


def test_a_code_of_no_known_table_is_hatched():
    assert palette.land_use("#ffffff", known=False).hatch is not None
    assert palette.land_use("#ffffff").hatch is None


def test_every_kind_of_constraint_has_a_look_of_its_own():
    kinds = label_keys("constraint_kind")
    looks = {
        (palette.constraint(kind, "block").ink, palette.constraint(kind, "block").hatch)
        for kind in kinds
    }
    assert len(looks) == len(kinds)


def test_what_only_flags_is_drawn_lighter_than_what_blocks():
    flags, blocks = (palette.constraint("road", effect) for effect in ("flag", "block"))
    assert (flags.dash, blocks.dash) == ((6, 4), ())
    assert flags.gap > blocks.gap
    assert palette.constraint(None, None) == palette.constraint("of no kind", "odd")


def test_the_other_set_of_communes_looks_different():
    assert palette.commune() != palette.commune(other_set=True)


def test_a_style_tells_the_page_only_what_it_has():
    assert Style(fill="#000000").to_json() == {"fill": "#000000"}
    assert Style(stroke="#000000", width=2, dash=(1, 2)).to_json() == {
        "stroke": "#000000",
        "width": 2,
        "dash": [1, 2],
    }
    assert Style(hatch="dots", ink="#111111").to_json() == {
        "hatch": "dots",
        "ink": "#111111",
        "gap": 8,
    }
