"""The cells of Arrow columns as `to_csv` writes them.

(`written` does the same for columns of pandas.)
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.cells import Mask
from losscli.errors import DataError
from losscli.visible import visible

_FEW = 4096
TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_TIMES = (pa.types.is_date, pa.types.is_timestamp, pa.types.is_time)
_TIME = re.compile(r"(?<=:\d\d)(?:\.(\d+))?(Z|[+-]\d{4})?$")
_LEAST_DECIMAL = 128
"""Decimals of fewer bits are not encoded by pyarrow."""
_AS_WRITTEN = (*TEXTS, pa.types.is_integer, pa.types.is_decimal)
Place = Callable[[int], str]


def texts(column: Any, name: str, place: Place) -> Any:  # noqa: ANN401
    """Return a column as dictionary<int32, string>; an empty text and NaN are empty cells."""
    kind = column.type
    if pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_boolean(kind):
        return _used(column.cast(pa.int32()), ("False", "True"))
    if not pa.types.is_dictionary(kind):
        column = _encoded(column, name, place)
    inner = column.type.value_type
    if is_one(inner, _AS_WRITTEN):
        words = [None if word is None else str(word) for word in column.dictionary.to_pylist()]
    elif is_one(inner, _TIMES):
        found = column.dictionary.cast(pa.string()).to_pylist()
        words = [word and _TIME.sub(_as_pandas, word) for word in found]
    elif pa.types.is_null(inner):
        words = [None] * len(column.dictionary)
    elif pa.types.is_floating(inner) or pa.types.is_boolean(inner):
        words = _decoded(texts(column.dictionary, name, place))
    else:
        raise not_for(inner, name, place, "a class or a text")
    indices = column.indices
    return _used(indices if indices.type == pa.int32() else indices.cast(pa.int32()), words)


def strings(column: Any, name: str, place: Place) -> Any:  # noqa: ANN401
    """Return a column as strings, in which an empty text is an empty cell, too."""
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    if is_one(column.type, TEXTS):
        found = column.cast(pa.string())
        ends = np.frombuffer(found.buffers()[1], np.int32)[found.offset :][: len(found) + 1]
        if (np.diff(ends) > 0).all():
            return found
    coded = texts(column, name, place)
    return coded.dictionary.take(coded.indices)


def _encoded(column: Any, name: str, place: Place) -> Any:  # noqa: ANN401
    """Return a column as codes into its different values."""
    kind = column.type
    if getattr(kind, "extension_name", "") == "arrow.uuid":
        found = column.storage.dictionary_encode()
        words = [str(UUID(bytes=word)) for word in found.dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(found.indices, cells.strings(words))
    if pa.types.is_decimal(kind) and kind.bit_width < _LEAST_DECIMAL:
        column = column.cast(pa.decimal128(kind.precision, kind.scale))
    try:
        return column.dictionary_encode()
    except pa.ArrowNotImplementedError:
        raise not_for(kind, name, place, "a class or a text") from None


def _as_pandas(time: re.Match[str]) -> str:
    """Write the end of a time as pandas does: no fraction of zeros, else of 6 or 9 digits."""
    digits = (time[1] or "").rstrip("0")
    fraction = f".{digits:0<6}" if len(digits) <= 6 else f".{digits:0<9}"  # noqa: PLR2004
    zone = "+00:00" if time[2] == "Z" else time[2] and f"{time[2][:3]}:{time[2][3:]}"
    return f"{fraction if digits else ''}{zone or ''}"


def is_one(kind: Any, tests: tuple[Callable[[Any], bool], ...]) -> bool:  # noqa: ANN401
    """Tell whether a type is one of those that are tested for."""
    return any(test(kind) for test in tests)


def spelling(kind: Any) -> str:  # noqa: ANN401
    """Return what decides how the classes of a type are written: integers of any width alike."""
    if pa.types.is_dictionary(kind):
        return spelling(kind.value_type)
    if is_one(kind, TEXTS):
        return "text"
    if pa.types.is_integer(kind):
        return "integers"
    return np.dtype(kind.to_pandas_dtype()).name if pa.types.is_floating(kind) else str(kind)


def _decoded(coded: Any) -> list[str | None]:  # noqa: ANN401
    """Return the texts behind codes."""
    words = [*coded.dictionary.to_pylist(), None]
    return [words[code] for code in codes_of(coded.indices).tolist()]


def codes_of(indices: Any) -> NDArray[np.int32]:  # noqa: ANN401
    """Return codes with -1 for null."""
    found = cells.values(indices, np.int32)
    return np.where(cells.empties(indices), np.int32(-1), found) if indices.null_count else found


def _used(indices: Any, words: Sequence[str | None]) -> Any:  # noqa: ANN401
    """Return codes into words that some cell has, each once; the empty text is an empty cell."""
    codes = codes_of(indices)
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


def not_for(kind: Any, name: str, place: Place, what: str) -> DataError:  # noqa: ANN401
    """Return the error for a column whose type cannot be what it is used as."""
    return DataError(
        f"{visible(name)} holds {visible(str(kind), 200)}, which is not {what}",
        where=place(0).rpartition(",")[0] or "DataFrame",
        remedy="name another column, or convert it where the file is written",
    )
