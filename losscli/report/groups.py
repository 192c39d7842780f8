"""The value of each group, and their mean as the value of a loss."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.report.diagnostics import Groups, WorstGroup
from losscli.report.finisher import Finisher
from losscli.report.records import Estimate
from losscli.report.units import Values, moments_of_groups, values
from losscli.summary.distribution import Sample
from losscli.summary.dyadic import Dyadic, quotient
from losscli.summary.group_sums import Lot
from losscli.summary.group_values import GroupValues
from losscli.summary.grouped import Class
from losscli.summary.largest import Largest
from losscli.work import Summary

_QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


class OfGroups(Finisher):
    """Finishes losses whose value is the mean of the values of groups, not of rows.

    Each group counts once, whatever its rows and their weights; weights count within a group.
    """

    def __init__(
        self,
        lot: Lot,
        chosen: Sequence[Chosen],
        level: float,
        classes: Sequence[Class],
        kept: Mapping[int, GroupValues],
    ) -> None:
        self.lot = lot
        medians = {k: found.medians(lot.groups)[lot.of_group] for k, found in kept.items()}
        self.found = tuple(
            values(one, sums, medians.get(k))
            for k, (one, sums) in enumerate(zip(chosen, lot.losses, strict=True))
        )
        super().__init__(moments_of_groups(lot, self.found, classes), chosen, level, {})
        own = np.array([classes.index(name) for name in lot.classes])[lot.of_class]
        self._rows, self._infinite = (
            np.array([_by_class(own, part, len(classes)) for part in parts])
            for parts in zip(*((f.rows, f.infinite) for f in self.found), strict=True)
        )

    def estimate(self, k: int, place: int) -> Estimate:
        """Return the mean of the values of the groups of a class."""
        found = self.estimated(k, place, MEAN)
        infinite = int(self._infinite[k][place])
        return replace(
            found, rows=self.rows_of(k, place), infinite_rows=infinite, groups=found.rows
        )

    def rows_of(self, k: int, place: int) -> int:
        """Return the rows behind the values of a loss in the groups of a class."""
        return int(self._rows[k][place])


def _by_class(places: np.ndarray, counts: np.ndarray, classes: int) -> np.ndarray:
    total = np.zeros(classes, np.int64)
    np.add.at(total, places, counts)
    return total


@dataclass(frozen=True)
class ByGroup:
    """What finishes the losses of groups in each breakdown, and over all of them."""

    by: Mapping[str | None, OfGroups]
    overall: OfGroups

    @classmethod
    def of(cls, summary: Summary, chosen: Sequence[Chosen], level: float) -> "ByGroup":
        """Finish the value of each group of a summary."""
        by: dict[str | None, OfGroups] = {}
        for name, sums in summary.units.items():
            if name:
                lot = sums.settled()
                by[name] = OfGroups(lot, chosen, level, lot.classes, summary.unit_values)
        whole = next(iter(summary.units.values())).whole()
        return cls(by, OfGroups(whole, chosen, level, (None,), summary.unit_values))

    def tail_indices(self) -> list[float]:
        """Return the index of the tail of the values of each loss."""
        return [
            Largest.of(found.values).tail_index(len(found.values)) for found in self.overall.found
        ]

    def record(self, column: str, chosen: Chosen, top: int) -> Groups:
        """Return what the report says of the groups: how the values lie, and the worst."""
        lot, found = self.overall.lot, self.overall.found[0]
        total = self.overall.terms(0, 0).sum(0)
        kept = np.flatnonzero(~np.isnan(found.values))
        # groups are in the order of their names, which decides between equal values
        worst = kept[np.argsort(-found.values[kept], kind="stable")][:top]
        sample = Sample(np.sort(found.values[kept]), np.ones(len(kept)), exact=True)
        return Groups(
            column=column,
            count=len(lot),
            loss=chosen.spelling,
            label=chosen.label,
            quantiles=tuple((q, sample.quantile(q)) for q in _QUANTILES),
            worst=tuple(_worst(lot, found, place, total) for place in worst.tolist()),
        )


def _worst(lot: Lot, found: Values, place: int, total: Dyadic) -> WorstGroup:
    value = float(found.values[place])
    share = math.nan
    if math.isfinite(value) and total.units > 0:
        share = quotient(Dyadic.of(value), total)
    name = lot.groups[int(lot.of_group[place])]
    return WorstGroup(name, int(found.rows[place]), value, share)
