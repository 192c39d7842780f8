"""Counts and amounts: deviances, for truths that are never negative."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from losscli.losses.domain import NON_NEGATIVE, POSITIVE, REAL, Interval
from losscli.losses.regression import mse
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import NEAR, atanh_rest

POWERS = Interval(0, 10, without=(Interval(0, 1, low_open=True, high_open=True),))
_LAST_DIGIT = 1e-18


@loss(
    formula="2*(y*log(y/pred) - y + pred) if y > 0 else 2*pred",
    elicits="mean",
    same_as="sklearn.metrics:mean_poisson_deviance",
    aka=("poisson_deviance",),
)
def poisson(y: Annotated[Vector, NON_NEGATIVE], pred: Annotated[Vector, POSITIVE]) -> Vector:
    """Squared distance in units of the predicted mean, for errors small beside it.

    The deviance of counts whose variance is their mean (McCullagh & Nelder, 1989).
    """
    e = y - pred
    v = e / (y + pred)
    ratio = y / pred
    ratio[ratio == 0] = 1.0
    near = e * v + 2 * y * atanh_rest(v)
    return 2 * np.where(np.abs(v) <= NEAR, near, y * np.log(ratio) - e)


@loss(
    formula="2*(y/pred - log(y/pred) - 1)",
    elicits="mean",
    same_as="sklearn.metrics:mean_gamma_deviance",
    differs="LightGBM's gamma_deviance is the sum over the rows, not the mean.",
    aka=("gamma_deviance",),
)
def gamma(y: Annotated[Vector, POSITIVE], pred: Annotated[Vector, POSITIVE]) -> Vector:
    """Squared relative distance for small errors: the unit of y does not matter.

    The deviance of amounts whose spread grows with their mean (McCullagh & Nelder, 1989).
    """
    e = y - pred
    v = e / (y + pred)
    near = e / pred * v - 2 * atanh_rest(v)
    return 2 * np.where(np.abs(v) <= NEAR, near, e / pred - np.log(y / pred))


def _tweedie_domain(*, power: float) -> Mapping[str, Interval]:
    if power == 0:
        return {"y": REAL, "pred": REAL}
    return {"y": NON_NEGATIVE if power < 2 else POSITIVE, "pred": POSITIVE}  # noqa: PLR2004


@loss(
    formula="2*(y*log(y/pred) - y + pred if y > 0 else pred) if power == 1 "
    "else 2*(y/pred - log(y/pred) - 1) if power == 2 "
    "else 2*(y**(2 - power)/((1 - power)*(2 - power)) - y*pred**(1 - power)/(1 - power) "
    "+ pred**(2 - power)/(2 - power))",
    elicits="mean",
    same_as="sklearn.metrics:mean_tweedie_deviance",
    differs="scikit-learn's default power is 0, which is mse; it also takes negative powers.",
    aka=("tweedie_deviance",),
    domain=_tweedie_domain,
)
def tweedie(y: Vector, pred: Vector, *, power: Annotated[float, POWERS] = 1.5) -> Vector:
    """Deviance of amounts whose variance is a power of their mean.

    Power 0 is mse, 1 poisson, 2 gamma, 3 the inverse Gaussian; between 1 and 2 the truth may
    be 0 with some probability, as claims are (Jørgensen, 1987).
    """
    if power in {0, 1, 2}:
        return {0: mse, 1: poisson, 2: gamma}[int(power)](y, pred)
    near = np.abs(y - pred) <= NEAR * (y + pred)
    found = np.empty_like(y)
    found[near] = _tweedie_near(y[near], pred[near], power)
    found[~near] = _tweedie_far(y[~near], pred[~near], power)
    return found


def _tweedie_near(y: Vector, pred: Vector, power: float) -> Vector:
    """Twice the integral of (y - t)/t^power from pred to y, by powers of v around the middle."""
    v = (y - pred) / (y + pred)
    total = np.zeros_like(v)
    for coefficient in reversed(_near_coefficients(power)):
        total *= v
        total += coefficient
    return (2 * v) ** 2 * (0.5 * (y + pred)) ** (2 - power) * total


def _near_coefficients(power: float) -> list[float]:
    binomial, found = 1.0, [1.0]
    while binomial * NEAR ** len(found) > _LAST_DIGIT:
        order = len(found)
        binomial *= (power + order - 1) / order
        found.append(binomial / (order + 1 + order % 2))
    return found


def _tweedie_far(y: Vector, pred: Vector, power: float) -> Vector:
    log = np.log(y / pred)
    low, high = 1 - power, 2 - power
    linear = y * pred**low
    at_y, at_pred = y**high, pred**high
    # A power that changes little between y and pred is a difference that cancels.
    first = np.where(np.abs(low * log) < 1, linear * np.expm1(low * log), at_y - linear)
    second = np.where(np.abs(high * log) < 1, at_pred * np.expm1(high * log), at_y - at_pred)
    return 2 * (first / low - second / high)
