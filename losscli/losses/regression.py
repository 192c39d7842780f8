"""Regression: how far a predicted number is from what happened, in its own unit."""

from typing import Annotated

import numpy as np

from losscli.losses.combine import LARGEST, MEDIAN, ROOT
from losscli.losses.domain import AT_LEAST_ONE
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import difference, power_of_sum

_FAR = 30.0
"""From here on cosh is half the exponential to the last digit."""


@loss(
    formula="(y - pred)**2",
    elicits="mean",
    same_as=(
        "sklearn.metrics:mean_squared_error",
        "torch.nn:MSELoss",
        "keras.losses:MeanSquaredError",
    ),
    aka=("l2", "mean_squared_error", "squared_error"),
)
def mse(y: Vector, pred: Vector) -> Vector:
    """Squared distance: one error of 10 weighs as much as a hundred errors of 1.

    Judges a forecast of the mean (Gauss, 1809). In the squared unit of y.
    """
    e = y - pred
    e *= e
    return e


@loss(
    formula="(y - pred)**2",
    elicits="mean",
    same_as="sklearn.metrics:root_mean_squared_error",
    aka=("root_mean_squared_error",),
    combine=ROOT,
)
def rmse(y: Vector, pred: Vector) -> Vector:
    """Root of the mean squared distance: ranks models as mse does, in the unit of y.

    Judges a forecast of the mean (Gauss, 1809).
    """
    return mse(y, pred)


@loss(
    formula="abs(y - pred)",
    elicits="median",
    same_as=(
        "sklearn.metrics:mean_absolute_error",
        "torch.nn:L1Loss",
        "keras.losses:MeanAbsoluteError",
    ),
    aka=("l1", "mean_absolute_error", "absolute_error"),
)
def mae(y: Vector, pred: Vector) -> Vector:
    """Distance: every unit of error costs the same, so large errors do not rule.

    Judges a forecast of the median (Laplace, 1774). In the unit of y.
    """
    e = y - pred
    return np.abs(e, out=e)


@loss(
    formula="abs(y - pred)",
    same_as="sklearn.metrics:median_absolute_error",
    aka=("median_absolute_error",),
    combine=MEDIAN,
)
def medae(y: Vector, pred: Vector) -> Vector:
    """Median distance: half of the rows are closer than this, whatever the others do.

    Blind to the worse half of the rows (Rousseeuw, 1984). In the unit of y.
    """
    return mae(y, pred)


@loss(
    formula="abs(y - pred)",
    elicits="midrange",
    same_as="sklearn.metrics:max_error",
    combine=LARGEST,
)
def max_error(y: Vector, pred: Vector) -> Vector:
    """Largest distance: only the worst row counts.

    The minimax criterion (Chebyshev, 1854). In the unit of y.
    """
    return mae(y, pred)


@loss(
    formula="abs(y - pred)**q",
    differs="catboost calls it Lq.",
    aka=("minkowski",),
)
def lp(y: Vector, pred: Vector, *, q: Annotated[float, AT_LEAST_ONE] = 2.0) -> Vector:
    """Distance to the power q: the larger q, the more the large errors rule.

    Lies between mae (q = 1) and mse (q = 2), or beyond (Rice & White, 1964).
    """
    e, rest = difference(y, pred)
    return power_of_sum(np.abs(e), np.copysign(1.0, e) * rest, q)


@loss(
    formula="log(cosh(y - pred))",
    same_as="keras.losses:LogCosh",
    aka=("logcosh",),
)
def log_cosh(y: Vector, pred: Vector) -> Vector:
    """Half the squared distance near 0, distance minus log 2 far out, smooth between.

    Treats errors above about 1 as mae does, in the unit of y (Green, 1990).
    """
    e: Vector = np.abs(y - pred)
    half: Vector = np.sinh(0.5 * np.minimum(e, _FAR))
    # cosh x = 1 + 2 sinh^2(x/2)
    return np.where(e < _FAR, np.log1p(2 * half * half), e - np.log(2.0))


@loss(
    formula="pred - y",
    aka=("bias", "mean_error"),
    signed=True,
)
def mbe(y: Vector, pred: Vector) -> Vector:
    """Signed error: above 0 the predictions are too high on average, below 0 too low.

    Errors of opposite sign cancel, so 0 is no sign of good predictions (Willmott, 1982).
    """
    return pred - y
