"""Where a function of one number is least: in one valley, or in the lowest of many."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass

Vector = NDArray[np.float64]
Along = Callable[[Vector], Vector]
"""A function of one number, of many at once."""

_GOLDEN = (5**0.5 - 1) / 2
_BETWEEN = 1 - _GOLDEN
"""Where a new point is put between two: no even distance, which what repeats could hide behind."""
_VALLEYS = 12
_INSIDE = np.array([0.2, 0.4, 0.6, 0.8])
_ZOOMS = 18
_SAME = 1e-7
"""Two values that differ by less, beside their size, are not worth another look."""
_STRIDES = 200
_NOISE = 1e-13
_CLOSE = 1e-2
_RIVAL = 0.1
_SEEN = 1.1
"""So many more valleys may twice as many points show: else there are more than can be seen."""
_SETTLED = 2
"""So often must twice as many points find nothing lower."""


def minimum(function: Callable[[float], float], low: float, high: float, steps: int) -> float:
    """Return where a function is least between two points, by golden section (Kiefer, 1953)."""
    a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_a, at_b = function(a), function(b)
    for _ in range(steps):
        if at_a <= at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            at_a = function(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            at_b = function(b)
    best = min((at_a, a), (at_b, b), (function(low), low), (function(high), high))
    return best[1]


def around(function: Callable[[float], float], start: float, step: float) -> tuple[float, float]:
    """Return two points between which a function has its lowest place, from a start downhill."""
    low, high, least = start - step, start + step, function(start)
    at, there = min(((x, function(x)) for x in (low, high)), key=lambda found: found[1])
    for _ in range(_STRIDES):
        if not there < least:
            break
        # downhill: the place before last is one end
        step, before, least = 2 * (at - start), start, there
        start, at = at, at + step
        there = function(at)
        low, high = min(before, at), max(before, at)
    return low, high


@dataclass(frozen=True)
class Valleys:
    """Places where a function is lower than around them, the lowest first, with its values.

    `reach` is how far the next known points are. It is `settled` where twice as many points,
    again and again, have found nothing lower.
    """

    at: Vector
    values: Vector
    reach: Vector
    settled: bool


def valleys(function: Along, points: Vector, most: int) -> Valleys:
    """Look for the lowest places of a function between ascending points, and between more.

    The points are doubled until they show nothing lower and hardly more valleys, or `most` would
    be exceeded; the lowest valleys are looked into. What is no number is taken for infinite.
    """
    values = known(function(points))
    found, quiet = _looked_into(function, points, values), 0
    most_rivals = 1 + _SEEN * _rivals(points, values)
    while quiet < (_SETTLED if len(found.at) > 1 else 1):
        if 2 * len(points) > most:
            return found
        between = (1 - _BETWEEN) * points[:-1] + _BETWEEN * points[1:]
        order = np.argsort(np.concatenate([points, between]), kind="stable")
        values = np.concatenate([values, known(function(between))])[order]
        points = np.concatenate([points, between])[order]
        lower, more = _looked_into(function, points, values), _rivals(points, values)
        lost = found.values[0] - lower.values[0]
        quiet = quiet + 1 if lost <= abs(found.values[0]) * _SAME and more <= most_rivals else 0
        found, most_rivals = lower if lost > 0 else found, 1 + _SEEN * more
    return Valleys(found.at, found.values, found.reach, settled=True)


def known(values: Vector) -> Vector:
    """Return the values with infinity for what is no number."""
    return np.where(np.isnan(values), np.inf, values)


def _rivals(points: Vector, values: Vector) -> int:
    """Return how many valleys the points show that are nearly as low as the lowest."""
    least = values.min()
    depth = np.median(values[np.isfinite(values)]) - least if np.isfinite(least) else 0.0
    # between points that are too close to each other there is nothing but rounding
    middle = np.ptp(np.quantile(points, (0.1, 0.9), method="lower"))
    apart = np.floor(points / (middle / len(points) * _CLOSE)) if middle else points
    values = values[np.append(True, apart[1:] != apart[:-1])]
    noise = _NOISE * np.abs(values[1:-1])
    down, up = values[1:-1] < values[:-2] - noise, values[1:-1] <= values[2:] + noise
    return int(np.count_nonzero(down & up & (values[1:-1] - least <= _RIVAL * depth)))


def _looked_into(function: Along, points: Vector, values: Vector) -> Valleys:
    """Return the lowest valleys that points show, each narrowed down."""
    before, after = np.roll(values, 1), np.roll(values, -1)
    before[0] = after[-1] = np.inf
    lower = np.flatnonzero(((values < before) & (values <= after)) | (values == values.min()))
    aside = np.abs(points[lower] - points[len(points) // 2])
    lower = lower[np.lexsort((aside, values[lower]))][:_VALLEYS]
    low, high = points[np.maximum(lower - 1, 0)], points[np.minimum(lower + 1, len(points) - 1)]
    at, least, reach = points[lower], values[lower], high - low
    for _ in range(_ZOOMS):
        tried = low[:, None] + _INSIDE * (high - low)[:, None]
        costs = known(function(np.ascontiguousarray(tried).ravel())).reshape(tried.shape)
        tried = np.concatenate([at[:, None], tried], axis=1)
        costs = np.concatenate([least[:, None], costs], axis=1)
        best = np.argmin(costs, axis=1)[:, None]
        at, least = (np.take_along_axis(lot, best, 1)[:, 0] for lot in (tried, costs))
        step = _INSIDE[0] * (high - low)
        low, high = np.maximum(low, at - step), np.minimum(high, at + step)
    order = np.argsort(least, kind="stable")
    return Valleys(at[order], least[order], reach[order], settled=False)
