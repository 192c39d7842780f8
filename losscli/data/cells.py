"""From Arrow columns to numpy arrays: numbers, and codes with the texts behind them."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.losses.spec import Vector

Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)
_SLICE = 2048
"""Rows of a matrix that are filled at once: they stay in the processor's cache."""


class Numbers(NamedTuple):
    """A number column: float64[n], and where it is empty (None: nowhere; NaN stands there)."""

    values: Vector
    empty: Mask | None


class Coded(NamedTuple):
    """A text column: int32[n] positions in `texts`, -1 where it is empty."""

    codes: NDArray[np.int32]
    texts: tuple[str, ...]
    empty: Mask | None


def array(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column of a table as one array."""
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def values(cells: Any, kind: type[Scalar]) -> NDArray[Scalar]:  # noqa: ANN401
    """Return the numbers of an Arrow array without copying; what stands for null is anything.

    (`to_numpy` does the same, but imports pandas for it.)
    """
    data = cells.buffers()[1]
    if not len(cells) or data is None:
        return np.empty(0, kind)
    return np.frombuffer(data, kind)[cells.offset : cells.offset + len(cells)]


def empties(cells: Any) -> Mask:  # noqa: ANN401
    """Return where an Arrow array with nulls has them."""
    bits = (cells.indices if isinstance(cells, pa.DictionaryArray) else cells).buffers()[0]
    known = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little").astype(np.bool_)
    return ~known[cells.offset : cells.offset + len(cells)]


def _as(cells: Any, kind: Any) -> Any:  # noqa: ANN401
    """Return an Arrow array in a type (`cast` imports pyarrow.compute, even for nothing)."""
    return cells if cells.type == kind else cells.cast(kind, safe=False)


def _filled(found: NDArray[Scalar], empty: Mask, filler: float) -> NDArray[Scalar]:
    found = found.copy()
    np.copyto(found, np.asarray(filler, found.dtype), where=empty)
    return found


def numbers(column: Any) -> Numbers:  # noqa: ANN401
    """Return a number column; a float64 column without empty cells is not copied."""
    cells = _as(array(column), pa.float64())
    if not cells.null_count:
        return Numbers(values(cells, np.float64), None)
    empty = empties(cells)
    return Numbers(_filled(values(cells, np.float64), empty, np.nan), empty)


def coded(column: Any) -> Coded:  # noqa: ANN401
    """Return the codes of a text or dictionary column."""
    cells = array(column)
    if isinstance(cells, pa.ChunkedArray):
        cells = pa.concat_arrays(cells.chunks)
    if not pa.types.is_dictionary(cells.type):
        cells = _as(cells, pa.string()).dictionary_encode()
    elif cells.dictionary.null_count:
        cells = cells.dictionary_decode().dictionary_encode()
    texts = tuple(_as(cells.dictionary, pa.string()).to_pylist())
    indices = _as(cells.indices, pa.int32())
    if not cells.null_count:
        return Coded(values(indices, np.int32), texts, None)
    empty = empties(cells)
    return Coded(_filled(values(indices, np.int32), empty, -1), texts, empty)


def texts(column: Any, rows: NDArray[np.int64] | None) -> Any:  # noqa: ANN401
    """Return the texts of a column (of some rows) as one Arrow array of strings."""
    cells = array(column)
    if rows is not None:
        cells = cells.take(places(rows))
    return _as(cells, pa.string())


def arrow(values: NDArray[Any], kind: Any, empty: Mask | None = None) -> Any:  # noqa: ANN401
    """Return numbers as an Arrow array of a type of as many bits, empty where that is said.

    (`pa.array` does the same, but imports pandas for it.)
    """
    known = None if empty is None else pa.py_buffer(np.packbits(~empty, bitorder="little"))
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [known, data])


def places(rows: NDArray[np.integer[Any]]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return integers as an Arrow array; those below 0 are empty cells."""
    found, empty = rows.astype(np.int64, copy=False), rows < 0
    return arrow(found, pa.int64(), empty if empty.any() else None)


def doubles(values: Vector) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return float64[n] as an Arrow array in which NaN is an empty cell."""
    empty = np.isnan(values)
    return arrow(values, pa.float64(), empty if empty.any() else None)


def strings(texts: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return texts as an Arrow array (`pa.array` does the same, but imports pandas for it)."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(
        len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )


def codes_into(codes: NDArray[np.int32], words: Sequence[str]) -> Any:  # noqa: ANN401 - as above
    """Return a dictionary array of codes that are known to fit; -1 is an empty cell."""
    empty = codes < 0 if len(codes) and codes.min() < 0 else None
    indices = arrow(codes, pa.int32(), empty)
    return pa.DictionaryArray.from_arrays(indices, strings(words), safe=False)


def matrix(columns: list[Vector]) -> NDArray[np.float64]:
    """Return the columns side by side, shape (n, k), C-contiguous."""
    rows = len(columns[0])
    found = np.empty((rows, len(columns)))
    for start in range(0, rows, _SLICE):
        stretch = slice(start, start + _SLICE)
        for j, column in enumerate(columns):
            found[stretch, j] = column[stretch]
    return found


def sealed(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array C-contiguous and read-only."""
    found = np.ascontiguousarray(values)
    if found.flags.writeable:
        found.flags.writeable = False
    return found
