"""The terms of one loss over one set of rows: exact means, and moments of linear forms."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations_with_replacement

from losscli.losses.squares import UNITS
from losscli.summary.distribution import Sample
from losscli.summary.dyadic import Dyadic, quotient
from losscli.summary.moments import Moments, pairs, triples


class Terms:
    """Reads the moments of one class as exact numbers (`Finished` of losses/combine.py).

    `rows` counts the rows that were added up, `counted` also those whose loss is not finite.
    `copies` tells in how many units each term is added up (losses/squares.py).
    """

    def __init__(
        self,
        moments: Moments,
        exact: tuple[list[Dyadic], list[Dyadic]],
        place: int,
        sample: Sample | None,
        *,
        leaves_out: bool = False,
        copies: int = 1,
    ) -> None:
        self._moments = moments
        self._place = place
        self._sample = sample
        self._sums, self._squares = exact
        self._means: dict[int, Fraction] = {}
        self.rows = int(moments.rows[place])
        self.infinite = int(moments.infinite[place])
        self.undefined = 0 if leaves_out else int(moments.undefined[place])
        self.counted = self.rows + self.infinite + self.undefined
        self.weighted = moments.columns > moments.terms
        self.term_count = moments.terms // copies
        self._units = UNITS[:copies]

    def sum(self, term: int) -> Dyadic:
        """Return the exact sum of a term; after the last one that of the weights, or the rows."""
        if term == self.term_count:
            return self._sum(self._moments.terms)
        found = self._sum(term)
        for copy, unit in enumerate(self._units[1:], 1):
            found += self._sum(term + copy * self.term_count) * Dyadic(1, unit)
        return found

    def in_units(self, factors: Sequence[Dyadic]) -> list[Dyadic]:
        """Return a factor for each column that holds a term, from one for each term."""
        return [factor * Dyadic(1, unit) for unit in self._units for factor in factors]

    def _sum(self, column: int) -> Dyadic:
        if column == self._moments.columns:
            return Dyadic(self.rows, 0)
        return self._sums[column * self._moments.classes + self._place]

    @property
    def square_of_weights(self) -> Dyadic:
        """The exact sum of the squares of the weights, or the rows."""
        return self.square(self._moments.terms, self._moments.terms)

    def square(self, i: int, j: int) -> Dyadic:
        """Return the exact sum of the product of two columns, i <= j."""
        if j == self._moments.columns:
            return self._sum(i)
        at = pairs(self._moments.columns).index((i, j))
        return self._squares[at * self._moments.classes + self._place]

    def cube(self, i: int, j: int, k: int) -> tuple[Dyadic, float] | None:
        """Return the sum of the product of three columns, i <= j <= k, and a bound on its error.

        None where it is not known.
        """
        if k == self._moments.columns:
            return self.square(i, j), 0.0
        at = triples(self._moments.columns).index((i, j, k))
        at = at * self._moments.classes + self._place
        found = self._moments.cubes.sum(at)
        largest = float(self._moments.cubes.largest[at])
        return None if found is None else (found, self.rows * largest * 2.0**-32)

    def form_squared(self, form: Sequence[Dyadic]) -> Dyadic:
        """Return the sum over rows of the square of a linear form of the columns.

        `form` holds a factor for each column of terms, then one for the weight (or the column
        of ones).
        """
        total = Dyadic(0, 0)
        for i, j in combinations_with_replacement(range(len(form)), 2):
            total += _ORDERS[len({i, j})] * form[i] * form[j] * self.square(i, j)
        return total

    def form_cubed(self, form: Sequence[Dyadic]) -> tuple[Dyadic, float] | None:
        """Return the sum over rows of the cube of a linear form, and a bound on its error."""
        total, bound = Dyadic(0, 0), 0.0
        for i, j, k in combinations_with_replacement(range(len(form)), 3):
            found = self.cube(i, j, k)
            if found is None:
                return None
            factor = _ORDERS_OF_3[len({i, j, k})] * form[i] * form[j] * form[k]
            total += factor * found[0]
            if found[1]:
                bound += abs(quotient(factor, _ONE)) * found[1]
        return total, bound

    @property
    def weight(self) -> Dyadic:
        """The sum of the weights, or the rows."""
        return self.sum(self.term_count)

    def mean(self, term: int) -> Fraction:
        """Return the exact (weighted) mean of a term."""
        if term not in self._means:
            self._means[term] = self.sum(term).fraction() / self.weight.fraction()
        return self._means[term]

    def low(self, term: int) -> float:
        """Return the smallest value of a term."""
        return float(self._moments.low[term, self._place])

    def high(self, term: int) -> float:
        """Return the largest value of a term."""
        return float(self._moments.high[term, self._place])

    def median(self) -> float:
        """Return the median of the first term; NaN where its distribution was not kept."""
        return self._sample.median() if self._sample else math.nan

    @property
    def binary(self) -> bool:
        """Tell whether every value of the only term is 0 or 1."""
        if self._moments.terms > 1 or self.low(0) < 0 or self.high(0) > 1:
            return False
        other = self.square(0, 1) if self.weighted else self.sum(0)
        return (self.square(0, 0) + -other).units == 0


_ONE = Dyadic(1, 0)
_ORDERS = {1: _ONE, 2: Dyadic(2, 0)}
"""In how many orders a product of two columns comes, by how many of them differ."""
_ORDERS_OF_3 = {1: _ONE, 2: Dyadic(3, 0), 3: Dyadic(6, 0)}
"""The same for three columns."""
