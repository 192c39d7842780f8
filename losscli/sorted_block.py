"""The rows of a block sorted by class, and their losses a slice at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.bad_rows import refuse_undefined, undefined, worst_rows
from losscli.data.block import Block
from losscli.dataclass import dataclass
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.losses.spec import Vector
from losscli.roles import SHARED
from losscli.summary.distribution import Distribution
from losscli.summary.exact import ExactSums
from losscli.summary.grouped import Grouped, in_order
from losscli.summary.heaps import heap
from losscli.summary.largest import Largest
from losscli.summary.slices import ROWS
from losscli.summary.sorting import sorted_rows
from losscli.summary.tallies import Tallies
from losscli.summary.worst import WorstRows

_LONG = 2048
"""The rows that a class must have in a block before it is added up by itself."""


@dataclass(frozen=True)
class Aims:
    """What is to be found out about the row losses.

    `distributed` are the numbers of the losses whose distribution over all rows is kept,
    `medians` of those whose distribution is kept class by class. `tails` asks for the largest
    losses and `top` for so many worst rows of the first loss, above what is known `before`.
    `watch` is shown the columns of each slice.
    """

    distributed: tuple[int, ...] = ()
    medians: tuple[int, ...] = ()
    top: int = 0
    least: float = np.inf
    largest: tuple[Largest, ...] = ()
    watch: Callable[[Columns], None] | None = None


@dataclass(frozen=True)
class Found:
    """What was found out about the row losses of a block."""

    grouped: Grouped
    distributions: dict[int, Distribution]
    medians: dict[tuple[int, str | None], Distribution]
    largest: tuple[Largest, ...]
    worst: WorstRows


@dataclass(frozen=True)
class SortedBlock:
    """The rows of a block (one or more) sorted by class: those of a class stand together.

    Each class has rows; `starts` tells where those of each begin.
    """

    block: Block
    columns: Mapping[str, NDArray[Any]]
    weight: Vector | None
    starts: NDArray[np.intp]
    classes: tuple[str | None, ...]
    order: NDArray[np.signedinteger[Any]] | None

    @classmethod
    def of(cls, block: Block, by: str) -> "SortedBlock":
        """Sort by the breakdown of that name; as they are without a name."""
        if not by:
            return cls(block, block.columns, block.weight, np.zeros(1, np.intp), (None,), None)
        codes, classes = classes_of(block, by)
        # in the order of summaries, which then add up without moving their classes
        ranks = np.argsort(sorted(range(len(classes)), key=lambda code: in_order(classes[code])))
        moved = {role: one for role, one in block.columns.items() if role not in SHARED}
        weights = [] if block.weight is None else [block.weight]
        order, counts, found = sorted_rows(codes, ranks, [*moved.values(), *weights])
        columns = {**block.columns, **dict(zip(moved, found, strict=False))}
        weight = found[-1] if weights else None
        # a class may be listed that has no row left: it is none of these rows' classes
        named = zip(sorted(classes, key=in_order), counts.tolist(), strict=True)
        present = tuple(name for name, count in named if count)
        starts = np.concatenate([[0], np.cumsum(counts[counts > 0])[:-1]])
        return cls(block, columns, weight, starts, present, order)

    @property
    def ends(self) -> NDArray[np.intp]:
        """Where the rows of each class end."""
        return np.append(self.starts[1:], self.block.judged)

    @property
    def mass(self) -> ExactSums:
        """The rows of each class, or what they weigh."""
        counts = self.ends - self.starts
        if self.weight is None:
            return ExactSums(len(counts), {0: counts}, 1)
        return heap(np.repeat(np.arange(len(counts)), counts), self.weight, len(counts))

    def judge(self, chosen: tuple[Chosen, ...], aims: Aims) -> Found:
        """Compute the row losses a slice at a time, while they are in the cache."""
        keep = {k: np.empty(self.block.judged) for k in {*aims.distributed, *aims.medians}}
        tallies: list[Tallies] = []
        high: list[list[Vector]] = [[] for _ in aims.largest]
        worst = _Candidates(aims.top, aims.least)
        for rows, places, starts in self.slices():
            columns = Columns({r: v if r in SHARED else v[rows] for r, v in self.columns.items()})
            weight = () if self.weight is None else (self.weight[rows],)
            for k, one in enumerate(chosen):
                terms = one.terms(columns)
                losses = terms[0]
                if k == len(tallies):
                    tallies.append(Tallies(len(self.classes)))
                added = one.apart(columns, terms)
                top = tallies[k].add(places, starts, added, weight)
                if added is not terms:
                    top = float(losses.max())
                if undefined(one, terms):
                    refuse_undefined(self.block, one)
                if k in keep:
                    keep[k][rows] = losses
                if high and not top <= aims.largest[k].least:
                    high[k].append(losses[np.flatnonzero(losses > aims.largest[k].least)])
                if k == 0:
                    worst.add(losses, rows.start, top)
            if aims.watch:
                aims.watch(columns)
        return Found(
            self._grouped(tallies),
            {
                k: Distribution.of(keep[k], self.weight, leave_out_nan=True)
                for k in aims.distributed
            },
            self._medians({k: keep[k] for k in aims.medians}),
            tuple(
                Largest.of(np.concatenate([*some, np.empty(0)]), known.least)
                for some, known in zip(high, aims.largest, strict=True)
            ),
            self._worst(worst, chosen),
        )

    def slices(self) -> Iterator[tuple[slice, NDArray[np.intp], NDArray[np.intp]]]:
        """Yield slices of rows with the classes in each, and where these begin in it.

        A class of many rows has slices of its own, whose sums are the fastest.
        """
        starts, ends, count = self.starts, self.ends, self.block.judged
        long = ends - starts >= _LONG
        bounds = {0, count, *starts[long].tolist(), *ends[long].tolist()}
        for low, high in pairwise(sorted(bounds)):
            # slices of one size, since each has a cost of its own
            step = -(-(high - low) // -(-(high - low) // ROWS))
            for start in range(low, high, step):
                stop = min(start + step, high)
                first, last = np.searchsorted(starts, [start, stop - 1], side="right") - [1, 0]
                begins = np.maximum(starts[first:last] - start, 0)
                yield slice(start, stop), np.arange(first, last), begins

    def runs(self) -> Iterator[tuple[str | None, int, int]]:
        """Yield each class with where its rows begin and end."""
        yield from zip(self.classes, self.starts.tolist(), self.ends.tolist(), strict=True)

    def _grouped(self, tallies: Sequence[Tallies]) -> Grouped:
        return Grouped(self.classes, self.mass, tuple(tally.moments() for tally in tallies))

    def _medians(self, kept: Mapping[int, Vector]) -> dict[tuple[int, str | None], Distribution]:
        found = {}
        for name, start, end in self.runs():
            weight = None if self.weight is None else self.weight[start:end]
            for k, losses in kept.items():
                some = losses[start:end]
                found[k, name] = Distribution.of(some, weight, leave_out_nan=True)
        return found

    def _worst(self, found: "_Candidates", chosen: Sequence[Chosen]) -> WorstRows:
        if not found.places:
            return WorstRows(found.top)
        places = np.concatenate(found.places)
        rows = places if self.order is None else self.order[places]
        return worst_rows(self.block, rows, np.concatenate(found.losses), found.top, chosen[0])


class _Candidates:
    """Where the `top` largest losses may stand, none below `least`, and the losses."""

    def __init__(self, top: int, least: float) -> None:
        self.top, self.least = top, least
        self.places: list[NDArray[np.intp]] = []
        self.losses: list[Vector] = []

    def add(self, losses: Vector, start: int, highest: float) -> None:
        """Look through a slice that begins at row `start`, whose largest loss is `highest`."""
        if highest < self.least:
            return
        found = np.flatnonzero(losses >= self.least)
        self.places.append(found + start)
        self.losses.append(losses[found])
        if len(found) > self.top:
            self.least = np.partition(self.losses[-1], -self.top)[-self.top]


def classes_of(block: Block, by: str) -> tuple[NDArray[np.integer[Any]], tuple[str | None, ...]]:
    """Return the codes of the rows in a breakdown, or those of the truths, with their texts."""
    if by in block.groups:
        return block.groups[by]
    y = block.columns["y"]
    return (y if np.issubdtype(y.dtype, np.integer) else (y > 0).astype(np.int8)), block.classes
