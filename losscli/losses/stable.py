"""Arithmetic that keeps the digits which the textbook forms lose when they cancel."""

import numpy as np

from losscli.losses.spec import Vector

NEAR = 1 / 3
"""Up to here the series in (a - b)/(a + b) are used: one number is at most twice the other."""
_SPLIT = 2.0**27 + 1
_ODD = tuple(1 / k for k in range(37, 1, -2))


def difference(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    """Return a - b rounded, and what the rounding took away: together they are exact.

    Two-sum of Knuth (1969). Exact for any two numbers whose difference does not overflow.
    """
    rounded = a - b
    back = rounded - a
    return rounded, (a - (rounded - back)) - (b + back)


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


def atanh_rest(v: Vector) -> Vector:
    """Return atanh(v) - v for |v| <= 1/3 by its series v^3/3 + v^5/5 + ..."""
    square = v * v
    total = np.full_like(v, _ODD[0])
    for coefficient in _ODD[1:]:
        total *= square
        total += coefficient
    return total * square * v


def box_cox(log: Vector, ratio: Vector, power: float) -> Vector:
    """Return (ratio**power - 1)/power, and its limit log(ratio) at power 0.

    `log` is the logarithm of `ratio`, known better than `ratio` where that is close to 1.
    """
    if power == 0:
        return log
    exponent = power * log
    near = np.expm1(exponent) / power
    return np.where(np.abs(exponent) < 1, near, (ratio**power - 1) / power)
