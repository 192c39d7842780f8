"""What the first rows tell of a column: numbers or text, which values."""

import re
from collections.abc import Mapping, Sequence

from losscli.dataclass import dataclass

_NUMBER = re.compile(
    r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*|\s*[+-]?(nan|inf|infinity)\s*",
    re.ASCII | re.IGNORECASE,
)
_MARKED = re.compile(r"\s*[$€£¥₹%]\s*")
"""What a number in a text may stand beside, as in 50% or $4: it is refused, and no class."""
# Sums of decimals such as 3 * 0.333333 would miss 1e-6 by their rounding only.
TOLERANCE = 1e-6 + 1e-12
"""How far from 1 the probabilities of a row may sum."""


def number(text: str) -> float | None:
    """Return the number that a text spells (with a decimal point or comma), or None."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


@dataclass(frozen=True)
class Peek:
    """The texts of the first rows by column; None is an empty cell."""

    sample: Mapping[str, Sequence[str | None]]

    def texts(self, name: str) -> list[str]:
        """Return the texts of the cells that are not empty."""
        return [text for text in self.sample[name] if text is not None]

    def distinct(self, name: str) -> list[str]:
        """Return the different texts, in order of appearance."""
        return list(dict.fromkeys(self.texts(name)))

    def numbers(self, name: str) -> list[float]:
        """Return the numbers among the cells."""
        return [value for text in self.texts(name) if (value := number(text)) is not None]

    def numeric(self, name: str) -> bool:
        """Tell whether most cells are numbers: a stray text is then an error, not a class."""
        texts = self.texts(name)
        meant = sum(number(_MARKED.sub("", text)) is not None for text in texts)
        return 2 * meant >= len(texts)

    def few_integers(self, name: str, most: int) -> bool:
        """Tell whether the cells hold nothing but integers, and at most so many of them."""
        texts = self.distinct(name)
        values = [number(text) for text in texts]
        whole = all(value is not None and value.is_integer() for value in values)
        return bool(texts) and len(texts) <= most and whole

    def in_unit(self, names: Sequence[str]) -> bool:
        """Tell whether every number of the columns lies in [0, 1]."""
        return all(0 <= value <= 1 for name in names for value in self.numbers(name))

    def sums_to_one(self, names: Sequence[str]) -> bool:
        """Tell whether the columns hold nothing but numbers that sum to 1 in each full row."""
        rows = [row for row in zip(*(self.sample[n] for n in names), strict=True) if all(row)]
        values = [[number(text) for text in row if text is not None] for row in rows]
        return bool(rows) and all(
            None not in row and abs(sum(v for v in row if v is not None) - 1) <= TOLERANCE
            for row in values
        )


def joined(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does: a, b and c."""
    return (
        f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
    )
