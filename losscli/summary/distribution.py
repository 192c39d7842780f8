"""Where many numbers lie: the numbers themselves up to a million, then a histogram."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.summary import compiled
from losscli.summary.octaves import Counter, Histogram

Vector = NDArray[np.float64]
Chunks = tuple[tuple[Vector, Vector | None], ...]

EXACT_ROWS = 1_000_000
"""Up to here the numbers themselves are kept, and quantiles are exact."""
_PENDING = 400_000
"""So many numbers wait for the histogram, since a visit to it costs time."""
_FEW = 1 << 14
"""Chunks of fewer numbers are put together: thousands of them would cost more than they hold."""
_FAR = 300
"""Doubles of larger exponents have squares, or sums of squares, that may be none."""


@dataclass(frozen=True)
class Sample:
    """Numbers in ascending order with the mass of each; `exact` unless they stand for bins."""

    values: Vector
    mass: Vector
    exact: bool

    @property
    def total(self) -> float:
        """The mass of all."""
        return float(self.mass.sum())

    @cached_property
    def _heaped(self) -> Vector:
        return np.cumsum(self.mass)

    def quantile(self, q: float) -> float:
        """Return the least number with at least the part `q` of the mass at or below it."""
        if not len(self.values):
            return np.nan
        heaped = self._heaped
        place = np.searchsorted(heaped, q * heaped[-1] * (1 - 1e-15), side="left")
        return float(self.values[min(int(place), len(self.values) - 1)])

    def median(self) -> float:
        """Return the median: the middle of the two middle numbers where half is between them."""
        if not len(self.values):
            return np.nan
        heaped = self._heaped
        half = heaped[-1] / 2
        place = int(np.searchsorted(heaped, half, side="left"))
        if heaped[place] == half and place + 1 < len(self.values):
            return float(self.values[place] / 2 + self.values[place + 1] / 2)
        return float(self.values[place])

    def mean_of(self, function: Callable[[Vector], Vector]) -> float:
        """Return the mean of `function` over the numbers."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.sum(self.mass * function(self.values))) / self.total

    def near_one(self) -> "Sample":
        """Return the numbers times a power of two, if they are so large or small that it matters.

        The size of the farthest from 0 is then near 1.
        """
        ends = np.abs(self.values[[0, -1]] if len(self.values) else self.values)
        exponent = int(np.frexp(ends.max(initial=0.0))[1])
        if abs(exponent) < _FAR:
            return self
        return Sample(np.ldexp(self.values, -exponent), self.mass, self.exact)

    def shifted(self, shift: float) -> "Sample":
        """Return the numbers plus `shift`."""
        return Sample(self.values + shift, self.mass, self.exact)

    def distances(self, centre: float) -> "Sample":
        """Return the distances from `centre`."""
        with np.errstate(over="ignore", invalid="ignore"):
            away = np.abs(self.values - centre)
        order = np.argsort(away, kind="stable")
        return Sample(away[order], self.mass[order], self.exact)


class Distribution:
    """The numbers of many rows, with weights or without; `Distribution()` is the zero."""

    __slots__ = ("_chunks", "_histogram", "count")

    def __init__(self) -> None:
        self.count = 0
        self._chunks: Chunks = ()
        self._histogram: Histogram | None = None

    @classmethod
    def of(
        cls, values: Vector, weight: Vector | None = None, *, leave_out_nan: bool = False
    ) -> "Distribution":
        """Keep the numbers (float64[n], not copied), with their weights if they have any."""
        if leave_out_nan and np.isnan(values).any():
            known = ~np.isnan(values)
            values, weight = values[known], weight if weight is None else weight[known]
        found = cls()
        found.count = len(values)
        found._chunks = ((values, weight),) if len(values) else ()
        return found._settled()

    @classmethod
    def counted(cls, histogram: Histogram, count: int) -> "Distribution":
        """Return that of so many numbers, of which there is a histogram."""
        found = cls()
        found.count, found._histogram = count, histogram
        return found

    def counter(self) -> Counter | None:
        """Return what counts further numbers for the histogram, where there is one."""
        return Counter(self._histogram) if self._histogram and compiled.native else None

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        """Travel as the histogram, which is smaller than the numbers that wait for it."""
        self._settled(most=0)
        return None, {name: getattr(self, name) for name in self.__slots__}

    @property
    def coarse(self) -> bool:
        """Tell whether there are so many numbers that a histogram stands for them."""
        return self._histogram is not None

    def emptied(self) -> "Distribution":
        """Return none, but as much of a histogram as this is: it saves others the counting."""
        found = Distribution()
        found._histogram = self._histogram and self._histogram.emptied()
        return found

    def __add__(self, other: "Distribution") -> "Distribution":
        """Merge the numbers of two lots of rows."""
        found = Distribution()
        found.count = self.count + other.count
        found._chunks = _together(self._chunks, other._chunks)
        found._histogram = self._histogram or other._histogram
        if self._histogram and other._histogram:
            found._histogram = self._histogram + other._histogram
        return found._settled()

    def _settled(self, most: int = _PENDING) -> "Distribution":
        """Move the numbers into the histogram if there are too many, but not a few at a time."""
        many = self.coarse or self.count > EXACT_ROWS
        if many and sum(len(values) for values, _ in self._chunks) > most:
            histogram = self._histogram or Histogram()
            while self._chunks:
                some, self._chunks = _first(self._chunks, _PENDING)
                weights = [weight for _, weight in some if weight is not None]
                histogram += Histogram.of([values for values, _ in some], weights, histogram)
            self._histogram = histogram
        return self

    def sample(self) -> Sample:
        """Return the numbers in order, or the middles of the bins."""
        self._settled(most=0)
        if self._histogram is None:
            return _sorted(self._chunks)
        return Sample(*self._histogram.sample(), exact=False)


def _together(one: Chunks, other: Chunks) -> Chunks:
    """Return the chunks of both, small ones put together as they grow."""
    chunks = [*one, *other]
    while len(chunks) > 1 and len(chunks[-2][0]) < min(2 * len(chunks[-1][0]), _FEW):
        (values, weight), (more, its) = chunks[-2:]
        heavy = None if weight is None or its is None else np.concatenate([weight, its])
        chunks[-2:] = [(np.concatenate([values, more]), heavy)]
    return tuple(chunks)


def _first(chunks: Chunks, rows: int) -> tuple[Chunks, Chunks]:
    """Part the chunks behind the first ones that hold so many rows."""
    ends = np.cumsum([len(values) for values, _ in chunks])
    count = int(np.searchsorted(ends, rows)) + 1
    return chunks[:count], chunks[count:]


def _sorted(chunks: Chunks) -> Sample:
    if not chunks:
        return Sample(np.empty(0), np.empty(0), exact=True)
    values = np.concatenate([values for values, _ in chunks])
    if chunks[0][1] is None:
        return Sample(np.sort(values), np.ones(len(values)), exact=True)
    mass = np.concatenate([weight for _, weight in chunks if weight is not None])
    order = np.lexsort((mass, values))
    return Sample(values[order], mass[order], exact=True)
