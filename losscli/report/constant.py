"""The best constant prediction: what a model must beat to have any skill."""

import math

import numpy as np

from losscli.errors import UsageError
from losscli.losses.chosen import Chosen
from losscli.losses.domain import REAL
from losscli.report.best_number import FALLS
from losscli.report.finders import BY_ROLES, FINDERS
from losscli.report.records import BestConstant
from losscli.report.shares import best_of_shares
from losscli.report.truths import Found, NoConstantError, Truths, value_of

_BEYOND = 1e6
"""So many times as far as the truths reach, a loss that has a best constant is more."""
_ROUNDED = 1e-9


_NUMBERS = ("pred", "prob", "score")
"""Roles of one number, whose best value can be looked for whatever the loss is said to elicit."""


def best_constant(chosen: Chosen, truths: Truths) -> BestConstant | None:
    """Return the constant prediction with the least loss on the same rows, and its loss.

    None where a constant has no meaning for the loss. Raises NoConstantError where it has one,
    and which is best is not sure.
    """
    if truths.labels:
        return best_of_shares(chosen, truths)
    part = chosen.single
    elicits = part.loss.elicits if part else ""
    without = part is not None and (part.loss.signed or elicits == "-")
    if without or not len(truths.sample.values) or chosen.combine.needs_median:
        return None
    try:
        found = _found(chosen, truths, elicits)
        if found is None:
            return None
        value = value_of(chosen, truths, found[1])
    except UsageError:  # a plugin's loss need not take what no row predicts
        return None
    if chosen.own and math.isfinite(value) and _falls(chosen, truths, value):
        raise NoConstantError(FALLS)
    return BestConstant(found[0], value) if math.isfinite(value) else None


def _found(chosen: Chosen, truths: Truths, elicits: str) -> Found:
    """Return the best constant by what a loss elicits, or by its roles."""
    word, _, parameter = elicits.partition(" ")
    find = FINDERS.get(elicits) or FINDERS.get(word)
    look = BY_ROLES.get(frozenset(chosen.roles))
    if chosen.own and not frozenset(_NUMBERS) & frozenset(chosen.roles):
        look = None  # what is best for our losses of these roles need not be for others
    argument = chosen.single.parameters.get(parameter) if chosen.single else None
    if not chosen.own or find is None or look is None:
        find = find or look
        return find(chosen, truths, argument) if find else None
    # what a loss of the user's own is said to elicit is taken for it where nothing costs less
    said, other = find(chosen, truths, argument), look(chosen, truths, argument)
    if said is None or other is None:
        return said or other
    values = [value_of(chosen, truths, found[1]) for found in (said, other)]
    return said if values[0] <= values[1] + _ROUNDED * abs(values[1]) else other


def _falls(chosen: Chosen, truths: Truths, least: float) -> bool:
    """Tell whether far beyond the truths a loss of the user's own is no more than its least."""
    role = next((role for role in ("pred", "score") if role in chosen.roles), "")
    if not role:
        return False
    far = _BEYOND * (1 + float(np.abs(truths.sample.values).max()))
    legal = chosen.domain().get(role, (REAL, ""))[0]
    ends = np.array([-far, far])
    return any(
        value_of(chosen, truths, {role: np.float64(end)}) <= least  # type: ignore[dict-item]
        for end in ends[legal.holds(ends)]
    )
