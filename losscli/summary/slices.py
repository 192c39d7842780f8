"""Doubles cut into integer-valued slices, whose sums and products of pairs are exact.

Adding and subtracting 1.5 * 2**(52 + k) rounds a double to a multiple of 2**k without error in
what remains (Dekker, 1971; Rump, Ogita & Oishi, 2008). Slices of WIDTH bits have products of
2 * WIDTH - 2 bits, so EXACT of them add up within the 53 bits of a double, in any order: a
matrix product, whatever its order of additions, is exact.
"""

import math
import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

ROWS = 1 << 15
"""The rows that are worked on at once: their slices stay in the processor's cache."""
EXACT = 1 << 13
"""The rows whose products of slices add up without rounding."""
WIDTH = 21
WIDE = 54 - (ROWS - 1).bit_length()
"""The width where only sums are needed, no products: ROWS of them add up within 53 bits."""
HIGHEST = 400
LOWEST = -450
SMALL_PRODUCT = 1 << 18
"""OpenBLAS gives larger matrix products to threads of its own, which wait for each other."""


_LINE = 64
"""The bytes of a cache line: vectors that lie across two take almost twice the time."""


def aligned(*shape: int) -> Matrix:
    """Return a new array of doubles that begins with a cache line."""
    size = math.prod(shape)
    raw = np.empty(size + _LINE // 8)
    start = -raw.ctypes.data % _LINE // 8
    return raw[start : start + size].reshape(shape)


class _Workspace(threading.local):
    """Arrays that each thread keeps, since fresh ones cost more in page faults than the sums.

    The first row of `slices` is one everywhere, so that a product with it is a sum.
    """

    def __init__(self) -> None:
        self.slices = aligned(16, ROWS)
        self.slices[0] = 1.0
        self.rest = aligned(ROWS)
        self.product = aligned(ROWS)

    def grown(self) -> Matrix:
        """Return twice as many slices, the old ones first."""
        more = aligned(2 * len(self.slices), ROWS)
        more[: len(self.slices)] = self.slices
        self.slices = more
        return more


WORKSPACE = _Workspace()


class Cut(NamedTuple):
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
    if top > HIGHEST:
        return None
    slices, remaining = WORKSPACE.slices, WORKSPACE.rest[: len(values)]
    exponents: list[int] = []
    for unit in range(top - width + 1, LOWEST, -width):
        row = first + len(exponents)
        if row == len(slices):
            slices = WORKSPACE.grown()
        piece = slices[row, : len(values)]
        shift = 1.5 * 2.0 ** (52 + unit)
        np.add(values, shift, out=piece)
        np.subtract(piece, shift, out=piece)
        np.subtract(values, piece, out=remaining)
        values = remaining
        exponents.append(unit)
        # one look at the first value mostly spares the look at all of them
        if values[0] == 0 and not np.bitwise_or.reduce(values.view(np.int64)):
            return Cut(first, tuple(exponents))
    return None


def products(cuts: Sequence[Cut], count: int) -> list[list[int]]:
    """Return the exact products of every slice (from row 1 on) with every slice (from row 0 on).

    Each is a whole number of the product of the two units; row 0, of ones, has the unit 1.
    """
    end = cuts[-1].end
    most = min(max(SMALL_PRODUCT // ((end - 1) * end), 256), EXACT)
    parts = -(-count // most)
    step = -(-count // parts)
    found = np.empty((parts, end - 1, end))
    for part in range(parts):
        some = WORKSPACE.slices[:end, part * step : min((part + 1) * step, count)]
        np.matmul(some[1:], some.T, out=found[part])
    units = np.array([0, *(unit for cut_of in cuts for unit in cut_of.exponents)])
    scale = np.ldexp(1.0, -units)
    found *= scale
    found *= scale[1:, None]
    table: list[list[int]] = np.add.reduce(found.astype(np.int64), axis=0).tolist()
    return table
