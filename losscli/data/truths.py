"""Predictions in one source and their truths in another, as one data set."""

import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from losscli.data import cells
from losscli.data.block import MisreadError, Piece, Source, Stretch
from losscli.data.flags import Header
from losscli.data.ids import empty
from losscli.data.ids_twice import look_for_twice
from losscli.data.names import OFFERED, fold
from losscli.data.pairs import Pair, Pairing, SideBySide
from losscli.data.truths_in_memory import MatchedTruths
from losscli.data.two_files import Layout, Samples
from losscli.errors import DataError
from losscli.visible import visible


def with_truths(
    source: Source, truths: Source, id_: str | None, *, drop: bool
) -> "SideTruths | MatchedTruths":
    """Return the rows of `source` with the columns that `truths` has beside them.

    They are matched by the column `id_`, else by their position: side by side where both are in
    one order, otherwise in memory. Rows without a partner are an error, or with `drop` have
    empty cells in place of the other's. Raises UsageError where a source lacks the column.
    """
    files = visible(source.files[0], 200), visible(truths.files[0], 200)
    ids = None
    if id_ is not None:
        ids = (
            Header(tuple(source.names), files[0]).column("--id", id_),
            Header(tuple(truths.names), files[1]).column("--id", id_),
        )
    layout = Layout.of(source.names, truths.names, ids, files)
    if ids and not (source.rereadable and truths.rereadable and _alike(source, truths, ids)):
        return MatchedTruths(source, truths, layout, drop=drop)
    if not ids:
        _refuse_other_order(source, truths, layout)
    return SideTruths(source, truths, layout, drop=drop)


def _refuse_other_order(source: Source, truths: Source, layout: Layout) -> None:
    """Refuse to match rows by their position where a column that names them says otherwise."""
    words = set(map(fold, OFFERED["id"]))
    for name in (name for name in layout.both if fold(name) in words):
        if not _alike(source, truths, (name, name)):
            raise DataError(
                f"{visible(name)} is not the same in {layout.files[1]}, row by row",
                where=layout.files[0],
                remedy=f"match the rows by it: --id {shlex.quote(visible(name, 200))}",
            )


def _alike(source: Source, truths: Source, ids: tuple[str, str]) -> bool:
    """Tell whether the first ids are the same."""
    ours, theirs = source.sample()[ids[0]], truths.sample()[ids[1]]
    return all(one == other for one, other in zip(ours, theirs, strict=False))


class SideTruths:
    """The rows of two sources that are in the same order, read side by side."""

    def __init__(
        self, source: Source, truths: Source, layout: Layout, *, drop: bool, guess: bool = True
    ) -> None:
        self.files, self.names = source.files, layout.names
        self.truth_files = truths.files
        self.layout = layout
        self.rereadable = source.rereadable and truths.rereadable
        self._source, self._truths = source, truths
        self._drop, self._guess = drop, guess
        self._pairs = SideBySide(source, truths, {}, {}, guess=guess)
        self.independent = self._pairs.apart
        self._said: list[str] = []
        self._looked = False

    @property
    def notes(self) -> list[str]:
        """What was chosen."""
        return [*self._source.notes, *self._truths.notes, *self.layout.notes]

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know."""
        return [*self._pairs.warnings, *self._said]

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows of each."""
        return Samples(self.layout, self._source.sample(), self._truths.sample())

    def stretches(self, types: Mapping[str, Any]) -> Iterator[Stretch]:
        """Return one call a pair."""
        own, theirs = self.layout.parted(types)
        self._pairs = SideBySide(self._source, self._truths, own, theirs, guess=self._guess)
        return (partial(_joined, self.layout, types, read) for read in self._pairs.stretches())

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return min(self._source.rows_per_piece(), self._truths.rows_per_piece())

    def in_pieces_of(self, rows: int) -> Source | None:  # noqa: ARG002 - the protocol
        """Return None: pieces end where those of either source do."""
        return None

    def in_order(self) -> Source:
        """Return the same, read without guesses: in memory where ids can tell the partners."""
        if self.layout.ids:
            return MatchedTruths(self._source, self._truths, self.layout, drop=self._drop)
        ours, theirs = self._source.in_order(), self._truths.in_order()
        return SideTruths(ours, theirs, self.layout, drop=self._drop, guess=False)

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Raise DataError where a source changed, a file had no rows, or an id is there twice."""
        self._source.check(rows)
        total = None if rows is None else sum(rows.values())
        alone = total is not None and len(self._truths.files) == 1
        self._truths.check({0: total or 0} if alone else None)
        if self.layout.ids and total is not None and not self._looked:
            self._looked = True
            self._said += look_for_twice(self._source, self.layout.ids[0], total)


def _joined(layout: Layout, types: Mapping[str, Any], read: Pairing) -> Iterator[Piece]:
    return (_piece(layout, types, pair) for pair in read())


def _piece(layout: Layout, types: Mapping[str, Any], pair: Pair) -> Piece:
    old, new = pair.old, pair.new
    if layout.ids:
        ids = [
            cells.texts(piece.table.column(name), None)
            for piece, name in zip((old, new), layout.ids, strict=True)
        ]
        for found, piece, name in zip(ids, (old, new), layout.ids, strict=True):
            if found.null_count:
                raise empty(name, piece.place(int(cells.empties(found).argmax())))
        if not ids[0].equals(ids[1]):
            raise MisreadError
    _refuse_uneven(layout, old, new)
    return Piece(
        layout.table(types, old.table, new.table),
        old.part,
        lambda row: f"{old.place(row)} with {new.place(row)}",
        layout.rounded(old.rounded, new.rounded),
    )


def _refuse_uneven(layout: Layout, old: Piece, new: Piece) -> None:
    rows = old.table.num_rows, new.table.num_rows
    if rows[0] == rows[1]:
        return
    longer, shorter = (old, layout.files[1]) if rows[0] > rows[1] else (new, layout.files[0])
    raise DataError(
        f"{shorter} has fewer rows and ends before this one, so the rows cannot be matched by "
        "their position",
        where=longer.place(min(rows)),
        remedy="match the rows by what names them: --id COLUMN",
    )
