"""Several truths at once: vectors, labels that can be true together, and soft labels."""

from typing import Annotated

import numpy as np

from losscli.losses.binary import LEAST_LOG, keras_clipped
from losscli.losses.counts import poisson
from losscli.losses.domain import UNIT, ZERO_OR_ONE
from losscli.losses.peer import KERAS_EPSILON, catboost, keras, sklearn, torch
from losscli.losses.spec import Matrix, Vector, loss
from losscli.losses.stable import difference, mean_of_pairs, product

Kept = Annotated[Matrix, UNIT]


_LITTLE = 1e-12
"""What PyTorch adds to the squared length of each vector, and Keras takes for the least."""


def _torch_cosine(y: Matrix, pred: Matrix) -> Vector:
    dot, one, other = (_dot(a, b)[0] for a, b in ((y, pred), (y, y), (pred, pred)))
    found: Vector = 1 - dot / np.sqrt((one + _LITTLE) * (other + _LITTLE))
    return found


def _keras_cosine(y: Matrix, pred: Matrix) -> Vector:
    dot, one, other = (_dot(a, b)[0] for a, b in ((y, pred), (y, y), (pred, pred)))
    found: Vector = -dot / np.sqrt(np.maximum(one, _LITTLE) * np.maximum(other, _LITTLE))
    return found


def _torch_log_loss(y: Matrix, prob: Kept, log_prob: Matrix, log_not_prob: Matrix) -> Vector:
    kept = (np.maximum(logs, -LEAST_LOG) for logs in (log_prob, log_not_prob))
    return log_loss_multilabel(y, prob, *kept)


def _keras_log_loss(y: Matrix, prob: Kept) -> Vector:
    kept = keras_clipped(prob)
    return log_loss_multilabel(y, kept, np.log(kept), np.log1p(-kept))


def _torch_kl(y: Kept, probs: Kept, log_probs: Matrix) -> Vector:
    found: Vector = kl(y, probs, log_probs) / y.shape[1]
    return found


def _keras_kl(y: Kept, probs: Kept) -> Vector:
    shares, kept = (np.clip(of, KERAS_EPSILON, 1.0) for of in (y, probs))
    total = np.zeros(len(y))
    for k in range(y.shape[1]):
        total += shares[:, k] * np.log(shares[:, k] / kept[:, k])
    return total


def _keras_cross_entropy(y: Kept, probs: Kept) -> Vector:
    kept = keras_clipped(probs)
    return cross_entropy_soft(y, kept, np.log(kept))


@loss(
    formula="1 - sum(t*p for t, p in zip(y, pred))"
    "/sqrt(sum(t*t for t in y)*sum(p*p for p in pred))",
    elicits="-",
    use="To judge embeddings and directions, whose length says nothing.",
    avoid="Where the size of the prediction matters (mse).",
    peers=(
        torch("CosineEmbeddingLoss", "It says 1 where a vector is all zeros.", _torch_cosine),
        keras(
            "CosineSimilarity",
            "It is 1 less: -1 where both point the same way, 0 where a vector is all zeros.",
            _keras_cosine,
            signed=True,
        ),
    ),
    differs="A vector of zeros has no direction, so its row has no value here.",
    aka=("cosine_distance",),
    bound=2,
)
def cosine(y: Matrix, pred: Matrix) -> Vector:
    """One less the cosine of the angle between what happened and the prediction.

    0 where both point the same way, 1 at a right angle, 2 where they are opposed; lengths do not
    matter (Salton & McGill, 1983).
    """
    one, other = _scaled(y), _scaled(pred)
    dot, lost = _dot(one, other)
    of_one, lost_of_one = _dot(one, one)
    share = dot / of_one
    # what the quotient leaves, so that share + rest is good to twice the digits
    back, again = product(share, of_one)
    rest = (((dot - back) - again) + lost - share * lost_of_one) / of_one
    aside = np.zeros(len(y))
    for k in range(y.shape[1]):
        along, beyond = product(share, one[:, k])
        step, off = difference(other[:, k], along)
        aside += (step + ((off - beyond) - rest * one[:, k])) ** 2
    of_other = _dot(other, other)[0]
    cos = dot / np.sqrt(of_one * of_other)
    # 1 - cos = sin^2/(1 + cos) keeps the digits of small angles
    return np.where(cos > 0, aside / of_other / (1 + cos), 1 - cos)


def _scaled(x: Matrix) -> Matrix:
    """Return each row divided by a power of 2 near its largest number, which is exact."""
    _, exponent = np.frexp(np.abs(x).max(axis=1))
    scaled: Matrix = np.ldexp(x, -exponent[:, None])
    return scaled


def _dot(a: Matrix, b: Matrix) -> tuple[Vector, Vector]:
    """Return the sum of the products of each row, and what its rounding took away."""
    total, lost = np.zeros(len(a)), np.zeros(len(a))
    for k in range(a.shape[1]):
        value, rest = product(a[:, k], b[:, k])
        total, again = difference(total, -value)
        lost += rest + again
    return total, lost


@loss(
    name="log_loss",
    formula="sum(-log(p if t == 1 else 1 - p) for t, p in zip(y, prob))/len(y)",
    elicits="probabilities",
    use="Where several labels can be true at once, and their probabilities are to be honest.",
    avoid="Where exactly one is true (cross_entropy).",
    peers=(
        torch("BCELoss", "It stops the logarithm at -100.", _torch_log_loss),
        torch("MultiLabelSoftMarginLoss", "It takes logits."),
        keras(
            "BinaryCrossentropy", "It keeps probabilities within 1e-7 of 0 and 1.", _keras_log_loss
        ),
        catboost("MultiLogloss", "It takes logits."),
    ),
    aka=("bce", "binary_cross_entropy", "multilabel_soft_margin"),
)
def log_loss_multilabel(
    y: Annotated[Matrix, ZERO_OR_ONE],
    prob: Annotated[Matrix, UNIT],  # noqa: ARG001 - whose range is checked
    log_prob: Matrix,
    log_not_prob: Matrix,
) -> Vector:
    """Surprise: minus the logarithm of what was given to each label's truth, averaged over them.

    Strictly proper for each label; says nothing of how they go together (Good, 1952).
    """
    total = np.zeros(len(y))
    for k in range(y.shape[1]):
        total -= np.where(y[:, k] == 1, log_prob[:, k], log_not_prob[:, k])
    total /= y.shape[1]
    return total


@loss(
    formula="sum(1 if t != s else 0 for t, s in zip(y, label))/len(y)",
    elicits="majority",
    use="Where each label is a decision of its own, and all mistakes cost the same.",
    avoid="On labels that are mostly 0: saying always no looks good.",
    peers=(sklearn("hamming_loss"), catboost("HammingLoss")),
    aka=("hamming_loss",),
    bound=1,
)
def hamming(y: Annotated[Matrix, ZERO_OR_ONE], label: Annotated[Matrix, ZERO_OR_ONE]) -> Vector:
    """Share of the labels that are wrong; a probability says yes from 1/2 on.

    Every label counts the same, and the many that are mostly 0 hide the few (Hamming, 1950).
    """
    wrong = np.zeros(len(y))
    for k in range(y.shape[1]):
        wrong += y[:, k] != label[:, k]
    wrong /= y.shape[1]
    return wrong


@loss(
    name="zero_one",
    formula="1 if any(t != s for t, s in zip(y, label)) else 0",
    use="Where the labels of a row are of use together only.",
    avoid="Where nearly right is good, too (hamming).",
    peers=(sklearn("zero_one_loss"),),
    aka=("error", "error_rate", "subset_zero_one"),
    bound=1,
)
def zero_one_multilabel(
    y: Annotated[Matrix, ZERO_OR_ONE], label: Annotated[Matrix, ZERO_OR_ONE]
) -> Vector:
    """Share of rows in which any label is wrong; a probability says yes from 1/2 on.

    Judges the labels of a row as one answer; it is shown without a best constant, which hangs on
    which labels stand together (Friedman, 1997).
    """
    wrong = np.zeros(len(y), dtype=np.bool_)
    for k in range(y.shape[1]):
        wrong |= y[:, k] != label[:, k]
    return wrong.astype(np.float64)


@loss(
    formula="sum(max(1 - (score[i] - score[j]), 0) for i in range(len(y)) for j in range(len(y)) "
    "if y[i] == 1 and y[j] == 0)/len(y)",
    use="Where labels that are true are to be ranked above those that are not.",
    avoid="To judge probabilities (log_loss).",
    peers=(torch("MultiLabelMarginLoss", "It takes the positions of the labels that are true."),),
)
def multi_label_margin(y: Annotated[Matrix, ZERO_OR_ONE], score: Matrix) -> Vector:
    """Distance by which labels that are true fall short of leading those that are not by 1.

    Summed over all such pairs and divided by the number of labels, as torch does; it is shown
    without a best constant, which hangs on which labels stand together (Crammer & Singer, 2003).
    """
    return mean_of_pairs(_out_of_order, y, score, y.shape[1])


def _out_of_order(y: Matrix, score: Matrix) -> Vector:
    total = np.zeros(len(y))
    for i in range(y.shape[1]):
        for j in range(y.shape[1]):
            lead, rest = difference(score[:, j], score[:, i])
            short = np.maximum((1 + lead) + rest, 0.0)
            total += np.where((y[:, i] == 1) & (y[:, j] == 0), short, 0.0)
    return total


@loss(
    formula="sum(t*(log(t) - log(p)) if t > 0 else 0 for t, p in zip(y, probs))",
    elicits="probabilities",
    use="To compare probabilities with the shares that annotators or another model gave.",
    avoid="Where one class is true (cross_entropy), or a probability can be 0 (brier).",
    peers=(
        torch(
            "KLDivLoss",
            "It takes logarithms, and divides by the number of classes, too, by default.",
            _torch_kl,
        ),
        keras("KLDivergence", "It lifts both to at least 1e-7.", _keras_kl),
    ),
    aka=("kl_divergence", "kullback_leibler"),
    task="soft",
)
def kl(y: Annotated[Matrix, UNIT], probs: Annotated[Matrix, UNIT], log_probs: Matrix) -> Vector:
    """Surprise beyond what is unavoidable: how far the probabilities are from the soft labels.

    0 where they are the same, infinite where a class was given 0 that has a share; in nats
    (Kullback & Leibler, 1951).
    """
    total, off, lost = (np.zeros(len(y)) for _ in range(3))
    for k in range(y.shape[1]):
        share, prob = y[:, k], probs[:, k]
        # each part is at least 0, and small where they are close
        near = 0.5 * poisson(share, prob)
        far = share * (np.log(share) - log_probs[:, k]) - share + prob
        total += np.where(share == 0, prob, np.where(prob > _TINY, near, far))
        step, rest = difference(share, prob)
        off, again = difference(off, -step)
        lost += rest + again
    # what the sums of both miss 1 by
    return total + (off + lost)


_TINY = 1e-290


@loss(
    name="cross_entropy",
    formula="-sum(t*log(p) if t > 0 else 0 for t, p in zip(y, probs))",
    elicits="probabilities",
    use="As kl, where the number is to be that of the training.",
    avoid="To see how much could be gained: its least value is not 0 (kl).",
    peers=(
        torch("CrossEntropyLoss", "It takes logits."),
        keras(
            "CategoricalCrossentropy",
            "It keeps probabilities within 1e-7 of 0 and 1.",
            _keras_cross_entropy,
        ),
    ),
    aka=("log_loss", "categorical_crossentropy", "soft_cross_entropy"),
    task="soft",
    floor="-sum(t*log(t) if t > 0 else 0 for t in y)",
)
def cross_entropy_soft(
    y: Annotated[Matrix, UNIT], probs: Annotated[Matrix, UNIT], log_probs: Matrix
) -> Vector:
    """Surprise that is expected where the soft labels are the shares of what happens.

    The least there can be is their entropy; kl is what lies above it (Good, 1952).
    """
    total = np.zeros(len(y))
    for k in range(probs.shape[1]):
        total -= np.where(y[:, k] > 0, y[:, k] * log_probs[:, k], 0.0)
    return total
