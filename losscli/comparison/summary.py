"""What is kept of the losses of two models on the same rows."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from losscli.data.ids import Ids
from losscli.dataclass import dataclass
from losscli.summary.census import Census
from losscli.summary.distribution import Distribution
from losscli.summary.group_sums import GroupSums
from losscli.summary.grouped import Grouped
from losscli.summary.largest import Largest
from losscli.summary.worst import WorstRows
from losscli.work import Summary, merged

Medians = Mapping[tuple[int, str, str | None], Distribution]


@dataclass(frozen=True)
class Changes:
    """For each class the moments of each loss; `Changes()` is the zero.

    `moments` holds three for each loss: of the old model's row losses, of the new one's, and of
    the columns that tell the difference. `better` and `worse` are, for each loss, the rows in
    which the new model's loss is smaller or larger.
    """

    moments: Grouped = Grouped()
    better: tuple[Grouped, ...] = ()
    worse: tuple[Grouped, ...] = ()

    def __add__(self, other: "Changes") -> "Changes":
        """Merge two lots of rows."""
        return Changes(
            self.moments + other.moments,
            _added(self.better, other.better),
            _added(self.worse, other.worse),
        )


def _added(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Add up what stands at the same place; nothing at all is zero."""
    if not one or not other:
        return one or other
    return tuple(a + b for a, b in zip(one, other, strict=True))


@dataclass(frozen=True)
class Tails:
    """The largest differences of a loss in each direction; `+` merges."""

    up: Largest
    down: Largest

    def __add__(self, other: "Tails") -> "Tails":
        """Keep the largest of both."""
        return Tails(self.up + other.up, self.down + other.down)

    def emptied(self) -> "Tails":
        """Return none, but with what a further difference must exceed."""
        return Tails(self.up.emptied(), self.down.emptied())


@dataclass(frozen=True)
class PairedSummary:
    """What is kept of many pairs of rows; `+` merges, `PairedSummary.zero` is the zero.

    `changes` is by breakdown ("" where there is none), `clusters` likewise the sums of the
    differences of each cluster, `medians` are the distributions of losses that are medians, of
    the old model and the new one. `new` counts the rows of the new source, `ids` tells of
    the ids of each stretch that was paired by its place.
    """

    census: Census
    new: Census
    changes: Mapping[str, Changes]
    clusters: Mapping[str, GroupSums]
    medians: tuple[Medians, Medians]
    tails: tuple[Tails, ...]
    moved: WorstRows
    ids: Mapping[tuple[int, int], Ids] = field(default_factory=dict)
    models: Mapping[str, Summary] = field(default_factory=dict)

    @classmethod
    def zero(cls, losses: int, top: int) -> "PairedSummary":
        """Return the summary of no rows."""
        tails = tuple(Tails(Largest(), Largest()) for _ in range(losses))
        return cls(Census(), Census(), {}, {}, ({}, {}), tails, WorstRows(top))

    def __add__(self, other: "PairedSummary") -> "PairedSummary":
        """Merge the summaries of two lots of rows."""
        old, new = (merged(a, b) for a, b in zip(self.medians, other.medians, strict=True))
        return PairedSummary(
            self.census + other.census,
            self.new + other.new,
            merged(self.changes, other.changes),
            merged(self.clusters, other.clusters),
            (old, new),
            _added(self.tails, other.tails),
            self.moved + other.moved,
            {**self.ids, **other.ids},
            merged(self.models, other.models),
        )
