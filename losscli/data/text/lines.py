"""Where every so-many-th line of a text begins, from one quick look at its line ends."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from losscli.data.storage import Stored

_CHUNK = 1 << 20
_LF = 10

Bytes = NDArray[np.uint8]


def borders(kept: Stored, start: int, lines: int) -> list[int]:
    """Return the offsets at which every `lines`-th line from `start` on begins, then the end.

    Lines end with line feeds here: whether each holds one row, whoever reads them must check.
    """
    stop = kept.size or 0
    found, count = [start], 0
    for offset, chunk in _chunks(kept, start, stop):
        ends = chunk == _LF
        before, count = count, count + int(np.count_nonzero(ends))
        if before // lines < count // lines:
            places = np.flatnonzero(ends)
            wanted = np.arange(before // lines + 1, count // lines + 1) * lines - before - 1
            found += (places[wanted] + offset + 1).tolist()
    return found if found[-1] == stop else [*found, stop]


def _chunks(kept: Stored, start: int, stop: int) -> Iterator[tuple[int, Bytes]]:
    room = bytearray(_CHUNK)
    for offset in range(start, stop, _CHUNK):
        size = min(_CHUNK, stop - offset)
        kept.fill(memoryview(room)[:size], offset)
        yield offset, np.frombuffer(room, np.uint8)[:size]
