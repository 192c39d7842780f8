"""Files of this machine, pipes and standard input."""

import io
import math
import os
import shlex
import stat
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from losscli.data.storage import STDIN, Stored
from losscli.data.storage.peekable import Peekable, Read
from losscli.errors import DataError


def stored(path: str) -> Stored:
    """Return a regular file, or the stream of anything else."""
    if path == STDIN:
        return Stream(path, "standard input", _standard_input().read)
    try:
        status = os.stat(path)  # noqa: PTH116 - of many files, a path takes its time
        if stat.S_ISDIR(status.st_mode):
            raise DataError("is a folder, not a file", where=path, remedy="name its files")
        if stat.S_ISREG(status.st_mode):
            return LocalFile(path, Stamp.of(status))
        pipe = Path(path).open("rb")  # noqa: SIM115 - read to the end by others
    except OSError as error:
        raise unreadable(path, error) from None
    found = Stream(path, path, pipe.read)
    weakref.finalize(found, pipe.close)
    return found


class Stream:
    """Bytes that can be read once."""

    size: int | None = None
    weight = math.inf
    rereadable = False

    def __init__(self, path: str, name: str, read: Read) -> None:
        self.path = path
        self.name = name
        self._stream = Peekable(read)

    @contextmanager
    def opened(self) -> Iterator[Peekable]:
        """Give the stream as it stands."""
        yield self._stream

    def fill(self, view: memoryview, offset: int) -> None:  # noqa: ARG002 - the protocol
        """Refuse to look for an offset."""
        raise io.UnsupportedOperation

    def check(self) -> None:
        """Do nothing: what was read cannot change."""


class Stamp(NamedTuple):
    """What tells that a file is still the one that was looked at first.

    Another machine has other numbers for the device and the inode: there they are 0.
    """

    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        """Return the stamp of a file."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    def fits(self, status: os.stat_result) -> bool:
        """Tell whether a file has this stamp."""
        found = Stamp.of(status)
        return self == (found if self.inode else found.elsewhere())

    def elsewhere(self) -> "Stamp":
        """Return what it is on another machine."""
        return self._replace(device=0, inode=0)


class LocalFile:
    """A regular file, opened anew for every stretch.

    So a file that was replaced or is being written is noticed at once, and any number of files
    needs few descriptors.
    """

    __slots__ = ("_stamp", "name", "path", "size", "weight")
    rereadable = True

    def __init__(self, path: str, stamp: Stamp, name: str | None = None) -> None:
        self.path, self.name = path, name or path
        self.size: int | None = stamp.size
        self.weight: float = stamp.size
        self._stamp = stamp

    def __reduce__(self) -> Any:  # noqa: ANN401 - what makes it anew
        """Travel with a path that does not depend on the folder of a process."""
        path = os.path.abspath(self.path)  # noqa: PTH100 - of many files, a path takes its time
        return LocalFile, (path, self._stamp.elsewhere(), self.name)

    @contextmanager
    def opened(self) -> Iterator[Peekable]:
        """Give the bytes from their start."""
        with self._file() as file:
            yield Peekable(lambda size: self._read(file, size))

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill `view` with the bytes at `offset`."""
        with self._file() as file:
            try:
                file.seek(offset)
                while view and (got := file.readinto(view)):
                    view = view[got:]
            except OSError as error:
                raise unreadable(self.name, error) from None
        if view:
            raise changed(self.name)

    def check(self) -> None:
        """Refuse a file that is no longer the one that was looked at first."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 - as above
        except OSError as error:
            raise unreadable(self.name, error) from None
        if not self._stamp.fits(status):
            raise changed(self.name)

    def _read(self, file: io.FileIO, size: int) -> bytes:
        try:
            return file.read(size) or b""
        except OSError as error:
            raise unreadable(self.name, error) from None

    @contextmanager
    def _file(self) -> Iterator[io.FileIO]:
        try:
            file = io.FileIO(self.path)
        except OSError as error:
            raise unreadable(self.name, error) from None
        with file:
            if not self._stamp.fits(os.fstat(file.fileno())):
                raise changed(self.name)
            yield file


def unreadable(name: str, error: OSError) -> DataError:
    """Return the error for a file that the system does not let us read."""
    return DataError(
        f"cannot be read ({error.strerror or error})",
        where=name,
        remedy=f"check its name and rights: ls -l {shlex.quote(name)}",
    )


def changed(name: str) -> DataError:
    """Return the error for a file that is not the one it was."""
    return DataError(
        "changed while it was read",
        where=name,
        remedy="run again once nothing writes to it",
    )


def _standard_input() -> BinaryIO:
    if sys.stdin is None or sys.stdin.closed:
        raise DataError("standard input is closed", remedy="name a file, or pipe one in")
    return sys.stdin.buffer
