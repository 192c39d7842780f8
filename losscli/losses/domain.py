"""Where a number may lie: ranges that validate, document and generate test data."""

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """The numbers from `low` to `high`: validates, documents and generates test data.

    `without` are the numbers in between that are not meant; `whole` ones have no fraction. `said`
    says it shorter.
    """

    low: float = -np.inf
    high: float = np.inf
    low_open: bool = False
    high_open: bool = False
    without: tuple["Interval", ...] = ()
    whole: bool = False
    said: str = ""

    def holds(self, values: Vector) -> NDArray[np.bool_]:
        """Tell for each value whether it lies inside (NaN does not)."""
        above = values > self.low if self.low_open else values >= self.low
        below = values < self.high if self.high_open else values <= self.high
        inside = above & below
        for hole in self.without:
            inside &= ~hole.holds(values)
        return inside & (np.floor(values) == values) if self.whole else inside

    def __and__(self, other: "Interval") -> "Interval":
        """Return the numbers that lie in both."""
        if REAL in (self, other):
            return self if other == REAL else other
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, shut = min((self.high, not self.high_open), (other.high, not other.high_open))
        holes = tuple(dict.fromkeys(self.without + other.without))
        return Interval(low, high, low_open, not shut, holes, self.whole or other.whole)

    def __contains__(self, value: float) -> bool:
        """Tell whether the number lies inside."""
        return bool(self.holds(np.float64(value)))  # type: ignore[arg-type]

    @property
    def noun(self) -> str:
        """What kind of number lies inside."""
        return "a whole number" if self.whole else "a number"

    def __str__(self) -> str:
        """Return the range as mathematics writes it."""
        if self.said:
            return self.said
        left = "(" if self.low_open else "["
        right = ")" if self.high_open else "]"
        holes = " and ".join(f"{h.low:g}" if h.low == h.high else str(h) for h in self.without)
        return f"{left}{self.low:g}, {self.high:g}{right}" + (f" without {holes}" if holes else "")


@dataclass(frozen=True)
class Choice:
    """The words that a parameter takes, beside or instead of the numbers of `numbers`."""

    words: tuple[str, ...]
    numbers: Interval | None = None

    def __contains__(self, value: object) -> bool:
        """Tell whether it is one of the words or of the numbers."""
        if isinstance(value, str):
            return value in self.words
        return self.numbers is not None and isinstance(value, int | float) and value in self.numbers

    def __str__(self) -> str:
        """Return the words, and the range of the numbers."""
        words = ", ".join(self.words)
        return f"{words} or a number in {self.numbers}" if self.numbers else words


@dataclass(frozen=True)
class PerRow(Choice):
    """A number, a word of `words`, or any other text: the column with a number for each row."""

    words: tuple[str, ...] = ()

    def __contains__(self, value: object) -> bool:
        """Tell whether it is a text or one of the numbers."""
        return isinstance(value, str) or super().__contains__(value)

    def __str__(self) -> str:
        """Return the words, the range of the numbers, and that it may be a column."""
        return " or ".join([*self.words, f"a number in {self.numbers}", "a column with one a row"])


REAL = Interval(low_open=True, high_open=True)
NOT_ZERO = Interval(low_open=True, high_open=True, without=(Interval(0, 0),))
POSITIVE = Interval(low=0, low_open=True, high_open=True)
NEGATIVE = Interval(high=0, low_open=True, high_open=True)
NON_NEGATIVE = Interval(low=0, high_open=True)
OPEN_UNIT = Interval(0, 1, low_open=True, high_open=True)
UNIT = Interval(0, 1)
COUNTS = Interval(low=1, high_open=True, whole=True)
"""1, 2, 3 and so on."""
ZERO_OR_ONE = Interval(
    0, 1, without=(Interval(0, 1, low_open=True, high_open=True),), said="0 and 1"
)
AT_LEAST_ONE = Interval(low=1, high_open=True)
ABOVE_MINUS_ONE = Interval(low=-1, low_open=True, high_open=True)
