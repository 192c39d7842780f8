"""Arrow tables in memory as a source: the same bits as the Parquet file that holds them."""

from collections.abc import Iterator, Mapping
from typing import Any

from losscli.data.as_written import spelling
from losscli.data.block import Source
from losscli.data.columnar import ColumnarSource, Table


class TableSource(ColumnarSource):
    """The rows of a table, in pieces of at most so many rows."""

    def __init__(self, table: Any, rows: int) -> None:  # noqa: ANN401 - pyarrow has no types
        super().__init__(_Held(table, rows), pieces=True)
        self.independent = False
        self.rows = table
        self._rows = rows

    def kind(self, name: str) -> str:
        """Return what decides how the classes of a column are written."""
        return spelling(self.rows.schema.field(name).type)

    def rows_per_piece(self) -> int:
        """Return how many rows a piece has."""
        return self._rows

    def in_pieces_of(self, rows: int) -> Source:
        """Return a source of the same rows whose pieces have `rows` each, but for the last."""
        return TableSource(self.rows, rows)

    def _place(self, part: int, at: int, row: int) -> str:
        return f"row {part * self._rows + at + row + 1}"


class _Memory:
    """What stays as it is."""

    name = "DataFrame"
    rereadable = True

    def check(self) -> None:
        """Do nothing: a table does not change."""


class _Held:
    """A table, as `ColumnarSource` reads one."""

    def __init__(self, table: Any, rows: int) -> None:  # noqa: ANN401 - as above
        self.kept = _Memory()
        self.schema = table.schema
        self._table = table
        self._rows = rows

    def parts(self) -> int:
        return -(-len(self._table) // self._rows)

    def rows(self) -> int:
        return len(self._table)

    def start(self, part: int) -> int:
        return part * self._rows

    def in_parts_of(self, rows: int) -> Table:
        return _Held(self._table, rows)

    def batches(self, part: int, types: Mapping[str, Any], rows: int) -> Iterator[Any]:  # noqa: ARG002
        some = self._table.select(list(types)).slice(self.start(part), self._rows)
        return iter(some.to_batches())
