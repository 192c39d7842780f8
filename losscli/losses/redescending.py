"""Redescending: robust losses in which a gross error pulls less, the grosser it is."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import POSITIVE, Interval
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import box_cox

_HUGE = 1e100
"""A scaled error beyond this counts as this: its square must not overflow."""


def _scaled_square(abs_residual: Vector, c: float) -> Vector:
    scaled = np.minimum(abs_residual / c, _HUGE)
    scaled *= scaled
    return scaled


@loss(
    formula="c**2/2*log1p(((y - pred)/c)**2)",
    use="Where errors have very heavy tails, such as those of wrong matches.",
    avoid="Where there may be several minima: it is not convex, so a bad start stays bad.",
    aka=("lorentzian",),
)
def cauchy(abs_residual: Vector, *, c: Annotated[float, POSITIVE] = 1.0) -> Vector:
    """Half the squared distance near 0, growing only as a logarithm beyond c.

    Barron's form at alpha = 0, times c^2 (Black & Anandan, 1996).
    """
    return 0.5 * c * (c * np.log1p(_scaled_square(abs_residual, c)))


@loss(
    formula="2*((y - pred)/c)**2/(((y - pred)/c)**2 + 4)",
    use="Where a share of the rows is simply wrong, as in registration.",
    avoid="Where every row is real: errors far beyond c hardly count.",
    bound=2,
)
def geman_mcclure(abs_residual: Vector, *, c: Annotated[float, POSITIVE] = 1.0) -> Vector:
    """Half the squared scaled distance near 0, levelling off at 2: Barron's alpha = -2.

    An error of 2c already costs half of the most there is (Geman & McClure, 1985).
    """
    square = _scaled_square(abs_residual, c)
    return 2 * square / (square + 4)


@loss(
    formula="1 - exp(-((y - pred)/c)**2/2)",
    use="Where rows that are off by more than 3c belong to something else.",
    avoid="Where large errors matter at all: they cost no more than middling ones.",
    aka=("leclerc",),
    bound=1,
)
def welsch(abs_residual: Vector, *, c: Annotated[float, POSITIVE] = 1.0) -> Vector:
    """Half the squared scaled distance near 0, levelling off at 1: Barron's alpha = -inf.

    Beyond 3c every error costs the same (Dennis & Welsch, 1978).
    """
    return -np.expm1(-0.5 * _scaled_square(abs_residual, c))


@loss(
    formula="c**2/6*(1 - (1 - ((y - pred)/c)**2)**3) if abs(y - pred) <= c else c**2/6",
    use="Where errors are normal but for gross ones, which are to have no say.",
    avoid="Where c is not adapted to the spread of the errors: beyond it nothing counts.",
    aka=("biweight",),
    bound="c**2/6",
)
def tukey(abs_residual: Vector, *, c: Annotated[float, POSITIVE] = 4.685) -> Vector:
    """Half the squared distance near 0, exactly c^2/6 from c on.

    The default c keeps 95 % efficiency when errors are standard normal (Beaton & Tukey, 1974).
    """
    square: Vector = np.minimum(_scaled_square(abs_residual, c), 1.0)
    return c * (c / 6 * (square * (3 + square * (square - 3))))


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
    abs_residual: Vector,
    *,
    alpha: Annotated[float, Interval(high=2)] = 1.0,
    c: Annotated[float, POSITIVE] = 1.0,
) -> Vector:
    """One family of robust losses: the smaller alpha, the less a gross error counts.

    Alpha 2 is half the square, 1 pseudo_huber, 0 cauchy, -2 geman_mcclure, -inf welsch, of
    errors in units of c (Barron, 2019).
    """
    square = _scaled_square(abs_residual, c)
    if alpha == 2:  # noqa: PLR2004
        return 0.5 * square
    if alpha == -np.inf:
        return -np.expm1(-0.5 * square)
    square /= 2 - alpha
    return 0.5 * (2 - alpha) * box_cox(np.log1p(square), 1 + square, 0.5 * alpha)
