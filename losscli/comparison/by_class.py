"""The change in each class, corrected for having looked at every one."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison.difference import Shape
from losscli.comparison.finish import Asked, Finisher
from losscli.comparison.records import (
    IMPROVED,
    INCONCLUSIVE,
    NO_DIFFERENCE,
    REGRESSED,
    ClassChange,
)
from losscli.comparison.summary import PairedSummary
from losscli.losses.spec import Vector


def classes(summary: PairedSummary, asked: Asked) -> list[ClassChange]:
    """Return the change of each loss in each class, the classes that moved most surely first."""
    found = [
        ClassChange(by, cls, finisher.change(k, place, Shape()), math.nan, (by, cls) in asked.named)
        for by in asked.by
        for finisher in [Finisher(summary, by, asked, whole=False)]
        for place, cls in enumerate(finisher.classes)
        for k in range(len(asked.chosen))
    ]
    corrected = list(_corrected(found, len(asked.chosen)))
    return [one for group in _sorted(corrected, len(asked.chosen)) for one in group]


def _corrected(found: Sequence[ClassChange], losses: int) -> Iterator[ClassChange]:
    """Correct p-values for having looked at every class, and verdicts with them."""
    ps = np.array([math.nan if one.named else one.found.p for one in found])
    qs = np.concatenate([adjusted(ps[k::losses]) for k in range(losses)])
    places = np.concatenate([np.arange(k, len(found), losses) for k in range(losses)])
    for one, q in zip(found, qs[np.argsort(places)].tolist(), strict=True):
        q_of_one = one.found.p if one.named else q
        change = one.found
        if change.verdict in (IMPROVED, REGRESSED) and q_of_one > 1 - change.level:
            quiet = INCONCLUSIVE if change.tolerance else NO_DIFFERENCE
            why = "one class of so many moves as much by chance" if change.tolerance else ""
            change = replace(change, verdict=quiet, why=why)
        yield replace(one, found=change, q=q_of_one)


def adjusted(ps: Vector) -> Vector:
    """Return p-values (float64[n]) corrected for their number (Benjamini & Hochberg, 1995).

    NaN stands for a question that was not asked: it does not count and stays NaN.
    """
    found = np.full(len(ps), np.nan)
    known = np.flatnonzero(~np.isnan(ps))
    order = known[np.argsort(ps[known], kind="stable")]
    scaled = ps[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return found


def _sorted(found: Sequence[ClassChange], losses: int) -> list[Sequence[ClassChange]]:
    groups = [found[start : start + losses] for start in range(0, len(found), losses)]
    return sorted(groups, key=lambda group: _place(group[0]))


def _place(one: ClassChange) -> tuple[bool, float, float, str, str]:
    q = one.q if not math.isnan(one.q) else 2.0
    size = abs(one.found.change) if not math.isnan(one.found.change) else 0.0
    return not one.named, q, -size, one.by, one.cls or ""
