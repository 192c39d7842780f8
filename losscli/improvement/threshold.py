"""The threshold of a decision that costs least, found among all that decide otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.improvement.objective import Objective
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.spec import Vector

_ROUNDING = 1e-12
_EVEN = 0.5


def has_threshold(chosen: Chosen) -> bool:
    """Tell whether a loss sees nothing of a probability but its side of a threshold."""
    return chosen.combine == MEAN and all("threshold" in part.parameters for part in chosen.parts)


def with_threshold(chosen: Chosen, at: float) -> Chosen:
    """Return the same loss with another threshold."""
    parts = (
        replace(part, parameters={**part.parameters, "threshold": at}) for part in chosen.parts
    )
    return replace(chosen, parts=tuple(parts))


def least_cost(objective: Objective) -> tuple[float, float, Chosen] | None:
    """Return the best threshold, its loss, and the loss with it; None where nothing changes.

    Of thresholds that are as good, the one nearest to the loss's own is taken.
    """
    chosen, rows = objective.chosen, objective.rows
    given = {**rows.columns, **objective.shared}
    prob = Columns(given)["prob"]
    yes, no = (rows.mass * _decided(chosen, given, decision) for decision in (1.0, 0.0))
    order = np.argsort(prob, kind="stable")
    ordered = prob[order]
    # threshold k lets the rows before place k be a no
    costs = np.concatenate([[0.0], np.cumsum((no - yes)[order])]) + float(np.sum(yes[order]))
    places = np.flatnonzero(np.diff(ordered)) + 1
    cuts = ordered[places - 1] / 2 + ordered[places] / 2
    costs_at = costs[places]
    if ordered[0] > 0:
        cuts, costs_at = np.append(cuts, ordered[0]), np.append(costs_at, costs[0])
    if ordered[-1] < 1:
        cuts, costs_at = np.append(cuts, ordered[-1] / 2 + 0.5), np.append(costs_at, costs[-1])
    if not len(cuts) or costs_at.max() == costs_at.min():
        return None
    able = costs_at <= costs_at.min() + _ROUNDING * float(np.abs(costs).max())
    found = _nearest(cuts[able], chosen)
    value = float(costs_at.min()) / float(np.sum(rows.mass))
    return found, value, with_threshold(chosen, found)


def own_threshold(chosen: Chosen) -> float | str:
    """Return the threshold that a loss has now, or the word for it."""
    return chosen.parts[0].parameters["threshold"]


def _nearest(cuts: Vector, chosen: Chosen) -> float:
    own = own_threshold(chosen)
    away = np.abs(cuts - own) if isinstance(own, float) else cuts
    return float(cuts[int(away.argmin())])


def _decided(chosen: Chosen, columns: Mapping[str, NDArray[Any]], prob: float) -> Vector:
    """Return the cost of each row when all are decided alike."""
    known = {role: v for role, v in columns.items() if role != "logit"}
    probs = np.full(len(columns["y"]), prob)
    return with_threshold(chosen, _EVEN).terms({**known, "prob": probs})[0]
