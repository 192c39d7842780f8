"""Forecasts: errors beside those of the naive forecast in the training data; by series."""

from typing import Annotated

import numpy as np

from losscli.losses.combine import ROOT
from losscli.losses.domain import POSITIVE
from losscli.losses.peer import Peer
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import within_doubles


@loss(
    formula="abs(y - pred)/naive_mae",
    elicits="-",
    use="To compare forecasts over series of different sizes, also where they touch 0 (mape).",
    avoid="Where a series hardly moves in training: its scale is near 0 and it decides the mean.",
    peers=(
        Peer("sktime", "MeanAbsoluteScaledError", "It lifts the scale to at least 2.2e-16."),
        Peer("utilsforecast", "mase", "It says NaN or inf where the scale is 0."),
    ),
    aka=("mean_absolute_scaled_error",),
)
def mase(
    y: Vector, pred: Vector, residual: Vector, naive_mae: Annotated[Vector, POSITIVE]
) -> Vector:
    """Distance as a multiple of the mean error that the naive forecast had in training.

    `naive_mae` is that mean for the series of the row: of |y[t] - y[t - season]| over the
    training data, never over what is judged. Below 1 the forecast is better than what naive
    ones were in training, one step ahead (Hyndman & Koehler, 2006).
    """
    return np.abs(_in_unit(y, pred, residual, naive_mae))


@loss(
    formula="((y - pred)/naive_rmse)**2",
    elicits="-",
    use="As mase where large errors are to count more; the score of the M5 competition.",
    avoid="Where a series hardly moves in training: its scale is near 0 and it decides the mean.",
    peers=(
        Peer(
            "sktime",
            "MeanSquaredScaledError(square_root=True)",
            "It lifts the square of the scale to at least 2.2e-16.",
        ),
        Peer("utilsforecast", "rmsse", "It says NaN or inf where the scale is 0."),
    ),
    aka=("root_mean_squared_scaled_error",),
    combine=ROOT,
    squares=("scaled_residual",),
)
def rmsse(scaled_residual: Vector) -> Vector:
    """Root mean squared distance, as a multiple of the naive forecast's in training.

    `naive_rmse` is the root of the mean of (y[t] - y[t - season])^2 over the training data of
    the series (Makridakis, Spiliotis & Assimakopoulos, 2022).
    """
    return scaled_residual * scaled_residual


def _in_unit(y: Vector, pred: Vector, residual: Vector, unit: Vector) -> Vector:
    return within_doubles(
        residual / unit, lambda y, pred, unit: (y - pred) / unit, y, pred, unit, degree=0
    )
