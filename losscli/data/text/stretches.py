"""Cutting a text into stretches of whole records: by a guess in any order, or for sure in turn."""

from collections.abc import Iterator

from losscli.data.block import MisreadError
from losscli.data.text.quotes import end_of_records, find_quotes
from losscli.data.text.records import line_ends
from losscli.data.text.shape import LONGEST_RECORD, too_long, unclosed
from losscli.data.text.sheet import Sheet, Stretch

# How far behind its block a stretch looks for the line end where it stops.
_REACH = 1 << 16
_SCAN = 1 << 19
_LF = 10


class Cutter:
    """Cuts stretches out of files, with the room of one thread.

    The stretch is `room[start:stop]` until the next cut; a line feed stands before it, so
    that no byte order mark is seen where it begins, and `end` is put behind it.
    """

    def __init__(self) -> None:
        self.room = bytearray()
        self.start = 1
        self.stop = 1
        self.padded = memoryview(b"")

    def cut(self, sheet: Sheet, number: int, block: int, end: bytes) -> int:
        """Cut stretch `number` by guessing that line feeds end records; return its offset.

        Neighbours agree on the border: the first line feed at or behind a multiple of
        `block`. MisreadError if none is within reach.
        """
        base = sheet.text.mark + sheet.body + number * block
        size = min(block + _REACH, (sheet.text.size or 0) - base)
        self._make_room(1 + block + _REACH + 1 + len(end))
        room, behind = self.room, 1 + size
        sheet.text.fill(memoryview(room)[1:behind], base)
        last = base + size == sheet.text.size
        self.start = 1 if not number else _border(room, 1, behind, last=last)
        self.stop = behind if size <= block else _border(room, 1 + block, behind, last=last)
        room[self.start - 1] = _LF
        self.padded = self._close(end)
        return base + self.start - 1

    def take(self, text: bytes, end: bytes) -> None:
        """Take a stretch that was cut in order."""
        self._make_room(1 + len(text) + 1 + len(end))
        self.start, self.stop = 1, 1 + len(text)
        self.room[0] = _LF
        self.room[1 : self.stop] = text
        self.padded = self._close(end)

    def between(self, sheet: Sheet, start: int, stop: int, end: bytes) -> int:
        """Take the bytes from `start` to `stop` as a stretch; return its offset."""
        size = stop - start
        self._make_room(1 + size + 1 + len(end))
        sheet.text.fill(memoryview(self.room)[1 : 1 + size], start)
        self.start, self.stop = 1, 1 + size
        self.room[0] = _LF
        self.padded = self._close(end)
        return start

    def _make_room(self, size: int) -> None:
        if len(self.room) < size:
            self.room = bytearray(size)

    def _close(self, end: bytes) -> memoryview:
        tail = end if self.room[self.stop - 1] == _LF else b"\n" + end
        self.room[self.stop : self.stop + len(tail)] = tail
        return memoryview(self.room)[self.start - 1 : self.stop + len(tail)]


def _border(room: bytearray, start: int, behind: int, *, last: bool) -> int:
    found = room.find(b"\n", start, behind)
    if found < 0 and not last:
        raise MisreadError
    return found + 1 if found >= 0 else behind


def in_order(sheet: Sheet, block: int) -> Iterator[Stretch]:
    """Give the stretches of a text one after the other, with no guess about quotes."""
    line, offset, rest = sheet.line, sheet.text.mark + sheet.body, b""
    with sheet.text.opened() as stream:
        header = sheet.body
        while header:
            header -= len(stream.read(header))
        last = False
        while not last:
            more = stream.read(max(block, len(rest)))
            text, last = rest + more, not more
            stop = len(text) if last else end_of_records(text, sheet.mark, last=False)
            if last or (not stop and len(text) > LONGEST_RECORD):
                _refuse_open_end(sheet, Stretch(text, line, offset), last=last)
            stretch, rest = Stretch(text[:stop], line, offset), text[stop:]
            # Megabytes that would wait, unused, for the next stretch to be asked for.
            del text, more
            if stop:
                yield stretch
                line, offset = line + line_ends(stretch.text), offset + stop


def _refuse_open_end(sheet: Sheet, stretch: Stretch, *, last: bool) -> None:
    quotes = find_quotes(stretch.text, sheet.mark)
    if quotes.open_at_end:
        raise unclosed(sheet, stretch.line_at(quotes.last_opening))
    if not last:
        raise too_long(sheet, stretch.line)


def located(sheet: Sheet, start: int, stop: int) -> Stretch:
    """Return the stretch of a regular file from byte `start` to `stop`, sure of where it is.

    Raises MisreadError if no record begins at `start`: then nothing that was read there may
    be blamed on the file.
    """
    text = bytearray(stop - start)
    sheet.text.fill(memoryview(text), start)
    for stretch in in_order(sheet, _SCAN):
        before = start - stretch.offset
        if before <= len(stretch.text):
            known = stretch.text[:before]
            if before and end_of_records(known, sheet.mark, last=True) != before:
                raise MisreadError
            return Stretch(bytes(text), stretch.line_at(before), start)
    raise MisreadError
