"""How many rows there were, what became of them, and the digest of their truths."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import field

from losscli.dataclass import dataclass

_MODULUS = 1 << 128


@dataclass(frozen=True)
class Census:
    """Counts of rows, and the sum of the digests of the judged ones; `Census()` is the zero.

    `seen` maps each stretch of the source to its rows, `dropped` each reason to the rows left
    out for it, `noted` whatever else was counted. `rounded` holds for a column the first
    stretch with an integer that was rounded, and words about it.
    """

    seen: Mapping[tuple[int, int], int] = field(default_factory=dict)
    judged: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    digest: int = 0
    rounded: Mapping[str, tuple[tuple[int, int], str]] = field(default_factory=dict)

    def __add__(self, other: "Census") -> "Census":
        """Merge the counts of two lots of rows."""
        return Census(
            {**self.seen, **other.seen},
            self.judged + other.judged,
            self.dropped + other.dropped,
            self.noted + other.noted,
            (self.digest + other.digest) % _MODULUS,
            {
                name: min(one[name] for one in (self.rounded, other.rounded) if name in one)
                for name in {**self.rounded, **other.rounded}
            },
        )

    @property
    def rows(self) -> int:
        """All rows of the source."""
        return sum(self.seen.values())

    @property
    def rows_of_files(self) -> Mapping[int, int]:
        """The rows of each file, by its number."""
        rows: Counter[int] = Counter()
        for (file, _), seen in self.seen.items():
            rows[file] += seen
        return rows

    def start(self, part: tuple[int, int]) -> int:
        """Return how many rows of its file stand before a stretch."""
        return sum(
            n for (file, number), n in self.seen.items() if file == part[0] and number < part[1]
        )
