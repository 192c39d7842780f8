"""A stream whose first bytes can be looked at before they are read."""

from collections.abc import Callable

Read = Callable[[int], bytes]


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
