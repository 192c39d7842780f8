"""Robust: distances that grow slower than the square, so that gross errors do not rule."""

from typing import Annotated

import numpy as np

from losscli.losses.auto import Scaled
from losscli.losses.domain import NON_NEGATIVE, POSITIVE
from losscli.losses.peer import Peer, catboost, keras, lightgbm, torch, xgboost
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import atanh_rest, difference, near_half_square, of_distance

_HUBER = Scaled(1.345, "Holland & Welsch, 1977")
_HUGE = 1e100
"""A scaled error beyond this counts as this: its square must not overflow into a small loss."""


@loss(
    formula="(y - pred)**2/2 if abs(y - pred) <= delta else delta*(abs(y - pred) - delta/2)",
    use="Where the mean is wanted, but errors beyond delta are to count as accidents.",
    avoid="Where no size of error is special, or delta would be a guess (mae).",
    peers=(
        torch("HuberLoss"),
        keras("Huber"),
        lightgbm("huber", "Its default delta is 0.9 (its alpha)."),
        catboost("Huber", "Its delta has no default."),
    ),
)
def huber(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    delta: Annotated[float, POSITIVE, _HUBER] = 1.0,
) -> Vector:
    """Half the squared distance up to delta, a straight line beyond.

    Near mse for small errors and near delta times mae for large ones (Huber, 1964).
    """
    return of_distance(_huber, delta, y, pred, abs_residual, degree=2)


def _huber(size: Vector, delta: float) -> Vector:
    inner = np.minimum(size, delta)
    found: Vector = size - 0.5 * inner
    found *= inner
    return found


@loss(
    formula="(y - pred)**2/(2*beta) if abs(y - pred) < beta else abs(y - pred) - beta/2",
    use="Where boxes or offsets are regressed, as detectors do.",
    avoid=(
        "Where values at different beta are to be compared: near 0 it is divided by beta (huber)."
    ),
    peers=(torch("SmoothL1Loss"),),
)
def smooth_l1(abs_residual: Vector, *, beta: Annotated[float, POSITIVE, _HUBER] = 1.0) -> Vector:
    """Distance with its tip rounded off within beta: huber divided by beta.

    Keeps the slope 1 far out whatever beta is (Girshick, 2015).
    """
    inner = np.minimum(abs_residual, beta)
    return inner / beta * (abs_residual - 0.5 * inner)


@loss(
    formula="delta**2*(sqrt(1 + ((y - pred)/delta)**2) - 1)",
    use="As huber, where a smooth second derivative is needed.",
    avoid="Where errors below delta should count exactly as in mse (huber).",
    peers=(xgboost("reg:pseudohubererror", "Its metric mphe; delta is huber_slope there."),),
)
def pseudo_huber(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    delta: Annotated[float, POSITIVE, Scaled(1.287, "Holland & Welsch, 1977, of this loss")] = 1.0,
) -> Vector:
    """Half the squared distance near 0, delta times the distance far out, smooth between.

    A huber without a corner (Charbonnier et al., 1997).
    """
    return of_distance(_pseudo_huber, delta, y, pred, abs_residual, degree=2)


def _pseudo_huber(size: Vector, delta: float) -> Vector:
    scaled = np.minimum(size / delta, _HUGE)
    slope: Vector = scaled / (np.sqrt(1 + scaled * scaled) + 1)
    return delta * size * slope


@loss(
    formula="c**2*(abs(y - pred)/c - log1p(abs(y - pred)/c))",
    use="Where training is to be smooth and gross errors rule even less than in huber.",
    avoid="Where an error is to count in full beyond some size: it nears mae only slowly.",
    peers=(lightgbm("fair"), catboost("FairLoss", "Its c is called smoothness.")),
)
def fair(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    c: Annotated[float, POSITIVE, Scaled(1.3998, "Holland & Welsch, 1977")] = 1.0,
) -> Vector:
    """Half the squared distance near 0, c times the distance far out, more slowly than huber.

    LightGBM's fair, with its c (Fair, 1974).
    """
    return of_distance(_fair, c, y, pred, abs_residual, degree=2)


def _fair(size: Vector, c: float) -> Vector:
    scaled = np.minimum(size / c, _HUGE)
    ratio = scaled / (2 + scaled)
    near = c * (scaled * ratio - 2 * atanh_rest(ratio))
    found: Vector = c * np.where(scaled <= 1, near, size - c * np.log1p(scaled))
    return near_half_square(found, size, c)


@loss(
    formula="max(abs(y - pred) - epsilon, 0)",
    use="Where errors up to epsilon are within the tolerance, or noise.",
    avoid=(
        "Where a small bias matters: predictions may lie anywhere within epsilon of the median."
    ),
    peers=(
        Peer("sklearn", "sklearn.svm.SVR", "It minimises this, plus a penalty on its weights."),
    ),
    aka=("svr",),
)
def epsilon_insensitive(
    y: Vector, pred: Vector, *, epsilon: Annotated[float, NON_NEGATIVE] = 0.1
) -> Vector:
    """Distance beyond epsilon: an error that small costs nothing (Vapnik, 1995)."""
    e, rest = difference(y, pred)
    # Near epsilon the rounding of e would be most of what is left of it.
    return np.maximum(0.0, (np.abs(e) - epsilon) + np.copysign(1.0, e) * rest)


@loss(
    formula="max(abs(y - pred) - epsilon, 0)**2",
    use="Where errors up to epsilon are free, and large ones are to be avoided.",
    avoid="Where gross errors are accidents: they decide the value (epsilon_insensitive).",
    peers=(
        Peer(
            "sklearn", "sklearn.svm.LinearSVR", "It minimises this, plus a penalty on its weights."
        ),
    ),
)
def squared_epsilon_insensitive(
    y: Vector, pred: Vector, *, epsilon: Annotated[float, NON_NEGATIVE] = 0.1
) -> Vector:
    """Squared distance beyond epsilon: mse that forgives small errors (Ho & Lin, 2012)."""
    beyond = epsilon_insensitive(y, pred, epsilon=epsilon)
    return beyond * beyond


@loss(
    formula="1 if abs(y - pred) > x else 0",
    use="Where a tolerance is agreed, and a miss is a miss.",
    avoid="For training or fine rankings: a miss by little counts as one by much.",
    peers=(catboost("NumErrors", "Its x is called greater_than."),),
    aka=("tolerance",),
    bound=1,
)
def within(y: Vector, pred: Vector, *, x: Annotated[float, NON_NEGATIVE]) -> Vector:
    """Share of rows that miss by more than x: how much more does not matter.

    An error of exactly x is no miss (Prokhorenkova et al., 2018).
    """
    e, rest = difference(y, pred)
    size = np.abs(e)
    # Rounding keeps the order, so only an error that rounds to x itself leaves a doubt.
    beyond = (size > x) | ((size == x) & (np.copysign(1.0, e) * rest > 0))
    missed: Vector = beyond.astype(np.float64)
    return missed
