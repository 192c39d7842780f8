"""The deviance of amounts whose variance is a power of their mean, to the last digits."""

import numpy as np
from numpy.typing import NDArray

from losscli.losses.spec import Vector
from losscli.losses.stable import NEAR, difference_over_sum, power_of_two

_LAST_DIGIT = 1e-18


def log_of_ratio(y: Vector, pred: Vector) -> Vector:
    """Return log(y/pred), also where the quotient of the two leaves the doubles."""
    ratio = y / pred
    found: Vector = np.log(ratio)
    beyond = (ratio < np.finfo(np.float64).tiny) | np.isinf(ratio)
    if beyond.any():
        found[beyond] = np.log(y[beyond]) - np.log(pred[beyond])
    return found


def deviance(y: Vector, pred: Vector, power: float) -> Vector:
    """Return the unit deviance of `counts.tweedie`, at a power other than 0, 1 and 2."""
    near = np.abs(y - pred) <= NEAR * y + NEAR * pred
    found = np.empty_like(y)
    with np.errstate(all="ignore"):
        found[near] = _near(y[near], pred[near], power)
        found[~near] = _far(y[~near], pred[~near], power)
    return found


def _near(y: Vector, pred: Vector, power: float) -> Vector:
    """Twice the integral of (y - t)/t^power from pred to y, by powers of v around the middle."""
    exponent = np.frexp(pred)[1]
    y, pred = np.ldexp(y, -exponent), np.ldexp(pred, -exponent)
    v = difference_over_sum(y, pred)
    total = np.zeros_like(v)
    for coefficient in reversed(_near_coefficients(power)):
        total *= v
        total += coefficient
    found = (2 * v) ** 2 * (0.5 * y + 0.5 * pred) ** (2 - power) * total
    part, unit = power_of_two(exponent, 2 - power)
    return np.ldexp(found * part, unit)


def _near_coefficients(power: float) -> list[float]:
    binomial, found = 1.0, [1.0]
    while binomial * NEAR ** len(found) > _LAST_DIGIT:
        order = len(found)
        binomial *= (power + order - 1) / order
        found.append(binomial / (order + 1 + order % 2))
    return found


def _far(y: Vector, pred: Vector, power: float) -> Vector:
    """Return it for numbers that are far apart, as what is bounded times a product of powers.

    With r = y/pred and the Box-Cox transform b(a) = (r^a - 1)/a the half is
    pred^(2 - power) (r b(1 - power) - b(2 - power)).
    """
    found = np.empty_like(y)
    above = y > pred
    for rows, function in (
        (above, _above),
        (~above, _below_compound if power < 2 else _below),  # noqa: PLR2004 - as gamma
    ):
        found[rows] = function(y[rows], pred[rows], power)
    return found


def _above(y: Vector, pred: Vector, power: float) -> Vector:
    log, high = log_of_ratio(y, pred), 2 - power
    falling = np.exp(-log)
    near = falling * np.expm1(np.minimum(high * log, 1.0)) / high
    second = np.where(high * log < 1, near, (np.exp((1 - power) * log) - falling) / high)
    found = 2 * (_box_cox(1 - power, log) - second)
    first, exponent = np.frexp(y)
    return _times_power(found * first, exponent, pred, 1 - power)


def _below_compound(y: Vector, pred: Vector, power: float) -> Vector:
    ratio, low, high = y / pred, 1 - power, 2 - power
    log = log_of_ratio(np.where(y == 0, pred, y), pred)
    near = ratio * np.expm1(np.minimum(low * log, 1.0)) / low
    first = np.where(low * log < 1, near, (np.exp(high * log) - ratio) / low)
    found = np.where(y == 0, 1 / high, first - _box_cox(high, log))
    return _times_power(2 * found, 0, pred, high)


def _below(y: Vector, pred: Vector, power: float) -> Vector:
    log = log_of_ratio(y, pred)
    found = _box_cox(power - 1, log) - _box_cox(power - 2, log)
    return _times_power(2 * found, 0, y, 2 - power)


def _box_cox(power: float, log: Vector) -> Vector:
    found: Vector = np.expm1(power * log) / power
    return found


def _times_power(
    factor: Vector, exponent: NDArray[np.integer] | int, base: Vector, power: float
) -> Vector:
    """Return factor * 2**exponent * base**power, where only the whole need be a double."""
    first, digits = np.frexp(base)
    part, unit = power_of_two(digits, power)
    found: Vector = np.ldexp(factor * first**power * part, unit + exponent)
    return found
