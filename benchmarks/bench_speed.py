"""What the checks cost: ``python -m benchmarks.bench_speed``.

The checks of one layer are timed beside ``shapely.coverage_invalid_edges`` and ``shapely.is_valid``
on the same polygons, in one process, one after the other. Memory is measured in a process that does
nothing else than make the parcels and check them, because a process keeps what it once had.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import fabric
from benchmarks.planting import plant
from gis import repair
from gis.checks import run
from gis.checks.base import Subject

#: Share of the parcels that get a fault.
DATA: Final = {"clean": 0.0, "faulty": 0.01}
_HEAD: Final = (
    "| parcels | shapely, s | check, s | ratio | peak memory of the check, GB | findings |\n"
    "| --- | --- | --- | --- | --- | --- |\n"
)
#: Kinds of `ru_maxrss`: kilobytes, but bytes on macOS.
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description="Time and memory of the checks.")
    options.add_argument("--size", choices=fabric.SIZES, default="L")
    options.add_argument("--repair", action="store_true", help="time the repair as well")
    given = options.parse_args(arguments)
    sys.stdout.write(_HEAD)
    for data in DATA:
        timed = apart(compare, given.size, data)
        peak = apart(memory, given.size, data)
        sys.stdout.write(
            f"| {timed['parcels']:,} {data} | {timed['shapely_s']:.1f} | {timed['check_s']:.1f} | "
            f"{timed['check_s'] / timed['shapely_s']:.2f} | {peak['peak_gb']:.2f} | "
            f"{timed['findings']:,} |\n"
        )
    if given.repair:
        done = apart(mend, given.size, "faulty")
        sys.stdout.write(
            f"\nRepair of {done['parcels']:,} parcels: {done['seconds']:.1f} s, "
            f"{done['changes']:,} changes, {done['peak_gb']:.2f} GB.\n"
        )


def apart(task: Callable[[str, str], dict[str, Any]], size: str, data: str) -> dict[str, Any]:
    """Run a task in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, (size, data))


def compare(size: str, data: str) -> dict[str, Any]:
    """Time shapely's own two tests and the checks on the same polygons."""
    given = subject(size, data)
    shapes = given.frame.geometry.to_numpy()
    areal = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    start = time.perf_counter()
    # GEOS refuses a coverage with invalid polygons, so these are left to the other test
    valid = shapely.is_valid(areal)
    shapely.coverage_invalid_edges(areal[valid])
    middle = time.perf_counter()
    found = run.within(given)
    end = time.perf_counter()
    return {
        "parcels": len(shapes),
        "shapely_s": middle - start,
        "check_s": end - middle,
        "findings": len(found),
    }


def memory(size: str, data: str) -> dict[str, Any]:
    """Check, and return the most memory that the process ever had."""
    run.within(subject(size, data))
    return {"peak_gb": peak_gb()}


def mend(size: str, data: str) -> dict[str, Any]:
    """Time the repair of the parcels."""
    given = subject(size, data)
    start = time.perf_counter()
    done = repair.mend(given)
    seconds = time.perf_counter() - start
    return {
        "parcels": len(given.frame),
        "seconds": seconds,
        "changes": len(done.ledger),
        "peak_gb": peak_gb(),
    }


def peak_gb() -> float:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / 1e9


def subject(size: str, data: str) -> Subject:
    """Make the parcels of a size, with so many faults as `DATA` says."""
    return described(parcels(size, data))


def parcels(size: str, data: str) -> gpd.GeoDataFrame:
    """Make the parcels; every kind that a check of one layer can find is planted equally often."""
    clean = fabric.parcels(fabric.SIZES[size])
    kinds = [kind for kind in SPEED_KINDS if DATA[data]]
    each = int(len(clean) * DATA[data] / len(SPEED_KINDS))
    return plant(clean, each=each, kinds=kinds).frame if kinds else clean


#: Faults of shape and cover, where the work is; those of columns are found in passing.
SPEED_KINDS: Final = (
    "gap",
    "overlap",
    "near miss",
    "hanging vertex",
    "sliver",
    "tiny part",
    "spike",
    "same shape",
    "contained",
    "repeated point",
    "invalid: bow tie",
    "registered area",
)


def described(frame: gpd.GeoDataFrame) -> Subject:
    """Give parcels the columns that the door gives them."""
    said = {"code_table": "tt27-2018", "status": "current", "plan_kind": None, "year": 2020}
    rows = {"source_row": np.arange(1, len(frame) + 1), "fault": None}
    dates = {"valid_from": None, "valid_to": None, "decision": None}
    whole = frame.assign(**said, **dates, **rows)
    return Subject(layer="land-use", dataset="parcels", frame=whole, attributes={**said, **dates})


if __name__ == "__main__":
    main()
