"""The slow and exact reading of delimited text, for headers, samples and the blame of errors.

A quote counts only where a field begins; it closes at the next quote that is not doubled, and
what follows up to the delimiter belongs to the field as it stands. Line ends are CR LF, LF and
CR. Empty lines are no records. This is how pyarrow reads, and a test holds the two together.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

_CR = 13
_LF = 10
_LINE_END = re.compile(rb"\r\n|\n|\r")


class Cell(NamedTuple):
    """One field of a record.

    `start` and `stop` are offsets in the text, `value` the bytes without the quotes, `quoted`
    the bytes between the quotes as they stand (None: the field is not quoted), `tail` what
    follows the closing quote; `closed` is False where the closing quote is missing.
    """

    start: int
    stop: int
    value: bytes
    quoted: bytes | None = None
    tail: bytes = b""
    closed: bool = True

    @property
    def is_broken(self) -> bool:
        """Whether the quotes are not closed at the end of the field (blanks may follow)."""
        return self.quoted is not None and bool(not self.closed or self.tail.strip(b" \t"))

    @property
    def swallows_lines(self) -> bool:
        """Whether the quotes are broken and line ends stand between them."""
        return self.is_broken and bool(_LINE_END.search(self.quoted or b""))


@lru_cache(maxsize=8)
def _patterns(delimiter: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    mark = re.escape(delimiter)
    tail = rb"[^\r\n" + mark + rb"]*+"
    field = rb'(?:"(?:[^"]++|"")*+"?+)?+' + tail
    record = rb"[\r\n]*+(?![\r\n]|\Z)(" + field + rb"(?:" + mark + field + rb")*+)"
    parts = rb'(?:"((?:[^"]++|"")*+)("?+))?+(' + tail + rb")"
    return re.compile(record), re.compile(parts)


def records(text: bytes, delimiter: bytes, start: int = 0) -> Iterator[tuple[int, int]]:
    """Give the start and stop of each record from `start` on, without its line end."""
    record, _ = _patterns(delimiter)
    while match := record.match(text, start):
        yield match.span(1)
        start = match.end()


def cells(text: bytes, delimiter: bytes, start: int, stop: int) -> list[Cell]:
    """Return the fields of the record that `records` found at `start` … `stop`."""
    found = [cell_at(text, delimiter, start, stop)]
    while found[-1].stop < stop:
        found.append(cell_at(text, delimiter, found[-1].stop + 1, stop))
    return found


def cell_at(text: bytes, delimiter: bytes, start: int, stop: int) -> Cell:
    """Return the field that begins at `start`, in a record that ends at `stop` or before."""
    _, pattern = _patterns(delimiter)
    match = pattern.match(text, start, stop)
    if match is None:
        message = "the pattern of a field matches the empty text"
        raise AssertionError(message)
    quoted, closing, tail = match.groups()
    if quoted is None:
        return Cell(start, match.end(), tail)
    value = quoted.replace(b'""', b'"') + tail
    return Cell(start, match.end(), value, quoted, tail, closed=bool(closing))


def rows(text: bytes, delimiter: bytes) -> Iterator[list[Cell]]:
    """Give the fields of each record."""
    for start, stop in records(text, delimiter):
        yield cells(text, delimiter, start, stop)


def line_ends(text: bytes | memoryview, start: int = 0, stop: int | None = None) -> int:
    """Return the number of line ends in a stretch of text, those inside quotes among them."""
    data = np.frombuffer(text, np.uint8)[start:stop]
    ends = int(np.count_nonzero(data == _LF))
    returns = data == _CR
    if returns.any():
        pairs = np.count_nonzero(returns[:-1] & (data[1:] == _LF))
        ends += int(np.count_nonzero(returns) - pairs)
    return ends
