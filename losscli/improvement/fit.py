"""Fitting each kind of map on the rows that are given."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from losscli.dataclass import dataclass
from losscli.improvement.kinds import KINDS, THRESHOLD, Kind, logit_of
from losscli.improvement.objective import Objective
from losscli.improvement.search import NO_END, Least, along, around
from losscli.improvement.threshold import has_threshold, least_cost
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.losses.spec import Vector

_QUANTILES = 33
_HOTTEST = 100.0
_FARTHEST = 30.0
_BEYOND = 1000.0
"""So many times as far as the data reach, a loss that has a minimum is not less."""


@dataclass(frozen=True)
class Fitted:
    """One fix: its kind and parameters, and the loss on the rows it was fitted on.

    `map` is None where predictions stay as they are: `after` is then the loss with another
    threshold, None for no change at all. `why` says why there is no such fix.
    """

    kind: str
    parameters: dict[str, float]
    value: float
    map: Kind | None = None
    theta: tuple[float, ...] = ()
    after: Chosen | None = None
    why: str = ""

    @property
    def changes(self) -> bool:
        """Tell whether there is such a fix, other than no change at all."""
        return not self.why and (self.map is not None or self.after is not None)


def fitted(objective: Objective, task: str, near: Sequence[Fitted] = ()) -> list[Fitted]:
    """Fit every kind that the task and the loss allow.

    `near` are the fits of all rows where these are a half: maps of two parameters start there.
    """
    if has_threshold(objective.chosen):
        return [_threshold(objective)]
    objective = _prepared(objective, task)
    found: list[Fitted] = []
    for kind in (kind for kind in KINDS if kind.task == task):
        least = _SEARCHES[kind.name, task](objective, kind, near or found)
        if least is not None:
            parameters = dict(zip(kind.parameters, least.at, strict=True))
            found.append(Fitted(kind.name, parameters, least.value, kind, least.at, why=least.why))
    return found


def _prepared(objective: Objective, task: str) -> Objective:
    """Compute the logits of a binary file once."""
    if task != "binary":
        return objective
    columns = {r: v for r, v in objective.rows.columns.items() if r != "prob"}
    columns["logit"] = logit_of(Columns(objective.rows.columns))
    return replace(objective, rows=replace(objective.rows, columns=columns))


def _threshold(objective: Objective) -> Fitted:
    found = least_cost(objective)
    if found is None:
        why = "no other threshold decides otherwise"
        return Fitted(THRESHOLD, {THRESHOLD: math.nan}, math.nan, why=why)
    at, value, after = found
    return Fitted(THRESHOLD, {THRESHOLD: at}, value, after=after)


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


def _shift(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least:
    y, pred = (objective.rows.columns[role] for role in ("y", "pred"))
    grid = _grid(y - pred, 0.0, float(np.std(pred)) or 1.0)
    return _along(objective, kind, grid)


def _along(objective: Objective, kind: Kind, grid: Vector) -> Least:
    def value(at: float) -> float:
        return objective.value(kind, (at,))

    return _ended(along(value, grid, bounded=True), value, float(np.abs(grid).max()))


def _is_constant(values: Vector) -> bool:
    return bool(values.min() == values.max())


def _scale(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least | None:
    y, pred = (objective.rows.columns[role] for role in ("y", "pred"))
    if _is_constant(pred):
        return None
    with np.errstate(all="ignore"):
        grid = _grid(y / pred, 1.0, 0.5)
    return _along(objective, kind, grid)


def _affine(objective: Objective, kind: Kind, before: Sequence[Fitted]) -> Least | None:
    """Search in units of the spread of the residuals, around the middle of the predictions."""
    y, pred = (objective.rows.columns[role] for role in ("y", "pred"))
    if _is_constant(pred):
        return None
    centre, width = float(np.mean(pred)), float(np.std(pred))
    spread = float(np.subtract(*np.quantile(y - pred, [0.75, 0.25]))) or float(np.std(y - pred))
    if not (width > 0 and spread > 0 and math.isfinite(width + spread)):
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

    found = around(value, _of(kind, before, starts, value), 0.5)
    middle, tilt = found.at
    found = _ended(found, lambda far: value((far, tilt)), 1 + abs(middle))
    found = _ended(found, lambda far: value((middle, far)), 1 + abs(tilt))
    return replace(found, at=forth(found.at))


def _of(
    kind: Kind,
    before: Sequence[Fitted],
    starts: Sequence[tuple[float, float]],
    value: Callable[[tuple[float, float]], float],
) -> Sequence[tuple[float, float]]:
    """Return the starts from the best on; the last alone, where that is a fit of this kind."""
    known = bool(before) and before[-1].kind == kind.name
    return [starts[-1]] if known else sorted(starts, key=value)


def _temperature(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least:
    grid = np.linspace(-math.log(_HOTTEST), math.log(_HOTTEST), 2 * _QUANTILES - 1)
    found = along(lambda t: objective.value(kind, (math.exp(t),)), grid, bounded=False)
    return replace(found, at=(math.exp(found.at[0]),))


def _logit_shift(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least:
    grid = _FARTHEST * np.linspace(-1, 1, 2 * _QUANTILES - 1) ** 3
    return along(lambda b: objective.value(kind, (b,)), grid, bounded=False)


def _platt(objective: Objective, kind: Kind, before: Sequence[Fitted]) -> Least | None:
    if _is_constant(objective.rows.columns["logit"]) or any(one.why for one in before):
        return None
    starts = [(0.0, 0.0)]
    starts += [
        (math.log(one.parameters.get("temperature", 1.0)), one.parameters.get("shift", 0.0))
        for one in before
    ]

    def value(u: Sequence[float]) -> float:
        if abs(u[0]) > math.log(_HOTTEST) or abs(u[1]) > _FARTHEST:
            return math.inf
        return objective.value(kind, (math.exp(u[0]), u[1]))

    found = around(value, _of(kind, before, starts, value), 0.25)
    return replace(found, at=(math.exp(found.at[0]), found.at[1]))


_SEARCHES = {
    ("shift", "regression"): _shift,
    ("scale", "regression"): _scale,
    ("affine", "regression"): _affine,
    ("temperature", "binary"): _temperature,
    ("logit_shift", "binary"): _logit_shift,
    ("platt", "binary"): _platt,
    ("temperature", "multiclass"): _temperature,
}
"""How each kind is fitted."""
