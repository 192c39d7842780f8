"""A cheap search for what pyarrow lets pass: stray quotes and swallowed lines.

Nothing here is a verdict: what is suspected is looked at closely by diagnose.py, and what is
not suspected is surely in order. The search must cost little beside the parsing, so it goes
over the text two bytes at a time, in slices that stay in the second-level cache.
"""

import numpy as np
from numpy.typing import NDArray

from losscli.data.text.records import line_ends

_LF = 10
_CR = 13
_QUOTE = 34
_SLICE = 1 << 18
_PAIR = np.dtype("<u2")
# The characters of this block may stand before a stray quote in a number: digits, signs, the
# point, a space, a quote. Of a number's characters only the letters of e, inf and nan do not.
_BLOCK = 32


class Screen:
    """The search, with the room that one thread needs for it."""

    def __init__(self) -> None:
        self._shifted = np.zeros(_SLICE + 2, np.uint8)
        self._pairs = np.empty(_SLICE // 2 + 1, _PAIR)

    def suspects(
        self, text: bytes | bytearray, start: int, stop: int, *, rows: int, delimiter: int
    ) -> bool:
        """Return whether quotes may have swallowed lines, or digits of a number.

        `text[start:stop]` was read as `rows` records; a line feed stands before it. Quotes
        that swallow a line leave more lines than records. A number with a stray quote has a
        character of the block before a quote that neither opens nor ends a field.
        """
        if text.find(b'"', start, stop) < 0:
            return False
        data = np.frombuffer(text, np.uint8)[:stop]
        lines, stray = self._look(data, start, delimiter)
        if text.find(b"\r", start, stop) >= 0:
            lines = line_ends(data[start:].data)
        if data[-1] not in (_LF, _CR):
            lines += 1
        return stray or lines != rows

    def _look(self, data: NDArray[np.uint8], start: int, delimiter: int) -> tuple[int, bool]:
        """Return the number of line feeds from `start` on, and whether a quote is stray."""
        # XOR puts a quote behind a character of the block below `limit`, the delimiter at it.
        inside = delimiter // _BLOCK == 1
        limit = _BLOCK - inside
        code = _PAIR.type(_QUOTE << 8 | (delimiter ^ (_BLOCK - 1) if inside else _BLOCK))
        lines, stray = 0, False
        if start % 2:
            # Pairs of bytes are fast only at even addresses.
            lines += int(data[start] == _LF)
            start += 1
        for first in range(start, len(data), _SLICE):
            part = data[first : first + _SLICE]
            shifted = self._shifted[1 : len(part) + 1]
            self._shifted[0] = data[first - 1] ^ _LF if first else 0
            # One pass serves twice: zeros are line feeds, and the bytes moved by one give
            # the pairs that begin at odd places.
            np.bitwise_xor(part, np.uint8(_LF), out=shifted)
            lines += len(part) - int(np.count_nonzero(shifted))
            odd = self._shifted[: (len(part) + 1) // 2 * 2].view(_PAIR)
            even = part[: len(part) // 2 * 2].view(_PAIR)
            both = _PAIR.type(_LF << 8 | _LF)
            stray = stray or self._stray(data, even, code, limit, first + 1, delimiter)
            stray = stray or self._stray(data, odd, code ^ both, limit, first, delimiter)
        return lines, stray

    def _stray(
        self,
        data: NDArray[np.uint8],
        pairs: NDArray[np.uint16],
        code: np.uint16,
        limit: int,
        first: int,
        delimiter: int,
    ) -> bool:
        """Return whether some pair ends in a quote that neither ends a field nor is doubled."""
        if not len(pairs):
            return False
        found = self._pairs[: len(pairs)]
        np.bitwise_xor(pairs, code, out=found)
        if np.minimum.reduce(found) >= limit:
            return False
        quotes = first + 2 * np.flatnonzero(found < limit)
        quotes = quotes[quotes + 1 < len(data)]
        quotes = quotes[~_ends(data[quotes + 1], delimiter) & (data[quotes + 1] != _QUOTE)]
        # Behind another quote it is half of a doubled one, unless that opens the field: ""1.
        opens = _ends(data[quotes - 2], delimiter)
        return bool(((data[quotes - 1] != _QUOTE) | opens).any())


def _ends(byte: NDArray[np.uint8], delimiter: int) -> NDArray[np.bool_]:
    """Return where a field ends: at the delimiter or a line end."""
    ends: NDArray[np.bool_] = (byte == delimiter) | (byte == _LF) | (byte == _CR)
    return ends
