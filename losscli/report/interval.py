"""Standard errors and intervals of values, from exact moments alone."""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist

from losscli.losses.combine import MEAN, Combine, to_float
from losscli.report.records import Estimate
from losscli.report.terms import Terms
from losscli.summary.dyadic import Dyadic, quotient, root_of_quotient

_NORMAL = NormalDist()
_ONE = Dyadic(1, 0)
_TRUSTED = 1e-2
"""How far the skewness may be off, from sums that are not exact, before it is not used."""


def estimate(
    terms: Terms,
    combine: Combine,
    level: float,
    *,
    floor: float = -math.inf,
    proportion: bool = False,
    clusters: Terms | None = None,
) -> Estimate:
    """Finish the value of a loss over some rows; no value can lie below `floor`.

    `proportion` tells that the row losses may be nothing but 0 and 1 by their nature.

    The standard error is that of a mean by the central limit theorem (by the delta method for
    functions of means), weighted by importance weights. The interval is Wilson's (1927) for
    losses that are all 0 or 1, else t with the cube-root transformation of Hall (1992).

    `clusters` are the sums over rows that are not independent, as `cluster_moments` has them:
    then the clusters vary and not the rows (Miller, 2024, arXiv 2411.00640).
    """
    if terms.infinite:
        return Estimate(math.inf, terms.counted, status="infinite", infinite_rows=terms.infinite)
    if terms.undefined:
        return Estimate(math.nan, terms.counted, status="undefined")
    if not terms.rows:
        return Estimate(math.nan, 0, status="empty")
    value = combine.value(terms)
    if not math.isfinite(value):
        status = "undefined" if math.isnan(value) else "infinite"
        return Estimate(value, terms.rows, status=status)
    units = clusters or terms
    counted = clusters.rows if clusters else 0
    slopes = slopes_of(terms, combine)
    found = spread(slopes, units) if slopes else None
    if found is None:
        return Estimate(value, terms.rows, clusters=counted)
    assert slopes
    stderr, skewness = found
    if combine.monotone and proportion and terms.binary:
        ends = _clustered(terms, units, stderr, level) if clusters else _wilson(terms, level)
        low, high = (combine.monotone(end) for end in ends)
    else:
        low, high = _hall(units.rows, stderr, skewness, level)
        moved = combine.moved or MEAN.moved
        assert moved
        low, high = (moved(value, end) for end in (low, high))
    ends = max(low, floor), max(high, floor)
    return Estimate(value, terms.rows, stderr, *ends, clusters=counted)


def slopes_of(terms: Terms, combine: Combine) -> list[Fraction] | None:
    """Return the derivative of the value by the mean of each term; None where it has none."""
    if combine.slopes is None:
        return None
    try:
        slopes = combine.slopes([terms.mean(j) for j in range(terms.term_count)])
        return [Fraction(slope) for slope in slopes]
    except (ZeroDivisionError, OverflowError, ValueError):
        return None


def spread(slopes: Sequence[Fraction], units: Terms) -> tuple[float, float] | None:
    """Return the standard error and the skewness of a linear form of means; None for one row.

    The linear part of unit i (a row or a cluster of rows) is
    d_i = sum_j slope_j (column_ij - mean_j weight_i); its error is
    sqrt(n/(n-1) sum d^2) / (sum of weights).
    """
    rows = units.rows
    if rows < 2:  # noqa: PLR2004 - one row has no spread
        return None
    # times the sum of weights, which spares the division of the means
    weight = units.weight
    factors = [Dyadic.of(slope) for slope in slopes]
    form = [factor * weight for factor in units.in_units(factors)]
    last = Dyadic(0, 0)
    for j, factor in enumerate(factors):
        last += -(factor * units.sum(j))
    form.append(last)
    squares = units.form_squared(form)
    unit = weight * weight
    stderr = root_of_quotient(squares * Dyadic(rows, 0), unit * unit * Dyadic(rows - 1, 0))
    return stderr, _skewness(units, form, squares)


def _skewness(terms: Terms, form: Sequence[Dyadic], squares: Dyadic) -> float:
    """Return the skewness of a linear form, of whose squares the sum is given."""
    if not squares.units:
        return 0.0
    # a power of two near the standard deviation is the unit, so that its cube is a double
    half = (squares.units.bit_length() + squares.exponent) // 2
    found = terms.form_cubed([factor * Dyadic(1, -half) for factor in form])
    variance = quotient(squares * Dyadic(1, -2 * half), Dyadic(terms.rows, 0))
    cubed = variance * math.sqrt(variance) * terms.rows
    if found is None:
        return 0.0
    return quotient(found[0], _ONE) / cubed if found[1] <= _TRUSTED * cubed else 0.0


def _hall(rows: int, stderr: float, skewness: float, level: float) -> tuple[float, float]:
    """Return the ends of the interval relative to the value (Hall, 1992, equation 3)."""
    t = t_quantile((1 + level) / 2, rows - 1)
    a = skewness / math.sqrt(rows)
    return -stderr * back(t, a), -stderr * back(-t, a)


def forth(x: float, a: float) -> float:
    """Return Hall's transformation of a studentized mean; `a` is the skewness / sqrt(rows)."""
    return x + a * x * x / 3 + a * a * x**3 / 27 + a / 6


def back(x: float, a: float) -> float:
    """Return its inverse."""
    shifted = x - a / 6
    c = _cube_root(1 + a * shifted)
    return 3 * shifted / (c * c + c + 1)


def _cube_root(x: float) -> float:
    return math.copysign(abs(x) ** (1 / 3), x)


def _wilson(terms: Terms, level: float) -> tuple[float, float]:
    """Return the ends of the score interval of a proportion (Wilson, 1927).

    With weights the number of rows is (sum w)^2 / sum w^2 (Kish, 1965).
    """
    p = to_float(terms.mean(0))
    return _score_interval(p, _rows_alike(terms), _NORMAL.inv_cdf((1 + level) / 2))


def _rows_alike(terms: Terms) -> float:
    if not terms.weighted:
        return terms.rows
    return quotient(terms.weight * terms.weight, terms.square_of_weights)


def _clustered(terms: Terms, units: Terms, stderr: float, level: float) -> tuple[float, float]:
    """Return the ends of the score interval of a proportion in clusters.

    The number of rows is that of independent ones with the same standard error, but no more
    than there are (Franco, Little, Louis & Slud, 2019), with t for the number of clusters (Korn
    & Graubard, 1998). Where no row differs from another the clusters are counted.
    """
    p = to_float(terms.mean(0))
    most = _rows_alike(terms)
    n = min(p * (1 - p) / stderr**2, most) if stderr > 0 else most
    n = n if 0 < p < 1 else min(units.rows, most)
    return _score_interval(p, n, t_quantile((1 + level) / 2, units.rows - 1))


def _score_interval(p: float, n: float, z: float) -> tuple[float, float]:
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


@lru_cache(maxsize=4096)
def t_quantile(probability: float, freedom: int) -> float:
    """Return the quantile of Student's t, for a probability from 0.5 to 1.

    Bisection on the exact distribution function for few degrees of freedom, the expansion of
    Cornish & Fisher in 1/freedom for many (Abramowitz & Stegun, 26.7.5).
    """
    if freedom >= _MANY:
        return _expanded(_NORMAL.inv_cdf(probability), freedom)
    low, high = 0.0, 1.0
    while _t_cdf(high, freedom) < probability:
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_cdf(middle, freedom) < probability else (low, middle)
    return (low + high) / 2


def _expanded(z: float, freedom: int) -> float:
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / freedom + g2 / freedom**2 + g3 / freedom**3 + g4 / freedom**4


def beyond(t: float, freedom: int) -> float:
    """Return the probability that Student's t exceeds `t` >= 0; the inverse of `t_quantile`."""
    if freedom < _MANY:
        return max(0.0, 1 - _t_cdf(t, freedom))  # which rounding lets be above 1
    low, high = 0.0, t
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _expanded(middle, freedom) < t else (low, middle)
    return _NORMAL.cdf(-low)


_MANY = 200
_HALVINGS = 60


def _t_cdf(t: float, freedom: int) -> float:
    """Return the distribution function at t >= 0 (Abramowitz & Stegun, 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(freedom))
    cos2 = math.cos(angle) ** 2
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(2 if odd else 1, freedom - 2, 2):
        term *= cos2 * k / (k + 1)
        total += term
    inside = 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
    return 0.5 + inside / 2
