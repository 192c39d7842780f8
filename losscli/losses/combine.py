"""How the row losses become one number: the mean, or a function of the means of several terms."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol

from losscli.dataclass import dataclass


class Finished(Protocol):
    """What is known of the terms of a loss once every row was seen."""

    def mean(self, term: int) -> Fraction:
        """Return the exact (weighted) mean of a term."""

    def low(self, term: int) -> float:
        """Return the smallest value of a term."""

    def high(self, term: int) -> float:
        """Return the largest value of a term."""

    def median(self) -> float:
        """Return the (weighted) median of the first term; NaN where it is not known."""


@dataclass(frozen=True)
class Combine:
    """From finished terms to the value of a loss.

    `slopes` gives the derivative of the value by the mean of each term, at those means, for
    the delta method; None means that the value has no standard error, ZeroDivisionError or
    ValueError that it has none at these means. A `monotone` one is an
    increasing function of the mean of the first term alone, so it maps an interval's ends:
    `moved` gives the value where that mean has moved so far that the value would move by a
    number if it were linear.
    One with `empty` is meant for the rows of one group: `empty` tells that they hold nothing to
    be found and nothing that was predicted, of which the report counts the groups; their value
    is `of_nothing`.
    """

    name: str
    value: Callable[[Finished], float]
    slopes: Callable[[Sequence[Fraction]], Sequence[float | Fraction]] | None = None
    monotone: Callable[[float], float] | None = None
    moved: Callable[[float, float], float] | None = None
    needs_median: bool = False
    empty: Callable[[Finished], bool] | None = None
    of_nothing: float = 0.0


def to_float(number: Fraction) -> float:
    """Round an exact number to the nearest double; beyond the doubles it is infinite."""
    try:
        return number.numerator / number.denominator
    except OverflowError:
        return math.inf if number > 0 else -math.inf


_BITS = 64
"""So many bits of a root, and whether there are more, tell how it is rounded."""


def root(number: Fraction) -> float:
    """Return the correctly rounded square root of an exact number, of any size."""
    top, bottom = number.numerator, number.denominator
    shift = 2 * _BITS + bottom.bit_length() - top.bit_length()
    shift += shift % 2
    whole, rest = divmod(top << max(shift, 0), bottom << max(-shift, 0))
    found = math.isqrt(whole)
    more = rest > 0 or found * found < whole
    return to_float(Fraction(2 * found + more) * Fraction(2) ** (-shift // 2 - 1))


def _inverse_root(number: Fraction) -> Fraction:
    """Return 1/sqrt to the digits of a double, also where that is none."""
    shift = (number.denominator.bit_length() - number.numerator.bit_length()) // 2
    scale = Fraction(2) ** shift
    return Fraction(1 / math.sqrt(number * scale * scale)) * scale


def _root_of_ratio(top: Fraction, bottom: Fraction) -> float:
    return root(top / bottom) if bottom > 0 else math.nan


def _root_moved(value: float, by: float) -> float:
    return value * math.sqrt(max(1 + 2 * (by / value), 0.0))


def _variance(means: Sequence[Fraction]) -> Fraction:
    return means[2] + means[3] - means[1] ** 2


MEAN = Combine(
    "mean", lambda t: to_float(t.mean(0)), lambda _: (1.0,), lambda m: m, lambda v, by: v + by
)
ROOT = Combine(
    "square root of the mean",
    lambda t: root(t.mean(0)),
    lambda m: (_inverse_root(m[0]) / 2,),
    lambda m: math.sqrt(max(m, 0.0)),
    _root_moved,
)
RATIO = Combine(
    "ratio of the means",
    lambda t: to_float(t.mean(0) / t.mean(1)) if t.mean(1) else math.nan,
    lambda m: (1 / m[1], -m[0] / m[1] ** 2),
)
MEDIAN = Combine("median", lambda t: t.median(), needs_median=True)
LARGEST = Combine("largest", lambda t: t.high(0))


def _root_over_mean_slopes(means: Sequence[Fraction]) -> Sequence[float | Fraction]:
    inverse, mean = _inverse_root(means[0]), means[1]
    slope = means[0] * inverse / mean**2
    return inverse / (2 * abs(mean)), slope if mean < 0 else -slope, 0.0, 0.0


def _root_over_deviation_slopes(means: Sequence[Fraction]) -> Sequence[float | Fraction]:
    square, variance = means[0], _variance(means)
    value = square / variance * _inverse_root(square / variance)
    slope = -value / (2 * variance)
    return value / (2 * square), value * means[1] / variance, slope, slope


ROOT_OVER_MEAN = Combine(
    "root of the mean, divided by the size of the mean of y",
    lambda t: _root_of_ratio(t.mean(0), t.mean(1) ** 2),
    _root_over_mean_slopes,
)
ROOT_OVER_RANGE = Combine(
    "root of the mean, divided by the range of y",
    lambda t: _root_of_ratio(t.mean(0), (Fraction(t.high(1)) - Fraction(t.low(1))) ** 2),
)
ROOT_OVER_DEVIATION = Combine(
    "root of the mean, divided by the standard deviation of y",
    lambda t: _root_of_ratio(t.mean(0), _variance([t.mean(j) for j in range(4)])),
    _root_over_deviation_slopes,
)


def _nothing(terms: Finished) -> bool:
    return not terms.mean(1)


def overlap(gamma: float = 1.0, of_nothing: float = 0.0) -> Combine:
    """Return the ratio of the means to the power 1/gamma; a fixed value where there is nothing."""
    power = 1 / gamma

    def value(terms: Finished) -> float:
        if _nothing(terms):
            return of_nothing
        found: float = to_float(terms.mean(0) / terms.mean(1)) ** power
        return found

    def slopes(means: Sequence[Fraction]) -> Sequence[float | Fraction]:
        ratio = means[0] / means[1]
        outer = power * to_float(ratio) ** (power - 1) if power != 1 else 1
        return outer / means[1], -outer * ratio / means[1]

    said = "ratio of the means" if power == 1 else "ratio of the means, to the power 1/gamma"
    said = f"{said}; {of_nothing:g} where both are 0"
    return Combine(said, value, slopes, empty=_nothing, of_nothing=of_nothing)
