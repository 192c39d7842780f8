"""The rows with the largest losses."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field  # noqa: TID251 - ours has no order
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, order=True)
class BadRow:
    """One row, with what a person needs to recognise it.

    Rows are ordered by `order` (minus the loss, then what tells rows apart) and then by where
    they stand: the stretch of the source, and the row in it from 0. `parts` is what each part of
    a sum of losses adds to the loss. `root` is the number whose square the loss is, NaN where it
    is none.
    """

    order: tuple[Any, ...]
    part: tuple[int, int]
    row: int
    y: float | str | dict[str, float] | None = field(compare=False)
    pred: float | str | dict[str, float] | None = field(compare=False)
    id: str | None = field(compare=False)
    weight: float = field(compare=False)
    parts: tuple[float, ...] = field(compare=False, default=(), kw_only=True)
    root: float = field(compare=False, default=math.nan, kw_only=True)

    @property
    def loss(self) -> float:
        """The loss of the row."""
        return -float(self.order[0])


@dataclass(frozen=True)
class WorstRows:
    """The `kept` rows with the largest losses; `WorstRows(kept)` is the zero."""

    kept: int
    rows: tuple[BadRow, ...] = ()

    @property
    def least(self) -> float:
        """A row with a smaller loss does not matter."""
        return self.rows[-1].loss if len(self.rows) == self.kept else -np.inf

    def __add__(self, other: "WorstRows") -> "WorstRows":
        """Keep the worst of both."""
        if not other.rows:
            return self
        return WorstRows(self.kept, tuple(heapq.nsmallest(self.kept, self.rows + other.rows)))


def candidates(
    places: NDArray[np.intp], columns: Sequence[NDArray[Any]], kept: int
) -> NDArray[np.intp]:
    """Return those of `places` that may be among the first `kept` in the order of the columns.

    Where rows are equal in every column all of them are returned.
    """
    if not kept:
        return places[:0]
    sure: list[NDArray[np.intp]] = []
    for column in columns:
        if len(places) <= kept:
            break
        values = column[places]
        last = np.partition(values, kept - 1)[kept - 1]
        sure.append(places[values < last])
        kept -= len(sure[-1])
        places = places[values == last]
    return np.concatenate([*sure, places])
