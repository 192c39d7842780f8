"""Where the bytes of a text come from: a file or a stream, seen as UTF-8 without a mark."""

import io
import os
import shlex
import stat
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from losscli.data.text.encoding import Read, Recoder, encoding_of, refuse_other_kinds
from losscli.errors import DataError

STDIN = "-"
_HEAD = 4096


class Peekable:
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end, and leave them to be read."""
        while len(self._ahead) < size and (more := self._read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; none only at the end."""
        if self._ahead:
            taken, self._ahead = self._ahead[:size], self._ahead[size:]
            return taken
        return self._read(size)


@dataclass(frozen=True)
class _Stamp:
    """What tells that a file is still the one that was looked at first."""

    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, status: os.stat_result) -> "_Stamp":
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


class TextFile:
    """One input: a regular file, or a stream that can be read once.

    `name` is what the user is shown, `mark` the length of a UTF-8 byte order mark, `encoding`
    what the bytes are converted from (None: they are UTF-8 as they stand), `size` the number
    of bytes (None: a stream, which cannot be read again).
    """

    def __init__(self, path: str, encoding: str | None = None) -> None:
        self.path = path
        self.name = "standard input" if path == STDIN else path
        self._stamp: _Stamp | None = None
        stream = self._first_look()
        with self._bytes(stream) as raw:
            head = raw.peek(_HEAD)
        refuse_other_kinds(head, path, self.name)
        self.encoding, self.mark = encoding_of(head, encoding, self.name)
        self.size = self._stamp.size if self._stamp else None
        self._stream = self._as_utf8(stream) if stream else None

    @contextmanager
    def opened(self) -> Iterator[Peekable]:
        """Give the input from its start; a stream goes on where it was left."""
        with self._bytes(self._stream) as raw:
            yield raw if self._stream else self._as_utf8(raw)

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill `view` with the bytes at `offset` of a file that is not a stream."""
        with self._file() as file:
            try:
                file.seek(offset)
                while view and (got := file.readinto(view)):
                    view = view[got:]
            except OSError as error:
                raise self._unreadable(error) from None
        if view:
            raise self._changed()

    def last_byte(self) -> bytes:
        """Return the last byte of a file that is not a stream."""
        byte = bytearray(1)
        self.fill(memoryview(byte), (self.size or 0) - 1)
        return bytes(byte)

    def check(self) -> None:
        """Refuse a file that is no longer the one that was looked at first."""
        if self._stamp:
            with self._file():
                pass

    def _first_look(self) -> Peekable | None:
        """Stamp a regular file; return the stream of anything else."""
        if self.path == STDIN:
            return Peekable(_standard_input().read)
        try:
            status = Path(self.path).stat()
            if stat.S_ISDIR(status.st_mode):
                raise DataError(
                    "is a folder, not a file",
                    where=self.name,
                    remedy=f"name its files: losscli eval {shlex.quote(self.path)}/*.csv",
                )
            if not stat.S_ISREG(status.st_mode):
                pipe = Path(self.path).open("rb")  # noqa: SIM115 - read to the end by others
                weakref.finalize(self, pipe.close)
                return Peekable(pipe.read)
        except OSError as error:
            raise self._unreadable(error) from None
        self._stamp = _Stamp.of(status)
        return None

    @contextmanager
    def _bytes(self, stream: Peekable | None) -> Iterator[Peekable]:
        if stream:
            yield stream
            return
        with self._file() as file:
            yield Peekable(lambda size: self._read(file, size))

    def _read(self, file: io.FileIO, size: int) -> bytes:
        try:
            return file.read(size) or b""
        except OSError as error:
            raise self._unreadable(error) from None

    @contextmanager
    def _file(self) -> Iterator[io.FileIO]:
        # Opened anew for every stretch: a file that was replaced or is being written is
        # noticed at once, and any number of files needs few descriptors.
        try:
            file = io.FileIO(self.path)
        except OSError as error:
            raise self._unreadable(error) from None
        with file:
            if _Stamp.of(os.fstat(file.fileno())) != self._stamp:
                raise self._changed()
            yield file

    def _as_utf8(self, raw: Peekable) -> Peekable:
        if self.encoding:
            return Peekable(Recoder(raw.read, self.encoding, self.name).read)
        if self.mark:
            raw.read(len(raw.peek(self.mark)))
        return raw

    def _unreadable(self, error: OSError) -> DataError:
        return DataError(
            f"cannot be read ({error.strerror or error})",
            where=self.name,
            remedy=f"check its name and rights: ls -l {shlex.quote(self.path)}",
        )

    def _changed(self) -> DataError:
        return DataError(
            "changed while it was read",
            where=self.name,
            remedy="run again once nothing writes to it",
        )


def _standard_input() -> BinaryIO:
    if sys.stdin is None or sys.stdin.closed:
        raise DataError("standard input is closed", remedy="name a file, or pipe one in")
    return sys.stdin.buffer
