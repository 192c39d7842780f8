"""Which fixes are more than chance in the rows that they were fitted on, and which is best."""

import math
from collections.abc import Sequence
from dataclasses import replace

from losscli.improvement.fitted import Fitted
from losscli.improvement.objective import Objective, Terms
from losscli.improvement.threshold import own_threshold

_ALONE = 0.98
_PAIR = 1.22
"""Standard errors by which a map of one or two parameters must be better than no change.

In the rows that it was fitted on, a map that is good for nothing is better by half of the root of
a chi-squared number with as many degrees of freedom: these are passed in 5 % of such cases.
"""
_ALIKE = 1e-6
"""The part of a loss by which two maps of one parameter differ in nothing but rounding."""
_CUT = 3.0
"""Likewise for a threshold, which is the best of as many as there are rows: 1 to 5 % pass."""


def settled(objective: Objective, found: Sequence[Fitted]) -> list[Fitted]:
    """Put no change in the place of every fix that the rows do not tell from it."""
    return [
        one if one.why or _is_clear(objective, one) else _unchanged(objective, one) for one in found
    ]


def choose(objective: Objective, found: Sequence[Fitted]) -> Fitted | None:
    """Return the fix that the rows prefer, None where no change is as good.

    A map of two parameters holds those of one, and is never worse where it was fitted; it is
    chosen only where it is better by more than rounding, and by as many standard errors as the
    criterion of Schwarz (1978) asks of one more parameter.
    """
    able = [one for one in found if one.changes]
    best, more = None, math.sqrt(math.log(objective.rows.total)) / 2
    for one in able:
        if best is None:
            best = one
        elif len(one.parameters) == 1:
            best = one if one.value < best.value * (1 - _ALIKE) else best
        elif one.value + objective.rounding() < best.value:
            terms = (_after(objective, fix) for fix in (best, one))
            if objective.better(*terms) > more:
                best = one
    return best


def _is_clear(objective: Objective, one: Fitted) -> bool:
    if one.map:
        least = _ALONE if len(one.theta) == 1 else _PAIR
        before = objective.terms(one.map, one.map.identity)
    else:
        least, before = _CUT, objective.terms_of(objective.chosen)
    return objective.better(before, _after(objective, one)) > least


def _after(objective: Objective, one: Fitted) -> Terms:
    if one.map:
        return objective.terms(one.map, one.theta)
    return objective.terms_of(one.after or objective.chosen)


def _unchanged(objective: Objective, one: Fitted) -> Fitted:
    none = one.map.identity if one.map else (_own(objective),)
    parameters = dict(zip(one.parameters, none, strict=True))
    return replace(one, parameters=parameters, map=None, theta=(), after=None)


def _own(objective: Objective) -> float:
    own = own_threshold(objective.chosen)
    return own if isinstance(own, float) else math.nan
