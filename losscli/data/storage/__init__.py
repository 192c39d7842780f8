"""Where the bytes of an input come from: the one way in which everything else gets at them."""

from contextlib import AbstractContextManager
from typing import Protocol

from losscli.data.storage.peekable import Peekable

STDIN = "-"
HEAD = 4096
"""How many bytes are looked at to know what a file is."""


class Stored(Protocol):
    """The bytes of one input, however they are kept.

    `path` is what the user wrote, `name` what the user is shown. `size` is the number of bytes
    where any of them can be had at once (None: they come one after the other, as from a pipe or
    a compressed file), `weight` about how many are read for all of them. `rereadable` says that
    `opened` can be called again and gives the same bytes. What has a size, or is rereadable,
    pickles: another process opens it itself. Whatever cannot be read, or changed since it was
    first looked at, is a DataError.
    """

    path: str
    name: str
    size: int | None
    weight: float
    rereadable: bool

    def opened(self) -> AbstractContextManager[Peekable]:
        """Give the bytes from their start; where they can be read once, from where they are."""
        ...

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill `view` with the bytes at `offset`; only where there is a size. Any thread may."""
        ...

    def check(self) -> None:
        """Raise DataError where the bytes are no longer those that were looked at first."""
        ...


def packed(path: str) -> Stored:
    """Return the bytes that a path (or "-" for standard input) names, as they are kept."""
    if "://" in path:
        from losscli.data.storage import remote  # noqa: PLC0415 - likewise

        return remote.stored(path)
    from losscli.data.storage import local  # noqa: PLC0415 - it needs what is above

    return local.stored(path)


def stored(path: str, most: float | None = None) -> Stored:
    """Return the bytes that a path names, as `looked_at` does."""
    return looked_at(path, most)[0]


def looked_at(path: str, most: float | None = None) -> tuple[Stored, bytes]:
    """Return the bytes that a path names, unpacked where they are compressed, and their `HEAD`.

    `most` is how many times its size a compressed input may unpack to.
    """
    from losscli.data.storage.compressed import unpacked  # noqa: PLC0415 - likewise

    kept = packed(path)
    with kept.opened() as stream:
        head = stream.peek(HEAD)
    found = unpacked(kept, head, most)
    if found is not kept:
        with found.opened() as stream:
            head = stream.peek(HEAD)
    return found, head
