"""Multiclass probability: how far the predicted probabilities of the classes are from the truth."""

from typing import Annotated

import numpy as np

from losscli.losses.binary import CLIP, clipped
from losscli.losses.domain import NON_NEGATIVE, UNIT
from losscli.losses.spec import Codes, Matrix, Vector, loss
from losscli.losses.stable import difference, power_of_sum


def _of_truth(y: Codes, probs: Matrix) -> Vector:
    return probs[np.arange(len(y)), y]


@loss(
    formula="-log(min(max(probs[y], eps), 1 - eps))",
    elicits="probabilities",
    same_as=(
        "sklearn.metrics:log_loss",
        "torch.nn:NLLLoss",
        "keras.losses:CategoricalCrossentropy",
    ),
    differs="Here a probability of 0 for what happened costs inf. Others clip: scikit-learn at "
    "2.2e-16, Keras at 1e-7 after dividing by the sum of the row; torch takes logarithms.",
    aka=("log_loss", "nll", "categorical_crossentropy", "sparse_categorical_crossentropy"),
    floor="-log(1 - eps)",
)
def cross_entropy(
    y: Codes, probs: Annotated[Matrix, UNIT], *, eps: Annotated[float, CLIP] = 0.0
) -> Vector:
    """Surprise: minus the logarithm of the probability that was given to the true class.

    Strictly proper; what the other classes got does not matter (Good, 1952). In nats; `eps`
    keeps the probabilities within [eps, 1 - eps].
    """
    return clipped(0.0 - np.log(_of_truth(y, probs)), eps)


@loss(
    name="brier",
    formula="sum((p - (k == y))**2 for k, p in enumerate(probs))",
    elicits="probabilities",
    same_as="sklearn.metrics:brier_score_loss",
    differs="With two classes this is twice the binary brier.",
    aka=("brier_score",),
    bound=2,
)
def brier_multiclass(y: Codes, probs: Annotated[Matrix, UNIT]) -> Vector:
    """Squared distance of the probabilities from 1 for the true class and 0 for the others.

    Strictly proper, and mild to certainty that is wrong (Brier, 1950).
    """
    total = np.zeros(len(y))
    for k in range(probs.shape[1]):
        e = probs[:, k] - (y == k)
        e *= e
        total += e
    return total


@loss(
    name="focal",
    formula="(1 - probs[y])**gamma*-log(probs[y])",
    differs="Keras's CategoricalFocalCrossentropy multiplies every row by its alpha of 0.25.",
)
def focal_multiclass(
    y: Codes, probs: Annotated[Matrix, UNIT], *, gamma: Annotated[float, NON_NEGATIVE] = 2.0
) -> Vector:
    """Surprise, with rows that are already predicted well counting less.

    Not proper: it prefers probabilities that are closer together (Lin et al., 2017).
    """
    truth = _of_truth(y, probs)
    missing = power_of_sum(*difference(np.ones_like(truth), truth), gamma)
    return missing * (0.0 - np.log(truth))


@loss(
    name="zero_one",
    formula="0 if all(p < probs[y] for k, p in enumerate(probs) if k != y) else 1",
    elicits="majority",
    differs="A tie for the largest probability is an error here; argmax takes the first class.",
    aka=("error", "error_rate"),
    bound=1,
)
def zero_one_multiclass(y: Codes, probs: Annotated[Matrix, UNIT]) -> Vector:
    """Share of rows whose true class did not get the largest probability alone.

    Sees nothing of how sure a prediction was (Friedman, 1997).
    """
    truth = _of_truth(y, probs)
    missed = np.zeros(len(y), dtype=np.bool_)
    for k in range(probs.shape[1]):
        missed |= (probs[:, k] >= truth) & (y != k)
    return missed.astype(np.float64)
