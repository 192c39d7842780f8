"""The best constant prediction: what a model must beat to have any skill."""

import math

import numpy as np

from losscli.errors import UsageError
from losscli.losses.chosen import Chosen
from losscli.losses.domain import REAL
from losscli.report.finders import BY_ROLES, FINDERS
from losscli.report.records import BestConstant
from losscli.report.shares import best_of_shares
from losscli.report.truths import Truths, value_of

_BEYOND = 1000.0
"""So many times as far as the truths reach, a loss that has a best constant is not less."""


def best_constant(chosen: Chosen, truths: Truths) -> BestConstant | None:
    """Return the constant prediction with the least loss on the same rows, and its loss.

    None where a constant has no meaning for the loss, or none is known to be best.
    """
    if truths.labels:
        return best_of_shares(chosen, truths)
    part = chosen.single
    elicits = part.loss.elicits if part else ""
    without = part is not None and (part.loss.signed or elicits == "-")
    if without or not len(truths.sample.values) or chosen.combine.needs_median:
        return None
    word, _, parameter = elicits.partition(" ")
    find = FINDERS.get(elicits) or FINDERS.get(word) or BY_ROLES.get(frozenset(chosen.roles))
    if find is None:
        return None
    argument = part.parameters.get(parameter) if part else None
    try:
        found = find(chosen, truths, argument)
        if found is None:
            return None
        prediction, columns = found
        value = value_of(chosen, truths, columns)
    except UsageError:  # a plugin's loss need not take what no row predicts
        return None
    known = math.isfinite(value) and not (chosen.own and _falls(chosen, truths, value))
    return BestConstant(prediction, value) if known else None


def _falls(chosen: Chosen, truths: Truths, least: float) -> bool:
    """Tell whether far beyond the truths a loss of the user's own is less than its least there."""
    if "pred" not in chosen.roles:
        return False
    far = _BEYOND * (1 + float(np.abs(truths.sample.values).max()))
    legal = chosen.domain().get("pred", (REAL, ""))[0]
    ends = np.array([-far, far])
    return any(
        value_of(chosen, truths, {"pred": np.float64(end)}) < least  # type: ignore[dict-item]
        for end in ends[legal.holds(ends)]
    )
