"""The rows of delimited texts as a source: pieces in any order, or in turn."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

import pyarrow as pa

from losscli.data.block import MisreadError, Piece
from losscli.data.block import Stretch as Call
from losscli.data.text.layout import Layout
from losscli.data.text.lines import borders
from losscli.data.text.reading import Hands, read
from losscli.data.text.sheet import Sheet, Stretch
from losscli.data.text.sniff import no_rows
from losscli.data.text.stretches import in_order
from losscli.errors import DataError
from losscli.visible import visible

_SHARED = 12
"""The stretches of a long file are a multiple of this, so that 2, 3, 4 or 6 workers end at once."""


_OF_THREAD = threading.local()
_TELLING = threading.Lock()


class CsvSource:
    """The rows of delimited texts, in pieces of about `block_bytes`.

    Regular files are cut where line ends are guessed to end records, which every piece proves
    for its own end: if all earlier pieces were read without MisreadError, a piece is right.
    `in_order` gives the same rows without a guess.
    """

    def __init__(
        self, sheets: Sequence[Sheet], notes: list[str], block_bytes: int, *, guess: bool = True
    ) -> None:
        self.files = tuple(sheet.text.name for sheet in sheets)
        self.names = sheets[0].names
        self.rereadable = all(sheet.text.rereadable for sheet in sheets)
        # what can only be read from its start is a stretch of its own among several
        apart = self.rereadable and len(sheets) > 1
        self.independent = guess and all(sheet.guessable or apart for sheet in sheets)
        self.notes = notes
        self.warnings: list[str] = []
        self._sheets = sheets
        self._block = block_bytes
        self._guess = guess
        self._lines = 0
        self._told: dict[str, tuple[int, int]] = {}
        for sheet in sheets:
            if sheet.guessable and sheet.text.last_byte() not in b"\r\n":
                self._warn(_no_end(sheet))

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows by column."""
        sheet = self._sheets[0]
        rows = [row for row in sheet.sample if len(row) == len(sheet.names)]
        columns: dict[str, list[str | None]] = {}
        for index, name in enumerate(sheet.names):
            texts = [row[index].value.decode(errors="replace") or None for row in rows]
            columns.setdefault(name, texts)
        return columns

    def stretches(self, types: Mapping[str, pa.DataType]) -> Iterator[Call]:
        """Give one call a stretch.

        A call on a stream owns the bytes of its stretch, so only a few calls should wait.
        Raises DataError for columns that cannot be told apart; the calls raise DataError for
        rows that do not fit, and MisreadError where a guess was wrong.
        """
        layouts = [Layout(sheet, types) for sheet in self._sheets]
        if self._lines:
            yield from self._counted(layouts[0])
            return
        for file, (sheet, layout) in enumerate(zip(self._sheets, layouts, strict=True)):
            if self._guess and not sheet.guessable and self.independent:
                yield partial(self._whole, file, layout)
            elif self._guess and sheet.guessable:
                size = (sheet.text.size or 0) - sheet.text.mark - sheet.body
                block = _even(size, self._block)
                for number in range(-(-size // block)):
                    yield partial(self._guessed, (file, number), layout, block)
            else:
                yield from self._certain(file, layout)

    def in_order(self) -> "CsvSource":
        """Return a source of the same rows whose stretches are found one after the other."""
        if not any(sheet.guessable for sheet in self._sheets) or not self._guess:
            return self
        return CsvSource(self._sheets, self.notes, self._block, guess=False)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has, from the lengths of the first rows."""
        rows = [row[-1].stop + 1 - row[0].start for row in self._sheets[0].sample]
        return max(self._block * len(rows) // max(sum(rows), 1), 1)

    def in_pieces_of(self, rows: int) -> "CsvSource | None":
        """Return a source of the same rows whose pieces have `rows` each, but for the last.

        None where it cannot be cut so before it is read. What a piece holds is counted as it is
        read: where a line is no row, the calls raise MisreadError.
        """
        if len(self._sheets) > 1 or not (self._guess and self._sheets[0].guessable):
            return None
        found = CsvSource(self._sheets, self.notes, self._block)
        found._lines = rows
        return found

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Refuse files that changed, and those of which no rows were seen."""
        for file, sheet in enumerate(self._sheets):
            sheet.text.check()
            if rows is not None and not rows.get(file):
                raise no_rows(sheet.text, "there is a header and nothing below it")

    def _guessed(self, part: tuple[int, int], layout: Layout, block: int) -> tuple[Piece]:
        hands = _own_hands()
        offset = hands.cutter.cut(layout.sheet, part[1], block, layout.end)
        return (self._piece(part, layout, hands, offset),)

    def _counted(self, layout: Layout) -> Iterator[Call]:
        text = layout.sheet.text
        ends = borders(text, text.mark + layout.sheet.body, self._lines)
        for number, (start, stop) in enumerate(pairwise(ends)):
            yield partial(self._between, number, layout, (start, stop), last=stop == ends[-1])

    def _between(
        self, number: int, layout: Layout, ends: tuple[int, int], *, last: bool
    ) -> tuple[Piece]:
        hands = _own_hands()
        offset = hands.cutter.between(layout.sheet, *ends, layout.end)
        piece = self._piece((0, number), layout, hands, offset)
        if piece.table.num_rows != self._lines and not last:
            raise MisreadError
        return (piece,)

    def _certain(self, file: int, layout: Layout) -> Iterator[Call]:
        number = 0
        try:
            for stretch in in_order(layout.sheet, self._block):
                if stretch.text[-1:] not in (b"\r", b"\n"):
                    self._warn(_no_end(layout.sheet))
                yield partial(self._taken, (file, number), layout, stretch)
                number += 1
        except DataError as error:
            # In its turn: what is wrong in an earlier stretch should be told first.
            yield partial(_fail, error)

    def _taken(self, part: tuple[int, int], layout: Layout, stretch: Stretch) -> tuple[Piece]:
        hands = _own_hands()
        hands.cutter.take(stretch.text, layout.end)
        return (self._piece(part, layout, hands, stretch),)

    def _piece(
        self, part: tuple[int, int], layout: Layout, hands: Hands, where: int | Stretch
    ) -> Piece:
        table, place, found = read(layout, hands, where)
        with _TELLING:
            # what is told of an earlier stretch stands; a place takes long to find
            new = {name: one for name, one in found.items() if part <= self._told.get(name, part)}
            self._told.update(dict.fromkeys(new, part))
        rounded = {
            name: f"{one.place()}: {visible(name)} {one.text} is an integer above 2^53 and was"
            f" read as {one.value:.0f}; there may be more (name ids with --id)"
            for name, one in new.items()
        }
        return Piece(table, part, place, rounded)

    def _whole(self, file: int, layout: Layout) -> Iterator[Piece]:
        for call in self._certain(file, layout):
            yield from call()

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


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


def _no_end(sheet: Sheet) -> str:
    name = visible(sheet.text.name, 200)
    return f"{name}: the last line has no newline: was the file cut? --expect-rows N checks"
