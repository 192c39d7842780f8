"""Two sources whose rows are in different orders, matched in memory by what names each row."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.block import MisreadError, Piece, Source
from losscli.data.ids import refuse_twice
from losscli.data.pairs import Pair, Rows, Types
from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.visible import visible

MOST_ROWS = 20_000_000
"""So many rows of each source are matched in memory; more must come in the same order."""

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Loaded:
    """All rows of a source, with the column that names them."""

    source: Source
    id: str
    pieces: Sequence[Piece]

    @classmethod
    def of(cls, source: Source, types: Types, id_: str, jobs: int | None) -> "Loaded":
        """Read the columns `types`.

        Raises DataError where there are too many rows to hold, or an id is empty or there twice.
        """
        try:
            pieces = _read(source, types, jobs)
        except MisreadError:
            source = source.in_order()
            pieces = _read(source, types, 1)
        rows = Counter[int]()
        for piece in pieces:
            rows[piece.part[0]] += piece.table.num_rows
        source.check(rows)
        found = cls(source, id_, pieces)
        refuse_twice(found.ids, id_, found.place)
        return found

    @cached_property
    def starts(self) -> Integers:
        """The number of the first row of each piece, and the number of all rows."""
        return np.cumsum([0, *(piece.table.num_rows for piece in self.pieces)])

    @cached_property
    def ids(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """The ids as one array of texts."""
        arrays = [cells.texts(piece.table.column(self.id), None) for piece in self.pieces]
        return pa.concat_arrays(arrays)

    @cached_property
    def table(self) -> Any:  # noqa: ANN401 - likewise
        """All rows as one table of one chunk a column."""
        tables = [piece.table for piece in self.pieces]
        return pa.concat_tables(tables).unify_dictionaries().combine_chunks()

    @cached_property
    def rounded(self) -> dict[str, str]:
        """What was said first of rounded integers, by column."""
        return {k: words for piece in reversed(self.pieces) for k, words in piece.rounded.items()}

    def place(self, row: int) -> str:
        """Say where a row stands."""
        at = int(np.searchsorted(self.starts, row, side="right")) - 1
        return self.pieces[at].place(row - int(self.starts[at]))


def _read(source: Source, types: Types, jobs: int | None) -> list[Piece]:
    found: list[Piece] = []
    rows = 0
    with ThreadPoolExecutor(jobs) as pool:
        for pieces in pool.map(lambda read: list(read()), source.stretches(types)):
            found += pieces
            rows += sum(piece.table.num_rows for piece in pieces)
            if rows > MOST_ROWS:
                pool.shutdown(cancel_futures=True)
                raise too_many(source)
    return found


def too_many(source: Source) -> DataError:
    """Return the error for more rows than are matched in memory."""
    name = visible(source.files[0], 200)
    return DataError(
        f"has more than {MOST_ROWS} rows, which are matched by id only where they are in the "
        "same order as the other file's",
        where=name,
        remedy="sort both files by the id, the header first",
    )


@dataclass(frozen=True)
class Matched:
    """The rows of two sources that have the same id, in the order of the old one."""

    old: Loaded
    new: Loaded
    apart: bool = False

    @cached_property
    def partners(self) -> Integers:
        """For each row of the old source its row in the new one, -1 where there is none."""
        from pyarrow import compute  # noqa: PLC0415 - as above

        found = compute.index_in(self.old.ids, value_set=self.new.ids)
        found = compute.fill_null(found, pa.scalar(-1, pa.int32()))
        return cells.values(found, np.int32).astype(np.int64)

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know of the sources."""
        return [*self.old.source.warnings, *self.new.source.warnings]

    @property
    def matched(self) -> int:
        """How many rows both sources have."""
        return int(np.count_nonzero(self.partners >= 0))

    def stretches(self) -> Iterator[Callable[[], Iterable[Pair]]]:
        """Return one call a piece of the old source."""
        starts = self.old.starts.tolist()
        for piece, start in zip(self.old.pieces, starts[:-1], strict=True):
            partners = self.partners[start : start + piece.table.num_rows]
            yield partial(self._pair, piece, partners)

    def _pair(self, piece: Piece, partners: Integers) -> tuple[Pair]:
        kept = np.flatnonzero(partners >= 0)
        theirs = partners[kept]
        old = Piece(
            _taken(piece.table, kept),
            piece.part,
            lambda row: piece.place(int(kept[row])),
            piece.rounded,
        )
        new = Piece(
            _taken(self.new.table, theirs),
            piece.part,
            lambda row: self.new.place(int(theirs[row])),
            self.new.rounded,
        )
        return (Pair(old, new, kept, piece.table.num_rows),)

    def in_order(self) -> "Matched":
        """Return itself: everything is read."""
        return self

    def check(self, old: Rows, new: Rows) -> None:
        """Do nothing: everything was read before it was matched."""


def _taken(table: Any, rows: Integers) -> Any:  # noqa: ANN401 - pyarrow has no types
    return table.take(cells.places(rows))
