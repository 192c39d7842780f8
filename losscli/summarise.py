"""Blocks of rows times losses: summaries, by class."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.bad_rows import worst_rows
from losscli.data.block import Block
from losscli.errors import DataError
from losscli.losses.spec import Chosen, Vector
from losscli.summary.census import Census, digest_of_numbers, digest_of_texts
from losscli.summary.distribution import Distribution
from losscli.summary.exact import ExactSums
from losscli.summary.grouped import Grouped
from losscli.summary.heaps import heap
from losscli.summary.largest import Largest
from losscli.summary.slices import ROWS
from losscli.summary.tally import Tally, exact_sum
from losscli.summary.worst import WorstRows

Columns = Mapping[str, NDArray[Any]]

_LONG = 2048
"""The rows that a class must have in a block before it is added up by itself."""
SHARED = frozenset({"levels"})
"""Roles whose array is the same for all rows."""


@dataclass(frozen=True)
class Work:
    """What is asked of every block: losses, breakdowns and the number of worst rows."""

    chosen: tuple[Chosen, ...]
    by: tuple[str, ...]
    top: int
    numeric: bool

    @property
    def medians(self) -> tuple[int, ...]:
        """The losses whose distribution is kept class by class."""
        return tuple(k for k, c in enumerate(self.chosen) if c.combine.needs_median)


@dataclass(frozen=True)
class Summary:
    """What is kept of many rows; `+` merges, `Summary.zero` is the zero.

    `groups` holds the moments for each breakdown ("" where there is none); `first` is the
    distribution of the first loss, `medians` those of losses that are medians, by (number of
    the loss, breakdown, class). `numbers` are the distributions of y and of the signed
    residual, `centres` the exact (weighted) sums of these two.
    """

    census: Census
    groups: Mapping[str, Grouped]
    first: Distribution
    medians: Mapping[tuple[int, str, str | None], Distribution]
    numbers: Mapping[str, Distribution]
    centres: Mapping[str, ExactSums]
    largest: tuple[Largest, ...]
    worst: WorstRows

    @classmethod
    def zero(cls, work: Work) -> "Summary":
        """Return the summary of no rows."""
        largest = tuple(Largest() for _ in work.chosen)
        return cls(Census(), {}, Distribution(), {}, {}, {}, largest, WorstRows(work.top))

    def __add__(self, other: "Summary") -> "Summary":
        """Merge the summaries of two lots of rows."""
        return Summary(
            self.census + other.census,
            _merged(self.groups, other.groups),
            self.first + other.first,
            _merged(self.medians, other.medians),
            _merged(self.numbers, other.numbers),
            _merged(self.centres, other.centres),
            tuple(a + b for a, b in zip(self.largest, other.largest, strict=True)),
            self.worst + other.worst,
        )


def _merged(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> dict[Any, Any]:
    both = dict(one)
    for key, value in other.items():
        both[key] = both[key] + value if key in both else value
    return both


def summarise(block: Block, work: Work, before: Summary) -> Summary:
    """Turn a block into its summary.

    `before` is what is known already: rows that cannot be among the worst beside it are passed
    over. Raises DataError where a loss is not defined for a row.
    """
    _check_domains(block, work)
    block = _with_weight(block)
    numbers, centres = _numbers(block, work)
    groups: dict[str, Grouped] = {}
    medians: dict[tuple[int, str, str | None], Distribution] = {}
    for name in work.by or ("",):
        rows = _Sorted.of(block, name)
        judged = rows.judge(work, before, overall=not groups)
        groups[name] = judged.grouped
        medians.update({(k, name, c): found for (k, c), found in judged.medians.items()})
        if len(groups) == 1:
            first = judged
    return Summary(
        _census(block),
        groups,
        first.first,
        medians,
        numbers,
        centres,
        first.largest,
        first.worst,
    )


def _check_domains(block: Block, work: Work) -> None:
    for chosen in work.chosen:
        for role, (interval, name) in chosen.domain().items():
            values = block.columns[role]
            inside = interval.holds(values)
            if not inside.all():
                place = int(np.flatnonzero(~inside.reshape(len(values), -1).all(axis=1))[0])
                value = float(values[place][~inside[place]].ravel()[0])
                row = place if block.rows is None else int(block.rows[place])
                raise DataError(
                    f"{role} {value:.17g} is outside {interval}, where {name} is defined",
                    where=block.place(row),
                    remedy=f"mend or remove the row, or leave {name} out of --loss",
                )


def _with_weight(block: Block) -> Block:
    """Leave out the rows of weight 0: they count for nothing."""
    if block.weight is None or block.weight.all():
        return block
    kept = np.flatnonzero(block.weight)
    rows = kept if block.rows is None else block.rows[kept]
    dropped = Counter(block.dropped)
    dropped["weight 0"] += len(block.weight) - len(kept)
    return replace(
        block,
        columns={r: v if r in SHARED else v[kept] for r, v in block.columns.items()},
        groups={name: (codes[kept], classes) for name, (codes, classes) in block.groups.items()},
        weight=block.weight[kept],
        ids=None if block.ids is None else block.ids.take(kept),
        rows=rows.astype(np.int64),
        dropped=dropped,
    )


def _census(block: Block) -> Census:
    y = block.columns["y"]
    if block.classes and np.issubdtype(y.dtype, np.integer):
        digest = digest_of_texts(y, block.classes)
    else:
        digest = digest_of_numbers(y)
    return Census(
        seen={block.part: block.seen},
        judged=len(y),
        dropped=Counter(block.dropped),
        noted=Counter(block.counted),
        digest=digest % (1 << 128),
    )


def _numbers(
    block: Block, work: Work
) -> tuple[dict[str, Distribution], dict[str, ExactSums]]:
    if not work.numeric:
        return {}, {}
    found = {name: values for name, values in signed(block).items() if len(values)}
    heavy = block.weight
    return (
        {name: Distribution.of(values, heavy) for name, values in found.items()},
        {name: exact_sum(v if heavy is None else v * heavy) for name, v in found.items()},
    )


def signed(block: Block) -> dict[str, Vector]:
    """Return the numbers whose distribution is kept: y, and the residual y - pred."""
    y = block.columns["y"]
    found = {"y": y}
    if "pred" in block.columns:
        found["residual"] = y - block.columns["pred"]
    return found


def _truths(block: Block) -> tuple[NDArray[np.integer[Any]], tuple[str | None, ...]]:
    y = block.columns["y"]
    return (y if np.issubdtype(y.dtype, np.integer) else (y > 0).astype(np.int8)), block.classes


@dataclass(frozen=True)
class _Judged:
    grouped: Grouped
    first: Distribution
    medians: dict[tuple[int, str | None], Distribution]
    largest: tuple[Largest, ...]
    worst: WorstRows


@dataclass(frozen=True)
class _Sorted:
    """The rows of a block sorted by class, so that the rows of a class stand together."""

    block: Block
    columns: Columns
    weight: Vector | None
    codes: NDArray[np.integer[Any]]
    classes: tuple[str | None, ...]
    order: NDArray[np.intp] | None

    @classmethod
    def of(cls, block: Block, by: str) -> "_Sorted":
        count = len(block.columns["y"])
        if not by:
            alone = np.zeros(count, np.int8)
            return cls(block, block.columns, block.weight, alone, (None,), None)
        codes, classes = block.groups[by] if by in block.groups else _truths(block)
        # the smaller the integers, the faster they sort
        small = codes.astype(np.min_scalar_type(-len(classes)))
        order = np.argsort(small, kind="stable")
        columns = {
            role: values if role in SHARED else np.take(values, order, axis=0)
            for role, values in block.columns.items()
        }
        weight = None if block.weight is None else block.weight[order]
        return cls(block, columns, weight, small[order], classes, order)

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Where each class that has rows begins."""
        changes = np.flatnonzero(self.codes[1:] != self.codes[:-1]) + 1
        return np.concatenate([[0], changes]) if len(self.codes) else changes

    def judge(self, work: Work, before: Summary, *, overall: bool) -> _Judged:
        """Compute the row losses a slice at a time, while they are in the cache.

        With `overall` also keep what is kept once, whatever the breakdowns.
        """
        count = len(self.codes)
        kept = {k: np.empty(count) for k in {*work.medians, *([0] if overall else [])}}
        tallies: dict[int, Tally] = {}
        largest = [Largest() for _ in work.chosen]
        for rows, places, starts in self._slices():
            columns = {r: v if r in SHARED else v[rows] for r, v in self.columns.items()}
            weight = () if self.weight is None else (self.weight[rows],)
            for k, chosen in enumerate(work.chosen):
                terms = chosen.terms(columns)
                if k not in tallies:
                    size = len(terms) + len(weight)
                    tallies[k] = Tally(len(self.classes), size, len(terms))
                if len(places) == 1:
                    tallies[k].add_run(int(places[0]), (*terms, *weight))
                else:
                    tallies[k].add_runs(places, starts, (*terms, *weight))
                if k in kept:
                    kept[k][rows] = terms[0]
                if overall:
                    least = max(largest[k].least, before.largest[k].least)
                    largest[k] += Largest.of(terms[0], least)
        first = kept[0] if overall else np.empty(0)
        return _Judged(
            self._grouped(tallies),
            Distribution.of(first, self.weight),
            self._medians({k: kept[k] for k in work.medians}),
            tuple(largest),
            self._worst(first, work.top, before.worst),
        )

    def _slices(self) -> Iterator[tuple[slice, NDArray[np.intp], NDArray[np.intp]]]:
        """Yield slices of rows with the classes in each, and where these begin in it.

        A class of many rows has slices of its own, whose sums are the fastest.
        """
        starts = self.starts
        ends = np.append(starts[1:], len(self.codes))
        alone = np.concatenate([b[ends - starts >= _LONG] for b in (starts, ends)])
        bounds = np.union1d(alone, [0, len(self.codes)])
        for low, high in pairwise(bounds.tolist()):
            for start in range(low, high, ROWS):
                stop = min(start + ROWS, high)
                first, last = np.searchsorted(starts, [start, stop - 1], side="right") - [1, 0]
                begins = np.maximum(starts[first:last] - start, 0)
                yield slice(start, stop), self.codes[starts[first:last]].astype(np.intp), begins

    def _grouped(self, tallies: Mapping[int, Tally]) -> Grouped:
        if not tallies:
            return Grouped()
        counts = np.zeros(len(self.classes), np.int64)
        counts[self.codes[self.starts]] = np.diff(self.starts, append=len(self.codes))
        mass = (
            ExactSums(len(counts), {0: counts}, 1)
            if self.weight is None
            else heap(self.codes, self.weight, len(counts))
        )
        return Grouped(self.classes, mass, tuple(t.moments() for t in tallies.values())).ordered()

    def _medians(
        self, kept: Mapping[int, Vector]
    ) -> dict[tuple[int, str | None], Distribution]:
        ends = np.append(self.starts[1:], len(self.codes))
        found = {}
        for start, end in zip(self.starts.tolist(), ends.tolist(), strict=True):
            rows = slice(start, end)
            weight = None if self.weight is None else self.weight[rows]
            for k, losses in kept.items():
                found[k, self.classes[self.codes[start]]] = Distribution.of(losses[rows], weight)
        return found

    def _worst(self, losses: Vector, top: int, before: WorstRows) -> WorstRows:
        if top <= 0 or not len(losses):
            return WorstRows(top)
        rows = np.arange(len(losses)) if self.order is None else self.order
        return worst_rows(self.block, rows, losses, top, before.least)
