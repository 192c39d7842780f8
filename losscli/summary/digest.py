"""The digest of the truths: the same for the same rows in any order, another for other rows."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.summary import compiled
from losscli.summary.slices import ROWS, aligned

Vector = NDArray[np.float64]
Bits = NDArray[np.uint64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
"""The polynomial hash of a text is taken at this odd number (2**64 over the golden ratio)."""
_NOTHING = np.uint64(0xD1B54A32D192ED03)
"""Stands for the id of a row that has none."""


def digest_of_numbers(values: Vector) -> int:
    """Return the sum of a 64-bit mix of the bits of each number (-0.0 counts as 0.0).

    The mix is the finalizer of SplitMix64 (Steele, Lea & Flood, 2014).
    """
    if compiled.native:
        return compiled.native.mix_sum(compiled.plain(values))
    total = 0
    room, spare = aligned(ROWS), aligned(ROWS).view(np.uint64)
    for start in range(0, len(values), ROWS):
        some = values[start : start + ROWS]
        mixed = np.add(some, 0.0, out=room[: len(some)]).view(np.uint64)
        _mix(mixed, spare[: len(some)])
        total += _sum(mixed, spare[: len(some)])
    return total


def digest_of_texts(codes: NDArray[np.integer], texts: tuple[str | None, ...]) -> int:
    """Return the sum of a 64-bit hash of the text of each row; `codes` point into `texts`."""
    counts = np.bincount(codes, minlength=len(texts)).tolist()
    return sum(n * text_hash(text) for n, text in zip(counts, texts, strict=True))


def text_hash(text: str | None) -> int:
    """Return 64 bits of BLAKE2b of a text; an empty cell has bits of its own."""
    from hashlib import blake2b  # noqa: PLC0415 - takes long to import, and numbers do without

    raw = b"\\x00" if text is None else b"\\x01" + text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "little")


def digest_of_rows(truths: Vector | Bits, ids: Any) -> int:  # noqa: ANN401 - pyarrow has no types
    """Return the sum of a 64-bit mix of the truth and the id of each row, taken together.

    `truths` are numbers (float64[n]) or the hashes of classes (uint64[n]), `ids` is an Arrow
    array of n strings.
    """
    total = 0
    for start, hashes in _hashes(ids):
        some = truths[start : start + len(hashes)]
        zero = some.dtype.type(0)  # added to -0.0 it makes 0.0
        bits: Bits = (some + zero).view(np.uint64)
        spare = np.empty_like(bits)
        _mix(bits, spare)
        _mix(hashes, spare)
        bits *= _BASE
        bits += hashes
        _mix(bits, spare)
        total += _sum(bits, spare)
    return total


def _hashes(ids: Any) -> Iterator[tuple[int, Bits]]:  # noqa: ANN401 - as above
    """Yield a polynomial hash of the bytes of each text, some rows at a time."""
    _, ends, raw = ids.buffers()
    offsets = np.frombuffer(ends, np.int32)[ids.offset : ids.offset + len(ids) + 1]
    data = np.frombuffer(raw, np.uint8) if raw is not None else np.empty(0, np.uint8)
    missing = np.array(ids.is_null().to_pylist(), bool) if ids.null_count else None
    powers = np.cumprod(np.full(int(np.diff(offsets).max(initial=0)) + 1, _BASE))
    for start in range(0, len(ids), ROWS):
        edges = offsets[start : start + ROWS + 1]
        lengths = np.diff(edges)
        place = np.arange(edges[0], edges[-1]) - np.repeat(edges[:-1], lengths)
        terms = (data[edges[0] : edges[-1]].astype(np.uint64) + np.uint64(1)) * powers[place]
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms)])
        hashes = sums[edges[1:] - edges[0]] - sums[edges[:-1] - edges[0]]
        if missing is not None:
            hashes[missing[start : start + ROWS]] = _NOTHING
        yield start, hashes


def _mix(bits: Bits, spare: Bits) -> None:
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        np.right_shift(bits, np.uint64(shift), out=spare)
        bits ^= spare
        if factor > 1:
            bits *= np.uint64(factor)


def _sum(bits: Bits, spare: Bits) -> int:
    np.bitwise_and(bits, np.uint64(0xFFFFFFFF), out=spare)
    low = int(np.add.reduce(spare))
    np.right_shift(bits, np.uint64(32), out=spare)
    return low + (int(np.add.reduce(spare)) << 32)


def hashes_of_rows(columns: Sequence[Vector], ids: Any = None) -> Bits:  # noqa: ANN401 - as above
    """Return 64 bits for each row that depend on its numbers, in their order, and on its id.

    `columns` are float64[n] each; -0.0 counts as 0.0. `ids` is an Arrow array of n strings.
    """
    found = np.full(len(columns[0]), _NOTHING)
    spare = np.empty_like(found)
    for column in columns:
        bits: Bits = (column + 0.0).view(np.uint64)
        _mix(bits, spare)
        found *= _BASE
        found += bits
    for start, hashes in _hashes(ids) if ids is not None else ():
        some = found[start : start + len(hashes)]
        some *= _BASE
        some += hashes
    _mix(found, spare)
    return found
