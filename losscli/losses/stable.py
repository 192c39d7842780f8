"""Arithmetic that keeps the digits which the textbook forms lose when they cancel."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.losses.arguments import Array as Vector

NEAR = 1 / 3
"""Up to here the series in (a - b)/(a + b) are used: one number is at most twice the other."""
_EULER = 0.5772156649015329
_SPLIT = 2.0**27 + 1
_EIGHTH = 0.125
_LAST = 1e-20
_TINY = 1e-100
_ODD = tuple(1 / k for k in range(37, 1, -2))
_STIRLING = (
    *(43867 / 244188, -3617 / 122400, 1 / 156, -691 / 360360),
    *(1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12),
)
_SMALL = 0.5
_FAR = 8.0
"""From here on Stirling's series reaches the last digit."""


def difference(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    """Return a - b rounded, and what the rounding took away: together they are exact.

    Two-sum of Knuth (1969). Exact for any two numbers whose difference does not overflow.
    """
    rounded = a - b
    back = rounded - a
    rest: Vector = (a - (rounded - back)) - (b + back)
    none = np.isnan(rest)
    if none.any():
        # beside an infinite difference there is no rest
        rest[none] = 0.0
    return rounded, rest


def within_doubles(
    found: Vector, function: Callable[..., Vector], *columns: NDArray[np.float64], degree: int
) -> Vector:
    """Return row losses, those again from an eighth of the columns whose parts left the doubles.

    For losses that are homogeneous of that degree: 1 has the unit of the columns, 0 has none.
    """
    if math.isfinite(found.max(initial=0.0)) and math.isfinite(found.min(initial=0.0)):
        return found
    beyond = ~np.isfinite(found)
    found[beyond] = function(*(column[beyond] * _EIGHTH for column in columns)) / _EIGHTH**degree
    return found


def of_distance(
    function: Callable[[Vector, float], Vector],
    unit: float,
    *columns: Vector,
    degree: int,
) -> Vector:
    """Return the losses of y, pred and |y - pred|, also where that is no double but its loss is.

    `function` takes the distance and a parameter in its unit, and is homogeneous in both.
    """
    y, pred, size = columns
    found = function(size, unit)
    if size.max(initial=0.0) == np.inf:
        beyond = np.isinf(size)
        smaller = np.abs(y[beyond] * _EIGHTH - pred[beyond] * _EIGHTH)
        found[beyond] = function(smaller, unit * _EIGHTH) / _EIGHTH**degree
    return found


def near_half_square(found: Vector, size: Vector, unit: float) -> Vector:
    """Return losses that are half the square of `size` near 0, where the scaled square is none."""
    tiny = size < _TINY * unit
    if tiny.any():
        found[tiny] = 0.5 * size[tiny] * size[tiny]
    return found


def difference_over_sum(a: Vector, b: Vector) -> Vector:
    """Return (a - b)/(a + b) of numbers from 0 on, also where their sum is no double."""
    total = a + b
    found: Vector = (a - b) / total
    if total.max(initial=0.0) == np.inf:
        large = np.isinf(total)
        one, other = 0.5 * a[large], 0.5 * b[large]
        found[large] = (one - other) / (one + other)
    return found


def power_of_sum(rounded: Vector, rest: Vector, exponent: float) -> Vector:
    """Return (rounded + rest)**exponent for a rest below the last digit of `rounded` >= 0.

    The power multiplies the relative error of its base by the exponent.
    """
    relative: Vector = rest / np.where(rounded == 0, 1.0, rounded)
    return rounded**exponent * (1 + exponent * relative)


def square_rest(x: Vector) -> Vector:
    """Return x*x minus the double that x*x rounds to, exactly.

    Dekker's (1971) product, for 1e-140 < |x| < 1e150; 0 where the square is infinite.
    """
    shifted = _SPLIT * x
    high = shifted - (shifted - x)
    low = x - high
    rest = ((high * high - x * x) + 2 * high * low) + low * low
    return np.where(np.isfinite(rest), rest, 0.0)


def product(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    """Return a*b rounded, and what the rounding took away: Dekker's (1971) product.

    Exact where neither a number nor the product is above 1e300 or the rest below 1e-300.
    """
    rounded = a * b
    a_high, b_high = _high(a), _high(b)
    a_low, b_low = a - a_high, b - b_high
    rest = ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low
    return rounded, rest


def _high(x: Vector) -> Vector:
    shifted = _SPLIT * x
    high: Vector = shifted - (shifted - x)
    return high


def power_of_two(exponent: NDArray[np.integer], power: float) -> tuple[Vector, NDArray[np.intp]]:
    """Return 2**(exponent*power) as a number near 1 and the exponent of a power of two."""
    digits = exponent.astype(np.float64)
    whole, rest = product(digits, np.full_like(digits, power))
    unit = np.rint(whole)
    return np.exp2((whole - unit) + rest), unit.astype(np.intp)


def atanh_rest(v: Vector) -> Vector:
    """Return atanh(v) - v for |v| <= 1/3 by its series v^3/3 + v^5/5 + ..."""
    square = v * v
    total = np.full_like(v, _ODD[0])
    for coefficient in _ODD[1:]:
        total *= square
        total += coefficient
    return total * square * v


def exp_rest(t: Vector) -> Vector:
    """Return exp(t) - 1 - t for |t| <= 1 by its series t^2/2 + t^3/6 + ..."""
    total = np.zeros_like(t)
    for k in range(20, 1, -1):
        total += 1.0
        total *= t / k
    return total * t


def factorial_rest(y: Vector) -> Vector:
    """Return log(y!) - y*log(y) + y for y >= 0: what is left of it beside its largest terms."""
    found = np.empty_like(y)
    far = y >= _FAR
    found[far] = 0.5 * np.log(2 * np.pi * y[far]) + _stirling(1 / y[far])
    near, place = np.unique(y[~far], return_inverse=True)
    logs = np.array([math.lgamma(1 + x) for x in near.tolist()])
    small = near <= _SMALL
    # 1 + y loses the digits of a small y
    logs[small] = _log_factorial(near[small])
    found[~far] = (logs + near * (1 - np.log(np.where(near == 0, 1.0, near))))[place]
    return found


def _log_factorial(y: Vector) -> Vector:
    """Return log(y!) for 0 <= y <= 1/2: Abramowitz & Stegun (1964), 6.1.33."""
    total = np.zeros_like(y)
    for k in range(28, 1, -1):
        total += (-1) ** k * _zeta_less_1(k) / k
        total *= y
    return (total + (1 - _EULER)) * y - np.log1p(y)


@cache
def _zeta_less_1(k: int) -> float:
    """Return 2^-k + 3^-k + ..., the end of the sum by Euler's and Maclaurin's formula."""
    n = 100.0
    end = n ** (1 - k) / (k - 1) + n**-k / 2 + k * n ** (-k - 1) / 12
    end -= k * (k + 1) * (k + 2) * n ** (-k - 3) / 720
    return math.fsum([*(m**-k for m in range(2, int(n))), end])


def _stirling(inverse: Vector) -> Vector:
    total, square = np.zeros_like(inverse), inverse * inverse
    for coefficient in _STIRLING:
        total *= square
        total += coefficient
    return total * inverse


def box_cox(log: Vector, ratio: Vector, power: float) -> Vector:
    """Return (ratio**power - 1)/power, and its limit log(ratio) at power 0.

    `log` is the logarithm of `ratio`, known better than `ratio` where that is close to 1.
    """
    if power == 0:
        return log
    exponent = power * log
    near = np.expm1(exponent) / power
    found = np.where(np.abs(exponent) < 1, near, (ratio**power - 1) / power)
    # the product of two small numbers has fewer digits, or none
    return np.where(np.abs(exponent) < _LAST, log, found)


def mean_of_pairs(
    total: Callable[[NDArray[Any], Vector], Vector], y: NDArray[Any], scores: Vector, count: int
) -> Vector:
    """Return `total(y, scores) / count`, where the total is of how far scores are short by 1."""
    mean: Vector = total(y, scores) / count
    if mean.max(initial=0.0) == np.inf:
        # beside such a sum the 1 is nothing, so it is in proportion to the scores
        beyond = np.isinf(mean)
        mean[beyond] = 8 * (total(y[beyond], 0.125 * scores[beyond]) / count)
    return mean
