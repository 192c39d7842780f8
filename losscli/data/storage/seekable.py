"""Bytes as a file that can be read anywhere, for libraries that want one."""

import io
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from losscli.data.storage import Stored
from losscli.data.storage.peekable import Peekable

_CHUNK = 1 << 20


class Seekable:
    """A file that reads what is stored, at any place."""

    closed = False

    def __init__(self, kept: Stored) -> None:
        self._kept = kept
        self._at = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read anywhere."""
        return True

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; return it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._kept.size or 0}
        self._at = start[whence] + offset
        return self._at

    def read(self, size: int = -1) -> Any:  # noqa: ANN401 - a buffer of the bytes
        """Return the next `size` bytes, all that are left if it is negative."""
        left = max((self._kept.size or 0) - self._at, 0)
        room = bytearray(left if size < 0 else min(size, left))
        if room:
            self._kept.fill(memoryview(room), self._at)
        self._at += len(room)
        return room

    def close(self) -> None:
        """Do nothing: nothing is kept open."""


class Spooled:
    """What comes one byte after the other, copied to a file without a name."""

    rereadable = True

    def __init__(self, kept: Stored) -> None:
        self.path, self.name = kept.path, kept.name
        from tempfile import TemporaryFile  # noqa: PLC0415 - for few sources

        self._file = TemporaryFile()  # noqa: SIM115 - closed below
        weakref.finalize(self, self._file.close)
        with kept.opened() as stream:
            while chunk := stream.read(_CHUNK):
                self._file.write(chunk)
        self._file.flush()
        self.size: int | None = self._file.tell()
        self.weight: float = self.size

    @contextmanager
    def opened(self) -> Iterator[Peekable]:
        """Give the bytes from their start."""
        yield Peekable(Seekable(self).read)

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill `view` with the bytes at `offset`."""
        while view and (got := os.preadv(self._file.fileno(), [view], offset)):
            view, offset = view[got:], offset + got

    def check(self) -> None:
        """Do nothing: nobody else knows the file."""


def seekable(kept: Stored) -> Stored:
    """Return what can be read anywhere: the same, or a copy of what cannot."""
    return kept if kept.size is not None else Spooled(kept)
