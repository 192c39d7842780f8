"""Reading one stretch: parsed, screened for what pyarrow lets pass, and placed in its file."""

from collections.abc import Callable
from functools import partial
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.block import MisreadError
from losscli.data.text.diagnose import blame, overflow, quotes_are_broken
from losscli.data.text.layout import Layout
from losscli.data.text.numerals import WHOLE
from losscli.data.text.quotes import find_quotes
from losscli.data.text.records import records
from losscli.data.text.screen import Screen
from losscli.data.text.sheet import Stretch
from losscli.data.text.stretches import Cutter, located
from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.visible import visible

# Up to here every integer is a double.
_EXACT = 2.0**53

Place = Callable[[int], str]


class Hands:
    """What one thread reads with."""

    def __init__(self) -> None:
        self.cutter = Cutter()
        self.screen = Screen()


@dataclass
class Found:
    """The first integer of a stretch that a double cannot hold."""

    text: str
    value: float
    place: Callable[[], str]


def read(
    layout: Layout, hands: Hands, where: int | Stretch
) -> tuple[pa.Table, Place, dict[str, Found]]:
    """Return the columns of the stretch in `hands`, the places of its rows, rounded integers.

    `where` is its offset in the file if it was cut by a guess, else the stretch itself. Raises
    MisreadError where the guess was wrong, DataError where the rows are, and is sure of it.
    """
    cut, sheet = hands.cutter, layout.sheet
    size = cut.stop - cut.start

    def locate() -> Stretch:
        return located(sheet, where, where + size) if isinstance(where, int) else where

    def place(row: int) -> str:
        stretch = locate()
        start, _ = next(islice(records(stretch.text, sheet.mark), row, None))
        return sheet.place(stretch.line_at(start))

    table = _plain(layout, cut.padded)
    if table is None:
        try:
            table = layout.parse(cut.padded)
        except pa.ArrowException as error:
            raise _blamed(layout, locate(), str(error)) from None
        if hands.screen.suspects(
            cut.room, cut.start, cut.stop, rows=table.num_rows, delimiter=ord(sheet.delimiter)
        ) and quotes_are_broken(sheet, bytes(cut.padded[1 : 1 + size])):
            wrong = blame(sheet, locate(), layout.numbers)
            if wrong:
                raise wrong
    return table, place, _inexact(layout, cut.padded, table, place)


def _plain(layout: Layout, padded: memoryview) -> pa.Table | None:
    if not layout.try_plain:
        return None
    table = layout.parse_plain(padded)
    layout.try_plain = table is not None
    return table


def _blamed(layout: Layout, stretch: Stretch, message: str) -> DataError:
    """Return the error of a stretch that pyarrow refuses, if it ends where it should."""
    if find_quotes(stretch.text, layout.sheet.mark).open_at_end:
        raise MisreadError
    error = blame(layout.sheet, stretch, layout.numbers)
    return error or DataError(
        f"cannot be read ({visible(message, 200)})", where=layout.sheet.place(stretch.line)
    )


def _inexact(layout: Layout, padded: memoryview, table: pa.Table, place: Place) -> dict[str, Found]:
    """Return the first rounded integer of each number column; refuse numbers beyond a double."""
    found = {}
    for (index, number), name in zip(layout.numbers.items(), table.column_names, strict=True):
        values = cells.values(table.column(name).chunk(0), np.float64) if number else np.empty(0)
        large = _large(values)
        if not len(large):
            continue
        texts = layout.texts(padded, index)
        for row in large[np.isinf(values[large])].tolist():
            text = texts[row].as_py().decode()
            if "inf" not in text.casefold():
                raise overflow(layout.sheet, index, text, place(row))
        from pyarrow import compute  # noqa: PLC0415 - takes long to import, and is seldom needed

        whole = compute.match_substring_regex(texts.take(pa.array(large)), WHOLE).to_numpy(
            zero_copy_only=False
        )
        for row in large[whole].tolist():
            text, value = texts[row].as_py().decode().strip(), float(values[row])
            if int(text.lstrip("+-0") or "0") != abs(value):
                found[name] = Found(text, value, partial(place, row))
                break
    return found


def _large(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the rows whose number may be rounded or too large."""
    # A NaN makes both extremes NaN, and then every row is looked at.
    if not len(values) or (
        np.maximum.reduce(values) < _EXACT and np.minimum.reduce(values) > -_EXACT
    ):
        return np.empty(0, np.intp)
    return np.flatnonzero(np.abs(values) >= _EXACT)
