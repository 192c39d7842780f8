"""The best constant of several truths: labels that can be true together, or shares of classes.

Of these the means are known, not which stand together in a row. That is enough where a loss is a
sum over the labels, or is linear in the shares: then any rows with the same means cost the same.
"""

import math

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.spec import Matrix, Vector
from losscli.report.records import BestConstant
from losscli.report.truths import Truths
from losscli.summarise import entropy

MOST_LABELS = 1000
"""With more of them the rows that stand for theirs would take seconds, and much memory."""
_HALF = 0.5
_NEAR = 1e-9
_ULP = 2.0**-52


def one_of(means: Vector) -> tuple[Matrix, Vector]:
    """Return rows in which one class has it all, whose columns have these means."""
    return np.eye(len(means)), means


def any_of(means: Vector) -> tuple[Matrix, Vector]:
    """Return rows of labels, 0 or 1, whose columns have these means: the frequent ones first."""
    ends = np.unique(np.append(means, 1.0))
    return (means >= ends[:, None]).astype(np.float64), np.diff(ends, prepend=0.0)


def best_of_shares(chosen: Chosen, truths: Truths) -> BestConstant | None:
    """Return the best constant for the labels or shares, and its loss.

    None where the means do not tell it: of the rows in which any label is wrong, which labels
    go together matters.
    """
    elicits = {part.loss.elicits for part in chosen.parts}
    role = next(role for role in chosen.roles if role != "y")
    if chosen.combine is not MEAN or set(chosen.roles) != {"y", role}:
        return None
    means = truths.sample.mass @ truths.sample.values
    if elicits == {"probabilities"}:
        # soft labels sum to 1 as nearly as the reader asks for
        best = means / means.sum() if role == "probs" else means
    elif elicits == {"majority"}:
        best = (means > _HALF).astype(np.float64)
    else:
        return None
    count = _entropies(chosen, role, len(means))
    if count is None:
        return None
    there = truths.sample.mass > 0
    losses = _losses(chosen, role, truths.sample.values[there], best)
    value = float(np.sum(truths.sample.mass[there] * losses))
    least = count * truths.entropy
    # what is left of two numbers that are the same but for their rounding
    value = 0.0 if value - least <= 4 * (len(means) + 4) * _ULP * least else value - least
    if not math.isfinite(value):
        return None
    return BestConstant(dict(zip(truths.labels, best.tolist(), strict=True)), value)


def _entropies(chosen: Chosen, role: str, count: int) -> float | None:
    """Return how many entropies of a row its loss lies below what is linear in the truths.

    None where it lies below by something else, so that which labels stand together matters.
    """
    rows = np.array([np.ones(count), np.arange(count) % 2 == 0, np.arange(count) < count / 2])
    guess = np.arange(1.0, count + 1) / (count + 1)
    if role == "probs":
        rows = np.array([np.ones(count), np.arange(1.0, count + 1)])
        rows, guess = rows / rows.sum(axis=1)[:, None], guess / guess.sum()
    elif role == "label":
        guess = (guess > _HALF).astype(np.float64)
    ends = _losses(chosen, role, np.vstack([np.zeros(count), np.eye(count)]), guess)
    linear = ends[0] + rows @ (ends[1:] - ends[0])
    below = linear - _losses(chosen, role, rows.astype(np.float64), guess)
    unit = entropy(list(rows.T))
    found = float(below[0] / unit[0]) if unit[0] > 0 else 0.0
    straight = np.abs(below - found * unit) <= _NEAR * (1 + np.abs(linear))
    return found if straight.all() else None


def _losses(chosen: Chosen, role: str, rows: Matrix, guess: Vector) -> Vector:
    """Return the losses of rows of truths for one prediction."""
    predicted = np.tile(guess, (len(rows), 1))
    return chosen.terms({"y": np.ascontiguousarray(rows), role: predicted})[0]
