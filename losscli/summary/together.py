"""Several losses of the rows of one class, added up in one go.

The arithmetic is that of `Tally`, on the rows of a matrix: each call of numpy then does the work
of several, and threads take turns less often.
"""

import math
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.summary.coarse import LEVEL_BITS, LEVELS, usable_level
from losscli.summary.slices import HIGHEST, LOWEST, ROWS, SMALL_PRODUCT, WIDTH, Matrix, aligned
from losscli.summary.tally import Tally, from_steps

MOST = 4
"""How many losses are added up together, so that their slices stay in the cache."""
_DEPTH = 8
"""How many slices are kept; numbers of sizes so different that they need more go one by one."""


class _Workspace(threading.local):
    def __init__(self) -> None:
        self.losses = aligned(MOST, ROWS)
        self.slices = aligned(MOST, _DEPTH + 1, ROWS)
        self.slices[:, 0] = 1.0
        self.rest = aligned(MOST, ROWS)
        self.cubes = aligned(MOST, ROWS)


_WORKSPACE = _Workspace()


def room(losses: int, rows: int) -> Matrix:
    """Return a matrix for so many losses of so many rows; it is this thread's, and kept."""
    return _WORKSPACE.losses[:losses, :rows]


def add_together(tallies: Sequence[Tally], place: int, losses: Matrix) -> list[float] | None:
    """Add the rows of one class, a loss to each tally; return the largest value of each loss.

    `losses` has at most MOST rows, each without a weight. Returns None, and has added nothing,
    where a number is not finite or the sizes of the numbers are too different.
    """
    lows, highs = np.minimum.reduce(losses, axis=1), np.maximum.reduce(losses, axis=1)
    largest = np.maximum(-lows, highs)
    if not np.isfinite(largest).all():
        return None
    cut = _cut(losses, np.frexp(largest)[1])
    if cut is None:
        return None
    tables, lasts = cut
    cubes = _cubes(losses, largest)
    for k, tally in enumerate(tallies):
        table = tables[k]
        depth = len(table)
        steps = [0] * (2 * depth - 1)
        for a, row in enumerate(table):
            for b in range(depth):
                steps[a + b] += row[b + 1]
        last = lasts[k]
        tally.record(
            place,
            losses.shape[1],
            (float(lows[k]), float(highs[k])),
            (from_steps([row[0] for row in table], last), from_steps(steps, 2 * last)),
            cubes[k],
        )
    found: list[float] = highs.tolist()
    return found


def _cut(losses: Matrix, tops: NDArray[np.intc]) -> tuple[list[list[list[int]]], list[int]] | None:
    """Return the products of the slices of each loss, and the exponent of its last unit."""
    count, rows = losses.shape
    if int(tops.max()) > HIGHEST:
        return None
    slices = _WORKSPACE.slices[:count, :, :rows]
    values, rest = losses, _WORKSPACE.rest[:count, :rows]
    units = tops.astype(np.int64) + 1
    exponents: list[NDArray[np.int64]] = []
    while True:
        units = units - WIDTH
        if len(exponents) == _DEPTH or int(units.min()) < LOWEST:
            return None
        exponents.append(units)
        shift = np.ldexp(1.5, 52 + units)[:, None]
        piece = slices[:, len(exponents)]
        np.add(values, shift, out=piece)
        np.subtract(piece, shift, out=piece)
        np.subtract(values, piece, out=rest)
        values = rest
        if not rest[:, 0].any() and not rest.view(np.int64).any():
            break
    depth = len(exponents)
    table = np.zeros((count, depth, depth + 1))
    step = SMALL_PRODUCT // (depth * (depth + 1))
    for start in range(0, rows, step):
        some = slices[:, : depth + 1, start : start + step]
        table += np.matmul(some[:, 1:], some.transpose(0, 2, 1))
    scale = np.ldexp(1.0, -np.stack(exponents, axis=1))
    table *= scale[:, :, None]
    table[:, :, 1:] *= scale[:, None, :]
    return table.astype(np.int64).tolist(), exponents[-1].tolist()


def _cubes(losses: Matrix, largest: NDArray[np.float64]) -> list[tuple[float, dict[int, int]]]:
    """Return for each loss the largest cube and the two highest levels of the sum of cubes."""
    count, rows = losses.shape
    cubes, piece = _WORKSPACE.cubes[:count, :rows], _WORKSPACE.rest[:count, :rows]
    with np.errstate(over="ignore", under="ignore"):
        np.multiply(losses, losses, out=cubes)
        np.multiply(cubes, losses, out=cubes)
        tops = largest * largest * largest
    highest = [usable_level(top) for top in tops.tolist()]
    levels = np.array([0 if level is None else level for level in highest])
    found: list[dict[int, int]] = [{} for _ in highest]
    for below in range(LEVELS):
        shift = np.ldexp(1.5, 52 + LEVEL_BITS * (levels - below))[:, None]
        np.add(cubes, shift, out=piece)
        np.subtract(piece, shift, out=piece)
        if below + 1 < LEVELS:
            np.subtract(cubes, piece, out=cubes)
        for k, total in enumerate(np.add.reduce(piece, axis=1).tolist()):
            level = highest[k]
            if level is not None:
                units = math.ldexp(total, -LEVEL_BITS * (level - below))
                found[k][level - below] = int(units)
    return list(zip(tops.tolist(), found, strict=True))
