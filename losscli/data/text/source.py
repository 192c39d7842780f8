"""The rows of a delimited text as a source: pieces in any order, or in turn."""

import threading
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import pairwise

import pyarrow as pa

from losscli.data.block import MisreadError, Piece
from losscli.data.block import Stretch as Call
from losscli.data.rowless import no_rows
from losscli.data.spelled import rounded
from losscli.data.text.layout import Layout
from losscli.data.text.lines import borders
from losscli.data.text.reading import Hands, read
from losscli.data.text.sheet import Sheet, Stretch
from losscli.data.text.stretches import in_order
from losscli.errors import DataError
from losscli.visible import visible

_SHARED = 12
"""The stretches of a long file are a multiple of this, so that 2, 3, 4 or 6 workers end at once."""

Types = Mapping[str, pa.DataType]

_NONE: Mapping[str, int] = {}
_OF_THREAD = threading.local()
_TELLING = threading.Lock()


class CsvSource:
    """The rows of a delimited text, in pieces of about `block_bytes`.

    A regular file is cut where line ends are guessed to end records, which every piece proves
    for its own end: if all earlier pieces were read without MisreadError, a piece is right.
    `in_order` gives the same rows without a guess. `apart` says that what can only be read from
    its start is a stretch of its own, and not read in turn.
    """

    __slots__ = (
        *("_block", "_cut", "_guess", "_lines", "_sheet", "_told", "_whole"),
        *("independent", "names", "notes", "rereadable"),
    )

    def __init__(
        self, sheet: Sheet, notes: list[str], block_bytes: int, *, apart: bool, guess: bool = True
    ) -> None:
        self.names = sheet.names
        self.rereadable = sheet.text.rereadable
        self.notes = notes
        self._sheet = sheet
        self._block = block_bytes
        self._whole = apart and self.rereadable and not sheet.guessable
        self._guess = guess and sheet.guessable
        self.independent = self._guess or self._whole
        self._lines = 0
        self._told: Mapping[str, int] = _NONE
        self._cut = sheet.guessable and sheet.text.last_byte() not in b"\r\n"

    @property
    def files(self) -> tuple[str, ...]:
        """The name that is shown."""
        return (self._sheet.text.name,)

    @property
    def warnings(self) -> list[str]:
        """Whether the file may have been cut."""
        name = visible(self._sheet.text.name, 200)
        said = f"{name}: the last line has no newline: was the file cut? --expect-rows N checks"
        return [said] if self._cut else []

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows by column."""
        rows = [row for row in self._sheet.sample if len(row) == len(self.names)]
        columns: dict[str, list[str | None]] = {}
        for index, name in enumerate(self.names):
            texts = [row[index].value.decode(errors="replace") or None for row in rows]
            columns.setdefault(name, texts)
        return columns

    def stretches(self, types: Types) -> Iterator[Call]:
        """Give one call a stretch.

        A call on a stream owns the bytes of its stretch, so only a few calls should wait.
        Raises DataError for columns that cannot be told apart; the calls raise DataError for
        rows that do not fit, and MisreadError where a guess was wrong.
        """
        for name in types:
            self._sheet.index_of(name)
        if self._lines:
            yield from self._counted(types)
        elif self._whole:
            yield partial(self._read_whole, types)
        elif self._guess:
            size = (self._sheet.text.size or 0) - self._sheet.text.mark - self._sheet.body
            block = _even(size, self._block)
            for number in range(-(-size // block)):
                yield partial(self._guessed, number, types, block)
        else:
            yield from self._certain(types)

    def in_order(self) -> "CsvSource":
        """Return a source of the same rows whose stretches are found one after the other."""
        if not self._guess:
            return self
        return CsvSource(self._sheet, self.notes, self._block, apart=False, guess=False)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has, from the lengths of the first rows."""
        rows = [row[-1].stop + 1 - row[0].start for row in self._sheet.sample]
        return max(self._block * len(rows) // max(sum(rows), 1), 1)

    def in_pieces_of(self, rows: int) -> "CsvSource | None":
        """Return a source of the same rows whose pieces have `rows` each, but for the last.

        None where it cannot be cut so before it is read. What a piece holds is counted as it is
        read: where a line is no row, the calls raise MisreadError.
        """
        if not self._guess:
            return None
        found = CsvSource(self._sheet, self.notes, self._block, apart=False)
        found._lines = rows
        return found

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Refuse a file that changed, and one of which no rows were seen."""
        self._sheet.text.check()
        if rows is not None and not rows.get(0):
            raise no_rows(self._sheet.text.name, "there is a header and nothing below it")

    def _guessed(self, number: int, types: Types, block: int) -> tuple[Piece]:
        hands, layout = _own_hands(), self._layout(types)
        offset = hands.cutter.cut(self._sheet, number, block, layout.end)
        return (self._piece(number, layout, hands, offset),)

    def _counted(self, types: Types) -> Iterator[Call]:
        text = self._sheet.text
        ends = borders(text, text.mark + self._sheet.body, self._lines)
        for number, (start, stop) in enumerate(pairwise(ends)):
            yield partial(self._between, number, types, (start, stop), last=stop == ends[-1])

    def _between(
        self, number: int, types: Types, ends: tuple[int, int], *, last: bool
    ) -> tuple[Piece]:
        hands, layout = _own_hands(), self._layout(types)
        offset = hands.cutter.between(self._sheet, *ends, layout.end)
        piece = self._piece(number, layout, hands, offset)
        if piece.table.num_rows != self._lines and not last:
            raise MisreadError
        return (piece,)

    def _certain(self, types: Types) -> Iterator[Call]:
        number = 0
        try:
            for stretch in in_order(self._sheet, self._block):
                if stretch.text[-1:] not in (b"\r", b"\n"):
                    self._cut = True
                yield partial(self._taken, number, types, stretch)
                number += 1
        except DataError as error:
            # In its turn: what is wrong in an earlier stretch should be told first.
            yield partial(_fail, error)

    def _taken(self, number: int, types: Types, stretch: Stretch) -> tuple[Piece]:
        hands, layout = _own_hands(), self._layout(types)
        hands.cutter.take(stretch.text, layout.end)
        return (self._piece(number, layout, hands, stretch),)

    def _read_whole(self, types: Types) -> Iterator[Piece]:
        for call in self._certain(types):
            yield from call()

    def _layout(self, types: Types) -> Layout:
        """Return how rows are read, which a thread keeps while it is at this file."""
        known: Layout | None = getattr(_OF_THREAD, "layout", None)
        if known is None or known.sheet is not self._sheet or known.types != types:
            known = _OF_THREAD.layout = Layout(self._sheet, types)
        return known

    def _piece(self, number: int, layout: Layout, hands: Hands, where: int | Stretch) -> Piece:
        table, place, found = read(layout, hands, where)
        with _TELLING:
            # what is told of an earlier stretch stands; a place takes long to find
            new = {n: one for n, one in found.items() if number <= self._told.get(n, number)}
            self._told = {**self._told, **dict.fromkeys(new, number)} if new else self._told
        told = {n: rounded(one.place(), n, one.text, one.value) for n, one in new.items()}
        return Piece(table, (0, number), place, told)


def _own_hands() -> Hands:
    if not hasattr(_OF_THREAD, "hands"):
        _OF_THREAD.hands = Hands()
    hands: Hands = _OF_THREAD.hands
    return hands


def _even(size: int, block: int) -> int:
    """Return the size of stretches, about `block`, that part a long file evenly among workers."""
    count = -(-size // block)
    return -(-size // (count + -count % _SHARED)) if count > _SHARED else block


def _fail(error: DataError) -> tuple[Piece]:
    raise error
