"""Robust: distances that grow slower than the square, so that gross errors do not rule."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import NON_NEGATIVE, POSITIVE
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import atanh_rest, difference

_HUGE = 1e100
"""A scaled error beyond this counts as this: its square must not overflow into a small loss."""


@loss(
    formula="(y - pred)**2/2 if abs(y - pred) <= delta else delta*(abs(y - pred) - delta/2)",
    same_as=("torch.nn:HuberLoss", "keras.losses:Huber"),
    differs="The default of LightGBM's huber is 0.9 (its alpha).",
)
def huber(y: Vector, pred: Vector, *, delta: Annotated[float, POSITIVE] = 1.0) -> Vector:
    """Half the squared distance up to delta, a straight line beyond.

    Near mse for small errors and near delta times mae for large ones (Huber, 1964).
    """
    e = y - pred
    np.abs(e, out=e)
    inner = np.minimum(e, delta)
    e -= 0.5 * inner
    e *= inner
    return e


@loss(
    formula="(y - pred)**2/(2*beta) if abs(y - pred) < beta else abs(y - pred) - beta/2",
    same_as="torch.nn:SmoothL1Loss",
)
def smooth_l1(y: Vector, pred: Vector, *, beta: Annotated[float, POSITIVE] = 1.0) -> Vector:
    """Distance with its tip rounded off within beta: huber divided by beta.

    Keeps the slope 1 far out whatever beta is (Girshick, 2015).
    """
    e = np.abs(y - pred)
    inner = np.minimum(e, beta)
    return inner / beta * (e - 0.5 * inner)


@loss(
    formula="delta**2*(sqrt(1 + ((y - pred)/delta)**2) - 1)",
    differs="XGBoost's reg:pseudohubererror calls delta huber_slope.",
)
def pseudo_huber(y: Vector, pred: Vector, *, delta: Annotated[float, POSITIVE] = 1.0) -> Vector:
    """Half the squared distance near 0, delta times the distance far out, smooth between.

    A huber without a corner (Charbonnier et al., 1997).
    """
    e = np.abs(y - pred)
    scaled = np.minimum(e / delta, _HUGE)
    slope: Vector = scaled / (np.sqrt(1 + scaled * scaled) + 1)
    return delta * e * slope


@loss(formula="c**2*(abs(y - pred)/c - log1p(abs(y - pred)/c))")
def fair(y: Vector, pred: Vector, *, c: Annotated[float, POSITIVE] = 1.0) -> Vector:
    """Half the squared distance near 0, c times the distance far out, more slowly than huber.

    LightGBM's fair, with its c (Fair, 1974).
    """
    e = np.abs(y - pred)
    scaled = np.minimum(e / c, _HUGE)
    ratio = scaled / (2 + scaled)
    near = c * (scaled * ratio - 2 * atanh_rest(ratio))
    return c * np.where(scaled <= 1, near, e - c * np.log1p(scaled))


@loss(
    formula="max(abs(y - pred) - epsilon, 0)",
    differs="What scikit-learn's SGDRegressor and SVR minimise, with the same default.",
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
    differs="What scikit-learn's SGDRegressor minimises, with the same default.",
)
def squared_epsilon_insensitive(
    y: Vector, pred: Vector, *, epsilon: Annotated[float, NON_NEGATIVE] = 0.1
) -> Vector:
    """Squared distance beyond epsilon: mse that forgives small errors (Ho & Lin, 2012)."""
    beyond = epsilon_insensitive(y, pred, epsilon=epsilon)
    return beyond * beyond


@loss(
    formula="1 if abs(y - pred) > x else 0",
    differs="CatBoost calls it NumErrors.",
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
