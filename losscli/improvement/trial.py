"""Each fix as it is fitted on all rows and on each half of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.dataclass import dataclass
from losscli.improvement.choice import settled
from losscli.improvement.fit import fitted
from losscli.improvement.fitted import Fitted
from losscli.improvement.objective import Objective


@dataclass(frozen=True)
class Trial:
    """A fix that was tried.

    `least` is where the loss of all rows is least; `shown` the same, or no change where the rows
    do not tell it from that; `halves` what each half is judged with, fitted on the other one.
    `why` says why there is no such fix, "" where there is one.
    """

    least: Fitted
    shown: Fitted
    halves: tuple[Fitted, ...]
    why: str = ""


def trials(whole: Objective, halves: Sequence[Objective], task: str) -> list[Trial]:
    """Fit every kind that the task and the loss allow, on all rows and on each half."""
    # what is tried may lead out of the doubles, where no loss is least
    with np.errstate(all="ignore"):
        found = fitted(whole, task)
        shown = settled(whole, found)
        pairs = list(zip(found, shown, strict=True))
        if not any(one.changes for one in shown):
            return [_same(least, none, len(halves)) for least, none in pairs]
        # the first half is judged with what was fitted on the second
        fits = [{one.kind: one for one in fitted(half, task, found)} for half in reversed(halves)]
    return [_trial(least, one, [fit.get(one.kind) for fit in fits]) for least, one in pairs]


def _same(least: Fitted, shown: Fitted, halves: int) -> Trial:
    return Trial(least, shown, (shown,) * halves, least.why)


def _trial(least: Fitted, shown: Fitted, halves: Sequence[Fitted | None]) -> Trial:
    if least.why or not shown.changes:
        return _same(least, shown, len(halves))
    able = tuple(one for one in halves if one and not one.why)
    if len(able) == len(halves):
        return Trial(least, shown, able)
    reasons = [one.why for one in halves if one and one.why]
    why = f"on one half of the rows: {reasons[0] if reasons else 'it cannot be fitted'}"
    return Trial(least, replace(shown, why=why), (), why)
