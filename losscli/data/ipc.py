"""How large the compressed buffers of Arrow IPC are once they are unpacked, from what they tell.

The layout is that of the Arrow columnar format: messages one after the other, each with metadata
as a flatbuffer and a body of buffers, of which each compressed one begins with its unpacked size.
"""

import struct
from collections.abc import Iterator

from losscli.data.storage import Stored

_MARK = 0xFFFFFFFF
_DICTIONARY, _BATCH = 2, 3


def unpacked_size(kept: Stored, start: int) -> int:
    """Return how many bytes the buffers of a file have together, whose messages begin at `start`.

    Where the messages cannot be followed, it is what was found so far: pyarrow tells what is wrong.
    """
    total = 0
    try:
        for metadata, body in _messages(kept, start):
            total += sum(_sizes(kept, metadata, body))
    except (struct.error, OverflowError):
        pass
    return total


def _messages(kept: Stored, at: int) -> Iterator[tuple[bytes, int]]:
    """Give the metadata of each message, and where its body begins."""
    while True:
        mark, size = struct.unpack("<II", _read(kept, at, 8))
        if mark != _MARK or not size:
            return
        metadata, body = _read(kept, at + 8, size), at + 8 + size
        yield metadata, body
        message = _Table.root(metadata)
        at = body + (message.number(3, "<q") or 0)
        if at < body:
            return


def _sizes(kept: Stored, metadata: bytes, body: int) -> Iterator[int]:
    message = _Table.root(metadata)
    kind = message.number(1, "<B")
    batch = message.table(2) if kind in (_DICTIONARY, _BATCH) else None
    if batch and kind == _DICTIONARY:
        batch = batch.table(1)
    buffers = batch and batch.place(2)
    if not batch or not buffers or not batch.place(3):
        return  # nothing is compressed
    first = buffers + struct.unpack_from("<I", metadata, buffers)[0]
    (count,) = struct.unpack_from("<I", metadata, first)
    for offset, length in struct.iter_unpack("<qq", metadata[first + 4 :][: 16 * count]):
        if length:
            yield max(struct.unpack("<q", _read(kept, body + offset, 8))[0], 0)


class _Table:
    """A table of a flatbuffer, which begins at a place of its bytes."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    @classmethod
    def root(cls, data: bytes) -> "_Table":
        return cls(data, struct.unpack_from("<I", data)[0])

    def place(self, field: int) -> int | None:
        """Return where a field stands; None where it is left out."""
        fields = self._at - struct.unpack_from("<i", self._data, self._at)[0]
        if 4 + 2 * field >= struct.unpack_from("<H", self._data, fields)[0]:
            return None
        offset: int = struct.unpack_from("<H", self._data, fields + 4 + 2 * field)[0]
        return self._at + offset if offset else None

    def number(self, field: int, kind: str) -> int | None:
        at = self.place(field)
        return None if at is None else int(struct.unpack_from(kind, self._data, at)[0])

    def table(self, field: int) -> "_Table | None":
        at = self.place(field)
        return None if at is None else _Table(self._data, at + self._offset(at))

    def _offset(self, at: int) -> int:
        found: int = struct.unpack_from("<I", self._data, at)[0]
        return found


def _read(kept: Stored, at: int, size: int) -> bytes:
    size = max(min(size, (kept.size or 0) - at), 0) if at >= 0 else 0
    room = bytearray(size)
    if size:
        kept.fill(memoryview(room), at)
    return bytes(room)
