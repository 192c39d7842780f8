"""The best constant prediction: what a model must beat to have any skill."""

import math

from losscli.errors import UsageError
from losscli.losses.chosen import Chosen
from losscli.report.finders import BY_ROLES, FINDERS
from losscli.report.records import BestConstant
from losscli.report.truths import Truths, value_of


def best_constant(chosen: Chosen, truths: Truths) -> BestConstant | None:
    """Return the constant prediction with the least loss on the same rows, and its loss.

    None where a constant has no meaning for the loss, or none is known to be best.
    """
    part = chosen.single
    elicits = part.loss.elicits if part else ""
    if not len(truths.sample.values) or chosen.combine.needs_median:
        return None
    if part and (part.loss.signed or elicits == "-"):
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
    return BestConstant(prediction, value) if math.isfinite(value) else None
