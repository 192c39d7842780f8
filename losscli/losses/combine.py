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
    increasing function of the mean of the first term alone, so it maps an interval's ends.
    One with `empty` is meant for the rows of one group: `empty` tells that they hold nothing to
    be found and nothing that was predicted, of which the report counts the groups; their value
    is `of_nothing`.
    """

    name: str
    value: Callable[[Finished], float]
    slopes: Callable[[Sequence[Fraction]], Sequence[float | Fraction]] | None = None
    monotone: Callable[[float], float] | None = None
    needs_median: bool = False
    empty: Callable[[Finished], bool] | None = None
    of_nothing: float = 0.0


def to_float(number: Fraction) -> float:
    """Round an exact number to the nearest double; beyond the doubles it is infinite."""
    try:
        return number.numerator / number.denominator
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _root(number: Fraction) -> float:
    return math.sqrt(to_float(number))


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.nan


def _deviation(terms: Finished) -> float:
    return _root(terms.mean(2) + terms.mean(3) - terms.mean(1) ** 2)


MEAN = Combine("mean", lambda t: to_float(t.mean(0)), lambda _: (1.0,), lambda m: m)
ROOT = Combine(
    "square root of the mean",
    lambda t: _root(t.mean(0)),
    lambda m: (0.5 / math.sqrt(m[0]),),
    lambda m: math.sqrt(max(m, 0.0)),
)
RATIO = Combine(
    "ratio of the means",
    lambda t: to_float(t.mean(0) / t.mean(1)) if t.mean(1) else math.nan,
    lambda m: (1 / m[1], -m[0] / m[1] ** 2),
)
MEDIAN = Combine("median", lambda t: t.median(), needs_median=True)
LARGEST = Combine("largest", lambda t: t.high(0))


def _root_over_mean_slopes(means: Sequence[Fraction]) -> Sequence[float | Fraction]:
    root, mean = math.sqrt(means[0]), means[1]
    return 0.5 / (root * abs(mean)), -math.copysign(root, mean) / mean**2, 0.0, 0.0


def _root_over_deviation_slopes(means: Sequence[Fraction]) -> Sequence[float | Fraction]:
    square, mean, mean_of_squares, rest = means
    variance = mean_of_squares + rest - mean**2
    value = math.sqrt(square / variance)
    slope = -0.5 * value / variance
    return 0.5 * value / square, value * mean / variance, slope, slope


ROOT_OVER_MEAN = Combine(
    "root of the mean, divided by the size of the mean of y",
    lambda t: _ratio(_root(t.mean(0)), abs(to_float(t.mean(1)))),
    _root_over_mean_slopes,
)
ROOT_OVER_RANGE = Combine(
    "root of the mean, divided by the range of y",
    lambda t: _ratio(_root(t.mean(0)), t.high(1) - t.low(1)),
)
ROOT_OVER_DEVIATION = Combine(
    "root of the mean, divided by the standard deviation of y",
    lambda t: _ratio(_root(t.mean(0)), _deviation(t)),
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
