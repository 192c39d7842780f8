"""The density that belongs to Barron's losses, and its most likely parameters.

Its negative logarithm is rho(x/c; alpha) + log c + log Z(alpha), where Z is the integral of
exp(-rho(x; alpha)) (Barron, 2019): without Z the most robust alpha would always win.
"""

from collections.abc import Callable, Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.losses.auto import Errors, NoFitError, Rule
from losscli.minimum import minimum

Vector = NDArray[np.float64]

_MOST = 20_000
"""Of more residuals those that differ by less than a thousandth are taken together."""
_SHIFT = 42
"""Drops all but the exponent and the first 10 bits of the fraction of a double."""
_GRID = np.linspace(0, 2, 21)
_STEPS = 40
"""Each of them makes the bracket of alpha 1.6 times narrower: to 1e-9."""
_TURNS = 200
_PLACES = np.arange(-6, 6, 1 / 32) * np.pi / 2
"""For the integral over all reals by the double exponential rule (Takahasi & Mori, 1974)."""


@dataclass(frozen=True)
class BarronLikelihood(Rule):
    """The alpha in [0, 2] and the c under which the residuals are most likely."""

    words: str = (
        "most likely values of y - pred under Barron's density, alpha from 0 (Cauchy) to 2 (normal)"
    )

    def fit(
        self, fixed: Mapping[str, float], names: Collection[str], errors: Errors
    ) -> dict[str, float]:
        """Return alpha, c or both."""
        sizes, mass = _sizes(errors)
        alpha, c = fixed.get("alpha"), fixed.get("c")
        if alpha is not None and not 0 <= alpha <= 2:  # noqa: PLR2004 - the normal density
            what = f"alpha={alpha:g} has no density, so no c is most likely"
            raise NoFitError(f"{what}; alpha is auto, or from 0 to 2")

        def surprise(alpha: float) -> tuple[float, float]:
            scale = _scale(sizes, mass, alpha) if c is None else c
            losses = _rho(sizes / scale, alpha)
            mean = float(np.sum(mass * losses))
            return mean + float(np.log(scale)) + log_z(alpha), scale

        best = _least(lambda alpha: surprise(alpha)[0]) if alpha is None else alpha
        found = {"alpha": best, "c": surprise(best)[1]}
        return {name: found[name] for name in names}


def log_z(alpha: float) -> float:
    """Return the logarithm of the integral of exp(-rho(x; alpha)) over all x."""
    x = np.sinh(np.sinh(_PLACES * 2 / np.pi) * np.pi / 2)
    slope = np.cosh(_PLACES * 2 / np.pi) * np.pi / 2 * np.sqrt(1 + x * x)
    with np.errstate(under="ignore"):
        return float(np.log(np.sum(np.exp(-_rho(np.abs(x), alpha)) * slope) / 32))


def _rho(x: Vector, alpha: float) -> Vector:
    with np.errstate(over="ignore"):
        if alpha == 2:  # noqa: PLR2004 - the limit
            return 0.5 * x * x
        rest = 2 - alpha
        logs = np.log1p(x * x / rest)
        return 0.5 * rest * logs if alpha == 0 else rest / alpha * np.expm1(0.5 * alpha * logs)


def _sizes(errors: Errors) -> tuple[Vector, Vector]:
    """Return the sizes of the residuals in ascending order, and the part of the mass of each."""
    sizes = np.abs(errors.residuals)
    order = np.lexsort((errors.mass, sizes))
    sizes, mass = sizes[order], errors.mass[order]
    if not len(sizes) or sizes[-1] == np.inf:
        raise NoFitError("residuals are infinite" if len(sizes) else "there are no residuals")
    if sizes[0] == sizes[-1]:
        raise NoFitError("all residuals are equally large, which tells no shape")
    total = float(np.sum(mass))
    if float(np.sum(mass[sizes == 0])) >= total / 2:
        raise NoFitError("half of the residuals are 0, so the smallest c is always most likely")
    if len(sizes) > _MOST:
        starts = np.flatnonzero(np.diff(sizes.view(np.int64) >> _SHIFT, prepend=-1))
        whole = np.add.reduceat(mass, starts)
        sizes, mass = np.add.reduceat(sizes * mass, starts) / whole, whole
    return sizes, mass / total


def _scale(sizes: Vector, mass: Vector, alpha: float) -> float:
    """Return the most likely c for an alpha: the root of a function that falls as log c rises."""
    above = sizes > 0
    logs, part = np.log(sizes[above]), mass[above]
    rest = 2 - alpha
    low, high = float(logs[0]) - 50, float(logs[-1]) + 50
    at = float(np.sum(part * logs) / np.sum(part))
    for _ in range(_TURNS):
        with np.errstate(over="ignore"):
            square = np.exp(2 * (logs - at))
            ratio = square / rest if rest else np.zeros_like(square)
            pulls = part * square * (1 + ratio) ** (alpha / 2 - 1)
            excess = float(np.sum(pulls)) - 1
            slope = float(np.sum(pulls * (2 - rest * ratio / (1 + ratio))))
        low, high = (at, high) if excess > 0 else (low, at)
        # as Newton's method of the logarithm, which is nearly straight
        step = np.log1p(excess) * (1 + excess) / slope if excess > -1 and slope > 0 else np.inf
        if abs(step) <= 1e-13 * max(1.0, abs(at)):
            return float(np.exp(at + step))
        at = at + step if low < at + step < high else (low + high) / 2
    raise NoFitError(f"the fit of c at alpha={alpha:.3g} does not converge")


def _least(function: Callable[[float], float]) -> float:
    """Return the alpha with the least value: the best of a grid, then by golden section."""
    values = [function(float(alpha)) for alpha in _GRID]
    if not np.isfinite(values).all():
        raise NoFitError("the fit of alpha does not converge")
    at = int(np.argmin(values))
    low, high = float(_GRID[max(at - 1, 0)]), float(_GRID[min(at + 1, len(_GRID) - 1)])
    found = minimum(function, low, high, _STEPS)
    return found if function(found) < values[at] else float(_GRID[at])
