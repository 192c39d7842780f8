"""Doubles cut into integer-valued slices, whose sums and products of pairs are exact.

Adding and subtracting 1.5 * 2**(52 + k) rounds a double to a multiple of 2**k without error in
what remains (Dekker, 1971; Rump, Ogita & Oishi, 2008). Slices of WIDTH bits have products of
2 * WIDTH - 2 bits, so ROWS of them add up within the 53 bits of a double, in any order: a
matrix product, whatever its order of additions, is exact.
"""

import math
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

ROWS = 1 << 13
WIDTH = 21
WIDE = 39
"""The width where only sums are needed, no products."""
_HIGHEST = 400
_LOWEST = -450
_SMALL_PRODUCT = 1 << 18
"""OpenBLAS gives larger matrix products to threads of its own, which wait for each other."""


class _Workspace(threading.local):
    """Arrays that each thread keeps, since fresh ones cost more in page faults than the sums.

    The first row of `slices` is one everywhere, so that a product with it is a sum.
    """

    def __init__(self) -> None:
        self.slices = np.ones((16, ROWS))
        self.rest = np.empty(ROWS)
        self.product = np.empty(ROWS)


WORKSPACE = _Workspace()


@dataclass(frozen=True)
class Cut:
    """Where the slices of a column stand in the workspace, and the exponents of their units."""

    first: int
    exponents: tuple[int, ...]

    @property
    def end(self) -> int:
        """The row of the workspace after the last slice."""
        return self.first + len(self.exponents)


def cut(values: Vector, largest: float, first: int = 1, width: int = WIDTH) -> Cut | None:
    """Cut at most ROWS finite doubles into slices: values = sum of the slices, exactly.

    `largest` is the largest magnitude. The slices go into the rows of the workspace from
    `first` on. A slice with exponent k holds multiples of 2**k, at most 2**(width - 1) of them.
    Returns None where the values are so large or small that products of slices might leave
    the doubles.
    """
    top = math.frexp(largest)[1]
    if top > _HIGHEST:
        return None
    count = len(values)
    remaining = WORKSPACE.rest[:count]
    exponents: list[int] = []
    for unit in range(top - width + 1, _LOWEST, -width):
        row = first + len(exponents)
        if row == len(WORKSPACE.slices):
            more = np.ones((2 * row, ROWS))
            more[:row] = WORKSPACE.slices
            WORKSPACE.slices = more
        piece = WORKSPACE.slices[row, :count]
        shift = 1.5 * 2.0 ** (52 + unit)
        np.add(values, shift, out=piece)
        np.subtract(piece, shift, out=piece)
        np.subtract(values, piece, out=remaining)
        values = remaining
        exponents.append(unit)
        # one look at the first value mostly spares the look at all of them
        if values[0] == 0 and not values.view(np.int64).any():
            return Cut(first, tuple(exponents))
    return None


def products(end: int, count: int) -> Matrix:
    """Return the exact products of the slices in rows 1 to end - 1 with rows 0 to end - 1."""
    step = max(_SMALL_PRODUCT // (end * end), 256)
    slices = WORKSPACE.slices
    total = np.zeros((end - 1, end))
    for start in range(0, count, step):
        rows = slice(start, min(start + step, count))
        total += slices[1:end, rows] @ slices[:end, rows].T
    return total
