"""From whole JSON lines to typed columns."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from losscli.data import cells
from losscli.data.json.lines import INTEGER, TEXT, TRUTH, class_cell, lines, number_cell
from losscli.data.spelled import rounded
from losscli.data.typed import Typed, typed

_LF, _CR = 10, 13
_OPEN, _CLOSE = ord("{"), ord("}")
_EXACT = 2.0**53
_KINDS = {TEXT: pa.string(), INTEGER: pa.int64(), TRUTH: pa.bool_()}
Kinds = Mapping[str, frozenset[str]]


def parsed(
    text: bytes, types: Mapping[str, Any], kinds: Kinds, where: Callable[[int], str]
) -> tuple[Typed, Callable[[int], int]]:
    """Return the columns of whole lines in the types that are declared, and the line of each row.

    `kinds` tells what the classes of each column are in the first rows; `where` says for a line
    (from 0) where it stands. Raises DataError for a line that does not fit.
    """
    of_row = _line_of(text)
    table = _quickly(text, types, kinds)
    if table is not None:
        columns = dict(zip(table.column_names, map(cells.array, table.columns), strict=True))
        found = typed(columns, types, lambda row: where(of_row(row)))
        if not any(_large(found.table.column(name)) for name in _numbers(types)):
            return found, of_row
    return _exactly(text, types, kinds, where), of_row


def _quickly(text: bytes, types: Mapping[str, Any], kinds: Kinds) -> Any:  # noqa: ANN401
    """Return the columns as pyarrow reads them; None where it may read another thing."""
    rows = _plain_rows(text)
    fields = [
        (name, pa.float64() if kind == pa.float64() else _one(kinds.get(name, frozenset())))
        for name, kind in types.items()
    ]
    if rows is None or any(kind is None for _, kind in fields):
        return None
    from pyarrow import json  # noqa: PLC0415 - only for these files

    parse = json.ParseOptions(
        explicit_schema=pa.schema(fields),
        unexpected_field_behavior="ignore",
        newlines_in_values=False,
    )
    options = json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    try:
        table = json.read_json(pa.py_buffer(text), options, parse)
    except pa.ArrowException:
        return None
    return table if table.num_rows == rows else None


def _one(kinds: frozenset[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    return _KINDS.get(next(iter(kinds))) if len(kinds) == 1 else None


def _plain_rows(text: bytes) -> int | None:
    """Return the number of lines if each is between braces, None if one is not.

    What pyarrow then reads as that many rows, it reads line by line.
    """
    data = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(data == _LF)
    if not len(ends) or ends[-1] != len(data) - 1:
        ends = np.append(ends, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1])
    last = ends - 1
    last = np.where(data[np.maximum(last, 0)] == _CR, last - 1, last)
    full = last >= starts
    if not full.any():
        return None
    begins, closes = data[starts[full]] == _OPEN, data[last[full]] == _CLOSE
    return int(np.count_nonzero(full)) if begins.all() and closes.all() else None


def _line_of(text: bytes) -> Callable[[int], int]:
    """Return how to get the line (from 0) of a row: blank lines are no rows."""

    def line(row: int) -> int:
        full = [number for number, raw in enumerate(text.split(b"\n")) if raw.strip(b" \t\r")]
        return full[row]

    return line


def _numbers(types: Mapping[str, Any]) -> list[str]:
    return [name for name, kind in types.items() if kind == pa.float64()]


def _large(column: Any) -> bool:  # noqa: ANN401
    """Tell whether a number may have been rounded."""
    values = cells.values(cells.array(column), np.float64)
    return bool((np.abs(values) >= _EXACT).any())


def _exactly(
    text: bytes, types: Mapping[str, Any], kinds: Kinds, where: Callable[[int], str]
) -> Typed:
    found: dict[str, list[Any]] = {name: [] for name in types}
    told: dict[str, str] = {}
    for line in lines(text, where):
        for name, kind in types.items():
            if kind != pa.float64():
                found[name].append(class_cell(line, name, kinds.get(name, frozenset())))
                continue
            value = number_cell(line, name)
            found[name].append(value)
            if value is not None and abs(value) >= _EXACT and name not in told:
                cell = str(line.cells[name])
                if cell.lstrip("-").isdigit() and int(cell) != int(value):
                    told[name] = rounded(line.where(), name, cell, value)
    own = {
        name: pa.array(cells_, pa.float64() if types[name] == pa.float64() else pa.string())
        for name, cells_ in found.items()
    }
    return Typed(typed(own, types, where).table, told)
