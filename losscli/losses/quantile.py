"""Quantiles and intervals: how well a forecast of the spread fits what happened."""

from typing import Annotated

import numpy as np

from losscli.errors import DataError
from losscli.losses.domain import OPEN_UNIT
from losscli.losses.peer import Peer, catboost, lightgbm, sklearn, xgboost
from losscli.losses.spec import Matrix, Vector, loss
from losscli.losses.stable import within_doubles

_SYMMETRIC = 1e-9
"""Levels are read from column names: 0.1 and 0.9 are as symmetric as decimals can be."""


@loss(
    formula="alpha*(y - pred) if y >= pred else (1 - alpha)*(pred - y)",
    elicits="quantile alpha",
    use="Where a quantile is forecast, or too little costs more than too much.",
    avoid="Where alpha is not that of the forecast: it then rewards another quantile.",
    peers=(
        sklearn("mean_pinball_loss"),
        xgboost("reg:quantileerror", "Its metric quantile; its alpha has no default."),
        lightgbm("quantile", "Its default alpha is 0.9."),
        catboost("Quantile", "It takes 1e-6 from each distance."),
    ),
    aka=("quantile",),
)
def pinball(y: Vector, pred: Vector, *, alpha: Annotated[float, OPEN_UNIT] = 0.5) -> Vector:
    """Tilted distance: predicting too low costs alpha, too high 1 - alpha.

    Judges a forecast of the alpha-quantile (Koenker & Bassett, 1978).
    """
    return within_doubles(
        _tilted(y, pred, alpha), lambda y, pred: _tilted(y, pred, alpha), y, pred, degree=1
    )


def _tilted(y: Vector, pred: Vector, alpha: float) -> Vector:
    e: Vector = y - pred
    return e * (alpha - (e < 0))


@loss(
    formula="(alpha if y >= pred else 1 - alpha)*(y - pred)**2",
    elicits="expectile alpha",
    use="Where risk is to feel how far the outcome lies beyond, not only how often.",
    avoid="Where people are to read the forecast: an expectile has no frequency to it (pinball).",
    peers=(
        catboost("Expectile", "It holds alpha in single precision."),
        xgboost(
            "reg:expectileerror", "From version 3.3 on, after its source; its alpha has no default."
        ),
        Peer("model-diagnostics", "HomogeneousExpectileScore", "It gives twice this."),
        Peer(
            "Vowpal Wabbit",
            "expectile",
            "Its q is 1 - alpha, and at most 0.5; it computes in single precision.",
        ),
    ),
)
def expectile(y: Vector, pred: Vector, *, alpha: Annotated[float, OPEN_UNIT] = 0.5) -> Vector:
    """Tilted squared distance: too low costs alpha, too high 1 - alpha; at 0.5 half of mse.

    Judges a forecast of the alpha-expectile (Newey & Powell, 1987).
    """
    e = y - pred
    tilt = np.abs(alpha - (e < 0))
    found: Vector = tilt * (e * e)
    if found.max(initial=0.0) == np.inf:
        # the square alone may be no double
        found = np.where(np.isinf(found), (tilt * e) * e, found)
    return found


@loss(
    formula="(upper - lower) + 2/alpha*max(lower - y, 0) + 2/alpha*max(y - upper, 0)",
    use="Where an interval is forecast at a stated level: width and misses in one number.",
    avoid="Where the interval was made for another alpha: the score then asks for another one.",
    peers=(Peer("scoringrules", "scoringrules.interval_score"),),
    aka=("winkler",),
    floor="upper - lower",
)
def interval_score(
    y: Vector, lower: Vector, upper: Vector, *, alpha: Annotated[float, OPEN_UNIT] = 0.1
) -> Vector:
    """Width of the interval, plus 2/alpha times the distance by which y lies outside.

    Judges the interval between the alpha/2 and the 1 - alpha/2 quantile, so alpha is the share
    that may lie outside (Winkler, 1972). Has no value where lower is above upper.
    """
    width = upper - lower
    width[width < 0] = np.nan
    outside = np.maximum(np.maximum(lower - y, y - upper), 0.0)
    return width + 2 / alpha * outside


@loss(
    formula="1 if y < lower or y > upper else 0",
    elicits="-",
    use="To check whether intervals hold what their level promises.",
    avoid="To rank forecasts: an endless interval never misses (interval_score).",
    bound=1,
)
def coverage_error(y: Vector, lower: Vector, upper: Vector) -> Vector:
    """Share of rows outside their interval: to be near the share that the interval allows.

    0 is no aim, since an endless interval reaches it (Christoffersen, 1998).
    """
    return ((y < lower) | (y > upper)).astype(np.float64)


@loss(
    formula="2*sum((level - (y < q))*(y - q) for level, q in zip(levels, quantiles))/len(levels)",
    use="Where forecasts give central intervals and the median, as in forecast hubs.",
    avoid="Where the sets of levels differ between the forecasts that are compared.",
    peers=(
        Peer(
            "scoringrules",
            "scoringrules.weighted_interval_score",
            "Its backends but numba's are wrong in 0.10: they take the median for |y - median|.",
        ),
    ),
    aka=("weighted_interval_score",),
)
def wis(y: Vector, quantiles: Matrix, levels: Vector) -> Vector:
    """Twice the mean pinball loss: the interval scores of all central intervals in one.

    The levels must be symmetric with the median, as in the COVID-19 forecast hubs, else
    DataError (Bracher et al., 2021).
    """
    if len(levels) % 2 == 0 or np.any(np.abs(levels + levels[::-1] - 1) > _SYMMETRIC):
        found = ", ".join(f"{level:g}" for level in levels)
        what = f"the quantile levels {found} are not symmetric with a median"
        raise DataError(what, where="wis", remedy="use --loss crps_quantile, which takes any")
    return crps_quantile(y, quantiles, levels)


@loss(
    formula="2*sum((level - (y < q))*(y - q) for level, q in zip(levels, quantiles))/len(levels)",
    use="Where forecasts are quantiles at any levels.",
    avoid="Where the sets of levels differ between the forecasts that are compared, or are few.",
    peers=(Peer("scoringrules", "scoringrules.crps_quantile"),),
)
def crps_quantile(y: Vector, quantiles: Matrix, levels: Vector) -> Vector:
    """Twice the mean pinball loss over the levels: the CRPS as far as the quantiles tell it.

    Comparable between forecasts of the same levels only (Laio & Tamea, 2007).
    """
    return within_doubles(
        _crps(y, quantiles, levels), lambda y, q: _crps(y, q, levels), y, quantiles, degree=1
    )


def _crps(y: Vector, quantiles: Matrix, levels: Vector) -> Vector:
    total = np.zeros_like(y)
    for column, level in enumerate(levels):
        total += pinball(y, quantiles[:, column], alpha=float(level))
    found: Vector = 2 * total / len(levels)
    return found
