"""Regression: how far a predicted number is from what happened, in its own unit."""

from typing import Annotated

import numpy as np

from losscli.losses.combine import LARGEST, MEDIAN, ROOT
from losscli.losses.domain import AT_LEAST_ONE
from losscli.losses.peer import Peer, catboost, keras, lightgbm, sklearn, torch, xgboost
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import difference, power_of_sum

_FAR = 30.0
"""From here on cosh is half the exponential to the last digit."""


@loss(
    formula="(y - pred)**2",
    elicits="mean",
    use="Where the mean is wanted, and twice the error is four times as bad.",
    avoid="Where single gross errors are accidents: they decide the value (mae, huber).",
    peers=(
        sklearn("mean_squared_error"),
        torch("MSELoss"),
        keras("MeanSquaredError"),
        xgboost("reg:squarederror", "It minimises half of this; its metric is rmse."),
        lightgbm("l2"),
        catboost("RMSE", "It is the square root, as rmse."),
    ),
    aka=("l2", "mean_squared_error", "squared_error"),
)
def mse(residual: Vector) -> Vector:
    """Squared distance: one error of 10 weighs as much as a hundred errors of 1.

    Judges a forecast of the mean (Gauss, 1809). In the squared unit of y.
    """
    return residual * residual


@loss(
    formula="(y - pred)**2",
    elicits="mean",
    use="As mse, where the value is to be read in the unit of y.",
    avoid="Where values of parts are to be averaged: roots do not add up (mse).",
    peers=(
        sklearn("root_mean_squared_error"),
        Peer("keras", "keras.metrics.RootMeanSquaredError"),
        xgboost("rmse"),
        lightgbm("rmse"),
        catboost("RMSE"),
    ),
    aka=("root_mean_squared_error",),
    combine=ROOT,
    squares=("residual",),
)
def rmse(residual: Vector) -> Vector:
    """Root of the mean squared distance: ranks models as mse does, in the unit of y.

    Judges a forecast of the mean (Gauss, 1809).
    """
    return mse(residual)


@loss(
    formula="abs(y - pred)",
    elicits="median",
    use="Where every unit of error costs the same, or errors have outliers.",
    avoid="Where the mean or the total is wanted: of skewed values the median lies below (mse).",
    peers=(
        sklearn("mean_absolute_error"),
        torch("L1Loss"),
        keras("MeanAbsoluteError"),
        xgboost("mae"),
        lightgbm("l1"),
        catboost("MAE", "It is 1e-6 less for each row that is off."),
    ),
    aka=("l1", "mean_absolute_error", "absolute_error"),
)
def mae(abs_residual: Vector) -> Vector:
    """Distance: every unit of error costs the same, so large errors do not rule.

    Judges a forecast of the median (Laplace, 1774). In the unit of y.
    """
    return abs_residual


@loss(
    formula="abs(y - pred)",
    use="To see the typical error, whatever the worst rows do.",
    avoid="As the only measure: half of the rows can be as wrong as they like.",
    peers=(
        sklearn("median_absolute_error"),
        catboost("MedianAbsoluteError"),
    ),
    aka=("median_absolute_error",),
    combine=MEDIAN,
)
def medae(abs_residual: Vector) -> Vector:
    """Median distance: half of the rows are closer than this, whatever the others do.

    Blind to the worse half of the rows (Rousseeuw, 1984). In the unit of y.
    """
    return abs_residual


@loss(
    formula="abs(y - pred)",
    elicits="midrange",
    use="Where one bad prediction is already a failure, as in approximation.",
    avoid=(
        "On data with errors of measurement: the value is that of one row, and "
        "grows with their number."
    ),
    peers=(sklearn("max_error"),),
    combine=LARGEST,
)
def max_error(abs_residual: Vector) -> Vector:
    """Largest distance: only the worst row counts.

    The minimax criterion (Chebyshev, 1854). In the unit of y.
    """
    return abs_residual


@loss(
    formula="abs(y - pred)**q",
    use="To weigh large errors between mae and mse, or above mse.",
    avoid="Where others are to read the value: its unit is that of y to the power q.",
    peers=(catboost("Lq", "Its q has no default."),),
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
    use="For a smooth mae, where the unit of y makes 1 a middling error.",
    avoid=(
        "Where the unit of y is arbitrary: at 1000 times the unit it is mae less a "
        "constant (huber)."
    ),
    peers=(
        keras("LogCosh"),
        catboost("LogCosh", "It computes this approximately."),
    ),
    aka=("logcosh",),
)
def log_cosh(abs_residual: Vector) -> Vector:
    """Half the squared distance near 0, distance minus log 2 far out, smooth between.

    Treats errors above about 1 as mae does, in the unit of y (Green, 1990).
    """
    half: Vector = np.sinh(0.5 * np.minimum(abs_residual, _FAR))
    # cosh x = 1 + 2 sinh^2(x/2)
    near, far = np.log1p(2 * half * half), abs_residual - np.log(2.0)
    return np.where(abs_residual < _FAR, near, far)


@loss(
    formula="pred - y",
    use="Beside another loss, to see whether the predictions lean to one side.",
    avoid="Alone, or to rank models: errors of opposite sign cancel.",
    aka=("bias", "mean_error"),
    signed=True,
)
def mbe(y: Vector, pred: Vector) -> Vector:
    """Signed error: above 0 the predictions are too high on average, below 0 too low.

    Errors of opposite sign cancel, so 0 is no sign of good predictions (Willmott, 1982).
    """
    return pred - y
