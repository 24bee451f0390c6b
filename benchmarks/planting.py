"""Plants a number of faults of every kind and keeps the truth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from benchmarks.faults import PLANTERS
from benchmarks.seeding import Field, Host, Truth, hosts

#: How many new parcels are looked at for one fault; few lie, for example, at a sheet's edge.
_TRIES: Final = 400


@dataclass(frozen=True, slots=True)
class Planted:
    """Data with faults; rows are counted from 1 in its order."""

    frame: gpd.GeoDataFrame
    truths: list[Truth]


def plant(
    frame: gpd.GeoDataFrame,
    *,
    each: int,
    seed: int = 1,
    kinds: Iterable[str] = tuple(PLANTERS),
    avoid: npt.NDArray[np.int64] | None = None,
    fewer: bool = False,
) -> Planted:
    """Plant `each` faults of every kind, half of them under the tolerance where there is one.

    Parameters
    ----------
    frame
        An exact coverage with the columns of `benchmarks.fabric.parcels`.
    avoid
        Positions of parcels that have faults of their own.
    fewer
        Whether kinds that find no more room are planted less often.

    Raises
    ------
    ValueError
        When the data has no room for so many.
    """
    work = Field(frame, np.random.default_rng(seed))
    fresh = hosts(frame, work.rng, avoid=avoid)
    pool: list[Host] = []
    for number in range(each):
        for kind in kinds:
            done = _planted(work, kind, pool, fresh, above=number % 2 == 0)
            if not done and not fewer:
                message = f"{len(frame)} parcels have no room for {each} faults of kind {kind!r}"
                raise ValueError(message)
    return Planted(work.done(), work.truths)


def _planted(
    work: Field, kind: str, pool: list[Host], fresh: Iterator[Host], *, above: bool
) -> bool:
    """Plant one fault at the first host it fits; hosts that it does not fit stay in the pool."""
    for host in list(pool):
        if PLANTERS[kind](work, host, above):
            pool.remove(host)
            return True
    for host in islice(fresh, _TRIES):
        if PLANTERS[kind](work, host, above):
            return True
        pool.append(host)
    return False
