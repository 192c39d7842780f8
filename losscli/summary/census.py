"""How many rows there were, what became of them, and the digest of their truths."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

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
