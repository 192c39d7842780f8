"""What follows from the columns of a file: one function is one way to get at an argument."""

from typing import Annotated

import numpy as np

from losscli.losses.arguments import Array, Codes, derived
from losscli.losses.domain import ABOVE_MINUS_ONE, POSITIVE, UNIT
from losscli.losses.stable import within_doubles


@derived("residual")
def _(y: Array, pred: Array) -> Array:
    return y - pred


@derived("abs_residual")
def _(residual: Array) -> Array:
    return np.abs(residual)


@derived("log_residual")
def log_residual(
    y: Annotated[Array, ABOVE_MINUS_ONE], pred: Annotated[Array, ABOVE_MINUS_ONE]
) -> Array:
    """Return the size of log1p(y) - log1p(pred)."""
    found: Array = np.log1p(np.abs(y - pred) / (1 + np.minimum(y, pred)))
    beyond = np.isinf(found)
    if beyond.any():
        found[beyond] = np.abs(np.log1p(y[beyond]) - np.log1p(pred[beyond]))
    return found


@derived("scaled_residual")
def _(residual: Array, y: Array, pred: Array, naive_rmse: Annotated[Array, POSITIVE]) -> Array:
    def function(y: Array, pred: Array, unit: Array) -> Array:
        return (y - pred) / unit

    return within_doubles(residual / naive_rmse, function, y, pred, naive_rmse, degree=0)


@derived("std")
def _(variance: Annotated[Array, POSITIVE]) -> Array:
    return np.sqrt(variance)


@derived("log_std")
def _(std: Array) -> Array:
    return np.log(std)


@derived("log_std")
def _(variance: Annotated[Array, POSITIVE]) -> Array:
    # not by way of std, whose rounding would be most of the logarithm of a variance near 1
    return 0.5 * np.log(variance)


@derived("surprise")
def _(y: Array, log_prob: Array, log_not_prob: Array) -> Array:
    return 0.0 - np.where(y == 1, log_prob, log_not_prob)


@derived("surprise")
def _(y: Array, logit: Array) -> Array:
    return 0.0 - _log_sigmoid(np.where(y == 1, logit, -logit))


@derived("log_prob")
def _(prob: Annotated[Array, UNIT]) -> Array:
    return np.log(prob)


@derived("log_prob")
def _(logit: Array) -> Array:
    return _log_sigmoid(logit)


@derived("log_not_prob")
def _(prob: Annotated[Array, UNIT]) -> Array:
    # 1 - prob has lost the digits of a small prob
    return np.log1p(-prob)


@derived("log_not_prob")
def _(logit: Array) -> Array:
    return _log_sigmoid(-logit)


@derived("prob")
def _(logit: Array) -> Array:
    return _sigmoid(logit)


@derived("not_prob")
def _(prob: Annotated[Array, UNIT]) -> Array:
    return 1 - prob


@derived("not_prob")
def _(logit: Array) -> Array:
    return _sigmoid(-logit)


@derived("label")
def _(prob: Array) -> Array:
    """Yes is said from a probability of 1/2 on."""
    return (prob >= 0.5).astype(np.float64)  # noqa: PLR2004 - as likely as not


@derived("tokens", optional=True)
def _(logprob: Array) -> Array:
    """Each row is one token."""
    return np.ones_like(logprob)


@derived("order")
def _(probs: Annotated[Array, UNIT]) -> Array:
    return probs


@derived("order")
def _(logits: Array) -> Array:
    # in which probabilities that are too small for a double still differ
    return logits


@derived("class_prob")
def _(y: Codes, probs: Annotated[Array, UNIT]) -> Array:
    return _of_class(y, probs)


@derived("class_miss")
def _(class_prob: Array) -> Array:
    return 1 - class_prob


@derived("class_miss")
def _(y: Codes, logits: Array) -> Array:
    below, _, others = _below_the_largest(logits)
    total = 1 + others
    rest = others + 1 - np.exp(_of_class(y, below))
    return np.where(y == logits.argmax(axis=1), others, rest) / total


@derived("class_surprise")
def _(class_prob: Array) -> Array:
    return 0.0 - np.log(class_prob)


@derived("class_surprise")
def _(y: Codes, logits: Array) -> Array:
    below, _, others = _below_the_largest(logits)
    return np.log1p(others) - _of_class(y, below)


@derived("log_probs")
def _(probs: Annotated[Array, UNIT]) -> Array:
    return np.log(probs)


@derived("log_probs")
def _(logits: Array) -> Array:
    below, _, others = _below_the_largest(logits)
    return below - np.log1p(others)[:, None]


@derived("probs")
def _(logits: Array) -> Array:
    below, lost, others = _below_the_largest(logits)
    # the exponential of a large number multiplies what its rounding took away
    found: Array = np.exp(below) * (1 + lost) / (1 + others)[:, None]
    return found


def _of_class(y: Codes, values: Array) -> Array:
    return values[np.arange(len(y)), y]


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    found: Array = np.where(x >= 0, 1.0, small) / (1 + small)
    return found


def _log_sigmoid(x: Array) -> Array:
    found: Array = np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))
    return found


def _below_the_largest(x: Array) -> tuple[Array, Array, Array]:
    """Return x minus the largest of its row, what that lost, and the sum of the others' exp."""
    first = x.argmax(axis=1)
    top = x[np.arange(len(x)), first][:, None]
    below = x - top
    back = below - x
    lost = (x - (below - back)) - (top + back)
    others = np.zeros(len(x))
    for k in range(x.shape[1]):
        others += np.where(first == k, 0.0, np.exp(below[:, k]) * (1 + lost[:, k]))
    return below, lost, others
