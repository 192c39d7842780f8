"""How many rows there were, what became of them, and the digest of their truths."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass

_MODULUS = 1 << 128

Part = tuple[int, int]


class Seen:
    """How many rows each stretch of the source has; `+` merges, `Seen()` is the zero.

    Of a stretch three integers are kept: its file, its number there, and its rows. Small lots wait
    for one of about their size, so that n stretches that are added one by one are copied log n
    times.
    """

    __slots__ = ("_lots",)

    def __init__(self, rows: Mapping[Part, int] | None = None) -> None:
        lines = [(*part, count) for part, count in (rows or {}).items()]
        self._lots = [np.array(lines, np.int64)] if lines else []

    def __add__(self, other: "Seen") -> "Seen":
        """Merge the stretches of two lots."""
        lots = sorted([*self._lots, *other._lots], key=len, reverse=True)
        while len(lots) > 1 and len(lots[-2]) < 2 * len(lots[-1]):
            lots[-2:] = [np.concatenate(lots[-2:])]
        both = Seen()
        both._lots = lots
        return both

    def in_order(self) -> NDArray[np.int64]:
        """Return a line for each stretch, in the order of the source: its file, number and rows."""
        found = np.concatenate([np.empty((0, 3), np.int64), *self._lots])
        return found[np.lexsort((found[:, 1], found[:, 0]))]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and np.array_equal(self.in_order(), other.in_order())

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Census:
    """Counts of rows, and the sum of the digests of the judged ones; `Census()` is the zero.

    `seen` has the rows of each stretch of the source, `dropped` maps each reason to the rows left
    out for it, `noted` whatever else was counted. `rounded` holds for a column the first
    stretch with an integer that was rounded, and words about it.
    """

    seen: Seen = field(default_factory=Seen)
    judged: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    digest: int = 0
    rounded: Mapping[str, tuple[Part, str]] = field(default_factory=dict)

    def __add__(self, other: "Census") -> "Census":
        """Merge the counts of two lots of rows."""
        return Census(
            self.seen + other.seen,
            self.judged + other.judged,
            self.dropped + other.dropped,
            self.noted + other.noted,
            (self.digest + other.digest) % _MODULUS,
            {
                name: min(one[name] for one in (self.rounded, other.rounded) if name in one)
                for name in {**self.rounded, **other.rounded}
            },
        )

    @cached_property
    def _stretches(self) -> NDArray[np.int64]:
        return self.seen.in_order()

    @property
    def rows(self) -> int:
        """All rows of the source."""
        return int(self._stretches[:, 2].sum())

    @property
    def rows_of_files(self) -> Mapping[int, int]:
        """The rows of each file, by its number."""
        rows: Counter[int] = Counter()
        for file, _, seen in self._stretches.tolist():
            rows[file] += seen
        return rows

    def start(self, part: Part) -> int:
        """Return how many rows of its file stand before a stretch."""
        files, numbers, rows = self._stretches.T
        return int(rows[(files == part[0]) & (numbers < part[1])].sum())

    def place(self, part: Part, row: int) -> tuple[int, int]:
        """Return the file (from 0) and the row in it (from 1) that stands so far behind a start.

        That of the stretch `part`; where it has fewer rows, the next ones are counted, too.
        """
        files, numbers, rows = self._stretches.T
        at = int(np.flatnonzero((files == part[0]) & (numbers == part[1]))[0])
        ends = np.cumsum(rows[at:])
        ahead = int(np.searchsorted(ends, row, side="right"))
        row -= int(ends[ahead - 1]) if ahead else 0
        at += ahead
        return int(files[at]), self.start((int(files[at]), int(numbers[at]))) + row + 1
