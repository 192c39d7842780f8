"""Sums to at least 32 bits below the largest value, identical to the bit in any order.

Each value is rounded onto fixed levels 2**(32 k), as in Demmel & Nguyen (2015): what a value
adds to a level does not depend on its neighbours, so the sum of a level does not either. Only
the two highest levels that the largest value touches count in the end.
"""

import math

import numpy as np
from numpy.typing import NDArray

from losscli.summary import compiled
from losscli.summary.dyadic import Dyadic
from losscli.summary.slices import WORKSPACE

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVEL_BITS = 32
LEVELS = 2
"""How many levels count."""
_HIGHEST = 2.0**960
_LOWEST = 2.0**-900


class CoarseSums:
    """`size` sums with the largest magnitude that went into each; `CoarseSums(size)` is zero."""

    __slots__ = ("largest", "levels", "size")

    def __init__(
        self, size: int, largest: Vector | None = None, levels: dict[int, Integers] | None = None
    ) -> None:
        self.size = size
        self.largest = np.zeros(size) if largest is None else largest
        self.levels = levels or {}

    def __add__(self, other: "CoarseSums") -> "CoarseSums":
        """Add two lots of sums of the same size."""
        levels = dict(self.levels)
        for level, units in other.levels.items():
            levels[level] = levels[level] + units if level in levels else units
        return CoarseSums(self.size, np.maximum(self.largest, other.largest), levels)

    def spread(self, places: NDArray[np.intp], size: int) -> "CoarseSums":
        """Add sum i to place `places[i]` of `size` sums that are zero."""
        largest = np.zeros(size)
        np.maximum.at(largest, places, self.largest)
        levels = {}
        for level, units in self.levels.items():
            levels[level] = np.zeros(size, np.int64)
            np.add.at(levels[level], places, units)
        return CoarseSums(size, largest, levels)

    def sum(self, place: int) -> Dyadic | None:
        """Return a sum; None where its values left the range in which it means something."""
        largest = float(self.largest[place])
        if largest == 0:
            return Dyadic(0, 0)
        top = usable_level(largest)
        if top is None:
            return None
        total = Dyadic(0, 0)
        for level in range(top - LEVELS + 1, top + 1):
            if level in self.levels:
                total += Dyadic(int(self.levels[level][place]), LEVEL_BITS * level)
        return total


def level_of(largest: float) -> int:
    """Return the lowest level above which every value up to `largest` rounds to zero."""
    return -(-(math.frexp(largest)[1] + 1) // LEVEL_BITS) - 1


def usable_level(largest: float) -> int | None:
    """Return the highest level of values up to `largest`; None where their sum means nothing."""
    return level_of(largest) if _LOWEST < largest < _HIGHEST else None


def add_cubes(values: Vector, largest: float) -> tuple[float, dict[int, int]]:
    """Return the largest magnitude of the cubes of one run, and their two highest levels.

    `largest` is the largest magnitude of the values (float64[n], at most ROWS of them).
    """
    top = largest * largest * largest  # as large as it is rounded, like the cubes themselves
    if not compiled.native:
        with np.errstate(over="ignore", under="ignore"):
            cubes = np.multiply(values, values, out=WORKSPACE.product[: len(values)])
            np.multiply(cubes, values, out=cubes)
        return top, add_run(cubes, top)
    level = usable_level(top)
    if level is None:
        return top, {}
    shifts = (_shift(level), _shift(level - 1))
    upper, lower = compiled.native.cube_units(compiled.plain(values), *shifts)
    return top, {level: upper, level - 1: lower}


def add_run(values: Vector, largest: float) -> dict[int, int]:
    """Return the two highest levels of one run of values; `values` is used up."""
    levels: dict[int, int] = {}
    top = usable_level(largest)
    if top is None:
        return levels
    piece = WORKSPACE.rest[: len(values)]
    for level in range(top, top - LEVELS, -1):
        shift = _shift(level)
        np.add(values, shift, out=piece)
        levels[level] = _units(piece, shift)
        if level > top - LEVELS + 1:
            np.subtract(piece, shift, out=piece)
            np.subtract(values, piece, out=values)
    return levels


def _shift(level: int) -> float:
    """Return what rounds a number to the level when it is added and subtracted again."""
    return 1.5 * 2.0 ** (52 + LEVEL_BITS * level)


def _units(shifted: Vector, shift: float) -> int:
    """Return how many units values are in all that were rounded to units by adding `shift`.

    Their bits are those of `shift` plus the units, so the bits add up to them modulo 2**64.
    """
    bits = int(np.add.reduce(shifted.view(np.int64)))
    units = bits - len(shifted) * int(np.float64(shift).view(np.int64))
    return (units + (1 << 63)) % (1 << 64) - (1 << 63)


def add_runs(values: Vector, starts: Integers, largest: Vector) -> dict[int, Integers]:
    """Return the levels of many runs of values, down to the last that any run needs."""
    able = (largest > _LOWEST) & (largest < _HIGHEST)
    levels: dict[int, Integers] = {}
    if not able.any():
        return levels
    # values of runs whose sum means nothing would only spoil the levels of the others
    values = np.where(np.repeat(able, np.diff(starts, append=len(values))), values, 0.0)
    tops = largest[able]
    for level in range(level_of(float(tops.max())), level_of(float(tops.min())) - LEVELS, -1):
        shift = _shift(level)
        piece = (values + shift) - shift
        values = values - piece
        levels[level] = np.ldexp(np.add.reduceat(piece, starts), -LEVEL_BITS * level).astype(
            np.int64
        )
    return levels
