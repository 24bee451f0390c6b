"""What one answer needs: the table, the clock, and truth values for many rows at once."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry as Geometry

from api.filters.limits import too_slow
from api.filters.tables import Mask, Positions, Table
from api.systems import System

Truth = npt.NDArray[np.uint8]

#: The three truth values, in their order: AND is the least of them, OR the greatest.
FALSE, UNKNOWN, TRUE = np.uint8(0), np.uint8(1), np.uint8(2)


@dataclass(frozen=True, eq=False)
class Work:
    """One filter answered over one table, and how long that has taken.

    Attributes
    ----------
    places
        Where each geometry of the filter lies among the rows, once it is known.
    """

    table: Table
    system: System
    seconds: float
    places: dict[int, Geometry] = field(default_factory=dict)
    _began: float = field(default_factory=time.thread_time)

    def go_on(self) -> None:
        """Refuse to go on when it has taken too long.

        Raises
        ------
        ParameterError
            When it has.
        """
        # time of this thread alone: a busy server makes no filter too heavy
        if time.thread_time() - self._began > self.seconds:
            raise too_slow(self.seconds)

    def size(self, rows: Positions | None) -> int:
        """Return how many rows are looked at."""
        return len(self.table) if rows is None else len(rows)


def truth(holds: npt.NDArray[Any], known: Mask) -> Truth:
    """Join what holds and what is known of it into truth values."""
    return np.where(known, np.where(holds, TRUE, FALSE), UNKNOWN).astype(np.uint8)
