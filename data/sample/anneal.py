"""Seeds and weights of the commune cells, found once by annealing and then kept in a table.

A power diagram on the published centroids meets areas but leaves some communes in two parts and
some neighbours apart. Moving seeds and weights together mends that; the search takes minutes, so
its result is committed and a normal build only reads it.
"""

import csv
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import place
import shapely
from place import Floats
from scipy import ndimage  # type: ignore[import-untyped]

STEP_M = 120.0
CENTROID_SLACK_M = 600.0
MIN_SHARED_STEPS = 3
RANDOM_SEED = 20200201


class Raster:
    """The district as a lattice of points, on which a diagram is judged quickly."""

    def __init__(self: Self) -> None:
        outline = place.outline()
        west, south, east, north = outline.bounds
        xs = np.arange(west + STEP_M / 2, east, STEP_M)
        ys = np.arange(south + STEP_M / 2, north, STEP_M)
        grid_x, grid_y = np.meshgrid(xs, ys)
        self.inside = shapely.contains_xy(outline, grid_x, grid_y)
        self.origin = np.array([outline.centroid.x, outline.centroid.y])
        self.points = np.c_[grid_x[self.inside], grid_y[self.inside]] - self.origin
        self.cell_m2 = outline.area / len(self.points)
        total = sum(unit.area_m2 for unit in place.units())
        self.scale = outline.area / total

    def labels(self: Self, seeds: Floats, weights: Floats) -> npt.NDArray[np.intp]:
        """Index of the cell that each lattice point belongs to."""
        cost = (seeds**2).sum(axis=1) - weights - 2.0 * (self.points @ seeds.T)
        return np.asarray(np.argmin(cost, axis=1))

    def loss(self: Self, seeds: Floats, weights: Floats) -> float:
        """Badness: areas, centroids, missing neighbours, cells in several parts."""
        units = place.units()
        label = self.labels(seeds, weights)
        count = np.bincount(label, minlength=len(units)).astype(float)
        target = np.array([unit.area_m2 for unit in units])
        wrong = np.abs(count * self.cell_m2 / target - 1.0) * 100.0
        middle = (
            np.c_[
                np.bincount(label, self.points[:, 0], len(units)),
                np.bincount(label, self.points[:, 1], len(units)),
            ]
            / np.maximum(count, 1.0)[:, None]
        )
        wanted = np.array([unit.centroid for unit in units]) - self.origin
        far = np.maximum(np.hypot(*(middle - wanted).T) - CENTROID_SLACK_M, 0.0) / 100.0
        image = np.full(self.inside.shape, -1)
        image[self.inside] = label
        broken = self._parts(image) + 2.0 * self._missing(image)
        return float((wrong**2).sum() + (far**2).sum() + 8.0 * broken)

    @staticmethod
    def _missing(image: npt.NDArray[np.intp]) -> float:
        size = len(place.units())
        touching = np.zeros((size, size))
        for one, other in ((image[:, 1:], image[:, :-1]), (image[1:], image[:-1])):
            edge = (one != other) & (one >= 0) & (other >= 0)
            np.add.at(touching, (one[edge], other[edge]), 1)
        touching += touching.T
        shared = np.array([touching[pair] for pair in sorted(place.neighbour_pairs())])
        return float(np.maximum(1.0 - shared / MIN_SHARED_STEPS, 0.0).sum())

    @staticmethod
    def _parts(image: npt.NDArray[np.intp]) -> float:
        stray = 0.0
        for index, window in enumerate(ndimage.find_objects(image + 1)):
            if window is None:
                stray += 5.0
                continue
            _, parts = ndimage.label(image[window] == index, output=np.int32)
            stray += float(parts - 1)
        return stray


def search(path: Path, *, rounds: int = 30_000) -> float:
    """Anneal seeds and weights, write them to `path` and return the loss reached."""
    raster = Raster()
    random = np.random.default_rng(RANDOM_SEED)
    seeds = np.array([unit.centroid for unit in place.units()]) - raster.origin
    weights = np.array([unit.area_m2 for unit in place.units()]) / np.pi
    loss = raster.loss(seeds, weights)
    best = (loss, seeds, weights)
    for turn in range(rounds):
        heat = (1.0 - turn / rounds) ** 2
        index = random.integers(len(seeds))
        new_seeds, new_weights = seeds.copy(), weights.copy()
        reach = 30.0 + 500.0 * heat
        new_seeds[index] += random.normal(0.0, reach, 2)
        new_weights[index] += random.normal(0.0, reach * 1500.0)
        new_loss = raster.loss(new_seeds, new_weights)
        if new_loss < loss or random.random() < np.exp((loss - new_loss) / (0.02 + 6.0 * heat)):
            seeds, weights, loss = new_seeds, new_weights, new_loss
        if loss < best[0]:
            best = (loss, seeds, weights)
    _write(path, best[1] + raster.origin, best[2])
    return best[0]


def _write(path: Path, seeds: Floats, weights: Floats) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "x", "y", "weight"])
        for unit, (x, y), weight in zip(place.units(), seeds, weights, strict=True):
            writer.writerow([unit.code, f"{x:.1f}", f"{y:.1f}", f"{weight:.0f}"])


def read(path: Path) -> tuple[Floats, Floats]:
    """Seeds of shape (23, 2) and their weights, in the order of `place.units`."""
    rows = {row["code"]: row for row in place.read_rows(path)}
    ordered = [rows[unit.code] for unit in place.units()]
    seeds = np.array([[float(row["x"]), float(row["y"])] for row in ordered])
    return seeds, np.array([float(row["weight"]) for row in ordered])
