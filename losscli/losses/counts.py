"""Counts and amounts: deviances, for truths that are never negative."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from losscli.losses.deviance import deviance, log_of_ratio
from losscli.losses.domain import NON_NEGATIVE, POSITIVE, REAL, Interval
from losscli.losses.peer import KERAS_EPSILON, catboost, keras, lightgbm, sklearn, torch, xgboost
from losscli.losses.regression import mse
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import (
    NEAR,
    atanh_rest,
    difference,
    difference_over_sum,
    exp_rest,
    factorial_rest,
    product,
)
from losscli.losses.twofold import log_in_two

POWERS = Interval(0, 10, without=(Interval(0, 1, low_open=True, high_open=True),))


@loss(
    formula="2*(y*log(y/pred) - y + pred) if y > 0 else 2*pred",
    elicits="mean",
    use="For counts, and for rates that are never negative.",
    avoid=(
        "Where counts vary much more than their mean does: large ones then rule (tweedie, gamma)."
    ),
    peers=(
        sklearn("mean_poisson_deviance"),
        xgboost("poisson-nloglik", "It is poisson_nll(full=True)."),
        lightgbm("poisson", "It is poisson_nll."),
        catboost("Poisson", "It is poisson_nll(log_input=True)."),
    ),
    aka=("poisson_deviance",),
)
def poisson(y: Annotated[Vector, NON_NEGATIVE], pred: Annotated[Vector, POSITIVE]) -> Vector:
    """Squared distance in units of the predicted mean, for errors small beside it.

    The deviance of counts whose variance is their mean (McCullagh & Nelder, 1989).
    """
    e, v = y - pred, difference_over_sum(y, pred)
    log = log_of_ratio(np.where(y == 0, pred, y), pred)
    near = e * v + y * (2 * atanh_rest(v))
    return 2 * np.where(np.abs(v) <= NEAR, near, y * log - e)


_CANCELS = 0.25
"""Where the difference of two terms is a smaller part of them, their own rounding shows."""


def _nll(y: Vector, pred: Vector) -> Vector:
    gain = y * np.log(pred)
    found: Vector = pred - gain
    near = np.abs(found) < _CANCELS * np.abs(gain)
    if near.any():
        y, pred = y[near], pred[near]
        log, rest = log_in_two(pred)
        gain, beyond = product(y, log)
        first, lost = difference(pred, gain)
        found[near] = first + (lost - beyond - y * rest)
    return found


def _nll_of_log(y: Vector, pred: Vector) -> Vector:
    rate, gain = np.exp(pred), y * pred
    found: Vector = rate - gain
    near = np.abs(found) < _CANCELS * np.abs(gain)
    if near.any():
        y, pred, rate = y[near], pred[near], rate[near]
        log, rest = log_in_two(rate)
        gain, beyond = product(y, pred)
        first, lost = difference(rate, gain)
        found[near] = first + (lost - beyond + rate * ((pred - log) - rest))
    none = np.isnan(found)
    if none.any():
        # of two numbers beyond the doubles the larger one decides
        y, pred = y[none], pred[none]
        found[none] = np.copysign(np.inf, pred - np.log(pred) - np.log(y))
    return found


def _nll_domain(*, log_input: bool, **_: object) -> Mapping[str, Interval]:
    return {"y": NON_NEGATIVE, "pred": REAL if log_input else POSITIVE}


_TORCH_EPSILON = 1e-8


def _torch_poisson(
    y: Annotated[Vector, NON_NEGATIVE], pred: Vector, *, full: bool, log_input: bool
) -> Vector:
    found = np.exp(pred) - y * pred if log_input else pred - y * np.log(pred + _TORCH_EPSILON)
    if not full:
        return found
    many = np.maximum(y, 1.0)
    stirling = many * np.log(many) - many + 0.5 * np.log(2 * np.pi * many)
    return found + np.where(y > 1, stirling, 0.0)


def _keras_poisson(
    y: Annotated[Vector, NON_NEGATIVE],
    pred: Vector,
    *,
    full: bool,  # noqa: ARG001 - Keras leaves the constant out
    log_input: bool,
) -> Vector:
    rate = np.exp(pred) if log_input else pred
    return rate - y * np.log(rate + KERAS_EPSILON)


@loss(
    formula="(exp(pred) - y*pred if log_input else pred - y*log(pred))"
    " + (lgamma(y + 1) if full else 0)",
    elicits="mean",
    use="To follow a training on counts, or with full=True for the surprise of a Poisson forecast.",
    avoid="Where a value is to be read alone: without full it has no floor (poisson).",
    peers=(
        torch(
            "PoissonNLLLoss",
            "Its default is log_input=True; it adds 1e-8 to pred, and its full is Stirling's "
            "approximation, for y above 1 only.",
            _torch_poisson,
        ),
        keras("Poisson", "It adds 1e-7 to pred, and has no full.", _keras_poisson),
        xgboost("poisson-nloglik", "It is that with full=True."),
        lightgbm("poisson"),
        catboost("Poisson", "It is that with log_input=True."),
    ),
    domain=_nll_domain,
    ideal="(log(y) if y > 0 else -1000) if log_input else y",
    floor="",
)
def poisson_nll(y: Vector, pred: Vector, *, full: bool = False, log_input: bool = False) -> Vector:
    """Surprise of a Poisson forecast, without its constant unless `full`; can be below 0.

    Ranks as poisson does, half of whose value it is but for terms of y alone. `log_input` says
    that pred is the logarithm of the forecast (Cameron & Trivedi, 1998).
    """
    if not full:
        return _nll_of_log(y, pred) if log_input else _nll(y, pred)
    if not log_input:
        return 0.5 * poisson(y, pred) + factorial_rest(y)
    log = pred - np.log(np.where(y == 0, 1.0, y))
    near = y * exp_rest(np.clip(log, -1.0, 1.0))
    far = np.exp(pred) - y * (1 + log)
    return np.where((np.abs(log) <= 1) & (y > 0), near, far) + factorial_rest(y)


@loss(
    formula="2*(y/pred - log(y/pred) - 1)",
    elicits="mean",
    use="For positive amounts whose relative error matters, as sizes of claims.",
    avoid="Where y can be 0: the loss is not defined there (tweedie).",
    peers=(
        sklearn("mean_gamma_deviance"),
        xgboost("gamma-deviance", "It adds 1e-6 to y and pred."),
        lightgbm(
            "gamma_deviance",
            "It is the sum over the rows, not the mean, and adds 1e-9 to the divisor.",
        ),
    ),
    aka=("gamma_deviance",),
)
def gamma(y: Annotated[Vector, POSITIVE], pred: Annotated[Vector, POSITIVE]) -> Vector:
    """Squared relative distance for small errors: the unit of y does not matter.

    The deviance of amounts whose spread grows with their mean (McCullagh & Nelder, 1989).
    """
    return 2 * qlike(y, pred)


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
    use="For amounts that are often 0 and else positive, as insurance costs.",
    avoid="Where models are compared at different powers: the values have other units.",
    peers=(
        sklearn(
            "mean_tweedie_deviance",
            "Its default power is 0, which is mse; it also takes negative powers.",
        ),
        xgboost("tweedie-nloglik@1.5", "It leaves out the terms of y alone, and the factor 2."),
        lightgbm("tweedie", "It leaves out the terms of y alone, and the factor 2."),
        catboost(
            "Tweedie",
            "It takes the logarithm of pred, and leaves out the terms of y alone and the factor 2.",
        ),
    ),
    aka=("tweedie_deviance",),
    domain=_tweedie_domain,
)
def tweedie(y: Vector, pred: Vector, *, power: Annotated[float, POWERS] = 1.5) -> Vector:
    """Deviance of amounts whose variance is a power of their mean.

    Power 0 is mse, 1 poisson, 2 gamma, 3 the inverse Gaussian; between 1 and 2 the truth may
    be 0 with some probability, as claims are (Jørgensen, 1987).
    """
    if power in {0, 1, 2}:
        return mse(y - pred) if power == 0 else {1: poisson, 2: gamma}[int(power)](y, pred)
    return deviance(y, pred, power)


@loss(
    formula="(y - pred)**2/(y*pred**2)",
    elicits="mean",
    use="For positive amounts with a very long tail, where relative errors below y hardly matter.",
    avoid="Where predictions can be too low by much: the loss grows with their inverse square.",
    aka=("inverse_gaussian_deviance",),
)
def inverse_gaussian(y: Annotated[Vector, POSITIVE], pred: Annotated[Vector, POSITIVE]) -> Vector:
    """Deviance of amounts whose variance is the cube of their mean: tweedie at power 3.

    Judges a forecast of the mean (McCullagh & Nelder, 1989). In the unit of 1/y.
    """
    (e, c), (f, b), (g, a) = np.frexp(y - pred), np.frexp(pred), np.frexp(y)
    found: Vector = np.ldexp(e / f * (e / f) / g, 2 * (c - b) - a)
    return found


@loss(
    formula="y/pred - log(y/pred) - 1",
    elicits="mean",
    use="For forecasts of a variance, where y is a proxy such as the squared return.",
    avoid="Where the proxy can be 0, as on days without trade: the loss is not defined there.",
)
def qlike(y: Annotated[Vector, POSITIVE], pred: Annotated[Vector, POSITIVE]) -> Vector:
    """Half the gamma deviance: ranks forecasts of a variance as the true variance would.

    Too low costs more than too high; noise in the proxy does not change the ranking (Patton,
    2011).
    """
    e, v = y - pred, difference_over_sum(y, pred)
    near = e / pred * v - 2 * atanh_rest(v)
    return np.where(np.abs(v) <= NEAR, near, e / pred - log_of_ratio(y, pred))
