"""Smooth noise and repeatable chance, from an integer hash instead of a random generator.

A hash gives the same bits with every version of numpy, so the district can be rebuilt years later.
"""

import numpy as np
import numpy.typing as npt
from place import Floats

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def _mix(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Scramble 64 bits (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        value = (value ^ (value >> np.uint64(30))) * _FIRST
        value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


def chance(*keys: npt.ArrayLike) -> Floats:
    """Numbers in [0, 1) that depend on integer keys only; the keys broadcast."""
    with np.errstate(over="ignore"):
        state = np.zeros(1, dtype=np.uint64)
        for key in np.broadcast_arrays(*keys):
            whole = np.asarray(key, dtype=np.int64).astype(np.uint64)
            state = _mix(state * _GOLDEN + whole + _GOLDEN)
    return (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def smooth(x: Floats, y: Floats, *, wave_m: float, key: int) -> Floats:
    """Value noise in [-1, 1] whose bumps are about `wave_m` metres wide."""
    u, v = np.asarray(x) / wave_m, np.asarray(y) / wave_m
    left, low = np.floor(u), np.floor(v)
    fade_u, fade_v = (f * f * f * (f * (f * 6.0 - 15.0) + 10.0) for f in (u - left, v - low))
    column, row = left.astype(np.int64), low.astype(np.int64)
    sw, se = chance(column, row, key), chance(column + 1, row, key)
    nw, ne = chance(column, row + 1, key), chance(column + 1, row + 1, key)
    south, north = sw + (se - sw) * fade_u, nw + (ne - nw) * fade_u
    return (south + (north - south) * fade_v) * 2.0 - 1.0


def fractal(x: Floats, y: Floats, *, wave_m: float, key: int, octaves: int = 4) -> Floats:
    """Sum of `smooth` noise at halved wave lengths, in [-1, 1]."""
    total = np.zeros(np.shape(x))
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        # an odd turn between octaves keeps lattice lines from showing through
        turn = 0.6 * octave
        along = np.asarray(x) * np.cos(turn) - np.asarray(y) * np.sin(turn)
        across = np.asarray(x) * np.sin(turn) + np.asarray(y) * np.cos(turn)
        total += weight * smooth(along, across, wave_m=wave_m / 2**octave, key=key + octave)
        norm += weight
        weight *= 0.5
    return total / norm


def ramp(value: Floats, low: float, high: float) -> Floats:
    """Smooth step from 0 at `low` to 1 at `high` (`low` may be the larger)."""
    t = np.clip((np.asarray(value) - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def bell(x: Floats, y: Floats, *, centre: tuple[float, float], radius_m: float) -> Floats:
    """1 at the centre, falling to about a third at `radius_m`."""
    away = (np.asarray(x) - centre[0]) ** 2 + (np.asarray(y) - centre[1]) ** 2
    return np.exp(-away / radius_m**2)
