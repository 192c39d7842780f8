"""How few rows decide: the value of a loss without its worst rows."""

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import to_float
from losscli.work import Summary

_PART = 0.01
"""More than this part of the rows are not a few."""


@dataclass(frozen=True)
class Tail:
    """The exact sum of the row losses, and the largest of them, descending."""

    total: Fraction
    rows: int
    largest: tuple[float, ...]
    value: Callable[[float], float]

    def without(self) -> Iterator[tuple[int, float]]:
        """Yield the value without the worst row, without the two worst, and so on."""
        total, most = self.total, math.ceil(_PART * self.rows)
        for count, loss in enumerate(self.largest[:most], 1):
            if count < self.rows:
                total -= Fraction(loss)
                yield count, self.value(to_float(total / (self.rows - count)))


def tails(summary: Summary, chosen: Sequence[Chosen]) -> tuple[Tail | None, ...]:
    """Return the tail of each loss without weights; None where it is not the mean of its rows."""
    whole = next(iter(summary.groups.values())).whole()
    found: list[Tail | None] = []
    for one, moments, largest in zip(chosen, whole.moments, summary.largest, strict=True):
        monotone = one.combine.monotone
        copies = one.copies(moments.terms)
        if monotone is None or moments.infinite[0] or moments.undefined[0] or copies > 1:
            found.append(None)
            continue
        worst = tuple(largest.values[::-1].tolist())
        found.append(Tail(moments.sums.fractions()[0], int(moments.rows[0]), worst, monotone))
    return tuple(found)
