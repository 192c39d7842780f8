"""The best constant probabilities and scores of classes, found numerically."""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mean = Callable[[Vector], Vector]
"""The mean losses of constant predictions: from shape (m, k), one a row, to shape (m,)."""

MOST_CLASSES = 40
"""With more classes the search would take seconds."""
_ROUNDS = 80
_STEP = 1e-5
_STEPS = 2.0 ** np.arange(3, -24, -1)
_SETTLED = 1e-14
_MOST_AHEAD = 8
"""So many of the most frequent classes can be set apart from the others."""


def best_probs(mean: Mean, shares: Vector) -> Vector:
    """Return the probabilities with the least mean loss.

    The best of what descent from the shares reaches, the shares themselves, certainty of the
    most frequent class, and the classes in the order of their shares.
    """
    order = np.argsort(-shares, kind="stable")
    ranks = np.empty_like(shares)
    ranks[order] = np.arange(len(shares), 0, -1)
    sure = np.zeros_like(shares)
    sure[order[0]] = 1
    found = _softmax(_descend(lambda z: mean(_softmax(z)), np.log(shares + _STEP)))
    options = np.array([found, shares, sure, ranks / ranks.sum()])
    return np.asarray(options[int(np.argmin(mean(options)))])


def best_scores(mean: Mean, shares: Vector) -> Vector:
    """Return the scores with the least mean loss, for losses with corners 1 apart.

    Hinges of differences have their least value at whole numbers, and no least value but the
    least of all if any set of classes can be raised by 1 (Murota, 2003): here any set of the
    most frequent ones.
    """
    most = _MOST_AHEAD if len(shares) <= MOST_CLASSES else 1
    order = np.argsort(-shares, kind="stable")[:most]
    lots = np.array(list(product((0, 1), repeat=len(order)))[1:], dtype=np.float64)
    sets = np.zeros((len(lots), len(shares)))
    sets[:, order] = lots
    best = np.zeros_like(shares)
    least = float(mean(best[None, :])[0])
    while True:
        raised = mean(best + sets)
        at = int(np.argmin(raised))
        if not raised[at] < least:
            return best
        best, least = best + sets[at], float(raised[at])


def _softmax(logits: Vector) -> Vector:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _descend(function: Mean, start: Vector) -> Vector:
    """Return where a smooth function is least, by the method of Broyden, Fletcher & others."""
    k = len(start)
    at, inverse = start, np.eye(k)
    value, slope = float(function(at[None, :])[0]), _slope(function, at)
    for _ in range(_ROUNDS):
        direction = -(inverse * slope).sum(axis=1)
        tried = at + _STEPS[:, None] * direction
        values = function(tried)
        best = int(np.argmin(np.where(np.isfinite(values), values, np.inf)))
        if not values[best] < value - _SETTLED * abs(value):
            break
        moved, now = tried[best] - at, _slope(function, tried[best])
        turned = now - slope
        at, value, slope = tried[best], float(values[best]), now
        along = float((moved * turned).sum())
        if along > 0:
            left = np.eye(k) - np.outer(moved, turned) / along
            product = (left[:, :, None] * inverse[None, :, :]).sum(axis=1)
            product = (product[:, None, :] * left[None, :, :]).sum(axis=2)
            inverse = product + np.outer(moved, moved) / along
    return at


def _slope(function: Mean, at: Vector) -> Vector:
    steps = _STEP * np.eye(len(at))
    values = function(np.concatenate([at + steps, at - steps]))
    return (values[: len(at)] - values[len(at) :]) / (2 * _STEP)
