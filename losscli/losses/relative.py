"""Relative errors: how far a predicted number is off, beside the size of what happened."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from losscli.losses.combine import (
    RATIO,
    ROOT,
    ROOT_OVER_DEVIATION,
    ROOT_OVER_MEAN,
    ROOT_OVER_RANGE,
    Combine,
)
from losscli.losses.derived import log_residual as log_residual_of
from losscli.losses.domain import NOT_ZERO, POSITIVE, REAL, Choice, Interval
from losscli.losses.peer import KERAS_EPSILON, Peer, catboost, keras, lightgbm, sklearn, xgboost
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import square_rest, within_doubles


def _mape_domain(*, zero: float | str) -> Mapping[str, Interval]:
    return {"y": NOT_ZERO if zero == "error" else REAL}


def _sklearn_mape(y: Vector, pred: Vector, *, zero: float | str) -> Vector:  # noqa: ARG001
    return np.abs(y - pred) / np.maximum(np.abs(y), np.finfo(np.float64).eps)


def _keras_mape(y: Vector, pred: Vector, *, zero: float | str) -> Vector:  # noqa: ARG001
    return 100 * np.abs(y - pred) / np.maximum(np.abs(y), KERAS_EPSILON)


def _keras_msle(y: Vector, pred: Vector) -> Vector:
    return msle(log_residual_of(np.maximum(y, KERAS_EPSILON), np.maximum(pred, KERAS_EPSILON)))


@loss(
    formula="abs(y - pred)/(abs(y) if y != 0 else zero)",
    use="Where y is far from 0 and a relative error is what people ask for.",
    avoid="Where y can be 0 or near it; to choose models: it prefers those that predict too low.",
    peers=(
        sklearn(
            "mean_absolute_percentage_error",
            "It divides by at least 2.2e-16, so a row with y = 0 dwarfs all others.",
            _sklearn_mape,
        ),
        keras(
            "MeanAbsolutePercentageError",
            "It gives percent (100 times this) and divides by at least 1e-7.",
            _keras_mape,
        ),
        xgboost("mape"),
        lightgbm("mape", "It divides by at least 1."),
        catboost("MAPE", "It divides by at least 1."),
    ),
    aka=("mean_absolute_percentage_error",),
    domain=_mape_domain,
    leaves_out=True,
)
def mape(
    y: Vector,
    pred: Vector,
    *,
    zero: Annotated[float | str, Choice(("error", "skip"), POSITIVE)] = "error",
) -> Vector:
    """Distance as a fraction of y: rewards predictions that are too low (Gneiting, 2011).

    `zero` says what a row with y = 0 gets: an error, leave from this loss (skip), or a divisor.
    """
    size = np.abs(y)
    size[size == 0] = np.nan if isinstance(zero, str) else zero
    return within_doubles(
        np.abs(y - pred) / size,
        lambda y, pred, size: np.abs(y - pred) / size,
        *(y, pred, size),
        degree=0,
    )


@loss(
    formula="2*abs(y - pred)/(abs(y) + abs(pred)) if y != pred else 0",
    elicits="-",
    use="Where a competition or a contract asks for it.",
    avoid="To choose models: it is not symmetric, and what it rewards has no name.",
    peers=(
        Peer(
            "torchmetrics",
            "SymmetricMeanAbsolutePercentageError",
            "It divides by at least 1.17e-6.",
        ),
        catboost("SMAPE", "It gives percent: 100 times this."),
    ),
    bound=2,
)
def smape(y: Vector, pred: Vector) -> Vector:
    """Distance as a fraction of the mean of |y| and |pred|: never above 2.

    0 where both are 0 (Makridakis, 1993). Despite its name it punishes low predictions more.
    """
    size: Vector = np.abs(y) + np.abs(pred)
    size[size == 0] = 1.0
    loss = 2 * (np.abs(y - pred) / size)
    large = np.isinf(size)
    if large.any():
        # near the largest double the sum of two sizes is none
        loss[large] = smape(y[large] / 4, pred[large] / 4)
    return loss


@loss(
    formula=("abs(y - pred)", "abs(y)"),
    elicits="median",
    use="For a relative error of demand with zeros in it.",
    avoid="Where small series matter as much as large ones: the large values rule.",
    peers=(Peer("torchmetrics", "WeightedMeanAbsolutePercentageError"),),
    aka=("wmape",),
    combine=RATIO,
)
def wape(abs_residual: Vector, y: Vector) -> tuple[Vector, Vector]:
    """Sum of the distances over the sum of |y|: mae as a fraction of the size of y.

    Defined where single y are 0, unlike mape (Kolassa & Schütz, 2007).
    """
    return abs_residual, np.abs(y)


@loss(
    formula="(log1p(y) - log1p(pred))**2",
    use="Where values range over powers of ten and a factor matters, not a difference.",
    avoid="Where the mean or the total is wanted: it rewards predictions below the mean.",
    peers=(
        sklearn("mean_squared_log_error"),
        keras(
            "MeanSquaredLogarithmicError",
            "It lifts y and pred to at least 1e-7 first.",
            _keras_msle,
        ),
        catboost("MSLE"),
    ),
    aka=("mean_squared_log_error",),
)
def msle(log_residual: Vector) -> Vector:
    """Squared distance of the logarithms of 1 + y: double costs the same as half.

    Judges a forecast of exp(mean of log(1 + y)) - 1, which lies below the mean (Tofallis, 2015).
    """
    return log_residual * log_residual


@loss(
    formula="(log1p(y) - log1p(pred))**2",
    use="As msle, where the value is to be read as a relative error.",
    avoid="Where values of parts are to be averaged: roots do not add up (msle).",
    peers=(
        sklearn("root_mean_squared_log_error"),
        xgboost("rmsle"),
    ),
    aka=("root_mean_squared_log_error",),
    combine=ROOT,
    squares=("log_residual",),
)
def rmsle(log_residual: Vector) -> Vector:
    """Root of msle: for small values the typical relative error (Tofallis, 2015)."""
    return msle(log_residual)


def _nrmse_combine(*, divisor: str) -> Combine:
    return {"mean": ROOT_OVER_MEAN, "std": ROOT_OVER_DEVIATION, "range": ROOT_OVER_RANGE}[divisor]


@loss(
    formula=("(y - pred)**2", "y", "y**2", "y**2 - rounded(y**2)"),
    elicits="mean",
    use="To put errors of several targets on one scale.",
    avoid="Across data sets: the divisor is theirs, so the values are not comparable.",
    peers=(
        Peer("torchmetrics", "NormalizedRootMeanSquaredError", "It keeps the sign of the mean."),
    ),
    combine=_nrmse_combine,
    squares=("residual", "", "y", "y"),
)
def nrmse(
    residual: Vector,
    y: Vector,
    *,
    divisor: Annotated[str, Choice(("mean", "std", "range"))] = "mean",  # noqa: ARG001
) -> tuple[Vector, Vector, Vector, Vector]:
    """Root mean squared distance over the mean, the spread or the range of y.

    Has no unit; the divisor moves with the rows, so compare on the same rows only (Hyndman &
    Koehler, 2006). The terms do not depend on `divisor`, only how they combine; the square of
    y comes in two parts, so that std is exact at any offset.
    """
    return residual * residual, y, y * y, square_rest(y)
