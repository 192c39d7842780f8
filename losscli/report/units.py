"""Groups and clusters as the units of a report: the value of each group, the sums of each cluster.

A unit stands in the moments as a row does, so that standard errors and intervals count units.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.squares import UNITS
from losscli.summary.dyadic import Dyadic, quotient
from losscli.summary.exact import ExactSums
from losscli.summary.group_sums import GroupSums, Lot, Sums
from losscli.summary.grouped import Class, Grouped
from losscli.summary.moments import Moments
from losscli.summary.slices import ROWS
from losscli.summary.tally import Tally

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]


def cluster_moments(sums: GroupSums, classes: Sequence[Class]) -> tuple[Moments, ...]:
    """Return the moments of the sums of each cluster, class by class, for each loss.

    A cluster is a row with the sum of each term and then the sum of its weights (or its number
    of rows), each rounded once: the layout of rows with weights, already multiplied.
    """
    lot = sums.settled()
    places = _places(lot, classes)
    return tuple(_moments_of_sums(one, places, len(classes)) for one in lot.losses)


def _places(lot: Lot, classes: Sequence[Class]) -> Integers:
    at = {name: k for k, name in enumerate(classes)}
    return np.array([at[name] for name in lot.classes], np.int64)[lot.of_class]


def _moments_of_sums(sums: Sums, places: Integers, classes: int) -> Moments:
    terms, columns = len(sums.low), sums.floats()
    if len(columns) == terms:
        columns = np.concatenate([columns, sums.rows[None].astype(np.float64)])
    some = sums.rows > 0
    found = _added(columns[:, some], places[some], classes)
    return replace(found, terms=terms, low=found.low[:terms], high=found.high[:terms])


def _added(columns: Vector, places: Integers, classes: int) -> Moments:
    """Add up columns (shape (columns, units)) of units that are in the order of their classes."""
    tally = Tally(classes, len(columns), len(columns))
    for start in range(0, columns.shape[1], ROWS):
        some = places[start : start + ROWS]
        starts = np.flatnonzero(np.diff(some, prepend=-1))
        rows = tuple(np.ascontiguousarray(c[start : start + ROWS]) for c in columns)
        tally.add(some[starts], starts, rows)
    return tally.moments()


@dataclass(frozen=True)
class _Group:
    """The terms of a loss over the rows of one group (`Finished` of losses/combine.py)."""

    sums: Sums
    numbers: Sequence[int]
    exponent: int
    place: int
    middle: float
    copies: int = 1

    def _sum(self, column: int) -> int:
        return self.numbers[column * len(self.sums.rows) + self.place]

    def weight(self) -> Dyadic:
        """Return the sum of the weights, or the rows."""
        terms = len(self.sums.low)
        if self.sums.columns > terms:
            return Dyadic(self._sum(terms), self.exponent)
        return Dyadic(int(self.sums.rows[self.place]), 0)

    def plain(self) -> float:
        """Return the mean of the first term."""
        return quotient(Dyadic(self._sum(0), self.exponent), self.weight())

    def mean(self, term: int) -> Fraction:
        """Return the exact (weighted) mean of a term."""
        weight = self.weight()
        total, terms = Dyadic(0, 0), len(self.sums.low) // self.copies
        for copy, unit in enumerate(UNITS[: self.copies]):
            total += Dyadic(self._sum(term + copy * terms), self.exponent + unit)
        shift = total.exponent - weight.exponent
        return Fraction(total.units << max(shift, 0), weight.units << max(-shift, 0))

    def low(self, term: int) -> float:
        """Return the smallest value of a term."""
        return float(self.sums.low[term, self.place])

    def high(self, term: int) -> float:
        """Return the largest value of a term."""
        return float(self.sums.high[term, self.place])

    def median(self) -> float:
        """Return the median of the first term; NaN where it is not known."""
        return self.middle


@dataclass(frozen=True)
class Values:
    """The value of one loss in each group (and class); NaN where there is none.

    `rows` counts the rows of each, `infinite` those whose loss is infinite. `empty` counts the
    groups in which there was nothing and nothing was predicted.
    """

    values: Vector
    rows: Integers
    infinite: Integers
    empty: int = 0


def values(chosen: Chosen, sums: Sums, medians: Vector | None = None) -> Values:
    """Finish the value of a loss in each place, from the exact sums of its terms.

    `medians` are those of the first term, for a loss that is a median.
    """
    numbers, exponent = sums.sums.integers()
    combine = chosen.combine
    found = np.full(len(sums.rows), np.nan)
    empty = 0
    odd = np.zeros_like(sums.rows) if chosen.leaves_out else sums.undefined
    for place in np.flatnonzero((sums.rows > 0) & (odd == 0)).tolist():
        middle = math.nan if medians is None else float(medians[place])
        group = _Group(sums, numbers, exponent, place, middle, chosen.copies(len(sums.low)))
        found[place] = group.plain() if combine is MEAN else combine.value(group)
        empty += combine.empty is not None and combine.empty(group)
    found[sums.infinite > 0] = np.inf
    return Values(found, sums.rows + sums.infinite + odd, sums.infinite, empty)


def moments_of_groups(lot: Lot, found: Sequence[Values], classes: Sequence[Class]) -> Grouped:
    """Return the moments of the values of the groups: each group counts as a row does."""
    places = _places(lot, classes)
    mass = ExactSums(len(classes), {0: np.bincount(places, minlength=len(classes))}, 1)
    moments = tuple(_added(one.values[None], places, len(classes)) for one in found)
    return Grouped(tuple(classes), mass, moments)
