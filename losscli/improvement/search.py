"""Where an objective is least: every start that promises something, then scipy's optimisers."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from losscli.dataclass import dataclass
from losscli.improvement.fitted import Pair
from losscli.losses.spec import Vector

_MINIMA = 3
"""So many valleys of a grid are looked into: a loss that is not convex may have several."""
_FINE = 1e-10
_ROUGH = 1e-3
_FINAL = 1e-8
"""How near two numbers are found: roughly first, to tell the lowest valley from others."""
_TINY = 1e-13
_COARSE = 1e-6
"""A last gain, as a part of the value, that may be rounding."""
_CALLS = 400
_RESTARTS = 4
NO_END = "the fit does not converge: it runs to the last that was tried"


@dataclass(frozen=True)
class Least:
    """A minimum; `why` says why there is none, "" where there is one."""

    at: tuple[float, ...]
    value: float
    why: str = ""


def along(objective: Callable[[float], float], grid: Vector, *, bounded: bool) -> Least:
    """Return the least of a function of one number, from a grid in ascending order.

    Each of the best valleys is searched between the points beside it (Brent, 1973). Where the
    function is least at an end of the grid, and it is not `bounded` by its nature, there is none.
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - slow to import, and used here only

    values = np.array([objective(float(x)) for x in grid])
    able = np.isfinite(values)
    if not able.any():
        return Least((math.nan,), math.inf, "it is not defined for any that was tried")
    grid, values = grid[able], values[able]
    if values.max() == values.min():
        return Least((math.nan,), float(values[0]), "none that was tried changes the loss")
    best = int(values.argmin())
    ends = [at for at in (0, -1) if values[at] == values[best]]
    if ends and not bounded:
        return Least((float(grid[ends[0]]),), float(values[best]), NO_END)
    found = (float(values[best]), float(grid[best]))
    for at in _valleys(values):
        low, high = grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)]
        options: Any = {"xatol": _FINE * float(high - low), "maxiter": _CALLS}
        with np.errstate(all="ignore"):
            done = minimize_scalar(
                objective, bounds=(float(low), float(high)), method="bounded", options=options
            )
        found = min(found, (float(done.fun), float(done.x)))
    return Least((found[1],), found[0])


def _valleys(values: Vector) -> list[int]:
    wide = np.concatenate([[np.inf], values, [np.inf]])
    low = np.flatnonzero((values <= wide[:-2]) & (values <= wide[2:]))
    return [int(at) for at in low[np.argsort(values[low], kind="stable")][:_MINIMA]]


def around(
    objective: Callable[[Any], float],
    starts: Sequence[Pair],
    step: float,
) -> Least:
    """Return the least of a function of two numbers, from several starts.

    The simplex method (Nelder & Mead, 1965) needs no slopes, which absolute errors do not have
    everywhere. From each start it goes so far that the lowest valley is told from others; there
    it begins anew from where it ends until that changes nothing.
    """
    able = [(start, objective(start)) for start in starts]
    able = [(start, value) for start, value in able if math.isfinite(value)]
    if not able:
        return Least(starts[0], math.inf, "it is not defined for any that was tried")
    if len(able) > 1:
        able = [_downhill(objective, *one, step, _ROUGH) for one in able]
    at, value = min(able, key=lambda found: found[1])
    gain, why = math.inf, "the fit does not converge"
    for _ in range(_RESTARTS):
        before = value
        at, value = _downhill(objective, at, value, step, _FINAL)
        gain, step = before - value, step / 8
        if gain <= _FINE * abs(value):
            break
    return Least(at, value, why if gain > _COARSE * abs(value) else "")


def _downhill(
    objective: Callable[[Any], float], at: Pair, value: float, step: float, fine: float
) -> tuple[Pair, float]:
    """Return where one run of the simplex method ends, and the value there: never more."""
    from scipy.optimize import minimize  # noqa: PLC0415 - as above

    options: Any = {
        "initial_simplex": [at, (at[0] + step, at[1]), (at[0], at[1] + step)],
        "xatol": fine,
        "fatol": max(fine**2, _TINY) * abs(value),
        "maxfev": _CALLS,
    }
    with np.errstate(all="ignore"):
        done = minimize(objective, at, method="Nelder-Mead", options=options)
    found = float(done.fun)
    return ((float(done.x[0]), float(done.x[1])), found) if found < value else (at, value)
