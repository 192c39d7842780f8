"""Two sources read side by side: the pieces of one with the same rows of the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from losscli.data.block import Piece, Source, Stretch
from losscli.data.gathered import together
from losscli.dataclass import dataclass

Types = Mapping[str, Any]
Rows = Mapping[int, int]


@dataclass(frozen=True)
class Pair:
    """Rows of an old and a new source that stand at the same places, as many as both have.

    The one that ends first has fewer rows in the last pair. `rows` are the places in the old
    source's piece where they do not begin at 0 and follow each other, `seen` the rows of that
    piece (None: those of `old`).
    """

    old: Piece
    new: Piece
    rows: NDArray[np.int64] | None = None
    seen: int | None = None


Pairing = Callable[[], Iterable[Pair]]


class Pairs(Protocol):
    """Where pairs of rows come from, as `Source` is where rows come from.

    Calls that stand `apart` may be made by any process.
    """

    @property
    def apart(self) -> bool:
        """Tell whether every call stands for itself."""
        ...

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know of the sources."""
        ...

    def stretches(self) -> Iterator[Pairing]:
        """Return one call a stretch, which gives its pairs of pieces in turn."""
        ...

    def in_order(self) -> "Pairs":
        """Return the same pairs, read without guesses."""
        ...

    def check(self, old: Rows, new: Rows) -> None:
        """Raise DataError where a source changed; rows were seen in each file of both."""
        ...


@dataclass(frozen=True)
class OneFile:
    """Two models in one source: every piece is its own partner."""

    source: Source
    types: Types

    @property
    def apart(self) -> bool:
        """Tell whether every call stands for itself."""
        return self.source.independent

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know of the source."""
        return self.source.warnings

    def stretches(self) -> Iterator[Pairing]:
        """Return one call a stretch."""
        reads = together(self.source, self.types)
        return (partial(_with_itself, read) for read in reads)

    def in_order(self) -> "OneFile":
        """Return the same, read without guesses."""
        return OneFile(self.source.in_order(), self.types)

    def check(self, old: Rows, new: Rows) -> None:  # noqa: ARG002 - they are the same
        """Raise DataError where the source changed, or a file had no rows."""
        self.source.check(old)


def _with_itself(read: Stretch) -> Iterator[Pair]:
    return (Pair(piece, piece) for piece in read())


class SideBySide:
    """Two sources whose rows are in the same order, cut after the same rows where that is known.

    `types` and `new_types` are the columns to read of each.
    """

    def __init__(
        self, old: Source, new: Source, types: Types, new_types: Types, *, guess: bool = True
    ) -> None:
        rows = min(old.rows_per_piece(), new.rows_per_piece())
        cut = (old.in_pieces_of(rows), new.in_pieces_of(rows)) if guess else (None, None)
        self._cut = None not in cut
        self._old = cut[0] if cut[0] and cut[1] else old
        self._new = cut[1] if cut[0] and cut[1] else new
        self._types = types, new_types

    @property
    def apart(self) -> bool:
        """Tell whether every call stands for itself."""
        return self._cut and self._old.independent and self._new.independent

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know of the sources."""
        return [*self._old.warnings, *self._new.warnings]

    def stretches(self) -> Iterator[Pairing]:
        """Return one call a pair."""
        reads = self._old.stretches(self._types[0]), self._new.stretches(self._types[1])
        return _equal(*reads) if self._cut else _in_turn(*reads)

    def in_order(self) -> "SideBySide":
        """Return the same pairs, read one after the other."""
        old, new = self._old.in_order(), self._new.in_order()
        return SideBySide(old, new, *self._types, guess=False)

    def check(self, old: Rows, new: Rows) -> None:
        """Raise DataError where a source changed, or a file had no rows."""
        self._old.check(old)
        self._new.check(new)


def _equal(old: Iterator[Stretch], new: Iterator[Stretch]) -> Iterator[Pairing]:
    """Pair pieces that begin at the same rows; what has no partner comes with none of its rows."""
    last: tuple[Stretch, Stretch] | None = None
    while True:
        reads = next(old, None), next(new, None)
        if reads[0] and reads[1]:
            last = reads[0], reads[1]
            yield partial(_both, *last)
        elif last and (reads[0] or reads[1]):
            yield partial(_alone, reads[0], reads[1], last)
        else:
            return


def _both(old: Stretch, new: Stretch) -> tuple[Pair]:
    return (Pair(_only(old), _only(new)),)


def _alone(old: Stretch | None, new: Stretch | None, last: tuple[Stretch, Stretch]) -> tuple[Pair]:
    if old:
        return (Pair(_only(old), _emptied(_only(last[1]))),)
    assert new
    return (Pair(_emptied(_only(last[0])), _only(new)),)


def _only(read: Stretch) -> Piece:
    (piece,) = read()
    return piece


def _emptied(piece: Piece) -> Piece:
    end = piece.part[0], piece.part[1] + 1
    return Piece(piece.table.slice(0, 0), end, piece.place)


class _Rest:
    """The rows of a source that are still to come, piece by piece."""

    def __init__(self, reads: Iterator[Stretch]) -> None:
        self._pieces = chain.from_iterable(read() for read in reads)
        self._piece = next(self._pieces)
        self._at = 0

    def rows(self) -> int:
        """Return how many rows the piece at hand has left; 0 only at the end of the source."""
        while self._at == self._piece.table.num_rows and (piece := next(self._pieces, None)):
            self._piece, self._at = piece, 0
        return int(self._piece.table.num_rows - self._at)

    def take(self, rows: int, number: int) -> Piece:
        """Return the next rows of the piece at hand, at most `rows`, as piece `number`."""
        piece, start = self._piece, self._at
        table = piece.table.slice(start, rows)
        self._at += table.num_rows
        part = piece.part[0], number
        return Piece(table, part, lambda row: piece.place(start + row), piece.rounded)


def _in_turn(old: Iterator[Stretch], new: Iterator[Stretch]) -> Iterator[Pairing]:
    """Pair what is read piece by piece, wherever the pieces of each source end."""
    left, right, number = _Rest(old), _Rest(new), 0
    while any(rest := (left.rows(), right.rows())):
        rows = min(rest) or max(rest)
        yield partial(_given, Pair(left.take(rows, number), right.take(rows, number)))
        number += 1


def _given(pair: Pair) -> tuple[Pair]:
    return (pair,)
