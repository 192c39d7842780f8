"""Multiclass probability: how far the predicted probabilities of the classes are from the truth."""

from typing import Annotated

import numpy as np

from losscli.losses.binary import ABOVE_ZERO, CLIP, clipped, keras_clipped
from losscli.losses.domain import COUNTS, NON_NEGATIVE, UNIT
from losscli.losses.peer import Peer, catboost, keras, lightgbm, sklearn, torch, xgboost
from losscli.losses.spec import Codes, Matrix, Vector, loss
from losscli.losses.stable import difference, power_of_sum


def _of_truth(y: Codes, probs: Matrix) -> Vector:
    return probs[np.arange(len(y)), y]


Kept = Annotated[Matrix, UNIT]
_KERAS_ALPHA = 0.25


def _sklearn_cross_entropy(y: Codes, probs: Kept, *, eps: float) -> Vector:
    least = max(eps, float(np.finfo(np.float64).eps))
    return -np.log(np.clip(_of_truth(y, probs), least, 1 - least))


def _keras_cross_entropy(y: Codes, probs: Kept, *, eps: float) -> Vector:
    return clipped(0.0 - np.log(_of_truth(y, keras_clipped(probs))), eps)


def _keras_focal(y: Codes, probs: Kept, *, gamma: float) -> Vector:
    truth = _of_truth(y, keras_clipped(probs))
    return _KERAS_ALPHA * focal_multiclass(truth, 1 - truth, 0.0 - np.log(truth), gamma=gamma)


def _keras_label_smoothing(y: Codes, probs: Kept, *, epsilon: float) -> Vector:
    return label_smoothing_multiclass(y, np.log(keras_clipped(probs)), epsilon=epsilon)


@loss(
    formula="-log(min(max(probs[y], eps), 1 - eps))",
    elicits="probabilities",
    use="Where probabilities are to be honest, and certainty that is wrong is to be punished.",
    avoid=(
        "Where labels are noisy or probabilities can be 0: one such row makes it "
        "infinite (brier, gce)."
    ),
    peers=(
        sklearn(
            "log_loss", "It keeps probabilities within 2.2e-16 of 0 and 1.", _sklearn_cross_entropy
        ),
        torch("NLLLoss", "It takes logarithms of the probabilities."),
        torch("CrossEntropyLoss", "It takes logits."),
        keras(
            "CategoricalCrossentropy",
            "It keeps probabilities within 1e-7 of 0 and 1, after dividing them by their sum.",
            _keras_cross_entropy,
        ),
        xgboost("mlogloss", "It lifts probabilities to at least 1e-16."),
        lightgbm("multi_logloss", "It lifts probabilities to at least 1e-15."),
        catboost("MultiClass", "It takes logits."),
    ),
    aka=("log_loss", "nll", "categorical_crossentropy", "sparse_categorical_crossentropy"),
    floor="-log(1 - eps)",
)
def cross_entropy(class_surprise: Vector, *, eps: Annotated[float, CLIP] = 0.0) -> Vector:
    """Surprise: minus the logarithm of the probability that was given to the true class.

    Strictly proper; what the other classes got does not matter (Good, 1952). In nats; `eps`
    keeps the probabilities within [eps, 1 - eps].
    """
    return clipped(class_surprise, eps)


@loss(
    name="brier",
    formula="sum((p - (k == y))**2 for k, p in enumerate(probs))",
    use="Where all probabilities of a row count, and no single row is to rule.",
    avoid="Beside binary brier scores: with two classes it is twice theirs.",
    peers=(sklearn("brier_score_loss"),),
    elicits="probabilities",
    aka=("brier_score",),
    bound=2,
)
def brier_multiclass(y: Codes, probs: Annotated[Matrix, UNIT], class_miss: Vector) -> Vector:
    """Squared distance of the probabilities from 1 for the true class and 0 for the others.

    Strictly proper, and mild to certainty that is wrong (Brier, 1950).
    """
    total = np.zeros(len(y))
    for k in range(probs.shape[1]):
        e = np.where(y == k, class_miss, probs[:, k])
        e *= e
        total += e
    return total


@loss(
    name="focal",
    use="To train on very unequal classes.",
    avoid="To judge probabilities: it is not proper, so honest ones do not win (cross_entropy).",
    peers=(
        keras(
            "CategoricalFocalCrossentropy",
            "It multiplies every row by its alpha of 0.25, and keeps probabilities within 1e-7 "
            "of 0 and 1.",
            _keras_focal,
        ),
    ),
    formula="(1 - probs[y])**gamma*-log(probs[y])",
)
def focal_multiclass(
    class_prob: Vector,
    class_miss: Vector,
    class_surprise: Vector,
    *,
    gamma: Annotated[float, NON_NEGATIVE] = 2.0,
) -> Vector:
    """Surprise, with rows that are already predicted well counting less.

    Not proper: it prefers probabilities that are closer together (Lin et al., 2017).
    """
    rounded, rest = difference(np.ones_like(class_prob), class_prob)
    # what rounding took away of 1 - p, where that is how it was found
    rest = np.where(rounded == class_miss, rest, 0.0)
    return power_of_sum(class_miss, rest, gamma) * class_surprise


@loss(
    name="label_smoothing",
    formula="sum(-t*log(p) if t > 0 else 0 for t, p in "
    "[((1 - epsilon)*(k == y) + epsilon/len(probs), p) for k, p in enumerate(probs)])",
    use="To follow a training that smooths its labels.",
    avoid="To judge probabilities: it is not proper, and not comparable with cross_entropy.",
    peers=(
        torch("CrossEntropyLoss", "Its label_smoothing; it takes logits."),
        keras(
            "CategoricalCrossentropy",
            "Its label_smoothing; it keeps probabilities within 1e-7 of 0 and 1.",
            _keras_label_smoothing,
        ),
    ),
    ideal="(1 - epsilon)*(k == y) + epsilon/len(probs)",
    floor="sum(-t*log(t) if t > 0 else 0 for t in "
    "[(1 - epsilon)*(k == y) + epsilon/len(probs) for k in range(len(probs))])",
)
def label_smoothing_multiclass(
    y: Codes, log_probs: Matrix, *, epsilon: Annotated[float, UNIT] = 0.1
) -> Vector:
    """Surprise, as if a part epsilon of the labels had been drawn at random.

    Judges a forecast of (1 - epsilon) times the probabilities, plus epsilon over the number of
    classes (Szegedy et al., 2016). A probability of 0 costs inf for whatever class.
    """
    total = np.zeros(len(y))
    others = epsilon / log_probs.shape[1]
    for k in range(log_probs.shape[1]):
        surprise = 0.0 - log_probs[:, k]
        target = np.where(y == k, (1 - epsilon) + others, others)
        total += np.where(target > 0, target * surprise, 0.0)
    return total


@loss(
    name="gce",
    formula="(1 - probs[y]**q)/q",
    use="To train where many labels are wrong.",
    avoid="To judge probabilities: it is not proper, so honest ones do not win (cross_entropy).",
    aka=("generalized_cross_entropy",),
    bound="1/q",
)
def gce_multiclass(class_surprise: Vector, *, q: Annotated[float, ABOVE_ZERO] = 0.7) -> Vector:
    """Between cross_entropy (q near 0) and the distance from 1 of the probability (q = 1).

    The larger q, the less a row with a wrong label counts (Zhang & Sabuncu, 2018).
    """
    return -np.expm1(-q * class_surprise) / q


@loss(
    name="spherical",
    formula="1 - probs[y]/sqrt(sum(p**2 for p in probs))",
    elicits="probabilities",
    use="Where probabilities are to be honest, and the score is to be bounded.",
    avoid="Where others are to read the value: its unit means little (cross_entropy, brier).",
    bound=1,
)
def spherical_multiclass(y: Codes, probs: Annotated[Matrix, UNIT]) -> Vector:
    """One minus the cosine of the angle between the probabilities and what happened.

    Strictly proper, and the mildest of the three to certainty that is wrong (Good, 1971).
    """
    missing = np.zeros(len(y))
    for k in range(probs.shape[1]):
        missing += np.where(y == k, 0.0, probs[:, k] ** 2)
    found = _of_truth(y, probs)
    length = np.sqrt(found * found + missing)
    # (length - found)/length loses the digits of a small loss
    return missing / length / (length + found)


@loss(
    formula="sum((sum(p for j, p in enumerate(probs) if j <= k) - (k >= y))**2 "
    "for k in range(len(probs)))"
    "/(len(probs) - 1 if normalize else 1)",
    elicits="probabilities",
    use="Where the classes have an order, as grades do: near misses cost less.",
    avoid="Where the order of the classes is none: it is that of their names or columns.",
    peers=(Peer("scoringrules", "scoringrules.rps_score", "It numbers the classes from 1."),),
    aka=("ranked_probability_score",),
)
def rps(y: Codes, probs: Annotated[Matrix, UNIT], *, normalize: bool = False) -> Vector:
    """Squared distance of the cumulated probabilities from 0 below the true class, 1 from it on.

    Strictly proper for ordered classes; `normalize` divides by the number of classes less 1,
    the most that a row can cost (Epstein, 1969).
    """
    total, heaped, lost = np.zeros(len(y)), np.zeros(len(y)), np.zeros(len(y))
    for k in range(probs.shape[1]):
        heaped, rest = difference(heaped, -probs[:, k])
        lost += rest
        e = heaped - (y <= k) + lost
        total += e * e
    return total / (probs.shape[1] - 1) if normalize else total


@loss(
    formula="1 if sum(p >= probs[y] for j, p in enumerate(probs) if j != y) >= k else 0",
    use="Where several guesses are allowed, as in a list of suggestions.",
    avoid="Where only the first guess counts (zero_one), or the classes are hardly more than k.",
    peers=(
        sklearn("top_k_accuracy_score", "It is 1 minus this, and gives ties to the last classes."),
        lightgbm("multi_error", "Its k is multi_error_top_k, by default 1."),
        Peer(
            "keras",
            "keras.metrics.TopKCategoricalAccuracy",
            "It is 1 minus this, with ties counted as right; its default k is 5.",
        ),
    ),
    bound=1,
)
def top_k_error(y: Codes, order: Matrix, *, k: Annotated[float, COUNTS] = 2.0) -> Vector:
    """Share of rows whose true class is not among the k most probable ones.

    A tie that leaves it open is an error, as in zero_one, which is k = 1 (Russakovsky et al.,
    2015).
    """
    truth = _of_truth(y, order)
    before = np.zeros(len(y))
    for j in range(order.shape[1]):
        before += (order[:, j] >= truth) & (y != j)
    return (before >= k).astype(np.float64)


@loss(
    name="zero_one",
    formula="0 if all(p < probs[y] for k, p in enumerate(probs) if k != y) else 1",
    use="Where the decision is all that counts, and all mistakes cost the same.",
    avoid="On very unequal classes: the largest class alone looks good (balanced).",
    peers=(
        Peer(
            "keras",
            "keras.metrics.CategoricalAccuracy",
            "It is 1 minus this; a tie for the largest probability goes to the first class.",
        ),
        xgboost("merror", "A tie for the largest probability goes to the first class."),
        lightgbm("multi_error"),
        catboost("ZeroOneLoss", "A tie for the largest probability goes to the first class."),
    ),
    differs=(
        "1 - zero_one is accuracy. A tie for the largest probability is an error "
        "here; argmax takes the first class."
    ),
    elicits="majority",
    aka=("error", "error_rate"),
    bound=1,
)
def zero_one_multiclass(y: Codes, order: Matrix) -> Vector:
    """Share of rows whose true class did not get the largest probability alone.

    Sees nothing of how sure a prediction was (Friedman, 1997).
    """
    truth = _of_truth(y, order)
    missed = np.zeros(len(y), dtype=np.bool_)
    for k in range(order.shape[1]):
        missed |= (order[:, k] >= truth) & (y != k)
    return missed.astype(np.float64)
