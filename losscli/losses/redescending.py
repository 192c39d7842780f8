"""Redescending: robust losses in which a gross error pulls less, the grosser it is."""

from typing import Annotated

import numpy as np

from losscli.losses.auto import Scaled
from losscli.losses.domain import POSITIVE, Interval
from losscli.losses.likelihood import BarronLikelihood
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import box_cox, near_half_square, of_distance

_HUGE = 1e100
"""A scaled error beyond this counts as this where the loss has levelled off long before."""
_ONE_IS_LOST = 1e20
"""From here on the square of a scaled error swallows the 1 that is added to it."""


def _scaled_square(abs_residual: Vector, c: float) -> Vector:
    scaled = np.minimum(abs_residual / c, _HUGE)
    scaled *= scaled
    return scaled


def _log1p_square(size: Vector, c: float) -> Vector:
    """Return log1p((size/c)**2), also where the square overflows."""
    scaled = size / c
    near = np.minimum(scaled, _ONE_IS_LOST)
    far = 2 * np.log(np.maximum(scaled, _ONE_IS_LOST))
    if scaled.max(initial=0.0) == np.inf:
        far = np.where(np.isinf(scaled), 2 * (np.log(size) - np.log(c)), far)
    return np.where(scaled > _ONE_IS_LOST, far, np.log1p(near * near))


@loss(
    formula="c**2/2*log1p(((y - pred)/c)**2)",
    use="Where errors have very heavy tails, such as those of wrong matches.",
    avoid="Where there may be several minima: it is not convex, so a bad start stays bad.",
    aka=("lorentzian",),
)
def cauchy(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    c: Annotated[float, POSITIVE, Scaled(2.3849, "Holland & Welsch, 1977")] = 1.0,
) -> Vector:
    """Half the squared distance near 0, growing only as a logarithm beyond c.

    Barron's form at alpha = 0, times c^2 (Black & Anandan, 1996).
    """
    return of_distance(_cauchy, c, y, pred, abs_residual, degree=2)


def _cauchy(size: Vector, c: float) -> Vector:
    return near_half_square(0.5 * c * (c * _log1p_square(size, c)), size, c)


@loss(
    formula="2*((y - pred)/c)**2/(((y - pred)/c)**2 + 4)",
    use="Where a share of the rows is simply wrong, as in registration.",
    avoid="Where every row is real: errors far beyond c hardly count.",
    bound=2,
)
def geman_mcclure(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    c: Annotated[float, POSITIVE, Scaled(1.8937, "Holland & Welsch, 1977, of this loss")] = 1.0,
) -> Vector:
    """Half the squared scaled distance near 0, levelling off at 2: Barron's alpha = -2.

    An error of 2c already costs half of the most there is (Geman & McClure, 1985).
    """
    return of_distance(_geman_mcclure, c, y, pred, abs_residual, degree=0)


def _geman_mcclure(size: Vector, c: float) -> Vector:
    square = _scaled_square(size, c)
    return 2 * square / (square + 4)


@loss(
    formula="1 - exp(-((y - pred)/c)**2/2)",
    use="Where rows that are off by more than 3c belong to something else.",
    avoid="Where large errors matter at all: they cost no more than middling ones.",
    aka=("leclerc",),
    bound=1,
)
def welsch(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    c: Annotated[float, POSITIVE, Scaled(2.1105, "Holland & Welsch, 1977: 2.985 / sqrt(2)")] = 1.0,
) -> Vector:
    """Half the squared scaled distance near 0, levelling off at 1: Barron's alpha = -inf.

    Beyond 3c every error costs the same (Dennis & Welsch, 1978).
    """
    return of_distance(_welsch, c, y, pred, abs_residual, degree=0)


def _welsch(size: Vector, c: float) -> Vector:
    return -np.expm1(-0.5 * _scaled_square(size, c))


@loss(
    formula="c**2/6*(1 - (1 - ((y - pred)/c)**2)**3) if abs(y - pred) <= c else c**2/6",
    use="Where errors are normal but for gross ones, which are to have no say.",
    avoid="Where c is not adapted to the spread of the errors: beyond it nothing counts.",
    aka=("biweight",),
    bound="c**2/6",
)
def tukey(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    c: Annotated[float, POSITIVE, Scaled(4.685, "Holland & Welsch, 1977")] = 4.685,
) -> Vector:
    """Half the squared distance near 0, exactly c^2/6 from c on.

    The default c keeps 95 % efficiency when errors are standard normal (Beaton & Tukey, 1974).
    """
    return of_distance(_tukey, c, y, pred, abs_residual, degree=2)


def _tukey(size: Vector, c: float) -> Vector:
    square: Vector = np.minimum(_scaled_square(size, c), 1.0)
    found: Vector = c * (c / 6 * (square * (3 + square * (square - 3))))
    return near_half_square(found, size, c)


@loss(
    formula="((y - pred)/c)**2/2 if alpha == 2 "
    "else log(((y - pred)/c)**2/2 + 1) if alpha == 0 "
    "else 1 - exp(-((y - pred)/c)**2/2) if alpha == -inf "
    "else abs(alpha - 2)/alpha*((((y - pred)/c)**2/abs(alpha - 2) + 1)**(alpha/2) - 1)",
    use="To try a whole range of robust losses with one number.",
    avoid=(
        "Where alpha would be chosen on the rows that are judged: the smallest always looks best."
    ),
    differs="Barron's code allows alpha above 2, where large errors rule more than in mse.",
    aka=("adaptive", "general"),
)
def barron(
    y: Vector,
    pred: Vector,
    abs_residual: Vector,
    *,
    alpha: Annotated[float, Interval(high=2), BarronLikelihood()] = 1.0,
    c: Annotated[float, POSITIVE, BarronLikelihood()] = 1.0,
) -> Vector:
    """One family of robust losses: the smaller alpha, the less a gross error counts.

    Alpha 2 is half the square, 1 pseudo_huber, 0 cauchy, -2 geman_mcclure, -inf welsch, of
    errors in units of c (Barron, 2019).
    """
    return of_distance(lambda size, c: _barron(size, alpha, c), c, y, pred, abs_residual, degree=0)


def _barron(size: Vector, alpha: float, c: float) -> Vector:
    if alpha == 2:  # noqa: PLR2004
        scaled = size / c
        return 0.5 * scaled * scaled
    if alpha == -np.inf:
        return -np.expm1(-0.5 * _scaled_square(size, c))
    rest = 2 - alpha
    ratio = size / c / np.sqrt(rest)
    near = np.minimum(size / c, _ONE_IS_LOST * np.sqrt(rest))
    square = near * near / rest
    found = 0.5 * rest * box_cox(np.log1p(square), 1 + square, 0.5 * alpha)
    far = np.maximum(ratio, _ONE_IS_LOST)
    beyond = box_cox(np.log(far), far, alpha)
    if ratio.max(initial=0.0) == np.inf:
        none = np.isinf(ratio)
        beyond[none] = _box_cox_of_quotient(size[none], c * np.sqrt(rest), alpha)
    beyond *= rest
    if alpha > 1 and beyond.max(initial=0.0) == np.inf:
        none = np.isinf(beyond)
        beyond[none] = (size[none] / c * rest ** (1 / alpha - 0.5)) ** alpha / alpha
    return np.where(ratio > _ONE_IS_LOST, beyond, found)


def _box_cox_of_quotient(size: Vector, unit: float, power: float) -> Vector:
    """Return the Box-Cox transform of size/unit, which is no double itself."""
    logs: Vector = np.log(size) - np.log(unit)
    if power == 0:
        return logs
    whole = (size**power / unit**power - 1) / power
    return np.where(np.abs(power * logs) < 1, np.expm1(power * logs) / power, whole)
