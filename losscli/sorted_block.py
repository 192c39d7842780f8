"""The rows of a block sorted by class, and their losses a slice at a time."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
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
from losscli.summary.slices import ROWS, aligned
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
    """

    distributed: tuple[int, ...] = ()
    medians: tuple[int, ...] = ()
    top: int = 0
    least: float = np.inf
    largest: tuple[Largest, ...] = ()


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
    """The rows of a block (one or more) sorted by class: those of a class stand together."""

    block: Block
    columns: Mapping[str, NDArray[Any]]
    weight: Vector | None
    codes: NDArray[np.integer[Any]]
    classes: tuple[str | None, ...]
    order: NDArray[np.intp] | None

    @classmethod
    def of(cls, block: Block, by: str) -> "SortedBlock":
        """Sort by the breakdown of that name; as they are without a name."""
        if not by:
            alone = np.zeros(block.judged, np.int8)
            return cls(block, block.columns, block.weight, alone, (None,), None)
        codes, classes = classes_of(block, by)
        # in the order of summaries, which then add up without moving their classes
        ranks = np.argsort(sorted(range(len(classes)), key=lambda code: in_order(classes[code])))
        classes = tuple(sorted(classes, key=in_order))
        # the smaller the integers, the faster they sort
        small = ranks.astype(np.min_scalar_type(-len(classes))).take(codes)
        order = np.argsort(small, kind="stable")
        columns = {
            role: values if role in SHARED else _taken(values, order)
            for role, values in block.columns.items()
        }
        weight = None if block.weight is None else block.weight[order]
        ordered = small.take(order)
        present = ordered[_starts(ordered)]
        if len(present) < len(classes):
            # a class may be listed that has no row left: it is none of these rows' classes
            ordered = np.searchsorted(present, ordered)
            classes = tuple(classes[code] for code in present.tolist())
        return cls(block, columns, weight, ordered, classes, order)

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Where each class that has rows begins."""
        return _starts(self.codes)

    def judge(self, chosen: tuple[Chosen, ...], aims: Aims) -> Found:
        """Compute the row losses a slice at a time, while they are in the cache."""
        keep = {k: np.empty(len(self.codes)) for k in {*aims.distributed, *aims.medians}}
        tallies: list[Tallies] = []
        high: list[list[Vector]] = [[] for _ in aims.largest]
        bad: list[NDArray[np.intp]] = []
        worst: list[Vector] = []
        least = aims.least
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
                if k == 0 and not top < least:
                    found = np.flatnonzero(losses >= least)
                    bad.append(found + rows.start)
                    worst.append(losses[found])
                    if len(found) > aims.top:
                        least = np.partition(worst[-1], -aims.top)[-aims.top]
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
            self._worst(bad, worst, aims.top, chosen),
        )

    def slices(self) -> Iterator[tuple[slice, NDArray[np.intp], NDArray[np.intp]]]:
        """Yield slices of rows with the classes in each, and where these begin in it.

        A class of many rows has slices of its own, whose sums are the fastest.
        """
        starts = self.starts
        ends = np.append(starts[1:], len(self.codes))
        long = ends - starts >= _LONG
        bounds = {0, len(self.codes), *starts[long].tolist(), *ends[long].tolist()}
        for low, high in pairwise(sorted(bounds)):
            # slices of one size, since each has a cost of its own
            step = -(-(high - low) // -(-(high - low) // ROWS))
            for start in range(low, high, step):
                stop = min(start + step, high)
                first, last = np.searchsorted(starts, [start, stop - 1], side="right") - [1, 0]
                begins = np.maximum(starts[first:last] - start, 0)
                yield slice(start, stop), self.codes[starts[first:last]].astype(np.intp), begins

    def _grouped(self, tallies: Sequence[Tallies]) -> Grouped:
        counts = np.zeros(len(self.classes), np.int64)
        counts[self.codes[self.starts]] = np.diff(self.starts, append=len(self.codes))
        mass = (
            ExactSums(len(counts), {0: counts}, 1)
            if self.weight is None
            else heap(self.codes, self.weight, len(counts))
        )
        return Grouped(self.classes, mass, tuple(tally.moments() for tally in tallies)).ordered()

    def _medians(self, kept: Mapping[int, Vector]) -> dict[tuple[int, str | None], Distribution]:
        ends = np.append(self.starts[1:], len(self.codes))
        found = {}
        for start, end in zip(self.starts.tolist(), ends.tolist(), strict=True):
            rows = slice(start, end)
            weight = None if self.weight is None else self.weight[rows]
            for k, losses in kept.items():
                found[k, self.classes[self.codes[start]]] = Distribution.of(
                    losses[rows], weight, leave_out_nan=True
                )
        return found

    def _worst(
        self, bad: list[NDArray[np.intp]], losses: list[Vector], top: int, chosen: Sequence[Chosen]
    ) -> WorstRows:
        if not bad:
            return WorstRows(top)
        places = np.concatenate(bad)
        rows = places if self.order is None else self.order[places]
        return worst_rows(self.block, rows, np.concatenate(losses), top, chosen[0])


def _starts(codes: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Return where each run of one code begins."""
    return np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1])


def _taken(values: NDArray[Any], order: NDArray[np.intp]) -> NDArray[Any]:
    if values.dtype != np.float64:
        return values[order]
    out = aligned(*values.shape)
    # the mode without checks: an order is within bounds
    return np.take(values, order, axis=0, out=out, mode="clip")


def classes_of(block: Block, by: str) -> tuple[NDArray[np.integer[Any]], tuple[str | None, ...]]:
    """Return the codes of the rows in a breakdown, or those of the truths, with their texts."""
    if by in block.groups:
        return block.groups[by]
    y = block.columns["y"]
    return (y if np.issubdtype(y.dtype, np.integer) else (y > 0).astype(np.int8)), block.classes
