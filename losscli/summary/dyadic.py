"""Whole numbers times powers of two: exact like fractions, without their common divisors."""

import math
from fractions import Fraction
from typing import NamedTuple

_BITS = 256
"""The bits to which a fraction that is no dyadic number is rounded."""


class Dyadic(NamedTuple):
    """The number `units * 2**exponent`."""

    units: int
    exponent: int

    @classmethod
    def of(cls, number: float | Fraction) -> "Dyadic":
        """Return a number, exactly if it is a double, else to 256 bits."""
        top, bottom = number.as_integer_ratio()
        if bottom & (bottom - 1) == 0:
            return cls(top, 1 - bottom.bit_length())
        shift = max(_BITS + bottom.bit_length() - abs(top).bit_length(), 0)
        return cls((top << shift) // bottom, -shift)

    def __add__(self, other: "Dyadic") -> "Dyadic":  # type: ignore[override]
        """Return the exact sum."""
        low = min(self.exponent, other.exponent)
        units = (self.units << (self.exponent - low)) + (other.units << (other.exponent - low))
        return Dyadic(units, low)

    def __mul__(self, other: "Dyadic") -> "Dyadic":  # type: ignore[override]
        """Return the exact product."""
        return Dyadic(self.units * other.units, self.exponent + other.exponent)

    def __neg__(self) -> "Dyadic":
        """Return minus the number."""
        return Dyadic(-self.units, self.exponent)

    def fraction(self) -> Fraction:
        """Return the same number."""
        if self.exponent >= 0:
            return Fraction(self.units << self.exponent)
        return Fraction(self.units, 1 << -self.exponent)


def root_of_quotient(top: Dyadic, bottom: Dyadic) -> float:
    """Return the square root of a quotient from 0 on, also where that is no double."""
    size = top.units.bit_length() + top.exponent - bottom.units.bit_length() - bottom.exponent
    half = size // 2
    scaled = math.sqrt(quotient(Dyadic(top.units, top.exponent - 2 * half), bottom))
    try:
        return math.ldexp(scaled, half)
    except OverflowError:
        return math.inf


def quotient(top: Dyadic, bottom: Dyadic) -> float:
    """Return the correctly rounded quotient; infinite beyond the doubles."""
    shift = top.exponent - bottom.exponent
    above, below = top.units << max(shift, 0), bottom.units << max(-shift, 0)
    try:
        return above / below
    except OverflowError:
        return float("inf") if (above > 0) == (below > 0) else float("-inf")
