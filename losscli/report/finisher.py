"""The value, error and interval of each loss in each class, from exact moments."""

import math
from collections.abc import Mapping, Sequence

from losscli.losses.chosen import Chosen
from losscli.losses.combine import Combine
from losscli.report.interval import estimate
from losscli.report.records import ClassResult, Estimate, LossResult
from losscli.report.terms import Terms
from losscli.summary.distribution import Distribution
from losscli.summary.dyadic import Dyadic, quotient
from losscli.summary.grouped import Grouped
from losscli.summary.moments import Moments

Medians = Mapping[tuple[int, int], Distribution]
"""Distributions of the losses that are medians, by the loss's number and the class's place."""


class Finisher:
    """Reads the moments of each class and loss, turned into exact numbers once."""

    def __init__(
        self,
        group: Grouped,
        chosen: Sequence[Chosen],
        level: float,
        medians: Medians,
        clusters: Sequence[Moments] = (),
    ) -> None:
        self._group = group
        self._chosen = chosen
        self._level = level
        self._medians = medians
        self._exact = [_exact(moments) for moments in group.moments]
        self._clusters = [(moments, _exact(moments)) for moments in clusters]

    def terms(self, k: int, place: int) -> Terms:
        """Return the terms of a loss in a class."""
        found = self._medians.get((k, place))
        return Terms(
            self._group.moments[k],
            self._exact[k],
            place,
            found.sample() if found else None,
            leaves_out=self._chosen[k].leaves_out,
            copies=self._copies(k),
        )

    def _copies(self, k: int) -> int:
        return self._chosen[k].copies(self._group.moments[k].terms)

    def estimate(self, k: int, place: int) -> Estimate:
        """Return the value of a loss in a class, with its error and interval."""
        return self.estimated(k, place, self._chosen[k].combine)

    def estimated(self, k: int, place: int, combine: Combine) -> Estimate:
        """Return the same for means that are combined so."""
        chosen = self._chosen[k]
        return estimate(
            self.terms(k, place),
            combine,
            self._level,
            floor=0.0 if self.has_floor(k) else -math.inf,
            proportion=chosen.single is not None and chosen.single.loss.bound == 1,
            clusters=Terms(*self._clusters[k], place, None, copies=self._copies(k))
            if self._clusters
            else None,
        )

    def has_floor(self, k: int) -> bool:
        """Tell whether no row loses less than 0; of a loss of one's own only the rows tell."""
        chosen = self._chosen[k]
        return chosen.has_floor and not (chosen.own and (self._group.moments[k].low[0] < 0).any())

    def balanced(self, k: int) -> float:
        """Return the mean of the class values: each class counts the same."""
        values = [self.estimate(k, place).value for place in range(len(self._group.classes))]
        if any(map(math.isnan, values)):
            return math.nan
        return math.inf if math.inf in values else math.fsum(values) / len(values)

    def lines(
        self, by: str, overall: "Finisher", results: Sequence[LossResult]
    ) -> list[ClassResult]:
        """Return the losses of every class of a breakdown, the largest share first."""
        found = [
            [self._line(by, k, place, overall, result) for k, result in enumerate(results)]
            for place in range(len(self._group.classes))
        ]
        # what carries most of the first loss comes first; classes are in the order of their text
        found.sort(key=lambda of_class: -of_class[0].share if of_class[0].share > 0 else 0.0)
        return [line for of_class in found for line in of_class]

    def _line(
        self, by: str, k: int, place: int, overall: "Finisher", result: LossResult
    ) -> ClassResult:
        found = self.estimate(k, place)
        whole = overall.terms(k, 0)
        share = math.nan
        if (
            not self._chosen[k].combine.needs_median
            and not whole.infinite
            and whole.sum(0).units > 0
        ):
            share = quotient(self.terms(k, place).sum(0), whole.sum(0))
        value = result.estimate.value
        lift = found.value / value if 0 < value < math.inf else math.nan
        name = self._group.classes[place]
        return ClassResult(by, name, result.loss, result.label, found, share, lift)


def _exact(moments: Moments) -> tuple[list[Dyadic], list[Dyadic]]:
    return moments.sums.dyadics(), moments.squares.dyadics()
