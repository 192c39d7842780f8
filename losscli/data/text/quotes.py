"""Which quotes open and which close, found over megabytes at once."""

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass

_QUOTE = 34
_CR = 13
_LF = 10


@dataclass(frozen=True)
class Quotes:
    """The quoted stretches of a text that begins at a record.

    `opens` and `closes` are offsets in pairs; the last has no partner where the text ends
    inside quotes. A doubled quote may close one stretch and open the next beside it. `broken`
    are the pairs whose closing quote is followed by other text than the end of the field.
    """

    opens: NDArray[np.intp]
    closes: NDArray[np.intp]
    broken: tuple[int, ...] = ()

    @property
    def open_at_end(self) -> bool:
        """Whether the text ends inside quotes."""
        return len(self.opens) > len(self.closes)

    @property
    def last_opening(self) -> int:
        """Where the last quoted field opens."""
        pair = len(self.opens) - 1
        while pair and self.opens[pair] == self.closes[pair - 1] + 1:
            pair -= 1
        return int(self.opens[pair])


def find_quotes(text: bytes, delimiter: bytes) -> Quotes:
    """Return the quoted stretches of `text`, which must begin where a record begins."""
    data = np.frombuffer(text, np.uint8)
    places = np.flatnonzero(data == _QUOTE)
    opens, closes = places[0::2], places[1::2]
    if _plain(data, opens, closes, delimiter[0]):
        return Quotes(opens, closes)
    return _walk(text, places.tolist(), delimiter)


def _plain(
    data: NDArray[np.uint8], opens: NDArray[np.intp], closes: NDArray[np.intp], mark: int
) -> bool:
    """Return whether every other quote opens: at a field's start, or as half of a doubled one."""
    pairs = max(0, min(len(opens) - 1, len(closes)))
    doubled = closes[:pairs] + 1 == opens[1:][:pairs]
    begins = _parts(data, opens - 1, mark)
    begins[1 : pairs + 1] |= doubled
    if len(opens) and opens[0] == 0:
        begins[0] = True
    ends = _parts(data, closes + 1, mark)
    ends[:pairs] |= doubled
    return bool(begins.all() and ends.all())


def _parts(data: NDArray[np.uint8], at: NDArray[np.intp], mark: int) -> NDArray[np.bool_]:
    """Return where the byte is a delimiter or a line end; the end of the text counts as one."""
    byte = data.take(at, mode="clip")
    found: NDArray[np.bool_] = (byte == mark) | (byte == _LF) | (byte == _CR)
    if len(at) and at[-1] >= len(data):
        found[-1] = True
    return found


def _walk(text: bytes, places: list[int], delimiter: bytes) -> Quotes:
    """Do the same one quote after the other, for text with stray quotes."""
    parts = {*delimiter, _LF, _CR}
    opens: list[int] = []
    closes: list[int] = []
    broken: list[int] = []
    after = 0
    while after < len(places):
        opening = places[after]
        after += 1
        if opening and text[opening - 1] not in parts:
            continue
        opens.append(opening)
        while after + 1 < len(places) and places[after + 1] == places[after] + 1:
            after += 2
        if after == len(places):
            break
        closing = places[after]
        after += 1
        if closing + 1 < len(text) and text[closing + 1] not in parts:
            broken.append(len(closes))
        closes.append(closing)
    return Quotes(np.array(opens, np.intp), np.array(closes, np.intp), tuple(broken))


def end_of_records(text: bytes, delimiter: bytes, *, last: bool) -> int:
    """Return where the last whole record ends in a text that begins at a record.

    The place is just behind a line end outside quotes (0: there is none). With `last` nothing
    follows the text; else a CR at its end may be half of a line end and is left alone.
    """
    if b'"' not in text:
        return _line_end(text, 0, len(text), last=last)
    quotes = find_quotes(text, delimiter)
    stop = len(text)
    for pair in range(len(quotes.opens) - 1, -1, -1):
        if pair < len(quotes.closes):
            start = int(quotes.closes[pair]) + 1
            if end := _line_end(text, start, stop, last=last):
                return end
        stop = int(quotes.opens[pair])
    return _line_end(text, 0, stop, last=last)


def _line_end(text: bytes, start: int, stop: int, *, last: bool) -> int:
    lone = stop if last else min(stop, len(text) - 1)
    return max(text.rfind(b"\n", start, stop), text.rfind(b"\r", start, lone)) + 1
