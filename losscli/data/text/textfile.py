"""The bytes of a text: a file or a stream, seen as UTF-8 without a mark."""

from collections.abc import Iterator
from contextlib import contextmanager

from losscli.data.storage import Stored
from losscli.data.storage.peekable import Peekable
from losscli.data.text.encoding import Recoder, encoding_of, refuse_other_kinds

_HEAD = 4096


class TextFile:
    """One text, wherever its bytes are kept.

    `name` is what the user is shown, `mark` the length of a UTF-8 byte order mark, `encoding`
    what the bytes are converted from (None: they are UTF-8 as they stand), `size` the number
    of bytes (None: they come one after the other).
    """

    __slots__ = (
        *("_kept", "_stream", "encoding", "mark"),
        *("name", "path", "rereadable", "size", "weight"),
    )

    def __init__(self, kept: Stored, encoding: str | None = None) -> None:
        self.path, self.name, self.size = kept.path, kept.name, kept.size
        self.weight, self.rereadable = kept.weight, kept.rereadable
        self._kept = kept
        with kept.opened() as raw:
            head = raw.peek(_HEAD)
        refuse_other_kinds(head, self.path, self.name)
        self.encoding, self.mark = encoding_of(head, encoding, self.name)
        self._stream: Peekable | None = None

    @contextmanager
    def opened(self) -> Iterator[Peekable]:
        """Give the text from its start; what can be read once goes on where it was left."""
        if self._stream:
            yield self._stream
            return
        with self._kept.opened() as raw:
            found = self._as_utf8(raw)
            if not self.rereadable:
                self._stream = found
            yield found

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill `view` with the bytes at `offset` of what has a size."""
        self._kept.fill(view, offset)

    def last_byte(self) -> bytes:
        """Return the last byte of what has a size."""
        byte = bytearray(1)
        self.fill(memoryview(byte), (self.size or 0) - 1)
        return bytes(byte)

    def check(self) -> None:
        """Refuse a file that is no longer the one that was looked at first."""
        self._kept.check()

    def _as_utf8(self, raw: Peekable) -> Peekable:
        if self.encoding:
            return Peekable(Recoder(raw.read, self.encoding, self.name).read)
        if self.mark:
            raw.read(len(raw.peek(self.mark)))
        return raw
