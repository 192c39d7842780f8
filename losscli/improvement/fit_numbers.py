"""Fitting the shift, the scale and the affine map of predicted numbers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from losscli.improvement.fitted import Fitted, starts_of
from losscli.improvement.kinds import Kind
from losscli.improvement.objective import LAST, Objective
from losscli.improvement.search import NO_END, Least, along, around
from losscli.losses.spec import Vector

_QUANTILES = 33
_STEADY = 1e-6
"""The part of the spread of residuals by which rounding a scale may move predictions."""
_BEYOND = 1000.0
"""So many times as far as the data reach, a loss that has a minimum is not less."""


def _grid(values: Vector, identity: float, unit: float) -> Vector:
    """Return quantiles of what would be best for single rows, and no change at all.

    Where no row asks for a change, a unit to both sides shows that it would not help.
    """
    values = values[np.isfinite(values)]
    levels = np.linspace(0, 1, _QUANTILES)
    some = np.quantile(values, levels) if len(values) else np.empty(0)
    grid = np.unique(np.append(some, identity))
    return grid if len(grid) > 1 else identity + unit * np.array([-1.0, 0.0, 1.0])


def _ended(least: Least, value: Callable[[float], float], reach: float) -> Least:
    """Return a minimum, or that there is none: the loss is less far beyond the data, too."""
    with np.errstate(all="ignore"):
        beyond = [value(sign * _BEYOND * reach) for sign in (-1, 1)]
    return replace(least, why=NO_END) if not least.why and min(beyond) < least.value else least


def shift(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least:
    """Search among the residuals, each of which is best for its row."""
    y, pred = (objective.rows.columns[role] for role in ("y", "pred"))
    grid = _grid(y - pred, 0.0, float(np.std(pred)) or 1.0)
    return _along(objective, kind, grid)


def _along(objective: Objective, kind: Kind, grid: Vector) -> Least:
    def value(at: float) -> float:
        return objective.value(kind, (at,))

    return _ended(along(value, grid, bounded=True), value, float(np.abs(grid).max()))


def _is_constant(values: Vector) -> bool:
    return bool(values.min() == values.max())


def scale(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least | None:
    """Search among the ratios, each of which is best for its row; None for constants."""
    y, pred = (objective.rows.columns[role] for role in ("y", "pred"))
    if _is_constant(pred):
        return None
    with np.errstate(all="ignore"):
        grid = _grid(y / pred, 1.0, 0.5)
    return _along(objective, kind, grid)


def affine(objective: Objective, kind: Kind, before: Sequence[Fitted]) -> Least | None:
    """Search in units of the spread of the residuals, around the middle of the predictions.

    None for constants, and where the last digit of a scale alone moves predictions about.
    """
    y, pred = (objective.rows.columns[role] for role in ("y", "pred"))
    if _is_constant(pred):
        return None
    centre, width = float(np.mean(pred)), float(np.std(pred))
    spread = float(np.subtract(*np.quantile(y - pred, [0.75, 0.25]))) or float(np.std(y - pred))
    if not (width > 0 and spread > 0 and math.isfinite(width + spread)):
        return None
    if abs(centre) * LAST > _STEADY * spread:
        return None

    def forth(u: Sequence[float]) -> tuple[float, float]:
        slope = spread * u[1] / width
        return spread * u[0] - slope * centre, 1 + slope

    def back(shift: float, scale: float) -> tuple[float, float]:
        slope = scale - 1
        return (shift + slope * centre) / spread, slope * width / spread

    slope = float(np.mean((y - np.mean(y)) * (pred - centre))) / width**2
    starts = [back(0.0, 1.0), back(float(np.mean(y)) - slope * centre, slope)]
    starts += [
        back(one.parameters.get("shift", 0.0), one.parameters.get("scale", 1.0))
        for one in before
        if not one.why
    ]

    def value(u: Sequence[float]) -> float:
        return objective.value(kind, forth(u))

    found = around(value, starts_of(kind, before, starts), 0.5)
    middle, tilt = found.at
    found = _ended(found, lambda far: value((far, tilt)), 1 + abs(middle))
    found = _ended(found, lambda far: value((middle, far)), 1 + abs(tilt))
    return replace(found, at=forth(found.at))
