"""Rows whose delimiters and line feeds all end cells: numpy finds the cells, Arrow converts them.

A parser of CSV looks at each byte for what it may mean there. Where no quote protects any, only
the places of two bytes matter, and numpy finds these in half of the time. What is not as plain
as that is left to the parser.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.dataclass import dataclass

try:  # from where they are made: pyarrow.compute makes 300 functions more, which takes 20 ms
    from pyarrow import _compute as compute
except ImportError:
    from pyarrow import compute

_LF, _CR, _QUOTE = 10, 13, 34
_SLICE = 1 << 18
"""The bytes that are looked at together: they, and the marks on them, stay in the cache."""
_EVERY_OTHER = 0b01010101
_FIRST = 64
_NUMBER = compute.CastOptions.safe(pa.float64())


@dataclass(frozen=True)
class Plain:
    """The cells of rows of text, in which quotes are letters; empty cells become null.

    The cell of a row in a column ends before `ends` (int32[rows, columns]); the next one begins
    a byte behind it, and the next row `gap` bytes behind the end of the last. `quotes` are all.
    """

    text: NDArray[np.uint8]
    ends: NDArray[np.int32]
    gap: int
    quotes: int

    def numbers(self, column: int) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return a column as doubles; ArrowInvalid where a cell is no number."""
        found, empty = self._cells(column)
        # each cell that is no number costs an error, and where one is not, few are
        for some in (found.slice(0, _FIRST), found):
            numbers = compute.call_function("cast", [some], _NUMBER)
        return cells.arrow(cells.values(numbers, np.float64)[::2], pa.float64(), empty)

    def words(self, column: int, known: Any) -> Any:  # noqa: ANN401
        """Return a column as a dictionary array, of the words `known` if there are no others."""
        found, empty = self._cells(column)
        codes = None
        if len(known):
            options = compute.SetLookupOptions(known, skip_nulls=True)
            codes = compute.call_function("index_in", [found], options)
        if codes is None or codes.null_count > found.null_count:
            options = compute.DictionaryEncodeOptions()
            coded = compute.call_function("dictionary_encode", [found], options)
            codes, known = coded.indices, coded.dictionary
        places = cells.arrow(cells.values(codes, np.int32)[::2], pa.int32(), empty)
        return pa.DictionaryArray.from_arrays(places, known, safe=False)

    def texts(self, column: int) -> Any:  # noqa: ANN401
        """Return a column as strings."""
        found, _ = self._cells(column)
        places = cells.arrow(np.arange(0, len(found), 2, dtype=np.int32), pa.int32())
        return compute.call_function("array_take", [found, places])

    def _cells(self, index: int) -> tuple[Any, NDArray[np.bool_] | None]:
        """Return the texts of a column, with what is between two as a null, and the empty ones."""
        rows = len(self.ends)
        bounds = np.empty(2 * rows + 1, np.int32)
        starts, ends = bounds[:-1:2], bounds[1::2]
        if index:
            np.add(self.ends[:, index - 1], 1, out=starts)
        else:
            starts[0] = 0
            np.add(self.ends[:-1, -1], self.gap, out=starts[1:])
        ends[:] = self.ends[:, index]
        bounds[-1] = len(self.text)
        empty = starts == ends
        known = np.full(-(-2 * rows // 8), _EVERY_OTHER, np.uint8)
        if empty.any():
            known = _bits(np.column_stack([~empty, np.zeros_like(empty)]).ravel())
        buffers = [pa.py_buffer(known), pa.py_buffer(bounds), pa.py_buffer(self.text)]
        nulls = rows + int(np.count_nonzero(empty))
        found = pa.Array.from_buffers(pa.string(), 2 * rows, buffers, nulls)
        return found, empty if nulls > rows else None


def plain(text: NDArray[np.uint8], delimiter: int, columns: int) -> Plain | None:
    """Find the cells of rows that end in a line feed each; None if some have more or fewer.

    `text` are the bytes, `delimiter` is one.
    """
    found, feeds, returns, quotes, count = [], 0, 0, 0, 0
    marks, other = np.empty((2, min(len(text), _SLICE)), np.bool_)
    for start in range(0, len(text), _SLICE):
        part = text[start : start + _SLICE]
        marks, other = marks[: len(part)], other[: len(part)]
        quotes += int(np.count_nonzero(np.equal(part, _QUOTE, out=other)))
        returns += int(np.count_nonzero(np.equal(part, _CR, out=other)))
        feeds += int(np.count_nonzero(np.equal(part, _LF, out=other)))
        np.equal(part, delimiter, out=marks)
        np.bitwise_or(marks, other, out=marks)
        places = marks.nonzero()[0]
        if not (part.take(places[(-1 - count) % columns :: columns]) == _LF).all():
            return None
        count += len(places)
        found.append(places.astype(np.int32))
        found[-1] += start
    if not feeds or count != feeds * columns:
        return None
    ends = np.concatenate(found).reshape(feeds, columns)
    if returns:
        last = ends[:, -1]
        if returns != feeds or not (text.take(last - 1) == _CR).all():
            return None
        last -= 1
    return Plain(text, ends, 2 if returns else 1, quotes)


def _bits(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.packbits(mask, bitorder="little")
