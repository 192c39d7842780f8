"""Exact sums of row losses for each of many groups: an image, a series, a user."""

from collections.abc import Iterator, Sequence
from dataclasses import field, replace

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.summary.dyadic import Dyadic, quotient
from losscli.summary.exact import ExactSums
from losscli.summary.grouped import Class, in_order
from losscli.summary.runs import exact_sum
from losscli.summary.slices import ROWS, WIDE, WORKSPACE, cut
from losscli.summary.tally import weighed

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_GROUPS = 2_000_000
"""So many groups (with breakdowns: pairs of a class and a group) are kept, in a gigabyte or two."""


@dataclass(frozen=True)
class Sums:
    """What is kept of one loss in each place (a group, or a group within a class).

    `rows` counts the rows that were added up; those whose loss is not finite are only counted,
    in `infinite` and `undefined`. `low` and `high` are the extremes of each term, shape
    (terms, places). `sums` holds the exact sum of each term and then, with weights, of
    weight * term and of the weight: the sum of column j in place k is number j * places + k.
    """

    rows: Integers
    infinite: Integers
    undefined: Integers
    low: Vector
    high: Vector
    sums: ExactSums

    @property
    def columns(self) -> int:
        """How many sums each place has."""
        return self.sums.size // len(self.rows)

    def floats(self) -> Vector:
        """Return the sums as the nearest doubles, shape (columns, places)."""
        numbers, exponent = self.sums.integers()
        one = Dyadic(1, -exponent)
        found = np.array([quotient(Dyadic(number, 0), one) for number in numbers])
        return found.reshape(-1, len(self.rows))

    @classmethod
    def zero(cls, places: int, columns: int, terms: int) -> "Sums":
        """Return the sums of no rows."""
        low, high = np.full((terms, places), np.inf), np.full((terms, places), -np.inf)
        rows, infinite, undefined = np.zeros((3, places), np.int64)
        return cls(rows, infinite, undefined, low, high, ExactSums(columns * places))

    def widened(self, terms: int) -> "Sums":
        """Return the same with further terms, which are 0 in every row."""
        more, places = terms - len(self.low), len(self.rows)
        if not more:
            return self
        kept = np.arange(self.columns)
        kept[len(self.low) :] += more
        zeros = np.where(self.rows > 0, 0.0, [[np.inf]] * more)
        return replace(
            self,
            low=np.concatenate([self.low, zeros]),
            high=np.concatenate([self.high, -zeros]),
            sums=self.sums.spread(
                (kept[:, None] * places + np.arange(places)).ravel(),
                (self.columns + more) * places,
            ),
        )

    def put(self, other: "Sums", places: NDArray[np.intp]) -> None:
        """Add place i of another one to place `places[i]`, in place."""
        np.add.at(self.rows, places, other.rows)
        np.add.at(self.infinite, places, other.infinite)
        np.add.at(self.undefined, places, other.undefined)
        for low, high, new_low, new_high in zip(
            self.low, self.high, other.low, other.high, strict=True
        ):
            np.minimum.at(low, places, new_low)
            np.maximum.at(high, places, new_high)
        wide = (np.arange(self.columns)[:, None] * len(self.rows) + places).ravel()
        self.sums.put(other.sums, wide)


@dataclass(frozen=True)
class Lot:
    """The sums of some rows by group and class, each pair of them once.

    Pair k is the group `groups[of_group[k]]` within the class `classes[of_class[k]]`; `losses`
    has the sums of each loss, one place for each pair. Everything is in the order of the texts
    (the class of empty cells first), classes before groups.
    """

    groups: tuple[str, ...] = ()
    classes: tuple[Class, ...] = ()
    of_group: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    of_class: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    losses: tuple[Sums, ...] = ()

    def __len__(self) -> int:
        return len(self.of_group)


@dataclass(frozen=True)
class GroupSums:
    """Exact sums for each group of rows; `+` merges, `GroupSums()` is the zero.

    The same rows give the same numbers to the bit however they are ordered and split. Merging
    n lots costs n log n: small lots wait in `lots` until together they are as large as the
    largest one. `settled` puts all of them into one.

    For a paired difference of two models, sum the differences as one loss of one term:
    `GroupSums.of((codes, names), [(new - old,)])`; `settled().losses[0].floats()` are then the
    sums of the groups, each rounded once.
    """

    lots: tuple[Lot, ...] = ()

    @classmethod
    def of(
        cls,
        group: tuple[NDArray[np.integer], Sequence[str]],
        losses: Sequence[Sequence[Vector]],
        *,
        by: tuple[NDArray[np.integer], Sequence[Class]] | None = None,
        weight: Vector | None = None,
    ) -> "GroupSums":
        """Sum the terms of each loss over the rows of each group (and class).

        `group` are the codes of n rows and the texts behind them, `by` likewise the classes.
        A loss is a sequence of its terms, float64[n] each; a row with a term that is not finite
        is only counted. With `weight` (float64[n]) the terms are multiplied by it.
        """
        codes, names = group
        class_codes, classes = by or (np.zeros(len(codes), np.int8), (None,))
        if not len(codes):
            return cls()
        pair = class_codes.astype(np.int64) * len(names) + codes
        order = np.argsort(pair, kind="stable")
        pair = pair[order]
        starts = np.flatnonzero(np.diff(pair, prepend=-1))
        of_class, of_group = np.divmod(pair[starts], len(names))
        some, of_group = np.unique(of_group, return_inverse=True)
        seen, of_class = np.unique(of_class, return_inverse=True)
        lot = Lot(
            tuple(names[k] for k in some.tolist()),
            tuple(classes[k] for k in seen.tolist()),
            of_group,
            of_class,
            tuple(_add_up(terms, weight, order, starts) for terms in losses),
        )
        return cls((_joined([lot]),))

    def __add__(self, other: "GroupSums") -> "GroupSums":
        """Merge the sums of two lots of rows."""
        lots = self.lots + other.lots
        sizes = [len(lot) for lot in lots]
        if len(lots) > 1 and sum(sizes) >= 2 * max(sizes):
            return GroupSums((_joined(lots),))
        return GroupSums(lots)

    def __len__(self) -> int:
        """Return the pairs of a class and a group, those that several waiting lots have twice."""
        return sum(map(len, self.lots))

    def settled(self) -> Lot:
        """Return all sums as one lot."""
        return self.lots[0] if len(self.lots) == 1 else _joined(self.lots)

    def whole(self) -> Lot:
        """Return the sums of each group over all classes."""
        classless = [replace(lot, classes=(None,) * len(lot.classes)) for lot in self.lots]
        return _joined(classless)


def _joined(lots: Sequence[Lot]) -> Lot:
    """Put lots into one, adding up what belongs to the same pair of class and group."""
    if not lots:
        return Lot()
    groups = sorted({name for lot in lots for name in lot.groups})
    classes = sorted({name for lot in lots for name in lot.classes}, key=in_order)
    group_at = {name: k for k, name in enumerate(groups)}
    class_at = {name: k for k, name in enumerate(classes)}
    pairs = []
    for lot in lots:
        of_group = np.array([group_at[name] for name in lot.groups])[lot.of_group]
        of_class = np.array([class_at[name] for name in lot.classes])[lot.of_class]
        pairs.append(of_class * len(groups) + of_group)
    every, places = np.unique(np.concatenate(pairs), return_inverse=True)
    every_loss = zip(*(lot.losses for lot in lots), strict=True)
    widest = [max(sums, key=lambda one: one.columns) for sums in every_loss]
    total = tuple(Sums.zero(len(every), s.columns, len(s.low)) for s in widest)
    start = 0
    for lot in lots:
        for own, new in zip(total, lot.losses, strict=True):
            own.put(new.widened(len(own.low)), places[start : start + len(lot)])
        start += len(lot)
    of_class, of_group = np.divmod(every, len(groups))
    return Lot(tuple(groups), tuple(classes), of_group, of_class, total)


def _add_up(
    terms: Sequence[Vector], weight: Vector | None, order: NDArray[np.intp], starts: Integers
) -> Sums:
    """Sum the terms of a loss over runs of the rows in `order`, the first of which are `starts`."""
    columns = [term[order] for term in terms]
    with np.errstate(over="ignore"):
        added = weighed([*columns, weight[order]] if weight is not None else columns, len(terms))
    total = Sums.zero(len(starts), len(added), len(terms))
    undefined = np.logical_or.reduce([np.isnan(column) for column in added])
    finite = np.logical_and.reduce([np.isfinite(column) for column in added])
    total.rows[:] = np.add.reduceat(finite, starts, dtype=np.int64)
    total.undefined[:] = np.add.reduceat(undefined, starts, dtype=np.int64)
    total.infinite[:] = np.diff(starts, append=len(order)) - total.rows - total.undefined
    places = np.flatnonzero(total.rows)
    if not finite.all():
        starts = (np.cumsum(total.rows) - total.rows)[places]
        columns, added = ([c[finite] for c in several] for several in (columns, added))
    if len(places):
        for j, column in enumerate(columns):
            total.low[j, places] = np.minimum.reduceat(column, starts)
            total.high[j, places] = np.maximum.reduceat(column, starts)
    for j, column in enumerate(added):
        for some, at, begins in _slices(column, places, starts):
            _add_slice(total.sums, j * len(total.rows) + at, some, begins)
    return total


def _slices(
    column: Vector, places: Integers, starts: Integers
) -> Iterator[tuple[Vector, Integers, Integers]]:
    """Yield slices of at most ROWS rows, the places in each and where these begin in it."""
    for start in range(0, len(column), ROWS):
        stop = min(start + ROWS, len(column))
        first, last = np.searchsorted(starts, [start, stop - 1], side="right") - [1, 0]
        yield column[start:stop], places[first:last], np.maximum(starts[first:last] - start, 0)


def _add_slice(sums: ExactSums, at: Integers, values: Vector, starts: Integers) -> None:
    found = cut(values, max(-float(values.min()), float(values.max())), width=WIDE)
    if found is None:
        # numbers near the ends of the doubles are added one run at a time
        ends = np.append(starts[1:], len(values)).tolist()
        for place, start, end in zip(at.tolist(), starts.tolist(), ends, strict=True):
            sums.put(exact_sum(values[start:end]), np.array([place]))
        return
    for row, unit in enumerate(found.exponents, found.first):
        units = np.add.reduceat(WORKSPACE.slices[row, : len(values)], starts)
        sums.add_units(at, np.ldexp(units, -unit).astype(np.int64), unit)
