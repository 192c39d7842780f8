"""What is asked of every block of rows, and what is kept of them."""

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.distance import rises_with_distance
from losscli.sorted_block import Aims
from losscli.summary.census import Census
from losscli.summary.distribution import Distribution
from losscli.summary.exact import ExactSums
from losscli.summary.group_sums import GroupSums
from losscli.summary.group_values import GroupValues
from losscli.summary.grouped import Grouped
from losscli.summary.largest import Largest
from losscli.summary.worst import WorstRows

K = TypeVar("K")


@dataclass(frozen=True)
class Work:
    """What is asked of every block: losses, breakdowns and the number of worst rows.

    `numeric` tells that y is a number, so that its distribution is worth keeping, `shares` that it
    is several labels or shares of one, so that the sum of each is. `unit` is the column of the
    groups or clusters whose sums are kept, by the breakdowns `unit_by`; `grouped` tells that it is
    that of groups.
    `distributed` are the numbers of the losses whose rows' distribution is asked for.
    """

    chosen: tuple[Chosen, ...]
    by: tuple[str, ...]
    top: int
    numeric: bool
    shares: bool = False
    unit: str | None = None
    unit_by: tuple[str, ...] = ()
    grouped: bool = False
    distributed: tuple[int, ...] = (0,)

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """The losses whose distribution is kept: that of the residuals does not tell it."""
        return tuple(
            k
            for k in self.distributed
            if not (self.numeric and rises_with_distance(self.chosen[k]))
        )

    def aims(self, before: "Summary", *, overall: bool) -> Aims:
        """Return what is to be found out in a block; with `overall` also what is kept once."""
        medians = tuple(k for k, c in enumerate(self.chosen) if c.combine.needs_median)
        if not overall:
            return Aims(medians=medians)
        return Aims(
            distributed=self.kept,
            medians=medians,
            top=self.top,
            least=before.worst.least if self.top else np.inf,
            largest=tuple(largest.emptied() for largest in before.largest),
        )


@dataclass(frozen=True)
class Summary:
    """What is kept of many rows; `+` merges, `Summary.zero` is the zero.

    `groups` holds the moments for each breakdown ("" where there is none); `rows` are the
    distributions of losses by number (none where that of the residuals tells it), `medians`
    those of losses that are medians, by (number of the loss, breakdown, class). `numbers` are
    the distributions of y and of the signed residual, `total` is the exact (weighted) sum of y;
    `shares` holds those of several truths, and of the entropy of each row.
    `units` holds the sums by group or cluster for each breakdown, `unit_values` the row losses
    by group of the losses that are medians, by the number of the loss. `parts` holds the sums of
    the parts of hybrids, by group where there are groups, by the number of the loss.
    """

    census: Census
    groups: Mapping[str, Grouped]
    rows: Mapping[int, Distribution]
    medians: Mapping[tuple[int, str, str | None], Distribution]
    numbers: Mapping[str, Distribution]
    total: ExactSums
    largest: tuple[Largest, ...]
    worst: WorstRows
    units: Mapping[str, GroupSums] = field(default_factory=dict)
    unit_values: Mapping[int, GroupValues] = field(default_factory=dict)
    parts: Mapping[int, GroupSums] = field(default_factory=dict)
    shares: Mapping[str, ExactSums] = field(default_factory=dict)

    @classmethod
    def zero(cls, work: Work) -> "Summary":
        """Return the summary of no rows."""
        largest = tuple(Largest() for _ in work.chosen)
        return cls(Census(), {}, {}, {}, {}, ExactSums(1), largest, WorstRows(work.top))

    def emptied(self) -> "Summary":
        """Return the summary of no rows, with what there is no need to find out in further ones."""
        return Summary(
            Census(),
            {},
            emptied(self.rows),
            emptied(self.medians),
            emptied(self.numbers),
            ExactSums(1),
            tuple(one.emptied() for one in self.largest),
            WorstRows(self.worst.kept),
        )

    def __add__(self, other: "Summary") -> "Summary":
        """Merge the summaries of two lots of rows."""
        return Summary(
            self.census + other.census,
            merged(self.groups, other.groups),
            merged(self.rows, other.rows),
            merged(self.medians, other.medians),
            merged(self.numbers, other.numbers),
            self.total + other.total,
            tuple(a + b for a, b in zip(self.largest, other.largest, strict=True)),
            self.worst + other.worst,
            merged(self.units, other.units),
            merged(self.unit_values, other.unit_values),
            merged(self.parts, other.parts),
            merged(self.shares, other.shares),
        )


def emptied(found: Mapping[K, Distribution]) -> dict[K, Distribution]:
    """Return those of no rows, where a histogram is kept."""
    return {key: one.emptied() for key, one in found.items() if one.coarse}


def merged(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> dict[Any, Any]:
    """Add up what has the same key."""
    both = dict(one)
    for key, value in other.items():
        both[key] = both[key] + value if key in both else value
    return both
