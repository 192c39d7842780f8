"""What names the rows of a source: none may be empty, and none there twice."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from losscli.data import cells
from losscli.errors import DataError
from losscli.visible import visible


class Ids(NamedTuple):
    """The ids of a stretch: the first, the last, and whether each is above the one before it.

    A text is above another if it is longer, or as long and behind it in the alphabet: so are
    whole numbers, dates and numbers with leading zeros where they rise.
    """

    first: str
    last: str
    rise: bool


def told(ids: Any) -> Ids:  # noqa: ANN401 - pyarrow has no types
    """Return what is known of ids (one array of texts, one or more)."""
    from pyarrow import compute  # noqa: PLC0415 - takes long to import, and is seldom needed

    one, other = ids.slice(0, len(ids) - 1), ids.slice(1)
    lengths = compute.binary_length(ids)
    length, next_length = lengths.slice(0, len(ids) - 1), lengths.slice(1)
    longer = compute.less(length, next_length)
    behind = compute.and_(compute.equal(length, next_length), compute.less(one, other))
    above = compute.or_(longer, behind)
    return Ids(ids[0].as_py(), ids[len(ids) - 1].as_py(), above.true_count == len(ids) - 1)


def all_rise(stretches: Mapping[tuple[int, int], Ids]) -> bool:
    """Tell whether ids rise through all stretches, so that none is there twice."""
    found = [stretches[part] for part in sorted(stretches)]
    borders = (_key(one.last) < _key(other.first) for one, other in pairwise(found))
    return all(one.rise for one in found) and all(borders)


def _key(text: str) -> tuple[int, bytes]:
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw), raw


def refuse_twice(ids: Any, name: str, place: Callable[[int], str]) -> None:  # noqa: ANN401
    """Raise DataError where an id is empty or stands in two rows; `place` says where a row is."""
    from pyarrow import compute  # noqa: PLC0415 - takes long to import, and is seldom needed

    if ids.null_count:
        row = compute.index(ids.is_null(), pa.scalar(value=True)).as_py()
        raise empty(name, place(row))
    coded = ids.dictionary_encode()
    if len(coded.dictionary) == len(ids):
        return
    codes = cells.values(coded.indices, np.int32)
    counts = np.bincount(codes)
    first = int(np.argmax(counts[codes] > 1))
    again = first + 1 + int(np.argmax(codes[first + 1 :] == codes[first]))
    text = coded.dictionary[int(codes[first])].as_py()
    raise DataError(
        f"the {visible(name)} {visible(text)!r} stands in two rows, the other is {place(again)}",
        where=place(first),
        remedy="give each row an id of its own, or remove the repeated rows",
    )


def empty(name: str, where: str) -> DataError:
    """Return the error for a row without an id."""
    return DataError(
        f"{visible(name)} is empty, so the row has no partner",
        where=where,
        remedy="fill it in, or remove the row",
    )
