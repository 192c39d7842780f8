"""How many doubles there are in each of many narrow bins, octave by octave."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.summary import compiled
from losscli.summary.exact import ExactSums
from losscli.summary.heaps import heap
from losscli.summary.slices import ROWS

Vector = NDArray[np.float64]
Rows = NDArray[np.int16]

_BITS = 12
"""So many bits of the fraction of a double tell its bin."""
_SHIFT = 52 - _BITS
_BINS = 1 << _BITS
BIN_WIDTH = 1.0 / _BINS
"""The width of a bin relative to the power of two below it."""
_OCTAVES = 1 << 12
"""The signs and exponents of doubles."""
_NEGATIVE = _OCTAVES // 2
_INFINITE = _NEGATIVE - 1
_ROOM = 64
"""So many octaves are made room for at first."""


class Histogram:
    """The counts (or weights) of bins; `Histogram()` is the zero.

    Octave k holds [2**(k-1023), 2**(k-1022)), and octave 2048 + k their negatives. Its bins are
    in row `rows[k]` of `sums`, where that is not -1.
    """

    __slots__ = ("rows", "sums")

    def __init__(self, rows: Rows | None = None, sums: ExactSums | None = None) -> None:
        self.rows = np.full(_OCTAVES, -1, np.int16) if rows is None else rows
        self.sums = ExactSums(0) if sums is None else sums

    @classmethod
    def of(
        cls, parts: Sequence[Vector], weights: Sequence[Vector], like: "Histogram"
    ) -> "Histogram":
        """Count numbers (float64[n] each), or add up what they weigh.

        Octaves that `like` has stand where they stand in it, so that both add up at once.
        """
        if weights or not compiled.native:
            return _of_keys(parts, weights, like.rows)
        counter = Counter(like)
        for values in parts:
            counter.add(values)
        return counter.histogram()

    def emptied(self) -> "Histogram":
        """Return one of no numbers, whose octaves stand where they stand in this."""
        return Histogram(self.rows, ExactSums(self.sums.size))

    def __add__(self, other: "Histogram") -> "Histogram":
        """Merge the counts of two lots of numbers."""
        if np.array_equal(self.rows, other.rows):
            return Histogram(self.rows, self.sums + other.sums)
        rows = _joined(self.rows, np.flatnonzero(other.rows >= 0))
        return Histogram(rows, self._in(rows) + other._in(rows))

    def _in(self, rows: Rows) -> ExactSums:
        octaves = np.flatnonzero(self.rows >= 0)
        places = np.zeros(len(octaves), np.intp)
        places[self.rows[octaves]] = rows[octaves]
        every = (places[:, None] * _BINS + np.arange(_BINS)).ravel()
        return self.sums.placed(every, _taken(rows) * _BINS)

    def sample(self) -> tuple[Vector, Vector]:
        """Return the middles of the bins that hold something in ascending order, and how much."""
        octaves = np.flatnonzero(self.rows >= 0)
        mass = self.sums.floats().reshape(-1, _BINS)[self.rows[octaves]]
        found, bins = np.nonzero(mass)
        middles = _middles(octaves[found], bins)
        order = np.argsort(middles, kind="stable")
        return middles[order], mass[found, bins][order]

    def __getstate__(self) -> tuple[Rows, list[ExactSums]]:
        """Travel octave by octave: most hold little, and take few bytes."""
        return self.rows, self.sums.parted(_BINS)

    def __setstate__(self, state: tuple[Rows, list[ExactSums]]) -> None:
        self.rows, parts = state
        self.sums = ExactSums.joined(parts)


class Counter:
    """Counts numbers by and by, with `compiled.native`."""

    def __init__(self, like: Histogram) -> None:
        self._rows = like.rows.copy()
        self._table = np.zeros((max(_ROOM, _taken(self._rows)), _BINS), np.int32)

    def add(self, values: Vector) -> None:
        """Count numbers (float64[n])."""
        left = compiled.plain(values)
        while (count := compiled.native.count_octaves(left, self._rows, self._table)) < len(left):
            left = left[count:]
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])

    def histogram(self) -> Histogram:
        """Return what was counted."""
        counts = self._table[: _taken(self._rows)].astype(np.int64).ravel()
        return Histogram(self._rows, ExactSums(len(counts), {0: counts}, 1))


def _taken(rows: Rows) -> int:
    return int(rows.max()) + 1


def _joined(rows: Rows, octaves: NDArray[np.intp]) -> Rows:
    """Return where octaves stand if those that are new get rows behind those that there are."""
    found = rows.copy()
    new = octaves[rows[octaves] < 0]
    found[new] = np.arange(_taken(rows), _taken(rows) + len(new))
    return found


def _of_keys(parts: Sequence[Vector], weights: Sequence[Vector], rows: Rows) -> Histogram:
    keys = np.concatenate([_keys(values) for values in parts])
    octaves = keys >> _BITS
    rows = _joined(rows, np.flatnonzero(np.bincount(octaves, minlength=_OCTAVES)))
    places = rows.astype(np.int32).take(octaves)
    places <<= _BITS
    keys &= _BINS - 1
    places += keys
    weight = np.concatenate(weights) if weights else None
    return Histogram(rows, heap(places, weight, _taken(rows) * _BINS))


def _keys(values: Vector) -> NDArray[np.int32]:
    """Return the sign of doubles, their exponents and the first bits of their fractions."""
    keys = np.empty(len(values), np.int32)
    for start in range(0, len(values), ROWS):
        some = slice(start, start + ROWS)
        bits = (values[some] + 0.0).view(np.uint64)  # which makes 0.0 of -0.0
        keys[some] = bits >> np.uint64(_SHIFT)
    return keys


def _middles(octaves: NDArray[np.intp], bins: NDArray[np.intp]) -> Vector:
    """Return the middles of bins, each of an octave."""
    sizes = octaves % _NEGATIVE
    keys = (sizes << _BITS) + bins
    low = (keys << _SHIFT).view(np.float64)
    high = ((keys + 1) << _SHIFT).view(np.float64)
    with np.errstate(invalid="ignore"):  # beyond infinity there is no number
        middles = low / 2 + high / 2
    middles[keys == 0] = 0.0
    middles[sizes == _INFINITE] = np.inf
    return np.where(octaves < _NEGATIVE, middles, -middles)
