"""How many rows there were, what became of them, and the digest of their truths."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from losscli.summary.slices import ROWS, aligned

Vector = NDArray[np.float64]

_MODULUS = 1 << 128


@dataclass(frozen=True)
class Census:
    """Counts of rows, and the sum of the digests of the judged ones; `Census()` is the zero.

    `seen` maps each stretch of the source to its rows, `dropped` each reason to the rows left
    out for it, `noted` whatever else was counted.
    """

    seen: Mapping[tuple[int, int], int] = field(default_factory=dict)
    judged: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    digest: int = 0
    levels: frozenset[str] = frozenset()

    def __add__(self, other: "Census") -> "Census":
        """Merge the counts of two lots of rows."""
        return Census(
            {**self.seen, **other.seen},
            self.judged + other.judged,
            self.dropped + other.dropped,
            self.noted + other.noted,
            (self.digest + other.digest) % _MODULUS,
            self.levels | other.levels,
        )

    @property
    def rows(self) -> int:
        """All rows of the source."""
        return sum(self.seen.values())

    def start(self, part: tuple[int, int]) -> int:
        """Return how many rows of its file stand before a stretch."""
        return sum(
            n for (file, number), n in self.seen.items() if file == part[0] and number < part[1]
        )


def digest_of_numbers(values: Vector) -> int:
    """Return the sum of a 64-bit mix of the bits of each number (-0.0 counts as 0.0).

    The mix is the finalizer of SplitMix64 (Steele, Lea & Flood, 2014).
    """
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
    raw = b"\\x00" if text is None else b"\\x01" + text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "little")


Bits = NDArray[np.uint64]


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
