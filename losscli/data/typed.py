"""From the types of Arrow to the declared ones: doubles, classes and texts.

Classes and texts are what `to_csv` writes of a value, and so are numbers of fewer digits than a
double: a float32 is the shortest decimal that names it. So the same rows give the same bits from
Parquet, Arrow, a DataFrame and CSV.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from losscli.data import cells
from losscli.data.as_written import TEXTS, Place, codes_of, is_one, not_for, strings, texts
from losscli.data.spelled import fits, number, refused, rounded

_EXACT = 2**53


class Typed(NamedTuple):
    """Columns in their declared types, and what is to be said of integers that were rounded."""

    table: Any
    rounded: Mapping[str, str]


def typed(columns: Mapping[str, Any], types: Mapping[str, Any], place: Place) -> Typed:
    """Return columns (one array each) in the types that are declared.

    `place` says where a row stands. Raises DataError for a value that does not fit.
    """
    found, told = {}, {}
    for name, kind in types.items():
        column = columns[name]
        if kind == pa.float64():
            found[name] = numbers(column, name, place)
            row = _first_rounded(column, found[name])
            if row is not None:
                value, read = column[row].as_py(), found[name][row].as_py()
                told[name] = rounded(place(row), name, value, read)
        elif kind == pa.string():
            found[name] = strings(column, name, place)
        else:
            found[name] = texts(column, name, place)
    return Typed(pa.table(found), told)


def numbers(column: Any, name: str, place: Place) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column as float64; null is an empty cell, NaN a number that is not finite."""
    kind = column.type
    if kind == pa.float64():
        return column
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return column.cast(pa.float64(), safe=False)
    if kind == pa.float32() or pa.types.is_decimal(kind):
        return column.cast(pa.string()).cast(pa.float64())
    if kind == pa.float16():
        return _halves(column)
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_boolean(inner) or is_one(inner, TEXTS):
        return _read(texts(column, name, place), name, place)
    if inner is not kind:
        return numbers(column.dictionary, name, place).take(column.indices)
    raise not_for(kind, name, place, "a number")


def kind_of(kind: Any) -> str:  # noqa: ANN401
    """Return what sort of values a type has, "" for nulls: two files must agree on it."""
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if pa.types.is_null(kind):
        return ""
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numbers"
    if is_one(kind, TEXTS):
        return "text"
    return str(kind)


def _read(spelled: Any, name: str, place: Place) -> Any:  # noqa: ANN401
    """Read numbers through their texts, each different one once."""
    found = spelled.dictionary.to_pylist()
    values = np.array([number(text) for text in found], np.float64)
    wrong = [code for code, text in enumerate(found) if not fits(text, values[code])]
    if wrong:
        codes = codes_of(spelled.indices)
        row = int(np.isin(codes, wrong).argmax())
        raise refused(name, place(row), found[int(codes[row])])
    return cells.arrow(values, pa.float64()).take(spelled.indices)


def _halves(column: Any) -> Any:  # noqa: ANN401
    """Return the doubles of the shortest decimals of float16, of which there are few."""
    values = cells.values(column, np.float16)
    bits, codes = np.unique(values.view(np.int16), return_inverse=True)
    wide = np.array([float(str(value)) for value in bits.view(np.float16)])
    found = cells.codes_into(codes.astype(np.int32), ["x"] * len(wide)).indices
    if column.null_count:
        codes[cells.empties(column)] = -1
        found = cells.codes_into(codes.astype(np.int32), ["x"] * len(wide)).indices
    return cells.arrow(wide, pa.float64()).take(found)


def _first_rounded(column: Any, found: Any) -> int | None:  # noqa: ANN401
    """Return the row of the first integer that no double holds."""
    kind = column.type
    whole = pa.types.is_integer(kind) and kind.bit_width == 64  # noqa: PLR2004 - others fit
    if not (whole or pa.types.is_decimal(kind)):
        return None
    values = cells.values(found, np.float64)
    large = np.flatnonzero(np.abs(values) >= _EXACT)
    for row in large.tolist():
        value = column[row].as_py()
        if value is not None and value == int(value) and int(value) != int(values[row]):
            return int(row)
    return None
