"""From summaries to the report."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.losses.combine import to_float
from losscli.losses.distance import of_distance
from losscli.losses.spec import Vector
from losscli.report.constant import Truths, best_constant
from losscli.report.interval import estimate
from losscli.report.outliers import outliers, reason, residuals
from losscli.report.records import ClassResult, Estimate, LossResult, Outliers, Report, WorstRow
from losscli.report.terms import Terms
from losscli.report.warn import warnings
from losscli.summarise import Summary
from losscli.summary.distribution import Distribution, Sample
from losscli.summary.dyadic import quotient
from losscli.summary.grouped import Grouped


@dataclass(frozen=True)
class Facts:
    """What the report says of the data beside the numbers."""

    files: tuple[str, ...]
    columns: Mapping[str, Any]
    task: str
    level: float
    shown_by: tuple[str, ...]
    truth: str | None = None
    classes: tuple[str | None, ...] = ()
    levels: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Samples:
    """Finished distributions of y and of the residual.

    None where there is none, or where it is `coarse` and the source could not be read again.
    """

    y: Sample | None = None
    residual: Sample | None = None
    coarse: Sequence[str] = ()


def finish(summary: Summary, chosen: Sequence[Chosen], facts: Facts, samples: Samples) -> Report:
    """Turn the summary of all rows into the report."""
    census = summary.census
    groups = {
        name: _Finisher(group, chosen, facts.level, _medians(summary, name, group.classes))
        for name, group in summary.groups.items()
    }
    name, group = next(iter(summary.groups.items()))
    medians = _medians(summary, name, group.classes)
    overall = _Finisher(group.whole(), chosen, facts.level, _whole(medians))
    truths = _truths(summary, facts, samples)
    results = []
    for k, one in enumerate(chosen):
        value = overall.estimate(k, 0)
        constant = best_constant(one, truths) if truths else None
        results.append(
            LossResult(
                loss=one.spelling,
                label=one.label,
                name=one.name,
                parameters=dict(one.single.parameters) if one.single else {},
                estimate=value,
                best_constant=constant,
                skill=1 - value.value / constant.value if constant and constant.value else math.nan,
                balanced=groups[facts.truth].balanced(k) if facts.truth in groups else math.nan,
            )
        )
    breakdown = [
        line for name in facts.shown_by for line in groups[name].lines(name, overall, results)
    ]
    total = (
        to_float(overall.terms(0, 0).sum(0).fraction())
        if not results[0].estimate.infinite_rows
        else math.inf
    )
    found = _outliers(summary, chosen[0], facts, samples, total)
    return Report(
        files=facts.files,
        rows=census.rows,
        judged=census.judged,
        digest=f"rows128:{census.digest:032x}",
        columns=facts.columns,
        task=facts.task,
        level=facts.level,
        losses=tuple(results),
        breakdown=tuple(breakdown),
        outliers=found,
        warnings=(*facts.warnings, *warnings(summary, chosen, results, found, samples.coarse)),
        notes=facts.notes,
        environment={"numpy": np.__version__},
    )


Medians = Mapping[tuple[int, int], Distribution]
"""Distributions of the losses that are medians, by the loss's number and the class's place."""


def _medians(summary: Summary, by: str, classes: tuple[str | None, ...]) -> Medians:
    place = {name: k for k, name in enumerate(classes)}
    return {(k, place[c]): d for (k, name, c), d in summary.medians.items() if name == by}


def _whole(medians: Medians) -> Medians:
    total: dict[tuple[int, int], Distribution] = {}
    for (k, _), found in medians.items():
        total[k, 0] = total.get((k, 0), Distribution()) + found
    return total


class _Finisher:
    """Reads the moments of each class and loss, turned into exact numbers once."""

    def __init__(
        self, group: Grouped, chosen: Sequence[Chosen], level: float, medians: Medians
    ) -> None:
        self._group = group
        self._chosen = chosen
        self._level = level
        self._medians = medians
        self._exact = [(m.sums.dyadics(), m.squares.dyadics()) for m in group.moments]

    def terms(self, k: int, place: int) -> Terms:
        found = self._medians.get((k, place))
        return Terms(
            self._group.moments[k],
            self._exact[k],
            place,
            found.sample() if found else None,
            leaves_out=self._chosen[k].leaves_out,
        )

    def estimate(self, k: int, place: int) -> Estimate:
        chosen = self._chosen[k]
        signed = any(part.loss.signed or not part.loss.floor for part in chosen.parts)
        return estimate(
            self.terms(k, place),
            chosen.combine,
            self._level,
            floor=-math.inf if signed else 0.0,
            proportion=chosen.single is not None and chosen.single.loss.bound == 1,
        )

    def balanced(self, k: int) -> float:
        """Return the mean of the class values: each class counts the same."""
        values = [self.estimate(k, place).value for place in range(len(self._group.classes))]
        return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.nan

    def lines(
        self, by: str, overall: "_Finisher", results: Sequence[LossResult]
    ) -> list[ClassResult]:
        found = [
            [self._line(by, k, place, overall, result) for k, result in enumerate(results)]
            for place in range(len(self._group.classes))
        ]
        # what carries most of the first loss comes first; classes are in the order of their text
        found.sort(key=lambda of_class: -of_class[0].share if of_class[0].share > 0 else 0.0)
        return [line for of_class in found for line in of_class]

    def _line(
        self, by: str, k: int, place: int, overall: "_Finisher", result: LossResult
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


def _truths(summary: Summary, facts: Facts, samples: Samples) -> Truths | None:
    levels = np.array(facts.levels) if facts.levels else None
    group = next(iter(summary.groups.values()))
    if facts.truth is None:
        if samples.y is None or group.mass is None:
            return None
        weight = sum(group.mass.fractions())
        return Truths(samples.y, to_float(summary.total.fractions()[0] / weight), levels=levels)
    group = summary.groups[facts.truth]
    assert group.mass is not None
    by_class = dict(zip(group.classes, map(to_float, group.mass.fractions()), strict=True))
    classes = facts.classes or group.classes
    mass = np.array([by_class.get(name, 0.0) for name in classes])
    values = _VALUES.get(facts.task) if {"prob", "score"} & facts.columns.keys() else None
    if values is not None and len(classes) == len(values):
        return Truths(Sample(values, mass, exact=True), math.nan, levels=levels)
    return Truths(
        Sample(np.arange(len(mass), dtype=np.float64), mass, exact=True), math.nan, classes
    )


_VALUES: Mapping[str, Vector] = {
    "binary": np.array([0.0, 1.0]),
    "margin": np.array([-1.0, 1.0]),
}


def _outliers(
    summary: Summary, chosen: Chosen, facts: Facts, samples: Samples, total: float
) -> Outliers:
    found = residuals(samples.residual) if samples.residual else None
    sample = _first(summary, chosen)
    mean = sample.mean_of(lambda losses: losses) if len(sample.values) else math.nan
    worst = tuple(
        WorstRow(
            row=summary.census.start(bad.part) + bad.row + 1,
            file=facts.files[bad.part[0]],
            id=bad.id,
            y=bad.y,
            pred=bad.pred,
            loss=bad.loss,
            share=bad.weight * bad.loss / total if 0 < total < math.inf else math.nan,
            reason=reason(bad, facts.task, found, mean),
        )
        for bad in summary.worst.rows
    )
    tail_index = summary.largest[0].tail_index(summary.census.judged)
    return outliers(chosen, sample, found, worst, tail_index)


def _first(summary: Summary, chosen: Chosen) -> Sample:
    """Return the row losses of the first loss, from the residuals where they tell it."""
    if summary.first.count or "residual" not in summary.numbers:
        return summary.first.sample()
    distances = summary.numbers["residual"].sample().distances(0.0)
    return Sample(of_distance(chosen, distances.values), distances.mass, distances.exact)
