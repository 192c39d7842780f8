"""The best constant of losses that go in steps, such as shares of wrong rows."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Rows = Callable[[Vector, Vector], Vector]
"""The row losses of truths (float64[n]) and as many predictions."""
Steps = tuple[Vector, Vector] | None
"""Where the mean loss of constants changes, and by how much; None where it does not go in steps."""

_PROBED = 64
_AT_ONCE = 1 << 17
_FINALISTS = 8
_JUMPS = 8
"""A row whose loss changes more often between two points does not go in steps."""
_FLAT = 0.98


def ascending(numbers: Vector) -> Vector:
    """Return the different numbers in ascending order."""
    found = np.sort(numbers)
    return np.asarray(found[np.append(True, found[1:] != found[:-1])])


def in_steps(rows: Rows, y: Vector, points: Vector) -> bool:
    """Tell whether nearly every row loses the same if the prediction moves by very little."""
    some = y[np.linspace(0, len(y) - 1, min(_PROBED, len(y))).astype(np.intp)]
    inner = points[(points >= y[0]) & (points <= y[-1])] if len(y) > 1 else points
    inner = points if len(inner) < 2 else inner  # noqa: PLR2004 - no two of them
    truths, low, next_ = np.tile(some, len(inner) - 1), inner[:-1], inner[1:]
    at, beside = (low * (1 - share) + next_ * share for share in (0.4, 0.4001))
    found, near = (rows(truths, np.repeat(lot, len(some))) for lot in (at, beside))
    return bool(np.mean(found == near) >= _FLAT)


def least_steps(steps: Steps, points: Vector) -> Vector:
    """Return predictions one of which has the least mean loss; none where there are no steps."""
    if steps is None:
        return np.empty(0)
    order = np.argsort(steps[0], kind="stable")
    at, heights = steps[0][order], np.cumsum(steps[1][order])
    last = np.append(at[1:] != at[:-1], True)
    at, heights = at[last], heights[last]
    best = np.argsort(heights, kind="stable")[:_FINALISTS]
    low, high = at[best], np.append(at[1:], points[-1])[best]
    # a step reaches to the next one; rounding may move its ends by a bit
    ends = (np.nextafter(low, -np.inf), np.nextafter(low, np.inf), np.nextafter(high, -np.inf))
    return ascending(np.concatenate([low, low / 2 + high / 2, *ends]))


def of_truths(rows: Rows, y: Vector, mass: Vector, points: Vector) -> Steps:
    """Return the steps of every truth, sought between each two neighbouring points."""
    places, jumps = [points[:1]], [_start(rows, y, mass, points)]
    for truths, weights, *cells in _changes(rows, y, mass, points):
        found = _jumps(rows, truths, weights, *cells)
        if found is None:
            return None
        places.append(found[0])
        jumps.append(found[1])
    return np.concatenate(places), np.concatenate(jumps)


def of_differences(rows: Rows, y: Vector, mass: Vector, points: Vector) -> Steps:
    """Return the same for losses of the difference alone: each truth has the steps of 0."""
    zero, one = np.zeros(1), np.ones(1)
    points = ascending(np.concatenate([points - points[len(points) // 2], points]))
    found = of_truths(rows, zero, one, points)
    if found is None:
        return None
    edges, heights = found[0][1:], found[1][1:]
    places = np.append(points[:1] + y[0], (y[:, None] + edges).ravel())
    return places, np.append(_start(rows, y, mass, places), (mass[:, None] * heights).ravel())


def _start(rows: Rows, y: Vector, mass: Vector, points: Vector) -> Vector:
    first = rows(y, np.full(len(y), points[0]))
    return np.array([float(np.sum(first * mass))])


def _changes(
    rows: Rows, y: Vector, mass: Vector, points: Vector
) -> Iterator[tuple[Vector, Vector, Vector, Vector, Vector]]:
    """Yield truths, their mass, and the neighbouring points between which their loss changes."""
    size = max(1, _AT_ONCE // len(points))
    for k in range(0, len(y), size):
        some = y[k : k + size]
        table = rows(np.repeat(some, len(points)), np.tile(points, len(some)))
        table = table.reshape(len(some), len(points))
        row, at = np.nonzero(table[:, 1:] != table[:, :-1])
        yield some[row], mass[k : k + size][row], points[at], points[at + 1], table[row, at]


def _jumps(
    rows: Rows, truths: Vector, weights: Vector, low: Vector, high: Vector, before: Vector
) -> Steps:
    """Return where the losses of truths change between two places, and by how much in all."""
    places, jumps = [np.empty(0)], [np.empty(0)]
    for _ in range(_JUMPS):
        edge, after = _edge(rows, truths, low, high, before)
        places.append(edge)
        jumps.append(weights * (after - before))
        more = after != rows(truths, high)
        if not more.any():
            return np.concatenate(places), np.concatenate(jumps)
        truths, weights, low, high, before = (
            lot[more] for lot in (truths, weights, edge, high, after)
        )
    return None


def _edge(
    rows: Rows, truths: Vector, low: Vector, high: Vector, before: Vector
) -> tuple[Vector, Vector]:
    """Return the first doubles after `low` with another loss than there, and that loss."""
    while True:
        middle = low / 2 + high / 2
        open_ = (middle > low) & (middle < high)
        if not open_.any():
            return high, rows(truths, high)
        same = rows(truths, middle) == before
        low = np.where(open_ & same, middle, low)
        high = np.where(open_ & ~same, middle, high)
