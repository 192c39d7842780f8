"""DataFrames as a source: the same classes and the same bits as the file `to_csv` writes."""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pyarrow as pa

from losscli.data.block import Piece, Source, Stretch
from losscli.data.spelled import rounded
from losscli.data.texts import FirstTexts, Texts
from losscli.errors import DataError, UsageError
from losscli.visible import visible

if TYPE_CHECKING:
    import pandas as pd

    from losscli.data.table import TableSource

ROWS = 120_000
"""Rows of a piece."""
SAMPLED = 1000


def open_frame(frame: object, *, rows: int = ROWS) -> Source:
    """Return a source of the rows of a DataFrame, a dict of columns, an Arrow table, or of many.

    What has the stream interface of Arrow (a table, a polars DataFrame) is read through it. A
    list or an iterator of frames, or a reader of Arrow batches, is read frame by frame, a Dask
    DataFrame partition by partition. The index is ignored, rows are counted from 1, a piece has
    at most `rows`. Raises UsageError for anything else and DataError where there are no rows.
    """
    from losscli.data.partitions import Partitions, is_partitioned  # noqa: PLC0415 - seldom

    if is_partitioned(frame):
        return Partitions(frame)
    if isinstance(frame, list | tuple | Iterator | pa.RecordBatchReader):
        from losscli.data.frames import Frames  # noqa: PLC0415 - as above

        return Frames(frame if isinstance(frame, list | tuple) else iter(frame), rows)
    return source_of(rows_of(frame), rows)


def source_of(found: Any, rows: int) -> "FrameSource | TableSource":  # noqa: ANN401 - as `rows_of`
    """Return the source of a pandas DataFrame or an Arrow table; DataError without rows."""
    if not len(found):
        raise DataError("no rows", where="DataFrame")
    if not isinstance(found, pa.Table):
        return FrameSource(found, rows)
    from losscli.data.table import TableSource  # noqa: PLC0415 - only for these

    return TableSource(found, rows)


def rows_of(frame: object) -> "pd.DataFrame | pa.Table":
    """Return a pandas DataFrame (of a dict of columns, too), or an Arrow table of anything else."""
    if _is_of_pandas(frame):
        return frame
    if isinstance(frame, Mapping):
        return _from_dict(frame)
    if hasattr(frame, "collect") and hasattr(frame, "collect_schema"):
        what = "a lazy frame has no rows yet"
        raise UsageError(what, remedy="collect it: evaluate(frame.collect(), ...)")
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    what = f"cannot read predictions from a {type(frame).__name__}"
    if hasattr(frame, "__arrow_c_stream__"):
        try:
            return pa.table(frame)
        except pa.ArrowException as error:  # one column alone, or a type that Arrow has not
            what += f" ({visible(str(error), 200)})"
    raise UsageError(what, remedy="give a path, a pandas DataFrame or a dict of columns")


def _is_of_pandas(frame: object) -> "TypeGuard[pd.DataFrame]":
    """Tell whether it is a DataFrame; who has one has imported pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(frame, pandas.DataFrame)


def _from_dict(columns: Mapping[Any, Any]) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - as above

    try:
        return pd.DataFrame(dict(columns))
    except ValueError as error:
        what = f"the columns do not make a table ({error})"
        raise UsageError(what, remedy="give each column as many values") from None


class FrameSource:
    """The rows of a DataFrame, in pieces that are converted when they are asked for."""

    def __init__(self, frame: "pd.DataFrame", rows: int = ROWS) -> None:
        self.files: tuple[str, ...] = ("DataFrame",)
        self.rereadable = True
        self.independent = False
        self.rows = frame
        self._shape = frame.shape
        self._rows = rows
        self.names = tuple(map(str, frame.columns))
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.rounded: dict[str, str] = {}
        self._kinds: dict[str, str] = {}

    def column(self, name: str) -> "pd.Series[Any]":
        """Return the first column whose name is written so, in the byte order of the machine."""
        found = self.rows.iloc[:, self.names.index(name)]
        kind = found.dtype
        if isinstance(kind, np.dtype) and not kind.isnative:
            return found.astype(kind.newbyteorder("="))
        return found

    def kind(self, name: str) -> str:
        """Return what decides how the classes of a column are written."""
        if name not in self._kinds:
            from losscli.data.written import spelling_of  # noqa: PLC0415 - pandas

            self._kinds[name] = spelling_of(self.column(name))
        return self._kinds[name]

    def sample(self) -> Mapping[str, Texts]:
        """Return the texts of the first rows by column, converted when they are looked at."""
        return FirstTexts(self.names, self._first)

    def stretches(self, types: "Mapping[str, pa.DataType]") -> Iterator[Stretch]:
        """Return one call a piece; each converts its rows of the columns in `types`."""
        from losscli.data.written import first_rounded, numbers, texts  # noqa: PLC0415 - pandas

        readers: dict[str, Callable[[slice], Any]] = {}
        for name, kind in types.items():
            if self.names.count(name) > 1:
                what = f"the columns {visible(name)} have one name"
                raise DataError(what, where="DataFrame", remedy="give each column its own name")
            series = self.column(name)
            if kind == pa.float64():
                readers[name] = numbers(name, series)
                self._warn(name, first_rounded(series))
            elif kind == pa.string():
                readers[name] = partial(_decoded, texts(series))
            else:
                readers[name] = texts(series)
        for number, start in enumerate(range(0, len(self.rows), self._rows)):
            stretch = slice(start, min(start + self._rows, len(self.rows)))
            yield partial(_piece, readers, stretch, number)

    def rows_per_piece(self) -> int:
        """Return how many rows a piece has."""
        return self._rows

    def in_pieces_of(self, rows: int) -> Source:
        """Return a source of the same rows whose pieces have `rows` each, but for the last."""
        return FrameSource(self.rows, rows)

    def in_order(self) -> Source:
        """Return the source itself: its pieces never begin at a wrong row."""
        return self

    def check(self, rows: Mapping[int, int] | None = None) -> None:  # noqa: ARG002 - of files
        """Raise DataError where rows or columns came or went while they were read."""
        if self.rows.shape != self._shape:
            raise DataError("the DataFrame changed while it was read", remedy="give a copy")

    def _first(self, name: str) -> Texts:
        from losscli.data.written import texts  # noqa: PLC0415 - pandas

        head = self.column(name).iloc[:SAMPLED]
        found: Texts = texts(head)(slice(0, len(head))).to_pylist()
        return found

    def _warn(self, name: str, first: tuple[int, int] | None) -> None:
        if first:
            row, value = first
            found = rounded(f"row {row}", name, value, float(value))
            self.rounded[name] = found
            self.warnings += [found] if found not in self.warnings else []


def _decoded(read: Callable[[slice], Any], rows: slice) -> Any:  # noqa: ANN401
    return read(rows).dictionary_decode()


def _piece(readers: Mapping[str, Callable[[slice], Any]], rows: slice, number: int) -> tuple[Piece]:
    arrays = {name: read(rows) for name, read in readers.items()}
    return (Piece(pa.table(arrays), (0, number), partial(_place, rows.start)),)


def _place(start: int, row: int) -> str:
    return f"row {start + row + 1}"
