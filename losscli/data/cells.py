"""From Arrow columns to numpy arrays: numbers, and codes with the texts behind them."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.losses.spec import Vector

Mask = NDArray[np.bool_]
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


def numbers(column: Any) -> Numbers:  # noqa: ANN401
    """Return a number column; a float64 column without empty cells is not copied."""
    cells = array(column)
    if cells.type != pa.float64():
        cells = cells.cast(pa.float64(), safe=False)
    if not cells.null_count:
        return Numbers(cells.to_numpy(zero_copy_only=True), None)
    empty = cells.is_null().to_numpy(zero_copy_only=False)
    return Numbers(cells.fill_null(np.nan).to_numpy(), empty)


def coded(column: Any) -> Coded:  # noqa: ANN401
    """Return the codes of a text or dictionary column."""
    cells = array(column)
    if isinstance(cells, pa.ChunkedArray):
        cells = pa.concat_arrays(cells.chunks)
    if not pa.types.is_dictionary(cells.type):
        cells = cells.cast(pa.string()).dictionary_encode()
    elif cells.dictionary.null_count:
        cells = cells.dictionary_decode().dictionary_encode()
    texts = tuple(cells.dictionary.cast(pa.string()).to_pylist())
    indices = cells.indices.cast(pa.int32())
    if not cells.null_count:
        return Coded(indices.to_numpy(zero_copy_only=True), texts, None)
    empty = cells.is_null().to_numpy(zero_copy_only=False)
    return Coded(indices.fill_null(-1).to_numpy(), texts, empty)


def texts(column: Any, rows: NDArray[np.int64] | None) -> Any:  # noqa: ANN401
    """Return the texts of a column (of some rows) as one Arrow array of strings."""
    cells = array(column)
    if rows is not None:
        cells = cells.take(pa.array(rows))
    return cells.cast(pa.string())


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
