"""The two halves of the rows, each judged with what was fitted on the other.

Rows are parted by a hash of their content (truth, predictions, whatever else the loss reads, the
weight, the id), so that neither their order nor the number of workers matters. Two or three rows
that are the same stand in one half, since copies in both would let a fit judge itself. Of more
the same number goes to each half, as long as all different rows are kept: with probabilities of
two decimals, all 1s at 0.53 would otherwise be in one half and all 0s at 0.53 in the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.bad_rows import refuse_undefined, undefined
from losscli.data.block import Block
from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.spec import Vector
from losscli.roles import SHARED
from losscli.summarise import census_of, check_domains, with_weight
from losscli.summary.cells import Cells, room
from losscli.summary.census import Census
from losscli.summary.digest import hashes_of_rows

Layout = tuple[tuple[str, int, bool], ...]
"""For each role the number of its columns (0: a vector), and whether it holds codes."""
_TOGETHER = 3
"""So many rows that are the same stay together: they may be copies. More are coincidence."""
_BLOCK = 1 << 17
"""Rows of a block that is made of kept rows."""


@dataclass(frozen=True)
class Seen:
    """What the first reading keeps; `+` merges, `Seen()` is the zero.

    `low` and `high` are the extremes of `pred`; `infinite` and `undefined` count rows whose loss
    is so.
    """

    census: Census = field(default_factory=Census)
    layout: Layout = ()
    cells: Cells | None = None
    low: float = np.inf
    high: float = -np.inf
    infinite: int = 0
    undefined: int = 0

    def __add__(self, other: "Seen") -> "Seen":
        """Merge two lots of rows."""
        cells = self.cells + other.cells if self.cells and other.cells else None
        return Seen(
            self.census + other.census,
            self.layout or other.layout,
            cells or self.cells or other.cells,
            min(self.low, other.low),
            max(self.high, other.high),
            self.infinite + other.infinite,
            self.undefined + other.undefined,
        )


def look(block: Block, chosen: Chosen, before: Seen) -> Seen:
    """Turn a block into what is kept of it; DataError where the loss is not defined for a row."""
    check_domains(block, (chosen,))
    block = with_weight(block)
    if not block.judged:
        return Seen(census_of(block))
    terms = chosen.terms(block.columns)
    if undefined(chosen, terms):
        refuse_undefined(block, chosen)
    unknown = np.logical_or.reduce([np.isnan(term) for term in terms])
    infinite = np.logical_or.reduce([np.isinf(term) for term in terms]) & ~unknown
    pred = block.columns.get("pred", np.empty(0))
    layout, table = _table(block)
    below = before.cells.below if before.cells else None
    return Seen(
        census_of(block),
        layout,
        Cells.of(hashes(block), table, below),
        float(pred.min(initial=np.inf)),
        float(pred.max(initial=-np.inf)),
        int(np.count_nonzero(infinite)),
        0 if chosen.leaves_out else int(np.count_nonzero(unknown)),
    )


def _columns(block: Block) -> list[tuple[str, NDArray[Any]]]:
    return sorted((r, v) for r, v in block.columns.items() if r not in SHARED)


def _table(block: Block) -> tuple[Layout, NDArray[np.float64]]:
    """Return the numbers of the rows side by side, the weight last, and which is what."""
    named = _columns(block)
    weight = np.ones(block.judged) if block.weight is None else block.weight
    table = np.column_stack([*(values for _, values in named), weight]).astype(np.float64)
    codes = [np.issubdtype(values.dtype, np.integer) for _, values in named]
    wide = [0 if v.ndim == 1 else v.shape[1] for _, v in named]
    names = [role for role, _ in named]
    return tuple(zip(names, wide, codes, strict=True)), table


def hashes(block: Block) -> NDArray[np.uint64]:
    """Return a hash of what each row holds."""
    table = _table(block)[1]
    return hashes_of_rows([np.ascontiguousarray(c) for c in table.T], block.ids)


def parted(block: Block) -> tuple[Block, Block]:
    """Return the rows of each half, where not all rows are kept."""
    odd = hashes(block) & np.uint64(1)
    return block.take(np.flatnonzero(odd == 0)), block.take(np.flatnonzero(odd))


@dataclass(frozen=True)
class Rows:
    """Different rows with their counts: columns by role, the weight of a row, and how many."""

    columns: Mapping[str, NDArray[Any]]
    weight: Vector
    counts: NDArray[np.int64]
    weighted: bool

    @property
    def total(self) -> int:
        """How many rows there are."""
        return int(self.counts.sum())

    @cached_property
    def mass(self) -> Vector:
        """What each different row weighs, with all that are the same."""
        return self.weight * self.counts

    @cached_property
    def plain(self) -> bool:
        """Tell whether every row is there once, with the weight 1."""
        return bool((self.mass == 1).all())

    def blocks(self, shared: Mapping[str, NDArray[Any]]) -> Iterator[Block]:
        """Return the rows in blocks, each as often as it is there."""
        ends = np.cumsum(self.counts)
        for number, start in enumerate(range(0, self.total, _BLOCK)):
            at = np.searchsorted(ends, np.arange(start, min(start + _BLOCK, self.total)), "right")
            columns = {role: np.ascontiguousarray(v[at]) for role, v in self.columns.items()}
            for values in columns.values():
                values.flags.writeable = False
            weight = self.weight[at] if self.weighted else None
            yield Block({**columns, **shared}, (0, number), str, len(at), weight=weight)


@dataclass(frozen=True)
class Split:
    """The rows that are kept: all of them, which may be a sample, and those of each half."""

    whole: Rows
    halves: tuple[Rows, Rows]
    complete: bool


def split(seen: Seen, *, weighted: bool) -> Split:
    """Part the rows that are kept; where that is not all, rows that are the same stay together."""
    assert seen.cells is not None
    bits, table, counts = seen.cells.rows()
    odd = (bits & np.uint64(1)).astype(np.int64)
    second = np.where(odd, counts, 0)
    if seen.cells.complete:
        second = np.where(counts > _TOGETHER, (counts + odd) // 2, second)
    whole, one, other = (
        _rows(seen.layout, table, some, weighted=weighted)
        for some in (counts, counts - second, second)
    )
    return Split(whole, (one, other), seen.cells.complete)


def _rows(
    layout: Layout, table: NDArray[np.float64], counts: NDArray[np.int64], *, weighted: bool
) -> Rows:
    kept = counts > 0
    table, columns, at = table[kept], dict[str, NDArray[Any]](), 0
    for role, wide, codes in layout:
        part = table[:, at : at + max(wide, 1)]
        values = np.ascontiguousarray(part if wide else part[:, 0])
        columns[role] = values.astype(np.intp) if codes else values
        at += max(wide, 1)
    return Rows(columns, np.ascontiguousarray(table[:, -1]), counts[kept], weighted)


def sampled(seen: Seen) -> int:
    """Return how many different rows are kept of so many numbers."""
    return room(sum(max(wide, 1) for _, wide, _ in seen.layout) + 1)
