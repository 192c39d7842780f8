"""CSV and TSV files and standard input as a source of typed pieces."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

import pyarrow as pa

from losscli.data.block import Piece, Source
from losscli.data.text.layout import Layout
from losscli.data.text.reading import Found, Hands, read
from losscli.data.text.sheet import Sheet, Stretch, spoken
from losscli.data.text.sniff import no_rows, sniff
from losscli.data.text.stretches import in_order
from losscli.data.text.textfile import STDIN, TextFile
from losscli.errors import DataError, UsageError
from losscli.visible import visible

BLOCK_BYTES = 4 << 20


def open_csv(
    paths: Sequence[str],
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Source:
    """Return the rows of delimited text files as one dataset, in the order of `paths`.

    "-" is standard input. What is None is found from the first rows. Raises DataError for a
    file that cannot be read, has no rows or other columns than the first, and UsageError for
    options that do not fit.
    """
    delimiter, decimal = _delimiter(delimiter), _decimal(decimal)
    if (delimiter, decimal) == (",", ","):
        raise UsageError("a comma cannot be both", where="--delimiter, --decimal")
    if list(paths).count(STDIN) > 1:
        raise UsageError("standard input is named more than once", remedy="name - once")
    sheets = [sniff(TextFile(path, encoding), delimiter, decimal) for path in paths]
    for sheet in sheets[1:]:
        _same_columns(sheets[0], sheet)
    given = {"delimiter": delimiter, "decimal": decimal, "encoding": encoding}
    notes = _notes(sheets, {flag for flag, value in given.items() if value is None})
    return CsvSource(sheets, notes, block_bytes)


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
        self.rereadable = all(sheet.text.size is not None for sheet in sheets)
        self.notes = notes
        self.warnings: list[str] = []
        self._sheets = sheets
        self._block = block_bytes
        self._guess = guess
        self._hands = threading.local()
        self._lock = threading.Lock()
        self._rows = [0] * len(sheets)
        self._rounded: dict[str, Found] = {}
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

    def pieces(self, types: Mapping[str, pa.DataType]) -> Iterator[Callable[[], Piece]]:
        """Give one call a stretch.

        A call on a stream owns the bytes of its stretch, so only a few calls should wait.
        Raises DataError for columns that cannot be told apart; the calls raise DataError for
        rows that do not fit, and MisreadError where a guess was wrong.
        """
        self._rows = [0] * len(self._sheets)
        layouts = [Layout(sheet, types) for sheet in self._sheets]
        for file, (sheet, layout) in enumerate(zip(self._sheets, layouts, strict=True)):
            if self._guess and sheet.guessable:
                size = (sheet.text.size or 0) - sheet.text.mark - sheet.body
                for number in range(-(-size // self._block)):
                    yield partial(self._guessed, (file, number), layout)
            else:
                yield from self._certain(file, layout)

    def in_order(self) -> "CsvSource":
        """Return a source of the same rows whose stretches are found one after the other."""
        if not any(sheet.guessable for sheet in self._sheets) or not self._guess:
            return self
        return CsvSource(self._sheets, self.notes, self._block, guess=False)

    def check(self) -> None:
        """Refuse files that changed or had no rows, and warn of numbers that were rounded."""
        for sheet, rows in zip(self._sheets, self._rows, strict=True):
            sheet.text.check()
            if not rows:
                raise no_rows(sheet.text, "there is a header and nothing below it")
        for name, found in self._rounded.items():
            self._warn(
                f"{found.place()}: {visible(name)} {found.text} is an integer above 2^53 and was"
                f" read as {found.value:.0f}; there may be more (name ids with --id)"
            )

    def _guessed(self, part: tuple[int, int], layout: Layout) -> Piece:
        hands = self._own_hands()
        offset = hands.cutter.cut(layout.sheet, part[1], self._block, layout.end)
        return self._piece(part, layout, hands, offset)

    def _certain(self, file: int, layout: Layout) -> Iterator[Callable[[], Piece]]:
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

    def _taken(self, part: tuple[int, int], layout: Layout, stretch: Stretch) -> Piece:
        hands = self._own_hands()
        hands.cutter.take(stretch.text, layout.end)
        return self._piece(part, layout, hands, stretch)

    def _piece(
        self, part: tuple[int, int], layout: Layout, hands: Hands, where: int | Stretch
    ) -> Piece:
        table, place, found = read(layout, hands, where)
        with self._lock:
            self._rows[part[0]] += table.num_rows
            for name, one in found.items():
                one.part = part
                if name not in self._rounded or part < self._rounded[name].part:
                    self._rounded[name] = one
        return Piece(table, part, place)

    def _own_hands(self) -> Hands:
        if not hasattr(self._hands, "own"):
            self._hands.own = Hands()
        hands: Hands = self._hands.own
        return hands

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def _fail(error: DataError) -> Piece:
    raise error


def _no_end(sheet: Sheet) -> str:
    name = visible(sheet.text.name, 200)
    return f"{name}: the last line has no newline: was the file cut? --expect-rows N checks"


def _delimiter(given: str | None) -> str | None:
    if given is None:
        return None
    mark = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(mark) != 1 or not mark.isascii() or mark in '"\r\n\0' or mark.isalnum():
        raise UsageError(
            f"{given!r} cannot be a delimiter",
            where="--delimiter",
            remedy="give one character, such as ',' or ';' or '|', or the word tab",
        )
    return mark


def _decimal(given: str | None) -> str | None:
    if given not in (None, ".", ","):
        raise UsageError(
            f"{given!r} cannot be a decimal mark",
            where="--decimal",
            remedy="give a point (--decimal .) or a comma (--decimal ,)",
        )
    return given


def _same_columns(first: Sheet, other: Sheet) -> None:
    ours, theirs = Counter(first.names), Counter(other.names)
    if ours == theirs:
        return
    parts = [
        f"{verb} {', '.join(visible(name) for name in names)}"
        for verb, names in (("lacks", ours - theirs), ("adds", theirs - ours))
        if names
    ]
    raise DataError(
        f"the columns are not those of {visible(first.text.name, 200)}: it {' and '.join(parts)}",
        where=other.text.name,
        remedy="give all files the same header",
    )


def _notes(sheets: Sequence[Sheet], chosen: Collection[str]) -> list[str]:
    """Return what was chosen for each text beyond the plain case, with the flags that pin it."""
    found: dict[str, list[str]] = {}
    for sheet in sheets:
        mark, encoding = spoken(sheet.delimiter), sheet.text.encoding
        facts = [
            ("encoding", encoding, str(encoding).upper()),
            ("delimiter", mark if sheet.delimiter != "," else None, f"delimiter {mark}"),
            ("decimal", "," if sheet.decimal == "," else None, "decimal comma"),
        ]
        facts = [fact for fact in facts if fact[0] in chosen and fact[1]]
        if facts:
            words = ", ".join(words for _, _, words in facts)
            flags = " ".join(f"--{flag} {value}" for flag, value, _ in facts)
            found.setdefault(f"read with {words} ({flags})", []).append(sheet.text.name)
    return [f"{_files(names)} {note}" for note, names in found.items()]


def _files(names: list[str]) -> str:
    first = visible(names[0], 200)
    return first if len(names) == 1 else f"{first} and {len(names) - 1} more"
