"""Every loss has the value by group that its definition gives to the rows of the group alone."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from loss_samples import cases, columns

import losscli.losses  # noqa: F401 - registers
from losscli.losses.chosen import Chosen, Part
from losscli.losses.spec import LOSSES, Loss
from losscli.report.units import values
from losscli.summary.group_sums import GroupSums
from losscli.summary.group_values import GroupValues

GROUPS = ["c", "a", "b"]
EVERY = pytest.mark.parametrize(
    "loss", LOSSES.values(), ids=[f"{name}-{task}" for name, task in LOSSES]
)


class Rows:
    """The terms of the rows of one group (`Finished` of losses/combine.py), by definition."""

    def __init__(self, terms: list[list[float]], weight: list[float]) -> None:
        self.terms = terms
        self.weight = weight

    def mean(self, term: int) -> Fraction:
        total = sum(
            (Fraction(v * w) for v, w in zip(self.terms[term], self.weight, strict=True)),
            Fraction(0),
        )
        return total / sum(map(Fraction, self.weight), Fraction(0))

    def low(self, term: int) -> float:
        return min(self.terms[term])

    def high(self, term: int) -> float:
        return max(self.terms[term])

    def median(self) -> float:
        return float(np.median(self.terms[0]))


def by_definition(one: Chosen, terms: list[list[float]], weight: list[float]) -> float:
    if any(math.isinf(v) for term in terms for v in term):
        return math.inf
    if any(math.isnan(v) for term in terms for v in term):
        if not one.leaves_out:
            return math.nan
        kept = [k for k, v in enumerate(terms[0]) if not math.isnan(v)]
        terms, weight = [[term[k] for k in kept] for term in terms], [weight[k] for k in kept]
    return one.combine.value(Rows(terms, weight)) if weight else math.nan


@EVERY
@pytest.mark.parametrize("weighted", [False, True])
def test_a_value_by_group_is_that_of_its_rows(loss: Loss, weighted: bool) -> None:  # noqa: FBT001
    for parameters in list(cases(loss))[:4]:
        one = Chosen("", "", (Part(1.0, loss, parameters),))
        if weighted and one.combine.needs_median:
            continue
        terms: Any = one.terms(columns(loss, parameters, reach=3))
        count = len(terms[0])
        codes = np.arange(count) // 2 % 3
        weight: Any = 0.1 + (np.arange(count) % 7 if weighted else np.zeros(count))
        sums = GroupSums.of((codes, GROUPS), [terms], weight=weight if weighted else None)
        lot = sums.settled()
        medians = GroupValues.of((codes, GROUPS), terms[0]).medians(lot.groups)
        found = values(one, lot.losses[0], medians if one.combine.needs_median else None)
        for name, value in zip(lot.groups, found.values.tolist(), strict=True):
            own = codes == GROUPS.index(name)
            mass = weight[own].tolist() if weighted else [1.0] * int(own.sum())
            wanted = by_definition(one, [t[own].tolist() for t in terms], mass)
            assert value == wanted or (math.isnan(value) and math.isnan(wanted)), parameters
