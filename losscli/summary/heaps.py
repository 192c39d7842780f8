"""How much weighs on each of many places."""

import numpy as np
from numpy.typing import NDArray

from losscli.summary.exact import ExactSums
from losscli.summary.slices import ROWS, WORKSPACE, cut

Vector = NDArray[np.float64]


def heap(places: NDArray[np.integer], weight: Vector | None, size: int) -> ExactSums:
    """Return the exact sum of the weights on each place (their count without weights)."""
    if weight is None:
        return ExactSums(size, {0: np.bincount(places, minlength=size)}, 1)
    total = ExactSums(size)
    every = np.arange(size)
    for start in range(0, len(places), ROWS):
        some, heavy = places[start : start + ROWS], weight[start : start + ROWS]
        found = cut(heavy, float(heavy.max()))
        if found is None:
            message = "weights must be 0 or between 1e-120 and 1e120"
            raise OverflowError(message)
        for row, unit in enumerate(found.exponents, found.first):
            piece = WORKSPACE.slices[row, : len(heavy)]
            units = np.ldexp(np.bincount(some, piece, minlength=size), -unit)
            total.add_units(every, units.astype(np.int64), unit)
    return total
