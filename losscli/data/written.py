"""The cells of a pandas column as `to_csv` writes them, and the numbers that they spell."""

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from losscli.data.as_written import spelling
from losscli.data.spelled import fits, number, refused

_EXACT = 2**53
Cells = Callable[[slice], Any]
"""From a stretch of rows to its cells as an Arrow array."""


def spelling_of(series: "pd.Series[Any]") -> str:
    """Return what decides how the classes of a column are written, in the words of `spelling`."""
    kind = series.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return spelling_of(pd.Series(kind.categories))
    if pd.api.types.is_object_dtype(kind):
        return "text" if _holds_texts(series) else "objects"
    try:
        return spelling(pa.array(series.iloc[:0], from_pandas=True).type)
    except pa.ArrowException:  # sparse, complex and other types that Arrow has not
        return str(kind)


def _holds_texts(values: Any) -> bool:  # noqa: ANN401 - a column, or its values
    return pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")


def texts(series: "pd.Series[Any]") -> Cells:
    """Return how to get a stretch as dictionary<int32, string>; an empty text is null."""
    kind = series.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _by_code(series.cat.codes.to_numpy(), _lines(pd.Series(kind.categories)))
    if isinstance(kind, pd.StringDtype):
        return lambda rows: _strings(pa.array(series.iloc[rows], from_pandas=True))
    if isinstance(kind, np.dtype) and kind in (np.float64, np.float32, np.float16):
        return lambda rows: _floats(series.iloc[rows].to_numpy())
    if isinstance(kind, np.dtype) and kind.kind in "iu":
        return lambda rows: _by_value(pa.array(series.iloc[rows].to_numpy()))
    if pd.api.types.is_object_dtype(kind):
        return lambda rows: _strings(_objects(series.iloc[rows]))
    # The format of a date depends on the others in its column: midnights alone lose the time.
    codes, values = pd.factorize(series)
    return _by_code(codes, _lines(pd.Series(values)))


def numbers(name: str, series: "pd.Series[Any]") -> Cells:
    """Return how to get a stretch as float64; NaN, which `to_csv` leaves empty, is null.

    A cell that spells no number is refused with its row, as in a file.
    """
    kind = series.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _through(name, series)
    if isinstance(kind, pd.ArrowDtype):
        arrow = kind.pyarrow_dtype
        if pa.types.is_floating(arrow) or pa.types.is_integer(arrow):
            return lambda rows: _widened(pa.array(series.iloc[rows]))
    elif pd.api.types.is_integer_dtype(kind) or _is_wide(kind):
        return lambda rows: _doubles(series.iloc[rows])
    elif kind in (np.float32, pd.Float32Dtype()):
        return lambda rows: _shortest(series.iloc[rows])
    return _through(name, series)


def _is_wide(kind: Any) -> bool:  # noqa: ANN401 - a numpy or a pandas type
    """Tell whether a type is float64; narrower ones are written with fewer digits."""
    return (
        pd.api.types.is_float_dtype(kind) and getattr(kind, "itemsize", 8) >= np.dtype("d").itemsize
    )


def first_rounded(series: "pd.Series[Any]") -> tuple[int, int] | None:
    """Return the row (from 1) and the value of the first integer that no double holds."""
    if not pd.api.types.is_integer_dtype(series.dtype):
        return None
    large = ((series > _EXACT) | (series < -_EXACT)).to_numpy(dtype=np.bool_, na_value=False)
    for at in np.flatnonzero(large):
        value = int(series.iloc[at])
        if float(value) != value:
            return int(at) + 1, value
    return None


def _doubles(series: "pd.Series[Any]") -> Any:  # noqa: ANN401 - pyarrow has no types
    values = np.ascontiguousarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    return pa.array(values, from_pandas=True)


def _shortest(series: "pd.Series[Any]") -> Any:  # noqa: ANN401
    """Return the doubles nearest to the shortest decimals of float32, which `to_csv` writes."""
    values = np.ascontiguousarray(series.to_numpy(dtype=np.float32, na_value=np.nan))
    return pa.array(values, from_pandas=True).cast(pa.string()).cast(pa.float64())


def _widened(cells: Any) -> Any:  # noqa: ANN401
    found = cells.cast(pa.float64(), safe=False)
    return pc.if_else(pc.is_nan(found), pa.scalar(None, pa.float64()), found)


def _through(name: str, series: "pd.Series[Any]") -> Cells:
    """Read numbers through their texts: each different one once."""
    read = texts(series)

    def cells(rows: slice) -> Any:  # noqa: ANN401
        found = read(rows)
        spelled = found.dictionary.to_pylist()
        values = np.array([number(text) for text in spelled], dtype=np.float64)
        wrong = [code for code, text in enumerate(spelled) if not fits(text, values[code])]
        if wrong:
            at = np.isin(found.indices.fill_null(-1).to_numpy(), wrong).argmax()
            raise refused(name, f"row {rows.start + int(at) + 1}", str(found[int(at)]))
        return pa.array(values).take(found.indices)

    return cells


def _lines(values: "pd.Series[Any]") -> list[str | None]:
    """Return the texts of a column as `to_csv` writes them; None is an empty field."""
    # A second column, since a line of one empty field is written as "".
    table = pd.DataFrame({"value": values.array, "more": "x"})
    # Both ends of line, so that the writer quotes each of them.
    text = table.to_csv(index=False, header=False, lineterminator="\r\n", chunksize=len(table) + 1)
    return [row[0] or None for row in csv.reader(io.StringIO(text, newline=""))]


def _by_code(codes: np.ndarray[Any, Any], lines: list[str | None]) -> Cells:
    """Return the cells of codes into lines; lines that are alike are one class."""
    place = {text: code for code, text in enumerate(dict.fromkeys(filter(None, lines)))}
    # The code -1 of an empty cell finds the last entry.
    unified = np.array([*(place[text] if text else -1 for text in lines), -1], dtype=np.int32)
    names = pa.array(list(place), pa.string())

    def cells(rows: slice) -> Any:  # noqa: ANN401
        found = unified[codes[rows]]
        return _used(pa.DictionaryArray.from_arrays(pa.array(found, mask=found < 0), names))

    return cells


def _used(cells: Any) -> Any:  # noqa: ANN401
    """Keep only the texts that some cell has."""
    again = cells.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(again.indices, cells.dictionary.take(again.dictionary))


def _by_value(cells: Any) -> Any:  # noqa: ANN401
    found = cells.dictionary_encode()
    return pa.DictionaryArray.from_arrays(found.indices, found.dictionary.cast(pa.string()))


def _floats(values: np.ndarray[Any, Any]) -> Any:  # noqa: ANN401
    # By their bits, since 0.0 and -0.0 are equal but not written alike.
    bits = np.ascontiguousarray(values).view(f"i{values.itemsize}")
    found = pa.array(bits, mask=np.isnan(values)).dictionary_encode()
    different = found.dictionary.to_numpy().view(values.dtype)
    names = pa.array(_lines(pd.Series(different)), pa.string())
    return pa.DictionaryArray.from_arrays(found.indices, names)


def _strings(cells: Any) -> Any:  # noqa: ANN401
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    cells = cells.cast(pa.string())
    if pc.any(pc.equal(cells, "")).as_py():
        cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    return cells.dictionary_encode()


def _objects(series: "pd.Series[Any]") -> Any:  # noqa: ANN401
    values = series.to_numpy()
    if _holds_texts(values):
        return pa.array(values, pa.string(), from_pandas=True)
    empty = series.isna().to_numpy()
    written = [None if no else str(value) for value, no in zip(values, empty, strict=True)]
    return pa.array(written, pa.string())
