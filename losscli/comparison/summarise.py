"""Pairs of rows times losses: summaries of the differences, by class."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli import summarise as alone
from losscli.bad_rows import refuse_undefined, undefined
from losscli.comparison.moved import moved_rows
from losscli.comparison.paired_block import PairedBlock
from losscli.comparison.summary import Changes, PairedSummary, Tails
from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.spec import Vector
from losscli.losses.squares import UNITS
from losscli.roles import SHARED
from losscli.sorted_block import SortedBlock, classes_of
from losscli.summary.distribution import Distribution
from losscli.summary.exact import ExactSums
from losscli.summary.group_sums import GroupSums
from losscli.summary.grouped import Grouped
from losscli.summary.largest import Largest
from losscli.summary.tallies import Tallies
from losscli.summary.worst import WorstRows
from losscli.work import Summary
from losscli.work import Work as WorkAlone

Terms = tuple[Vector, ...]
Integers = NDArray[np.int64]
_LEAST = 5e-324
KINDS = 3
"""What is kept of each loss: the old model's, the new one's, and what tells the difference."""


@dataclass(frozen=True)
class Work:
    """What is asked of every pair: losses, breakdowns, the number of rows, the clusters' column.

    `models` is what is asked of the "old" and the "new" model alone; `grouped` tells that
    nothing else is, since groups are compared and not rows.
    `for_new` are the losses as the new model is judged by them, where their parameters differ.
    """

    chosen: tuple[Chosen, ...]
    by: tuple[str, ...]
    top: int
    cluster: str | None = None
    models: Mapping[str, WorkAlone] = field(default_factory=dict)
    grouped: bool = False
    for_new: tuple[Chosen, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[Chosen, Chosen], ...]:
        """The losses as each model is judged by them."""
        return tuple(zip(self.chosen, self.for_new or self.chosen, strict=True))


def joint(chosen: Chosen, old: Terms, new: Terms) -> Terms:
    """Return the columns that tell the difference of two values, row by row.

    That is the difference itself for a mean. For a function of means it is the old terms and
    the differences: where the models are alike the function's linear part is nearly that of the
    differences alone, whose sums are exact. No difference is small because two sums cancelled.
    """
    most = max(len(old), len(new))
    old, new = _in_units(old, most), _in_units(new, most)
    with np.errstate(invalid="ignore"):
        differences = tuple(n - o for o, n in zip(old, new, strict=True))
    if chosen.combine == MEAN:
        return differences
    if not chosen.combine.slopes:
        return differences[:1]
    terms = most // chosen.copies(most)
    places = (slice(at, at + terms) for at in range(0, most, terms))
    return tuple(one for at in places for side in (old, differences) for one in side[at])


def _in_units(terms: Terms, most: int) -> Terms:
    """Return terms in as many units (losses/squares.py) as others: 0 stands in further ones."""
    return (*terms, *[np.zeros_like(terms[0])] * (most - len(terms)))


def _difference(chosen: Chosen, old: Terms, new: Terms) -> Vector:
    """Return by how much the loss of each row is larger under the new model.

    Of squares that are no doubles, or too small, it has the right sign.
    """
    most = max(len(old), len(new))
    terms = most // chosen.copies(most)
    old, new = _in_units(old, most)[::terms], _in_units(new, most)[::terms]
    with np.errstate(all="ignore"):
        found, *others = (n - o for o, n in zip(old, new, strict=True))
        if others:
            large, small = others
            found = np.where(large, np.ldexp(large, UNITS[1]), found)
            found = np.where(found == 0, np.copysign(_LEAST, small) * (small != 0), found)
    return np.asarray(found)


def summarise(paired: PairedBlock, work: Work, before: PairedSummary) -> PairedSummary:
    """Turn pairs of rows into their summary; `before` is what is known already."""
    block = paired.block
    rows = block.judged
    total = PairedSummary.zero(len(work.chosen), work.top)
    census = alone.census_of(block)
    ids = {block.part: paired.ids} if paired.ids else {}
    models = _models(paired, work, before) if rows else {}
    total = replace(total, census=census, new=paired.new, ids=ids, models=models)
    if not rows or work.grouped:
        return total
    for number, name in enumerate(work.by or ("",)):
        found = _Judged(paired, work, SortedBlock.of(block, name))
        found.judge(None if number else before)
        total += replace(
            PairedSummary.zero(len(work.chosen), work.top),
            changes={name: found.changes()},
            clusters=_clusters(paired, work, name),
            medians=found.medians(name),
            tails=total.tails if number else tuple(found.tails),
            moved=total.moved if number else found.moved(),
        )
    return total


def _models(paired: PairedBlock, work: Work, before: PairedSummary) -> dict[str, Summary]:
    if not work.models:
        return {}
    blocks, known = paired.apart(), before.models
    return {
        model: alone.summarise(blocks[model], one, known.get(model) or Summary.zero(one))
        for model, one in work.models.items()
    }


def _clusters(paired: PairedBlock, work: Work, by: str) -> Mapping[str, GroupSums]:
    if work.cluster is None:
        return {}
    block = paired.block
    codes, names = block.groups[work.cluster]
    old, new = paired.of(dict(block.columns))
    terms = [
        joint(one, one.apart(old, one.terms(old)), other.apart(new, other.terms(new)))
        for one, other in work.pairs
    ]
    texts = [name or "" for name in names]
    groups = classes_of(block, by) if by else None
    return {by: GroupSums.of((codes, texts), terms, by=groups, weight=block.weight)}


@dataclass
class _Judged:
    """The rows of a pair of blocks, sorted by class, and what was found out about them."""

    paired: PairedBlock
    work: Work
    sort: SortedBlock
    tails: list[Tails] = field(default_factory=list)

    def judge(self, before: PairedSummary | None) -> None:
        """Compute the row losses a slice at a time; tails and rows only with a `before`."""
        classes, chosen = len(self.sort.classes), self.work.chosen
        self._tallies: list[tuple[Tallies, ...]] = []
        self._signs = np.zeros((2, len(chosen), classes), np.int64)
        self._far: list[tuple[Integers, Vector, Vector]] = []
        self._kept: dict[int, tuple[list[Vector], list[Vector]]] = {
            k: ([], []) for k, one in enumerate(chosen) if one.combine.needs_median
        }
        least = before.moved.least if before and self.work.top else np.inf
        known = [tails.emptied() for tails in before.tails] if before else []
        high: list[tuple[list[Vector], list[Vector]]] = [([], []) for _ in known]
        for rows, places, starts in self.sort.slices():
            columns = {r: v if r in SHARED else v[rows] for r, v in self.sort.columns.items()}
            old, new = self.paired.of(columns)
            for k, (one, other) in enumerate(self.work.pairs):
                terms = one.terms(old), other.terms(new)
                if undefined(one, [*terms[0], *terms[1]]):
                    for columns in self.paired.of(dict(self.paired.block.columns)):
                        refuse_undefined(self.paired.block, one, columns)
                added = one.apart(old, terms[0]), other.apart(new, terms[1])
                self._add(k, (*added, joint(one, *added)), rows, places, starts)
                difference = _difference(one, *added)
                self._sign(k, difference, places, starts)
                for side, kept in zip(terms, self._kept.get(k, ()), strict=False):
                    kept.append(side[0])
                if known:
                    high[k][0].append(difference[difference > known[k].up.least])
                    high[k][1].append(-difference[difference < -known[k].down.least])
                if k == 0 and least < np.inf:
                    with np.errstate(invalid="ignore"):
                        far = np.flatnonzero(np.abs(terms[1][0] - terms[0][0]) >= least)
                    self._far.append((far + rows.start, terms[0][0][far], terms[1][0][far]))
        self.tails = [
            Tails(
                Largest.of(np.concatenate(up), tails.up.least),
                Largest.of(np.concatenate(down), tails.down.least),
            )
            for (up, down), tails in zip(high, known, strict=True)
        ]

    def _add(
        self,
        k: int,
        kinds: tuple[Terms, Terms, Terms],
        rows: slice,
        places: Integers,
        starts: Integers,
    ) -> None:
        weight = () if self.sort.weight is None else (self.sort.weight[rows],)
        if k == len(self._tallies):
            self._tallies.append(tuple(Tallies(len(self.sort.classes)) for _ in kinds))
        for tally, terms in zip(self._tallies[k], kinds, strict=True):
            tally.add(places, starts, terms, weight)

    def _sign(self, k: int, difference: Vector, places: Integers, starts: Integers) -> None:
        self._signs[0, k, places] += np.add.reduceat(difference < 0, starts, dtype=np.int64)
        self._signs[1, k, places] += np.add.reduceat(difference > 0, starts, dtype=np.int64)

    def changes(self) -> Changes:
        """Return the moments of each class and the counts of rows that moved."""
        classes = self.sort.classes
        moments = tuple(tally.moments() for tallies in self._tallies for tally in tallies)
        better, worse = (
            tuple(Grouped(classes, ExactSums(len(classes), {0: row}, 1)) for row in sign)
            for sign in self._signs
        )
        return Changes(Grouped(classes, self.sort.mass, moments), better, worse)

    def medians(self, by: str) -> Any:  # noqa: ANN401 - two mappings
        """Return the distributions of the losses that are medians, class by class."""
        found: tuple[dict[Any, Distribution], ...] = ({}, {})
        for k, sides in self._kept.items():
            for kept, where in zip(sides, found, strict=True):
                losses = np.concatenate(kept)
                for name, start, end in self.sort.runs():
                    weight = None if self.sort.weight is None else self.sort.weight[start:end]
                    where[k, by, name] = Distribution.of(
                        losses[start:end], weight, leave_out_nan=True
                    )
        return found

    def moved(self) -> WorstRows:
        """Return the rows that moved most."""
        if not self._far:
            return WorstRows(self.work.top)
        places, old, new = (np.concatenate(parts) for parts in zip(*self._far, strict=True))
        rows = places if self.sort.order is None else self.sort.order[places]
        return moved_rows(self.paired, rows, (old, new), self.work.top)
