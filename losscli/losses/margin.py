"""Margin: how far a score is on the right side of the border between the classes."""

import numpy as np

from losscli.losses.spec import Codes, Matrix, Vector, loss
from losscli.losses.stable import difference


@loss(
    formula="max(1 - y*score, 0)",
    same_as=("sklearn.metrics:hinge_loss", "keras.losses:Hinge"),
    differs="scikit-learn takes the classes from the rows at hand, so its value for the rows "
    "of one class is wrong.",
)
def hinge(y: Vector, score: Vector) -> Vector:
    """Distance by which the score falls short of 1 on its own side; further out is free.

    What a support vector machine minimises (Cortes & Vapnik, 1995).
    """
    return np.maximum(1 - y * score, 0.0)


@loss(
    formula="max(1 - y*score, 0)**2",
    same_as="keras.losses:SquaredHinge",
)
def squared_hinge(y: Vector, score: Vector) -> Vector:
    """Squared distance by which the score falls short of 1 on its own side.

    What scikit-learn's LinearSVC minimises by default (Lee & Mangasarian, 2001).
    """
    short = hinge(y, score)
    return short * short


@loss(
    formula="max(1 + max(s for k, s in enumerate(scores) if k != y) - scores[y], 0)",
    same_as="sklearn.metrics:hinge_loss",
    differs="Keras's CategoricalHinge takes 0 for the best rival when every rival is below 0.",
)
def crammer_singer(y: Codes, scores: Matrix) -> Vector:
    """Distance by which the score of the true class falls short of its best rival plus 1.

    The hinge of several classes (Crammer & Singer, 2001).
    """
    rival = np.full(len(y), -np.inf)
    for k in range(scores.shape[1]):
        rival = np.where(y == k, rival, np.maximum(rival, scores[:, k]))
    lead, rest = difference(rival, scores[np.arange(len(y)), y])
    # Near a lead of -1 the rounding of the difference would be most of what is left.
    return np.maximum((1 + lead) + rest, 0.0)
