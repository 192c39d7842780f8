"""The different rows of many, and how often each is there: all of them, or those of least hash."""

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Integers = NDArray[np.int64]
Table = NDArray[np.float64]
Chunks = tuple[tuple[Bits, Table, Integers], ...]

ROWS = 1 << 18
NUMBERS = 1 << 20
FEWEST = 1 << 14


def room(columns: int) -> int:
    """Return how many different rows of so many numbers are kept."""
    return max(FEWEST, min(ROWS, NUMBERS // max(columns, 1)))


class Cells:
    """At most `room(columns)` different rows with their counts; `Cells(columns)` is the zero.

    Where there are more, those with the least hashes are kept, each with all of its rows: a
    sample of the different rows that depends neither on their order nor on how they were cut
    into blocks. `below` is then the hash from which on rows are left out.
    """

    __slots__ = ("_chunks", "below", "columns")

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.below: int | None = None
        self._chunks: Chunks = ()

    @classmethod
    def of(cls, hashes: Bits, table: Table, below: int | None = None) -> "Cells":
        """Count rows, float64[n, columns], by their hashes; those from `below` on are left out."""
        found = cls(table.shape[1])
        found.below = below
        if below is not None:
            kept = hashes < np.uint64(below)
            hashes, table = hashes[kept], table[kept]
        # which of -0.0 and 0.0 is kept must not depend on the order
        found._add(((hashes, table + 0.0, np.ones(len(hashes), np.int64)),))
        return found

    def __add__(self, other: "Cells") -> "Cells":
        """Merge two lots of rows."""
        found = Cells(self.columns)
        limits = [limit for limit in (self.below, other.below) if limit is not None]
        found.below = min(limits, default=None)
        found._chunks = self._chunks
        found._add(other._chunks)
        return found

    def _add(self, chunks: Chunks) -> None:
        self._chunks += tuple(chunk for chunk in chunks if len(chunk[0]))
        if sum(len(hashes) for hashes, *_ in self._chunks) > 2 * room(self.columns):
            self._settle()

    def _settle(self) -> None:
        """Bring rows that are the same together, and leave out those that are too many."""
        if not self._chunks:
            return
        hashes, table, counts = (np.concatenate(p) for p in zip(*self._chunks, strict=True))
        if self.below is not None:
            kept = hashes < np.uint64(self.below)
            hashes, table, counts = hashes[kept], table[kept], counts[kept]
        order = np.argsort(hashes)
        again = np.flatnonzero(np.diff(hashes[order]) == 0)
        if (table[order[again]] != table[order[again + 1]]).any():
            # rows that are not the same have one hash: their order must not depend on how they came
            order = np.lexsort((*table.T[::-1], hashes))
        hashes, table, counts = hashes[order], table[order], counts[order]
        new = np.ones(len(hashes), np.bool_)
        new[1:] = (hashes[1:] != hashes[:-1]) | (table[1:] != table[:-1]).any(axis=1)
        starts = np.flatnonzero(new)
        counts = np.add.reduceat(counts, starts) if len(starts) else counts
        hashes, table = hashes[starts], table[starts]
        most = room(self.columns)
        if len(hashes) > most:
            self.below = int(hashes[most])
            kept = hashes < hashes[most]
            hashes, table, counts = hashes[kept], table[kept], counts[kept]
        self._chunks = ((hashes, table, counts),)

    @property
    def complete(self) -> bool:
        """Tell whether every row is among those that are kept."""
        self._settle()
        return self.below is None

    def rows(self) -> tuple[Bits, Table, Integers]:
        """Return the hashes in ascending order, the rows, and how often each is there."""
        self._settle()
        if not self._chunks:
            return np.empty(0, np.uint64), np.empty((0, self.columns)), np.empty(0, np.int64)
        return self._chunks[0]
