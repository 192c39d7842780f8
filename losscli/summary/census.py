"""How many rows there were, what became of them, and the digest of their truths."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import chain

from losscli.dataclass import dataclass

_MODULUS = 1 << 128

Part = tuple[int, int]


class Seen:
    """How many rows each stretch of the source has; `+` merges, `Seen()` is the zero.

    Small lots wait for one of about their size, so that n stretches that are added one by one
    are copied log n times.
    """

    __slots__ = ("_lots",)

    def __init__(self, *lots: Mapping[Part, int]) -> None:
        self._lots = lots

    def __add__(self, other: "Seen") -> "Seen":
        """Merge the stretches of two lots."""
        lots = sorted((*self._lots, *other._lots), key=len, reverse=True)
        while len(lots) > 1 and len(lots[-2]) < 2 * len(lots[-1]):
            lots[-2:] = [{**lots[-2], **lots[-1]}]
        return Seen(*lots)

    def __iter__(self) -> Iterator[tuple[Part, int]]:
        """Give each stretch with its rows."""
        return chain.from_iterable(lot.items() for lot in self._lots)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Census:
    """Counts of rows, and the sum of the digests of the judged ones; `Census()` is the zero.

    `seen` has the rows of each stretch of the source, `dropped` maps each reason to the rows left
    out for it, `noted` whatever else was counted. `rounded` holds for a column the first
    stretch with an integer that was rounded, and words about it.
    """

    seen: Seen = field(default_factory=Seen)
    judged: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    digest: int = 0
    rounded: Mapping[str, tuple[Part, str]] = field(default_factory=dict)

    def __add__(self, other: "Census") -> "Census":
        """Merge the counts of two lots of rows."""
        return Census(
            self.seen + other.seen,
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
        return sum(rows for _, rows in self.seen)

    @property
    def rows_of_files(self) -> Mapping[int, int]:
        """The rows of each file, by its number."""
        rows: Counter[int] = Counter()
        for (file, _), seen in self.seen:
            rows[file] += seen
        return rows

    def start(self, part: Part) -> int:
        """Return how many rows of its file stand before a stretch."""
        return sum(n for (file, number), n in self.seen if file == part[0] and number < part[1])
