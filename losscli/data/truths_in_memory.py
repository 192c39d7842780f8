"""Predictions and truths in different orders, matched in memory by what names each row."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.block import Piece, Source, Stretch
from losscli.data.matched import Loaded, Matched
from losscli.data.two_files import Layout, Samples
from losscli.errors import DataError
from losscli.visible import visible

Integers = NDArray[np.int64]


class MatchedTruths:
    """The rows of a source with their truths, then the truths that have no row there.

    Cells without a partner are empty; unless they are to be dropped, they are refused.
    """

    def __init__(self, source: Source, truths: Source, layout: Layout, *, drop: bool) -> None:
        self.files, self.names = source.files, layout.names
        self.truth_files = truths.files
        self.layout = layout
        self.rereadable = True  # all rows are held
        self.independent = False
        self._source, self._truths = source, truths
        self._drop = drop
        self._held: tuple[Mapping[str, Any], Matched] | None = None

    @property
    def notes(self) -> list[str]:
        """What was chosen."""
        return [*self._source.notes, *self._truths.notes, *self.layout.notes]

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know."""
        if self._held is None:
            return [*self._source.warnings, *self._truths.warnings]
        matched = self._held[1]
        lost = _counted(matched)
        said = [f"{_words(lost, self.layout.files)}: left out"] if any(lost) else []
        return [*matched.warnings, *said]

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows of each."""
        return Samples(self.layout, self._source.sample(), self._truths.sample())

    def stretches(self, types: Mapping[str, Any]) -> Iterator[Stretch]:
        """Return one call a piece of the source, and one for the truths that have no row there."""
        matched = self._matched(types)
        pieces, starts = matched.old.pieces, matched.old.starts.tolist()
        for piece, start in zip(pieces, starts[:-1], strict=True):
            partners = matched.partners[start : start + piece.table.num_rows]
            yield partial(self._pieces, types, matched.new, piece, partners)
        lost = _alone(matched)
        if len(lost):
            yield partial(self._rest, types, matched, lost)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return self._source.rows_per_piece()

    def in_pieces_of(self, rows: int) -> Source | None:  # noqa: ARG002 - the protocol
        """Return None: the pieces are those of the source."""
        return None

    def in_order(self) -> Source:
        """Return itself: everything is read."""
        return self

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Do nothing: everything was read, and looked at, before it was matched."""

    def _matched(self, types: Mapping[str, Any]) -> Matched:
        if self._held and types.items() <= self._held[0].items():
            return self._held[1]
        own, theirs = self.layout.parted(types)
        ids = self.layout.ids
        assert ids
        old = Loaded.of(self._source, own, ids[0], None)
        new = Loaded.of(self._truths, theirs, ids[1], None)
        matched = Matched(old, new)
        self._refuse_alone(matched)
        self._held = types, matched
        return matched

    def _refuse_alone(self, matched: Matched) -> None:
        files, lost = self.layout.files, _counted(matched)
        if not matched.matched:
            ids = [repr(visible(str(one.ids[0]))) for one in (matched.old, matched.new)]
            what = f"no row has an id of {files[1]}: the first ids are {ids[0]} and {ids[1]}"
            remedy = "name the column that both share: --id COLUMN"
            raise DataError(what, where=files[0], remedy=remedy)
        if self._drop or not any(lost):
            return
        if lost[0]:
            row, loaded = int((matched.partners < 0).argmax()), matched.old
        else:
            row, loaded = int(_alone(matched)[0]), matched.new
        first = visible(str(loaded.ids[row]))
        raise DataError(
            f"{visible(loaded.id)} {first!r} is not in {files[1] if lost[0] else files[0]}: "
            f"{_words(lost, files)}",
            where=loaded.place(row),
            remedy="complete the files; --missing drop leaves such rows out and counts them",
        )

    def _pieces(
        self, types: Mapping[str, Any], truths: Loaded, piece: Piece, partners: Integers
    ) -> tuple[Piece]:
        def place(row: int) -> str:
            partner, here = int(partners[row]), piece.place(row)
            return here if partner < 0 else f"{here} with {truths.place(partner)}"

        table = self.layout.table(types, piece.table, _taken(truths.table, partners))
        rounded = self.layout.rounded(piece.rounded, truths.rounded)
        return (Piece(table, piece.part, place, rounded),)

    def _rest(self, types: Mapping[str, Any], matched: Matched, lost: Integers) -> tuple[Piece]:
        old, new = matched.old, matched.new
        nothing = _taken(old.table, np.full(len(lost), -1))
        theirs = _taken(new.table, lost)
        table = self.layout.table(types, nothing, theirs)
        if old.id in types and types[old.id] == pa.string():
            at = table.column_names.index(old.id)
            table = table.set_column(at, old.id, theirs.column(new.id))
        file, number = old.pieces[-1].part
        return (Piece(table, (file, number + 1), lambda row: new.place(int(lost[row]))),)


def _alone(matched: Matched) -> Integers:
    """Return the rows of the truths that the other file does not have."""
    known = np.zeros(len(matched.new.ids), np.bool_)
    known[matched.partners[matched.partners >= 0]] = True
    return np.flatnonzero(~known)


def _counted(matched: Matched) -> tuple[int, int]:
    """Return how many rows of each have no partner."""
    return len(matched.partners) - matched.matched, len(matched.new.ids) - matched.matched


def _words(lost: tuple[int, int], files: tuple[str, str]) -> str:
    parts = [
        f"{count} {'row' if count == 1 else 'rows'} of {ours} without a partner in {other}"
        for count, ours, other in zip(lost, files, files[::-1], strict=True)
        if count
    ]
    return ", ".join(parts)


def _taken(table: Any, rows: Integers) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return some rows of a table, empty ones for -1; each column knows only classes it has."""
    found = table.take(cells.places(rows))
    for place, name in enumerate(found.column_names):
        column = found.column(place)
        if pa.types.is_dictionary(column.type):
            words = column.combine_chunks().dictionary_decode().dictionary_encode()
            found = found.set_column(place, name, words)
    return found
