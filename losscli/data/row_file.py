"""Rows out: tables of one schema as a stream into a Parquet, CSV, JSON lines or Arrow file."""

import json
import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import Any, BinaryIO, Self

import pyarrow as pa

from losscli.draft import naming
from losscli.errors import UsageError
from losscli.visible import no_formula, visible

_BATCH = 100_000
"""Rows of a row group or a record batch, at least."""


def _parquet(file: BinaryIO, schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - only one kind is needed

    return ParquetWriter(file, schema)


def _csv(file: BinaryIO, schema: Any) -> Any:  # noqa: ANN401 - as above
    from pyarrow.csv import CSVWriter  # noqa: PLC0415 - as above

    return CSVWriter(file, schema)


def _arrow(file: BinaryIO, schema: Any) -> Any:  # noqa: ANN401 - as above
    return pa.ipc.new_file(file, schema)


class _JsonLines:
    """One object a line; a number that JSON has no word for is null, as in the reports."""

    def __init__(self, file: BinaryIO, schema: Any) -> None:  # noqa: ANN401 - as above
        names = (json.dumps(name).replace("%", "%%") for name in schema.names)
        self._line = "{" + ", ".join(f"{name}: %s" for name in names) + "}\n"
        self._file = file

    def write_table(self, table: Any) -> None:  # noqa: ANN401 - as above
        columns = [map(_in_json, column.to_pylist()) for column in table.columns]
        lines = [self._line % row for row in zip(*columns, strict=True)]
        self._file.write("".join(lines).encode())

    def close(self) -> None:
        """Leave the file to who opened it."""


def _in_json(value: str | float | None) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    return "null" if value is None or not math.isfinite(value) else repr(value)


_KINDS: dict[str, Callable[[BinaryIO, Any], Any]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".jsonl": _JsonLines,
    ".arrow": _arrow,
    ".feather": _arrow,
}


def check_suffix(path: Path) -> None:
    """Raise UsageError where the suffix tells no kind of file that rows are written to."""
    if path.suffix.lower() not in _KINDS:
        what = f"no kind of file is called {visible(path.name, limit=500)!r}"
        raise UsageError(what, where="--rows", remedy=f"end it in {', '.join(_KINDS)}")


class RowFile:
    """Writes tables to an open file, several small ones at a time; `rows` counts what it got.

    It is done in a thread of its own, while the next rows are read. As a context it waits for
    that thread: the file can be closed then, also where something went wrong.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.rows = 0
        self._path, self._file = path, file
        self._kind = _KINDS[path.suffix.lower()]
        self._writer: Any = None
        self._waiting: list[Any] = []
        self._count = 0
        self._pool = ThreadPoolExecutor(1)
        self._written: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def add(self, table: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        """Take the next rows; every table has the columns and types of the first."""
        self._waiting.append(table)
        self.rows += table.num_rows
        self._count += table.num_rows
        if self._count >= _BATCH:
            self._hand_over()

    def close(self) -> None:
        """Write what still waits, and the end of the file."""
        self._hand_over()
        self._wait()
        with naming(self._path):
            self._writer.close()

    def _hand_over(self) -> None:
        """Let the thread write what waits, once it has written what it got before."""
        self._wait()
        if self._waiting:
            self._written = self._pool.submit(self._write, self._waiting)
        self._waiting, self._count = [], 0

    def _wait(self) -> None:
        if self._written:
            self._written.result()
            self._written = None

    def _write(self, tables: list[Any]) -> None:
        table = pa.concat_tables(tables)
        if self._kind is _csv:
            table = _harmless(table)
        with naming(self._path):
            if self._writer is None:
                self._writer = self._kind(self._file, table.schema)
            self._writer.write_table(table)


def _harmless(table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a table in which no cell, and no name of a column, is a formula of a spreadsheet."""
    from pyarrow import compute  # noqa: PLC0415 - takes long to import, and is seldom needed

    for place, field in enumerate(table.schema):
        column = table.column(place)
        if field.type == pa.string():
            odd = compute.match_substring_regex(column, _SUSPECT)
            if compute.any(odd).as_py():
                texts = [text and no_formula(text) for text in column.to_pylist()]
                column = pa.chunked_array([pa.array(texts, pa.string())])
        table = table.set_column(place, no_formula(field.name), column)
    return table


_SUSPECT = "^[^!-~]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
"""What may begin as a formula, behind whatever leaves no ink."""
