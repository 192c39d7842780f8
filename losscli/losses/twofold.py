"""Numbers held in two doubles, a value and what its rounding took away, where terms cancel."""

from decimal import Decimal, localcontext
from functools import cache

import numpy as np

from losscli.losses.spec import Vector
from losscli.losses.stable import difference, product, square_rest

_PARTS = 128
"""The logarithm is known exactly enough at so many numbers from 1 to 2."""
_DIGITS = 50
_SHORT = 2.0**42
"""A logarithm of 2 cut to so many bits can be multiplied by any exponent without rounding."""


def log_in_two(x: Vector) -> tuple[Vector, Vector]:
    """Return the logarithm of x > 0 to about 75 bits: a double, and what is left beside it."""
    fraction, exponent = np.frexp(x)
    m, k = 2 * fraction, exponent - 1.0
    place = np.rint((m - 1) * _PARTS).astype(np.intp)
    near = 1 + place / _PARTS
    high, low = (values[place] for values in _logarithms())
    off = m - near  # exact: the two are close, and one of them is short
    q = off / near
    back, beyond = product(q, near)
    q_rest = ((off - back) - beyond) / near
    tail = np.zeros_like(q)
    for n in range(9, 2, -1):
        tail = q * (tail + (-1) ** (n + 1) / n)
    two_high, two_low = _logarithm_of_2()
    total, rest = k * two_high, low + k * two_low
    rest += q_rest - q * q_rest - 0.5 * square_rest(q) + q * q * tail
    for term in (high, q, -0.5 * q * q):
        total, lost = difference(total, -term)
        rest += lost
    return total, rest


@cache
def _logarithms() -> tuple[Vector, Vector]:
    with localcontext(prec=_DIGITS):
        logs = [(Decimal(1) + Decimal(i) / _PARTS).ln() for i in range(_PARTS + 1)]
        high = [float(log) for log in logs]
        low = [float(log - Decimal(near)) for log, near in zip(logs, high, strict=True)]
    return np.array(high), np.array(low)


@cache
def _logarithm_of_2() -> tuple[float, float]:
    with localcontext(prec=_DIGITS):
        log = Decimal(2).ln()
        high = float(int(log * Decimal(_SHORT))) / _SHORT
        return high, float(log - Decimal(high))
