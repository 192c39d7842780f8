"""Frames that come one after the other: an iterator of them, a list, a stream of Arrow batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

import pyarrow as pa

from losscli.data.block import Piece, Source, Stretch
from losscli.data.frame import ROWS, FrameSource, rows_of, source_of
from losscli.data.table import TableSource
from losscli.errors import DataError
from losscli.visible import visible


class Frames:
    """The rows of many frames; each must have the columns of the first, in any order.

    A sequence can be read again, an iterator only once: one frame is held at a time.
    """

    def __init__(self, frames: Sequence[Any] | Iterator[Any], rows: int = ROWS) -> None:
        self.files: tuple[str, ...] = ("DataFrame",)
        self.rereadable = isinstance(frames, Sequence)
        self.independent = False
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self._rows = rows
        self._given = frames
        frames = iter(frames)
        first = next((one for one in map(rows_of, frames) if len(one)), None)
        if first is None:
            raise DataError("no rows", where="DataFrame")
        self._first = source_of(first, rows)
        self.names = self._first.names
        self._rest = frames

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows by column."""
        return self._first.sample()

    def stretches(self, types: Mapping[str, pa.DataType]) -> Iterator[Stretch]:
        """Return one call a piece; each converts its rows of the columns in `types`."""
        again = (rows_of(one) for one in self._given) if self.rereadable else None
        frames = again or chain([self._first.rows], map(rows_of, self._rest))
        number = 0
        for count, frame in enumerate((one for one in frames if len(one)), 1):
            where = f"frame {count}"
            source = source_of(frame, self._rows)
            same_columns(self._first, source, types, where)
            for read in source.stretches(types):
                yield partial(placed, read, where, (0, number))
                number += 1
            self.warnings += [f"{where}, {text}" for text in source.warnings]

    def rows_per_piece(self) -> int:
        """Return how many rows a piece has."""
        return self._rows

    def in_pieces_of(self, rows: int) -> None:
        """Return None: frames end where they end."""

    def in_order(self) -> Source:
        """Return the source itself: its pieces never begin at a wrong row."""
        return self

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Do nothing: what was handed over cannot change."""


def same_columns(
    first: FrameSource | TableSource,
    other: FrameSource | TableSource,
    types: Mapping[str, pa.DataType],
    where: str,
) -> None:
    """Refuse a frame without the columns of the first, or whose classes are of another kind."""
    lacks = [name for name in types if name not in other.names]
    if lacks:
        what = f"there is no column {', '.join(map(visible, lacks))}, as in the first frame"
        raise DataError(what, where=where, remedy="give all frames the same columns")
    for name, kind in types.items():
        if kind == pa.float64():
            continue
        ours, theirs = first.kind(name), other.kind(name)
        if ours != theirs:
            what = f"{visible(name)} is {theirs} here and {ours} in the first frame"
            raise DataError(what, where=where, remedy="read all frames with the same dtypes")
        if isinstance(other, FrameSource) and ("date" in ours or "timestamp" in ours):
            what = f"{visible(name)} is {ours}, which is written by what else its frame holds"
            remedy = "turn it into text first, as with dt.strftime('%Y-%m-%d')"
            raise DataError(what, where=where, remedy=remedy)


def placed(read: Stretch, where: str, part: tuple[int, int]) -> Iterator[Piece]:
    """Give the pieces of a frame with places that name it."""
    try:
        for piece in read():
            place: Callable[[int], str] = partial(_within, where, piece.place)
            rounded = {name: f"{where}, {text}" for name, text in piece.rounded.items()}
            yield Piece(piece.table, part, place, rounded)
    except DataError as error:
        raise DataError(error.what, where=f"{where}, {error.where}", remedy=error.remedy) from None


def _within(where: str, place: Callable[[int], str], row: int) -> str:
    return f"{where}, {place(row)}"
