"""What Parquet and Arrow files have in common: columns with types, in batches of rows."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from losscli.data.as_written import texts
from losscli.data.block import Piece, Source, Stretch
from losscli.data.explained import Kept, explained
from losscli.data.joined import joined, same_columns
from losscli.data.rowless import no_rows
from losscli.data.storage import Stored
from losscli.data.texts import FirstTexts, Texts
from losscli.data.typed import kind_of, typed
from losscli.errors import DataError
from losscli.visible import visible

ROWS = 250_000
"""The most rows of a piece."""
_CELLS, _FEWEST = 1 << 22, 1 << 14
"""The most cells, about: a piece of many columns has fewer rows, but not only a few."""
SAMPLED = 1000
GROUP_ROWS = 1 << 32
"""A piece is numbered by its stretch times this, and its first row in it."""


class Table(Protocol):
    """One file, as its format reads it; it pickles where the bytes do."""

    schema: Any

    @property
    def kept(self) -> Kept:
        """Where it is kept."""
        ...

    def parts(self) -> int:
        """Return how many stretches there are."""
        ...

    def rows(self) -> int | None:
        """Return how many rows there are, where the file tells."""
        ...

    def batches(self, part: int, types: Mapping[str, Any], rows: int) -> Iterator[Any]:
        """Give the record batches of a stretch, of about so many rows, for columns of types."""
        ...

    def start(self, part: int) -> int:
        """Return how many rows stand before a stretch."""
        ...

    def in_parts_of(self, rows: int) -> "Table | None":
        """Return the same in stretches of so many rows but for the last, where that is quick."""
        ...


def columnar(files: Sequence[Stored], opened: Callable[[Stored], Table]) -> Source:
    """Return the rows of files as one data set; DataError where their columns differ.

    Some may have no rows: their format tells that they are not cut. What files have in common is
    kept once.
    """
    tables: list[Table] = []
    for kept in files:
        table = opened(kept)
        if tables and table.schema.equals(tables[0].schema):
            table.schema = tables[0].schema
        tables.append(table)
    alone = len(tables) == 1
    filled = next((at for at, table in enumerate(tables) if _has_rows(table, alone=alone)), None)
    if filled is None:
        raise no_rows(tables[0].kept.name)
    _refuse_different([tables[0], *(t for t in tables if t.schema is not tables[0].schema)])
    sources = [ColumnarSource(table, alone=alone) for table in tables]
    return joined(sources, [kept.weight for kept in files], first=filled)


def _refuse_different(tables: Sequence[Table]) -> None:
    """Raise DataError where files have other columns than the first, or of other types."""
    known: dict[str, tuple[str, Table]] = {}
    for table in tables:
        names, theirs = tables[0].schema.names, table.schema.names
        same_columns(names, theirs, tables[0].kept.name, table.kept.name)
        for name, kind in zip(theirs, map(kind_of, table.schema.types), strict=True):
            one, first = known.setdefault(name, (kind, table)) if kind else ("", table)
            if one != kind and first is not table:
                raise DataError(
                    f"{visible(name)} holds {kind}, but {one} in {visible(first.kept.name, 200)}",
                    where=table.kept.name,
                    remedy="give the column one type in all files",
                )


def _has_rows(table: Table, *, alone: bool) -> bool:
    """Tell whether a file has rows; where it is `alone`, that is seen once it is read."""
    told = table.rows()
    if told is not None or alone or not table.schema.names:
        return told != 0
    with explained(table.kept):
        return any(batch.num_rows for batch in table.batches(0, {table.schema.names[0]: None}, 1))


class ColumnarSource:
    """The rows of one file; where it is not `alone`, it may have none."""

    __slots__ = ("_alone", "_of_one_piece", "_table", "independent", "rereadable")

    def __init__(self, table: Table, *, pieces: bool = False, alone: bool = True) -> None:
        self.rereadable = self.independent = table.kept.rereadable
        self._table = table
        self._of_one_piece = pieces
        self._alone = alone
        if not self.names:
            raise no_rows(table.kept.name, "there are no columns")

    @property
    def files(self) -> tuple[str, ...]:
        """The name that is shown."""
        return (self._table.kept.name,)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in order."""
        return tuple(self._table.schema.names)

    @property
    def notes(self) -> list[str]:
        """Nothing is chosen."""
        return []

    @property
    def warnings(self) -> list[str]:
        """Nothing is doubtful."""
        return []

    def sample(self) -> Mapping[str, Texts]:
        """Return the texts of the first rows by column, read when they are looked at."""
        return FirstTexts(self.names, self._first)

    def stretches(self, types: Mapping[str, Any]) -> Iterator[Stretch]:
        """Give one call for each row group or record batch; pieces are made from its batches."""
        for name in types:
            self._refuse_twin(name)
        read = self._whole if self._of_one_piece else self._pieces
        for part in range(self._table.parts()):
            yield partial(read, part, types)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return min(max(_CELLS // len(self.names), _FEWEST), ROWS)

    def in_pieces_of(self, rows: int) -> Source | None:
        """Return the same rows in pieces of so many, where the file tells how many it has."""
        found = self._table.in_parts_of(rows)
        return ColumnarSource(found, pieces=True) if found else None

    def in_order(self) -> Source:
        """Return the source itself: nothing is guessed."""
        return self

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Refuse a file that changed, or of which other rows were seen than it tells."""
        self._table.kept.check()
        if rows is None:
            return
        seen, told = rows.get(0, 0), self._table.rows()
        if told is not None and seen != told:
            what = f"holds {seen} rows, but says that it has {told}"
            raise DataError(what, where=self._table.kept.name, remedy="write it again")
        if not seen and self._alone:
            raise no_rows(self._table.kept.name)

    def _pieces(self, part: int, types: Mapping[str, Any]) -> Iterator[Piece]:
        at, rows = 0, min(max(_CELLS // len(types), _FEWEST), ROWS)
        with explained(self._table.kept):
            for batches in _lots(self._table.batches(part, types, rows), rows):
                columns = _columns(batches, types)
                yield self._piece(part, at, columns, types)
                at += sum(batch.num_rows for batch in batches)

    def _whole(self, part: int, types: Mapping[str, Any]) -> tuple[Piece]:
        """Read a stretch as one piece."""
        with explained(self._table.kept):
            batches = list(self._table.batches(part, types, self.rows_per_piece()))
            return (self._piece(part, 0, _columns(batches, types), types),)

    def _piece(
        self, part: int, at: int, columns: Mapping[str, Any], types: Mapping[str, Any]
    ) -> Piece:
        place = partial(self._place, part, at)
        found = typed(columns, types, place)
        return Piece(found.table, (0, part * GROUP_ROWS + at), place, found.rounded)

    def _place(self, part: int, at: int, row: int) -> str:
        number = self._table.start(part) + at + row + 1
        return f"{visible(self._table.kept.name, 200)}, row {number}"

    def _first(self, name: str) -> Texts:
        try:
            self._refuse_twin(name)
            with explained(self._table.kept):
                batch = next(self._table.batches(0, {name: None}, SAMPLED), None)
                if batch is None:
                    return []
                column = batch.slice(0, SAMPLED).column(name)
                found: Texts = texts(column, name, partial(self._place, 0, 0)).to_pylist()
        except DataError:  # told once the column is used
            return []
        return found

    def _refuse_twin(self, name: str) -> None:
        plain = unicodedata.normalize("NFC", name)
        alike = [k for k, n in enumerate(self.names) if unicodedata.normalize("NFC", n) == plain]
        if name not in self.names:
            what = f"there is no column {visible(name)}"
            raise DataError(what, where=visible(self._table.kept.name, 200))
        if len(alike) > 1:
            numbers = " and ".join(str(k + 1) for k in alike)
            what = f"columns {numbers} are all named {visible(name)}"
            raise DataError(what, where=visible(self._table.kept.name, 200), remedy="rename one")


def _lots(batches: Iterator[Any], rows: int) -> Iterator[list[Any]]:
    """Give batches together that have at most so many rows; a larger one in parts."""
    held: list[Any] = []
    count = 0
    for batch in batches:
        for start in range(0, batch.num_rows, rows):
            some = batch.slice(start, rows)
            if held and count + some.num_rows > rows:
                yield held
                held, count = [], 0
            held.append(some)
            count += some.num_rows
    if held:
        yield held


def _columns(batches: Sequence[Any], types: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of batches, one array each."""
    if len(batches) == 1:
        return {name: batches[0].column(name) for name in types}
    import pyarrow as pa  # noqa: PLC0415 - the caller has it already

    arrays = {name: [batch.column(name) for batch in batches] for name in types}
    return {name: pa.concat_arrays(some) for name, some in arrays.items()}
