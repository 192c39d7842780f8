"""The rows of a file of JSON lines as a source."""

import codecs
import shlex
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import partial
from itertools import pairwise
from typing import Any

from losscli.data.block import MisreadError, Piece, Source, Stretch
from losscli.data.json.lines import INTEGER, NUMBER, Line, kind_of, lines, text_of
from losscli.data.json.parse import parsed
from losscli.data.rowless import no_rows
from losscli.data.storage import Stored
from losscli.data.text.encoding import marked, unmarked
from losscli.data.text.lines import borders
from losscli.data.text.records import line_ends
from losscli.errors import DataError
from losscli.visible import visible

_SAMPLE = 1 << 16
_SAMPLE_ROWS = 1000
LONGEST_LINE = 1 << 26
_SCAN = 1 << 20
Types = Mapping[str, Any]


class JsonSource:
    """The rows of one file, in stretches of about `block` bytes that end where lines do.

    A line feed stands in no string of JSON, so nothing is guessed. `apart` says that what can
    only be read from its start is a stretch of its own, and not read in turn. Beside the `first`
    of several files, what is alike is not kept again, nor are the first rows to be looked at.
    """

    def __init__(
        self, kept: Stored, block: int, *, apart: bool, first: "JsonSource | None" = None
    ) -> None:
        self.rereadable = kept.rereadable
        self._kept = kept
        self._block = block
        self._lines = 0
        self._whole = apart and kept.rereadable
        self.independent = kept.size is not None or self._whole
        with kept.opened() as stream:
            head = stream.peek(_SAMPLE)
            while len(head) >= _SAMPLE and b"\n" not in head and len(head) < LONGEST_LINE:
                head = stream.peek(4 * len(head))
        encoding = marked(head) or unmarked(head[:4096])
        if encoding not in (None, "utf-8"):
            what = f"is JSON in {encoding.upper()}, and JSON is UTF-8"
            remedy = f"iconv -f {encoding} -t utf-8 {shlex.quote(kept.path)} | losscli eval -"
            raise DataError(what, where=kept.name, remedy=remedy)
        self._mark = len(codecs.BOM_UTF8) if encoding else 0
        if b"\n" in head and len(head) >= _SAMPLE:
            head = head[: head.rfind(b"\n") + 1]
        rows = list(_first(head[self._mark :], self._where_from(0)))
        self.names = tuple(dict.fromkeys(name for line in rows for name in line.cells))
        if not rows or not self.names:
            raise no_rows(kept.name)
        self._sample = {
            name: [_shown(line.cells.get(name)) for line in rows]
            for name in (() if first else self.names)
        }
        self.kinds = {
            name: _kinds(kind for line in rows if (kind := kind_of(line.cells.get(name))))
            for name in self.names
        }
        self._row_bytes = max(len(head) // len(rows), 1)
        if first and (first.names, first.kinds) == (self.names, self.kinds):
            self.names, self.kinds = first.names, first.kinds

    def __getstate__(self) -> dict[str, Any]:
        """Travel without the first rows, which are looked at where the file is opened."""
        return {**vars(self), "_sample": {}}

    @property
    def files(self) -> tuple[str, ...]:
        """The name that is shown."""
        return (self._kept.name,)

    @property
    def notes(self) -> list[str]:
        """Nothing is chosen."""
        return []

    @property
    def warnings(self) -> list[str]:
        """Nothing is doubtful."""
        return []

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows by column."""
        return self._sample

    def stretches(self, types: Types) -> Iterator[Stretch]:
        """Give one call a stretch."""
        if self._lines:
            ends = borders(self._kept, self._mark, self._lines)
            for number, (start, stop) in enumerate(pairwise(ends)):
                yield partial(self._between, number, (start, stop), types, last=stop == ends[-1])
        elif self._kept.size is not None:
            for number in range(-(-(self._kept.size - self._mark) // self._block)):
                yield partial(self._cut, number, types)
        elif self._whole:
            yield partial(self._read_whole, types)
        else:
            yield from self._in_turn(types)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return max(self._block // self._row_bytes, 1)

    def in_pieces_of(self, rows: int) -> Source | None:
        """Return the same in pieces of so many lines, which are guessed to hold a row each."""
        if self._kept.size is None:
            return None
        found = copy(self)
        vars(found).update(_lines=rows)
        return found

    def in_order(self) -> Source:
        """Return the same rows without a guess."""
        found = copy(self)
        vars(found).update(_lines=0)
        return found

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Refuse a file that changed."""
        self._kept.check()
        if rows is not None and not rows.get(0):
            raise no_rows(self._kept.name)

    def _cut(self, number: int, types: Types) -> Iterator[Piece]:
        """Read the lines that begin in a block of a file that can be read anywhere."""
        size = self._kept.size or 0
        start = self._mark + number * self._block
        begin = start if not number else self._behind_line_feed(start - 1)
        end = self._behind_line_feed(min(start + self._block, size) - 1)
        if begin < end:
            yield self._piece(self._bytes(begin, end), number, begin, types)

    def _between(
        self, number: int, ends: tuple[int, int], types: Types, *, last: bool
    ) -> tuple[Piece]:
        """Read the lines from one place up to another."""
        if ends[1] - ends[0] > LONGEST_LINE:
            raise MisreadError
        piece = self._piece(self._bytes(*ends), number, ends[0], types)
        if piece.table.num_rows != self._lines and not last:
            raise MisreadError
        return (piece,)

    def _bytes(self, start: int, stop: int) -> bytes:
        room = bytearray(stop - start)
        self._kept.fill(memoryview(room), start)
        return bytes(room)

    def _behind_line_feed(self, at: int) -> int:
        """Return where the line behind the first line feed at or behind a place begins."""
        size, began = self._kept.size or 0, at
        while at < size:
            some = self._bytes(at, min(at + _SAMPLE, size))
            found = some.find(b"\n")
            if found >= 0:
                return at + found + 1
            at += len(some)
            if at - began > LONGEST_LINE:
                raise self._too_long()
        return size

    def _read_whole(self, types: Types) -> Iterator[Piece]:
        for read in self._in_turn(types):
            yield from read()

    def _in_turn(self, types: Types) -> Iterator[Stretch]:
        offset, number, rest = self._mark, 0, b""
        with self._kept.opened() as stream:
            left = self._mark
            while left:
                left -= len(stream.read(left))
            more = b"x"
            while more:
                more = stream.read(self._block)
                text = rest + more
                stop = text.rfind(b"\n") + 1 if more else len(text)
                if not stop and len(text) > LONGEST_LINE:
                    raise self._too_long()
                whole, rest = text[:stop], text[stop:]
                if whole:
                    yield partial(self._given, whole, number, offset, types)
                    offset, number = offset + stop, number + 1

    def _given(self, text: bytes, number: int, offset: int, types: Types) -> tuple[Piece]:
        return (self._piece(text, number, offset, types),)

    def _piece(self, text: bytes, number: int, offset: int, types: Types) -> Piece:
        where = self._where_from(offset)
        found, line_of = parsed(text, types, self.kinds, where)
        return Piece(found.table, (0, number), lambda row: where(line_of(row)), found.rounded)

    def _where_from(self, offset: int) -> "_Where":
        return _Where(self._kept, offset)

    def _too_long(self) -> DataError:
        what = f"a line longer than {LONGEST_LINE >> 20} MB"
        return DataError(what, where=self._kept.name, remedy="write each object on its own line")


class _Where:
    """Words for a line (from 0) of a text that begins at an offset of the file."""

    def __init__(self, kept: Stored, offset: int) -> None:
        self._kept = kept
        self._offset = offset

    def __call__(self, line: int) -> str:
        name = visible(self._kept.name, 200)
        if not self._kept.rereadable:
            return f"{name}, line {line + 1} of what was read from byte {self._offset} on"
        before, left = 0, self._offset
        with self._kept.opened() as stream:
            while left and (chunk := stream.read(min(left, _SCAN))):
                before += line_ends(chunk.replace(b"\r", b""))
                left -= len(chunk)
        return f"{name}, line {before + line + 1}"


def _first(head: bytes, where: _Where) -> Iterator[Line]:
    for count, line in enumerate(lines(head, where)):
        if count == _SAMPLE_ROWS:
            return
        yield line


def _kinds(seen: Iterable[str]) -> frozenset[str]:
    """Return the kind that is met first; integers and other numbers are met together."""
    kinds = dict.fromkeys(seen)
    numbers = {INTEGER, NUMBER}
    first = next(iter(kinds), "")
    return frozenset(numbers & set(kinds) if first in numbers else {first} & set(kinds))


def _shown(cell: Any) -> str | None:  # noqa: ANN401 - any JSON
    return None if isinstance(cell, dict | list) else text_of(cell)
