"""The largest of many numbers, for the weight of their tail."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

KEPT = 1000


class Largest:
    """The KEPT largest finite numbers of many; `Largest()` is the zero."""

    __slots__ = ("least", "values")

    def __init__(self, values: Vector | None = None, least: float = -np.inf) -> None:
        self.values = np.empty(0) if values is None else values
        self.least = max(least, float(self.values[0])) if len(self.values) == KEPT else least
        """What a number must exceed to matter."""

    def emptied(self) -> "Largest":
        """Return none, but with what a further number must exceed."""
        return Largest(least=self.least)

    def __add__(self, other: "Largest") -> "Largest":
        """Keep the largest of both."""
        if not len(other.values):
            return self
        both = np.concatenate([self.values, other.values])
        both.sort(kind="stable")  # which takes little time for two runs that are sorted
        return Largest(both[-KEPT:], self.least)

    @classmethod
    def of(cls, values: Vector, least: float = -np.inf) -> "Largest":
        """Keep the largest of the finite ones among numbers (float64[n]) that exceed `least`."""
        few = values[values > least]
        few = few[np.isfinite(few)]
        if len(few) > KEPT:
            few = np.partition(few, len(few) - KEPT)[-KEPT:]
        return cls(np.sort(few))

    def tail_index(self, rows: int) -> float:
        """Return the index of the tail of a sample of `rows` (NaN where too few are known).

        A generalised Pareto distribution is fitted by probability-weighted moments (Hosking &
        Wallis, 1987) to how far the largest 7 sqrt(rows), at most half of all, exceed the next
        one. They are fewer where fewer lie above a third of the way from the least to the mean:
        many losses near zero would make the others look heavy. Infinite where the tail is no
        heavier than exponential.
        """
        few, most = tail_rows(rows), min(int(7 * np.sqrt(rows)), rows // 2, KEPT - 1)
        if rows < _FEWEST or len(self.values) <= few:
            return np.nan
        over = self.values / 2 - self.values[0] / 2  # halves do not overflow
        over = over / over[-1] if over[-1] > 0 else over
        some = int(np.count_nonzero(over > over.sum() / rows / 3))
        k = max(few, min(some, most, len(over) - 1))
        excess = over[-k:] - over[-k - 1]
        excess = excess[excess > 0]
        k = len(excess)
        if k < few:
            return np.nan if k else np.inf
        weighed = excess * ((k - np.arange(1, k + 1) + 0.35) / k)
        mean, lower = float(np.mean(excess)), float(np.mean(weighed))
        shape = 2 - mean / (mean - 2 * lower) if mean > 2 * lower else -np.inf
        return 1 / shape if shape > 0 else np.inf

    def extreme_index(self, rows: int) -> float:
        """Return the same from fewer rows, for distances: their middle says nothing of the tail.

        The moment estimator of Dekkers, Einmahl & de Haan (1989) on the 1.5 sqrt(rows) largest:
        unlike Hill's it does not take a normal or exponential tail for a heavy one.
        """
        k = tail_rows(rows)
        if rows < _FEWEST or len(self.values) <= k or self.values[-k - 1] <= 0:
            return np.nan
        excess = np.log(self.values[-k:] / self.values[-k - 1])
        first, second = float(np.mean(excess)), float(np.mean(excess**2))
        if second == 0:
            return np.inf
        shape = first + 1 - 0.5 / (1 - first**2 / second) if first**2 < second else -np.inf
        return 1 / shape if shape > 0 else np.inf


_FEWEST = 100


def tail_rows(rows: int) -> int:
    """Return how many of the largest of so many rows make up a tail at the least."""
    return min(int(1.5 * np.sqrt(rows)), KEPT - 1)
