"""Layers drawn apart, where every border is there twice and nowhere the same."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import Polygon

from gis.repair import rings

CELL = 30.0


def crooked_cells(seed, across=6, up=5):
    """Return corners of cells that share every node, each border with a bend."""
    chance = np.random.default_rng(seed)
    steps = np.array(
        [[CELL * i, CELL * j] for i in range(2 * across + 1) for j in range(2 * up + 1)]
    )
    nodes = (steps + chance.uniform(-4, 4, steps.shape)).reshape(2 * across + 1, 2 * up + 1, 2)
    around = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    return [
        np.array([nodes[2 * i + a, 2 * j + b] for a, b in around])
        for i in range(across)
        for j in range(up)
    ]


def drawn_apart(kit, seed, apart):
    """Return the cells as if each had been drawn on its own, with errors of about `apart` m."""
    chance = np.random.default_rng(seed)
    cells = crooked_cells(seed)
    errors = [chance.uniform(-apart, apart, cell.shape) / np.sqrt(8) for cell in cells]
    return kit.layer(*(kit.polygon(*(cell + off)) for cell, off in zip(cells, errors, strict=True)))


@given(st.integers(0, 10_000), st.sampled_from([1e-6, 1e-4, 1e-2, 0.05]))
# at a corner that two features alone have, borders cross beside their vertices, not at them
@example(6, 1e-2)
@example(9999, 0.05)
@settings(max_examples=8)
def test_a_layer_drawn_apart_within_the_tolerance_closes_without_a_spike(kit, seed, apart):
    subject = drawn_apart(kit, seed, apart)
    done = kit.mended(subject)
    assert kit.shares_every_node(done.frame)
    assert done.left.empty
    old, new = subject.frame.geometry.to_numpy(), done.frame.geometry.to_numpy()
    # no border went farther than vertices are moved
    assert shapely.hausdorff_distance(old, new).max() <= subject.settings.fix_m
    assert [rings.spikes(shape, 1.0) for shape in new] == [0] * len(new)


def test_a_layer_drawn_apart_by_more_closes_with_few_spikes(kit):
    subject = drawn_apart(kit, 7, 0.4)
    done = kit.mended(subject)
    assert kit.shares_every_node(done.frame)
    spiky = sum(rings.spikes(shape, 1.0) > 0 for shape in done.frame.geometry)
    assert spiky <= 1


def test_a_gap_like_a_star_goes_arm_by_arm_to_those_beside_it(kit):
    # four fields round a crossing, 8 cm apart: nobody's vertices are within reach of another's
    west, east = (0, 19.96), (20.04, 40)
    fields = [kit.box(x[0], y[0], x[1], y[1]) for x in (west, east) for y in (west, east)]
    around = kit.polygon((-9, -9), (49, -9), (49, 49), (-9, 49), holes=[kit_square(40)])
    done = kit.mended(kit.layer(*fields, around))
    assert done.left.empty
    assert kit.shares_every_node(done.frame)
    # 2 arms of 40 m by 8 cm, less the crossing counted twice
    assert done.totals["gained_m2"] == pytest.approx(2 * 40 * 0.08 - 0.08**2, abs=1e-6)
    assert len(set(done.ledger.loc[done.ledger["step"] == "fill", "row"])) > 1
    assert [rings.spikes(shape, 1.0) for shape in done.frame.geometry] == [0] * 5


def kit_square(side):
    return [(0, 0), (0, side), (side, side), (side, 0)]


@pytest.mark.parametrize("thin", [0.0, 1e-9, 5e-7])
def test_a_hair_is_taken_out_and_old_vertices_stay(thin):
    square = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
    hairy = Polygon([(0, 0), (10, 0), (10, 4), (25, 4), (10, 4 + thin), (10, 10), (0, 10)])
    plain = rings.without_hairs(hairy, square, 1e-6)
    assert plain.is_valid
    assert plain.area == pytest.approx(100.0, abs=1e-4)
    assert plain.bounds == (0, 0, 10, 10)
    # what is wider than a hair is no hair
    wide = Polygon([(0, 0), (10, 0), (10, 4), (25, 4), (10, 4.01), (10, 10), (0, 10)])
    assert rings.without_hairs(wide, square, 1e-6).equals_exact(wide)


def test_spikes_are_corners_sharper_than_an_angle():
    # the tangent of one degree is 0.01746
    sharp = Polygon([(0, 0), (100, 0), (100, 1.7)])
    blunt = Polygon([(0, 0), (100, 0), (100, 1.8)])
    assert (rings.spikes(sharp, 1.0), rings.spikes(blunt, 1.0)) == (1, 0)
    assert rings.spikes(Polygon([(0, 0), (9, 0), (9, 9)], [[(4, 1), (6, 1), (6, 1.01)]]), 1.0) == 1
