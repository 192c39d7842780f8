"""Row losses of one block, added up class by class into `Moments`."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from losscli.summary.coarse import CoarseSums, add_cubes, add_run, add_runs
from losscli.summary.exact import ExactSums
from losscli.summary.moments import Moments, pairs, triples
from losscli.summary.runs import BASE, cuts_of, ends_of, power_sums
from losscli.summary.slices import WORKSPACE, Cut

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]


class Tally:
    """Adds slices of row losses class by class: at most ROWS rows at a time.

    Where the rows are of several classes, each may have EXACT of them.
    """

    def __init__(self, classes: int, columns: int, terms: int) -> None:
        self._total = Moments.zero(classes, columns, terms)
        self._sums = [0] * (columns * classes)
        self._squares = [0] * (len(pairs(columns)) * classes)
        self._cubes: dict[int, Integers] = {}
        self._largest_cubes = np.zeros(len(triples(columns)) * classes)

    def moments(self) -> Moments:
        """Return what was added up."""
        total = self._total
        return replace(
            total,
            sums=total.sums + ExactSums.of_integers(self._sums, BASE),
            squares=total.squares + ExactSums.of_integers(self._squares, BASE),
            cubes=CoarseSums(len(self._largest_cubes), self._largest_cubes, self._cubes),
        )

    def add(self, places: Integers, starts: Integers, columns: Sequence[Vector]) -> float:
        """Add rows of several classes: class `places[i]` begins at row `starts[i]`.

        `columns` are the terms, then (with weights) the weight. Returns the largest value of
        the first term (NaN where one is NaN).
        """
        if len(places) == 1:
            return self._add_alone(places, starts, columns)
        total = self._total
        terms = columns[: total.terms]
        ends = [(np.minimum.reduceat(t, starts), np.maximum.reduceat(t, starts)) for t in terms]
        highest = float(np.max(ends[0][1]))
        added = weighed(columns, total.terms)
        finite = all(np.isfinite(end).all() for both in ends for end in both)
        if not finite or not (added is columns or all(np.isfinite(one).all() for one in added)):
            self._set_aside(places, starts, columns)
            return highest
        total.rows[places] += np.diff(starts, append=len(terms[0]))
        for j, (low, high) in enumerate(ends):
            total.low[j, places] = np.minimum(total.low[j, places], low)
            total.high[j, places] = np.maximum(total.high[j, places], high)
        self._add_runs(places, starts, added)
        return highest

    def _add_alone(self, places: Integers, starts: Integers, columns: Sequence[Vector]) -> float:
        total = self._total
        place = int(places[0])
        ends = [ends_of(term) for term in columns[: total.terms]]
        if not all(math.isfinite(low) and math.isfinite(high) for low, high in ends):
            self._set_aside(places, starts, columns)
            return ends[0][1]
        added, of_added = columns, ends
        if len(columns) > total.terms:
            added = weighed(columns, total.terms)
            of_added = [ends_of(column) for column in added]
            if not all(math.isfinite(low) and math.isfinite(high) for low, high in of_added):
                self._set_aside(places, starts, columns)
                return ends[0][1]
        total.rows[place] += len(columns[0])
        for j, (low, high) in enumerate(ends):
            total.low[j, place] = min(low, total.low[j, place])
            total.high[j, place] = max(high, total.high[j, place])
        self._add_run(place, added, [max(-low, high) for low, high in of_added])
        return ends[0][1]

    def _set_aside(self, places: Integers, starts: Integers, columns: Sequence[Vector]) -> None:
        """Count the rows whose loss, times its weight, is not finite, and add the others."""
        terms = [*columns[: self._total.terms], *weighed(columns, self._total.terms)]
        undefined = np.logical_or.reduce([np.isnan(term) for term in terms])
        finite = np.logical_and.reduce([np.isfinite(term) for term in terms])
        kept = np.add.reduceat(finite, starts, dtype=np.int64)
        odd = np.add.reduceat(undefined, starts, dtype=np.int64)
        self._total.undefined[places] += odd
        self._total.infinite[places] += np.diff(starts, append=len(finite)) - kept - odd
        some = kept > 0
        if some.any():
            begins = np.cumsum(kept[some]) - kept[some]
            self.add(places[some], begins, [column[finite] for column in columns])

    def _add_run(self, place: int, columns: Sequence[Vector], largest: Sequence[float]) -> None:
        classes = self._total.classes
        sums, squares = power_sums(columns, largest)
        for j, units in enumerate(sums):
            self._sums[j * classes + place] += units
        for k, units in enumerate(squares):
            self._squares[k * classes + place] += units
        for k, (i, j, m) in enumerate(triples(len(columns))):
            at = k * classes + place
            if i == j == m:
                top, levels = add_cubes(columns[i], largest[i])
            else:
                cubes = _cubes(columns[i], columns[j], columns[m])
                top = float(np.abs(cubes).max())
                top = top if math.isfinite(top) else math.inf
                levels = add_run(cubes, top)
            self._largest_cubes[at] = max(self._largest_cubes[at], top)
            for level, units in levels.items():
                self._level(level)[at] += units

    def _level(self, level: int) -> Integers:
        if level not in self._cubes:
            self._cubes[level] = np.zeros(len(self._largest_cubes), np.int64)
        return self._cubes[level]

    def _add_runs(self, places: Integers, starts: Integers, columns: Sequence[Vector]) -> None:
        """Add rows of many classes: sums over runs of slices and of their products."""
        classes = self._total.classes
        cuts = cuts_of(columns, [float(np.abs(column).max()) for column in columns])
        if cuts is None:
            ends = [*starts[1:].tolist(), len(columns[0])]
            for place, start, end in zip(places.tolist(), starts.tolist(), ends, strict=True):
                some = [column[start:end] for column in columns]
                self._add_run(place, some, [float(np.abs(column).max()) for column in some])
            return
        rows = WORKSPACE.slices[:, : len(columns[0])]
        for j, found in enumerate(cuts):
            at = places + j * classes
            for row, unit in enumerate(found.exponents, found.first):
                _add_at(self._total.sums, at, rows[row], starts, unit)
        for k, (i, j) in enumerate(pairs(len(cuts))):
            at = places + k * classes
            for a, b, unit, times in _slice_pairs(cuts[i], cuts[j]):
                _add_at(self._total.squares, at, times * rows[a] * rows[b], starts, unit)
        for k, (i, j, m) in enumerate(triples(len(columns))):
            cubes = _cubes(columns[i], columns[j], columns[m])
            largest = np.maximum.reduceat(np.abs(cubes), starts)
            largest[np.isnan(largest)] = np.inf
            at = places + k * classes
            self._largest_cubes[at] = np.maximum(self._largest_cubes[at], largest)
            for level, units in add_runs(cubes, starts, largest).items():
                self._level(level)[at] += units


def weighed(columns: Sequence[Vector], terms: int) -> Sequence[Vector]:
    """Return what is added up: the terms, or with a weight their products and the weight."""
    if len(columns) == terms:
        return columns
    with np.errstate(over="ignore"):
        return [*(term * columns[-1] for term in columns[:terms]), columns[-1]]


def _slice_pairs(left: Cut, right: Cut) -> Iterator[tuple[int, int, int, int]]:
    """Yield the rows of the two slices of a product, the exponent of its unit, how often it counts.

    In a square the pairs (a, b) and (b, a) are one, which counts twice.
    """
    square = left is right
    for a, one in enumerate(left.exponents, left.first):
        for b, other in enumerate(right.exponents, right.first):
            if not square or b >= a:
                yield a, b, one + other, 2 if square and a != b else 1


def _cubes(a: Vector, b: Vector, c: Vector) -> Vector:
    cubes = WORKSPACE.product[: len(a)]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        np.multiply(a, b, out=cubes)
        np.multiply(cubes, c, out=cubes)
    return cubes


def _add_at(sums: ExactSums, at: Integers, values: Vector, starts: Integers, exponent: int) -> None:
    units = np.ldexp(np.add.reduceat(values, starts), -exponent).astype(np.int64)
    sums.add_units(at, units, exponent)
