"""The extremes of one run of doubles, and exact sums of runs and of their products."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.summary import compiled
from losscli.summary.exact import BITS, ExactSums
from losscli.summary.moments import pairs
from losscli.summary.slices import ROWS, WIDE, WIDTH, WORKSPACE, Cut, cut, products

Vector = NDArray[np.float64]

BASE = -2176
"""Sums are whole numbers of 2**BASE, at most the product of the two least doubles."""
_HALF = BASE // 2
_LIMBS = 16
"""A weight is below 2**(16 * 32)."""


def ends_of(values: Vector) -> tuple[float, float]:
    """Return the least and the largest number, both NaN where one is; -0.0 counts as 0.0."""
    if compiled.native:
        return compiled.native.ends(compiled.plain(values))
    return float(np.minimum.reduce(values)) + 0.0, float(np.maximum.reduce(values)) + 0.0


def all_finite(values: Vector) -> bool:
    """Tell whether every number (float64[n]) is finite."""
    return not len(values) or all(map(math.isfinite, ends_of(values)))


def power_sums(
    columns: Sequence[Vector], largest: Sequence[float]
) -> tuple[Sequence[int], Sequence[int]]:
    """Return the sum of each column and of the products of each two, in units of 2**BASE.

    A column is float64[n] of finite doubles, at most ROWS of them, whose magnitudes are at most
    `largest`.
    """
    if compiled.native and len(columns) == 1:
        one, squares = compiled.native.power_sums(compiled.plain(columns[0]))
        return (one,), (squares,)
    cuts = cuts_of(columns, largest)
    if cuts is None:
        return _slowly(columns)
    # the product of all slices with all is the fastest exact sum
    table = products(cuts, len(columns[0]))
    digits = [[row[0] for row in table[found.first - 1 : found.end - 1]] for found in cuts]
    sums = [from_steps(d, c.exponents[-1]) for d, c in zip(digits, cuts, strict=True)]
    return sums, [_product(table, cuts[i], cuts[j]) for i, j in pairs(len(cuts))]


def _slowly(columns: Sequence[Vector]) -> tuple[Sequence[int], Sequence[int]]:
    """Add rows whose squares leave the range of doubles, as integers."""
    wide = [[_integer(value) for value in column.tolist()] for column in columns]
    sums = [sum(column) << -_HALF for column in wide]
    return sums, [
        sum(a * b for a, b in zip(wide[i], wide[j], strict=True)) for i, j in pairs(len(wide))
    ]


def cuts_of(columns: Sequence[Vector], largest: Sequence[float]) -> list[Cut] | None:
    """Cut columns into slices one behind the other; None where that is not possible."""
    cuts: list[Cut] = []
    for column, top in zip(columns, largest, strict=True):
        found = cut(column, top, cuts[-1].end if cuts else 1)
        if found is None:
            return None
        cuts.append(found)
    return cuts


def _product(table: list[list[int]], left: Cut, right: Cut) -> int:
    """Return the exact sum of the products of two columns, in units of 2**BASE."""
    # each slice's unit is 2**WIDTH times the next one's, so pairs fall on steps of that size
    steps = [0] * (len(left.exponents) + len(right.exponents) - 1)
    for a, row in enumerate(table[left.first - 1 : left.end - 1]):
        for b, units in enumerate(row[right.first : right.end]):
            steps[a + b] += units
    return from_steps(steps, left.exponents[-1] + right.exponents[-1])


def from_steps(steps: Sequence[int], last: int) -> int:
    """Return the number whose digits of 2**WIDTH are `steps`, times 2**(last - BASE)."""
    found = 0
    for units in steps:
        found = (found << WIDTH) + units
    return found << (last - BASE)


def exact_sum(values: Vector) -> ExactSums:
    """Return the exact sum of finite doubles (float64[n]) as one sum."""
    return exact_sums([values])


def exact_sums(columns: Sequence[Vector]) -> ExactSums:
    """Return the exact sum of each column of finite doubles (float64[n])."""
    return ExactSums.of_integers([units_of(column) for column in columns], BASE)


def sum_of_products(values: Vector, weight: Vector) -> ExactSums:
    """Return the exact sum of values times their weights, each product rounded as a double is.

    Those that are no doubles are rounded in a larger unit.
    """
    with np.errstate(over="ignore"):
        found = values * weight
    far = np.isinf(found)
    if not far.any():
        return exact_sum(found)
    smaller = np.ldexp(values[far], -_LIMBS * BITS) * weight[far]
    return exact_sum(found[~far]) + exact_sum(smaller).raised(_LIMBS)


def units_of(values: Vector) -> int:
    """Return the sum of finite doubles in units of 2**BASE."""
    if compiled.native:
        return compiled.native.power_sums(compiled.plain(values))[0]
    return sum(_sum(values[start : start + ROWS]) for start in range(0, len(values), ROWS))


def _sum(values: Vector) -> int:
    found = cut(values, max(-float(values.min()), float(values.max())), width=WIDE)
    if found is None:
        return sum(_integer(value) for value in values.tolist()) << -_HALF
    units = 0
    for row, unit in enumerate(found.exponents, found.first):
        exact = float(np.add.reduce(WORKSPACE.slices[row, : len(values)]))
        units += int(math.ldexp(exact, -unit)) << (unit - BASE)
    return units


def _integer(value: float) -> int:
    """Return a number in units of 2**_HALF, which is whole for every double."""
    top, bottom = value.as_integer_ratio()
    return (top << -_HALF) // bottom
