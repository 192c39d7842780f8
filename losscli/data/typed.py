"""From the types of Arrow to the declared ones: doubles, classes and texts.

Classes and texts are what `to_csv` writes of a value, and so are numbers of fewer digits than a
double: a float32 is the shortest decimal that names it. So the same rows give the same bits from
Parquet, Arrow, a DataFrame and CSV.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.cells import Mask
from losscli.data.spelled import fits, number, refused
from losscli.errors import DataError
from losscli.visible import visible

_EXACT = 2**53
_FEW = 4096
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_TIMES = (pa.types.is_date, pa.types.is_timestamp, pa.types.is_time)
_AS_WRITTEN = (*_TEXTS, pa.types.is_integer, pa.types.is_decimal)
Place = Callable[[int], str]


class Typed(NamedTuple):
    """Columns in their declared types, and what is to be said of integers that were rounded."""

    table: Any
    rounded: Mapping[str, str]


def typed(columns: Mapping[str, Any], types: Mapping[str, Any], place: Place) -> Typed:
    """Return columns (one array each) in the types that are declared.

    `place` says where a row stands. Raises DataError for a value that does not fit.
    """
    found, rounded = {}, {}
    for name, kind in types.items():
        column = columns[name]
        if kind == pa.float64():
            found[name] = numbers(column, name, place)
            row = _first_rounded(column, found[name])
            if row is not None:
                rounded[name] = (
                    f"{place(row)}: {visible(name)} {column[row].as_py()} is an integer above 2^53"
                    f" and was read as {found[name][row].as_py():.0f}; there may be more"
                    " (name ids with --id)"
                )
        elif kind == pa.string():
            found[name] = _strings(column, name, place)
        else:
            found[name] = texts(column, name, place)
    return Typed(pa.table(found), rounded)


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
    if pa.types.is_dictionary(kind) and not _is(kind.value_type, _TEXTS):
        return numbers(column.dictionary, name, place).take(column.indices)
    if pa.types.is_dictionary(kind) or pa.types.is_boolean(kind) or _is(kind, _TEXTS):
        return _read(texts(column, name, place), name, place)
    raise _not_for(kind, name, place, "a number")


def texts(column: Any, name: str, place: Place) -> Any:  # noqa: ANN401
    """Return a column as dictionary<int32, string>; an empty text and NaN are empty cells."""
    kind = column.type
    if pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_boolean(kind):
        return _used(column.cast(pa.int32()), ("False", "True"))
    if not pa.types.is_dictionary(kind):
        column = column.dictionary_encode()
    inner = column.type.value_type
    if _is(inner, _AS_WRITTEN):
        words = [None if word is None else str(word) for word in column.dictionary.to_pylist()]
    elif _is(inner, _TIMES) or pa.types.is_null(inner):
        words = column.dictionary.cast(pa.string()).to_pylist()
    elif pa.types.is_floating(inner) or pa.types.is_boolean(inner):
        words = _decoded(texts(column.dictionary, name, place))
    else:
        raise _not_for(inner, name, place, "a class or a text")
    indices = column.indices
    return _used(indices if indices.type == pa.int32() else indices.cast(pa.int32()), words)


def kind_of(kind: Any) -> str:  # noqa: ANN401
    """Return what sort of values a type has, "" for nulls: two files must agree on it."""
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if pa.types.is_null(kind):
        return ""
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numbers"
    if _is(kind, _TEXTS):
        return "text"
    return str(kind)


def _is(kind: Any, tests: tuple[Callable[[Any], bool], ...]) -> bool:  # noqa: ANN401
    return any(test(kind) for test in tests)


def _decoded(coded: Any) -> list[str | None]:  # noqa: ANN401
    """Return the texts behind codes."""
    words = [*coded.dictionary.to_pylist(), None]
    return [words[code] for code in _codes(coded.indices).tolist()]


def _codes(indices: Any) -> NDArray[np.int32]:  # noqa: ANN401
    """Return codes with -1 for null."""
    found = cells.values(indices, np.int32)
    return np.where(cells.empties(indices), np.int32(-1), found) if indices.null_count else found


def _used(indices: Any, words: Sequence[str | None]) -> Any:  # noqa: ANN401
    """Return codes into words that some cell has, each once; the empty text is an empty cell."""
    codes = _codes(indices)
    if len(codes) and not -1 <= codes.min() <= codes.max() < len(words):
        message = "a cell points outside its dictionary"
        raise ValueError(message)
    seen = _seen(codes, len(words))
    place: dict[str, int] = {}
    table = [
        place.setdefault(word, len(place)) if word and seen[code] else -1
        for code, word in enumerate(words)
    ]
    if table != list(range(len(words))):
        codes = np.array([*table, -1], np.int32)[codes]
    return cells.codes_into(codes, [*place])


def _seen(codes: NDArray[np.int32], count: int) -> Mask:
    """Tell which of so many codes some cell has: mostly a few thousand cells have them all."""
    seen = np.zeros(count + 1, np.bool_)
    for some in (codes[:_FEW], codes[_FEW:]):
        seen[some] = True
        if seen[:count].all():
            break
    return seen


def _floats(column: Any) -> Any:  # noqa: ANN401
    """Spell floats as `to_csv` does, by their bits: 0.0 and -0.0 are not written alike."""
    kind = column.type.to_pandas_dtype()
    values = cells.values(column, kind)
    bits, codes = np.unique(values.view(f"i{values.itemsize}"), return_inverse=True)
    words = [_shortest(value) for value in bits.view(kind)]
    places: NDArray[np.int32] = codes.astype(np.int32)
    if column.null_count:
        places[cells.empties(column)] = -1
    return _used(cells.codes_into(places, words).indices, words)


def _shortest(value: Any) -> str:  # noqa: ANN401 - a float of numpy
    return "" if np.isnan(value) else str(value)


def _strings(column: Any, name: str, place: Place) -> Any:  # noqa: ANN401
    """Return a column as strings, in which an empty text is an empty cell, too."""
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    if _is(column.type, _TEXTS):
        found = column.cast(pa.string())
        ends = np.frombuffer(found.buffers()[1], np.int32)[found.offset :][: len(found) + 1]
        if (np.diff(ends) > 0).all():
            return found
    coded = texts(column, name, place)
    return coded.dictionary.take(coded.indices)


def _read(spelled: Any, name: str, place: Place) -> Any:  # noqa: ANN401
    """Read numbers through their texts, each different one once."""
    found = spelled.dictionary.to_pylist()
    values = np.array([number(text) for text in found], np.float64)
    wrong = [code for code, text in enumerate(found) if not fits(text, values[code])]
    if wrong:
        codes = _codes(spelled.indices)
        row = int(np.isin(codes, wrong).argmax())
        raise refused(name, place(row), found[int(codes[row])])
    return _doubles(values).take(spelled.indices)


def _doubles(values: NDArray[np.float64]) -> Any:  # noqa: ANN401
    return pa.Array.from_buffers(pa.float64(), len(values), [None, pa.py_buffer(values)])


def _halves(column: Any) -> Any:  # noqa: ANN401
    """Return the doubles of the shortest decimals of float16, of which there are few."""
    values = cells.values(column, np.float16)
    bits, codes = np.unique(values.view(np.int16), return_inverse=True)
    wide = np.array([float(str(value)) for value in bits.view(np.float16)])
    found = cells.codes_into(codes.astype(np.int32), ["x"] * len(wide)).indices
    if column.null_count:
        codes[cells.empties(column)] = -1
        found = cells.codes_into(codes.astype(np.int32), ["x"] * len(wide)).indices
    return _doubles(wide).take(found)


def _not_for(kind: Any, name: str, place: Place, what: str) -> DataError:  # noqa: ANN401
    return DataError(
        f"{visible(name)} holds {visible(str(kind), 200)}, which is not {what}",
        where=place(0).rpartition(",")[0] or place(0),
        remedy="name another column, or convert it where the file is written",
    )


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
