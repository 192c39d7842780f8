"""Fitting each kind of map, or the threshold, on the rows that are given."""

import math
from collections.abc import Sequence
from dataclasses import replace

from losscli.improvement.fit_logits import logit_shift, platt, temperature
from losscli.improvement.fit_numbers import affine, scale, shift
from losscli.improvement.fitted import Fitted
from losscli.improvement.kinds import KINDS, THRESHOLD, prepared
from losscli.improvement.objective import Objective
from losscli.improvement.threshold import has_threshold, least_cost


def fitted(objective: Objective, task: str, near: Sequence[Fitted] = ()) -> list[Fitted]:
    """Fit every kind that the task and the loss allow.

    `near` are the fits of all rows where these are a half: maps of two parameters start there.
    """
    if has_threshold(objective.chosen):
        return [_threshold(objective)]
    rows = objective.rows
    rows = replace(rows, columns=prepared(task, rows.columns))
    objective = replace(objective, rows=rows)
    found: list[Fitted] = []
    for kind in (kind for kind in KINDS if kind.task == task):
        least = _SEARCHES[kind.name, task](objective, kind, near or found)
        if least is not None:
            parameters = dict(zip(kind.parameters, least.at, strict=True))
            found.append(Fitted(kind.name, parameters, least.value, kind, least.at, why=least.why))
    return found


def _threshold(objective: Objective) -> Fitted:
    found = least_cost(objective)
    if found is None:
        why = "no other threshold decides otherwise"
        return Fitted(THRESHOLD, {THRESHOLD: math.nan}, math.nan, why=why)
    at, value, after = found
    return Fitted(THRESHOLD, {THRESHOLD: at}, value, after=after)


_SEARCHES = {
    ("shift", "regression"): shift,
    ("scale", "regression"): scale,
    ("affine", "regression"): affine,
    ("temperature", "binary"): temperature,
    ("logit_shift", "binary"): logit_shift,
    ("platt", "binary"): platt,
    ("temperature", "multiclass"): temperature,
}
"""How each kind is fitted."""
