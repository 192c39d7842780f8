"""Margin: how far a score is on the right side of the border between the classes."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import NON_NEGATIVE
from losscli.losses.peer import Peer, catboost, keras, sklearn, torch
from losscli.losses.spec import Codes, Matrix, Vector, loss
from losscli.losses.stable import difference, mean_of_pairs

_OF_ROWS = "It takes the classes from the rows at hand, so its value is wrong where one has no row."


def _keras_categorical_hinge(y: Codes, scores: Matrix) -> Vector:
    best = _best_rival(y, scores)
    return _short_of(np.maximum(best, 0.0), scores[np.arange(len(y)), y])


@loss(
    formula="max(1 - y*score, 0)",
    use="To judge support vector machines by what they minimise.",
    avoid="Where probabilities are wanted: scores beyond 1 are all the same to it (logistic).",
    peers=(
        sklearn("hinge_loss", _OF_ROWS),
        keras("Hinge"),
        catboost("HingeLoss"),
    ),
)
def hinge(y: Vector, score: Vector) -> Vector:
    """Distance by which the score falls short of 1 on its own side; further out is free.

    What a support vector machine minimises (Cortes & Vapnik, 1995).
    """
    return np.maximum(1 - y * score, 0.0)


@loss(
    formula="max(1 - y*score, 0)**2",
    use="As hinge, where scores far on the wrong side are to cost more.",
    avoid="Where labels are noisy: a wrong label costs the square of its score (modified_huber).",
    peers=(
        keras("SquaredHinge"),
        Peer(
            "sklearn", "sklearn.svm.LinearSVC", "It minimises this, plus a penalty on its weights."
        ),
    ),
)
def squared_hinge(y: Vector, score: Vector) -> Vector:
    """Squared distance by which the score falls short of 1 on its own side.

    What scikit-learn's LinearSVC minimises by default (Lee & Mangasarian, 2001).
    """
    short = hinge(y, score)
    return short * short


@loss(
    formula="max(1 + max(s for k, s in enumerate(scores) if k != y) - scores[y], 0)",
    use="To judge support vector machines of several classes.",
    avoid=(
        "Where the order of the other classes matters: only the best rival counts (weston_watkins)."
    ),
    peers=(
        sklearn("hinge_loss", _OF_ROWS),
        keras(
            "CategoricalHinge",
            "It takes 0 for the best rival where every rival is below 0.",
            _keras_categorical_hinge,
        ),
    ),
)
def crammer_singer(y: Codes, scores: Matrix) -> Vector:
    """Distance by which the score of the true class falls short of its best rival plus 1.

    The hinge of several classes (Crammer & Singer, 2001).
    """
    return _short_of(_best_rival(y, scores), scores[np.arange(len(y)), y])


def _best_rival(y: Codes, scores: Matrix) -> Vector:
    rival = np.full(len(y), -np.inf)
    for k in range(scores.shape[1]):
        rival = np.where(y == k, rival, np.maximum(rival, scores[:, k]))
    return rival


def _short_of(rival: Vector, truth: Vector) -> Vector:
    """Return the hinge of the true class's score less its rival's."""
    lead, rest = difference(rival, truth)
    # Near a lead of -1 the rounding of the difference would be most of what is left.
    return np.maximum((1 + lead) + rest, 0.0)


@loss(
    formula="sum(max(1 - scores[y] + s, 0) for j, s in enumerate(scores) if j != y)/len(scores)",
    use="To judge scores of several classes by all rivals of the true one.",
    avoid="With different numbers of classes: the value is divided by them.",
    peers=(torch("MultiMarginLoss", "Its weights, p and margin are left at their defaults."),),
    aka=("multi_margin",),
)
def weston_watkins(y: Codes, scores: Matrix) -> Vector:
    """Mean over the classes of how far each rival comes within 1 of the true class's score.

    The sum is divided by the number of all classes, as torch does (Weston & Watkins, 1999).
    """
    return mean_of_pairs(_short_of_rivals, y, scores, scores.shape[1])


def _short_of_rivals(y: Codes, scores: Matrix) -> Vector:
    total, truth = np.zeros(len(y)), scores[np.arange(len(y)), y]
    for k in range(scores.shape[1]):
        total += np.where(y == k, 0.0, _short_of(scores[:, k], truth))
    return total


@loss(
    formula="max(1 - y*score, 0)**2 if y*score >= -1 else -4*y*score",
    use="Where labels are noisy and scores are to say something of probabilities.",
    avoid="Where a support vector machine is judged (hinge).",
    peers=(Peer("sklearn", "sklearn.linear_model.SGDClassifier", "It minimises this."),),
)
def modified_huber(y: Vector, score: Vector) -> Vector:
    """Squared hinge near the border, four times the distance far on the wrong side.

    At its best the score, kept within -1 and 1, is 2*probability - 1 (Zhang, 2004).
    """
    lead = y * score
    found: Vector = np.where(lead >= -1, squared_hinge(y, score), -4 * lead)
    return found


@loss(
    formula="max(-y*score, 0)",
    use="To follow a perceptron: how far the wrong ones are on the wrong side.",
    avoid="To rank models: scores of 0 are perfect for it, and smaller scores cost less.",
    peers=(Peer("sklearn", "sklearn.linear_model.Perceptron", "It minimises this."),),
)
def perceptron(y: Vector, score: Vector) -> Vector:
    """Distance by which the score is on the wrong side; the right side is free.

    A score of 0 costs nothing, so the best constant never loses (Rosenblatt, 1958).
    """
    return np.maximum(-y * score, 0.0)


@loss(
    formula="exp(-y*score)",
    use="To follow boosting, or where a wrong side must never be far.",
    avoid="Where labels are noisy: one wrong label with a large score decides (logistic).",
    peers=(Peer("sklearn", "sklearn.ensemble.AdaBoostClassifier", "It minimises this."),),
    ideal="1000*y",
)
def exponential(y: Vector, score: Vector) -> Vector:
    """Exponential of the score on the wrong side: what AdaBoost minimises.

    Grows without mercy on the wrong side, never quite 0 on the right one; at its best the score
    is half the log-odds (Friedman et al., 2000).
    """
    return np.exp(-y * score)


@loss(
    formula="log1p(exp(-y*score))",
    use="Where scores are log-odds: the log_loss of the probability 1/(1 + exp(-score)).",
    avoid="Where scores are no log-odds, as those of support vector machines (hinge).",
    peers=(
        torch("SoftMarginLoss", "It overflows to inf where y*score is below -709."),
        torch("BCEWithLogitsLoss", "It takes y in {0, 1}."),
    ),
    aka=("softmargin", "soft_margin"),
    ideal="1000*y",
)
def logistic(y: Vector, score: Vector) -> Vector:
    """Surprise of scores that are log-odds: near 0 far on the right side, linear on the wrong.

    At its best the score is the log-odds (Cox, 1958).
    """
    return np.logaddexp(0.0, -y * score)


@loss(
    formula="score if y == 1 else max(margin - score, 0)",
    use="For distances between pairs: y = 1 where the two belong together, else -1.",
    avoid="For scores of a class: here less is better where y is 1 (hinge).",
    peers=(torch("HingeEmbeddingLoss"),),
    ideal="0 if y == 1 else margin",
    elicits="-",
    floor="",
)
def hinge_embedding(
    y: Vector, score: Vector, *, margin: Annotated[float, NON_NEGATIVE] = 1.0
) -> Vector:
    """Distance of pairs that belong together, and what others lack to be margin apart.

    The score is meant to be a distance; one below 0 gains where y is 1 (Hadsell et al., 2006).
    """
    return np.where(y == 1, score, np.maximum(margin - score, 0.0))


@loss(
    formula="max(-y*(score - score2) + margin, 0)",
    use="Where it is known which of two things is the better one, and each has a score.",
    avoid="Where how much better is known, too: it sees nothing but the order (mse).",
    peers=(torch("MarginRankingLoss"),),
)
def margin_ranking(
    y: Vector, score: Vector, score2: Vector, *, margin: Annotated[float, NON_NEGATIVE] = 0.0
) -> Vector:
    """Distance by which the better of two scores falls short of the other plus the margin.

    y is 1 where the first is the better one, -1 where it is the second (Herbrich et al., 2000).
    """
    lead, rest = difference(score, score2)
    return np.maximum((margin - y * lead) - y * rest, 0.0)
