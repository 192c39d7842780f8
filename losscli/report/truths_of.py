"""The distribution of the truths, as far as the summary tells it."""

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from losscli.losses.combine import to_float
from losscli.losses.spec import Vector
from losscli.report.facts import Facts, Samples
from losscli.report.shares import MOST_LABELS, any_of, one_of
from losscli.report.truths import Truths
from losscli.summary.distribution import Sample
from losscli.summary.exact import ExactSums
from losscli.work import Summary

_VALUES: Mapping[str, Vector] = {
    "binary": np.array([0.0, 1.0]),
    "margin": np.array([-1.0, 1.0]),
}


def truths_of(summary: Summary, facts: Facts, samples: Samples) -> Truths | None:
    """Return the truths as numbers, classes or shares; None where too little is known of them."""
    levels = np.array(facts.levels) if facts.levels else None
    group = next(iter(summary.groups.values()))
    if summary.shares and group.mass is not None:
        return _of_shares(summary.shares, sum(group.mass.fractions()), facts)
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
    codes = Sample(np.arange(len(mass), dtype=np.float64), mass, exact=True)
    return Truths(codes, math.nan, classes, costs=facts.costs)


def _of_shares(
    shares: Mapping[str, ExactSums], weight: Fraction | int, facts: Facts
) -> Truths | None:
    """Return rows of 0 and 1 whose columns have the means of several truths."""
    if len(facts.labels) > MOST_LABELS:
        return None
    means = np.array([to_float(total / weight) for total in shares["y"].fractions()])
    (entropy,) = shares["entropy"].fractions()
    rows, mass = one_of(means) if facts.task == "soft" else any_of(means)
    sample = Sample(rows, mass, exact=True)
    return Truths(sample, math.nan, labels=facts.labels, entropy=to_float(entropy / weight))
