"""Fitting the temperature and the shift of logits."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.improvement.fitted import Fitted, starts_of
from losscli.improvement.kinds import Kind
from losscli.improvement.objective import Objective
from losscli.improvement.search import NO_END, Least, along, around

_POINTS = 65
_HOTTEST = 100.0
_FARTHEST = 30.0
_EDGE = 0.99
"""From this part of the way to the last that is tried, a least of both is one at an end."""
_FLAT = "the hotter the better: none is better than logits of 0, which tell nothing"


def temperature(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least:
    """Search positive temperatures; negative ones where the hottest is best, if they are better.

    A negative one turns probabilities round, which helps where they point the wrong way.
    """
    found = _hot_or_cold(objective, kind, 1.0)
    if not found.why or found.at[0] < 1:
        return found
    turned = _hot_or_cold(objective, kind, -1.0)
    if turned.value < found.value:
        found = turned
    return replace(found, why=_FLAT) if found.why and abs(found.at[0]) > 1 else found


def _hot_or_cold(objective: Objective, kind: Kind, sign: float) -> Least:
    grid = np.linspace(-math.log(_HOTTEST), math.log(_HOTTEST), _POINTS)
    found = along(lambda t: objective.value(kind, (sign * math.exp(t),)), grid, bounded=False)
    return replace(found, at=(sign * math.exp(found.at[0]),))


def logit_shift(objective: Objective, kind: Kind, _: Sequence[Fitted]) -> Least:
    """Search what is added to the logits."""
    grid = _FARTHEST * np.linspace(-1, 1, _POINTS) ** 3
    return along(lambda b: objective.value(kind, (b,)), grid, bounded=False)


def platt(objective: Objective, kind: Kind, before: Sequence[Fitted]) -> Least | None:
    """Search both, from the fits before; None where these, or the logits, leave nothing to find."""
    logit = objective.rows.columns["logit"]
    if logit.min() == logit.max() or any(one.why for one in before):
        return None
    hot = [one.parameters.get("temperature", 1.0) for one in before]
    shifts = [one.parameters.get("shift", 0.0) for one in before]
    sign = min(1.0, *(math.copysign(1, t) for t in hot))
    starts = [(0.0, 0.0), *zip((math.log(abs(t)) for t in hot), shifts, strict=True)]

    def value(u: Sequence[float]) -> float:
        if abs(u[0]) > math.log(_HOTTEST) or abs(u[1]) > _FARTHEST:
            return math.inf
        return objective.value(kind, (sign * math.exp(u[0]), u[1]))

    found = around(value, starts_of(kind, before, starts), 0.25)
    heat, far = abs(found.at[0]) / math.log(_HOTTEST), abs(found.at[1]) / _FARTHEST
    why = found.why or (NO_END if max(heat, far) > _EDGE else "")
    return replace(found, at=(sign * math.exp(found.at[0]), found.at[1]), why=why)
