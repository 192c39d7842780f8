"""The change of one loss: its interval, p-value and smallest detectable size."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from losscli.comparison.proportion import fewest, mcnemar, tango
from losscli.comparison.summary import Tails
from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN, ROOT, Combine, to_float
from losscli.losses.spec import Vector
from losscli.report.interval import back, beyond, forth, slopes_of, spread, t_quantile
from losscli.report.terms import Terms
from losscli.summary.largest import KEPT, Largest, tail_rows

_POWER = 0.8
_SIDES = 1.96
"""Standard deviations by which the numbers of large differences on the two sides must differ."""
INDEX_OF_VARIANCE = 2.0
"""The index below which a tail has no variance, and no interval can be trusted."""
_ORDINARY = 6.0
"""The kurtosis of the difference of two exponential losses, with which 79 to 81 % are found."""
_TIMES, _MOST = 2, 0.05
"""With these a rise of t5-squared losses is found in 75 to 85 % (tests/benchmarks/intervals.py)."""
_SURE = 1.0
"""Standard errors by which the tail must be too heavy before no interval is trusted."""


@dataclass(frozen=True)
class Both:
    """The terms of a loss over the same rows: of each model, and what tells the difference.

    `units` are the sums of the latter over clusters of rows, where they have some.
    """

    old: Terms
    new: Terms
    joint: Terms
    units: Terms | None = None


@dataclass(frozen=True)
class Shape:
    """What the largest differences tell: whether one side is heavier, and the tail's index.

    `shaky` is true where the tail is so heavy that no interval can be trusted, by more than chance.
    `alone` is the part of the sum of squared differences that the farthest row carries, and
    `fourth` the sum of their fourth powers by the square of that sum.
    """

    lopsided: bool = True
    index: float = math.nan
    shaky: bool = False
    alone: float = 0.0
    fourth: float = 0.0


@dataclass(frozen=True)
class Difference:
    """A change with what is known of its sampling error; NaN where that is not known.

    `exact` tells that the interval is that of a proportion, which no tail or lone row misleads.
    """

    change: float
    stderr: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    detectable: float = math.nan
    exact: bool = False


def difference(
    both: Both, chosen: Chosen, level: float, shape: Shape, signs: tuple[int, int]
) -> Difference:
    """Return the change of a loss whose value both models have.

    `signs` counts the rows that are better and worse. The interval is that of the paired
    difference: Tango's (1998) for losses that are 0 or 1, which leaves out 0 only where
    McNemar's exact test does; else t. Where the large differences lie on one side more than
    chance puts them there, it is widened to that of Hall's (1992) transformation, which takes
    up skewness; elsewhere a sample's skewness is noise, and taking it up makes false alarms.
    """
    change = _change(both, chosen)
    slopes = _slopes(both, chosen)
    units = both.units or both.joint
    found = spread(slopes, units) if slopes else None
    if found is None or both.joint.infinite or both.joint.undefined:
        return Difference(change)
    stderr, skewness = found
    freedom = units.rows - 1
    t = t_quantile((1 + level) / 2, freedom)
    if _binary(both, chosen):
        low, high, p = _of_proportions(both.joint.rows, signs, level)
        detectable = (t + t_quantile(_POWER, freedom)) * stderr
        detectable = max(detectable, fewest(level) / both.joint.rows)
        return Difference(change, stderr, low, high, p, detectable, exact=True)
    if not stderr:
        return Difference(change, 0.0, change, change, 0.0 if change else 1.0, 0.0)
    a = skewness / math.sqrt(units.rows) if shape.lopsided else 0.0
    low = change - stderr * max(t, back(t, a))
    high = change - stderr * min(-t, back(-t, a))
    ratio = change / stderr
    p = 2 * max(beyond(abs(x), freedom) for x in (ratio, forth(ratio, a)))
    detectable = (high - low) / 2 + _beyond_interval(units.rows, t, shape) * stderr
    return Difference(change, stderr, low, high, min(p, 1.0), detectable)


def _beyond_interval(rows: int, t: float, shape: Shape) -> float:
    """Return how far beyond the interval's half a change is found with 80 %, in standard errors.

    Other rows have another standard error: with c its relative error, the distance between a
    change and the end of its interval varies by 1 + c^2 (t^2 + (t + t.80)^2) and not by 1. For
    a kurtosis k, c^2 is about k/(4n). What `_ORDINARY` kurtosis adds is neglected; where it is
    larger, that of a sample is mostly far below that of its kind, but an outlier which is
    among the rows has made the error large already: hence twice as much, up to a bound.
    """
    power = t_quantile(_POWER, rows - 1)
    c2 = min(_TIMES * max(shape.fourth - _ORDINARY / rows, 0.0) / 4, _MOST)
    return power * math.sqrt(1 + c2 * (t * t + (t + power) ** 2))


def _change(both: Both, chosen: Chosen) -> float:
    if chosen.combine == MEAN:
        return to_float(both.new.mean(0) - both.old.mean(0))
    return chosen.combine.value(both.new) - chosen.combine.value(both.old)


def _slopes(both: Both, chosen: Chosen) -> Sequence[Fraction] | None:
    """Return the factors of the columns of `joint` in the linear part of the change."""
    if chosen.combine == MEAN:
        return (Fraction(1),)
    old, new = (_slopes_of(terms, chosen.combine) for terms in (both.old, both.new))
    if old is None or new is None:
        return None
    return [*(n - o for o, n in zip(old, new, strict=True)), *new]


def _slopes_of(terms: Terms, combine: Combine) -> Sequence[Fraction] | None:
    if combine == ROOT and not terms.mean(0):
        return (Fraction(0),)  # every row is 0, and whatever multiplies that tells nothing
    return slopes_of(terms, combine)


def _binary(both: Both, chosen: Chosen) -> bool:
    part = chosen.single
    proportion = part is not None and part.loss.bound == 1 and chosen.combine == MEAN
    plain = both.units is None and not both.joint.weighted
    return proportion and plain and both.old.binary and both.new.binary


def _of_proportions(rows: int, signs: tuple[int, int], level: float) -> tuple[float, float, float]:
    p = mcnemar(*signs)
    low, high = tango(*signs, rows, level)
    if p > 1 - level:
        low, high = min(low, 0.0), max(high, 0.0)
    return low, high, p


def shape_of(tails: Tails, mean: float, moved: int) -> Shape:
    """Look at the differences that are farthest from their mean, and on which side they lie.

    Rows that did not move are no part of a tail: `moved` counts the others.
    """
    size = tail_rows(moved)
    above, below = tails.up.values - mean, tails.down.values + mean
    far = np.concatenate([above, below])
    side = np.concatenate([np.ones(len(above)), np.zeros(len(below))])
    order = np.argsort(-far, kind="stable")
    up = float(side[order[:size]].sum())
    lopsided = size > 0 and abs(2 * up - size) > _SIDES * math.sqrt(size)
    far = np.sort(far[far > 0])[-moved:] if moved else far[:0]
    alone, fourth = _powers(far, moved)
    index = Largest(far[-KEPT:]).extreme_index(moved)
    if not index < math.inf:
        return Shape(lopsided, index, alone=alone, fourth=fourth)
    error = math.sqrt((1 + 1 / index**2) / size)
    # where both sides are alike t holds without a variance, too (Efron, 1969)
    shaky = lopsided and 1 / index - _SURE * error > 1 / INDEX_OF_VARIANCE
    return Shape(lopsided, index, shaky, alone, fourth)


def _powers(far: Vector, moved: int) -> tuple[float, float]:
    """Return the least that `alone` and `fourth` of a shape can be, from the largest distances."""
    if not len(far):
        return 0.0, 0.0
    squares = (far / far[-1]) ** 2
    rest = moved - len(far)
    total = float(squares.sum() + rest * squares[0])
    return 1 / total, float((squares**2).sum() + rest * squares[0] ** 2) / total**2
