"""Counts, extremes and exact first, second and third moments of row losses, class by class."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations_with_replacement
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.summary.coarse import CoarseSums
from losscli.summary.exact import ExactSums

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]
S = TypeVar("S", ExactSums, CoarseSums)


@dataclass(frozen=True)
class Moments:
    """What is kept of the row losses of each class; `+` merges, `Moments.zero` is the zero.

    A row has one or several columns: the terms of the loss, and with weights the products
    weight * term followed by the weight itself. `sums` holds the sum of each column, `squares`
    the sum of each product of two columns, `cubes` of three (in the order of
    `itertools.combinations_with_replacement`), each for every class, columns first. `low` and
    `high` are the extremes of the terms. `rows` counts the rows that were added up; those
    whose loss is not finite are only counted, in `infinite` and `undefined`.
    """

    classes: int
    columns: int
    terms: int
    rows: Integers
    infinite: Integers
    undefined: Integers
    low: Vector
    high: Vector
    sums: ExactSums
    squares: ExactSums
    cubes: CoarseSums

    @classmethod
    def zero(cls, classes: int, columns: int, terms: int) -> "Moments":
        """Return the moments of no rows."""
        return cls(
            classes,
            columns,
            terms,
            rows=np.zeros(classes, np.int64),
            infinite=np.zeros(classes, np.int64),
            undefined=np.zeros(classes, np.int64),
            low=np.full((terms, classes), np.inf),
            high=np.full((terms, classes), -np.inf),
            sums=ExactSums(columns * classes),
            squares=ExactSums(len(pairs(columns)) * classes),
            cubes=CoarseSums(len(triples(columns)) * classes),
        )

    def __add__(self, other: "Moments") -> "Moments":
        """Merge the moments of two lots of rows with the same classes."""
        if self.columns != other.columns:
            most = max(self.terms, other.terms)
            return self.widened(most) + other.widened(most)
        return Moments(
            self.classes,
            self.columns,
            self.terms,
            self.rows + other.rows,
            self.infinite + other.infinite,
            self.undefined + other.undefined,
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
            self.sums + other.sums,
            self.squares + other.squares,
            self.cubes + other.cubes,
        )

    def widened(self, terms: int) -> "Moments":
        """Return the same with further terms, which are 0 in every row."""
        more = terms - self.terms
        if not more:
            return self
        columns = self.columns + more
        kept = [*range(self.terms), *range(terms, columns)]

        def placed(old: Sequence[Any], new: Sequence[Any]) -> NDArray[np.intp]:
            at = [new.index(tuple(kept[j] for j in each)) for each in old]
            return (np.array(at)[:, None] * self.classes + np.arange(self.classes)).ravel()

        def total(sums: S, of: Callable[[int], Sequence[Any]]) -> S:
            size = len(of(columns)) * self.classes
            return sums.spread(placed(of(self.columns), of(columns)), size)

        zeros = np.where(self.rows > 0, 0.0, [[np.inf]] * more)
        return replace(
            self,
            columns=columns,
            terms=terms,
            low=np.concatenate([self.low, zeros]),
            high=np.concatenate([self.high, -zeros]),
            sums=total(self.sums, singles),
            squares=total(self.squares, pairs),
            cubes=total(self.cubes, triples),
        )

    def spread(self, places: NDArray[np.intp], classes: int) -> "Moments":
        """Add class i to place `places[i]` of `classes` classes that are empty."""

        def counts(old: Integers) -> Integers:
            new = np.zeros(classes, np.int64)
            np.add.at(new, places, old)
            return new

        def extremes(old: Vector, better: np.ufunc, empty: float) -> Vector:
            new = np.full((self.terms, classes), empty)
            for row, values in zip(new, old, strict=True):
                better.at(row, places, values)
            return new

        def wide(columns: int) -> NDArray[np.intp]:
            return (np.arange(columns)[:, None] * classes + places).ravel()

        two, three = len(pairs(self.columns)), len(triples(self.columns))
        return Moments(
            classes,
            self.columns,
            self.terms,
            counts(self.rows),
            counts(self.infinite),
            counts(self.undefined),
            extremes(self.low, np.minimum, np.inf),
            extremes(self.high, np.maximum, -np.inf),
            self.sums.spread(wide(self.columns), self.columns * classes),
            self.squares.spread(wide(two), two * classes),
            self.cubes.spread(wide(three), three * classes),
        )


def singles(columns: int) -> tuple[tuple[int], ...]:
    """Return the columns that `sums` holds."""
    return tuple((j,) for j in range(columns))


@cache
def pairs(columns: int) -> tuple[tuple[int, int], ...]:
    """Return the products of two columns that `squares` holds."""
    return tuple(combinations_with_replacement(range(columns), 2))


@cache
def triples(columns: int) -> tuple[tuple[int, int, int], ...]:
    """Return the products of three columns that `cubes` holds."""
    return tuple(combinations_with_replacement(range(columns), 3))
