"""The difference of two proportions of the same rows: exact test, and an interval."""

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_HALVINGS = 100
_SMALL = 1000
"""Up to so many rows the binomial sum is taken in whole numbers."""


def mcnemar(better: int, worse: int) -> float:
    """Return the exact two-sided p-value of no difference (McNemar, 1947).

    Of the rows where the models differ each is as likely to be better as worse: twice the
    smaller tail of the binomial distribution with probability 1/2.
    """
    rows, least = better + worse, min(better, worse)
    if 2 * least >= rows:
        return 1.0
    if rows <= _SMALL:
        ways = sum(math.comb(rows, k) for k in range(least + 1))
        return min(1.0, ways / (1 << (rows - 1)))
    logarithm = math.lgamma(rows + 1) - math.lgamma(least + 1) - math.lgamma(rows - least + 1)
    term = total = 1.0
    for k in range(least, 0, -1):
        term *= k / (rows - k + 1)
        total += term
        if term < total * 2.0**-60:
            break
    return min(1.0, 2 * total * math.exp(logarithm - rows * math.log(2)))


def fewest(level: float) -> int:
    """Return how many rows must move, all in one direction, to be more than chance."""
    return math.floor(1 - math.log2(1 - level)) + 1


def tango(better: int, worse: int, rows: int, level: float) -> tuple[float, float]:
    """Return the score interval of the change (worse - better) / rows (Tango, 1998)."""
    z = _NORMAL.inv_cdf((1 + level) / 2)
    centre = (worse - better) / rows
    return (
        _where(better, worse, rows, z, (-1.0, centre)),
        _where(better, worse, rows, -z, (centre, 1.0)),
    )


def _where(better: int, worse: int, rows: int, z: float, ends: tuple[float, float]) -> float:
    """Return where the score statistic, which falls, is z."""
    low, high = ends
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = _score(better, worse, rows, middle) > z
        low, high = (middle, high) if above else (low, middle)
    return (low + high) / 2


def _score(better: int, worse: int, rows: int, change: float) -> float:
    linear = (2 * rows - worse + better) * change - worse - better
    constant = -better * change * (1 - change)
    root = math.sqrt(max(linear * linear - 8 * rows * constant, 0.0))
    share = (root - linear) / (4 * rows)
    variance = rows * (2 * share + change * (1 - change))
    away = worse - better - rows * change
    if variance <= 0:
        return math.copysign(math.inf, away) if away else 0.0
    return away / math.sqrt(variance)
