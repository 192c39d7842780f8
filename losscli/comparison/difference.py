"""The change of one loss: its interval, p-value and smallest detectable size."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from losscli.comparison.proportion import fewest, mcnemar, tango
from losscli.comparison.summary import Tails
from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN, to_float
from losscli.losses.spec import Vector
from losscli.report.interval import back, beyond, forth, slopes_of, spread, t_quantile
from losscli.report.terms import Terms
from losscli.summary.largest import KEPT, Largest, tail_rows

_POWER = 0.8
_SIDES = 1.96
"""Standard deviations by which the numbers of large differences on the two sides must differ."""
INDEX_OF_VARIANCE = 2.0
"""The index below which a tail has no variance, and no interval can be trusted."""
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
    `alone` is the part of the sum of squared differences that the farthest row carries.
    """

    lopsided: bool = True
    index: float = math.nan
    shaky: bool = False
    alone: float = 0.0


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
    detectable = (t + t_quantile(_POWER, freedom)) * stderr
    if _binary(both, chosen):
        low, high, p = _of_proportions(both.joint.rows, signs, level)
        detectable = max(detectable, fewest(level) / both.joint.rows)
        return Difference(change, stderr, low, high, p, detectable, exact=True)
    if not stderr:
        return Difference(change, 0.0, change, change, 0.0 if change else 1.0, 0.0)
    a = skewness / math.sqrt(units.rows) if shape.lopsided else 0.0
    low = change - stderr * max(t, back(t, a))
    high = change - stderr * min(-t, back(-t, a))
    ratio = change / stderr
    p = 2 * max(beyond(abs(x), freedom) for x in (ratio, forth(ratio, a)))
    return Difference(change, stderr, low, high, min(p, 1.0), detectable)


def _change(both: Both, chosen: Chosen) -> float:
    if chosen.combine == MEAN:
        return to_float(both.new.mean(0) - both.old.mean(0))
    return chosen.combine.value(both.new) - chosen.combine.value(both.old)


def _slopes(both: Both, chosen: Chosen) -> Sequence[Fraction] | None:
    """Return the factors of the columns of `joint` in the linear part of the change."""
    if chosen.combine == MEAN:
        return (Fraction(1),)
    old, new = (slopes_of(terms, chosen.combine) for terms in (both.old, both.new))
    if old is None or new is None:
        return None
    return [*(n - o for o, n in zip(old, new, strict=True)), *new]


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
    alone = _alone(np.sort(far[far > 0])[-KEPT:], moved)
    index = Largest(np.sort(far[far > 0])[-KEPT:]).tail_index(moved)
    if not index < math.inf:
        return Shape(lopsided, index, alone=alone)
    error = math.sqrt((1 + 1 / index**2) / size)
    return Shape(lopsided, index, 1 / index - _SURE * error > 1 / INDEX_OF_VARIANCE, alone)


def _alone(far: Vector, moved: int) -> float:
    """Return the least part of all squares that the last of the largest distances can carry."""
    if not len(far) or not moved:
        return 0.0
    squares = (far / far[-1]) ** 2
    return float(1 / (squares.sum() + max(moved - len(far), 0) * squares[0]))
