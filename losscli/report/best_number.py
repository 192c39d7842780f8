"""The best constant of one number: among steps, in the lowest valley, or by golden section."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.domain import REAL
from losscli.minimum import Valleys, around, known, minimum, valleys
from losscli.report.places import places
from losscli.report.search import THIN, distinct, thinned
from losscli.report.steps import ascending, in_steps, least_steps, of_differences, of_truths
from losscli.report.truths import Found, NoConstantError, Truths, Vector, along, number_of

_THINNER, _FULL = 256, 4096
_MOST = 1 << 22
"""So many row losses are computed at most to find a valley."""
_MOST_POINTS = 1 << 15
_FINALISTS = 6
"""So many valleys of a part of the truths are judged with all of them."""
_STEPS = 60
_ROUGH_STEPS = 16
_FINE_STEPS = 24
"""A part of the truths only tells about where the constant is: within `_REACH` of a step."""
_REACH = 0.05
_FAR = 1e5
"""A constant that is so many times as far as the truths reach is none that anybody means."""
_BENDS = 1e-12
_SHIFTS = np.array([-3.0, -0.5, 0.0, 0.25, 1.0, 2.0, 64.0, 1024.0])
"""Numbers whose sums are exact."""
MANY = "it has many low places, and which of them is lowest is not sure"
FALLS = "the farther away a constant is, the less it costs"


def numeric(role: str) -> Callable[[Chosen, Truths, object], Found]:
    """Return what finds the best number of a role; it raises NoConstantError where none is sure."""

    def find(chosen: Chosen, truths: Truths, _: object) -> Found:
        with np.errstate(all="ignore"):
            search = _Search(chosen, role, replace(truths, sample=distinct(truths.sample)))
            return number_of(role, search.best()) if len(search.grid) else None

    return find


class _Search:
    """The search for the best number of one role, over different truths with their mass."""

    def __init__(self, chosen: Chosen, role: str, truths: Truths) -> None:
        self.chosen, self.role, self.whole = chosen, role, truths
        self.small = replace(truths, sample=thinned(truths.sample, THIN))
        self.legal = chosen.domain().get(role, (REAL, ""))[0]
        grid = places(role, truths, chosen)
        self.grid = grid[self.legal.holds(grid)]

    def along(self, truths: Truths) -> Callable[[Vector], Vector]:
        """Return the value at each of many constants; those that are not legal are infinite."""

        def values(points: Vector) -> Vector:
            found = np.full(len(points), np.inf)
            legal = self.legal.holds(points)
            found[legal] = along(self.chosen, truths, self.role, points[legal])
            return known(found)

        return values

    def best(self) -> float:
        """Return the constant with the least value; NoConstantError where that is not sure."""
        found = self._lowest()
        if not abs(found) <= _FAR * self._reach():
            raise NoConstantError(FALLS)
        return found

    def _lowest(self) -> float:
        smaller = replace(self.whole, sample=thinned(self.whole.sample, _THINNER))
        values = self.along(smaller)(self.grid)
        if _convex(self.grid, values):
            at = int(np.argmin(values))
            return self._lowest_near(float(self.grid[at]), self._gap(at))
        found = None
        if self.chosen.combine is MEAN and not self.chosen.leaves_out:
            found = self._lowest_step(smaller.sample.values)
        return self._lowest_valley() if found is None else found

    def _gap(self, at: int) -> float:
        return float(self.grid[min(at + 1, len(self.grid) - 1)] - self.grid[max(at - 1, 0)])

    def _reach(self) -> float:
        return 1 + float(np.abs(self.whole.sample.values).max())

    def _rows(self, y: Vector, constants: Vector) -> Vector:
        return known(self.chosen.terms({"y": y, self.role: constants})[0])

    def _lowest_near(self, start: float, step: float) -> float:
        """Return the lowest place of the valley that a constant lies in."""
        if self.small.sample is self.whole.sample:
            best = self._down(self.whole, start, step, _STEPS)
        else:
            rough = self._down(self.small, start, step, _ROUGH_STEPS)
            best = self._down(self.whole, rough, step * _REACH, _FINE_STEPS)
        y = self.whole.sample.values  # where many losses have a corner
        near = int(np.searchsorted(y, best)) if self.role == "pred" else 0
        options = np.array([start, best, *y[max(near - 2, 0) : near + 2]])
        return float(options[int(np.argmin(self.along(self.whole)(options)))])

    def _down(self, truths: Truths, start: float, step: float, steps: int) -> float:
        def over(constant: float) -> float:
            return float(self.along(truths)(np.array([constant]))[0])

        return minimum(over, *around(over, start, step), steps)

    def _of_differences(self) -> bool:
        """Tell whether only the difference of truth and prediction counts."""
        y, away = np.repeat(_SHIFTS, len(_SHIFTS)), np.tile(_SHIFTS, len(_SHIFTS))
        return bool((self._rows(y, y + away) == self._rows(np.zeros(len(y)), away)).all())

    def _lowest_step(self, some: Vector) -> float | None:
        """Return the lowest step of losses that go in steps; None where these do not."""
        y, mass = self.whole.sample.values, self.whole.sample.mass
        if not in_steps(self._rows, some, self.grid):
            return None
        if len(y) > _FULL and not self._of_differences():
            raise NoConstantError(f"it goes in steps, too many with {len(y)} different truths")
        points = self.grid if len(y) > _FULL else ascending(np.concatenate([self.grid, y]))
        points = points[self.legal.holds(points)]
        near = np.abs(points) <= 2 * self._reach()
        steps = of_differences if len(y) > _FULL else of_truths
        options = np.empty(0)
        for lot in (points, points[near]):
            if not len(options) and len(lot):
                options = least_steps(steps(self._rows, y, mass, lot), lot)
        if not len(options):
            return None
        values = self.along(self.whole)(options)
        best = int(np.argmin(values))
        others = self.along(self.small)(self.grid)
        if len(y) <= THIN and others.min() < values[best] * (1 - _BENDS):
            raise NoConstantError(MANY)
        return float(options[best])

    def _lowest_valley(self) -> float:
        size = len(self.small.sample.values)
        most = max(min(_MOST // size, _MOST_POINTS), 4 * len(self.grid))
        found = valleys(self.along(self.small), self.grid, most)
        if not found.settled:
            raise NoConstantError(MANY)
        at = 0 if self.small.sample is self.whole.sample else self._lowest_of_all(found)
        corner = self._lowest_truth(float(found.values[0]))
        if corner is not None:
            return corner
        return self._lowest_near(float(found.at[at]), float(found.reach[at]) * _REACH)

    def _lowest_truth(self, least: float) -> float | None:
        """Return the truth that costs less than the lowest valley, in a corner of its own."""
        if self.role != "pred":
            return None
        y = self.small.sample.values
        values = self.along(self.small)(y[self.legal.holds(y)])
        if not values.min(initial=np.inf) < least * (1 - _BENDS):
            return None
        if self.small.sample is not self.whole.sample:
            raise NoConstantError(MANY)
        return float(y[self.legal.holds(y)][int(np.argmin(values))])

    def _lowest_of_all(self, found: Valleys) -> int:
        """Return which valley of a part of the truths is the lowest with all of them."""
        values = self.along(self.whole)(found.at[:_FINALISTS])
        finite = np.isfinite(values)
        off = np.abs(values - found.values[:_FINALISTS])[finite].max(initial=0.0)
        best = int(np.argmin(values))
        close = np.append(values, found.values[_FINALISTS:]) - 2 * off <= values[best]
        if np.ptp(found.at[close]) > found.reach[best]:
            raise NoConstantError(MANY)
        return best


def _convex(points: Vector, values: Vector) -> bool:
    """Tell whether no value lies above the line through its neighbours."""
    with np.errstate(invalid="ignore", over="ignore"):
        share = (points[1:-1] - points[:-2]) / (points[2:] - points[:-2])
        line = (1 - share) * values[:-2] + share * values[2:]
        line = np.where(share == 0, values[:-2], line)
        near = np.maximum(np.abs(values[:-2]), np.abs(values[2:]))
        return bool((values[1:-1] <= line + _BENDS * near).all())
